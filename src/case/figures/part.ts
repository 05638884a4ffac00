import { z } from 'zod'
import { parse } from '../../door.js'
import type { PublishedCount } from '../../policy/replay/published.js'
import { PERIOD_KINDS, type Period, type PeriodKind } from './period.js'
import { shownCount } from './shown.js'
import { TABLE_IDS, TABLES, type TableId } from './tables.js'

/** One thing that happened: to which cell of which table it belongs. It says nothing of whom it happened to. */
export interface Fact {
  readonly table: TableId
  readonly row: string
  readonly column: string
  /** How many of them; absent: one. */
  readonly count?: number | undefined
}

/** An agency as the figures name it. */
export interface CountedAgency {
  readonly id: string
  readonly agencyKind: string
  /** Of a sensitive service not even that it sent nothing is shown. */
  readonly sensitive: boolean
  readonly suspended: boolean
}

/** What is shown of one table for one period of its own length. */
export interface ShownTable {
  readonly id: TableId
  readonly rows: readonly string[]
  /** `cells[row][column]`, in the order of `rows` and of the table's columns. */
  readonly cells: readonly (readonly PublishedCount[])[]
}

/** All that is ever published about a period of the shortest length: longer ones are made of these. */
export interface Part {
  readonly period: string
  readonly kind: PeriodKind
  readonly tables: readonly ShownTable[]
  /** Of a month: whoever was on the roster at its end. */
  readonly agencies: readonly CountedAgency[]
}

export interface Known {
  /** Names of the levels in force, lowest first: they have a row even where nobody reached them. */
  readonly levels: readonly string[]
  readonly agencies: readonly CountedAgency[]
}

/** Exact counts, for as long as facts come in. Never leaves this file. */
type Counts = Map<TableId, Map<string, Map<string, number>>>

/** Counts what happened in one period. */
export interface Tally {
  readonly period: Period
  /** Facts of tables that are counted for another length of period are passed over. @throws {RangeError} for one that fits no cell */
  take(fact: Fact): void
  /** What may be shown of it. */
  part(known: Known): Part
}

export function tallyOf(period: Period): Tally {
  const counts: Counts = new Map()
  return {
    period,
    take(fact) {
      if (TABLES[fact.table].every === period.kind) take(counts, fact)
    },
    part: (known) => ({
      period: period.name,
      kind: period.kind,
      tables: TABLE_IDS.filter((id) => TABLES[id].every === period.kind).map((id) => shownTable(id, counts, known)),
      agencies: period.kind === 'month' ? known.agencies : [],
    }),
  }
}

function shownTable(id: TableId, counts: Counts, { levels, agencies }: Known): ShownTable {
  const { rows, columns } = TABLES[id]
  const counted = counts.get(id)
  const known = id === 'checks' ? agencies.map((agency) => agency.id) : id === 'raised' ? levels : []
  const first = rows.codes === 'as they come' ? known : rows.codes
  const names = [...new Set([...first, ...[...(counted?.keys() ?? [])].sort()])]
  const hidesNone = new Set(
    id === 'checks' ? agencies.filter(({ sensitive }) => sensitive).map((agency) => agency.id) : [],
  )
  const cells = names.map((row) =>
    columns.codes.map((column) => shownCount(counted?.get(row)?.get(column) ?? 0, hidesNone.has(row))),
  )
  return { id, rows: names, cells }
}

function take(counts: Counts, { table, row, column, count = 1 }: Fact): void {
  const { rows, columns } = TABLES[table]
  const isKnown = columns.codes.includes(column) && (rows.codes === 'as they come' || rows.codes.includes(row))
  if (!isKnown || !Number.isSafeInteger(count) || count < 0)
    throw new RangeError(`a fact does not fit the table ${table}`)
  const ofTable = counts.get(table) ?? new Map<string, Map<string, number>>()
  const ofRow = ofTable.get(row) ?? new Map<string, number>()
  counts.set(table, ofTable)
  ofTable.set(row, ofRow)
  ofRow.set(column, (ofRow.get(column) ?? 0) + count)
}

const word = z.string().min(1).max(64)
const shown = z.union([z.literal('suppressed'), z.literal(0), z.number().int().min(10).multipleOf(5)])
const partShape = z.strictObject({
  period: z.string().max(7),
  kind: z.enum(PERIOD_KINDS),
  tables: z
    .array(
      z.strictObject({
        id: z.enum(TABLE_IDS),
        rows: z.array(word).max(4_096),
        cells: z.array(z.array(shown).max(16)).max(4_096),
      }),
    )
    .max(TABLE_IDS.length),
  agencies: z
    .array(z.strictObject({ id: word, agencyKind: word, sensitive: z.boolean(), suspended: z.boolean() }))
    .max(4_096),
})

/** A part as the journal has it: nothing but what is shown fits its shape. @throws {IndexError} `ERR_ENTRY_MALFORMED` */
export function parsePart(input: unknown): Part {
  return parse(partShape, input, 'ERR_ENTRY_MALFORMED', 'figures')
}
