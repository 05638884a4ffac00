/**
 * A count of children as it may be shown: 0 where there is none, `suppressed` where there are few, else rounded to the
 * nearest multiple of `ROUNDED_TO`.
 */
export type PublishedCount = number | 'suppressed'

export const ROUNDED_TO = 5

/** What may be shown of a count, where fewer than `suppressBelow` children are few. */
export function published(count: number, suppressBelow: number): PublishedCount {
  if (count === 0) return 0
  return count < suppressBelow ? 'suppressed' : Math.round(count / ROUNDED_TO) * ROUNDED_TO
}

/**
 * About how many children some counts come to, from what is shown of them alone: a suppressed one is taken as half the
 * limit. A sum of the exact counts, even rounded, would narrow a suppressed one down, with luck to one number.
 */
export function summed(counts: readonly PublishedCount[], suppressBelow: number): PublishedCount {
  const some = counts.filter((count) => count !== 0)
  const [only] = some
  if (only === undefined) return 0
  if (some.length === 1) return only
  const about = some.reduce<number>((sum, count) => sum + (count === 'suppressed' ? suppressBelow / 2 : count), 0)
  return published(Math.max(suppressBelow, Math.round(about)), suppressBelow)
}
