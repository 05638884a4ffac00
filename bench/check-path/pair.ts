import { MessageChannel } from 'node:worker_threads'
import type { FedBatch, FedCheck, Mix } from './feed.js'
import { kindsOf } from './feed.js'
import { type Build, type Station, startThread } from './host.js'
import type { OneByOne } from './one-by-one.js'
import type { Recorded, SingleOf, Singles } from './ours.js'

/** A hub with agencies that send to it. */
export interface OurSide {
  record(batches: readonly FedBatch[]): Promise<Recorded>
  singles(checks: readonly (FedCheck & SingleOf)[], inFlight: number): Promise<Singles>
  /** One after the other, each until it is assessed. */
  oneByOne(checks: readonly (FedCheck & SingleOf)[]): Promise<OneByOne>
  idsOf(agency: string, children: readonly number[]): Promise<readonly string[]>
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

/** Batches that are on their way at once where hub and agencies have a thread each: the agencies make some while the hub records others. */
const IN_FLIGHT = 4

/** The hub in one thread and its agencies in another, with their messages passing between them: two cores. */
export async function startPair(options: OurOptions): Promise<OurSide> {
  const { sides, end } = await startPairs([options])
  const [only] = sides as [OurSide]
  return {
    ...only,
    async close() {
      await only.close()
      await end()
    },
  }
}

/** Several hubs in one thread and their agencies in another, so that all of them run the same machine code. */
export async function startPairs(
  all: readonly OurOptions[],
): Promise<{ readonly sides: readonly OurSide[]; end(): Promise<void> }> {
  const build = all[0]?.build
  const [there, here] = [startThread(build), startThread(build)]
  const sides: OurSide[] = []
  for (const [index, { path, children, mix }] of all.entries()) {
    const name = `hub-${index}`
    const { port1, port2 } = new MessageChannel()
    const { pin } = await there.ask('openHub', name, path)
    await there.ask('serve', name, port1)
    await here.ask('joinAgencies', name, kindsOf(mix), children, pin, port2)
    sides.push(side(name, there, here, IN_FLIGHT))
  }
  return {
    sides,
    async end() {
      await here.end()
      await there.end()
    },
  }
}

/** Both in one thread, as in a service that has the hub built in; with a bare loop for what is timed one by one. */
export async function startTogether({ path, children, mix, build, bareFile }: TogetherOptions): Promise<OurSide> {
  const station = startThread(build)
  await station.ask('openHub', NAME, path)
  await station.ask('startAgencies', NAME, kindsOf(mix), children)
  if (bareFile !== undefined) await station.ask('openBare', NAME, bareFile)
  const both = side(NAME, station, station, 1)
  return {
    ...both,
    oneByOne: (checks) => station.ask('oneByOne', NAME, checks, bareFile === undefined ? undefined : NAME),
    async close() {
      await both.close()
      await station.end()
    },
  }
}

export interface TogetherOptions extends OurOptions {
  readonly bareFile?: string | undefined
}

const NAME = 'hub'

function side(name: string, there: Station, here: Station, batchesInFlight: number): OurSide {
  return {
    record: (batches) => here.ask('record', name, batches, batchesInFlight),
    singles: (checks, inFlight) => here.ask('singles', name, checks, inFlight),
    oneByOne: (checks) => here.ask('oneByOne', name, checks, undefined),
    idsOf: (agency, children) => here.ask('idsOf', name, agency, children),
    cases: () => there.ask('cases', name),
    close: () => there.ask('closeHub', name),
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
