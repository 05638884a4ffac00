import jsonLogic from 'json-logic-js'
import type { Decider, Facts, Seen } from '../decide.js'
import { factsLogic, foldLogic } from './json-logic.js'

/** It has nothing to prepare. */
export function foldPeers(): readonly Decider<Seen[]>[] {
  return [{ kind: 'sync', name: 'json-logic-js', rank: (seen) => jsonLogic.apply(foldLogic, seen) as number }]
}

export function factsPeers(): readonly Decider<Facts>[] {
  return [{ kind: 'sync', name: 'json-logic-js', rank: (facts) => jsonLogic.apply(factsLogic, facts) as number }]
}
