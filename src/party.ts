import { z } from 'zod'
import { type Clock, equalBytes, type Random } from './bytes.js'
import { isBytes, parse } from './door.js'
import { IndexError } from './errors.js'
import { call, callJson, encodeMessage, type Port, type SendOptions } from './port.js'
import { NO_ROSTER, presentRoster, type RosterHistory, withActivationEntry, withRosterEntry } from './roster/history.js'
import type { Roster } from './roster/roster.js'
import { type HpkeKey, hpkeKey } from './seal/hpke.js'
import { type SigningKey, signingKey } from './signature.js'
import { systemClock, systemRandom } from './system.js'

/** The secret keys of one party. Made where the party is, and never sent anywhere. */
export interface PartyKey {
  readonly signing: SigningKey
  readonly hpke: HpkeKey
  /** 32 bytes: turns a practitioner's name into a pseudonym that only this agency can undo. */
  readonly pseudonymKey: Uint8Array
  /** HPKE keys of before, latest first: what was sealed to them can still be read. */
  readonly formerHpke?: readonly HpkeKey[] | undefined
}

/** The key that a party goes over to: new but for the pseudonyms, which would else all change. */
export async function nextPartyKey(present: PartyKey, random: Random = systemRandom): Promise<PartyKey> {
  const next = await newPartyKey(random)
  const formerHpke = [present.hpke, ...(present.formerHpke ?? [])]
  return { ...next, pseudonymKey: present.pseudonymKey, formerHpke }
}

/** A fresh key for an agency, an officer, a sealer or a custodian. */
export async function newPartyKey(random: Random = systemRandom): Promise<PartyKey> {
  return { signing: signingKey(random(32)), hpke: await hpkeKey(random), pseudonymKey: random(32) }
}

/** What a party believes about a hub before it has spoken to it: which hub, and the first version of its roster. */
export interface Pin {
  /** Hub id, 32 bytes. */
  readonly hub: Uint8Array
  /** Hash of roster version 1, 32 bytes. */
  readonly roster: Uint8Array
}

/** A way to reach a hub that one has reason to believe in. */
export interface HubPort extends Port {
  readonly pin: Pin
}

/** Who one is, towards which hub. */
export interface PartyOptions {
  readonly id: string
  readonly key: PartyKey
  readonly hub: HubPort
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
}

/** One party's line to its hub: signs what goes out, and follows the roster from the pinned version on. */
export interface Connection {
  readonly id: string
  readonly key: PartyKey
  readonly hub: Uint8Array
  readonly clock: Clock
  readonly random: Random
  ask(verb: string, body: unknown, options?: SendOptions): Promise<unknown>
  /** As `ask`, of bytes, for bytes: what is asked often, in a form of its own. */
  askBytes(verb: string, body: Uint8Array, options?: SendOptions): Promise<Uint8Array>
  /** For a body that carries its own signature, such as a batch. */
  send(verb: string, body: Uint8Array, options?: SendOptions): Promise<Uint8Array>
  /** A signed message to somebody behind the hub, which passes it on unread. */
  relay(to: string, verb: string, body: Uint8Array, options?: SendOptions): Promise<Uint8Array>
  /**
   * The hub's signing key. Its id is made of that key, so it never changes: asked for once, and believed because of the pin.
   */
  hubKey(options?: SendOptions): Promise<Uint8Array>
  /** The roster in force, every version of it checked against the pin. */
  roster(options?: SendOptions): Promise<Roster>
  /** All its versions: for what was signed under keys that were replaced since. */
  rosters(options?: SendOptions): Promise<RosterHistory>
}

const news = z.strictObject({
  entries: z.array(
    z.strictObject({
      position: z.number().int().min(0),
      type: z.enum(['roster', 'activation']),
      at: z.number().int().min(0),
      body: isBytes,
    }),
  ),
})
const relayed = z.strictObject({ reply: isBytes })

export function connect({ id, key, hub, clock = systemClock, random = systemRandom }: PartyOptions): Connection {
  const sender = { hub: hub.pin.hub, party: id, key: key.signing }
  let history: RosterHistory = NO_ROSTER
  let followed = -1
  let hubKey: Uint8Array | undefined

  const ask = (verb: string, body: unknown, options?: SendOptions): Promise<unknown> =>
    callJson(hub, verb, body, clock(), sender, options)

  return {
    id,
    key,
    hub: hub.pin.hub,
    clock,
    random,
    ask,
    askBytes: (verb, body, options) => call(hub, encodeMessage(verb, body, clock(), sender), options),
    send: (verb, body, options) => call(hub, encodeMessage(verb, body, clock()), options),
    async relay(to, verb, body, options) {
      const message = encodeMessage(verb, body, clock(), sender)
      const behind: Port = {
        async send(bytes) {
          const reply = await callJson(hub, 'relay', { to, message: bytes }, clock(), undefined, options)
          return parse(relayed, reply, 'ERR_MESSAGE_MALFORMED', 'relay').reply
        },
      }
      return call(behind, message, options)
    },
    async hubKey(options) {
      hubKey ??= presentRoster(await rosters(options)).hub.keys.signing
      return hubKey
    },
    roster: async (options) => presentRoster(await rosters(options)),
    rosters,
  }

  async function rosters(options?: SendOptions): Promise<RosterHistory> {
    const reply = await callJson(hub, 'roster', { after: followed }, clock(), undefined, options)
    for (const entry of parse(news, reply, 'ERR_MESSAGE_MALFORMED', 'roster').entries) {
      if (entry.position <= followed) continue
      const follow = entry.type === 'roster' ? withRosterEntry : withActivationEntry
      history = follow(history, entry.position, entry.at, entry.body)
      followed = entry.position
    }
    const first = history.versions[0]?.roster
    if (first === undefined || !equalBytes(first.hash, hub.pin.roster)) {
      throw new IndexError('ERR_ROSTER_INVALID', 'this is not the hub whose roster was pinned')
    }
    return history
  }
}
