/**
 * A year of checks, end to end: a 1-in-12 sample of England, 1,000,000 children and 1,700,000 checks from twenty agencies of nine
 * kinds, with Monday mornings, school holidays, a mass incident, checks that come weeks late, come again, contradict earlier
 * ones, are taken back, or are about children whom nobody has registered. The clock of all parties walks through the year.
 *
 * What must agree at the end, and stops the run where it does not: each answer with what was sent; the cases with those that
 * are counted without a hub; the offline verifier's counts of the exported journal with the answers.
 * Run: npm run bench:year [-- --share 0.01] [-- --quick] [-- --json FILE]
 */
import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { numbersOf } from '../src/cli/bench/numbers.js'
import { defaultPolicy } from '../src/policy/default.js'
import { disk, inFolder, sqlite } from './apart.js'
import { copied, preparedHub } from './check-path/stores.js'
import { conditions, type Trial } from './report.js'
import { DAY_MS } from './year/calendar.js'
import { type Counted, countLevels } from './year/count.js'
import { Year, type YearOptions } from './year/draw.js'
import { flagsFrom } from './year/flags.js'
import { bytesPerCheck, type Measures, peakOfEngland, projection } from './year/project.js'
import { YearRun } from './year/run.js'

const SAMPLE_EVERY = 100

interface Result extends Measures {
  readonly options: YearOptions
  readonly residentBefore: number
  readonly cases: readonly number[]
  readonly counted: Counted
  readonly audited: Awaited<ReturnType<YearRun['audited']>>
  readonly reopenMs: number
}

const flags = flagsFrom(process.argv.slice(2))
const command = ['npm run bench:year', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' ')
const result = await inFolder(measured, flags)
report(result)

async function measured(folder: string, { share, days }: typeof flags): Promise<Result> {
  console.log(`${conditions(command, ['better-sqlite3'], [disk(folder), sqlite()])}\n`)
  const children = Math.max(100, Math.round(1_000_000 * share))
  // The year begins at the next midnight: nothing may lie before the founding of its hub.
  const from = Math.ceil(Date.now() / DAY_MS) * DAY_MS
  const checks = Math.round((1_700_000 * share * days) / 365)
  const options = { seed: 1, children, checks, from, days, policy: defaultPolicy() }
  const path = copied(preparedHub(children), join(folder, 'hub'))
  const bytesBefore = bytesIn(path)
  const numbers = numbersOf(Year.numbers(options))
  const year = await YearRun.open(path, options, numbers)
  const residentBefore = process.memoryUsage.rss()
  const run = await year.send((day) => {
    if (day % 30 === 0) process.stderr.write(`  day ${day} of ${days}\n`)
  })
  const cases = await year.cases()
  process.stderr.write('  verifying the exported journal\n')
  const audited = await year.audited()
  await year.close()
  const bytesAfter = bytesIn(path)
  const start = performance.now()
  await (await YearRun.reopened(path, options)).close()
  const reopenMs = performance.now() - start
  process.stderr.write('  counting without a hub\n')
  const counted = countLevels(options, SAMPLE_EVERY)
  return { run, children, bytesBefore, bytesAfter, options, residentBefore, cases, counted, audited, reopenMs }
}

function report(result: Result): void {
  const { run, cases, counted, audited, residentBefore, reopenMs, children } = result
  const { tally, seconds, months, batches } = run
  requireAgreement(result)
  const singles = batches.filter(({ checks }) => checks === 1).map(({ ms }) => ms)
  const rows = (value: number): string => Math.round(value).toLocaleString('en-GB')
  const megabytes = (bytes: number): string => `${rows(bytes / 1e6)} MB`
  console.log(
    [
      `${rows(children)} children, ${rows(tally.sent)} checks sent in ${rows(batches.length)} batches of 1 to ${rows(Math.max(...batches.map(({ checks }) => checks)))}`,
      `  ${rows(tally.recorded)} recorded, ${rows(tally.again)} known already, ${rows(tally.conflicts)} refused under another’s reference, ${rows(tally.withdrawn)} taken back, ${rows(tally.unregistered)} about children whom nobody has registered`,
      `  ${rows(seconds)} s, ${rows(tally.sent / seconds)} checks a second; by months ${months.map((month) => rows(month.checks / month.seconds)).join(' ')}`,
      `  a check sent alone: median ${quantile(singles, 0.5).toPrecision(3)} ms, 99 of 100 within ${quantile(singles, 0.99).toPrecision(3)} ms`,
      `  disk ${megabytes(result.bytesBefore)} before, ${megabytes(result.bytesAfter)} after: ${rows(bytesPerCheck(result))} bytes a check`,
      `  memory ${megabytes(residentBefore)} before the first check, ${megabytes(run.residentMax)} at most (with the agencies and what draws the year)`,
      `  reopened in ${rows(reopenMs)} ms`,
      `  cases by level ${cases.map(rows).join(', ')}: the same as counted without a hub, for one child in ${SAMPLE_EVERY} (${rows(counted.sampled)}) by the reference evaluator too`,
      `  exported journal verified offline in ${rows(audited.seconds)} s: ${rows(audited.checks)} checks, ${rows(audited.withdrawn)} withdrawals`,
      '',
      ...projection(result),
    ].join('\n'),
  )
  if (flags.quick) console.log('Too short and too small a year: its figures mean nothing.')
  else if (flags.share < 1)
    console.log('Of a smaller share the batches are smaller too, so that a check costs more than in a whole sample.')
  if (flags.json !== undefined)
    writeFileSync(flags.json, `${JSON.stringify({ trials: trialsOf(result) }, undefined, 2)}\n`)
}

/** @throws {Error} naming what differs */
function requireAgreement({ run, cases, counted, audited }: Result): void {
  const { sent, recorded, again, conflicts, withdrawn } = run.tally
  if (recorded + again + conflicts !== sent) throw new Error('not every check was recorded, known or refused')
  if (audited.checks !== recorded || audited.withdrawn !== withdrawn)
    throw new Error(`the auditor counts ${audited.checks} checks and ${audited.withdrawn} withdrawals`)
  if (cases.join() !== counted.levels.join())
    throw new Error(`cases ${cases.join()} at the hub, ${counted.levels.join()} counted without it`)
}

function trialsOf(result: Result): readonly Trial[] {
  const { run, cases, counted, audited, bytesBefore, children } = result
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
  const rate = (months: typeof run.months): number =>
    sum(months.map(({ checks }) => checks)) / sum(months.map(({ seconds }) => seconds))
  const trial = (name: string, unit: string, value: number, baseline: number): Trial => {
    return { name, value, unit, baseline, ratio: value / baseline }
  }
  return [
    trial('year', 'checks/s', run.tally.sent / run.seconds, peakOfEngland(result)),
    trial('year/last-quarter', 'checks/s', rate(run.months.slice(-3)), rate(run.months.slice(0, 3))),
    trial('year/cases', 'children', sum(cases), sum(counted.levels)),
    trial('year/journal', 'checks', audited.checks, run.tally.recorded),
    trial('year/bytes', 'bytes', bytesPerCheck(result), bytesBefore / children),
  ]
}

function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
