import { describe, expect, test } from 'vitest'
import { HISTORIES_PER_STEP } from '../../src/hub/checks/reassess.js'
import { loadWatermark } from '../../src/hub/checks/watermark.js'
import type { HubContext } from '../../src/hub/context.js'
import type { CaseNews, Hub } from '../../src/index.js'
import type { Commit } from '../../src/store/port.js'
import { plantedCheck } from '../support/forge.js'
import { DAY, HOUR, type House, MET } from '../support/house.js'
import { all } from '../support/lists.js'
import { call, calls, counting, countingData, countingHouse, FIRST } from './policies.js'
import { watched } from './watched-store.js'

const levels = async (hub: Hub): Promise<readonly string[]> => (await all(hub.cases())).map(({ level }) => level).sort()

describe('children assessed anew', () => {
  test('raise cases, or the level of the case they have, and none falls; who listens hears of it', async () => {
    await using it = await countingHouse({ review: 2, need: 4, protection: 6 })
    // Children 1 and 3 are at review, child 4 in need, child 2 below everything.
    await calls(it, [2, 1, 3, 4])
    const before = await all(it.hub.cases())
    expect(before.map(({ level }) => level).sort()).toEqual(['child-in-need', 'review', 'review'])
    const first = it.hub.policy().hash
    it.clock.now += HOUR
    const news: CaseNews[] = []
    it.hub.onCase((each) => news.push(each))
    // Review is harder to reach than it was; need begins at 3, and one call is enough for nothing any more.
    const next = counting(2, { review: 3, need: 3, protection: 5 })
    await it.hub.adoptPolicy(next)
    await it.hub.caughtUp()
    const second = it.hub.policy().hash
    const raised = before.find(({ number }) => news.some((each) => each.number === number))
    expect(news).toEqual([{ number: raised?.number, level: 'child-in-need', event: 'level-changed' }])
    const dossiers = await Promise.all(before.map(({ number }) => it.hub.case(number)))
    for (const [index, dossier] of dossiers.entries()) {
      const changed = dossier.number === raised?.number
      expect(dossier.level).toBe(changed ? 'child-in-need' : before[index]?.level)
      // A case names the policy that gave it its level, and its verdict the one that decides now.
      expect(dossier.policyHash).toBe(changed ? second : first)
      expect(dossier.verdict.policyHash).toBe(second)
    }
    // Child 1 keeps its level, though the new policy would not give it.
    expect(dossiers.map(({ verdict }) => verdict.level).sort()).toEqual(['child-in-need', 'child-in-need', 'none'])
    await it.hub.adoptPolicy(counting(3, { review: 1 }), { from: it.clock.now + 1 })
    it.clock.now += 1
    expect(await levels(it.hub)).toEqual(['child-in-need', 'child-in-need', 'review', 'review'])
    expect(news.at(-1)).toEqual({ number: 4, level: 'review', event: 'raised' })
    expect(await it.hub.case(4)).toMatchObject({ policyHash: it.hub.policy().hash, timeline: [{ supports: true }] })
    expect((await it.hub.journal.verify()).verified).toBe(true)
  })

  test('the journal names the policy of every level that was reached', async () => {
    await using it = await countingHouse({ review: 1 })
    await calls(it, [1, 2])
    await it.hub.adoptPolicy(counting(2, { review: 1, need: 2 }))
    await it.hub.caughtUp()
    const { ledger, documents } = await it.context()
    const events = (await ledger.read(0, 1_000)).flatMap(({ entry }) =>
      entry?.type === 'case' ? [JSON.parse(Buffer.from(entry.body).toString('utf8'))] : [],
    )
    const [first, second] = [...documents().keys()]
    expect(events.map(({ event, level, policyHash }) => [event, level, policyHash])).toEqual([
      ['raised', 'review', first],
      ['raised', 'review', first],
      ['level-changed', 'child-in-need', second],
    ])
  })

  test('a closed case stays closed, unless a check since then is one that the new policy counts', async () => {
    await using it = await countingHouse({ review: 2 })
    await calls(it, [2, 2])
    for (const number of [1, 2]) await it.first.close(number, 'no-further-action', 'no-further-action')
    it.clock.now += DAY
    await calls(it, [1])
    const child = (await it.hub.case(1)).timeline.length === 3 ? 1 : 2
    expect(await all(it.hub.cases({ status: 'new' }))).toMatchObject([{ number: 3 }])
    await it.first.close(3, 'no-further-action', 'no-further-action')
    it.clock.now += DAY
    await it.hub.adoptPolicy(counting(2, { review: 1, need: 2 }))
    await it.hub.caughtUp()
    expect(await all(it.hub.cases({ status: 'new' }))).toEqual([])
    await calls(it, [1])
    expect(await all(it.hub.cases({ status: 'new' }))).toMatchObject([
      { number: 4, level: 'child-in-need', reReferral: true },
    ])
    expect((await it.hub.case(4)).timeline).toHaveLength(4)
    expect((await it.hub.case(child)).status).toBe('closed')
  })

  test('a withdrawn check counts under no policy', async () => {
    await using it = await countingHouse()
    await it.police.check(call(it, 1, { reference: 'taken-back' }))
    await it.police.withdraw('taken-back', 'wrong-child')
    await it.police.check(call(it, 2))
    await it.hub.adoptPolicy(counting(2, { review: 1 }))
    expect(await all(it.hub.cases())).toHaveLength(1)
  })

  test.each([1, 63, 64, 65, 128, 150])('%s children, a page at a time', async (children) => {
    await using it = await countingHouse()
    await calls(
      it,
      Array.from({ length: children }, () => 1),
    )
    await it.hub.adoptPolicy(counting(2, { review: 1 }))
    await it.hub.caughtUp()
    expect(await all(it.hub.cases())).toHaveLength(children)
    const size = await it.hub.journal.size()
    await it.hub.caughtUp()
    await (await it.another()).caughtUp()
    expect(await it.hub.journal.size()).toBe(size)
    expect((await loadWatermark(await it.context())).row).toEqual({
      kind: 'watermark',
      position: size,
      policyHash: it.hub.policy().hash,
    })
  })
})

describe('levels of two policies', () => {
  const renamed = (version: number, changed: Readonly<Record<string, object>>) => {
    const data = countingData(version, { review: 2, need: 4, protection: 6 })
    return { levels: data.levels.map((level) => ({ ...level, ...changed[level.name] })) }
  }
  const reachedBy = (atLeast: number) => ({
    reachedWhen: { count: { atLeast, withinDays: 100, where: { incidents: ['called'] } } },
  })
  test.each<[string, number, ReturnType<typeof renamed>, string]>([
    ['a new name of the same threshold is no higher level', 2, renamed(2, { review: { name: 'look' } }), 'review'],
    [
      'a new name of a higher threshold is',
      2,
      renamed(2, { 'child-in-need': { name: 'section-17', ...reachedBy(2) } }),
      'section-17',
    ],
    [
      'the same name of a higher threshold is',
      2,
      {
        levels: [
          { name: 'low', threshold: 'none', opens: [], ...reachedBy(1) },
          { name: 'review', threshold: 'child-in-need', opens: ['identity'], ...reachedBy(2) },
        ],
      },
      'review',
    ],
    [
      'the same name of a lower threshold is not, nor what is above it',
      4,
      {
        levels: [
          { name: 'child-in-need', threshold: 'none', opens: [], ...reachedBy(2) },
          { name: 'above', threshold: 'none', opens: [], ...reachedBy(3) },
        ],
      },
      'child-in-need',
    ],
    [
      'one put between two of the same threshold is above the lower one',
      2,
      {
        levels: [
          { name: 'review', threshold: 'none', opens: [], ...reachedBy(1) },
          { name: 'look-twice', threshold: 'none', opens: [], ...reachedBy(2) },
        ],
      },
      'look-twice',
    ],
    [
      'and one put below it is not',
      2,
      {
        levels: [
          { name: 'glance', threshold: 'none', opens: [], ...reachedBy(2) },
          { name: 'review', threshold: 'none', opens: [], ...reachedBy(3) },
        ],
      },
      'review',
    ],
  ])('%s', async (_name, count, more, level) => {
    await using it = await countingHouse({ review: 2, need: 4, protection: 6 })
    await calls(it, [count])
    const [before] = await all(it.hub.cases())
    await it.hub.adoptPolicy(counting(2, FIRST, more))
    const after = await all(it.hub.cases())
    expect(after).toMatchObject([{ number: 1, level }])
    const threshold = { review: 'none', 'look-twice': 'none' }[level] ?? 'child-in-need'
    const changed = after[0]?.threshold !== before?.threshold || after[0]?.level !== before?.level
    expect(after[0]?.threshold).toBe(level === 'review' && changed ? 'child-in-need' : threshold)
    expect((await it.hub.case(1)).policyHash).toBe(it.hub.policies()[changed ? 1 : 0]?.hash)
  })
})

describe('determinations', () => {
  test('count under the policy that they were made under', async () => {
    const determination = { from: 'review', to: 'child-in-need', officers: 2 }
    await using it = await countingHouse(FIRST, { policy: counting(1, { review: 1, need: 50 }, { determination }) })
    await calls(it, [1])
    await it.first.determine(1, MET)
    await it.second.determine(1, MET)
    const ask = {
      case: 1,
      group: 'identity',
      purpose: 'referral',
      lawfulBasis: 'public-task',
    } as const
    // Permitted: what is missing is a record of this child.
    await expect(it.third.open(ask)).rejects.toMatchObject({ code: 'ERR_OPENING_UNKNOWN' })
    const before = it.hub.policy().hash
    await it.hub.adoptPolicy(counting(2, { review: 1, need: 60 }, { determination }))
    const denied = { code: 'ERR_DISCLOSURE_DENIED' }
    await expect(it.third.open(ask)).rejects.toMatchObject(denied)
    // Both are shown with the policy they were made under.
    expect((await it.first.review(1)).determinations.map(({ policyHash }) => policyHash)).toEqual([before, before])
    await it.first.determine(1, MET)
    await expect(it.third.open(ask)).rejects.toMatchObject(denied)
    await it.second.determine(1, MET)
    await expect(it.third.open(ask)).rejects.toMatchObject({ code: 'ERR_OPENING_UNKNOWN' })
    const { determinations, policyHash, verdict } = await it.first.review(1)
    expect(determinations.map((each) => each.policyHash)).toEqual([it.hub.policy().hash, it.hub.policy().hash])
    expect([policyHash, verdict.policyHash]).toEqual([before, it.hub.policy().hash])
  })
})

describe('while children are assessed anew', () => {
  test('new checks are assessed under the new policy at once', async () => {
    const gate = watched()
    await using it = await countingHouse(FIRST, { store: gate.store })
    await calls(
      it,
      Array.from({ length: 130 }, () => 1),
    )
    const context = await it.context()
    const childId = await childOf(it, context, 1)
    const news: CaseNews[] = []
    it.hub.onCase((each) => news.push(each))
    // After the first page another process records a check, which is taken in before the next page.
    gate.afterCommit = async (commit) => {
      if (!isPageOfPass(commit)) return
      gate.afterCommit = undefined
      await plantedCheck(it, context, { agency: 'met-police', childId, check: { incident: 'called' } }).journal()
    }
    await it.hub.adoptPolicy(counting(2, { review: 1, need: 2 }))
    await it.hub.caughtUp()
    const at = news.findIndex(({ level }) => level === 'child-in-need')
    expect(at).toBeGreaterThanOrEqual(HISTORIES_PER_STEP)
    expect(at).toBeLessThan(2 * HISTORIES_PER_STEP)
    expect(await all(it.hub.cases())).toHaveLength(130)
    expect((await it.hub.journal.verify()).verified).toBe(true)
  })

  test('news that nobody has read yet is not passed over', async () => {
    await using it = await countingHouse()
    await calls(
      it,
      Array.from({ length: 130 }, () => 1),
    )
    const context = await it.context()
    const childId = await childOf(it, context, 1)
    // Another process records more than a step reads, and assesses nothing.
    for (let entry = 1; entry <= 150; entry += 1)
      await plantedCheck(it, context, { agency: 'met-police', childId, check: { incident: 'called' } }).journal()
    await it.hub.adoptPolicy(counting(2, { review: 1, need: 151 }))
    await it.hub.caughtUp()
    const cases = await all(it.hub.cases())
    expect(cases).toHaveLength(130)
    expect(cases.filter(({ level }) => level === 'child-in-need')).toHaveLength(1)
  })

  test('another policy may overtake, from another process too: the pass begins anew under it', async () => {
    const gate = watched()
    await using it = await countingHouse(FIRST, { store: gate.store })
    await calls(
      it,
      Array.from({ length: 130 }, () => 1),
    )
    const other = await it.another()
    const news: CaseNews[] = []
    for (const hub of [it.hub, other]) hub.onCase((each) => news.push(each))
    gate.afterCommit = async (commit) => {
      if (!isPageOfPass(commit)) return
      gate.afterCommit = undefined
      it.clock.now += 10
      await other.adoptPolicy(counting(3, { review: 1, need: 1 }))
    }
    await it.hub.adoptPolicy(counting(2, { review: 1 }))
    await Promise.all([it.hub.caughtUp(), other.caughtUp()])
    expect(await all(it.hub.cases())).toHaveLength(130)
    expect(new Set(await levels(it.hub))).toEqual(new Set(['child-in-need']))
    // Two processes at the pass at once: each child is heard of once for each level.
    expect(news.filter(({ event }) => event === 'raised')).toHaveLength(130)
    const first = news.filter(({ level }) => level === 'review').length
    expect(first).toBeGreaterThanOrEqual(HISTORIES_PER_STEP)
    expect(news.filter(({ event }) => event === 'level-changed')).toHaveLength(first)
  })

  test('the policy before may come back: nobody stays assessed under the one between', async () => {
    const gate = watched()
    await using it = await countingHouse({ review: 2 }, { store: gate.store })
    const founding = it.hub.policy().policy
    await calls(it, [1])
    it.clock.now += HOUR
    // Nothing but the watermark moves in a page that raises nobody. It never becomes durable.
    gate.beforeCommit = async ({ entries = [], expects = [], puts = [] }) => {
      if (entries.length === 0 && expects.length > 0 && puts.length === 1) throw new Error('the process dies here')
    }
    const between = counting(2, { review: 3 })
    await it.hub.adoptPolicy(between)
    // The second call is assessed under the policy between, and does not reach what it would have reached before.
    await it.police.check(call(it, 1))
    await expect(it.hub.caughtUp()).rejects.toThrow('the process dies here')
    gate.beforeCommit = undefined
    it.clock.now += HOUR
    const hub = await it.reopen({ crash: true })
    await hub.adoptPolicy(founding)
    expect(await all(hub.cases())).toMatchObject([{ level: 'review' }])
    expect((await loadWatermark(await it.context())).row).toMatchObject({ policyHash: hub.policy().hash })
  })

  test('a signal ends the wait; what was done is told, and the rest is done later', async () => {
    const gate = watched()
    await using it = await countingHouse(FIRST, { store: gate.store })
    await calls(
      it,
      Array.from({ length: 130 }, () => 1),
    )
    const news: CaseNews[] = []
    it.hub.onCase((each) => news.push(each))
    const enough = new AbortController()
    await it.hub.adoptPolicy(counting(2, { review: 1 }), { from: it.clock.now + HOUR })
    await it.hub.caughtUp()
    it.clock.now += HOUR
    gate.afterCommit = async (commit) => {
      if (isPageOfPass(commit)) enough.abort(new Error('enough'))
    }
    await expect(it.hub.caughtUp({ signal: enough.signal })).rejects.toThrow('enough')
    expect(news).toHaveLength(64)
    await it.hub.caughtUp()
    expect(news).toHaveLength(130)
  })
})

describe('a check that the policy cannot read', () => {
  test('is left out and said; the child and everybody else are assessed on what can be read', async () => {
    await using it = await countingHouse({ review: 2, need: 4 })
    await calls(it, [1, 1])
    const context = await it.context()
    const planted = await childOf(it, context, 1)
    await plantedCheck(it, context, {
      agency: 'met-police',
      childId: planted,
      check: { incident: 'no-such-incident' },
    }).journal()
    await plantedCheck(it, context, {
      agency: 'met-police',
      childId: planted,
      check: { incident: 'called', indicators: ['NO-SUCH'] },
    }).journal()
    await it.hub.caughtUp()
    expect(it.hub.status()).toMatchObject({
      unassessedChecks: 2,
      warnings: [expect.any(String), expect.stringMatching(/^ERR_ASSESSMENT_INVALID: 2 checks/)],
    })
    await calls(it, [1, 1])
    expect(await levels(it.hub)).toEqual(['review', 'review'])
    const dossiers = await Promise.all([1, 2].map((number) => it.hub.case(number)))
    expect(dossiers.map(({ timeline }) => timeline.length).sort()).toEqual([2, 5])
    // A later process says it too, and a policy that knows the codes counts them.
    const hub = await it.reopen({ crash: true })
    await hub.caughtUp()
    expect(hub.status().unassessedChecks).toBe(2)
    const { indicators, incidents } = countingData(1, FIRST)
    await hub.adoptPolicy(
      counting(
        2,
        { review: 2, need: 3 },
        {
          indicators: {
            ...indicators,
            'NO-SUCH': { label: 'such', domain: 'd', dimension: 'd', severity: 1, points: 0 },
          },
          incidents: { ...incidents, 'no-such-incident': { label: 'such', points: 0 } },
        },
      ),
    )
    expect(await levels(hub)).toEqual(['child-in-need', 'review'])
    expect(hub.status()).toMatchObject({ unassessedChecks: 0, warnings: [expect.any(String)] })
  })
})

test('a check that was journalled twice is counted once', async () => {
  await using it = await countingHouse({ review: 3 })
  await calls(it, [1])
  const context = await it.context()
  const childId = await childOf(it, context, 1)
  const plant = plantedCheck(it, context, { agency: 'met-police', childId, check: { incident: 'called' } })
  await plant.journal()
  await plant.journal()
  expect(await levels(it.hub)).toEqual([])
  await it.police.check(call(it, 1))
  expect(await levels(it.hub)).toEqual(['review'])
})

/** The child id under a number, as only the hub's inner tools show it. */
async function childOf(it: House, context: HubContext, child: number): Promise<Uint8Array> {
  const size = await it.hub.journal.size()
  await it.police.check(call(it, child, { incident: 'seen' }))
  await it.hub.caughtUp()
  await context.ledger.notice()
  const [check] = context.checks.between(size, size + 10)
  if (check === undefined) throw new Error('no such child')
  return check.childId
}

/** Whether a commit raised cases without any child's news: a page of the pass. */
function isPageOfPass(commit: Commit): boolean {
  const tables = new Set((commit.puts ?? []).map(({ table }) => table))
  return tables.has('case') && tables.has('meta') && !tables.has('child') && (commit.expects?.length ?? 0) > 0
}
