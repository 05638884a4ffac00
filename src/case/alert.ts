/** What an alert is about: a rule of the watch, or something that is noticed the first time that it happens. */
export const ALERT_KINDS = [
  'burst',
  'without-check',
  'candidates',
  'unknown',
  'sequence',
  'household',
  'one-description',
  'misread-ids',
  /** An agency looked up its whole case list, as it declared. */
  'back-fill',
  /** Somebody looked up a child whom nobody should. */
  'honey-record',
  'shield-overridden',
  /** The first officer's word that shielding should end. */
  'shield-lifting',
  'shield-lifted',
  /** Details of a shielded child were opened to an officer. */
  'shielded-opened',
] as const
export type AlertKind = (typeof ALERT_KINDS)[number]

/** Something that officers must look into, by number. It never says which child was looked up. */
export interface Alert {
  readonly number: number
  readonly kind: AlertKind
  /** Who is shown it: every officer, or shielding officers alone. */
  readonly audience: 'management' | 'shielding'
  readonly at: number
  /** How often it was noticed before it was ended. */
  readonly times: number
  readonly agency?: string | undefined
  /** 16 bytes that this agency alone can undo; absent where it is about the agency as a whole. */
  readonly practitioner?: Uint8Array | undefined
  /** Whose act it is about, where it is an officer's. */
  readonly officer?: string | undefined
  readonly case?: number | undefined
  readonly enquiry?: number | undefined
  readonly reason?: string | undefined
  readonly status: 'open' | 'ended'
  readonly outcome?: AlertOutcome | undefined
  readonly endedBy?: string | undefined
  readonly endedAt?: number | undefined
}

/** How officers ended an alert. */
export const ALERT_OUTCOMES = ['explained', 'agency-told', 'training', 'access-ended', 'investigated', 'error'] as const
export type AlertOutcome = (typeof ALERT_OUTCOMES)[number]
