/** An agency of the year: its share of all checks, and how its system sends them. */
export interface YearAgency {
  readonly id: string
  readonly kind: string
  readonly share: number
  /** Hours between two batches; 0: every check alone, as it is made. */
  readonly everyHours: number
}

/** Twenty of all nine kinds. Shares follow no statistics: most from health, police and schools, as in every account of such contacts. */
export const AGENCIES: readonly YearAgency[] = [
  ...several('health', 3, { share: 0.08, everyHours: 1 }),
  ...several('health-records', 2, { share: 0.07, everyHours: 24 }, 'health'),
  ...several('police', 2, { share: 0.12, everyHours: 4 }),
  ...several('schools', 4, { share: 0.055, everyHours: 24 }, 'education'),
  ...several('social-care', 2, { share: 0.03, everyHours: 4 }),
  ...several('housing', 2, { share: 0.02, everyHours: 24 }),
  ...several('probation', 1, { share: 0.015, everyHours: 24 }),
  ...several('youth-offending', 1, { share: 0.015, everyHours: 24 }),
  ...several('ports', 1, { share: 0.01, everyHours: 4 }),
  ...several('voluntary', 2, { share: 0.01, everyHours: 0 }),
]

function several(
  id: string,
  count: number,
  sends: Pick<YearAgency, 'share' | 'everyHours'>,
  kind: string = id,
): readonly YearAgency[] {
  return Array.from({ length: count }, (_, index) => ({ id: `${id}-${index + 1}`, kind, ...sends }))
}
