import { z } from 'zod'
import { fromHex } from '../bytes.js'
import type { AgencyNeed } from '../case/need.js'
import { PURPOSES } from '../case/opening.js'
import { sealPackage } from '../case/package.js'
import { LAWFUL_BASES, REFERRAL_NOTICE } from '../case/referral.js'
import { type Consent, NOT_SOUGHT } from '../disclosure/decide.js'
import { instant, parse } from '../door.js'
import { IndexError } from '../errors.js'
import type { Connection } from '../party.js'
import { THRESHOLDS } from '../policy/policy.js'
import type { SendOptions } from '../port.js'
import { agencyOf } from '../roster/roster.js'
import type { OneUseKeys } from './one-use-keys.js'
import { readDetails } from './read.js'

/** Sending agencies what they need to act. */
export interface Referring {
  /** Sends an agency what it needs to act, sealed to its key. */
  refer(ask: ReferAsk, options?: SendOptions): Promise<SentReferral>
}

export function referring(line: Connection, keys: OneUseKeys): Referring {
  return { refer: (ask, send) => referCase(line, keys, ask, send) }
}

export interface ReferAsk {
  readonly case: number
  readonly to: string
  readonly openings: readonly string[]
  /** Why the agency needs to know; put on record with the case. */
  readonly because: AgencyNeed
  readonly consent?: Consent | undefined
}

export interface SentReferral {
  readonly referral: number
  readonly to: string
  readonly decisionDueAt: number
}

const referReply = z.strictObject({
  referral: instant,
  threshold: z.enum(THRESHOLDS),
  level: z.string(),
  purpose: z.enum(PURPOSES),
  lawfulBasis: z.enum(LAWFUL_BASES),
  sentAt: instant,
  decisionDueAt: instant,
  agencyChildId: z.string().max(64),
})

/** Reads what was opened, asks what may go to the agency, and sends it sealed to the agency's key. */
async function referCase(line: Connection, keys: OneUseKeys, ask: ReferAsk, send?: SendOptions): Promise<SentReferral> {
  const { consent = NOT_SOUGHT, because, to } = ask
  const agency = agencyOf(await line.roster(send), to)
  if (agency === undefined) throw new IndexError('ERR_PARTY_UNKNOWN', 'no agency is on the roster under this id')
  const [first] = ask.openings
  if (first === undefined)
    throw new IndexError('ERR_OPENING_UNKNOWN', 'a referral needs at least one opening of the case')
  const read = await Promise.all(ask.openings.map((opening) => readDetails(line, keys, opening, send)))
  if (read.some(({ request }) => request.case !== ask.case))
    throw new IndexError('ERR_OPENING_UNKNOWN', 'an opening is of another case')
  const groups = [...new Set(read.map(({ opened }) => opened.group))]
  const question = { case: ask.case, to, groups, opening: fromHex(first), because, consent }
  const offer = parse(
    referReply,
    await line.ask('prepare-referral', question, send),
    'ERR_MESSAGE_MALFORMED',
    'referral',
  )
  const details = Object.fromEntries(read.map(({ opened }) => [opened.group, opened.details]))
  const sealed = await sealPackage(
    line.hub,
    { id: agency.id, hpke: agency.keys.hpke },
    { ...offer, case: ask.case, details, notice: REFERRAL_NOTICE },
  )
  await line.ask('refer', { referral: offer.referral, case: ask.case, to, opening: fromHex(first), sealed }, send)
  return { referral: offer.referral, to, decisionDueAt: offer.decisionDueAt }
}
