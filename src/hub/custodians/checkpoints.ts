import { isCosignedBy, verifiedHead } from '../../custodian/knowledge.js'
import { IndexError } from '../../errors.js'
import { type HubContext, roster } from '../context.js'
import { rosterNews } from '../roster/enrolment.js'
import type { Cosigner } from './custodians.js'
import { askWitnesses } from './witnesses.js'

/** A cosigned head, and which custodians just cosigned it. */
export interface Checkpoint {
  readonly note: string
  readonly size: number
  readonly cosigners: readonly Cosigner[]
}

/** The present head, signed by the hub and cosigned by a quorum, and kept as the latest. One at a time. */
export function checkpoint(hub: HubContext): Promise<Checkpoint> {
  return hub.inTurn(() => freshCheckpoint(hub))
}

/** As `checkpoint`, for who has the turn already. */
export async function freshCheckpoint(hub: HubContext): Promise<Checkpoint> {
  const kept = await hub.shelf.one('meta', hub.shelf.key('meta', 'checkpoint'))
  // By its own cosignature here, one that was restored from a backup sees that it has forgotten something.
  const known = { latest: kept?.kind === 'checkpoint' ? kept.note : undefined, news: () => rosterNews(hub) }
  for (let tries = 1; ; tries += 1) {
    const signed = await hub.ledger.signedHead()
    const size = verifiedHead(roster(hub), signed, 'or-not')?.size ?? 0
    const prove = (from: number) => hub.ledger.consistency(from, size)
    const accepts = (id: string, line: string): boolean => isCosignedBy(roster(hub), signed, id, line)
    const [{ note: byCustodians, cosigners, missing }, byWitnesses] = await Promise.all([
      hub.custodians.cosign(signed, size, prove, accepts, known),
      askWitnesses(hub, signed, size, prove),
    ])
    const note = byCustodians + byWitnesses
    if (verifiedHead(roster(hub), note, 'by-a-quorum') !== undefined) {
      await hub.ledger.write(async () => ({
        puts: [hub.shelf.put('meta', hub.shelf.key('meta', 'checkpoint'), { kind: 'checkpoint', note })],
      }))
      return { note, size, cosigners }
    }
    // Another process may have had a longer head cosigned meanwhile.
    if (tries === 3) {
      const { witnesses } = roster(hub)
      const text =
        witnesses.length > 0
          ? 'too few witnesses cosigned the journal’s head'
          : `too few custodians cosigned the journal’s head; missing: ${missing.join(', ')}`
      throw new IndexError('ERR_QUORUM_MISSING', text)
    }
  }
}

/**
 * Passes when the journal continues every head that a custodian saw. Nothing inside a database file can show that the
 * file is an old copy; these heads are kept outside it.
 * @throws {IndexError} `ERR_JOURNAL_ROLLED_BACK`
 */
export async function requireNotRolledBack(hub: HubContext): Promise<void> {
  const size = await hub.ledger.size()
  const headOf = (note: string) => verifiedHead(roster(hub), note, 'or-not')
  // What this hub did not sign says nothing about its journal: a custodian that holds such a note counts as silent.
  const seenBy = await hub.custodians.lastSeen((note) => headOf(note) !== undefined)
  for (const { note } of seenBy) {
    const seen = note === undefined ? undefined : headOf(note)
    if (seen === undefined) continue
    const same = seen.size <= size && Buffer.compare((await hub.ledger.head(seen.size)).root, seen.root) === 0
    if (!same)
      throw new IndexError(
        'ERR_JOURNAL_ROLLED_BACK',
        'the journal is older than a head that a custodian saw: it was rolled back or damaged',
      )
  }
}
