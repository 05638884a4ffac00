import type { ReleaseMessage } from '../../case/messages.js'
import type { SignedRequest } from '../../case/opening.js'
import { releaseInfo, verifiedHead } from '../../custodian/knowledge.js'
import { IndexError, isIndexError } from '../../errors.js'
import { toJsonBytes } from '../../json.js'
import { requireKeyset } from '../../roster/keyset.js'
import { type Custodian, type Keyset, standingMembersOf } from '../../roster/roster.js'
import { hpkeSeal } from '../../seal/hpke.js'
import { type HubContext, roster } from '../context.js'
import { type Checkpoint, freshCheckpoint } from '../custodians/checkpoints.js'
import { rosterNews, rosterPositions } from '../roster/enrolment.js'
import { passOver, proveRoster } from '../roster/prove-roster.js'
import { entryAt, withPaths } from './evidence.js'
import type { Ready } from './prepare-opening.js'

/** Evidence travels to each custodian under its own key, with a proof from the head which that custodian saw last. */
export async function releaseQuestion(
  hub: HubContext,
  signed: SignedRequest,
  ready: Ready,
  position: number,
): Promise<(custodian: string) => Promise<Uint8Array>> {
  const checkpoint = await headKnownToAll(hub)
  const { note, size } = checkpoint
  const evidence = await withPaths(hub, ready.evidence, size)
  const requestEntry = { ...(await entryAt(hub, position)), path: (await hub.ledger.inclusion(position, size)).path }
  const bodyFrom = async (from: number): Promise<Uint8Array> => {
    const consistency = await hub.ledger.consistency(Math.min(from, size), Math.max(from, size))
    const body: ReleaseMessage = { signed, requestEntry, salt: ready.salt, evidence, note, consistency }
    return toJsonBytes(body)
  }
  // The same for everybody who just cosigned.
  const bodies = new Map<number, Promise<Uint8Array>>()
  return async (custodian) => {
    const { seenSize, proven } = await seenBy(hub, checkpoint, custodian)
    await proveRoster(hub, { custodian, proven }, { note, size, seenSize })
    const body = bodies.get(seenSize) ?? bodyFrom(seenSize)
    bodies.set(seenSize, body)
    const { keys } = requireHolder(hub, requireKeyset(roster(hub), signed.request.keyset), custodian)
    return hpkeSeal(keys.hpke, releaseInfo(hub.id, custodian), new Uint8Array(0), await body)
  }
}

/** A cosigned head, under the roster that every custodian within reach was told of. */
async function headKnownToAll(hub: HubContext): Promise<Checkpoint> {
  const latest = (await rosterPositions(hub)).at(-1) ?? -1
  const checkpoint = hub.custodians.allKnow(latest) ? await freshCheckpoint(hub).catch(noneWithout) : undefined
  const current = checkpoint?.cosigners.filter(({ followed }) => followed >= latest)
  if (checkpoint !== undefined && current?.length === hub.custodians.ids.length) return checkpoint
  await hub.custodians.follow(await rosterNews(hub))
  return checkpoint ?? freshCheckpoint(hub)
}

function noneWithout(error: unknown): undefined {
  if (!isIndexError(error)) throw error
}

/** What a custodian saw last; nothing, as far as can be told, where it gives no good answer. */
async function seenBy(
  hub: HubContext,
  { cosigners, size }: Checkpoint,
  custodian: string,
): Promise<{ readonly seenSize: number; readonly proven: number }> {
  const cosigner = cosigners.find((each) => each.custodian === custodian)
  if (cosigner !== undefined) return { seenSize: size, proven: cosigner.proven }
  const headOf = (note: string) => verifiedHead(roster(hub), note, 'or-not')
  try {
    const { note, proven } = await hub.custodians.lastSeenBy(custodian, (last) => headOf(last) !== undefined)
    return { seenSize: note === undefined ? 0 : (headOf(note)?.size ?? 0), proven }
  } catch (error) {
    passOver(error)
    return { seenSize: 0, proven: -1 }
  }
}

/** Who holds a share of the record, and may give it out. */
function requireHolder(hub: HubContext, keyset: Keyset, id: string): Custodian {
  const custodian = standingMembersOf(roster(hub), keyset).find((each) => each.id === id)
  if (custodian !== undefined) return custodian
  throw new IndexError(
    'ERR_PARTY_NOT_IN_STANDING',
    'no custodian in standing holds a share of this record under this id',
  )
}
