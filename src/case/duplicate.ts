/** Why two ids are suspected to be one child. */
export const DUPLICATE_REASONS = [
  /** A sealer registered a child that another id seems to be. */
  'registered-twice',
  /** Two provisional children under the same tokens. */
  'provisional',
  /** An agency confirmed a candidate after it had been given another id. */
  'confirmed-later',
  /** One child's number is a number that the other's superseded. */
  'number-superseded',
  /** An officer who works two cases thinks so. */
  'cases',
] as const
export type DuplicateReason = (typeof DUPLICATE_REASONS)[number]

/** `linked`: two officers said that they are one child. `distinct`: two officers said that they are two. */
export const DUPLICATE_STATUSES = ['open', 'linked', 'distinct'] as const
export type DuplicateStatus = (typeof DUPLICATE_STATUSES)[number]
