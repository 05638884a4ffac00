import { z } from 'zod'
import { bytesOf, instant, isBytes, parse } from '../../door.js'
import { IndexError, isIndexError } from '../../errors.js'
import type { ConsistencyProof } from '../../journal/proof.js'
import { custodiansOf } from '../../roster/roster.js'
import { type HubContext, roster } from '../context.js'
import { rosterNews } from '../roster/enrolment.js'

/** How a lock ended. */
export interface Unlocking {
  /** `not-locked`: there was nothing to do. */
  readonly outcome: 'unlocked' | 'not-locked'
  /** The peers that told it what they remember. */
  readonly peers: readonly string[]
  /** Those that could not be reached, or could not tell. */
  readonly missing: readonly string[]
}

const lockState = z.object({ locked: bytesOf(32).optional() })
const pageReply = z.strictObject({ sealed: isBytes, next: instant.optional() })
const unlockReply = z.union([
  z.strictObject({ unlocked: z.array(z.string().max(64)).max(255) }),
  z.strictObject({ wants: z.array(instant).max(255), to: instant }),
])

/**
 * Carries what its peers remember to a locked custodian. All of it is sealed to that custodian and signed for this one lock, so
 * the hub neither reads nor changes it, nor brings what was said at another time.
 */
export async function unlockCustodian(hub: HubContext, custodian: string): Promise<Unlocking> {
  const all = custodiansOf(roster(hub))
  if (!all.some(({ id }) => id === custodian))
    throw new IndexError('ERR_PARTY_UNKNOWN', 'no custodian is on the roster under this id', { field: 'custodian' })
  // It must know its peers, and whose signatures count, before it can believe them.
  await hub.custodians.follow(await rosterNews(hub))
  const seen = await hub.custodians.ask(custodian, 'last-seen', {})
  const { locked: challenge } = parse(lockState, seen, 'ERR_MESSAGE_MALFORMED', 'lock')
  if (challenge === undefined) return { outcome: 'not-locked', peers: [], missing: [] }
  const missing: string[] = []
  for (const { id, suspended } of all) {
    if (id === custodian || suspended) continue
    if (!(await carry(hub, id, custodian, challenge))) missing.push(id)
  }
  return { outcome: 'unlocked', peers: await end(hub, custodian), missing }
}

/** Brings every page that one peer tells; false where the peer cannot tell, or is not believed. The others may suffice. */
async function carry(hub: HubContext, peer: string, to: string, challenge: Uint8Array): Promise<boolean> {
  try {
    for (let from: number | undefined = 0; from !== undefined; ) {
      const reply = await hub.custodians.ask(peer, 'state', { to, challenge, from })
      const { sealed, next } = parse(pageReply, reply, 'ERR_MESSAGE_MALFORMED', 'state')
      await hub.custodians.ask(to, 'merge', { custodian: peer, sealed })
      // A page that does not lead on would be asked for without end.
      if (next !== undefined && next <= from) return false
      from = next
    }
    return true
  } catch (error) {
    if (isIndexError(error)) return false
    throw error
  }
}

async function end(hub: HubContext, custodian: string): Promise<readonly string[]> {
  let proofs: readonly ConsistencyProof[] = []
  for (let tries = 1; ; tries += 1) {
    const reply = await hub.custodians.ask(custodian, 'unlock', { proofs })
    const said = parse(unlockReply, reply, 'ERR_MESSAGE_MALFORMED', 'unlock')
    if ('unlocked' in said) return said.unlocked
    if (tries === 2) throw new IndexError('ERR_CUSTODIAN_UNAVAILABLE', 'a custodian keeps asking for other proofs')
    const { wants, to } = said
    proofs = await Promise.all([...new Set(wants)].map((from) => hub.ledger.consistency(from, to)))
  }
}
