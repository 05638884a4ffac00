import { permilleAt } from '../reference/evaluate.js'
import { type Account, accountOf } from './account.js'
import type { CountedObservation } from './explanation.js'
import { COUNTED, REASONS, type Rows } from './rows.js'

/** The rows of a history as they look at one instant, and what each measure makes of them. */
export class Moment {
  readonly rows: Rows
  readonly at: number
  /** Per check: 0, or the reason why nothing sees it at this instant. */
  readonly hidden: readonly number[]
  #weights: readonly number[] | undefined
  readonly #weighed: (CountedObservation | undefined)[] = []
  readonly #accounts: (Account | undefined)[] = []

  constructor(rows: Rows, at: number, asOf: number) {
    this.rows = rows
    this.at = at
    this.hidden = rows.checks.map(({ withdrawn, occurredAt }) => {
      if (withdrawn === true) return REASONS.withdrawn
      if (occurredAt > asOf) return REASONS.future
      return occurredAt > at ? REASONS.later : COUNTED
    })
  }

  /** Points of each row after decay. */
  get weights(): readonly number[] {
    this.#weights ??= this.#decayed()
    return this.#weights
  }

  /** What says that an atom about points counted a row. */
  weighed(row: number): CountedObservation {
    let said = this.#weighed[row]
    if (said === undefined) {
      said = this.rows.weighed(row, this.weights[row] ?? 0)
      this.#weighed[row] = said
    }
    return said
  }

  /** What a measure makes of the rows; atoms that share it differ in what they ask for, not in what they see. */
  account(measure: number): Account {
    let made = this.#accounts[measure]
    if (made === undefined) {
      made = accountOf(this, measure)
      this.#accounts[measure] = made
    }
    return made
  }

  #decayed(): readonly number[] {
    const { check, observation, checks, program } = this.rows
    const permilles = checks.map(({ occurredAt }) => permilleAt(program.policy, this.at - occurredAt))
    return observation.map((number, row) =>
      Math.floor(((program.points[number] ?? 0) * (permilles[check[row] ?? 0] ?? 0)) / 1000),
    )
  }
}
