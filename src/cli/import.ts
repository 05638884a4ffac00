import { type Context, oneOf } from './command.js'
import {
  automaticMapping,
  type FieldList,
  type Fields,
  fieldsOf,
  type Mapping,
  readMapping,
  requireMapped,
} from './mapping.js'
import { startProgress } from './progress.js'
import { openRejects, type Reject } from './rejects.js'
import { FORMATS, openRows, type Row } from './rows.js'

/** Options of every command that reads rows. */
export interface ImportOptions {
  readonly format?: string
  readonly mapping?: string
  readonly rejects?: string
}

/** How the rows of one command are read and sent. */
export interface Import {
  readonly what: string
  readonly fields: FieldList
  /** Members that tell an NDJSON object of the library's form from a flat one. */
  readonly ownForm: readonly string[]
  /** Rows per message; 256 where absent. */
  readonly batch?: number
  toInput(fields: Fields): unknown
  /** Sends rows and says for each, in order, why it was refused, or undefined. */
  submit(inputs: readonly unknown[], lines: readonly number[]): Promise<readonly (Refusal | undefined)[]>
}

export interface Refusal {
  readonly code: string
  readonly field: string | undefined
}

export interface ImportResult {
  readonly rows: number
  readonly rejected: number
  /** The rejects file, where there are rejected rows. */
  readonly rejectsFile: string | undefined
}

/** Rows per message: few enough to be sealed in a moment, many enough to share what each message costs. */
const BATCH = 256

/** Reads a file from end to end: every row is taken or rejected, and none stops the others. */
export async function importRows(
  { signal }: Context,
  path: string,
  options: ImportOptions,
  { what, fields, ownForm, batch: batchSize = BATCH, toInput, submit }: Import,
): Promise<ImportResult> {
  const format = options.format === undefined ? undefined : oneOf(FORMATS, options.format, '--format')
  const given = options.mapping === undefined ? undefined : await readMapping(options.mapping, fields)
  const source = await openRows(path, { format, ownForm: given === undefined ? ownForm : [], signal })
  if (source.header !== undefined) {
    requireMapped(given ?? automaticMapping(source.header, fields), source.header, fields)
  }
  const mappingOf = mappings(given, fields)
  const rejects = await openRejects(options.rejects ?? `${path === '-' ? 'stdin' : path}.rejects.csv`)
  const progress = startProgress(what, source.bytesTotal)
  let rows = 0
  let rejected = 0
  let batch: Row[] = []
  const flush = async (): Promise<void> => {
    signal.throwIfAborted()
    const refused = await sent(batch)
    await rejects.add(refused)
    rows += batch.length
    rejected += refused.length
    batch = []
    progress.update(source.bytesDone(), rows)
  }
  const sent = async (all: readonly Row[]): Promise<readonly Reject[]> => {
    const readable = all.filter((row) => row.kind !== 'malformed')
    const inputs = readable.map((row) =>
      row.kind === 'object' ? row.value : toInput(fieldsOf(row.cells, mappingOf(row.cells.keys()))),
    )
    const answers =
      inputs.length === 0
        ? []
        : await submit(
            inputs,
            readable.map(({ line }) => line),
          )
    const refusals = new Map(readable.map(({ line }, index) => [line, answers[index]]))
    return all.flatMap(({ kind, line }) => {
      const refusal = kind === 'malformed' ? { code: 'ERR_ROW_MALFORMED', field: undefined } : refusals.get(line)
      return refusal === undefined ? [] : [{ line, ...refusal }]
    })
  }
  try {
    for await (const row of source.rows) {
      batch.push(row)
      if (batch.length === batchSize) await flush()
    }
    if (batch.length > 0) await flush()
  } finally {
    progress.stop()
    await rejects.close()
  }
  return { rows, rejected, rejectsFile: rejected > 0 ? rejects.path : undefined }
}

/** The mapping for a row's columns: the given one, or what their names say, found once for each set of names. */
function mappings(given: Mapping | undefined, fields: FieldList): (columns: Iterable<string>) => Mapping {
  if (given !== undefined) return () => given
  let last: { readonly key: string; readonly mapping: Mapping } | undefined
  return (columns) => {
    const names = [...columns]
    const key = JSON.stringify(names)
    if (last?.key !== key) last = { key, mapping: automaticMapping(names, fields) }
    return last.mapping
  }
}
