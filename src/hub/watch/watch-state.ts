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

/** The state as its row holds it. */
export interface WatchStateRow extends Omit<WatchState, 'open'> {
  readonly open: Uint8Array
}

/** Whose look-ups of a day would be cause for an alert if no check followed. */
export type DueRow = { readonly day: number; readonly due: readonly Watched[] }

/** Open look-ups that are kept one by one: well above every limit. */
const KEPT = 256

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
    return row?.day === day
      ? { ...row, open: decodeLookups(row.open) }
      : { day, open: [], more: 0, misread: 0, asked: 0, sums: NO_COUNTS, alerts: {} }
  })
}

export function putState(hub: HubContext, whose: Watched, state: WatchState): Put {
  const watch: WatchStateRow = { ...state, open: encodeLookups(state.open) }
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

/** The state with one look-up more. */
export function withOpen(state: WatchState, lookup: OpenLookup): WatchState {
  return state.open.length < KEPT ? { ...state, open: [...state.open, lookup] } : { ...state, more: state.more + 1 }
}

/** The state after a check on a child, and whether anything was open on it. */
export function withCheck(state: WatchState, child: number, since: number): { state: WatchState; isFollowed: boolean } {
  const open = state.open.filter((each) => each.child !== child || instantIn(state.day, each) < since)
  if (open.length < state.open.length) return { state: { ...state, open }, isFollowed: true }
  return state.more > 0 ? { state: { ...state, more: state.more - 1 }, isFollowed: true } : { state, isFollowed: false }
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
