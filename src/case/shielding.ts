/** What shields a child: found by number alone, and answered as unknown. */
export interface Shielding {
  readonly shielded: boolean
}

/**
 * The more protective of two: shielded where either is. So a registration that knows nothing of it, a duplicate and a
 * merge never lift it; two officers do.
 */
export function moreProtective<Of extends Shielding>(first: Of, second: Shielding): Of {
  return { ...first, shielded: first.shielded || second.shielded }
}

/** Why an officer shields a child. */
export const SHIELD_REASONS = [
  'domestic-abuse',
  'honour-based-abuse',
  'adoption',
  'witness-protection',
  'threat-to-life',
  'other-danger',
] as const
export type ShieldReason = (typeof SHIELD_REASONS)[number]

export const UNSHIELD_REASONS = ['danger-has-passed', 'shielded-in-error', 'asked-by-family', 'court-order'] as const
export type UnshieldReason = (typeof UNSHIELD_REASONS)[number]

/** Why an officer must know whether a shielded child is registered here. */
export const OVERRIDE_REASONS = ['immediate-danger', 'section-47-enquiry', 'missing-child', 'court-order'] as const
export type OverrideReason = (typeof OVERRIDE_REASONS)[number]

/** How long the first officer's word that shielding should end waits for the second's. */
export const UNSHIELD_DAYS = 14
