import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { report, settingsFrom, spreadOf, trialOf } from '../bench/report.js'

/** That the benchmarks run and write the form in which every figure is reported. No figure is looked at. */

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const folder = mkdtempSync(join(tmpdir(), 'child-index-bench-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const PEERS = [
  'json-rules-engine',
  'zen-engine',
  'zen-engine-64-in-flight',
  'zen-engine-trace',
  'json-logic-engine',
  'json-logic-js',
  'bufbuild-cel',
]

test('policies beside rule engines: all agree, and each is a trial', () => {
  const { said, trials } = run('policy')
  expect(said).toContain('agreed:')
  for (const name of ['machine:', 'versions:', 'json-rules-engine 7', 'date:', 'command:']) expect(said).toContain(name)
  const names = trials.map(({ name }) => name)
  expect(names).toEqual([...new Set(names)])
  for (const name of [
    'fold-40',
    'fold-40-explained',
    'fold-40-single-instant',
    'aggregated',
    'default-40',
    'incremental-hot-child',
    'late-hot-child',
    'analyse-default',
    'diff-default',
    ...PEERS.flatMap((peer) => [`fold-40/${peer}`, `fold-40-single-instant/${peer}`, `aggregated/${peer}`]),
  ])
    expect(names).toContain(name)
  // Ours beside the fastest of them is the lowest ratio among the peers.
  for (const question of ['fold-40', 'aggregated']) {
    const ratios = PEERS.map((peer) => trials.find(({ name }) => name === `${question}/${peer}`)?.ratio ?? 0)
    expect(trials.find(({ name }) => name === question)?.ratio).toBeLessThanOrEqual(Math.min(...ratios))
  }
}, 120_000)

test('a whole case list', () => {
  const { trials } = run('back-fill')
  expect(trials.map(({ name }) => name)).toEqual(['back-fill/numbers', 'back-fill/details'])
}, 120_000)

test('sealing, opening and proving', () => {
  const { said, trials } = run('seal')
  const proofs = ['head', 'signing', 'inclusion', 'consistency']
  const names = ['seal', 'open/3', ...[100, 1_000].flatMap((size) => proofs.map((proof) => `${proof}/${size}`))]
  expect(trials.map(({ name }) => name)).toEqual(names)
  // What is counted, unlike what is timed, is the same on every machine.
  expect(said).toContain('14 nodes read at most, beside 8')
}, 120_000)

test('one measure gives one figure', () => {
  expect(Number(bench('policy', '--quick', '--measure', 'aggregated/child-index').stdout)).toBeGreaterThan(0)
})

describe('the report', () => {
  const comparison = { name: 'a', unit: 'decisions/s', note: 'a note', values: [9, 1, 5], baselines: [2, 4, 1] }

  test('is of medians, whatever the order of the rounds', () => {
    expect(spreadOf([9, 1, 5])).toEqual({ median: 5, least: 1, most: 9 })
    expect(trialOf(comparison)).toEqual({ name: 'a', value: 5, unit: 'decisions/s', baseline: 2, ratio: 2.5 })
    expect(() => spreadOf([])).toThrow(RangeError)
  })

  test('goes to a file only where one is named', () => {
    const file = join(folder, 'report.json')
    report([], { json: undefined, quick: true, measure: undefined })
    expect(existsSync(file)).toBe(false)
    report([], { json: file, quick: true, measure: undefined })
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ trials: [] })
  })

  test('takes the flags that it names', () => {
    expect(settingsFrom([])).toEqual({ json: undefined, quick: false, measure: undefined })
    expect(settingsFrom(['--json', 'f', '--quick', '--measure', 'm'])).toEqual({ json: 'f', quick: true, measure: 'm' })
    for (const wrong of [['--json'], ['--rounds', '3'], ['f']]) expect(() => settingsFrom(wrong)).toThrow(TypeError)
  })
})

function run(name: string): { readonly said: string; readonly trials: readonly Record<string, never>[] } {
  const file = join(folder, `${name}.json`)
  const { status, stdout, stderr } = bench(name, '--quick', '--json', file)
  expect(status, stderr).toBe(0)
  const written = JSON.parse(readFileSync(file, 'utf8'))
  expect(Object.keys(written)).toEqual(['trials'])
  for (const trial of written.trials) {
    expect(Object.keys(trial)).toEqual(['name', 'value', 'unit', 'baseline', 'ratio'])
    for (const field of ['value', 'baseline', 'ratio'])
      expect(trial[field], `${trial.name} ${field}`).toBeGreaterThan(0)
    expect(trial.ratio).toBeCloseTo(trial.value / trial.baseline, 9)
    expect(stdout).toContain(`${trial.name}  `)
  }
  return { said: stdout, trials: written.trials }
}

function bench(name: string, ...args: readonly string[]): SpawnSyncReturns<string> {
  const tsx = pathToFileURL(join(root, 'node_modules/tsx/dist/loader.mjs')).href
  const file = join(root, 'bench', `${name}.ts`)
  return spawnSync(process.execPath, ['--import', tsx, file, ...args], { cwd: root, encoding: 'utf8' })
}
