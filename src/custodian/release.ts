import { z } from 'zod'
import { equalBytes, toHex } from '../bytes.js'
import { parseReleaseMessage, type ReleaseMessage } from '../case/messages.js'
import { type RefusalReason, type ReleaseAnswer, requestHash, shareInfo, signAnswer } from '../case/opening.js'
import { bytesUpTo, parse } from '../door.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'
import type { Message } from '../port.js'
import { hpkeOpen, hpkeSeal } from '../seal/hpke.js'
import { shareOf, unwrapShare } from '../seal/open.js'
import { decodeRecord } from '../seal/record.js'
import { keyOf } from '../seal/wrap.js'
import { policyIsApproved } from './approvals.js'
import { type Desk, fromHub, selfOf } from './desk.js'
import { releaseInfo, verifiedHead } from './knowledge.js'
import { lockIfForgetful, sizeOf } from './lock.js'
import { type Asked, REFUSALS_MAX } from './state.js'
import { refusalOf } from './verify-release.js'

const EMPTY = new Uint8Array(0)
/** A refusal more than `REFUSALS_MAX` in this time is not kept. */
const REFUSALS_MS = 3_600_000
// JSON with base64 is a third longer than the evidence, which may have 2 MiB.
const releaseBody = z.strictObject({ sealed: bytesUpTo(4_194_304) })

/** Releases its share when every rule is met, and says why when one is not. */
export async function release(desk: Desk, message: Message): Promise<Uint8Array> {
  const { sealed } = parse(releaseBody, fromHub(desk, message), 'ERR_MESSAGE_MALFORMED', 'release')
  const opened = fromJsonBytes(
    await hpkeOpen(desk.keys.hpke, releaseInfo(desk.keys.hub.id, desk.keys.id), EMPTY, sealed),
  )
  return toJsonBytes({ answer: await answerTo(desk, parseReleaseMessage(opened)) })
}

async function answerTo(desk: Desk, message: ReleaseMessage): Promise<Uint8Array> {
  const { keys, clock } = desk
  const { request } = message.signed
  const asked: Asked = { opening: request.opening, case: request.case, officer: request.officer, at: clock() }
  const hash = requestHash(keys.hub.id, request)
  await lockIfForgetful(desk, message.note)
  if (desk.memory().locked !== undefined) return refuse(desk, asked, hash, 'custodian-locked')
  const before = desk.memory().openings.get(toHex(request.opening))
  if (before !== undefined && !equalBytes(before.requestHash, hash))
    return refuse(desk, asked, hash, 'opening-used-before')
  if (before?.answer !== undefined) return before.answer
  const memory = desk.memory()
  const { rosters, lastSeen, withdrawn, undetermined, splits, unproven } = memory
  const approves = (policy: string): boolean => policyIsApproved(desk.approve, memory, policy)
  const own = { rosters, lastSeen, withdrawn, undetermined, splits, isRosterProven: unproven.length === 0, approves }
  const reason = refusalOf({ hub: keys.hub.id, ...own, now: clock() }, message)
  if (reason !== undefined) return refuse(desk, asked, hash, reason)
  const isNews = sizeOf(message.note) > lastSeen.size
  const head = isNews ? verifiedHead(desk.roster(), message.note, 'by-a-quorum') : undefined
  if (head !== undefined) await desk.remember({ kind: 'seen', note: message.note, size: head.size, root: head.root })
  // The id is used from here on, whatever happens to this process.
  if (before === undefined) await desk.remember({ kind: 'opening', opening: request.opening, requestHash: hash })
  const answer = toJsonBytes(await released(desk, message, hash))
  await desk.remember({ kind: 'answered', opening: request.opening, answer, asked })
  return answer
}

async function released(
  desk: Desk,
  { signed: { request }, evidence }: ReleaseMessage,
  hash: Uint8Array,
): Promise<ReleaseAnswer> {
  const { keys } = desk
  const { index, id } = selfOf(desk)
  const record = decodeRecord(evidence.record.bytes)
  const root = keyOf(keys.roots, shareOf(record, index).generation)
  const share = unwrapShare(record, index, root, request.label)
  try {
    const sealed = await hpkeSeal(request.oneUseKey, shareInfo(keys.hub.id, request, index), EMPTY, share)
    return signAnswer(
      keys.hub.id,
      { kind: 'released', custodian: id, index, requestHash: hash, share: sealed },
      keys.signing,
    )
  } finally {
    share.fill(0)
  }
}

async function refuse(desk: Desk, asked: Asked, hash: Uint8Array, reason: RefusalReason): Promise<Uint8Array> {
  const { keys } = desk
  await keepRefusal(desk, asked, hash, reason)
  return toJsonBytes(
    signAnswer(keys.hub.id, { kind: 'refused', custodian: keys.id, requestHash: hash, reason }, keys.signing),
  )
}

/** For the controller to read. One that is asked in a loop does not fill its disk with refusals. */
async function keepRefusal(desk: Desk, asked: Asked, requestHash: Uint8Array, reason: RefusalReason): Promise<void> {
  const { refusals } = desk.memory()
  const at = desk.clock()
  const isKept = refusals.some((each) => each.reason === reason && equalBytes(each.requestHash, requestHash))
  const isFlood = refusals.length === REFUSALS_MAX && (refusals[0]?.at ?? 0) > at - REFUSALS_MS
  if (!isKept && !isFlood) await desk.remember({ kind: 'refused', at, requestHash, reason, asked })
}
