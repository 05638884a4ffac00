import { type Atom, isAtom, measureOf, type Policy } from '../policy.js'
import { type RuleRecord, rulesOf } from './rule-record.js'

/**
 * Which of a policy's rules a set of cases tries. In each case an atom has one value: the highest that it comes to at an
 * instant that the verdict looks at. All numbers are numbers of cases.
 */
export interface Coverage {
  readonly atoms: readonly AtomCoverage[]
  /** From `none` upward: how many cases expect the level. */
  readonly levels: readonly { readonly level: string; readonly expected: number }[]
  /** Every atom holds in a case and fails in another, and every level is expected by one. */
  readonly complete: boolean
}

export interface AtomCoverage {
  readonly path: string
  readonly atom: Atom
  readonly holds: number
  readonly fails: number
  /** The value is exactly `atLeast`. */
  readonly atBoundary: number
  /** The value is `atLeast − 1`. Of points it may be a value that no history has. */
  readonly justBelow: number
}

/** What the cases expected, and what each rule came to in each of them. */
export function coverageOf(
  policy: Policy,
  tried: readonly { readonly expected: string; readonly findings: ReadonlyMap<string, RuleRecord> }[],
): Coverage {
  const atoms: AtomCoverage[] = []
  for (const [path, rule] of rulesOf(policy)) {
    if (!isAtom(rule)) continue
    const { atLeast } = measureOf(rule)
    const peaks = tried.map(({ findings }) => findings.get(path)?.peak ?? 0)
    const count = (fits: (peak: number) => boolean): number => peaks.filter(fits).length
    atoms.push({
      path,
      atom: rule,
      holds: count((peak) => peak >= atLeast),
      fails: count((peak) => peak < atLeast),
      atBoundary: count((peak) => peak === atLeast),
      justBelow: count((peak) => peak === atLeast - 1),
    })
  }
  const names = ['none', ...policy.levels.map(({ name }) => name)]
  const levels = names.map((level) => ({
    level,
    expected: tried.filter(({ expected }) => expected === level).length,
  }))
  const complete =
    atoms.every(({ holds, fails }) => holds > 0 && fails > 0) && levels.every(({ expected }) => expected > 0)
  return { atoms, levels, complete }
}
