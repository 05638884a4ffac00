import { type Policy, parsePolicy } from '../../src/index.js'
import { type House, house, nhsNumber } from '../support/house.js'

/** How many checks of the incident `called` reach each level; a level that is left out is not among them. */
export interface Reached {
  readonly review?: number
  readonly need?: number
  readonly protection?: number
}

/** A small policy whose levels count the checks on a `called` incident. Other fields replace its own. */
export function counting(version: number, reached: Reached, more: Readonly<Record<string, unknown>> = {}): Policy {
  return parsePolicy(countingData(version, reached, more))
}

export function countingData(version: number, reached: Reached, more: Readonly<Record<string, unknown>> = {}) {
  const level = (name: string, threshold: string, opens: readonly string[], atLeast: number | undefined) =>
    atLeast === undefined
      ? []
      : [
          {
            name,
            threshold,
            opens,
            reachedWhen: { count: { atLeast, withinDays: 100, where: { incidents: ['called'] } } },
          },
        ]
  return {
    id: 'counting',
    version,
    title: 'Counts calls',
    horizonDays: 200,
    indicators: {
      'HEALTH-2': { label: 'health two', domain: 'child', dimension: 'health', severity: 2, points: 10 },
      'CARE-3': {
        label: 'care three',
        domain: 'family',
        dimension: 'care',
        outcome: 'safe',
        severity: 3,
        points: 30,
        flags: ['vulnerability'],
      },
    },
    incidents: { called: { label: 'called', points: 0 }, seen: { label: 'seen', points: 0 } },
    levels: [
      ...level('review', 'none', [], reached.review),
      ...level('child-in-need', 'child-in-need', ['identity'], reached.need),
      ...level('child-protection', 'child-protection', ['identity', 'carers'], reached.protection),
    ],
    ...more,
  }
}

/** Far from everything: nobody has so many checks. */
export const FIRST: Reached = { review: 50, need: 60, protection: 70 }

export async function countingHouse(
  reached: Reached = FIRST,
  options: Parameters<typeof house>[0] = {},
): Promise<House> {
  return house({ policy: counting(1, reached), ...options })
}

let last = 0

/** A check on a child that only has a number. */
export function call(it: House, child: number, more: { readonly incident?: string; readonly reference?: string } = {}) {
  last += 1
  return {
    child: { nhsNumber: nhsNumber(child) },
    incident: 'called',
    occurredAt: it.clock.now,
    reference: `call/${last}`,
    practitioner: 'PC 42',
    ...more,
  }
}

/** That many calls about each child, from the first on: `[2, 1]` is two about child 1 and one about child 2. */
export async function calls(it: House, counts: readonly number[]): Promise<void> {
  const rows = counts.flatMap((count, index) => Array.from({ length: count }, () => call(it, index + 1)))
  const outcomes = await it.police.checkAll(rows)
  const refused = outcomes.filter(({ kind }) => kind !== 'recorded')
  if (refused.length > 0) throw new Error('a check of the fixture was refused')
  await it.hub.caughtUp()
}
