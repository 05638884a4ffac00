import { equalBytes } from '../../bytes.js'
import { decodeBatchEntry } from '../../check/batch.js'
import { decodeCheck } from '../../check/canonical.js'
import { fromAgencyChildId } from '../../child/identifiers.js'
import { bad, type Finding } from '../../journal/finding.js'
import type { StoredLeaf } from '../../store/port.js'
import { type HubContext, identifierKeyOf } from '../context.js'
import { pages } from '../shelf.js'
import { batchesOf, decodeCheckRow, type RowBatch, type RowCheck } from './row.js'

const ROWS_PER_PAGE = 32
const ENTRIES_PER_PAGE = 1_000

/** Compares the rows that the index of checks is read back from with the checks that agencies signed. */
export async function indexFindings(
  hub: HubContext,
  size: number,
  signal: AbortSignal | undefined,
): Promise<readonly Finding[]> {
  const wrong: Finding[] = []
  const rows = batchesInRows(hub)
  let row = await rows.next()
  let checks = 0
  for (let from = 0; from < size; from += ENTRIES_PER_PAGE) {
    signal?.throwIfAborted()
    for (const { position, entry } of await hub.ledger.read(from, Math.min(ENTRIES_PER_PAGE, size - from))) {
      const said =
        entry?.type === 'check-batch'
          ? batchOfLeaves(hub, { position, at: entry.at, body: entry.body }, await hub.ledger.leaves(position))
          : undefined
      const indexed = row.done !== true && row.value.entry === position ? row.value : undefined
      checks += indexed?.checks.length ?? 0
      if (!isSame(said, indexed))
        wrong.push(bad('the index of checks does not say what its agency signed', 'ERR_STORE_DAMAGED', position))
      if (indexed !== undefined) row = await rows.next()
    }
  }
  return wrong.length > 0
    ? wrong.slice(0, 100)
    : [{ ok: true, text: `the index of checks says what ${checks} checks say that were signed` }]
}

/** Every batch in table `check` once, in journal order, also while rows are joined. */
async function* batchesInRows({ shelf }: Pick<HubContext, 'shelf'>): AsyncGenerator<RowBatch, undefined> {
  let last = -1
  for await (const page of pages(shelf, 'check', ROWS_PER_PAGE))
    for (const batch of page.flatMap(({ value }) => batchesOf(decodeCheckRow(value)))) {
      if (batch.entry <= last) continue
      last = batch.entry
      yield batch
    }
  return undefined
}

/** What agencies do not say of their checks is whether the child was known. */
type SignedBatch = Omit<RowBatch, 'checks'> & { readonly checks: readonly Omit<RowCheck, 'known'>[] }

/** What the index holds of a batch, made anew from its entry and the rows beside it; undefined where nothing is left of it. */
function batchOfLeaves(
  hub: HubContext,
  { position, at, body }: { readonly position: number; readonly at: number; readonly body: Uint8Array },
  leaves: readonly StoredLeaf[],
): SignedBatch | undefined {
  const { batch, accepted } = decodeBatchEntry('check-batch/v1', body)
  const checks = leaves
    .filter(({ row, bytes }) => accepted[row] === true && bytes.length > 0)
    .map(({ row, bytes }) => {
      const { agency, epoch, agencyChildId, incident, indicators, occurredAt, reference } = decodeCheck(bytes)
      const childId = fromAgencyChildId(identifierKeyOf(hub, agency, epoch), agencyChildId)
      const fingerprint = hub.checks.fingerprint(agency, reference)
      return { row, childId, incident, indicators, occurredAt, fingerprint }
    })
  return checks.length === 0 ? undefined : { entry: position, recordedAt: at, agency: batch.agency, checks }
}

function isSame(said: SignedBatch | undefined, indexed: RowBatch | undefined): boolean {
  if (said === undefined || indexed === undefined) return said === indexed
  return (
    said.agency === indexed.agency &&
    said.recordedAt === indexed.recordedAt &&
    said.checks.length === indexed.checks.length &&
    said.checks.every((check, at) => isSameCheck(check, indexed.checks[at]))
  )
}

function isSameCheck(said: Omit<RowCheck, 'known'>, indexed: RowCheck | undefined): boolean {
  return (
    indexed !== undefined &&
    said.row === indexed.row &&
    equalBytes(said.childId, indexed.childId) &&
    said.incident === indexed.incident &&
    said.indicators.join(' ') === indexed.indicators.join(' ') &&
    said.occurredAt === indexed.occurredAt &&
    said.fingerprint === indexed.fingerprint
  )
}
