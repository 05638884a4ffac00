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
