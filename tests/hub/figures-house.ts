import type { CheckInput, Receipt } from '../../src/agency.js'
import { numberKey } from '../../src/hub/shelf.js'
import type { Figures } from '../../src/index.js'
import { toJsonBytes } from '../../src/json.js'
import { type House, nhsNumber } from '../support/house.js'

export const MARCH = { period: '2026-03' }
export const APRIL = Date.UTC(2026, 3, 2, 9)

export function check(
  it: House,
  n: number,
  reference: string,
  incident = 'police-protection',
  by = it.police,
): Promise<Receipt> {
  const input = {
    child: { nhsNumber: nhsNumber(n) },
    incident,
    occurredAt: it.clock.now,
    reference,
    practitioner: 'PC 42',
  }
  return by.check(input as CheckInput)
}

export function tableOf({ tables }: Figures, id: string): Figures['tables'][number] {
  const table = tables.find((each) => each.id === id)
  if (table === undefined) throw new Error(`no table ${id}`)
  return table
}

/** What stands in a table, without what is 0. */
export function shownIn(figures: Figures, id: string): Record<string, unknown> {
  const { rows, columns, cells } = tableOf(figures, id)
  return Object.fromEntries(
    rows.flatMap((row, r) =>
      columns.flatMap((column, c) => {
        const { count } = cells[r]?.[c] ?? { count: 0 }
        return count === 0 ? [] : [[`${row} ${column}`, count]]
      }),
    ),
  )
}

/** Cases that the journal and the table know, of nobody. */
export async function raise(
  it: House,
  numbers: readonly number[],
  level = 'review',
  { reReferral = false, threshold = '' } = {},
): Promise<void> {
  const { ledger, shelf, clock } = await it.context()
  const again = reReferral ? { reReferral } : {}
  await ledger.write(async () => ({
    drafts: numbers.map((number) => ({
      type: 'case' as const,
      body: toJsonBytes({ event: 'raised', case: number, childId: new Uint8Array(16), level, ...again }),
    })),
    puts:
      threshold === ''
        ? []
        : numbers.map((number) =>
            shelf.put('case', numberKey(number), { number, threshold, raisedAt: clock() } as never),
          ),
  }))
}

export const upTo = (last: number, first = 1): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, at) => first + at)
