import type { ChildQuery } from '../child/details.js'
import type { ChildId } from '../child/identifiers.js'
import type { HubContext } from './context.js'
import type { Draft } from './ledger.js'

type Put = ReturnType<HubContext['shelf']['put']>

/** One look-up as the agency was answered: a shielded child is `none`. */
export interface WatchedLookup {
  readonly practitioner: Uint8Array
  readonly query: ChildQuery
  /** `misread`: an agency child id that this agency does not have. */
  readonly outcome: 'match' | 'candidates' | 'many' | 'none' | 'misread'
  /** Whose agency child id was answered. */
  readonly childId: ChildId | undefined
  /** Whether the match, or a child among the candidates, is one that nobody should look up. */
  readonly isHoney: boolean
}

/** A check that was newly recorded. */
export interface WatchedCheck {
  readonly practitioner: Uint8Array
  readonly childId: ChildId
}

/** What a look-up adds to its write, and what is said once that is durable. */
export interface Watched {
  readonly drafts: readonly Draft[]
  readonly puts: readonly Put[]
  tell(): void
}

/** Whether look-ups are part of work on a child, or an agency's declared look-up of its whole case list. */
export type LookupPurpose = 'check' | 'back-fill'

/** Takes note of look-ups, within their write, and raises the alerts that they are cause for. */
export async function watchLookups(
  _hub: HubContext,
  _agency: string,
  _rows: readonly WatchedLookup[],
  _at: number,
  _purpose: LookupPurpose = 'check',
): Promise<Watched> {
  return { drafts: [], puts: [], tell: () => undefined }
}

/** Takes note that checks followed look-ups, within the checks' write. */
export async function watchChecks(
  _hub: HubContext,
  _agency: string,
  _checks: readonly WatchedCheck[],
  _at: number,
): Promise<readonly Put[]> {
  return []
}
