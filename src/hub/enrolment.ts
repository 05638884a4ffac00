import { agencyIdKeyHash } from '../child/identifiers.js'
import { IndexError } from '../errors.js'
import { toJsonBytes } from '../json.js'
import { type Enrolment, onlySuspends, parseEnrolment, type RosterChange } from '../roster/change.js'
import {
  encodeActivationEntry,
  encodeRosterEntry,
  presentRoster,
  type RosterHistory,
  withActivationEntry,
  withRosterEntry,
} from '../roster/history.js'
import { type HubContext, identifierKeyOf, roster } from './context.js'
import type { RosterNews } from './custodians.js'
import type { ReadEntry } from './ledger.js'

/** Puts a party on the roster: journalled as a new version, in force once a quorum of custodians has signed for it. */
export async function enrolParty(
  hub: HubContext,
  input: unknown,
  follow: (news: RosterNews) => Promise<void>,
): Promise<void> {
  const enrolment = withIdentifierKeys(hub, parseEnrolment(input))
  await changeRoster(hub, [{ kind: 'enrol', enrolment }], follow)
}

/** Takes a party's standing away, from this entry on. What it signed before keeps its place. */
export async function suspendParty(
  hub: HubContext,
  id: string,
  follow: (news: RosterNews) => Promise<void>,
): Promise<void> {
  await changeRoster(hub, [{ kind: 'suspend', id }], follow)
}

/** The hub fixes each agency's identifier keys by their hashes, so that custodians know the real ones when they see them. */
function withIdentifierKeys(hub: HubContext, enrolment: Enrolment): Enrolment {
  if (enrolment.party.party !== 'agency') return enrolment
  const { id } = enrolment.party
  const { epoch } = roster(hub)
  const hash = agencyIdKeyHash(identifierKeyOf(hub, id, epoch), hub.id, id, epoch)
  return { ...enrolment, party: { ...enrolment.party, identifierKeys: [{ epoch, hash }] } }
}

async function changeRoster(
  hub: HubContext,
  changes: readonly RosterChange[],
  follow: (news: RosterNews) => Promise<void>,
): Promise<void> {
  const body = toJsonBytes(changes)
  await journal(hub, 'roster', encodeRosterEntry({ body, signatures: [] }), follow)
  if (onlySuspends(body)) return
  const version = presentRoster(hub.rosters()).version + 1
  const signatures = await hub.custodians.activate(version)
  await journal(hub, 'activation', encodeActivationEntry({ version, signatures }), follow)
}

/** Appends a roster or activation entry, once it is clear that the roster takes it; then everybody follows. */
async function journal(
  hub: HubContext,
  type: 'roster' | 'activation',
  body: Uint8Array,
  follow: (news: RosterNews) => Promise<void>,
): Promise<void> {
  let news: RosterNews | undefined
  await hub.ledger.write(async (position, at) => {
    followed(hub.rosters(), { position, type, at, body })
    news = { position, type, at, body }
    const key = hub.shelf.key('meta', 'roster')
    const row = await hub.shelf.one('meta', key)
    const positions = [...(row?.kind === 'roster' ? row.positions : []), position]
    return { drafts: [{ type, body }], puts: [hub.shelf.put('meta', key, { kind: 'roster', positions })] }
  })
  if (news !== undefined) await follow(news)
}

/** The history after one more entry. @throws {IndexError} with the code of what does not hold */
export function followed(history: RosterHistory, { position, type, at, body }: RosterNews): RosterHistory {
  return type === 'roster'
    ? withRosterEntry(history, position, at, body)
    : withActivationEntry(history, position, at, body)
}

/** The roster entries that the projection knows of, read back from the journal. */
export async function rosterNews(hub: Pick<HubContext, 'shelf' | 'ledger'>): Promise<readonly RosterNews[]> {
  const row = await hub.shelf.one('meta', hub.shelf.key('meta', 'roster'))
  if (row?.kind !== 'roster') throw new IndexError('ERR_STORE_DAMAGED', 'the journal has no roster')
  return Promise.all(row.positions.map(async (position) => newsOf(await hub.ledger.readOne(position))))
}

function newsOf({ position, entry }: ReadEntry): RosterNews {
  if (entry?.type !== 'roster' && entry?.type !== 'activation')
    throw new IndexError('ERR_STORE_DAMAGED', 'a roster entry is missing')
  return { position, type: entry.type, at: entry.at, body: entry.body }
}
