import { z } from 'zod'
import { encode } from '../bytes.js'
import { instant, parse } from '../door.js'
import { isIndexError } from '../errors.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'
import { type HpkeKey, hpkeOpen, hpkeSeal } from '../seal/hpke.js'
import { LAWFUL_BASES, type ReferralPackage } from './referral.js'

/** A referral as the receiving agency reads it. */
export interface AgencyReferral extends ReferralPackage {
  readonly kind: 'referral'
  readonly status: 'received' | 'decided'
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

const referralPackage = z.strictObject({
  referral: z.number().int().min(1),
  case: z.number().int().min(1),
  threshold: z.enum(['none', 'child-in-need', 'child-protection']),
  level: z.string().max(64),
  purpose: z.string().max(64),
  lawfulBasis: z.enum(LAWFUL_BASES),
  sentAt: instant,
  decisionDueAt: instant,
  // Packages from before ids were translated have none.
  agencyChildId: z.string().max(64).optional(),
  details: z.strictObject({ identity: z.unknown().optional(), carers: z.unknown().optional() }),
  notice: z.string().max(1024),
})

/** Seals a referral package to the receiving agency's key. */
export function sealPackage(
  hub: Uint8Array,
  to: { readonly id: string; readonly hpke: Uint8Array },
  content: ReferralPackage,
): Promise<Uint8Array> {
  return hpkeSeal(to.hpke, packageInfo(hub, to.id), EMPTY, toJsonBytes(content))
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
  const { referral, status, amendedAt } = row
  try {
    const bytes = await hpkeOpen(key, packageInfo(hub, agency), EMPTY, row.sealed)
    const content = parse(referralPackage, fromJsonBytes(bytes), 'ERR_MESSAGE_MALFORMED', 'referral')
    if (content.referral !== referral) return { kind: 'unreadable', referral }
    const decided = status === 'decided' ? 'decided' : 'received'
    return { kind: 'referral', ...content, status: decided, ...(amendedAt === undefined ? {} : { amendedAt }) }
  } catch (error) {
    if (isIndexError(error)) return { kind: 'unreadable', referral }
    throw error
  }
}

const EMPTY = new Uint8Array(0)

function packageInfo(hub: Uint8Array, agency: string): Uint8Array {
  return encode('referral-package/v1', hub, agency)
}
