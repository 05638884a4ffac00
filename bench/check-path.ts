/**
 * One honest trial of the check path: how many checks a second one agency gets recorded, against two things.
 *
 * `index`: `agency.check` and `agency.checkAll` on a hub on SQLite, from the details of a check to its verified receipt,
 *    with everything between (look-up tokens, signed answers, journal, receipts) and the assessment that follows.
 * `plain`: what one would write instead: a table in SQLite at the same durability, one insert a check, one Ed25519
 *    signature verified before it. Its checks come signed; the signing is not counted.
 * `fsync`: what the disk allows: 4 KiB appended and synced for every commit, and nothing else.
 *
 * Every measure is a process of its own on an empty folder; rounds are interleaved, so that a busy minute hits all alike.
 * Run: npm run bench, or npm run bench -- --json FILE
 */
import { generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto'
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { createAgency, createSealer, initHub, newPartyKey } from 'child-index'
import { generatePopulation } from 'child-index/testing'
import { apart, baseFolder, disk, inFolder, sqlite } from './apart.js'
import { type Comparison, conditions, report, type Settings, settingsFrom } from './report.js'

const ROUNDS = 5
const MODES = ['single', 'batch'] as const

interface Sizes {
  readonly singles: number
  readonly batch: number
  readonly batches: number
  readonly children: number
  readonly syncs: number
}

const FULL: Sizes = { singles: 60, batch: 1_000, batches: 2, children: 100, syncs: 200 }
const QUICK: Sizes = { singles: 2, batch: 4, batches: 1, children: 4, syncs: 2 }

type Rates = Readonly<Record<(typeof MODES)[number], number>>

const MEASURES: Readonly<Record<string, (folder: string, sizes: Sizes) => Rates | Promise<Rates>>> = {
  index: indexTrial,
  plain: plainTrial,
  fsync: fsyncTrial,
}

/** Checks a second, from input to verified receipt, everything assessed. */
async function indexTrial(folder: string, { singles, batch, batches, children }: Sizes): Promise<Rates> {
  await using hub = await initHub({ name: 'Bench', path: join(folder, 'hub') })
  const births = createSealer({ id: 'births', key: await newPartyKey(), hub })
  const clinic = createAgency({ id: 'clinic', kind: 'health', key: await newPartyKey(), hub, neverIssuedNumbers: true })
  for (const party of [births, clinic]) await hub.enrol(party.enrolment())
  const now = Date.now()
  const people = generatePopulation({ seed: 1, children, now }).filter(({ registered }) => registered)
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
  return { single: await rate(1, singles), batch: await rate(batch, batches) }
}

/** Rows a second into one table, each signature verified first; a batch is one transaction. */
function plainTrial(folder: string, { singles, batch, batches }: Sizes): Rates {
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
  const rates = { single: rate(1, singles), batch: rate(batch, batches) }
  database.close()
  return rates
}

/** Commits a second that the disk makes durable. */
function fsyncTrial(folder: string, { batch, syncs }: Sizes): Rates {
  const file = openSync(join(folder, 'log'), 'w')
  const block = randomBytes(4096)
  const start = performance.now()
  for (let count = 0; count < syncs; count += 1) {
    writeSync(file, block)
    fsyncSync(file)
  }
  const seconds = (performance.now() - start) / 1000
  closeSync(file)
  return { single: syncs / seconds, batch: (syncs / seconds) * batch }
}

function compare(settings: Settings, { batch }: Sizes): void {
  const base = baseFolder()
  console.log(`${conditions('npm run bench', ['better-sqlite3', 'typescript'], [disk(base), sqlite()])}\n`)
  const found = new Map(Object.keys(MEASURES).map((name): [string, Rates[]] => [name, []]))
  for (let round = 0; round < (settings.quick ? 1 : ROUNDS); round += 1)
    for (const name of Object.keys(MEASURES)) found.get(name)?.push(apart(import.meta.url, name, settings))
  const rates = (name: string, mode: (typeof MODES)[number]): readonly number[] =>
    (found.get(name) ?? []).map((each) => each[mode])
  const comparisons = MODES.flatMap((mode) =>
    ['plain', 'fsync'].map((other): Comparison => {
      const note = `${mode === 'single' ? 'one at a time' : `${batch} at a time`}: index beside ${other}`
      const [values, baselines] = [rates('index', mode), rates(other, mode)]
      return { name: `check-${mode}/${other}`, unit: 'checks/s', note, values, baselines }
    }),
  )
  report(comparisons, settings)
  console.log(NOTES)
}

const NOTES = `
One at a time, index makes three commits (the answer to who the child is, the check, what follows from it), plain makes one: where
index is far below a third of fsync, the processor decides and not the disk. Warm-up counts, for all three.
Not measured: a network, PostgreSQL, many agencies at once, custodians on other hosts, a register of millions.`

function measureNamed(name: string): (folder: string, sizes: Sizes) => Rates | Promise<Rates> {
  const measure = MEASURES[name]
  if (measure === undefined) throw new TypeError('there is no such measure')
  return measure
}

const settings = settingsFrom(process.argv.slice(2))
const sizes = settings.quick ? QUICK : FULL
if (settings.measure === undefined) compare(settings, sizes)
else console.log(JSON.stringify(await inFolder(measureNamed(settings.measure), sizes)))
