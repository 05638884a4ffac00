import { type PublishedCount, published, ROUNDED_TO, summed } from '../../policy/replay/published.js'

/** Counts from 1 to one less are not shown. */
export const SUPPRESSED_BELOW = 10

/** A figure as it is published, and what may be concluded from it. */
export interface Figure {
  /** `suppressed`: one to nine. Of a sum: about, made of what is shown of its parts. */
  readonly count: PublishedCount
  readonly atLeast: number
  readonly atMost: number
}

export interface Bounds {
  readonly atLeast: number
  readonly atMost: number
}

/** What is shown of an exact count. @param hidesNone whether not even that there is nobody may be seen */
export function shownCount(exact: number, hidesNone = false): PublishedCount {
  return hidesNone && exact === 0 ? 'suppressed' : published(exact, SUPPRESSED_BELOW)
}

/** The exact counts that are shown like this: every one of them, and no others. */
export function boundsOf(shown: PublishedCount, hidesNone = false): Bounds {
  if (shown === 'suppressed') return { atLeast: hidesNone ? 0 : 1, atMost: SUPPRESSED_BELOW - 1 }
  if (shown === 0) return { atLeast: 0, atMost: 0 }
  const half = Math.floor(ROUNDED_TO / 2)
  return { atLeast: Math.max(SUPPRESSED_BELOW, shown - half), atMost: shown + half }
}

/** One count, or a sum that is made of nothing but what is shown of its parts: it tells no more than they do. */
export function figureOf(parts: readonly PublishedCount[], hidesNone = false): Figure {
  const bounds = parts.map((part) => boundsOf(part, hidesNone))
  return {
    count: summed(parts, SUPPRESSED_BELOW),
    atLeast: bounds.reduce((sum, { atLeast }) => sum + atLeast, 0),
    atMost: bounds.reduce((sum, { atMost }) => sum + atMost, 0),
  }
}

/** A sum of figures, of which some may be sums themselves. */
export function figureSum(figures: readonly Figure[]): Figure {
  return {
    count: summed(
      figures.map(({ count }) => count),
      SUPPRESSED_BELOW,
    ),
    atLeast: figures.reduce((sum, { atLeast }) => sum + atLeast, 0),
    atMost: figures.reduce((sum, { atMost }) => sum + atMost, 0),
  }
}
