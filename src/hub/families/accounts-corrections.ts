import { z } from 'zod'
import { concat, equalBytes, u64 } from '../../bytes.js'
import { accountDueAt } from '../../case/account.js'
import {
  CHECK_NAME,
  CORRECTION_OUTCOMES,
  CORRECTION_REASONS,
  type Correction,
  isAboutTheSame,
} from '../../case/account-correction.js'
import { checkName } from '../../case/account-document.js'
import { onlyAsked, type Questioned } from '../../case/enquiry.js'
import { decodeCheck, REFERENCE } from '../../check/canonical.js'
import type { ChildId } from '../../child/identifiers.js'
import { parse } from '../../door.js'
import { IndexError } from '../../errors.js'
import { fromJsonBytes, toJsonBytes } from '../../json.js'
import { encodeSigned, type Message } from '../../port.js'
import { GROUPS } from '../../seal/label.js'
import { done, due } from '../cases/agenda.js'
import { type History, type HistoryCheck, historyOf, leafAt } from '../checks/history.js'
import { historyPut, historyRows, marked, NO_ROW } from '../checks/history-rows.js'
import { loadWatermark, withWatermark } from '../checks/watermark.js'
import { requireNamed, unknownChild } from '../children/conference.js'
import { loadStanding, standing } from '../children/standing.js'
import { type HubContext, requireSender } from '../context.js'
import { loadCounter } from '../counters.js'
import { correctionHeld, correctionWithdrawn } from '../enquiries/enquiries-asked.js'
import type { Writes } from '../ledger.js'
import { requireOfficer } from '../officers.js'
import type { Put } from '../shelf.js'
import { accountDraft, correctionPointerKey } from './accounts.js'

const number = z.number().int().min(1)
const askRequest = z.strictObject({
  agencyChildId: z.string().max(200),
  reference: z.string().regex(REFERENCE),
  about: z.union([
    z.strictObject({ check: z.string().regex(CHECK_NAME) }),
    z.strictObject({ details: z.enum(GROUPS) }),
  ]),
  reason: z.enum(CORRECTION_REASONS),
})

/**
 * Takes in somebody's word that what is held is wrong, passed on by an agency. It learns the number and nothing else: not
 * whether there is such a check, nor whether the child is known.
 * @throws {IndexError} `ERR_CHILD_ID_UNKNOWN`, `ERR_EPOCH_CLOSED`, `ERR_REFERENCE_CONFLICT`
 */
export async function askCorrection(hub: HubContext, message: Message): Promise<Uint8Array> {
  const agency = requireSender(hub, message, 'agency')
  const asked = parse(askRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'correction')
  const named = requireNamed(hub, agency, asked.agencyChildId)
  const { reference, about, reason } = asked
  let given = 0
  await hub.ledger.write(async (_, at) => {
    const childId = standing(await loadStanding(hub, [named]), named)?.childId
    if (childId === undefined) throw unknownChild()
    const pointer = correctionPointerKey(hub, agency.id, reference)
    const before = await hub.shelf.one('account', pointer)
    if (before !== undefined && 'askedAs' in before) {
      given = before.askedAs
      const row = await requireCorrection(hub, given)
      if (equalBytes(row.childId, childId) && row.reason === reason && isAboutTheSame(row.about, about))
        return undefined
      throw new IndexError('ERR_REFERENCE_CONFLICT', 'another request has this reference', { field: 'reference' })
    }
    const counter = await loadCounter(hub, 'correction')
    given = counter.next()
    const dueAt = accountDueAt(at)
    const row: Correction = {
      correction: given,
      childId,
      agency: agency.id,
      reference,
      about,
      reason,
      askedAt: at,
      dueAt,
    }
    const said = { correction: given, childId, agency: agency.id, asked: encodeSigned(message) }
    return {
      drafts: [accountDraft('correction-asked', said)],
      inserts: [hub.shelf.insert('account', pointer, { askedAs: given })],
      puts: [
        ...counter.puts(),
        correctionPut(hub, row),
        await noted(hub, childId, given),
        ...(await due(hub, { kind: 'correction', number: given, startedAt: at, dueAt })),
      ],
    }
  })
  return toJsonBytes({ correction: given })
}

/** Corrections of one child are found by the child. */
async function noted(hub: HubContext, childId: ChildId, correction: number): Promise<Put> {
  const key = ofChildKey(hub, childId)
  const row = await hub.shelf.one('account', key)
  const before = row !== undefined && 'corrections' in row ? row.corrections : []
  return hub.shelf.put('account', key, { corrections: [...before, correction] })
}

/** What was asked to be put right of any of these ids, oldest first. */
export async function correctionsOf(hub: HubContext, ids: readonly ChildId[]): Promise<readonly Correction[]> {
  const rows = await hub.shelf.get(
    'account',
    ids.map((id) => ofChildKey(hub, id)),
  )
  const numbers = rows.flatMap((row) => (row !== undefined && 'corrections' in row ? row.corrections : []))
  const found = await hub.shelf.get('account', numbers.map(correctionKey))
  return found
    .flatMap((row) => (row !== undefined && 'correction' in row ? [row] : []))
    .sort((a, b) => a.correction - b.correction)
}

const oneRequest = z.strictObject({ correction: number })

/** Asks the agency of a disputed check, by its own reference, to correct or withdraw it. It is not named to the officer. */
export async function pursueCorrection(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message, 'records')
  const { correction: wanted } = parse(oneRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'correction')
  await hub.ledger.write(async (_, at) => {
    const row = await requireCorrection(hub, wanted)
    if (row.question !== undefined) return undefined
    requireOpen(row)
    const check = disputedCheck((await historyAbout(hub, row)).history, row)
    const source = check === undefined ? undefined : await sourceOf(hub, check)
    if (source === undefined)
      throw new IndexError('ERR_CASE_STATUS', 'there is no such check whose agency could be asked')
    const question = { ...source, question: 'please-correct-check' as const, askedAt: at }
    return {
      drafts: [
        accountDraft('correction-pursued', { correction: wanted, officer: officer.id, asked: encodeSigned(message) }),
      ],
      puts: [correctionPut(hub, { ...row, question }), correctionHeld(hub, { ...source, since: at }, wanted)],
    }
  })
  return toJsonBytes({ correction: wanted })
}

async function sourceOf(hub: HubContext, { agency, position, row }: HistoryCheck) {
  const leaf = await leafAt(hub, { entry: position, row })
  if (leaf === undefined || leaf.bytes.length === 0) return undefined
  return { agency, reference: decodeCheck(leaf.bytes).reference }
}

const decideRequest = z.strictObject({ correction: number, outcome: z.enum(CORRECTION_OUTCOMES) })

/**
 * A records officer's decision. `upheld` is for what was put right at its source; otherwise the check is marked as disputed
 * from then on, wherever it is shown. It counts as before: nobody but its agency takes it back.
 */
export async function decideCorrection(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message, 'records')
  const asked = parse(decideRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'correction')
  const { correction: wanted, outcome } = asked
  await hub.ledger.write(async (_, at): Promise<Writes | undefined> => {
    const row = await requireCorrection(hub, wanted)
    if (row.outcome === outcome) return undefined
    requireOpen(row)
    const watermark = await loadWatermark(hub)
    const { root, history } = await historyAbout(hub, row)
    const check = disputedCheck(history, row)
    if (outcome === 'upheld' && check !== undefined && check.withdrawn !== true)
      throw new IndexError('ERR_CASE_STATUS', 'its agency has neither corrected nor withdrawn the check')
    const marks = outcome !== 'upheld' && check !== undefined
    const said = { correction: wanted, officer: officer.id, outcome, asked: encodeSigned(message) }
    return withWatermark(watermark, {
      drafts: [accountDraft('correction-decided', marks ? { ...said, checkId: check.id } : said)],
      puts: [
        correctionPut(hub, { ...row, outcome, decidedAt: at }),
        ...(marks ? [await disputed(hub, check.of ?? root, check)] : []),
        ...(row.question === undefined ? [] : [correctionWithdrawn(hub, row.question)]),
        ...(await done(hub, 'correction', wanted)),
      ],
    })
  })
  return toJsonBytes({ correction: wanted, outcome })
}

/** Marks a check, in the row of the id that its agency signed for. */
async function disputed(hub: HubContext, childId: ChildId, { position, row }: HistoryCheck): Promise<Put> {
  const [before = NO_ROW] = await historyRows(hub, [childId])
  return historyPut(hub, childId, marked(before, { position, row, disputed: true }))
}

async function historyAbout(
  hub: HubContext,
  { childId }: Correction,
): Promise<{ readonly root: ChildId; readonly history: History }> {
  const root = standing(await loadStanding(hub, [childId]), childId)?.childId ?? childId
  return { root, history: await historyOf(hub, root) }
}

function disputedCheck({ checks }: History, { about }: Correction): HistoryCheck | undefined {
  return 'check' in about ? checks.find(({ id }) => checkName(id) === about.check) : undefined
}

function requireOpen({ outcome }: Correction): void {
  if (outcome !== undefined) throw new IndexError('ERR_CASE_STATUS', 'it has been decided')
}

/** @throws {IndexError} `ERR_ACCOUNT_UNKNOWN` */
export async function requireCorrection(hub: HubContext, wanted: number): Promise<Correction> {
  const row = await hub.shelf.one('account', correctionKey(wanted))
  if (row === undefined || !('correction' in row))
    throw new IndexError('ERR_ACCOUNT_UNKNOWN', 'there is no request with this number', { field: 'correction' })
  return row
}

const BY_CORRECTION = 0x80

/** Behind the accounts' numbers. */
export function correctionKey(wanted: number): Uint8Array {
  return concat(Uint8Array.of(BY_CORRECTION), u64(wanted))
}

export function correctionPut(hub: Pick<HubContext, 'shelf'>, row: Correction): Put {
  return hub.shelf.put('account', correctionKey(row.correction), row)
}

/** Where the corrections of a child stand. */
export function ofChildKey({ shelf }: HubContext, childId: ChildId): Uint8Array {
  return concat(Uint8Array.of(0xfe), shelf.key('account', 'corrections', childId))
}

const listRequest = z.strictObject({ after: number.optional() })
const PAGE = 100

/** A correction as records officers see it: without a child id, and without the agency of the check. */
export interface PublicCorrection extends Omit<Correction, 'childId' | 'question'> {
  readonly question?: Questioned | undefined
}

/** A page of corrections, in order of their number. */
export async function correctionsForOfficer(hub: HubContext, message: Message): Promise<Uint8Array> {
  requireOfficer(hub, message, 'records')
  const { after } = parse(listRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'corrections')
  const rows = await hub.shelf.list('account', correctionKey(after ?? 0), PAGE)
  const corrections = rows.flatMap(({ value }): readonly PublicCorrection[] => {
    if (!('correction' in value)) return []
    const { childId: _, question, ...row } = value
    return [question === undefined ? row : { ...row, question: onlyAsked(question) }]
  })
  return toJsonBytes({ corrections })
}
