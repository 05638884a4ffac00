import { z } from 'zod'
import { REFERRAL_STATUSES, type Referral, type ReferralStatus } from '../../case/referral.js'
import { parse } from '../../door.js'
import { IndexError } from '../../errors.js'
import { fromJsonBytes, toJsonBytes } from '../../json.js'
import type { Message } from '../../port.js'
import { numbersOn } from '../cases/listing.js'
import type { HubContext } from '../context.js'
import { CASE_ROLES, requireOfficer } from '../officers.js'
import { numberKey, pages } from '../shelf.js'
import { listOfReferrals } from './referrals.js'

/** A referral without its package, which only the receiving agency can read. */
export type PublicReferral = Omit<Referral, 'sealed'>

export interface ReferralFilter {
  readonly status?: ReferralStatus | undefined
  readonly after?: number | undefined
}

const PAGE = 100
const number = z.number().int().min(1)
const referralsRequest = z.strictObject({ status: z.enum(REFERRAL_STATUSES).optional(), after: number.optional() })
const referralRequest = z.strictObject({ referral: number })

/** Referrals that were sent, by number; of one status no others are read. */
export async function* listReferrals(
  hub: HubContext,
  { status, after = 0 }: ReferralFilter = {},
): AsyncGenerator<PublicReferral> {
  if (status === undefined) {
    for await (const rows of pages(hub.shelf, 'referral', PAGE, numberKey(after)))
      for (const { value } of rows) if (value.status !== 'prepared') yield publicReferral(value)
    return
  }
  for await (const number of numbersOn(hub, [listOfReferrals(status)], after, PAGE)) {
    const row = await hub.shelf.one('referral', numberKey(number))
    // It may have gone on since its list was read.
    if (row?.status === status) yield publicReferral(row)
  }
}

function publicReferral({ sealed: _, ...referral }: Referral): PublicReferral {
  return referral
}

/** A page of referrals for an officer. */
export async function referralsForOfficer(hub: HubContext, message: Message): Promise<Uint8Array> {
  requireOfficer(hub, message, ...CASE_ROLES)
  const filter = parse(referralsRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'referrals')
  const referrals: PublicReferral[] = []
  for await (const each of listReferrals(hub, filter)) {
    referrals.push(each)
    if (referrals.length === PAGE) break
  }
  return toJsonBytes({ referrals })
}

/** One referral for an officer. @throws {IndexError} `ERR_REFERRAL_UNKNOWN` */
export async function referralForOfficer(hub: HubContext, message: Message): Promise<Uint8Array> {
  requireOfficer(hub, message, ...CASE_ROLES)
  const { referral: wanted } = parse(referralRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'referral')
  const row = await hub.shelf.one('referral', numberKey(wanted))
  if (row === undefined || row.status === 'prepared')
    throw new IndexError('ERR_REFERRAL_UNKNOWN', 'there is no referral with this number', { field: 'referral' })
  return toJsonBytes(publicReferral(row))
}
