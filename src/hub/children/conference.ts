import { z } from 'zod'
import { encodeAnswer } from '../../check/answer.js'
import { encodeBatchEntry, leavesOf, type SaltedRow, signBatch } from '../../check/batch.js'
import { ALIAS_BYTES, newAlias } from '../../child/conference-alias.js'
import { type ChildId, fromAgencyChildId, toAgencyChildId } from '../../child/identifiers.js'
import { readAgencyChildId } from '../../child/written-form.js'
import { bytesOf, parse } from '../../door.js'
import { IndexError } from '../../errors.js'
import { fromJsonBytes, toJsonBytes } from '../../json.js'
import type { Message } from '../../port.js'
import type { Agency } from '../../roster/roster.js'
import { type HubContext, identifierKeyOf, requireParty, requireSender, roster } from '../context.js'
import type { Draft } from '../ledger.js'
import type { ConferenceRow } from '../rows.js'
import type { Put } from '../shelf.js'
import { EPOCH_CLOSED, epochOfWritten } from './epochs.js'
import { askersOf, meter } from './meter.js'
import { loadStanding, standing } from './standing.js'

const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000
/** Expired aliases that one opening looks for and forgets, so that they never pile up. */
const SWEPT = 50

const openRequest = z.strictObject({
  agencyChildId: z.string().max(200),
  with: z.array(z.string().max(63)).min(1).max(20),
  hours: z.number().int().min(1).max(72),
  practitioner: bytesOf(16),
})
const joinRequest = z.strictObject({
  alias: bytesOf(ALIAS_BYTES),
  commitment: bytesOf(32),
  practitioner: bytesOf(16),
})

/**
 * Gives out an alias under which the agencies that the caller names, and the caller, find one child for some hours.
 *
 * Any child will do that the caller has an id of, registered or not: a shielded one is answered like every other, or the
 * difference would tell that it is shielded. Nobody learns whether an agency joins, or knew the child before.
 */
export async function openConference(hub: HubContext, message: Message): Promise<Uint8Array> {
  const agency = requireSender(hub, message, 'agency')
  const asked = parse(openRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'conference')
  const others = new Set(asked.with.filter((id) => id !== agency.id))
  if (others.size === 0)
    throw new IndexError('ERR_REQUEST_INVALID', 'a conference has another agency in it', { field: 'with' })
  for (const id of others) requireParty(hub, id, 'agency')
  const childId = requireNamed(hub, agency, asked.agencyChildId)
  let alias = newAlias(hub.random)
  let expiresAt = 0
  // An alias that is taken is drawn again.
  while (
    !(await hub.ledger.write(async (_, at) => {
      const metered = await meter(hub, agency.id, askersOf([asked.practitioner]))
      const opened = await counted(hub, 'conferences', agency.id, hub.limits.conferencesPerAgencyPerDay, at)
      const child = standing(await loadStanding(hub, [childId]), childId)
      if (child === undefined) throw unknownChild()
      alias = newAlias(hub.random)
      expiresAt = at + asked.hours * HOUR_MS
      const key = hub.shelf.key('conference', alias)
      const row: ConferenceRow = { childId: child.childId, agencies: [agency.id, ...others], expiresAt }
      const said = { event: 'opened', conference: key, agency: agency.id, practitioner: asked.practitioner, ...row }
      return {
        drafts: [{ type: 'conference', body: toJsonBytes(said) }],
        inserts: [hub.shelf.insert('conference', key, row)],
        puts: [...metered, opened, ...(await withoutExpired(hub, key, at))],
      }
    }))
  );
  return toJsonBytes({ alias, expiresAt })
}

/** The child that this agency's written id names. @throws {IndexError} `ERR_CHILD_ID_UNKNOWN`, `ERR_EPOCH_CLOSED` */
export function requireNamed(hub: HubContext, agency: Agency, written: string): ChildId {
  const of = epochOfWritten(hub, agency, written)
  if (of === undefined) throw unknownChild()
  if (!of.isOpen) throw new IndexError(EPOCH_CLOSED.code, EPOCH_CLOSED.message, { field: 'agencyChildId' })
  return fromAgencyChildId(identifierKeyOf(hub, agency.id, of.epoch), readAgencyChildId(written).agencyChildId)
}

export function unknownChild(): IndexError {
  return new IndexError('ERR_CHILD_ID_UNKNOWN', 'this agency has no such child id: identify the child anew', {
    field: 'agencyChildId',
  })
}

/** Removes expired aliases behind a place that every opening draws anew. */
async function withoutExpired(hub: HubContext, after: Uint8Array, at: number): Promise<readonly Put[]> {
  const rows = await hub.shelf.list('conference', after, SWEPT)
  return rows.filter(({ value }) => value.expiresAt <= at).map(({ key }) => hub.shelf.put('conference', key, undefined))
}

/**
 * The asking agency's own id for the child of a conference, signed like every answer to a look-up.
 *
 * An alias that has expired, or was not meant for this agency, is answered exactly as one that there never was, and counts
 * as a wrong guess. Guessing is hopeless: of 2^40 aliases an agency tries a hundred a day, so that even with a thousand
 * conferences open for it at once it would hit one in 30,000 years.
 * @throws {IndexError} `ERR_CONFERENCE_UNKNOWN`, `ERR_RATE_LIMITED`
 */
export async function joinConference(hub: HubContext, message: Message): Promise<Uint8Array> {
  const agency = requireSender(hub, message, 'agency')
  const asked = parse(joinRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'conference')
  const conference = hub.shelf.key('conference', asked.alias)
  let reply: SignedAnswer['reply'] | undefined
  await hub.ledger.write(async (_, at) => {
    const metered = await meter(hub, agency.id, askersOf([asked.practitioner]))
    const guessed = await counted(hub, 'guesses', agency.id, hub.limits.conferenceGuessesPerAgencyPerDay, at)
    const childId = await childOf(hub, agency, conference, at)
    const said = { conference, agency: agency.id, practitioner: asked.practitioner }
    const drafted = (event: string): Draft => ({ type: 'conference', body: toJsonBytes({ event, ...said }) })
    if (childId === undefined) {
      reply = undefined
      return { drafts: [drafted('not-found')], puts: [...metered, guessed] }
    }
    const answer = signedAnswer(hub, agency, childId, asked.commitment, at)
    reply = answer.reply
    return { drafts: [answer.draft, drafted('joined')], puts: metered }
  })
  if (reply === undefined)
    throw new IndexError('ERR_CONFERENCE_UNKNOWN', 'this agency is in no conference under this alias')
  return toJsonBytes(reply)
}

async function childOf(hub: HubContext, agency: Agency, key: Uint8Array, at: number): Promise<ChildId | undefined> {
  const row = await hub.shelf.one('conference', key)
  if (row === undefined || row.expiresAt <= at || !row.agencies.includes(agency.id)) return undefined
  return standing(await loadStanding(hub, [row.childId]), row.childId)?.childId
}

interface SignedAnswer {
  readonly draft: Draft
  readonly reply: SaltedRow & { readonly signature: Uint8Array }
}

function signedAnswer(
  hub: HubContext,
  agency: Agency,
  childId: ChildId,
  commitment: Uint8Array,
  at: number,
): SignedAnswer {
  const { epoch } = roster(hub)
  const agencyChildId = toAgencyChildId(identifierKeyOf(hub, agency.id, epoch), childId)
  const statement = encodeAnswer({ hub: hub.id, agency: agency.id, commitment, agencyChildId, epoch, at })
  const { batch, rows } = signBatch('identify-batch/v1', hub.id, agency.id, [statement], hub.keys.signing, hub.random)
  const [row] = rows
  const [hash] = leavesOf(rows)
  if (row === undefined || hash === undefined) throw new RangeError('a batch of one has a row')
  return {
    draft: { type: 'identify', body: encodeBatchEntry(batch, [true]), leaves: [{ row: 0, hash, ...row }] },
    reply: { ...row, signature: batch.signature },
  }
}

/** One more of the day's. @throws {IndexError} `ERR_RATE_LIMITED` where they are used up */
async function counted(hub: HubContext, what: string, agency: string, limit: number, at: number): Promise<Put> {
  const key = hub.shelf.key('meter', what, agency, Math.floor(at / DAY_MS))
  const used = ((await hub.shelf.one('meter', key))?.used ?? 0) + 1
  if (used > limit)
    throw new IndexError('ERR_RATE_LIMITED', `the ${what} of today are used up for this agency: wait until tomorrow`)
  return hub.shelf.put('meter', key, { used })
}
