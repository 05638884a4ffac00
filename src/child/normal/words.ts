import { normaliseName } from '../name.js'

/** One word of a name: as it is compared, and as it was written. */
export interface Word {
  readonly letters: string
  readonly written: string
}

/** The words of a name, split at spaces and at what `joints` finds; what holds no letter is left out. */
export function wordsOf(text: string, joints: RegExp): readonly Word[] {
  return text
    .normalize('NFKC')
    .replace(joints, ' ')
    .split(/\s+/u)
    .map((written) => ({ letters: normaliseName(written), written }))
    .filter(({ letters }) => letters !== '')
}

/** Whether a normalised word is one letter of a script that has initials: one with capitals. `明` is a whole name. */
export function isInitial(letters: string): boolean {
  return letters.length === 1 && letters.toUpperCase() !== letters
}
