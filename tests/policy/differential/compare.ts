import { levelAt } from '../../../src/policy/assess.js'
import { caseOf } from '../../../src/policy/cases/write.js'
import { type CompiledPolicy, compilePolicy } from '../../../src/policy/compiled/compile.js'
import type { Example } from '../../../src/policy/example.js'
import { historyOf } from '../../../src/policy/history.js'
import { levelRank, type Policy } from '../../../src/policy/policy.js'
import { referenceAssess } from '../../../src/policy/reference/assess.js'
import { evaluate } from '../../../src/policy/reference/evaluate.js'
import { policyAtomsOf } from '../../../src/testing/policy/edges.js'
import { naiveAssess, naiveLevelAt } from '../naive.js'

/** One run of the suite: the compiled evaluator on trial, and how often each thing worth trying came up, by name. */
export class Tally {
  readonly counts = new Map<string, number>()
  readonly compile: typeof compilePolicy

  constructor(compile: typeof compilePolicy = compilePolicy) {
    this.compile = compile
  }

  add(name: string, times = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + times)
  }

  of(name: string): number {
    return this.counts.get(name) ?? 0
  }

  lines(): readonly string[] {
    return [...this.counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, count]) => `${name}: ${count}`)
  }
}

/**
 * Asks every evaluator for the level reached and for the level at the instant: the naive reading, the reference, the
 * compiled policy, and a child kept up check by check.
 * @returns the ranks that all agree on
 * @throws {Error} with policy and history where two disagree
 */
export function compare(
  policy: Policy,
  example: Example,
  tally: Tally,
): { readonly rank: number; readonly rankAt: number } {
  const { checks, asOf, closedAt } = example
  const compiled = tally.compile(policy)
  const expected = levelRank(policy, naiveAssess(policy, checks, asOf, closedAt))
  const expectedAt = levelRank(policy, naiveLevelAt(policy, checks, asOf))
  const found = {
    reference: levelRank(policy, referenceAssess(policy, checks, asOf, options(closedAt)).level),
    compiled: compiled.rank(checks, asOf, closedAt),
    tracked: tracked(compiled, example),
  }
  const foundAt = {
    'reference at an instant': levelRank(policy, levelAt(policy, checks, asOf)),
    'compiled at an instant': compiled.rankAt(checks, asOf),
  }
  for (const [who, rank] of Object.entries(found))
    if (rank !== expected) throw disagreement(who, expected, rank, policy, example)
  for (const [who, rank] of Object.entries(foundAt))
    if (rank !== expectedAt) throw disagreement(who, expectedAt, rank, policy, example)
  tally.add('comparisons')
  return { rank: expected, rankAt: expectedAt }
}

/** The child kept up check by check, asked now and then on the way, as arrivals would. */
function tracked(compiled: CompiledPolicy, { checks, asOf, closedAt }: Example): number {
  const { policy } = compiled
  const child = compiled.track(options(closedAt))
  for (const [index, check] of checks.entries()) {
    child.add(check)
    if (index % 3 !== 1) continue
    const [now, until] = [check.occurredAt, checks.slice(0, index + 1)]
    const [rank, expected] = [child.rank(now), compiled.rank(until, now, closedAt)]
    if (rank !== expected)
      throw disagreement('tracked on the way', expected, rank, policy, { checks: until, asOf: now })
  }
  return child.rank(asOf)
}

/** Notes what a history brings up, beyond that all agree on it. */
export function note(policy: Policy, example: Example, rank: number, tally: Tally): void {
  const { checks, asOf, closedAt } = example
  const top = policy.levels.length
  tally.add(rank === 0 ? 'level none' : rank === top ? 'level highest' : 'level between')
  const history = historyOf(policy, checks)
  for (const atom of policyAtomsOf(policy)) {
    const outcome = evaluate(atom, history, asOf)
    const name = 'distinct' in atom ? `distinct ${atom.distinct.of}` : 'count' in atom ? 'count' : 'points'
    tally.add(`atom ${name} ${outcome.holds ? 'holds' : 'does not hold'}`)
  }
  const rankOf = (other: Example): number => compilePolicy(policy).rank(other.checks, other.asOf, other.closedAt)
  if (closedAt !== undefined && rankOf({ checks, asOf }) !== rank) tally.add('a closing lowers the level')
  if (closedAt !== undefined && rank > 0) tally.add('a level is reached again after a closing')
  const withdrawn = checks.map((check) => ({ ...check, withdrawn: false }))
  if (rankOf({ ...example, checks: withdrawn }) !== rank) tally.add('a withdrawal lowers the level')
  if (rankOf({ ...example, asOf: asOf + 366 * 86_400_000 }) < rank) tally.add('the level falls with time')
  if (checks.some(({ occurredAt }) => occurredAt > asOf)) tally.add('a check is not yet due')
  if (checks.some(({ id }, index) => checks.findIndex((one) => one.id === id) < index))
    tally.add('a check is sent again')
}

function disagreement(who: string, expected: number, found: number, policy: Policy, example: Example): Error {
  const level = policy.levels[expected - 1]?.name ?? 'none'
  return new Error(
    `${who}: rank ${found}, the naive reading has ${expected}\n${caseOf(example, level, 'found by the differential suite')}\n${JSON.stringify(policy)}`,
  )
}

function options(closedAt: number | undefined): { readonly closedAt?: number } {
  return closedAt === undefined ? {} : { closedAt }
}
