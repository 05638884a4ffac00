import type { AssessedCheck, History } from '../../history.js'
import type { Use } from './model.js'

/** Whether checks reach the level when they are added. */
export type Reaches = (added: readonly AssessedCheck[]) => boolean

/** As many as a check may carry. */
const INDICATORS_MAX = 64
/** Up to here each check is pared down by itself, and above all of one sort alike. */
const SINGLE_CHECKS_MAX = 12
const TRIALS_MAX = 5_000

/**
 * Real checks of these sorts that reach the level: with no more indicators than needed, and by agencies that know the
 * child already where those do as well as new ones. A check that would have to carry more than a check may is several of
 * one agency. Undefined where they do not reach the level.
 */
export function exampleOf(
  history: History,
  uses: readonly Use[],
  indicators: readonly string[],
  asOf: number,
  reaches: Reaches,
): readonly AssessedCheck[] | undefined {
  const names = namesNotIn(history)
  let made = 0
  const groups = uses.map(
    ({ candidate: { agencyKind, incident }, times }): Group => ({
      indicators,
      checks: Array.from({ length: times }, (): AssessedCheck => {
        made += 1
        const { id, agency } = names(made)
        return { id, agency, agencyKind, incident, indicators: [], occurredAt: asOf }
      }),
    }),
  )
  const each = made <= SINGLE_CHECKS_MAX ? groups.flatMap(apart) : groups
  if (!reaches(checksOf(each))) return undefined
  let trials = 0
  const reachesInTime: Reaches = (added) => {
    trials += 1
    return trials <= TRIALS_MAX && reaches(added)
  }
  const example = byKnownAgencies(history, checksOf(paredDown(each, reachesInTime)), reachesInTime).flatMap(parted)
  return reaches(example) ? example : undefined
}

/** Checks that carry the same indicators. */
interface Group {
  readonly checks: readonly AssessedCheck[]
  readonly indicators: readonly string[]
}

function apart({ checks, indicators }: Group): readonly Group[] {
  return checks.map((check) => ({ checks: [check], indicators }))
}

function checksOf(groups: readonly Group[]): readonly AssessedCheck[] {
  return groups.flatMap(({ checks, indicators }) => checks.map((check) => ({ ...check, indicators })))
}

function parted(check: AssessedCheck): readonly AssessedCheck[] {
  const { id, indicators } = check
  if (indicators.length <= INDICATORS_MAX) return [check]
  const parts = Math.ceil(indicators.length / INDICATORS_MAX)
  return Array.from({ length: parts }, (_, part) => ({
    ...check,
    id: `${id}-${part + 1}`,
    indicators: indicators.slice(part * INDICATORS_MAX, (part + 1) * INDICATORS_MAX),
  }))
}

/** Leaves out runs of indicators, half of them at first and single ones at last, as long as the level is reached. */
function paredDown(groups: readonly Group[], reaches: Reaches): readonly Group[] {
  let left = groups
  for (const [index, { indicators }] of groups.entries()) {
    for (let run = indicators.length; run >= 1; run = run === 1 ? 0 : Math.ceil(run / 2)) {
      for (let from = (left[index]?.indicators.length ?? 0) - run; from > -run; from -= run) {
        const fewer = left.with(index, without(left[index], Math.max(0, from), Math.min(run, run + from)))
        if (reaches(checksOf(fewer))) left = fewer
      }
    }
  }
  return left
}

function without(group: Group | undefined, from: number, number: number): Group {
  return { checks: group?.checks ?? [], indicators: (group?.indicators ?? []).toSpliced(from, number) }
}

/** The checks by agencies of the history, or by fewer new ones, where that reaches the level too. */
function byKnownAgencies(
  history: History,
  example: readonly AssessedCheck[],
  reaches: Reaches,
): readonly AssessedCheck[] {
  if (example.length > SINGLE_CHECKS_MAX) return example
  let chosen = example
  for (const [index, check] of example.entries()) {
    const others = [...history.checks, ...chosen.slice(0, index)].filter((one) => one.agencyKind === check.agencyKind)
    const agency = [...new Set(others.map((one) => one.agency))].find((known) =>
      reaches(chosen.with(index, { ...check, agency: known })),
    )
    if (agency !== undefined) chosen = chosen.with(index, { ...check, agency })
  }
  return chosen
}

/** Ids and agencies that the history does not have. */
function namesNotIn({ checks, withdrawn }: History): (number: number) => { id: string; agency: string } {
  const taken = new Set([...checks, ...withdrawn].flatMap(({ id, agency }) => [id, agency]))
  const isTaken = (mark: string): boolean =>
    [...taken].some((name) => name.startsWith(`new-check${mark}-`) || name.startsWith(`new-agency${mark}-`))
  let mark = ''
  while (isTaken(mark)) mark += '-x'
  return (number) => ({ id: `new-check${mark}-${number}`, agency: `new-agency${mark}-${number}` })
}
