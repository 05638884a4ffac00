import { type DisclosureDecision, type DisclosureRequest, decideDisclosure } from '../disclosure/decide.js'
import { toJsonBytes } from '../json.js'
import type { HubContext } from './context.js'
import type { Draft } from './ledger.js'

/** Who is shown what, in which case; said in the journal whatever the answer is. */
export interface DisclosureContext {
  readonly case: number
  readonly officer: string
  /** Receiving agency, for a referral. */
  readonly to?: string | undefined
  readonly purpose: string
  readonly lawfulBasis: string
}

/** Decides by the disclosure rules, and drafts the entry that records the decision. */
export function decideAndDraft(
  request: DisclosureRequest,
  context: DisclosureContext,
): { readonly decision: DisclosureDecision; readonly draft: Draft } {
  const decision = decideDisclosure(request)
  return { decision, draft: { type: 'disclosure', body: toJsonBytes({ ...context, request, decision }) } }
}

/** Records decisions that lead to nothing else: every denial. */
export async function journalDecision(hub: HubContext, draft: Draft): Promise<void> {
  await hub.ledger.write(async () => ({ drafts: [draft] }))
}
