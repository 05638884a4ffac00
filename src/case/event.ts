import type { ChildId } from '../child/identifiers.js'
import type { CaseOutcome, ClosingReason, LevelEvent, Reached } from './case.js'
import type { AgencyNeed, OfficerNeed } from './need.js'

interface Of {
  readonly case: number
  readonly childId: ChildId
}

/** What an officer said of a case. */
export interface Said extends Of {
  readonly officer: string
  /** Their message as they signed it. */
  readonly asked: Uint8Array
}

/** An officer takes a case on. `from`: whom it was taken over from, because they cannot work any longer. */
export interface Taken extends Said {
  readonly event: 'taken'
  readonly from?: string | undefined
}

/** An officer who does not own it puts on record why they need to know of it. */
export interface Needed extends Said {
  readonly event: 'needed'
  readonly because: Exclude<OfficerNeed, 'owner'>
}

/** Its owner, or a manager, hands it to an officer. */
export interface Assigned extends Said {
  readonly event: 'assigned'
  readonly to: string
  readonly as: 'owner' | 'manager'
}

export interface Left extends Said {
  readonly event: 'left'
}

/** A quorum of custodians released details of its child to an officer. */
export interface Opened extends Of {
  readonly event: 'opened'
  readonly officer: string
  /** 32 hexadecimal digits. */
  readonly opening: string
}

export interface Referred extends Of {
  readonly event: 'referred'
  readonly officer: string
  readonly referral: number
  readonly to: string
  readonly because: AgencyNeed
}

/** Everybody's word so far on closing it for the same reason, with the same outcome. */
export interface ClosingSaid extends Of {
  readonly event: 'closing-proposed' | 'closed'
  readonly reason: ClosingReason
  readonly outcome: CaseOutcome
  readonly officers: readonly string[]
  /** Journal position up to which checks had been assessed: those after it can raise a case anew. */
  readonly position: number
  readonly asked: Uint8Array
}

/** Two officers linked two ids: this case goes on for both of them, and the other, if there was one, is closed into it. */
export interface Joined extends Of {
  readonly event: 'joined'
  readonly officers: readonly string[]
  /** Journal position of the link. */
  readonly link: number
  readonly closed?: number | undefined
  /** The other's level, where it was the higher one. */
  readonly took?: Reached | undefined
  /** The other's owner, where this one had none. */
  readonly owner?: string | undefined
  /** Whether a case of either child was closed before. */
  readonly reReferral?: true | undefined
}

/** A link was undone, and checks of another child left it. */
export interface Split extends Of {
  readonly event: 'split'
}

/** Everything that can happen to a case, as the journal says it. Determinations stand in the journal by themselves. */
export type CaseEvent = LevelEvent | Taken | Needed | Assigned | Left | Opened | Referred | ClosingSaid | Joined | Split
