import { writeFile } from 'node:fs/promises'
import { Command } from 'commander'
import { holdsSomething } from '../embedded/files.js'
import { IndexError } from '../errors.js'
import { does } from './command.js'
import { DONE, REJECTED } from './failure.js'
import { startProgress } from './progress.js'

interface DemoFlags {
  readonly seed: string
  readonly children: string
  readonly dir?: string
  readonly population?: string
}

const CHILDREN_MAX = 500_000

/** `child-index demo`: the main job on invented people, told on one screen. */
export function demoCommand(): Command {
  const command = new Command('demo')
    .description('Run the main job on an invented authority: a year of checks, a case, an opening, a referral.')
    .option('--seed <n>', 'draws the people and what happens to them', '1')
    .option('--children <n>', 'children to register, from 3 on', '2000')
    .option('--dir <dir>', 'keep the hub’s files here: an empty folder (default: a temporary one, removed at the end)')
    .option('--population <file>', 'write the invented people in plain NDJSON here, outside the hub’s folder')
    .option('--json', 'write one JSON object to standard output')
    .addHelpText('after', AFTER_HELP)
  return does<DemoFlags>(command, async ({ out, signal }, flags) => {
    const began = performance.now()
    const seed = wholeNumber(flags.seed, 'seed', 0, Number.MAX_SAFE_INTEGER)
    const children = wholeNumber(flags.children, 'children', 3, CHILDREN_MAX)
    // Loaded now: the other commands need neither the population nor the search.
    const { isSound, reportOn, runDemo } = await import('./demo/run.js')
    const { placeFor, requireOutside } = await import('./demo/places.js')
    const { screen } = await import('./demo/screen.js')
    const { toNdjson } = await import('../testing/population.js')
    const { dir, population } = flags
    const place = await placeFor(dir)
    try {
      if (population !== undefined) {
        await requireOutside(population, place.path)
        if (await holdsSomething(population))
          throw new IndexError('ERR_FILE_EXISTS', 'the file for the population is not empty: it is not replaced', {
            field: '--population',
          })
      }
      const demo = await runDemo({
        seed,
        children,
        now: Date.now(),
        path: place.path,
        startProgress,
        signal,
        async onPopulation(people) {
          if (population !== undefined) await writeFile(population, toNdjson(people))
        },
      })
      const report = reportOn(demo)
      const kept = { dir, population, seconds: Math.round((performance.now() - began) / 1000) }
      out.result(report, screen(demo, kept))
      return isSound(report) ? DONE : REJECTED
    } finally {
      await place.leave()
    }
  })
}

const AFTER_HELP = `
Nobody in it exists. The clock of all parties begins a year ago and ends now; the same seed on the same day gives the same
story. Exit code 1 when a check was refused, the journal did not verify, or personal details were found.

With --json: { seed, from, to, agencies, agencyKinds, children, checks, known, unknown, unresolved, refused, cases, byLevel,
openings, openingsRefused, referrals, enquiries, enquiriesEnded, journalSize, journalHead, verified, cosignedBy,
filesSearched, bytesSearched, termsSearched, plaintextFound, people, controlFound }

Example:
  $ child-index demo --children 500 --dir ./demo-hub --population ./people.ndjson`

function wholeNumber(given: string, field: string, min: number, max: number): number {
  const value = /^\d{1,16}$/.test(given) ? Number(given) : Number.NaN
  if (value >= min && value <= max) return value
  throw new IndexError('ERR_REQUEST_INVALID', `must be a whole number from ${min} to ${max}`, { field })
}
