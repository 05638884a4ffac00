import { levelAt } from '../../src/policy/assess.js'
import { defaultPolicy } from '../../src/policy/default.js'
import { type AssessedCheck, historyOf } from '../../src/policy/history.js'
import { levelRank, type Policy } from '../../src/policy/policy.js'
import { reachedBy } from '../../src/policy/reference/reached.js'
import { type Case, casesOf, commonCases, commonPolicy, TOP } from './common.js'
import { atOneInstant, type Decider, factsOf, overInstants, rankByHand, type Seen, seenAt } from './decide.js'
import { type HotChild, nextInOrderUs, nextLateUs, wholeUs } from './hot-child.js'
import { type Budget, decisionsPerSecond, ranksBy } from './measure.js'
import * as ours from './ours.js'
import * as cel from './peers/cel.js'
import * as jsonLogicEngine from './peers/json-logic-engine.js'
import * as jsonLogicJs from './peers/json-logic-js.js'
import * as jsonRulesEngine from './peers/json-rules-engine.js'
import { defaultPeer } from './peers/json-rules-engine-default.js'
import * as zen from './peers/zen.js'
import { analyseMs, diffMs, type StudyOptions } from './study.js'

/** One figure, measured in a process of its own. */
export type Measure = () => number | Promise<number>

export interface Sizes {
  readonly budget: Budget
  /** Histories that are timed, and histories over which all must agree first. */
  readonly timed: number
  readonly agreed: number
  /** Children with few and with many checks, and the latter again for what costs more than a next check. */
  readonly cool: HotChild
  readonly hot: HotChild
  readonly late: HotChild
  readonly study: StudyOptions
  readonly quick: boolean
}

export const FULL: Sizes = {
  budget: { warmUpMs: 400, measureMs: 600 },
  timed: 64,
  agreed: 500,
  cool: { children: 50, size: 10, next: 1, repeats: 40 },
  hot: { children: 1, size: 10_000, next: 500, repeats: 4 },
  late: { children: 1, size: 10_000, next: 50, repeats: 1 },
  study: { triggerChecks: 3, histories: 150_000 },
  quick: false,
}

export const QUICK: Sizes = {
  budget: { warmUpMs: 0, measureMs: 0 },
  timed: 4,
  agreed: 12,
  cool: { children: 2, size: 10, next: 1, repeats: 1 },
  hot: { children: 1, size: 60, next: 3, repeats: 1 },
  late: { children: 1, size: 60, next: 3, repeats: 1 },
  study: { triggerChecks: 1, histories: 5_000 },
  quick: true,
}

const LENGTH = 40
const PEERS = [jsonRulesEngine, zen, jsonLogicEngine, jsonLogicJs, cel]

/** A question that is put to ours and to peers: the same inputs for all, and the answers that all must give. */
interface Question<Input> {
  readonly name: string
  readonly inputs: () => readonly Input[]
  /** By the reference evaluator. */
  readonly rankOf: (input: Input) => number
  readonly deciders: readonly Decider<Input>[]
}

/** Everything that can be measured, by `question/engine`. */
export function measuresOf(sizes: Sizes): ReadonlyMap<string, Measure> {
  const measures = new Map<string, Measure>()
  eachQuestion(sizes.timed, ({ name, inputs, rankOf, deciders }) => {
    for (const decider of deciders) {
      measures.set(`${name}/${decider.name}`, () => {
        const timed = inputs()
        return decisionsPerSecond(decider, timed, timed.map(rankOf), sizes.budget)
      })
    }
  })
  const policy = defaultPolicy()
  measures.set('next/cool', () => nextInOrderUs(policy, sizes.cool))
  measures.set('next/hot', () => nextInOrderUs(policy, sizes.hot))
  measures.set('late/hot', () => nextLateUs(policy, sizes.late))
  measures.set('whole/hot', () => wholeUs(policy, sizes.late))
  measures.set('study/analyse', () => analyseMs(policy, sizes.study))
  measures.set('study/diff', () => diffMs(policy, sizes.study))
  return measures
}

/**
 * Every engine decides every history as the reference evaluator does, and every level is among the answers.
 * @throws {Error} naming the engine that does not
 */
export async function requireAgreement({ agreed, quick }: Sizes): Promise<void> {
  const questions: (() => Promise<void>)[] = []
  eachQuestion(agreed, (question) => questions.push(() => requireAnswers(question, !quick)))
  // One after the other: one json-rules-engine asked twice at once forgets rules of the first.
  for (const ask of questions) await ask()
}

async function requireAnswers<Input>(
  { name, inputs, rankOf, deciders }: Question<Input>,
  everyLevel: boolean,
): Promise<void> {
  const asked = inputs()
  const ranks = asked.map(rankOf)
  if (everyLevel && new Set(ranks).size < TOP + 1) throw new Error(`${name}: a level is never the answer`)
  for (const decider of deciders) {
    const found = await ranksBy(decider, asked)
    const at = found.findIndex((rank, index) => rank !== ranks[index])
    if (at >= 0) throw new Error(`${name}: ${decider.name} gives ${found[at]} for history ${at}, not ${ranks[at]}`)
  }
}

function eachQuestion(count: number, visit: <Input>(question: Question<Input>) => void): void {
  const policy = commonPolicy()
  const inputs = (): readonly Case[] => commonCases(count, LENGTH)
  const byInstant: readonly Decider<Seen[]>[] = [
    { kind: 'sync', name: 'hand-written', rank: (seen) => rankByHand(factsOf(seen)) },
    ...PEERS.flatMap((peer) => peer.foldPeers()),
  ]
  const rankOf = reachedRank(policy)
  visit({ name: 'fold', inputs, rankOf, deciders: [ours.fold(policy), ...byInstant.map(overInstants)] })
  visit({
    name: 'instant',
    inputs,
    rankOf: ({ checks, asOf }) => levelRank(policy, levelAt(policy, checks, asOf)),
    deciders: [ours.oneInstant(policy), ...byInstant.map(atOneInstant)],
  })
  visit({
    name: 'explained',
    inputs,
    rankOf,
    deciders: [ours.explained(policy), ...jsonRulesEngine.explainedPeers()],
  })
  visit({
    name: 'aggregated',
    inputs: () => inputs().map(({ checks, asOf }) => factsOf(seenAt(checks, checks.length, asOf))),
    rankOf: rankByHand,
    deciders: [
      ours.fromValues(policy),
      ours.fromPaths(policy),
      { kind: 'sync', name: 'hand-written', rank: rankByHand },
      ...PEERS.flatMap((peer) => peer.factsPeers()),
    ],
  })
  const standard = defaultPolicy()
  visit({
    name: 'default',
    inputs: () => casesOf(standard, count, LENGTH),
    rankOf: reachedRank(standard),
    deciders: [ours.fold(standard), defaultPeer(standard)],
  })
  visit({
    name: 'default-explained',
    inputs: () => casesOf(standard, count, LENGTH),
    rankOf: reachedRank(standard),
    deciders: [ours.explained(standard)],
  })
}

function reachedRank(policy: Policy): (input: Case<AssessedCheck>) => number {
  return ({ checks, asOf }) => {
    const reached = reachedBy(historyOf(policy, checks), asOf, undefined)
    return reached === undefined ? 0 : levelRank(policy, reached.level.name)
  }
}
