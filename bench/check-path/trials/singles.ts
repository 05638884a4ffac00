import { type FedCheck, Feed, type Mix, yearOfContacts } from '../feed.js'
import type { SingleOf } from '../ours.js'
import { type OurSide, startBare, startTogether } from '../pair.js'
import type { Series, TrialSpec } from '../trial.js'
import { quantile } from '../turns.js'

const IN_FLIGHT = 64
const RATE = { unit: 'checks/s', better: 'more' } as const
const TIME = { unit: 'ms', better: 'less' } as const

/** Many at once, each on its own: what a hub makes of them together. */
export const CONCURRENT_SINGLES: TrialSpec = {
  name: 'concurrent-singles',
  measures:
    'checks that are sent one by one, 64 in flight, beside one after the other, and their slowest hundredth beside a bare commit of the same 64 rows',
  async run(setting) {
    const { sizes } = setting
    const mix = yearOfContacts(Date.now())
    const ours = await startTogether({ path: setting.hubOf(sizes.children), children: sizes.children, mix })
    const bare = await startBare(setting.bareOf(sizes.children))
    const next = singlesOf(ours, mix, sizes.children, 'one agency')
    const plain = new Feed({ mix, children: sizes.children, references: 'rising', name: 'BARE' })
    const many = sizes.isQuick ? IN_FLIGHT : 20 * IN_FLIGHT
    const found = { together: [] as number[], apart: [] as number[], p99: [] as number[], commits: [] as number[] }
    let last: readonly number[] = []
    // The first round warms up.
    for (let round = -1; round < sizes.rounds; round += 1) {
      const together = await ours.singles(await next(many), IN_FLIGHT)
      const apart = await ours.singles(await next(sizes.singles), 1)
      const commits: number[] = []
      for (const batch of plain.batches(sizes.singles / 4, IN_FLIGHT))
        commits.push((await bare.record([batch])).seconds * 1000)
      if (round < 0) continue
      found.together.push(many / together.seconds)
      found.apart.push(sizes.singles / apart.seconds)
      found.p99.push(quantile(together.ms, 0.99))
      found.commits.push(quantile(commits, 0.5))
      last = together.ms
    }
    await ours.close()
    await bare.close()
    const rate = {
      ...{ name: 'concurrent-singles', ...RATE, bar: 10, values: found.together, baselines: found.apart },
      note: `${IN_FLIGHT} of one agency in flight, by agency child id, beside one after the other`,
    }
    const slowest = {
      ...{ name: 'concurrent-singles/p99', ...TIME, bar: 4, values: found.p99, baselines: found.commits },
      note: `slowest hundredth of ${IN_FLIGHT} in flight, beside the median bare commit of ${IN_FLIGHT} rows`,
    }
    return { measured: [rate, slowest], series: [latencies(`${IN_FLIGHT} in flight`, last)] }
  },
}

/** What somebody waits for who enters one check. */
export const SINGLE: TrialSpec = {
  name: 'single',
  measures:
    'one check at a time, by agency child id, to its verified receipt: the median beside the sum of the medians of a bare durable commit, two signatures and one verification',
  async run(setting) {
    const { sizes } = setting
    const mix = yearOfContacts(Date.now())
    const bareFile = setting.bareOf(sizes.children)
    const ours = await startTogether({ path: setting.hubOf(sizes.children), children: sizes.children, mix, bareFile })
    const next = singlesOf(ours, mix, sizes.children)
    const found = { receipt: [] as number[], assessed: [] as number[], least: [] as number[] }
    let last: readonly number[] = []
    for (let round = -1; round < sizes.rounds; round += 1) {
      const times = await ours.oneByOne(await next(sizes.singles))
      if (round < 0) continue
      const [commit, sign, verify] = [times.commitMs, times.signMs, times.verifyMs].map((each) => quantile(each, 0.5))
      found.receipt.push(quantile(times.receiptMs, 0.5))
      found.assessed.push(quantile(times.assessedMs, 0.5))
      found.least.push(commit! + 2 * sign! + verify!)
      last = times.receiptMs
    }
    await ours.close()
    const beside = 'beside the sum of the medians of a bare commit, two signatures and a verification'
    return {
      measured: [
        {
          ...{ name: 'single', ...TIME, bar: 1.3, values: found.receipt, baselines: found.least },
          note: `median to the receipt, ${beside}`,
        },
        {
          ...{ name: 'single/assessed', ...TIME, values: found.assessed, baselines: found.least },
          note: `median until the check is assessed too, ${beside}`,
        },
      ],
      series: [latencies('one at a time', last)],
    }
  },
}

/** A child that many agencies know costs no more than any other. */
export const HOT_CHILD: TrialSpec = {
  name: 'hot-child',
  measures: 'the next check in order of a child with 10,000 earlier checks, until it is assessed, beside one with 10',
  async run(setting) {
    const { sizes } = setting
    const mix = yearOfContacts(Date.now())
    const children = Math.min(10_000, sizes.children)
    const ours = await startTogether({ path: setting.hubOf(children), children, mix })
    const history = historyOf(mix)
    const each = Math.min(sizes.singles, Math.floor((children - 1) / (sizes.rounds + 1)), 60)
    const cool = Array.from({ length: each * (sizes.rounds + 1) }, (_, index) => index + 1)
    await history.give(ours, [0], sizes.hot)
    setting.say(`${sizes.hot} earlier checks`)
    await history.give(ours, cool, Math.min(10, sizes.hot))
    const [values, baselines]: [number[], number[]] = [[], []]
    for (let round = -1; round < sizes.rounds; round += 1) {
      const place = (round + 1) * each
      const [hot, other]: [number[], number[]] = [[], []]
      for (let at = 0; at < each; at += 1) {
        hot.push(...(await ours.oneByOne([history.next(0)])).assessedMs)
        other.push(...(await ours.oneByOne([history.next(cool[place + at]!)])).assessedMs)
      }
      if (round < 0) continue
      values.push(quantile(hot, 0.5))
      baselines.push(quantile(other, 0.5))
    }
    await ours.close()
    const note = `after ${sizes.hot.toLocaleString('en-GB')} earlier checks beside after 10, each with everything around it`
    return { measured: [{ name: 'hot-child', ...TIME, bar: 3, values, baselines, note }] }
  },
}

/** Checks of given children, in order of time, by the agencies of the mix in turn. */
function historyOf(mix: Mix) {
  const start = Date.now() - 300 * 86_400_000
  let count = 0
  const next = (child: number): FedCheck & SingleOf => {
    const { kind, incident, indicators, practitioner } = mix.contacts[count % mix.contacts.length]!
    count += 1
    // A minute apart, all of them in the past.
    return {
      ...{ agency: kind, child, incident, indicators, practitioner },
      occurredAt: start + count * 60_000,
      reference: `HOT-${count}`,
    }
  }
  return {
    next,
    async give(ours: OurSide, children: readonly number[], checks: number): Promise<void> {
      const byAgency = new Map<string, FedCheck[]>()
      const send = async (agency: string): Promise<void> => {
        await ours.record([{ agency, checks: byAgency.get(agency) ?? [] }])
        byAgency.delete(agency)
      }
      for (let check = 0; check < checks; check += 1)
        for (const child of children) {
          const { agency, ...fed } = next(child)
          const waiting = byAgency.get(agency) ?? []
          byAgency.set(agency, waiting)
          waiting.push(fed)
          if (waiting.length === 500) await send(agency)
        }
      for (const agency of [...byAgency.keys()]) await send(agency)
    },
  }
}

/** Single checks from a feed, each with the agency's own id for the child. */
/** Checks to be sent one by one: as they come from all agencies, or each time those of one, which then share its signatures. */
function singlesOf(ours: OurSide, mix: Mix, children: number, of: 'all agencies' | 'one agency' = 'all agencies') {
  const feed = new Feed({ mix, children, references: 'rising', name: 'AE' })
  return async (count: number): Promise<readonly (FedCheck & SingleOf)[]> => {
    const batches = of === 'one agency' ? feed.batches(1, count) : feed.batches(count, 1)
    const singles = batches.flatMap(({ agency, checks }) => checks.map((check) => ({ agency, ...check })))
    const named = new Map<FedCheck, string>()
    for (const kind of new Set(singles.map(({ agency }) => agency))) {
      const own = singles.filter(({ agency }) => agency === kind)
      const ids = await ours.idsOf(
        kind,
        own.map(({ child }) => child),
      )
      own.forEach((single, index) => {
        named.set(single, ids[index]!)
      })
    }
    return singles.map((single) => ({ ...single, agencyChildId: named.get(single) }))
  }
}

const SHARES = [0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999]

function latencies(name: string, ms: readonly number[]): Series {
  const points = SHARES.map((share) => ({ at: share, value: quantile(ms, share) }))
  return { picture: 'latency', name, unit: 'ms', points }
}
