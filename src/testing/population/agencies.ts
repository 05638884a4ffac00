export type GeneratedAgencyKind =
  | 'social-care'
  | 'police'
  | 'health'
  | 'education'
  | 'housing'
  | 'probation'
  | 'youth-offending'
  | 'ports'
  | 'voluntary'

export interface GeneratedAgency {
  /** Lower-case letters and hyphens. */
  readonly id: string
  readonly kind: GeneratedAgencyKind
  readonly title: string
  /** Names of accounts: lower-case letters and one dot. */
  readonly practitioners: readonly string[]
}

/** The agencies of the invented authority: fourteen of all nine kinds, the same each time. */
export function generateAgencies(): readonly GeneratedAgency[] {
  return AGENCIES.map(([id, kind, title, practitioners]) => ({
    id,
    kind,
    title,
    practitioners: practitioners.split(' '),
  }))
}

const AGENCIES: readonly (readonly [string, GeneratedAgencyKind, string, string])[] = [
  [
    'childrens-services',
    'social-care',
    "Harrowmere Children's Services",
    'r.applin j.osgood t.varga m.quennell s.idowu p.lathom',
  ],
  [
    'harrowmere-police',
    'police',
    'Harrowmere Police',
    'd.crane k.mistry a.stobart l.fenn g.tull w.abara n.pryce o.halloran',
  ],
  ['sallow-infirmary', 'health', 'Port Sallow Infirmary', 'h.vance f.rao e.lindqvist b.toomey c.aziz y.marsh i.okello'],
  ['community-health', 'health', 'Harrowmere Community Health', 'm.dace s.plumb t.ferris a.banner v.lowe r.sethi'],
  ['willowbank-surgery', 'health', 'Willowbank Surgery', 'n.kapoor j.ellery o.strand'],
  ['eastwold-primary', 'education', 'Eastwold Primary School', 'c.hobday l.penrose d.anning'],
  ['kell-academy', 'education', 'Nether Kell Academy', 'p.rusk e.adair w.soames z.tahir'],
  ['education-welfare', 'education', 'Harrowmere Education Welfare', 'b.carne s.orrin m.leary'],
  ['harrowmere-homes', 'housing', 'Harrowmere Homes', 'g.stanton a.birk r.nwachukwu'],
  ['probation-service', 'probation', 'Kell Valley Probation', 'j.drayton f.molloy'],
  ['youth-justice', 'youth-offending', 'Harrowmere Youth Justice Service', 't.speight k.amin'],
  ['port-sallow-border', 'ports', 'Port Sallow Border Office', 'v.hale d.sorrell'],
  ['lantern-line', 'voluntary', 'The Lantern Helpline', 'e.mundy i.castle y.brook'],
  ['open-door', 'voluntary', 'Open Door Family Centre', 's.wray l.hobson'],
]
