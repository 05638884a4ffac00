import type { Program } from '../compiled/program.js'
import { numberIn } from '../compiled/table.js'
import type { AssessedCheck } from '../history.js'
import type { CountedObservation, DiscardedObservation, DiscardReason } from './explanation.js'

/** Why an observation was not counted, as a number; 0 is for those that were. */
export const COUNTED = 0
export const REASONS: Readonly<Record<DiscardReason, number>> = {
  withdrawn: 1,
  future: 2,
  later: 3,
  'outside-window': 4,
  filtered: 5,
  'no-value': 6,
  weightless: 7,
  decayed: 8,
  capped: 9,
}

const WORDS = ['filtered', ...Object.keys(REASONS)] as readonly DiscardReason[]

// An explanation keeps none of this room; what it is written to is made anew each time.
let answers = new Uint8Array(256)
let room = new Float64Array(256)

/**
 * The observations of a history as columns of numbers: those of one check side by side, its indicators by code and then its
 * incident; checks by occurrence and then id, withdrawn ones last. What an explanation says of an observation is made once and
 * shared by all atoms that say it.
 */
export class Rows {
  readonly program: Program
  readonly checks: readonly AssessedCheck[]
  /** Per row: the place of its check, and the number of its observation. */
  readonly check: readonly number[]
  readonly observation: readonly number[]
  /** Per check; empty where the policy does not ask for it, and then all are one. */
  readonly agency: readonly number[]
  readonly kindName: readonly number[]
  readonly kind: readonly number[]
  readonly incident: readonly number[]
  readonly agencies: number
  readonly size: number
  /** Room for one answer per row, and for one number per observation or check: shared, for one measure after the other. */
  readonly answers: Uint8Array
  readonly room: Float64Array
  readonly #codes: string[] = []
  readonly #counted: (CountedObservation | undefined)[]
  readonly #discarded: (DiscardedObservation | undefined)[][] = []

  /** @param checks Each once and in this order; their codes are the policy's. */
  constructor(program: Program, checks: readonly AssessedCheck[]) {
    this.program = program
    this.checks = checks
    const [check, observation, incidents]: [number[], number[], number[]] = [[], [], []]
    const agencies = new Map<string, number>()
    const kindNames = new Map<string, number>()
    for (const [place, { indicators, incident }] of checks.entries()) {
      for (const code of indicators) {
        check.push(place)
        observation.push(program.indicators.get(code) ?? 0)
        this.#codes.push(code)
      }
      const number = program.incidents.get(incident) ?? 0
      incidents.push(number)
      check.push(place)
      observation.push(program.indicators.size + number)
      this.#codes.push(incident)
    }
    this.check = check
    this.observation = observation
    this.agency = program.tellsAgencies ? checks.map(({ agency }) => numberIn(agencies, agency)) : []
    this.kindName = program.tellsKinds ? checks.map(({ agencyKind }) => numberIn(kindNames, agencyKind)) : []
    this.kind = program.kinds.size > 0 ? checks.map(({ agencyKind }) => program.kinds.get(agencyKind) ?? 0) : []
    this.incident = incidents
    this.agencies = Math.max(1, agencies.size)
    this.size = check.length
    if (this.size > answers.length) answers = new Uint8Array(this.size * 2)
    const numbers = Math.max(program.points.length, checks.length) + 1
    if (numbers > room.length) room = new Float64Array(numbers * 2)
    this.#counted = new Array(this.size)
    this.answers = answers
    this.room = room
  }

  /** What says that a row was counted without a weight. */
  counted(row: number): CountedObservation {
    let said = this.#counted[row]
    if (said === undefined) {
      said = this.weighed(row, 0)
      this.#counted[row] = said
    }
    return said
  }

  weighed(row: number, points: number): CountedObservation {
    return { check: this.checks[this.check[row] ?? 0]?.id ?? '', code: this.#codes[row] ?? '', points }
  }

  discarded(row: number, reason: number): DiscardedObservation {
    let ofReason = this.#discarded[reason]
    if (ofReason === undefined) {
      ofReason = new Array<DiscardedObservation | undefined>(this.size)
      this.#discarded[reason] = ofReason
    }
    let said = ofReason[row]
    if (said === undefined) {
      const check = this.checks[this.check[row] ?? 0]?.id ?? ''
      said = { check, code: this.#codes[row] ?? '', reason: WORDS[reason] ?? 'filtered' }
      ofReason[row] = said
    }
    return said
  }
}

/** Checks each once, by occurrence and then id, those withdrawn last; indicators each once, by code. */
export function arranged(checks: readonly AssessedCheck[]): readonly AssessedCheck[] {
  const each = isArranged(checks) ? checks : rearranged(checks)
  return each.some(({ indicators }) => indicators.length > 1) ? each.map(withCodesSorted) : each
}

/** As most histories are kept. A check that is given twice has the same id at the same time. */
function isArranged(checks: readonly AssessedCheck[]): boolean {
  let before: AssessedCheck | undefined
  for (const check of checks) {
    if (check.withdrawn === true) return false
    if (before !== undefined) {
      const isLater = check.occurredAt > before.occurredAt
      if (!isLater && !(check.occurredAt === before.occurredAt && check.id > before.id)) return false
    }
    before = check
  }
  return true
}

function rearranged(checks: readonly AssessedCheck[]): readonly AssessedCheck[] {
  const each = [...new Map(checks.map((check) => [check.id, check])).values()]
  const rank = ({ withdrawn }: AssessedCheck): number => (withdrawn === true ? 1 : 0)
  return each.sort((a, b) => rank(a) - rank(b) || a.occurredAt - b.occurredAt || (a.id < b.id ? -1 : 1))
}

function withCodesSorted(check: AssessedCheck): AssessedCheck {
  return check.indicators.length < 2 ? check : { ...check, indicators: [...new Set(check.indicators)].sort() }
}
