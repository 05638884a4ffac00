import {
  type CaseSummary,
  type DisclosureBasis,
  type Dossier,
  decideDisclosure,
  type EnquiryOutcome,
  type ErrorCode,
  isIndexError,
  type OpenedDetails,
  type Opening,
  type PublicEnquiry,
} from '../../index.js'
import type { Authority } from './authority.js'

/** Cases that the officer reviews before choosing one to open. */
const REVIEWED_MAX = 50
const SOCIAL_CARE = 'childrens-services'
const ENQUIRY_OUTCOME: EnquiryOutcome = 'lives-in-another-authority'
const ASKED = { purpose: 'referral', lawfulBasis: 'public-task' } as const
const CONSENT = { carer: 'not-sought', child: 'not-sought', childUnderstands: false } as const

/** What the management function did in its day. */
export interface Office {
  readonly cases: readonly CaseSummary[]
  readonly opened: OpenedCase | undefined
  readonly openings: number
  /** Openings that were refused, and why. */
  readonly refused: readonly { readonly case: number; readonly level: string; readonly code: ErrorCode }[]
  readonly referral: ReadReferral | undefined
  readonly enquiries: readonly PublicEnquiry[]
  readonly ended: { readonly number: number; readonly outcome: EnquiryOutcome } | undefined
}

export interface OpenedCase {
  readonly dossier: Dossier
  readonly basis: DisclosureBasis
  readonly openings: readonly Opening[]
  /** What only the officer's key could read. */
  readonly details: readonly OpenedDetails[]
}

export interface ReadReferral {
  readonly referral: number
  readonly to: string
  readonly decisionDueAt: number
  /** What the receiving agency found in its inbox. */
  readonly groups: readonly string[]
  readonly decision: string
}

type RefusedOpening = Office['refused'][number]

/** An officer's day: reviews the gravest cases, opens one, refers it, and ends an enquiry. */
export async function workCases(authority: Authority): Promise<Office> {
  const cases = await everyCase(authority)
  const refused: RefusedOpening[] = []
  const opened = await openOne(authority, await byBreadth(authority, cases), refused)
  await tryBelowThreshold(authority, cases, refused)
  const referral = opened === undefined ? undefined : await refer(authority, opened)
  const ended = await endOneEnquiry(authority)
  return {
    cases,
    opened,
    openings: opened?.openings.length ?? 0,
    refused,
    referral,
    enquiries: await everyEnquiry(authority),
    ended,
  }
}

async function everyCase({ officer }: Authority): Promise<readonly CaseSummary[]> {
  const cases: CaseSummary[] = []
  for (;;) {
    const after = cases.at(-1)?.number
    const page = await officer.cases(after === undefined ? {} : { after })
    if (page.length === 0) return cases
    cases.push(...page)
  }
}

/** Cases of the highest threshold that any has reached; those that the most kinds of agency contributed to come first. */
async function byBreadth({ officer }: Authority, cases: readonly CaseSummary[]): Promise<readonly Dossier[]> {
  const atThreshold = (threshold: string): readonly CaseSummary[] =>
    cases.filter((each) => each.threshold === threshold)
  const gravest = [atThreshold('child-protection'), atThreshold('child-in-need')].find(({ length }) => length > 0) ?? []
  const dossiers: Dossier[] = []
  for (const { number } of gravest.slice(0, REVIEWED_MAX)) dossiers.push(await officer.review(number))
  return dossiers.sort((a, b) => b.agencyKinds.length - a.agencyKinds.length || a.number - b.number)
}

/** Opens the first case that can be opened. One about a child whom nobody registered cannot: nothing of it was ever sealed. */
async function openOne(
  { officer }: Authority,
  candidates: readonly Dossier[],
  refused: RefusedOpening[],
): Promise<OpenedCase | undefined> {
  for (const { number, level, threshold } of candidates) {
    try {
      await officer.take(number)
      const identity = await officer.open({ case: number, group: 'identity', ...ASKED })
      const openings = [identity]
      if (threshold === 'child-protection')
        openings.push(await officer.open({ case: number, group: 'carers', ...ASKED }))
      const details: OpenedDetails[] = []
      for (const { opening } of openings) details.push(await officer.read(opening))
      const rules = { information: 'identity', threshold, status: 'none', needToKnow: true, consent: CONSENT } as const
      return { dossier: await officer.review(number), basis: decideDisclosure(rules).basis, openings, details }
    } catch (error) {
      if (!isIndexError(error, 'ERR_OPENING_UNKNOWN')) throw error
      refused.push({ case: number, level, code: error.code })
    }
  }
  return undefined
}

/** Asks for a case that has reached no threshold: the rules refuse, and the refusal is recorded. */
async function tryBelowThreshold(
  { officer }: Authority,
  cases: readonly CaseSummary[],
  refused: RefusedOpening[],
): Promise<void> {
  const below = cases.find(({ threshold }) => threshold === 'none')
  if (below === undefined) return
  await officer.take(below.number)
  try {
    await officer.open({ case: below.number, group: 'identity', ...ASKED })
  } catch (error) {
    if (!isIndexError(error, 'ERR_DISCLOSURE_DENIED')) throw error
    refused.push({ case: below.number, level: below.level, code: error.code })
  }
}

async function refer(authority: Authority, { dossier, openings }: OpenedCase): Promise<ReadReferral | undefined> {
  const agency = authority.agencies.get(SOCIAL_CARE)?.agency
  if (agency === undefined) return undefined
  const ids = openings.map(({ opening }) => opening)
  const { referral, decisionDueAt } = await authority.officer.refer({
    case: dossier.number,
    to: SOCIAL_CARE,
    openings: ids,
    because: 'acts-on-referral',
  })
  const groups: string[] = []
  for await (const received of agency.referrals()) {
    if (received.kind === 'referral' && received.referral === referral) groups.push(...Object.keys(received.details))
  }
  const decision = 'strategy-discussion'
  await agency.decide(referral, decision)
  return { referral, to: SOCIAL_CARE, decisionDueAt, groups, decision }
}

/** The enquiry with the fewest checks turns out to be about a child of the next authority. */
async function endOneEnquiry(authority: Authority): Promise<Office['ended']> {
  const open = (await everyEnquiry(authority)).filter(({ status }) => status === 'open')
  const [least] = open.sort((a, b) => a.checks - b.checks || a.number - b.number)
  if (least === undefined) return undefined
  await authority.officer.endEnquiry(least.number, ENQUIRY_OUTCOME)
  return { number: least.number, outcome: ENQUIRY_OUTCOME }
}

async function everyEnquiry({ hub }: Authority): Promise<readonly PublicEnquiry[]> {
  const enquiries: PublicEnquiry[] = []
  for await (const enquiry of hub.enquiries()) enquiries.push(enquiry)
  return enquiries
}
