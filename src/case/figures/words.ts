import { spaced } from '../../page/words.js'
import type { Figure } from './shown.js'
import { SUPPRESSED_BELOW } from './shown.js'
import type { SilenceState } from './silence.js'

/** A code as people read it: `not-yet` is “not yet”. */
export function words(code: string): string {
  return WORDS[code] ?? spaced(code)
}

const WORDS: Readonly<Record<string, string>> = {
  're-referral': 're-referral',
  none: 'below a threshold',
  all: '',
}

/** A figure as it stands in a table. */
export function shortly(figure: Figure | undefined): string {
  if (figure === undefined) return ''
  return figure.count === 'suppressed' ? '[c]' : grouped(figure.count)
}

/** What may be concluded from a figure. */
export function bounds({ atLeast, atMost }: Figure): string {
  return atLeast === atMost ? grouped(atLeast) : `${grouped(atLeast)} to ${grouped(atMost)}`
}

/** Whether it is a sum of several, and so less exact than it looks. */
export function isLoose({ count, atLeast, atMost }: Figure): boolean {
  return atMost - atLeast > (count === 'suppressed' ? SUPPRESSED_BELOW - 1 : 4)
}

/** Thousands apart, in one way everywhere. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',')
}

export const SILENCE_WORDS: Readonly<Record<SilenceState, string>> = {
  'never-sent': 'has never sent anything',
  silent: 'sent nothing',
  'far-less': 'sent less than half of its usual',
  'as-usual': 'as usual',
  'no-usual': 'too few to tell',
  'not-shown': 'not shown',
}
