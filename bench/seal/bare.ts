import { createHmac } from 'node:crypto'
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { sha256 } from '../../src/hash.js'
import { hpkeKey, hpkeOpen, hpkeSeal } from '../../src/seal/hpke.js'
import { type SigningKey, sign, signingKey, verifySignature } from '../../src/signature.js'
import { systemRandom } from '../../src/system.js'

/**
 * The signatures, hashes and HPKE that one opening needs, and nothing else. What is counted, for n custodians that all
 * cosign and C checks, each the only one of its batch:
 *
 * Custodian, cosigning: verify the hub's message and checkpoint, sign. Releasing: open the evidence (HPKE); verify message,
 * request, checkpoint, n cosignatures and C batches; hash the evidence, the record, and of each entry leaf and path; unwrap
 * (HMAC, AEAD); seal the share (HPKE); sign.
 * Hub: verify the officer's two messages and the request; hash the evidence; sign the checkpoint and 2n messages; verify n
 * cosignatures and n answers; seal the evidence n times (HPKE).
 * Officer: sign two messages and the request, draw the one-use key, verify n answers.
 */
const CUSTODIANS = 3
const PATH = 7
const INFO = new Uint8Array(64)
const EMPTY = new Uint8Array(0)

export interface BareCustodian {
  work(): Promise<void>
}

export async function bareCustodian(evidenceBytes: number, checks: number): Promise<BareCustodian> {
  const key = await hpkeKey(systemRandom)
  const evidence = await hpkeSeal(key.publicKey, INFO, EMPTY, systemRandom(evidenceBytes))
  const [verify, signed] = verifier()
  const wrap = systemRandom(32)
  const wrapped = xchacha20poly1305(wrap, new Uint8Array(24)).encrypt(systemRandom(33))
  return {
    async work() {
      verify(2)
      signed(1)
      const opened = await hpkeOpen(key, INFO, EMPTY, evidence)
      verify(3 + CUSTODIANS + checks)
      sha256(opened)
      sha256(opened.subarray(0, 3_000))
      for (let entry = 0; entry < 2 * checks + 2; entry += 1) sha256(opened.subarray(0, 400))
      for (let node = 0; node < PATH * (checks + 3); node += 1) sha256(opened.subarray(0, 65))
      createHmac('sha256', wrap).update(opened.subarray(0, 64)).digest()
      const share = xchacha20poly1305(wrap, new Uint8Array(24)).decrypt(wrapped)
      await hpkeSeal(key.publicKey, INFO, EMPTY, share)
      signed(1)
    },
  }
}

/** The work of hub and officer before and after that of the custodians. */
export async function bareHub(evidenceBytes: number): Promise<{ before(): Promise<void>; after(): void }> {
  const key = await hpkeKey(systemRandom)
  const evidence = systemRandom(evidenceBytes)
  const [verify, signed] = verifier()
  return {
    async before() {
      signed(3)
      await hpkeKey(systemRandom)
      verify(3)
      sha256(evidence)
      signed(1 + 2 * CUSTODIANS)
      verify(CUSTODIANS)
      for (let to = 0; to < CUSTODIANS; to += 1) await hpkeSeal(key.publicKey, INFO, EMPTY, evidence)
    },
    after: () => verify(2 * CUSTODIANS),
  }
}

function verifier(): readonly [verify: (times: number) => void, sign: (times: number) => void] {
  const key: SigningKey = signingKey(systemRandom(32))
  const message = systemRandom(200)
  const signature = sign(key, message)
  return [
    (times) => {
      for (let i = 0; i < times; i += 1)
        if (!verifySignature(key.publicKey, message, signature)) throw new RangeError('a signature did not verify')
    },
    (times) => {
      for (let i = 0; i < times; i += 1) sign(key, message)
    },
  ]
}
