import { spreadOf } from '../../report.js'
import { Feed, type Mix, type References, yearOfContacts } from '../feed.js'
import type { Build } from '../host.js'
import { type BareSide, type OurSide, startBare, startPair, startTogether } from '../pair.js'
import type { Measured, Point, Setting, TrialSpec } from '../trial.js'
import { type Contender, ratesInTurn } from '../turns.js'

const RATE = { unit: 'checks/s', better: 'more' } as const

/** The whole path of a check, a thousand at a time, beside a bare loop that does one look-up and one append for each. */
export const DURABLE_BATCH: TrialSpec = {
  name: 'durable-batch',
  measures:
    'checks a second, from NHS numbers to verified receipts and everything assessed, beside a bare loop of one look-up and one append for each check',
  async run(setting) {
    const { sizes } = setting
    const mix = yearOfContacts(Date.now())
    const path = setting.hubOf(sizes.children)
    const [risingBare, randomBare] = [await bareOf(setting), await bareOf(setting)]
    const pair = await startPair({ path, children: sizes.children, mix })
    const [rising = [], bareRising = [], random = [], bareRandom = []] = await ratesInTurn(
      [
        contender(setting, mix, 'rising', 'AE', pair),
        contender(setting, mix, 'rising', 'AE', risingBare),
        contender(setting, mix, 'random', 'RU', pair),
        contender(setting, mix, 'random', 'RU', randomBare),
      ],
      sizes,
    )
    const cases = await pair.cases()
    await pair.close()
    const together = await startTogether({ path, children: sizes.children, mix })
    const [alone = [], bareAlone = []] = await ratesInTurn(
      [contender(setting, mix, 'rising', 'ONE', together), contender(setting, mix, 'rising', 'ONE', risingBare)],
      sizes,
    )
    for (const side of [together, risingBare, randomBare]) await side.close()
    const measured: readonly Measured[] = [
      {
        ...{ name: 'durable-batch', ...RATE, bar: 0.6, aim: 0.9, values: rising, baselines: bareRising },
        note: 'rising references, hub and agency in a thread each, beside the bare loop',
      },
      {
        ...{ name: 'durable-batch/random', ...RATE, values: random, baselines: bareRandom },
        note: 'the same with random references (UUID), beside the bare loop with such',
      },
      {
        ...{ name: 'durable-batch/one-thread', ...RATE, values: alone, baselines: bareAlone },
        note: 'rising references, hub and agency in one thread, beside the bare loop',
      },
    ]
    return { measured, facts: [['cases raised or raised further while two mixes were recorded', String(cases)]] }
  },
}

/** What signing and verifying every batch and message costs. */
export const SIGNED_BATCH: TrialSpec = {
  name: 'signed-batch',
  measures:
    'checks a second with every batch and message signed and verified, beside a build of the benchmark alone that does neither',
  async run(setting) {
    const [values = [], baselines = []] = await ratesOfBuilds(setting, ['published', 'unsigned'])
    const note = 'signed and verified, beside neither'
    return { measured: [{ name: 'signed-batch', ...RATE, bar: 0.9, values, baselines, note }] }
  },
}

/** That a slower build is seen to be slower: without it, no other figure would mean anything. */
export const CONTROL: TrialSpec = {
  name: 'control',
  measures: 'checks a second beside a build that was slowed down on purpose, at one place: the benchmark must notice',
  async run(setting) {
    const [values = [], baselines = []] = await ratesOfBuilds(setting, ['published', 'slowed'], 10_000)
    const note = 'as published, beside slowed down by 50 microseconds a check'
    return { measured: [{ name: 'control', ...RATE, bar: 1.02, values, baselines, note }] }
  },
}

async function ratesOfBuilds(
  setting: Setting,
  builds: readonly Build[],
  childrenMax: number = setting.sizes.children,
): Promise<readonly (readonly number[])[]> {
  const children = Math.min(childrenMax, setting.sizes.children)
  const mix = yearOfContacts(Date.now())
  const sides: OurSide[] = []
  for (const build of builds) sides.push(await startTogether({ path: setting.hubOf(children), children, mix, build }))
  const rates = await ratesInTurn(
    sides.map((side) => contender(setting, mix, 'rising', 'AE', side, children)),
    setting.sizes,
  )
  for (const side of sides) await side.close()
  return rates
}

const BATCH_SIZES = [1, 10, 100, 1_000, 10_000]

/** For the plot: what a larger batch is worth. */
export const BATCH_SIZE: TrialSpec = {
  name: 'batch-sizes',
  measures: 'checks a second by the size of a batch, beside the bare loop in transactions of the same size',
  async run(setting) {
    const { sizes } = setting
    const mix = yearOfContacts(Date.now())
    const pair = await startPair({ path: setting.hubOf(sizes.children), children: sizes.children, mix })
    const bare = await bareOf(setting)
    const both = [contender(setting, mix, 'rising', 'AE', pair), contender(setting, mix, 'rising', 'AE', bare)]
    const measured: Measured[] = []
    for (const batch of sizes.isQuick ? BATCH_SIZES.slice(0, 2) : BATCH_SIZES) {
      const [values = [], baselines = []] = await ratesInTurn(both, {
        ...{ rounds: sizes.rounds, batch, roundMs: sizes.roundMs / 2 },
        // As many checks as in batches of the usual size, and at least two batches, so that two can be on their way.
        batches: { least: 2, most: Math.max(2, Math.round((sizes.batches.most * sizes.batch) / batch)) },
      })
      const note = `${batch.toLocaleString('en-GB')} at a time, beside as many in a transaction`
      measured.push({ name: `batch-sizes/${batch}`, ...RATE, values, baselines, note })
      setting.say(`batches of ${batch}`)
    }
    await pair.close()
    await bare.close()
    const series = (name: string, which: 'values' | 'baselines') => ({
      ...{ picture: 'batch-size' as const, name, unit: RATE.unit },
      points: measured.map(
        (each): Point => ({ at: Number(each.name.split('/')[1]), value: spreadOf(each[which]).median }),
      ),
    })
    return { measured, series: [series('child-index', 'values'), series('bare loop', 'baselines')] }
  },
}

export function contender(
  { sizes }: Setting,
  mix: Mix,
  references: References,
  name: string,
  side: Pick<OurSide | BareSide, 'record'>,
  children: number = sizes.children,
): Contender {
  return { feed: new Feed({ mix, children, references, name }), record: side.record }
}

async function bareOf({ bareOf, sizes }: Setting): Promise<BareSide> {
  return startBare(bareOf(sizes.children))
}
