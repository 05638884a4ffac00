/** Why an officer needs to know of a case. */
export const OFFICER_NEEDS = ['owner', 'covers-absence', 'second-opinion', 'supervision', 'duty-desk'] as const
/** Why an agency needs to know what a referral tells it. */
export const AGENCY_NEEDS = [
  'acts-on-referral',
  'provides-services',
  'joins-strategy-discussion',
  'statutory-duty',
] as const
export type OfficerNeed = (typeof OFFICER_NEEDS)[number]
export type AgencyNeed = (typeof AGENCY_NEEDS)[number]

/**
 * That somebody needs to know of a case to do their duty to the child: a relation that an officer put on record, with a reason and
 * a time. Nobody is believed who only says so when asking (MPS 2003, paragraph 4.12).
 */
export interface Need {
  /** Id of an officer or an agency. */
  readonly party: string
  readonly because: OfficerNeed | AgencyNeed
  /** Officer who recorded it. */
  readonly by: string
  readonly at: number
  readonly endedAt?: number | undefined
}

/** Whether this party needs to know of the case now. */
export function needsToKnow({ needs }: { readonly needs: readonly Need[] }, party: string): boolean {
  return needs.some((need) => need.party === party && need.endedAt === undefined)
}

/** The relations as they stand once the case is over. */
export function endedNeeds(needs: readonly Need[], at: number): readonly Need[] {
  return needs.map((need) => (need.endedAt === undefined ? { ...need, endedAt: at } : need))
}
