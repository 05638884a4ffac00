import { isStandIn } from './stand-ins.js'
import { isInitial, type Word, wordsOf } from './words.js'

/** Given names as they are compared: letters only, folded as `normaliseName` does. */
export interface GivenName {
  /** The first given name; empty where there is none, only its initial, or a stand-in such as `Baby`. */
  readonly first: string
  readonly others: readonly string[]
  /** Single letters, in their order. */
  readonly initials: readonly string[]
  readonly isStandIn: boolean
}

/**
 * The given names that a text spells. Names joined by a hyphen or an apostrophe are one name.
 *
 * Where the first is written as an initial (`T James`), the first name is unknown: it is not the second.
 */
export function givenName(text: string): GivenName {
  const words = joined(wordsOf(text, /\./gu))
  if (isStandIn(text)) return { first: '', others: [], initials: [], isStandIn: true }
  const [first, ...rest] = words
  const initials = words.filter(isInitial)
  return {
    first: first === undefined || isInitial(first) ? '' : first,
    others: rest.filter((word) => !isInitial(word)),
    initials,
    isStandIn: false,
  }
}

/** Words, with the particles of a father's name left out and those that begin a name joined to it. */
function joined(words: readonly Word[]): readonly string[] {
  const out: string[] = []
  let prefix = ''
  words.forEach(({ letters }, i) => {
    const isLast = i === words.length - 1
    if (!isLast && BEGINNINGS.has(letters)) prefix += letters
    else if (!isLast && i > 0 && BETWEEN.has(letters)) return
    else {
      out.push(prefix + letters)
      prefix = ''
    }
  })
  return out
}

const BEGINNINGS: ReadonlySet<string> = new Set(['abd', 'abdul', 'abdel', 'abdal', 'abdur', 'abu', 'umm', 'al', 'el'])
const BETWEEN: ReadonlySet<string> = new Set(['bin', 'binti', 'bint', 'ibn', 'ap', 'ab', 'ferch'])
