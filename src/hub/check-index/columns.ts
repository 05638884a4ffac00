import { IndexError } from '../../errors.js'

// Memory is taken in pieces that never move: to grow copies nothing, and a small hub takes little.
const PIECE_BITS = 12
const PIECE = 1 << PIECE_BITS
const WITHIN = PIECE - 1

/** `known` of a check that was taken out. */
const GONE = 0xff

interface Piece {
  readonly child: Uint32Array
  /** The check before it of the same child, and one; zero: none. */
  readonly earlier: Uint32Array
  readonly batch: Uint32Array
  readonly row: Uint16Array
  readonly occurredAt: Float64Array
  readonly incident: Uint16Array
  readonly indicators: Uint32Array
  readonly known: Uint8Array
  readonly printHigh: Uint16Array
  readonly printLow: Uint32Array
}

/** What is kept of one check, in numbers. */
export interface CheckNumbers {
  readonly child: number
  readonly batch: number
  readonly row: number
  readonly occurredAt: number
  readonly incident: number
  readonly indicators: number
  readonly known: number
  readonly fingerprint: number
}

/** Checks by number, in journal order: 35 bytes each. */
export class CheckColumns {
  readonly #pieces: Piece[] = []
  #length = 0

  get length(): number {
    return this.#length
  }

  add(check: CheckNumbers, earlier: number): number {
    const number = this.#length
    if ((number & WITHIN) === 0) this.#pieces.push(newPiece())
    this.#length += 1
    const piece = this.#piece(number)
    const at = number & WITHIN
    piece.child[at] = check.child
    piece.earlier[at] = earlier + 1
    piece.batch[at] = check.batch
    piece.row[at] = check.row
    piece.occurredAt[at] = check.occurredAt
    piece.incident[at] = check.incident
    piece.indicators[at] = check.indicators
    piece.known[at] = check.known
    piece.printHigh[at] = Math.floor(check.fingerprint / 2 ** 32)
    piece.printLow[at] = check.fingerprint % 2 ** 32
    return number
  }

  child(number: number): number {
    return this.#piece(number).child[number & WITHIN] ?? 0
  }

  /** Of the same child; -1: none. */
  earlier(number: number): number {
    return (this.#piece(number).earlier[number & WITHIN] ?? 0) - 1
  }

  setEarlier(number: number, earlier: number): void {
    this.#piece(number).earlier[number & WITHIN] = earlier + 1
  }

  batch(number: number): number {
    return this.#piece(number).batch[number & WITHIN] ?? 0
  }

  row(number: number): number {
    return this.#piece(number).row[number & WITHIN] ?? 0
  }

  occurredAt(number: number): number {
    return this.#piece(number).occurredAt[number & WITHIN] ?? 0
  }

  incident(number: number): number {
    return this.#piece(number).incident[number & WITHIN] ?? 0
  }

  indicators(number: number): number {
    return this.#piece(number).indicators[number & WITHIN] ?? 0
  }

  known(number: number): number {
    return this.#piece(number).known[number & WITHIN] ?? 0
  }

  isGone(number: number): boolean {
    return this.known(number) === GONE
  }

  fingerprint(number: number): number {
    const piece = this.#piece(number)
    return (piece.printHigh[number & WITHIN] ?? 0) * 2 ** 32 + (piece.printLow[number & WITHIN] ?? 0)
  }

  /** Its number stays, and says nothing any more. */
  erase(number: number): void {
    const at = number & WITHIN
    const { batch: _, row: _place, ...rest } = this.#piece(number)
    for (const column of Object.values(rest) as (typeof rest)[keyof typeof rest][]) column[at] = 0
    rest.known[at] = GONE
  }

  #piece(number: number): Piece {
    const piece = this.#pieces[number >> PIECE_BITS]
    if (piece === undefined) throw new RangeError('no check has this number')
    return piece
  }
}

function newPiece(): Piece {
  return {
    child: new Uint32Array(PIECE),
    earlier: new Uint32Array(PIECE),
    batch: new Uint32Array(PIECE),
    row: new Uint16Array(PIECE),
    occurredAt: new Float64Array(PIECE),
    incident: new Uint16Array(PIECE),
    indicators: new Uint32Array(PIECE),
    known: new Uint8Array(PIECE),
    printHigh: new Uint16Array(PIECE),
    printLow: new Uint32Array(PIECE),
  }
}

interface BatchPiece {
  readonly entry: Uint32Array
  readonly recordedAt: Float64Array
  readonly agency: Uint16Array
}

/** Batches by number, in journal order: 14 bytes each. */
export class BatchColumns {
  readonly #pieces: BatchPiece[] = []
  #length = 0

  add(entry: number, recordedAt: number, agency: number): number {
    const number = this.#length
    if ((number & WITHIN) === 0) {
      this.#pieces.push({
        entry: new Uint32Array(PIECE),
        recordedAt: new Float64Array(PIECE),
        agency: new Uint16Array(PIECE),
      })
    }
    this.#length += 1
    const piece = this.#piece(number)
    const at = number & WITHIN
    piece.entry[at] = entry
    piece.recordedAt[at] = recordedAt
    piece.agency[at] = agency
    return number
  }

  entry(number: number): number {
    return this.#piece(number).entry[number & WITHIN] ?? 0
  }

  recordedAt(number: number): number {
    return this.#piece(number).recordedAt[number & WITHIN] ?? 0
  }

  agency(number: number): number {
    return this.#piece(number).agency[number & WITHIN] ?? 0
  }

  #piece(number: number): BatchPiece {
    const piece = this.#pieces[number >> PIECE_BITS]
    if (piece === undefined) throw new RangeError('no batch has this number')
    return piece
  }
}

const NAMES_MAX = 0x10000

/** Agencies and codes, each once; and sets of codes, of which few kinds ever come. */
export class Names {
  readonly #numbers = new Map<string, number>()
  readonly #names: string[] = []
  readonly #setNumbers = new Map<string, number>()
  // A set is a text of one character a code, its number.
  readonly #sets: string[] = []

  number(name: string): number {
    const known = this.#numbers.get(name)
    if (known !== undefined) return known
    if (this.#names.length === NAMES_MAX)
      throw new IndexError('ERR_STORE_FAILED', 'there are more agencies and codes than the index of checks can number')
    this.#numbers.set(name, this.#names.length)
    return this.#names.push(name) - 1
  }

  /** Its number, if anybody has the name. */
  find(name: string): number | undefined {
    return this.#numbers.get(name)
  }

  name(number: number): string {
    return this.#names[number] ?? ''
  }

  setNumber(names: readonly string[]): number {
    const set = String.fromCharCode(...names.map((name) => this.number(name)))
    const known = this.#setNumbers.get(set)
    if (known !== undefined) return known
    this.#setNumbers.set(set, this.#sets.length)
    return this.#sets.push(set) - 1
  }

  set(number: number): readonly string[] {
    const set = this.#sets[number] ?? ''
    return Array.from({ length: set.length }, (_, at) => this.name(set.charCodeAt(at)))
  }
}
