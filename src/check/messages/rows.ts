import { utf8Text } from '../../bytes.js'
import { type ErrorCode, IndexError } from '../../errors.js'

/** Reads the rows of a message one after the other: what is too short, too long or left over is refused. */
export class RowReader {
  readonly #bytes: Uint8Array
  readonly #code: ErrorCode
  #at = 0

  /** @param code what a damaged message is refused with: it depends on who sent it */
  constructor(bytes: Uint8Array, code: ErrorCode) {
    this.#bytes = bytes
    this.#code = code
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  byte(): number {
    return this.number(1)
  }

  /** A number of at most six bytes, most significant first. */
  number(width: number): number {
    const from = this.#advance(width)
    let value = 0
    for (let at = from; at < from + width; at += 1) value = value * 256 + (this.#bytes[at] as number)
    return value
  }

  /** A view on the message, not a copy. */
  bytes(length: number): Uint8Array {
    const from = this.#advance(length)
    return this.#bytes.subarray(from, from + length)
  }

  /** Text behind its length in two bytes. */
  text(): string {
    return utf8Text(this.bytes(this.number(2)))
  }

  refuse(): never {
    throw new IndexError(this.#code, 'the rows of a message are not in their form')
  }

  #advance(length: number): number {
    const from = this.#at
    if (from + length > this.#bytes.length) this.refuse()
    this.#at = from + length
    return from
  }
}

/** Writes rows into one piece of memory. */
export class RowWriter {
  #out: Buffer
  #at = 0

  constructor(expectedBytes: number) {
    this.#out = Buffer.allocUnsafeSlow(Math.max(64, expectedBytes))
  }

  byte(value: number): void {
    this.#makeRoom(1)
    this.#out[this.#at] = value
    this.#at += 1
  }

  /** @throws {RangeError} for what does not fit so many bytes, at most six */
  number(value: number, width: number): void {
    this.#makeRoom(width)
    this.#at = this.#out.writeUIntBE(value, this.#at, width)
  }

  bytes(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length)
    this.#out.set(bytes, this.#at)
    this.#at += bytes.length
  }

  text(text: string): void {
    const bytes = Buffer.from(text)
    this.number(bytes.length, 2)
    this.bytes(bytes)
  }

  written(): Uint8Array {
    return new Uint8Array(this.#out.buffer, 0, this.#at)
  }

  #makeRoom(length: number): void {
    if (this.#at + length <= this.#out.length) return
    const larger = Buffer.allocUnsafeSlow(2 * (this.#at + length))
    larger.set(this.#out)
    this.#out = larger
  }
}
