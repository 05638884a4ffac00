import { describe, expect, test } from 'vitest'
import { type CaseFile, raisedCase } from '../../src/case/case.js'
import { dossierOf } from '../../src/case/dossier.js'
import type { ChildId } from '../../src/child/identifiers.js'
import { assess } from '../../src/policy/assess.js'
import { NOT_NAMED } from '../../src/policy/explain/redact.js'
import { parsePolicy } from '../../src/policy/parse.js'

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
  const verdict = assess(policy, checks, T)
  const { level, threshold, support } = verdict
  const childId = new Uint8Array(16) as ChildId
  const file: CaseFile = raisedCase(
    { event: 'raised', case: 1, childId, level, threshold, policyHash: '', asOf: T, support },
    T,
  )
  return dossierOf(policy, file, checks, verdict).verdict.reasons
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
  const dossierFor = (hidden: string, shown: string) => {
    const checks = [check('1', 'met', []), { ...check('2', 'refuge', []), agencyKind: hidden }]
    const verdict = assess(kinds, checks, T)
    const { level, threshold, support } = verdict
    const event = { event: 'raised', case: 1, childId: new Uint8Array(16) as ChildId, level, threshold } as const
    const file = raisedCase({ ...event, policyHash: '', asOf: T, support }, T)
    return dossierOf(kinds, file, [checks[0]!, { ...checks[1]!, agencyKind: shown }], verdict)
  }

  test('what depends on it is not shown: it would tell the kind', () => {
    const dossier = dossierFor('police', NOT_NAMED)
    expect(dossier.verdict.reasons).toEqual([
      { path: 'levels[0].reachedWhen.any[0]', of: 'agencyKind', atLeast: 2, withinDays: 365 },
    ])
    expect(dossier.timeline.map((item) => Object.hasOwn(item, 'supports'))).toEqual([false, false])
    expect(dossierFor('ports', NOT_NAMED)).toEqual(dossier)
  })

  test('and it is shown where the kind is', () => {
    const dossier = dossierFor('police', 'police')
    expect(dossier.verdict.reasons).toMatchObject([{ of: 'agencyKind', value: 2 }])
    expect(dossier.timeline.map(({ supports }) => supports)).toEqual([true, true])
  })
})
