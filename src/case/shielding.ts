/** What shields a child: found by number alone, and answered as unknown. */
export interface Shielding {
  readonly shielded: boolean
}

/**
 * The more protective of two: shielded where either is. So a registration that knows nothing of it, a duplicate and a
 * merge never lift it; two officers do (`unshield`).
 */
export function moreProtective<Of extends Shielding>(first: Of, second: Shielding): Of {
  return { ...first, shielded: first.shielded || second.shielded }
}
