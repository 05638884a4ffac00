import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Agency, CheckInput, ChildAccount, Officer } from '../../src/index.js'
import { fromJsonBytes, toJsonBytes } from '../../src/json.js'
import { childDetails, DAY, HOUR, type House, house, nhsNumber } from '../support/house.js'

const number = (n: number) => ({ nhsNumber: nhsNumber(n) })
const UNDERSTANDS = { understands: true, assessedBy: 'the nurse' }

async function check(it: House, agency: Agency, reference: string, n: number, incident = 'first-known') {
  const input = { child: number(n), incident, occurredAt: it.clock.now, reference, practitioner: 'somebody' }
  const receipt = await agency.check(input as CheckInput)
  await it.hub.caughtUp()
  return receipt
}

interface Desk {
  readonly it: House
  readonly clerk: Officer
}

async function desk(): Promise<Desk & AsyncDisposable> {
  const it = await house()
  const clerk = await it.officer('clerk', { roles: ['records'] })
  return { it, clerk, [Symbol.asyncDispose]: () => it[Symbol.asyncDispose]() }
}

async function ask(it: House, n: number, reference: string, whom: 'child' | 'carer'): Promise<number> {
  const { agencyChildId } = await it.school.identify(number(n), 'p')
  return it.school.askAccount({
    agencyChildId,
    reference,
    for: whom,
    ...(whom === 'child' ? { understanding: UNDERSTANDS } : {}),
  })
}

async function entries(
  it: House,
): Promise<readonly { readonly body: Record<string, unknown>; readonly size: number }[]> {
  const { ledger } = await it.context()
  return (await ledger.read(0, await ledger.size())).flatMap(({ entry }) =>
    entry?.type === 'account'
      ? [{ body: fromJsonBytes(entry.body) as Record<string, unknown>, size: entry.body.length }]
      : [],
  )
}

/** Everything that can have happened to a child, one thing after another; each may be refused where it makes no sense. */
const HAPPENINGS: Readonly<Record<string, (it: House, at: number) => Promise<unknown>>> = {
  register: (it) => it.register(childDetails(7)),
  'register-shielded': (it) => it.register(childDetails(7, { shielded: true })),
  check: (it, at) => check(it, it.health, `H/${at}`, 7),
  protect: (it, at) => check(it, it.police, `P/${at}`, 7, 'police-protection'),
  open: async (it) => {
    const common = { case: 1, purpose: 'referral', lawfulBasis: 'public-task' } as const
    const { opening } = await it.first.open({ ...common, group: 'identity' })
    await it.first.read(opening)
  },
  'end-enquiry': (it) => it.first.endEnquiry(1, 'visitor'),
  withdraw: (it) => it.health.withdraw('H/0', 'wrong-child'),
}

/** What a carer's request leaves behind, after a history: the reply, the document, and what was journalled. */
async function carersView(history: readonly string[]): Promise<unknown> {
  await using made = await desk()
  const { it, clerk } = made
  for (const [at, happening] of history.entries()) {
    await HAPPENINGS[happening]?.(it, at).catch(() => undefined)
    await it.hub.caughtUp()
  }
  const account = await ask(it, 7, 'C/1', 'carer')
  const document = await clerk.account(account)
  return [
    account,
    Buffer.from(toJsonBytes(document)).toString(),
    (await entries(it)).map(({ body, size }) => [body.event, size]),
    (await clerk.accounts()).map((each) => Buffer.from(toJsonBytes(each)).toString()),
  ]
}

let nothing: Promise<unknown> | undefined
/** The same of a child of whom there is nothing. */
const ofNothing = (): Promise<unknown> => (nothing ??= carersView([]))

describe('a carer’s account', () => {
  test.each<[string, readonly string[]]>([
    ['with a registration and no checks', ['register']],
    ['shielded', ['register-shielded']],
    ['shielded, with checks', ['register-shielded', 'check', 'protect']],
    ['with child protection reached, opened and read', ['register', 'check', 'protect', 'open']],
    ['whom nobody registered, with an enquiry and a case', ['check', 'protect', 'end-enquiry', 'check']],
  ])('of a child %s is that of a child of whom there is nothing', async (_, history) => {
    expect(await carersView(history)).toEqual(await ofNothing())
  })

  test('is the same bytes, and leaves the same behind, after any history', async () => {
    const some = fc.array(fc.constantFrom(...Object.keys(HAPPENINGS)), { minLength: 1, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(some, async (history) => {
        expect(await carersView(history)).toEqual(await ofNothing())
      }),
      { numRuns: 6 },
    )
  }, 60_000)

  test('nothing of it can be withheld, for nothing of a child is in it', async () => {
    await using made = await desk()
    const { it, clerk } = made
    const account = await ask(it, 7, 'C/1', 'carer')
    const what = { parts: ['checks'], reason: 'crime', until: it.clock.now + DAY } as const
    await expect(clerk.withhold(account, what)).rejects.toMatchObject({ code: 'ERR_CASE_STATUS' })
  })
})

/** A child who was opened and referred, and asks for their own account. */
async function withHistory(made: Desk): Promise<number> {
  const { it } = made
  await it.register(childDetails(7))
  await check(it, it.health, 'H/1', 7)
  it.clock.now += HOUR
  await check(it, it.police, 'P/1', 7, 'police-protection')
  const common = { case: 1, purpose: 'referral', lawfulBasis: 'public-task' } as const
  const { opening } = await it.first.open({ ...common, group: 'identity' })
  await it.first.read(opening)
  it.clock.now += HOUR
  await it.first.read(opening)
  return ask(it, 7, 'C/1', 'child')
}

const heldBy = async (officer: Officer, account: number) => ((await officer.account(account)) as ChildAccount).held

describe('a child’s own account', () => {
  test('says what is held, and who used it when and for what, by what they do', async () => {
    await using made = await desk()
    const account = await withHistory(made)
    const { now } = made.it.clock
    const held = await heldBy(made.clerk, account)
    expect(held).toMatchObject({
      details: [
        { group: 'identity', version: 1 },
        { group: 'carers', version: 1 },
      ],
      checks: [
        {
          agencyKind: 'health',
          agency: 'st-marys',
          incident: { code: 'first-known' },
          withdrawn: false,
          disputed: false,
        },
        { agencyKind: 'police', agency: 'met-police', incident: { code: 'police-protection' } },
      ],
      cases: [{ threshold: 'child-protection', raisedAt: now - HOUR }],
      openings: [
        {
          group: 'identity',
          purpose: 'referral',
          lawfulBasis: 'public-task',
          by: 'caseworker',
          readAt: [now - HOUR, now],
        },
      ],
      enquiries: [],
    })
    const text = JSON.stringify(held)
    for (const never of ['first"', 'person-', 'Amina', 'childId', childDetails(7).familyName, nhsNumber(7)])
      expect(text).not.toContain(never)
  })

  test('every time that it is produced is journalled, with the officer’s words and what the rules decided', async () => {
    await using made = await desk()
    const account = await withHistory(made)
    await made.clerk.account(account)
    await made.clerk.account(account)
    const produced = (await entries(made.it)).filter(({ body }) => body.event === 'produced')
    expect(produced.map(({ body }) => [body.account, body.officer])).toEqual([
      [account, 'clerk'],
      [account, 'clerk'],
    ])
    expect(produced[0]?.body.decided).toMatchObject([
      { request: { information: 'involvement' }, decision: { permitted: true } },
      { request: { information: 'sensitive-involvement' }, decision: { permitted: true } },
    ])
  })

  test('names no agency below a threshold, and a sexual health clinic only because the child asks', async () => {
    await using made = await desk()
    const { it, clerk } = made
    const clinic = await it.agency('blue-door', 'health', { sensitive: true })
    await it.register(childDetails(7))
    await check(it, it.health, 'H/1', 7)
    it.clock.now += HOUR
    await check(it, clinic, 'B/1', 7)
    const { checks } = await heldBy(clerk, await ask(it, 7, 'C/1', 'child'))
    expect(checks.map(({ agencyKind, agency }) => [agencyKind, agency])).toEqual([
      ['health', undefined],
      ['health', 'blue-door'],
    ])
  })

  test('of a shielded child tells nobody but a shielding officer what only a registration brings', async () => {
    const seen: unknown[] = []
    for (const shielded of [true, false]) {
      await using made = await desk()
      const { it, clerk } = made
      if (shielded) await it.register(childDetails(7, { shielded: true }))
      await check(it, it.health, 'H/1', 7)
      await check(it, it.police, 'P/1', 7, 'police-protection')
      if (shielded) {
        const common = { case: 1, purpose: 'referral', lawfulBasis: 'public-task' } as const
        const { opening } = await it.first.open({ ...common, group: 'identity' })
        await it.first.read(opening)
      }
      const account = await ask(it, 7, 'C/1', 'child')
      const document = (await clerk.account(account)) as ChildAccount
      const { checks, ...held } = document.held
      seen.push([{ ...document, held }, checks.map(({ check: _, ...rest }) => rest)])
      const both = await it.officer('both', { roles: ['shielding', 'records'] })
      const whole = await heldBy(both, account)
      expect([whole.details.length, whole.openings.length]).toEqual(shielded ? [2, 1] : [0, 0])
    }
    expect(seen[0]).toEqual(seen[1])
  })

  test('is for a child who understands it, as a person judged for this request', async () => {
    await using made = await desk()
    const { it } = made
    const { agencyChildId } = await it.school.identify(number(7), 'p')
    const asked = { agencyChildId, reference: 'C/1', for: 'child' } as const
    await expect(it.school.askAccount(asked)).rejects.toMatchObject({ field: 'understanding' })
    await expect(
      it.school.askAccount({ ...asked, understanding: { understands: false, assessedBy: 'the nurse' } }),
    ).rejects.toMatchObject({ code: 'ERR_DISCLOSURE_DENIED' })
    await expect(it.school.askAccount({ ...asked, for: 'carer', understanding: UNDERSTANDS })).rejects.toMatchObject({
      field: 'understanding',
    })
    expect(await it.school.askAccount({ ...asked, understanding: UNDERSTANDS })).toBe(1)
    expect(await it.school.askAccount({ ...asked, understanding: UNDERSTANDS })).toBe(1)
    await expect(it.school.askAccount({ ...asked, for: 'carer' })).rejects.toMatchObject({
      code: 'ERR_REFERENCE_CONFLICT',
    })
  })
})

describe('who works on requests', () => {
  test('records officers; who works cases sees them without the agency, and others nothing', async () => {
    await using made = await desk()
    const { it, clerk } = made
    const account = await ask(it, 7, 'C/1', 'carer')
    expect(await clerk.accounts()).toMatchObject([{ number: 1, agency: 'hill-school', reference: 'C/1' }])
    expect((await it.first.accounts())[0]).not.toHaveProperty('agency')
    const guard = await it.officer('guard', { roles: ['shielding'] })
    for (const step of [
      guard.accounts(),
      it.first.account(account),
      it.first.endAccount(account, 'given'),
      it.first.delayAccount(account, 'complexity', 1),
    ])
      await expect(step).rejects.toMatchObject({ code: 'ERR_ROLE_MISSING' })
    await expect(clerk.account(2)).rejects.toMatchObject({ code: 'ERR_ACCOUNT_UNKNOWN' })
  })
})

describe('withholding', () => {
  const what = (it: House) => ({ parts: ['checks', 'cases'], reason: 'crime', until: it.clock.now + 30 * DAY }) as const

  test('takes a records officer and another who works cases; until then nothing is produced', async () => {
    await using made = await desk()
    const { it, clerk } = made
    const account = await withHistory(made)
    const words = what(it)
    expect(await clerk.withhold(account, words)).toBe('waiting')
    expect(await clerk.withhold(account, words)).toBe('waiting')
    await expect(clerk.account(account)).rejects.toMatchObject({ code: 'ERR_CASE_STATUS' })
    await expect(clerk.endAccount(account, 'given')).rejects.toMatchObject({ code: 'ERR_CASE_STATUS' })
    expect(await it.first.accounts()).toMatchObject([{ waiting: { by: 'clerk', reason: 'crime' }, withheld: [] }])
    expect(await it.first.withhold(account, { ...words, parts: ['cases', 'checks'] })).toBe('withheld')
    expect(await it.first.withhold(account, words)).toBe('withheld')
    expect(await heldBy(clerk, account)).toMatchObject({ checks: [], cases: [], openings: [{}], details: [{}, {}] })
    expect((await entries(it)).filter(({ body }) => body.event === 'withholding').map(({ body }) => body.by)).toEqual([
      ['clerk'],
      ['clerk', 'first'],
    ])
  })

  test('is the same bytes as where nothing is there', async () => {
    const documents: unknown[] = []
    for (const hasCase of [true, false]) {
      await using made = await desk()
      const { it, clerk } = made
      await it.register(childDetails(7))
      if (hasCase) await check(it, it.police, 'P/1', 7, 'police-protection')
      const account = await ask(it, 7, 'C/1', 'child')
      const words = { ...what(it), parts: ['checks', 'cases'] } as const
      for (const who of [clerk, it.first]) await who.withhold(account, words)
      documents.push(Buffer.from(toJsonBytes(await clerk.account(account))).toString())
    }
    expect(documents[0]).toBe(documents[1])
  })

  test('not by one person under two names, nor by two of one desk, nor on other words, nor two weeks later', async () => {
    await using made = await desk()
    const { it, clerk } = made
    const account = await withHistory(made)
    const words = what(it)
    const twin = await it.officer('twin', { roles: ['caseworker'], person: 'person-clerk' })
    const colleague = await it.officer('colleague', { roles: ['records'] })
    for (const who of [clerk, twin, clerk, colleague]) expect(await who.withhold(account, words)).toBe('waiting')
    expect(await it.first.withhold(account, { ...words, reason: 'court' })).toBe('waiting')
    expect(await it.second.withhold(account, { ...words, reason: 'court' })).toBe('waiting')
    await clerk.withhold(account, words)
    it.clock.now += 14 * DAY
    expect(await it.first.withhold(account, words)).toBe('waiting')
    expect((await clerk.accounts())[0]?.withheld).toEqual([])
  })

  test.each<[string, object]>([
    ['no part', { parts: [] }],
    ['a part twice', { parts: ['checks', 'checks'] }],
    ['an unknown part', { parts: ['name'] }],
    ['an unknown reason', { reason: 'because' }],
    ['an end that has passed', { until: 1 }],
    ['an end more than a year ahead', { until: Date.UTC(2028, 0) }],
  ])('refused: %s', async (_, other) => {
    await using made = await desk()
    const account = await withHistory(made)
    await expect(made.clerk.withhold(account, { ...what(made.it), ...other } as never)).rejects.toMatchObject({
      code: 'ERR_REQUEST_INVALID',
    })
    await made.clerk.account(account)
  })

  test('ends at its end, and the request comes up again then', async () => {
    await using made = await desk()
    const { it, clerk } = made
    const account = await withHistory(made)
    const words = what(it)
    for (const who of [clerk, it.first]) await who.withhold(account, words)
    await clerk.endAccount(account, 'given')
    await clerk.endAccount(account, 'given')
    expect(await clerk.accounts({ status: 'ended' })).toMatchObject([{ outcome: 'given', lookAgainAt: words.until }])
    it.clock.now = words.until
    expect((await heldBy(clerk, account)).cases).toHaveLength(1)
    await clerk.endAccount(account, 'given')
    expect((await entries(it)).filter(({ body }) => body.event === 'ended')).toHaveLength(2)
  })
})

describe('the clock', () => {
  test('is one month; it can be put off once, by two months at most, while the month runs', async () => {
    await using made = await desk()
    const { it, clerk } = made
    const account = await ask(it, 7, 'C/1', 'carer')
    expect((await clerk.accounts())[0]?.dueAt).toBe(Date.UTC(2026, 3, 4, 10))
    await expect(clerk.delayAccount(account, 'complexity', 3 as never)).rejects.toMatchObject({ field: 'months' })
    expect(await clerk.delayAccount(account, 'complexity', 2)).toBe(Date.UTC(2026, 5, 4, 10))
    expect(await clerk.delayAccount(account, 'complexity', 2)).toBe(Date.UTC(2026, 5, 4, 10))
    await expect(clerk.delayAccount(account, 'complexity', 1)).rejects.toMatchObject({ code: 'ERR_CASE_STATUS' })
    const late = await ask(it, 7, 'C/2', 'carer')
    it.clock.now += 40 * DAY
    await expect(clerk.delayAccount(late, 'complexity', 1)).rejects.toMatchObject({ code: 'ERR_CASE_STATUS' })
    await clerk.endAccount(late, 'not-collected')
    await expect(clerk.endAccount(late, 'given')).rejects.toMatchObject({ code: 'ERR_CASE_STATUS' })
  })
})
