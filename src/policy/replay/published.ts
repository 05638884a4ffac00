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
