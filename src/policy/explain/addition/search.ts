import { atomKey, termsOf } from '../../analyse/terms.js'
import type { Rule } from '../../policy.js'
import { boundOfAtom } from './bound.js'
import type { Candidate } from './candidates.js'
import type { AtomState, Model, Use } from './model.js'

const TERMS_TRIED_MAX = 40
const SETS_TRIED_MAX = 20_000
/** Of sets, times atoms that are looked at for each. */
const ATOMS_TRIED_MAX = 1_000_000

/**
 * Checks that reach the level, none of which can be spared, and few of them; undefined where more than `most` would be
 * needed. Greedy: each term of the rule in turn is served by whichever sort of check does most for what is missing, until
 * one takes no more than `fewest`.
 */
export function someUses(model: Model, rule: Rule, fewest: number, most: number): readonly Use[] | undefined {
  const goals = goalsOf(model, rule)
  let best: readonly Use[] | undefined
  for (const goal of goals) {
    if (best !== undefined && numberOf(best) <= fewest) break
    const found = served(model, goal, best === undefined ? most : numberOf(best) - 1)
    if (found !== undefined) best = spared(model, found)
  }
  return best
}

/** Exactly so many checks that reach the level; `none` where no such checks do; undefined where there are too many to try. */
export function usesOf(model: Model, size: number): readonly Use[] | 'none' | undefined {
  const { all, isComplete } = model.candidates
  const triedMax = Math.min(SETS_TRIED_MAX, ATOMS_TRIED_MAX / model.atoms.length)
  let tried = 0
  const from = (first: number, left: number, uses: readonly Use[]): readonly Use[] | 'none' | undefined => {
    if (left === 0) {
      tried += 1
      if (tried > triedMax) return undefined
      return model.isReached(uses) ? uses : 'none'
    }
    for (let index = first; index < all.length; index += 1) {
      const candidate = all[index]
      if (candidate === undefined) continue
      const found = from(index, left - 1, withMore(uses, candidate, 1))
      if (found !== 'none') return found
    }
    return 'none'
  }
  if (!isComplete || Math.log(triedMax) < logOfSets(all.length, size)) return undefined
  return from(0, size, [])
}

export function numberOf(uses: readonly Use[]): number {
  return uses.reduce((sum, { times }) => sum + times, 0)
}

/** What to serve: the terms of the rule that can be served, those that need least first, and at last everything that can be. */
function goalsOf(model: Model, rule: Rule): readonly (readonly AtomState[])[] {
  const bounds = model.atoms.map((atom) => boundOfAtom(model, atom))
  const boundOf = (goal: readonly AtomState[]): number => Math.max(...goal.map(({ number }) => bounds[number] ?? 0))
  const byKey = new Map(model.atoms.map((atom) => [atomKey(atom.atom), atom]))
  const goals = (termsOf(rule) ?? []).map((term) => term.flatMap((atom) => byKey.get(atomKey(atom)) ?? []))
  const servable = goals
    .filter((goal) => boundOf(goal) < Number.POSITIVE_INFINITY)
    .sort((a, b) => boundOf(a) - boundOf(b))
    .slice(0, TERMS_TRIED_MAX)
  return [...servable, model.atoms.filter(({ number }) => (bounds[number] ?? 0) < Number.POSITIVE_INFINITY)]
}

function served(model: Model, goal: readonly AtomState[], most: number): readonly Use[] | undefined {
  let uses: readonly Use[] = []
  let left = most
  while (left >= 0) {
    const missing = goal.filter((atom) => model.valueOf(atom, uses) < atom.atLeast)
    if (missing.length === 0) return counted(model, uses, left)
    const candidate = mostUseful(model, missing, uses)
    const times = Math.min(timesOf(model, missing, uses, candidate), Math.max(1, left))
    uses = withMore(uses, candidate, times)
    left -= times
  }
  return undefined
}

/** How often a sort of check can be added before the choice is made anew: half of what the first atom lacks that it serves. */
function timesOf(model: Model, missing: readonly AtomState[], uses: readonly Use[], candidate: Candidate): number {
  const withOne = withMore(uses, candidate, 1)
  let times = Number.POSITIVE_INFINITY
  for (const atom of missing) {
    const now = model.valueOf(atom, uses)
    const gain = model.valueOf(atom, withOne) - now
    if (gain <= 0) continue
    // Of these another check of the same sort gives nothing more.
    if ('distinct' in atom.atom && atom.atom.distinct.of !== 'agency') return 1
    times = Math.min(times, Math.floor((atom.atLeast - now) / gain / 2))
  }
  return Math.max(1, times)
}

/** The goal is served; after a closing it may be by what was recorded before it, and then one new check must count too. */
function counted(model: Model, uses: readonly Use[], left: number): readonly Use[] | undefined {
  if (model.isReached(uses)) return uses
  if (left < 1) return undefined
  return model.candidates.all
    .map((candidate) => withMore(uses, candidate, 1))
    .find((withOne) => model.isReached(withOne))
}

function mostUseful(model: Model, missing: readonly AtomState[], uses: readonly Use[]): Candidate {
  let best: Candidate | undefined
  let bestUse = -1
  for (const candidate of model.candidates.all) {
    const withOne = withMore(uses, candidate, 1)
    let use = 0
    for (const atom of missing) {
      const now = model.valueOf(atom, uses)
      // As a share of what is missing: an atom that is nearly there counts as much as one that has just begun.
      use += (Math.min(model.valueOf(atom, withOne), atom.atLeast) - now) / (atom.atLeast - now)
    }
    if (use > bestUse) {
      best = candidate
      bestUse = use
    }
  }
  if (best === undefined) throw new RangeError('an atom that can be served has a check that serves it')
  return best
}

/** Without what can be spared: each sort as seldom as possible, one after the other. */
function spared(model: Model, uses: readonly Use[]): readonly Use[] {
  let left = uses
  for (const { candidate, times } of uses) {
    let [enough, tooFew] = [times, -1]
    while (enough - tooFew > 1) {
      const middle = Math.floor((enough + tooFew) / 2)
      if (model.isReached(withTimes(left, candidate, middle))) enough = middle
      else tooFew = middle
    }
    left = withTimes(left, candidate, enough)
  }
  return left
}

function withTimes(uses: readonly Use[], candidate: Candidate, times: number): readonly Use[] {
  const others = uses.filter((use) => use.candidate !== candidate)
  return times === 0 ? others : [...others, { candidate, times }]
}

function withMore(uses: readonly Use[], candidate: Candidate, more: number): readonly Use[] {
  return withTimes(uses, candidate, (uses.find((use) => use.candidate === candidate)?.times ?? 0) + more)
}

/** Natural logarithm of the number of multisets of a size. */
function logOfSets(sorts: number, size: number): number {
  let log = 0
  for (let n = 1; n <= size; n += 1) log += Math.log(sorts - 1 + n) - Math.log(n)
  return log
}
