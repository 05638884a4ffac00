import type { Assigned, ClosingSaid, Left, Needed, Taken } from '../case/event.js'
import { decodeMessage } from '../port.js'
import { hasRole, inGoodStanding, type Officer, officerOf, opens } from '../roster/roster.js'
import { approve, type Docket, type Place, requires } from './docket.js'
import { saidBy } from './signed-words.js'

/** Between signing and journalling: a message lives five minutes, and may then wait for others. */
const OLD_MS = 15 * 60_000

/** Whoever takes a case, joins it, hands it on or leaves it said so in their own signed words, just then, and had the role for it. */
export function verifyWork(docket: Docket, place: Place, said: Taken | Needed | Assigned | Left): void {
  const officer = speakerOf(place, said)
  requires(officer.id === said.officer, 'ERR_SIGNATURE_INVALID', 'another officer asked for it')
  requires(said.event === 'left' || opens(officer), 'ERR_ROLE_MISSING', 'its officer did not work cases')
  if (said.event === 'taken' && said.from !== undefined)
    requires(!works(place, said.from), 'ERR_CASE_STATUS', 'it was taken from an officer who could work')
  if (said.event === 'assigned') {
    requires(works(place, said.to), 'ERR_PARTY_NOT_IN_STANDING', 'whoever was to have it could not work cases')
    const isManager = said.as === 'owner' || hasRole(officer, 'manager')
    requires(isManager, 'ERR_ROLE_MISSING', 'whoever assigned it was no manager')
  }
  approve(docket, 'whoever takes, joins, assigns or leaves a case signed for it')
}

function speakerOf(place: Place, said: Taken | Needed | Assigned | Left): Officer {
  const { case: number, asked } = said
  requires(
    Math.abs(decodeMessage(asked).at - place.at) <= OLD_MS,
    'ERR_SIGNATURE_INVALID',
    'its officer asked for it at another time',
  )
  switch (said.event) {
    case 'taken':
      return saidBy(place, asked, 'take-case', { case: number })
    case 'needed':
      return saidBy(place, asked, 'join-case', { case: number, because: said.because })
    case 'assigned':
      return saidBy(place, asked, 'assign-case', { case: number, to: said.to })
    case 'left':
      return saidBy(place, asked, 'leave-case', { case: number })
  }
}

function works(place: Place, id: string): boolean {
  const officer = officerOf(place.roster, id)
  return officer !== undefined && inGoodStanding(officer, place.at) && opens(officer)
}

/** Each officer who closes a case said so in their own signed words: one of them here, another in a proposal before. */
export function verifyClosing(docket: Docket, place: Place, said: ClosingSaid): void {
  const { case: number, reason, outcome, officers, position, asked } = said
  const officer = saidBy(place, asked, 'close', { case: number, reason, outcome })
  requires(officers.includes(officer.id), 'ERR_SIGNATURE_INVALID', 'another officer asked for it')
  requires(opens(officer), 'ERR_ROLE_MISSING', 'its officer did not work cases')
  requires(position < place.position, 'ERR_JOURNAL_INVALID', 'it closes away what came after it')
  const wordOf = (id: string): string => `${number} ${reason} ${outcome} ${id}`
  docket.closings.add(wordOf(officer.id))
  const haveAll = officers.every((id) => docket.closings.has(wordOf(id)))
  requires(haveAll, 'ERR_SIGNATURE_INVALID', 'an officer whom it names did not ask for it')
  approve(docket, 'closings carry the signature of every officer whom they name')
}

/** How many distinct persons these officers are. */
export function personsOf(place: Place, officers: readonly string[]): number {
  return new Set(officers.map((id) => officerOf(place.roster, id)?.person ?? id)).size
}
