/**
 * What the hub asks of a database: an append-only journal, and tables of opaque values by key.
 *
 * The journal is the truth; the tables are a projection that can be rebuilt from it. Every write goes through `commit`,
 * which is atomic and durable before it answers: all of it happens, or none. There is no transaction callback, because
 * SQLite's transaction ends within one synchronous call and PostgreSQL's cannot. A store never sees a personal detail:
 * values are encrypted, keys are random or keyed hashes, before they get here.
 *
 * An argument outside the sizes and ranges given here is a programmer's mistake: a `RangeError`, and nothing written. What
 * goes in is copied, and so is what comes out.
 */
export interface Store extends AsyncDisposable {
  /** Number of journal entries: the position that the next one gets. */
  size(): Promise<number>

  /** Makes every part of `commit` durable at once, or none of it. */
  commit(commit: Commit): Promise<CommitOutcome>

  /** Entries from a position on, ascending, at most `limit` (1 to 10,000). */
  entries(from: number, limit: number): Promise<readonly StoredEntry[]>

  /** Rows that lie beside a batch entry, from row `from` on, ascending, at most `limit` (1 to 65,536). */
  leaves(position: number, from: number, limit: number): Promise<readonly StoredLeaf[]>

  /** Hashes of rows beside entries, in the order asked for; undefined where there is none. */
  hashes(places: readonly LeafPlace[]): Promise<readonly (Uint8Array | undefined)[]>

  /** Hashes of complete subtrees of the journal's Merkle tree, in the order asked for; undefined where there is none. */
  nodes(places: readonly NodePlace[]): Promise<readonly (Uint8Array | undefined)[]>

  /** Values in the order of the keys; undefined where a key has none. */
  get(table: Table, keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]>

  /** Rows of a table by ascending key (unsigned bytes), those after `after` where it is given, at most `limit` (1 to 10,000). */
  list(table: Table, after: Uint8Array | undefined, limit: number): Promise<readonly Row[]>

  /** Releases files and connections. Every verb after it fails with `ERR_CLOSED`; closing twice is harmless. */
  close(): Promise<void>
}

/** Names of the tables. `docs/formats.md` says what each key and value is. */
export const TABLES = [
  'meta',
  'child',
  'check',
  'history',
  'posting',
  'reference',
  'record',
  'case',
  'opening',
  'enquiry',
  'referral',
  'inbox',
  'meter',
  'duplicate',
  'conference',
  'alert',
  'consent',
  'account',
  'listing',
  'agenda',
] as const
export type Table = (typeof TABLES)[number]

/** A key: 1 to 64 bytes. A value: at most 16 MiB; an empty one is a value too. */
export interface Row {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

/** `level` 0 holds the leaf hashes; the node at (level, index) covers leaves `index·2^level` up to, not including, `(index+1)·2^level`. */
export interface NodePlace {
  readonly level: number
  readonly index: number
}

/** Where a row lies: beside which entry, and which of its rows, 0 to 65,535. */
export interface LeafPlace {
  readonly position: number
  readonly row: number
}

/** One journal entry as stored. After its erasure `salt` and `body` are empty and the leaf hash still stands in the tree. */
export interface StoredEntry {
  readonly position: number
  /** 32 bytes, fresh for every entry. */
  readonly salt: Uint8Array
  /** What was hashed, or its encryption where the entry joins agencies; `sealed` says which. At most 1 MiB. */
  readonly body: Uint8Array
  readonly sealed: boolean
}

/**
 * One row beside a batch entry. `hash` is its leaf in the batch's own tree and always stays, so that the other rows can
 * be proved; `salt` (at most 32 bytes) and `bytes` (at most 1 MiB) are empty for a row that was refused, and after its
 * erasure. `row` is 0 to 65,535.
 */
export interface StoredLeaf {
  readonly row: number
  /** 32 bytes. */
  readonly hash: Uint8Array
  readonly salt: Uint8Array
  readonly bytes: Uint8Array
}

/** What is looked at and written, in the order of these fields; `expects` and `inserts` see what was there before the commit. */
export interface Commit {
  /** Journal size that this write was computed from: when it has moved, nothing is written. */
  readonly expectedSize: number
  /** New entries, at positions `expectedSize`, `expectedSize + 1`, … */
  readonly entries?: readonly StoredEntry[]
  /** Subtrees that the new entries complete; each place is written once, ever. */
  readonly nodes?: readonly (NodePlace & { readonly hash: Uint8Array })[]
  /** Rows beside the new entries. */
  readonly leaves?: readonly (StoredLeaf & { readonly position: number })[]
  /** Rows that must still hold exactly this value (undefined: no row): when one does not, nothing is written (`moved`). */
  readonly expects?: readonly {
    readonly table: Table
    readonly key: Uint8Array
    readonly value: Uint8Array | undefined
  }[]
  /** Rows that must not exist yet. */
  readonly inserts?: readonly (Row & { readonly table: Table })[]
  /** Rows to write or replace; a value of `undefined` removes the row. */
  readonly puts?: readonly { readonly table: Table; readonly key: Uint8Array; readonly value: Uint8Array | undefined }[]
  /** Entries whose salt and body, and rows whose salt and bytes, are emptied for good; they may be of this commit. A row that is not there is passed over. */
  readonly erase?: readonly { readonly position: number; readonly row?: number }[]
}

/**
 * `done`: durable. `moved`: the journal is no longer of the expected size, or a row among `expects` has changed. `taken`: a key among `inserts` already has a
 * value (whether by this commit's own repetition or before). In the last two cases nothing was written.
 */
export type CommitOutcome = 'done' | 'moved' | 'taken'
