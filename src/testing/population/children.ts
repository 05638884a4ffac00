import { type SeededRandom, seededRandom } from '../random.js'
import { ANY_AGE, drawHousehold, drawSize, type GeneratedDetails, type HouseholdWish } from './household.js'
import { tailed } from './long-tail.js'
import { COMMUNITIES } from './names.js'
import { manyNhsNumbers, pupilNumber } from './numbers.js'
import { DISTRICTS_MAX } from './places.js'

export interface ChildrenOptions {
  readonly seed: number
  /** How many: 0 to 2,000,000. */
  readonly children: number
  /** The instant at which everybody born is under 18, in milliseconds since 1970. */
  readonly now: number
}

// Children for each district: so that a postcode has about four.
const CHILDREN_PER_DISTRICT = 5_700
const CHILDREN_PER_SCHOOL = 500

/**
 * The children of an invented country one after the other, brothers and sisters next to each other: for populations that are
 * too large to be held at once.
 *
 * Unlike `generatePopulation` it tells no stories, and names and places are as various as those of a country of that size: the most
 * frequent family name is borne by about 1.2 % of all, half of all bear one of the thousand most frequent ones. Nearly three of a
 * hundred are twins, four of a thousand are not born yet, three of a hundred have a former family name. NHS numbers are of the
 * ranges 990 to 997. Of nine in ten it is known whether they have a twin. The same options give the same children. Nobody among them exists.
 *
 * @throws {RangeError} for a number of children or a seed out of range, when the first is asked for.
 */
export function* generateChildren(options: ChildrenOptions): Generator<GeneratedDetails, void, undefined> {
  const { seed, children, now } = options
  if (!Number.isSafeInteger(children) || children < 0 || children > 2_000_000) {
    throw new RangeError('there are 0 to 2,000,000 children')
  }
  const random = seededRandom(seed)
  const numbers = manyNhsNumbers(random.integer(0, 999_999))
  const schools = Math.max(40, Math.ceil(children / CHILDREN_PER_SCHOOL))
  const from = {
    names: new Map(COMMUNITIES.map((community) => [community, tailed(community)])),
    districts: Math.min(DISTRICTS_MAX, Math.max(8, Math.ceil(children / CHILDREN_PER_DISTRICT))),
  }
  for (let index = 0; index < children; ) {
    const household = drawHousehold(random, drawWish(random, children - index, now, from))
    for (const details of household) {
      if (details.expectedDate) yield details
      else {
        const formerly = random.next() < 0.03 ? { otherNames: [formerName(random, details, from)] } : {}
        const nhsNumber = numbers.next().value
        const births = multipleBirth(details, household, index)
        yield { ...details, nhsNumber, ...births, ...pupilNumber(details, { index, schools, now }), ...formerly }
      }
      index++
    }
  }
}

/** What a birth register says; of every tenth child, who came from elsewhere, nobody knows. */
function multipleBirth(
  details: GeneratedDetails,
  household: readonly GeneratedDetails[],
  index: number,
): Pick<GeneratedDetails, 'multipleBirth'> {
  if (index % 10 === 0) return {}
  return { multipleBirth: household.filter(({ dateOfBirth }) => dateOfBirth === details.dateOfBirth).length > 1 }
}

function drawWish(random: SeededRandom, left: number, now: number, from: Source): HouseholdWish {
  const isExpecting = random.next() < 0.0072
  const eldestDays = isExpecting ? { min: -200, max: -7 } : ANY_AGE
  return { now, size: Math.min(left, drawSize(random)), eldestDays, from }
}

type Source = NonNullable<HouseholdWish['from']>

/** The family name under which the child was known before. */
function formerName(random: SeededRandom, { givenNames }: GeneratedDetails, { names }: Source) {
  const familyName = names.get(random.pick(COMMUNITIES))?.family(random) ?? ''
  return { givenNames, familyName }
}
