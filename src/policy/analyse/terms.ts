import { type Atom, atomsOf, formOf, isAtom, measureOf, membersOf, type Rule } from '../policy.js'

/** Atoms that together make a rule hold, each of them needed. */
export type Term = readonly Atom[]

const TERMS_MAX = 2_000
const COMPARISONS_MAX = 1_000_000

/**
 * All terms of a rule, the shortest first: the rule holds exactly where every atom of one of them does, because rules
 * have no negation. Atoms that say the same are one atom.
 *
 * Undefined where there are more than `limit`, or where finding them would take too long: their number can double with
 * every member of a rule.
 */
export function termsOf(rule: Rule, limit: number = TERMS_MAX): readonly Term[] | undefined {
  const known = limit === TERMS_MAX ? found.get(rule) : undefined
  if (known !== undefined) return known.terms
  const terms = newTerms(rule, limit)
  if (limit === TERMS_MAX) found.set(rule, { terms })
  return terms
}

// Rules are never changed, and are asked about again and again.
const found = new WeakMap<Rule, { readonly terms: readonly Term[] | undefined }>()

function newTerms(rule: Rule, limit: number): readonly Term[] | undefined {
  const atoms = [...new Map(atomsOf(rule).map((atom) => [atomKey(atom), atom])).entries()]
  const numbers = new Map(atoms.map(([key], number) => [key, 1n << BigInt(number)]))
  const sets = setsOf(rule, numbers, { limit, comparisons: COMPARISONS_MAX })
  return sets?.map((set) => atoms.filter((_, number) => (set >> BigInt(number)) & 1n).map(([, atom]) => atom))
}

/** Two atoms have one key exactly if they say the same, in whatever order their filters list it. */
export function atomKey(atom: Atom): string {
  const { atLeast, withinDays, where = {} } = measureOf(atom)
  const fields = Object.entries(where).map(([field, wanted]): readonly [string, unknown] => [
    field,
    Array.isArray(wanted) ? [...new Set(wanted)].sort() : wanted,
  ])
  fields.sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([formOf(atom), atLeast, withinDays, fields])
}

interface Bounds {
  readonly limit: number
  comparisons: number
}

/** Sets of atoms as bits. */
type Sets = readonly bigint[]

function setsOf(rule: Rule, numbers: ReadonlyMap<string, bigint>, bounds: Bounds): Sets | undefined {
  if (isAtom(rule)) return [numbers.get(atomKey(rule)) ?? 0n]
  const { rules, needed } = membersOf(rule)
  // By how many of the members so far hold. Members are taken one after the other, and each either holds or does not.
  let soFar: readonly Sets[] = [[0n], ...Array.from({ length: needed }, () => [])]
  for (const [index, member] of rules.entries()) {
    const sets = setsOf(member, numbers, bounds)
    if (sets === undefined) return undefined
    const fewest = needed - (rules.length - index - 1)
    const next: Sets[] = []
    for (const [held, without] of soFar.entries()) {
      // Too few to come to `needed` with the members that are left.
      const joined = held < fewest ? [] : join(without, soFar[held - 1] ?? [], sets, bounds)
      if (joined === undefined) return undefined
      next.push(joined)
    }
    soFar = next
  }
  return soFar[needed]
}

function join(without: Sets, before: Sets, sets: Sets, bounds: Bounds): Sets | undefined {
  bounds.comparisons -= before.length * sets.length
  if (bounds.comparisons < 0) return undefined
  return minimal([...without, ...before.flatMap((one) => sets.map((other) => one | other))], bounds)
}

/** Those that contain no other, by size; undefined where they are too many. */
function minimal(sets: Sets, bounds: Bounds): Sets | undefined {
  const bySize = [...new Set(sets)].map((set) => ({ set, size: sizeOf(set) })).sort((a, b) => a.size - b.size)
  const kept: bigint[] = []
  for (const { set } of bySize) {
    bounds.comparisons -= kept.length
    if (bounds.comparisons < 0) return undefined
    if (!kept.some((smaller) => (smaller & set) === smaller)) kept.push(set)
    if (kept.length > bounds.limit) return undefined
  }
  return kept
}

/** How many bits are set. */
function sizeOf(set: bigint): number {
  return set.toString(2).replaceAll('0', '').length
}
