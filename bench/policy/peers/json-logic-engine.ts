import { LogicEngine } from 'json-logic-engine'
import type { Decider, Facts, Seen } from '../decide.js'
import { factsLogic, foldLogic } from './json-logic.js'

/** Compiled once, and interpreted with its own cache of the logic. */
export function foldPeers(): readonly Decider<Seen[]>[] {
  return deciders(foldLogic)
}

export function factsPeers(): readonly Decider<Facts>[] {
  return deciders(factsLogic)
}

function deciders<Input>(logic: object): readonly Decider<Input>[] {
  const engine = new LogicEngine()
  const compiled = engine.build(logic) as (input: Input) => number
  return [
    { kind: 'sync', name: 'json-logic-engine', rank: compiled },
    { kind: 'sync', name: 'json-logic-engine-interpreted', rank: (input) => engine.run(logic, input) as number },
  ]
}
