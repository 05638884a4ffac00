import { z } from 'zod'
import type { CaseFile } from '../../case/case.js'
import { type Dossier, dossierOf } from '../../case/dossier/dossier.js'
import type { Field } from '../../disclosure/fields.js'
import { parse } from '../../door.js'
import { fromJsonBytes, toJsonBytes } from '../../json.js'
import type { Verdict } from '../../policy/assess.js'
import type { Message } from '../../port.js'
import { agencyOf } from '../../roster/roster.js'
import { assessedChecks, type History, historyOf, instantOf } from '../checks/history.js'
import { verdictOn } from '../checks/raise.js'
import { type HubContext, roster } from '../context.js'
import { CASE_ROLES, requireOfficer } from '../officers.js'
import { numberKey } from '../shelf.js'
import { requireCase } from './cases.js'
import { decide, journalDecision, officersView } from './disclosures.js'

const reviewRequest = z.strictObject({ case: z.number().int().min(1) })

/** That there is a child and what was checked is nothing personal; the kind of a sensitive service is. */
const SENSITIVE: Field = { information: 'sensitive-involvement' }
const FIELDS: readonly Field[] = [{ information: 'existence' }, { information: 'check' }, SENSITIVE]

/** A case as an officer sees it, by identifier only. What was decided of its fields is journalled, denials too. */
export async function reviewForOfficer(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message, ...CASE_ROLES)
  const { case: wanted } = parse(reviewRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'review')
  const seen = await looked(hub, wanted)
  const context = { case: wanted, officer: officer.id, purpose: 'review', lawfulBasis: 'public-task' } as const
  const view = await officersView(hub, seen.file, officer.id, seen.verdict.threshold)
  const decided = decide(view, context, FIELDS)
  await journalDecision(hub, decided.draft)
  return toJsonBytes(dossierFrom(hub, seen, decided.shows(SENSITIVE)))
}

/** The same for whoever operates the hub, who needs to know of nobody: a sensitive service is not told by its kind. */
export async function dossier(hub: HubContext, number: number): Promise<Dossier> {
  return dossierFrom(hub, await looked(hub, number), false)
}

interface Seen {
  readonly file: CaseFile
  readonly history: History
  readonly verdict: Verdict
  readonly earlier: readonly CaseFile[]
}

async function looked(hub: HubContext, number: number): Promise<Seen> {
  const file = await requireCase(hub, number)
  const history = await historyOf(hub, file.childId)
  const verdict = verdictOn(hub, history, instantOf(history, hub.clock()))
  return { file, history, verdict, earlier: await earlierCases(hub, number, history) }
}

async function earlierCases(hub: HubContext, number: number, history: History): Promise<readonly CaseFile[]> {
  const numbers = new Set([...(history.earlierCases ?? []), history.case ?? number].filter((each) => each < number))
  const files = await hub.shelf.get('case', [...numbers].map(numberKey))
  return files.filter((file) => file !== undefined)
}

/** In one authority the kind of a sensitive service can name it. */
function dossierFrom(hub: HubContext, { history, ...seen }: Seen, showsSensitive: boolean): Dossier {
  return dossierOf({
    ...seen,
    policy: hub.policy(seen.verdict.asOf).policy,
    checks: assessedChecks(history.checks),
    closedAt: history.closedAt,
    hidesKindOf: ({ agency }) => !showsSensitive && agencyOf(roster(hub), agency)?.sensitive === true,
  })
}
