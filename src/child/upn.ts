/** What a unique pupil number looks like: a check letter, eleven digits, and a last digit or, in a temporary one, a letter. */
export const UPN: RegExp = /^[A-Z]\d{11}[\dA-Z]$/

/**
 * Whether a text is a unique pupil number whose check letter fits. Pupils of one school and year have numbers in a row,
 * so that one wrong digit is another child's number.
 * @see Department for Education, Unique pupil numbers: guide for schools and local authorities, annex on the check letter
 */
export function isUpn(text: string): boolean {
  if (!UPN.test(text)) return false
  let sum = 0
  for (let i = 1; i < text.length; i++) {
    const value = worth(text.charAt(i))
    if (value < 0) return false
    sum += value * (i + 1)
  }
  return text.charAt(0) === LETTERS[sum % LETTERS.length]
}

// Without I, O and S, which are misread.
const LETTERS = 'ABCDEFGHJKLMNPQRTUVWXYZ'

function worth(character: string): number {
  return /\d/.test(character) ? Number(character) : LETTERS.indexOf(character)
}
