import type { ChildId } from '../child/identifiers.js'
import { IndexError } from '../errors.js'
import type { HubContext } from './context.js'
import { nameOf } from './custodians.js'

const DAY_MS = 86_400_000

type Put = ReturnType<HubContext['shelf']['put']>

/**
 * Counts look-ups of the day by agency and by practitioner; what it returns is written together with the answers.
 * @throws {IndexError} `ERR_RATE_LIMITED` when the message as a whole would pass a limit; nothing is answered then.
 */
export async function meter(
  hub: HubContext,
  agency: string,
  practitioners: readonly Uint8Array[],
): Promise<readonly Put[]> {
  const counts = new Map<string, { readonly key: Uint8Array; used: number; readonly limit: number }>()
  const day = Math.floor(hub.clock() / DAY_MS)
  const count = (name: string, key: Uint8Array, limit: number): void => {
    const entry = counts.get(name) ?? { key, used: 0, limit }
    entry.used += 1
    counts.set(name, entry)
  }
  for (const practitioner of practitioners) {
    count('', hub.shelf.key('meter', agency, day), hub.limits.identifyPerAgencyPerDay)
    count(
      nameOf(practitioner),
      hub.shelf.key('meter', agency, practitioner, day),
      hub.limits.identifyPerPractitionerPerDay,
    )
  }
  const entries = [...counts.values()]
  const before = await hub.shelf.get(
    'meter',
    entries.map(({ key }) => key),
  )
  return entries.map(({ key, used, limit }, index) => {
    const total = used + (before[index]?.used ?? 0)
    if (total > limit)
      throw new IndexError('ERR_RATE_LIMITED', 'the look-ups of today are used up for this agency or practitioner')
    return hub.shelf.put('meter', key, { used: total })
  })
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
