/** An agency whose checks count, as an officer learns of it after an opening: by the agency's own references. */
export interface Involvement {
  readonly agency: string
  readonly agencyKind: string
  /** Oldest first. Ask the agency by these. */
  readonly references: readonly string[]
}
