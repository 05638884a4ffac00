import { z } from 'zod'
import { REFERENCE } from '../check/canonical.js'
import { LOOKUPS_MAX } from '../check/identification.js'
import type { CheckRequest } from '../check/request.js'
import type { ChildQuery } from '../child/details.js'
import { parse } from '../door.js'
import type { SendOptions } from '../port.js'
import { type RefusedCheck, refusedOr } from './outcome.js'

/** One child of an agency's case list. */
export interface BackFillQuery {
  readonly child: ChildQuery
  /** Whose child it is at the agency; the one of the options where absent. */
  readonly practitioner?: string | undefined
  /** The agency's own, to find the row again: it comes back with the outcome, and goes nowhere else. */
  readonly reference?: string | undefined
}

export interface BackFillOptions extends SendOptions {
  /** Who works the list through, for rows that name nobody. */
  readonly practitioner: string
}

/** What became of one row, with its own reference. `Named` is what a look-up answers. */
export type BackFillOutcome<Named> = (({ readonly kind: 'identified' } & Named) | RefusedCheck) & {
  readonly reference?: string | undefined
}

/** As many as the hub takes in one message. */
const PAGE = LOOKUPS_MAX

const practitioner = z.string().min(1).max(256)
const options = z.object({ practitioner })
const query = z.strictObject({
  child: z.unknown(),
  practitioner: practitioner.optional(),
  reference: z.string().regex(REFERENCE).optional(),
})

type Row = Pick<CheckRequest, 'child' | 'practitioner'>

/**
 * Outcomes of a whole case list, in its order. Rows are taken as outcomes are asked for, and never more than a page is held.
 * @param ask looks up one page
 */
export async function* backFill<Named extends object>(
  queries: Iterable<unknown> | AsyncIterable<unknown>,
  given: BackFillOptions,
  ask: (rows: readonly (Row | RefusedCheck)[]) => Promise<readonly (Named | RefusedCheck)[]>,
): AsyncGenerator<BackFillOutcome<Named>> {
  const everyone = parse(options, given, 'ERR_REQUEST_INVALID', 'back-fill').practitioner
  for await (const page of pages(queries, given.signal)) {
    const read = page.map((row) => refusedOr(() => parse(query, row, 'ERR_REQUEST_INVALID', 'row')))
    const rows = read.map((row) =>
      'kind' in row ? row : { child: row.child, practitioner: row.practitioner ?? everyone },
    )
    const answers = await ask(rows)
    for (const [index, row] of read.entries()) {
      given.signal?.throwIfAborted()
      const answer = answers[index]
      if (answer === undefined) throw new RangeError('every row has an answer')
      const reference = 'kind' in row ? undefined : row.reference
      yield {
        ...('kind' in answer ? answer : { kind: 'identified' as const, ...answer }),
        ...(reference === undefined ? {} : { reference }),
      }
    }
  }
}

async function* pages(
  queries: Iterable<unknown> | AsyncIterable<unknown>,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly unknown[]> {
  let page: unknown[] = []
  for await (const each of queries) {
    signal?.throwIfAborted()
    page.push(each)
    if (page.length < PAGE) continue
    yield page
    page = []
  }
  if (page.length > 0) yield page
}
