import { z } from 'zod'
import { LAWFUL_BASES, PURPOSES } from '../disclosure/purpose.js'
import { bytesOf, isBytes, parse } from '../door.js'
import type { ConsistencyProof } from '../journal/proof.js'
import { consistencyShape, noteShape, proofPath } from '../journal/shapes.js'
import { GROUPS } from '../seal/label.js'
import { determinationShape } from './determination.js'
import {
  EVIDENCE_DETERMINATIONS_MAX,
  type Evidence,
  type ProvenEntry,
  REFUSAL_REASONS,
  type ReleaseAnswer,
  type SignedRequest,
} from './opening.js'

/** What the hub sends a custodian to ask for its share. */
export interface ReleaseMessage {
  readonly signed: SignedRequest
  readonly requestEntry: ProvenEntry
  readonly salt: Uint8Array
  readonly evidence: Evidence
  /** The checkpoint that the request stands in, with its cosignatures. */
  readonly note: string
  /** From the checkpoint that this custodian saw last. */
  readonly consistency: ConsistencyProof
}

const count = z.number().int().min(0)
const hash = z.string().regex(/^[0-9a-f]{64}$/)
const name = z.string().min(1).max(64)

const request = z.strictObject({
  opening: bytesOf(16),
  case: count,
  label: bytesOf(32),
  group: z.enum(GROUPS),
  keyset: name,
  recordHash: bytesOf(32),
  at: count,
  policyHash: hash,
  officer: name,
  oneUseKey: bytesOf(32),
  purpose: z.enum(PURPOSES),
  lawfulBasis: z.enum(LAWFUL_BASES),
  expiry: count,
  evidenceHash: bytesOf(32),
})
const signedRequest = z.strictObject({ request, signature: bytesOf(64) })
const provenEntry = z.strictObject({ position: count, salt: bytesOf(32), bytes: isBytes, path: proofPath })
const evidence = z.strictObject({
  childId: bytesOf(16),
  record: z.strictObject({ bytes: isBytes, entry: provenEntry }),
  policy: isBytes,
  formerPolicies: z.array(isBytes).max(16).optional(),
  checks: z
    .array(z.strictObject({ row: count, salt: bytesOf(32), bytes: isBytes, path: proofPath, entry: provenEntry }))
    .min(1)
    .max(1000),
  identifierKeys: z.array(z.strictObject({ agency: name, epoch: count, key: bytesOf(32) })).max(1000),
  determinations: z.array(determinationShape).max(EVIDENCE_DETERMINATIONS_MAX),
  links: z.array(provenEntry).max(64).optional(),
  closedAt: count.optional(),
})
const releaseMessage = z.strictObject({
  signed: signedRequest,
  requestEntry: provenEntry,
  salt: bytesOf(32),
  evidence,
  note: noteShape,
  consistency: consistencyShape,
})
const releaseAnswer = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('released'),
    custodian: name,
    index: z.number().int().min(1).max(255),
    requestHash: bytesOf(32),
    share: isBytes,
    signature: bytesOf(64),
  }),
  z.strictObject({
    kind: z.literal('refused'),
    custodian: name,
    requestHash: bytesOf(32),
    reason: z.enum(REFUSAL_REASONS),
    signature: bytesOf(64),
  }),
])

/** @throws {IndexError} `ERR_MESSAGE_MALFORMED` */
export function parseReleaseMessage(input: unknown): ReleaseMessage {
  return parse(releaseMessage, input, 'ERR_MESSAGE_MALFORMED', 'release')
}

/** @throws {IndexError} `ERR_REQUEST_INVALID` */
export function parseSignedRequest(input: unknown): SignedRequest {
  return parse(signedRequest, input, 'ERR_REQUEST_INVALID', 'opening request')
}

/** @throws {IndexError} `ERR_MESSAGE_MALFORMED` */
export function parseReleaseAnswer(input: unknown): ReleaseAnswer {
  return parse(releaseAnswer, input, 'ERR_MESSAGE_MALFORMED', 'release answer')
}
