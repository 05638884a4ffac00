import { type AssessedCheck, type History, type Observation, observationsOf } from '../history.js'
import type { DistinctOf } from '../policy.js'
import { distinctValue, permilleAt } from '../reference/evaluate.js'
import type { CountedObservation, DiscardedObservation, DiscardReason } from './explanation.js'
import { type OfCode, type PolicyTables, tablesOf } from './filter.js'

/**
 * The observations of a history, prepared so that one atom after another can be explained without looking anything up
 * twice. What an explanation says about an observation is made once and shared by all atoms that say it.
 */
export interface Evidence {
  readonly history: History
  readonly tables: PolicyTables
  /** In the order of the history, those of withdrawn checks last; the observations of one check side by side. */
  readonly rows: readonly Row[]
  /** Room for one answer per row, used for one atom after the other. */
  readonly answers: Uint8Array
  /** Room for one count per code of the policy, in the same way. */
  readonly ofCode: Float64Array
  /** What `distinct` tells rows apart by. */
  valuesOf(of: DistinctOf): Values
  momentOf(at: number, asOf: number): Moment
}

export interface Row {
  readonly observation: Observation
  readonly occurredAt: number
  /** Number of its code in the policy's tables. */
  readonly code: number
  readonly counted: CountedObservation
  /** By `REASONS`, as far as they were needed. */
  readonly discarded: (DiscardedObservation | undefined)[]
}

/** Equal numbers for equal values. */
export interface Values {
  /** Per row; 0 for a row that has no value. */
  readonly numbers: Int32Array
  /** Room for one sum for each number, used for one atom after the other. */
  readonly sums: Float64Array
}

/** The rows as they look at one instant. */
export interface Moment {
  readonly at: number
  /** Per row: `COUNTED`, or the reason why no atom sees it at this instant. */
  readonly hidden: Uint8Array
  /** Per row: points after decay. */
  weights(): Float64Array
  /** Per row: what says that an atom about points counted it. */
  weighed(row: number): CountedObservation
}

export const COUNTED = 0
/** A reason is kept as one more than its place here: 0 is `COUNTED`. */
const REASONS: readonly DiscardReason[] = [
  'withdrawn',
  'future',
  'later',
  'outside-window',
  'filtered',
  'no-value',
  'weightless',
  'decayed',
  'capped',
]
const WITHDRAWN = 1
const FUTURE = 2
const LATER = 3
export const OUTSIDE_WINDOW = 4
export const FILTERED = 5
export const NO_VALUE = 6
export const WEIGHTLESS = 7
export const DECAYED = 8
export const CAPPED = 9

/** What says that a row was discarded for a reason. */
export function discardedAs({ observation, discarded }: Row, reason: number): DiscardedObservation {
  let said = discarded[reason]
  if (said === undefined) {
    said = { check: observation.check.id, code: observation.code, reason: REASONS[reason - 1] ?? 'filtered' }
    discarded[reason] = said
  }
  return said
}

export function evidenceOf(history: History): Evidence {
  const tables = tablesOf(history.policy)
  const rows: Row[] = []
  for (const observation of history.observations) rows.push(rowOf(observation, tables))
  for (const check of history.withdrawn) {
    for (const observation of observationsOf(history.policy, check)) rows.push(rowOf(observation, tables))
  }
  const values = new Map<DistinctOf, Values>()
  return {
    history,
    tables,
    rows,
    answers: new Uint8Array(rows.length),
    ofCode: new Float64Array(tables.codes),
    valuesOf(of) {
      let known = values.get(of)
      if (known === undefined) {
        known = isOfCode(of) ? valuesOfCodes(rows, tables.valuesOf(of)) : valuesOfChecks(rows, of)
        values.set(of, known)
      }
      return known
    },
    momentOf: (at, asOf) => momentOf(history, rows, at, asOf),
  }
}

function rowOf(observation: Observation, tables: PolicyTables): Row {
  const { check, code } = observation
  return {
    observation,
    occurredAt: check.occurredAt,
    code: tables.codeOf(observation),
    counted: { check: check.id, code, points: 0 },
    discarded: new Array<DiscardedObservation | undefined>(REASONS.length + 1),
  }
}

function isOfCode(of: DistinctOf): of is OfCode {
  return of === 'dimension' || of === 'domain' || of === 'indicator'
}

function valuesOfCodes(rows: readonly Row[], byCode: Int32Array): Values {
  const numbers = new Int32Array(rows.length)
  let largest = 0
  for (let index = 0; index < numbers.length; index += 1) {
    const number = byCode[rows[index]?.code ?? 0] ?? 0
    numbers[index] = number
    largest = Math.max(largest, number)
  }
  return { numbers, sums: new Float64Array(largest + 1) }
}

function valuesOfChecks(rows: readonly Row[], of: DistinctOf): Values {
  const known = new Map<string | number | undefined, number>()
  const numbers = new Int32Array(rows.length)
  let last: AssessedCheck | undefined
  let number = 0
  for (let index = 0; index < numbers.length; index += 1) {
    const observation = rows[index]?.observation
    if (observation !== undefined && observation.check !== last) {
      last = observation.check
      const value = distinctValue(of, observation)
      number = known.get(value) ?? known.size + 1
      known.set(value, number)
    }
    numbers[index] = number
  }
  return { numbers, sums: new Float64Array(known.size + 1) }
}

function momentOf({ policy }: History, rows: readonly Row[], at: number, asOf: number): Moment {
  const hidden = new Uint8Array(rows.length)
  for (let row = 0; row < rows.length; row += 1) {
    const check = rows[row]?.observation.check
    if (check === undefined) continue
    if (check.withdrawn === true) hidden[row] = WITHDRAWN
    else if (check.occurredAt > asOf) hidden[row] = FUTURE
    else if (check.occurredAt > at) hidden[row] = LATER
  }
  const weights = once(() => {
    const all = new Float64Array(rows.length)
    let age: number | undefined
    let permille = 0
    for (let index = 0; index < rows.length; index += 1) {
      const row = rows[index]
      if (row === undefined || row.observation.points === 0) continue
      // Neighbours are mostly of one check.
      if (at - row.occurredAt !== age) {
        age = at - row.occurredAt
        permille = permilleAt(policy, age)
      }
      all[index] = Math.floor((row.observation.points * permille) / 1000)
    }
    return all
  })
  const weighed: (CountedObservation | undefined)[] = []
  return {
    at,
    hidden,
    weights,
    weighed(index) {
      let said = weighed[index]
      if (said === undefined) {
        const { check = '', code = '' } = rows[index]?.counted ?? {}
        said = { check, code, points: weights()[index] ?? 0 }
        weighed[index] = said
      }
      return said
    },
  }
}

function once<Value>(make: () => Value): () => Value {
  let made: Value | undefined
  return () => {
    made ??= make()
    return made
  }
}
