import type { LookupDetails, RegistrationDetails } from '../../child/details.js'
import { type SeededRandom, seededRandom } from '../random.js'
import { type Alike, LOOKALIKE_KINDS, type LookalikeKind, MAKERS, type Place } from './alike.js'
import { nhsNumbers } from './numbers.js'

export { LOOKALIKE_KINDS, type LookalikeKind } from './alike.js'

/** A look-up that must not lead to any registered child but the one it is about. */
export interface Lookalike {
  readonly kind: LookalikeKind
  readonly registered: readonly RegistrationDetails[]
  readonly lookup: LookupDetails
  /** Place in `registered` of the child that the look-up is about; undefined where that child is not registered. */
  readonly isRegistered: number | undefined
}

export interface LookalikesOptions {
  readonly seed: number
  /** How many: 0 to 100,000; the kinds take turns. */
  readonly cases: number
  /** The instant at which everybody is under 18, in milliseconds since 1970. */
  readonly now: number
}

/**
 * Look-ups about children who are easily taken for another: twins, brothers and sisters, strangers with one name and birthday,
 * a number that is somebody else's.
 *
 * Whoever links one automatically to a registered child other than `isRegistered` has made a false link. In about a third of the
 * cases the child that is meant is registered too. NHS numbers are of the range 998, which no generated population has.
 * Nobody in them exists. The same options give the same cases.
 *
 * @throws {RangeError} for a number of cases or a seed out of range.
 */
export function generateLookalikes(options: LookalikesOptions): readonly Lookalike[] {
  const { seed, cases, now } = options
  if (!Number.isSafeInteger(cases) || cases < 0 || cases > 100_000) throw new RangeError('there are 0 to 100,000 cases')
  const random = seededRandom(seed)
  const numbers = nhsNumbers(random.integer(0, 999_999), '998')
  return Array.from({ length: cases }, (_, i) => {
    const kind = LOOKALIKE_KINDS[i % LOOKALIKE_KINDS.length] as LookalikeKind
    return lookalike(kind, MAKERS[kind]({ random, now }), random, numbers)
  })
}

/** The last of the children is looked up; the others are registered. */
function lookalike(
  kind: LookalikeKind,
  alike: Alike,
  random: SeededRandom,
  numbers: Iterator<string, never>,
): Lookalike {
  const numbered = alike.children.map((child) => ({
    ...child,
    nhsNumber: numbers.next().value,
    ...birthOf(child, alike.children, random),
  }))
  const others = numbered.slice(0, -1)
  const meant = numbered.at(-1) as (typeof numbered)[number]
  const isKnown = random.next() < 0.33
  // A known child's own number would settle it; an unknown child's may not keep the details from misleading.
  const own = !isKnown && random.next() < 0.2 ? { nhsNumber: meant.nhsNumber } : {}
  const { givenNames, familyName, dateOfBirth, sex } = meant
  const lookup: LookupDetails = {
    givenNames,
    familyName,
    dateOfBirth,
    ...(sex !== undefined && random.next() < 0.5 && { sex }),
    ...placeOf(meant, alike.place ?? drawPlace(random)),
    ...(alike.isOthersNumber === true ? { nhsNumber: others[0]?.nhsNumber ?? '' } : own),
  }
  return { kind, registered: isKnown ? numbered : others, lookup, isRegistered: isKnown ? others.length : undefined }
}

/** What the register says of the birth: of a twin that there is another, or nothing. */
function birthOf(
  child: RegistrationDetails,
  all: readonly RegistrationDetails[],
  random: SeededRandom,
): Pick<RegistrationDetails, 'multipleBirth'> {
  const isTwin = all.some(
    (other) => other !== child && other.dateOfBirth === child.dateOfBirth && other.familyName === child.familyName,
  )
  if (random.next() < 0.3) return {}
  return { multipleBirth: isTwin }
}

function drawPlace(random: SeededRandom): Place {
  const chance = random.next()
  if (chance < 0.65) return 'address'
  return chance < 0.9 ? 'postcode' : 'none'
}

function placeOf(child: RegistrationDetails, place: Place): Pick<LookupDetails, 'postcode' | 'addresses'> {
  const [present] = child.addresses ?? []
  if (place === 'none' || present === undefined) return {}
  if (place === 'address') return { addresses: [present] }
  return present.postcode === undefined ? {} : { postcode: present.postcode }
}
