import { z } from 'zod'
import { toHex } from '../bytes.js'
import { parseSignedRequest } from '../case/messages.js'
import { needsToKnow } from '../case/need.js'
import {
  type JournalledAnswer,
  journalledAnswerIsSignedBy,
  REFUSAL_REASONS,
  requestHash,
  requestIsSignedBy,
} from '../case/opening.js'
import { LAWFUL_BASES, PURPOSES } from '../disclosure/purpose.js'
import { bytesOf, bytesUpTo, parse } from '../door.js'
import type { Entry } from '../journal/entry.js'
import { fromJsonBytes } from '../json.js'
import { rosterAt } from '../roster/history.js'
import { keysetOf, type Officer, policyInForce } from '../roster/roster.js'
import {
  approve,
  bump,
  type Docket,
  inspect,
  type KnownOpening,
  type Place,
  passOver,
  permittedName,
  requires,
} from './docket.js'
import { officerAt, requireOwnOnce, saidBy } from './signed-words.js'

const name = z.string().min(1).max(64)
const answered = { opening: bytesOf(16), custodian: name, signature: bytesOf(64) }
const releaseBody = z.strictObject({ ...answered, share: bytesOf(32) })
const refusalBody = z.strictObject({ ...answered, reason: z.enum(REFUSAL_REASONS) })
const viewBody = z.strictObject({
  opening: bytesOf(16),
  officer: name,
  case: z.number().int().min(1),
  asked: bytesUpTo(4_096),
})
/** Of a child whom nobody registered: there was no opening. */
const involvementView = z.strictObject({
  officer: name,
  case: z.number().int().min(1),
  purpose: z.enum(PURPOSES),
  lawfulBasis: z.enum(LAWFUL_BASES),
  asked: bytesUpTo(4_096),
})

function viewIn(body: Uint8Array): z.infer<typeof viewBody> | z.infer<typeof involvementView> {
  const read = fromJsonBytes(body)
  const isOfOpening = typeof read === 'object' && read !== null && 'opening' in read
  return isOfOpening
    ? parse(viewBody, read, 'ERR_ENTRY_MALFORMED', 'view')
    : parse(involvementView, read, 'ERR_ENTRY_MALFORMED', 'view')
}

/** A request is its officer's own, in good standing there, under the policy of its instant, after a permit. */
export function verifyOpening(docket: Docket, place: Place, body: Uint8Array): void {
  inspect(docket, place.position, 'an opening does not stand', () => {
    const signed = parseSignedRequest(fromJsonBytes(body))
    const { request } = signed
    const officer = officerAt(place, request.officer)
    const isOwn = requestIsSignedBy(place.hub, signed, officer.keys.signing)
    requires(isOwn, 'ERR_SIGNATURE_INVALID', 'its officer did not sign it')
    const id = toHex(request.opening)
    requires(!docket.openings.has(id), 'ERR_REQUEST_INVALID', 'its id was used before')
    docket.openings.set(id, { request, position: place.position, released: new Set() })
    bump(docket.counts.openingsByOfficer, officer.id)
    requires(
      policyInForce(place.roster, request.policyHash, request.at),
      'ERR_POLICY_UNKNOWN',
      'its policy was not in force',
    )
    const file = docket.cases.get(request.case)
    const isWorked = file !== undefined && file.status !== 'closed' && needsToKnow(file, officer.id)
    requires(
      isWorked || !docket.showsCases,
      'ERR_DISCLOSURE_DENIED',
      'that its officer needed to know of the case is not on record',
    )
    const isPermitted = docket.permitted.has(permittedName(request, request.group))
    requires(isPermitted, 'ERR_DISCLOSURE_DENIED', 'no permit by the disclosure rules stands before it')
    approve(docket, 'openings are signed by an officer in good standing, under the policy in force, after a permit')
  })
}

/** A custodian's answer is its own, and about a request that stands before it. */
export function verifyAnswer(docket: Docket, place: Place, { type, body }: Entry): void {
  inspect(docket, place.position, `a ${type} does not stand`, () => {
    const read = fromJsonBytes(body)
    const said =
      type === 'release'
        ? { kind: 'released' as const, ...parse(releaseBody, read, 'ERR_ENTRY_MALFORMED', 'release') }
        : { kind: 'refused' as const, ...parse(refusalBody, read, 'ERR_ENTRY_MALFORMED', 'refusal') }
    const opening = docket.openings.get(toHex(said.opening))
    requires(opening !== undefined, 'ERR_OPENING_UNKNOWN', 'no opening stands before it')
    requires(isAnsweredBy(docket, place, opening, said), 'ERR_SIGNATURE_INVALID', 'its custodian did not sign it')
    if (said.kind === 'refused') {
      bump(docket.counts.refusalsByCustodian, said.custodian)
      approve(docket, 'refusals are signed by their custodian, about an opening before them')
      return
    }
    requires(!opening.released.has(said.custodian), 'ERR_JOURNAL_INVALID', 'its custodian released before')
    opening.released.add(said.custodian)
    bump(docket.counts.releasesByCustodian, said.custodian)
    approve(docket, 'releases are signed by their custodian, about an opening before them')
    passOver(
      docket,
      'releases were checked by what the journal holds of them; what evidence moved the custodian it does not hold',
    )
  })
}

type Said =
  | (z.infer<typeof releaseBody> & { readonly kind: 'released' })
  | (z.infer<typeof refusalBody> & { readonly kind: 'refused' })

/** By a key that the custodian had when it was asked, or when its answer was journalled. */
function isAnsweredBy(docket: Docket, place: Place, { request, position }: KnownOpening, said: Said): boolean {
  const { custodian: id, signature } = said
  const hash = requestHash(place.hub, request)
  return [rosterAt(docket.rosters, position), place.roster].some((roster) => {
    const custodian = roster?.parties.get(id)
    if (custodian?.party !== 'custodian' || custodian.suspended) return false
    const of = { custodian: id, requestHash: hash, signature }
    const answer: JournalledAnswer =
      said.kind === 'released'
        ? { kind: said.kind, ...of, index: custodian.index, shareHash: said.share }
        : { kind: said.kind, ...of, reason: said.reason }
    return journalledAnswerIsSignedBy(place.hub, answer, custodian.keys.signing)
  })
}

/** A view is one that the officer asked for in their own signed words: of an opening that a quorum had released, or after a permit. */
export function verifyView(docket: Docket, place: Place, body: Uint8Array): void {
  inspect(docket, place.position, 'a view does not stand', () => {
    const { asked, ...view } = viewIn(body)
    const officer =
      'opening' in view ? verifyReading(docket, place, view, asked) : verifyNaming(docket, place, view, asked)
    requireOwnOnce(docket, officer, view.officer, asked)
    bump(docket.counts.viewsByOfficer, officer.id)
    approve(
      docket,
      'views carry their officer’s own signature, and follow an opening that a quorum released, or a permit',
    )
  })
}

function verifyReading(
  docket: Docket,
  place: Place,
  { opening: id, officer, case: number }: Omit<z.infer<typeof viewBody>, 'asked'>,
  asked: Uint8Array,
): Officer {
  const opening = openedBy(docket, place, toHex(id), officer, number)
  requires(opening.request.expiry > place.at, 'ERR_OPENING_EXPIRED', 'its opening had expired')
  return saidBy(place, asked, 'read-opening', { opening: id })
}

function verifyNaming(
  docket: Docket,
  place: Place,
  view: Omit<z.infer<typeof involvementView>, 'asked'>,
  asked: Uint8Array,
): Officer {
  const isPermitted = (['involvement', 'sensitive-involvement'] as const).some((information) =>
    docket.permitted.has(permittedName(view, information)),
  )
  requires(isPermitted, 'ERR_DISCLOSURE_DENIED', 'no permit by the disclosure rules stands before it')
  const { case: number, purpose, lawfulBasis } = view
  return saidBy(place, asked, 'involvement', { case: number, purpose, lawfulBasis })
}

/** The opening of this officer and case, with a quorum of releases. @throws {IndexError} */
export function openedBy(docket: Docket, place: Place, id: string, officer: string, number: number): KnownOpening {
  const opening = docket.openings.get(id)
  requires(opening !== undefined, 'ERR_OPENING_UNKNOWN', 'no opening stands before it')
  const isTheirs = opening.request.officer === officer && opening.request.case === number
  requires(isTheirs, 'ERR_OPENING_UNKNOWN', 'its opening is of another officer or case')
  const quorum = keysetOf(place.roster, opening.request.keyset)?.quorum ?? Number.POSITIVE_INFINITY
  requires(
    opening.released.size >= quorum,
    'ERR_SHARES_INSUFFICIENT',
    'no quorum of custodians had released its opening',
  )
  return opening
}
