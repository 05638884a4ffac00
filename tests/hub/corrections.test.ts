import { describe, expect, test } from 'vitest'
import type { CorrectionAsk } from '../../src/agency.js'
import type { ChildAccount, Officer } from '../../src/index.js'
import { fromJsonBytes, toJsonBytes } from '../../src/json.js'
import { childDetails, type House, house, nhsNumber } from '../support/house.js'
import { all } from '../support/lists.js'
import { wrongIn } from '../verify/office.js'

const child = { nhsNumber: nhsNumber(7) }

interface Desk extends AsyncDisposable {
  readonly it: House
  readonly clerk: Officer
  readonly agencyChildId: string
  /** Number of the first check, as an account gives it. */
  readonly check: string
}

/** A registered child with two checks, of whom the school passes on what is asked. */
async function desk(): Promise<Desk> {
  const it = await house()
  const clerk = await it.officer('clerk', { roles: ['records'] })
  await it.register(childDetails(7))
  const seen = { child, occurredAt: it.clock.now, practitioner: 'p' }
  await it.health.check({ ...seen, incident: 'first-known', reference: 'H/1' })
  await it.police.check({ ...seen, incident: 'police-protection', reference: 'P/1' })
  await it.hub.caughtUp()
  const { agencyChildId } = await it.school.identify(child, 'p')
  const understanding = { understands: true, assessedBy: 'the nurse' }
  await it.school.askAccount({ agencyChildId, reference: 'C/1', for: 'child', understanding })
  const held = ((await clerk.account(1)) as ChildAccount).held
  const check = held.checks.find(({ agencyKind }) => agencyKind === 'health')?.check ?? ''
  return { it, clerk, agencyChildId, check, [Symbol.asyncDispose]: () => it[Symbol.asyncDispose]() }
}

const asking = ({ agencyChildId, check }: Desk, more: Partial<CorrectionAsk> = {}): CorrectionAsk => ({
  agencyChildId,
  reference: 'K/1',
  about: { check },
  reason: 'did-not-happen',
  ...more,
})

const held = async ({ it, clerk }: Desk) => {
  // A message is one view: the next one is another.
  it.clock.now += 1
  return ((await clerk.account(1)) as ChildAccount).held
}

describe('somebody says that a check is wrong', () => {
  test('its agency is asked by its own reference, takes it back, and the correction is upheld', async () => {
    await using made = await desk()
    const { it, clerk } = made
    expect(await it.school.askCorrection(asking(made))).toBe(1)
    expect(await it.school.askCorrection(asking(made))).toBe(1)
    await clerk.pursueCorrection(1)
    await clerk.pursueCorrection(1)
    expect(await all(it.health.enquiries())).toMatchObject([
      { reference: 'H/1', questions: [{ question: 'please-correct-check' }] },
    ])
    expect(await all(it.police.enquiries())).toEqual([])
    await expect(clerk.decideCorrection(1, 'upheld')).rejects.toMatchObject({ code: 'ERR_CASE_STATUS' })
    await it.health.answerEnquiry('H/1', 'please-correct-check', { answer: 'will-correct' })
    expect(await clerk.corrections()).toMatchObject([
      { correction: 1, agency: 'hill-school', reference: 'K/1', question: { answer: 'will-correct' } },
    ])
    expect(JSON.stringify(await clerk.corrections())).not.toContain('st-marys')
    await it.health.withdraw('H/1', 'entered-in-error')
    await it.hub.caughtUp()
    await clerk.decideCorrection(1, 'upheld')
    await clerk.decideCorrection(1, 'upheld')
    await expect(clerk.decideCorrection(1, 'refused')).rejects.toMatchObject({ code: 'ERR_CASE_STATUS' })
    expect(await all(it.health.enquiries())).toEqual([])
    expect(await held(made)).toMatchObject({
      checks: expect.arrayContaining([
        expect.objectContaining({ check: made.check, withdrawn: true, disputed: false }),
      ]),
      corrections: [{ about: { check: made.check }, reason: 'did-not-happen', outcome: 'upheld' }],
    })
    expect(await wrongIn(it)).toEqual([])
  })

  test.each(['refused', 'noted-as-disputed'] as const)(
    '%s: the check counts as before, and is marked as disputed',
    async (outcome) => {
      await using made = await desk()
      const { it, clerk } = made
      await it.school.askCorrection(asking(made))
      await clerk.pursueCorrection(1)
      await it.health.answerEnquiry('H/1', 'please-correct-check', { answer: 'check-stands' })
      const before = await it.first.review(1)
      await clerk.decideCorrection(1, outcome)
      const { checks } = await held(made)
      expect(checks.map(({ check, disputed, withdrawn }) => [check === made.check, disputed, withdrawn])).toEqual(
        checks.map(({ check }) => [check === made.check, check === made.check, false]),
      )
      expect((await it.first.review(1)).level).toBe(before.level)
      // A check that comes later is assessed with the one that is disputed.
      await it.health.check({
        child,
        incident: 'first-known',
        occurredAt: it.clock.now,
        reference: 'H/2',
        practitioner: 'p',
      })
      await it.hub.caughtUp()
      expect((await held(made)).checks.filter(({ disputed }) => disputed)).toHaveLength(1)
    },
  )

  test('of which there is none: the agency that passes it on cannot tell', async () => {
    await using made = await desk()
    const { it, clerk } = made
    expect(await it.school.askCorrection(asking(made, { about: { check: '0123456789' } }))).toBe(1)
    await expect(clerk.pursueCorrection(1)).rejects.toMatchObject({ code: 'ERR_CASE_STATUS' })
    await clerk.decideCorrection(1, 'refused')
    expect((await held(made)).checks.some(({ disputed }) => disputed)).toBe(false)
  })
})

test('details that are wrong are for the sealer, and decided all the same', async () => {
  await using made = await desk()
  const { it, clerk } = made
  await it.school.askCorrection(asking(made, { about: { details: 'identity' }, reason: 'misspelt' }))
  await expect(clerk.pursueCorrection(1)).rejects.toMatchObject({ code: 'ERR_CASE_STATUS' })
  await clerk.decideCorrection(1, 'upheld')
  expect((await held(made)).corrections).toMatchObject([{ about: { details: 'identity' }, outcome: 'upheld' }])
})

test.each<[string, object, string]>([
  ['a number that no account gives', { about: { check: 'XYZ' } }, 'ERR_REQUEST_INVALID'],
  ['both a check and details', { about: { check: '0123456789', details: 'identity' } }, 'ERR_REQUEST_INVALID'],
  ['free text', { reason: 'it is a lie' }, 'ERR_REQUEST_INVALID'],
  ['another’s id of a child', { agencyChildId: 'x' }, 'ERR_CHILD_ID_MALFORMED'],
])('refused: %s', async (_, more, code) => {
  await using made = await desk()
  await expect(made.it.school.askCorrection(asking(made, more as never))).rejects.toMatchObject({ code })
  await made.it.school.askCorrection(asking(made))
  await expect(made.it.school.askCorrection(asking(made, { reason: 'wrong-date' }))).rejects.toMatchObject({
    code: 'ERR_REFERENCE_CONFLICT',
  })
})

test('only records officers work on corrections', async () => {
  await using made = await desk()
  const { it } = made
  await it.school.askCorrection(asking(made))
  for (const step of [it.first.corrections(), it.first.pursueCorrection(1), it.first.decideCorrection(1, 'refused')])
    await expect(step).rejects.toMatchObject({ code: 'ERR_ROLE_MISSING' })
})

test('a decision that its officer did not sign is found', async () => {
  await using made = await desk()
  const { it, clerk } = made
  await it.school.askCorrection(asking(made))
  await clerk.decideCorrection(1, 'refused')
  const { ledger } = await it.context()
  const decided = (await ledger.read(0, await ledger.size()))
    .flatMap(({ entry }) => (entry?.type === 'account' ? [fromJsonBytes(entry.body) as Record<string, unknown>] : []))
    .at(-1)
  const lies = [
    { ...decided, outcome: 'upheld' },
    { ...decided, correction: 2 },
    { ...decided, officer: 'first' },
  ]
  for (const lie of lies) await ledger.write(async () => ({ drafts: [{ type: 'account', body: toJsonBytes(lie) }] }))
  expect(await wrongIn(it)).toEqual([
    'an account does not stand: it was signed once, and stands there twice',
    'an account does not stand: its number was used, or never was',
    'an account does not stand: its officer has no role for it',
  ])
})
