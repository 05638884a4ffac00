import { evaluateExpressionSync, type ZenDecision, ZenDecisionContent, ZenEngine } from '@gorules/zen-engine'
import { COMMON } from '../common.js'
import type { Decider, Facts, Seen } from '../decide.js'

const { yearMs, halfYearMs, decay, review, childInNeed, childProtection } = COMMON
const [young, older, oldest] = decay

const count = (severity: number, withinMs: number): string =>
  `count(checks, #.severity >= ${severity} and #.age < ${withinMs})`
const weighed = (step: { permille: number }): string => `#.points * ${step.permille} / 1000`
const MEASURES = {
  needs: count(2, yearMs),
  serious: count(3, halfYearMs),
  acute: count(4, yearMs),
  points:
    `sum(map(checks, #.age < ${young.belowMs} ? #.points : #.age < ${older.belowMs} ? ${weighed(older)} : ` +
    `#.age < ${oldest.belowMs} ? ${weighed(oldest)} : 0))`,
}

/** Native throughout: an expression node folds, a decision table decides. Prepared once. */
export function foldPeers(): readonly Decider<Seen[]>[] {
  const fold = {
    id: 'fold',
    name: 'fold',
    type: 'expressionNode',
    content: { expressions: Object.entries(MEASURES).map(([key, value]) => ({ id: key, key, value })) },
  }
  return [
    ...decisions([INPUT, fold, TABLE, OUTPUT], (checks: Seen[]) => ({ checks })),
    expression(MEASURES, (checks: Seen[]) => ({ checks })),
  ]
}

export function factsPeers(): readonly Decider<Facts>[] {
  const asTheyAre = { needs: 'needs', serious: 'serious', acute: 'acute', points: 'points' }
  const context = (facts: Facts): object => facts
  return [...decisions([INPUT, TABLE, OUTPUT], context), expression(asTheyAre, context)]
}

interface Node {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly content?: object
}

const INPUT: Node = { id: 'input', name: 'input', type: 'inputNode' }
const OUTPUT: Node = { id: 'output', name: 'output', type: 'outputNode' }
const FIELDS = ['needs', 'serious', 'acute', 'points'] as const
type Row = Partial<Record<(typeof FIELDS)[number], number>>

/** Highest level first; the first row that applies decides. */
const ROWS: readonly (readonly [rank: number, row: Row])[] = [
  [3, childProtection],
  [2, { points: childInNeed.points }],
  [2, { serious: childInNeed.serious }],
  [1, { needs: review.needs }],
  [1, { points: review.points }],
  [0, {}],
]

const TABLE: Node = {
  id: 'levels',
  name: 'levels',
  type: 'decisionTableNode',
  content: {
    hitPolicy: 'first',
    inputs: FIELDS.map((field) => ({ id: field, name: field, field })),
    outputs: [{ id: 'rank', name: 'rank', field: 'rank' }],
    rules: ROWS.map(([rank, row], number) => ({
      _id: `row-${number}`,
      rank: `${rank}`,
      ...Object.fromEntries(FIELDS.map((field) => [field, row[field] === undefined ? '' : `>= ${row[field]}`])),
    })),
  },
}

function decisions<Input>(nodes: readonly Node[], context: (input: Input) => object): readonly Decider<Input>[] {
  const edges = nodes.slice(1).map(({ id }, number) => {
    const sourceId = nodes[number]?.id
    return { id: `edge-${number}`, type: 'edge', sourceId, targetId: id }
  })
  const decision = new ZenEngine().createDecision(new ZenDecisionContent({ nodes, edges }))
  const decide = (trace: boolean) => async (input: Input) => rankBy(decision, context(input), trace)
  return [
    { kind: 'async', name: 'zen-engine', inFlight: 1, rank: decide(false) },
    { kind: 'async', name: 'zen-engine-64-in-flight', inFlight: 64, rank: decide(false) },
    { kind: 'async', name: 'zen-engine-trace', inFlight: 1, rank: decide(true) },
  ]
}

async function rankBy(decision: ZenDecision, context: object, trace: boolean): Promise<number> {
  const answer = await decision.evaluate(context, { trace })
  if (trace && answer.trace?.['levels'] === undefined) throw new Error('zen gave no trace')
  return answer.result.rank as number
}

/** One expression, synchronous. It cannot be prepared: the text is parsed at every decision. */
function expression<Input>(
  measures: Readonly<Record<keyof Facts, string>>,
  context: (input: Input) => object,
): Decider<Input> {
  const { needs, serious, acute, points } = measures
  const text =
    `${acute} >= ${childProtection.acute} and ${points} >= ${childProtection.points} ? 3 : ` +
    `${points} >= ${childInNeed.points} or ${serious} >= ${childInNeed.serious} ? 2 : ` +
    `${needs} >= ${review.needs} or ${points} >= ${review.points} ? 1 : 0`
  return {
    kind: 'sync',
    name: 'zen-engine-expression',
    rank: (input) => evaluateExpressionSync(text, context(input)) as number,
  }
}
