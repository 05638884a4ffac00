import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseAccepted, unaccepted } from '../../../src/policy/analyse/accepted.js'
import { type Analysis, analyse } from '../../../src/policy/analyse/analyse.js'
import type { Finding } from '../../../src/policy/analyse/finding.js'
import { compilePolicy } from '../../../src/policy/compiled/compile.js'
import { defaultPolicy } from '../../../src/policy/default.js'
import type { Example } from '../../../src/policy/example.js'
import { acceptedOf } from '../../../src/policy/named.js'
import { levelRank, type Policy } from '../../../src/policy/policy.js'
import { starterBadDraft, starterPolicy } from '../fixtures/starter.js'

function find(analysis: Analysis, id: string): Finding {
  const found = analysis.findings.filter((finding) => finding.id === id)
  expect(found, `${id} among ${analysis.findings.map((finding) => finding.id).join(' ')}`).toHaveLength(1)
  return found[0]!
}

function ids(analysis: Analysis): readonly string[] {
  return analysis.findings.map(({ id }) => id)
}

function reached(policy: Policy, example: Example | undefined): string {
  const rank = compilePolicy(policy).rank(example?.checks ?? [], example?.asOf ?? 0)
  return policy.levels[rank - 1]?.name ?? 'none'
}

function codesOf(example: Example | undefined): readonly string[] {
  return example?.checks.flatMap(({ indicators }) => indicators) ?? []
}

function isVulnerability(code: string): boolean {
  return defaultPolicy().indicators[code]?.flags?.includes('vulnerability') ?? false
}

describe('the bad first draft', () => {
  const analysis = analyse(starterBadDraft)

  test('lets vulnerabilities alone reach child protection, and a history shows it', () => {
    const { severity, text, example } = find(analysis, 'SA-12/child-protection/vulnerabilities')
    expect(severity).toBe('error')
    expect(codesOf(example).every(isVulnerability)).toBe(true)
    expect(new Set(codesOf(example)).size).toBeGreaterThan(2)
    expect(text).toContain('Every incident adds something; these are the lightest: first-known')
    expect(reached(starterBadDraft, example)).toBe('child-protection')
    expect(reached(starterPolicy, example)).toBe('child-in-need')
    expect(analysis.fairness.find(({ of }) => of === 'vulnerabilities')?.reach).toBe('child-protection')
  })
})

describe('the starter policy', () => {
  const analysis = analyse(starterPolicy)

  test('keeps vulnerabilities alone from child protection', () => {
    expect(ids(analysis)).not.toContain('SA-12/child-protection/vulnerabilities')
    expect(analysis.fairness).toMatchObject([
      { of: 'vulnerabilities', indicators: 16, reach: 'child-in-need' },
      { of: 'circumstances', indicators: 17, reach: 'child-protection' },
      { of: 'vulnerabilities-and-circumstances', indicators: 21, reach: 'child-protection' },
    ])
  })

  test('F2: but not circumstances, of which two are on no list of vulnerabilities', () => {
    const { example } = find(analysis, 'SA-12/child-protection/circumstances')
    const dimensions = codesOf(example).map((code) => starterPolicy.indicators[code]?.dimension)
    expect(dimensions.sort()).toEqual(['housing', 'income'])
    expect(reached(starterPolicy, example)).toBe('child-protection')
    find(analysis, 'SA-12/child-protection/vulnerabilities-and-circumstances')
  })

  test('E2 is shadowed by E1', () => {
    const { text, path, example } = find(analysis, 'SA-6/early-help/any[1]/shadowed')
    expect(path).toBe('levels[0].reachedWhen.any[1]')
    expect(text).toContain('beside any[0] (at least 1 check')
    expect(reached(starterPolicy, example)).not.toBe('none')
  })

  test('E1 is reached by next to nothing', () => {
    expect(codesOf(find(analysis, 'SA-3/early-help/low-severity').example)).toHaveLength(1)
    expect(find(analysis, 'SA-3/early-help/vulnerability').codes).toContain('SOC-2-ASYL')
    find(analysis, 'SA-3/early-help/circumstance')
    find(analysis, 'SA-3/child-in-need/circumstance')
    expect(ids(analysis)).not.toContain('SA-3/early-help/routine-incident')
  })

  test('one agency alone reaches child protection, and by which rules', () => {
    const ways = ids(analysis).filter((id) => id.startsWith('SA-4/'))
    expect(ways).toEqual(['any[0]', 'any[1]'].map((place) => `SA-4/child-protection/one-agency-alone/${place}`))
    for (const id of ways) {
      const { example } = find(analysis, id)
      expect(reached(starterPolicy, example)).toBe('child-protection')
      expect(new Set(example?.checks.map(({ agency }) => agency)).size).toBe(1)
    }
  })

  test('errors come first, notes last', () => {
    const severities = analysis.findings.map(({ severity }) => ['error', 'warning', 'note'].indexOf(severity))
    expect(new Set(severities).size).toBeGreaterThan(1)
    expect(severities).toEqual(severities.toSorted((a, b) => a - b))
  })

  test('breaks habits that the default policy keeps', () => {
    find(analysis, 'lint/points-in-one-day/child-protection/any[2].all[0]')
    find(analysis, 'lint/immediate/police-protection')
    find(analysis, 'lint/unfiltered/child-in-need/any[3].all[1]')
  })

  test('each higher level implies the lower ones', () => {
    expect(analysis.certificate.implications).toHaveLength(3)
    expect(ids(analysis).filter((id) => id.startsWith('SA-7/'))).toEqual([])
  })
})

describe('the default policy', () => {
  const policy = defaultPolicy()
  const analysis = analyse(policy)

  test('has no finding that was not accepted, and every accepted one still stands', () => {
    const file = readFileSync(new URL('../../../policies/england-illustrative.accepted.json', import.meta.url), 'utf8')
    const accepted = parseAccepted(file)
    expect(accepted.policyHash).toBe(analysis.policyHash)
    expect(unaccepted(analysis, accepted).map(({ id }) => id)).toEqual([])
    expect(accepted.accepted.map(({ id }) => id).filter((id) => !ids(analysis).includes(id))).toEqual([])
  })

  // `npx vitest run tests/policy/analyse -u` writes the file anew.
  test('the file of accepted findings is what the package knows by name', async () => {
    const printed = `${JSON.stringify(acceptedOf('england-illustrative'), null, 2)}\n`
    await expect(printed).toMatchFileSnapshot('../../../policies/england-illustrative.accepted.json')
  })

  test('its findings have ids of their own, and examples that reach what they say', () => {
    expect(new Set(ids(analysis)).size).toBe(analysis.findings.length)
    for (const { example, level } of analysis.findings) {
      if (example !== undefined)
        expect(levelRank(policy, reached(policy, example))).toBeGreaterThanOrEqual(levelRank(policy, level!))
    }
  })

  test('facts: every level is reached by one check of one agency, exactly', () => {
    expect(analysis.limits).toEqual([])
    for (const { name, reachable, minimums, oneAgencyAlone } of analysis.levels) {
      expect(reachable).toBe(true)
      for (const minimum of ['checks', 'agencies', 'agencyKinds', 'days'] as const) {
        expect(minimums?.[minimum]).toMatchObject({ atLeast: 1, atMost: 1 })
        expect(levelRank(policy, reached(policy, minimums?.[minimum].example))).toBeGreaterThanOrEqual(
          levelRank(policy, name),
        )
      }
      expect(minimums?.dimensions).toMatchObject({ atLeast: 0, atMost: 0 })
      expect(oneAgencyAlone?.checks).toHaveLength(1)
    }
  })

  test('facts: no vulnerabilities and no circumstances go beyond child in need', () => {
    expect(analysis.fairness.map(({ reach }) => reach)).toEqual(['child-in-need', 'child-in-need', 'child-in-need'])
  })

  test('facts: levels imply each other, points stay exact, and some incidents add nothing', () => {
    expect(analysis.certificate).toEqual({
      monotone: true,
      implications: [
        { higher: 'child-in-need', lower: 'review' },
        { higher: 'child-protection', lower: 'review' },
        { higher: 'child-protection', lower: 'child-in-need' },
      ],
      neutralIncidents: [
        'first-known',
        'home-education-start',
        'address-change',
        'social-care-contact',
        'index-referral',
      ],
      exactBelowChecks: Math.floor(2 ** 53 / 5300),
      greatestTotal: 23 * 80,
    })
  })

  test('trigger sets: one indicator of significant harm, police protection, or two acute harms on two days', () => {
    const [, , protection] = analysis.triggers
    expect(protection).toMatchObject({ level: 'child-protection', upTo: 3 })
    const [harm, police, acute, ...more] = protection!.sets
    expect(more).toEqual([])
    expect(harm).toMatchObject({ agencies: 1, days: 1, dimensions: 1, differentCodes: 1, ways: 20 })
    expect(police).toMatchObject({ codes: [['police-protection']], agencies: 1, ways: 1, dimensions: 0 })
    expect(acute).toMatchObject({ agencies: 1, agencyKinds: 1, days: 2, dimensions: 2, differentCodes: 2 })
    for (const { triggers } of [analysis])
      for (const { level, sets } of triggers)
        for (const { example } of sets)
          expect(levelRank(policy, reached(policy, example))).toBeGreaterThanOrEqual(levelRank(policy, level))
  })

  test('an example is no graver than it must be', () => {
    const { example } = find(analysis, 'SA-4/child-protection/one-agency-alone/any[2]')
    const flags = codesOf(example).flatMap((code) => policy.indicators[code]?.flags ?? [])
    expect(flags).not.toContain('significant-harm')
  })

  test('the same comes out every time', () => {
    expect(analyse(policy)).toEqual(analysis)
  })
})
