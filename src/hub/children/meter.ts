import { IndexError } from '../../errors.js'
import type { HubContext } from '../context.js'
import { nameOf } from '../custodians/custodians.js'
import type { Put } from '../shelf.js'
import type { LookupPurpose } from '../watch/watch.js'

const DAY_MS = 86_400_000
const SLOT_MS = 600_000

/** Who asks in one message, and how many rows each. */
export interface Askers {
  readonly rows: number
  readonly people: readonly { readonly practitioner: Uint8Array; readonly rows: number }[]
}

export function askersOf(practitioners: readonly Uint8Array[]): Askers {
  const people = new Map<string, { readonly practitioner: Uint8Array; rows: number }>()
  for (const practitioner of practitioners) {
    const name = nameOf(practitioner)
    const person = people.get(name)
    if (person === undefined) people.set(name, { practitioner, rows: 1 })
    else person.rows += 1
  }
  return { rows: practitioners.length, people: [...people.values()] }
}

/**
 * Counts look-ups of the day by agency and by practitioner, and of ten minutes by practitioner; what it returns is written
 * together with the answers. A declared back-fill is no one person's work, and counts for the agency alone; officers are
 * alerted to every one.
 * @throws {IndexError} `ERR_RATE_LIMITED` when the message as a whole would pass a limit; nothing is answered then.
 */
export async function meter(
  hub: HubContext,
  agency: string,
  { rows, people }: Askers,
  purpose: LookupPurpose = 'check',
): Promise<readonly Put[]> {
  if (rows === 0) return []
  const day = Math.floor(hub.clock() / DAY_MS)
  const slot = Math.floor(hub.clock() / SLOT_MS)
  const { identifyPerAgencyPerDay, identifyPerPractitionerPerDay, identifyPerPractitionerPerTenMinutes } = hub.limits
  const each = (purpose === 'check' ? people : []).map(({ practitioner, rows: used }) => ({
    key: hub.shelf.key('meter', agency, practitioner, day),
    used,
  }))
  const agencyKey = hub.shelf.key('meter', agency, day)
  const [whole, ...before] = await hub.shelf.get('meter', [agencyKey, ...each.map(({ key }) => key)])
  const used = (whole?.used ?? 0) + rows
  requireWithin(used, identifyPerAgencyPerDay, DAY)
  return [
    hub.shelf.put('meter', agencyKey, { used }),
    ...each.map(({ key, used: now }, index) => {
      const row = before[index]
      const total = (row?.used ?? 0) + now
      const usedInSlot = (row?.slot === slot ? (row.usedInSlot ?? 0) : 0) + now
      requireWithin(total, identifyPerPractitionerPerDay, DAY)
      requireWithin(usedInSlot, identifyPerPractitionerPerTenMinutes, TEN_MINUTES)
      return hub.shelf.put('meter', key, { used: total, slot, usedInSlot })
    }),
  ]
}

const DAY = 'the look-ups of today are used up for this agency or practitioner'
const TEN_MINUTES = 'this practitioner has looked up too many children in ten minutes: wait, and go on'

function requireWithin(used: number, limit: number, message: string): void {
  if (used > limit) throw new IndexError('ERR_RATE_LIMITED', message)
}

/** What one agency does to each of several things in a day, as one write adds to it. */
export interface DayCounts {
  /** Counts one more; false when the day's are used up. */
  take(id: Uint8Array): boolean
  puts(): readonly Put[]
}

/** How often an agency may confirm candidates of one description in a day (DESIGN, section 5). */
const CONFIRMATIONS_PER_DAY = 3

/** Confirmations of descriptions by one agency and day. */
export function confirmationCounts(
  hub: HubContext,
  agency: string,
  descriptions: readonly Uint8Array[],
): Promise<DayCounts> {
  return dayCounts(hub, 'confirmations', agency, descriptions, CONFIRMATIONS_PER_DAY)
}

async function dayCounts(
  hub: HubContext,
  what: string,
  agency: string,
  ids: readonly Uint8Array[],
  limit: number,
): Promise<DayCounts> {
  const day = Math.floor(hub.clock() / DAY_MS)
  const names = [...new Map(ids.map((id) => [nameOf(id), id]))]
  const keys = names.map(([, id]) => hub.shelf.key('meter', what, agency, id, day))
  const stored = await hub.shelf.get('meter', keys)
  const used = new Map(names.map(([name], index) => [name, stored[index]?.used ?? 0]))
  return {
    take(id) {
      const count = (used.get(nameOf(id)) ?? 0) + 1
      if (count > limit) return false
      used.set(nameOf(id), count)
      return true
    },
    puts: () => keys.map((key, index) => hub.shelf.put('meter', key, { used: used.get(names[index]?.[0] ?? '') ?? 0 })),
  }
}
