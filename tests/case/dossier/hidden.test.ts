import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dossierPage } from '../../../src/case/dossier/page.js'
import { dossierLines } from '../../../src/case/dossier/text.js'
import type { ChildId } from '../../../src/child/identifiers.js'
import { assess } from '../../../src/policy/assess.js'
import { defaultPolicy } from '../../../src/policy/default.js'
import type { AssessedCheck } from '../../../src/policy/history.js'
import { parsePolicy } from '../../../src/policy/parse.js'
import type { Policy } from '../../../src/policy/policy.js'
import { histories, policiesWithHistories } from '../../policy/arbitraries.js'
import { check, DAY, policyData, policyWith, T } from '../../policy/fixtures.js'
import { dossierFrom, type Made } from './made.js'

const drawn = fc.oneof(
  { weight: 5, arbitrary: policiesWithHistories },
  { weight: 1, arbitrary: histories(defaultPolicy()).map((checks) => [defaultPolicy(), checks] as const) },
)

// Agency C is the sensitive service.
const hidesKindOf = ({ agency }: { readonly agency: string }): boolean => agency.startsWith('C')

const reachedAt = (policy: Policy, checks: readonly AssessedCheck[]): string =>
  JSON.stringify(assess(policy, checks, T).explanation.map(({ outcome, at }) => [outcome, at]))

/** Everything that an officer could be shown of these checks. */
function shown(policy: Policy, checks: readonly AssessedCheck[], made: Made = {}): string {
  const dossier = dossierFrom(checks, { policy, hidesKindOf, ...made })
  return [JSON.stringify(dossier), dossierLines(dossier).join('\n'), dossierPage(dossier)].join('\n')
}

describe('children whose facts differ only in what is hidden give the same bytes', () => {
  test('whatever agencies are called, in whatever order checks came, whoever the child is', () => {
    const names = fc.uniqueArray(fc.stringMatching(/^C?[a-z]{7,9}$/), { minLength: 3, maxLength: 3 })
    const children = fc.uint8Array({ minLength: 16, maxLength: 16 })
    fc.assert(
      fc.property(drawn, names, children, fc.infiniteStream(fc.nat()), ([policy, checks], drawnTo, child, keys) => {
        // Agency C stays the sensitive one.
        const to = drawnTo.map((name, index) => (index === 2 ? `C${name}` : name.replace(/^C/, '')))
        const other = checks
          .map((one) => ({ ...one, agency: to['ABC'.indexOf(one.agency)] ?? '', key: keys.next().value }))
          .sort((a, b) => a.key - b.key)
          .map(({ key: _, ...one }) => one)
        const view = shown(policy, other, { file: { childId: child as ChildId } })
        expect(view).toBe(shown(policy, checks))
        for (const name of to) expect(view).not.toContain(name)
      }),
      { numRuns: 60 },
    )
  })

  test('whatever the kinds of hidden agencies are, while levels are reached at the same instants', () => {
    let changed = 0
    let differed = 0
    const kinds = fc.array(fc.constantFrom('police', 'health', 'ports'), { minLength: 12, maxLength: 12 })
    fc.assert(
      fc.property(drawn, kinds, ([policy, checks], to) => {
        const other = checks.map((one, index) => (hidesKindOf(one) ? { ...one, agencyKind: to[index] ?? '' } : one))
        fc.pre(reachedAt(policy, checks) === reachedAt(policy, other))
        const open: Made = { hidesKindOf: () => false }
        changed += 1
        if (shown(policy, checks, open) !== shown(policy, other, open)) differed += 1
        expect(shown(policy, other)).toBe(shown(policy, checks))
      }),
      { numRuns: 60 },
    )
    // Without hiding them they would mostly be told apart, or this would mean nothing.
    expect(differed).toBeGreaterThan(changed / 4)
  })

  test('whatever hidden incidents are that one kind of agency alone reports', () => {
    const policy = parsePolicy(
      policyData({
        rule: { count: { atLeast: 2, withinDays: 10 } },
        incidents: {
          seen: { label: 'seen', points: 0 },
          clinic: { label: 'Seen at the clinic', points: 7, agencyKinds: ['clinic'] },
          rehab: { label: 'Seen at the service', points: 7, agencyKinds: ['rehab'] },
        },
      }),
    )
    const of = (incident: string) => [
      check({ id: 'a', agency: 'A', occurredAt: T - DAY }),
      check({ id: 'c', agency: 'C', agencyKind: incident, incident, indicators: ['H-2'] }),
    ]
    const view = shown(policy, of('clinic'))
    expect(view).toBe(shown(policy, of('rehab')))
    expect(view).not.toMatch(/clinic/i)
    const { timeline, trend, explanation } = dossierFrom(of('clinic'), { policy, hidesKindOf })
    // The level rests on it, and what it saw otherwise is said.
    expect(explanation.find((line) => line.startsWith('- check 2'))).toMatch(/: H-2 \(“health two”\)$/)
    expect(timeline[1]?.incident).toEqual({ code: 'not named', label: '' })
    expect(trend.periods.at(-1)?.points).toBe(10)
    expect(shown(policy, of('clinic'), { hidesKindOf: () => false })).toContain('Seen at the clinic')
  })
})

describe('where the kind of an agency is not named', () => {
  const kinds = policyWith({ distinct: { of: 'agencyKind', atLeast: 2, withinDays: 10 } })
  const checks = [check({ agency: 'A' }), check({ agency: 'C', agencyKind: 'police' })]

  test('and a rule asks for kinds, nothing is told that follows from them', () => {
    const { verdict, timeline, trend, agencyKinds, explanation } = dossierFrom(checks, { policy: kinds, hidesKindOf })
    expect(verdict.level).toBe('raised')
    expect(Object.keys(verdict)).not.toContain('standsUntil')
    expect(verdict.reasons[0]).not.toHaveProperty('value')
    expect(timeline.some((item) => Object.hasOwn(item, 'supports'))).toBe(false)
    expect(trend.periods.some((period) => 'level' in period || 'threshold' in period)).toBe(false)
    expect(agencyKinds).toEqual(['health', 'not named'])
    expect(explanation.join(' ')).toContain('not shown')
  })

  test('the text and the page say so', () => {
    const dossier = dossierFrom(checks, { policy: kinds, hidesKindOf })
    expect(dossierLines(dossier).join(' ')).toContain('stands        not told')
    const page = dossierPage(dossier)
    expect(page).toContain('Which of them the level rests on is not told')
    expect(page).toContain('<td>not told</td>')
    expect(page).not.toContain('class="ring" cx="1')
  })

  test('and no rule asks for kinds, all of it is told', () => {
    const policy = policyWith({ count: { atLeast: 2, withinDays: 10 } })
    const { verdict, timeline, trend } = dossierFrom(checks, { policy, hidesKindOf })
    expect(verdict.standsUntil).toBeGreaterThan(T)
    expect(timeline.map(({ supports }) => supports)).toEqual([true, true])
    expect(trend.periods.at(-1)?.level).toBe('raised')
  })
})
