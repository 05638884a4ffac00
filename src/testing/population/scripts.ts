/** One contact of a story: which agency (another of its kind where it is missing) records what. */
export interface Step {
  readonly agency: string
  readonly incident: string
  readonly indicators: readonly string[]
}

/** What a story may consist of, and the ages in years that it suits. */
export interface Script {
  readonly from: number
  readonly to: number
  readonly steps: readonly Step[]
}

function step(agency: string, incident: string, indicators = ''): Step {
  return { agency, incident, indicators: indicators === '' ? [] : indicators.split(' ') }
}

function script(from: number, to: number, ...steps: readonly Step[]): Script {
  return { from, to, steps }
}

/** A slight concern each: severity 2, or a single one of severity 3 that no second step goes with. */
export const EARLY_HELP: readonly Script[] = [
  script(0, 7, step('community-health', 'missed-health-contact', 'HEA-2-CHECKS')),
  script(0, 6, step('community-health', 'health-visitor-concern', 'STI-2-LIMIT')),
  script(0, 9, step('sallow-infirmary', 'emergency-attendance', 'SAF-2-HAZARD')),
  script(0, 17, step('harrowmere-homes', 'homeless-notification', 'HOU-3-OVER')),
  script(0, 17, step('harrowmere-police', 'domestic-incident', 'SAF-2-DA1')),
  script(0, 17, step('lantern-line', 'community-concern', 'INC-2-LOW')),
  script(
    4,
    11,
    step('eastwold-primary', 'school-absence', 'EDU-2-PUNCT'),
    step('willowbank-surgery', 'gp-concern', 'HEA-2-APPT'),
  ),
  script(4, 12, step('education-welfare', 'school-absence', 'EDU-2-ENGAGE')),
  script(8, 17, step('open-door', 'community-concern', 'REL-2-CARER')),
  script(
    11,
    17,
    step('kell-academy', 'suspension-exclusion', 'EDU-2-SUSP'),
    step('harrowmere-police', 'police-notice', 'EMO-2-ASB'),
  ),
  script(11, 17, step('harrowmere-police', 'missing-episode', 'EXT-2-MISS')),
  script(12, 17, step('willowbank-surgery', 'mental-health-contact', 'EMO-3-SH')),
]

/** Poverty, housing and isolation, seen by several: it must never add up to child protection. */
export const HARDSHIP: readonly Script[] = [
  script(
    0,
    17,
    step('harrowmere-homes', 'homeless-notification', 'HOU-3-OVER SOC-2-NEW'),
    step('lantern-line', 'community-concern', 'INC-3-NEEDS'),
    step('childrens-services', 'social-care-contact', 'RES-3-POOR'),
    step('open-door', 'eviction-notice', 'HOU-3-EVICT INC-2-LOW'),
  ),
]

/** At least two concerns of severity 3 in different dimensions, from several agencies; none of severity 4, no harm. */
export const NEEDS: readonly Script[] = [
  script(
    5,
    12,
    step('eastwold-primary', 'school-absence', 'EDU-2-PUNCT'),
    step('willowbank-surgery', 'missed-health-contact', 'HEA-2-APPT HEA-2-DENTAL'),
    step('harrowmere-homes', 'eviction-notice', 'HOU-3-EVICT'),
    step('education-welfare', 'school-absence', 'EDU-3-ABS'),
    step('childrens-services', 'social-care-contact', 'BAS-3-STRUG'),
  ),
  script(
    1,
    17,
    step('harrowmere-police', 'domestic-incident', 'SAF-2-DA1'),
    step('community-health', 'health-visitor-concern', 'EMO-2-SEPAR'),
    step('harrowmere-police', 'domestic-incident', 'SAF-3-DA'),
    step('open-door', 'community-concern', 'EMO-3-WITHD'),
  ),
  script(
    0,
    4,
    step('community-health', 'missed-health-contact', 'HEA-2-CHECKS'),
    step('community-health', 'health-visitor-concern', 'HEA-3-GROWTH BAS-2-INCON'),
    step('open-door', 'community-concern', 'STI-2-LIMIT WID-2-LITTLE'),
    step('willowbank-surgery', 'gp-concern', 'BAS-3-PMH'),
  ),
  script(
    12,
    17,
    step('harrowmere-police', 'missing-episode', 'EXT-2-MISS'),
    step('kell-academy', 'suspension-exclusion', 'EDU-2-SUSP EMO-2-ASB'),
    step('youth-justice', 'youth-offence', 'EMO-3-OFF'),
    step('kell-academy', 'suspension-exclusion', 'EDU-3-EXCL'),
  ),
  script(
    7,
    17,
    step('education-welfare', 'school-absence', 'REL-2-CARER EDU-2-PUNCT'),
    step('willowbank-surgery', 'gp-concern', 'HIS-3-HEALTH'),
    step('open-door', 'community-concern', 'REL-3-CARER'),
    step('childrens-services', 'social-care-contact', 'BAS-2-ENGAGE'),
  ),
  script(
    3,
    17,
    step('probation-service', 'probation-concern', 'HIS-3-PRISON GUI-3-ROLE'),
    step('lantern-line', 'community-concern', 'EMO-2-PEER'),
    step('harrowmere-police', 'risky-adult-contact', 'SAF-3-UNSAFE'),
    step('education-welfare', 'first-known'),
  ),
  script(
    2,
    15,
    step('port-sallow-border', 'port-arrival', 'SOC-2-NEW'),
    step('childrens-services', 'private-fostering', 'REL-3-PRIVF'),
    step('sallow-infirmary', 'emergency-attendance', 'HEA-2-AE'),
    step('willowbank-surgery', 'gp-concern', 'HEA-3-CHRON'),
  ),
]

/** Concerns that grow, and at the end one that means significant harm by itself. */
export const HARM: readonly Script[] = [
  script(
    1,
    9,
    step('sallow-infirmary', 'emergency-attendance', 'HEA-2-AE'),
    step('harrowmere-police', 'domestic-incident', 'SAF-3-DA'),
    step('community-health', 'health-visitor-concern', 'PRE-3-CLOTH'),
    step('sallow-infirmary', 'emergency-attendance', 'SAF-4-NAI'),
  ),
  script(
    5,
    17,
    step('eastwold-primary', 'school-absence', 'EDU-2-PUNCT'),
    step('willowbank-surgery', 'gp-concern', 'EMO-3-WITHD'),
    step('education-welfare', 'child-disclosure', 'SAF-4-PHYS'),
  ),
  script(
    11,
    17,
    step('harrowmere-police', 'missing-episode', 'EXT-3-MISS'),
    step('kell-academy', 'missing-episode', 'EXT-2-PEERS'),
    step('lantern-line', 'exploitation-concern', 'EXT-3-EXPL'),
    step('harrowmere-police', 'exploitation-concern', 'EXT-4-EXPL'),
  ),
  script(
    2,
    15,
    step('probation-service', 'probation-concern', 'GUI-3-ROLE'),
    step('harrowmere-police', 'risky-adult-contact', 'SAF-3-UNSAFE'),
    step('childrens-services', 'risky-adult-contact', 'SAF-4-ADULT'),
  ),
  script(
    1,
    11,
    step('community-health', 'missed-health-contact', 'HEA-3-APPT'),
    step('harrowmere-homes', 'homeless-notification', 'HOU-2-POOR'),
    step('lantern-line', 'community-concern', 'PRE-3-CLOTH'),
    step('childrens-services', 'social-care-contact', 'BAS-4-NEGLECT'),
  ),
]

/** Seven contacts with seven agencies: no single piece reaches child protection, the whole does. */
export const MANY_AGENCIES: Script = script(
  0,
  17,
  step('harrowmere-homes', 'homeless-notification', 'HOU-3-OVER'),
  step('sallow-infirmary', 'emergency-attendance', 'PRE-3-CLOTH'),
  step('childrens-services', 'private-fostering', 'REL-3-PRIVF'),
  step('harrowmere-police', 'police-notice', 'SAF-3-UNSAFE'),
  step('lantern-line', 'community-concern', 'BAS-3-STRUG'),
  step('community-health', 'health-visitor-concern', 'EMO-3-WITHD HEA-2-MINOR'),
  step('education-welfare', 'missing-education', 'EDU-4-NONE'),
)

/** What a midwife records of an unborn child. */
export const BEFORE_BIRTH: readonly Script[] = [
  script(-1, 0, step('community-health', 'midwifery-concern')),
  script(-1, 0, step('community-health', 'midwifery-concern', 'BAS-3-UNBORN')),
]

/** What brings a child from elsewhere to notice. */
export const ARRIVALS: readonly Script[] = [
  script(0, 17, step('harrowmere-homes', 'address-change')),
  script(0, 17, step('willowbank-surgery', 'first-known')),
  script(0, 17, step('sallow-infirmary', 'first-known')),
  script(4, 17, step('education-welfare', 'address-change'), step('kell-academy', 'first-known')),
  script(0, 17, step('port-sallow-border', 'first-known'), step('childrens-services', 'first-known')),
  script(4, 17, step('harrowmere-police', 'first-known')),
]
