import type { Command } from 'commander'
import { IndexError } from '../../errors.js'
import { when } from '../../page/words.js'
import { groupByChild } from '../../policy/replay/checks-file.js'
import { shiftPicture } from '../../policy/replay/picture.js'
import type { PublishedCount } from '../../policy/replay/published.js'
import { type ReplayedPolicy, type ReplayReport, replayPolicies } from '../../policy/replay/replay.js'
import { type Context, does, newCommand, numberOf } from '../command.js'
import { DONE, type ExitCode } from '../failure.js'
import { withHub } from '../hub.js'
import { columns } from '../output.js'
import { asOfFrom, checkRows } from './checks.js'
import { policyFrom } from './source.js'
import { writeNew } from './write-new.js'

interface ReplayFlags {
  readonly checks?: string
  readonly format?: string
  readonly asOf?: string
  readonly suppressBelow?: string
  readonly svg?: string
}

export function replayCommand(): Command {
  const command = newCommand(
    'replay',
    'Count how many children would be at each level under each of two policies: those of a file, or of the hub.',
    {
      example: 'policy replay england-illustrative anytown.json --checks checks.csv --svg shift.svg',
      json:
        '{ before: side, after: side, asOf, children, unassessed, moves: [[count]], suppressedBelow, roundedTo }, where a side is ' +
        '{ id, version, title, hash, levels: [{ name, threshold, children }], unknownCodes } and a count a number or "suppressed"',
    },
  )
    .argument('<before>', 'a policy: a file, or a name')
    .argument('<after>', 'the policy that is to replace it')
    .option(
      '--checks <file>',
      'CSV or NDJSON: child, agency, kind, incident, indicators, occurred_at (default: those of the hub)',
    )
    .option('--format <format>', 'csv or ndjson, where the name of the file does not say it')
    .option('--as-of <instant>', 'a date, a date and time with an offset, or epoch milliseconds (default: now)')
    .option('--suppress-below <count>', 'smaller counts are not shown, at least 5 (default: 10)')
    .option('--svg <file>', 'draw the shift there; must not exist')
  return does<ReplayFlags>(command, replay)
}

async function replay(context: Context, flags: ReplayFlags, first = '', second = ''): Promise<ExitCode> {
  const { out, signal } = context
  const asOf = asOfFrom(flags.asOf)
  const suppressBelow = suppressionOf(flags.suppressBelow)
  const policies = { before: await policyFrom(first), after: await policyFrom(second) }
  const options = { asOf, ...suppressBelow }
  const { checks: path, format } = flags
  const report =
    path === undefined
      ? await withHub(context, (hub) => replayPolicies(policies, hub.histories(), options))
      : await replayPolicies(policies, await groupByChild(checkRows({ path, format, byChild: true, signal })), options)
  if (flags.svg !== undefined) await writeNew(flags.svg, shiftPicture(report), '--svg')
  out.result(report, reportLines(report, flags.svg))
  return DONE
}

const SUPPRESS_BELOW_MIN = 5

function suppressionOf(given: string | undefined): { readonly suppressBelow?: number } {
  if (given === undefined) return {}
  const suppressBelow = numberOf(given, '--suppress-below')
  if (suppressBelow >= SUPPRESS_BELOW_MIN) return { suppressBelow }
  throw new IndexError('ERR_REQUEST_INVALID', `must be at least ${SUPPRESS_BELOW_MIN}`, { field: '--suppress-below' })
}

function reportLines(
  { before, after, asOf, children, unassessed, moves, ...rest }: ReplayReport,
  svg?: string,
): string[] {
  const { suppressedBelow, roundedTo } = rest
  const moved = moves.flatMap((row, from) =>
    row.flatMap((count, to) =>
      from === to || count === 0
        ? []
        : [
            `  ${columns([`${levelAt(before, from)} to ${levelAt(after, to)}`, 36], [shown(count, suppressedBelow), 0])}`,
          ],
    ),
  )
  return [
    `${shown(children, suppressedBelow)} children, as of ${when(asOf)}`,
    ...[before, after].flatMap((side) => [
      `${side.id}, version ${side.version}`,
      ...side.levels.map(({ name, children: count }) => `  ${columns([name, 36], [shown(count, suppressedBelow), 0])}`),
    ]),
    ...(moved.length === 0 ? ['Nobody would move.'] : ['Would move:', ...moved]),
    ...(unassessed === 0
      ? []
      : [`Not assessed, for a code that one policy does not have: ${shown(unassessed, suppressedBelow)}`]),
    `Counts are rounded to ${roundedTo}; counts from 1 to ${suppressedBelow - 1} are not shown.`,
    ...(svg === undefined ? [] : [`Wrote ${svg}`]),
  ]
}

function levelAt({ levels }: ReplayedPolicy, rank: number): string {
  return levels[rank]?.name ?? ''
}

function shown(count: PublishedCount, suppressedBelow: number): string {
  return count === 'suppressed' ? `fewer than ${suppressedBelow}` : String(count)
}
