/** Stands in for `src/signature.ts` in a build that signs and verifies nothing, neither batches nor messages. Of the bench alone. */
export type { SigningKey } from '../../src/signature.js'
export { privateKeyOf, requireSoundPublicKey, signingKey } from '../../src/signature.js'

const NOTHING = new Uint8Array(64)

export function sign(): Uint8Array {
  return NOTHING
}

export function verifySignature(): boolean {
  return true
}
