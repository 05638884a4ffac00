import { mkdtemp, rm } from 'node:fs/promises'
import { arch, availableParallelism, cpus, loadavg, platform, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Command } from 'commander'
import { exists } from '../../embedded/files.js'
import { IndexError } from '../../errors.js'
import type { Compared } from '../bench/published.js'
import { does, type Work } from '../command.js'
import { DONE } from '../failure.js'
import { columns } from '../output.js'
import { policyFrom } from '../policy/source.js'
import { writeNew } from '../policy/write-new.js'
import { startProgress } from '../progress.js'

interface Flags {
  readonly children?: string
  readonly policy: string
  readonly quick?: boolean
  readonly dir?: string
  readonly out?: string
}

const CHILDREN = { least: 10, most: 2_000_000 }
const SIZES = { children: '20000', rounds: 5, roundMs: 1_000, batch: 1_000, inFlight: 64 }
const QUICK = { children: '100', rounds: 1, roundMs: 1, batch: 20, inFlight: 4 }

/** `child-index bench`: the main trials on this machine, beside the published figures. */
export function benchCommand(): Command {
  const command = new Command('bench')
    .description('Measure on this machine how fast checks are recorded, beside the published figures.')
    .option('--children <n>', 'invented children to have on the index (default: 20000)')
    .option(
      '--policy <policy>',
      'decides: a file, or the name of one that comes with the package',
      'england-illustrative',
    )
    .option('--dir <dir>', 'measure on the disk of this folder (default: that of temporary files)')
    .option('--quick', 'tiny sizes and one round, to see whether it runs; its figures mean nothing')
    .option('--out <file>', 'write the JSON there too; must not exist')
    .option('--json', 'write one JSON object to standard output')
    .addHelpText('after', AFTER_HELP)
  return does<Flags>(command, bench)
}

const bench: Work<Flags> = async ({ out, signal }, flags) => {
  const sizes = flags.quick === true ? QUICK : SIZES
  const children = childrenFrom(flags.children ?? sizes.children)
  const policy = await policyFrom(flags.policy)
  const base = await baseFrom(flags.dir)
  if (flags.out !== undefined && (await exists(flags.out)))
    throw new IndexError('ERR_FILE_EXISTS', 'the file to write exists: it is not overwritten', { field: '--out' })
  // Loaded now: the other commands need neither the trials nor invented people.
  const { runTrials, STEPS } = await import('../bench/trials.js')
  const { compared } = await import('../bench/published.js')
  const busy = busyBefore()
  const folder = await mkdtemp(join(base, 'child-index-bench-'))
  const progress = startProgress('bench', STEPS)
  try {
    const onStep = (_: string, done: number): void => progress.update(done, done)
    const figures = await runTrials({ ...sizes, children, folder, policy, signal, onStep })
    progress.stop()
    const trials = compared(figures)
    const report = { machine: machine(), children, policy: policy.id, busy, trials: trials.map(forMachines) }
    if (flags.out !== undefined) await writeNew(flags.out, `${JSON.stringify(report)}\n`, '--out')
    out.result(report, lines(report, trials))
    return DONE
  } finally {
    progress.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

const AFTER_HELP = `
It needs a quiet machine: whatever else runs meanwhile makes every figure worse. It works in a folder of its own, which is gone
afterwards, also when it is interrupted. Nobody on its index exists. How each figure is taken, and what was not measured:
docs/benchmarks.md. The published figures are medians with 1,000,000 children.

With --json: { machine, children, policy, busy, trials: [{ name, value, unit, baseline, ratio }] }; baseline is the published
figure, ratio = value / baseline, and both are null where none was published.

Example:
  $ child-index bench --children 100000 --policy anytown.json`

function childrenFrom(given: string): number {
  const { least, most } = CHILDREN
  const children = /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN
  if (children >= least && children <= most) return children
  throw new IndexError('ERR_REQUEST_INVALID', `must be a whole number from ${least} to ${most}`, {
    field: '--children',
  })
}

async function baseFrom(dir: string | undefined): Promise<string> {
  if (dir === undefined) return tmpdir()
  if (!(await exists(dir))) throw new IndexError('ERR_FILE_MISSING', 'the folder is not there', { field: '--dir' })
  return resolve(dir)
}

/** Processes that wanted a processor in the minute before; 0 where the platform does not say. */
function busyBefore(): number {
  return Math.round((loadavg()[0] ?? 0) * 100) / 100
}

function machine(): string {
  const [cpu] = cpus()
  return `${cpu?.model.trim() ?? 'unknown'}, ${availableParallelism()} cores, ${platform()} ${arch()}, node ${process.versions.node}`
}

function forMachines({ name, value, unit, baseline, ratio }: Compared): object {
  return { name, value, unit, baseline: baseline ?? null, ratio: ratio ?? null }
}

function lines(report: { machine: string; children: number; busy: number }, trials: readonly Compared[]): string[] {
  const { machine, children, busy } = report
  return [
    `${machine}; ${children.toLocaleString('en-GB')} children`,
    columns(['', 26], ['here', 12], ['published', 12], ['here / published', 18]),
    ...trials.map(({ name, value, unit, baseline, ratio }) =>
      columns([name, 26], [figure(value), 12], [shown(baseline), 12], [shown(ratio), 18], [unit, 0]),
    ),
    ...(busy > 0.5 ? [`Not a quiet machine: ${busy} processes wanted a processor in the minute before.`] : []),
    'Of checks/s more is better, of ms and us/check less. A figure says nothing of another machine, policy or load.',
  ]
}

function shown(value: number | undefined): string {
  return value === undefined ? '-' : figure(value)
}

function figure(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en-GB', { maximumFractionDigits: 3 })
}
