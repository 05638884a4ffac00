import { z } from 'zod'
import { equalBytes, toHex, u64 } from '../bytes.js'
import { englishCalendar } from '../case/deadlines.js'
import { parseSignedRequest } from '../case/messages.js'
import { AGENCY_NEEDS } from '../case/need.js'
import { REFERRAL_OUTCOMES, type Referral } from '../case/referral.js'
import { consentShape } from '../disclosure/decide.js'
import { bytesOf, bytesUpTo, parse } from '../door.js'
import { IndexError } from '../errors.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'
import type { Message } from '../port.js'
import { historyOf, openableLevel, requireCase, thresholdOf } from './cases.js'
import { type HubContext, requireParty, requireSender } from './context.js'
import { loadCounter } from './counters.js'
import { decideAndDraft, journalDecision } from './disclosures.js'
import { writtenFor } from './epochs.js'
import { instantOf } from './history.js'
import type { Writes } from './ledger.js'
import { CASE_ROLES, requireOfficer } from './officers.js'
import { verdictOn } from './raise.js'
import { numberKey } from './shelf.js'
import { loadStanding, standing } from './standing.js'

const number = z.number().int().min(1)
const prepareRequest = z.strictObject({
  case: number,
  to: z.string().max(64),
  groups: z
    .array(z.enum(['identity', 'carers']))
    .min(1)
    .max(2),
  opening: bytesOf(16),
  because: z.enum(AGENCY_NEEDS),
  consent: consentShape,
})
const sendRequest = z.strictObject({
  referral: number,
  case: number,
  to: z.string().max(64),
  opening: bytesOf(16),
  sealed: bytesUpTo(262_144),
})
const inboxRequest = z.strictObject({ after: z.number().int().min(0).optional() })
const answerRequest = z.strictObject({ referral: number, outcome: z.enum(REFERRAL_OUTCOMES).optional() })

/** What an officer puts into the package besides the details. */
export interface ReferralOffer {
  readonly referral: number
  readonly threshold: string
  readonly level: string
  readonly purpose: string
  readonly lawfulBasis: string
  readonly sentAt: number
  readonly decisionDueAt: number
  /** The child as the receiving agency sees it: with it, checks can follow at once. The officer learns no other agency's. */
  readonly agencyChildId: string
}

/** Decides by the disclosure rules what may go to an agency, records it, and gives the referral its number and deadline. */
export async function prepareReferral(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message, ...CASE_ROLES)
  const asked = parse(prepareRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'referral')
  requireParty(hub, asked.to, 'agency')
  const { request } = await requireOwnOpening(hub, asked.opening, officer.id, asked.case)
  const file = await requireCase(hub, asked.case)
  const history = await historyOf(hub, file)
  const verdict = verdictOn(hub, history, instantOf(history, hub.clock()))
  const level = openableLevel(hub, file, history, verdict, officer.id)
  const threshold = thresholdOf(hub, level, verdict.asOf)
  for (const information of asked.groups) {
    const facts = {
      information,
      threshold,
      status: 'none' as const,
      // The officer puts the agency's need on record with the referral.
      needToKnow: true,
      consent: asked.consent,
    }
    const { decision, draft } = decideAndDraft(facts, {
      case: file.number,
      officer: officer.id,
      to: asked.to,
      purpose: request.purpose,
      lawfulBasis: request.lawfulBasis,
    })
    await journalDecision(hub, draft)
    if (!decision.permitted)
      throw new IndexError(
        'ERR_DISCLOSURE_DENIED',
        'the disclosure rules do not permit this referral; the denial is recorded',
      )
  }
  const calendar = await englishCalendar()
  let referral: Referral | undefined
  // Another process may have drawn the same number meanwhile: then the next one.
  while (
    !(await hub.ledger.write(async (_, at) => {
      const counter = await loadCounter(hub, 'referral')
      referral = {
        number: counter.next(),
        case: file.number,
        opening: toHex(asked.opening),
        to: asked.to,
        because: asked.because,
        officer: officer.id,
        purpose: request.purpose,
        lawfulBasis: request.lawfulBasis,
        threshold,
        sentAt: at,
        decisionDueAt: calendar.addWorkingDays(at, 1),
        sealed: new Uint8Array(0),
        status: 'prepared',
      }
      return { puts: counter.puts(), inserts: [hub.shelf.insert('referral', numberKey(referral.number), referral)] }
    }))
  );
  const child = standing(await loadStanding(hub, [file.childId]), file.childId)
  const agencyChildId = writtenFor(hub, asked.to, child?.childId ?? file.childId)
  return toJsonBytes(offerOf(requireRecorded(referral), level, agencyChildId))
}

/** What a write left behind; a write that ran without leaving it could not be made. */
function requireRecorded(referral: Referral | undefined): Referral {
  if (referral === undefined) throw new IndexError('ERR_STORE_FAILED', 'the referral was not recorded')
  return referral
}

function offerOf(referral: Referral, level: string, agencyChildId: string): ReferralOffer {
  const { number, threshold, purpose, lawfulBasis, sentAt, decisionDueAt } = referral
  return { referral: number, threshold, level, purpose, lawfulBasis, sentAt, decisionDueAt, agencyChildId }
}

/** Takes the sealed package of a referral that was decided on, journals that it went, and lays it into the agency's inbox. */
export async function sendReferral(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message, ...CASE_ROLES)
  const asked = parse(sendRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'referral')
  requireParty(hub, asked.to, 'agency')
  await requireOwnOpening(hub, asked.opening, officer.id, asked.case)
  await hub.ledger.write(async (_, at) => {
    const file = await requireCase(hub, asked.case)
    if (file.status === 'closed') throw new IndexError('ERR_CASE_STATUS', 'the case is closed')
    const prepared = await hub.shelf.one('referral', numberKey(asked.referral))
    const isDecided =
      prepared?.officer === officer.id &&
      prepared.case === asked.case &&
      prepared.to === asked.to &&
      prepared.opening === toHex(asked.opening)
    if (prepared === undefined || !isDecided)
      throw new IndexError('ERR_REFERRAL_UNKNOWN', 'no such referral of this officer was decided on')
    if (prepared.status !== 'prepared') {
      if (equalBytes(prepared.sealed, asked.sealed)) return undefined
      throw new IndexError('ERR_CASE_STATUS', 'this referral was sent already')
    }
    const { sealed: _none, ...said } = { ...prepared, status: 'sent' as const }
    return {
      drafts: [{ type: 'referral', body: toJsonBytes({ event: 'sent', ...said }) }],
      inserts: [hub.shelf.insert('inbox', inboxKey(hub, prepared.to, prepared.number), { referral: prepared.number })],
      puts: [
        hub.shelf.put('referral', numberKey(prepared.number), { ...prepared, status: 'sent', sealed: asked.sealed }),
        hub.shelf.put('case', numberKey(file.number), {
          ...file,
          status: 'referred',
          needs: [...file.needs, { party: prepared.to, because: prepared.because, by: officer.id, at }],
          referrals: [...file.referrals, prepared.number],
          updatedAt: at,
        }),
      ],
    }
  })
  return toJsonBytes({ referral: asked.referral })
}

async function requireOwnOpening(hub: HubContext, opening: Uint8Array, officer: string, caseNumber: number) {
  const row = await hub.shelf.one('opening', hub.shelf.key('opening', opening))
  if (row === undefined || row.officer !== officer || row.case !== caseNumber)
    throw new IndexError('ERR_OPENING_UNKNOWN', 'this officer has no such opening of this case')
  if (row.expiry <= hub.clock())
    throw new IndexError('ERR_OPENING_EXPIRED', 'the opening has expired: open the case anew')
  return parseSignedRequest(fromJsonBytes(row.request))
}

function inboxKey(hub: HubContext, agency: string, referral: number): Uint8Array {
  return Buffer.concat([hub.shelf.key('inbox', agency), u64(referral)])
}

/** An agency's referrals after a number, sealed to it; fetching one is its receipt, and is journalled once. */
export async function inbox(hub: HubContext, message: Message): Promise<Uint8Array> {
  const agency = requireSender(hub, message, 'agency')
  const { after } = parse(inboxRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'referrals')
  const prefix = hub.shelf.key('inbox', agency.id)
  const rows = await hub.shelf.list('inbox', inboxKey(hub, agency.id, after ?? 0), 50)
  const own = rows.filter(({ key }) => Buffer.compare(key.subarray(0, prefix.length), prefix) === 0)
  const referrals: (Pick<Referral, 'sealed' | 'status' | 'amendedAt'> & { readonly referral: number })[] = []
  for (const { value } of own) {
    if (!('referral' in value)) continue
    const { sealed, status, amendedAt } = await answer(hub, agency.id, value.referral, undefined)
    referrals.push({ referral: value.referral, sealed, status, amendedAt })
  }
  return toJsonBytes({ referrals })
}

/** An agency's word on what it decided. */
export async function decideReferral(hub: HubContext, message: Message): Promise<Uint8Array> {
  const agency = requireSender(hub, message, 'agency')
  const { referral, outcome } = parse(answerRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'referral')
  const { status } = await answer(hub, agency.id, referral, outcome)
  return toJsonBytes({ referral, status })
}

async function answer(
  hub: HubContext,
  agency: string,
  number: number,
  outcome: Referral['outcome'],
): Promise<Referral> {
  const found: { referral?: Referral } = {}
  await hub.ledger.write(async (_, at) => {
    const referral = await hub.shelf.one('referral', numberKey(number))
    if (referral === undefined || referral.to !== agency || referral.status === 'prepared')
      throw new IndexError('ERR_REFERRAL_UNKNOWN', 'this agency has no referral with this number')
    const result = next(referral, outcome, at)
    found.referral = result
    if (result === referral) return undefined
    const said = { event: result.status, number, to: agency, ...(outcome === undefined ? {} : { outcome }) }
    return {
      drafts: [{ type: 'referral', body: toJsonBytes(said) }],
      puts: [hub.shelf.put('referral', numberKey(number), result)],
    }
  })
  return requireRecorded(found.referral)
}

function next(referral: Referral, outcome: Referral['outcome'], at: number): Referral {
  if (outcome !== undefined && referral.status === 'decided' && referral.outcome !== outcome) {
    throw new IndexError('ERR_CASE_STATUS', 'this agency has decided otherwise already')
  }
  if (outcome !== undefined && referral.status !== 'decided')
    return { ...referral, status: 'decided', receivedAt: referral.receivedAt ?? at, outcome, decidedAt: at }
  return referral.status === 'sent' ? { ...referral, status: 'received', receivedAt: at } : referral
}

/** Marks the referrals of a case whose checks have changed, so that their recipients are told. */
export async function amendReferrals(
  hub: HubContext,
  numbers: readonly number[],
  at: number,
): Promise<Required<Pick<Writes, 'drafts' | 'puts'>>> {
  const rows = await hub.shelf.get('referral', numbers.map(numberKey))
  const sent = rows.flatMap((row) => row ?? [])
  return {
    drafts: sent.map(({ number, to }) => ({ type: 'referral', body: toJsonBytes({ event: 'amended', number, to }) })),
    puts: sent.map((row) => hub.shelf.put('referral', numberKey(row.number), { ...row, amendedAt: at })),
  }
}
