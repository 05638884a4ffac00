import assert from 'node:assert/strict'
import type { Commit, Store, StoredEntry, StoredLeaf } from '../../store/port.js'

/** One empty store under test. */
export interface OpenedStore {
  readonly store: Store
  /** Closes the store and opens what it left behind; absent where nothing is left. */
  readonly reopen?: () => Promise<Store>
  /** Closes whatever is open and removes it. */
  readonly dispose: () => Promise<void>
}

/** Registers a test on a new store. */
export type On = (title: string, body: (store: Store, opened: OpenedStore) => Promise<void>) => void

export async function done(store: Store, commit: Commit): Promise<void> {
  assert.equal(await store.commit(commit), 'done')
}

export function filled(length: number, byte: number): Uint8Array {
  return new Uint8Array(length).fill(byte)
}

export function entry(position: number): StoredEntry {
  return {
    position,
    salt: filled(32, position + 1),
    body: filled(position * 3, position + 2),
    sealed: position % 2 === 1,
  }
}

export function leaf(row: number): StoredLeaf {
  return { row, hash: filled(32, row), salt: filled(32, row + 1), bytes: filled(50, row + 2) }
}
