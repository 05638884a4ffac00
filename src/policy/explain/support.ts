import type { AssessedCheck } from '../history.js'
import type { RuleExplanation } from './explanation.js'

/**
 * Checks that alone still reach what all of them reach, each of them needed; by id, in order of occurrence.
 *
 * Greedy deletion: adding a check never lowers a level, so what could not be spared once can never be spared. Runs of
 * checks are tried first, so that a long history costs little. After a closing the rule is not quite so: an old check
 * can push a new one out of a count cap. Therefore single deletions are repeated until none succeeds.
 *
 * @param likely Ids of checks to try first: mostly a few of many, such as those of `decidingChecks`.
 */
export function minimalSupport(
  checks: readonly AssessedCheck[],
  at: number,
  reaches: (subset: readonly AssessedCheck[]) => boolean,
  likely: ReadonlySet<string>,
): readonly string[] {
  const subsets = [
    // With the checks of the instant: without any, nobody would look at it.
    checks.filter((check) => likely.has(check.id) || check.occurredAt === at),
    checks.filter((check) => check.occurredAt <= at),
  ]
  let left = subsets.find(reaches) ?? checks
  let run = Math.ceil(left.length / 2)
  while (true) {
    const before = left.length
    for (let from = left.length - run; from > -run; from -= run) {
      const without = left.toSpliced(Math.max(0, from), Math.min(run, run + from))
      if (reaches(without)) left = without
    }
    if (run > 1) run = Math.ceil(run / 2)
    else if (left.length === before) return left.map((check) => check.id)
  }
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
