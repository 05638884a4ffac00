import type { Program } from '../compiled/program.js'
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
  /** Per check. */
  readonly agency: readonly number[]
  readonly kindName: readonly number[]
  readonly kind: readonly number[]
  readonly incident: readonly number[]
  readonly agencies: number
  /** Room for one answer per row, and for one number per observation or check; used for one measure after the other. */
  readonly answers: Uint8Array
  readonly room: Float64Array
  readonly #codes: string[] = []
  readonly #counted: (CountedObservation | undefined)[] = []
  readonly #discarded: (DiscardedObservation | undefined)[][] = WORDS.map(() => [])

  /** @param checks Each once and in this order; their codes are the policy's. */
  constructor(program: Program, checks: readonly AssessedCheck[]) {
    this.program = program
    this.checks = checks
    const [check, observation]: [number[], number[]] = [[], []]
    const agencies = new Map<string, number>()
    const kindNames = new Map<string, number>()
    for (const [place, { indicators, incident }] of checks.entries()) {
      for (const code of indicators) {
        check.push(place)
        observation.push(program.indicators.get(code) ?? 0)
        this.#codes.push(code)
      }
      check.push(place)
      observation.push(program.indicators.size + (program.incidents.get(incident) ?? 0))
      this.#codes.push(incident)
    }
    this.check = check
    this.observation = observation
    this.agency = checks.map(({ agency }) => numberIn(agencies, agency))
    this.kindName = checks.map(({ agencyKind }) => numberIn(kindNames, agencyKind))
    this.kind = checks.map(({ agencyKind }) => program.kinds.get(agencyKind) ?? 0)
    this.incident = checks.map(({ incident }) => program.incidents.get(incident) ?? 0)
    this.agencies = agencies.size
    this.answers = new Uint8Array(check.length)
    this.room = new Float64Array(Math.max(program.points.length, checks.length) + 1)
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
    const ofReason = this.#discarded[reason] ?? []
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
  const each = [...new Map(checks.map((check) => [check.id, check])).values()]
  const rank = ({ withdrawn }: AssessedCheck): number => (withdrawn === true ? 1 : 0)
  each.sort((a, b) => rank(a) - rank(b) || a.occurredAt - b.occurredAt || (a.id < b.id ? -1 : 1))
  return each.map((check) =>
    check.indicators.length < 2 ? check : { ...check, indicators: [...new Set(check.indicators)].sort() },
  )
}

function numberIn(numbers: Map<string, number>, name: string): number {
  const known = numbers.get(name)
  if (known !== undefined) return known
  numbers.set(name, numbers.size)
  return numbers.size - 1
}
