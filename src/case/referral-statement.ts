import { encode } from '../bytes.js'
import { toJsonBytes } from '../json.js'
import { type SigningKey, sign, verifySignature } from '../signature.js'
import type { Referral } from './referral.js'

/** What an officer signs of a referral: everything about it but the package, which stands in it by its hash. */
export interface ReferralStatement
  extends Pick<
    Referral,
    | 'case'
    | 'openings'
    | 'to'
    | 'because'
    | 'officer'
    | 'purpose'
    | 'lawfulBasis'
    | 'threshold'
    | 'sentAt'
    | 'decisionDueAt'
  > {
  readonly referral: number
  /** SHA-256 of the sealed package. */
  readonly package: Uint8Array
}

export function signReferral(hub: Uint8Array, said: ReferralStatement, key: SigningKey): Uint8Array {
  return sign(key, statement(hub, said))
}

export function referralIsSignedBy(
  hub: Uint8Array,
  said: ReferralStatement,
  signature: Uint8Array,
  publicKey: Uint8Array,
): boolean {
  return verifySignature(publicKey, statement(hub, said), signature)
}

function statement(hub: Uint8Array, said: ReferralStatement): Uint8Array {
  return encode('referral/v1', hub, toJsonBytes(said))
}
