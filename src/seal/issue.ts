import { encode } from '../bytes.js'

/** What a sealer's question for wraps, and the custodian's answer, are bound to: HPKE info. */
export function issueInfo(hub: Uint8Array, custodian: string, sealer: string): Uint8Array {
  return encode('issue/v1', hub, custodian, sealer)
}
