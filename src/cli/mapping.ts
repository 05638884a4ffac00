import { readFile, stat } from 'node:fs/promises'
import { z } from 'zod'
import { parse } from '../door.js'
import { IndexError } from '../errors.js'
import type { Cells } from './rows.js'

export const DATE_FORMATS = ['YYYY-MM-DD', 'YYYYMMDD', 'DD/MM/YYYY', 'epoch-ms'] as const
export type DateFormat = (typeof DATE_FORMATS)[number]

/** Which columns a field is read from. */
export interface FieldSource {
  readonly columns: readonly string[]
  readonly format?: DateFormat | undefined
}

export type Mapping = ReadonlyMap<string, FieldSource>

/** What a kind of file can hold: fields in order, the headers under which they are commonly found, and what cannot be missing. */
export interface FieldList {
  /** Headers in order of preference, in lower-case letters and digits only. A list of lists: several columns make one field. */
  readonly known: Readonly<Record<string, readonly string[] | readonly (readonly string[])[]>>
  /** Of each group at least one field. */
  readonly required: readonly (readonly string[])[]
}

/** Other identifiers of a child stand in fields like `alias:school-admission`. */
const ALIAS = /^alias:[a-z][a-z0-9-]{0,31}$/

/** The fields whose columns have headers that we know. */
export function automaticMapping(header: readonly string[], { known }: FieldList): Mapping {
  const byName = new Map<string, string>()
  for (const name of header) {
    const plain = name.toLowerCase().replace(/[^a-z0-9]/g, '')
    if (!byName.has(plain)) byName.set(plain, name)
  }
  const mapping = new Map<string, FieldSource>()
  for (const [field, names] of Object.entries(known)) {
    const groups = names.map((name) => (typeof name === 'string' ? [name] : name))
    const isJoined = names.some((name) => typeof name !== 'string')
    const found = groups.flatMap((group) => group.flatMap((name) => byName.get(name) ?? []).slice(0, 1))
    const columns = isJoined ? found : found.slice(0, 1)
    if (columns.length > 0) mapping.set(field, { columns })
  }
  return mapping
}

const name = z.string().min(1).max(256)
const mappingFile = z.record(
  z.string(),
  z.union([
    name.transform((column): FieldSource => ({ columns: [column] })),
    z
      .array(name)
      .min(1)
      .max(20)
      .transform((columns): FieldSource => ({ columns })),
    z
      .strictObject({ column: name, format: z.enum(DATE_FORMATS).optional() })
      .transform(({ column, format }): FieldSource => ({ columns: [column], format })),
  ]),
)

const MAPPING_BYTES_MAX = 1024 * 1024

/**
 * The mapping that a file describes: `{ field: column | [columns] | { column, format? } }`. Nothing is guessed beside it.
 * @throws {IndexError} `ERR_FILE_MISSING`, `ERR_FILE_INVALID`
 */
export async function readMapping(path: string, { known }: FieldList): Promise<Mapping> {
  const text = await smallText(path, MAPPING_BYTES_MAX, 'the mapping file')
  const mapping = new Map(Object.entries(parse(mappingFile, json(text), 'ERR_FILE_INVALID', 'mapping')))
  for (const field of mapping.keys()) {
    if (!Object.hasOwn(known, field) && !ALIAS.test(field)) {
      const fields = [...Object.keys(known), 'alias:kind'].join(', ')
      throw new IndexError('ERR_FILE_INVALID', `the mapping names a field that there is not; there are ${fields}`)
    }
  }
  return mapping
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new IndexError('ERR_FILE_INVALID', 'the mapping file is not JSON')
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** A text file in UTF-8, with or without byte order mark, that is read whole. */
export async function smallText(path: string, bytesMax: number, what: string): Promise<string> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new IndexError('ERR_FILE_MISSING', `${what} is not there`)
    throw error
  })
  if (!found.isFile() || found.size > bytesMax) throw new IndexError('ERR_FILE_INVALID', `${what} is not a small file`)
  try {
    return utf8.decode(await readFile(path))
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new IndexError('ERR_FILE_INVALID', `${what} is not text in UTF-8`)
  }
}

/**
 * Refuses a mapping that this header cannot serve.
 * @throws {IndexError} `ERR_FILE_INVALID` naming our field, never a column: in a file without a header that would be a value
 */
export function requireMapped(mapping: Mapping, header: readonly string[], { required }: FieldList): void {
  for (const [field, { columns }] of mapping) {
    for (const column of columns) {
      const times = header.filter((each) => each === column).length
      if (times !== 1) {
        const why = times === 0 ? 'is not in the header' : 'stands in the header more than once'
        throw new IndexError('ERR_FILE_INVALID', `the column of this field ${why}`, { field })
      }
    }
  }
  for (const group of required) {
    if (group.some((field) => mapping.has(field))) continue
    throw new IndexError('ERR_FILE_INVALID', `no column is known for ${group.join(' or ')}: give a mapping file`, {
      field: group[0],
    })
  }
}

/** The fields of one row. */
export interface Fields {
  /** The filled cells of a field, in the mapping's order. */
  all(field: string): readonly string[]
  /** Its first filled cell. */
  one(field: string): string | undefined
  /** A day as `YYYY-MM-DD`, or an instant in milliseconds; what is not in the expected form is handed on to be refused. */
  date(field: string): string | number | undefined
  aliases(): readonly { readonly kind: string; readonly value: string }[]
}

export function fieldsOf(cells: Cells, mapping: Mapping): Fields {
  const all = (field: string): readonly string[] =>
    (mapping.get(field)?.columns ?? []).flatMap((column) => {
      const text = cells.get(column)?.trim() ?? ''
      return text === '' ? [] : [text]
    })
  const one = (field: string): string | undefined => all(field)[0]
  return {
    all,
    one,
    date(field) {
      const text = one(field)
      return text === undefined ? undefined : dateOf(text, mapping.get(field)?.format)
    },
    aliases() {
      const fields = [...mapping.keys()].filter((field) => ALIAS.test(field))
      return fields.flatMap((field) => all(field).map((value) => ({ kind: field.slice('alias:'.length), value })))
    },
  }
}

const SHAPES: readonly (readonly [DateFormat, RegExp, (text: string) => string | number])[] = [
  ['YYYY-MM-DD', /^\d{4}-\d\d-\d\d/, (text) => text],
  ['YYYYMMDD', /^\d{8}$/, (text) => `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`],
  ['DD/MM/YYYY', /^\d\d\/\d\d\/\d{4}$/, (text) => text.split('/').reverse().join('-')],
  ['epoch-ms', /^\d{11,14}$/, Number],
]

function dateOf(text: string, format: DateFormat | undefined): string | number {
  const shape = SHAPES.find(([name, pattern]) => (format === undefined || name === format) && pattern.test(text))
  // A form that was declared and is not there must not be read as another one.
  if (shape === undefined) return format === undefined ? text : ''
  return shape[2](text)
}
