import type { Involvement } from '../case/involvement.js'
import { decodeCheck } from '../check/canonical.js'
import { NOT_SOUGHT } from '../disclosure/decide.js'
import type { Threshold } from '../policy/policy.js'
import { agencyOf } from '../roster/roster.js'
import { type HubContext, roster } from './context.js'
import { type DisclosureContext, decideAndDraft } from './disclosures.js'
import type { Draft } from './ledger.js'
import type { HistoryCheck, HistoryRow } from './rows.js'

/**
 * The agencies that know the child, each only if the disclosure rules let this officer hear of it. A sexual health,
 * mental health or substance misuse service is named under rule 3 alone. Every decision is drafted, denials too.
 */
export async function involvementOf(
  hub: HubContext,
  history: HistoryRow,
  threshold: Threshold,
  context: DisclosureContext,
): Promise<{ readonly involvement: readonly Involvement[]; readonly drafts: readonly Draft[] }> {
  const decisions = ([false, true] as const).map((sensitive) => {
    const information = sensitive ? ('sensitive-involvement' as const) : ('involvement' as const)
    return decideAndDraft({ information, threshold, status: 'none', needToKnow: true, consent: NOT_SOUGHT }, context)
  })
  const named = new Map<string, HistoryCheck[]>()
  for (const check of history.checks) {
    const sensitive = agencyOf(roster(hub), check.agency)?.sensitive === true
    if (check.withdrawn || decisions[sensitive ? 1 : 0]?.decision.permitted !== true) continue
    named.set(check.agency, [...(named.get(check.agency) ?? []), check])
  }
  const involvement = await Promise.all([...named].map(([agency, checks]) => involvementIn(hub, agency, checks)))
  return { involvement, drafts: decisions.map(({ draft }) => draft) }
}

async function involvementIn(hub: HubContext, agency: string, checks: readonly HistoryCheck[]): Promise<Involvement> {
  const oldestFirst = [...checks].sort((a, b) => a.occurredAt - b.occurredAt)
  const leaves = await Promise.all(
    oldestFirst.map(async ({ position, row }) => (await hub.store.leaves(position, row, 1))[0]),
  )
  const references = leaves.flatMap((leaf) =>
    leaf === undefined || leaf.bytes.length === 0 ? [] : [decodeCheck(leaf.bytes).reference],
  )
  return { agency, agencyKind: checks[0]?.agencyKind ?? '', references }
}
