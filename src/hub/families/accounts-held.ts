import { equalBytes, fromHex } from '../../bytes.js'
import {
  checkName,
  type Held,
  type HeldCase,
  type HeldCheck,
  type HeldConsent,
  type HeldOpening,
  type HeldReferral,
  type NamedAgency,
  NOTHING_HELD,
} from '../../case/account-document.js'
import type { CaseFile } from '../../case/case.js'
import { type ConsentRecord, MANAGEMENT } from '../../case/consent.js'
import type { Enquiry } from '../../case/enquiry.js'
import { parseSignedRequest } from '../../case/messages.js'
import type { ChildId } from '../../child/identifiers.js'
import { type DisclosureDecision, type DisclosureRequest, decideDisclosure } from '../../disclosure/decide.js'
import { fromJsonBytes } from '../../json.js'
import { NOT_NAMED } from '../../policy/explain/redact.js'
import { incidentOf, indicatorOf, type Policy, type Threshold } from '../../policy/policy.js'
import { agencyOf, hasRole, officerOf } from '../../roster/roster.js'
import { GROUPS } from '../../seal/label.js'
import { consentsOf } from '../cases/consents.js'
import { type History, type HistoryCheck, historyOf, instantOf } from '../checks/history.js'
import { verdictOn } from '../checks/raise.js'
import { ChildTable } from '../children/children.js'
import { recordKey } from '../children/register.js'
import { type HubContext, roster } from '../context.js'
import { linksInto } from '../links/linked.js'
import { openingKey } from '../openings/prepare-opening.js'
import type { OpeningRow } from '../rows.js'
import { numberKey } from '../shelf.js'
import { correctionsOf } from './accounts-corrections.js'

/** A question to the disclosure rules, and what they said: journalled with the account, permit or denial. */
export interface Decided {
  readonly request: DisclosureRequest
  readonly decision: DisclosureDecision
}

/** What is held of a child, and which agencies the disclosure rules let it be told by name. */
export async function heldOf(
  hub: HubContext,
  childId: ChildId,
  at: number,
): Promise<{ readonly held: Held; readonly decided: readonly Decided[] }> {
  const history = await historyOf(hub, childId)
  const verdict = verdictOn(hub, history, instantOf(history, at))
  const decided = decisions(verdict.threshold)
  const named = naming(hub, decided)
  const files = await casesOf(hub, history)
  const { policy } = hub.policy(at)
  const ids = [childId, ...(await linksInto(hub, childId)).map(({ from }) => from)]
  const held: Held = {
    ...NOTHING_HELD,
    details: await detailsOf(hub, childId),
    checks: [...history.checks]
      .sort((a, b) => a.occurredAt - b.occurredAt || a.position - b.position || a.row - b.row)
      .map((check) => heldCheck(policy, check, named(check.agency, check.agencyKind))),
    enquiries: await enquiriesOf(hub, ids),
    cases: files.map(heldCase),
    openings: await openingsOf(hub, files),
    referrals: await referralsOf(hub, files, named),
    consents: (await consentsOf(hub, childId)).map((record) => heldConsent(record, named)),
    corrections: (await correctionsOf(hub, ids)).map(({ askedAt, about, reason, outcome, decidedAt }) => ({
      askedAt,
      about,
      reason,
      outcome,
      decidedAt,
    })),
  }
  return { held, decided }
}

/** The child asks, and understands what it asks for: that is its consent to be told, and nobody else's. */
function decisions(threshold: Threshold): readonly Decided[] {
  const consent = { carer: 'not-sought', child: 'given', childUnderstands: true } as const
  return (['involvement', 'sensitive-involvement'] as const).map((information) => {
    const request: DisclosureRequest = { information, threshold, status: 'none', needToKnow: true, consent }
    return { request, decision: decideDisclosure(request) }
  })
}

type Naming = (agency: string, agencyKind?: string) => NamedAgency

function naming(hub: HubContext, [open, sensitive]: readonly Decided[]): Naming {
  return (id, agencyKind) => {
    const agency = agencyOf(roster(hub), id)
    const isSensitive = agency?.sensitive === true
    const isPermitted = (isSensitive ? sensitive : open)?.decision.permitted === true
    const kind = agencyKind ?? agency?.agencyKind ?? NOT_NAMED
    if (isPermitted) return { agencyKind: kind, agency: id }
    return { agencyKind: isSensitive ? NOT_NAMED : kind }
  }
}

async function detailsOf(hub: HubContext, childId: ChildId): Promise<Held['details']> {
  const rows = await hub.shelf.get(
    'record',
    GROUPS.map((group) => recordKey(hub, childId, group)),
  )
  const details = await Promise.all(
    GROUPS.map(async (group, at) => {
      const row = rows[at]
      if (row === undefined) return []
      const sealedAt = (await hub.ledger.readOne(row.position)).entry?.at ?? 0
      return [{ group, version: row.version, sealedAt }]
    }),
  )
  return details.flat()
}

function heldCheck(policy: Policy, check: HistoryCheck, named: NamedAgency): HeldCheck {
  return {
    check: checkName(check.id),
    occurredAt: check.occurredAt,
    ...named,
    incident: { code: check.incident, label: incidentOf(policy, check.incident)?.label ?? '' },
    indicators: check.indicators.map((code) => ({ code, label: indicatorOf(policy, code)?.label ?? '' })),
    withdrawn: check.withdrawn === true,
    disputed: check.disputed === true,
  }
}

async function enquiriesOf(hub: HubContext, ids: readonly ChildId[]): Promise<Held['enquiries']> {
  const children = await ChildTable.load(hub, ids)
  const found = new Map<number, Enquiry>()
  for (let open = ids.flatMap((id) => children.get(id)?.enquiry ?? []); open.length > 0; ) {
    const rows = await hub.shelf.get('enquiry', open.map(numberKey))
    const fresh = rows.flatMap((row) => (row === undefined || found.has(row.number) ? [] : [row]))
    for (const row of fresh) found.set(row.number, row)
    open = fresh.flatMap(({ earlier }) => earlier ?? [])
  }
  return [...found.values()]
    .sort((a, b) => a.openedAt - b.openedAt)
    .map(({ openedAt, outcome, endedAt }) => ({ openedAt, outcome, endedAt }))
}

async function casesOf(hub: HubContext, history: History): Promise<readonly CaseFile[]> {
  const numbers = [...(history.earlierCases ?? []), ...(history.case === undefined ? [] : [history.case])]
  const files = await hub.shelf.get('case', numbers.map(numberKey))
  return files.flatMap((file) => file ?? []).sort((a, b) => a.raisedAt - b.raisedAt || a.number - b.number)
}

function heldCase({ level, threshold, raisedAt, determinations, status, closing }: CaseFile): HeldCase {
  const end = status === 'closed' && closing !== undefined ? { closedAt: closing.at, reason: closing.reason } : {}
  return { level, threshold, raisedAt, determinedBy: determinations.length, ...end }
}

async function openingsOf(hub: HubContext, files: readonly CaseFile[]): Promise<readonly HeldOpening[]> {
  const ids = files.flatMap(({ openings }) => openings.map(fromHex))
  const rows = await hub.shelf.get(
    'opening',
    ids.map((id) => openingKey(hub, id)),
  )
  const openings = await Promise.all(
    ids.map(async (id, at) => {
      const row = rows[at]
      return row === undefined ? [] : [await heldOpening(hub, id, row)]
    }),
  )
  return openings.flat().sort((a, b) => a.openedAt - b.openedAt)
}

async function heldOpening(hub: HubContext, id: Uint8Array, row: OpeningRow): Promise<HeldOpening> {
  const { request } = parseSignedRequest(fromJsonBytes(row.request))
  const { group, purpose, lawfulBasis, at: openedAt } = request
  const officer = officerOf(roster(hub), row.officer)
  const by = (['manager', 'caseworker'] as const).find((role) => officer !== undefined && hasRole(officer, role))
  return { group, purpose, lawfulBasis, openedAt, by: by ?? 'officer', readAt: await readingsOf(hub, id, row) }
}

const ENTRIES_PER_PAGE = 500

/** Every reading of an opening is a view in the journal, between the request and its expiry. */
async function readingsOf(
  hub: HubContext,
  id: Uint8Array,
  { position, expiry }: OpeningRow,
): Promise<readonly number[]> {
  const readings: number[] = []
  for (let from = position + 1; ; ) {
    const page = await hub.ledger.read(from, ENTRIES_PER_PAGE)
    for (const { entry } of page)
      if (entry?.type === 'view' && isOf(id, fromJsonBytes(entry.body))) readings.push(entry.at)
    const last = page.at(-1)
    if (last === undefined || page.length < ENTRIES_PER_PAGE || (last.entry?.at ?? 0) > expiry) return readings
    from = last.position + 1
  }
}

function isOf(id: Uint8Array, view: unknown): boolean {
  const { opening } = view as { readonly opening?: unknown }
  return opening instanceof Uint8Array && equalBytes(opening, id)
}

function heldConsent(record: ConsentRecord, named: Naming): HeldConsent {
  const { by, kind, decision, given, at, until, withdrawnAt } = record
  const to = decision.to === MANAGEMENT ? 'management' : named(decision.to)
  return { by, kind, information: decision.information, to, given, at, until, withdrawnAt }
}

async function referralsOf(
  hub: HubContext,
  files: readonly CaseFile[],
  named: Naming,
): Promise<readonly HeldReferral[]> {
  const rows = await hub.shelf.get('referral', files.flatMap(({ referrals }) => referrals).map(numberKey))
  return rows
    .flatMap((row) => (row === undefined || row.status === 'prepared' ? [] : [row]))
    .sort((a, b) => a.sentAt - b.sentAt)
    .map(({ to, sentAt, purpose, lawfulBasis, receivedAt, outcome, decidedAt }) => ({
      ...named(to),
      sentAt,
      purpose,
      lawfulBasis,
      receivedAt,
      outcome,
      decidedAt,
    }))
}
