import { z } from 'zod'
import {
  DEADLINE_KINDS,
  DEADLINE_STATES,
  type Deadline,
  type DeadlineState,
  isSilenced,
  REMINDED_DAYS_MAX,
  SILENCE_REASONS,
  SILENCE_WORKING_DAYS,
  stateOf,
} from '../../case/agenda.js'
import { dayInLondon, englishCalendar, type WorkingCalendar } from '../../case/deadlines.js'
import { instant, parse } from '../../door.js'
import { IndexError } from '../../errors.js'
import { fromJsonBytes, toJsonBytes } from '../../json.js'
import { encodeSigned, type Message } from '../../port.js'
import { hasRole, type Officer } from '../../roster/roster.js'
import type { HubContext } from '../context.js'
import { SHIELDING_NUMBERS } from '../counters.js'
import { personOf, requireOfficer } from '../officers.js'
import { type DeadlineName, type DeadlineRow, deadlineOf, deadlinesFrom, marked } from './agenda.js'

/** A deadline and what it is now. */
export interface SeenDeadline extends Deadline {
  readonly state: DeadlineState
}

export interface DeadlineFilter {
  /** `overdue` gives those that are escalated too. */
  readonly state?: DeadlineState | undefined
  /** Only those behind this one, in the order in which they are due. */
  readonly after?: DeadlineName | undefined
}

const PAGE = 100
const kind = z.enum(DEADLINE_KINDS)
const number = z.number().int().min(1)
const deadlinesRequest = z.strictObject({
  state: z.enum(DEADLINE_STATES).optional(),
  mine: z.boolean().optional(),
  after: z.strictObject({ kind, number, dueAt: instant }).optional(),
})
const silenceRequest = z.strictObject({ kind, number, reason: z.enum(SILENCE_REASONS), until: instant })

/**
 * Deadlines in the order in which they are due; those that are silenced stand among them. What is numbered for shielding
 * officers alone is shown to nobody else.
 */
export async function* listDeadlines(
  hub: HubContext,
  filter: DeadlineFilter & { readonly isShielding: boolean; readonly officer?: string | undefined },
): AsyncGenerator<SeenDeadline> {
  const calendar = await englishCalendar()
  const now = hub.clock()
  const { from, until } = spanOf(filter.state, now, calendar)
  const place = filter.after === undefined ? { at: from } : { behind: filter.after }
  for await (const row of deadlinesFrom(hub, place, filter.officer)) {
    if (row.dueAt > until) return
    if (!filter.isShielding && isForShielding(row)) continue
    const state = stateOf(row, now, calendar)
    const isWanted =
      filter.state === undefined || state === filter.state || (filter.state === 'overdue' && state === 'escalated')
    if (isWanted) yield seen(row, state, now)
  }
}

/** Between which instants what is in a state can be due, so that a list reads no other rows. */
function spanOf(
  state: DeadlineState | undefined,
  now: number,
  calendar: WorkingCalendar,
): { readonly from: number; readonly until: number } {
  switch (state) {
    case undefined:
      return { from: 0, until: Number.POSITIVE_INFINITY }
    case 'upcoming':
      return { from: now, until: Number.POSITIVE_INFINITY }
    case 'soon':
      return { from: now, until: calendar.addWorkingDays(now, REMINDED_DAYS_MAX + 1) }
    case 'overdue':
    case 'escalated':
      return { from: 0, until: now }
  }
}

function seen({ reminded: _, silenced, ...row }: DeadlineRow, state: DeadlineState, now: number): SeenDeadline {
  return silenced !== undefined && now < silenced.until ? { ...row, silenced, state } : { ...row, state }
}

function isForShielding({ kind: of, number: own }: Deadline): boolean {
  return of === 'enquiry' && own > SHIELDING_NUMBERS
}

/** A page of deadlines for an officer. */
export async function deadlinesForOfficer(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message)
  const asked = parse(deadlinesRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'deadlines')
  const isShielding = hasRole(officer, 'shielding')
  const filter = { ...asked, isShielding, officer: asked.mine === true ? officer.id : undefined }
  const deadlines: SeenDeadline[] = []
  for await (const each of listDeadlines(hub, filter)) {
    deadlines.push(each)
    if (deadlines.length === PAGE) break
  }
  return toJsonBytes({ deadlines })
}

/**
 * A manager's word that a deadline is not reminded of or escalated for some days. It stays on every list, and runs on.
 * @throws {IndexError} `ERR_DEADLINE_UNKNOWN`, `ERR_ROLE_MISSING`, `ERR_OFFICER_INVOLVED` where it is the manager's own,
 * `ERR_REQUEST_INVALID` for more than five working days
 */
export async function silenceDeadline(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message, 'manager', 'shielding')
  const { reason, until, ...wanted } = parse(
    silenceRequest,
    fromJsonBytes(message.body),
    'ERR_REQUEST_INVALID',
    'silence',
  )
  const calendar = await englishCalendar()
  await hub.ledger.write(async (_, at) => {
    const row = await requireDeadline(hub, wanted, officer)
    const before = row.silenced
    if (before?.until === until && before.reason === reason && before.by === officer.id) return undefined
    const latest = calendar.fromDay(dayInLondon(at), SILENCE_WORKING_DAYS).dueAt
    if (until <= at || until > latest)
      throw new IndexError('ERR_REQUEST_INVALID', 'a deadline is silenced for five working days at most', {
        field: 'until',
      })
    const silenced = { until, reason, by: officer.id, at, times: (before?.times ?? 0) + 1 }
    const { dueAt } = row
    const said = { event: 'silenced', ...wanted, dueAt, reason, until, officer: officer.id }
    return {
      drafts: [{ type: 'deadline', body: toJsonBytes({ ...said, asked: encodeSigned(message) }) }],
      // What was told before the silence is told again after it.
      puts: [marked(hub, { ...row, silenced, reminded: undefined })],
    }
  })
  return toJsonBytes({ ...wanted, until })
}

async function requireDeadline(
  hub: HubContext,
  wanted: Pick<Deadline, 'kind' | 'number'>,
  officer: Officer,
): Promise<DeadlineRow> {
  const row = await deadlineOf(hub, wanted.kind, wanted.number)
  const isHidden = row !== undefined && isForShielding(row) && !hasRole(officer, 'shielding')
  if (row === undefined || isHidden)
    throw new IndexError('ERR_DEADLINE_UNKNOWN', 'no such deadline runs', { field: 'number' })
  if (!isForShielding(row) && !hasRole(officer, 'manager'))
    throw new IndexError('ERR_ROLE_MISSING', 'this takes an officer with the role manager')
  if (row.officer !== undefined && personOf(hub, row.officer) === officer.person)
    throw new IndexError('ERR_OFFICER_INVOLVED', 'nobody silences a deadline of their own')
  return row
}

/** Who wants to hear that a deadline is soon, overdue, or escalated to managers. */
export type Reminding = (reminder: SeenDeadline) => void | Promise<void>

export interface RemindOptions {
  readonly shielding?: boolean | undefined
}

/**
 * Tells of every deadline that has become soon, overdue or escalated since it was last told of, and gives their number. What
 * was told is kept, so a call tells of nothing twice; after a crash in the middle, the one that was being told is told again.
 * To be called by a scheduler, as often as wanted: what a deadline is does not depend on it.
 * @param options `shielding`: of those that shielding officers alone are shown, instead of all the others
 */
export async function remind(
  hub: HubContext,
  tell: Reminding,
  { shielding = false }: RemindOptions = {},
): Promise<number> {
  const calendar = await englishCalendar()
  const now = hub.clock()
  const until = calendar.addWorkingDays(now, REMINDED_DAYS_MAX + 1)
  let told = 0
  for await (const row of deadlinesFrom(hub, undefined)) {
    if (row.dueAt > until) break
    const state = stateOf(row, now, calendar)
    if (isForShielding(row) !== shielding || isSilenced(row, now) || !isBeyond(state, row.reminded)) continue
    await tell(seen(row, state, now))
    told += 1
    await hub.ledger.write(async () => {
      const present = await deadlineOf(hub, row.kind, row.number)
      const isSame = present?.dueAt === row.dueAt && isBeyond(state, present.reminded) && !isSilenced(present, now)
      return present !== undefined && isSame ? { puts: [marked(hub, { ...present, reminded: state })] } : undefined
    })
  }
  return told
}

function isBeyond(state: DeadlineState, reminded: DeadlineState = 'upcoming'): boolean {
  return DEADLINE_STATES.indexOf(state) > DEADLINE_STATES.indexOf(reminded)
}
