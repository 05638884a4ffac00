import { IndexError, writeAgencyChildId } from '../../index.js'
import { openSqliteStore } from '../../sqlite.js'
import { decodeBatchEntry, decodeCheck, decodeEntry } from '../../verify.js'
import type { KeptReceipt } from './year.js'

/** A check as it stands in the hub's file, read with no key at all. */
export interface StoredCheck {
  readonly entry: number
  readonly row: number
  readonly agency: string
  /** In the written form. */
  readonly agencyChildId: string
  readonly incident: string
  readonly indicators: readonly string[]
  readonly occurredAt: number
  readonly reference: string
}

/** The first check of each agency among these receipts, read back from the hub's database: what a stolen copy would show. */
export async function storedChecks(
  database: string,
  receipts: readonly KeptReceipt[],
): Promise<readonly StoredCheck[]> {
  const first = new Map(receipts.toReversed().map((kept) => [kept.contact.agency, kept]))
  const store = await openSqliteStore(database, { readonly: true })
  try {
    const checks: StoredCheck[] = []
    for (const { receipt } of first.values()) {
      const { entry, row } = receipt.position
      const [stored] = await store.entries(entry, 1)
      const [leaf] = await store.leaves(entry, row, 1)
      if (stored === undefined || leaf === undefined) throw new IndexError('ERR_STORE_DAMAGED', 'a check is not there')
      const { batch } = decodeBatchEntry('check-batch/v1', decodeEntry(stored.body).body)
      const { agencyChildId, epoch, incident, indicators, occurredAt, reference } = decodeCheck(leaf.bytes)
      const written = writeAgencyChildId(agencyChildId, epoch)
      const { agency } = batch
      checks.push({ entry, row, agency, agencyChildId: written, incident, indicators, occurredAt, reference })
    }
    return checks.sort((a, b) => a.entry - b.entry || a.row - b.row)
  } finally {
    await store.close()
  }
}
