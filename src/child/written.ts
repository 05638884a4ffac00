import type { Address, Alias, OtherName } from './details.js'
import { addressParts } from './normal/address.js'
import { birthForms } from './normal/birth.js'
import { familyName } from './normal/family.js'
import { type GivenName, givenName } from './normal/given.js'
import { formalNamesOf, spellingOf } from './normal/nicknames.js'
import { comparablePostcode } from './normal/postcode.js'
import { slipForms } from './normal/slips.js'
import { soundOf } from './normal/sound.js'

/** What of a child's details it can be found by, whoever wrote them down. */
export interface Written extends OtherName {
  readonly dateOfBirth?: string | undefined
  readonly expectedDate?: true
  readonly multipleBirth?: boolean
  readonly nhsNumber?: string
  readonly supersededNhsNumbers?: readonly string[]
  readonly upn?: string
  readonly aliases?: readonly Alias[]
  readonly otherNames?: readonly OtherName[]
  /** Of the first address, where only the postcode is known. */
  readonly postcode?: string
  /** The present one first. */
  readonly addresses?: readonly Address[]
}

/** A name and a birth as they are compared. Each list holds every form under which the field may agree; none: nothing is known. */
export interface Named {
  /** The first given name, and all of them as one word: a space may have slipped in. */
  readonly given: readonly string[]
  readonly givenSounds: readonly string[]
  readonly slips: readonly string[]
  readonly otherGiven: readonly string[]
  readonly familySounds: readonly string[]
  readonly familySlips: readonly string[]
  readonly birth: readonly string[]
  readonly birthNear: readonly string[]
}

/** A place as it is compared. */
export interface Place {
  readonly postcode: readonly string[]
  readonly postcodeSlips: readonly string[]
  readonly street: readonly string[]
  readonly streetSlips: readonly string[]
  readonly house: readonly string[]
  readonly town: readonly string[]
}

/** Of former names and addresses, and so of what one description costs to look up. */
const OTHERS_MAX = 3

/** The present name and the latest others, each with the birth. */
export function namesOf(details: Written): readonly Named[] {
  return [details, ...(details.otherNames ?? []).slice(0, OTHERS_MAX)].map((name) => named(name, details))
}

function named(name: OtherName, details: Written): Named {
  const given = distinctly(givenName(name.givenNames))
  const family = familyName(name.familyName)
  const isExpected = details.expectedDate === true
  const forms = details.dateOfBirth === undefined ? undefined : birthForms(details.dateOfBirth)
  const whole = [given.first, ...given.others].join('')
  const same = unique([given.first, whole])
  return {
    // Before birth many have no name: then that is what they have in common.
    given: isExpected && same.length === 0 ? ['unnamed'] : same,
    givenSounds: unique([given.first, spellingOf(given.first), ...formalNamesOf(given.first)].map(soundOf)),
    slips: given.first.length < SLIP_LETTERS_MIN ? [] : slipForms(given.first),
    otherGiven: otherForms(given, whole),
    familySounds: unique([family.whole, ...family.parts].map(soundOf)),
    familySlips: unique([family.whole, ...family.parts].flatMap(slipForms)),
    birth: forms === undefined ? [] : [isExpected ? `expected ${forms.exact}` : forms.exact],
    birthNear: forms === undefined || isExpected ? [] : forms.near,
  }
}

/** Each other given name by its sound, and all of them as one word each way: a hyphen may have been dropped. */
function otherForms({ others }: GivenName, whole: string): readonly string[] {
  return others.length === 0 ? [] : unique([...others.map(soundOf), others.join(''), whole])
}

const SLIP_LETTERS_MIN = 3

// Given names that brothers often share: what tells them apart is the next one.
const SHARED_BY_BROTHERS: ReadonlySet<string> = new Set(['muhammad', 'syed', 'abdul'])

/** The name with a first one that does not tell brothers apart in one spelling, joined to the next. */
function distinctly(name: GivenName): GivenName {
  const first = name.first.length < FULL_LETTERS_MIN ? name.first : spellingOf(name.first)
  if (!SHARED_BY_BROTHERS.has(first)) return name
  const [next = '', ...others] = name.others
  return { ...name, first: first + next, others }
}

// Shorter ones are pet forms, which may be another child's name.
const FULL_LETTERS_MIN = 5

/** The present address and the latest former ones; a postcode that stands for having none is nowhere. */
export function placesOf(details: Written): readonly Place[] {
  const { postcode } = details
  const [first, ...former] = (details.addresses ?? []).slice(0, 1 + OTHERS_MAX)
  const present: Address | undefined = postcode === undefined ? first : { lines: first?.lines ?? [], postcode }
  return [...(present === undefined ? [] : [present]), ...former].map(placeOf)
}

function placeOf(address: Address): Place {
  const { house, street, town } = addressParts(address.lines)
  const postcode = unique([comparablePostcode(address.postcode ?? '')])
  return {
    postcode,
    postcodeSlips: postcode.flatMap(slipForms),
    street: unique([soundOf(street)]),
    streetSlips: unique(slipForms(street)),
    house: unique([house]),
    town: unique([soundOf(town)]),
  }
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)].filter((value) => value !== '')
}
