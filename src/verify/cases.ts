import { equalBytes, toHex } from '../bytes.js'
import type { CaseFile, LevelEvent } from '../case/case.js'
import type { CaseEvent, Joined } from '../case/event.js'
import { agreedBy, decodeLink } from '../case/link.js'
import { closersOf, transition } from '../case/transition.js'
import { toJsonBytes } from '../json.js'
import { assess } from '../policy/assess.js'
import type { AssessedCheck } from '../policy/history.js'
import { levelNamed, levelRank } from '../policy/policy.js'
import { policyInForce } from '../roster/roster.js'
import { parseCaseEvent } from './case-shapes.js'
import { personsOf, verifyClosing, verifyWork } from './case-words.js'
import { approve, type Docket, inspect, type Place, passOver, requires } from './docket.js'
import { openedBy } from './openings.js'

/**
 * A case that a level raised is one that its policy, run again on the checks it names, raises; and everything that happens to a case
 * can happen to it as it stands by then.
 */
export function verifyCase(docket: Docket, place: Place, body: Uint8Array): void {
  inspect(docket, place.position, 'a case does not stand', () => {
    const said = parseCaseEvent(body)
    verifyWords(docket, place, said)
    follow(docket, place, said)
  })
}

function verifyWords(docket: Docket, place: Place, said: CaseEvent): void {
  switch (said.event) {
    case 'raised':
    case 'level-changed':
      verifyVerdict(docket, place, said)
      break
    case 'taken':
    case 'needed':
    case 'assigned':
    case 'left':
      verifyWork(docket, place, said)
      break
    case 'opened':
      openedBy(docket, place, said.opening, said.officer, said.case)
      break
    case 'referred':
      requires(
        docket.referrals.get(said.referral) === said.to,
        'ERR_REFERRAL_UNKNOWN',
        'no such referral was sent to this agency',
      )
      break
    case 'closing-proposed':
    case 'closed':
      verifyClosing(docket, place, said)
      break
    case 'joined':
      requires(docket.links.has(said.link), 'ERR_JOURNAL_INVALID', 'no link stands where it says')
      break
    case 'split':
      break
  }
}

/** The case file as the journal makes it: what cannot happen to it is refused here as the hub must refuse it. */
function follow(docket: Docket, place: Place, event: CaseEvent): void {
  const before = docket.cases.get(event.case)
  const child = toHex(event.childId)
  if (event.event === 'raised') requireOnlyOne(docket, child, event)
  else if (event.event !== 'joined' && before !== undefined)
    requires(equalBytes(before.childId, event.childId), 'ERR_JOURNAL_INVALID', 'it is about another child')
  if (event.event === 'closed' && before !== undefined)
    requires(
      personsOf(place, event.officers) >= closersOf(before),
      'ERR_CASE_STATUS',
      'one person closed a case that was never opened',
    )
  if (event.event === 'joined') followLink(docket, place, event, before)
  docket.cases.set(event.case, transition(before, event, place.at))
  if (event.event === 'raised') docket.openCases.set(child, event.case)
  if (event.event === 'closed') {
    docket.closed.set(child, place.position)
    docket.openCases.delete(child)
  }
  if (event.event === 'joined' || event.event === 'split') docket.linkedChildren.add(child)
  approve(docket, 'events of cases can happen to the case as the journal has it')
}

/** A child has one open case, and one that comes after a closed one says so. Where ids were linked, two histories are one. */
function requireOnlyOne(docket: Docket, child: string, { reReferral }: LevelEvent): void {
  if (docket.linkedChildren.has(child)) return
  requires(!docket.openCases.has(child), 'ERR_CASE_STATUS', 'a case of this child is open')
  const isMarked = !docket.closed.has(child) || reReferral === true
  requires(isMarked, 'ERR_JOURNAL_INVALID', 'it passes over that a case of this child was closed before')
}

/** What goes over from the case that is closed is what that case had. */
function followLink(docket: Docket, place: Place, event: Joined, before: CaseFile | undefined): void {
  const other = event.closed === undefined ? undefined : docket.cases.get(event.closed)
  const { took, owner } = event
  if (took !== undefined && other !== undefined) {
    const { level, threshold, policyHash, support } = other
    const isTheirs = equalBytes(toJsonBytes(took), toJsonBytes({ level, threshold, policyHash, support }))
    requires(isTheirs, 'ERR_THRESHOLD_NOT_REACHED', 'it takes over a level that the other case had not')
  }
  requires(
    owner === undefined || owner === other?.owner,
    'ERR_CASE_STATUS',
    'it takes over an owner that the other case had not',
  )
  if (event.closed !== undefined) docket.cases.set(event.closed, transition(other, event, place.at))
  for (const file of [before, other]) if (file !== undefined) docket.openCases.delete(toHex(file.childId))
  docket.openCases.set(toHex(event.childId), event.case)
}

function verifyVerdict(docket: Docket, place: Place, said: LevelEvent): void {
  const { policyHash, asOf, support, closedAt } = said
  const policy = docket.policies.get(policyHash)
  requires(policy !== undefined, 'ERR_POLICY_UNKNOWN', 'its policy does not stand before it')
  requires(policyInForce(place.roster, policyHash, asOf), 'ERR_POLICY_UNKNOWN', 'its policy was not in force')
  const isLevel = levelNamed(policy, said.level)?.threshold === said.threshold
  requires(isLevel, 'ERR_THRESHOLD_NOT_REACHED', 'its policy has no such level and threshold')
  const child = toHex(said.childId)
  const closedBefore = docket.closed.get(child)
  const ownsUp = closedBefore === undefined || docket.linkedChildren.has(child) || closedAt !== undefined
  requires(ownsUp, 'ERR_JOURNAL_INVALID', 'it passes over that a case of this child was closed before')
  const hidden = support.filter((id) => docket.checks.get(id)?.shown === undefined)
  for (const id of support) requireInForce(docket, id)
  const reached = assess(policy, countedChecks(docket, said), asOf, closedAt === undefined ? {} : { closedAt }).level
  if (levelRank(policy, reached) >= levelRank(policy, said.level)) {
    approve(docket, 'levels are reached again when the policy is run on the checks that they name')
    passOver(
      docket,
      'levels were run on checks which the hub says are of one child: only custodians see the identifier keys',
    )
    return
  }
  requires(hidden.length > 0, 'ERR_THRESHOLD_NOT_REACHED', 'the checks that it names do not reach its level')
  passOver(docket, 'levels could not be run again: checks that they name are erased or not shown')
}

/** A check that carries a level was recorded, and not taken back, by then. */
function requireInForce(docket: Docket, id: string): void {
  requires(docket.checks.has(id), 'ERR_CHECK_UNKNOWN', 'a check that it names does not stand before it')
  requires(!docket.withdrawn.has(id), 'ERR_THRESHOLD_NOT_REACHED', 'a check that it names was taken back before')
}

function countedChecks(docket: Docket, { support, countsFrom = [] }: LevelEvent): readonly AssessedCheck[] {
  const later = new Map(countsFrom.map(({ checkId, position }) => [checkId, position]))
  for (const position of later.values())
    requires(docket.links.has(position), 'ERR_JOURNAL_INVALID', 'no link stands where it says that one brought a check')
  return support.flatMap((id) => {
    const shown = docket.checks.get(id)?.shown
    return shown === undefined ? [] : [{ ...shown, position: later.get(id) ?? shown.position ?? 0 }]
  })
}

/** Two officers' word on two ids. */
export function verifyLink(docket: Docket, place: Place, body: Uint8Array): void {
  inspect(docket, place.position, 'a link does not stand', () => {
    const said = decodeLink(body)
    const persons = agreedBy(place.hub, place.roster, said.statements)
    requires(persons !== undefined, 'ERR_SIGNATURE_INVALID', 'two officers did not sign it')
    docket.links.add(place.position)
    approve(docket, 'links are signed by two officers in good standing')
  })
}
