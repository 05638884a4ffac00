import type { FedBatch, Feed } from './feed.js'
import type { Recorded } from './ours.js'
import type { Sizes } from './trial.js'

/** Somebody who records what a feed gives: ours, or what ours stands beside. */
export interface Contender {
  readonly feed: Feed
  record(batches: readonly FedBatch[]): Promise<Recorded>
}

/**
 * Checks a second of each contender, once a round. They take turns within a round, every other round in the opposite order, so that a busy
 * minute hits all alike. A round before, which is not counted, warms up and says how many batches fill a turn of the slowest.
 */
export async function ratesInTurn(
  contenders: readonly Contender[],
  { rounds, batch, roundMs, batches }: Pick<Sizes, 'rounds' | 'batch' | 'roundMs' | 'batches'>,
): Promise<readonly (readonly number[])[]> {
  let count = batches.most
  for (const { feed, record } of contenders) {
    const { checks, seconds } = await record(feed.batches(batches.least, batch))
    const fill = Math.round(((checks / seconds) * roundMs) / 1000 / batch)
    count = Math.min(count, Math.max(batches.least, fill))
  }
  const rates = contenders.map((): number[] => [])
  for (let round = 0; round < rounds; round += 1) {
    const order = [...contenders.keys()]
    if (round % 2 === 1) order.reverse()
    for (const at of order) {
      const { feed, record } = contenders[at]!
      const { checks, seconds } = await record(feed.batches(count, batch))
      rates[at]!.push(checks / seconds)
    }
  }
  return rates
}

/** The value below which that share of all lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
