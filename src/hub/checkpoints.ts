import { verifiedHead } from '../custodian/knowledge.js'
import { IndexError } from '../errors.js'
import { type HubContext, roster } from './context.js'

/** The present head, signed by the hub and cosigned by a quorum, and kept as the latest. One at a time. */
export function checkpoint(hub: HubContext): Promise<{ readonly note: string; readonly size: number }> {
  return hub.inTurn(() => freshCheckpoint(hub))
}

/** As `checkpoint`, for who has the turn already. */
export async function freshCheckpoint(hub: HubContext): Promise<{ readonly note: string; readonly size: number }> {
  for (let tries = 1; ; tries += 1) {
    const signed = await hub.ledger.signedHead()
    const size = verifiedHead(roster(hub), signed, 'or-not')?.size ?? 0
    const note = await hub.custodians.cosign(signed, size, (from) => hub.ledger.consistency(from, size))
    if (verifiedHead(roster(hub), note, 'by-a-quorum') !== undefined) {
      await hub.ledger.write(async () => ({
        puts: [hub.shelf.put('meta', hub.shelf.key('meta', 'checkpoint'), { kind: 'checkpoint', note })],
      }))
      return { note, size }
    }
    // Another process may have had a longer head cosigned meanwhile.
    if (tries === 3) throw new IndexError('ERR_QUORUM_MISSING', 'too few custodians cosigned the journal’s head')
  }
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
