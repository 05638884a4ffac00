import type { CompiledMeasure } from '../compiled/program.js'
import { DAY_MS } from '../policy.js'
import { cappedSum, type Totals } from '../reference/evaluate.js'
import type { CountedObservation, DiscardedObservation } from './explanation.js'
import type { Moment } from './moment.js'
import { COUNTED, REASONS, type Rows } from './rows.js'

/** What a measure counted of a history at one instant, what it left out and why, and what that comes to. */
export interface Account {
  readonly value: number
  readonly counted: readonly CountedObservation[]
  readonly discarded: readonly DiscardedObservation[]
  /** For points. */
  readonly totals: Totals | undefined
}

export function accountOf(moment: Moment, slot: number): Account {
  const { rows } = moment
  const measure = rows.program.measures[slot]
  if (measure === undefined) throw new RangeError('the policy has no such measure')
  const answers = answersOf(moment, measure)
  const isPoints = measure.form === 'points'
  if (isPoints) applyCountCap(moment, answers)
  const { counted, discarded } = listed(moment, isPoints)
  const totals = isPoints ? totalsOf(moment, answers) : undefined
  return { value: totals?.total ?? distinctOf(rows, measure, answers), counted, discarded, totals }
}

/** Both lists at their length from the start: growing them is half of what an explanation costs. */
function listed(moment: Moment, isPoints: boolean): Pick<Account, 'counted' | 'discarded'> {
  const { size, answers } = moment.rows
  let kept = 0
  for (let row = 0; row < size; row += 1) if (answers[row] === COUNTED) kept += 1
  const counted = new Array<CountedObservation>(kept)
  const discarded = new Array<DiscardedObservation>(size - kept)
  let [into, out] = [0, 0]
  for (let row = 0; row < size; row += 1) {
    const answer = answers[row] ?? COUNTED
    if (answer !== COUNTED) discarded[out++] = moment.rows.discarded(row, answer)
    else counted[into++] = isPoints ? moment.weighed(row) : moment.rows.counted(row)
  }
  return { counted, discarded }
}

/** Per row: `COUNTED`, or the first reason that applies, all but the count cap. */
function answersOf(moment: Moment, measure: CompiledMeasure): Uint8Array {
  const { rows, hidden } = moment
  const { check, observation, program } = rows
  const { form, passes } = measure
  const weights = form === 'points' ? moment.weights : undefined
  const indicators = program.indicators.size
  const needsIndicator = form === 'indicator' || form === 'dimension' || form === 'domain'
  const { answers, size } = rows
  let place = -1
  let ofCheck = 0
  for (let row = 0; row < size; row += 1) {
    if (check[row] !== place) {
      place = check[row] ?? 0
      ofCheck = hidden[place] || seesCheck(moment, measure, place)
    }
    const number = observation[row] ?? 0
    if (ofCheck !== COUNTED) answers[row] = ofCheck
    else if (passes[number] !== 1) answers[row] = REASONS.filtered
    else if (needsIndicator && number >= indicators) answers[row] = REASONS['no-value']
    else if (weights?.[row] === 0) {
      answers[row] = program.points[number] === 0 ? REASONS.weightless : REASONS.decayed
    } else answers[row] = COUNTED
  }
  return answers
}

function seesCheck({ rows, at }: Moment, measure: CompiledMeasure, place: number): number {
  const occurredAt = rows.checks[place]?.occurredAt ?? Number.NaN
  // A date that is none is in no window.
  if (!(occurredAt > at - measure.windowMs)) return REASONS['outside-window']
  const passes =
    measure.incidentPasses[rows.incident[place] ?? 0] === 1 && measure.kindPasses[rows.kind[place] ?? 0] === 1
  return passes ? COUNTED : REASONS.filtered
}

/** Of one agency's observations of one code only the largest stay counted; of equals the later position, then the later id. */
function applyCountCap({ rows, weights }: Moment, answers: Uint8Array): void {
  const { program, checks, check, observation, agency } = rows
  const cap = program.policy.caps?.perAgencyIndicator
  if (cap === undefined) return
  const groups = new Map<number, number[]>()
  for (const row of crowded(rows, answers, cap)) {
    const group = (agency[check[row] ?? 0] ?? 0) * program.points.length + (observation[row] ?? 0)
    const members = groups.get(group)
    if (members === undefined) groups.set(group, [row])
    else members.push(row)
  }
  const largestFirst = (a: number, b: number): number => {
    const byWeight = (weights[b] ?? 0) - (weights[a] ?? 0)
    const [first, second] = [checks[check[a] ?? 0], checks[check[b] ?? 0]]
    if (byWeight !== 0 || first === undefined || second === undefined) return byWeight
    // A check without a position is not yet recorded: later than all.
    const { position: earlier = Number.POSITIVE_INFINITY } = first
    const { position: later = Number.POSITIVE_INFINITY } = second
    if (earlier !== later) return earlier > later ? -1 : 1
    return first.id > second.id ? -1 : 1
  }
  for (const members of groups.values()) {
    for (const row of members.sort(largestFirst).slice(cap)) answers[row] = REASONS.capped
  }
}

/** Counted rows whose code is counted more often than the cap over all agencies. Mostly none, which is quickly seen. */
function crowded({ observation, size, room: counts }: Rows, answers: Uint8Array, cap: number): readonly number[] {
  counts.fill(0)
  let isCrowded = false
  for (let row = 0; row < size; row += 1) {
    if (answers[row] !== COUNTED) continue
    const count = (counts[observation[row] ?? 0] ?? 0) + 1
    counts[observation[row] ?? 0] = count
    if (count > cap) isCrowded = true
  }
  if (!isCrowded) return []
  const found: number[] = []
  for (let row = 0; row < size; row += 1) {
    if (answers[row] === COUNTED && (counts[observation[row] ?? 0] ?? 0) > cap) found.push(row)
  }
  return found
}

/** Checks, or distinct values, among the counted rows. */
function distinctOf(rows: Rows, { form }: CompiledMeasure, answers: Uint8Array): number {
  const { check, observation, program } = rows
  if (form === 'indicator') return distinctIn(rows, answers, (row) => observation[row] ?? 0)
  if (form === 'dimension') return distinctIn(rows, answers, (row) => program.dimension[observation[row] ?? 0] ?? 0)
  if (form === 'domain') return distinctIn(rows, answers, (row) => program.domain[observation[row] ?? 0] ?? 0)
  if (form === 'agency') return distinctIn(rows, answers, (row) => rows.agency[check[row] ?? 0] ?? 0)
  if (form === 'agencyKind') return distinctIn(rows, answers, (row) => rows.kindName[check[row] ?? 0] ?? 0)
  if (form === 'incident') return distinctIn(rows, answers, (row) => rows.incident[check[row] ?? 0] ?? 0)
  // Checks stand by occurrence, so those of one day stand side by side, as the observations of one check do.
  const dayOf = (row: number): number => Math.floor((rows.checks[check[row] ?? 0]?.occurredAt ?? 0) / DAY_MS)
  return runsIn(rows, answers, form === 'day' ? dayOf : (row) => check[row] ?? 0)
}

function distinctIn({ room, size }: Rows, answers: Uint8Array, value: (row: number) => number): number {
  room.fill(0)
  let distinct = 0
  for (let row = 0; row < size; row += 1) {
    if (answers[row] !== COUNTED || room[value(row)] === 1) continue
    room[value(row)] = 1
    distinct += 1
  }
  return distinct
}

/** How often the value changes along the counted rows, the first one included. */
function runsIn({ size }: Rows, answers: Uint8Array, value: (row: number) => number): number {
  let runs = 0
  let last: number | undefined
  for (let row = 0; row < size; row += 1) {
    if (answers[row] !== COUNTED || value(row) === last) continue
    last = value(row)
    runs += 1
  }
  return runs
}

/** The same as the reference's `totals`, by number instead of by name. */
function totalsOf({ rows, weights }: Moment, answers: Uint8Array): Totals {
  const { program, check, observation, agency, agencies, size } = rows
  const { perAgency, perDimension } = program.policy.caps ?? {}
  const ofAgency = new Array<number>(agencies).fill(0)
  const ofDimension = new Array<number>(program.dimensions + 1).fill(0)
  let uncapped = 0
  for (let row = 0; row < size; row += 1) {
    if (answers[row] !== COUNTED) continue
    const weight = weights[row] ?? 0
    const by = agency[check[row] ?? 0] ?? 0
    const dimension = program.dimension[observation[row] ?? 0] ?? 0
    uncapped += weight
    ofAgency[by] = (ofAgency[by] ?? 0) + weight
    ofDimension[dimension] = (ofDimension[dimension] ?? 0) + weight
  }
  const byAgency = cappedSum(ofAgency, perAgency)
  const byDimension = cappedSum(ofDimension, perDimension)
  return { uncapped, byAgency, byDimension, total: Math.min(byAgency, byDimension) }
}
