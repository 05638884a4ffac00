import type { ChildId } from '../child/identifiers.js'
import { IndexError } from '../errors.js'
import type { HubContext } from './context.js'
import { nameOf } from './custodians.js'
import type { LookupPurpose } from './watch.js'

const DAY_MS = 86_400_000
const SLOT_MS = 600_000

type Put = ReturnType<HubContext['shelf']['put']>

/**
 * Counts look-ups of the day by agency and by practitioner, and of ten minutes by practitioner; what it returns is written
 * together with the answers. A declared back-fill is no one person's work, and counts for the agency alone; officers are
 * alerted to every one.
 * @throws {IndexError} `ERR_RATE_LIMITED` when the message as a whole would pass a limit; nothing is answered then.
 */
export async function meter(
  hub: HubContext,
  agency: string,
  practitioners: readonly Uint8Array[],
  purpose: LookupPurpose = 'check',
): Promise<readonly Put[]> {
  if (practitioners.length === 0) return []
  const day = Math.floor(hub.clock() / DAY_MS)
  const slot = Math.floor(hub.clock() / SLOT_MS)
  const { identifyPerAgencyPerDay, identifyPerPractitionerPerDay, identifyPerPractitionerPerTenMinutes } = hub.limits
  const people = new Map<string, { readonly key: Uint8Array; used: number }>()
  for (const practitioner of purpose === 'check' ? practitioners : []) {
    const key = (): Uint8Array => hub.shelf.key('meter', agency, practitioner, day)
    const person = people.get(nameOf(practitioner)) ?? { key: key(), used: 0 }
    person.used += 1
    people.set(nameOf(practitioner), person)
  }
  const agencyKey = hub.shelf.key('meter', agency, day)
  const each = [...people.values()]
  const [whole, ...before] = await hub.shelf.get('meter', [agencyKey, ...each.map(({ key }) => key)])
  const used = (whole?.used ?? 0) + practitioners.length
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

/** New checks of one agency by child and day, as one write adds to them. */
export interface CheckCounts {
  /** Counts one more; false when the day's are used up. */
  take(childId: ChildId): boolean
  puts(): readonly Put[]
}

export async function checkCounts(hub: HubContext, agency: string, children: readonly ChildId[]): Promise<CheckCounts> {
  const day = Math.floor(hub.clock() / DAY_MS)
  const names = [...new Map(children.map((childId) => [nameOf(childId), childId]))]
  const keys = names.map(([, childId]) => hub.shelf.key('meter', 'checks', agency, childId, day))
  const stored = await hub.shelf.get('meter', keys)
  const used = new Map(names.map(([name], index) => [name, stored[index]?.used ?? 0]))
  return {
    take(childId) {
      const count = (used.get(nameOf(childId)) ?? 0) + 1
      if (count > hub.limits.checksPerChildPerDay) return false
      used.set(nameOf(childId), count)
      return true
    },
    puts: () => keys.map((key, index) => hub.shelf.put('meter', key, { used: used.get(names[index]?.[0] ?? '') ?? 0 })),
  }
}

/** Confirmations of descriptions by one agency and day, as one write adds to them. */
export interface Confirmations {
  /** Counts one more; false when the day's are used up. */
  take(description: Uint8Array): boolean
  puts(): readonly Put[]
}

/** How often an agency may confirm candidates of one description in a day (DESIGN, section 5). */
const CONFIRMATIONS_PER_DAY = 3

export async function meterConfirmations(
  hub: HubContext,
  agency: string,
  descriptions: readonly Uint8Array[],
): Promise<Confirmations> {
  const day = Math.floor(hub.clock() / DAY_MS)
  const names = [...new Map(descriptions.map((each) => [nameOf(each), each]))]
  const keys = names.map(([, each]) => hub.shelf.key('meter', 'confirmations', agency, each, day))
  const stored = await hub.shelf.get('meter', keys)
  const used = new Map(names.map(([name], index) => [name, stored[index]?.used ?? 0]))
  return {
    take(description) {
      const count = (used.get(nameOf(description)) ?? 0) + 1
      if (count > CONFIRMATIONS_PER_DAY) return false
      used.set(nameOf(description), count)
      return true
    },
    puts: () => keys.map((key, index) => hub.shelf.put('meter', key, { used: used.get(names[index]?.[0] ?? '') ?? 0 })),
  }
}
