import { verifiedHead } from '../custodian/knowledge.js'
import { IndexError } from '../errors.js'
import { type HubContext, roster } from './context.js'

/** The present head, signed by the hub and cosigned by a quorum of custodians, and kept as the latest. */
export async function checkpoint(hub: HubContext): Promise<{ readonly note: string; readonly size: number }> {
  const signed = await hub.ledger.signedHead()
  const size = verifiedHead(roster(hub), signed, 'or-not')?.size ?? 0
  const note = await hub.custodians.cosign(signed, size, (from) => hub.ledger.consistency(from, size))
  if (verifiedHead(roster(hub), note, 'by-a-quorum') === undefined) {
    throw new IndexError('ERR_QUORUM_MISSING', 'too few custodians cosigned the journal’s head')
  }
  await hub.ledger.write(async () => ({
    puts: [hub.shelf.put('meta', hub.shelf.key('meta', 'checkpoint'), { kind: 'checkpoint', note })],
  }))
  return { note, size }
}

/**
 * Passes when the journal continues every head that a custodian saw. Nothing inside a database file can show that the
 * file is an old copy; these heads are kept outside it.
 * @throws {IndexError} `ERR_JOURNAL_ROLLED_BACK`
 */
export async function requireNotRolledBack(hub: HubContext): Promise<void> {
  const size = await hub.ledger.size()
  for (const { note } of await hub.custodians.lastSeen()) {
    if (note === undefined) continue
    const seen = verifiedHead(roster(hub), note, 'or-not')
    if (seen === undefined)
      throw new IndexError('ERR_JOURNAL_ROLLED_BACK', 'a custodian holds a checkpoint that this hub did not sign')
    const same = seen.size <= size && Buffer.compare((await hub.ledger.head(seen.size)).root, seen.root) === 0
    if (!same)
      throw new IndexError(
        'ERR_JOURNAL_ROLLED_BACK',
        'the journal is older than a head that a custodian saw: it was rolled back or damaged',
      )
  }
}
