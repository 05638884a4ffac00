import { IndexError } from '../../errors.js'
import { type Atom, isAtom, measureOf, membersOf, type Policy, type Rule } from '../policy.js'

/** An atom of a policy and where it stands, as in `levels[0].reachedWhen.any[1]`; explanations name atoms by the same paths. */
export interface PlacedAtom {
  readonly path: string
  readonly atom: Atom
}

/** A policy prepared for values that somebody else has aggregated. */
export interface CompiledValues {
  /** Every atom of every level, lowest level first and in the order of the document. */
  readonly atoms: readonly PlacedAtom[]
  /**
   * Rank of the highest level whose rule holds on these values, in the order of `atoms`: 0 for `none`, 1 for the policy's
   * lowest level, and so on.
   *
   * @throws {IndexError} `ERR_ASSESSMENT_INVALID` for a value that is no whole number from 0 on; `field` is the atom's path
   * @throws {RangeError} for more or fewer values than atoms
   */
  rank(values: ArrayLike<number>): number
}

const compiled = new WeakMap<Policy, CompiledValues>()

/** A policy prepared for values in the order of its atoms. Prepared at the first call and kept as long as the policy is. */
export function compileValues(policy: Policy): CompiledValues {
  const known = compiled.get(policy)
  if (known !== undefined) return known
  const made = prepare(policy)
  compiled.set(policy, made)
  return made
}

/**
 * The highest level whose rule holds on values that were aggregated elsewhere, for instance by a database; `none` where no
 * rule holds.
 *
 * `values` has one value for the path of each atom (`compileValues` lists them): what the atom would count at one instant
 * over the checks on one child. Checks for `count`, different values for `distinct`; for `points` the total after decay and
 * caps. It is the level at that one instant, as `levelAt` gives it. What was reached earlier within the horizon, or since
 * a case was closed, no value can tell: that is for `assess`.
 *
 * @throws {IndexError} `ERR_ASSESSMENT_INVALID` for a value that is missing or no whole number from 0 on, `field` then is the
 * path, and for a path at which the policy has no atom
 */
export function levelFromValues(policy: Policy, values: Readonly<Record<string, number>>): string {
  const { atoms, rank } = compileValues(policy)
  if (Object.keys(values).length > atoms.length) {
    throw refusal('values', 'there is a value for a path at which the policy has no atom')
  }
  const height = rank(
    atoms.map(({ path }) => (Object.hasOwn(values, path) ? (values[path] ?? Number.NaN) : Number.NaN)),
  )
  return policy.levels[height - 1]?.name ?? 'none'
}

type Holds = (values: ArrayLike<number>) => boolean

function prepare(policy: Policy): CompiledValues {
  const atoms: PlacedAtom[] = []
  const rules = policy.levels.map(({ reachedWhen }, index) => holds(reachedWhen, `levels[${index}].reachedWhen`, atoms))
  return {
    atoms,
    rank(values) {
      if (values.length !== atoms.length) throw new RangeError('needs one value for each atom of the policy')
      for (let at = 0; at < atoms.length; at += 1) {
        const value = values[at]
        if (!Number.isSafeInteger(value) || value === undefined || value < 0)
          throw refusal(atoms[at]?.path ?? 'values', 'the value of an atom must be a whole number from 0 on')
      }
      let rank = rules.length
      while (rank > 0 && rules[rank - 1]?.(values) !== true) rank -= 1
      return rank
    },
  }
}

/** A rule as a function of the values; its atoms are put behind those that are there, in the order in which they stand. */
function holds(rule: Rule, path: string, atoms: PlacedAtom[]): Holds {
  if (isAtom(rule)) {
    const place = atoms.push({ path, atom: rule }) - 1
    const { atLeast } = measureOf(rule)
    return (values) => (values[place] ?? 0) >= atLeast
  }
  const { rules, needed, field } = membersOf(rule)
  const members = rules.map((member, index) => holds(member, `${path}.${field}[${index}]`, atoms))
  return (values) => {
    let missing = needed
    for (let at = 0; at < members.length && missing > 0; at += 1) if (members[at]?.(values) === true) missing -= 1
    return missing === 0
  }
}

function refusal(field: string, message: string): IndexError {
  return new IndexError('ERR_ASSESSMENT_INVALID', message, { field })
}
