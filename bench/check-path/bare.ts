import { createHash } from 'node:crypto'
import Database from 'better-sqlite3'
import { encodeCheck } from '../../src/check/canonical.js'
import type { AgencyChildId } from '../../src/child/identifiers.js'
import type { FedBatch, FedCheck } from './feed.js'
import type { Recorded } from './ours.js'

/** What a bare table has in place of our 16-byte tokens. */
function bareToken(child: number): Buffer {
  return createHash('sha256').update(`token ${child}`).digest().subarray(0, 16)
}

/** A table of as many tokens as a store has children, each of which leads to one. */
export function fillBare(file: string, children: number): void {
  const database = new Database(file)
  database.pragma('journal_mode = WAL')
  // Kilobytes: all of it fits, so that no page is written more often than it must be.
  database.pragma('cache_size = -200000')
  database.exec('CREATE TABLE token (token BLOB PRIMARY KEY, child BLOB NOT NULL) STRICT, WITHOUT ROWID')
  const insert = database.prepare('INSERT INTO token VALUES (?, ?)')
  const page = database.transaction((from: number, to: number) => {
    for (let child = from; child < to; child += 1) insert.run(bareToken(child), bareToken(-1 - child))
  })
  for (let at = 0; at < children; at += 50_000) page(at, Math.min(children, at + 50_000))
  database.pragma('wal_checkpoint(TRUNCATE)')
  database.close()
}

/** As many bytes as our journal keeps of a check: its salt, the hash of its leaf, and what the agency signed. */
export function leafBytes(agency: string, check: FedCheck): number {
  const { incident, indicators, occurredAt, reference } = check
  const fixed = { hub: new Uint8Array(32), agencyChildId: new Uint8Array(16) as AgencyChildId, epoch: 1 }
  const hashes = { practitioner: new Uint8Array(16), vocabulary: new Uint8Array(32) }
  const signed = encodeCheck({
    ...{ ...fixed, ...hashes, agency, incident, occurredAt, submittedAt: occurredAt, reference },
    indicators: [...indicators].sort(),
  })
  return 64 + signed.length
}

/**
 * The loop that all rates stand beside: for each check one look-up by a token and one append of as many bytes as ours into
 * a table with a unique index on (agency, reference); one commit for each batch, durable on return.
 */
export class BareLoop {
  private readonly database: Database.Database
  private readonly find: Database.Statement
  private readonly append: Database.Statement
  private readonly bytes = Buffer.alloc(65_536, 7)

  constructor(file: string) {
    this.database = new Database(file)
    this.database.pragma('journal_mode = WAL')
    this.database.pragma('synchronous = FULL')
    this.database.exec(`CREATE TABLE IF NOT EXISTS log (
      id INTEGER PRIMARY KEY, agency TEXT NOT NULL, reference TEXT NOT NULL, child BLOB NOT NULL, bytes BLOB NOT NULL,
      UNIQUE (agency, reference)) STRICT`)
    // After a first statement: only then does the driver put its own default for WAL in place.
    this.database.pragma('synchronous = FULL')
    if (this.database.pragma('synchronous', { simple: true }) !== 2) throw new Error('the bare loop is not durable')
    this.find = this.database.prepare('SELECT child FROM token WHERE token = ?').pluck()
    this.append = this.database.prepare('INSERT INTO log (agency, reference, child, bytes) VALUES (?, ?, ?, ?)')
  }

  record(batches: readonly FedBatch[]): Recorded {
    const rows = batches.map(({ agency, checks }) =>
      checks.map((check) => ({
        ...{ agency, reference: check.reference, token: bareToken(check.child) },
        bytes: this.bytes.subarray(0, leafBytes(agency, check)),
      })),
    )
    const store = this.database.transaction((batch: (typeof rows)[number]) => {
      for (const { agency, reference, token, bytes } of batch)
        this.append.run(agency, reference, this.find.get(token), bytes)
    })
    const start = performance.now()
    for (const batch of rows) store(batch)
    const seconds = (performance.now() - start) / 1000
    return { checks: rows.reduce((sum, batch) => sum + batch.length, 0), seconds }
  }

  /** Bytes that the log and its index take. */
  logBytes(): number {
    const pages = "SELECT sum(pgsize) FROM dbstat WHERE name IN ('log', 'sqlite_autoindex_log_1')"
    return Number(this.database.prepare(pages).pluck().get())
  }

  close(): void {
    this.database.close()
  }
}
