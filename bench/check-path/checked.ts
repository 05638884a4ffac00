import { existsSync, renameSync, rmSync } from 'node:fs'
import { numbersOf } from '../../src/cli/bench/numbers.js'
import { Feed, kindsOf, type Mix, yearOfContacts } from './feed.js'
import { type StationProcess, startProcess } from './host.js'
import { OurAgencies } from './ours.js'
import { checkedPlace, copied, preparedHub } from './stores.js'
import type { Sizes } from './trial.js'

/** A hub in a process of its own, and agencies in this one, so that what the hub holds in memory is its own. */
export interface HubApart {
  readonly station: StationProcess
  readonly agencies: OurAgencies
  /** The hub is in this process now. */
  turnTo(station: StationProcess): void
}

export const NAME = 'hub'

export async function startApart(path: string, children: number, mix: Mix): Promise<HubApart> {
  const station = startProcess()
  let there = station
  const { pin } = await station.ask('openHub', NAME, path)
  const hub = { pin, send: async (bytes: Uint8Array) => (await there.ask('hub', NAME, 'send', bytes)) as Uint8Array }
  const agencies = await OurAgencies.start(hub, kindsOf(mix), numbersOf(children), {
    enrol: (enrolments) => station.ask('hub', NAME, 'enrol', enrolments),
    caughtUp: async () => void (await there.ask('hub', NAME, 'caught-up')),
  })
  return {
    station,
    agencies,
    turnTo(next) {
      there = next
    },
  }
}

/** Batches that are recorded before anybody looks again. */
const STEP = 20

/**
 * Records checks until there are as many as asked for, then closes the hub.
 * @param at called on the way: after every tenth of them, and before the first
 */
export async function fillChecks(
  path: string,
  { children, checked, batch }: Sizes,
  at: (checks: number, station: StationProcess) => Promise<void>,
): Promise<void> {
  const mix = yearOfContacts(Date.now())
  const { station, agencies } = await startApart(path, children, mix)
  const feed = new Feed({ mix, children, references: 'rising', name: 'FILL' })
  await at(0, station)
  for (let done = 0, told = 0; done < checked; ) {
    const batches = feed.batches(Math.min(STEP, Math.ceil((checked - done) / batch)), batch)
    done += (await agencies.record(batches, 2)).checks
    if (done - told < checked / 10 && done < checked) continue
    told = done
    await at(done, station)
  }
  await station.ask('closeHub', NAME)
  await station.end()
}

/** The hub with checks that trials of opening begin with: kept from the trial of memory, or made now. */
export async function checkedHub(sizes: Sizes): Promise<string> {
  const place = checkedPlace(sizes.children, sizes.checked)
  if (existsSync(place)) return place
  const unfinished = `${place}.unfinished`
  rmSync(unfinished, { recursive: true, force: true })
  copied(preparedHub(sizes.children), unfinished)
  await fillChecks(unfinished, sizes, async (checks) => {
    process.stderr.write(`  ${checks} of ${sizes.checked} checks\n`)
  })
  return keepChecked(unfinished, sizes)
}

/** Keeps a hub that was filled, where none is kept yet. */
export function keepChecked(path: string, { children, checked }: Sizes): string {
  const place = checkedPlace(children, checked)
  if (!existsSync(place)) renameSync(path, place)
  return place
}
