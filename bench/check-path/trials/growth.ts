import { spreadOf } from '../../report.js'
import { yearOfContacts } from '../feed.js'
import { startBare, startPairs, startTogether } from '../pair.js'
import type { Measured, Point, TrialSpec } from '../trial.js'
import { ratesInTurn } from '../turns.js'
import { contender } from './throughput.js'

const COST = { unit: 'us/check', better: 'less' } as const

/** What a check costs must not grow with how many children there are. */
export const GROWTH: TrialSpec = {
  name: 'growth',
  measures: 'microseconds a check, a thousand at a time, in a hub of 1,000,000 children beside one of 10,000',
  async run(setting) {
    const { sizes } = setting
    const mix = yearOfContacts(Date.now())
    const options = sizes.growth.map((children) => ({ path: setting.hubOf(children), children, mix }))
    const { sides, end } = await startPairs(options)
    const bare = []
    for (const children of sizes.growth) bare.push(await startBare(setting.bareOf(children)))
    const both = [...sides, ...bare]
    const contenders = both.map((side, index) => {
      const children = sizes.growth[index % sizes.growth.length]!
      return contender(setting, mix, 'rising', 'AE', side, children)
    })
    // Few checks, so that the children of the smallest hub have not many more than those of the largest.
    const rounds = sizes.isQuick ? 1 : 15
    if (!sizes.isQuick) for (const { feed, record } of contenders) await record(feed.batches(8, sizes.batch))
    const rates = await ratesInTurn(contenders, { ...sizes, rounds, batches: { least: 1, most: 1 } })
    for (const side of both) await side.close()
    await end()
    const costs = rates.map((each) => each.map((rate) => 1e6 / rate))
    const sorts = [
      { name: 'growth', who: 'child-index', costs: costs.slice(0, sides.length), asked: { bar: 1.3 } },
      { name: 'growth/bare', who: 'bare loop', costs: costs.slice(sides.length), asked: {} },
    ]
    const [least, ...larger] = sizes.growth as [number, ...number[]]
    return {
      measured: sorts.flatMap(({ name, who, costs, asked }) =>
        larger.map(
          (children, index): Measured => ({
            ...{ name: children === larger.at(-1) ? name : `${name}/${children}`, ...COST, ...asked },
            ...{ values: costs[index + 1]!, baselines: costs[0]! },
            note: `${who}: ${count(children)} children beside ${count(least)}`,
          }),
        ),
      ),
      series: sorts.map(({ who, costs }) => ({
        ...{ picture: 'growth', name: who, unit: COST.unit },
        points: sizes.growth.map((at, index): Point => ({ at, value: spreadOf(costs[index]!).median })),
      })),
    }
  },
}

/** Several hubs at once, one for each local authority. */
export const WORKERS: TrialSpec = {
  name: 'workers',
  measures:
    'checks a second of two hubs at once, each with its agencies in a thread of its own, beside one of them alone',
  async run(setting) {
    const { sizes } = setting
    const mix = yearOfContacts(Date.now())
    const children = sizes.growth[1] ?? sizes.children
    const sides = []
    for (let hub = 0; hub < 2; hub += 1)
      sides.push(await startTogether({ path: setting.hubOf(children), children, mix }))
    const feeds = sides.map((side) => contender(setting, mix, 'rising', 'AE', side, children))
    const record = (which: number, batches: number) =>
      feeds[which]!.record(feeds[which]!.feed.batches(batches, sizes.batch))
    const first = [await record(0, sizes.batches.least), await record(1, sizes.batches.least)][0]!
    const fill = Math.round(((first.checks / first.seconds) * sizes.roundMs) / 1000 / sizes.batch)
    const batches = Math.min(sizes.batches.most, Math.max(sizes.batches.least, fill))
    const [values, baselines]: [number[], number[]] = [[], []]
    for (let round = 0; round < sizes.rounds; round += 1) {
      const alone = await record(round % 2, batches)
      const all = await Promise.all([record(0, batches), record(1, batches)])
      baselines.push(alone.checks / alone.seconds)
      // They begin together; the one that takes longer says how long both took.
      values.push(all.reduce((sum, { checks }) => sum + checks, 0) / Math.max(...all.map(({ seconds }) => seconds)))
    }
    for (const side of sides) await side.close()
    const note = `two hubs of ${count(children)} children in two threads, beside one`
    return { measured: [{ name: 'workers', unit: 'checks/s', better: 'more', bar: 1.7, values, baselines, note }] }
  },
}

function count(children: number): string {
  return children.toLocaleString('en-GB')
}
