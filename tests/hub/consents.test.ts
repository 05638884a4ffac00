import { beforeEach, describe, expect, test } from 'vitest'
import { consentKey, consentsFor } from '../../src/hub/cases/consents.js'
import type { Agency, ConsentRecord, Officer } from '../../src/index.js'
import { defaultPolicy, MANAGEMENT } from '../../src/index.js'
import { fromJsonBytes, toJsonBytes } from '../../src/json.js'
import type { ConsentSaid } from '../../src/officer/consent.js'
import { encodeMessage } from '../../src/port.js'
import { keyOf } from '../support/forge.js'
import { childDetails, DAY, HOUR, type House, house, MINUTE } from '../support/house.js'
import { childOf, merge, queuePair, seen, split } from '../support/pairs.js'

/** An indicator that alone makes a child one in need, and that points to no significant harm. */
const NEED = Object.entries(defaultPolicy().indicators).find(
  ([, { severity, flags = [] }]) => severity === 4 && !flags.includes('significant-harm'),
)?.[0] as string

let it: House
let clinic: Agency
/** As they are, without the house's taking cases for them. */
let first: Officer
let second: Officer

/** A child in need, whom a sensitive service knows too: case 1, taken by the first officer. */
beforeEach(async () => {
  it = await house()
  ;[first, second] = [it.bare(it.first), it.bare(it.second)]
  clinic = await it.agency('blue-door', 'health', { sensitive: true })
  await it.register(childDetails(1))
  await seen(it, 1, 'one', { by: it.health, incident: 'first-known', indicators: [NEED] })
  await seen(it, 1, 'quiet', { by: clinic, incident: 'first-known' })
  await it.hub.caughtUp()
  await first.take(1)
  return () => it[Symbol.asyncDispose]()
})

const NAMING = {
  case: 1,
  by: 'carer',
  carer: 1,
  kind: 'data-protection',
  information: 'sensitive-involvement',
  to: MANAGEMENT,
  given: true,
} as const satisfies ConsentSaid

const OPENING = { case: 1, group: 'identity', purpose: 'assessment', lawfulBasis: 'public-task' } as const

/** The agencies that the first officer is told of by a new opening. */
async function named(): Promise<readonly string[]> {
  const { opening } = await first.open(OPENING)
  return (await first.read(opening)).involvement.map(({ agency }) => agency).sort()
}

async function entries(type: string): Promise<readonly Record<string, unknown>[]> {
  const { ledger } = await it.context()
  const all = await ledger.read(0, 1_000)
  return all.flatMap(({ entry }) =>
    entry?.type === type ? [fromJsonBytes(entry.body) as Record<string, unknown>] : [],
  )
}

describe('a consent on record', () => {
  test('has a sensitive service named by the rule, until it is withdrawn', async () => {
    expect(await named()).toEqual(['st-marys'])
    const number = await first.recordConsent(NAMING)
    expect(number).toBe(1)
    expect(await named()).toEqual(['blue-door', 'st-marys'])
    await first.withdrawConsent(1, number)
    expect(await named()).toEqual(['st-marys'])
    expect(await first.consents(1)).toMatchObject([{ number, given: true, withdrawnAt: it.clock.now }])
  })

  test('ends at its end', async () => {
    await first.recordConsent({ ...NAMING, until: it.clock.now + HOUR })
    expect(await named()).toContain('blue-door')
    it.clock.now += HOUR
    expect(await named()).not.toContain('blue-door')
  })

  test('of a service or of treatment, to an agency, or of other information names nobody', async () => {
    await first.recordConsent({ ...NAMING, kind: 'service' })
    await first.recordConsent({ ...NAMING, kind: 'medical' })
    await first.recordConsent({ ...NAMING, to: 'st-marys' })
    await first.recordConsent({ ...NAMING, information: 'involvement' })
    expect(await named()).toEqual(['st-marys'])
  })

  test('of a child who understands is the child’s alone to give, and stays so', async () => {
    await first.recordConsent(NAMING)
    const understanding = { understands: true, assessedBy: 'worker-7', at: it.clock.now - DAY }
    const yes = await first.recordConsent({ ...NAMING, by: 'child', carer: undefined, understanding })
    expect(await named()).toContain('blue-door')
    await first.withdrawConsent(1, yes)
    expect(await named()).not.toContain('blue-door')
    expect((await first.consents(1))[1]).toMatchObject({ by: 'child', understanding })
  })

  test('changes no decision that was made: what was seen was seen, and a denial stands', async () => {
    await named()
    const before = await entries('disclosure')
    await first.recordConsent(NAMING)
    await first.withdrawConsent(1, 1)
    expect(await entries('disclosure')).toEqual(before)
    await named()
    const decided = (await entries('disclosure')).slice(before.length)
    expect(JSON.stringify(decided)).toContain('"carer":"withdrawn"')
  })

  test('is journalled in the officer’s own signed words, and so is its withdrawal', async () => {
    await first.recordConsent({ ...NAMING, until: it.clock.now + DAY })
    await first.withdrawConsent(1, 1)
    const [recorded, withdrawn] = await entries('consent')
    expect(recorded).toMatchObject({ event: 'recorded', case: 1, record: { number: 1, recordedBy: 'first' } })
    expect(withdrawn).toMatchObject({ event: 'withdrawn', case: 1, consents: [1], officer: 'first' })
    for (const entry of [recorded, withdrawn]) expect(entry?.asked).toBeInstanceOf(Uint8Array)
  })
})

describe('recording', () => {
  test('the same again is the same record; another word is another, and counts in its place', async () => {
    expect(await first.recordConsent(NAMING)).toBe(1)
    const size = await it.hub.journal.size()
    // Another message that says the same: the answer to the first was lost.
    it.clock.now += MINUTE
    expect(await first.recordConsent(NAMING)).toBe(1)
    expect(await it.hub.journal.size()).toBe(size)
    it.clock.now += MINUTE
    expect(await first.recordConsent({ ...NAMING, given: false })).toBe(2)
    expect(await first.recordConsent(NAMING)).toBe(3)
    await first.withdrawConsent(1, 1)
    await first.withdrawConsent(1, 1)
    expect((await first.consents(1)).map(({ withdrawnAt }) => withdrawnAt !== undefined)).toEqual([true, false, true])
    expect(await entries('consent')).toHaveLength(4)
  })

  test('a message that somebody sends once more records nothing once more, whatever was said since', async () => {
    const sender = { hub: it.hub.id, party: 'first', key: keyOf(it, 'first').signing }
    const message = encodeMessage('record-consent', toJsonBytes(NAMING), it.clock.now, sender)
    const reply = await it.hub.send(message)
    it.clock.now += MINUTE
    await first.recordConsent({ ...NAMING, given: false })
    expect(await it.hub.send(message)).toEqual(reply)
    expect((await first.consents(1)).map(({ given }) => given)).toEqual([true, false])
  })

  test('two officers at once each get a number of their own', async () => {
    await second.join(1, 'second-opinion')
    const other = await it.another()
    const key = keyOf(it, 'second').signing
    const sender = { hub: it.hub.id, party: 'second', key }
    const message = encodeMessage('record-consent', toJsonBytes({ ...NAMING, carer: 2 }), it.clock.now, sender)
    const [number] = await Promise.all([first.recordConsent(NAMING), other.send(message)])
    expect(number).toBeGreaterThan(0)
    expect((await first.consents(1)).map((record) => record.number)).toEqual([1, 2])
  })

  test('takes an officer who works cases and who needs to know of this one', async () => {
    const denied = { code: 'ERR_DISCLOSURE_DENIED' }
    await expect(second.recordConsent(NAMING)).rejects.toMatchObject(denied)
    await expect(second.consents(1)).rejects.toMatchObject(denied)
    const records = await it.officer('records', { roles: ['records'] })
    for (const act of [
      () => records.recordConsent(NAMING),
      () => records.withdrawConsent(1, 1),
      () => records.consents(1),
    ])
      await expect(act()).rejects.toMatchObject({ code: 'ERR_ROLE_MISSING' })
    expect(await entries('consent')).toEqual([])
  })

  test('withdrawing is as easy: any officer who works cases, once the case is closed too', async () => {
    await first.recordConsent(NAMING)
    await first.open(OPENING)
    await first.close(1, 'services-in-place', 'child-in-need-plan')
    await expect(first.recordConsent(NAMING)).rejects.toMatchObject({ code: 'ERR_CASE_STATUS' })
    await second.withdrawConsent(1, 1)
    const hub = await it.context()
    const consent = await consentsFor(hub, await childOf(hub, 'one', 'st-marys'), MANAGEMENT)
    expect(consent('sensitive-involvement').carer).toBe('withdrawn')
  })

  // In one house: none of them writes anything.
  const REFUSED: readonly [string, object, string, string?][] = [
    ['of a case that is not there', { case: 9 }, 'ERR_CASE_UNKNOWN'],
    ['to an agency that is not there', { to: 'nobody' }, 'ERR_PARTY_UNKNOWN', 'to'],
    ['to an officer', { to: 'second' }, 'ERR_PARTY_UNKNOWN', 'to'],
    ['to a name of many words', { to: 'a'.repeat(65) }, 'ERR_REQUEST_INVALID', 'to'],
    ['of no kind that there is', { kind: 'verbal' }, 'ERR_REQUEST_INVALID', 'kind'],
    ['to what is nothing personal', { information: 'existence' }, 'ERR_REQUEST_INVALID', 'information'],
    ['of a tenth carer', { carer: 10 }, 'ERR_REQUEST_INVALID', 'carer'],
    ['of a carer without a number', { carer: undefined }, 'ERR_REQUEST_INVALID', 'carer'],
    ['of a child with a carer’s number', { by: 'child' }, 'ERR_REQUEST_INVALID'],
    ['of somebody else', { by: 'neighbour' }, 'ERR_REQUEST_INVALID', 'by'],
    ['that says neither yes nor no', { given: 'perhaps' }, 'ERR_REQUEST_INVALID', 'given'],
    ['that has ended already', { until: 1 }, 'ERR_REQUEST_INVALID', 'until'],
    ['that replaces one of the same id', { replaces: 1 }, 'ERR_CONSENT_UNKNOWN', 'replaces'],
    ['with a name in it', { name: 'Grace Okafor' }, 'ERR_REQUEST_INVALID'],
    ['with an age in place of a judgement', { understanding: { age: 16 } }, 'ERR_REQUEST_INVALID'],
    [
      'judged by somebody with a name',
      { understanding: { understands: true, assessedBy: 'Dr Grace Okafor' } },
      'ERR_REQUEST_INVALID',
      'understanding.assessedBy',
    ],
    [
      'judged tomorrow',
      { understanding: { understands: true, assessedBy: 'worker-7', at: Date.UTC(2030, 1) } },
      'ERR_DATE_IN_FUTURE',
      'understanding.at',
    ],
  ]
  test('nothing is recorded that the shapes and the case do not let be recorded, and no refusal repeats a value', async () => {
    for (const [what, change, code, field] of REFUSED) {
      const refusal = await first
        .recordConsent({ ...NAMING, ...change } as ConsentSaid)
        .catch((error: unknown) => error)
      expect(refusal, what).toMatchObject({ code, ...(field === undefined ? {} : { field }) })
      expect(String(refusal)).not.toMatch(/Okafor|neighbour|verbal/)
    }
    expect(await entries('consent')).toEqual([])
  })

  test('nothing is withdrawn that was not given, or was given for another child', async () => {
    await it.register(childDetails(2))
    await seen(it, 2, 'two', { incident: 'police-protection' })
    await it.hub.caughtUp()
    await first.take(2)
    await first.recordConsent({ ...NAMING, given: false })
    await first.recordConsent(NAMING)
    for (const [number, consent] of [
      [1, 1],
      [2, 2],
      [1, 3],
    ] as const)
      await expect(first.withdrawConsent(number, consent)).rejects.toMatchObject({ code: 'ERR_CONSENT_UNKNOWN' })
    await expect(first.withdrawConsent(9, 1)).rejects.toMatchObject({ code: 'ERR_CASE_UNKNOWN' })
  })
})

describe('of linked ids', () => {
  /** Another id of the child, with a case of its own: number 2. */
  async function withTwin(): Promise<void> {
    await it.register(childDetails(2))
    await seen(it, 2, 'two', { incident: 'police-protection' })
    await it.hub.caughtUp()
    await first.take(2)
  }
  async function linkBoth(): Promise<void> {
    const hub = await it.context()
    await queuePair(hub, await childOf(hub, 'one', 'st-marys'), await childOf(hub, 'two'))
    await merge(1, it.third, it.shielding)
    await it.hub.caughtUp()
  }
  const consentOf = async (reference: string, agency: string) => {
    const hub = await it.context()
    return (await consentsFor(hub, await childOf(hub, reference, agency), MANAGEMENT))('sensitive-involvement')
  }
  const numbers = (all: readonly ConsentRecord[]) => all.map(({ number, under }) => [number, under === undefined])

  test('consents count together, and part again', async () => {
    await withTwin()
    await first.recordConsent(NAMING)
    await first.recordConsent({ ...NAMING, case: 2, given: false })
    expect((await consentOf('one', 'st-marys')).carer).toBe('given')
    await linkBoth()
    expect((await consentOf('one', 'st-marys')).carer).toBe('refused')
    expect((await consentOf('two', 'met-police')).carer).toBe('refused')
    const open = (await it.hub.case(1)).status === 'closed' ? 2 : 1
    const listed = await first.consents(open)
    expect(numbers(listed).map(([number]) => number)).toEqual([1, 2])
    expect(listed.filter(({ under }) => under === undefined)).toHaveLength(1)
    await split(1, it.third, it.shielding)
    await it.hub.caughtUp()
    expect((await consentOf('one', 'st-marys')).carer).toBe('given')
    expect((await consentOf('two', 'met-police')).carer).toBe('refused')
  })

  test('what a carer said under the other id is replaced by naming it, and withdrawn with what took its place', async () => {
    await withTwin()
    for (const number of [1, 2]) await first.recordConsent({ ...NAMING, case: number, given: false })
    await linkBoth()
    const open = (await it.hub.case(1)).status === 'closed' ? 2 : 1
    const [other] = (await first.consents(open)).filter(({ under }) => under !== undefined)
    const replaces = other?.number ?? 0
    const renewed = await first.recordConsent({ ...NAMING, case: open, replaces })
    expect((await consentOf('one', 'st-marys')).carer).toBe('given')
    await expect(
      first.recordConsent({ ...NAMING, case: open, by: 'child', carer: undefined, replaces }),
    ).rejects.toMatchObject({ code: 'ERR_CONSENT_UNKNOWN', field: 'replaces' })
    await first.withdrawConsent(open, renewed)
    expect((await consentOf('one', 'st-marys')).carer).toBe('withdrawn')
  })
})

test('with the child goes everything that was said of it: rows, and entries in the journal', async () => {
  await first.recordConsent(NAMING)
  await first.recordConsent({ ...NAMING, by: 'child', carer: undefined, given: false })
  await first.withdrawConsent(1, 1)
  const hub = await it.context()
  const childId = await childOf(hub, 'one', 'st-marys')
  await first.close(1, 'no-further-action', 'no-further-action')
  await second.close(1, 'no-further-action', 'no-further-action')
  await it.hub.eraseChildOfCase(1, 'erasure-request')
  expect(await entries('consent')).toEqual([])
  expect(await hub.shelf.one('consent', consentKey(hub, childId))).toBeUndefined()
  expect(await it.hub.journal.verify()).toMatchObject({ verified: true })
})

test('no party can be called what a consent calls the management function', async () => {
  await expect(it.agency('management', 'housing')).rejects.toMatchObject({ code: 'ERR_ROSTER_INVALID' })
})

test('hidden checks change no byte of what the officer is shown, nor of what is recorded about it', async () => {
  const views = async (): Promise<string> => {
    it.exchanges.length = 0
    const { opening } = await it.first.open(OPENING)
    const before = (await entries('disclosure')).length
    const { involvement } = await it.first.read(opening)
    return JSON.stringify([involvement, (await entries('disclosure')).slice(before)])
  }
  const quiet = await views()
  for (const reference of ['quiet-2', 'quiet-3'])
    await seen(it, 1, reference, { by: clinic, incident: 'first-known', occurredAt: it.clock.now - HOUR })
  const taken = await it.agency('red-door', 'health', { sensitive: true })
  await seen(it, 1, 'other', { by: taken, incident: 'first-known' })
  await it.hub.caughtUp()
  expect(await views()).toBe(quiet)
  expect(quiet).not.toContain('door')
})
