import { setTimeout as sleep } from 'node:timers/promises'
import type { MessagePort } from 'node:worker_threads'
import { numbersOf } from '../../src/cli/bench/numbers.js'
import type { HubPort, Pin } from '../../src/party.js'
import type { Enrolment } from '../../src/roster/enrolment.js'
import { BareLoop } from './bare.js'
import type { FedBatch, FedCheck } from './feed.js'
import { answerOver, Caller, portWire, type Wire } from './line.js'
import { oneByOne } from './one-by-one.js'
import { OurAgencies, OurHub, type SingleOf } from './ours.js'

/** What one thread or process of a trial holds: hubs, agencies, bare loops, each under a name. */
const hubs = new Map<string, OurHub>()
const agencies = new Map<string, OurAgencies>()
const bare = new Map<string, BareLoop>()
const lines = new Map<string, Caller>()
const numbers = new Map<number, readonly string[]>()

/** What a station can be asked for. Every argument and answer is one that goes over a wire. */
export const METHODS = {
  async openHub(name: string, path: string): Promise<{ readonly pin: Pin; readonly ms: number }> {
    const start = performance.now()
    const opened = await OurHub.open(path)
    hubs.set(name, opened)
    return { pin: opened.hub.pin, ms: performance.now() - start }
  },
  /** Lets agencies elsewhere reach the hub: over a port, or over the wire of the station where there is none. */
  async serve(name: string, port: MessagePort): Promise<void> {
    serveHub(name, portWire(port))
  },
  async hub(name: string, what: string, ...args: readonly unknown[]): Promise<unknown> {
    return hubVerb(name, what, args)
  },
  async closeHub(name: string): Promise<void> {
    await got(hubs, name).hub.close()
    hubs.delete(name)
  },
  async cases(name: string): Promise<number> {
    return got(hubs, name).cases
  },
  /** Agencies whose hub is at the other end of a port. */
  async joinAgencies(
    name: string,
    kinds: readonly string[],
    children: number,
    pin: Pin,
    port: MessagePort,
  ): Promise<void> {
    const caller = new Caller(portWire(port))
    lines.set(name, caller)
    await startAgencies(name, kinds, children, pin, (what, args) => caller.call(what, args))
  },
  /** Agencies of a hub in this station. */
  async startAgencies(name: string, kinds: readonly string[], children: number): Promise<void> {
    await startAgencies(name, kinds, children, got(hubs, name).hub.pin, (what, args) => hubVerb(name, what, args))
  },
  async record(name: string, batches: readonly FedBatch[], inFlight: number) {
    return got(agencies, name).record(batches, inFlight)
  },
  async singles(name: string, checks: readonly (FedCheck & SingleOf)[], inFlight: number) {
    return got(agencies, name).singles(checks, inFlight)
  },
  async oneByOne(name: string, checks: readonly (FedCheck & SingleOf)[], bareName: string | undefined) {
    return oneByOne(got(agencies, name), checks, bareName === undefined ? undefined : got(bare, bareName))
  },
  async idsOf(name: string, agency: string, children: readonly number[]) {
    return got(agencies, name).idsOf(agency, children)
  },
  async openBare(name: string, file: string): Promise<void> {
    bare.set(name, new BareLoop(file))
  },
  async recordBare(name: string, batches: readonly FedBatch[]) {
    return got(bare, name).record(batches)
  },
  async bareLogBytes(name: string): Promise<number> {
    return got(bare, name).logBytes()
  },
  async closeBare(name: string): Promise<void> {
    got(bare, name).close()
    bare.delete(name)
  },
  /** Resident bytes after garbage was collected; `--expose-gc`. */
  async residentBytes(): Promise<number> {
    for (let turn = 0; turn < 4; turn += 1) {
      globalThis.gc?.()
      await sleep(50)
    }
    return process.memoryUsage.rss()
  },
}

export type Methods = typeof METHODS

export async function perform(what: string, args: readonly unknown[]): Promise<unknown> {
  const method = METHODS[what as keyof Methods] as ((...args: readonly unknown[]) => Promise<unknown>) | undefined
  if (method === undefined) throw new RangeError(`no station does ${what}`)
  return method(...args)
}

async function hubVerb(name: string, what: string, args: readonly unknown[]): Promise<unknown> {
  const { hub } = got(hubs, name)
  switch (what) {
    case 'send':
      return hub.send(args[0] as Uint8Array)
    case 'enrol':
      return void (await hub.enrol(args[0] as readonly Enrolment[]))
    case 'caught-up':
      return hub.caughtUp()
    default:
      throw new RangeError(`no hub does ${what}`)
  }
}

function serveHub(name: string, wire: Wire): void {
  answerOver(wire, (what, args) => hubVerb(name, what, args))
}

async function startAgencies(
  name: string,
  kinds: readonly string[],
  children: number,
  pin: Pin,
  ask: (what: string, args: readonly unknown[]) => Promise<unknown>,
): Promise<void> {
  const hub: HubPort = { pin, send: async (bytes) => (await ask('send', [bytes])) as Uint8Array }
  const known = numbers.get(children) ?? numbersOf(children)
  numbers.set(children, known)
  const others = {
    enrol: (enrolments: readonly Enrolment[]) => ask('enrol', [enrolments]),
    caughtUp: async () => void (await ask('caught-up', [])),
  }
  agencies.set(name, await OurAgencies.start(hub, kinds, known, others))
}

function got<Thing>(things: ReadonlyMap<string, Thing>, name: string): Thing {
  const thing = things.get(name)
  if (thing === undefined) throw new RangeError(`nothing here is called ${name}`)
  return thing
}
