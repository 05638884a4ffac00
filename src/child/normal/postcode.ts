/** A postcode as it is compared. `unit` is all of it, `district` its first half: `KT190ST` and `KT19`. */
export type Postcode =
  | { readonly kind: 'full'; readonly unit: string; readonly district: string }
  /** Stands for having no address, or none that is known: `ZZ99 3VZ`, `NFA`. Says nothing of where a child is. */
  | { readonly kind: 'pseudo' }
  /** Not of the United Kingdom's form; letters and digits, in capitals. Equal texts may still be one place. */
  | { readonly kind: 'other'; readonly text: string }
  | { readonly kind: 'empty' }

/**
 * The postcode that a text spells; case, spaces and punctuation are read over. A text that is not of the form but would be,
 * in one way only, with one or two digits and letters exchanged that look alike (O and 0, I or L and 1, S and 5, B and 8,
 * Z and 2, G and 6) is read so.
 * @see Royal Mail, Programmers' guide to the Postcode Address File: format of a postcode
 */
export function readPostcode(text: string): Postcode {
  const bare = bareText(text)
  if (bare === '') return { kind: 'empty' }
  if (isNoPlace(text)) return { kind: 'pseudo' }
  const unit = isWellFormed(bare) ? bare : EIRCODE.test(bare) ? undefined : repaired(bare)
  if (unit === undefined) return { kind: 'other', text: bare }
  return PSEUDO_AREA.test(unit) ? { kind: 'pseudo' } : { kind: 'full', unit, district: unit.slice(0, -3) }
}

/** What of a postcode is compared for equality; empty where it stands for no place. */
export function comparablePostcode(text: string): string {
  const read = readPostcode(text)
  if (read.kind === 'full') return read.unit
  return read.kind === 'other' ? read.text : ''
}

/** Whether a text is of the United Kingdom's form as it stands. */
export function isPostcode(text: string): boolean {
  return isWellFormed(bareText(text))
}

/** Whether a text, in a postcode or in a line of an address, says that there is no address or that none is known. */
export function isNoPlace(text: string): boolean {
  const bare = bareText(text)
  return /^ZZ99/.test(bare) || NO_PLACE.has(bare)
}

function bareText(text: string): string {
  return text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '')
}

const split = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

// Ireland's postcodes, some of which look like misread ones of ours.
const EIRCODE = /^(?:[AC-FHKNPRTV-Y]\d\d|D6W)[0-9AC-FHKNPRTV-Y]{4}$/

// No area of these letters exists.
const PSEUDO_AREA = /^(?:AA|QQ|XX|ZZ)\d/

const NO_PLACE =
  split(`NFA NFA1NFA NOFIXEDABODE NOFIXEDADDRESS OFNOFIXEDABODE NOABODE NOADDRESS HOMELESS ROUGHSLEEPER SLEEPINGROUGH UNKNOWN
  ADDRESSUNKNOWN UNKNOWNADDRESS ADDRESSNOTKNOWN NOTKNOWN NOTKNOWNYET NOTGIVEN NOTSTATED NOTRECORDED NOTPROVIDED NOTAVAILABLE NOTDISCLOSED
  WITHHELD ADDRESSWITHHELD CONFIDENTIAL ADDRESSCONFIDENTIAL NONE NIL NK NA TBC TBA UNK XXX NOPOSTCODE POSTCODEUNKNOWN TRAVELLER`)

// Letters that each place of a postcode may hold; a district begins with 0 only where it is nothing else.
const FIRST = 'ABCDEFGHIJKLMNOPRSTUWYZ'
const SECOND = 'ABCDEFGHKLMNOPQRSTUVWXY'
const THIRD = 'ABCDEFGHJKPSTUW'
const FOURTH = 'ABEHMNPRVWXY'
const UNIT = 'ABDEFGHJLNPQRSTUWXYZ'
const DIGIT = '0123456789'
const LEADING = '123456789'

const FORMS: readonly (readonly string[])[] = [
  [FIRST, DIGIT],
  [FIRST, LEADING, DIGIT],
  [FIRST, SECOND, DIGIT],
  [FIRST, SECOND, LEADING, DIGIT],
  [FIRST, LEADING, THIRD],
  [FIRST, SECOND, LEADING, FOURTH],
].map((outward) => [...outward, DIGIT, UNIT, UNIT])

const PSEUDO_FORM = /^(?:AA|QQ|XX|ZZ)\d{1,2}\d[A-Z]{2}$/

function isWellFormed(bare: string): boolean {
  if (bare === 'GIR0AA' || PSEUDO_FORM.test(bare)) return true
  return FORMS.some(
    (form) => form.length === bare.length && form.every((allowed, i) => allowed.includes(bare.charAt(i))),
  )
}

const LOOK_ALIKES: Readonly<Record<string, string>> = {
  O: '0',
  0: 'O',
  I: '1',
  L: '1',
  1: 'IL',
  S: '5',
  5: 'S',
  B: '8',
  8: 'B',
  Z: '2',
  2: 'Z',
  G: '6',
  6: 'G',
}

const REPAIRS_MAX = 2

/** The one postcode that the text is with look-alikes exchanged where its form asks for them; undefined for none or several. */
function repaired(bare: string): string | undefined {
  const [unit, ...others] = new Set(FORMS.flatMap((form) => (form.length === bare.length ? readings(bare, form) : [])))
  return others.length === 0 ? unit : undefined
}

function readings(bare: string, form: readonly string[]): readonly string[] {
  const wrong = form.filter((allowed, i) => !allowed.includes(bare.charAt(i))).length
  if (wrong > REPAIRS_MAX) return []
  let out = ['']
  form.forEach((allowed, i) => {
    const letter = bare.charAt(i)
    const fits = allowed.includes(letter) ? letter : (LOOK_ALIKES[letter] ?? '')
    out = out.flatMap((before) => [...fits].filter((one) => allowed.includes(one)).map((one) => before + one))
  })
  return out
}
