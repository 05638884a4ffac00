import { agencyIdKeyHash } from '../child/identifiers.js'
import { IndexError, isIndexError } from '../errors.js'
import { toJsonBytes } from '../json.js'
import { applyChanges, type Enrolment, onlySuspends, parseEnrolment, type RosterChange } from '../roster/change.js'
import {
  encodeActivationEntry,
  encodeRosterEntry,
  type RosterHistory,
  withActivationEntry,
  withRosterEntry,
} from '../roster/history.js'
import { type HubContext, identifierKeyOf, roster } from './context.js'
import type { RosterNews } from './custodians.js'
import type { ReadEntry } from './ledger.js'

/** Puts a party on the roster: journalled as a new version, in force once a quorum of custodians has signed for it. */
export async function enrolParty(hub: HubContext, input: unknown, follow: Follow): Promise<void> {
  const enrolment = withIdentifierKeys(hub, parseEnrolment(input))
  requireKnownKind(hub, enrolment)
  await changeRoster(hub, [{ kind: 'enrol', enrolment }], follow)
}

/** Where the policy names the kinds of agency that submit its incidents, an agency is of one of them. */
function requireKnownKind(hub: HubContext, { party }: Enrolment): void {
  if (party.party !== 'agency') return
  const incidents = Object.values(hub.policy().policy.incidents)
  const kinds = new Set(incidents.flatMap(({ agencyKinds }) => agencyKinds ?? []))
  if (kinds.size === 0 || kinds.has(party.agencyKind)) return
  throw new IndexError('ERR_ROSTER_INVALID', 'the policy names no incident that agencies of this kind submit', {
    field: 'party.agencyKind',
  })
}

/** Takes a party's standing away, from this entry on. What it signed before keeps its place. */
export async function suspendParty(hub: HubContext, id: string, follow: Follow): Promise<void> {
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

/** How often a change is proposed again because another one was quicker. */
const TRIES = 8

/**
 * A change and its activation are one write, so that no crash leaves half of it: custodians sign first for the version
 * that the change makes. A change that takes standing away needs no signature. Where another process was quicker, the
 * change is made again on the newer roster.
 */
function changeRoster(hub: HubContext, changes: readonly RosterChange[], follow: Follow): Promise<void> {
  const body = toJsonBytes(changes)
  return hub.inTurn(async () => {
    for (let tries = 1; ; tries += 1) {
      await hub.ledger.notice()
      await follow([])
      try {
        if (await changeOnce(hub, body, follow)) return
      } catch (error) {
        const wasOvertaken = isIndexError(error, 'ERR_ROSTER_INVALID') && (await isOvertaken(hub))
        if (!wasOvertaken) throw error
      }
      if (tries === TRIES)
        throw new IndexError('ERR_STORE_BUSY', 'other changes of the roster kept coming first; try again')
    }
  })
}

/** Whether the journal holds a newer roster than the one that was just worked from. */
async function isOvertaken(hub: HubContext): Promise<boolean> {
  const { version } = roster(hub)
  await hub.ledger.notice()
  return roster(hub).version !== version
}

async function changeOnce(hub: HubContext, body: Uint8Array, follow: Follow): Promise<boolean> {
  const base = roster(hub)
  if (base.activationDelayMs > 0 && !onlySuspends(body)) {
    await propose(hub, body, follow)
    return true
  }
  const next = applyChanges(base, body)
  const signatures = onlySuspends(body) ? undefined : await hub.custodians.activate(next.version, body)
  const steps: Step[] = [{ type: 'roster', body: encodeRosterEntry({ body, signatures: [] }) }]
  if (signatures !== undefined)
    steps.push({ type: 'activation', body: encodeActivationEntry({ version: next.version, signatures }) })
  return journal(hub, steps, base.version, follow)
}

/** Journals a change that has to wait; `activateProposed` puts it in force once the delay has passed. */
async function propose(hub: HubContext, body: Uint8Array, follow: Follow): Promise<void> {
  applyChanges(roster(hub), body)
  await journal(
    hub,
    [{ type: 'roster', body: encodeRosterEntry({ body, signatures: [] }) }],
    roster(hub).version,
    follow,
  )
}

/** Puts the proposed version in force. @throws {IndexError} `ERR_ROSTER_INVALID` before its time or without a proposal */
export async function activateProposed(hub: HubContext, follow: Follow): Promise<void> {
  const { proposed } = hub.rosters()
  if (proposed === undefined) throw new IndexError('ERR_ROSTER_INVALID', 'there is no proposed roster to activate')
  const { version } = applyChanges(roster(hub), proposed.body)
  const signatures = await hub.custodians.activate(version, proposed.body)
  await journal(
    hub,
    [{ type: 'activation', body: encodeActivationEntry({ version, signatures }) }],
    version - 1,
    follow,
  )
}

type Follow = (news: readonly RosterNews[]) => Promise<void>
type Step = Pick<RosterNews, 'type' | 'body'>

/** Appends roster entries together, once it is clear that the roster takes them; false when it has moved on meanwhile. */
async function journal(hub: HubContext, steps: readonly Step[], baseVersion: number, follow: Follow): Promise<boolean> {
  let news: readonly RosterNews[] = []
  await hub.ledger.write(async (position, at) => {
    news = []
    if (roster(hub).version !== baseVersion) return undefined
    news = steps.map((step, index) => ({ ...step, position: position + index, at }))
    news.reduce(followed, hub.rosters())
    const key = hub.shelf.key('meta', 'roster')
    const row = await hub.shelf.one('meta', key)
    const positions = [...(row?.kind === 'roster' ? row.positions : []), ...news.map((each) => each.position)]
    return { drafts: steps, puts: [hub.shelf.put('meta', key, { kind: 'roster', positions })] }
  })
  if (news.length > 0) await follow(news)
  return news.length > 0
}

/** The history after one more entry. @throws {IndexError} with the code of what does not hold */
export function followed(history: RosterHistory, { position, type, at, body }: RosterNews): RosterHistory {
  return type === 'roster'
    ? withRosterEntry(history, position, at, body)
    : withActivationEntry(history, position, at, body)
}

/** The roster entries after a position that the projection knows of, read back from the journal. */
export async function rosterNews(
  hub: Pick<HubContext, 'shelf' | 'ledger'>,
  after = -1,
): Promise<readonly RosterNews[]> {
  const row = await hub.shelf.one('meta', hub.shelf.key('meta', 'roster'))
  if (row?.kind !== 'roster') throw new IndexError('ERR_STORE_DAMAGED', 'the journal has no roster')
  const later = row.positions.filter((position) => position > after)
  return Promise.all(later.map(async (position) => newsOf(await hub.ledger.readOne(position))))
}

/** Version 1 of the roster, which is entry 0 and can be read without any key. */
export async function genesisNews({ ledger }: Pick<HubContext, 'ledger'>): Promise<RosterNews> {
  return newsOf(await ledger.readOne(0))
}

function newsOf({ position, entry }: ReadEntry): RosterNews {
  if (entry?.type !== 'roster' && entry?.type !== 'activation')
    throw new IndexError('ERR_STORE_DAMAGED', 'a roster entry is missing')
  return { position, type: entry.type, at: entry.at, body: entry.body }
}
