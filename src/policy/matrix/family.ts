import type { DimensionRow } from './rows.js'

/** What the carers are able to give. */
export const parenting: readonly DimensionRow[] = [
  {
    dimension: 'basic-care',
    indicators: [
      ['BAS-2-INCON', 'Everyday care comes and goes', 'healthy'],
      ['BAS-2-ENGAGE', 'Carers make little use of services', 'safe'],
      ['BAS-2-YOUNG', 'Parents are young and nobody supports them', 'healthy', 'vulnerability'],
      ['BAS-3-STRUG', 'Carers can barely give sufficient care', 'healthy'],
      ['BAS-3-PMH', 'A parent’s mental illness, drinking or drug use clearly affects care', 'safe'],
      ['BAS-3-PREV', 'Carers had trouble looking after a child before', 'safe'],
      ['BAS-3-UNBORN', 'Not yet born; an assessment before birth is called for', 'safe'],
      ['BAS-4-UNABLE', 'Carers are unable to provide acceptable care', 'safe'],
      ['BAS-4-NEGLECT', 'Serious neglect that goes on', 'safe', 'significant-harm'],
      ['BAS-4-REMOVED', 'These carers have had another child taken into care', 'safe'],
    ],
  },
  {
    dimension: 'ensuring-safety',
    indicators: [
      ['SAF-2-HAZARD', 'Dangers at home not well guarded against', 'safe'],
      ['SAF-2-SUPERV', 'Not always watched over as needed', 'safe'],
      ['SAF-2-DA1', 'Parents quarrel, or one domestic incident of a lesser kind', 'safe'],
      ['SAF-3-UNSAFE', 'Put in unsafe situations more than once', 'safe'],
      ['SAF-3-DA', 'Domestic abuse where the child lives', 'safe'],
      ['SAF-3-NONCOMP', 'Parents refuse to co-operate with services', 'safe'],
      ['SAF-4-NAI', 'Injury that was inflicted or that nobody can explain', 'safe', 'significant-harm'],
      ['SAF-4-BABY', 'Injury or bruising before the child can move about', 'safe', 'significant-harm'],
      ['SAF-4-SEX', 'Sexual abuse, told of or strongly believed', 'safe', 'significant-harm'],
      ['SAF-4-PHYS', 'Physical abuse, told of or strongly believed', 'safe', 'significant-harm'],
      ['SAF-4-DA', 'Domestic abuse that is severe, lasting or getting worse', 'safe'],
      ['SAF-4-ADULT', 'In the care or company of an adult thought dangerous to children', 'safe', 'significant-harm'],
      ['SAF-4-ALONE', 'Small child left unattended in a dangerous situation', 'safe', 'significant-harm'],
      ['SAF-4-PRO', 'Somebody who works with children is accused of abuse', 'safe', 'significant-harm'],
    ],
  },
  {
    dimension: 'emotional-warmth',
    indicators: [
      ['WAR-2-INCON', 'Carers’ reactions to the child cannot be predicted', 'healthy'],
      ['WAR-3-ERRATIC', 'Affection and comfort given unreliably', 'healthy'],
      ['WAR-4-EMOAB', 'Emotional abuse: carers keep rejecting or belittling the child', 'safe'],
    ],
  },
  {
    dimension: 'stimulation',
    indicators: [
      ['STI-2-LIMIT', 'Little to read, play with or discover', 'enjoy'],
      ['STI-3-LACK', 'Nothing that encourages the child to learn or play', 'enjoy'],
    ],
  },
  {
    dimension: 'guidance-boundaries',
    indicators: [
      ['GUI-2-BOUND', 'Rules change and days follow no pattern', 'contribute'],
      ['GUI-3-BOUND', 'Rules have no effect, or are enforced by hitting', 'safe'],
      ['GUI-3-ROLE', 'Grown-ups set an antisocial example', 'contribute'],
      ['GUI-4-NONE', 'Without any limits and in serious danger', 'safe'],
    ],
  },
  {
    dimension: 'stability',
    indicators: [
      ['STA-2-CARERS', 'Passed between a large number of carers', 'safe'],
      ['STA-3-MULTI', 'Several carers, and close to none of them', 'safe'],
      ['STA-4-BREAK', 'Family about to break up, with rejection of the child probable', 'safe'],
    ],
  },
]

/** The family and what surrounds it. */
export const familyEnvironment: readonly DimensionRow[] = [
  {
    dimension: 'family-history-functioning',
    indicators: [
      ['HIS-2-CONFL', 'Drawn into quarrels within the family', 'safe'],
      ['HIS-2-HEALTH', 'A parent is ill, disabled or has a learning difficulty', 'healthy', 'vulnerability'],
      ['HIS-3-ACRIM', 'Parents separate, or dispute contact, with hostility', 'safe'],
      ['HIS-3-PRISON', 'A parent is serving a prison sentence', 'safe', 'vulnerability'],
      ['HIS-3-HEALTH', 'A parent’s serious ill-health or disability reduces care', 'safe'],
      ['HIS-4-CRIME', 'Drug dealing or other crime is carried on in the home', 'safe'],
      ['HIS-4-HBA', 'May be forced to marry, or be harmed in the name of honour', 'safe', 'significant-harm'],
    ],
  },
  {
    dimension: 'wider-family',
    indicators: [
      ['WID-2-LITTLE', 'Relatives give hardly any help', 'safe', 'vulnerability'],
      ['WID-3-ISOL', 'Family stands alone, with nobody to turn to', 'safe'],
      ['WID-4-DESTR', 'Relatives’ part in the child’s life does damage', 'safe'],
    ],
  },
  {
    dimension: 'housing',
    indicators: [
      ['HOU-2-POOR', 'Home in bad condition', 'economic', 'vulnerability'],
      ['HOU-3-OVER', 'Too little room, a temporary home, or one move after another', 'economic', 'vulnerability'],
      ['HOU-3-EVICT', 'May be evicted', 'economic', 'vulnerability'],
      ['HOU-3-HOMELESS', 'Aged 16 or 17 without a home', 'economic', 'statutory-need'],
      ['HOU-4-DANGER', 'Home is a danger to health', 'safe'],
    ],
  },
  {
    dimension: 'employment',
    indicators: [
      ['EMP-2-UNEMP', 'Somebody in the household is out of work', 'economic', 'vulnerability'],
      ['EMP-3-STRESS', 'Demands of work damage life at home', 'economic', 'vulnerability'],
    ],
  },
  {
    dimension: 'income',
    indicators: [
      ['INC-2-LOW', 'Little money, or owing money', 'economic', 'vulnerability'],
      ['INC-3-NEEDS', 'Too poor or indebted to meet basic needs', 'economic', 'vulnerability'],
      ['INC-4-EXTR', 'So poor that the child cannot be looked after', 'economic'],
    ],
  },
  {
    dimension: 'social-integration',
    indicators: [
      ['SOC-2-NEW', 'Moved here recently and knows few people', 'contribute', 'vulnerability'],
      ['SOC-2-ASYL', 'Family has fled, or is seeking asylum', 'contribute', 'vulnerability'],
      ['SOC-3-EXCL', 'Family is shut out of the life around it', 'contribute', 'vulnerability'],
      ['SOC-4-UASC', 'In the country without parents or guardian', 'safe', 'statutory-need'],
      ['SOC-4-HOST', 'Neighbourhood so hostile that harm is probable', 'safe'],
    ],
  },
  {
    dimension: 'community-resources',
    indicators: [
      ['RES-2-ACCESS', 'Services are hard to get to', 'economic', 'vulnerability'],
      ['RES-3-POOR', 'Needs go unmet because services cannot be reached', 'economic', 'vulnerability'],
    ],
  },
]
