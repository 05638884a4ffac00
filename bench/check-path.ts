/**
 * One honest trial of the check path: how many checks a second one agency gets recorded, against two things.
 *
 * `index`: `agency.check` and `agency.checkAll` on a hub on SQLite, from the details of a check to its verified receipt,
 *    with everything between (look-up tokens, signed answers, journal, receipts) and the assessment that follows.
 * `plain`: what one would write instead: a table in SQLite at the same durability, one insert a check, one Ed25519
 *    signature verified before it. Its checks come signed; the signing is not counted.
 * `fsync`: what the disk allows: 4 KiB appended and synced for every commit, and nothing else.
 *
 * Every trial is a process of its own on an empty folder; rounds are interleaved, so that a busy minute hits all alike.
 * Run: npm run bench
 */
import { execFileSync } from 'node:child_process'
import { generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs'
import { arch, cpus, platform, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { createAgency, createSealer, initHub, newPartyKey } from 'child-index'
import { generatePopulation } from 'child-index/testing'

const ROUNDS = 5
const SINGLES = 60
const BATCH = 1_000
const BATCHES = 2
const CHILDREN = 100
const SYNCS = 200

type Rates = Readonly<Record<string, number>>

const TRIALS: Readonly<Record<string, (folder: string) => Rates | Promise<Rates>>> = {
  index: indexTrial,
  plain: plainTrial,
  fsync: fsyncTrial,
}

/** Checks a second, from input to verified receipt, everything assessed. */
async function indexTrial(folder: string): Promise<Rates> {
  await using hub = await initHub({ name: 'Bench', path: join(folder, 'hub') })
  const births = createSealer({ id: 'births', key: await newPartyKey(), hub })
  const clinic = createAgency({ id: 'clinic', kind: 'health', key: await newPartyKey(), hub, neverIssuedNumbers: true })
  for (const party of [births, clinic]) await hub.enrol(party.enrolment())
  const now = Date.now()
  const people = generatePopulation({ seed: 1, children: CHILDREN, now }).filter(({ registered }) => registered)
  const details = people.map((person) => person.details)
  await births.registerAll(details, { neverIssuedNumbers: true })
  const numbers = details.flatMap(({ nhsNumber }) => nhsNumber ?? [])

  async function rate(size: number, times: number): Promise<number> {
    const inputs = Array.from({ length: size * times }, (_, row) => ({
      child: { nhsNumber: numbers[row % numbers.length] ?? '' },
      incident: 'gp-concern',
      indicators: ['HEA-2-CHECKS'],
      occurredAt: now,
      reference: `${size}/${row}`,
      practitioner: `p${row % 20}`,
    }))
    let known = 0
    const start = performance.now()
    for (let at = 0; at < inputs.length; at += size) {
      const outcomes = await clinic.checkAll(inputs.slice(at, at + size))
      for (const outcome of outcomes) if (outcome.kind === 'recorded' && outcome.receipt.known === 'known') known += 1
    }
    await hub.caughtUp()
    const seconds = (performance.now() - start) / 1000
    if (known !== inputs.length) throw new Error(`${known} of ${inputs.length} checks were recorded for known children`)
    return known / seconds
  }
  return { single: await rate(1, SINGLES), batch: await rate(BATCH, BATCHES) }
}

/** Rows a second into one table, each signature verified first; a batch is one transaction. */
function plainTrial(folder: string): Rates {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const database = new Database(join(folder, 'plain.db'))
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.exec(
    'CREATE TABLE checks (reference TEXT PRIMARY KEY, payload BLOB NOT NULL, signature BLOB NOT NULL) STRICT',
  )
  const insert = database.prepare('INSERT INTO checks VALUES (?, ?, ?)')

  function rate(size: number, times: number): number {
    const inputs = Array.from({ length: size * times }, (_, row) => {
      const payload = randomBytes(220)
      return { reference: `${size}/${row}`, payload, signature: sign(null, payload, privateKey) }
    })
    const store = database.transaction((rows: typeof inputs) => {
      for (const { reference, payload, signature } of rows) {
        if (!verify(null, payload, publicKey, signature)) throw new Error('a signature does not verify')
        insert.run(reference, payload, signature)
      }
    })
    const start = performance.now()
    for (let at = 0; at < inputs.length; at += size) store(inputs.slice(at, at + size))
    return inputs.length / ((performance.now() - start) / 1000)
  }
  const rates = { single: rate(1, SINGLES), batch: rate(BATCH, BATCHES) }
  database.close()
  return rates
}

/** Commits a second that the disk makes durable. */
function fsyncTrial(folder: string): Rates {
  const file = openSync(join(folder, 'log'), 'w')
  const block = randomBytes(4096)
  const start = performance.now()
  for (let count = 0; count < SYNCS; count += 1) {
    writeSync(file, block)
    fsyncSync(file)
  }
  const seconds = (performance.now() - start) / 1000
  closeSync(file)
  return { single: SYNCS / seconds, batch: (SYNCS / seconds) * BATCH }
}

function compare(): void {
  const base = join(process.cwd(), '.tmp')
  mkdirSync(base, { recursive: true })
  console.log(conditions(base))
  const found = Object.fromEntries(Object.keys(TRIALS).map((name): [string, Rates[]] => [name, []]))
  for (let round = 0; round < ROUNDS; round += 1)
    for (const name of Object.keys(TRIALS)) found[name]?.push(apart(name, base))
  console.log(`\nchecks a second: median (least to most) of ${ROUNDS} rounds`)
  for (const mode of ['single', 'batch']) {
    const rates = (name: string): number[] => (found[name] ?? []).map((each) => each[mode] ?? 0).sort((a, b) => a - b)
    console.log(mode === 'single' ? 'one at a time' : `${BATCH} at a time`)
    for (const name of Object.keys(TRIALS)) {
      const sorted = rates(name)
      const [median, least, most] = [sorted[sorted.length >> 1], sorted[0], sorted.at(-1)].map(whole)
      console.log(`  ${name} ${median?.padStart(9)}  (${least} to ${most})`)
    }
    const ratio = (name: string): string =>
      ((rates('index')[ROUNDS >> 1] ?? 0) / (rates(name)[ROUNDS >> 1] ?? 0)).toPrecision(2)
    console.log(`  ratios of medians: index/plain ${ratio('plain')}, index/fsync ${ratio('fsync')}`)
  }
  console.log(NOTES)
}

const NOTES = `
One at a time, index makes three commits (the answer to who the child is, the check, what follows from it), plain makes one: where
index is far below a third of fsync, the processor decides and not the disk. Warm-up counts, for all three.
Not measured: a network, PostgreSQL, many agencies at once, custodians on other hosts, a register of millions.`

/** One trial in a process of its own, on a folder of its own. */
function apart(name: string, base: string): Rates {
  const folder = mkdtempSync(join(base, 'bench-'))
  try {
    const args = [...process.execArgv, fileURLToPath(import.meta.url), name, folder]
    const said = execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
    return JSON.parse(said) as Rates
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function conditions(folder: string): string {
  const packages = ['better-sqlite3', 'typescript'].map((name) => `${name} ${versionOf(name)}`)
  const sqlite = new Database(':memory:').prepare('SELECT sqlite_version() AS version').get() as { version: string }
  const kinds: Readonly<Record<number, string>> = {
    61267: 'ext4',
    16914836: 'tmpfs: a sync costs nothing here, set another folder',
    2035054128: 'overlayfs',
    1481003842: 'xfs',
    2435016766: 'btrfs',
  }
  const { type } = statfsSync(folder)
  const [cpu] = cpus()
  return [
    `machine:  ${cpu?.model ?? 'unknown'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()} ${release()} ${arch()}`,
    `disk:     ${kinds[type] ?? `file system 0x${type.toString(16)}`}`,
    `versions: node ${process.versions.node}, sqlite ${sqlite.version}, ${packages.join(', ')}, child-index ${versionOf('.')}`,
    `date:     ${new Date().toISOString()}`,
    'command:  npm run bench',
  ].join('\n')
}

function versionOf(name: string): string {
  const file = name === '.' ? 'package.json' : join('node_modules', name, 'package.json')
  return String((JSON.parse(readFileSync(join(process.cwd(), file), 'utf8')) as { version: string }).version)
}

function whole(value: number | undefined): string {
  return Math.round(value ?? 0).toLocaleString('en-GB')
}

const [name, folder] = process.argv.slice(2)
const trial = name === undefined ? undefined : TRIALS[name]
if (trial === undefined || folder === undefined) compare()
else console.log(JSON.stringify(await trial(folder)))
