import type { CustodianEvent, CustodianStore } from '../../src/custodian.js'
import { lockRestored, memoryCustodianStore, openCustodian, reportOf } from '../../src/custodian.js'
import { callJson, type Port } from '../../src/port.js'
import { IndexError } from '../../src/errors.js'
import { type House, type HouseOptions, house } from './house.js'

/** A house whose custodians can be brought back from a backup, or be asked anything in the hub's name. */
export interface Restorable {
  readonly house: House
  /** Everything that the hub sent to custodians since the start, by custodian and verb. */
  readonly sent: { readonly to: string; readonly message: Uint8Array }[]
  events(id: string): Promise<readonly CustodianEvent[]>
  remember(id: string, ...events: readonly CustodianEvent[]): Promise<void>
  report(id: string): ReturnType<typeof reportOf>
  /** Starts the custodian on these events, as if nothing had happened after them. */
  restore(id: string, events: readonly CustodianEvent[]): Promise<void>
  lock(id: string): Promise<void>
  /** A message with the hub's signature. */
  ask(id: string, verb: string, body: unknown): Promise<unknown>
  /** Whether messages reach the custodian. */
  readonly away: Set<string>
}

export async function restorable(options: HouseOptions = {}): Promise<Restorable> {
  const stores = new Map<string, CustodianStore>()
  const ports = new Map<string, Port>()
  const away = new Set<string>()
  const sent: Restorable['sent'] = []
  const portOf = (id: string): Port => {
    const port = ports.get(id)
    if (port === undefined) throw new Error('no custodian under this id')
    return port
  }
  const storeOf = (id: string): CustodianStore => {
    const store = stores.get(id) ?? memoryCustodianStore()
    stores.set(id, store)
    return store
  }
  const it = await house({
    ...options,
    custodianStore: storeOf,
    custodianPort(id, port) {
      ports.set(id, port)
      return {
        async send(message, sending) {
          sent.push({ to: id, message })
          if (away.has(id)) throw new IndexError('ERR_CUSTODIAN_UNAVAILABLE', 'no route')
          return portOf(id).send(message, sending)
        },
      }
    },
  })
  const { founding } = it
  if (founding === undefined) throw new Error('a house in memory has a founding')
  const sender = { hub: founding.id, party: 'hub', key: founding.keys.signing }
  return {
    house: it,
    sent,
    away,
    events: (id) => storeOf(id).load(0),
    async remember(id, ...events) {
      for (const event of events) await storeOf(id).append(event)
    },
    report: (id) => reportOf(storeOf(id)),
    lock: (id) => lockRestored(storeOf(id), it.clock.now, (length) => new Uint8Array(length).fill(sent.length % 256)),
    async restore(id, events) {
      const keys = founding.custodians.find((each) => each.id === id)
      if (keys === undefined) throw new Error('no custodian under this id')
      stores.set(id, memoryCustodianStore())
      for (const event of events) await storeOf(id).append(event)
      ports.set(id, await openCustodian({ keys, store: storeOf(id), clock: it.clock.read }))
    },
    ask: (id, verb, body) => callJson(portOf(id), verb, body, it.clock.now, sender),
  }
}
