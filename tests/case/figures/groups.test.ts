import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type GroupData, groupFigures } from '../../../src/case/figures/groups.js'
import { midPInterval } from '../../../src/case/figures/rate-ratio.js'

/** Exact binomial probabilities out of Pascal's triangle: another way than logarithms of factorials. */
function tails(count: number, total: number, share: number): readonly [atMost: number, atLeast: number] {
  let row = [1n]
  for (let n = 1; n <= total; n += 1) row = Array.from({ length: n + 1 }, (_, k) => (row[k - 1] ?? 0n) + (row[k] ?? 0n))
  const at = (k: number): number => Number(row[k] ?? 0n) * share ** k * (1 - share) ** (total - k)
  const sum = (from: number, to: number): number => {
    let all = 0
    for (let k = from; k <= to; k += 1) all += at(k)
    return all
  }
  return [sum(0, count - 1) + at(count) / 2, sum(count + 1, total) + at(count) / 2]
}

describe('the interval of a ratio', () => {
  test('ends where the counts would be as extreme once in forty times', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1_000, max: 90_000 }),
        fc.integer({ min: 1_000, max: 90_000 }),
        (first, second, children, others) => {
          const { low, high } = midPInterval(
            { count: first, population: children },
            { count: second, population: others },
          )
          const share = (ratio: number): number => (ratio * children) / (ratio * children + others)
          expect(tails(first, first + second, share(low))[1]).toBeCloseTo(0.025, 8)
          expect(tails(first, first + second, share(high))[0]).toBeCloseTo(0.025, 8)
          const value = (first / children) * (others / second)
          expect(low < value && value < high).toBe(true)
        },
      ),
      { numRuns: 50 },
    )
  })

  test('turned round is the other way round', () => {
    const one = midPInterval({ count: 40, population: 5_000 }, { count: 60, population: 10_000 })
    const other = midPInterval({ count: 60, population: 10_000 }, { count: 40, population: 5_000 })
    expect(one.low).toBeCloseTo(1 / other.high, 10)
    expect(one.high).toBeCloseTo(1 / other.low, 10)
  })

  test('begins at 0 and does not end where a count is none', () => {
    expect(midPInterval({ count: 0, population: 1_000 }, { count: 20, population: 1_000 }).low).toBe(0)
    expect(midPInterval({ count: 20, population: 1_000 }, { count: 0, population: 1_000 }).high).toBe(
      Number.POSITIVE_INFINITY,
    )
  })
})

function data(
  counts: Readonly<Record<string, number>>,
  children = 10_000,
): { data: GroupData; cases: { number: number; threshold: 'child-in-need' }[] } {
  const codes = new Map<number, string>()
  for (const [code, count] of Object.entries(counts)) for (let n = 0; n < count; n += 1) codes.set(codes.size + 1, code)
  const population = Object.keys(counts).map((code, at) => ({ code, children, isReference: at === 0 }))
  const cases = [...codes.keys()].map((number) => ({ number, threshold: 'child-in-need' as const }))
  return { data: { kind: 'ethnicity', codes, population }, cases }
}

describe('figures of groups', () => {
  test('are worked out from what is shown: all counts that are shown alike have the same rates and ratios', async () => {
    const figuresFor = async (a: number, b: number): Promise<string> => {
      const { data: groups, cases } = data({ a, b })
      return JSON.stringify(await groupFigures(groups, cases))
    }
    const fifty = await figuresFor(50, 20)
    for (const [a, b] of [
      [48, 18],
      [52, 22],
      [49, 21],
    ] as const)
      expect(await figuresFor(a, b)).toBe(fifty)
    expect(await figuresFor(53, 20)).not.toBe(fifty)
    const few = await figuresFor(50, 1)
    expect(await figuresFor(50, 9)).toBe(few)
    expect(few).not.toContain('"value"')
  })

  test('hold the rounding in their limits', async () => {
    const { data: groups, cases } = data({ a: 50, b: 20 })
    const { groups: rows } = await groupFigures(groups, cases)
    // Shown are 20 and 50: 18 to 22 against 48 to 52.
    const of = (count: number) => ({ count, population: 10_000 })
    const least = midPInterval(of(18), of(52)).low
    const most = midPInterval(of(22), of(48)).high
    expect(rows[1]?.rates[0]?.ratio).toEqual({
      value: 0.4,
      low: Math.floor(least * 100) / 100,
      high: Math.ceil(most * 100) / 100,
    })
  })

  test('have no ratio without a reference that is shown, and nothing of a group of few children', async () => {
    const none = data({ a: 0, b: 20 })
    expect((await groupFigures(none.data, none.cases)).groups[1]?.rates[0]?.ratio).toBeUndefined()
    const small = data({ a: 40, b: 20 })
    const population = small.data.population.map((group) => (group.code === 'b' ? { ...group, children: 999 } : group))
    expect((await groupFigures({ ...small.data, population }, small.cases)).groups[1]).toEqual({
      code: 'b',
      children: 999,
      rates: [],
    })
  })

  test('are refused for files that do not fit each other', async () => {
    const { data: good, cases } = data({ a: 40, b: 20 })
    const [first, second] = good.population
    const bad: readonly (readonly [Partial<GroupData>, string])[] = [
      [{ population: [] }, 'population'],
      [{ population: good.population.map((group) => ({ ...group, isReference: false })) }, 'population'],
      [{ population: good.population.map((group) => ({ ...group, isReference: true })) }, 'population'],
      [{ population: [...good.population, ...good.population] }, 'population'],
      [{ population: good.population.map((group) => ({ ...group, children: 999 })) }, 'population'],
      [{ population: good.population.map((group) => ({ ...group, children: 0.5 })) }, 'population'],
      [{ population: first === undefined ? [] : [first] }, 'groups'],
      [
        {
          population: [
            ...(first === undefined ? [] : [first]),
            { ...second, code: 'x\u0000', children: 1, isReference: false },
          ],
        },
        'population',
      ],
      [{ kind: '' }, 'population'],
    ]
    for (const [change, field] of bad)
      await expect(groupFigures({ ...good, ...change }, cases), JSON.stringify(change)).rejects.toMatchObject({
        code: 'ERR_REQUEST_INVALID',
        field,
      })
  })
})
