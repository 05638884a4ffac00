import type { ChildId } from '../child/identifiers.js'
import { type Consent, type Information, NOT_SOUGHT } from '../disclosure/decide.js'
import type { HubContext } from './context.js'

/** What was said about this child's information being shown to one recipient, by the consents on record. */
export async function consentsFor(
  _hub: HubContext,
  _childId: ChildId,
  _to: string,
): Promise<(information: Information) => Consent> {
  return () => NOT_SOUGHT
}
