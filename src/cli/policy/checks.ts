import { IndexError } from '../../errors.js'
import { instantOf } from '../../policy/cases/instant.js'
import { parseReplayRow, type ReplayRow } from '../../policy/replay/checks-file.js'
import { systemClock } from '../../system.js'
import { oneOf } from '../command.js'
import { automaticMapping, type FieldList, fieldsOf, type Mapping, requireMapped } from '../mapping.js'
import { type Cells, FORMATS, openRows } from '../rows.js'

/** Which rows a command reads, and how. */
export interface ChecksSource {
  readonly path: string
  readonly format?: string | undefined
  /** Whether rows name their child. Without, all are of one. */
  readonly byChild: boolean
  readonly signal: AbortSignal
}

const KNOWN: FieldList['known'] = {
  child: ['child', 'childid', 'childkey'],
  id: ['id', 'checkid'],
  agency: ['agency', 'agencyid'],
  agencyKind: ['agencykind', 'kind'],
  incident: ['incident', 'incidentcode'],
  indicators: ['indicators', 'indicator', 'indicatorcodes'],
  occurredAt: ['occurredat', 'occurred', 'on', 'date'],
  withdrawn: ['withdrawn'],
}
const REQUIRED = [['agency'], ['agencyKind'], ['incident'], ['occurredAt']]

/**
 * The checks of a CSV or NDJSON file, in its order. What a verdict or a count is made from must be whole: the first row
 * that cannot be read ends it.
 * @throws {IndexError} `ERR_ROW_MALFORMED` with the line and the field; as `openRows`
 */
export async function* checkRows({ path, format, byChild, signal }: ChecksSource): AsyncGenerator<ReplayRow> {
  const chosen = format === undefined ? undefined : oneOf(FORMATS, format, '--format')
  const fields: FieldList = { known: KNOWN, required: byChild ? [['child'], ...REQUIRED] : REQUIRED }
  const { header, rows } = await openRows(path, { format: chosen, ownForm: [], signal })
  const ofHeader = header === undefined ? undefined : automaticMapping(header, fields)
  if (header !== undefined && ofHeader !== undefined) requireMapped(ofHeader, header, fields)
  let number = 0
  for await (const row of rows) {
    number += 1
    if (row.kind !== 'cells') throw malformed(row.line, 'cannot be read', undefined)
    const value = rowOf(row.cells, ofHeader ?? automaticMapping([...row.cells.keys()], fields))
    try {
      yield parseReplayRow(byChild ? value : { ...value, child: 'the child' }, number)
    } catch (error) {
      if (!(error instanceof IndexError) || error.code !== 'ERR_ROW_MALFORMED') throw error
      throw malformed(row.line, error.message, error.field)
    }
  }
}

function rowOf(cells: Cells, mapping: Mapping): object {
  const { one, all, date } = fieldsOf(cells, mapping)
  const indicators = all('indicators').join(';')
  const known = { child: one('child'), id: one('id'), withdrawn: one('withdrawn')?.toLowerCase() }
  return {
    ...Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)),
    agency: one('agency') ?? '',
    agencyKind: one('agencyKind') ?? '',
    incident: one('incident') ?? '',
    indicators,
    occurredAt: date('occurredAt') ?? '',
  }
}

function malformed(line: number, reason: string, field: string | undefined): IndexError {
  return new IndexError('ERR_ROW_MALFORMED', `line ${line}: ${reason}`, { field })
}

/** The instant of an option, or now. */
export function asOfFrom(given: string | undefined): number {
  if (given === undefined) return systemClock()
  const at = /^\d{11,14}$/.test(given) ? Number(given) : instantOf(given)
  if (!Number.isNaN(at)) return at
  const reason = 'must be a date (2026-03-02), a date and time with an offset (2026-03-02T09:00Z) or epoch milliseconds'
  throw new IndexError('ERR_REQUEST_INVALID', reason, { field: '--as-of' })
}
