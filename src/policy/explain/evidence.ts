import { type History, type Observation, observationsOf } from '../history.js'
import type { DistinctOf } from '../policy.js'
import { contribution, distinctValue } from '../reference/evaluate.js'
import type { CountedObservation, DiscardedObservation, DiscardReason } from './explanation.js'
import { type PolicyTables, tablesOf } from './filter.js'

/**
 * The observations of a history, prepared so that one atom after another can be explained without looking anything up
 * twice. What an explanation says about an observation is made once and shared by all atoms that say it.
 */
export interface Evidence {
  readonly history: History
  readonly tables: PolicyTables
  /** In the order of the history, those of withdrawn checks last; the observations of one check side by side. */
  readonly rows: readonly Row[]
  /** What `distinct` tells rows apart by. */
  valuesOf(of: DistinctOf): Values
  /** Numbers, from 0, of the groups that the count cap speaks of: one agency’s observations of one code. */
  groups(): Values
  momentOf(at: number, asOf: number): Moment
}

export interface Row {
  readonly observation: Observation
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
  /** One more than the largest number. */
  readonly size: number
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
export const [WITHDRAWN, FUTURE, LATER, OUTSIDE_WINDOW, FILTERED, NO_VALUE, WEIGHTLESS, DECAYED, CAPPED] = [
  1, 2, 3, 4, 5, 6, 7, 8, 9,
] as const

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
  const evidence: Evidence = {
    history,
    tables,
    rows,
    valuesOf(of) {
      let known = values.get(of)
      if (known === undefined) {
        known = numbered(rows, ({ observation }) => distinctValue(of, observation))
        values.set(of, known)
      }
      return known
    },
    groups: once(() => {
      const agencies = evidence.valuesOf('agency').numbers
      return numbered(rows, ({ code }, index) => (agencies[index] ?? 0) * tables.codes + code)
    }),
    momentOf: (at, asOf) => momentOf(history, rows, at, asOf),
  }
  return evidence
}

function rowOf(observation: Observation, tables: PolicyTables): Row {
  const { check, code } = observation
  return {
    observation,
    code: tables.codeOf(observation),
    counted: { check: check.id, code, points: 0 },
    discarded: new Array<DiscardedObservation | undefined>(REASONS.length + 1),
  }
}

function numbered(rows: readonly Row[], value: (row: Row, index: number) => string | number | undefined): Values {
  const known = new Map<string | number, number>()
  const numbers = new Int32Array(rows.length)
  let last: string | number | undefined
  let lastNumber = 0
  for (const [index, row] of rows.entries()) {
    const own = value(row, index)
    // Neighbours are mostly of one check, and alike.
    if (own !== last) {
      last = own
      lastNumber = own === undefined ? 0 : (known.get(own) ?? known.size + 1)
      if (own !== undefined && lastNumber > known.size) known.set(own, lastNumber)
    }
    numbers[index] = lastNumber
  }
  return { numbers, size: known.size + 1 }
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
  const weights = once(() => Float64Array.from(rows, ({ observation }) => contribution(policy, observation, at)))
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
