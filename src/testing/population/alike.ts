import type { RegistrationDetails } from '../../child/details.js'
import type { SeededRandom } from '../random.js'
import {
  alikeNames,
  differentNames,
  drawTwins,
  drawTwo,
  drawUnlikeDate,
  eitherWay,
  inEitherOrder,
  isoDay,
  named,
  oftenAlikeNames,
  type Tools,
} from './alike-draws.js'
import {
  ALIKE,
  BOY_AND_GIRL,
  FORM_OF_ANOTHER,
  GIVEN_AND_FAMILY,
  NOT_YET_NAMED,
  OTHER_ORDER,
  RARE,
  SHARED_FIRST,
} from './alike-names.js'
import type { GeneratedDetails } from './household.js'
import {
  drawAcrossTown,
  drawAway,
  drawNear,
  drawNextStreet,
  drawSameHouseNumber,
  drawSameStreetName,
} from './neighbours.js'
import type { GeneratedAddress } from './places.js'

const DAY_MS = 86_400_000

/** Two children or more; the last is the one that is looked up. */
export interface Alike {
  readonly children: readonly RegistrationDetails[]
  /** The look-up says the number of the first child. */
  readonly isOthersNumber?: true
  /** How much of the address the look-up says; drawn where absent. */
  readonly place?: Place
}

export type Place = 'address' | 'postcode' | 'none'

/** The kinds of cases, in turn. */
export const LOOKALIKE_KINDS = [
  'twins',
  'twins-alike',
  'twins-rare-names',
  'twins-boy-and-girl',
  'twins-form-of-another',
  'twins-shared-first-name',
  'twins-other-order',
  'twins-not-yet-named',
  'triplets',
  'siblings-same-day-of-year',
  'siblings-within-a-year',
  'strangers-other-town',
  'strangers-same-town',
  'strangers-same-district',
  'strangers-next-street',
  'strangers-same-house-number',
  'strangers-same-street-name',
  'strangers-without-address',
  'cousins-at-grandparents',
  'namesakes-at-one-address',
  'foster-siblings',
  'given-name-of-one-family-name-of-other',
  'number-of-another',
  'number-of-sibling',
] as const

export type LookalikeKind = (typeof LOOKALIKE_KINDS)[number]

export const MAKERS: Readonly<Record<LookalikeKind, (tools: Tools) => Alike>> = {
  twins: (tools) => ({ children: drawTwins(tools, differentNames(tools)) }),
  'twins-alike': (tools) => ({ children: drawTwins(tools, alikeNames(tools)) }),
  'twins-rare-names': (tools) => ({ children: drawTwins(tools, eitherWay(tools, RARE)) }),
  'twins-boy-and-girl': twinsBoyAndGirl,
  'twins-form-of-another': (tools) => ({ children: drawTwins(tools, eitherWay(tools, FORM_OF_ANOTHER)) }),
  'twins-shared-first-name': (tools) => ({ children: drawTwins(tools, eitherWay(tools, SHARED_FIRST)) }),
  'twins-other-order': (tools) => ({ children: drawTwins(tools, eitherWay(tools, OTHER_ORDER)) }),
  'twins-not-yet-named': twinsNotYetNamed,
  triplets,
  'siblings-same-day-of-year': siblingsSameDayOfYear,
  'siblings-within-a-year': siblingsWithinAYear,
  'strangers-other-town': (tools) => strangers(tools, drawAway),
  'strangers-same-town': (tools) => strangers(tools, drawAcrossTown),
  'strangers-same-district': (tools) => strangers(tools, drawNear),
  'strangers-next-street': (tools) => strangers(tools, drawNextStreet),
  'strangers-same-house-number': (tools) => ({ ...strangers(tools, drawSameHouseNumber), place: 'address' }),
  'strangers-same-street-name': (tools) => ({ ...strangers(tools, drawSameStreetName), place: 'address' }),
  'strangers-without-address': strangersWithoutAddress,
  'cousins-at-grandparents': (tools) => {
    const { first, second } = drawTwo(tools)
    const { names } = oftenAlikeNames(tools)
    const shared = { familyName: first.familyName, addresses: first.addresses }
    return { children: [named(first, names[0]), { ...named(second, names[1]), ...shared }] }
  },
  'namesakes-at-one-address': (tools) => {
    const { first } = drawTwo(tools)
    return { children: [first, { ...first, dateOfBirth: drawUnlikeDate(tools, first.dateOfBirth) }] }
  },
  'foster-siblings': (tools) => {
    const { first, second } = drawTwo(tools)
    const { names } = oftenAlikeNames(tools)
    const born = tools.random.next() < 0.3 ? { dateOfBirth: first.dateOfBirth } : {}
    const home = { addresses: first.addresses, carers: first.carers }
    return { children: [named(first, names[0]), { ...named(second, names[1]), ...home, ...born }] }
  },
  'given-name-of-one-family-name-of-other': (tools) => {
    const { first, second } = drawTwo(tools)
    // Not the second's own: two of one name and one birthday in one house are one child to anybody.
    const name = tools.random.pick(GIVEN_AND_FAMILY.filter((each) => !second.givenNames.split(' ').includes(each)))
    const theirs = { familyName: name, dateOfBirth: first.dateOfBirth, addresses: first.addresses }
    // At times the first bears it twice, and the two may be twins.
    const family = tools.random.next() < 0.3 ? { familyName: name } : {}
    return {
      children: [
        { ...first, givenNames: name, ...family },
        { ...second, ...theirs },
      ],
    }
  },
  'number-of-another': (tools) => {
    const { first, second } = drawTwo(tools)
    return { children: [first, second], isOthersNumber: true }
  },
  'number-of-sibling': (tools) => {
    const [first, second] = drawTwins(tools, differentNames(tools))
    const born = isoDay(Date.parse(first.dateOfBirth) - tools.random.integer(400, 1500) * DAY_MS)
    const isTwin = tools.random.next() < 0.3
    return { children: [first, isTwin ? second : { ...second, dateOfBirth: born }], isOthersNumber: true }
  },
}

function twinsBoyAndGirl(tools: Tools): Alike {
  const [boy, girl] = drawTwins(tools, { names: tools.random.pick(BOY_AND_GIRL) })
  return { children: inEitherOrder(tools, { ...boy, sex: 'male' }, { ...girl, sex: 'female' }) }
}

function twinsNotYetNamed(tools: Tools): Alike {
  const dateOfBirth = isoDay(tools.now - tools.random.integer(1, 60) * DAY_MS)
  const { names } = eitherWay(tools, NOT_YET_NAMED)
  const { first } = drawTwo(tools)
  return { children: names.map((name) => ({ ...named(first, name), dateOfBirth, sex: 'not-known' as const })) }
}

function triplets(tools: Tools): Alike {
  const alike = alikeNames(tools)
  const [first, second] = drawTwins(tools, alike)
  const other = tools.random.pick(ALIKE[0]?.pairs ?? [])[0]
  const third = alike.names.includes(other) ? `${other}-Mae` : other
  return { children: [first, { ...first, givenNames: third }, second] }
}

function siblingsSameDayOfYear(tools: Tools): Alike {
  const [first, second] = drawTwins(tools, alikeNames(tools))
  const day = first.dateOfBirth.slice(4)
  const born = `${Number(first.dateOfBirth.slice(0, 4)) - 1}${day === '-02-29' ? '-02-28' : day}`
  return { children: inEitherOrder(tools, first, { ...second, dateOfBirth: born }) }
}

/** Ten to twelve months apart. */
function siblingsWithinAYear(tools: Tools): Alike {
  const [first, second] = drawTwins(tools, alikeNames(tools))
  const born = isoDay(Date.parse(first.dateOfBirth) - tools.random.integer(300, 364) * DAY_MS)
  return { children: inEitherOrder(tools, first, { ...second, dateOfBirth: born }) }
}

/** Two children with one name and birthday, who live in different places. */
function strangers(
  tools: Tools,
  away: (random: SeededRandom, home: GeneratedAddress) => GeneratedAddress,
): { readonly children: readonly [GeneratedDetails, GeneratedDetails] } {
  const { first, second } = drawTwo(tools)
  const [home] = first.addresses as readonly [GeneratedAddress]
  const { givenNames, familyName, dateOfBirth, sex } = first
  const same = { givenNames, familyName, dateOfBirth, ...(sex !== undefined && { sex }) }
  return {
    children: [
      { ...first, addresses: [home] },
      { ...second, ...same, addresses: [away(tools.random, home)] },
    ],
  }
}

/** Either the look-up says no address, or the registered child has none. */
function strangersWithoutAddress(tools: Tools): Alike {
  const { children } = strangers(tools, drawAway)
  if (tools.random.next() < 0.5) return { children, place: 'none' }
  const { addresses: _, ...bare } = children[0]
  return { children: [bare, children[1]], place: 'address' }
}
