import type { AtomState, Model, RuleState, Use } from './model.js'

/** How many added checks a rule needs at least: to hold, and to hold by a check recorded since the closing. Infinite where no number is enough. */
export interface Bound {
  readonly toHold: number
  readonly toCount: number
}

/**
 * A number of added checks below which the level cannot be reached, whatever they are. Each atom is asked by itself for
 * the best that so many checks could do for it, so the rule may need more.
 *
 * INVARIANT: finite exactly where some number of checks reaches the level. Additions never take anything away, so those
 * that serve one atom and those that serve another serve both.
 */
export function lowerBound(model: Model): number {
  const { toHold, toCount } = boundOf(model, model.rule)
  return Math.max(toHold, toCount)
}

/** How many added checks an atom needs at least to hold. */
export function boundOfAtom(model: Model, atom: AtomState): number {
  if (atom.value >= atom.atLeast) return 0
  const best = bestUses(model, atom)
  const enough = (times: number): boolean => model.valueOf(atom, best(times)) >= atom.atLeast
  // Whatever an atom sees gives it at least 1, until nothing gives it any more.
  let most = atom.atLeast - atom.value
  if (!enough(most)) return Number.POSITIVE_INFINITY
  let fewest = 1
  while (fewest < most) {
    const middle = Math.floor((fewest + most) / 2)
    if (enough(middle)) most = middle
    else fewest = middle + 1
  }
  return most
}

function boundOf(model: Model, rule: RuleState): Bound {
  if (rule.kind === 'atom') {
    const toHold = boundOfAtom(model, rule)
    if (rule.countsNew) return { toHold, toCount: toHold }
    const isSeen = model.candidates.all.some(({ gains }) => gains[rule.number] !== undefined)
    return { toHold, toCount: isSeen ? Math.max(1, toHold) : Number.POSITIVE_INFINITY }
  }
  const bounds = rule.members.map((member) => boundOf(model, member))
  const toHold = nth(
    bounds.map((bound) => bound.toHold),
    rule.needed,
  )
  // One member counts the new check, the others that are needed hold anyhow.
  const toCount = bounds.map((bound, index) => {
    const others = bounds.filter((_, at) => at !== index).map((other) => other.toHold)
    return Math.max(bound.toCount, nth(others, rule.needed - 1))
  })
  return { toHold, toCount: Math.min(...toCount) }
}

/** The nth smallest of some numbers, counted from 1; 0 for the 0th. */
function nth(numbers: readonly number[], n: number): number {
  return n === 0 ? 0 : ([...numbers].sort((a, b) => a - b)[n - 1] ?? Number.POSITIVE_INFINITY)
}

/** Checks that serve an atom best: more than real ones could, since each gives the most of everything. */
function bestUses(model: Model, atom: AtomState): (times: number) => readonly Use[] {
  const { number } = atom
  const gains = model.candidates.all.flatMap((candidate) => candidate.gains[number] ?? [])
  const values = [...new Set(gains.flatMap((gain) => gain.values))].filter((value) => !atom.known.has(value))
  const byDimension = new Map<string | undefined, number>()
  for (const gain of gains) {
    for (const [dimension, points] of gain.byDimension)
      byDimension.set(dimension, Math.max(points, byDimension.get(dimension) ?? 0))
  }
  const points = Math.max(0, ...gains.map((gain) => gain.points))
  const isOneEach = 'distinct' in atom.atom && ['agencyKind', 'incident'].includes(atom.atom.distinct.of)
  return (times) => {
    if (gains.length === 0) return []
    const told = isOneEach ? values.slice(0, times) : values
    const ideal: (typeof gains)[number][] = []
    ideal[number] = { values: told, byDimension, points }
    return [{ candidate: { agencyKind: '', incident: '', gains: ideal }, times }]
  }
}
