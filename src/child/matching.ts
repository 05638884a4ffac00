import type { Field, Meaning, Traits } from './keys.js'

/** What a question and a child have in common. */
export interface Evidence {
  /** The question's given and family name were exchanged. */
  readonly isExchanged: boolean
  /** Fields that agree, read in one of the two ways a question can be read. */
  readonly fields: ReadonlySet<Field>
  readonly meanings: ReadonlySet<Meaning>
  readonly question: Traits
  readonly child: Traits
}

/**
 * Whether the child is the one described, without anybody looking. A place must always go with it: the postcode, or the home, which is
 * house and street, spelt nearly the same, with the town or nearly the postcode. The household is a place that two things witness.
 *
 * | birth | given name | what else |
 * |---|---|---|
 * | the same | the same | the family name, if names were exchanged spelt nearly the same; if not, the household will do |
 * | the same, of a single birth | a slip of the pen away | the family name, spelt nearly the same |
 * | the same, of a single birth | another, or not known | the family name, spelt nearly the same, and the household: nobody else was born to them that day |
 * | nearly the same | the same | the family name |
 * | not known on one side | the same | the family name and the household |
 * | another | | never |
 *
 * So neither twins nor brothers and sisters, nor strangers with one name and birthday, are taken for each other. Of a single birth is
 * a child of whom a sealer says that it has no twin.
 */
export function links(evidence: Evidence): boolean {
  const { isExchanged, fields, meanings, question, child } = evidence
  const isNear = fields.has('town') || meanings.has('postcode-near')
  const home = fields.has('house') && meanings.has('street-near') && isNear
  if (!home && !fields.has('postcode')) return false
  const household = home || (fields.has('postcode') && (fields.has('street') || fields.has('house')))
  // A person with one name is one on both sides.
  const family = agreesInFamily(evidence) || (question.lacksFamily && child.lacksFamily)
  const same = isNotContradicted(evidence) && meanings.has('given-same')
  if (fields.has('birth')) {
    if (same) return family || (household && !isExchanged)
    if (!child.isSingleBirth || !meanings.has('family-near')) return false
    return givenAgrees(evidence) || (household && !isExchanged)
  }
  if (!same || !family) return false
  return meanings.has('birth-near') || (household && (question.lacksBirth || child.lacksBirth))
}

/** Where names are exchanged it must be spelt nearly the same: one of several given names easily sounds like a family name. */
function agreesInFamily({ isExchanged, fields, meanings }: Evidence): boolean {
  return meanings.has('family-near') || (fields.has('family') && !isExchanged)
}

/**
 * Without the reading that exchanges the names where the family name agrees as it is written: then nothing was exchanged, and who
 * is called what the family is called (Hussain Hussain) is not the brother (Hassan Hussain).
 */
export function withoutIdleExchange(readings: readonly Evidence[]): readonly Evidence[] {
  const isAsWritten = readings.some(
    (each) => !each.isExchanged && (agreesInFamily(each) || each.meanings.has('number-family')),
  )
  return isAsWritten ? readings.filter(({ isExchanged }) => !isExchanged) : readings
}

/** The same first given name or a slip of it, and no other given names that differ. */
export function givenAgrees(evidence: Evidence): boolean {
  const { meanings } = evidence
  return isNotContradicted(evidence) && (meanings.has('given-same') || meanings.has('given-slip'))
}

function isNotContradicted({ meanings, question, child }: Evidence): boolean {
  return question.lacksOtherGiven || child.lacksOtherGiven || meanings.has('other-given')
}

function lacksGiven({ question, child }: Evidence): boolean {
  return question.lacksGiven || child.lacksGiven
}

/**
 * How much it says that a field agrees: ten times the logarithm, to base ten, of how many children there are for each one that agrees by chance.
 * Orders of magnitude for an English authority.
 */
const WEIGHTS: Readonly<Record<Field, number>> = {
  given: 18,
  family: 20,
  birth: 38,
  postcode: 45,
  street: 27,
  house: 17,
  town: 10,
}

/** Among a million children, a tenth of one agrees in so much by chance. */
const CANDIDATE_WEIGHT_MIN = 70

/**
 * Whether the child may be the one described: enough agrees, and the given name or the birth is part of it. Where one of
 * the two is not known, the family name with an address will do; where both are and both differ, it is a brother or sister.
 */
export function isCandidate(evidence: Evidence): boolean {
  const { fields, meanings, question, child } = evidence
  if (weightOf(evidence) < CANDIDATE_WEIGHT_MIN) return false
  if (fields.has('birth') || fields.has('given')) return true
  if (meanings.has('birth-near') || meanings.has('given-slip')) return true
  const isBirthUnknown = question.lacksBirth || child.lacksBirth
  return fields.has('family') && (lacksGiven(evidence) || isBirthUnknown)
}

function weightOf({ fields }: Evidence): number {
  return [...fields].reduce((sum, field) => sum + WEIGHTS[field], 0)
}

/**
 * Whether a registered child seems to be the one that is being registered, though it does not link: the given name agrees with most of the
 * rest, or one of the two was registered before it had a given name.
 */
export function maySeemTwice(evidence: Evidence): boolean {
  const { fields, meanings } = evidence
  const birth = fields.has('birth') || meanings.has('birth-near')
  if (givenAgrees(evidence)) return fields.has('family') && (birth || fields.has('postcode'))
  return lacksGiven(evidence) && fields.has('family') && fields.has('birth') && fields.has('postcode')
}

/**
 * Whether what else is asked goes with a child that was found by a number: the given name with the birth or the family name, since a number
 * may be a twin's, or anybody's. Where one side says nothing else, nothing speaks against the number.
 */
export function backsNumber(evidence: Evidence): boolean {
  const { fields, meanings, question, child } = evidence
  const knows = (traits: Traits): boolean => !traits.lacksGiven || !traits.lacksBirth
  if (!knows(question) || !knows(child)) return true
  const has = (...any: readonly Meaning[]): boolean => any.some((meaning) => meanings.has(meaning))
  const given = has('number-given', 'given-same') || (child.isSingleBirth && has('given-slip'))
  const birth = fields.has('birth') || has('number-birth', 'birth-near')
  const family = fields.has('family') || has('number-family')
  if (given) return birth || family
  return lacksGiven(evidence) && birth && (family || question.lacksFamily || child.lacksFamily)
}

/** More than this many candidates are "many": nobody is asked to choose among them. */
export const CANDIDATES_MAX = 3
