import { createHmac, hash } from 'node:crypto'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { hashOf, type PeerCheck, type PeerReceipt, parsedChecks, refusalOf, signedText, verifiedText } from './check.js'
import { deciderFor } from './decide.js'
import { byChild, type PeerHub, type PeerOptions, type StoredCheck } from './hub.js'

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS child (
    id INTEGER PRIMARY KEY,
    token BLOB NOT NULL UNIQUE,
    registered INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS "check" (
    id INTEGER PRIMARY KEY,
    agency INTEGER NOT NULL,
    reference TEXT NOT NULL,
    child INTEGER NOT NULL REFERENCES child,
    incident TEXT NOT NULL,
    indicators TEXT NOT NULL,
    occurred_at INTEGER NOT NULL,
    practitioner TEXT NOT NULL,
    hash TEXT NOT NULL,
    entry INTEGER NOT NULL,
    row INTEGER NOT NULL,
    UNIQUE (agency, reference)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS history ON "check" (child, occurred_at);
  CREATE TABLE IF NOT EXISTS journal (
    entry INTEGER PRIMARY KEY,
    agency INTEGER NOT NULL,
    at INTEGER NOT NULL,
    looked_up TEXT NOT NULL,
    recorded TEXT NOT NULL,
    signature BLOB NOT NULL,
    head TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS "case" (child INTEGER PRIMARY KEY, level INTEGER NOT NULL, raised_at INTEGER NOT NULL) STRICT;`

/**
 * SQLite with tables written by hand: one connection, one transaction a batch, every statement prepared once.
 *
 * The children's checks are read with one query for the whole batch, which is faster than one for each child.
 */
export function sqlitePeer({ folder, policy, decidedBy, clock, tokenKey, key, agencies }: PeerOptions): PeerHub {
  const database = new Database(join(folder, 'peer.db'))
  database.pragma('journal_mode = WAL')
  database.pragma('foreign_keys = ON')
  database.pragma('cache_size = -65536')
  database.exec(SCHEMA)
  // Last: a database in WAL falls back to NORMAL with its first statement.
  database.pragma('synchronous = FULL')
  if (database.pragma('synchronous', { simple: true }) !== 2) throw new Error('SQLite does not sync every commit')

  const childOf = database.prepare<[Buffer], { id: number; registered: number }>(
    'SELECT id, registered FROM child WHERE token = ?',
  )
  const addChild = database.prepare('INSERT INTO child (token, registered) VALUES (?, ?)')
  const addCheck = database.prepare(
    `INSERT INTO "check" (agency, reference, child, incident, indicators, occurred_at, practitioner, hash, entry, row)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  )
  const earlier = database.prepare<[number, string], { hash: string; entry: number; row: number }>(
    'SELECT hash, entry, row FROM "check" WHERE agency = ? AND reference = ?',
  )
  // A child at the highest level need not be decided again.
  const historyOf = database.prepare<[string], StoredCheck>(
    `SELECT c.id, c.child, c.agency, c.incident, c.indicators, c.occurred_at AS occurredAt
     FROM "check" c LEFT JOIN "case" k ON k.child = c.child
     WHERE c.child IN (SELECT value FROM json_each(?)) AND (k.level IS NULL OR k.level < ${policy.levels.length})
     ORDER BY c.child, c.occurred_at`,
  )
  const raise = database.prepare(
    `INSERT INTO "case" VALUES (?, ?, ?)
     ON CONFLICT (child) DO UPDATE SET level = excluded.level WHERE excluded.level > level`,
  )
  const head = database.prepare<[], { entry: number; head: string }>(
    'SELECT entry, head FROM journal ORDER BY entry DESC LIMIT 1',
  )
  const append = database.prepare('INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?)')
  const decide = deciderFor(policy, decidedBy)

  const tokenOf = (nhsNumber: string): Buffer => createHmac('sha256', tokenKey).update(nhsNumber).digest()

  /** Where the check was recorded; a second one under the same reference must be the same. */
  function record(check: PeerCheck, childId: number, known: boolean, agency: number, entry: number, row: number) {
    const { reference, incident, indicators, occurredAt, practitioner } = check
    const digest = hashOf(check)
    const values = [agency, reference, childId, incident, indicators.join(','), occurredAt, practitioner, digest]
    if (addCheck.run(...values, entry, row).changes === 1) return { hash: digest, known, entry, row }
    const before = earlier.get(agency, reference)
    return before?.hash === digest ? { ...before, known } : { refused: 'reference-conflict' as const }
  }

  /** The levels of the children of new checks, each asked for once; a case where one is newly reached. */
  async function assess(news: ReadonlyMap<number, number>, now: number): Promise<void> {
    const histories = byChild(historyOf.all(JSON.stringify([...news.keys()])), agencies)
    for (const [child, checks] of histories) {
      const rank = await decide(checks, news.get(child) ?? 0, now)
      if (rank > 0) raise.run(child, rank, now)
    }
  }

  async function recordAll(from: string, text: unknown, signature: Buffer): Promise<readonly PeerReceipt[]> {
    const agency = agencies.get(from)?.number ?? -1
    const now = clock()
    const last = head.get()
    const entry = (last?.entry ?? 0) + 1
    const news = new Map<number, number>()
    const tokens: Buffer[] = []
    const receipts = parsedChecks(text).map((check, row): PeerReceipt => {
      const refused = refusalOf(policy, check, now)
      if (refused !== undefined) return { refused }
      const token = tokenOf(check.nhsNumber)
      tokens.push(token)
      const child = childOf.get(token)
      const childId = child?.id ?? Number(addChild.run(token, 0).lastInsertRowid)
      const receipt = record(check, childId, child?.registered === 1, agency, entry, row)
      if ('entry' in receipt && receipt.entry === entry)
        news.set(childId, Math.min(check.occurredAt, news.get(childId) ?? check.occurredAt))
      return receipt
    })
    await assess(news, now)
    const lookedUp = hash('sha256', Buffer.concat(tokens), 'hex')
    const recorded = hash('sha256', receipts.map((each) => ('hash' in each ? each.hash : '-')).join(), 'hex')
    const next = hash('sha256', `${last?.head ?? ''}|${agency}|${now}|${lookedUp}|${recorded}`, 'hex')
    append.run(entry, agency, now, lookedUp, recorded, signature, next)
    return receipts
  }

  return {
    async register(nhsNumbers) {
      const tokens = Array.from(nhsNumbers, tokenOf).sort(Buffer.compare)
      database.transaction(() => {
        for (const token of tokens) addChild.run(token, 1)
      })()
      database.pragma('wal_checkpoint(TRUNCATE)')
    },
    async submit(batch) {
      const agency = agencies.get(batch.from)
      if (agency === undefined) throw new Error('there is no such agency')
      const content = verifiedText(batch, agency.publicKey)
      // Not `database.transaction`: the rules engine answers later. Nobody else uses this connection meanwhile.
      database.exec('BEGIN IMMEDIATE')
      try {
        const receipts = await recordAll(batch.from, content, batch.signature)
        database.exec('COMMIT')
        return signedText('peer', receipts, key)
      } catch (error) {
        database.exec('ROLLBACK')
        throw error
      }
    },
    async cases() {
      const count = database.prepare<[number], { n: number }>('SELECT count(*) AS n FROM "case" WHERE level = ?')
      return policy.levels.map((_, index) => count.get(index + 1)?.n ?? 0)
    },
    async close() {
      database.close()
    },
  }
}
