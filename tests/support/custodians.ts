import {
  type CustodianKeys,
  type CustodianOptions,
  type CustodianStore,
  memoryCustodianStore,
  openCustodian,
} from '../../src/custodian.js'
import type { Port } from '../../src/index.js'
import { callJson, decodeMessage } from '../../src/port.js'
import { type House, type HouseOptions, house } from './house.js'

/** A house whose custodians can be stopped, watched and started again on their stores, each by itself. */
export interface HouseOfCustodians {
  readonly it: House
  readonly stores: ReadonlyMap<string, CustodianStore>
  /** What the hub sent, by verb, oldest first. */
  readonly sent: { readonly custodian: string; readonly verb: string; readonly message: Uint8Array }[]
  keys(id: string): CustodianKeys
  port(id: string): Port
  /** Starts a custodian again, in place of the one that runs; with its own keys and store unless others are given. */
  restart(id: string, options?: Partial<CustodianOptions>): Promise<void>
  /** Puts anything in a custodian's place. */
  replace(id: string, port: Port): void
  /** A message of the hub to one custodian. */
  ask(id: string, verb: string, body: unknown): Promise<unknown>
}

export async function houseOfCustodians(options: HouseOptions = {}): Promise<HouseOfCustodians> {
  const ports = new Map<string, Port>()
  const stores = new Map<string, CustodianStore>()
  const sent: HouseOfCustodians['sent'] = []
  const portOf = (id: string): Port => {
    const port = ports.get(id)
    if (port === undefined) throw new Error('no such custodian')
    return port
  }
  const it = await house({
    ...options,
    custodianStore(id) {
      const store = options.custodianStore?.(id) ?? memoryCustodianStore()
      stores.set(id, store)
      return store
    },
    custodianPort(id, port) {
      ports.set(id, port)
      return {
        async send(message, sendOptions) {
          sent.push({ custodian: id, verb: decodeMessage(message).verb, message })
          return portOf(id).send(message, sendOptions)
        },
      }
    },
  })
  const keys = (id: string): CustodianKeys => {
    const found = it.founding?.custodians.find((each) => each.id === id)
    if (found === undefined) throw new Error('no such custodian')
    return found
  }
  return {
    it,
    stores,
    sent,
    keys,
    port: portOf,
    async restart(id, more = {}) {
      const store = stores.get(id)
      if (store === undefined) throw new Error('no such custodian')
      const opened = { keys: keys(id), store, clock: it.clock.read, ...more }
      stores.set(id, opened.store)
      ports.set(id, await openCustodian(opened))
    },
    replace: (id, port) => void ports.set(id, port),
    ask(id, verb, body) {
      const founding = it.founding
      if (founding === undefined) throw new Error('no founding')
      const sender = { hub: it.hub.id, party: 'hub', key: founding.keys.signing }
      return callJson(portOf(id), verb, body, it.clock.now, sender)
    },
  }
}

/** An opening that anybody in the house can ask for. */
export const ASK = {
  case: 1,
  group: 'identity',
  purpose: 'referral',
  lawfulBasis: 'public-task',
} as const
