import type { AlertKind } from '../../case/alert.js'
import {
  countsOf,
  decodeLookups,
  encodeLookups,
  NO_COUNTS,
  type OpenLookup,
  type WatchCounts,
} from '../../case/watch.js'
import type { HubContext } from '../context.js'
import type { Put } from '../shelf.js'

export const DAY_MS = 86_400_000

/** Whose look-ups: one practitioner's, or those of the agency as a whole. */
export interface Watched {
  readonly agency: string
  readonly practitioner?: Uint8Array | undefined
}

/** What is remembered of somebody's look-ups of one day. */
export interface WatchState {
  readonly day: number
  /** Of a practitioner: the open look-ups, at most `KEPT`, and how many there are beyond. */
  readonly open: readonly OpenLookup[]
  readonly more: number
  readonly misread: number
  /** All look-ups, open or not. */
  readonly asked: number
  /** Of an agency: the sums over its practitioners. */
  readonly sums: WatchCounts
  /** Numbers of the alerts that the day's look-ups raised, so that each kind is raised once. */
  readonly alerts: Readonly<Partial<Record<AlertKind, number>>>
}

/** The state as its row holds it: what there is nothing of is left out, which of most is nearly everything. */
export interface WatchStateRow extends Partial<Omit<WatchState, 'day' | 'open'>> {
  readonly day: number
  readonly open: Uint8Array
}

const NOTHING: Omit<WatchState, 'day'> = { open: [], more: 0, misread: 0, asked: 0, sums: NO_COUNTS, alerts: {} }

/** Whose look-ups of a day would be cause for an alert if no check followed. */
export type DueRow = { readonly day: number; readonly due: readonly Watched[] }

/** Open look-ups that are kept one by one: well above every limit. */
export const KEPT = 256

/** Rows of a day give way to those of three days later, so that nothing is kept for longer. */
const DAYS = 3

export function dayOf(at: number): number {
  return Math.floor(at / DAY_MS)
}

function stateKey(hub: HubContext, { agency, practitioner }: Watched, day: number): Uint8Array {
  const whose = practitioner === undefined ? [agency] : [agency, practitioner]
  return hub.shelf.key('meter', 'watch:day', ...whose, day % DAYS)
}

function dueKey(hub: HubContext, day: number): Uint8Array {
  return hub.shelf.key('meter', 'watch:due', day % DAYS)
}

export async function loadStates(
  hub: HubContext,
  wanted: readonly (Watched & { readonly day: number })[],
): Promise<readonly WatchState[]> {
  const rows = await hub.shelf.get(
    'meter',
    wanted.map((each) => stateKey(hub, each, each.day)),
  )
  return wanted.map(({ day }, index) => {
    const row = rows[index]?.watch
    return row?.day === day ? { ...NOTHING, ...row, open: decodeLookups(row.open) } : { ...NOTHING, day }
  })
}

export function putState(hub: HubContext, whose: Watched, state: WatchState): Put {
  const { day, more, misread, asked, sums, alerts } = state
  const watch: WatchStateRow = {
    day,
    open: encodeLookups(state.open),
    ...(more === 0 ? {} : { more }),
    ...(misread === 0 ? {} : { misread }),
    ...(asked === 0 ? {} : { asked }),
    ...(sums === NO_COUNTS ? {} : { sums }),
    ...(Object.keys(alerts).length === 0 ? {} : { alerts }),
  }
  return hub.shelf.put('meter', stateKey(hub, whose, state.day), { used: 0, watch })
}

/**
 * What can be held against somebody now. A message with many look-ups gets the ten minutes in which it came, for the
 * checks of all of them to follow together; that a look-up has no check is held against nobody before a day has passed.
 */
export function judgedNow(state: WatchState, at: number): WatchCounts {
  const isFresh = ({ slot, isAlone }: OpenLookup): boolean => !isAlone && slot === slotOf(at)
  const settled = state.open.filter((each) => !isFresh(each))
  return { ...countsOf(settled, 0, state.misread), 'without-check': 0 }
}

export function countsIn({ open, more, misread }: WatchState): WatchCounts {
  return countsOf(open, more, misread)
}

/**
 * The states of somebody's days after checks on these children, each day as it was where nothing followed. A check takes away what was
 * asked about its child on the first of the days on which anything was, or one of those of which no more is known.
 */
export function afterChecks(
  days: readonly WatchState[],
  children: readonly number[],
  since: number,
): readonly WatchState[] {
  const open = days.map((state) => new OpenDay(state, since))
  for (const child of children) open.some((day) => day.follow(child))
  return open.map((day) => day.state())
}

class OpenDay {
  readonly #before: WatchState
  readonly #since: number
  readonly #open = new Set<number>()
  readonly #followed = new Set<number>()
  #more: number

  constructor(before: WatchState, since: number) {
    this.#before = before
    this.#since = since
    this.#more = before.more
    for (const lookup of before.open) if (this.#counts(lookup)) this.#open.add(lookup.child)
  }

  /** Whether anything was open that a check on this child follows. */
  follow(child: number): boolean {
    if (this.#open.delete(child)) {
      this.#followed.add(child)
      return true
    }
    if (this.#more === 0) return false
    this.#more -= 1
    return true
  }

  state(): WatchState {
    if (this.#followed.size === 0 && this.#more === this.#before.more) return this.#before
    const open = this.#before.open.filter((lookup) => !(this.#counts(lookup) && this.#followed.has(lookup.child)))
    return { ...this.#before, open, more: this.#more }
  }

  #counts(lookup: OpenLookup): boolean {
    return instantIn(this.#before.day, lookup) >= this.#since
  }
}

const SLOT_MS = 600_000

export function slotOf(at: number): number {
  return Math.floor((at % DAY_MS) / SLOT_MS)
}

/** End of the ten minutes in which a look-up fell. */
export function instantIn(day: number, { slot }: OpenLookup): number {
  return day * DAY_MS + (slot + 1) * SLOT_MS
}

export async function loadDue(hub: HubContext, day: number): Promise<readonly Watched[]> {
  const row = (await hub.shelf.one('meter', dueKey(hub, day)))?.due
  return row?.day === day ? row.due : []
}

/** More than this many in a day are not looked at again; the agency's own limits still count them. */
const DUE_MAX = 1000

export function putDue(hub: HubContext, day: number, due: readonly Watched[]): Put {
  return hub.shelf.put('meter', dueKey(hub, day), { used: 0, due: { day, due: due.slice(0, DUE_MAX) } })
}
