import { Engine, type EngineResult, type RuleProperties } from 'json-rules-engine'
import { type Case, COMMON, TOP } from '../common.js'
import { type Decider, type Facts, factsOf, instantsOf, type Seen, seenAt } from '../decide.js'

const { review, childInNeed, childProtection } = COMMON

const atLeast = (fact: keyof Facts, value: number): { fact: string; operator: string; value: number } => ({
  fact,
  operator: 'greaterThanInclusive',
  value,
})

const rules: RuleProperties[] = [
  { conditions: { any: [atLeast('needs', review.needs), atLeast('points', review.points)] }, event: level(1) },
  {
    conditions: { any: [atLeast('points', childInNeed.points), atLeast('serious', childInNeed.serious)] },
    event: level(2),
  },
  {
    conditions: { all: [atLeast('acute', childProtection.acute), atLeast('points', childProtection.points)] },
    event: level(3),
  },
]

/**
 * One engine, built once. It cannot fold: the facts are folded by hand, all of them in one pass, and handed over as plain
 * values, which costs it less than facts that it would have to ask for.
 */
export function foldPeers(): readonly Decider<Seen[]>[] {
  const engine = new Engine(rules)
  return [
    {
      kind: 'async',
      name: 'json-rules-engine',
      inFlight: 1,
      rank: async (seen) => rankOf(await decide(engine, factsOf(seen))),
    },
  ]
}

export function factsPeers(): readonly Decider<Facts>[] {
  const engine = new Engine(rules)
  return [
    {
      kind: 'async',
      name: 'json-rules-engine',
      inFlight: 1,
      rank: async (facts) => rankOf(await decide(engine, facts)),
    },
    {
      kind: 'async',
      name: 'json-rules-engine-explained',
      inFlight: 1,
      rank: async (facts) => explained(await decide(engine, facts)),
    },
  ]
}

/**
 * Every instant, and at the end the engine's own account of the instant that decided: each rule and condition, what its
 * fact was and whether it held. The engine makes the account at every instant anyway; it is read at one only.
 */
export function explainedPeers(): readonly Decider<Case>[] {
  const engine = new Engine(rules)
  const rank = async ({ checks, asOf }: Case): Promise<number> => {
    let best: EngineResult | undefined
    for (const [t, count] of instantsOf(checks, asOf, COMMON.horizonDays)) {
      const found = await decide(engine, factsOf(seenAt(checks, count, t)))
      if (best === undefined || rankOf(found) > rankOf(best)) best = found
      if (rankOf(best) === TOP) break
    }
    return best === undefined ? 0 : explained(best)
  }
  return [{ kind: 'async', name: 'json-rules-engine', inFlight: 1, rank }]
}

function level(rank: number): { type: string; params: { rank: number } } {
  return { type: 'level', params: { rank } }
}

function decide(engine: Engine, facts: Facts): Promise<EngineResult> {
  return engine.run({ ...facts })
}

export function rankOf({ events }: EngineResult): number {
  let best = 0
  for (const { params } of events) best = Math.max(best, params?.['rank'] as number)
  return best
}

function explained(result: EngineResult): number {
  const account = [...result.results, ...result.failureResults].map((rule) => rule.toJSON(false))
  if (account.length !== rules.length) throw new Error('json-rules-engine explains fewer rules than it has')
  return rankOf(result)
}
