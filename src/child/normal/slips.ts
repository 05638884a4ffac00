/**
 * Forms of which two names share one exactly if they are equal or one slip of the pen apart: a letter left out, put in or
 * replaced, or two neighbours swapped.
 */
export function slipForms(name: string): readonly string[] {
  const letters = [...name]
  if (letters.length < 4 || letters.length > LETTERS_MAX) return [name]
  return [...new Set([name, ...letters.map((_, i) => letters.toSpliced(i, 1).join(''))])]
}

const LETTERS_MAX = 40
