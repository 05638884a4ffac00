import type { AlertKind } from '../../case/alert.js'
import type { WatchRule } from '../../case/watch.js'
import type { HubContext } from '../context.js'
import { type Raised, raiseAlerts } from '../watch/alerts.js'
import { putState, type Watched, type WatchState } from '../watch/watch-state.js'

/** Somebody's day as it is to be remembered, and what there is to say about it. */
export interface Finding {
  readonly whose: Watched
  readonly state: WatchState
  readonly kinds: readonly AlertKind[]
}

/** The rules of which nothing was said that day. */
export function unsaid({ alerts }: WatchState, rules: readonly WatchRule[]): AlertKind[] {
  return rules.filter((rule) => alerts[rule] === undefined)
}

/** Raises what was found, and puts each alert's number into the day that it is about. */
export async function writeFindings(hub: HubContext, findings: readonly Finding[], at: number): Promise<Raised> {
  const raised = await raiseAlerts(
    hub,
    findings.flatMap(({ whose, kinds }) => kinds.map((kind) => ({ kind, audience: 'management' as const, ...whose }))),
    at,
  )
  let next = 0
  const states = findings.map(({ whose, state, kinds }) => {
    const numbers = kinds.map((kind) => [kind, raised.alerts[next++]?.number])
    return putState(hub, whose, { ...state, alerts: { ...state.alerts, ...Object.fromEntries(numbers) } })
  })
  return { ...raised, puts: [...states, ...raised.puts] }
}
