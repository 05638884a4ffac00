import type { Determination, Level, Where } from '../policy.js'
import { childDevelopment } from './child.js'
import { familyEnvironment, parenting } from './family.js'
import { incidents } from './incidents.js'
import { judgement, outsideHome } from './overlays.js'
import { indicatorsOf } from './rows.js'

const YEAR = 365

// Poverty, housing, work, belonging and services: circumstances that a family is in. They can make a child a child in
// need, who is owed help, but neither they nor any vulnerability may add up to suspicion of significant harm.
const CIRCUMSTANCES = ['housing', 'employment', 'income', 'social-integration', 'community-resources']

const indicators = {
  ...indicatorsOf('child-development', childDevelopment),
  ...indicatorsOf('parenting', parenting),
  ...indicatorsOf('family-environment', familyEnvironment),
  ...indicatorsOf('outside-home', outsideHome),
  ...indicatorsOf('judgement', judgement),
}
const dimensions = [...new Set(Object.values(indicators).map((indicator) => indicator.dimension))]

const need: Where = { severityAtLeast: 2 }
const complexNeed: Where = { severityAtLeast: 3, notFlags: ['vulnerability'] }
const harm: Where = {
  severityAtLeast: 2,
  notFlags: ['vulnerability'],
  dimensions: dimensions.filter((dimension) => !CIRCUMSTANCES.includes(dimension)),
}
const acuteHarm: Where = { ...harm, severityAtLeast: 4 }

// A higher level implies the lower ones: every indicator of significant harm has severity 4, every one of statutory
// need at least 3, and none of them is a vulnerability.
const levels: readonly Level[] = [
  {
    name: 'review',
    threshold: 'none',
    opens: [],
    reachedWhen: {
      any: [
        { count: { atLeast: 1, withinDays: YEAR, where: complexNeed } },
        { count: { atLeast: 1, withinDays: YEAR, where: { incidents: ['police-protection', 'child-disclosure'] } } },
        { points: { atLeast: 40, withinDays: YEAR } },
        // Three services with worries of their own. The filter keeps out three that met the same child, or incident.
        { distinct: { of: 'agency', atLeast: 3, withinDays: 180, where: need } },
        // Days, not checks: one incident that three services report is one incident.
        {
          distinct: {
            of: 'day',
            atLeast: 3,
            withinDays: YEAR,
            where: {
              incidents: ['domestic-incident', 'missing-episode', 'risky-adult-contact', 'exploitation-concern'],
            },
          },
        },
      ],
    },
  },
  {
    name: 'child-in-need',
    threshold: 'child-in-need',
    opens: ['identity'],
    reachedWhen: {
      any: [
        { count: { atLeast: 1, withinDays: YEAR, where: { flags: ['statutory-need'] } } },
        { count: { atLeast: 1, withinDays: YEAR, where: { severityAtLeast: 4 } } },
        { count: { atLeast: 1, withinDays: YEAR, where: { incidents: ['police-protection'] } } },
        { distinct: { of: 'dimension', atLeast: 2, withinDays: YEAR, where: complexNeed } },
        {
          all: [
            { points: { atLeast: 60, withinDays: YEAR, where: need } },
            { distinct: { of: 'agency', atLeast: 2, withinDays: YEAR, where: need } },
          ],
        },
      ],
    },
  },
  {
    name: 'child-protection',
    threshold: 'child-protection',
    opens: ['identity', 'carers'],
    reachedWhen: {
      any: [
        { count: { atLeast: 1, withinDays: YEAR, where: { flags: ['significant-harm'] } } },
        // Police protection alone brings the duty to make enquiries (Children Act 1989 s47(1)).
        { count: { atLeast: 1, withinDays: YEAR, where: { incidents: ['police-protection'] } } },
        {
          all: [
            { distinct: { of: 'dimension', atLeast: 2, withinDays: YEAR, where: acuteHarm } },
            { distinct: { of: 'day', atLeast: 2, withinDays: YEAR, where: acuteHarm } },
          ],
        },
        {
          all: [
            { points: { atLeast: 160, withinDays: YEAR, where: harm } },
            { distinct: { of: 'agency', atLeast: 2, withinDays: YEAR, where: harm } },
            { distinct: { of: 'dimension', atLeast: 3, withinDays: YEAR, where: harm } },
            { distinct: { of: 'day', atLeast: 2, withinDays: YEAR, where: harm } },
          ],
        },
      ],
    },
  },
]

const determination: Determination = { from: 'review', to: 'child-in-need', officers: 2 }

/** The default policy as data; `policies/england-illustrative.json` is its printed form. */
export const england: object = {
  id: 'england-illustrative',
  version: 1,
  title:
    'Illustrative thresholds for England, in the order of the assessment framework. Weights, windows and levels are ' +
    'examples, taken from no authority: they need the sign-off of the local safeguarding partners before any use.',
  horizonDays: 400,
  caps: { perAgencyIndicator: 2, perAgency: 100, perDimension: 80 },
  decay: [
    { upToDays: 90, permille: 1000 },
    { upToDays: 180, permille: 700 },
    { upToDays: 364, permille: 400 },
  ],
  levels,
  determination,
  indicators,
  incidents,
}
