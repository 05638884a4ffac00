import { z } from 'zod'
import { type Clock, equalBytes, sha256, toHex } from '../bytes.js'
import { answerOf } from '../case/answer.js'
import type { CaseFile } from '../case/case.js'
import { parseSignedRequest, type ReleaseMessage } from '../case/messages.js'
import {
  type Evidence,
  evidenceHash,
  OPENING_HOURS,
  type OpeningRequest,
  PURPOSES,
  type ReleaseAnswer,
  requestIsSignedBy,
  type SignedRequest,
} from '../case/opening.js'
import { LAWFUL_BASES } from '../case/referral.js'
import { releaseInfo, verifiedHead } from '../custodian/knowledge.js'
import { bytesOf, parse } from '../door.js'
import { IndexError } from '../errors.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'
import { levelNamed } from '../policy/policy.js'
import type { Message, SendOptions } from '../port.js'
import { custodiansOf } from '../roster/roster.js'
import { hpkeSeal } from '../seal/hpke.js'
import { GROUPS } from '../seal/label.js'
import { decodeRecord, recordHash } from '../seal/record.js'
import { historyOf, openableLevel, requireCase, requireOfficer, thresholdOf, verdictOn } from './cases.js'
import { freshCheckpoint } from './checkpoints.js'
import { type HubContext, roster } from './context.js'
import type { CustodianAnswer } from './custodians.js'
import { decideAndDraft, journalDecision } from './disclosures.js'
import { rosterNews } from './enrolment.js'
import { entryAt, gatherEvidence, withPaths } from './evidence.js'
import { instantOf } from './history.js'
import { involvementOf } from './involvement.js'
import type { Draft } from './ledger.js'
import { recordKey } from './register.js'
import { numberKey } from './shelf.js'

const HOUR_MS = 3_600_000
const consentState = z.enum(['given', 'refused', 'withdrawn', 'expired', 'not-sought'])
const consent = z.strictObject({ carer: consentState, child: consentState, childUnderstands: z.boolean() })
const prepareRequest = z.strictObject({
  case: z.number().int().min(1),
  group: z.enum(GROUPS),
  purpose: z.enum(PURPOSES),
  lawfulBasis: z.enum(LAWFUL_BASES),
  needToKnow: z.boolean(),
  consent,
})
const openRequest = z.strictObject({ signed: z.unknown() })
const readRequest = z.strictObject({
  opening: bytesOf(16),
})

/** What an officer needs to sign a request: everything about the record and the evidence but the evidence itself. */
export interface Offer {
  readonly label: Uint8Array
  readonly keyset: string
  readonly recordHash: Uint8Array
  readonly at: number
  readonly policyHash: string
  readonly evidenceHash: Uint8Array
  readonly expiry: number
}

/** What an officer was permitted to ask for: the whole request, but for what the officer draws. */
type Permitted = Omit<OpeningRequest, 'opening' | 'oneUseKey'>

interface Ready {
  readonly permitted: Permitted
  readonly evidence: Evidence
  readonly salt: Uint8Array
}

/** Evidence that waits for its request. Kept in memory only, and not for long. */
export interface Prepared {
  keep(ready: Ready): void
  find(evidenceHash: Uint8Array): Ready | undefined
}

const PREPARED_MS = 10 * 60_000

export function preparedEvidence(clock: Clock): Prepared {
  const kept = new Map<string, Ready & { readonly until: number }>()
  const forgetOld = (): void => {
    for (const [name, { until }] of kept) if (until < clock()) kept.delete(name)
  }
  return {
    keep(ready) {
      forgetOld()
      kept.set(toHex(ready.permitted.evidenceHash), { ...ready, until: clock() + PREPARED_MS })
    },
    find(hash) {
      forgetOld()
      return kept.get(toHex(hash))
    },
  }
}

/**
 * Decides whether the details may be asked for, journals the decision, and prepares the evidence.
 * @throws {IndexError} `ERR_CASE_UNKNOWN`, `ERR_CASE_STATUS`, `ERR_THRESHOLD_NOT_REACHED`, `ERR_DISCLOSURE_DENIED`, `ERR_OPENING_UNKNOWN`
 */
export async function prepareOpening(hub: HubContext, prepared: Prepared, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message)
  const asked = parse(prepareRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'opening')
  const file = await requireCase(hub, asked.case)
  if (file.status === 'closed') throw new IndexError('ERR_CASE_STATUS', 'the case is closed')
  const history = await historyOf(hub, file)
  const at = instantOf(history, hub.clock())
  const verdict = verdictOn(hub, history, at)
  const level = levelNamed(hub.policy().policy, openableLevel(hub, file, history, verdict, officer.id))
  const { purpose, lawfulBasis, needToKnow, group } = asked
  const request = {
    information: group,
    threshold: level?.threshold ?? ('none' as const),
    status: 'none' as const,
    needToKnow,
    consent: asked.consent,
  }
  const { decision, draft } = decideAndDraft(request, { case: file.number, officer: officer.id, purpose, lawfulBasis })
  await journalDecision(hub, draft)
  if (!decision.permitted)
    throw new IndexError(
      'ERR_DISCLOSURE_DENIED',
      'the disclosure rules do not permit this opening; the denial is recorded',
    )
  if (level === undefined || !level.opens.includes(group)) {
    throw new IndexError('ERR_THRESHOLD_NOT_REACHED', 'the level that the checks reach does not open these details')
  }
  const record = await hub.shelf.one('record', recordKey(hub, file.childId, group))
  if (record === undefined)
    throw new IndexError('ERR_OPENING_UNKNOWN', 'nobody has registered this child: follow its enquiry')
  const evidence = await gatherEvidence(hub, file, history, record, verdict.support)
  const salt = hub.random(32)
  const { label, keyset } = decodeRecord(record.bytes)
  const offer: Offer = {
    label,
    keyset,
    recordHash: recordHash(record.bytes),
    at,
    policyHash: hub.policy().hash,
    evidenceHash: evidenceHash(salt, evidence),
    expiry: at + OPENING_HOURS * HOUR_MS,
  }
  const permitted = { ...offer, case: file.number, group, officer: officer.id, purpose, lawfulBasis }
  prepared.keep({ permitted, evidence, salt })
  return toJsonBytes(offer)
}

/** Journals a signed request, has it cosigned, asks every custodian for its share, and journals what each answered. */
export async function openCase(
  hub: HubContext,
  prepared: Prepared,
  message: Message,
  options?: SendOptions,
): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message)
  const signed = parseSignedRequest(
    parse(openRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'opening').signed,
  )
  const { request } = signed
  if (request.officer !== officer.id || !requestIsSignedBy(hub.id, signed, officer.keys.signing)) {
    throw new IndexError('ERR_SIGNATURE_INVALID', 'a request is signed by the officer who sends it')
  }
  const ready = prepared.find(request.evidenceHash)
  if (ready === undefined)
    throw new IndexError('ERR_OPENING_EXPIRED', 'this request was not prepared here in the last ten minutes: ask again')
  requireAsPermitted(request, ready.permitted)
  const position = await journalRequest(hub, signed)
  const answers = await releasesOf(hub, signed, ready, position, options)
  await journalAnswers(hub, signed, ready.evidence, answers)
  return toJsonBytes({
    answers: answers.map((answer) =>
      answer.kind === 'answered'
        ? { custodian: answer.custodian, answer: answer.answer }
        : { custodian: answer.custodian },
    ),
  })
}

/** The decision was on this case, group, purpose and basis: a request for anything else had none. */
function requireAsPermitted({ opening: _, oneUseKey: _key, ...said }: OpeningRequest, permitted: Permitted): void {
  if (!equalBytes(toJsonBytes(said), toJsonBytes(permitted)))
    throw new IndexError('ERR_REQUEST_INVALID', 'the request is not the one that was prepared', { field: 'request' })
}

async function journalRequest(hub: HubContext, signed: SignedRequest): Promise<number> {
  const key = openingKey(hub, signed.request.opening)
  let position = 0
  const isNew = await hub.ledger.write(async (at) => {
    const before = await hub.shelf.one('opening', key)
    if (before !== undefined) {
      if (!equalBytes(before.request, toJsonBytes(signed)))
        throw new IndexError('ERR_REQUEST_INVALID', 'this opening id was used for another request')
      position = before.position
      return undefined
    }
    position = at
    const { case: number, officer, expiry } = signed.request
    const row = {
      case: number,
      officer,
      request: toJsonBytes(signed),
      position: at,
      record: new Uint8Array(0),
      releases: [],
      expiry,
    }
    return {
      drafts: [{ type: 'opening', body: toJsonBytes(signed) }],
      inserts: [hub.shelf.insert('opening', key, row)],
    }
  })
  if (!isNew) throw new IndexError('ERR_REQUEST_INVALID', 'this opening id was used before')
  return position
}

function openingKey(hub: HubContext, opening: Uint8Array): Uint8Array {
  return hub.shelf.key('opening', opening)
}

/** Asks once more under a newer head where another process had one cosigned in between. */
async function releasesOf(
  hub: HubContext,
  signed: SignedRequest,
  ready: Ready,
  position: number,
  options?: SendOptions,
): Promise<readonly CustodianAnswer[]> {
  for (let tries = 1; ; tries += 1) {
    const answers = await hub.inTurn(() => releases(hub, signed, ready, position, options))
    const wasOvertaken = answers
      .map((each) => answerFrom(hub, signed, each))
      .some((answer) => answer?.kind === 'refused' && answer.reason === 'journal-inconsistent')
    if (!wasOvertaken || tries === 3) return answers
  }
}

/** Evidence travels to each custodian under its own key, with a proof from the head which that custodian saw last. */
async function releases(
  hub: HubContext,
  signed: SignedRequest,
  ready: { readonly evidence: Evidence; readonly salt: Uint8Array },
  position: number,
  options?: SendOptions,
): Promise<readonly CustodianAnswer[]> {
  await hub.custodians.follow(await rosterNews(hub))
  const { note, size } = await freshCheckpoint(hub)
  const evidence = await withPaths(hub, ready.evidence, size)
  const requestEntry = { ...(await entryAt(hub, position)), path: (await hub.ledger.inclusion(position, size)).path }
  const seen = new Map((await hub.custodians.lastSeen()).map(({ custodian, note: last }) => [custodian, last]))
  return Promise.all(
    custodiansOf(roster(hub)).map(async (custodian) => {
      const last = seen.get(custodian.id)
      const from = last === undefined ? 0 : (verifiedHead(roster(hub), last, 'or-not')?.size ?? 0)
      const body: ReleaseMessage = {
        signed,
        requestEntry,
        salt: ready.salt,
        evidence,
        note,
        consistency: await hub.ledger.consistency(Math.min(from, size), Math.max(from, size)),
      }
      const sealed = await hpkeSeal(
        custodian.keys.hpke,
        releaseInfo(hub.id, custodian.id),
        new Uint8Array(0),
        toJsonBytes(body),
      )
      return hub.custodians.release(custodian.id, sealed, options)
    }),
  )
}

/** What a custodian really said to this request; undefined for anything else. */
function answerFrom(hub: HubContext, { request }: SignedRequest, each: CustodianAnswer): ReleaseAnswer | undefined {
  return each.kind === 'answered' ? answerOf(hub.id, roster(hub), request, each.custodian, each.answer) : undefined
}

/** Releases by the hash of their ciphertext, refusals by their reason: all signed by the custodian who answered. */
async function journalAnswers(
  hub: HubContext,
  signed: SignedRequest,
  evidence: Evidence,
  answers: readonly CustodianAnswer[],
): Promise<void> {
  const valid = answers.flatMap((each) => {
    const answer = answerFrom(hub, signed, each)
    return answer !== undefined && each.kind === 'answered' ? [{ answer, bytes: each.answer }] : []
  })
  const released = valid.filter(({ answer }) => answer.kind === 'released')
  await hub.ledger.write(async (_, at) => {
    const key = openingKey(hub, signed.request.opening)
    const row = await hub.shelf.one('opening', key)
    const file = await requireCase(hub, signed.request.case)
    if (row === undefined) throw new IndexError('ERR_OPENING_UNKNOWN', 'the opening is not in the journal')
    const have = new Set(row.releases.map(({ custodian }) => custodian))
    const fresh = valid.filter(({ answer }) => answer.kind === 'refused' || !have.has(answer.custodian))
    if (fresh.length === 0) return undefined
    const more = released.filter(({ answer }) => !have.has(answer.custodian))
    const releases = [
      ...row.releases,
      ...more.map(({ answer, bytes }) => ({ custodian: answer.custodian, release: bytes })),
    ]
    const kept = { ...row, record: evidence.record.bytes, releases }
    const puts = [hub.shelf.put('opening', key, kept)]
    if (releases.length >= roster(hub).keyset.quorum)
      puts.push(hub.shelf.put('case', numberKey(file.number), opened(file, signed, at)))
    return { drafts: fresh.map(({ answer }) => answerDraft(signed, answer)), puts }
  })
}

function answerDraft({ request }: SignedRequest, answer: ReleaseAnswer): Draft {
  const { custodian, signature } = answer
  const of = { opening: request.opening, custodian, signature }
  return answer.kind === 'released'
    ? { type: 'release', body: toJsonBytes({ ...of, share: sha256(answer.share) }) }
    : { type: 'refusal', body: toJsonBytes({ ...of, reason: answer.reason }) }
}

function opened(file: CaseFile, { request }: SignedRequest, at: number): CaseFile {
  const openings = [...new Set([...file.openings, toHex(request.opening)])]
  return { ...file, openings, status: file.status === 'open' ? 'opened' : file.status, updatedAt: at }
}

/**
 * Hands an officer the sealed record and the shares of their own opening, and says which agencies know the child as far
 * as the disclosure rules let it. Every call is a journalled view.
 */
export async function readOpening(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message)
  const { opening } = parse(readRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'opening')
  const row = await hub.shelf.one('opening', openingKey(hub, opening))
  if (row === undefined || row.officer !== officer.id)
    throw new IndexError('ERR_OPENING_UNKNOWN', 'this officer has no such opening')
  if (row.expiry <= hub.clock())
    throw new IndexError('ERR_OPENING_EXPIRED', 'the opening has expired: a second look needs a new one')
  if (row.releases.length < roster(hub).keyset.quorum)
    throw new IndexError('ERR_SHARES_INSUFFICIENT', 'too few custodians released their share of this opening')
  const { request } = parseSignedRequest(fromJsonBytes(row.request))
  const { purpose, lawfulBasis } = request
  const file = await requireCase(hub, row.case)
  const history = await historyOf(hub, file)
  const level = openableLevel(hub, file, history, verdictOn(hub, history, instantOf(history, hub.clock())), officer.id)
  const context = { case: file.number, officer: officer.id, purpose, lawfulBasis }
  const { involvement, drafts } = await involvementOf(hub, history, thresholdOf(hub, level), context)
  const view: Draft = { type: 'view', body: toJsonBytes({ opening, officer: officer.id, case: row.case }) }
  await hub.ledger.write(async () => ({ drafts: [view, ...drafts] }))
  return toJsonBytes({ record: row.record, releases: row.releases, request: row.request, involvement })
}
