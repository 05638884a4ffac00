import { arch, cpus, platform, release, totalmem } from 'node:os'
import { baseFolder, disk, sqlite } from '../apart.js'
import { versionOf } from '../report.js'
import type { Series, TrialResult, TrialSpec } from './trial.js'
import { type Reported, reported } from './verdict.js'

/** What figures depend on: machine, versions, date, command. */
export type Conditions = readonly (readonly [name: string, value: string])[]

/** All that a run found out, as it is written for machines. */
export interface Results {
  readonly conditions: Conditions
  readonly trials: readonly Reported[]
  readonly about: readonly TrialAbout[]
  readonly series: readonly Series[]
}

/** What people are told of a trial. */
export interface TrialAbout {
  readonly name: string
  readonly measures: string
  readonly outcome: 'measured' | 'failed'
  readonly facts: readonly (readonly [name: string, value: string])[]
}

/** @param found what came of each trial that was run: undefined where it failed */
export function resultsOf(
  conditions: Conditions,
  trials: readonly TrialSpec[],
  found: ReadonlyMap<string, TrialResult | undefined>,
): Results {
  const run = trials.filter(({ name }) => found.has(name))
  const all = run.flatMap(({ name }) => found.get(name) ?? [])
  return {
    conditions,
    trials: all.flatMap(({ measured }) => measured.map(reported)),
    about: run.map(({ name, measures }) => ({
      ...{ name, measures, facts: found.get(name)?.facts ?? [] },
      outcome: found.get(name) === undefined ? 'failed' : 'measured',
    })),
    series: all.flatMap(({ series = [] }) => series),
  }
}

export function conditionsNow(command: string): Conditions {
  const [cpu] = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  const afterColon = (line: string): string => line.replace(/^[a-z]+: +/, '')
  return [
    [
      'machine',
      `${cpu?.model ?? 'unknown'}, ${cpus().length} cores, ${memory} GiB, ${platform()} ${release()} ${arch()}`,
    ],
    ['disk', afterColon(disk(baseFolder()))],
    [
      'versions',
      `node ${process.versions.node}, child-index ${versionOf('.')}, better-sqlite3 ${versionOf('better-sqlite3')}, SQLite ${afterColon(sqlite())}`,
    ],
    ['date', new Date().toISOString()],
    ['command', command],
  ]
}
