import { z } from 'zod'
import { equalBytes } from '../../bytes.js'
import { parse } from '../../door.js'
import { IndexError, isIndexError } from '../../errors.js'
import { toJsonBytes } from '../../json.js'
import type { Policy } from '../../policy/policy.js'
import { inBrief } from '../../roster/brief.js'
import { applyChanges, onlySuspends, type RosterChange } from '../../roster/change.js'
import {
  encodeActivationEntry,
  encodeRosterEntry,
  type Proposal,
  type RosterHistory,
  withActivationEntry,
  withRosterEntry,
} from '../../roster/history.js'
import { adoptedPositions } from '../checks/policies.js'
import { type HubContext, roster } from '../context.js'
import type { RosterNews } from '../custodians/custodians.js'
import type { Draft, ReadEntry } from '../ledger.js'
import type { Put } from '../shelf.js'

/** What became of a change of the roster. `proposed`: it waits for `activate`. */
export type RosterOutcome = 'in-force' | 'proposed'

export interface ChangeOptions {
  /** Whether the change takes the place of another one that waits; else it is refused. */
  readonly supersede?: boolean | undefined
}

const changeOptions = z.strictObject({ supersede: z.boolean().default(false) })

/** @throws {IndexError} `ERR_REQUEST_INVALID` */
export function takesItsPlace(options: ChangeOptions): boolean {
  return parse(changeOptions, options, 'ERR_REQUEST_INVALID', 'options').supersede
}

/** How often a change is proposed again because another one was quicker. */
const TRIES = 8

/** What a change of the roster writes: its steps, and the policy document that one of them approves, where it is new. */
export interface Change {
  readonly changes: readonly RosterChange[]
  readonly document?: Policy | undefined
  /** Whether it takes the place of another change that waits. */
  readonly supersede?: boolean | undefined
}

/**
 * A change and its activation are one write, so that no crash leaves half of it: custodians sign first for the version
 * that the change makes. A change that takes standing away needs no signature. Where another process was quicker, the
 * change is made again on the newer roster.
 * @param make works the change out from the roster as it then stands; undefined where there is nothing to change
 * @throws {IndexError} `ERR_CHANGE_WAITS` while another change waits, unless this one takes its place or only suspends
 */
export function changeRoster(hub: HubContext, make: () => Change | undefined, follow: Follow): Promise<RosterOutcome> {
  return hub.inTurn(async () => {
    for (let tries = 1; ; tries += 1) {
      await hub.ledger.notice()
      await follow([])
      const change = make()
      if (change === undefined) return 'in-force'
      try {
        const outcome = await changeOnce(hub, change, follow)
        if (outcome !== 'overtaken') return outcome
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

async function changeOnce(
  hub: HubContext,
  { changes, document, supersede = false }: Change,
  follow: Follow,
): Promise<RosterOutcome | 'overtaken'> {
  const base = roster(hub)
  const body = toJsonBytes(changes)
  if (base.activationDelayMs > 0 && !onlySuspends(body)) {
    // Asked for once more, it goes on waiting as it does.
    const isWaiting = waitingChange(hub)?.body
    if (isWaiting !== undefined && equalBytes(isWaiting, body)) return 'proposed'
    return (await propose(hub, body, { document, supersede, follow })) ? 'proposed' : 'overtaken'
  }
  const next = applyChanges(base, body)
  const signatures = onlySuspends(body) ? undefined : await hub.custodians.activate(next.version, body)
  const steps: Step[] = [{ type: 'roster', body: encodeRosterEntry({ body, signatures: [] }) }]
  if (signatures !== undefined)
    steps.push({ type: 'activation', body: encodeActivationEntry({ version: next.version, signatures }) })
  return (await journal(hub, steps, base.version, follow, { document })) ? 'in-force' : 'overtaken'
}

/** Journals a change that has to wait; `activateProposed` puts it in force once the delay has passed. */
function propose(
  hub: HubContext,
  body: Uint8Array,
  { document, supersede, follow }: Omit<Change, 'changes'> & { readonly follow: Follow },
): Promise<boolean> {
  const { version } = applyChanges(roster(hub), body)
  const proposal: Step = { type: 'roster', body: encodeRosterEntry({ body, signatures: [] }) }
  // Looked at where it is written: another process may have proposed something meanwhile.
  const guard = supersede === true ? undefined : () => requireNothingWaits(hub)
  return journal(hub, [proposal], version - 1, follow, { document, guard })
}

/** The change that waits, unless the roster has changed since so that it can never take effect. */
function waitingChange(hub: HubContext): Proposal | undefined {
  const { proposed } = hub.rosters()
  if (proposed === undefined) return undefined
  try {
    applyChanges(roster(hub), proposed.body)
    return proposed
  } catch (error) {
    if (isIndexError(error)) return undefined
    throw error
  }
}

const SAID_MAX = 3

function requireNothingWaits(hub: HubContext): void {
  const waiting = waitingChange(hub)
  if (waiting === undefined) return
  const steps = inBrief(waiting.body)
  const more = steps.length > SAID_MAX ? `, and ${steps.length - SAID_MAX} more` : ''
  const from = new Date(waiting.at + roster(hub).activationDelayMs).toISOString()
  throw new IndexError(
    'ERR_CHANGE_WAITS',
    `another change waits until ${from}: ${steps.slice(0, SAID_MAX).join('; ')}${more}. Activate it then, or say that this one takes its place`,
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

/** Takes in roster entries of this hub's own, with the policy document that was journalled beside them. */
export type Follow = (news: readonly RosterNews[], document?: Policy) => Promise<void>
type Step = Pick<RosterNews, 'type' | 'body'>

/** Appends roster entries together, once it is clear that the roster takes them; false when it has moved on meanwhile. */
async function journal(
  hub: HubContext,
  steps: readonly Step[],
  baseVersion: number,
  follow: Follow,
  { document, guard }: { readonly document?: Policy | undefined; readonly guard?: (() => void) | undefined } = {},
): Promise<boolean> {
  let news: readonly RosterNews[] = []
  await hub.ledger.write(async (position, at) => {
    news = []
    if (roster(hub).version !== baseVersion) return undefined
    guard?.()
    const documents: readonly Draft[] = document === undefined ? [] : [{ type: 'policy', body: toJsonBytes(document) }]
    const first = position + documents.length
    news = steps.map((step, index) => ({ ...step, position: first + index, at }))
    news.reduce(followed, hub.rosters())
    const key = hub.shelf.key('meta', 'roster')
    const row = await hub.shelf.one('meta', key)
    const positions = [...(row?.kind === 'roster' ? row.positions : []), ...news.map((each) => each.position)]
    const puts = [hub.shelf.put('meta', key, { kind: 'roster', positions })]
    if (document !== undefined) puts.push(await withPolicyAt(hub, position))
    return { drafts: [...documents, ...steps], puts }
  })
  if (news.length > 0) await follow(news, document)
  return news.length > 0
}

async function withPolicyAt(hub: HubContext, position: number): Promise<Put> {
  const positions = [...(await adoptedPositions(hub)), position]
  return hub.shelf.put('meta', hub.shelf.key('meta', 'policies'), { kind: 'policies', positions })
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
  const later = (await rosterPositions(hub)).filter((position) => position > after)
  return Promise.all(later.map(async (position) => newsOf(await hub.ledger.readOne(position))))
}

/** Journal positions of the roster's entries, ascending. */
export async function rosterPositions({ shelf }: Pick<HubContext, 'shelf'>): Promise<readonly number[]> {
  const row = await shelf.one('meta', shelf.key('meta', 'roster'))
  if (row?.kind !== 'roster') throw new IndexError('ERR_STORE_DAMAGED', 'the journal has no roster')
  return row.positions
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
