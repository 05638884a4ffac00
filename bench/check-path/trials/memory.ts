import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fillChecks, keepChecked, NAME } from '../checked.js'
import { Feed, yearOfContacts } from '../feed.js'
import { type StationProcess, startProcess } from '../host.js'
import { startBare } from '../pair.js'
import type { Measured, Point, Setting, TrialSpec } from '../trial.js'

const MB = 1_000_000
const LIMIT_MB = 400

/** What the hub holds in memory, and what it leaves on the disk. */
export const MEMORY: TrialSpec = {
  name: 'memory',
  measures:
    'resident megabytes above a hub without children, in the process that has recorded 1,000,000 checks of 1,000,000 children, beside the limit of 400; and bytes on the disk',
  async run(setting) {
    const { sizes } = setting
    const emptyBytes = await emptyResidentBytes(setting)
    const path = setting.hubOf(sizes.children)
    const before = folderBytes(path)
    const points: Point[] = []
    await fillChecks(path, sizes, async (checks, station) => {
      const megabytes = ((await station.ask('residentBytes')) - emptyBytes) / MB
      points.push({ at: checks, value: megabytes })
      setting.say(`${checks} checks: ${Math.round(megabytes)} MB above an empty hub`)
    })
    const perCheck = (folderBytes(path) - before) / (points.at(-1)?.at ?? Number.NaN)
    keepChecked(path, sizes)
    const bare = await bareBytes(setting)
    const bytes = { unit: 'bytes', better: 'less' } as const
    const measured: readonly Measured[] = [
      {
        ...{ name: 'memory', unit: 'MB', better: 'less', bar: 1, aim: 150 / LIMIT_MB },
        ...{ values: [Math.max(0, points.at(-1)?.value ?? Number.NaN)], baselines: [LIMIT_MB] },
        note: `above an empty hub, after ${count(sizes.checked)} checks of ${count(sizes.children)} children, beside the limit`,
      },
      {
        ...{ name: 'memory/disk-check', ...bytes, values: [perCheck], baselines: [bare.check] },
        note: 'a check on the disk, with everything that it leaves behind, beside a row of the bare loop with its index',
      },
      {
        ...{ name: 'memory/disk-child', ...bytes, values: [before / sizes.children], baselines: [bare.child] },
        note: 'a child that is found by its number, without its sealed records, beside a bare token',
      },
    ]
    return { measured, series: [{ picture: 'memory', name: 'above an empty hub', unit: 'MB', points }] }
  },
}

/** Five openings after a clean stop, and what each holds in memory then. */
export const REOPEN: TrialSpec = {
  name: 'reopen',
  measures:
    'milliseconds to open a hub with 1,000,000 checks after a clean stop, until it has answered and assessed a first check, beside the limit of 2 seconds',
  async run(setting) {
    const { sizes } = setting
    const emptyBytes = await emptyResidentBytes(setting)
    const path = await setting.checkedHub()
    const [values, opened, resident]: [number[], number[], number[]] = [[], [], []]
    for (let round = 0; round < sizes.rounds; round += 1) {
      const times = await openOnce(path, setting)
      values.push(times.answeredMs)
      opened.push(times.openedMs)
      resident.push(Math.max(0, (times.residentBytes - emptyBytes) / MB))
    }
    const measured: readonly Measured[] = [
      {
        ...{ name: 'reopen', unit: 'ms', better: 'less', bar: 1, values, baselines: [2_000] },
        note: `${count(sizes.checked)} checks, until a first check is answered and assessed, beside the limit`,
      },
      {
        ...{ name: 'reopen/memory', unit: 'MB', better: 'less', values: resident, baselines: [LIMIT_MB] },
        note: 'above an empty hub once it is open and has caught up, beside the limit',
      },
    ]
    const facts = [
      ['milliseconds until it is open, without the first check', opened.map(Math.round).join(', ')],
    ] as const
    return { measured, facts }
  },
}

export interface Opening {
  readonly openedMs: number
  readonly residentBytes: number
  /** Until the first check is answered and assessed. */
  readonly answeredMs: number
}

/**
 * A process that opens the hub, is asked for one check, and stops.
 * @param before runs when all times are taken, while it is open
 */
export async function openOnce(
  path: string,
  { sizes }: Setting,
  before: (station: StationProcess) => Promise<void> = async () => undefined,
): Promise<Opening> {
  const mix = yearOfContacts(Date.now(), 100)
  const station = startProcess()
  const { ms: openedMs } = await station.ask('openHub', NAME, path)
  const start = performance.now()
  await station.ask('hub', NAME, 'caught-up')
  const caughtUpMs = performance.now() - start
  const residentBytes = await station.ask('residentBytes')
  const { contacts } = mix
  await station.ask('startAgencies', NAME, [contacts[0]!.kind], sizes.children)
  const feed = new Feed({
    mix: { ...mix, contacts: contacts.slice(0, 1) },
    children: sizes.children,
    references: 'random',
    name: '',
  })
  const { seconds } = await station.ask('record', NAME, [feed.next(1)], 1)
  await before(station)
  await station.ask('closeHub', NAME)
  await station.end()
  return { openedMs, residentBytes, answeredMs: openedMs + caughtUpMs + seconds * 1000 }
}

async function emptyResidentBytes({ hubOf }: Setting): Promise<number> {
  const station = startProcess()
  await station.ask('openHub', NAME, hubOf(0))
  const bytes = await station.ask('residentBytes')
  await station.end()
  return bytes
}

/** What a row of the bare loop takes on the disk, and a token. */
async function bareBytes({ sizes, bareOf }: Setting): Promise<{ readonly check: number; readonly child: number }> {
  const file = bareOf(sizes.children)
  const child = statSync(file).size / sizes.children
  const bare = await startBare(file)
  const feed = new Feed({ mix: yearOfContacts(Date.now()), children: sizes.children, references: 'rising', name: 'AE' })
  const { checks } = await bare.record(feed.batches(sizes.isQuick ? 1 : 100, sizes.batch))
  const check = (await bare.logBytes()) / checks
  await bare.close()
  return { check, child }
}

function folderBytes(folder: string): number {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath ?? entry.path, entry.name)).size, 0)
}

function count(number: number): string {
  return number.toLocaleString('en-GB')
}
