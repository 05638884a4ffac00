import { batchPath, decodeBatchEntry } from '../../check/batch.js'
import type { JournalPosition } from '../../check/receipt.js'
import { IndexError } from '../../errors.js'
import { decodeEntry } from '../../journal/entry.js'
import type { EntryEvidence, RowEvidence } from '../../journal/inclusion.js'
import type { ExportedEntry } from '../../journal/verify.js'
import type { HubContext } from '../context.js'
import { checkpoint } from '../custodians/checkpoints.js'

const PAGE = 1_000

/**
 * The journal as an auditor gets it, up to its present end. Entries that say which agencies know the same child stay
 * encrypted: their leaf hash stands for them.
 */
export async function* exportEntries(
  hub: HubContext,
  options: { readonly from?: number; readonly signal?: AbortSignal } = {},
): AsyncGenerator<ExportedEntry> {
  const size = await hub.ledger.size()
  for (let from = options.from ?? 0; from < size; from += PAGE) {
    options.signal?.throwIfAborted()
    const entries = await hub.store.entries(from, Math.min(PAGE, size - from))
    const leafHashes = await hub.store.nodes(entries.map(({ position }) => ({ level: 0, index: position })))
    for (const [index, { position, salt, body, sealed }] of entries.entries()) {
      const leafHash = leafHashes[index]
      if (leafHash === undefined) throw new IndexError('ERR_STORE_DAMAGED', 'a leaf of the journal tree is missing')
      if (body.length === 0) yield { position, leafHash }
      else if (sealed) yield { position, leafHash, body, sealed }
      else yield { position, leafHash, salt, body }
    }
  }
}

/**
 * What proves that a check stands where its receipt says, under a head that a quorum of custodians cosigns now.
 * @throws {IndexError} `ERR_CHECK_UNKNOWN` where no check stands at this position
 */
export async function checkEvidence(hub: HubContext, { entry, row }: JournalPosition): Promise<RowEvidence> {
  const { note, size } = await checkpoint(hub)
  if (entry >= size) throw noCheck()
  const { salt, bytes } = await hub.ledger.readOne(entry)
  const decoded = bytes.length === 0 ? undefined : decodeEntry(bytes)
  if (decoded?.type !== 'check-batch') throw noCheck()
  const leaves = (await hub.ledger.leaves(entry)).map(({ hash }) => hash)
  const leaf = leaves[row]
  if (leaf === undefined) throw noCheck()
  const batch: EntryEvidence = { entry: bytes, salt, proof: await hub.ledger.inclusion(entry, size), note }
  const { size: rows } = decodeBatchEntry('check-batch/v1', decoded.body).batch
  return { leaf, proof: { index: row, size: rows, path: batchPath(leaves, row) }, batch }
}

function noCheck(): IndexError {
  return new IndexError('ERR_CHECK_UNKNOWN', 'no check stands at this position of the journal')
}
