/**
 * What a text may consist of before it is accepted: each rule answers with what is wrong, or undefined.
 * A reason never repeats the text.
 */

/** Why a text is not a name of a person; an empty one, or one of spaces, is not refused here. */
export function nameProblem(text: string): string | undefined {
  if (tooLong(text, NAME_LENGTH_MAX)) return `must have at most ${NAME_LENGTH_MAX} characters`
  if (/^\p{Zs}*$/u.test(text)) return undefined
  if (UNPRINTABLE.test(text)) return 'must not hold control characters or text-direction marks'
  if (!NAME.test(text) || INVISIBLE.test(text) || LOOSE_JOINER.test(text.normalize('NFC'))) {
    return 'must hold only letters, spaces, apostrophes, hyphens and full stops'
  }
  if (!/\p{L}/u.test(text)) return 'must hold at least one letter'
  return undefined
}

/** Why a text cannot even stand in for a name of a person: `nameProblem` without its rule on what names are spelt with. */
export function looseNameProblem(text: string): string | undefined {
  const problem = lineProblem(text, NAME_LENGTH_MAX)
  if (problem !== undefined || /^\p{Zs}*$/u.test(text)) return problem
  return /\p{L}/u.test(text) ? undefined : 'must hold at least one letter'
}

/** Why a line of ordinary text is not accepted; the length is counted in characters. */
export function lineProblem(text: string, lengthMax: number): string | undefined {
  if (tooLong(text, lengthMax)) return `must have at most ${lengthMax} characters`
  if (UNPRINTABLE.test(text)) return 'must not hold control characters or text-direction marks'
  return undefined
}

/** The text as it is kept: Unicode normal form C, single plain spaces, none at the ends. */
export function tidy(text: string): string {
  return text
    .normalize('NFC')
    .replace(/\p{Zs}+/gu, ' ')
    .replace(/^ | $/g, '')
}

const NAME_LENGTH_MAX = 200

// A name is letters and their marks, joined by spaces, apostrophes, hyphens, full stops or a middle dot.
const APOSTROPHES = "'\u2018\u2019\u02BC\u0060\u00B4\u05F3\u05F4"
const NAME = new RegExp(`^[\\p{L}\\p{M}\\p{Zs}\\p{Pd}${APOSTROPHES}.\u00B7\u30FB\u200C\u200D]*$`, 'u')

// Zero-width joiners and variation selectors are spelling in Persian, Sinhala or Japanese, but only right after a letter.
const INVISIBLE = /(?![\u200C\u200D]|\p{Variation_Selector})\p{Default_Ignorable_Code_Point}/u
const LOOSE_JOINER = /(?<![\p{L}\p{M}])(?:[\u200C\u200D]|\p{Variation_Selector})|[\u200C\u200D](?!\p{L})/u

// Any text that is sealed: no control characters, line separators, surrogate halves or direction marks.
const UNPRINTABLE =
  /[\p{Cc}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]|\p{Noncharacter_Code_Point}/u

// A character is at most two UTF-16 units and four in form D: the cheap bound comes before any work on the text.
function tooLong(text: string, lengthMax: number): boolean {
  return text.length > lengthMax * 4 || [...text.normalize('NFC')].length > lengthMax
}
