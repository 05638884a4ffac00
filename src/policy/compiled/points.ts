import type { Counter, Wiring } from './counters.js'
import type { Phase, Program } from './program.js'
import { grown } from './table.js'

/**
 * Keeps a points total while time moves forward.
 *
 * Of one agency's observations of one code all have the same points and decay never rises, so the `perAgencyIndicator`
 * largest are the latest ones: a newcomer takes the oldest one's place for good, and each observation changes its
 * weight only when it passes from one decay phase into the next. The sums over agencies and over dimensions are kept
 * under their caps as they change, so that nothing is ever added up again.
 */
export class PointsCounter implements Counter {
  readonly #wiring: Wiring
  readonly #program: Program
  readonly #kept: number
  /** Weights of every observation in the first phase, then in the next, and so on; behind the last one all weigh nothing. */
  readonly #weightsOf: Int32Array
  readonly #untilMs: Float64Array
  readonly #agencies: CappedSums
  readonly #dimensions: CappedSums
  // Per observation that came in:
  #rows = new Int32Array(16)
  #observations = new Int32Array(16)
  #group = new Int32Array(16)
  #nextInGroup = new Int32Array(16)
  #weights = new Int32Array(16)
  #isKept = new Uint8Array(16)
  #end = 0
  // Per agency and code: the oldest and the latest that are kept, and how many.
  #oldest = new Int32Array(16)
  #latest = new Int32Array(16)
  #size = new Int32Array(16)
  /** Per phase, the first observation that has not yet left it. The last phase's is the first in the window. */
  readonly #left: Int32Array
  #newKept = 0
  #newSeen = 0

  constructor(wiring: Wiring, program: Program, phases: readonly Phase[]) {
    const { perAgency, perDimension, perAgencyIndicator } = program.policy.caps ?? {}
    this.#wiring = wiring
    this.#program = program
    this.#untilMs = Float64Array.from(phases, ({ untilMs }) => untilMs)
    this.#weightsOf = weightsOf(program, phases)
    this.#kept = perAgencyIndicator ?? Number.POSITIVE_INFINITY
    this.#agencies = new CappedSums(perAgency)
    this.#dimensions = new CappedSums(perDimension)
    this.#left = new Int32Array(phases.length)
  }

  enter(row: number, observation: number): void {
    const weight = this.#weightIn(0, observation)
    if (weight === 0 || this.#kept === 0) return
    if (this.#end === this.#rows.length) this.#grow()
    const entry = this.#end
    this.#end += 1
    this.#rows[entry] = row
    this.#observations[entry] = observation
    this.#weights[entry] = weight
    this.#isKept[entry] = 1
    const isNew = this.#wiring.table.isNew[row] ?? 0
    this.#newKept += isNew
    this.#newSeen += isNew
    if (this.#hasCap) this.#join(entry, row, observation)
    this.#add(entry, weight)
  }

  advance(t: number): void {
    const { occurredAt } = this.#wiring.table
    for (let phase = 0; phase < this.#untilMs.length; phase += 1) {
      const edge = t - (this.#untilMs[phase] ?? 0)
      let entry = this.#left[phase] ?? 0
      while (entry < this.#end && (occurredAt[this.#rows[entry] ?? 0] ?? 0) <= edge) {
        this.#leavePhase(phase, entry)
        entry += 1
      }
      this.#left[phase] = entry
    }
  }

  countsNew(): boolean {
    return this.#newKept > 0 || (this.#newSeen > 0 && this.#keepsNewOfEquals())
  }

  clear(): void {
    if (this.#hasCap) for (let entry = 0; entry < this.#end; entry += 1) this.#size[this.#group[entry] ?? 0] = 0
    this.#end = 0
    this.#left.fill(0)
    this.#agencies.clear()
    this.#dimensions.clear()
    this.#newKept = 0
    this.#newSeen = 0
    this.#wiring.values[this.#wiring.slot] = 0
  }

  get #hasCap(): boolean {
    return this.#kept !== Number.POSITIVE_INFINITY
  }

  #weightIn(phase: number, observation: number): number {
    return this.#weightsOf[phase * this.#program.points.length + observation] ?? 0
  }

  /** Takes the latest place in its group, and the oldest one's place where the group is full. */
  #join(entry: number, row: number, observation: number): void {
    const group = this.#wiring.table.groupOf(row, observation)
    if (group >= this.#size.length) this.#growGroups(group)
    this.#group[entry] = group
    const size = this.#size[group] ?? 0
    if (size > 0) this.#nextInGroup[this.#latest[group] ?? 0] = entry
    else this.#oldest[group] = entry
    this.#latest[group] = entry
    this.#size[group] = size + 1
    if (size + 1 > this.#kept) this.#drop(this.#oldest[group] ?? 0)
  }

  #drop(entry: number): void {
    if (this.#hasCap) this.#leave(entry)
    this.#isKept[entry] = 0
    const weight = this.#weights[entry] ?? 0
    if (weight > 0) this.#newKept -= this.#isNew(entry)
    this.#add(entry, -weight)
  }

  #leave(entry: number): void {
    const group = this.#group[entry] ?? 0
    this.#oldest[group] = this.#nextInGroup[entry] ?? 0
    this.#size[group] = (this.#size[group] ?? 0) - 1
  }

  #leavePhase(phase: number, entry: number): void {
    const before = this.#weights[entry] ?? 0
    const after = this.#weightIn(phase + 1, this.#observations[entry] ?? 0)
    if (before > 0 && after === 0) this.#newSeen -= this.#isNew(entry)
    if (this.#isKept[entry] === 1 && phase + 1 === this.#untilMs.length) {
      this.#drop(entry)
    } else if (this.#isKept[entry] === 1) {
      if (before > 0 && after === 0) this.#newKept -= this.#isNew(entry)
      this.#add(entry, after - before)
    }
    this.#weights[entry] = after
  }

  #add(entry: number, points: number): void {
    this.#agencies.add(this.#wiring.table.agency[this.#rows[entry] ?? 0] ?? 0, points)
    this.#dimensions.add(this.#program.dimension[this.#observations[entry] ?? 0] ?? 0, points)
    this.#wiring.values[this.#wiring.slot] = Math.min(this.#agencies.total, this.#dimensions.total)
  }

  /**
   * Of equal weights the later position is kept, and a new check's position is later than an old one's. The latest ones
   * by occurrence have the same total, but an older new check may belong in the place of a later old one: it does if
   * fewer than `kept` of its group weigh more.
   */
  #keepsNewOfEquals(): boolean {
    for (let entry = this.#left.at(-1) ?? 0; entry < this.#end; entry += 1) {
      const weight = this.#weights[entry] ?? 0
      if (weight === 0 || this.#isNew(entry) === 0) continue
      let heavier = 0
      for (let other = entry + 1; other < this.#end; other += 1) {
        if (this.#group[other] === this.#group[entry] && (this.#weights[other] ?? 0) > weight) heavier += 1
      }
      if (heavier < this.#kept) return true
    }
    return false
  }

  #isNew(entry: number): number {
    return this.#wiring.table.isNew[this.#rows[entry] ?? 0] ?? 0
  }

  #growGroups(group: number): void {
    const length = Math.max(this.#size.length * 2, group + 1)
    this.#oldest = grown(this.#oldest, new Int32Array(length))
    this.#latest = grown(this.#latest, new Int32Array(length))
    this.#size = grown(this.#size, new Int32Array(length))
  }

  #grow(): void {
    const length = this.#end * 2
    this.#rows = grown(this.#rows, new Int32Array(length))
    this.#observations = grown(this.#observations, new Int32Array(length))
    this.#group = grown(this.#group, new Int32Array(length))
    this.#nextInGroup = grown(this.#nextInGroup, new Int32Array(length))
    this.#weights = grown(this.#weights, new Int32Array(length))
    this.#isKept = grown(this.#isKept, new Uint8Array(length))
  }
}

function weightsOf({ points }: Program, phases: readonly Phase[]): Int32Array {
  const weights = new Int32Array(points.length * (phases.length + 1))
  for (const [phase, { permille }] of phases.entries()) {
    for (const [observation, whole] of points.entries()) {
      weights[phase * points.length + observation] = Math.floor((whole * permille) / 1000)
    }
  }
  return weights
}

/** Sums by row or by column of a matrix, and the total of them with each cut at a cap. */
class CappedSums {
  readonly #cap: number
  #sums = new Float64Array(16)
  #used = 0
  total = 0

  constructor(cap = Number.POSITIVE_INFINITY) {
    this.#cap = cap
  }

  add(index: number, points: number): void {
    if (index >= this.#sums.length) {
      this.#sums = grown(this.#sums, new Float64Array(Math.max(this.#sums.length * 2, index + 1)))
    }
    if (index >= this.#used) this.#used = index + 1
    const before = this.#sums[index] ?? 0
    const after = before + points
    this.#sums[index] = after
    this.total += Math.min(this.#cap, after) - Math.min(this.#cap, before)
  }

  clear(): void {
    this.#sums.fill(0, 0, this.#used)
    this.#used = 0
    this.total = 0
  }
}
