import { type OpenLookup, rulesPassed, rulesPassedByAgency } from '../../case/watch.js'
import { type Finding, unsaid, writeFindings } from '../children/findings.js'
import type { HubContext } from '../context.js'
import { tellAlerts } from './alerts.js'
import { countsIn, DAY_MS, dayOf, instantIn, loadDue, loadStates, type WatchState } from './watch-state.js'

/** Days that this process has looked back from already. */
const judged = new WeakMap<HubContext, number>()

export function isPastJudged(hub: HubContext, day: number): boolean {
  return judged.get(hub) === day
}

export function markPastJudged(hub: HubContext, day: number): void {
  judged.set(hub, day)
}

/** What the last two days' look-ups are cause for, now that checks have had a day to follow each of them. */
export async function pastFindings(hub: HubContext, at: number): Promise<readonly Finding[]> {
  const today = dayOf(at)
  const findings: Finding[] = []
  for (const day of [today - 2, today - 1]) {
    const due = await loadDue(hub, day)
    const states = await loadStates(
      hub,
      due.map((each) => ({ ...each, day })),
    )
    for (const [index, whose] of due.entries()) {
      const state = states[index] as WatchState
      const kinds =
        whose.practitioner === undefined
          ? agencyRules(hub, state, at)
          : unsaid(state, rulesPassed(countsIn(overdue(state, at)), hub.limits.watchPractitioner))
      if (kinds.length > 0) findings.push({ whose, state, kinds })
    }
  }
  return findings
}

/** The look-ups that have been open for a day. */
function overdue(state: WatchState, at: number): WatchState {
  const isOverdue = (lookup: OpenLookup): boolean => instantIn(state.day, lookup) + DAY_MS <= at
  return { ...state, open: state.open.filter(isOverdue), more: isOver(state, at) ? state.more : 0 }
}

/** The sums do not say when, so they wait until the last look-up of the day has had its day. */
function agencyRules(hub: HubContext, state: WatchState, at: number) {
  const rules = rulesPassedByAgency(state.sums, state.asked, hub.limits.watchAgency)
  return isOver(state, at) ? unsaid(state, rules) : []
}

function isOver({ day }: WatchState, at: number): boolean {
  return (day + 2) * DAY_MS <= at
}

/** Raises what the past days give cause for: before anybody asks for the list of alerts. */
export async function judgePast(hub: HubContext): Promise<void> {
  let tell = (): void => undefined
  await hub.ledger.write(async (_, at) => {
    tell = () => undefined
    const findings = await pastFindings(hub, at)
    if (findings.length === 0) return undefined
    const { alerts, drafts, puts } = await writeFindings(hub, findings, at)
    tell = () => tellAlerts(hub, alerts)
    return { drafts, puts }
  })
  tell()
}
