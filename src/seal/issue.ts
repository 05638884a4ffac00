import { encode } from '../bytes.js'

/** What a sealer's question for wraps, and the custodian's answer, are bound to: HPKE info. */
export function issueInfo(hub: Uint8Array, custodian: string, sealer: string): Uint8Array {
  return encode('issue/v1', hub, custodian, sealer)
}

/**
 * What a custodian signs of its answer. Without it, whoever carries the messages could answer with wraps of its own:
 * anybody can seal to a sealer's public key.
 * @param question the sealer's message as it was sent, so that no answer fits another question
 */
export function issueStatement(
  hub: Uint8Array,
  custodian: string,
  sealer: string,
  question: Uint8Array,
  answer: Uint8Array,
): Uint8Array {
  return encode('issue-answer/v1', hub, custodian, sealer, question, answer)
}
