import type { Hub, RosterOutcome } from '../hub.js'
import { when } from '../page/words.js'

/** What `--supersede` says of itself. */
export const SUPERSEDE = 'take the place of another change of the roster that waits'

/** A line for what became of a change of the roster. */
export function toldOutcome(hub: Hub, done: string, outcome: RosterOutcome): string {
  const { proposed } = hub.rosters()
  if (outcome === 'in-force' || proposed === undefined) return `${done} (roster version ${hub.roster().version})`
  const from = when(proposed.at + hub.roster().activationDelayMs)
  return `Proposed, and waits until ${from}: then run child-index activate`
}
