import { z } from 'zod'
import { parse } from '../../door.js'
import { IndexError } from '../../errors.js'
import type { AssessedCheck } from '../history.js'
import type { ReplayChild } from './replay.js'

/** One check of a file, with the key that its child has in this file. */
export interface ReplayRow {
  /** Only for grouping: it is no part of what a replay gives back. */
  readonly child: string
  readonly check: AssessedCheck
}

const INDICATORS_MAX = 1_000
const INSTANT_MAX = 8_640_000_000_000_000

const key = z.string().regex(/^[^\p{Cc}\p{Cs}]{1,256}$/u)
// No spaces: rows without an id are called `row 7`, and no id may be the same.
const id = z.string().regex(/^[^\s\p{Cc}\p{Cs}]{1,256}$/u)
const code = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/)
const instant = z.int().min(0).max(INSTANT_MAX)

const row = z.strictObject({
  child: key,
  id: z.union([id, z.literal('')]).exactOptional(),
  agency: key,
  agencyKind: code,
  incident: code,
  indicators: z.union([z.array(code).max(INDICATORS_MAX), z.string().max(INDICATORS_MAX * 65)]),
  occurredAt: z.union([instant, z.string().max(64)]),
  withdrawn: z.union([z.boolean(), z.enum(['true', 'false', ''])]).exactOptional(),
})
const codes = z.strictObject({ indicators: z.array(code).max(INDICATORS_MAX) })

/**
 * The check that one row of a file describes, from JSON or from the texts of a CSV row.
 *
 * `child`, `agency`, `agencyKind`, `incident`; `indicators`: a list, or text parted by `;` or spaces, which may be
 * empty; `occurredAt`: epoch milliseconds, or a date (its midnight, UTC) or a date and time with its offset, by ISO 8601;
 * `id` and `withdrawn` may be left out or empty. Nothing else may stand in a row.
 *
 * @param number Of the row in its file, from 1: it names a check that has no id of its own.
 * @throws {IndexError} `ERR_ROW_MALFORMED` with the field. Codes are not looked up: that is a policy's affair.
 */
export function parseReplayRow(value: unknown, number: number): ReplayRow {
  const { child, agency, agencyKind, incident, ...rest } = parse(row, value, 'ERR_ROW_MALFORMED', 'row')
  const indicators = typeof rest.indicators === 'string' ? codesOf(rest.indicators) : rest.indicators
  const occurredAt = typeof rest.occurredAt === 'string' ? instantOf(rest.occurredAt) : rest.occurredAt
  const withdrawn = rest.withdrawn === true || rest.withdrawn === 'true'
  const name = rest.id === undefined || rest.id === '' ? `row ${number}` : rest.id
  const check = { id: name, agency, agencyKind, incident, indicators, occurredAt }
  return { child, check: withdrawn ? { ...check, withdrawn } : check }
}

function codesOf(text: string): readonly string[] {
  const indicators = text.split(/[;\s]+/).filter((word) => word !== '')
  return parse(codes, { indicators }, 'ERR_ROW_MALFORMED', 'row').indicators
}

const DATE =
  /^(\d{4}-\d\d-\d\d)(T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,3})?)?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d))?$/
// Fewer digits could be a date without hyphens.
const EPOCH = /^\d{11,16}$/

function instantOf(text: string): number {
  const found = EPOCH.test(text) ? Number(text) : instantOfDate(text)
  if (found === undefined || found < 0 || found > INSTANT_MAX) {
    const field = 'occurredAt'
    throw new IndexError('ERR_ROW_MALFORMED', `row: ${field} is no instant: a local time needs its offset`, { field })
  }
  return found
}

function instantOfDate(text: string): number | undefined {
  const [, day, time] = DATE.exec(text) ?? []
  if (day === undefined) return undefined
  const midnight = Date.parse(`${day}T00:00:00Z`)
  // The engine rolls some impossible days over into the next month; the way back shows it.
  if (Number.isNaN(midnight) || !new Date(midnight).toISOString().startsWith(day)) return undefined
  return time === undefined ? midnight : Date.parse(text)
}

/** The checks of each child, in the order in which children first come up. The keys of the children are gone. */
export async function groupByChild(
  rows: Iterable<ReplayRow> | AsyncIterable<ReplayRow>,
): Promise<readonly ReplayChild[]> {
  const children = new Map<string, AssessedCheck[]>()
  for await (const { child, check } of rows) {
    const checks = children.get(child)
    if (checks === undefined) children.set(child, [check])
    else checks.push(check)
  }
  return [...children.values()].map((checks) => ({ checks }))
}
