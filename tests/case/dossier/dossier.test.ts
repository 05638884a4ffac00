import { describe, expect, test } from 'vitest'
import type { CaseFile } from '../../../src/case/case.js'
import type { Need } from '../../../src/case/need.js'
import type { ChildId } from '../../../src/child/identifiers.js'
import { assess } from '../../../src/policy/assess.js'
import { check, DAY, policyWith, T } from '../../policy/fixtures.js'
import { caseOf, dossierFrom, idOf, manyChecks } from './made.js'

const policy = policyWith({ count: { atLeast: 2, withinDays: 10, where: { flags: ['significant-harm'] } } })
const harm = (id: string, parts = {}) => check({ id, indicators: ['H-4'], ...parts })

describe('a dossier', () => {
  test('has the checks oldest first, with what they touch', () => {
    const dossier = dossierFrom(
      [
        harm('b', { agencyKind: 'police', occurredAt: T - DAY }),
        check({ id: 'a', indicators: ['P-3', 'H-2'], occurredAt: T - 2 * DAY }),
        harm('c'),
        check({ id: 'gone', indicators: ['P-3'], occurredAt: T - 3 * DAY, agencyKind: 'ports', withdrawn: true }),
      ],
      { policy },
    )
    expect(
      dossier.timeline.map(({ number, checkId, severity, withdrawn, supports }) => [
        number,
        checkId,
        severity,
        withdrawn,
        supports,
      ]),
    ).toEqual([
      [1, 'gone', 3, true, false],
      [2, 'a', 3, false, false],
      [3, 'b', 4, false, true],
      [4, 'c', 4, false, true],
    ])
    expect(dossier.timeline[1]?.indicators).toEqual([
      { code: 'H-2', label: 'health two', dimension: 'health' },
      { code: 'P-3', label: 'parenting three', dimension: 'care' },
    ])
    expect(dossier.timeline[2]?.indicators[0]).toMatchObject({ dimension: 'health', outcome: 'safe' })
    // What was withdrawn is to be seen, and touches nothing.
    expect(dossier.agencyKinds).toEqual(['health', 'police'])
    expect(dossier.dimensions).toEqual(['care', 'health'])
    expect(dossier.outcomes).toEqual(['safe'])
  })

  test('says in words why the level holds, by the numbers of the checks', () => {
    const dossier = dossierFrom([harm('b', { occurredAt: T - DAY }), harm('a')], { policy })
    expect(dossier.explanation[0]).toContain('The level is raised (threshold: child in need')
    expect(
      dossier.explanation.filter((line) => line.includes('check 1 of') || line.includes('check 2 of')),
    ).toHaveLength(2)
    expect(dossier).not.toHaveProperty('next')
    const below = dossierFrom([harm('a')], { policy })
    expect(below.explanation).toEqual(['No level is reached as of 2026-03-02 09:00 UTC.'])
    expect(below.next).toMatchObject({ level: 'raised', threshold: 'child-in-need' })
    expect(below.next?.missing.join(' ')).toContain('1 check, 1 short')
  })

  test('of no checks is whole too', () => {
    const dossier = dossierFrom([], { policy })
    expect(dossier).toMatchObject({ timeline: [], agencyKinds: [], verdict: { level: 'none', reasons: [] } })
    expect(dossier.verdict).not.toHaveProperty('standsUntil')
    expect(dossier.trend.direction).toBe('steady')
  })

  test('shows codes that the policy does not have, and reckons without them', () => {
    const known = [harm('a'), harm('b')]
    const unknown = check({ id: 'z', incident: 'of-before', indicators: ['X-1'] })
    const verdict = assess(policy, known, T)
    const { timeline, trend } = dossierFrom(known, { policy, checks: [...known, unknown] })
    expect(verdict.level).toBe('raised')
    expect(timeline[2]).toMatchObject({
      incident: { code: 'of-before', label: '' },
      indicators: [{ code: 'X-1', label: '' }],
    })
    expect(timeline[2]).toMatchObject({ severity: 0, supports: false })
    expect(trend.periods.at(-1)?.checks).toBe(2)
  })

  test('names officers who need to know now, and neither agencies nor those who did', () => {
    const need = (party: string, because: Need['because'], endedAt?: number): Need => ({
      party,
      because,
      by: 'first',
      at: T - DAY,
      ...(endedAt === undefined ? {} : { endedAt }),
    })
    const dossier = dossierFrom([harm('a')], {
      policy,
      file: {
        owner: 'first',
        needs: [
          need('first', 'owner'),
          need('second', 'duty-desk'),
          need('third', 'supervision', T),
          need('childrens-care', 'acts-on-referral'),
        ],
      },
    })
    expect(dossier.owner).toBe('first')
    expect(dossier.needToKnow).toEqual([
      { officer: 'first', because: 'owner', at: T - DAY },
      { officer: 'second', because: 'duty-desk', at: T - DAY },
    ])
    expect(JSON.stringify(dossier)).not.toMatch(/third|childrens-care/)
  })

  test('has the cases before it by number, without a child id or an agency', () => {
    const verdict = assess(policy, [harm('a'), harm('b')], T)
    const childId = new Uint8Array(16).fill(7) as ChildId
    const closing = {
      reason: 'services-in-place',
      outcome: 'early-help',
      officers: ['first'],
      at: T - 90 * DAY,
      position: 3,
    } as const
    const earlier: readonly CaseFile[] = [
      caseOf(verdict, { number: 5, childId, joinedTo: 7 }),
      caseOf(verdict, { number: 2, childId, status: 'closed', closing }),
    ]
    const dossier = dossierFrom([harm('a'), harm('b')], { policy, earlier, file: { childId } })
    expect(dossier.earlier).toEqual([
      {
        number: 2,
        level: 'raised',
        threshold: 'child-in-need',
        raisedAt: T - 10 * DAY,
        closedAt: T - 90 * DAY,
        reason: 'services-in-place',
        outcome: 'early-help',
      },
      { number: 5, level: 'raised', threshold: 'child-in-need', raisedAt: T - 10 * DAY },
    ])
    expect(JSON.stringify(dossier)).not.toMatch(/childId|position|"07|BwcH/)
  })

  test('stands as long as what came after the last case was closed does', () => {
    const one = policyWith({ count: { atLeast: 1, withinDays: 2 } })
    const checks = [
      check({ id: 'a', occurredAt: T - DAY, position: 1 }),
      check({ id: 'b', occurredAt: T - 5 * DAY, position: 5 }),
    ]
    expect(dossierFrom(checks, { policy: one }).verdict.standsUntil).toBe(T + 29 * DAY)
    expect(dossierFrom(checks, { policy: one, closedAt: 3 }).verdict.standsUntil).toBe(T + 25 * DAY)
  })

  test('of a thousand checks is made in the same form', () => {
    const dossier = dossierFrom(manyChecks(1_000))
    expect(dossier.timeline).toHaveLength(1_000)
    expect(new Set(dossier.timeline.map(({ checkId }) => checkId)).size).toBe(1_000)
    expect(dossier.timeline.some(({ checkId }) => checkId === idOf(999))).toBe(true)
  })
})
