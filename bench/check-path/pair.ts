import { MessageChannel } from 'node:worker_threads'
import type { FedBatch, FedCheck, Mix } from './feed.js'
import { kindsOf } from './feed.js'
import { type Build, type Station, startThread } from './host.js'
import type { Recorded, SingleOf, Singles } from './ours.js'

/** A hub with agencies that send to it. */
export interface OurSide {
  record(batches: readonly FedBatch[]): Promise<Recorded>
  singles(checks: readonly (FedCheck & SingleOf)[], inFlight: number): Promise<Singles>
  idsOf(agency: string, children: readonly number[]): Promise<readonly string[]>
  caughtUp(): Promise<void>
  /** Cases that were raised, or raised to another level, since it was opened. */
  cases(): Promise<number>
  close(): Promise<void>
}

export interface OurOptions {
  /** The hub's folder. */
  readonly path: string
  readonly children: number
  readonly mix: Mix
  readonly build?: Build | undefined
}

/** Batches that are on their way at once where hub and agencies have a thread each: the agency makes one while the hub records the other. */
const IN_FLIGHT = 2

/** The hub in one thread and its agencies in another, with their messages passing between them: two cores. */
export async function startPair({ path, children, mix, build }: OurOptions): Promise<OurSide> {
  const [there, here] = [startThread(build), startThread(build)]
  const { port1, port2 } = new MessageChannel()
  const { pin } = await there.ask('openHub', NAME, path)
  await there.ask('serve', NAME, port1)
  await here.ask('joinAgencies', NAME, kindsOf(mix), children, pin, port2)
  return side(there, here, IN_FLIGHT)
}

/** Both in one thread, as in a service that has the hub built in. */
export async function startTogether({ path, children, mix, build }: OurOptions): Promise<OurSide> {
  const station = startThread(build)
  await station.ask('openHub', NAME, path)
  await station.ask('startAgencies', NAME, kindsOf(mix), children)
  return side(station, station, 1)
}

const NAME = 'hub'

function side(there: Station, here: Station, batchesInFlight: number): OurSide {
  return {
    record: (batches) => here.ask('record', NAME, batches, batchesInFlight),
    singles: (checks, inFlight) => here.ask('singles', NAME, checks, inFlight),
    idsOf: (agency, children) => here.ask('idsOf', NAME, agency, children),
    async caughtUp() {
      await there.ask('hub', NAME, 'caught-up')
    },
    cases: () => there.ask('cases', NAME),
    async close() {
      await there.ask('closeHub', NAME)
      await here.end()
      if (there !== here) await there.end()
    },
  }
}

/** The bare loop in a thread of its own. */
export interface BareSide {
  record(batches: readonly FedBatch[]): Promise<Recorded>
  logBytes(): Promise<number>
  close(): Promise<void>
}

export async function startBare(file: string): Promise<BareSide> {
  const station = startThread()
  await station.ask('openBare', NAME, file)
  return {
    record: (batches) => station.ask('recordBare', NAME, batches),
    logBytes: () => station.ask('bareLogBytes', NAME),
    async close() {
      await station.ask('closeBare', NAME)
      await station.end()
    },
  }
}
