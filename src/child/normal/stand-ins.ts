import { isInitial, wordsOf } from './words.js'

/** Whether a text is what registers write for a child who has no given name yet, or whose name they do not know. */
export function isStandIn(text: string): boolean {
  const words = wordsOf(text, /[\p{Pd}./]/gu).map(({ letters }) => letters)
  const [first] = words
  if (first === undefined) return false
  const whole = words.join('')
  if (NOT_KNOWN.has(whole) || whole === 'none' || /^([a-z])\1{2,}$/.test(whole) || whole === 'xx') return true
  if (BEGINNINGS.has(first)) return true
  if (/^(?:b|d|s)$/.test(first) && words[1] === 'o' && words.length > 2) return true
  if (/^(?:son|daughter)$/.test(first) && words[1] === 'of') return true
  return KINDS_OF_CHILD.has(first) && words.slice(1).every((word, i) => countsOn(word, words, i + 1))
}

/** Whether a text is what registers write where a family name is not known. No name that families bear is among them. */
export function isFamilyStandIn(text: string): boolean {
  const whole = wordsOf(text, /[\p{Pd}./]/gu)
    .map(({ letters }) => letters)
    .join('')
  return NOT_KNOWN.has(whole) || /^x{2,}$/.test(whole)
}

/** Whether a word after `Boy` or `Child` tells which one it is, rather than being a name: `Boy Two`, `Child of …`. */
function countsOn(word: string, words: readonly string[], i: number): boolean {
  return (
    words[1] === 'of' || isInitial(word) || COUNTS.has(word) || KINDS_OF_CHILD.has(word) || /^\d+$/.test(words[i] ?? '')
  )
}

const split = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

// Words that make a stand-in of whatever follows: `Baby Smith`, `Infant of Jane`, `Twin 1`.
const BEGINNINGS =
  split(`baby infant newborn unborn foetus fetus neonate twin twins twinone twintwo twina twinb triplet quadruplet
  babya babyb babyone babytwo babyboy babygirl babymale babyfemale babyof infantof unknown unnamed`)

const KINDS_OF_CHILD = split('boy girl male female child')

const COUNTS = split('one two three four first second third i ii iii iv twin triplet baby unknown newborn infant')

// Whole texts that stand for no name, given or family; written together.
const NOT_KNOWN =
  split(`unknown unk unknwn nk notknown nameunknown unknownname nameless noname nonamegiven nofirstname nogivenname
  noforename nosurname nofamilyname nolastname surnameunknown familynameunknown firstnameunknown forenameunknown notgiven notgivenyet
  notyetgiven notnamed notyetnamed unnamed tobenamed tobeconfirmed tobeadvised tobedetermined tobc tbc tba tbd notstated
  notrecorded notrecordedyet notprovided notsupplied notavailable notapplicable notdisclosed undisclosed withheld namewithheld
  anonymous nfn nln fnu lnu donotuse duplicate duplicaterecord testpatient`)
