import type { PublishedCount } from '../../policy/replay/published.js'
import { SUPPRESSED_BELOW } from './shown.js'

/**
 * What an agency's own months say of the last one. `never-sent`: no check in any month; `silent`: none in this one, though it
 * used to; `far-less`: less than half of its usual; `no-usual`: too few months, or too few checks, to have one.
 */
export const SILENCE_STATES = ['never-sent', 'silent', 'far-less', 'as-usual', 'no-usual', 'not-shown'] as const
export type SilenceState = (typeof SILENCE_STATES)[number]

export interface Silence {
  readonly state: SilenceState
  /** The middle one of its last six months before, absent where they are fewer than three. */
  readonly usual?: PublishedCount | undefined
  /** For how many whole months, this one last, it has sent nothing. */
  readonly silentMonths: number
}

const MONTHS = 6
const MONTHS_MIN = 3
/** Below it, half as many is chance. */
const USUAL_MIN = 20

/**
 * Whether an agency has fallen silent, worked out from what is shown of its months and nothing else: it tells no more than
 * they do. A median, so that one month of back-filling, or one holiday, does not count for a usual.
 * @param months what is shown of each of its months, the last one last
 */
export function silenceOf(months: readonly PublishedCount[], sensitive: boolean): Silence {
  const last = months.at(-1) ?? 0
  const before = months.slice(0, -1)
  const usual = before.length < MONTHS_MIN ? undefined : middleOf(before.slice(-MONTHS))
  const silentMonths = months.length - 1 - months.findLastIndex((month) => month !== 0)
  const known = usual === undefined ? {} : { usual }
  const state = stateOf(last, usual, silentMonths === months.length, sensitive)
  return { state, ...known, silentMonths }
}

function stateOf(
  last: PublishedCount,
  usual: PublishedCount | undefined,
  isNever: boolean,
  sensitive: boolean,
): SilenceState {
  if (isNever) return 'never-sent'
  const isFew = usual === undefined || size(usual) < USUAL_MIN
  if (sensitive && last === 'suppressed' && isFew) return 'not-shown'
  if (last === 0) return 'silent'
  if (isFew) return 'no-usual'
  return size(last) * 2 < size(usual) ? 'far-less' : 'as-usual'
}

/** A suppressed month counts as half the limit. */
function size(month: PublishedCount): number {
  return month === 'suppressed' ? SUPPRESSED_BELOW / 2 : month
}

/** The lower of the two middle ones, where there are two. */
function middleOf(months: readonly PublishedCount[]): PublishedCount {
  const sorted = [...months].sort((a, b) => size(a) - size(b))
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0
}
