import { hash, type KeyObject, sign, verify } from 'node:crypto'
import { z } from 'zod'
import type { Policy } from '../../src/policy/policy.js'

/** A check as somebody would design it who keeps the NHS number in the message: a plain object, sent as JSON. */
export interface PeerCheck {
  readonly nhsNumber: string
  readonly incident: string
  readonly indicators: readonly string[]
  readonly occurredAt: number
  readonly reference: string
  readonly practitioner: string
}

/** A batch as it is sent: the text that was signed, and the signature over it, one for all its checks. */
export interface SignedText {
  readonly from: string
  readonly text: string
  readonly signature: Buffer
}

/** What the answer says of each check, in order; one signature for all of them. */
export type PeerReceipt = PeerRecorded | { readonly refused: 'code-unknown' | 'in-future' | 'reference-conflict' }

interface PeerRecorded {
  readonly hash: string
  readonly known: boolean
  readonly entry: number
  readonly row: number
}

export function signedText(from: string, content: unknown, key: KeyObject): SignedText {
  const text = JSON.stringify(content)
  return { from, text, signature: sign(null, Buffer.from(text), key) }
}

/** @throws {Error} where the signature is not that of the key */
export function verifiedText({ text, signature }: SignedText, key: KeyObject): unknown {
  if (!verify(null, Buffer.from(text), key, signature)) throw new Error('a signature does not verify')
  return JSON.parse(text)
}

/** Of the check as its agency sent it; what a receipt names and the journal holds. */
export function hashOf({ nhsNumber, incident, indicators, occurredAt, reference, practitioner }: PeerCheck): string {
  const fields = [nhsNumber, incident, indicators, occurredAt, reference, practitioner]
  return hash('sha256', JSON.stringify(fields), 'hex')
}

const WORD = /^[A-Za-z0-9._/-]{1,64}$/
const checks = z
  .array(
    z.strictObject({
      nhsNumber: z
        .string()
        .regex(/^\d{10}$/)
        .refine(isNhsNumber),
      incident: z.string().regex(WORD),
      indicators: z.array(z.string().regex(WORD)).max(64),
      occurredAt: z.number().int().min(0),
      reference: z.string().regex(WORD),
      practitioner: z.string().min(1).max(256),
    }),
  )
  .max(65_536)

/** @throws {z.ZodError} */
export function parsedChecks(content: unknown): readonly PeerCheck[] {
  return checks.parse(content)
}

/** Why a check of the right form is refused all the same. */
export function refusalOf(policy: Policy, { incident, indicators, occurredAt }: PeerCheck, now: number) {
  const knows = (codes: object, code: string): boolean => Object.hasOwn(codes, code)
  if (!knows(policy.incidents, incident) || !indicators.every((code) => knows(policy.indicators, code)))
    return 'code-unknown'
  return occurredAt > now ? 'in-future' : undefined
}

// Modulus 11 over nine digits; the tenth checks them.
function isNhsNumber(digits: string): boolean {
  let sum = 0
  for (let at = 0; at < 9; at += 1) sum += (digits.charCodeAt(at) - 48) * (10 - at)
  return (11 - (sum % 11)) % 11 === digits.charCodeAt(9) - 48
}
