import type { History } from '../history.js'
import { type Atom, DAY_MS, isAtom, measureOf, membersOf, type Rule } from '../policy.js'
import { positionOf, type Totals } from '../reference/evaluate.js'
import {
  CAPPED,
  COUNTED,
  DECAYED,
  discardedAs,
  type Evidence,
  evidenceOf,
  FILTERED,
  type Moment,
  NO_VALUE,
  OUTSIDE_WINDOW,
  type Values,
  WEIGHTLESS,
} from './evidence.js'
import type {
  AtomExplanation,
  CountedObservation,
  DiscardedObservation,
  Explanation,
  LevelExplanation,
  RuleExplanation,
} from './explanation.js'
import type { LevelFinding } from './findings.js'

/**
 * Every level explained at one instant each.
 *
 * @param findings One for each level of the policy, lowest first; `findingsOf` gives them, and so do faster evaluators.
 * @throws {RangeError} for findings on more or fewer levels.
 */
export function explain(history: History, findings: readonly LevelFinding[], asOf: number): Explanation {
  const { levels } = history.policy
  if (findings.length !== levels.length) throw new RangeError('an explanation needs one finding for each level')
  const evidence = evidenceOf(history)
  const moments = new Map<number, Moment>()
  return findings.map((finding, index) => {
    const level = levels[index]
    if (level === undefined) throw new RangeError('an explanation needs one finding for each level')
    const { outcome, at } = outcomeOf(finding, asOf)
    const moment = moments.get(at) ?? evidence.momentOf(at, asOf)
    moments.set(at, moment)
    const rule = explainRule(level.reachedWhen, `levels[${index}].reachedWhen`, evidence, moment)
    return { level: level.name, threshold: level.threshold, outcome, at, rule }
  })
}

function outcomeOf({ reachedAt, heldAt }: LevelFinding, asOf: number): Pick<LevelExplanation, 'outcome' | 'at'> {
  if (reachedAt !== undefined) return { outcome: 'reached', at: reachedAt }
  if (heldAt !== undefined) return { outcome: 'nothing-new', at: heldAt }
  return { outcome: 'not-reached', at: asOf }
}

function explainRule(rule: Rule, path: string, evidence: Evidence, moment: Moment): RuleExplanation {
  if (isAtom(rule)) return explainAtom(rule, path, evidence, moment)
  const { rules, needed, field } = membersOf(rule)
  let holding = 0
  const members: RuleExplanation[] = []
  for (const [index, member] of rules.entries()) {
    const explained = explainRule(member, `${path}.${field}[${index}]`, evidence, moment)
    if (explained.holds) holding += 1
    members.push(explained)
  }
  return { kind: 'connective', path, holds: holding >= needed, needed, members }
}

function explainAtom(atom: Atom, path: string, evidence: Evidence, moment: Moment): AtomExplanation {
  const answers = answersOf(atom, evidence, moment)
  const isPoints = 'points' in atom
  const counted: CountedObservation[] = []
  const discarded: DiscardedObservation[] = []
  let index = -1
  for (const row of evidence.rows) {
    index += 1
    const answer = answers[index] ?? COUNTED
    if (answer !== COUNTED) discarded.push(discardedAs(row, answer))
    else counted.push(isPoints ? moment.weighed(index) : row.counted)
  }
  const totals = isPoints ? totalsOf(evidence, answers, moment) : undefined
  const value = totals?.total ?? amountOf(atom, evidence, answers)
  const { atLeast } = measureOf(atom)
  const shortfall = Math.max(0, atLeast - value)
  const explained = { kind: 'atom', path, holds: value >= atLeast, atom, value, shortfall, counted, discarded } as const
  return totals === undefined ? explained : { ...explained, totals }
}

/** Per row: `COUNTED`, or the first reason that applies. */
function answersOf(atom: Atom, evidence: Evidence, moment: Moment): Uint8Array {
  const { rows, tables, answers } = evidence
  const filter = tables.filterOf(atom)
  const edge = moment.at - measureOf(atom).withinDays * DAY_MS
  const weights = 'points' in atom ? moment.weights() : undefined
  const values = 'distinct' in atom ? evidence.valuesOf(atom.distinct.of).numbers : undefined
  answers.set(moment.hidden)
  let index = -1
  for (const { observation, occurredAt, code } of rows) {
    index += 1
    if (answers[index] !== COUNTED) continue
    // A date that is none is in no window.
    if (!(occurredAt > edge)) answers[index] = OUTSIDE_WINDOW
    else if (!filter.lets(observation, code)) answers[index] = FILTERED
    else if (values?.[index] === 0) answers[index] = NO_VALUE
    else if (weights?.[index] === 0) answers[index] = observation.points === 0 ? WEIGHTLESS : DECAYED
  }
  if (weights !== undefined) applyCountCap(evidence, answers, weights)
  return answers
}

/** Of one agency's observations of one code only the largest stay counted; of equals the later position, then the later id. */
function applyCountCap(evidence: Evidence, answers: Uint8Array, weights: Float64Array): void {
  const { history, rows, tables } = evidence
  const cap = history.policy.caps?.perAgencyIndicator
  if (cap === undefined) return
  const agencies = evidence.valuesOf('agency').numbers
  const groups = new Map<number, number[]>()
  for (const [index, code] of crowded(evidence, answers, cap)) {
    const group = (agencies[index] ?? 0) * tables.codes + code
    const members = groups.get(group)
    if (members === undefined) groups.set(group, [index])
    else members.push(index)
  }
  const largestFirst = (a: number, b: number): number => {
    const byWeight = (weights[b] ?? 0) - (weights[a] ?? 0)
    const [first, second] = [rows[a]?.observation, rows[b]?.observation]
    if (byWeight !== 0 || first === undefined || second === undefined) return byWeight
    const [earlier, later] = [positionOf(first), positionOf(second)]
    if (earlier !== later) return earlier > later ? -1 : 1
    return first.check.id > second.check.id ? -1 : 1
  }
  for (const members of groups.values()) {
    for (const index of members.sort(largestFirst).slice(cap)) answers[index] = CAPPED
  }
}

/** Counted rows, with their codes, whose code is counted more often than the cap over all agencies. Mostly none. */
function crowded({ rows, ofCode }: Evidence, answers: Uint8Array, cap: number): [index: number, code: number][] {
  const found: [number, number][] = []
  ofCode.fill(0)
  let isCrowded = false
  for (let index = 0; index < rows.length; index += 1) {
    if (answers[index] !== COUNTED) continue
    const code = rows[index]?.code ?? 0
    const count = (ofCode[code] ?? 0) + 1
    ofCode[code] = count
    if (count > cap) isCrowded = true
  }
  if (!isCrowded) return found
  for (const [index, { code }] of rows.entries()) {
    if (answers[index] === COUNTED && (ofCode[code] ?? 0) > cap) found.push([index, code])
  }
  return found
}

/** How many counted rows have each value. */
function countsOf(answers: Uint8Array, { numbers, sums }: Values): Float64Array {
  sums.fill(0)
  for (let index = 0; index < numbers.length; index += 1) {
    const number = numbers[index] ?? 0
    if (answers[index] === COUNTED) sums[number] = (sums[number] ?? 0) + 1
  }
  return sums
}

/** Checks, or distinct values, among the counted rows. */
function amountOf(atom: Atom, evidence: Evidence, answers: Uint8Array): number {
  if ('distinct' in atom) {
    let distinct = 0
    for (const count of countsOf(answers, evidence.valuesOf(atom.distinct.of))) if (count > 0) distinct += 1
    return distinct
  }
  let checks = 0
  let last: string | undefined
  let index = -1
  for (const { counted } of evidence.rows) {
    index += 1
    if (answers[index] !== COUNTED || counted.check === last) continue
    last = counted.check
    checks += 1
  }
  return checks
}

/** The same as the reference's `totals`, by number instead of by name. */
function totalsOf(evidence: Evidence, answers: Uint8Array, moment: Moment): Totals {
  const { perAgency, perDimension } = evidence.history.policy.caps ?? {}
  const weights = moment.weights()
  const agencies = evidence.valuesOf('agency')
  const dimensions = evidence.valuesOf('dimension')
  const ofAgency = agencies.sums.fill(0)
  const ofDimension = dimensions.sums.fill(0)
  let uncapped = 0
  for (let index = 0; index < weights.length; index += 1) {
    if (answers[index] !== COUNTED) continue
    const weight = weights[index] ?? 0
    const [agency, dimension] = [agencies.numbers[index] ?? 0, dimensions.numbers[index] ?? 0]
    uncapped += weight
    ofAgency[agency] = (ofAgency[agency] ?? 0) + weight
    ofDimension[dimension] = (ofDimension[dimension] ?? 0) + weight
  }
  const byAgency = cappedSum(ofAgency, perAgency)
  const byDimension = cappedSum(ofDimension, perDimension)
  return { uncapped, byAgency, byDimension, total: Math.min(byAgency, byDimension) }
}

function cappedSum(sums: Float64Array, cap = Number.POSITIVE_INFINITY): number {
  let total = 0
  for (const sum of sums) total += Math.min(sum, cap)
  return total
}
