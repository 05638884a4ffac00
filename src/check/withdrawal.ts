import { z } from 'zod'
import { encode, fromHex } from '../bytes.js'
import { bytesOf, parse } from '../door.js'
import { fromJsonBytes } from '../json.js'
import { type SigningKey, sign, verifySignature } from '../signature.js'
import type { CheckId } from './canonical.js'
import type { JournalPosition } from './receipt.js'

/** Why an agency takes a check back, or replaces it. */
export const WITHDRAWAL_REASONS = ['wrong-child', 'entered-in-error', 'duplicate', 'wrong-codes', 'wrong-time'] as const
export type WithdrawalReason = (typeof WITHDRAWAL_REASONS)[number]

/**
 * An agency's signed statement that one of its own checks no longer counts. It does not hide that the check existed, and
 * it closes no case. A correction is a withdrawal that names the check taking the other's place.
 */
export interface Withdrawal {
  readonly agency: string
  readonly checkId: CheckId
  readonly reason: WithdrawalReason
  readonly at: number
  /** The check that replaces it: 64 hexadecimal digits. */
  readonly replacedBy?: CheckId | undefined
  readonly signature: Uint8Array
}

const checkId = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .transform((text) => text as CheckId)
const withdrawal = z
  .strictObject({
    agency: z.string().max(64),
    checkId,
    reason: z.enum(WITHDRAWAL_REASONS),
    at: z.number().int().min(0),
    replacedBy: checkId.optional(),
    signature: bytesOf(64),
  })
  // Of a check that replaced itself, hub and custodians would not agree whether it counts.
  .refine(({ checkId: replaced, replacedBy }) => replaced !== replacedBy, {
    path: ['replacedBy'],
    message: 'must be another check',
  })

/** A withdrawal that came from elsewhere; its signature is still to be checked. @throws {IndexError} `ERR_REQUEST_INVALID` */
export function parseWithdrawal(input: unknown): Withdrawal {
  return parse(withdrawal, input, 'ERR_REQUEST_INVALID', 'withdrawal')
}

const count = z.number().int().min(0)
const withdrawalEntry = z.strictObject({
  withdrawal: z.unknown(),
  position: z.strictObject({ entry: count, row: count }),
})

/** Body of a `withdrawal` or `correction` entry: what the agency signed, and where its check stands. @throws {IndexError} */
export function parseWithdrawalEntry(body: Uint8Array): {
  readonly withdrawal: Withdrawal
  readonly position: JournalPosition
} {
  const entry = parse(withdrawalEntry, fromJsonBytes(body), 'ERR_ENTRY_MALFORMED', 'withdrawal')
  return { withdrawal: parseWithdrawal(entry.withdrawal), position: entry.position }
}

export function signWithdrawal(
  hub: Uint8Array,
  withdrawal: Omit<Withdrawal, 'signature'>,
  key: SigningKey,
): Withdrawal {
  return { ...withdrawal, signature: sign(key, withdrawalStatement(hub, withdrawal)) }
}

export function withdrawalIsSignedBy(hub: Uint8Array, withdrawal: Withdrawal, publicKey: Uint8Array): boolean {
  return verifySignature(publicKey, withdrawalStatement(hub, withdrawal), withdrawal.signature)
}

/** What a custodian signs to say that it keeps a withdrawal: nobody can swallow it on the way. */
export function keptStatement(hub: Uint8Array, custodian: string, checkId: CheckId): Uint8Array {
  return encode('withdrawal-kept/v1', hub, custodian, fromHex(checkId))
}

function withdrawalStatement(hub: Uint8Array, withdrawal: Omit<Withdrawal, 'signature'>): Uint8Array {
  const { agency, checkId, reason, at, replacedBy } = withdrawal
  const replacement = replacedBy === undefined ? new Uint8Array(0) : fromHex(replacedBy)
  return encode('withdrawal/v1', hub, agency, fromHex(checkId), reason, at, replacement)
}
