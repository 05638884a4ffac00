import {
  type Agency,
  type Clock,
  createAgency,
  createOfficer,
  createSealer,
  type Hub,
  initHub,
  newPartyKey,
  type Officer,
  type Sealer,
} from '../../index.js'
import {
  type GeneratedAgency,
  type GeneratedChild,
  type GeneratedContact,
  generateAgencies,
  generateContacts,
  generatePopulation,
} from '../../testing/population.js'

const DAY_MS = 86_400_000
const DAYS = 365

/** An invented authority: its people, what happens to them in a year, and everybody who works there. */
export interface Authority {
  readonly population: readonly GeneratedChild[]
  /** In the order of time. */
  readonly contacts: readonly GeneratedContact[]
  readonly hub: Hub
  readonly sealer: Sealer
  readonly officer: Officer
  readonly agencies: ReadonlyMap<string, Worker>
  readonly clock: DemoClock
  /** When the hub's year begins, and when it ends; epoch milliseconds. */
  readonly from: number
  readonly now: number
}

export interface Worker {
  readonly agency: Agency
  readonly about: GeneratedAgency
}

/** The one clock that every party reads. It only goes forward. */
export interface DemoClock {
  readonly read: Clock
  moveTo(instant: number): void
}

export interface AuthorityOptions {
  readonly seed: number
  readonly children: number
  /** When the year ends, in epoch milliseconds. */
  readonly now: number
  /** The hub's folder. */
  readonly path: string
}

/** Draws the people, founds the hub as it would have been a year ago, and enrols everybody. */
export async function foundAuthority({ seed, children, now, path }: AuthorityOptions): Promise<Authority> {
  // From midnight, so that two runs on one day tell the same story.
  const today = Math.floor(now / DAY_MS) * DAY_MS
  const from = today - DAYS * DAY_MS
  const population = generatePopulation({ seed, children, now: today })
  const staff = generateAgencies()
  const contacts = generateContacts({ seed, population, agencies: staff, now: today, days: DAYS - 1 })

  const clock = demoClock(from)
  const hub = await initHub({ path, name: 'Harrowmere', clock: clock.read })
  try {
    const sealer = createSealer({ id: 'harrowmere-births', key: await newPartyKey(), hub, clock: clock.read })
    const officer = createOfficer({
      id: 'duty-officer',
      key: await newPartyKey(),
      hub,
      clock: clock.read,
      person: 'person-1',
      undertakingAt: from,
      trainingUntil: now + 180 * DAY_MS,
      vettingUntil: now + 180 * DAY_MS,
    })
    await hub.enrol(sealer.enrolment())
    await hub.enrol(officer.enrolment())
    const agencies = await enrolAgencies(hub, staff, clock.read)
    return { population, contacts, hub, sealer, officer, agencies, clock, from, now }
  } catch (error) {
    await hub.close()
    throw error
  }
}

async function enrolAgencies(
  hub: Hub,
  staff: readonly GeneratedAgency[],
  clock: Clock,
): Promise<ReadonlyMap<string, Worker>> {
  const agencies = new Map<string, Worker>()
  for (const about of staff) {
    const { id, kind } = about
    const agency = createAgency({ id, kind, key: await newPartyKey(), hub, clock, neverIssuedNumbers: true })
    await hub.enrol(agency.enrolment())
    agencies.set(id, { agency, about })
  }
  return agencies
}

function demoClock(start: number): DemoClock {
  let instant = start
  return {
    read: () => instant,
    moveTo(next) {
      if (next < instant) throw new RangeError('the clock only goes forward')
      instant = next
    },
  }
}
