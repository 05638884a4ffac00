import { readFileSync, writeFileSync } from 'node:fs'
import { arch, cpus, platform, release, totalmem } from 'node:os'
import { join } from 'node:path'

/** What every benchmark of the project writes for machines: `{ trials: Trial[] }`. Two figures of one run, and `value ÷ baseline`. */
export interface Trial {
  readonly name: string
  readonly value: number
  /** Of `value` and of `baseline`. */
  readonly unit: string
  readonly baseline: number
  readonly ratio: number
}

/** Two figures that belong side by side, each measured once a round. */
export interface Comparison {
  readonly name: string
  readonly unit: string
  readonly values: readonly number[]
  readonly baselines: readonly number[]
  /** What the figures are of, in a few words, for people. */
  readonly note: string
}

export interface Settings {
  /** Where the trials go as JSON. */
  readonly json: string | undefined
  /** Tiny sizes and one round: whether it runs at all. Its figures mean nothing. */
  readonly quick: boolean
  /** The one thing to measure, in a process of its own; undefined for the whole comparison. */
  readonly measure: string | undefined
}

/** @throws {TypeError} for anything but `--json FILE`, `--quick` and `--measure NAME` */
export function settingsFrom(args: readonly string[]): Settings {
  const settings = { json: undefined as string | undefined, quick: false, measure: undefined as string | undefined }
  for (let at = 0; at < args.length; at += 1) {
    const [flag, value] = [args[at], args[at + 1]]
    if (flag === '--quick') settings.quick = true
    else if ((flag === '--json' || flag === '--measure') && value !== undefined) {
      settings[flag === '--json' ? 'json' : 'measure'] = value
      at += 1
    } else throw new TypeError('a benchmark takes --json FILE and --quick')
  }
  return settings
}

export interface Spread {
  readonly median: number
  readonly least: number
  readonly most: number
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const [least, median, most] = [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)]
  if (least === undefined || median === undefined || most === undefined) throw new RangeError('nothing was measured')
  return { median, least, most }
}

/** The ratio is that of the medians. */
export function trialOf({ name, unit, values, baselines }: Comparison): Trial {
  const [value, baseline] = [spreadOf(values).median, spreadOf(baselines).median]
  return { name, value, unit, baseline, ratio: value / baseline }
}

/** Prints comparisons for people and, where a file is named, writes the trials for machines. */
export function report(comparisons: readonly Comparison[], { json }: Settings): void {
  for (const comparison of comparisons) {
    const { name, unit, note, values, baselines } = comparison
    const { ratio } = trialOf(comparison)
    // Of each round, whose two figures were measured under the same load.
    const rounds = spreadOf(values.map((value, round) => value / (baselines[round] ?? Number.NaN)))
    console.log(`${name}  ${times(ratio)}  (rounds ${times(rounds.least)} to ${times(rounds.most)})  ${note}`)
    console.log(`    ${spread(values)} beside ${spread(baselines)} ${unit}`)
  }
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ trials: comparisons.map(trialOf) }, undefined, 2)}\n`)
}

/** What a figure depends on: machine, versions, date, command. */
export function conditions(command: string, packages: readonly string[], more: readonly string[] = []): string {
  const [cpu] = cpus()
  const versions = packages.map((name) => `${name} ${versionOf(name)}`)
  return [
    `machine:  ${cpu?.model ?? 'unknown'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()} ${release()} ${arch()}`,
    `versions: node ${process.versions.node}, child-index ${versionOf('.')}, ${versions.join(', ')}`,
    ...more,
    `date:     ${new Date().toISOString()}`,
    `command:  ${command}`,
  ].join('\n')
}

export function versionOf(name: string): string {
  const file = name === '.' ? 'package.json' : join('node_modules', name, 'package.json')
  return String((JSON.parse(readFileSync(join(process.cwd(), file), 'utf8')) as { version: string }).version)
}

function spread(values: readonly number[]): string {
  const { median, least, most } = spreadOf(values)
  return `${figure(median)} (${figure(least)} to ${figure(most)})`
}

/** Three figures are more than a shared machine can promise. */
function figure(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en-GB', { maximumFractionDigits: 3 })
}

function times(ratio: number): string {
  return `${Number(ratio.toPrecision(3))}x`
}
