import { describe, expect, test } from 'vitest'
import { toHex } from '../../src/bytes.js'
import { journalTrust } from '../../src/custodian/knowledge.js'
import { memoryCustodianStore, openCustodian } from '../../src/custodian.js'
import { found, openCustodians } from '../../src/founding.js'
import { foundHub } from '../../src/hub/open-context.js'
import {
  type CaseNews,
  createAgency,
  type Hub,
  memoryStore,
  newPartyKey,
  openHub,
  parsePolicy,
  policyHash,
  vocabularyHash,
} from '../../src/index.js'
import { decodeEntry } from '../../src/journal/entry.js'
import { verifyJournal } from '../../src/journal/verify.js'
import { fromJsonBytes, toJsonBytes } from '../../src/json.js'
import { seededRandom } from '../../src/testing.js'
import { DAY, HOUR, NOW, nhsNumber } from '../support/house.js'
import { all } from '../support/lists.js'
import { call, calls, counting, countingData, countingHouse, FIRST } from './policies.js'

const hashOf = (policy: Parameters<typeof policyHash>[0]): string => toHex(policyHash(policy))
const SECOND = counting(2, { review: 2, need: 3, protection: 4 })

describe('a policy that is adopted', () => {
  test('decides from now on, and the journal says since when and what it says', async () => {
    await using it = await countingHouse()
    const first = it.hub.policy()
    const { version } = it.hub.roster()
    it.clock.now += HOUR
    const adoption = await it.hub.adoptPolicy(SECOND)
    expect(adoption).toEqual({ outcome: 'adopted', hash: hashOf(SECOND), from: it.clock.now })
    expect(it.hub.policy()).toEqual({ policy: SECOND, hash: hashOf(SECOND) })
    const named = { id: 'counting', title: 'Counts calls' }
    expect(it.hub.policies()).toEqual([
      { hash: first.hash, ...named, version: 1, from: 0, until: it.clock.now },
      { hash: hashOf(SECOND), ...named, version: 2, from: it.clock.now },
    ])
    expect(it.hub.roster().version).toBe(version + 1)
    expect(it.hub.status()).toMatchObject({
      policyId: 'counting',
      policyVersion: 2,
      policyHash: hashOf(SECOND),
      unassessedChecks: 0,
    })
    const entries = (await all(it.hub.journal.entries())).map(({ body }) => decodeEntry(body ?? new Uint8Array(0)))
    // The document stands before the roster that names it.
    expect(entries.slice(-3).map(({ type }) => type)).toEqual(['policy', 'roster', 'activation'])
    expect(parsePolicy(fromJsonBytes(entries.at(-3)?.body ?? new Uint8Array(0)))).toEqual(SECOND)
  })

  test('is there for another process, for one that opens later, and for an auditor', async () => {
    await using it = await countingHouse()
    const other = await it.another()
    await calls(it, [2])
    await it.hub.adoptPolicy(SECOND)
    await it.hub.caughtUp()
    await other.caughtUp()
    expect(other.policy().hash).toBe(hashOf(SECOND))
    expect((await it.reopen({ crash: true })).policy()).toEqual({ policy: SECOND, hash: hashOf(SECOND) })
    expect(await it.hub.journal.verify()).toMatchObject({ verified: true })
    const note = await it.hub.journal.head()
    const audit = await verifyJournal(it.hub.journal.entries(), { ...journalTrust(it.hub.roster()), note })
    expect(audit.verified).toBe(true)
    expect(audit.byType.get('policy')).toBe(2)
  })

  test('twice is once: nothing is written', async () => {
    await using it = await countingHouse()
    const founding = it.hub.policy().policy
    const size = await it.hub.journal.size()
    expect(await it.hub.adoptPolicy(founding)).toMatchObject({ outcome: 'unchanged', from: 0 })
    expect(await it.hub.adoptPolicy(founding, { from: NOW + DAY })).toMatchObject({ outcome: 'unchanged', from: 0 })
    expect(await it.hub.journal.size()).toBe(size)
    await it.hub.adoptPolicy(SECOND)
    const after = await it.hub.journal.size()
    const again = parsePolicy(JSON.stringify(SECOND))
    expect(await it.hub.adoptPolicy(again)).toEqual({ outcome: 'unchanged', hash: hashOf(SECOND), from: NOW })
    expect(await it.hub.journal.size()).toBe(after)
  })

  test('may weigh codes otherwise, retire them and have more of them', async () => {
    await using it = await countingHouse()
    const { indicators, incidents } = countingData(1, FIRST)
    const next = counting(2, FIRST, {
      title: 'Another title',
      indicators: {
        'HEALTH-2': { ...indicators['HEALTH-2'], severity: 4, points: 99, flags: ['significant-harm'] },
        'CARE-3': { ...indicators['CARE-3'], retired: true, flags: [] },
        'MORE-1': { label: 'one more', domain: 'child', dimension: 'health', severity: 1, points: 0 },
      },
      incidents: {
        called: { ...incidents.called, points: 7, agencyKinds: ['police'] },
        seen: { ...incidents.seen, retired: true },
        met: { label: 'met', points: 0 },
      },
    })
    expect(await it.hub.adoptPolicy(next)).toMatchObject({ outcome: 'adopted' })
    const refused = await it.police.checkAll([
      { ...call(it, 1), indicators: ['CARE-3'] },
      call(it, 1, { incident: 'seen' }),
      call(it, 1, { incident: 'met' }),
    ])
    expect(refused).toMatchObject([
      { kind: 'refused', code: 'ERR_CODE_RETIRED', field: 'indicators' },
      { kind: 'refused', code: 'ERR_CODE_RETIRED', field: 'incident' },
      { kind: 'recorded' },
    ])
  })
})

describe('a policy is refused that', () => {
  const { indicators, incidents } = countingData(1, FIRST)
  const health = indicators['HEALTH-2']
  const care = indicators['CARE-3']
  const withHealth = (change: object) => ({ indicators: { ...indicators, 'HEALTH-2': { ...health, ...change } } })
  const { outcome: _, ...careless } = care
  test.each<[string, Record<string, unknown>, string]>([
    ['drops an indicator', { indicators: { 'HEALTH-2': health } }, 'indicators.CARE-3'],
    ['drops an incident', { incidents: { called: incidents.called } }, 'incidents.seen'],
    ['calls an indicator something else', withHealth({ label: 'other' }), 'indicators.HEALTH-2.label'],
    ['moves an indicator to another domain', withHealth({ domain: 'family' }), 'indicators.HEALTH-2.domain'],
    ['moves an indicator to another dimension', withHealth({ dimension: 'care' }), 'indicators.HEALTH-2.dimension'],
    ['gives an indicator an outcome', withHealth({ outcome: 'healthy' }), 'indicators.HEALTH-2.outcome'],
    [
      'takes its outcome from an indicator',
      { indicators: { ...indicators, 'CARE-3': careless } },
      'indicators.CARE-3.outcome',
    ],
    [
      'calls an incident something else',
      { incidents: { ...incidents, seen: { ...incidents.seen, label: 'met' } } },
      'incidents.seen.label',
    ],
    ['has id and version of another', { version: 1, title: 'Another title' }, 'version'],
    ['is no policy', { horizonDays: 0 }, 'horizonDays'],
  ])('%s', async (_name, change, field) => {
    const it = await foundedHub()
    const before = await it.size()
    const policy = { ...countingData(2, FIRST), ...change } as never
    await expect(it.hub.adoptPolicy(policy)).rejects.toMatchObject({ code: 'ERR_POLICY_INVALID', field })
    expect(await it.size()).toBe(before)
    expect(it.hub.policies()).toHaveLength(1)
    await it.hub.close()
  })

  test('is larger than a journal entry', async () => {
    const it = await foundedHub()
    const label = 'ß'.repeat(400)
    const many = Object.fromEntries(
      Array.from({ length: 1_300 }, (_none, index) => [`MANY-${index}`, { ...health, label }]),
    )
    const large = parsePolicy({ ...countingData(2, FIRST), indicators: { ...indicators, ...many } })
    expect(toJsonBytes(large).length).toBeGreaterThan(2 ** 20)
    await expect(it.hub.adoptPolicy(large)).rejects.toMatchObject({ code: 'ERR_POLICY_INVALID' })
    // Just under it there is still room for what an entry has around its body.
    const fits = Object.fromEntries(Object.entries(many).slice(0, 1_120))
    const large2 = parsePolicy({ ...countingData(2, FIRST), indicators: { ...indicators, ...fits } })
    expect(await it.hub.adoptPolicy(large2)).toMatchObject({ outcome: 'adopted' })
    await it.hub.close()
  })

  test('names another by its version, whichever came between, also one that was never in force', async () => {
    const it = await foundedHub()
    await it.hub.adoptPolicy(counting(2, FIRST), { from: NOW + DAY })
    await it.hub.adoptPolicy(counting(3, FIRST), { from: NOW + 2 * DAY })
    for (const version of [1, 2, 3]) {
      const other = counting(version, FIRST, { title: 'Another title' })
      await expect(it.hub.adoptPolicy(other, { from: NOW + 3 * DAY })).rejects.toMatchObject({
        code: 'ERR_POLICY_INVALID',
        field: 'version',
      })
    }
    // The text "2" is another version than the number 2, and another id is another policy.
    await it.hub.adoptPolicy(counting(2, FIRST, { version: '2' }), { from: NOW + 3 * DAY })
    await it.hub.adoptPolicy(counting(2, FIRST, { id: 'other' }), { from: NOW + 4 * DAY })
    await it.hub.close()
  })
})

describe('the instant from which it decides', () => {
  test('can lie ahead: until then the policy before decides, and then this one', async () => {
    await using it = await countingHouse()
    await calls(it, [2])
    const first = it.hub.policy().hash
    const from = NOW + 7 * DAY
    expect(await it.hub.adoptPolicy(SECOND, { from })).toEqual({ outcome: 'adopted', hash: hashOf(SECOND), from })
    await it.hub.caughtUp()
    expect(it.hub.policy().hash).toBe(first)
    expect(await all(it.hub.cases())).toEqual([])
    it.clock.now = from - 1
    expect(await all(it.hub.cases())).toEqual([])
    expect(it.hub.policy().hash).toBe(first)
    it.clock.now = from
    expect(it.hub.policy().hash).toBe(hashOf(SECOND))
    expect(await all(it.hub.cases())).toMatchObject([{ number: 1, level: 'review' }])
    expect((await it.hub.case(1)).policyHash).toBe(hashOf(SECOND))
  })

  test('is never in the past, nor before that of the policy that it follows', async () => {
    const it = await foundedHub()
    const refused = { code: 'ERR_REQUEST_INVALID', field: 'from' }
    for (const from of [0, NOW - 1, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 'tomorrow'])
      await expect(it.hub.adoptPolicy(SECOND, { from: from as number })).rejects.toMatchObject(refused)
    await expect(it.hub.adoptPolicy(SECOND, { until: NOW } as never)).rejects.toMatchObject({
      code: 'ERR_REQUEST_INVALID',
    })
    await it.hub.adoptPolicy(SECOND, { from: NOW + DAY })
    const third = counting(3, FIRST)
    for (const options of [{}, { from: NOW }, { from: NOW + DAY }])
      await expect(it.hub.adoptPolicy(third, options)).rejects.toMatchObject(refused)
    // One that is scheduled is not moved.
    await expect(it.hub.adoptPolicy(SECOND, { from: NOW + 2 * DAY })).rejects.toMatchObject(refused)
    expect(await it.hub.adoptPolicy(SECOND, { from: NOW + DAY })).toMatchObject({ outcome: 'unchanged' })
    expect(await it.hub.adoptPolicy(SECOND)).toMatchObject({ outcome: 'unchanged', from: NOW + DAY })
    expect(await it.hub.adoptPolicy(third, { from: NOW + DAY + 1 })).toMatchObject({ outcome: 'adopted' })
    expect(it.hub.policies().map(({ from, until }) => [from, until])).toEqual([
      [0, NOW + DAY],
      [NOW + DAY, NOW + DAY + 1],
      [NOW + DAY + 1, undefined],
    ])
    await it.hub.close()
  })

  test('two within one millisecond follow each other', async () => {
    const it = await foundedHub()
    await it.hub.adoptPolicy(SECOND)
    expect(await it.hub.adoptPolicy(counting(3, FIRST))).toMatchObject({ outcome: 'adopted', from: NOW + 1 })
    expect(it.hub.policy().hash).toBe(hashOf(SECOND))
    it.clock.now += 1
    expect(it.hub.policy().policy.version).toBe(3)
    await it.hub.close()
  })
})

describe('an earlier policy', () => {
  test('comes back by being adopted again, and stands in the history twice', async () => {
    await using it = await countingHouse()
    const founding = it.hub.policy().policy
    it.clock.now += DAY
    await it.hub.adoptPolicy(SECOND)
    it.clock.now += DAY
    const size = await it.hub.journal.size()
    expect(await it.hub.adoptPolicy(founding)).toMatchObject({ outcome: 'adopted', hash: hashOf(founding) })
    // Its document stands in the journal already.
    const added = (await all(it.hub.journal.entries({ from: size }))).map(
      ({ body }) => decodeEntry(body ?? new Uint8Array(0)).type,
    )
    expect(added).toEqual(['roster', 'activation'])
    expect(it.hub.policy().hash).toBe(hashOf(founding))
    expect(it.hub.policies().map(({ version }) => version)).toEqual([1, 2, 1])
    it.clock.now += DAY
    await it.hub.adoptPolicy(SECOND)
    expect((await it.reopen()).policy().hash).toBe(hashOf(SECOND))
    expect(it.hub.policies().map(({ version }) => version)).toEqual([1, 2, 1, 2])
    await calls(it, [2])
    expect(await all(it.hub.cases())).toMatchObject([{ level: 'review' }])
  })

  test('does not come back once codes were added: checks may carry them', async () => {
    const it = await foundedHub()
    const founding = it.hub.policy().policy
    const { incidents } = countingData(1, FIRST)
    await it.hub.adoptPolicy(counting(2, FIRST, { incidents: { ...incidents, met: { label: 'met', points: 0 } } }))
    await expect(it.hub.adoptPolicy(founding)).rejects.toMatchObject({
      code: 'ERR_POLICY_INVALID',
      field: 'incidents.met',
    })
    await it.hub.close()
  })
})

describe('custodians', () => {
  test('who do not approve keep a policy out, and nothing is written', async () => {
    const it = await foundedHub({ approve: async (next) => next.policies.length < 2 })
    const size = await it.size()
    await expect(it.hub.adoptPolicy(SECOND)).rejects.toMatchObject({ code: 'ERR_APPROVAL_MISSING' })
    expect(await it.size()).toBe(size)
    expect(it.hub.policy().policy.version).toBe(1)
    await it.hub.close()
  })

  test('sign when the delay has passed: until then the policy waits', async () => {
    const it = await foundedHub({ activationDelayMs: 2 * DAY })
    await expect(it.hub.adoptPolicy(SECOND, { from: NOW + 2 * DAY - 1 })).rejects.toMatchObject({
      code: 'ERR_REQUEST_INVALID',
      field: 'from',
    })
    const proposal = { outcome: 'proposed', hash: hashOf(SECOND), from: NOW + 2 * DAY }
    expect(await it.hub.adoptPolicy(SECOND)).toEqual(proposal)
    const size = await it.size()
    expect(await it.hub.adoptPolicy(SECOND)).toEqual({ ...proposal, outcome: 'unchanged' })
    expect(await it.size()).toBe(size)
    it.clock.now += 2 * DAY - 1
    await expect(it.hub.activate()).rejects.toMatchObject({ code: 'ERR_ROSTER_INVALID' })
    expect(it.hub.policies()).toHaveLength(1)
    it.clock.now += 1
    // The document was journalled with the proposal: a process that opens only now has it.
    const hub = await it.reopen()
    expect(hub.policy().policy.version).toBe(1)
    await hub.activate()
    expect(hub.policy()).toEqual({ policy: SECOND, hash: hashOf(SECOND) })
    expect(hub.policies()).toMatchObject([{ until: NOW + 2 * DAY }, { from: NOW + 2 * DAY }])
    await hub.close()
  })
})

describe('nobody has to ask', () => {
  test('adopting begins to assess every child anew, and so does activating what waited', async () => {
    const it = await foundedHub({ activationDelayMs: HOUR })
    const common = { id: 'police', kind: 'police', neverIssuedNumbers: true, clock: () => it.clock.now }
    const police = createAgency({ ...common, key: await newPartyKey(), hub: it.hub })
    await it.hub.enrol(police.enrolment())
    it.clock.now += HOUR
    await it.hub.activate()
    const check = {
      child: { nhsNumber: nhsNumber(1) },
      incident: 'called',
      occurredAt: it.clock.now,
      practitioner: 'PC',
    }
    await police.check({ ...check, reference: 'a' })
    await it.hub.caughtUp()
    await it.hub.adoptPolicy(counting(2, { review: 1 }))
    it.clock.now += HOUR
    const heard = new Promise<CaseNews>((resolve) => it.hub.onCase(resolve))
    await it.hub.activate()
    expect(await heard).toEqual({ number: 1, level: 'review', event: 'raised' })
    await it.hub.close()
    await using other = await countingHouse()
    await calls(other, [1])
    const second = new Promise<CaseNews>((resolve) => other.hub.onCase(resolve))
    await other.hub.adoptPolicy(counting(2, { review: 1 }))
    expect(await second).toEqual({ number: 1, level: 'review', event: 'raised' })
  })
})

describe('two processes', () => {
  test('that adopt at once follow each other, or the second is refused', async () => {
    await using it = await countingHouse()
    const other = await it.another()
    const outcomes = await Promise.allSettled([
      it.hub.adoptPolicy(counting(2, FIRST, { title: 'one' })),
      other.adoptPolicy(counting(2, FIRST, { title: 'two' })),
    ])
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'ERR_POLICY_INVALID', field: 'version' },
    })
    it.clock.now += HOUR
    await Promise.all([it.hub.adoptPolicy(counting(3, FIRST)), other.adoptPolicy(counting(4, FIRST))])
    it.clock.now += 2
    await Promise.all([it.hub.caughtUp(), other.caughtUp()])
    expect(it.hub.policies()).toEqual(other.policies())
    expect(it.hub.policies()).toHaveLength(4)
    expect(it.hub.policy()).toEqual(other.policy())
  })
})

test('a store that knows no other policy than that of founding holds what it always held', async () => {
  await using it = await countingHouse()
  await calls(it, [1])
  const { shelf } = await it.context()
  const meta = async (name: string) => shelf.one('meta', shelf.key('meta', name))
  const policy = toJsonBytes(it.hub.policy().policy)
  expect(await meta('policy')).toEqual({ kind: 'policy', policy })
  expect(await meta('policies')).toBeUndefined()
  expect(await meta('watermark')).toEqual({ kind: 'watermark', position: await it.hub.journal.size() })
  // So an older store opens, and its policy can be changed.
  await it.hub.adoptPolicy(counting(2, { review: 1 }))
  expect(await all(it.hub.cases())).toMatchObject([{ level: 'review' }])
  expect(await meta('policy')).toEqual({ kind: 'policy', policy })
  expect(await meta('policies')).toMatchObject({ kind: 'policies', positions: [expect.any(Number)] })
  expect(await meta('watermark')).toEqual({
    kind: 'watermark',
    position: await it.hub.journal.size(),
    policyHash: it.hub.policy().hash,
  })
})

test('the vocabulary of a hub is that of the policy that decides', async () => {
  await using it = await countingHouse()
  const context = await it.context()
  const { incidents } = countingData(1, FIRST)
  const next = counting(2, FIRST, { incidents: { ...incidents, met: { label: 'met', points: 0 } } })
  await it.hub.adoptPolicy(next, { from: NOW + DAY })
  await context.ledger.notice()
  const vocabularies = [NOW, NOW + DAY].map((at) => toHex(context.policy(at).vocabulary))
  expect(vocabularies).toEqual([toHex(vocabularyHash(counting(1, FIRST))), toHex(vocabularyHash(next))])
  expect(() => context.policy(-1)).toThrow(expect.objectContaining({ code: 'ERR_POLICY_UNKNOWN' }))
})

interface FoundedHub {
  readonly hub: Hub
  readonly clock: { now: number }
  size(): Promise<number>
  reopen(): Promise<Hub>
}

/** A hub in memory with nobody on its roster but custodians. */
async function foundedHub(
  options: {
    readonly activationDelayMs?: number
    readonly approve?: Parameters<typeof openCustodian>[0]['approve']
  } = {},
): Promise<FoundedHub> {
  const clock = { now: NOW }
  const read = () => clock.now
  const random = seededRandom(7).bytes
  const policy = counting(1, FIRST)
  const { activationDelayMs = 0, approve } = options
  const {
    id,
    keys,
    genesis,
    custodians: custodianKeys,
  } = await found({ name: 'Anytown', policy, random, activationDelayMs })
  const custodians =
    approve === undefined
      ? await openCustodians(custodianKeys, () => memoryCustodianStore(), read, random)
      : new Map(
          await Promise.all(
            custodianKeys.map(async (each) => {
              const store = memoryCustodianStore()
              return [each.id, await openCustodian({ keys: each, store, clock: read, random, approve })] as const
            }),
          ),
        )
  const store = memoryStore()
  const wired = { id, store, keys, custodians, clock: read, random }
  await foundHub(wired, genesis, policy)
  const hub = await openHub(wired)
  return { hub, clock, size: () => store.size(), reopen: () => openHub(wired) }
}
