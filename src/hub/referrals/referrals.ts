import { z } from 'zod'
import { equalBytes, u64 } from '../../bytes.js'
import type { Deadline } from '../../case/agenda.js'
import { englishCalendar, type WorkingCalendar } from '../../case/deadlines.js'
import { deadlinesOf, type Referral, type ReferralStatus } from '../../case/referral.js'
import { type ReferralStatement, referralIsSignedBy } from '../../case/referral-statement.js'
import { bytesOf, bytesUpTo, parse } from '../../door.js'
import { IndexError } from '../../errors.js'
import { sha256 } from '../../hash.js'
import { fromJsonBytes, toJsonBytes } from '../../json.js'
import type { Message } from '../../port.js'
import { assigned, done, due } from '../cases/agenda.js'
import { requireCase } from '../cases/cases.js'
import { type ListName, listed } from '../cases/listing.js'
import { happened } from '../cases/put-case.js'
import type { HubContext } from '../context.js'
import type { Writes } from '../ledger.js'
import { CASE_ROLES, requireOfficer } from '../officers.js'
import { numberKey, type Put } from '../shelf.js'
import { outlineOf, requireReceiver } from './prepare-referral.js'

/** What a package may have at most, in bytes, once it is sealed. */
const PACKAGE_BYTES_MAX = 262_144

const sendRequest = z.strictObject({
  referral: z.number().int().min(1),
  sealed: bytesUpTo(PACKAGE_BYTES_MAX),
  signature: bytesOf(64),
})

/**
 * Takes the sealed package of a referral that was prepared, with its officer's signature; journals that it went, lays it into the
 * agency's inbox, and starts its deadline. One that was sent already is what it is: nothing is sent twice.
 * @throws {IndexError} `ERR_REFERRAL_UNKNOWN`, `ERR_SIGNATURE_INVALID`, `ERR_CASE_STATUS`, `ERR_PARTY_UNKNOWN`,
 * `ERR_PARTY_NOT_IN_STANDING`
 */
export async function sendReferral(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message, ...CASE_ROLES)
  const {
    referral: number,
    sealed,
    signature,
  } = parse(sendRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'referral')
  const calendar = await englishCalendar()
  const found: { referral?: Referral } = {}
  await hub.ledger.write(async (_, at) => {
    const prepared = await hub.shelf.one('referral', numberKey(number))
    if (prepared === undefined || prepared.officer !== officer.id)
      throw new IndexError('ERR_REFERRAL_UNKNOWN', 'no such referral of this officer was decided on')
    found.referral = prepared
    if (prepared.status !== 'prepared') return undefined
    requireReceiver(hub, prepared.to)
    const said = statementOf(prepared, sealed)
    if (!referralIsSignedBy(hub.id, said, signature, officer.keys.signing))
      throw new IndexError('ERR_SIGNATURE_INVALID', 'its officer did not sign this referral as it was prepared')
    const file = await requireCase(hub, prepared.case)
    if (file.status === 'closed') throw new IndexError('ERR_CASE_STATUS', 'the case is closed')
    const sent: Referral = { ...prepared, status: 'sent', sealed }
    found.referral = sent
    const { to, because } = prepared
    const of = { case: file.number, childId: file.childId, officer: officer.id }
    const onCase = await happened(hub, file, { event: 'referred', ...of, referral: number, to, because }, at)
    return {
      drafts: [{ type: 'referral', body: toJsonBytes({ event: 'sent', ...said, signature }) }, ...onCase.drafts],
      inserts: [hub.shelf.insert('inbox', inboxKey(hub, to, number), { referral: number })],
      puts: [
        hub.shelf.put('referral', numberKey(number), sent),
        listed(hub, listOfReferrals('sent'), number),
        ...onCase.puts,
        ...(await done(hub, 'review', file.number)),
        ...(await dueAfter(hub, undefined, sent, calendar)),
      ],
    }
  })
  return toJsonBytes(outlineOf(requireRecorded(found.referral)))
}

function statementOf(referral: Referral, sealed: Uint8Array): ReferralStatement {
  const { number, openings, to, because, officer, purpose, lawfulBasis, threshold, sentAt, decisionDueAt } = referral
  const said = { referral: number, case: referral.case, openings, to, because, officer, purpose, lawfulBasis }
  return { ...said, threshold, sentAt, decisionDueAt, package: sha256(sealed) }
}

/** What a write left behind; a write that ran without leaving it could not be made. */
export function requireRecorded(referral: Referral | undefined): Referral {
  if (referral === undefined) throw new IndexError('ERR_STORE_FAILED', 'the referral was not recorded')
  return referral
}

/** What brings the agenda from what a referral made due before to what it makes due now. */
export async function dueAfter(
  hub: HubContext,
  before: Referral | undefined,
  after: Referral,
  calendar: WorkingCalendar,
): Promise<readonly Put[]> {
  const had = before === undefined ? [] : deadlinesOf(before, calendar)
  const has = deadlinesOf(after, calendar)
  const isSame = (a: Deadline, b: Deadline): boolean => a.kind === b.kind && a.dueAt === b.dueAt
  const ended = had.filter(({ kind }) => has.every((each) => each.kind !== kind))
  const begun = has.filter((each) => !had.some((other) => isSame(each, other)))
  return [
    ...(await Promise.all(ended.map(({ kind, number }) => done(hub, kind, number)))).flat(),
    ...(await Promise.all(begun.map((each) => due(hub, each)))).flat(),
  ]
}

/** What makes the deadlines of a case's referrals another officer's, who has the case from now on. */
export async function referralsOf(
  hub: HubContext,
  numbers: readonly number[],
  officer: string,
): Promise<readonly Put[]> {
  const all = numbers.flatMap((number) => KINDS.map((kind) => assigned(hub, kind, number, officer)))
  return (await Promise.all(all)).flat()
}

const KINDS = ['decision', 'assessment', 'conference'] as const

/** The lists that a referral is on. */
export function listOfReferrals(status: ReferralStatus): ListName {
  return ['referral', status]
}

/** Ends what referrals of a case made due: nobody waits for it any longer. */
export async function referralsDone(hub: HubContext, numbers: readonly number[]): Promise<readonly Put[]> {
  const all = numbers.flatMap((number) => KINDS.map((kind) => done(hub, kind, number)))
  return (await Promise.all(all)).flat()
}

/** Where an agency finds a referral; its inbox lies together, by number. */
export function inboxKey(hub: HubContext, agency: string, referral: number): Uint8Array {
  return Buffer.concat([hub.shelf.key('inbox', agency), u64(referral)])
}

export function isInInbox(hub: HubContext, agency: string, key: Uint8Array): boolean {
  const prefix = hub.shelf.key('inbox', agency)
  return equalBytes(key.subarray(0, prefix.length), prefix)
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
