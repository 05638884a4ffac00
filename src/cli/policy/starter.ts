import type { AcceptedFindings } from '../../policy/analyse/accepted.js'

/** What a new policy begins with: small, valid, without findings, and saying of itself that it is an example. */
export function starterPolicy(id: string): object {
  const need = { severityAtLeast: 2 }
  const complexNeed = { severityAtLeast: 3, notFlags: ['vulnerability'] }
  return {
    id,
    version: 1,
    title:
      'An example to start from. Its codes, weights, windows and levels are invented: they need the sign-off of the ' +
      'local safeguarding partners before any use.',
    horizonDays: 400,
    indicators: {
      'health-missed': {
        label: 'Health appointments starting to be missed',
        domain: 'child',
        dimension: 'health',
        severity: 2,
        points: 10,
      },
      'health-disability': {
        label: 'Disabled, with needs that statutory services must meet',
        domain: 'child',
        dimension: 'health',
        severity: 3,
        points: 30,
        flags: ['statutory-need'],
      },
      'school-absence': {
        label: 'Keeps being absent without leave',
        domain: 'child',
        dimension: 'education',
        severity: 3,
        points: 30,
      },
      'care-struggling': {
        label: 'Carers struggle to give basic care',
        domain: 'family',
        dimension: 'basic-care',
        severity: 3,
        points: 30,
      },
      'safety-injury': {
        label: 'Injury that was inflicted or that nobody can explain',
        domain: 'family',
        dimension: 'safety',
        severity: 4,
        points: 80,
        flags: ['significant-harm'],
      },
      'home-crowded': {
        label: 'Home is overcrowded',
        domain: 'environment',
        dimension: 'housing',
        severity: 2,
        points: 5,
        flags: ['vulnerability'],
      },
    },
    incidents: {
      'first-known': { label: 'The agency meets the child for the first time', points: 0 },
      'police-notice': {
        label: 'An officer notes concern after meeting the child',
        points: 5,
        agencyKinds: ['police'],
      },
    },
    caps: { perAgencyIndicator: 2 },
    decay: [
      { upToDays: 90, permille: 1000 },
      { upToDays: 364, permille: 500 },
    ],
    levels: [
      {
        name: 'review',
        threshold: 'none',
        reachedWhen: {
          any: [
            { count: { atLeast: 1, withinDays: 365, where: complexNeed } },
            { distinct: { of: 'agency', atLeast: 3, withinDays: 180, where: need } },
            { points: { atLeast: 40, withinDays: 365, where: need } },
          ],
        },
        opens: [],
      },
      {
        name: 'child-in-need',
        threshold: 'child-in-need',
        reachedWhen: {
          any: [
            { count: { atLeast: 1, withinDays: 365, where: { flags: ['statutory-need', 'significant-harm'] } } },
            {
              all: [
                { points: { atLeast: 45, withinDays: 365, where: need } },
                { distinct: { of: 'agency', atLeast: 2, withinDays: 365, where: need } },
              ],
            },
          ],
        },
        opens: ['identity'],
      },
      {
        name: 'child-protection',
        threshold: 'child-protection',
        reachedWhen: { count: { atLeast: 1, withinDays: 365, where: { flags: ['significant-harm'] } } },
        opens: ['identity', 'carers'],
      },
    ],
    determination: { from: 'review', to: 'child-in-need', officers: 2 },
  }
}

/** Cases that try every rule of the starter policy, on both sides of its boundary. */
export function starterCases(policyFile: string): object {
  const by = (agency: string, kind: string, daysBefore: number, ...indicators: readonly string[]): object => ({
    agency,
    kind,
    incident: 'first-known',
    indicators,
    daysBefore,
  })
  const one = (name: string, level: string, reasons: readonly string[], ...checks: readonly object[]): object => ({
    name,
    asOf: '2026-03-02',
    checks,
    expect: { level, ...(reasons.length > 0 ? { reasons } : {}) },
  })
  return {
    policy: policyFile,
    cases: [
      one('A first contact alone is nothing', 'none', [], by('clinic', 'health', 1)),
      one('An overcrowded home alone is nothing', 'none', [], by('landlord', 'housing', 1, 'home-crowded')),
      one(
        'A complex need is a reason to look',
        'review',
        ['levels[0].reachedWhen.any[0]'],
        by('school', 'education', 1, 'school-absence'),
      ),
      one(
        'Three agencies with worries of their own within half a year',
        'review',
        ['levels[0].reachedWhen.any[1]'],
        by('clinic', 'health', 179, 'health-missed'),
        by('landlord', 'housing', 90, 'home-crowded'),
        by('hospital', 'health', 0, 'health-missed'),
      ),
      one(
        'Half a year later the first of them is out of sight',
        'none',
        [],
        by('clinic', 'health', 180, 'health-missed'),
        by('landlord', 'housing', 90, 'home-crowded'),
        by('hospital', 'health', 0, 'health-missed'),
      ),
      one(
        'Forty points of two agencies',
        'review',
        ['levels[0].reachedWhen.any[2]'],
        by('clinic', 'health', 0, 'health-missed'),
        by('clinic', 'health', 1, 'health-missed'),
        by('school', 'education', 0, 'health-missed'),
        by('school', 'education', 90, 'health-missed'),
      ),
      one(
        'Thirty-nine points of two agencies',
        'none',
        [],
        by('clinic', 'health', 0, 'health-missed'),
        by('clinic', 'health', 0, 'health-missed'),
        by('clinic', 'health', 91, 'home-crowded'),
        by('school', 'education', 0, 'home-crowded'),
        by('school', 'education', 91, 'home-crowded', 'health-missed'),
        by('school', 'education', 92, 'health-missed'),
      ),
      one(
        'A disabled child whose needs services must meet',
        'child-in-need',
        ['levels[1].reachedWhen.any[0]'],
        by('clinic', 'health', 1, 'health-disability'),
      ),
      one(
        'Forty-five points of two agencies, of which one told its half more than ninety days ago',
        'child-in-need',
        ['levels[1].reachedWhen.any[1]'],
        by('school', 'education', 0, 'school-absence'),
        by('clinic', 'health', 91, 'care-struggling'),
      ),
      one(
        'Forty-four points of two agencies',
        'review',
        [],
        by('school', 'education', 0, 'school-absence', 'health-missed'),
        by('clinic', 'health', 91, 'home-crowded'),
        by('clinic', 'health', 92, 'home-crowded'),
      ),
      one(
        'Sixty points of one agency',
        'review',
        [],
        by('school', 'education', 0, 'school-absence', 'care-struggling'),
      ),
      one(
        'The same worry of one agency counts twice',
        'child-in-need',
        ['levels[1].reachedWhen.any[1]'],
        by('school', 'education', 0, 'school-absence', 'home-crowded'),
        by('clinic', 'health', 91, 'health-missed'),
        by('clinic', 'health', 92, 'health-missed'),
      ),
      one(
        'It does not count a third time',
        'review',
        [],
        by('school', 'education', 0, 'school-absence'),
        by('clinic', 'health', 91, 'health-missed'),
        by('clinic', 'health', 92, 'health-missed'),
        by('clinic', 'health', 93, 'health-missed'),
      ),
      one(
        'An injury that nobody can explain',
        'child-protection',
        ['levels[2].reachedWhen'],
        by('hospital', 'health', 1, 'safety-injury'),
      ),
      one(
        'The same, told three hundred and ninety-nine days ago',
        'child-protection',
        [],
        by('hospital', 'health', 399, 'safety-injury'),
      ),
      one('The same, told four hundred days ago', 'none', [], by('hospital', 'health', 400, 'safety-injury')),
    ],
  }
}

/** What the analysis finds in the starter policy, and why it is meant. */
export function starterAccepted(policyHash: string): AcceptedFindings {
  const reason = 'Significant harm needs no second agency: one check with such an indicator is to be looked at today.'
  return { policyHash, accepted: [{ id: 'SA-4/child-protection/one-agency-alone', reason }] }
}
