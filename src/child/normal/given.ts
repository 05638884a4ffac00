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
 * The given names that a text spells. Names joined by a hyphen or an apostrophe are one name, as are `Abdul Rahman` and
 * `Noor ul Ain`; the `bin`, `binti` or `ap` before a father's name is left out, and so is a title.
 *
 * Where the first is written as an initial (`T James`), the first name is unknown: it is not the second.
 */
export function givenName(text: string): GivenName {
  if (isStandIn(text)) return { first: '', others: [], initials: [], isStandIn: true }
  const names = joined(withoutTitle(wordsOf(text, /\./gu)))
  const [first, ...rest] = names
  return {
    first: first === undefined || isInitial(first) ? '' : first,
    others: rest.filter((name) => !isInitial(name)),
    initials: names.filter(isInitial),
    isStandIn: false,
  }
}

function withoutTitle(words: readonly Word[]): readonly Word[] {
  const [first, ...rest] = words
  return first !== undefined && rest.length > 0 && TITLES.has(first.letters) ? rest : words
}

function joined(words: readonly Word[]): readonly string[] {
  const out: string[] = []
  let prefix = ''
  words.forEach(({ letters, written }, i) => {
    const isLast = i === words.length - 1
    if (!isLast && i > 0 && BEFORE_A_FATHER.has(letters)) return
    if (!isLast && i > 0 && LINKS.has(letters)) {
      prefix = (out.pop() ?? '') + prefix + letters
      return
    }
    // `Abd al Rahman` keeps the article, which is the middle of one name.
    if (!isLast && prefix === '' && ARTICLES.has(letters)) return
    if (!isLast && (BEGINNINGS.has(letters) || ARTICLES.has(letters))) {
      prefix += letters
      return
    }
    out.push(prefix + (prefix === '' ? withoutArticle(letters, written) : letters))
    prefix = ''
  })
  return out
}

/** `Al-Amin` as `amin`, as `familyName` has it; `Al` alone is a name. */
function withoutArticle(letters: string, written: string): string {
  return ARTICLE.test(written) && letters.length > 3 ? letters.slice(2) : letters
}

const split = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

const ARTICLE = /^[ae]l[\p{Pd}'’]/iu
const ARTICLES = split('al el')
const TITLES = split('master miss mr mrs ms mx')
const BEFORE_A_FATHER = split('bin binti binte bint ibn ap ab ferch verch')
const LINKS = split('ul ur ud us un uz')
const BEGINNINGS = split('abd abdul abdel abdal abdur abdoul abu umm ummu de del la le los las da do dos di عبد ابو ام')
