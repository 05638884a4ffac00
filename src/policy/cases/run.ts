import { IndexError } from '../../errors.js'
import { assess, type Verdict } from '../assess.js'
import { historyOf } from '../history.js'
import { incidentOf, indicatorOf, levelRank, type Policy, type Rule } from '../policy.js'
import type { Case, Cases } from './cases.js'
import { type Coverage, coverageOf } from './coverage.js'
import { type RuleRecord, ruleRecordsOf, rulesOf } from './rule-record.js'

/** What came of running cases against a policy. */
export interface CasesReport {
  readonly passed: number
  readonly failed: number
  /** In the order of the file. */
  readonly results: readonly CaseResult[]
  /** Which rules of the policy the cases try, whether they passed or not. */
  readonly coverage: Coverage
}

export interface CaseResult {
  readonly name: string
  readonly passed: boolean
  /** The level that the case expects. */
  readonly expected: string
  readonly verdict: Verdict
  /** What was expected and did not come; empty for a case that passed. */
  readonly unmet: readonly Unmet[]
}

/** `level`: another one came; `reason`: the rule at `path` did not decide; `not`: it holds. */
export type Unmet = { readonly kind: 'level' } | { readonly kind: 'reason' | 'not'; readonly path: string }

/**
 * Runs every case against a policy.
 *
 * @throws {IndexError} `ERR_ASSESSMENT_INVALID`, with the path of the field, where a case names a code, level or rule
 * that the policy does not have, or gives one check id two contents.
 */
export function runCases(policy: Policy, { cases }: Cases): CasesReport {
  const rules = rulesOf(policy)
  for (const [index, each] of cases.entries()) requireFits(policy, rules, each, `cases[${index}]`)
  const tried = cases.map((each, index) => run(policy, each, `cases[${index}]`))
  const results = tried.map(({ result }) => result)
  const failed = results.filter(({ passed }) => !passed).length
  const coverage = coverageOf(
    policy,
    tried.map(({ result, findings }) => ({ expected: result.expected, findings })),
  )
  return { passed: results.length - failed, failed, results, coverage }
}

function run(
  policy: Policy,
  { name, checks, asOf, closedAt, expect }: Case,
  path: string,
): { readonly result: CaseResult; readonly findings: ReadonlyMap<string, RuleRecord> } {
  try {
    const findings = ruleRecordsOf(historyOf(policy, checks), asOf, closedAt)
    const verdict = assess(policy, checks, asOf, closedAt === undefined ? {} : { closedAt })
    const unmet: readonly Unmet[] = [
      ...(verdict.level === expect.level ? [] : [{ kind: 'level' } as const]),
      ...(expect.reasons ?? [])
        .filter((rule) => findings.get(rule)?.decides !== true)
        .map((rule) => ({ kind: 'reason', path: rule }) as const),
      ...(expect.not ?? [])
        .filter((rule) => findings.get(rule)?.holds === true)
        .map((rule) => ({ kind: 'not', path: rule }) as const),
    ]
    return { findings, result: { name, passed: unmet.length === 0, expected: expect.level, verdict, unmet } }
  } catch (error) {
    // Of what an assessment refuses only this is left: the codes were looked at before.
    if (!(error instanceof IndexError)) throw error
    throw misfit(`${path}.checks`, 'give one check id two contents')
  }
}

function requireFits(policy: Policy, rules: ReadonlyMap<string, Rule>, each: Case, path: string): void {
  for (const [index, { incident, indicators }] of each.checks.entries()) {
    const check = `${path}.checks[${index}]`
    if (incidentOf(policy, incident) === undefined) throw misfit(`${check}.incident`, 'is no incident of the policy')
    const unknown = indicators.findIndex((code) => indicatorOf(policy, code) === undefined)
    if (unknown >= 0) throw misfit(`${check}.indicators[${unknown}]`, 'is no indicator of the policy')
  }
  const { level, reasons = [], not = [] } = each.expect
  if (levelRank(policy, level) < 0) throw misfit(`${path}.expect.level`, 'is no level of the policy')
  for (const [field, paths] of Object.entries({ reasons, not })) {
    const unknown = paths.findIndex((rule) => !rules.has(rule))
    if (unknown >= 0) throw misfit(`${path}.expect.${field}[${unknown}]`, 'leads to no rule of the policy')
  }
}

function misfit(field: string, reason: string): IndexError {
  return new IndexError('ERR_ASSESSMENT_INVALID', `cases file: ${field} ${reason}`, { field })
}
