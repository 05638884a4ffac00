import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assess } from '../../../src/policy/assess.js'
import { policyHash } from '../../../src/policy/hash.js'
import { parsePolicy } from '../../../src/policy/parse.js'
import { levelRank, type Policy } from '../../../src/policy/policy.js'
import { type PublishedCount, published, summed } from '../../../src/policy/replay/published.js'
import { type ReplayChild, replayPolicies } from '../../../src/policy/replay/replay.js'
import { histories, policies } from '../arbitraries.js'
import { check, DAY, policyData, policyWith, T } from '../fixtures.js'

const count = (atLeast: number) => ({ count: { atLeast, withinDays: 10 } })
const children = (number: number, checks: number): ReplayChild[] =>
  Array.from({ length: number }, () => ({ checks: Array.from({ length: checks }, () => check()) }))
const before = policyWith(count(2))
const after = policyWith(count(1), { version: 2 })
const counts = (one: { readonly levels: readonly { readonly children: PublishedCount }[] }): PublishedCount[] =>
  one.levels.map((level) => level.children)

describe('what may be shown of a count', () => {
  test.each<[number, PublishedCount]>([
    [0, 0],
    [1, 'suppressed'],
    [9, 'suppressed'],
    [10, 10],
    [12, 10],
    [13, 15],
    [17, 15],
    [18, 20],
    [1_000_002, 1_000_000],
  ])('%d', (exact, shown) => {
    expect(published(exact, 10)).toBe(shown)
  })

  test('the limit is the caller’s', () => {
    expect(published(29, 30)).toBe('suppressed')
    expect(published(30, 30)).toBe(30)
    expect(published(5, 5)).toBe(5)
  })

  test.each<[readonly PublishedCount[], PublishedCount]>([
    [[], 0],
    [[0, 0], 0],
    [[0, 40], 40],
    [[40, 25], 65],
    [['suppressed', 0], 'suppressed'],
    [['suppressed', 'suppressed'], 10],
    [['suppressed', 'suppressed', 'suppressed'], 15],
    [['suppressed', 100], 105],
  ])('sum of %j', (shown, sum) => {
    expect(summed(shown, 10)).toBe(sum)
  })

  test('a sum is as round as what it is made of', () => {
    expect(summed(['suppressed', 'suppressed'], 7)).toBe(5)
    expect(summed(['suppressed', 'suppressed', 20], 7)).toBe(25)
    expect(summed(['suppressed', 40], 11)).toBe(45)
  })

  // Were sums rounded by themselves, this table of two levels would give its hidden count away.
  test('rounded sums of exact counts would not do', () => {
    const shown = (a: number, few: number, c: number): string =>
      [a, few, c, a + few, few + c, a + few + c].map((sum) => published(sum, 10)).join()
    const possible = new Map<string, Set<number>>()
    for (let few = 1; few < 10; few += 1) {
      for (let a = 40; a < 60; a += 1) {
        for (let c = 40; c < 60; c += 1) {
          const key = shown(a, few, c)
          possible.set(key, (possible.get(key) ?? new Set()).add(few))
        }
      }
    }
    const [told] = [...possible]
      .filter(([key]) => key.startsWith('50,suppressed,50,'))
      .filter(([, few]) => few.size === 1)
    expect(told).toBeDefined()
  })
})

describe('replay', () => {
  test('counts children by level and by move', async () => {
    const all = [...children(31, 0), ...children(22, 1), ...children(14, 2), ...children(3, 5)]
    const report = await replayPolicies({ before, after }, all, { asOf: T })
    expect(report.moves).toEqual([
      [30, 20],
      [0, 15],
    ])
    expect(counts(report.before)).toEqual([50, 15])
    expect(counts(report.after)).toEqual([30, 35])
    expect(report).toMatchObject({ children: 65, unassessed: 0, asOf: T, suppressedBelow: 10, roundedTo: 5 })
  })

  test('names both policies and their levels', async () => {
    const report = await replayPolicies({ before, after }, [], { asOf: T })
    expect(report.after).toEqual({
      id: 'small',
      version: 2,
      title: 'A small policy',
      hash: Buffer.from(policyHash(after)).toString('hex'),
      levels: [
        { name: 'none', threshold: 'none', children: 0 },
        { name: 'raised', threshold: 'child-in-need', children: 0 },
      ],
      unknownCodes: 0,
    })
    expect(report.before.version).toBe(1)
  })

  test('children who cannot be told apart by what is shown give one report', async () => {
    const reportOn = (none: number, one: number, two: number) =>
      replayPolicies({ before, after }, [...children(none, 0), ...children(one, 1), ...children(two, 2)], { asOf: T })
    const report = await reportOn(50, 4, 28)
    expect(await reportOn(52, 9, 30)).toEqual(report)
    expect(await reportOn(48, 1, 32)).toEqual(report)
    expect(await reportOn(50, 4, 33)).not.toEqual(report)
    expect(counts(report.before)).toEqual([55, 30])
  })

  test('few are hidden, in every place', async () => {
    const report = await replayPolicies({ before, after }, children(9, 1), { asOf: T })
    expect(report.moves).toEqual([
      [0, 'suppressed'],
      [0, 0],
    ])
    expect(report.children).toBe('suppressed')
    const shown = await replayPolicies({ before, after }, children(9, 1), { asOf: T, suppressBelow: 8 })
    expect(shown.moves[0]).toEqual([0, 10])
  })

  test('children with a code that a policy does not have are counted apart', async () => {
    const wider = parsePolicy(
      policyData({ incidents: { seen: { label: 's', points: 0 }, told: { label: 't', points: 0 } } }),
    )
    const old = children(12, 1).map(() => ({ checks: [check(), check({ incident: 'called', withdrawn: true })] }))
    const fresh = children(17, 1).map(() => ({ checks: [check({ incident: 'told' })] }))
    const unheard = children(11, 1).map(() => ({ checks: [check({ indicators: ['H-2', 'constructor'] })] }))
    const all = [...old, ...fresh, ...unheard, ...children(10, 3)]
    const report = await replayPolicies({ before, after: wider }, all, { asOf: T })
    expect(report.before.unknownCodes).toBe(30)
    expect(report.after.unknownCodes).toBe(25)
    expect(report.unassessed).toBe(40)
    expect(report.children).toBe(10)
  })

  test('each child is assessed at its own instant and with its own closing', async () => {
    const old = { checks: [check({ position: 3 })] }
    const at = async (parts: Partial<ReplayChild>): Promise<PublishedCount | undefined> => {
      const all = Array.from({ length: 20 }, () => ({ ...old, ...parts }))
      const { moves } = await replayPolicies({ before: after, after }, all, { asOf: T })
      // At one level under both: it is the same policy.
      expect([moves[0]?.[1], moves[1]?.[0]]).toEqual([0, 0])
      return moves[1]?.[1]
    }
    expect(await at({})).toBe(20)
    expect(await at({ asOf: T - 1 })).toBe(0)
    expect(await at({ asOf: T + 30 * DAY })).toBe(0)
    expect(await at({ closedAt: 2 })).toBe(20)
    expect(await at({ closedAt: 3 })).toBe(0)
  })

  test('children come one at a time', async () => {
    let open = 0
    async function* stream(): AsyncGenerator<ReplayChild> {
      for (const child of children(25, 2)) {
        open += 1
        yield child
        open -= 1
        await Promise.resolve()
        expect(open).toBe(0)
      }
    }
    const report = await replayPolicies({ before, after }, stream(), { asOf: T })
    expect(report.moves[1]?.[1]).toBe(25)
  })

  test.each([{ asOf: Number.NaN }, { asOf: 1.5 }, { asOf: T, suppressBelow: 4 }, { asOf: T, suppressBelow: 9.5 }])(
    '%j is refused',
    async (options) => {
      await expect(replayPolicies({ before, after }, [], options)).rejects.toThrow(RangeError)
    },
  )

  test('one id with two contents is refused', async () => {
    const checks = [check({ id: 'one' }), check({ id: 'one', incident: 'called' })]
    await expect(replayPolicies({ before, after }, [{ checks }], { asOf: T })).rejects.toMatchObject({
      code: 'ERR_ASSESSMENT_INVALID',
    })
  })

  test('nothing of a child is in the report', async () => {
    const marked = check({ id: 'MARK-1', agency: 'MARK-2', agencyKind: 'MARK-3', occurredAt: T - 12_345_678 })
    const report = await replayPolicies({ before, after }, [{ checks: [marked] }], { asOf: T })
    expect(JSON.stringify(report)).not.toMatch(/MARK|12345678|called|seen|H-2/)
  })

  test('is what assessing each child gives', async () => {
    const pairs = fc.tuple(policies, policies).chain(([first, second]) => {
      const all = fc.array(histories(first), { minLength: 10, maxLength: 30 })
      return fc.tuple(fc.constant(first), fc.constant(second), all)
    })
    await fc.assert(
      fc.asyncProperty(pairs, async ([first, second, all]) => {
        const few = all.map((checks) => ({ checks }))
        // Five of each: then every count is exact, and only those of one child are hidden.
        const report = await replayPolicies(
          { before: first, after: second },
          few.flatMap((child) => Array.from({ length: 5 }, () => child)),
          { asOf: T, suppressBelow: 5 },
        )
        const exact = report.before.levels.map(() => report.after.levels.map(() => 0))
        const rank = (policy: Policy, { checks }: ReplayChild): number =>
          levelRank(policy, assess(policy, checks, T).level)
        for (const child of few) {
          const row = exact[rank(first, child)]
          const to = rank(second, child)
          if (row !== undefined) row[to] = (row[to] ?? 0) + 5
        }
        expect(report.moves).toEqual(exact)
      }),
      { numRuns: 25 },
    )
  })
})
