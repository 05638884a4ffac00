import { asChildId, type ChildId } from '../../child/identifiers.js'
import { type IdHash, idHash } from '../id-hash.js'
import { SlotTable } from './table.js'

const ID_BYTES = 16
// Memory is taken in pieces that never move: to grow copies nothing, and a small hub takes little.
const PIECE_BITS = 12
const PIECE = 1 << PIECE_BITS
const WITHIN = PIECE - 1

interface Piece {
  readonly ids: Uint8Array
  /** Number of the newest check, and one; zero: none. */
  readonly newest: Uint32Array
  readonly checks: Uint32Array
}

/** Children whom checks were signed for, each in a slot of its own: 24 bytes, and the table that finds it. */
export class IndexedChildren {
  readonly #pieces: Piece[] = []
  readonly #table = new SlotTable((slot) => (this.checks(slot) === 0 ? -1 : this.#hashIn(slot)))
  readonly #hash: IdHash
  #slots = 0

  /** @param secret of `idHash` */
  constructor(secret: Uint8Array) {
    this.#hash = idHash(secret)
  }

  /** Slots so far, those of children whose checks are all gone among them. */
  get slots(): number {
    return this.#slots
  }

  /** The child's slot; -1 where no check names it. */
  find(bytes: Uint8Array, from = 0): number {
    let slot = this.#table.start(this.#hash(bytes, from))
    for (let child = this.#table.thing(slot); child >= 0; child = this.#table.thing(slot)) {
      if (this.#is(child, bytes, from)) return child
      slot = this.#table.after(slot)
    }
    return -1
  }

  /** The child's slot, which it gets now if it has none. */
  enter(bytes: Uint8Array, from: number): number {
    const found = this.find(bytes, from)
    if (found >= 0) return found
    const child = this.#slots
    if ((child & WITHIN) === 0) this.#pieces.push(newPiece())
    this.#slots += 1
    const { ids } = this.#piece(child)
    const at = (child & WITHIN) * ID_BYTES
    for (let i = 0; i < ID_BYTES; i += 1) ids[at + i] = bytes[from + i] ?? 0
    this.#table.add(this.#hash(bytes, from), child)
    return child
  }

  id(child: number): ChildId {
    const at = (child & WITHIN) * ID_BYTES
    return asChildId(this.#piece(child).ids.slice(at, at + ID_BYTES))
  }

  /** The number of its newest check; -1: none. */
  newest(child: number): number {
    return (this.#piece(child).newest[child & WITHIN] ?? 0) - 1
  }

  checks(child: number): number {
    return this.#piece(child).checks[child & WITHIN] ?? 0
  }

  /** A check more or fewer, and which is the newest then. Of a child without checks nothing stays, nor its id. */
  set(child: number, newest: number, more: 1 | -1): void {
    const piece = this.#piece(child)
    const at = child & WITHIN
    piece.newest[at] = newest + 1
    piece.checks[at] = (piece.checks[at] ?? 0) + more
    if (piece.checks[at] === 0) piece.ids.fill(0, at * ID_BYTES, (at + 1) * ID_BYTES)
  }

  #piece(child: number): Piece {
    const piece = this.#pieces[child >> PIECE_BITS]
    if (piece === undefined) throw new RangeError('no child has this slot')
    return piece
  }

  #is(child: number, bytes: Uint8Array, from: number): boolean {
    const { ids, checks } = this.#piece(child)
    const at = (child & WITHIN) * ID_BYTES
    for (let i = 0; i < ID_BYTES; i += 1) if (ids[at + i] !== bytes[from + i]) return false
    return checks[child & WITHIN] !== 0
  }

  #hashIn(child: number): number {
    return this.#hash(this.#piece(child).ids, (child & WITHIN) * ID_BYTES)
  }
}

function newPiece(): Piece {
  return {
    ids: new Uint8Array(PIECE * ID_BYTES),
    newest: new Uint32Array(PIECE),
    checks: new Uint32Array(PIECE),
  }
}
