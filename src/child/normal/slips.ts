import { hasMixedScripts } from './scripts.js'

/**
 * Forms of which two names share one exactly if leaving out at most one letter of each makes them equal: they are equal, or
 * one slip of the pen apart, which leaves a letter out, puts one in, replaces one, or moves one (swaps two neighbours).
 *
 * From a name of fewer than four letters nothing is left out, nor from one of more than forty or of mixed scripts: a letter
 * replaced by its look-alike is no slip of the pen. Distinct; the name first.
 */
export function slipForms(name: string): readonly string[] {
  const letters = [...name]
  if (letters.length < LETTERS_MIN || letters.length > LETTERS_MAX || hasMixedScripts(name)) return [name]
  return [...new Set([name, ...letters.map((_, i) => letters.toSpliced(i, 1).join(''))])]
}

const LETTERS_MIN = 4
const LETTERS_MAX = 40
