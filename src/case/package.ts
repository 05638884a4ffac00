import { encode } from '../bytes.js'
import type { DisclosureBasis } from '../disclosure/basis.js'
import type { Information, Obligation } from '../disclosure/decide.js'
import type { LawfulBasis, Purpose } from '../disclosure/purpose.js'
import { parse } from '../door.js'
import { isIndexError } from '../errors.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'
import type { Threshold } from '../policy/policy.js'
import { type HpkeKey, hpkeOpen, hpkeSeal } from '../seal/hpke.js'
import type { CarerFactor, Concern } from './concern.js'
import type { AgencyNeed } from './need.js'
import { referralPackage } from './package-shape.js'
import { REFERRAL_STATUSES, type ReferralStatus } from './referral.js'

/**
 * What the receiving agency reads: who the child is, what was seen, on what basis it is told, and by when it must decide. Its
 * JSON schema is `schemas/referral-2.json` in this package.
 */
export interface ReferralPackage extends ReferralFacts {
  readonly version: 2
  /** Groups of sealed details that this agency needs. */
  readonly details: { readonly identity?: unknown; readonly carers?: unknown }
  readonly notice: string
}

/** All of a package that the hub can say: nothing that was sealed. */
export interface ReferralFacts {
  readonly referral: number
  readonly case: number
  readonly threshold: Threshold
  readonly level: string
  readonly purpose: Purpose
  readonly lawfulBasis: LawfulBasis
  /** Why the receiving agency needs to know. */
  readonly because: AgencyNeed
  readonly sentAt: number
  readonly decisionDueAt: number
  /** The child as this agency sees it, in the epoch of the sending: with it, checks can follow at once. */
  readonly agencyChildId: string
  /** Each part only where the disclosure rules permit it for this agency; else it is named in `leftOut`. */
  readonly concerns?: readonly Concern[] | undefined
  readonly carerFactors?: readonly CarerFactor[] | undefined
  /** Other agencies that know the child. Their references are theirs, and not among it. */
  readonly involvement?: readonly InvolvedAgency[] | undefined
  /** How many older checks there are that the package does not tell of. */
  readonly earlierChecks: number
  readonly disclosed: readonly Told[]
  /** What no rule permits. It says nothing of whether there is anything to tell. */
  readonly leftOut: readonly Told[]
  /** What whoever holds this must do. */
  readonly obligations: readonly Obligation[]
}

export interface InvolvedAgency {
  readonly agency: string
  readonly agencyKind: string
}

/** A kind of information, and the rule that decided on it. */
export interface Told {
  readonly information: Information
  readonly basis: DisclosureBasis
}

/** A referral as the receiving agency reads it. */
export interface AgencyReferral extends ReferralPackage {
  readonly kind: 'referral'
  readonly status: ReferralStatus
  /** When a check behind the case was last taken back; absent where none was. */
  readonly amendedAt?: number | undefined
}

/** A referral whose package does not open under this agency's key, or is another's: ask the officer to send it again. */
export interface UnreadableReferral {
  readonly kind: 'unreadable'
  readonly referral: number
}

/** A row of an agency's inbox. */
export interface InboxRow {
  readonly referral: number
  readonly sealed: Uint8Array
  readonly status: string
  readonly amendedAt?: number | undefined
}

/**
 * Seals a referral package to the receiving agency's key.
 * @throws {IndexError} `ERR_MESSAGE_MALFORMED` for one that does not keep to its schema: the agency could not read it
 */
export function sealPackage(
  hub: Uint8Array,
  to: { readonly id: string; readonly hpke: Uint8Array },
  content: ReferralPackage,
): Promise<Uint8Array> {
  const bytes = toJsonBytes(content)
  parse(referralPackage, fromJsonBytes(bytes), 'ERR_MESSAGE_MALFORMED', 'referral')
  return hpkeSeal(to.hpke, packageInfo(hub, to.id), EMPTY, bytes)
}

/**
 * The referral that an agency finds in its inbox.
 * @param keys the one of now first; a referral that was sealed to an earlier one can still be read
 */
export async function openReferral(
  hub: Uint8Array,
  agency: string,
  keys: readonly HpkeKey[],
  row: InboxRow,
): Promise<AgencyReferral | UnreadableReferral> {
  for (const key of keys) {
    const opened = await openedBy(hub, agency, key, row)
    if (opened.kind === 'referral') return opened
  }
  return { kind: 'unreadable', referral: row.referral }
}

async function openedBy(
  hub: Uint8Array,
  agency: string,
  key: HpkeKey,
  row: InboxRow,
): Promise<AgencyReferral | UnreadableReferral> {
  const { referral, amendedAt } = row
  try {
    const bytes = await hpkeOpen(key, packageInfo(hub, agency), EMPTY, row.sealed)
    const content = parse(referralPackage, fromJsonBytes(bytes), 'ERR_MESSAGE_MALFORMED', 'referral')
    const status = REFERRAL_STATUSES.find((each) => each === row.status)
    if (content.referral !== referral || status === undefined) return { kind: 'unreadable', referral }
    return { kind: 'referral', ...content, status, ...(amendedAt === undefined ? {} : { amendedAt }) }
  } catch (error) {
    if (isIndexError(error)) return { kind: 'unreadable', referral }
    throw error
  }
}

const EMPTY = new Uint8Array(0)

function packageInfo(hub: Uint8Array, agency: string): Uint8Array {
  return encode('referral-package/v1', hub, agency)
}
