import type { Involvement } from '../../case/involvement.js'
import { statusOf } from '../../case/status.js'
import { decodeCheck } from '../../check/canonical.js'
import type { Field, Viewing } from '../../disclosure/fields.js'
import { agencyOf } from '../../roster/roster.js'
import { type Decided, type DisclosureContext, decide } from '../cases/disclosures.js'
import type { History, HistoryCheck } from '../checks/history.js'
import { type HubContext, roster } from '../context.js'

const PLAIN: Field = { information: 'involvement' }
const SENSITIVE: Field = { information: 'sensitive-involvement' }
/** By a check of its own that points to significant harm. */
const SENSITIVE_OF_HARM: Field = { information: 'sensitive-involvement', status: 'significant-harm' }
const FIELDS: readonly Field[] = [PLAIN, SENSITIVE, SENSITIVE_OF_HARM]

/**
 * The agencies that know the child, each only if the disclosure rules let this officer hear of it. A sexual health,
 * mental health or substance misuse service is named under rule 3, or by a check of its own that points to significant harm. All
 * these decisions are in the draft, whoever the agencies are.
 * @param also what else the same view shows
 */
export async function involvementOf(
  hub: HubContext,
  history: History,
  viewing: Viewing,
  context: DisclosureContext,
  also: readonly Field[] = [],
): Promise<{ readonly involvement: readonly Involvement[]; readonly decided: Decided }> {
  const decided = decide(viewing, context, [...also, ...FIELDS])
  const { policy } = hub.policy()
  const named = new Map<string, HistoryCheck[]>()
  for (const check of history.checks) {
    const isSensitive = agencyOf(roster(hub), check.agency)?.sensitive === true
    const isHarm = statusOf(policy, [check]) === 'significant-harm'
    const fields = isSensitive ? [SENSITIVE, ...(isHarm ? [SENSITIVE_OF_HARM] : [])] : [PLAIN]
    if (check.withdrawn || !fields.some(decided.shows)) continue
    named.set(check.agency, [...(named.get(check.agency) ?? []), check])
  }
  const involvement = await Promise.all([...named].map(([agency, checks]) => involvementIn(hub, agency, checks)))
  return { involvement, decided }
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
