import { encode } from '../bytes.js'
import type { LawfulBasis, Purpose } from '../disclosure/purpose.js'
import { sha256 } from '../hash.js'
import { toJsonBytes } from '../json.js'
import type { Group } from '../seal/label.js'
import { type SigningKey, sign, verifySignature } from '../signature.js'
import type { Determination } from './determination.js'

/** What an officer asks of the custodians: one group of one child's details, for one purpose, until it expires. */
export interface OpeningRequest {
  /** 16 random bytes, used once. */
  readonly opening: Uint8Array
  readonly case: number
  readonly label: Uint8Array
  readonly group: Group
  readonly keyset: string
  readonly recordHash: Uint8Array
  /** T of the verdict, epoch milliseconds. */
  readonly at: number
  readonly policyHash: string
  readonly officer: string
  /** X25519 public key made for this request alone. */
  readonly oneUseKey: Uint8Array
  readonly purpose: Purpose
  readonly lawfulBasis: LawfulBasis
  readonly expiry: number
  /** `evidenceHash`: fixes what the hub shows the custodians before they see it. */
  readonly evidenceHash: Uint8Array
}

export interface SignedRequest {
  readonly request: OpeningRequest
  readonly signature: Uint8Array
}

/** What the hub shows the custodians, and nobody else: that these checks, of this child, reach the level. Never journalled. */
export interface Evidence {
  readonly childId: Uint8Array
  readonly record: { readonly bytes: Uint8Array; readonly entry: ProvenEntry }
  /** Canonical JSON of the policy that the request names. */
  readonly policy: Uint8Array
  /** Of the policies under which checks were recorded, those that are another; absent where there are none. */
  readonly formerPolicies?: readonly Uint8Array[] | undefined
  readonly checks: readonly CheckEvidence[]
  /** The identifier keys under which the checks' agencies see the child. */
  readonly identifierKeys: readonly { readonly agency: string; readonly epoch: number; readonly key: Uint8Array }[]
  readonly determinations: readonly Determination[]
  /** The merges by which checks of other ids count for this child; absent where there are none. */
  readonly links?: readonly ProvenEntry[] | undefined
  /** Journal position of the last closing of a case of this child. */
  readonly closedAt?: number | undefined
}

/** An entry with its salt and its inclusion path under the checkpoint of the request. */
export interface ProvenEntry {
  readonly position: number
  readonly salt: Uint8Array
  readonly bytes: Uint8Array
  readonly path: readonly Uint8Array[]
}

/** A check, its place in its batch, and its batch's place in the journal (an index into `batches` would save bytes, not trust). */
export interface CheckEvidence {
  readonly row: number
  readonly salt: Uint8Array
  readonly bytes: Uint8Array
  readonly path: readonly Uint8Array[]
  readonly entry: ProvenEntry
}

/** Checks, determinations, links and former policies at most in one evidence, and its bytes at most. */
export const EVIDENCE_CHECKS_MAX = 1_000
export const EVIDENCE_DETERMINATIONS_MAX = 64
export const EVIDENCE_LINKS_MAX = 64
export const EVIDENCE_POLICIES_MAX = 16
export const EVIDENCE_BYTES_MAX: number = 2 * 1024 * 1024

/** How long an officer can read what was released. */
export const OPENING_HOURS = 24

export function signRequest(hub: Uint8Array, request: OpeningRequest, key: SigningKey): SignedRequest {
  return { request, signature: sign(key, statement(hub, request)) }
}

export function requestIsSignedBy(
  hub: Uint8Array,
  { request, signature }: SignedRequest,
  publicKey: Uint8Array,
): boolean {
  return verifySignature(publicKey, statement(hub, request), signature)
}

/** Names a request: releases are bound to it. */
export function requestHash(hub: Uint8Array, request: OpeningRequest): Uint8Array {
  return sha256(statement(hub, request))
}

/** SHA-256 of salt and evidence. The proofs' paths are not covered: they are made for the checkpoint that comes later. */
export function evidenceHash(salt: Uint8Array, evidence: Evidence): Uint8Array {
  const checks = evidence.checks.map(({ row, salt: s, bytes, entry }) => ({
    row,
    salt: s,
    bytes,
    position: entry.position,
  }))
  const links = evidence.links?.map(({ position, salt: s, bytes }) => ({ position, salt: s, bytes }))
  const { childId, record, policy, formerPolicies, identifierKeys, determinations, closedAt } = evidence
  const said = { childId, record: record.bytes, policy, formerPolicies, checks }
  const fixed = { ...said, identifierKeys, determinations, links, closedAt }
  return sha256(encode('evidence/v1', salt, toJsonBytes(fixed)))
}

/** HPKE info of a share on its way from custodian `index` to the officer. */
export function shareInfo(hub: Uint8Array, request: OpeningRequest, index: number): Uint8Array {
  return encode('share-release/v1', requestHash(hub, request), index)
}

function statement(hub: Uint8Array, request: OpeningRequest): Uint8Array {
  return encode('opening-request/v1', hub, toJsonBytes(request))
}

/** Why a custodian says no. Signed and journalled like a release. */
export const REFUSAL_REASONS = [
  'custodian-locked',
  'journal-inconsistent',
  'checkpoint-not-cosigned',
  'request-not-journalled',
  'request-not-signed',
  'request-expired',
  'clock-apart',
  'officer-not-in-standing',
  'policy-not-in-force',
  'policy-not-approved',
  'roster-not-proven',
  'evidence-does-not-match',
  'evidence-too-large',
  'record-does-not-match',
  'group-not-opened-by-level',
  'purpose-not-of-level',
  'check-not-proven',
  'check-not-signed',
  'check-of-suspended-agency',
  'check-after-request',
  'check-withdrawn',
  'check-counted-twice',
  'check-of-another-child',
  'check-not-in-vocabulary',
  'link-not-proven',
  'link-not-signed',
  'link-split',
  'link-by-recipient',
  'threshold-not-reached',
  'opening-used-before',
] as const
export type RefusalReason = (typeof REFUSAL_REASONS)[number]

/** A custodian's signed answer to a request. */
export type ReleaseAnswer =
  | {
      readonly kind: 'released'
      readonly custodian: string
      readonly index: number
      readonly requestHash: Uint8Array
      readonly share: Uint8Array
      readonly signature: Uint8Array
    }
  | {
      readonly kind: 'refused'
      readonly custodian: string
      readonly requestHash: Uint8Array
      readonly reason: RefusalReason
      readonly signature: Uint8Array
    }

type Unsigned<Answer> = Answer extends ReleaseAnswer ? Omit<Answer, 'signature'> : never

export function signAnswer(hub: Uint8Array, answer: Unsigned<ReleaseAnswer>, key: SigningKey): ReleaseAnswer {
  return { ...answer, signature: sign(key, answerStatement(hub, answer)) }
}

export function answerIsSignedBy(hub: Uint8Array, answer: ReleaseAnswer, publicKey: Uint8Array): boolean {
  const { signature, ...unsigned } = answer
  return verifySignature(publicKey, answerStatement(hub, unsigned), signature)
}

/** An answer as the journal keeps it: of a share only its hash, which is all that the signature needs. */
export type JournalledAnswer =
  | (Omit<Extract<ReleaseAnswer, { kind: 'released' }>, 'share'> & { readonly shareHash: Uint8Array })
  | Extract<ReleaseAnswer, { kind: 'refused' }>

/** Whether the custodian signed this answer, as far as the journal holds it: whoever has no share can tell. */
export function journalledAnswerIsSignedBy(hub: Uint8Array, answer: JournalledAnswer, publicKey: Uint8Array): boolean {
  const { signature, ...unsigned } = answer
  return verifySignature(publicKey, encode(ANSWER, hub, toJsonBytes(unsigned)), signature)
}

const ANSWER = 'release-answer/v2'

function answerStatement(hub: Uint8Array, answer: Unsigned<ReleaseAnswer>): Uint8Array {
  if (answer.kind === 'refused') return encode(ANSWER, hub, toJsonBytes(answer))
  const { share, ...rest } = answer
  return encode(ANSWER, hub, toJsonBytes({ ...rest, shareHash: sha256(share) }))
}
