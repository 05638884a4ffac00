import type { HubContext } from './context.js'
import type { Put } from './shelf.js'

/** A running number that one write takes from: 1, 2, 3, … */
export interface Counter {
  next(): number
  puts(): Put[]
}

export async function loadCounter(
  hub: HubContext,
  name:
    | 'case'
    | 'enquiry'
    | 'referral'
    | 'duplicate'
    | 'alert'
    | 'consent'
    | 'account'
    | 'correction'
    | 'shielding-enquiry'
    | 'shielding-duplicate'
    | 'shielding-alert',
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

/** Numbers of which those about shielded children are apart. */
export interface NumbersApart {
  nextFor(child: { readonly shielded: boolean }): number
  puts(): Put[]
}

export function enquiryCounters(hub: HubContext): Promise<NumbersApart> {
  return numbersApart(hub, 'enquiry', 'shielding-enquiry')
}

export function duplicateCounters(hub: HubContext): Promise<NumbersApart> {
  return numbersApart(hub, 'duplicate', 'shielding-duplicate')
}

async function numbersApart(
  hub: HubContext,
  open: 'enquiry' | 'duplicate',
  apart: 'shielding-enquiry' | 'shielding-duplicate',
): Promise<NumbersApart> {
  const [management, shielding] = [await loadCounter(hub, open), await loadCounter(hub, apart)]
  return {
    nextFor: ({ shielded }) => (shielded ? SHIELDING_NUMBERS + shielding.next() : management.next()),
    puts: () => [...management.puts(), ...shielding.puts()],
  }
}
