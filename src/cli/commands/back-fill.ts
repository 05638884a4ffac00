import { type FileHandle, open, unlink } from 'node:fs/promises'
import type { Command } from 'commander'
import type { Agency, BackFillOutcome, Identified } from '../../agency.js'
import { IndexError } from '../../errors.js'
import { CASE_LIST_FIELDS, childOf } from '../check-fields.js'
import { type Context, does, newCommand } from '../command.js'
import { DONE, type ExitCode, REJECTED } from '../failure.js'
import { withHub } from '../hub.js'
import { type ImportOptions, importRows } from '../import.js'
import { agencyFrom } from '../keys.js'
import type { Fields } from '../mapping.js'

interface Options extends ImportOptions {
  readonly agency: string
  readonly practitioner: string
  readonly out: string
  readonly testNumbers?: boolean
}

const HEADER = 'line,reference,agency_child_id,known,outcome\n'

/** `back-fill FILE`: the agency child ids of a whole case list. */
export function backFillCommand(): Command {
  const command = newCommand(
    'back-fill',
    'Look up every child of a CSV or NDJSON file, and write down the agency child ids. Officers are told that it happened.',
    {
      example: 'back-fill cases.csv --agency police.key.json --practitioner records --out cases.ids.csv',
      json: '{ rows, known, unknown, unresolved, rejected, rejectsFile: path | null, out }',
    },
  )
    .argument('<file>', 'UTF-8; .csv, .ndjson or .jsonl; - is standard input')
    .requiredOption('--agency <keyfile>', 'key file of the agency')
    .requiredOption('--practitioner <name>', 'who works the list through, for rows that name nobody')
    .requiredOption('--out <file>', `where the ids are written (${HEADER.trim()}); must not exist`)
    .option('--mapping <file>', 'JSON: { field: column | [columns] | { column, format } } (see docs/command-line.md)')
    .option('--format <format>', 'csv or ndjson, where the name of the file does not say it')
    .option('--test-numbers', 'also take NHS numbers of the ranges that are for tests')
    .option('--rejects <file>', 'where rejected rows are listed (default: FILE.rejects.csv)')
  return does<Options>(command, run)
}

async function run(context: Context, options: Options, file = ''): Promise<ExitCode> {
  return withHub(context, async (hub) => {
    const agency = await agencyFrom(hub, options.agency, options.testNumbers)
    const counts = { known: 0, unknown: 0, unresolved: 0 }
    const out = await newFile(options.out)
    let isBegun = false
    try {
      const { rows, rejected, rejectsFile } = await importRows(context, file, options, {
        what: 'back-fill',
        fields: CASE_LIST_FIELDS,
        ownForm: ['child'],
        batch: 1000,
        toInput: queryOf,
        async submit(inputs, lines) {
          isBegun = true
          const outcomes = await identified(agency, inputs, options.practitioner, context.signal)
          for (const outcome of outcomes) if (outcome.kind === 'identified') counts[outcome.known] += 1
          await out.appendFile(outcomes.map((outcome, index) => rowOf(outcome, lines[index] ?? 0)).join(''))
          return outcomes.map((outcome) => (outcome.kind === 'refused' ? outcome : undefined))
        },
      })
      context.out.result({ rows, ...counts, rejected, rejectsFile: rejectsFile ?? null, out: options.out }, [
        `${rows} rows: ${counts.known} children known here, ${counts.unknown} unknown, ${counts.unresolved} unresolved, ${rejected} rejected`,
        `Agency child ids: ${options.out}`,
        ...(rejectsFile === undefined ? [] : [`Rejected rows, by line, field and code: ${rejectsFile}`]),
      ])
      isBegun = true
      return rejected > 0 ? REJECTED : DONE
    } finally {
      await out.close()
      // A file that could not be read leaves none behind.
      if (!isBegun) await unlink(options.out)
    }
  })
}

async function identified(
  agency: Agency,
  inputs: readonly unknown[],
  practitioner: string,
  signal: AbortSignal,
): Promise<readonly BackFillOutcome<Identified>[]> {
  const outcomes: BackFillOutcome<Identified>[] = []
  // What is read from a file is unknown input, and refused row by row.
  const queries = inputs as Parameters<Agency['identifyAll']>[0]
  for await (const outcome of agency.identifyAll(queries, { practitioner, signal })) outcomes.push(outcome)
  return outcomes
}

function queryOf(fields: Fields): unknown {
  const optional = (name: string): object => {
    const text = fields.one(name)
    return text === undefined ? {} : { [name]: text }
  }
  return { child: childOf(fields), ...optional('practitioner'), ...optional('reference') }
}

/** A line of the answer; no cell of it needs quotes, because a reference has none of the letters that would. */
function rowOf(outcome: BackFillOutcome<Identified>, line: number): string {
  if (outcome.kind === 'refused') return ''
  const { reference: own = '', agencyChildId, known, outcome: found } = outcome
  return `${[line, own, agencyChildId, known, found.kind].join(',')}\n`
}

async function newFile(path: string): Promise<FileHandle> {
  const file = await open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
    throw new IndexError('ERR_FILE_EXISTS', 'the file for the ids exists: it is not overwritten', { field: '--out' })
  })
  await file.appendFile(HEADER)
  return file
}
