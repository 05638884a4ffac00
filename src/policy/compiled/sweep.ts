import { CheckCounter, type Counter, DayCounter, ValueCounter, type ValueOf, type Wiring } from './counters.js'
import { PointsCounter } from './points.js'
import type { CompiledMeasure, CompiledRule, Program } from './program.js'
import type { CheckTable } from './table.js'

/**
 * The measures of a policy over the checks of a table, at one moment that only moves forward. Between moments, checks come
 * in and leave; nothing is counted twice.
 */
export class Sweep {
  readonly table: CheckTable
  /** Whether something has come in since this was last set to false. Time alone makes no rule hold that did not. */
  hasRisen = false
  readonly #program: Program
  readonly #values: Float64Array
  readonly #counters: readonly Counter[]

  constructor(program: Program, table: CheckTable) {
    this.table = table
    this.#program = program
    this.#values = new Float64Array(program.measures.length)
    this.#counters = program.measures.map((measure, slot) =>
      counterOf(measure, { table, windowMs: measure.windowMs, values: this.#values, slot }, program),
    )
  }

  clear(): void {
    this.hasRisen = false
    for (const counter of this.#counters) counter.clear()
  }

  /** Time is now `t`. */
  advance(t: number): void {
    const counters = this.#counters
    for (let at = 0; at < counters.length; at += 1) counters[at]?.advance(t)
  }

  /** The check of a row happens now. */
  enter(row: number): void {
    const { from, indicators, incident } = this.table
    const end = from[row + 1] ?? 0
    for (let at = from[row] ?? 0; at < end; at += 1) this.#observe(row, indicators[at] ?? 0)
    this.#observe(row, this.#program.indicators.size + (incident[row] ?? 0))
  }

  /** Whether the rule of a level holds now. */
  holds(level: number): boolean {
    const rule = this.#program.rules[level]
    return rule !== undefined && this.#ruleHolds(rule)
  }

  /** Whether, besides, something recorded after the closing contributes to it. */
  isReached(level: number, isClosed: boolean): boolean {
    const rule = this.#program.rules[level]
    return rule !== undefined && this.#ruleHolds(rule) && (!isClosed || this.#countsNew(rule))
  }

  #observe(row: number, observation: number): void {
    const { measures, measuresOf } = this.#program
    const { incident, kind } = this.table
    const slots = measuresOf[observation]
    if (slots === undefined) return
    for (let at = 0; at < slots.length; at += 1) {
      const slot = slots[at] ?? 0
      const measure = measures[slot]
      if (measure?.incidentPasses[incident[row] ?? 0] !== 1 || measure.kindPasses[kind[row] ?? 0] !== 1) continue
      this.#counters[slot]?.enter(row, observation)
      this.hasRisen = true
    }
  }

  #ruleHolds(rule: CompiledRule): boolean {
    if (rule.kind === 'atom') return (this.#values[rule.measure] ?? 0) >= rule.atLeast
    const { members } = rule
    let missing = rule.needed
    for (let at = 0; at < members.length && missing > 0; at += 1) {
      const member = members[at]
      if (member !== undefined && this.#ruleHolds(member)) missing -= 1
    }
    return missing === 0
  }

  /** An atom contributes if it and every rule that encloses it hold. */
  #countsNew(rule: CompiledRule): boolean {
    if (!this.#ruleHolds(rule)) return false
    if (rule.kind === 'atom') return this.#counters[rule.measure]?.countsNew() === true
    return rule.members.some((member) => this.#countsNew(member))
  }
}

/** Moves to the instant `t` and lets in the checks from `place` on that happened at it; returns the place behind them. */
export function enterAll(sweep: Sweep, place: number, t: number): number {
  const { occurredAt, inOrder } = sweep.table
  sweep.advance(t)
  let next = place
  while (next < inOrder.length && occurredAt[inOrder[next] ?? 0] === t) {
    sweep.enter(inOrder[next] ?? 0)
    next += 1
  }
  return next
}

function counterOf(measure: CompiledMeasure, wiring: Wiring, program: Program): Counter {
  const { table } = wiring
  const distinct = (value: ValueOf): Counter => new ValueCounter(wiring, value)
  switch (measure.form) {
    case 'count':
      return new CheckCounter(wiring)
    case 'points':
      return new PointsCounter(wiring, program, measure.phases)
    case 'day':
      return new DayCounter(wiring)
    case 'agency':
      return distinct((row) => table.agency[row] ?? 0)
    case 'agencyKind':
      return distinct((row) => table.kindName[row] ?? 0)
    case 'incident':
      return distinct((row) => table.incident[row] ?? 0)
    case 'dimension':
      return distinct((_, observation) => (program.dimension[observation] ?? 0) - 1)
    case 'domain':
      return distinct((_, observation) => (program.domain[observation] ?? 0) - 1)
    case 'indicator':
      return distinct((_, observation) => (observation < program.indicators.size ? observation : -1))
    default:
      return measure.form satisfies never
  }
}
