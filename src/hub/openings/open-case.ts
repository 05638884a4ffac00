import { z } from 'zod'
import { equalBytes, toHex } from '../../bytes.js'
import { answerOf } from '../../case/answer.js'
import type { CaseFile } from '../../case/case.js'
import type { Opened } from '../../case/event.js'
import { parseSignedRequest } from '../../case/messages.js'
import { needsToKnow } from '../../case/need.js'
import {
  type Evidence,
  type RefusalReason,
  type ReleaseAnswer,
  requestIsSignedBy,
  type SignedRequest,
} from '../../case/opening.js'
import { parse } from '../../door.js'
import { IndexError } from '../../errors.js'
import { sha256 } from '../../hash.js'
import { fromJsonBytes, toJsonBytes } from '../../json.js'
import type { Message, SendOptions } from '../../port.js'
import { requireKeyset } from '../../roster/keyset.js'
import { requireCase } from '../cases/cases.js'
import { happened } from '../cases/put-case.js'
import { loadStanding, standing } from '../children/standing.js'
import { type HubContext, roster } from '../context.js'
import type { GivenAnswer } from '../custodians/custodians.js'
import type { Heard } from '../custodians/reach.js'
import type { Draft } from '../ledger.js'
import { CASE_ROLES, requireOfficer } from '../officers.js'
import { NOTHING_RAISED, type Raising, raiseAlerts, tellAlerts } from '../watch/alerts.js'
import { openingKey, type Prepared, type Ready, requireAsPermitted } from './prepare-opening.js'
import { releaseQuestion } from './release-question.js'

const openRequest = z.strictObject({ signed: z.unknown() })

/** Journals a signed request, has it cosigned, asks every custodian for its share, and journals what each answered. */
export async function openCase(
  hub: HubContext,
  prepared: Prepared,
  message: Message,
  options?: SendOptions,
): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message, ...CASE_ROLES)
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
  const { answers, missing } = await releasesOf(hub, signed, ready, position, options)
  await journalAnswers(hub, signed, ready.evidence, answers)
  options?.signal?.throwIfAborted()
  return toJsonBytes({ answers: [...answers, ...missing.map((custodian) => ({ custodian }))] })
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
    // What was permitted when it was prepared may not be any more.
    const file = await requireCase(hub, number)
    if (file.status === 'closed') throw new IndexError('ERR_CASE_STATUS', 'the case is closed')
    if (!needsToKnow(file, officer))
      throw new IndexError('ERR_DISCLOSURE_DENIED', 'that this officer needs to know of the case is not on record')
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

/** Refusals because another process told custodians of something newer meanwhile. */
const OVERTAKEN: ReadonlySet<RefusalReason> = new Set(['journal-inconsistent', 'roster-not-proven'])

type Releases = Pick<Heard<GivenAnswer>, 'answers' | 'missing'>

/** Asks once more under a newer head where another process had one cosigned in between. */
async function releasesOf(
  hub: HubContext,
  signed: SignedRequest,
  ready: Ready,
  position: number,
  options?: SendOptions,
): Promise<Releases> {
  for (let tries = 1; ; tries += 1) {
    const heard = await hub.inTurn(() => releases(hub, signed, ready, position, options))
    const wasOvertaken = heard.answers
      .map((each) => answerFrom(hub, signed, each))
      .some((answer) => answer?.kind === 'refused' && OVERTAKEN.has(answer.reason))
    if (!wasOvertaken || tries === 3) return heard
  }
}

/** Request first, cosigned head second, releases third: a quorum of them is enough to go on with. */
async function releases(
  hub: HubContext,
  signed: SignedRequest,
  ready: Ready,
  position: number,
  options?: SendOptions,
): Promise<Releases> {
  const question = await releaseQuestion(hub, signed, ready, position)
  const counts = (each: GivenAnswer): boolean => answerFrom(hub, signed, each)?.kind === 'released'
  const onLate = (each: GivenAnswer): void => {
    // What a slow custodian released stands in the journal too; where that fails, the opening has its quorum without it.
    journalAnswers(hub, signed, ready.evidence, [each]).catch(() => undefined)
  }
  const { quorum: enough } = requireKeyset(roster(hub), signed.request.keyset)
  return hub.custodians.release(question, { enough, counts, onLate }, options)
}

/** What a custodian really said to this request; undefined for anything else. */
function answerFrom(hub: HubContext, { request }: SignedRequest, each: GivenAnswer): ReleaseAnswer | undefined {
  return answerOf(hub.id, roster(hub), request, each.custodian, each.answer)
}

/** Releases by the hash of their ciphertext, refusals by their reason: all signed by the custodian who answered. */
async function journalAnswers(
  hub: HubContext,
  signed: SignedRequest,
  evidence: Evidence,
  answers: readonly GivenAnswer[],
): Promise<void> {
  const valid = answers.flatMap((each) => {
    const answer = answerFrom(hub, signed, each)
    return answer === undefined ? [] : [{ answer, bytes: each.answer }]
  })
  const released = valid.filter(({ answer }) => answer.kind === 'released')
  let raised = NOTHING_RAISED
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
    const isOpened = releases.length >= requireKeyset(roster(hub), signed.request.keyset).quorum
    const opened = isOpened ? await happened(hub, file, openedEvent(file, signed), at) : { drafts: [], puts: [] }
    raised = await raiseAlerts(hub, isOpened ? await ifShielded(hub, file, signed) : [], at)
    return {
      drafts: [...fresh.map(({ answer }) => answerDraft(signed, answer)), ...opened.drafts, ...raised.drafts],
      puts: [hub.shelf.put('opening', key, kept), ...opened.puts, ...raised.puts],
    }
  })
  tellAlerts(hub, raised.alerts)
}

/** Shielding officers hear at once of every opening of a shielded child: its details say where it is. */
async function ifShielded(
  hub: HubContext,
  { number, childId }: CaseFile,
  { request }: SignedRequest,
): Promise<readonly Raising[]> {
  const child = standing(await loadStanding(hub, [childId]), childId)
  if (child?.shielded !== true) return []
  return [{ kind: 'shielded-opened', audience: 'shielding', officer: request.officer, case: number }]
}

function answerDraft({ request }: SignedRequest, answer: ReleaseAnswer): Draft {
  const { custodian, signature } = answer
  const of = { opening: request.opening, custodian, signature }
  return answer.kind === 'released'
    ? { type: 'release', body: toJsonBytes({ ...of, share: sha256(answer.share) }) }
    : { type: 'refusal', body: toJsonBytes({ ...of, reason: answer.reason }) }
}

function openedEvent({ number, childId }: CaseFile, { request }: SignedRequest): Opened {
  return { event: 'opened', case: number, childId, officer: request.officer, opening: toHex(request.opening) }
}
