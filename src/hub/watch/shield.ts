import { z } from 'zod'
import type { AlertKind } from '../../case/alert.js'
import { OVERRIDE_REASONS, SHIELD_REASONS, UNSHIELD_DAYS, UNSHIELD_REASONS } from '../../case/shielding.js'
import type { ChildId } from '../../child/identifiers.js'
import { parse } from '../../door.js'
import { IndexError } from '../../errors.js'
import { fromJsonBytes, toJsonBytes } from '../../json.js'
import type { Message } from '../../port.js'
import { hasRole, inGoodStanding, type Officer, officerOf } from '../../roster/roster.js'
import { requireCase } from '../cases/cases.js'
import { Apart } from '../checks/apart.js'
import { historyRows } from '../checks/history-rows.js'
import { loadWatermark, withWatermark } from '../checks/watermark.js'
import { ChildTable } from '../children/children.js'
import { loadStanding, standing } from '../children/standing.js'
import { type HubContext, roster } from '../context.js'
import type { Writes } from '../ledger.js'
import { personOf, requireOfficer } from '../officers.js'
import type { ChildRow } from '../rows.js'
import { numberKey } from '../shelf.js'
import { type Raised, type Raising, raiseAlerts, repeatAlert, tellAlerts } from './alerts.js'

const number = z.number().int().min(1)
/** A case or an enquiry: officers never see a child id. */
export type About = { readonly case: number } | { readonly enquiry: number }
const about: z.ZodType<About> = z.union([z.strictObject({ case: number }), z.strictObject({ enquiry: number })])

const shieldRequest = z.strictObject({ about, reason: z.enum(SHIELD_REASONS) })
const unshieldRequest = z.strictObject({ about, reason: z.enum(UNSHIELD_REASONS) })
const overrideRequest = z.strictObject({ about, reason: z.enum(OVERRIDE_REASONS) })

const DAY_MS = 86_400_000

/** Shields a child from now on. */
export async function shieldChild(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message)
  if (!hasRole(officer, 'shielding'))
    throw new IndexError('ERR_PARTY_NOT_IN_STANDING', 'a shielding officer shields a child: ask one')
  const asked = parse(shieldRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'shielding')
  await hub.ledger.write(async () => {
    const { children, root, others } = await everyIdOf(hub, await childOf(hub, officer, asked.about))
    if (root.shielded && root.shieldedByLink === undefined) return undefined
    const { shieldedByLink: _, ...own } = root
    children.set({ ...own, shielded: true })
    for (const row of others) if (!row.shielded) children.set({ ...row, shielded: true, shieldedByLink: true })
    return {
      drafts: [shieldDraft({ childId: root.childId, shielded: true, officers: [officer.id], reason: asked.reason })],
      puts: children.puts(hub),
    }
  })
  return toJsonBytes({ shielded: true })
}

/**
 * An officer's word that a child need not be shielded any longer. It takes two persons, a shielding officer among them; the
 * first word waits for the second. Another officer is told that the word was recorded and no more, whoever the child is.
 */
export async function unshieldChild(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message)
  const { about: what, reason } = parse(
    unshieldRequest,
    fromJsonBytes(message.body),
    'ERR_REQUEST_INVALID',
    'shielding',
  )
  let outcome: 'waiting' | 'lifted' = 'waiting'
  let raised: Raised | undefined
  await hub.ledger.write(async (_, at): Promise<Writes> => {
    const { children, root, others } = await everyIdOf(hub, await childOf(hub, officer, what))
    if (!root.shielded && hasRole(officer, 'shielding'))
      throw new IndexError('ERR_CASE_STATUS', 'the child is not shielded')
    const key = unshieldKey(hub, root.childId)
    const before = await wordBefore(hub, key, officer, reason, at)
    const lifts = root.shielded && before !== undefined
    outcome = lifts ? 'lifted' : 'waiting'
    const officers = [...(before === undefined ? [] : [before]), officer.id]
    if (lifts)
      for (const { shieldedByLink: _by, ...row } of [root, ...others]) children.set({ ...row, shielded: false })
    const kind: AlertKind = lifts ? 'shield-lifted' : 'shield-lifting'
    raised = root.shielded ? await raiseAlerts(hub, [alertAbout(kind, officer, what, reason)], at) : undefined
    const word = lifts ? undefined : { kind: 'unshield' as const, officer: officer.id, reason, at }
    const said = lifts ? { shielded: false, officers, reason } : { event: 'lifting', officers, reason }
    const writes: Writes = {
      drafts: [shieldDraft({ childId: root.childId, ...said }), ...(raised?.drafts ?? [])],
      puts: [...children.puts(hub), hub.shelf.put('meta', key, word), ...(raised?.puts ?? [])],
    }
    return lifts ? withEnquiriesApart(hub, [root, ...others], writes) : writes
  })
  tellAlerts(hub, raised?.alerts ?? [])
  return toJsonBytes({ outcome: hasRole(officer, 'shielding') ? outcome : 'recorded' })
}

/** A registered child whose enquiry was left open: the next check joins it, and does not say so by itself. */
async function withEnquiriesApart(hub: HubContext, rows: readonly ChildRow[], writes: Writes): Promise<Writes> {
  const before = await Apart.load(hub)
  const apart = before.with(rows.flatMap((row) => (row.enquiry === undefined ? [] : row.childId)))
  const puts = [...(writes.puts ?? []), ...apart.puts(hub, before)]
  const done = (): void => hub.assessed.forget()
  return apart === before ? writes : withWatermark(await loadWatermark(hub), { ...writes, puts, done })
}

/** Another person's word for the same reason, that still waits, where one of the two is a shielding officer. */
async function wordBefore(
  hub: HubContext,
  key: Uint8Array,
  officer: Officer,
  reason: string,
  at: number,
): Promise<string | undefined> {
  const row = await hub.shelf.one('meta', key)
  if (row?.kind !== 'unshield' || row.reason !== reason || row.at + UNSHIELD_DAYS * DAY_MS <= at) return undefined
  const other = officerOf(roster(hub), row.officer)
  if (other === undefined || !inGoodStanding(other, at)) return undefined
  if (personOf(hub, row.officer) === officer.person) return undefined
  return hasRole(other, 'shielding') || hasRole(officer, 'shielding') ? row.officer : undefined
}

/**
 * Tells an officer, for a reason, whether the child of a case or an enquiry is registered here, shielded or not. Every
 * asking is journalled and every shielding officer alerted, whatever the answer. It ends with that case or enquiry.
 */
export async function overrideShield(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message)
  const { about: what, reason } = parse(overrideRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'override')
  let answer: { readonly registered: boolean; readonly shielded: boolean } | undefined
  let tell = (): void => undefined
  await hub.ledger.write(async (_, at) => {
    const childId = await childOf(hub, officer, what, 'open')
    const { root } = await everyIdOf(hub, childId)
    answer = { registered: root.status === 'registered', shielded: root.shielded }
    const key = hub.shelf.key('meta', 'override', officer.id, ...Object.entries(what).flat())
    const before = await hub.shelf.one('meta', key)
    const repeated = before?.kind === 'override' ? await repeatAlert(hub, before.alert) : undefined
    const draft = shieldDraft({ event: 'overridden', childId, officers: [officer.id], reason, ...what })
    if (repeated !== undefined) {
      tell = () => tellAlerts(hub, [repeated.alert])
      return { drafts: [draft], puts: [repeated.put] }
    }
    const raised = await raiseAlerts(hub, [alertAbout('shield-overridden', officer, what, reason)], at)
    tell = () => tellAlerts(hub, raised.alerts)
    const alert = raised.alerts[0]?.number ?? 0
    return {
      drafts: [draft, ...raised.drafts],
      puts: [...raised.puts, hub.shelf.put('meta', key, { kind: 'override', alert })],
    }
  })
  tell()
  return toJsonBytes(answer)
}

function alertAbout(kind: AlertKind, officer: Officer, what: About, reason: string): Raising {
  return { kind, audience: 'shielding', officer: officer.id, reason, ...what }
}

function shieldDraft(said: object) {
  return { type: 'shield' as const, body: toJsonBytes(said) }
}

/** The child of a case or of an enquiry that this officer may see. */
async function childOf(hub: HubContext, officer: Officer, what: About, must?: 'open'): Promise<ChildId> {
  if ('case' in what) {
    const file = await requireCase(hub, what.case)
    if (must === 'open' && file.status === 'closed') throw new IndexError('ERR_CASE_STATUS', 'the case is closed')
    return file.childId
  }
  const enquiry = await hub.shelf.one('enquiry', numberKey(what.enquiry))
  if (enquiry === undefined || (enquiry.desk === 'shielding' && !hasRole(officer, 'shielding')))
    throw new IndexError('ERR_ENQUIRY_UNKNOWN', 'there is no enquiry with this number', { field: 'enquiry' })
  if (must === 'open' && enquiry.status === 'ended') throw new IndexError('ERR_CASE_STATUS', 'the enquiry has ended')
  return enquiry.childId
}

/** The child that an id stands for, and all ids that are linked to it: they are shielded together. */
async function everyIdOf(
  hub: HubContext,
  childId: ChildId,
): Promise<{ readonly children: ChildTable; readonly root: ChildRow; readonly others: readonly ChildRow[] }> {
  const root = standing(await loadStanding(hub, [childId]), childId)
  if (root === undefined) throw new IndexError('ERR_STORE_DAMAGED', 'a case is about a child that is not there')
  const ids: ChildId[] = [root.childId]
  for (let at = 0; at < ids.length; at += 1)
    ids.push(...((await historyRows(hub, ids.slice(at, at + 1)))[0]?.joined ?? []))
  const children = await ChildTable.load(hub, ids)
  return { children, root, others: ids.slice(1).flatMap((id) => children.get(id) ?? []) }
}

/** Where the first officer's word stands that a child need not be shielded any longer. */
export function unshieldKey(hub: Pick<HubContext, 'shelf'>, childId: ChildId): Uint8Array {
  return hub.shelf.key('meta', 'unshield', childId)
}
