import type { Flag, Indicator } from '../policy.js'

/** Code (its middle figure is the severity), label, outcome of *Every Child Matters*, flags. */
export type IndicatorRow = readonly [code: string, label: string, outcome: Outcome, ...flags: readonly Flag[]]
export type Outcome = 'healthy' | 'safe' | 'enjoy' | 'contribute' | 'economic'

export interface DimensionRow {
  readonly dimension: string
  readonly indicators: readonly IndicatorRow[]
}

// Illustrative weights; a circumstance that is only a vulnerability weighs half.
const POINTS = { 2: 10, 3: 30, 4: 80 } as const

/** The rows of one domain as a policy spells them, by code. */
export function indicatorsOf(domain: string, rows: readonly DimensionRow[]): Readonly<Record<string, Indicator>> {
  return Object.fromEntries(
    rows.flatMap(({ dimension, indicators }) =>
      indicators.map(([code, label, outcome, ...flags]) => {
        const severity = severityOf(code)
        const points = flags.includes('vulnerability') ? POINTS[severity] / 2 : POINTS[severity]
        return [code, { label, domain, dimension, outcome, severity, points, ...(flags.length > 0 ? { flags } : {}) }]
      }),
    ),
  )
}

function severityOf(code: string): 2 | 3 | 4 {
  const figure = code.split('-')[1]
  if (figure === '2') return 2
  return figure === '3' ? 3 : 4
}
