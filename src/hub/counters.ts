import type { HubContext } from './context.js'

/** A running number that one write takes from: 1, 2, 3, … */
export interface Counter {
  next(): number
  puts(): ReturnType<HubContext['shelf']['put']>[]
}

export async function loadCounter(
  hub: HubContext,
  name: 'case' | 'enquiry' | 'referral' | 'duplicate' | 'alert' | 'shielding-enquiry' | 'shielding-alert',
): Promise<Counter> {
  const key = hub.shelf.key('meta', 'counter', name)
  const row = await hub.shelf.one('meta', key)
  const first = row?.kind === 'counter' ? row.next : 1
  let next = first
  return {
    next: () => next++,
    puts: () => (next === first ? [] : [hub.shelf.put('meta', key, { kind: 'counter', next })]),
  }
}

/**
 * What is numbered for shielding officers alone begins above this, under a counter of its own: a number that was left out
 * would tell the others that there is something that they are not shown.
 */
export const SHIELDING_NUMBERS = 1_000_000_000
