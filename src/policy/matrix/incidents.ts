import type { AgencyKind, Incident } from '../policy.js'

/** The kinds of agency of the default matrix. */
export const AGENCY_KINDS: readonly AgencyKind[] = [
  'social-care',
  'police',
  'health',
  'education',
  'housing',
  'probation',
  'youth-offending',
  'ports',
  'voluntary',
]

// Points: 0 for what is neutral by itself or only echoes another check, 5 for a concern, 10 for an event that is
// serious whatever lies behind it. Incidents alone lead to a review at most, police protection excepted.
type IncidentRow = readonly [code: string, label: string, points: 0 | 5 | 10, ...agencyKinds: readonly string[]]

const ROWS: readonly IncidentRow[] = [
  ['first-known', 'The agency meets the child for the first time', 0, ...AGENCY_KINDS],
  ['emergency-attendance', 'Seen in emergency care without appointment', 5, 'health'],
  ['health-visitor-concern', 'Health visitor or school nurse is concerned', 5, 'health'],
  ['gp-concern', 'General practice is concerned', 5, 'health'],
  ['midwifery-concern', 'Midwife is concerned about a baby before birth', 5, 'health'],
  ['missed-health-contact', 'Adults did not bring the child to an appointment', 5, 'health'],
  ['mental-health-contact', 'Child or parent in a mental health crisis', 5, 'health', 'police'],
  ['police-notice', 'An officer notes concern after meeting the child', 5, 'police'],
  ['domestic-incident', 'Police called to a domestic incident in a home with a child', 10, 'police'],
  ['missing-episode', 'Reported missing', 10, 'police', 'social-care', 'education'],
  ['police-protection', 'Taken into police protection (Children Act 1989 s46)', 10, 'police'],
  ['custody-under-18', 'Arrested and detained under 18', 5, 'police', 'youth-offending'],
  ['youth-offence', 'Offence dealt with by youth justice, in court or out of it', 5, 'youth-offending', 'police'],
  ['school-absence', 'Absence from school beyond what is tolerated locally', 5, 'education'],
  ['suspension-exclusion', 'Suspended or excluded from school', 5, 'education'],
  ['missing-education', 'On no school’s roll, or cannot be traced', 5, 'education', 'social-care'],
  ['home-education-start', 'Leaves the school roll to be taught at home', 0, 'education'],
  ['homeless-notification', 'Household with a child becomes homeless or is rehoused', 5, 'housing'],
  ['eviction-notice', 'Eviction of the household has been started', 5, 'housing', 'voluntary'],
  ['address-change', 'Moves to another authority’s area', 0, 'housing', 'education', 'health', 'social-care'],
  ['port-arrival', 'Arrives at a port alone or with an unexplained adult', 5, 'ports', 'police', 'social-care'],
  [
    'private-fostering',
    'Lives, or may live, with somebody who is no close relative',
    5,
    'social-care',
    'education',
    'health',
    'ports',
    'voluntary',
  ],
  ['probation-concern', 'Supervised person lives with or meets the child', 5, 'probation'],
  [
    'risky-adult-contact',
    'Adult who may be a danger joins or approaches the household',
    10,
    'police',
    'probation',
    'social-care',
  ],
  [
    'exploitation-concern',
    'May be exploited by people outside the home',
    10,
    'police',
    'social-care',
    'education',
    'youth-offending',
    'voluntary',
  ],
  [
    'child-disclosure',
    'The child tells of harm',
    10,
    'education',
    'health',
    'police',
    'social-care',
    'youth-offending',
    'voluntary',
  ],
  ['community-concern', 'A community or voluntary body passes on a concern', 5, 'voluntary'],
  ['social-care-contact', 'Children’s social care is contacted about the child', 0, 'social-care'],
  ['index-referral', 'A referral made by this index arrives', 0],
]

export const incidents: Readonly<Record<string, Incident>> = Object.fromEntries(
  ROWS.map(([code, label, points, ...agencyKinds]) => [
    code,
    { label, points, ...(agencyKinds.length > 0 ? { agencyKinds } : {}) },
  ]),
)
