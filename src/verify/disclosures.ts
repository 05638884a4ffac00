import { z } from 'zod'
import { equalBytes } from '../bytes.js'
import { AGENCY_NEEDS } from '../case/need.js'
import { REFERRAL_OUTCOMES } from '../case/referral.js'
import { consentShape, decideDisclosure } from '../disclosure/decide.js'
import { parse } from '../door.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'
import { agencyOf } from '../roster/roster.js'
import { approve, bump, type Docket, inspect, type Place, passOver, permittedName, requires } from './docket.js'
import { openedBy } from './openings.js'

const name = z.string().min(1).max(64)
const number = z.number().int().min(1)
const instant = z.number().int().min(0)
const disclosure = z.strictObject({
  case: number,
  officer: name,
  to: name.optional(),
  purpose: name,
  lawfulBasis: name,
  request: z.strictObject({
    information: z.enum([
      'existence',
      'check',
      'identity',
      'carers',
      'carer-factors',
      'involvement',
      'sensitive-involvement',
      'concern',
    ]),
    threshold: z.enum(['none', 'child-in-need', 'child-protection']),
    status: z.enum(['none', 'crime-prevention', 'significant-harm']),
    needToKnow: z.boolean(),
    consent: consentShape,
  }),
  decision: z.unknown(),
})
const referral = z.discriminatedUnion('event', [
  z.strictObject({
    event: z.literal('sent'),
    number,
    case: number,
    opening: z.string().regex(/^[0-9a-f]{32}$/),
    to: name,
    because: z.enum(AGENCY_NEEDS),
    officer: name,
    purpose: name,
    lawfulBasis: name,
    threshold: name,
    sentAt: instant,
    decisionDueAt: instant,
    status: z.literal('sent'),
  }),
  z.strictObject({ event: z.literal('received'), number, to: name }),
  z.strictObject({ event: z.literal('decided'), number, to: name, outcome: z.enum(REFERRAL_OUTCOMES) }),
  z.strictObject({ event: z.literal('amended'), number, to: name }),
])

/** The rules, asked again, give the decision that is recorded. */
export function verifyDisclosure(docket: Docket, place: Place, body: Uint8Array): void {
  inspect(docket, place.position, 'a disclosure does not stand', () => {
    const said = parse(disclosure, fromJsonBytes(body), 'ERR_ENTRY_MALFORMED', 'disclosure')
    const decided = decideDisclosure(said.request)
    const isRules = equalBytes(toJsonBytes(decided), toJsonBytes(said.decision))
    requires(isRules, 'ERR_DISCLOSURE_DENIED', 'the rules decide otherwise')
    if (decided.permitted) docket.permitted.add(permittedName(said, said.request.information))
    approve(docket, 'disclosure decisions are those that the rules give')
    passOver(
      docket,
      'disclosure decisions rest on what the hub says of need, consent and threshold, and name their officer unsigned',
    )
  })
}

/** A referral goes out by the officer of a released opening, after a permit for its agency. */
export function verifyReferral(docket: Docket, place: Place, body: Uint8Array): void {
  inspect(docket, place.position, 'a referral does not stand', () => {
    const said = parse(referral, fromJsonBytes(body), 'ERR_ENTRY_MALFORMED', 'referral')
    if (said.event !== 'sent') {
      const isSent = docket.referrals.get(said.number) === said.to
      requires(isSent, 'ERR_REFERRAL_UNKNOWN', 'no such referral was sent to this agency')
      approve(docket, 'receipts, outcomes and amendments of referrals are about one that was sent')
      return
    }
    requires(!docket.referrals.has(said.number), 'ERR_REFERRAL_UNKNOWN', 'its number was used before')
    docket.referrals.set(said.number, said.to)
    bump(docket.counts.referralsByAgency, said.to)
    requires(
      agencyOf(place.roster, said.to) !== undefined,
      'ERR_PARTY_UNKNOWN',
      'no such agency was on the roster then',
    )
    openedBy(docket, place, said.opening, said.officer, said.case)
    const isPermitted = (['identity', 'carers'] as const).some((group) =>
      docket.permitted.has(permittedName(said, group)),
    )
    requires(isPermitted, 'ERR_DISCLOSURE_DENIED', 'no permit by the disclosure rules stands before it')
    approve(docket, 'referrals follow an opening that a quorum released, and a permit for their agency')
    passOver(docket, 'referrals name their officer and agency unsigned: each agency knows which it received')
  })
}
