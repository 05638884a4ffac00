import { type EnquirySource, type SourceName, writeEnquiryNumber } from '../case/enquiry.js'
import type { HubContext } from './context.js'
import type { AskedRow, Rows } from './rows.js'

type Put = ReturnType<HubContext['shelf']['put']>
type Shelf = HubContext['shelf']

/** Puts that list an enquiry for the agencies, each under its own reference. */
export function heldBy({ shelf }: HubContext, sources: readonly EnquirySource[], enquiry: number): readonly Put[] {
  return sources.map(({ agency, reference, since }) =>
    shelf.put('inbox', openKey(shelf, agency, reference), { reference, since, enquiry: writeEnquiryNumber(enquiry) }),
  )
}

/** Puts that take an enquiry off the agencies' lists. What was asked and said can still be found by its reference. */
export async function withdrawnFrom(
  { shelf }: HubContext,
  sources: readonly EnquirySource[],
  enquiry: number,
): Promise<readonly Put[]> {
  const keys = sources.map(({ agency, reference }) => openKey(shelf, agency, reference))
  const rows = await shelf.get('inbox', keys)
  return sources.flatMap(({ agency, reference }, at) => {
    const [row, key] = [rows[at], keys[at]]
    // The reference may stand for another check by now, with an enquiry of its own.
    if (key === undefined || !isAsked(row) || row.enquiry !== writeEnquiryNumber(enquiry)) return []
    return [shelf.put('inbox', key, undefined), shelf.put('inbox', endedKey(shelf, agency, reference), row)]
  })
}

/** The row of an agency's reference: of the enquiry that is open, else of the last that ended. */
export async function askedRow(
  { shelf }: HubContext,
  { agency, reference }: SourceName,
): Promise<AskedRow | undefined> {
  const rows = await shelf.get('inbox', [openKey(shelf, agency, reference), endedKey(shelf, agency, reference)])
  return rows.find(isAsked)
}

/** A page of the rows of an agency's open enquiries: those after a reference where one is given. */
export async function askedRows(
  { shelf }: HubContext,
  agency: string,
  after: string | undefined,
  limit: number,
): Promise<readonly AskedRow[]> {
  const prefix = agencyPrefix(shelf, agency)
  const page = await shelf.list('inbox', after === undefined ? prefix : openKey(shelf, agency, after), limit)
  const own = page.filter(({ key }) => Buffer.compare(key.subarray(0, prefix.length), prefix) === 0)
  return own.flatMap(({ value }) => (isAsked(value) ? [value] : []))
}

function isAsked(row: Rows['inbox'] | undefined): row is AskedRow {
  return row !== undefined && 'enquiry' in row
}

/** Rows of one agency stand together, in an order that says nothing. */
function agencyPrefix(shelf: Shelf, agency: string): Uint8Array {
  return shelf.key('inbox', 'enquiry', agency)
}

function openKey(shelf: Shelf, agency: string, reference: string): Uint8Array {
  return Buffer.concat([agencyPrefix(shelf, agency), shelf.key('inbox', 'enquiry', agency, reference)])
}

function endedKey(shelf: Shelf, agency: string, reference: string): Uint8Array {
  return shelf.key('inbox', 'ended-enquiry', agency, reference)
}
