import type { DimensionRow } from './rows.js'

/** Harm from outside the home, whatever the home is like. */
export const outsideHome: readonly DimensionRow[] = [
  {
    dimension: 'outside-home',
    indicators: [
      ['EXT-2-PEERS', 'Company kept with people who commit crime', 'contribute', 'outside-home'],
      ['EXT-2-MISS', 'Missing or absent for the first time', 'safe', 'outside-home'],
      ['EXT-3-MISS', 'Missing at regular intervals', 'safe', 'outside-home'],
      ['EXT-3-EXPL', 'Some risk of being exploited, sexually or for crime', 'safe', 'outside-home'],
      ['EXT-3-GANG', 'Gangs are a danger to the child', 'safe', 'outside-home'],
      ['EXT-3-RAD', 'Open to being drawn into extremism', 'safe', 'outside-home'],
      ['EXT-4-EXPL', 'Exploited, or very likely to be', 'safe', 'significant-harm', 'outside-home'],
      ['EXT-4-TRAF', 'Trafficked, or held in modern slavery', 'safe', 'significant-harm', 'outside-home'],
      ['EXT-4-GANG', 'In a gang, moving drugs, or party to grave violence', 'safe', 'outside-home'],
      ['EXT-4-RAD', 'About to act on extremism or to leave for a war zone', 'safe', 'significant-harm', 'outside-home'],
      ['EXT-4-MISS', 'Missing often, in a way that points to exploitation', 'safe', 'outside-home'],
    ],
  },
]

/** What a practitioner concludes from everything known to him or her. */
export const judgement: readonly DimensionRow[] = [
  {
    dimension: 'professional-judgement',
    indicators: [
      ['PRO-2-JUDGE', 'In the practitioner’s view early help is advisable', 'safe'],
      ['PRO-3-JUDGE', 'In the practitioner’s view this is a child in need', 'safe'],
      [
        'PRO-4-JUDGE',
        'The practitioner has reasonable cause to suspect significant harm, and says so',
        'safe',
        'significant-harm',
      ],
    ],
  },
]
