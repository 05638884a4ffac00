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

/**
 * The rules as one forest: a node for each level and, behind these, one for each connective. An atom that holds counts
 * for the node above it, and a connective of which enough members hold counts for the node above that.
 */
interface Forest {
  readonly atoms: PlacedAtom[]
  readonly atLeast: number[]
  /** Per atom and per node: the node above it. */
  readonly aboveAtom: number[]
  readonly above: number[]
  /** Per node: how many members must hold. */
  readonly needed: number[]
}

function prepare(policy: Policy): CompiledValues {
  const levels = policy.levels.length
  const forest: Forest = {
    atoms: [],
    atLeast: [],
    aboveAtom: [],
    above: policy.levels.map(() => -1),
    needed: policy.levels.map(() => 1),
  }
  for (const [level, { reachedWhen }] of policy.levels.entries()) {
    plant(reachedWhen, `levels[${level}].reachedWhen`, level, forest)
  }
  const { atoms, atLeast, aboveAtom, above, needed } = forest
  const holding = new Int32Array(needed.length)
  return {
    atoms,
    rank(values) {
      if (values.length !== atoms.length) throw new RangeError('needs one value for each atom of the policy')
      holding.fill(0)
      let rank = 0
      for (let at = 0; at < atoms.length; at += 1) {
        const value = values[at] ?? Number.NaN
        if (!Number.isSafeInteger(value) || value < 0) throw refusal(atoms[at]?.path ?? 'values', NO_VALUE)
        if (value < (atLeast[at] ?? 0)) continue
        let node = aboveAtom[at] ?? 0
        while (node >= levels) {
          const members = (holding[node] ?? 0) + 1
          holding[node] = members
          if (members !== needed[node]) break
          node = above[node] ?? 0
        }
        // Atoms of lower levels come first.
        if (node < levels) rank = node + 1
      }
      return rank
    },
  }
}

/** Puts a rule below a node. Atoms come in the order in which they stand. */
function plant(rule: Rule, path: string, node: number, forest: Forest): void {
  if (isAtom(rule)) {
    forest.atoms.push({ path, atom: rule })
    forest.atLeast.push(measureOf(rule).atLeast)
    forest.aboveAtom.push(node)
    return
  }
  const { rules, needed, field } = membersOf(rule)
  const own = forest.needed.push(needed) - 1
  forest.above.push(node)
  for (const [index, member] of rules.entries()) plant(member, `${path}.${field}[${index}]`, own, forest)
}

const NO_VALUE = 'the value of an atom must be a whole number from 0 on'

function refusal(field: string, message: string): IndexError {
  return new IndexError('ERR_ASSESSMENT_INVALID', message, { field })
}
