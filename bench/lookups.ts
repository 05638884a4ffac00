/**
 * What it costs to find a child, and to be ready to: an agency's look-ups by number and by details at several sizes of the index, from
 * its question to the checked answer, the bytes that the index takes, and the rate of registering beside bare inserts of the same rows.
 *
 * Look-ups of all sizes and both sorts take turns in one process, so that a busy minute hits all alike.
 * Run: npm run bench:lookups [-- --full] [-- --json FILE]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { LookupDetails } from '../src/child/details.js'
import { type Agency, createAgency, newPartyKey, openHub } from '../src/index.js'
import { openSqliteStore } from '../src/store/sqlite.js'
import { generateChildren } from '../src/testing/population/children.js'
import { misrecorded } from '../src/testing/population/errors.js'
import { seededRandom } from '../src/testing/random.js'
import { baseFolder, disk } from './apart.js'
import { openTrialIndex, type TrialChild, type TrialIndex } from './matching/trial-index.js'
import { type Comparison, conditions, report, settingsFrom } from './report.js'

const NOW = Date.UTC(2026, 10, 25)
const PAGE = 2000

interface Sized {
  readonly children: number
  readonly numbersMs: readonly number[]
  readonly detailsMs: readonly number[]
  /** Of the tables by which children are found: `posting` and `child`. */
  readonly diskBytes: number
  /** That the process grew by, all in all. */
  readonly memoryBytes: number
  readonly registered: Rates
}

/** Children a second. */
interface Rates {
  readonly ours: number
  readonly bare: number
}

interface Filled {
  readonly children: number
  readonly file: string
  readonly agency: Agency
  readonly close: () => Promise<void>
  readonly asked: Asked
  readonly memoryBytes: number
  readonly ourMs: number
}

/** All sizes are filled first, so that their look-ups can take turns. */
async function measureAll(sizes: readonly number[], lookups: number): Promise<readonly Sized[]> {
  const folder = mkdtempSync(join(baseFolder(), 'lookups-'))
  try {
    const filled: Filled[] = []
    for (const children of sizes) filled.push(await openFilled(join(folder, `${children}.sqlite`), children, lookups))
    const times = await askInTurn(filled)
    for (const { close } of filled) await close()
    return filled.map(({ children, file, memoryBytes, ourMs }, i): Sized => {
      const bareMs = insertBare(file, join(folder, `bare-${children}.sqlite`))
      const registered = { ours: (children / ourMs) * 1000, bare: (children / bareMs) * 1000 }
      return { children, ...(times[i] as Times), diskBytes: bytesOfTables(file) / children, memoryBytes, registered }
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function openFilled(file: string, children: number, lookups: number): Promise<Filled> {
  const before = process.memoryUsage.rss()
  const index = await openTrialIndex(await openSqliteStore(file, { create: true }))
  const { asked, ourMs } = await fill(index, children, lookups)
  const limits = { identifyPerPractitionerPerTenMinutes: 10_000_000 }
  const hub = await openHub({ ...index.options, limits })
  const key = await newPartyKey()
  const agency = createAgency({ hub, id: 'school', kind: 'education', key, neverIssuedNumbers: true })
  await hub.enrol(agency.enrolment())
  const memoryBytes = Math.max(0, process.memoryUsage.rss() - before) / children
  return { children, file, agency, close: () => hub.close(), asked, memoryBytes, ourMs }
}

interface Times {
  readonly numbersMs: readonly number[]
  readonly detailsMs: readonly number[]
}

async function askInTurn(filled: readonly Filled[]): Promise<readonly Times[]> {
  const times = filled.map(() => ({ numbersMs: [] as number[], detailsMs: [] as number[] }))
  const rounds = Math.min(...filled.map(({ asked }) => asked.length))
  // The first tenth warms the machine up.
  const warmUp = Math.ceil(rounds / 10)
  for (let round = 0; round < rounds; round += 1) {
    for (const [i, { agency, asked }] of filled.entries()) {
      const { nhsNumber, details } = asked[round] as Asked[number]
      const numberMs = await timed(() => agency.identify({ nhsNumber }, 'somebody'))
      const detailMs = await timed(() => agency.identify({ details }, 'somebody').catch(() => undefined))
      if (round < warmUp) continue
      times[i]?.numbersMs.push(numberMs)
      times[i]?.detailsMs.push(detailMs)
    }
  }
  return times
}

type Asked = readonly { readonly nhsNumber: string; readonly details: LookupDetails }[]

async function fill(
  index: TrialIndex,
  children: number,
  lookups: number,
): Promise<{ readonly asked: Asked; readonly ourMs: number }> {
  const random = seededRandom(3)
  const every = Math.max(1, Math.floor(children / lookups))
  const asked: { nhsNumber: string; details: LookupDetails }[] = []
  let page: TrialChild[] = []
  let [place, ourMs] = [0, 0]
  const flush = async (): Promise<void> => {
    const from = performance.now()
    await index.register(page)
    ourMs += performance.now() - from
    page = []
  }
  for (const details of generateChildren({ seed: 23, children, now: NOW })) {
    if (place++ % every === 0 && details.nhsNumber !== undefined)
      asked.push({ nhsNumber: details.nhsNumber, details: misrecorded(details, random, { now: NOW }).details })
    page.push({ details })
    if (page.length === PAGE) await flush()
  }
  if (page.length > 0) await flush()
  return { asked, ourMs }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now()
  await work()
  return performance.now() - from
}

/** The same rows, key by key and value by value, into tables of the same form: what SQLite alone would take. */
function insertBare(from: string, to: string): number {
  const source = new Database(from, { readonly: true })
  const target = new Database(to)
  target.pragma('journal_mode = WAL')
  target.pragma('synchronous = FULL')
  let ms = 0
  for (const table of ['child', 'posting']) {
    target.exec(`CREATE TABLE ${table} (key BLOB PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID`)
    const insert = target.prepare(`INSERT INTO ${table} VALUES (?, ?)`)
    const many = target.transaction((rows: readonly (readonly [Buffer, Buffer])[]) => {
      for (const row of rows) insert.run(...row)
    })
    const rows = source.prepare(`SELECT key, value FROM ${table} ORDER BY random()`).raw().all() as [Buffer, Buffer][]
    const perPage = table === 'child' ? PAGE / 2 : 25 * PAGE
    for (let at = 0; at < rows.length; at += perPage) {
      const part = rows.slice(at, at + perPage)
      const start = performance.now()
      many(part)
      ms += performance.now() - start
    }
  }
  source.close()
  target.close()
  return ms
}

function bytesOfTables(file: string): number {
  const db = new Database(file, { readonly: true })
  const row = db.prepare("SELECT sum(pgsize) AS bytes FROM dbstat WHERE name IN ('posting', 'child')").get()
  db.close()
  return (row as { bytes: number }).bytes
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

function comparisonsOf(sizes: readonly Sized[]): readonly Comparison[] {
  const smallest = sizes[0] as Sized
  const text = (size: Sized): string => size.children.toLocaleString('en-GB')
  return sizes.flatMap((size) => {
    const look = (name: string, share: number, values: 'numbersMs' | 'detailsMs'): Comparison => ({
      name: `${name}/${size.children}/p${share * 100}`,
      unit: 'ms',
      values: [quantile(size[values], share)],
      baselines: [quantile(smallest[values], share)],
      note: `${text(size)} children beside ${text(smallest)}`,
    })
    return [
      look('number', 0.5, 'numbersMs'),
      look('number', 0.99, 'numbersMs'),
      look('details', 0.5, 'detailsMs'),
      look('details', 0.99, 'detailsMs'),
      {
        name: `disk/${size.children}`,
        unit: 'bytes a child',
        values: [size.diskBytes],
        baselines: [3000],
        note: 'posting and child, beside the bound of 3 kB',
      },
      {
        name: `memory/${size.children}`,
        unit: 'bytes a child',
        values: [size.memoryBytes],
        baselines: [size.diskBytes],
        note: 'that the process grew by, with the generator, beside the disk',
      },
      {
        name: `register/${size.children}`,
        unit: 'children/s',
        values: [size.registered.ours],
        baselines: [size.registered.bare],
        note: 'keys, tokens, marks and rows of the index, without sealing, beside bare inserts of the same rows',
      },
    ]
  })
}

const args = process.argv.slice(2)
const settings = settingsFrom(args.filter((arg) => arg !== '--full'))
const sizes = settings.quick ? [100, 200] : [10_000, 100_000, ...(args.includes('--full') ? [1_000_000] : [])]
console.log(conditions('npm run bench:lookups', ['better-sqlite3'], [disk(baseFolder())]))
report(comparisonsOf(await measureAll(sizes, settings.quick ? 30 : 2000)), settings)
