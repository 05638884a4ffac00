import { z } from 'zod'
import { toHex } from './bytes.js'
import { CASE_STATUSES, type CaseStatus, type ClosingReason } from './case/case.js'
import { DETERMINATION_DAYS, signDetermination } from './case/determination.js'
import type { Dossier } from './case/dossier.js'
import type { EnquiryOutcome } from './case/enquiry.js'
import type { Involvement } from './case/involvement.js'
import { parseReleaseAnswer, parseSignedRequest } from './case/messages.js'
import {
  answerIsSignedBy,
  type OpeningRequest,
  PURPOSES,
  type Purpose,
  type RefusalReason,
  type ReleaseAnswer,
  requestHash,
  shareInfo,
  signRequest,
} from './case/opening.js'
import { sealPackage } from './case/package.js'
import { LAWFUL_BASES, type LawfulBasis, REFERRAL_NOTICE } from './case/referral.js'
import type { Consent } from './disclosure/decide.js'
import { isBytes, parse } from './door.js'
import { IndexError } from './errors.js'
import type { CaseSummary } from './hub/cases.js'
import { fromJsonBytes } from './json.js'
import { type Connection, connect, type PartyOptions } from './party.js'
import type { SendOptions } from './port.js'
import { type Enrolment, enrol } from './roster/change.js'
import { agencyOf, custodiansOf, type Roster } from './roster/roster.js'
import { type HpkeKey, hpkeKey, hpkeOpen } from './seal/hpke.js'
import { GROUPS, type Group } from './seal/label.js'
import { combine, type OpenShare } from './seal/open.js'
import { decodeRecord, requireLabel } from './seal/record.js'

/** An officer of the management function: works cases by identifier, and opens what the law and the policy allow. */
export interface Officer {
  readonly id: string
  enrolment(): Enrolment
  /** A page of at most 100 cases by number. */
  cases(
    filter?: { readonly status?: CaseStatus; readonly after?: number },
    options?: SendOptions,
  ): Promise<readonly CaseSummary[]>
  /** One case by identifier only. */
  review(caseNumber: number, options?: SendOptions): Promise<Dossier>
  /** Signs the judgement that a level is met which the checks alone do not reach. */
  determine(caseNumber: number, options?: SendOptions): Promise<void>
  /**
   * Asks the custodians to open a group of details, which this officer alone can then read until the opening expires.
   * @throws {IndexError} `ERR_THRESHOLD_NOT_REACHED`, `ERR_DISCLOSURE_DENIED`, `ERR_CASE_STATUS`, `ERR_OPENING_UNKNOWN`
   */
  open(ask: OpenAsk, options?: SendOptions): Promise<Opening>
  /** Reads what was opened. Every reading is journalled. @throws {IndexError} `ERR_OPENING_EXPIRED`, `ERR_SHARES_INSUFFICIENT` */
  read(opening: string, options?: SendOptions): Promise<OpenedDetails>
  /** Sends an agency what it needs to act, sealed to its key. */
  refer(ask: ReferAsk, options?: SendOptions): Promise<SentReferral>
  /** Says that a case should close; one that reached a threshold and was never opened takes two officers. */
  close(caseNumber: number, reason: ClosingReason, options?: SendOptions): Promise<CaseStatus>
  /** Says how an enquiry ended. */
  endEnquiry(enquiry: number, outcome: EnquiryOutcome, options?: SendOptions): Promise<void>
}

export interface OfficerOptions extends PartyOptions {
  /** Who the officer is across roles and keys; a pseudonym from the employer's register. */
  readonly person: string
  /** Epoch milliseconds. */
  readonly undertakingAt: number
  readonly trainingUntil: number
  readonly vettingUntil: number
  readonly shielding?: boolean | undefined
  /** Where one-use keys are kept until their opening expires; in memory where absent. */
  readonly oneUseKeys?: OneUseKeys | undefined
}

/** One-use keys of openings, kept by the officer alone. */
export interface OneUseKeys {
  save(opening: string, key: HpkeKey, expiry: number): Promise<void>
  /** The key, undefined once it has expired: it is deleted then. */
  load(opening: string, now: number): Promise<HpkeKey | undefined>
}

export interface OpenAsk {
  readonly case: number
  readonly group: Group
  readonly purpose: Purpose
  readonly lawfulBasis: LawfulBasis
  /** Whether this officer needs these details for this purpose; recorded with the decision. */
  readonly needToKnow: boolean
  /** What carer and child said, where they were asked. */
  readonly consent?: Consent | undefined
}

/** What the custodians answered. With fewer releases than the quorum, nothing can be read; every refusal says why. */
export interface Opening {
  /** 32 hexadecimal digits. */
  readonly opening: string
  readonly group: Group
  readonly expiry: number
  /** Whether a quorum released its shares. */
  readonly opened: boolean
  readonly released: readonly string[]
  readonly refused: readonly { readonly custodian: string; readonly reason: RefusalReason }[]
  readonly unavailable: readonly string[]
  /** The custodians' answers as they signed them. */
  readonly answers: readonly ReleaseAnswer[]
}

export interface OpenedDetails {
  readonly group: Group
  /** As the sealer sealed them. */
  readonly details: unknown
  /** The agencies whose checks count, by their own references; sensitive ones only where the rules let them be named. */
  readonly involvement: readonly Involvement[]
  /** Custodians whose share was not the one that had been sealed. */
  readonly badShares: readonly number[]
}

export interface ReferAsk {
  readonly case: number
  readonly to: string
  readonly openings: readonly string[]
  readonly needToKnow: boolean
  readonly consent?: Consent | undefined
}

export interface SentReferral {
  readonly referral: number
  readonly to: string
  readonly decisionDueAt: number
}

const instant = z.number().int().min(0)
const threshold = z.enum(['none', 'child-in-need', 'child-protection'])
const casesReply = z.strictObject({
  cases: z.array(
    z.strictObject({
      number: instant,
      status: z.enum(CASE_STATUSES),
      level: z.string(),
      threshold,
      raisedAt: instant,
      updatedAt: instant,
      reReferral: z.boolean(),
    }),
  ),
})
const offerReply = z.strictObject({
  label: isBytes,
  keyset: z.string(),
  recordHash: isBytes,
  at: instant,
  policyHash: z.string(),
  evidenceHash: isBytes,
  expiry: instant,
})
const openReply = z.strictObject({
  answers: z.array(z.strictObject({ custodian: z.string(), answer: isBytes.optional() })),
})
const readReply = z.strictObject({
  record: isBytes,
  request: isBytes,
  releases: z.array(z.strictObject({ custodian: z.string(), release: isBytes })),
  involvement: z.array(z.strictObject({ agency: z.string(), agencyKind: z.string(), references: z.array(z.string()) })),
})
const referReply = z.strictObject({
  referral: instant,
  threshold,
  level: z.string(),
  purpose: z.enum(PURPOSES),
  lawfulBasis: z.enum(LAWFUL_BASES),
  sentAt: instant,
  decisionDueAt: instant,
})
const closeReply = z.strictObject({ case: instant, status: z.enum(CASE_STATUSES) })

const NOT_SOUGHT: Consent = { carer: 'not-sought', child: 'not-sought', childUnderstands: false }
const EMPTY = new Uint8Array(0)
const DAY_MS = 86_400_000

export function createOfficer(options: OfficerOptions): Officer {
  const line = connect(options)
  const keys = options.oneUseKeys ?? memoryOneUseKeys()
  const review = async (caseNumber: number, send?: SendOptions): Promise<Dossier> =>
    (await line.ask('review', { case: caseNumber }, send)) as Dossier

  return {
    id: line.id,
    enrolment() {
      const { signing, hpke } = line.key
      const { person, undertakingAt, trainingUntil, vettingUntil, shielding = false } = options
      const ids = { id: line.id, keys: { signing: signing.publicKey, hpke: hpke.publicKey }, suspended: false }
      return enrol(
        line.hub,
        { party: 'officer', ...ids, person, undertakingAt, trainingUntil, vettingUntil, shielding },
        signing,
      )
    },
    async cases(filter = {}, send) {
      return parse(casesReply, await line.ask('cases', filter, send), 'ERR_MESSAGE_MALFORMED', 'cases').cases
    },
    review,
    async determine(caseNumber, send) {
      const { verdict, mayDetermine, timeline, policyHash } = await review(caseNumber, send)
      if (mayDetermine === undefined)
        throw new IndexError(
          'ERR_THRESHOLD_NOT_REACHED',
          'the policy lets nobody determine from the level that the checks reach',
        )
      const checkIds = timeline.filter(({ supports }) => supports).map(({ checkId }) => checkId)
      const at = verdict.asOf
      const { from, to } = mayDetermine
      const said = {
        case: caseNumber,
        checkIds,
        policyHash,
        at,
        from,
        to,
        expiry: at + DETERMINATION_DAYS * DAY_MS,
        officer: line.id,
      }
      await line.ask('determine', { determination: signDetermination(line.hub, said, line.key.signing) }, send)
    },
    open: (ask, send) => open(line, keys, ask, send),
    read: (opening, send) => read(line, keys, opening, send),
    refer: (ask, send) => refer(line, keys, ask, send),
    async close(caseNumber, reason, send) {
      return parse(
        closeReply,
        await line.ask('close', { case: caseNumber, reason }, send),
        'ERR_MESSAGE_MALFORMED',
        'close',
      ).status
    },
    async endEnquiry(enquiry, outcome, send) {
      await line.ask('end-enquiry', { enquiry, outcome }, send)
    },
  }
}

/** Asks what may be opened, signs a request with a key for this once, and hears every custodian's answer. */
async function open(line: Connection, keys: OneUseKeys, ask: OpenAsk, send?: SendOptions): Promise<Opening> {
  const { consent = NOT_SOUGHT, ...asked } = ask
  const offer = parse(
    offerReply,
    await line.ask('prepare-opening', { ...asked, consent }, send),
    'ERR_MESSAGE_MALFORMED',
    'opening',
  )
  const oneUse = await hpkeKey(line.random)
  const { label, keyset, recordHash, at, policyHash, evidenceHash, expiry } = offer
  const { group, purpose, lawfulBasis } = ask
  const opening = line.random(16)
  const request: OpeningRequest = {
    opening,
    case: ask.case,
    label,
    group,
    keyset,
    recordHash,
    at,
    policyHash,
    officer: line.id,
    oneUseKey: oneUse.publicKey,
    purpose,
    lawfulBasis,
    expiry,
    evidenceHash,
  }
  const id = toHex(opening)
  await keys.save(id, oneUse, expiry)
  const reply = parse(
    openReply,
    await line.ask('open', { signed: signRequest(line.hub, request, line.key.signing) }, send),
    'ERR_MESSAGE_MALFORMED',
    'opening',
  )
  const roster = await line.roster(send)
  const answers = reply.answers.map(({ custodian, answer }) => ({
    custodian,
    answer: answer === undefined ? undefined : theirAnswer(line, roster, request, custodian, answer),
  }))
  const released = answers.filter(({ answer }) => answer?.kind === 'released').map(({ custodian }) => custodian)
  const refused = answers.flatMap(({ custodian, answer }) =>
    answer?.kind === 'refused' ? [{ custodian, reason: answer.reason }] : [],
  )
  const unavailable = answers.filter(({ answer }) => answer === undefined).map(({ custodian }) => custodian)
  const opened = released.length >= roster.keyset.quorum
  const signed = answers.flatMap(({ answer }) => answer ?? [])
  return { opening: id, group, expiry, opened, released, refused, unavailable, answers: signed }
}

/** The custodian's answer if it is really its own and about this request; an unsigned word counts as no answer. */
function theirAnswer(
  line: Connection,
  roster: Roster,
  request: OpeningRequest,
  custodian: string,
  bytes_: Uint8Array,
): ReleaseAnswer | undefined {
  const answer = parseReleaseAnswer(fromJsonBytes(bytes_))
  const party = custodiansOf(roster).find(({ id }) => id === custodian)
  const isTheirs =
    party !== undefined &&
    answer.custodian === custodian &&
    Buffer.compare(answer.requestHash, requestHash(line.hub, request)) === 0
  return isTheirs && answerIsSignedBy(line.hub, answer, party.keys.signing) ? answer : undefined
}

async function read(line: Connection, keys: OneUseKeys, opening: string, send?: SendOptions): Promise<OpenedDetails> {
  const oneUse = await keys.load(opening, line.clock())
  if (oneUse === undefined)
    throw new IndexError(
      'ERR_OPENING_EXPIRED',
      'the one-use key of this opening is gone: a second look needs a new opening',
    )
  const reply = parse(
    readReply,
    await line.ask('read-opening', { opening: Buffer.from(opening, 'hex') }, send),
    'ERR_MESSAGE_MALFORMED',
    'opening',
  )
  const { request } = parseSignedRequest(fromJsonBytes(reply.request))
  const roster = await line.roster(send)
  const shares: OpenShare[] = []
  for (const { custodian, release } of reply.releases) {
    const answer = theirAnswer(line, roster, request, custodian, release)
    if (answer?.kind !== 'released') continue
    shares.push({
      custodian: answer.index,
      share: await hpkeOpen(oneUse, shareInfo(line.hub, request, answer.index), EMPTY, answer.share),
    })
  }
  const record = decodeRecord(reply.record)
  requireLabel(record, request.label)
  const { details, bad } = await combine(record, request.label, shares, roster.keyset.quorum)
  return { group: record.group, details, involvement: reply.involvement, badShares: bad }
}

async function refer(line: Connection, keys: OneUseKeys, ask: ReferAsk, send?: SendOptions): Promise<SentReferral> {
  const agency = agencyOf(await line.roster(send), ask.to)
  if (agency === undefined) throw new IndexError('ERR_PARTY_UNKNOWN', 'no agency is on the roster under this id')
  const opened = await Promise.all(ask.openings.map((opening) => read(line, keys, opening, send)))
  const first = ask.openings[0]
  if (first === undefined)
    throw new IndexError('ERR_OPENING_UNKNOWN', 'a referral needs at least one opening of the case')
  const opening = Buffer.from(first, 'hex')
  const groups = GROUPS.filter((group) => opened.some((each) => each.group === group))
  const { consent = NOT_SOUGHT, needToKnow, to } = ask
  const offer = parse(
    referReply,
    await line.ask('prepare-referral', { case: ask.case, to, groups, opening, needToKnow, consent }, send),
    'ERR_MESSAGE_MALFORMED',
    'referral',
  )
  const { referral, level, sentAt, decisionDueAt } = offer
  const content = {
    referral,
    case: ask.case,
    threshold: offer.threshold,
    level,
    purpose: offer.purpose,
    lawfulBasis: offer.lawfulBasis,
    sentAt,
    decisionDueAt,
    details: Object.fromEntries(opened.map(({ group, details }) => [group, details])),
    notice: REFERRAL_NOTICE,
  }
  const sealed = await sealPackage(line.hub, { id: agency.id, hpke: agency.keys.hpke }, content)
  await line.ask('refer', { referral, case: ask.case, to, opening, sealed }, send)
  return { referral, to, decisionDueAt }
}

/** One-use keys that live as long as the process. */
export function memoryOneUseKeys(): OneUseKeys {
  const kept = new Map<string, { readonly key: HpkeKey; readonly expiry: number }>()
  return {
    async save(opening, key, expiry) {
      kept.set(opening, { key, expiry })
    },
    async load(opening, now) {
      for (const [id, { key, expiry }] of kept) {
        if (expiry > now) continue
        key.privateKey.fill(0)
        kept.delete(id)
      }
      return kept.get(opening)?.key
    },
  }
}
