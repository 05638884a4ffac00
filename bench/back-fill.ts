/**
 * How many rows of an agency's case list a second become agency child ids, beside the same rows inserted bare.
 *
 * `numbers`, `details`: `agency.identifyAll` on a hub on SQLite in which every second child of the list is registered, by NHS
 *    number, and by names, date of birth and postcode; from the row to its verified answer.
 * `plain-…`: the same rows into one table of SQLite at the same durability, 1,000 a transaction.
 *
 * Every measure is a process of its own on an empty folder; rounds are interleaved, so that a busy minute hits all alike.
 * Run: npm run bench:back-fill, or npm run bench:back-fill -- --json FILE
 */
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { type BackFillQuery, createAgency, createSealer, initHub, newPartyKey } from 'child-index'
import { generatePopulation } from 'child-index/testing'
import { apart, baseFolder, disk, inFolder, sqlite } from './apart.js'
import { type Comparison, conditions, report, type Settings, settingsFrom } from './report.js'

const ROUNDS = 3
const PAGE = 1000
const KINDS = ['numbers', 'details'] as const
type Kind = (typeof KINDS)[number]

interface Sizes {
  readonly rows: number
}

const FULL: Sizes = { rows: 2_000 }
const QUICK: Sizes = { rows: 8 }

type Measure = (folder: string, sizes: Sizes) => number | Promise<number>

const MEASURES = new Map<string, Measure>(
  KINDS.flatMap((kind): (readonly [string, Measure])[] => [
    [kind, (folder, sizes) => indexTrial(kind, folder, sizes)],
    [`plain-${kind}`, (folder, sizes) => plainTrial(kind, folder, sizes)],
  ]),
)

function peopleOf({ rows }: Sizes) {
  const now = Date.now()
  return generatePopulation({ seed: 1, children: 2 * rows, now })
    .map(({ details }) => details)
    .filter(({ nhsNumber, addresses }) => nhsNumber !== undefined && addresses?.[0]?.postcode !== undefined)
    .slice(0, rows)
}

type Person = ReturnType<typeof peopleOf>[number]

function queryOf(kind: Kind, { givenNames, familyName, dateOfBirth, nhsNumber = '', addresses = [] }: Person) {
  if (kind === 'numbers') return { nhsNumber }
  return { details: { givenNames, familyName, dateOfBirth, postcode: addresses[0]?.postcode ?? '' } }
}

/** Rows a second, of which half find a registered child. */
async function indexTrial(kind: Kind, folder: string, sizes: Sizes): Promise<number> {
  await using hub = await initHub({ name: 'Bench', path: join(folder, 'hub') })
  const births = createSealer({ id: 'births', key: await newPartyKey(), hub })
  const clinic = createAgency({ id: 'clinic', kind: 'health', key: await newPartyKey(), hub, neverIssuedNumbers: true })
  for (const party of [births, clinic]) await hub.enrol(party.enrolment())
  const people = peopleOf(sizes)
  const registered = people.filter((_, index) => index % 2 === 0)
  await births.registerAll(registered, { neverIssuedNumbers: true })
  const list = people.map(
    (person, index): BackFillQuery => ({ child: queryOf(kind, person), reference: `case/${index}` }),
  )
  let identified = 0
  const start = performance.now()
  for await (const outcome of clinic.identifyAll(list, { practitioner: 'records' }))
    if (outcome.kind === 'identified') identified += 1
  const seconds = (performance.now() - start) / 1000
  if (identified < 0.99 * list.length) throw new Error(`only ${identified} of ${list.length} rows were identified`)
  return identified / seconds
}

/** Rows a second into one table. */
function plainTrial(kind: Kind, folder: string, sizes: Sizes): number {
  const database = new Database(join(folder, 'plain.db'))
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.exec('CREATE TABLE list (reference TEXT PRIMARY KEY, child TEXT NOT NULL) STRICT')
  const insert = database.prepare('INSERT INTO list VALUES (?, ?)')
  const list = peopleOf(sizes).map((person, index) => ({
    reference: `case/${index}`,
    child: JSON.stringify(queryOf(kind, person)),
  }))
  const store = database.transaction((rows: typeof list) => {
    for (const { reference, child } of rows) insert.run(reference, child)
  })
  const start = performance.now()
  for (let at = 0; at < list.length; at += PAGE) store(list.slice(at, at + PAGE))
  const seconds = (performance.now() - start) / 1000
  database.close()
  return list.length / seconds
}

function compare(settings: Settings): void {
  const about = [disk(baseFolder()), sqlite()]
  console.log(`${conditions('npm run bench:back-fill', ['better-sqlite3', 'typescript'], about)}\n`)
  const found = new Map([...MEASURES.keys()].map((name): [string, number[]] => [name, []]))
  for (let round = 0; round < (settings.quick ? 1 : ROUNDS); round += 1)
    for (const name of MEASURES.keys()) found.get(name)?.push(apart<number>(import.meta.url, name, settings))
  const comparisons = KINDS.map((kind): Comparison => {
    const [values = [], baselines = []] = [found.get(kind), found.get(`plain-${kind}`)]
    return { name: `back-fill/${kind}`, unit: 'rows/s', note: `by ${kind}: index beside plain`, values, baselines }
  })
  report(comparisons, settings)
  console.log('\nNot measured: a network, several agencies at once, custodians on other hosts. Warm-up counts.')
}

const settings = settingsFrom(process.argv.slice(2))
const sizes = settings.quick ? QUICK : FULL
if (settings.measure === undefined) compare(settings)
else {
  const measure = MEASURES.get(settings.measure)
  if (measure === undefined) throw new TypeError('there is no such measure')
  console.log(JSON.stringify(await inFolder(measure, sizes)))
}
