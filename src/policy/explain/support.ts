import type { AssessedCheck } from '../history.js'

/**
 * Checks that alone still reach what all of them reach, each of them needed; by id, in order of occurrence.
 *
 * Greedy deletion: adding a check never lowers a level, so what could not be spared once can never be spared. Runs of
 * checks are tried first, so that a long history costs little. After a closing the rule is not quite so: an old check
 * can push a new one out of a count cap. Therefore single deletions are repeated until none succeeds.
 */
export function minimalSupport(
  checks: readonly AssessedCheck[],
  at: number,
  reaches: (subset: readonly AssessedCheck[]) => boolean,
): readonly string[] {
  const visible = checks.filter((check) => check.occurredAt <= at)
  let left = reaches(visible) ? visible : checks
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
