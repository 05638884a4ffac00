import { IndexError } from '../../errors.js'
import type { AssessedCheck } from '../history.js'
import type { Program } from './program.js'

/**
 * Checks as columns of numbers, each check once. Rows keep the order in which they came; `inOrder` is by occurrence.
 * Grows as checks are added and can be emptied and used again, so that assessing one child after another allocates little.
 */
export class CheckTable {
  readonly program: Program
  size = 0
  /** Rows by occurrence, those not withdrawn. */
  readonly inOrder: number[] = []
  occurredAt: Float64Array = new Float64Array(ROWS)
  agency: Int32Array = new Int32Array(ROWS)
  /** As filters tell kinds apart: 0 for one that no filter names. */
  kind: Int32Array = new Int32Array(ROWS)
  /** As the kinds of this table are told apart. */
  kindName: Int32Array = new Int32Array(ROWS)
  incident: Int32Array = new Int32Array(ROWS)
  /** 1 for a check that was recorded after the closing, or where nothing was closed. */
  isNew: Uint8Array = new Uint8Array(ROWS)
  /** Where a row's indicators begin in `indicators`; the next row's begin where they end. */
  from: Int32Array = new Int32Array(ROWS + 1)
  indicators: Int32Array = new Int32Array(ROWS * 2)
  readonly #checks: AssessedCheck[] = []
  /** By check id: its row, above the rows of all the tables before. */
  readonly #rows = new Map<string, number>()
  #rowsBefore = 0
  readonly #agencies = new Map<string, number>()
  readonly #kindNames = new Map<string, number>()
  readonly #groups = new Map<number, number>()
  #lastKey = -1
  #lastGroup = 0
  /** Per indicator, the last mark it was given: tells repeats within one check. */
  readonly #marks: Float64Array
  #mark = 0
  #closedAt: number | undefined

  constructor(program: Program, closedAt?: number) {
    this.program = program
    this.#closedAt = closedAt
    this.#marks = new Float64Array(program.indicators.size)
  }

  get agencies(): number {
    return this.#agencies.size
  }

  get checks(): readonly AssessedCheck[] {
    return this.#checks
  }

  clear(closedAt: number | undefined): void {
    // Ids of before stay until there are many: a map that is emptied grows anew, which costs more than all else here.
    this.#rowsBefore += this.size
    if (this.#rows.size > ROWS_KNOWN_MAX) this.#rows.clear()
    this.size = 0
    this.inOrder.length = 0
    this.#checks.length = 0
    if (this.#agencies.size > 0) this.#agencies.clear()
    if (this.#kindNames.size > 0) this.#kindNames.clear()
    if (this.#groups.size > 0) this.#groups.clear()
    this.#lastKey = -1
    this.#closedAt = closedAt
  }

  /**
   * The row of a check, which is not yet in `inOrder`; undefined for a check that the table has already.
   * @throws {IndexError} `ERR_ASSESSMENT_INVALID` for an unknown code, or one check id with two contents
   */
  add(check: AssessedCheck): number | undefined {
    const incident = this.program.incidents.get(check.incident)
    if (incident === undefined) throw refusal('incident', 'a check carries an incident that the policy does not have')
    const row = this.size
    if (row === this.occurredAt.length) this.#grow()
    const end = this.#addIndicators(check.indicators)
    const earlier = (this.#rows.get(check.id) ?? -1) - this.#rowsBefore
    if (earlier >= 0) {
      if (this.#isSame(earlier, check, end)) return undefined
      throw refusal('id', 'one check id stands for two contents')
    }
    this.#rows.set(check.id, this.#rowsBefore + row)
    this.#checks.push(check)
    this.occurredAt[row] = check.occurredAt
    if (this.program.tellsAgencies) this.agency[row] = numberIn(this.#agencies, check.agency)
    if (this.program.kinds.size > 0) this.kind[row] = this.program.kinds.get(check.agencyKind) ?? 0
    if (this.program.tellsKinds) this.kindName[row] = numberIn(this.#kindNames, check.agencyKind)
    this.incident[row] = incident
    this.isNew[row] =
      this.#closedAt === undefined || check.position === undefined || check.position > this.#closedAt ? 1 : 0
    if (row === 0) this.from[0] = 0
    this.from[row + 1] = end
    this.size = row + 1
    return row
  }

  /** The observations of one code by one agency are a group; groups are numbered from 0 as they are asked for. */
  groupOf(row: number, observation: number): number {
    const key = (this.agency[row] ?? 0) * this.program.points.length + observation
    // Several measures ask for the same observation, one after the other.
    if (key !== this.#lastKey) {
      this.#lastKey = key
      this.#lastGroup = numberIn(this.#groups, key)
    }
    return this.#lastGroup
  }

  /** Puts a row into its place by occurrence; returns the place. */
  place(row: number): number {
    const at = this.occurredAt[row] ?? 0
    let place = this.inOrder.length
    while (place > 0 && (this.occurredAt[this.inOrder[place - 1] ?? 0] ?? 0) > at) place -= 1
    if (place === this.inOrder.length) this.inOrder.push(row)
    else this.inOrder.splice(place, 0, row)
    return place
  }

  /** Puts a row at the end; `sort` must follow. */
  append(row: number): void {
    this.inOrder.push(row)
  }

  sort(): void {
    const { occurredAt, inOrder } = this
    for (let place = 1; place < inOrder.length; place += 1) {
      if ((occurredAt[inOrder[place - 1] ?? 0] ?? 0) > (occurredAt[inOrder[place] ?? 0] ?? 0)) {
        inOrder.sort((a, b) => (occurredAt[a] ?? 0) - (occurredAt[b] ?? 0))
        return
      }
    }
  }

  /** Writes a check's indicators behind those of the last row, each once; returns where they end. */
  #addIndicators(codes: readonly string[]): number {
    let end = this.#end
    if (end + codes.length > this.indicators.length) {
      this.indicators = grown(this.indicators, new Int32Array(Math.max(this.indicators.length * 2, end + codes.length)))
    }
    this.#mark += 1
    for (const code of codes) {
      const number = this.program.indicators.get(code)
      if (number === undefined)
        throw refusal('indicators', 'a check carries an indicator that the policy does not have')
      if (this.#marks[number] === this.#mark) continue
      this.#marks[number] = this.#mark
      this.indicators[end] = number
      end += 1
    }
    return end
  }

  get #end(): number {
    return this.size === 0 ? 0 : (this.from[this.size] ?? 0)
  }

  /** Whether a check says what row `row` says. Its indicators have just been written, and marked, behind the last row. */
  #isSame(row: number, check: AssessedCheck, end: number): boolean {
    const known = this.#checks[row]
    const [start, stop] = [this.from[row] ?? 0, this.from[row + 1] ?? 0]
    if (
      known?.agency !== check.agency ||
      known.agencyKind !== check.agencyKind ||
      known.incident !== check.incident ||
      known.occurredAt !== check.occurredAt ||
      (known.withdrawn === true) !== (check.withdrawn === true) ||
      known.position !== check.position ||
      end - this.#end !== stop - start
    )
      return false
    for (let at = start; at < stop; at += 1) if (this.#marks[this.indicators[at] ?? 0] !== this.#mark) return false
    return true
  }

  #grow(): void {
    const rows = this.occurredAt.length * 2
    this.occurredAt = grown(this.occurredAt, new Float64Array(rows))
    this.agency = grown(this.agency, new Int32Array(rows))
    this.kind = grown(this.kind, new Int32Array(rows))
    this.kindName = grown(this.kindName, new Int32Array(rows))
    this.incident = grown(this.incident, new Int32Array(rows))
    this.isNew = grown(this.isNew, new Uint8Array(rows))
    this.from = grown(this.from, new Int32Array(rows + 1))
  }
}

const ROWS = 16
const ROWS_KNOWN_MAX = 4_096

/** The column in an array that is longer. */
export function grown<Column extends Float64Array | Int32Array | Uint8Array>(column: Column, larger: Column): Column {
  larger.set(column)
  return larger
}

/** The number of a name, which is given the next one where it has none yet. */
export function numberIn<Name>(numbers: Map<Name, number>, name: Name): number {
  const known = numbers.get(name)
  if (known !== undefined) return known
  const number = numbers.size
  numbers.set(name, number)
  return number
}

function refusal(field: string, message: string): IndexError {
  return new IndexError('ERR_ASSESSMENT_INVALID', message, { field })
}
