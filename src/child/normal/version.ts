/**
 * The version of everything in this room. Lookup tokens and marks are made from what it answers, so whoever changes an
 * answer raises the number: tokens of two versions never meet.
 */
export const NORMALISATION_VERSION = 2

/** A kind of key that normalised values go into, with their version. */
export function versioned(kind: string): string {
  return `${kind}/${NORMALISATION_VERSION}`
}
