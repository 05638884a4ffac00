import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assess } from '../../../src/policy/assess.js'
import { compilePolicy } from '../../../src/policy/compiled/compile.js'
import type { RuleExplanation } from '../../../src/policy/explain/explanation.js'
import { decidingChecks, minimalSupport, type SupportQuestion } from '../../../src/policy/explain/support.js'
import type { AssessedCheck } from '../../../src/policy/history.js'
import { levelRank, type Rule } from '../../../src/policy/policy.js'
import { policiesWithHistories } from '../arbitraries.js'
import { check, DAY, policyWith, T } from '../fixtures.js'

const needing =
  (...ids: readonly string[]) =>
  (subset: readonly { readonly id: string }[]) =>
    ids.every((id) => subset.some((one) => one.id === id))
const checks = ['a', 'b', 'c', 'd', 'e'].map((id) => check({ id }))

/** Ids of the checks that any part of a rule counted. */
function countedBy(rule: RuleExplanation): Set<string> {
  if (rule.kind === 'atom') return new Set(rule.counted.map(({ check: id }) => id))
  return new Set(rule.members.flatMap((member) => [...countedBy(member)]))
}

/** A support where nothing was closed, or where something was. */
function supportOf(
  all: readonly AssessedCheck[],
  at: number,
  reaches: SupportQuestion['reaches'],
  likely: readonly string[] = [],
  isClosed = false,
): readonly string[] {
  return minimalSupport(all, { at, isClosed, reaches, likely: new Set(likely) })
}

describe('a minimal support', () => {
  test('is sought among the likely checks, then among those seen by then, then among all', () => {
    const seen: number[] = []
    const counting = (reaches: ReturnType<typeof needing>) => (subset: readonly AssessedCheck[]) => {
      seen.push(subset.length)
      return reaches(subset)
    }
    expect(supportOf(checks, T + 1, counting(needing('b')), ['b'])).toEqual(['b'])
    expect(Math.max(...seen)).toBe(1)
    expect(supportOf(checks, T + 1, needing('b', 'e'), ['b', 'c'])).toEqual(['b', 'e'])
    expect(supportOf(checks, T + 1, needing('b', 'e'))).toEqual(['b', 'e'])
    expect(supportOf(checks, T + 1, needing('b'), ['a', 'b', 'c', 'd', 'e'])).toEqual(['b'])
    expect(supportOf(checks, T - 1, needing('b', 'e'), [], true)).toEqual(['b', 'e'])
  })

  test('of a long history takes few questions', () => {
    const many = Array.from({ length: 4_096 }, (_, index) => check({ id: `${index}`.padStart(5, '0') }))
    let asked = 0
    const reaches = (subset: readonly AssessedCheck[]): boolean => {
      asked += 1
      return needing('00007', '04000')(subset)
    }
    for (const isClosed of [false, true]) {
      asked = 0
      expect(supportOf(many, T, reaches, ['00007'], isClosed)).toEqual(['00007', '04000'])
      expect(asked).toBeLessThan(120)
    }
  })

  test('takes the checks of the instant with the likely ones', () => {
    const dated = checks.map((one, index) => ({ ...one, occurredAt: T - index }))
    const tried: (readonly AssessedCheck[])[] = []
    const reaches = (subset: readonly AssessedCheck[]): boolean => {
      tried.push(subset)
      return needing('b', 'd')(subset)
    }
    expect(supportOf(dated, T - 1, reaches, ['d'])).toEqual(['b', 'd'])
    expect(tried[0]?.map(({ id }) => id)).toEqual(['b', 'd'])
  })

  test('spares what is needed only while an older check fills the count cap: single deletions are repeated', () => {
    const rule: Rule = {
      all: [
        { points: { atLeast: 40, withinDays: 10, where: { severityAtLeast: 2 } } },
        { count: { atLeast: 1, withinDays: 10, where: { incidents: ['called'] } } },
      ],
    }
    const policy = policyWith(rule, {
      horizonDays: 1,
      caps: { perAgencyIndicator: 1 },
      decay: [
        { upToDays: 0, permille: 1000 },
        { upToDays: 9, permille: 500 },
      ],
    })
    const seen = [
      check({ id: 'new', indicators: ['H-4'], occurredAt: T - 2 * DAY, position: 11 }),
      check({ id: 'old', indicators: ['H-4'], occurredAt: T - 1, position: 3 }),
      check({ id: 'other', indicators: ['P-3'], position: 12 }),
      check({ id: 'present', incident: 'called', position: 3 }),
    ]
    const reaches = (subset: readonly AssessedCheck[]): boolean => compilePolicy(policy).rank(subset, T, 10) === 1
    expect(supportOf(seen, T, reaches, [], true)).toEqual(['new', 'present'])
  })

  test('of the likely checks is as good as any: it reaches the level, and each is needed', () => {
    fc.assert(
      fc.property(policiesWithHistories, fc.option(fc.nat(12), { nil: undefined }), ([policy, all], closedAt) => {
        const { level, support, explanation, at } = assess(policy, all, T, closedAt === undefined ? {} : { closedAt })
        const rank = levelRank(policy, level)
        if (rank === 0) return
        const { rank: rankOf } = compilePolicy(policy)
        const counted = decidingChecks(explanation[rank - 1]!.rule)
        const deciding = all.filter(({ id, occurredAt }) => counted.has(id) || occurredAt === at)
        // What decides a rule is enough for it, if nothing was closed before.
        if (closedAt === undefined) {
          expect(rankOf(deciding, T)).toBe(rank)
          // Another member that holds may need fewer checks than the first: a support may be of those that it counted.
          const ids = countedBy(explanation[rank - 1]!.rule)
          for (const { id, occurredAt } of all) if (occurredAt === at) ids.add(id)
          for (const id of support) expect(ids).toContain(id)
        }
      }),
      { numRuns: 150 },
    )
  })
})

describe('the deciding checks', () => {
  test('are those that the first members counted which suffice', () => {
    const by = (incident: string, atLeast = 1): Rule => ({
      count: { atLeast, withinDays: 9, where: { incidents: [incident] } },
    })
    const seen = [check({ id: 's' }), check({ id: 'c', incident: 'called' })]
    const deciding = (rule: Rule) => [...decidingChecks(assess(policyWith(rule), seen, T).explanation[0]!.rule)]
    expect(deciding(by('called'))).toEqual(['c'])
    expect(deciding({ any: [by('seen', 2), by('called'), by('seen')] })).toEqual(['c'])
    expect(deciding({ atLeast: 2, of: [by('seen', 2), by('called'), { any: [by('seen')] }] })).toEqual(['c', 's'])
  })
})
