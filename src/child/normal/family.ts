import { type Word, wordsOf } from './words.js'

/** A family name as it is compared: letters only, folded as `normaliseName` does. */
export interface FamilyName {
  /** All of it, joined; empty where there is none. */
  readonly whole: string
  /** The names of a double-barrelled one, in their order; else the whole. */
  readonly parts: readonly string[]
}

/** The family name that a text spells: the same for `MacDonald` and `Mc Donald`, `Al-Hussain` and `Hussain`. */
export function familyName(text: string): FamilyName {
  const parts = joined(wordsOf(text, /[\p{Pd}]/gu))
  return { whole: parts.join(''), parts }
}

function joined(words: readonly Word[]): readonly string[] {
  const out: string[] = []
  let prefix = ''
  words.forEach((word, i) => {
    const letters = word.letters
    const isLast = i === words.length - 1
    if (!isLast && LEFT_OUT.has(letters)) return
    if (!isLast && BEGINNINGS.has(letters)) {
      prefix += letters === 'saint' ? 'st' : letters
      return
    }
    out.push(plainMac(prefix + letters, word.written))
    prefix = ''
  })
  return out
}

function plainMac(name: string, written: string): string {
  if (/^m['’]/iu.test(written) && !/^m[bp]/.test(name)) return name.replace(/^m/, 'mc')
  return name.replace(/^mac(?=[a-z]{3})/, 'mc')
}

const LEFT_OUT: ReadonlySet<string> = new Set('al el bin binti bint ibn ap ab ferch'.split(' '))
const BEGINNINGS: ReadonlySet<string> = new Set(
  `o mc mac d l st ste saint fitz van von vander der den de del della di da do dos das du des la le los las ter ten san
  santa abu abd abdul abdel`.split(/\s+/),
)
