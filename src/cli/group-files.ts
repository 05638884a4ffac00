import type { GroupData, GroupPopulation } from '../case/figures/groups.js'
import { IndexError } from '../errors.js'
import { automaticMapping, type FieldList, type Fields, fieldsOf, requireMapped } from './mapping.js'
import { openRows } from './rows.js'

const GROUPS: FieldList = {
  known: { case: ['case', 'casenumber'], kind: ['kind', 'kindofgroup'], code: ['code', 'group'] },
  required: [['case'], ['kind'], ['code']],
}
const POPULATION: FieldList = {
  known: {
    kind: ['kind', 'kindofgroup'],
    code: ['code', 'group'],
    children: ['children', 'population'],
    reference: ['reference', 'isreference'],
  },
  required: [['kind'], ['code'], ['children'], ['reference']],
}

/** A file of one authority's cases of a year fits many times over. */
const ROWS_MAX = 1_000_000

/**
 * Groups and their populations, from two CSV or NDJSON files of one kind of groups. A count made of them must be whole: the
 * first row that cannot be read ends it.
 * @throws {IndexError} `ERR_ROW_MALFORMED` with the line and the field; `ERR_FILE_INVALID`, `ERR_FILE_MISSING`
 */
export async function groupData(groups: string, population: string, signal: AbortSignal): Promise<GroupData> {
  const codes = new Map<number, string>()
  const kinds = new Set<string>()
  for await (const { line, one } of fieldsIn(groups, GROUPS, signal)) {
    const number = wholeNumber(one('case'), line, 'case')
    kinds.add(required(one('kind'), line, 'kind'))
    if (codes.has(number)) throw malformed(line, 'stands in the file twice', 'case')
    codes.set(number, required(one('code'), line, 'code'))
  }
  const rows: GroupPopulation[] = []
  for await (const { line, one } of fieldsIn(population, POPULATION, signal)) {
    kinds.add(required(one('kind'), line, 'kind'))
    const reference = one('reference')?.toLowerCase() ?? 'no'
    if (reference !== 'yes' && reference !== 'no') throw malformed(line, 'must be yes or no', 'reference')
    const children = wholeNumber(one('children'), line, 'children')
    rows.push({ code: required(one('code'), line, 'code'), children, isReference: reference === 'yes' })
  }
  const [kind, ...more] = kinds
  if (kind === undefined || more.length > 0)
    throw new IndexError('ERR_FILE_INVALID', 'both files must be of one kind of groups, and the same', {
      field: 'kind',
    })
  return { kind, codes, population: rows }
}

async function* fieldsIn(
  path: string,
  fields: FieldList,
  signal: AbortSignal,
): AsyncGenerator<Pick<Fields, 'one'> & { readonly line: number }> {
  const { header, rows } = await openRows(path, { ownForm: [], signal })
  const ofHeader = header === undefined ? undefined : automaticMapping(header, fields)
  if (header !== undefined && ofHeader !== undefined) requireMapped(ofHeader, header, fields)
  let count = 0
  for await (const row of rows) {
    count += 1
    if (row.kind !== 'cells') throw malformed(row.line, 'cannot be read', undefined)
    if (count > ROWS_MAX) throw new IndexError('ERR_FILE_INVALID', `the file has more than ${ROWS_MAX} rows`)
    const { one } = fieldsOf(row.cells, ofHeader ?? automaticMapping([...row.cells.keys()], fields))
    yield { line: row.line, one }
  }
}

function required(cell: string | undefined, line: number, field: string): string {
  if (cell === undefined) throw malformed(line, 'is missing', field)
  return cell
}

function wholeNumber(cell: string | undefined, line: number, field: string): number {
  if (cell === undefined || !/^[1-9]\d{0,14}$/.test(cell))
    throw malformed(line, 'must be a whole number from 1 on', field)
  return Number(cell)
}

function malformed(line: number, why: string, field: string | undefined): IndexError {
  return new IndexError('ERR_ROW_MALFORMED', `line ${line}: ${why}`, { field })
}
