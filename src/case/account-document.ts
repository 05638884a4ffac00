import type { LawfulBasis, Purpose } from '../disclosure/purpose.js'
import type { Policy, Threshold } from '../policy/policy.js'
import { GROUPS, type Group } from '../seal/label.js'
import {
  ACCOUNT_PARTS,
  type AccountPart,
  type AccountRequest,
  WITHHOLDING_SOURCES,
  type WithholdingReason,
} from './account.js'
import type { CorrectionAbout, CorrectionOutcome, CorrectionReason } from './account-correction.js'
import type { CodeAndLabel } from './dossier/timeline.js'
import type { EnquiryOutcome } from './enquiry.js'
import type { ReferralOutcome } from './referral.js'

/**
 * What the index holds of any child: the same words for everybody, made of the hub's name, the public policy and the request
 * alone. A carer is given this and nothing else, so that it cannot tell whether there are checks, cases or a registration
 * (Data Protection Act 2018 schedule 3 part 5), nor where a shielded child is.
 */
export interface AccountOfAny {
  readonly account: number
  readonly reference: string
  readonly askedAt: number
  /** Whose index it is. */
  readonly hub: string
  readonly policy: { readonly id: string; readonly title: string; readonly horizonDays: number }
  /** Every word that a check can say. */
  readonly incidents: readonly CodeAndLabel[]
  readonly indicators: readonly CodeAndLabel[]
  /** Groups of details that a registration seals. */
  readonly groups: readonly Group[]
  readonly parts: readonly AccountPart[]
  /** Why parts of a child's account may be left out, with the law that allows it: said to everybody, and so to nobody. */
  readonly mayBeWithheld: readonly { readonly reason: WithholdingReason; readonly source: string }[]
}

export interface CarerAccount extends AccountOfAny {
  readonly for: 'carer'
}

export interface ChildAccount extends AccountOfAny {
  readonly for: 'child'
  readonly held: Held
}

export type Account = CarerAccount | ChildAccount

/** What is held of one child, part by part. An agency is named only where the disclosure rules permit it. */
export interface Held {
  readonly details: readonly { readonly group: Group; readonly version: number; readonly sealedAt: number }[]
  /** Oldest first. */
  readonly checks: readonly HeldCheck[]
  readonly enquiries: readonly {
    readonly openedAt: number
    readonly outcome?: EnquiryOutcome | undefined
    readonly endedAt?: number | undefined
  }[]
  readonly cases: readonly HeldCase[]
  readonly openings: readonly HeldOpening[]
  readonly referrals: readonly HeldReferral[]
  readonly consents: readonly HeldConsent[]
  readonly corrections: readonly HeldCorrection[]
}

export interface NamedAgency {
  readonly agencyKind: string
  readonly agency?: string | undefined
}

export interface HeldCheck extends NamedAgency {
  /** First ten digits of the check's id, by which a correction can be asked for. */
  readonly check: string
  readonly occurredAt: number
  readonly incident: CodeAndLabel
  readonly indicators: readonly CodeAndLabel[]
  readonly withdrawn: boolean
  /** The child, or somebody for the child, says that it is wrong, and its agency did not agree. */
  readonly disputed: boolean
}

export interface HeldCase {
  readonly level: string
  readonly threshold: Threshold
  readonly raisedAt: number
  readonly determinedBy: number
  readonly closedAt?: number | undefined
  readonly reason?: string | undefined
}

export interface HeldOpening {
  readonly group: Group
  readonly purpose: Purpose
  readonly lawfulBasis: LawfulBasis
  readonly openedAt: number
  /** Who, by what they do and not by name. */
  readonly by: 'caseworker' | 'manager' | 'officer'
  /** When the officer read it. */
  readonly readAt: readonly number[]
}

export interface HeldReferral extends NamedAgency {
  readonly sentAt: number
  readonly purpose: string
  readonly lawfulBasis: LawfulBasis
  readonly receivedAt?: number | undefined
  readonly outcome?: ReferralOutcome | undefined
  readonly decidedAt?: number | undefined
}

export interface HeldConsent {
  readonly by: 'child' | 'carer'
  readonly kind: string
  readonly information: string
  /** Who was to be told. */
  readonly to: NamedAgency | 'management'
  readonly given: boolean
  readonly at: number
  readonly until?: number | undefined
  readonly withdrawnAt?: number | undefined
}

export interface HeldCorrection {
  readonly askedAt: number
  readonly about: CorrectionAbout
  readonly reason: CorrectionReason
  readonly outcome?: CorrectionOutcome | undefined
  readonly decidedAt?: number | undefined
}

export const NOTHING_HELD: Held = {
  details: [],
  checks: [],
  enquiries: [],
  cases: [],
  openings: [],
  referrals: [],
  consents: [],
  corrections: [],
}

type Asked = Pick<AccountRequest, 'number' | 'reference' | 'askedAt'>

function ofAny(hub: string, policy: Policy, { number, reference, askedAt }: Asked): AccountOfAny {
  const { id, title, horizonDays } = policy
  return {
    account: number,
    reference,
    askedAt,
    hub,
    policy: { id, title, horizonDays },
    incidents: labelled(policy.incidents),
    indicators: labelled(policy.indicators),
    groups: GROUPS,
    parts: ACCOUNT_PARTS,
    mayBeWithheld: Object.entries(WITHHOLDING_SOURCES).map(([reason, source]) => ({
      reason: reason as WithholdingReason,
      source,
    })),
  }
}

function labelled(codes: Readonly<Record<string, { readonly label: string }>>): readonly CodeAndLabel[] {
  return Object.entries(codes)
    .map(([code, { label }]) => ({ code, label }))
    .sort((a, b) => (a.code < b.code ? -1 : 1))
}

/** A carer's account. Nothing of a child goes into it, because nothing of a child is given to it. */
export function carerAccount(hub: string, policy: Policy, asked: Asked): CarerAccount {
  return { for: 'carer', ...ofAny(hub, policy, asked) }
}

/** A child's own account. What is withheld is as empty as where nothing is held. */
export function childAccount(
  hub: string,
  policy: Policy,
  asked: Asked,
  held: Held,
  withheld: ReadonlySet<AccountPart>,
): ChildAccount {
  const shown = Object.fromEntries(ACCOUNT_PARTS.map((part) => [part, withheld.has(part) ? [] : held[part]]))
  return { for: 'child', ...ofAny(hub, policy, asked), held: { ...NOTHING_HELD, ...shown } }
}

/** The part of a check's id that an account names it by. */
export function checkName(checkId: string): string {
  return checkId.slice(0, 10)
}
