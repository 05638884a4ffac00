import { z } from 'zod'
import { encode } from '../bytes.js'
import { bytesOf, instant, parse } from '../door.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'
import { type SigningKey, sign, verifySignature } from '../signature.js'

/** `met`: the level is met. `not-met`: an officer who had the same facts before them disagrees. */
export const DETERMINATION_FINDINGS = ['met', 'not-met'] as const
export type DeterminationFinding = (typeof DETERMINATION_FINDINGS)[number]

/** Grounds of Children Act 1989 section 17(10), and what in the checks speaks for them. */
export const MET_REASONS = [
  'development-likely-impaired',
  'health-likely-impaired',
  'services-needed',
  'disability',
  'cumulative-concern',
  'pattern-over-time',
  'severity-of-one-incident',
  'several-agencies-concerned',
] as const
export const NOT_MET_REASONS = [
  'needs-being-met',
  'services-in-place',
  'insufficient-information',
  'isolated-incident',
  'checks-mistaken',
] as const
export type MetReason = (typeof MET_REASONS)[number]
export type NotMetReason = (typeof NOT_MET_REASONS)[number]
export type DeterminationReason = MetReason | NotMetReason
/** All of them. Closed, so that no free text is journalled. */
export const DETERMINATION_REASONS: readonly DeterminationReason[] = [...MET_REASONS, ...NOT_MET_REASONS]

/** Why an officer takes back what they determined. */
export const DETERMINATION_WITHDRAWAL_REASONS = [
  'signed-in-error',
  'new-information',
  'circumstances-changed',
  'conflict-of-interest',
] as const
export type DeterminationWithdrawalReason = (typeof DETERMINATION_WITHDRAWAL_REASONS)[number]

/** What an officer finds, and on which grounds: at least one, of those that go with the finding. */
export type Finding =
  | { readonly finding: 'met'; readonly reasons: readonly MetReason[] }
  | { readonly finding: 'not-met'; readonly reasons: readonly NotMetReason[] }

interface OnCase {
  readonly case: number
  /** Checks that the officer had before them. */
  readonly checkIds: readonly string[]
  readonly policyHash: string
  readonly at: number
  readonly from: string
  readonly to: string
  readonly expiry: number
  readonly officer: string
}

interface Signed {
  readonly signature: Uint8Array
}

/** An officer's signed judgement, on identifier-only facts, whether a level is met which the checks alone do not reach. */
export type Determination = Finding & OnCase & Signed

/**
 * An officer's word that nothing counts any longer which they determined on a case until `at`, met or not met: under whatever id and
 * key they did, and however often they said it.
 */
interface TakenBack {
  readonly case: number
  readonly reason: DeterminationWithdrawalReason
  readonly at: number
  readonly officer: string
}

export type DeterminationWithdrawal = TakenBack & Signed

/** A determination as the file of its case keeps it. */
export type KeptDetermination = Determination & { readonly withdrawn?: DeterminationWithdrawal | undefined }

/** How long officers' judgement stands before it must be made again. */
export const DETERMINATION_DAYS = 14
export const DETERMINATION_MS: number = DETERMINATION_DAYS * 86_400_000
/** How far ahead of a clock a withdrawal may be, in milliseconds: else one signed with a stolen key would silence a person for ever. */
export const WITHDRAWAL_AHEAD_MS = 1_800_000

export function signDetermination(hub: Uint8Array, said: Finding & OnCase, key: SigningKey): Determination {
  return { ...said, signature: sign(key, statement(hub, said)) }
}

export function determinationIsSignedBy(hub: Uint8Array, said: Determination, publicKey: Uint8Array): boolean {
  return verifySignature(publicKey, statement(hub, said), said.signature)
}

export function signDeterminationWithdrawal(
  hub: Uint8Array,
  said: TakenBack,
  key: SigningKey,
): DeterminationWithdrawal {
  return { ...said, signature: sign(key, withdrawalStatement(hub, said)) }
}

export function determinationWithdrawalIsSignedBy(
  hub: Uint8Array,
  said: DeterminationWithdrawal,
  publicKey: Uint8Array,
): boolean {
  return verifySignature(publicKey, withdrawalStatement(hub, said), said.signature)
}

/** What a custodian signs to say that it keeps a withdrawal: nobody can swallow it on the way. */
export function determinationWithdrawalKeptStatement(
  hub: Uint8Array,
  custodian: string,
  { case: of, officer, at }: TakenBack,
): Uint8Array {
  return encode('determination-withdrawal-kept/v1', hub, custodian, of, officer, at)
}

const name = z.string().min(1).max(64)
const hash = z.string().regex(/^[0-9a-f]{64}$/)
const number = z.number().int().min(1)
const onCase = {
  case: number,
  checkIds: z.array(hash).max(1000),
  policyHash: hash,
  at: instant,
  from: name,
  to: name,
  expiry: instant,
  officer: name,
  signature: bytesOf(64),
}

function reasonsOf<Reason extends string>(reasons: readonly [Reason, ...Reason[]]): z.ZodType<readonly Reason[]> {
  return z
    .array(z.enum(reasons))
    .min(1)
    .max(reasons.length)
    .refine((given) => new Set(given).size === given.length, 'must name each reason once')
}

/** A determination as a message or an entry has it. */
export const determinationShape: z.ZodType<Determination> = z.discriminatedUnion('finding', [
  z.strictObject({ finding: z.literal('met'), reasons: reasonsOf(MET_REASONS), ...onCase }),
  z.strictObject({ finding: z.literal('not-met'), reasons: reasonsOf(NOT_MET_REASONS), ...onCase }),
])
const withdrawalShape: z.ZodType<DeterminationWithdrawal> = z.strictObject({
  case: number,
  reason: z.enum(DETERMINATION_WITHDRAWAL_REASONS),
  at: instant,
  officer: name,
  signature: bytesOf(64),
})

/** What the journal keeps of officers' judgement. */
export type DeterminationEvent =
  | { readonly event: 'determined'; readonly determination: Determination }
  | { readonly event: 'withdrawn'; readonly withdrawal: DeterminationWithdrawal }

const eventShape: z.ZodType<DeterminationEvent> = z.discriminatedUnion('event', [
  z.strictObject({ event: z.literal('determined'), determination: determinationShape }),
  z.strictObject({ event: z.literal('withdrawn'), withdrawal: withdrawalShape }),
])

/** One that came from elsewhere; its signature is still to be checked. @throws {IndexError} `ERR_REQUEST_INVALID` */
export function parseDetermination(input: unknown): Determination {
  return parse(determinationShape, input, 'ERR_REQUEST_INVALID', 'determination')
}

/** One that came from elsewhere; its signature is still to be checked. @throws {IndexError} `ERR_REQUEST_INVALID` */
export function parseDeterminationWithdrawal(input: unknown): DeterminationWithdrawal {
  return parse(withdrawalShape, input, 'ERR_REQUEST_INVALID', 'withdrawal')
}

export function encodeDeterminationEvent(event: DeterminationEvent): Uint8Array {
  return toJsonBytes(event)
}

/** Body of a `determination` entry; its signature is still to be checked. @throws {IndexError} `ERR_ENTRY_MALFORMED` */
export function decodeDeterminationEvent(body: Uint8Array): DeterminationEvent {
  return parse(eventShape, fromJsonBytes(body), 'ERR_ENTRY_MALFORMED', 'determination')
}

function statement(hub: Uint8Array, said: Finding & OnCase): Uint8Array {
  const { case: of, checkIds, policyHash, at, from, to, expiry, finding, reasons, officer } = said
  const signed = { case: of, checkIds, policyHash, at, from, to, expiry, finding, reasons, officer }
  return encode('determination/v2', hub, toJsonBytes(signed))
}

function withdrawalStatement(hub: Uint8Array, { case: of, reason, at, officer }: TakenBack): Uint8Array {
  return encode('determination-withdrawal/v1', hub, of, reason, at, officer)
}
