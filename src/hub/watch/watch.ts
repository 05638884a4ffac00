import type { Alert } from '../../case/alert.js'
import { moved, rulesPassed, type WatchCounts } from '../../case/watch.js'
import type { ChildQuery } from '../../child/details.js'
import type { ChildId } from '../../child/identifiers.js'
import { type Finding, unsaid, writeFindings } from '../children/findings.js'
import type { HubContext } from '../context.js'
import { nameOf } from '../custodians/custodians.js'
import type { Draft } from '../ledger.js'
import type { Put } from '../shelf.js'
import { repeatAlert, tellAlerts } from './alerts.js'
import { isPastJudged, markPastJudged, pastFindings } from './watch-past.js'
import {
  afterChecks,
  countsIn,
  DAY_MS,
  dayOf,
  judgedNow,
  KEPT,
  loadDue,
  loadStates,
  putDue,
  putState,
  slotOf,
  type Watched,
  type WatchState,
} from './watch-state.js'
import { childTag, isNextTo, queryTags, tagKeysOf } from './watch-tags.js'

/** One look-up as the agency was answered: a shielded child is `none`. */
export interface WatchedLookup {
  readonly practitioner: Uint8Array
  readonly query: ChildQuery
  /** `misread`: an agency child id that this agency does not have. */
  readonly outcome: 'match' | 'candidates' | 'many' | 'none' | 'misread'
  /** Whose agency child id was answered. */
  readonly childId: ChildId | undefined
  /** Whether the match, or a child among the candidates, is one that nobody should look up. */
  readonly isHoney: boolean
}

/** A check that was newly recorded. */
export interface WatchedCheck {
  readonly practitioner: Uint8Array
  readonly childId: ChildId
}

/** What a look-up adds to its write, and what is said once that is durable. */
export interface WatchWrites {
  readonly drafts: readonly Draft[]
  readonly puts: readonly Put[]
  tell(): void
}

/** Whether look-ups are part of work on a child, or an agency's declared look-up of its whole case list. */
export type LookupPurpose = 'check' | 'back-fill'

/**
 * Takes note of look-ups, within their write, and raises the alerts that they are cause for.
 *
 * What one message asks counts from the next one on: a batch whose checks follow at once is no cause for anything. If
 * nothing follows, and no other message either, it is judged a day later.
 */
export async function watchLookups(
  hub: HubContext,
  agency: string,
  rows: readonly WatchedLookup[],
  at: number,
  purpose: LookupPurpose = 'check',
): Promise<WatchWrites> {
  const day = dayOf(at)
  const people = byPractitioner(rows)
  const [whole, ...states] = (await loadStates(hub, [
    { agency, day },
    ...people.map(({ practitioner }) => ({ agency, practitioner, day })),
  ])) as [WatchState, ...WatchState[]]
  const findings: Finding[] = []
  const again: { readonly alert: Alert; readonly put: Put }[] = []
  let { sums } = whole
  for (const [index, { practitioner, lookups }] of people.entries()) {
    const before = states[index] as WatchState
    const isDeclared = purpose === 'back-fill'
    const state = isDeclared ? before : withLookups(hub, agency, before, lookups, at)
    sums = moved(sums, countsIn(before), countsIn(state))
    const kinds = unsaid(before, rulesPassed(judgedNow(before, at), hub.limits.watchPractitioner))
    if (lookups.some(({ isHoney }) => isHoney)) {
      const known = before.alerts['honey-record']
      const repeated = known === undefined ? undefined : await repeatAlert(hub, known)
      if (repeated === undefined) kinds.push('honey-record')
      else again.push(repeated)
    }
    if (state !== before || kinds.length > 0) findings.push({ whose: { agency, practitioner }, state, kinds })
  }
  const asked = whole.asked + rows.length
  const isNews = purpose === 'back-fill' && whole.alerts['back-fill'] === undefined
  if (findings.length > 0 || isNews)
    findings.push({ whose: { agency }, state: { ...whole, sums, asked }, kinds: isNews ? ['back-fill'] : [] })
  const past = isPastJudged(hub, day) ? [] : await pastFindings(hub, at)
  const written = await writeFindings(hub, [...findings, ...past], at)
  return {
    drafts: written.drafts,
    puts: [...written.puts, ...again.map(({ put }) => put), ...(await dueAfter(hub, day, findings))],
    tell() {
      markPastJudged(hub, day)
      tellAlerts(hub, [...written.alerts, ...again.map(({ alert }) => alert)])
    },
  }
}

function byPractitioner(rows: readonly WatchedLookup[]) {
  const people = new Map<string, { readonly practitioner: Uint8Array; readonly lookups: WatchedLookup[] }>()
  for (const row of rows) {
    const name = nameOf(row.practitioner)
    const person = people.get(name)
    if (person === undefined) people.set(name, { practitioner: row.practitioner, lookups: [row] })
    else person.lookups.push(row)
  }
  return [...people.values()]
}

function withLookups(
  hub: HubContext,
  agency: string,
  before: WatchState,
  lookups: readonly WatchedLookup[],
  at: number,
): WatchState {
  const open = [...before.open]
  let { more, misread } = before
  const numbers = new Set(open.flatMap(({ number }) => (number === 0 ? [] : [number])))
  const keys = tagKeysOf(hub, agency)
  const isAlone = lookups.length === 1
  const slot = slotOf(at)
  for (const { query, outcome, childId } of lookups) {
    if (outcome === 'misread') misread += 1
    // Its own id of a child tells an agency nothing that it did not know.
    if (outcome === 'misread' || childId === undefined || 'agencyChildId' in query) continue
    if (open.length >= KEPT) {
      more += 1
      continue
    }
    const { household, number, description, text } = queryTags(keys, query)
    const isNext = isNextTo(keys, text, numbers)
    open.push({ child: childTag(childId), household, number, description, slot, answer: outcome, isNext, isAlone })
    if (number !== 0) numbers.add(number)
  }
  const isSame = open.length === before.open.length && more === before.more && misread === before.misread
  return isSame ? before : { ...before, open, more, misread }
}

/** Whoever must be looked at again when their checks have had a day to follow. */
async function dueAfter(hub: HubContext, day: number, findings: readonly Finding[]): Promise<readonly Put[]> {
  const { watchAgency, watchPractitioner } = hub.limits
  const due = findings.filter(({ whose, state, kinds }) => {
    const isWhole = whose.practitioner === undefined
    const rules = isWhole ? rulesPassed(state.sums, watchAgency) : rulesPassed(countsIn(state), watchPractitioner)
    return unsaid(state, rules).some((rule) => !kinds.includes(rule))
  })
  if (due.length === 0) return []
  const before = await loadDue(hub, day)
  const known = new Set(before.map(watchedName))
  const added = due.map(({ whose }) => whose).filter((whose) => !known.has(watchedName(whose)))
  return added.length === 0 ? [] : [putDue(hub, day, [...before, ...added])]
}

function watchedName({ agency, practitioner }: Watched): string {
  return practitioner === undefined ? agency : `${agency} ${nameOf(practitioner)}`
}

/** Takes note that checks followed look-ups, within the checks' write. */
export async function watchChecks(
  hub: HubContext,
  agency: string,
  checks: readonly WatchedCheck[],
  at: number,
): Promise<readonly Put[]> {
  const people = new Map<string, { readonly practitioner: Uint8Array; readonly children: number[] }>()
  for (const { practitioner, childId } of checks) {
    const name = nameOf(practitioner)
    const person = people.get(name)
    if (person === undefined) people.set(name, { practitioner, children: [childTag(childId)] })
    else person.children.push(childTag(childId))
  }
  // Today's look-up before yesterday's: a check follows what was asked last.
  const days = [dayOf(at), dayOf(at) - 1]
  const each = [...people.values()]
  const before = await loadStates(hub, [
    ...days.map((day) => ({ agency, day })),
    ...each.flatMap(({ practitioner }) => days.map((day) => ({ agency, practitioner, day }))),
  ])
  const puts: Put[] = []
  const sums = days.map((_, index) => (before[index] as WatchState).sums)
  for (const [index, { practitioner, children }] of each.entries()) {
    const own = days.map((_, day) => before[days.length * (index + 1) + day] as WatchState)
    const after = afterChecks(own, children, at - DAY_MS)
    for (const [day, state] of after.entries()) {
      const was = own[day] as WatchState
      if (state === was) continue
      sums[day] = moved(sums[day] as WatchCounts, countsIn(was), countsIn(state))
      puts.push(putState(hub, { agency, practitioner }, state))
    }
  }
  for (const [index, after] of sums.entries()) {
    const whole = before[index] as WatchState
    if (after !== whole.sums) puts.push(putState(hub, { agency }, { ...whole, sums: after }))
  }
  return puts
}
