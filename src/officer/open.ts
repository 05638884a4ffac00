import { z } from 'zod'
import { toHex } from '../bytes.js'
import { answerOf } from '../case/answer.js'
import { type OpeningRequest, type RefusalReason, type ReleaseAnswer, signRequest } from '../case/opening.js'
import type { LawfulBasis, Purpose } from '../disclosure/purpose.js'
import { instant, isBytes, parse } from '../door.js'
import type { Connection } from '../party.js'
import type { SendOptions } from '../port.js'
import { requireKeyset } from '../roster/keyset.js'
import { hpkeKey } from '../seal/hpke.js'
import type { Group } from '../seal/label.js'
import type { OneUseKeys } from './one-use-keys.js'

export interface OpenAsk {
  readonly case: number
  readonly group: Group
  readonly purpose: Purpose
  readonly lawfulBasis: LawfulBasis
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
  /** Custodians that answered with something other than a signed answer to this request. */
  readonly invalid: readonly string[]
  /** The custodians' answers as they signed them. */
  readonly answers: readonly ReleaseAnswer[]
}

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

/** Asks what may be opened, signs a request with a key for this once, and hears every custodian's answer. */
export async function openDetails(
  line: Connection,
  keys: OneUseKeys,
  ask: OpenAsk,
  send?: SendOptions,
): Promise<Opening> {
  const offer = parse(offerReply, await line.ask('prepare-opening', ask, send), 'ERR_MESSAGE_MALFORMED', 'opening')
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
  const answers = reply.answers.map(({ custodian, answer }) => {
    const signed = answer === undefined ? undefined : answerOf(line.hub, roster, request, custodian, answer)
    return { custodian, kind: signed?.kind ?? (answer === undefined ? 'unavailable' : 'invalid'), signed }
  })
  const these = (kind: (typeof answers)[number]['kind']) =>
    answers.filter((each) => each.kind === kind).map(({ custodian }) => custodian)
  const signed = answers.flatMap((each) => each.signed ?? [])
  const refused = signed.flatMap((each) =>
    each.kind === 'refused' ? [{ custodian: each.custodian, reason: each.reason }] : [],
  )
  const [released, unavailable, invalid] = [these('released'), these('unavailable'), these('invalid')]
  const opened = released.length >= requireKeyset(roster, keyset).quorum
  return { opening: id, group, expiry, opened, released, refused, unavailable, invalid, answers: signed }
}
