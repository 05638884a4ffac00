import { z } from 'zod'
import { toHex } from '../../bytes.js'
import { concernsOf, type ToldCheck } from '../../case/concern.js'
import { englishCalendar } from '../../case/deadlines.js'
import { parseSignedRequest } from '../../case/messages.js'
import { AGENCY_NEEDS, type AgencyNeed } from '../../case/need.js'
import type { OpeningRequest } from '../../case/opening.js'
import type { ReferralFacts } from '../../case/package.js'
import type { Referral } from '../../case/referral.js'
import { statusOf } from '../../case/status.js'
import type { DecidedField, Field } from '../../disclosure/fields.js'
import { bytesOf, parse } from '../../door.js'
import { IndexError } from '../../errors.js'
import { fromJsonBytes, toJsonBytes } from '../../json.js'
import type { Policy } from '../../policy/policy.js'
import type { Message } from '../../port.js'
import { type Agency, agencyOf } from '../../roster/roster.js'
import { GROUPS } from '../../seal/label.js'
import { requireCase } from '../cases/cases.js'
import { agencysView, type Decided, decide, journalDecision } from '../cases/disclosures.js'
import type { History } from '../checks/history.js'
import { writtenFor } from '../children/epochs.js'
import { loadStanding, standing } from '../children/standing.js'
import { type HubContext, requireParty, roster } from '../context.js'
import { loadCounter } from '../counters.js'
import type { Draft } from '../ledger.js'
import { CASE_ROLES, requireOfficer } from '../officers.js'
import { openingKey } from '../openings/prepare-opening.js'
import { reachedFor } from '../openings/reached.js'
import type { OpeningRow } from '../rows.js'
import { numberKey } from '../shelf.js'

/** What an officer asks to refer. */
interface Asked {
  readonly case: number
  readonly to: string
  readonly because: AgencyNeed
  readonly openings: readonly Uint8Array[]
}

const prepareRequest: z.ZodType<Asked> = z.strictObject({
  case: z.number().int().min(1),
  to: z.string().max(64),
  because: z.enum(AGENCY_NEEDS),
  openings: z.array(bytesOf(16)).min(1).max(8),
})

/** How long a referral that was prepared keeps its times, for the officer's side to seal and send it. */
const PREPARED_MS = 10 * 60_000

/**
 * Decides by the disclosure rules what may go to an agency, records it, and says it; gives the referral its number and deadline.
 * For the same openings and agency it is the same referral, whether it was sent already or not.
 * @throws {IndexError} `ERR_PARTY_UNKNOWN`, `ERR_PARTY_NOT_IN_STANDING`, `ERR_OPENING_UNKNOWN`, `ERR_OPENING_EXPIRED`,
 * `ERR_CASE_STATUS`, `ERR_DISCLOSURE_DENIED`
 */
export async function prepareReferral(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message, ...CASE_ROLES)
  const asked = parse(prepareRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'referral')
  requireReceiver(hub, asked.to)
  const requests = await requireOwnOpenings(hub, asked.openings, officer.id, asked.case)
  const sent = await referralOf(hub, asked)
  if (sent !== undefined && sent.status !== 'prepared') return toJsonBytes({ sent: outlineOf(sent) })
  const file = await requireCase(hub, asked.case)
  if (file.status === 'closed') throw new IndexError('ERR_CASE_STATUS', 'the case is closed')
  const { history, verdict, policy, level, threshold } = await reachedFor(hub, file, officer.id)
  const { purpose, lawfulBasis } = requests[0]
  const parties = { officer: officer.id, to: asked.to }
  const groups = GROUPS.filter((group) => requests.some((request) => request.group === group))
  const concern = concernField(policy, history)
  const decided = decide(
    await agencysView(hub, file, parties, threshold),
    { case: file.number, ...parties, purpose, lawfulBasis },
    [
      ...groups.map((information) => ({ information })),
      concern,
      ...FROM_CHECKS.map((information) => ({ information })),
    ],
  )
  if (!groups.every((information) => decided.shows({ information }))) {
    await journalDecision(hub, decided.draft)
    throw new IndexError(
      'ERR_DISCLOSURE_DENIED',
      'the disclosure rules do not permit this referral; the denial is recorded',
    )
  }
  const base = { ...asked, officer: officer.id, purpose, lawfulBasis, threshold }
  const referral = await numbered(hub, base, [decided.draft])
  if (referral.status !== 'prepared') return toJsonBytes({ sent: outlineOf(referral) })
  const child = standing(await loadStanding(hub, [file.childId]), file.childId)
  const facts: ReferralFacts = {
    referral: referral.number,
    case: file.number,
    threshold,
    level: level?.name ?? verdict.level,
    purpose,
    lawfulBasis,
    because: asked.because,
    sentAt: referral.sentAt,
    decisionDueAt: referral.decisionDueAt,
    agencyChildId: writtenFor(hub, asked.to, child?.childId ?? file.childId),
    ...partsOf(hub, policy, history, asked.to, { decided, concern }),
    ...decisionsIn(decided.decisions),
  }
  return toJsonBytes({ prepared: facts })
}

/** A referral as whoever repeats it hears of it. */
export type ReferralOutline = Pick<Referral, 'status' | 'decisionDueAt'> & { readonly referral: number }

export function outlineOf({ number, status, decisionDueAt }: Referral): ReferralOutline {
  return { referral: number, status, decisionDueAt }
}

/**
 * The agency, if a referral may be sent to it now.
 * @throws {IndexError} `ERR_PARTY_UNKNOWN`, `ERR_PARTY_NOT_IN_STANDING`
 */
export function requireReceiver(hub: HubContext, to: string): Agency {
  const agency = requireParty(hub, to, 'agency')
  if (agency.agreementUntil !== undefined && agency.agreementUntil <= hub.clock())
    throw new IndexError('ERR_PARTY_NOT_IN_STANDING', 'the agency’s information-sharing agreement has ended')
  return agency
}

/** The requests of an officer's own openings of one case, all for one purpose and on one basis. */
async function requireOwnOpenings(
  hub: HubContext,
  openings: readonly Uint8Array[],
  officer: string,
  caseNumber: number,
): Promise<readonly [OpeningRequest, ...OpeningRequest[]]> {
  const rows = await hub.shelf.get(
    'opening',
    openings.map((opening) => openingKey(hub, opening)),
  )
  const [first, ...more] = rows.map((row) => requireOwn(row, officer, caseNumber, hub.clock()))
  const isOne = more.every(
    ({ purpose, lawfulBasis }) => purpose === first?.purpose && lawfulBasis === first.lawfulBasis,
  )
  if (first !== undefined && isOne) return [first, ...more]
  throw new IndexError('ERR_REQUEST_INVALID', 'a referral is of openings for one purpose, on one lawful basis', {
    field: 'openings',
  })
}

function requireOwn(row: OpeningRow | undefined, officer: string, caseNumber: number, now: number): OpeningRequest {
  if (row === undefined || row.officer !== officer || row.case !== caseNumber)
    throw new IndexError('ERR_OPENING_UNKNOWN', 'this officer has no such opening of this case')
  if (row.expiry <= now) throw new IndexError('ERR_OPENING_EXPIRED', 'the opening has expired: open the case anew')
  return parseSignedRequest(fromJsonBytes(row.request)).request
}

/** What a package says of the checks besides the concern, each decided on whether or not there is anything of it. */
const FROM_CHECKS = ['carer-factors', 'involvement', 'sensitive-involvement'] as const

/** The level, the incidents and the indicators: with a duty to share them where one of them points to significant harm. */
function concernField(policy: Policy, { checks }: History): Field {
  return { information: 'concern', status: statusOf(policy, checks) }
}

function decisionsIn(decisions: readonly DecidedField[]): Pick<ReferralFacts, 'disclosed' | 'leftOut' | 'obligations'> {
  const told = (permitted: boolean) =>
    decisions.flatMap(({ request: { information }, decision }) =>
      decision.permitted === permitted ? [{ information, basis: decision.basis }] : [],
    )
  const obligations = [...new Set(decisions.flatMap(({ decision }) => decision.obligations))]
  return { disclosed: told(true), leftOut: told(false), obligations }
}

/** What the checks say, as far as it was permitted. */
function partsOf(
  hub: HubContext,
  policy: Policy,
  history: History,
  to: string,
  { decided, concern }: { readonly decided: Decided; readonly concern: Field },
): Pick<ReferralFacts, 'concerns' | 'carerFactors' | 'involvement' | 'earlierChecks'> {
  const may = (information: (typeof FROM_CHECKS)[number]): boolean => decided.shows({ information })
  const namesSensitive = may('sensitive-involvement')
  const checks = history.checks.flatMap((check): (ToldCheck & { readonly agency: string })[] =>
    check.withdrawn === true ? [] : [{ ...check, sensitive: agencyOf(roster(hub), check.agency)?.sensitive === true }],
  )
  const { concerns, carerFactors, earlier } = concernsOf(policy, checks, { namesSensitive })
  const named = new Map(
    checks
      .filter(({ agency, sensitive }) => agency !== to && (sensitive ? namesSensitive : may('involvement')))
      .map(({ agency, agencyKind }) => [agency, agencyKind]),
  )
  const involvement = [...named]
    .map(([agency, agencyKind]) => ({ agency, agencyKind }))
    .sort((a, b) => (a.agency < b.agency ? -1 : 1))
  return {
    ...(decided.shows(concern) ? { concerns } : {}),
    ...(may('carer-factors') ? { carerFactors } : {}),
    ...(may('involvement') || namesSensitive ? { involvement } : {}),
    earlierChecks: decided.shows(concern) ? earlier : 0,
  }
}

/** The openings as hexadecimal digits, ascending: together with the agency they name a referral. */
function openingsIn(openings: readonly Uint8Array[]): readonly [string, ...string[]] {
  return openings.map(toHex).sort() as [string, ...string[]]
}

/** The referral that these openings were prepared or sent as, to this agency. */
async function referralOf(
  hub: HubContext,
  { openings, to }: Pick<Asked, 'openings' | 'to'>,
): Promise<Referral | undefined> {
  const ids = openingsIn(openings)
  const row = await hub.shelf.one('opening', openingKey(hub, Buffer.from(ids[0], 'hex')))
  const known = row?.referred?.find((each) => each.to === to && each.openings.join() === ids.join())
  return known === undefined ? undefined : hub.shelf.one('referral', numberKey(known.referral))
}

type Prepared = Pick<Referral, 'case' | 'to' | 'because' | 'officer' | 'purpose' | 'lawfulBasis' | 'threshold'> &
  Pick<Asked, 'openings'>

/** The referral with its number and times. One that another process prepared meanwhile is that one. */
async function numbered(hub: HubContext, asked: Prepared, drafts: readonly Draft[]): Promise<Referral> {
  const calendar = await englishCalendar()
  const ids = openingsIn(asked.openings)
  const key = openingKey(hub, Buffer.from(ids[0], 'hex'))
  const found: { referral?: Referral } = {}
  const build = async (_: number, at: number) => {
    const before = await referralOf(hub, asked)
    if (before !== undefined && (before.status !== 'prepared' || isFresh(before, asked, at))) {
      found.referral = before
      return { drafts }
    }
    const row = await hub.shelf.one('opening', key)
    if (row === undefined) throw new IndexError('ERR_OPENING_UNKNOWN', 'this officer has no such opening of this case')
    const counter = await loadCounter(hub, 'referral')
    const { case: of, to, because, officer, purpose, lawfulBasis, threshold } = asked
    const referral: Referral = {
      ...{ case: of, to, because, officer, purpose, lawfulBasis, threshold },
      number: before?.number ?? counter.next(),
      openings: ids,
      sentAt: at,
      decisionDueAt: calendar.addWorkingDays(at, 1),
      sealed: new Uint8Array(0),
      status: 'prepared',
    }
    found.referral = referral
    if (before !== undefined) return { drafts, puts: [hub.shelf.put('referral', numberKey(referral.number), referral)] }
    const referred = [...(row.referred ?? []), { to, openings: ids, referral: referral.number }]
    return {
      drafts,
      puts: [...counter.puts(), hub.shelf.put('opening', key, { ...row, referred })],
      inserts: [hub.shelf.insert('referral', numberKey(referral.number), referral)],
    }
  }
  // Another process may have drawn the same number meanwhile: then the next one.
  while (!(await hub.ledger.write(build)));
  if (found.referral === undefined) throw new IndexError('ERR_STORE_FAILED', 'the referral was not recorded')
  return found.referral
}

/** Whether what was prepared before still stands: two processes at once send one referral with one deadline. */
function isFresh(before: Referral, { because, threshold }: Prepared, at: number): boolean {
  return at - before.sentAt < PREPARED_MS && before.because === because && before.threshold === threshold
}
