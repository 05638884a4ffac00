import { toHex } from '../bytes.js'
import { type HubContext, roster } from './context.js'

export interface HubStatus {
  readonly name: string
  /** Hub id, 64 hexadecimal digits. */
  readonly hub: string
  readonly rosterVersion: number
  readonly policyHash: string
  readonly custodians: number
  readonly quorum: number
  /** Custodians that share this process, or its administrator, protect a stolen database (C2) and no more. */
  readonly custodiansApart: boolean
  readonly warnings: readonly string[]
}

const ONE_PROCESS =
  'the custodians run in this process: a stolen database stays closed, but whoever runs this process can open what it seals'

export function statusOf(hub: HubContext, custodiansApart: boolean): HubStatus {
  const { version, keyset } = roster(hub)
  return {
    name: hub.name,
    hub: toHex(hub.id),
    rosterVersion: version,
    policyHash: hub.policy().hash,
    custodians: keyset.custodians,
    quorum: keyset.quorum,
    custodiansApart,
    warnings: custodiansApart ? [] : [ONE_PROCESS],
  }
}
