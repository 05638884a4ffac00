/**
 * How well and how precisely children are found: on FEBRL data sets, on look-ups that are easily mistaken, on generated populations,
 * or on any data set of one's own. docs/matching.md says what is measured, and what the figures do not show.
 *
 * Run: npm run bench:matching [-- --full] [-- --json FILE]
 *      npm run bench:matching -- --register A.csv --lookup B.csv --truth LINKS.csv --columns MAP.json
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { memoryStore } from '../src/store/memory.js'
import { openSqliteStore } from '../src/store/sqlite.js'
import { baseFolder } from './apart.js'
import { type DataSet, readDataSet } from './matching/data.js'
import { febrl1, febrl4, sharedData } from './matching/febrl.js'
import {
  type Generated,
  type Lookalikes,
  measureGenerated,
  measureLookalikes,
  measureStreamed,
} from './matching/generated.js'
import { type Accuracy, measureDataSet } from './matching/measure.js'
import { measureNhsSearches } from './matching/searches.js'
import { conditions, type Trial } from './report.js'

const OPTIONS = {
  full: { type: 'boolean', default: false },
  quick: { type: 'boolean', default: false },
  json: { type: 'string' },
  register: { type: 'string' },
  lookup: { type: 'string' },
  truth: { type: 'string' },
  columns: { type: 'string' },
} as const

// Of 2026-11-25, so that every run draws the same children.
const NOW = Date.UTC(2026, 10, 25)

interface OwnData {
  readonly register?: string
  readonly lookup?: string
  readonly truth?: string
  readonly columns?: string
}

const trials: Trial[] = []
const results: Record<string, unknown> = {}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS })
  console.log(conditions('npm run bench:matching', ['better-sqlite3']))
  if (values.register !== undefined) await ownData(values)
  else await everything(values.full, values.quick)
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ trials, ...results }, undefined, 2)}\n`)
}

async function ownData({ register = '', lookup, truth, columns }: OwnData): Promise<void> {
  if (lookup === undefined || truth === undefined) throw new TypeError('--register goes with --lookup and --truth')
  const data = readDataSet({ register, lookup, truth, ...(columns === undefined ? {} : { columns }) })
  const accuracy = await measureDataSet(data, memoryStore(), data.births)
  say('the data set', data, accuracy)
  results.dataSet = accuracy
  record('data-set', accuracy)
}

async function everything(full: boolean, quick: boolean): Promise<void> {
  const folder = sharedData()
  if (folder === undefined) console.log('FEBRL and the NHS searches are left out: ../shared/data is not there')
  else await publicData(folder, quick)
  const lookalikes = await measureLookalikes(memoryStore(), quick ? 240 : 24_000, NOW)
  results.lookalikes = lookalikes
  console.log(lookalikesText(lookalikes))
  trials.push(trial('lookalikes/false-links', lookalikes.falseLinks, 'links', 0))
  const generated = [await ofSize(quick ? 300 : 10_000, quick ? 100 : 8_000)]
  // A hub registers a few hundred children a second, so that larger populations pass by in plain.
  for (const size of quick ? [600] : [100_000, ...(full ? [1_000_000] : [])]) {
    const measured = measureStreamed(size, quick ? 100 : 10_000, NOW)
    generated.push(shown(size, measured))
  }
  results.generated = generated
}

async function publicData(folder: string, quick: boolean): Promise<void> {
  const first = (data: DataSet): DataSet => (quick ? { ...data, lookups: data.lookups.slice(0, 50) } : data)
  const one = await measureDataSet(first(febrl1(folder)), memoryStore(), 'single')
  console.log(`FEBRL 1, births single      ${text(one)}`)
  const data = first(febrl4(folder))
  const single = await measureDataSet(data, memoryStore(), 'single')
  const unknown = await measureDataSet(data, memoryStore(), 'unknown')
  console.log(`FEBRL 4, births single      ${text(single)}`)
  console.log(`FEBRL 4, births not known   ${text(unknown)}`)
  results.febrl1 = one
  results.febrl4 = { ...single, birthsUnknown: unknown }
  record('febrl4', single)
  // Exact tokens that all carry the given name, and anonlink's Bloom filters: see docs/matching.md.
  trials.push(trial('febrl4/automatic-beside-exact-tokens', single.recallAutomatic, 'recall', 0.765))
  trials.push(trial('febrl4/automatic-births-unknown', unknown.recallAutomatic, 'recall', 0.765))
  trials.push(trial('febrl4/in-all-beside-anonlink', single.recallWithCandidates, 'recall', 0.97))
  const searches = await measureNhsSearches(folder)
  results.nhsSearches = searches
  console.log(
    `NHS searches: ${searches.asExpected} of ${searches.asked} as expected, ${searches.notAsked} cannot be asked`,
  )
}

async function ofSize(children: number, lookups: number): Promise<Generated> {
  const folder = mkdtempSync(join(baseFolder(), 'matching-'))
  const store = await openSqliteStore(join(folder, 'trial.sqlite'), { create: true })
  try {
    const measured = await measureGenerated(store, children, lookups, NOW)
    return shown(children, measured)
  } finally {
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

function shown(children: number, measured: Generated): Generated {
  console.log(`${children.toLocaleString('en-GB')} generated children  ${text(measured)}`)
  record(`generated-${children}`, measured)
  return measured
}

function say(what: string, data: DataSet, accuracy: Accuracy): void {
  console.log(`${what}: ${data.registered.length} registered, ${data.lookups.length} looked up  ${text(accuracy)}`)
}

function record(name: string, accuracy: Accuracy): void {
  trials.push(trial(`${name}/precision`, accuracy.precision, 'share', 1))
  trials.push(trial(`${name}/recall-automatic`, accuracy.recallAutomatic, 'recall', 1))
  trials.push(trial(`${name}/recall-with-candidates`, accuracy.recallWithCandidates, 'recall', 1))
}

function trial(name: string, value: number, unit: string, baseline: number): Trial {
  return { name, value, unit, baseline, ratio: baseline === 0 ? value : value / baseline }
}

function text({ precision, recallAutomatic, recallWithCandidates, falseLinks, many }: Accuracy): string {
  const share = (value: number): string => value.toFixed(4)
  return `precision ${share(precision)} (${falseLinks} false links), recall ${share(recallAutomatic)} automatic, ${share(recallWithCandidates)} with candidates confirmed, ${many} with too many candidates`
}

function lookalikesText({ cases, falseLinks, right, candidates }: Lookalikes): string {
  return `${cases.toLocaleString('en-GB')} lookalikes: ${falseLinks} false links, ${right} rightly linked, ${candidates} with candidates to confirm`
}

await main()
