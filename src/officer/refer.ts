import { z } from 'zod'
import { fromHex, toHex } from '../bytes.js'
import { AGENCY_NEEDS, type AgencyNeed } from '../case/need.js'
import { type ReferralFacts, sealPackage } from '../case/package.js'
import { referralFacts } from '../case/package-shape.js'
import {
  DECLINE_REASONS,
  MILESTONES,
  REFERRAL_NOTICE,
  REFERRAL_OUTCOMES,
  REFERRAL_STATUSES,
  type ReferralStatus,
} from '../case/referral.js'
import { signReferral } from '../case/referral-statement.js'
import { LAWFUL_BASES } from '../disclosure/purpose.js'
import { instant, parse } from '../door.js'
import { IndexError } from '../errors.js'
import { sha256 } from '../hash.js'
import type { PublicReferral, ReferralFilter } from '../hub/referrals/referral-list.js'
import type { Connection } from '../party.js'
import { THRESHOLDS } from '../policy/policy.js'
import type { SendOptions } from '../port.js'
import { agencyOf } from '../roster/roster.js'
import type { OneUseKeys } from './one-use-keys.js'
import { readDetails } from './read.js'

/** Sending agencies what they need to act, and hearing what became of it. */
export interface Referring {
  /**
   * Sends an agency what it needs to act, sealed to its key. The same openings to the same agency are one referral: asked again,
   * after a crash too, it is not sent twice, and this says how it stands.
   * @throws {IndexError} `ERR_PARTY_UNKNOWN`, `ERR_PARTY_NOT_IN_STANDING`, `ERR_OPENING_UNKNOWN`, `ERR_OPENING_EXPIRED`,
   * `ERR_DISCLOSURE_DENIED`, `ERR_CASE_STATUS`
   */
  refer(ask: ReferAsk, options?: SendOptions): Promise<SentReferral>
  /** A page of at most 100 referrals by number, without what they say. */
  referrals(filter?: ReferralFilter, options?: SendOptions): Promise<readonly PublicReferral[]>
  /** One referral: what its agency said, and when. @throws {IndexError} `ERR_REFERRAL_UNKNOWN` */
  referral(referral: number, options?: SendOptions): Promise<PublicReferral>
}

export interface ReferAsk {
  readonly case: number
  readonly to: string
  /** Openings of this officer’s own that can still be read, at most eight, all for one purpose: 32 hexadecimal digits each. */
  readonly openings: readonly string[]
  /** Why the agency needs to know; put on record with the case. */
  readonly because: AgencyNeed
}

export interface SentReferral {
  readonly referral: number
  readonly to: string
  readonly status: ReferralStatus
  readonly decisionDueAt: number
}

const status = z.enum(REFERRAL_STATUSES)
const outline = z.strictObject({ referral: instant, status, decisionDueAt: instant })
const prepareReply = z.union([z.strictObject({ sent: outline }), z.strictObject({ prepared: referralFacts })])
const publicReferral = z.strictObject({
  number: instant,
  case: instant,
  openings: z.array(z.string()),
  to: z.string(),
  because: z.enum(AGENCY_NEEDS),
  officer: z.string(),
  purpose: z.string(),
  lawfulBasis: z.enum(LAWFUL_BASES),
  threshold: z.enum(THRESHOLDS),
  sentAt: instant,
  decisionDueAt: instant,
  status,
  receivedAt: instant.optional(),
  acceptedAt: instant.optional(),
  declined: z.strictObject({ reason: z.enum(DECLINE_REASONS), at: instant }).optional(),
  outcome: z.enum(REFERRAL_OUTCOMES).optional(),
  decidedAt: instant.optional(),
  reports: z.array(z.strictObject({ milestone: z.enum(MILESTONES), on: z.string(), at: instant })).optional(),
  amendedAt: instant.optional(),
})
const referralsReply = z.strictObject({ referrals: z.array(publicReferral) })

export function referring(line: Connection, keys: OneUseKeys): Referring {
  return {
    refer: (ask, send) => referCase(line, keys, ask, send),
    async referrals(filter = {}, send) {
      return parse(referralsReply, await line.ask('referrals', filter, send), 'ERR_MESSAGE_MALFORMED', 'referrals')
        .referrals
    },
    async referral(referral, send) {
      return parse(publicReferral, await line.ask('referral', { referral }, send), 'ERR_MESSAGE_MALFORMED', 'referral')
    },
  }
}

/** Asks what may go to the agency, reads what was opened, and sends it sealed to the agency's key. */
async function referCase(line: Connection, keys: OneUseKeys, ask: ReferAsk, send?: SendOptions): Promise<SentReferral> {
  const { case: caseNumber, to, because } = ask
  const agency = agencyOf(await line.roster(send), to)
  if (agency === undefined) throw new IndexError('ERR_PARTY_UNKNOWN', 'no agency is on the roster under this id')
  if (ask.openings.length === 0)
    throw new IndexError('ERR_OPENING_UNKNOWN', 'a referral needs at least one opening of the case')
  const openings = [...new Set(ask.openings)].sort().map(fromHex)
  const question = { case: caseNumber, to, because, openings }
  const answer = parse(
    prepareReply,
    await line.ask('prepare-referral', question, send),
    'ERR_MESSAGE_MALFORMED',
    'referral',
  )
  if ('sent' in answer) return { ...answer.sent, to }
  const facts = answer.prepared
  const read = []
  for (const opening of openings) read.push(await readDetails(line, keys, toHex(opening), send))
  requireAsAsked(
    facts,
    ask,
    read.map(({ request }) => request),
  )
  // Of two openings of one group, the later one tells.
  const oldestFirst = [...read].sort((a, b) => a.request.at - b.request.at)
  const details = Object.fromEntries(oldestFirst.map(({ opened }) => [opened.group, opened.details]))
  const receiver = { id: agency.id, hpke: agency.keys.hpke }
  const sealed = await sealPackage(line.hub, receiver, { version: 2, ...facts, details, notice: REFERRAL_NOTICE })
  const { referral, purpose, lawfulBasis, threshold, sentAt, decisionDueAt } = facts
  const said = { referral, case: caseNumber, openings: openings.map(toHex), to, because, officer: line.id, purpose }
  const statement = { ...said, lawfulBasis, threshold, sentAt, decisionDueAt, package: sha256(sealed) }
  const signature = signReferral(line.hub, statement, line.key.signing)
  const reply = await line.ask('refer', { referral, sealed, signature }, send)
  return { ...parse(outline, reply, 'ERR_MESSAGE_MALFORMED', 'referral'), to }
}

/** What the hub says of the referral must be what this officer asked for, and signed for at the opening. */
function requireAsAsked(
  facts: ReferralFacts,
  ask: ReferAsk,
  requests: readonly { readonly case: number; readonly purpose: string; readonly lawfulBasis: string }[],
): void {
  const isAsked = facts.case === ask.case && facts.because === ask.because
  const isOpened = requests.every(
    (request) =>
      request.case === ask.case && request.purpose === facts.purpose && request.lawfulBasis === facts.lawfulBasis,
  )
  if (isAsked && isOpened) return
  throw new IndexError('ERR_MESSAGE_MALFORMED', 'the hub prepared another referral than was asked for')
}
