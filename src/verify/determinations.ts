import {
  DETERMINATION_MS,
  type Determination,
  type DeterminationWithdrawal,
  decodeDeterminationEvent,
  determinationIsSignedBy,
  determinationWithdrawalIsSignedBy,
} from '../case/determination.js'
import { officerOf, opens, policyInForce } from '../roster/roster.js'
import { approve, type Docket, inspect, type Place, requires } from './docket.js'
import { officerAt } from './signed-words.js'

/** How far the instant of a case may be from the hub's clock: a check counts a few minutes ahead, and officers' clocks differ. */
const CLOCK_MS = 15 * 60_000
const NOTHING = { standing: undefined, takenBackAt: -1 }

/** What an entry keeps of officers' judgement: that it was made, or taken back. */
export function verifyDetermination(docket: Docket, place: Place, body: Uint8Array): void {
  inspect(docket, place.position, 'a determination does not stand', () => {
    const event = decodeDeterminationEvent(body)
    switch (event.event) {
      case 'determined':
        return verifyDetermined(docket, place, event.determination)
      case 'withdrawn':
        return verifyWithdrawn(docket, place, event.withdrawal)
    }
  })
}

/** A determination is signed by an officer in good standing who works cases, on checks that stand before it, once for each person. */
function verifyDetermined(docket: Docket, place: Place, said: Determination): void {
  const officer = officerAt(place, said.officer)
  requires(docket.cases.get(said.case)?.status !== 'closed', 'ERR_CASE_STATUS', 'its case was closed by then')
  requires(opens(officer), 'ERR_ROLE_MISSING', 'its officer does not work cases')
  const isOwn = determinationIsSignedBy(place.hub, said, officer.keys.signing)
  requires(isOwn, 'ERR_SIGNATURE_INVALID', 'its officer did not sign it')
  const known = said.checkIds.every((id) => docket.checks.has(id))
  requires(known, 'ERR_CHECK_UNKNOWN', 'a check that it names does not stand before it')
  const step = docket.policies.get(said.policyHash)?.determination
  requires(step?.from === said.from && step.to === said.to, 'ERR_POLICY_UNKNOWN', 'its policy allows no such step')
  requires(policyInForce(place.roster, said.policyHash, said.at), 'ERR_POLICY_UNKNOWN', 'its policy was not in force')
  const isTimely = Math.abs(said.at - place.at) <= CLOCK_MS && said.expiry <= said.at + DETERMINATION_MS
  requires(isTimely, 'ERR_REQUEST_INVALID', 'it is of another time, or would last too long')
  const name = nameOf(said.case, officer.person)
  const { standing, takenBackAt } = docket.determined.get(name) ?? NOTHING
  const goesOn =
    standing === undefined ||
    standing.expiry <= place.at ||
    (standing.officer === said.officer && standing.finding === said.finding)
  requires(goesOn, 'ERR_DETERMINED_BEFORE', 'this person had determined before')
  requires(said.at > takenBackAt, 'ERR_DETERMINED_BEFORE', 'this person had taken it back before')
  docket.determined.set(name, { standing: said, takenBackAt })
  approve(
    docket,
    'determinations are signed by an officer in good standing, on checks before them, once for each person',
  )
}

/** Whoever took a determination back is the person who made it. */
function verifyWithdrawn(docket: Docket, place: Place, said: DeterminationWithdrawal): void {
  const officer = officerOf(place.roster, said.officer)
  requires(officer !== undefined, 'ERR_PARTY_UNKNOWN', 'no such officer was on the roster then')
  const isOwn = determinationWithdrawalIsSignedBy(place.hub, said, officer.keys.signing)
  requires(isOwn, 'ERR_SIGNATURE_INVALID', 'its officer did not take it back')
  const name = nameOf(said.case, officer.person)
  const { standing } = docket.determined.get(name) ?? NOTHING
  requires(standing !== undefined && standing.at <= said.at, 'ERR_REQUEST_INVALID', 'there was nothing to take back')
  docket.determined.set(name, { takenBackAt: said.at })
  approve(docket, 'determinations were taken back by the person who made them')
}

function nameOf(number: number, person: string): string {
  return `${number} ${person}`
}
