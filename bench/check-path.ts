/**
 * The path of a check: how fast, how flat, how large, beside the least that any database would have to do.
 *
 * Every trial runs in a process of its own, and takes turns there with what it stands beside. Stores of up to a million
 * children are prepared once and kept under .tmp/bench. docs/benchmarks.md says what is measured and what is not.
 * Run: npm run bench [-- --quick] [-- --only NAME] [-- --json FILE] [-- --html FILE] [-- --table] [-- --from FILE]
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { flagsFrom, isNamed } from './check-path/flags.js'
import { resultsPage } from './check-path/page.js'
import { TRIALS } from './check-path/registry.js'
import { conditionsNow, type Results, resultsOf } from './check-path/results.js'
import { runTrial } from './check-path/run-trial.js'
import { clearStores } from './check-path/stores.js'
import { putIntoDocs, resultsTable } from './check-path/table.js'
import type { TrialResult, TrialSpec } from './check-path/trial.js'
import { FULL, QUICK } from './check-path/trial.js'
import { failures, printed } from './check-path/words.js'

const args = process.argv.slice(2)
const flags = flagsFrom(
  args,
  TRIALS.map(({ name }) => name),
)
const sizes = flags.quick ? QUICK : FULL
const asked = TRIALS.find(({ name }) => name === flags.trial)

if (asked !== undefined) console.log(JSON.stringify(await runTrial(asked, sizes)))
else if (flags.from !== undefined) write(JSON.parse(readFileSync(flags.from, 'utf8')) as Results)
else {
  const results = await runAll(['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' '))
  write(results)
  for (const failure of flags.quick ? [] : failures(results)) {
    console.error(failure)
    process.exitCode = 1
  }
}

async function runAll(command: string): Promise<Results> {
  const conditions = conditionsNow(command)
  console.log(`${conditions.map(([name, value]) => `${`${name}:`.padEnd(10)}${value}`).join('\n')}\n`)
  if (!flags.quick) clearStores()
  const found = new Map<string, TrialResult | undefined>()
  for (const trial of TRIALS.filter(({ name }) => isNamed(name, flags.only))) {
    process.stderr.write(`${trial.name}\n`)
    // Tiny sizes time nothing, so they need no process of their own.
    const result = flags.quick ? await runTrial(trial, sizes) : apart(trial)
    found.set(trial.name, result)
    console.log(printed(trial, result))
    // What was measured so far is kept, should a later trial be cut short.
    if (flags.json !== undefined) writeJson(flags.json, resultsOf(conditions, TRIALS, found))
  }
  return resultsOf(conditions, TRIALS, found)
}

function write(results: Results): void {
  if (flags.json !== undefined) writeJson(flags.json, results)
  if (flags.html !== undefined) writeFileSync(flags.html, resultsPage(results))
  if (flags.table) putIntoDocs('docs/benchmarks.md', resultsTable(results))
}

function writeJson(file: string, results: Results): void {
  writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`)
}

/** A trial that fails does not keep the others from being run. */
function apart({ name }: TrialSpec): TrialResult | undefined {
  const { status, stdout } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), '--trial', name], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 2 ** 28,
  })
  return status === 0 ? (JSON.parse(stdout) as TrialResult) : undefined
}
