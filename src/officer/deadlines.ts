import { z } from 'zod'
import {
  DEADLINE_KINDS,
  DEADLINE_STATES,
  type DeadlineKind,
  SILENCE_REASONS,
  type SilenceReason,
} from '../case/agenda.js'
import { instant, parse } from '../door.js'
import type { DeadlineFilter, SeenDeadline } from '../hub/cases/deadlines.js'
import type { Connection } from '../party.js'
import type { SendOptions } from '../port.js'

/** What is due when. */
export interface Deadlines {
  /**
   * A page of at most 100 deadlines in the order in which they are due, what is silenced among them; `mine`: those of this
   * officer. `overdue` gives those that are escalated too.
   */
  deadlines(
    filter?: DeadlineFilter & { readonly mine?: boolean | undefined },
    options?: SendOptions,
  ): Promise<readonly SeenDeadline[]>
  /**
   * Has a deadline not reminded of or escalated until an instant, at most five working days ahead. It stays on every list, with
   * the reason. For managers, and never of their own.
   * @throws {IndexError} `ERR_DEADLINE_UNKNOWN`, `ERR_ROLE_MISSING`, `ERR_OFFICER_INVOLVED`, `ERR_REQUEST_INVALID`
   */
  silence(ask: SilenceAsk, options?: SendOptions): Promise<void>
}

export interface SilenceAsk {
  readonly kind: DeadlineKind
  readonly number: number
  readonly reason: SilenceReason
  /** Epoch milliseconds. */
  readonly until: number
}

const deadlinesReply = z.strictObject({
  deadlines: z.array(
    z.strictObject({
      kind: z.enum(DEADLINE_KINDS),
      number: instant,
      startedAt: instant,
      dueAt: instant,
      case: instant.optional(),
      officer: z.string().optional(),
      silenced: z
        .strictObject({
          until: instant,
          reason: z.enum(SILENCE_REASONS),
          by: z.string(),
          at: instant,
          times: instant,
        })
        .optional(),
      state: z.enum(DEADLINE_STATES),
    }),
  ),
})

export function deadlineWork(line: Connection): Deadlines {
  return {
    async deadlines(filter = {}, send) {
      return parse(deadlinesReply, await line.ask('deadlines', filter, send), 'ERR_MESSAGE_MALFORMED', 'deadlines')
        .deadlines
    },
    async silence({ kind, number, reason, until }, send) {
      await line.ask('silence-deadline', { kind, number, reason, until }, send)
    },
  }
}
