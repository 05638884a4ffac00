import type { GeneratedChild, Story } from './population/child.js'
import { ANY_AGE, ageInDays, drawHousehold, drawSize, type GeneratedDetails } from './population/household.js'
import { nhsNumbers, pupilNumber } from './population/numbers.js'
import { type SeededRandom, seededRandom, shuffled } from './random.js'

export type { GeneratedAgency, GeneratedAgencyKind } from './population/agencies.js'
export { generateAgencies } from './population/agencies.js'
export type { GeneratedChild, Story } from './population/child.js'
export type { ChildrenOptions } from './population/children.js'
export { generateChildren } from './population/children.js'
export type { GeneratedContact } from './population/contacts.js'
export { generateContacts, queryOf } from './population/contacts.js'
export type { Misrecorded, MisrecordedOptions, RecordingError } from './population/errors.js'
export { misrecorded, RECORDING_ERRORS } from './population/errors.js'
export type { GeneratedDetails } from './population/household.js'
export type { Lookalike, LookalikeKind, LookalikesOptions } from './population/lookalikes.js'
export { generateLookalikes, LOOKALIKE_KINDS } from './population/lookalikes.js'
export type { GeneratedAddress } from './population/places.js'
export { searchTerms, toNdjson } from './population/written.js'
export { type SeededRandom, seededRandom } from './random.js'

export interface PopulationOptions {
  readonly seed: number
  /** Children to register: 0 to 500,000. */
  readonly children: number
  /** The instant at which everybody born is under 18, in milliseconds since 1970. */
  readonly now: number
}

/**
 * The children of an invented authority: names of many origins, brothers and sisters, twins, one-parent families, NHS numbers
 * of the test range. Nobody in it exists.
 *
 * Exactly `children` registered ones; after them a few more (two, or 6 in 1,000) whom nobody registered, the first of
 * whom has the story `many-agencies`. From three children on, a registered one has that story too and two are harmed. The
 * same options give the same children.
 *
 * @throws {RangeError} for a number of children or a seed out of range.
 */
export function generatePopulation(options: PopulationOptions): readonly GeneratedChild[] {
  const { seed, children: count, now } = options
  if (!Number.isSafeInteger(count) || count < 0 || count > 500_000) {
    throw new RangeError('a population has 0 to 500,000 registered children')
  }
  const random = seededRandom(seed)
  const people = drawPeople(random, count, now)
  const stories = chooseStories(random, people, now)
  const strangers = drawStrangers(random, Math.max(2, Math.round(count * 0.006)), now)
  const numbers = nhsNumbers(random.integer(0, 999_999))
  const schools = Math.max(40, Math.ceil(count / 500))
  const registered = people.map((details, index): GeneratedChild => {
    if (details.expectedDate) return { details, registered: true, story: 'unborn' }
    const numbered = { ...details, nhsNumber: numbers.next().value, ...pupilNumber(details, { index, schools, now }) }
    return { details: numbered, registered: true, story: stories.get(index) ?? 'ordinary' }
  })
  const unregistered = strangers.map((details, index): GeneratedChild => {
    if (index === 0) return { details, registered: false, story: 'many-agencies' }
    // Half of them moved here from another authority and have a number; the others came from abroad.
    const numbered = random.next() < 0.5 ? { ...details, nhsNumber: numbers.next().value } : details
    return { details: numbered, registered: false, story: 'unregistered' }
  })
  return [...registered, ...unregistered]
}

function drawPeople(random: SeededRandom, count: number, now: number): GeneratedDetails[] {
  const people: GeneratedDetails[] = []
  const unborn = count < 20 ? 0 : Math.max(1, Math.round(count * 0.004))
  let drawnUnborn = 0
  while (people.length < count) {
    const left = count - people.length
    const expected = drawnUnborn < unborn && people.length * unborn >= (drawnUnborn + 0.5) * count
    if (expected) drawnUnborn++
    // The first family has a child of school age, so that the smallest population can tell every story.
    const eldestDays = expected ? { min: -200, max: -7 } : people.length === 0 ? { min: 3000, max: 4000 } : ANY_AGE
    const size = Math.min(left, drawSize(random))
    people.push(...drawHousehold(random, { now, size, eldestDays }))
  }
  return people
}

/** Children from elsewhere. They have given names: an agency that meets them has nothing else to go by. */
function drawStrangers(random: SeededRandom, count: number, now: number): GeneratedDetails[] {
  const strangers: GeneratedDetails[] = []
  while (strangers.length < count) {
    const first = strangers.length === 0
    const eldestDays = first ? { min: 2600, max: 3600 } : { min: 30, max: 6300 }
    const [child] = drawHousehold(random, { now, size: 1, eldestDays })
    if (child === undefined || child.givenNames === '') continue
    // The first came from abroad with an adult who is not a parent.
    const carers = child.carers.slice(0, 1).map((carer) => ({ ...carer, relationship: 'great-aunt' }))
    strangers.push(first ? { ...child, carers } : child)
  }
  return strangers
}

/** Which children have a story other than the ordinary one; ages suit the story wherever the population allows. */
function chooseStories(random: SeededRandom, people: readonly GeneratedDetails[], now: number): Map<number, Story> {
  const stories = new Map<number, Story>()
  const ages = people.map((details) =>
    details.expectedDate ? undefined : ageInDays(details.dateOfBirth, now) / 365.25,
  )
  const order = shuffled(
    random,
    people.map((_, index) => index).filter((index) => ages[index] !== undefined),
  )
  const give = (story: Story, count: number, from: number, to: number): void => {
    let left = count
    for (const suits of [true, false]) {
      for (const index of order) {
        if (left <= 0) return
        const age = ages[index] ?? 0
        if (stories.has(index) || (suits && (age < from || age > to))) continue
        stories.set(index, story)
        left--
      }
    }
  }
  const share = (part: number, least: number): number => Math.max(least, Math.round(order.length * part))
  give('many-agencies', 1, 6, 13)
  give('harm', share(0.003, 2), 2, 18)
  give('needs', share(0.03, 1), 1.5, 18)
  give('hardship', share(0.004, 0), 1.5, 18)
  give('early-help', share(0.06, 0), 1.5, 18)
  return stories
}
