import type { Command } from 'commander'
import { type Context, does, newCommand } from '../command.js'
import { DONE, type ExitCode, REJECTED } from '../failure.js'
import { withHub } from '../hub.js'
import { type ImportOptions, importRows } from '../import.js'
import { sealerFrom } from '../keys.js'
import { DETAIL_FIELDS, detailsOf } from '../registration.js'

interface Options extends ImportOptions {
  readonly sealer: string
  readonly careLeavers?: boolean
  readonly testNumbers?: boolean
}

export function registerCommand(): Command {
  const command = newCommand('register', 'Register the children of a CSV or NDJSON file.', {
    example: 'register children.csv --sealer births.key.json --mapping columns.json',
    json: '{ rows, registered, changed, unchanged, rejected, rejectsFile: path | null }',
  })
    .argument('<file>', 'UTF-8; .csv, .ndjson or .jsonl; - is standard input')
    .requiredOption('--sealer <keyfile>', 'key file of the sealer')
    .option('--mapping <file>', 'JSON: { field: column | [columns] | { column, format } } (see docs/command-line.md)')
    .option('--format <format>', 'csv or ndjson, where the name of the file does not say it')
    .option('--care-leavers', 'also take young people from 18 up to their 25th birthday')
    .option('--test-numbers', 'also take NHS numbers of the ranges that are for tests')
    .option('--rejects <file>', 'where rejected rows are listed (default: FILE.rejects.csv)')
  return does<Options>(command, register)
}

async function register(context: Context, options: Options, file = ''): Promise<ExitCode> {
  return withHub(context, async (hub) => {
    const sealer = await sealerFrom(hub, options.sealer)
    const counts = { registered: 0, changed: 0, unchanged: 0 }
    const { careLeavers, testNumbers: neverIssuedNumbers } = options
    const { rows, rejected, rejectsFile } = await importRows(context, file, options, {
      what: 'register',
      fields: DETAIL_FIELDS,
      ownForm: ['givenNames', 'familyName', 'dateOfBirth'],
      toInput: detailsOf,
      async submit(inputs) {
        const outcomes = await sealer.registerAll(inputs, { careLeavers, neverIssuedNumbers, signal: context.signal })
        return outcomes.map((outcome) => {
          if (outcome.kind === 'refused') return outcome
          counts[outcome.kind] += 1
          return undefined
        })
      },
    })
    context.out.result({ rows, ...counts, rejected, rejectsFile: rejectsFile ?? null }, [
      `${rows} rows: ${counts.registered} registered, ${counts.changed} changed, ${counts.unchanged} unchanged, ${rejected} rejected`,
      ...(rejectsFile === undefined ? [] : [`Rejected rows, by line, field and code: ${rejectsFile}`]),
    ])
    return rejected > 0 ? REJECTED : DONE
  })
}
