import type { Field, Lacks, Meaning } from './keys.js'

/** What a question and a child have in common. */
export interface Evidence {
  /** Fields that agree, read in one of the two ways a question can be read. */
  readonly fields: ReadonlySet<Field>
  readonly meanings: ReadonlySet<Meaning>
  readonly question: Lacks
  readonly child: Lacks
}

/**
 * Whether the child is the one described, without anybody looking. The given name must be the same, or one slip of the pen away from a
 * name that people bear, and a place, the family name and the birth must go with it:
 *
 * | birth | place | family name |
 * |---|---|---|
 * | the same | the postcode, or street and house, or street, town and nearly the postcode | needed, unless postcode and house or street, or street and house, agree |
 * | nearly the same | as above | needed |
 * | not known on one side | postcode and street or house | needed |
 * | another | never | |
 *
 * So neither twins, nor brothers and sisters, nor strangers with one name and birthday, are ever taken for each other.
 */
export function links(evidence: Evidence): boolean {
  const { fields, meanings, question, child } = evidence
  if (!givenAgrees(evidence)) return false
  const streetAndHouse = fields.has('street') && fields.has('house')
  const household = fields.has('postcode') && (fields.has('street') || fields.has('house'))
  const nearlyThere = fields.has('street') && fields.has('town') && meanings.has('postcode-near')
  const place = fields.has('postcode') || streetAndHouse || nearlyThere
  // A person with one name is one on both sides.
  const family = fields.has('family') || (question.family && child.family)
  if (fields.has('birth')) return place && (family || household || streetAndHouse)
  if (!family) return false
  if (meanings.has('birth-near')) return place
  return (question.birth || child.birth) && household
}

/** The same first given name or a slip of it, and no other given names that differ. */
export function givenAgrees({ meanings, question, child }: Evidence): boolean {
  const contradicted = !question.otherGiven && !child.otherGiven && !meanings.has('other-given')
  return !contradicted && (meanings.has('given-same') || meanings.has('given-slip'))
}

/** How much it says that a field agrees: roughly the digits of the number of children who would share it by chance. */
const WEIGHTS: Readonly<Record<Field, number>> = {
  given: 2,
  family: 2,
  birth: 3,
  postcode: 3,
  street: 2,
  house: 1,
  town: 1,
}

/**
 * Whether the child may be the one described: enough agrees, and the given name or the birth is part of it. Where one of
 * the two is not known, the family name with an address will do; where both are and both differ, it is a brother or sister.
 */
export function isCandidate(evidence: Evidence): boolean {
  const { fields, meanings, question, child } = evidence
  if (weightOf(evidence) < CANDIDATE_WEIGHT_MIN) return false
  if (fields.has('birth') || fields.has('given')) return true
  if (meanings.has('birth-near') || meanings.has('given-slip')) return true
  return fields.has('family') && (question.given || child.given || question.birth || child.birth)
}

const CANDIDATE_WEIGHT_MIN = 7

function weightOf({ fields }: Evidence): number {
  return [...fields].reduce((sum, field) => sum + WEIGHTS[field], 0)
}

/**
 * Whether a registered child seems to be the one that is being registered, though it does not link: the given name agrees with most of the
 * rest, or one of the two was registered before it had a given name.
 */
export function maySeemTwice(evidence: Evidence): boolean {
  const { fields, meanings, question, child } = evidence
  const birth = fields.has('birth') || meanings.has('birth-near')
  if (givenAgrees(evidence)) return fields.has('family') && (birth || fields.has('postcode'))
  return (question.given || child.given) && fields.has('family') && fields.has('birth') && fields.has('postcode')
}

/** Whether what else is asked goes with a child that was found by a number; where one side says nothing else, it does. */
export function backsNumber({ fields, meanings, question, child }: Evidence): boolean {
  if ((question.given && question.birth) || (child.given && child.birth)) return true
  const more: readonly Meaning[] = ['number-given', 'number-birth', 'birth-near', 'given-same', 'given-slip']
  return fields.has('birth') || more.some((meaning) => meanings.has(meaning))
}

/** More than this many candidates are "many": nobody is asked to choose among them. */
export const CANDIDATES_MAX = 3
