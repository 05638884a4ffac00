import { IndexError } from '../../errors.js'

const NAME_BYTES_MAX = 64

/** Writes the bytes of a row of checks, one value after the other, into as much memory as was asked for. */
export class RowWriter {
  readonly written: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(length: number) {
    this.written = new Uint8Array(length)
    this.#view = new DataView(this.written.buffer)
  }

  u8(value: number): void {
    this.#view.setUint8(this.#at, value)
    this.#at += 1
  }

  u16(value: number): void {
    this.#view.setUint16(this.#at, value)
    this.#at += 2
  }

  u32(value: number): void {
    this.#view.setUint32(this.#at, value)
    this.#at += 4
  }

  u48(value: number): void {
    if (!(value >= 0 && value < 2 ** 48)) throw new RangeError('an instant does not fit in 48 bits')
    this.u16(Math.floor(value / 2 ** 32))
    this.u32(value % 2 ** 32)
  }

  bytes(value: Uint8Array): void {
    this.written.set(value, this.#at)
    this.#at += value.length
  }

  /** Agencies and codes are ASCII, and short. */
  name(value: string): void {
    if (value.length === 0 || value.length > NAME_BYTES_MAX) throw new RangeError('a name has the wrong length')
    this.u8(value.length)
    for (let i = 0; i < value.length; i += 1) {
      const code = value.charCodeAt(i)
      if (code <= 0x20 || code >= 0x7f) throw new RangeError('a name has characters that do not belong there')
      this.u8(code)
    }
  }
}

/** Reads them back. What is past the end is a `RangeError`. */
export class RowReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  require(isSo: boolean): void {
    if (!isSo) throw damaged()
  }

  u8(): number {
    this.#at += 1
    return this.#view.getUint8(this.#at - 1)
  }

  u16(): number {
    this.#at += 2
    return this.#view.getUint16(this.#at - 2)
  }

  u32(): number {
    this.#at += 4
    return this.#view.getUint32(this.#at - 4)
  }

  u48(): number {
    return this.u16() * 2 ** 32 + this.u32()
  }

  index(length: number): number {
    const index = this.u16()
    this.require(index < length)
    return index
  }

  bytes(length: number): Uint8Array {
    this.require(length <= this.left)
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  name(): string {
    const length = this.u8()
    this.require(length > 0 && length <= NAME_BYTES_MAX)
    let name = ''
    for (const byte of this.bytes(length)) {
      this.require(byte > 0x20 && byte < 0x7f)
      name += String.fromCharCode(byte)
    }
    return name
  }
}

export function damaged(): IndexError {
  return new IndexError('ERR_STORE_DAMAGED', 'a row of checks is damaged')
}
