/** Why something is erased. Closed, so that no free text is journalled. */
export const ERASURE_REASONS = ['retention-ended', 'registered-in-error', 'erasure-request', 'court-order'] as const
export type ErasureReason = (typeof ERASURE_REASONS)[number]

/**
 * Body of an `erasure` entry: which places of the journal were emptied, why, and on whose word. Kept encrypted, for the
 * places of one child's checks join the agencies that submitted them. It says nothing of what stood there.
 */
export interface Erasure {
  readonly what: 'child' | 'check'
  readonly reason: ErasureReason
  /** A sealer's id, or `hub` for whoever operates it. */
  readonly by: string
  readonly erased: readonly ErasedPlace[]
}

/** An entry, or a row beside one. */
export interface ErasedPlace {
  readonly position: number
  readonly row?: number
}
