import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assess } from '../../src/policy/assess.js'
import { defaultPolicy } from '../../src/policy/default.js'
import { policyHash } from '../../src/policy/hash.js'
import type { AssessedCheck } from '../../src/policy/history.js'
import { AGENCY_KINDS } from '../../src/policy/matrix/incidents.js'
import { parsePolicy } from '../../src/policy/parse.js'
import { isAtom, measureOf, membersOf, type Policy, type Rule } from '../../src/policy/policy.js'
import { histories } from './arbitraries.js'
import { check, DAY, T } from './fixtures.js'

const policy = defaultPolicy()
const indicators = Object.entries(policy.indicators)
const CIRCUMSTANCES = ['housing', 'employment', 'income', 'social-integration', 'community-resources']

/** One agency's check of the given age in days. */
function by(agency: string, codes: readonly string[], days = 1, incident = 'first-known'): AssessedCheck {
  return check({ agency, agencyKind: 'health', incident, indicators: codes, occurredAt: T - days * DAY })
}

function level(...checks: readonly AssessedCheck[]): string {
  return assess(policy, checks, T).level
}

function ids(from: readonly AssessedCheck[], times: number): readonly AssessedCheck[] {
  return from.flatMap((one) => Array.from({ length: times }, (_, index) => ({ ...one, id: `${one.id}-${index}` })))
}

// `npx vitest run tests/policy -u` writes the file anew.
test('the file in policies/ is the policy', async () => {
  const file = readFileSync(new URL('../../policies/england-illustrative.json', import.meta.url), 'utf8')
  expect(policyHash(parsePolicy(file))).toEqual(policyHash(policy))
  await expect(`${JSON.stringify(policy, null, 2)}\n`).toMatchFileSnapshot('../../policies/england-illustrative.json')
})

test('it says that its weights are illustrative and need sign-off', () => {
  expect(policy.title).toMatch(/illustrative.*sign-off of the local safeguarding partners/i)
})

describe('the matrix', () => {
  test('is complete', () => {
    expect(indicators).toHaveLength(144)
    expect(Object.keys(policy.incidents)).toHaveLength(29)
    expect(new Set(indicators.map(([, { dimension }]) => dimension)).size).toBe(22)
    expect(new Set(indicators.map(([, { domain }]) => domain)).size).toBe(5)
    expect(new Set(indicators.map(([, { outcome }]) => outcome)).size).toBe(5)
    expect(new Set(indicators.map(([, { label }]) => label)).size).toBe(144)
    expect(new Set(Object.values(policy.incidents).flatMap(({ agencyKinds = [] }) => agencyKinds))).toEqual(
      new Set(AGENCY_KINDS),
    )
  })

  test('weighs severity 10, 30, 80, and half for a vulnerability', () => {
    for (const [code, { severity, points, flags = [] }] of indicators) {
      expect(code).toMatch(new RegExp(`^[A-Z]{3}-${severity}-`))
      const weight = { 1: 0, 2: 10, 3: 30, 4: 80 }[severity]
      expect(points).toBe(flags.includes('vulnerability') ? weight / 2 : weight)
    }
  })

  test('flags what it must, on which its levels rely', () => {
    const flagged = (flag: string): readonly string[] =>
      indicators.filter(([, { flags = [] }]) => flags.some((one) => one === flag)).map(([code]) => code)
    expect(flagged('significant-harm')).toHaveLength(20)
    expect(flagged('significant-harm').every((code) => code.includes('-4-'))).toBe(true)
    expect(flagged('statutory-need')).toEqual(['HEA-3-DISAB', 'HOU-3-HOMELESS', 'SOC-4-UASC'])
    expect(flagged('vulnerability').some((code) => code.includes('-4-'))).toBe(false)
    expect(flagged('outside-home').every((code) => code.startsWith('EXT-'))).toBe(true)
    expect(flagged('outside-home')).toHaveLength(11)
  })

  const facts = new URL('../../../shared/facts/indicators.json', import.meta.url)
  test.skipIf(!existsSync(facts))('has every code of its source, none of its wording', () => {
    const source: {
      indicators: {
        code: string
        dimension: string
        domain: string
        level: number
        flags: string[]
        outcome: string
        note: string
      }[]
      incidents: { code: string; kinds: string[]; title: string; note: string }[]
    } = JSON.parse(readFileSync(facts, 'utf8'))
    const names: Record<string, string> = {
      S: 'significant-harm',
      D: 'statutory-need',
      L: 'vulnerability',
      X: 'outside-home',
    }
    for (const { code, note, level: severity, flags, ...rest } of source.indicators) {
      expect(policy.indicators[code]).toMatchObject({ ...rest, severity })
      expect(policy.indicators[code]?.flags ?? []).toEqual(flags.map((flag) => names[flag]))
      expect(policy.indicators[code]?.label).not.toBe(note)
    }
    for (const { code, kinds, title, note } of source.incidents) {
      expect(policy.incidents[code]?.agencyKinds).toEqual(kinds)
      expect([title, note]).not.toContain(policy.incidents[code]?.label)
    }
    expect(indicators).toHaveLength(source.indicators.length)
  })
})

describe('the rules', () => {
  const atoms = policy.levels.flatMap((one) => atomsOf(one.reachedWhen))
  const name = (index: number): string => policy.levels[index]?.name ?? ''

  test('ascend from review, which opens nothing, to child-protection', () => {
    expect(policy.levels.map(({ name, threshold, opens }) => [name, threshold, opens])).toEqual([
      ['review', 'none', []],
      ['child-in-need', 'child-in-need', ['identity']],
      ['child-protection', 'child-protection', ['identity', 'carers']],
    ])
    expect(policy.determination).toEqual({ from: name(0), to: name(1), officers: 2 })
  })

  test('count and tell apart only what severity, flags or incidents let through', () => {
    for (const atom of atoms.filter((one) => !('points' in one))) {
      const where = measureOf(atom).where ?? {}
      expect(where.severityAtLeast ?? where.flags ?? where.notFlags ?? where.incidents).toBeDefined()
    }
  })

  test('have a horizon longer than the longest window, and a decay that ends within it', () => {
    const longest = Math.max(...atoms.map((atom) => measureOf(atom).withinDays))
    expect(policy.horizonDays).toBeGreaterThan(longest)
    expect(policy.decay?.at(-1)?.upToDays).toBe(longest - 1)
  })
})

describe('fixtures of the starter policy, as the default policy judges them', () => {
  const poverty = ['HOU-3-OVER', 'HOU-3-EVICT', 'INC-3-NEEDS', 'SOC-3-EXCL']

  test('F1: vulnerabilities alone, however many and whoever reports them, are no child protection', () => {
    expect(level(...ids([by('A', poverty), by('B', poverty, 5)], 2))).toBe('child-in-need')
  })
  test('F2: nor are dangerous housing and extreme poverty', () => {
    expect(level(by('A', ['HOU-4-DANGER'], 1), by('A', ['INC-4-EXTR'], 2))).toBe('child-in-need')
  })
  test('F3: one practitioner’s judgement of need goes to two officers', () => {
    expect(level(by('A', ['PRO-3-JUDGE']))).toBe('review')
  })
  test('F4: points, agencies and dimensions are counted over one filtered set', () => {
    const b = by('B', ['SAF-3-DA', 'SAF-3-UNSAFE', 'SAF-2-DA1', 'SAF-2-SUPERV', 'HOU-3-EVICT'], 2)
    expect(level(by('A', ['HEA-4-CRISIS']), b)).toBe('child-in-need')
    expect(level(by('A', ['HEA-4-CRISIS']), b, by('B', ['WAR-2-INCON'], 3))).toBe('child-protection')
  })
  test('F5: two circumstances from one agency raise nothing', () => {
    expect(level(by('A', ['HOU-3-EVICT', 'INC-3-NEEDS']))).toBe('none')
  })
  test('F6: the window is half-open; a year on, the horizon still shows what was reached', () => {
    const harm = (ms: number): AssessedCheck => ({ ...by('A', ['SAF-4-SEX']), occurredAt: T - ms })
    expect(level(harm(364 * DAY))).toBe('child-protection')
    expect(level(harm(400 * DAY - 1))).toBe('child-protection')
    expect(level(harm(400 * DAY))).toBe('none')
  })
  test('F7: being an asylum-seeking family raises nothing', () => {
    expect(level(by('A', ['SOC-2-ASYL']))).toBe('none')
  })
  test('F8: a statutory need is a child in need', () => {
    expect(level(by('A', ['HEA-3-DISAB']))).toBe('child-in-need')
    expect(level(by('A', ['HOU-3-HOMELESS']))).toBe('child-in-need')
  })
  test('F9: so is emotional abuse', () => {
    expect(level(by('A', ['WAR-4-EMOAB']))).toBe('child-in-need')
  })
  test('F10: two acute harms need two days and two dimensions', () => {
    expect(level(by('A', ['WAR-4-EMOAB']), by('A', ['SAF-4-DA']))).toBe('child-in-need')
    expect(level(by('A', ['WAR-4-EMOAB'], 1), by('A', ['WAR-4-EMOAB'], 2))).toBe('child-in-need')
    expect(level(by('A', ['WAR-4-EMOAB'], 1), by('A', ['SAF-4-DA'], 2))).toBe('child-protection')
  })
  test('F11: repeats beyond the count cap add nothing', () => {
    expect(level(...ids([by('A', ['WAR-2-INCON'])], 9))).toBe('none')
  })
})

describe('promises', () => {
  test('police protection alone reaches child-protection', () => {
    expect(level(by('A', [], 1, 'police-protection'))).toBe('child-protection')
  })
  test('T12: so does any one indicator of significant harm', () => {
    for (const [code, { flags = [] }] of indicators) {
      if (flags.includes('significant-harm')) expect(level(by('A', [code]))).toBe('child-protection')
    }
  })
  test('a child who tells of harm is reviewed', () => {
    expect(level(by('A', [], 1, 'child-disclosure'))).toBe('review')
  })
  test('no single vulnerability raises anything', () => {
    for (const [code, { flags = [] }] of indicators) {
      if (flags.includes('vulnerability')) expect(level(by('A', [code]))).toBe('none')
    }
  })
  test('nor do first contacts, our own referrals, or one incident that three services see', () => {
    for (const incident of ['first-known', 'index-referral', 'social-care-contact', 'missing-episode']) {
      expect(level(by('A', [], 1, incident), by('B', [], 1, incident), by('C', [], 1, incident))).toBe('none')
    }
    const echoes = ids(
      ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I'].map((one) => by(one, [], 1, 'index-referral')),
      9,
    )
    expect(level(...echoes)).toBe('none')
  })
  test('three services with needs of their own are reviewed, for half a year', () => {
    const need = ['EDU-2-PUNCT']
    expect(level(by('A', need, 1), by('B', need, 100), by('C', need, 180))).toBe('review')
    expect(level(by('A', need, 1), by('B', need, 100), by('C', need, 181))).toBe('none')
  })
  test('domestic incidents on three days of a year are reviewed', () => {
    const incident = (days: number): AssessedCheck => by('A', [], days, 'domestic-incident')
    expect(level(incident(1), incident(100), incident(365))).toBe('review')
    expect(level(incident(1), incident(100), incident(366))).toBe('none')
    expect(level(incident(1), incident(1), incident(100))).toBe('none')
  })

  const restrictedTo = (parts: Partial<Policy>): Policy => ({ ...policy, ...parts })
  const anyIndicators = histories(restrictedTo({ incidents: { 'first-known': policy.incidents['first-known']! } }))
  const kept = (codes: readonly string[], checks: readonly AssessedCheck[]): readonly AssessedCheck[] =>
    checks.map((one) => ({ ...one, indicators: one.indicators.map((code) => codes[code.length % codes.length]!) }))

  test('no history of vulnerabilities, or of circumstances, reaches child-protection', () => {
    const soft = indicators.filter(([, one]) => one.flags?.includes('vulnerability')).map(([code]) => code)
    const around = indicators.filter(([, one]) => CIRCUMSTANCES.includes(one.dimension)).map(([code]) => code)
    for (const codes of [soft, around, [...new Set([...soft, ...around])]]) {
      const worst = ids(
        Array.from({ length: 8 }, (_, index) => by(`${index}`, codes, index)),
        3,
      )
      expect(level(...worst)).toBe('child-in-need')
      fc.assert(
        fc.property(anyIndicators, (checks) => {
          expect(level(...kept(codes, checks))).not.toBe('child-protection')
        }),
      )
    }
  })

  test('no history of incidents without police protection goes beyond review', () => {
    const others = Object.keys(policy.incidents).filter((code) => code !== 'police-protection')
    const worst = others.flatMap((code) => AGENCY_KINDS.map((kind, days) => by(kind, [], days, code)))
    expect(level(...worst)).toBe('review')
  })
})

function atomsOf(rule: Rule): Extract<Rule, { count: unknown } | { points: unknown } | { distinct: unknown }>[] {
  return isAtom(rule) ? [rule] : membersOf(rule).rules.flatMap(atomsOf)
}
