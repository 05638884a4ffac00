import { isFamilyStandIn } from './stand-ins.js'
import { type Word, wordsOf } from './words.js'

/** A family name as it is compared: letters only, folded as `normaliseName` does. */
export interface FamilyName {
  /** All of it, joined; empty where there is none, or a stand-in such as `Unknown`. */
  readonly whole: string
  /** The names of a double-barrelled one, in their order, at most four; of another name the whole; empty where that is. */
  readonly parts: readonly string[]
}

/**
 * The family name that a text spells. Prefixes belong to the name after them (`van der Berg`, `O Brien`, `Mc Donald`);
 * `Mac`, `Mc` and `M’` are one, so are `Saint` and `St`; the Arabic article (`Al-`), what stands before a father's name (`bin`,
 * `binti`, `ap`) and `Junior` are left out.
 */
export function familyName(text: string): FamilyName {
  if (isFamilyStandIn(text)) return { whole: '', parts: [] }
  const parts = joined(withoutJunior(wordsOf(text.replace(CAMEL_ARTICLE, '$1-'), /\p{Pd}/gu)))
  return { whole: parts.join(''), parts: parts.length > PARTS_MAX ? [parts.join('')] : parts }
}

const PARTS_MAX = 4

function withoutJunior(words: readonly Word[]): readonly Word[] {
  return words.length > 1 && JUNIOR.has(words.at(-1)?.letters ?? '') ? words.slice(0, -1) : words
}

function joined(words: readonly Word[]): readonly string[] {
  const out: string[] = []
  let prefix = ''
  words.forEach(({ letters, written }, i) => {
    const isLast = i === words.length - 1
    if (!isLast && LEFT_OUT.has(letters)) return
    if (!isLast && i > 0 && AND.has(letters)) return
    if (!isLast && PREFIXES.has(letters)) {
      prefix += letters === 'saint' ? 'st' : letters
      return
    }
    out.push(plainMac(prefix + withoutArticle(letters, written), written))
    prefix = ''
  })
  return out
}

/** `mc` for all of `Mac`, `Mc` and `M’`; but `M’Baye` and `M’Pemba` are no sons of Baye or Pemba. */
function plainMac(name: string, written: string): string {
  if (/^m['’ʼ`´]/iu.test(written) && !/^m[bp]/.test(name)) return name.replace(/^m/, 'mc')
  return name.replace(/^mac(?=[a-z]{3})/, 'mc')
}

function withoutArticle(letters: string, written: string): string {
  return /^[ae]l['’]/iu.test(written) && letters.length > 3 ? letters.slice(2) : letters
}

// `AlHussain`, but not `Alan` or `ALHUSSAIN`, which cannot be told from a name that begins so.
const CAMEL_ARTICLE = /(?<!\p{L})([AE]l)(?=\p{Lu}\p{Ll})/gu

const split = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

const LEFT_OUT = split('al el bin binti binte bint ibn ap ab ferch verch')
const AND = split('y e and und et')
const JUNIOR = split('junior jnr jr senior snr sr')
const PREFIXES =
  split(`o mc mac d l st ste saint fitz ni nic ui mhic van von vander vanden der den de del della delle di da do dos das du
  des la le los las ter ten te t op zu zum zur af av san santa santo abu abd abdul abdel bani ould`)
