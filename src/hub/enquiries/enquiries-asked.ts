import { concat } from '../../bytes.js'
import { type EnquirySource, type SourceName, writeEnquiryNumber } from '../../case/enquiry.js'
import type { HubContext } from '../context.js'
import type { AskedRow, Rows } from '../rows.js'
import type { Put } from '../shelf.js'

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

/** Lists a correction for the agency whose check is disputed. */
export function correctionHeld({ shelf }: HubContext, source: EnquirySource, correction: number): Put {
  const { agency, reference, since } = source
  return shelf.put('inbox', correctionKey(shelf, agency, reference), { reference, since, correction })
}

/** Takes the correction off the agency's list. */
export function correctionWithdrawn({ shelf }: HubContext, { agency, reference }: SourceName): Put {
  return shelf.put('inbox', correctionKey(shelf, agency, reference), undefined)
}

/** The rows of an agency's reference: of its enquiry, the open one or the last that ended, and of a correction. */
export async function askedOf({ shelf }: HubContext, { agency, reference }: SourceName): Promise<readonly AskedRow[]> {
  const [open, past, disputed] = await shelf.get('inbox', [
    openKey(shelf, agency, reference),
    endedKey(shelf, agency, reference),
    correctionKey(shelf, agency, reference),
  ])
  return [open ?? past, disputed].filter(isAsked)
}

/** A page of the rows of an agency: those after a reference where one is given. */
export async function askedRows(
  { shelf }: HubContext,
  agency: string,
  after: string | undefined,
  limit: number,
): Promise<readonly AskedRow[]> {
  const prefix = agencyPrefix(shelf, agency)
  const from = after === undefined ? prefix : concat(openKey(shelf, agency, after), Uint8Array.of(0xff))
  const page = await shelf.list('inbox', from, limit)
  const own = page.filter(({ key }) => Buffer.compare(key.subarray(0, prefix.length), prefix) === 0)
  return own.map(({ value }) => value).filter(isAsked)
}

function isAsked(row: Rows['inbox'] | undefined): row is AskedRow {
  return row !== undefined && 'reference' in row
}

/** Rows of one agency stand together, in an order that says nothing. */
function agencyPrefix(shelf: Shelf, agency: string): Uint8Array {
  return shelf.key('inbox', 'enquiry', agency)
}

function openKey(shelf: Shelf, agency: string, reference: string): Uint8Array {
  return concat(agencyPrefix(shelf, agency), shelf.key('inbox', 'enquiry', agency, reference))
}

/** Behind the enquiry on the same reference. */
function correctionKey(shelf: Shelf, agency: string, reference: string): Uint8Array {
  return concat(openKey(shelf, agency, reference), Uint8Array.of(0x01))
}

function endedKey(shelf: Shelf, agency: string, reference: string): Uint8Array {
  return shelf.key('inbox', 'ended-enquiry', agency, reference)
}
