import { encode, FORMAT_VERSION, type Part, type Random, u64 } from '../bytes.js'
import { hmacUnder } from '../hash.js'
import { fromOwnJsonBytes, toJsonBytes } from '../json.js'
import { openBoxes } from '../seal/box.js'
import type { Commit, Store, Table } from '../store/port.js'
import { decodeChildRow, encodeChildRow } from './children/child-row.js'
import type { Rows } from './rows.js'

/** A row to be written, or taken away. */
export type Put = NonNullable<Commit['puts']>[number]

/**
 * The hub's tables as it sees them: typed rows, each encrypted and bound to its place before the store gets it. A stolen
 * database shows neither what a row says nor which rows belong to one child.
 */
export interface Shelf {
  /** Where tokens are posted depends on this key as well as on the token: 32 bytes. */
  readonly placeKey: Uint8Array
  /** Key of a row that is found by secret or personal parts: a keyed hash, 16 bytes. */
  key(table: Table, ...parts: readonly Part[]): Uint8Array
  get<T extends Table>(table: T, keys: readonly Uint8Array[]): Promise<readonly (Rows[T] | undefined)[]>
  one<T extends Table>(table: T, key: Uint8Array): Promise<Rows[T] | undefined>
  /** Rows after a key, by ascending key. */
  list<T extends Table>(table: T, after: Uint8Array | undefined, limit: number): Promise<Page<T>>
  /** A row from the value that the store has under a key. */
  read<T extends Table>(table: T, key: Uint8Array, value: Uint8Array): Rows[T]
  put<T extends Table>(table: T, key: Uint8Array, value: Rows[T] | undefined): Put
  insert<T extends Table>(
    table: T,
    key: Uint8Array,
    value: Rows[T],
  ): { readonly table: Table; readonly key: Uint8Array; readonly value: Uint8Array }
}

/** Key of a row that is listed in order: its number, most significant byte first. */
export function numberKey(value: number): Uint8Array {
  return u64(value)
}

type Page<T extends Table> = readonly { readonly key: Uint8Array; readonly value: Rows[T] }[]

/** Rows of a table by ascending key, those after `after` where it is given, a page at a time as they are asked for. */
export async function* pages<T extends Table>(
  shelf: Pick<Shelf, 'list'>,
  table: T,
  limit: number,
  after?: Uint8Array,
): AsyncGenerator<Page<T>> {
  for (let last = after; ; ) {
    const page = await shelf.list(table, last, limit)
    yield page
    last = page.at(-1)?.key
    if (page.length < limit || last === undefined) return
  }
}

export function openShelf(store: Store, hub: Uint8Array, storageKey: Uint8Array, random: Random): Shelf {
  const boxes = openBoxes(storageKey)
  const mac = hmacUnder(storageKey)
  const place = (table: Table, key: Uint8Array): Uint8Array => encode('row/v1', hub, table, key)
  const sealed = <T extends Table>(table: T, key: Uint8Array, value: Rows[T]): Uint8Array =>
    boxes.seal(place(table, key), bytesOf(table, value), random)
  // The box authenticates the row as one that this hub wrote at this place, so its shape needs no second check.
  const opened = <T extends Table>(table: T, key: Uint8Array, bytes: Uint8Array): Rows[T] =>
    rowOf(table, boxes.open(place(table, key), bytes))

  return {
    placeKey: mac(encode('posting-places/v1', hub)),
    key: (table, ...parts) => mac(encode('key/v1', hub, table, ...parts)).subarray(0, 16),
    async get(table, keys) {
      if (keys.length === 0) return []
      const values = await store.get(table, keys)
      return values.map((value, index) => {
        const key = keys[index]
        return value === undefined || key === undefined ? undefined : opened(table, key, value)
      })
    },
    async one(table, key) {
      const [value] = await store.get(table, [key])
      return value === undefined ? undefined : opened(table, key, value)
    },
    async list(table, after, limit) {
      const rows = await store.list(table, after, limit)
      return rows.map(({ key, value }) => ({ key, value: opened(table, key, value) }))
    },
    read: opened,
    put: (table, key, value) => ({ table, key, value: value === undefined ? undefined : sealed(table, key, value) }),
    insert: (table, key, value) => ({ table, key, value: sealed(table, key, value) }),
  }
}

// Rows of checks are columns of numbers, and read by the million when a hub opens.
function bytesOf<T extends Table>(table: T, value: Rows[T]): Uint8Array {
  if (table === 'check') return value as Rows['check']
  return table === 'child' ? encodeChildRow(value as Rows['child']) : toJsonBytes(value)
}

function rowOf<T extends Table>(table: T, bytes: Uint8Array): Rows[T] {
  if (table === 'check') return bytes as Rows[T]
  const value =
    table === 'child' && bytes[0] === FORMAT_VERSION ? decodeChildRow(bytes) : fromOwnJsonBytes(unfilled(bytes))
  return value as Rows[T]
}

const SPACE = 0x20

/** Children's rows were JSON once, with spaces behind it. No canonical JSON ends in a space. */
function unfilled(bytes: Uint8Array): Uint8Array {
  let end = bytes.length
  while (bytes[end - 1] === SPACE) end -= 1
  return bytes.subarray(0, end)
}
