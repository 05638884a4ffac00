import { describe, expect, test } from 'vitest'
import { parsePolicy } from '../../../src/policy/parse.js'
import { dossierFrom } from './made.js'

const DAY_MS = 86_400_000
const T = 400 * DAY_MS

const indicator = (points: number) => ({ label: 'a', domain: 'd', dimension: `m${points}`, severity: 2, points })
const policy = parsePolicy({
  id: 'p',
  version: 1,
  title: 'p',
  horizonDays: 400,
  indicators: { low: indicator(5), high: indicator(30) },
  incidents: { seen: { label: 'seen', points: 0 } },
  levels: [
    {
      name: 'review',
      threshold: 'none',
      opens: [],
      reachedWhen: {
        any: [
          { count: { atLeast: 9, withinDays: 365 } },
          {
            all: [
              { points: { atLeast: 40, withinDays: 365 } },
              { distinct: { of: 'agency', atLeast: 2, withinDays: 90 } },
            ],
          },
          { count: { atLeast: 1, withinDays: 30 } },
        ],
      },
    },
  ],
})

const check = (id: string, agency: string, indicators: readonly string[]) => ({
  id,
  agency,
  agencyKind: 'health',
  incident: 'seen',
  indicators,
  occurredAt: T - DAY_MS,
})

function reasonsFor(checks: readonly ReturnType<typeof check>[]) {
  return dossierFrom(checks, { policy, asOf: T }).verdict.reasons
}

describe('the reasons in a dossier', () => {
  test('are the measures of the first rule that holds, in numbers', () => {
    const reasons = reasonsFor([check('1', 'met', ['high']), check('2', 'nhs', ['low', 'high'])])
    expect(reasons).toEqual([
      { path: 'levels[0].reachedWhen.any[1].all[0]', of: 'points', value: 65, atLeast: 40, withinDays: 365 },
      { path: 'levels[0].reachedWhen.any[1].all[1]', of: 'agency', value: 2, atLeast: 2, withinDays: 90 },
    ])
  })

  test('leave out a rule of which only a part holds', () => {
    expect(reasonsFor([check('1', 'met', ['high']), check('2', 'met', ['high'])])).toEqual([
      { path: 'levels[0].reachedWhen.any[2]', of: 'checks', value: 2, atLeast: 1, withinDays: 30 },
    ])
  })

  test('are none where no level is reached, and name no agency', () => {
    expect(reasonsFor([])).toEqual([])
    expect(JSON.stringify(reasonsFor([check('1', 'met', ['high']), check('2', 'nhs', ['high'])]))).not.toMatch(
      /met|nhs/,
    )
  })
})

describe('in a dossier in which the kind of an agency is not named', () => {
  const kinds = parsePolicy({
    ...policy,
    levels: [
      {
        name: 'review',
        threshold: 'none',
        opens: [],
        reachedWhen: { any: [{ distinct: { of: 'agencyKind', atLeast: 2, withinDays: 365 } }] },
      },
    ],
  })
  const dossierFor = (kind: string, isHidden: boolean) => {
    const checks = [check('1', 'met', []), { ...check('2', 'refuge', []), agencyKind: kind }]
    const hidesKindOf = ({ agency }: { readonly agency: string }): boolean => isHidden && agency === 'refuge'
    return dossierFrom(checks, { policy: kinds, asOf: T, hidesKindOf })
  }

  test('what depends on it is not shown: it would tell the kind', () => {
    const dossier = dossierFor('police', true)
    expect(dossier.verdict.reasons).toEqual([
      { path: 'levels[0].reachedWhen.any[0]', of: 'agencyKind', atLeast: 2, withinDays: 365 },
    ])
    expect(dossier.timeline.map((item) => Object.hasOwn(item, 'supports'))).toEqual([false, false])
    expect(dossierFor('ports', true)).toEqual(dossier)
  })

  test('and it is shown where the kind is', () => {
    const dossier = dossierFor('police', false)
    expect(dossier.verdict.reasons).toMatchObject([{ of: 'agencyKind', value: 2 }])
    expect(dossier.timeline.map(({ supports }) => supports)).toEqual([true, true])
  })
})
