import type { AssessedCheck } from '../history.js'
import { measureOf } from '../policy.js'
import type { AtomExplanation, RuleExplanation } from './explanation.js'

/**
 * Checks that alone still reach what all of them reach, each of them needed; by id, in order of occurrence.
 *
 * Adding a check never lowers a level. So, of the checks in the order in which they are likely to be needed, the shortest
 * beginning that reaches the level is found by halving; and what cannot be spared of it once can never be spared. Runs of checks
 * are tried before single ones, so that a long history costs little. After a closing the rule is not quite so: an old check
 * can push a new one out of a count cap. Then all checks are begun with, and single deletions are repeated until none
 * succeeds.
 *
 * @param likely Ids of checks that are probably enough, such as those of `enoughFor`.
 */
export function minimalSupport(
  checks: readonly AssessedCheck[],
  { at, isClosed, reaches, likely }: SupportQuestion,
): readonly string[] {
  const visible = checks.filter((check) => check.occurredAt <= at)
  // Checks of the instant first: without any, nobody would look at it.
  const isLikely = ({ id, occurredAt }: AssessedCheck): boolean => likely.has(id) || occurredAt === at
  let left = isClosed ? (reaches(visible) ? visible : checks) : shortestReaching(visible, isLikely, reaches)
  let run = left.length <= FEW ? 1 : Math.ceil(left.length / 2)
  while (true) {
    const before = left.length
    for (let from = left.length - run; from > -run; from -= run) {
      const without = left.toSpliced(Math.max(0, from), Math.min(run, run + from))
      if (reaches(without)) left = without
    }
    if (run > 1) run = Math.ceil(run / 2)
    else if (!isClosed || left.length === before) return left.map((check) => check.id)
  }
}

const FEW = 12

export interface SupportQuestion {
  /** The instant at which the level was reached. */
  readonly at: number
  readonly isClosed: boolean
  readonly reaches: (subset: readonly AssessedCheck[]) => boolean
  readonly likely: ReadonlySet<string>
}

function shortestReaching(
  checks: readonly AssessedCheck[],
  isLikely: (check: AssessedCheck) => boolean,
  reaches: SupportQuestion['reaches'],
): readonly AssessedCheck[] {
  const first = checks.filter(isLikely)
  const ordered = [...first, ...checks.filter((check) => !isLikely(check))]
  const beginning = (length: number): readonly AssessedCheck[] => {
    const chosen = new Set(ordered.slice(0, length))
    return checks.filter((check) => chosen.has(check))
  }
  // A few are quickly tried one by one.
  if (first.length <= FEW && reaches(first)) return first
  let [tooFew, enough] = [0, checks.length]
  // The guess first, and then halves.
  for (let length = Math.min(first.length, checks.length - 1); enough - tooFew > 1; length = (tooFew + enough) >> 1) {
    if (length > 0 && reaches(beginning(length))) enough = length
    else tooFew = length
  }
  return beginning(enough)
}

/** Ids of checks with which a rule that holds may hold already: of each atom as many as it asks for, the cheapest members. */
export function enoughFor(rule: RuleExplanation): ReadonlySet<string> {
  if (rule.kind === 'atom') return enoughForAtom(rule)
  const members = rule.members.filter(({ holds }) => holds).map(enoughFor)
  const cheapest = members.sort((a, b) => a.size - b.size).slice(0, rule.needed)
  return new Set(cheapest.flatMap((ids) => [...ids]))
}

function enoughForAtom({ atom, counted }: AtomExplanation): ReadonlySet<string> {
  const ids = new Set<string>()
  const { atLeast } = measureOf(atom)
  if ('points' in atom) {
    let points = 0
    for (const one of [...counted].sort((a, b) => b.points - a.points)) {
      if (points >= atLeast) break
      ids.add(one.check)
      points += one.points
    }
    return ids
  }
  for (const { check } of counted) {
    if ('count' in atom && ids.size >= atLeast) break
    ids.add(check)
  }
  return ids
}

/** Ids of the checks that a rule which holds counted: of a choice, those of the first members that suffice. */
export function decidingChecks(rule: RuleExplanation): ReadonlySet<string> {
  const ids = new Set<string>()
  collect(rule, ids)
  return ids
}

function collect(rule: RuleExplanation, ids: Set<string>): void {
  if (rule.kind === 'atom') {
    for (const { check } of rule.counted) ids.add(check)
    return
  }
  let left = rule.needed
  for (const member of rule.members) {
    if (!member.holds || left === 0) continue
    left -= 1
    collect(member, ids)
  }
}
