import type { Command } from 'commander'
import { figuresCsv } from '../../case/figures/csv.js'
import type { Figures } from '../../case/figures/figures.js'
import { figuresPage } from '../../case/figures/report.js'
import type { Figure } from '../../case/figures/shown.js'
import { bounds, isLoose, SILENCE_WORDS, shortly, words } from '../../case/figures/words.js'
import { IndexError } from '../../errors.js'
import { type Context, does, newCommand, oneOf } from '../command.js'
import { DONE, type ExitCode } from '../failure.js'
import { groupData } from '../group-files.js'
import { withHub } from '../hub.js'
import { columns } from '../output.js'
import { writeNew } from '../policy/write-new.js'

interface FiguresFlags {
  readonly period: string
  readonly format?: string
  readonly out?: string
  readonly groups?: string
  readonly population?: string
}

const FORMATS = ['json', 'csv', 'html'] as const

export function figuresCommand(): Command {
  const command = newCommand(
    'figures',
    'Count what happened in a month, a quarter or a year that has ended: counts alone, as they may be published.',
    {
      example: 'figures --period 2026-Q1 --format html --out figures.html',
      json: 'the figures: { version, hub, period, protection, tables, open?, agencies, groups?, notices }; docs/figures.md has their shape',
    },
  )
    .requiredOption('--period <period>', 'a month, quarter or year by London’s calendar: 2026-03, 2026-Q1, 2026')
    .option('--format <format>', `${FORMATS.join(', ')} (default: lines for people)`)
    .option('--out <file>', 'write there; must not exist')
    .option('--groups <file>', 'case, kind and code of cases of a year, as CSV or NDJSON; nothing of it is kept')
    .option('--population <file>', 'kind, code, children and reference (yes or no) of each group')
  return does<FiguresFlags>(command, count)
}

async function count(context: Context, { period, out: path, ...flags }: FiguresFlags): Promise<ExitCode> {
  const format = flags.format === undefined ? undefined : oneOf(FORMATS, flags.format, '--format')
  const groups = await groupsFrom(flags, context.signal)
  const figures = await withHub(context, (hub) => hub.figures({ period, groups }))
  if (path !== undefined) {
    await writeNew(path, textOf(figures, format ?? 'json'), '--out')
    context.out.result({ wrote: path, period }, [`Wrote the figures of ${period} to ${path}.`])
  } else if (format !== undefined) context.out.text(textOf(figures, format))
  else context.out.result(figures, linesOf(figures))
  return DONE
}

async function groupsFrom({ groups, population }: Omit<FiguresFlags, 'period'>, signal: AbortSignal) {
  if (groups === undefined && population === undefined) return undefined
  if (groups === undefined || population === undefined)
    throw new IndexError('ERR_REQUEST_INVALID', 'groups need their population, and a population its groups', {
      field: groups === undefined ? '--groups' : '--population',
    })
  return groupData(groups, population, signal)
}

function textOf(figures: Figures, format: (typeof FORMATS)[number]): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(figures)}\n`
    case 'csv':
      return figuresCsv(figures)
    case 'html':
      return figuresPage(figures)
  }
}

function linesOf({ hub, period, tables, open, agencies, groups, notices }: Figures): readonly string[] {
  return [
    `${hub}, ${period.name}: ${period.firstDay} to ${period.lastDay}`,
    ...tables.flatMap(({ title, rows, rowTotals, total }) => [
      columns([title, 36], [said(total), 0]),
      ...rows.flatMap((row, at) => {
        const sum = rowTotals[at]
        return sum === undefined || sum.atMost === 0 ? [] : [`  ${columns([words(row), 34], [said(sum), 0])}`]
      }),
    ]),
    ...(open === undefined ? [] : [columns(['Open at the end', 36], [said(open), 0])]),
    ...agencies.flatMap(({ agency, state, suspended }) =>
      suspended || state === 'as-usual' || state === 'no-usual' || state === 'not-shown'
        ? []
        : [columns([agency, 36], [SILENCE_WORDS[state], 0])],
    ),
    ...(groups?.groups ?? []).flatMap(({ code, rates }) =>
      rates.map(({ threshold, cases, rate, ratio }) => {
        const against = ratio === undefined ? '' : `; ratio ${ratio.value} (${ratio.low} to ${ratio.high})`
        return columns(
          [`${code}, ${words(threshold)}`, 36],
          [`${said(cases)}${rate === undefined ? '' : `, ${rate} per 1,000`}${against}`, 0],
        )
      }),
    ),
    ...notices,
    ...(groups?.notices ?? []),
  ]
}

function said(figure: Figure): string {
  if (figure.count === 'suppressed') return `${bounds(figure)}, not shown closer`
  return isLoose(figure) ? `about ${shortly(figure)} (${bounds(figure)})` : shortly(figure)
}
