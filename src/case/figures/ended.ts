import type { DeadlineKind } from '../agenda.js'
import type { WorkingCalendar } from '../deadlines.js'
import { deadlinesOf, type Referral } from '../referral.js'
import type { Fact } from './part.js'
import type { TableId } from './tables.js'

/** A fact and when it counts: in the period that its instant lies in. */
export interface DatedFact extends Fact {
  readonly at: number
  /** Of what was due and had not ended: it counts where its period was over before this. */
  readonly endedAt?: number | undefined
}

/** Where what waits for a deadline is counted, and under which row while it has not ended. */
const COUNTED: Readonly<
  Record<DeadlineKind, { readonly table: TableId; readonly row: string; readonly open: string } | undefined>
> = {
  // As many as cases are raised: counted beside them, the one would give the other away.
  review: undefined,
  decision: { table: 'referrals', row: 'not-decided', open: 'late' },
  enquiry: { table: 'enquiries', row: 'not-ended', open: 'late' },
  assessment: { table: 'deadlines', row: 'assessment', open: 'not-yet' },
  conference: { table: 'deadlines', row: 'conference', open: 'not-yet' },
  account: { table: 'families', row: 'account', open: 'not-yet' },
  correction: { table: 'families', row: 'correction', open: 'not-yet' },
}

/** What was due, and had not ended by `endedAt`; never, where that is infinite. */
export function runningFact(kind: DeadlineKind, dueAt: number, endedAt: number): DatedFact | undefined {
  const counted = COUNTED[kind]
  return counted === undefined
    ? undefined
    : { table: counted.table, row: counted.row, column: counted.open, at: dueAt, endedAt }
}

/** In the period in which it ended; and as not ended in the one in which it was due, where that was over by then. */
export function endedFacts(
  kind: DeadlineKind,
  { outcome, dueAt, at }: { readonly outcome?: string | undefined; readonly dueAt: number; readonly at: number },
): readonly DatedFact[] {
  const counted = COUNTED[kind]
  if (counted === undefined) return []
  const { table, row } = counted
  const isInTime = at <= dueAt
  const running = isInTime ? undefined : runningFact(kind, dueAt, at)
  const ended = { table, row: outcome ?? row, column: isInTime ? 'in-time' : 'late', at }
  return running === undefined ? [ended] : [ended, running]
}

/** What an agency's word ended, told from the referral as it stands now and from when the word came. */
export function referralFacts(referral: Referral, at: number, calendar: WorkingCalendar): readonly DatedFact[] {
  const after = deadlinesOf(asOf(referral, at + 1), calendar)
  const ended = deadlinesOf(asOf(referral, at), calendar).filter(({ kind }) =>
    after.every((each) => each.kind !== kind),
  )
  return ended.flatMap(({ kind, dueAt }) => {
    const outcome = kind === 'decision' ? (referral.decidedAt === at ? referral.outcome : 'declined') : undefined
    return endedFacts(kind, { outcome, dueAt, at })
  })
}

/** The referral before an instant, as far as it made anything due. */
function asOf(referral: Referral, instant: number): Referral {
  const { declined, decidedAt = Number.POSITIVE_INFINITY, reports = [] } = referral
  const told = reports.filter(({ at }) => at < instant)
  const isDeclined = declined !== undefined && declined.at < instant
  const isClosed = told.some(({ milestone }) => milestone === 'closed')
  return {
    ...referral,
    status: isDeclined ? 'declined' : isClosed ? 'closed' : 'sent',
    outcome: decidedAt < instant ? referral.outcome : undefined,
    reports: told,
  }
}
