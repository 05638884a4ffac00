import { toHex } from '../bytes.js'
import { jsonHash } from '../json.js'
import type { Policy } from './policy.js'

/** The name of a policy: SHA-256 of its canonical JSON (RFC 8785), 32 bytes. */
export function policyHash(policy: Policy): Uint8Array {
  return jsonHash(policy)
}

/**
 * The name of a policy's vocabulary, 32 bytes: SHA-256 of the canonical JSON (RFC 8785) of
 * `{ indicators: { code: { label, domain, dimension, outcome? } }, incidents: { code: { label } } }`.
 *
 * It names what the codes mean. Severity, points, flags and kinds are what a policy makes of them and may change under
 * the same vocabulary. Retiring a code does not change what it means either, so `retired` is no part of it: an agency
 * that has not heard of a retirement is refused for the retired code, not for every code.
 */
export function vocabularyHash(policy: Policy): Uint8Array {
  const indicators = Object.entries(policy.indicators).map(
    ([code, { label, domain, dimension, outcome }]) => [code, { label, domain, dimension, outcome }] as const,
  )
  const incidents = Object.entries(policy.incidents).map(([code, { label }]) => [code, { label }] as const)
  return jsonHash({ indicators: Object.fromEntries(indicators), incidents: Object.fromEntries(incidents) })
}

/** Whether checks that name this vocabulary hash may be recorded: the policy's own, or one that it lists. */
export function acceptsVocabulary(policy: Policy, hash: Uint8Array): boolean {
  const wanted = toHex(hash)
  const own = vocabularyNames.get(policy) ?? toHex(vocabularyHash(policy))
  vocabularyNames.set(policy, own)
  return wanted === own || (policy.vocabularies ?? []).includes(wanted)
}

// Asked for every check of a release; a policy never changes.
const vocabularyNames = new WeakMap<Policy, string>()
