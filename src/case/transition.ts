import { IndexError } from '../errors.js'
import { THRESHOLDS } from '../policy/policy.js'
import { atLevel, CASE_STATUSES, type CaseFile, type CaseStatus, type Reached, raisedCase } from './case.js'
import type { Assigned, CaseEvent, ClosingSaid, Joined, Opened, Referred, Said, Taken } from './event.js'
import { endedNeeds, type Need, needsToKnow } from './need.js'

/**
 * The case as an event leaves it; the same object where it stands so already. Its state never goes back, its threshold never
 * falls, and nothing of a closed one changes but that a link was undone and what was under way when it closed.
 * @param at the hub's clock in the event's entry; a clock that went back makes nothing earlier than it was
 * @throws {IndexError} `ERR_CASE_STATUS`
 */
export function transition(file: CaseFile | undefined, event: CaseEvent, at: number): CaseFile {
  if (event.event === 'raised') {
    if (file !== undefined) throw refused('the case was raised before')
    return raisedCase(event, at)
  }
  if (file === undefined) throw refused('the case was never raised')
  const isOwn = event.case === file.number || (event.event === 'joined' && event.closed === file.number)
  if (!isOwn) throw refused('this happened to another case')
  const now = Math.max(at, file.updatedAt)
  const next = file.status === 'closed' ? whenClosed(file, event) : whenOpen(file, event, now)
  return next === file ? file : { ...next, updatedAt: now }

  function whenClosed(closed: CaseFile, happened: Exclude<CaseEvent, { event: 'raised' }>): CaseFile {
    if (happened.event === 'split') return { ...closed, splitAt: now }
    if (happened.event === 'opened') return opened(closed, happened)
    throw refused('the case is closed')
  }
}

function whenOpen(file: CaseFile, event: Exclude<CaseEvent, { event: 'raised' }>, now: number): CaseFile {
  switch (event.event) {
    case 'raised':
    case 'level-changed':
      requireNotBelow(file, event)
      return atLevel(file, event)
    case 'taken':
      return taken(file, event, now)
    case 'needed':
      return needsToKnow(file, event.officer) ? file : withNeed(file, event.officer, event.because, event.officer, now)
    case 'assigned':
      return assigned(file, event, now)
    case 'left':
      return left(file, event.officer, now)
    case 'opened':
      return opened(file, event)
    case 'referred':
      return referred(file, event, now)
    case 'closing-proposed':
    case 'closed':
      return closing(file, event, now)
    case 'joined':
      return joined(file, event, now)
    case 'split':
      return { ...undecided(file), splitAt: now }
  }
}

function taken(file: CaseFile, { officer, from }: Taken, now: number): CaseFile {
  if (file.owner === officer) return file
  if (file.owner !== from) throw refused('another officer has this case: its owner or a manager can assign it')
  return ownedBy(file, officer, officer, now)
}

function assigned(file: CaseFile, { officer, to, as }: Assigned, now: number): CaseFile {
  if (as === 'owner' && file.owner !== officer) throw refused('only its owner or a manager assigns a case')
  return file.owner === to ? file : ownedBy(file, to, officer, now)
}

/** Whoever had it needs to know of it no longer as its owner. */
function ownedBy(file: CaseFile, owner: string, by: string, now: number): CaseFile {
  const needs = ended(file.needs, now, ({ because }) => because === 'owner')
  return withNeed({ ...atLeast(file, 'under-review'), owner, needs }, owner, 'owner', by, now)
}

function left(file: CaseFile, officer: string, now: number): CaseFile {
  if (!needsToKnow(file, officer)) return file
  const { owner, ...rest } = file
  const needs = ended(file.needs, now, ({ party }) => party === officer)
  return owner === officer ? { ...rest, needs } : { ...file, needs }
}

function opened(file: CaseFile, { opening }: Opened): CaseFile {
  if (file.openings.includes(opening)) return file
  return { ...atLeast(file, 'opened'), openings: [...file.openings, opening] }
}

function referred(file: CaseFile, { referral, to, because, officer }: Referred, now: number): CaseFile {
  if (file.referrals.includes(referral)) return file
  const sent = { ...atLeast(file, 'referred'), referrals: [...file.referrals, referral] }
  return withNeed(sent, to, because, officer, now)
}

function closing(file: CaseFile, event: ClosingSaid, now: number): CaseFile {
  const { reason, outcome, officers, position } = event
  if (event.event === 'closing-proposed') {
    const isSaid = sameEnd(file, event) && officers.every((each) => file.closing?.officers.includes(each))
    return isSaid ? file : { ...file, closing: { reason, outcome, officers, at: now, position } }
  }
  if (officers.length < closersOf(file)) throw refused('two officers close a case that was never opened')
  return over(file, { reason, outcome, officers, at: now, position }, now)
}

/** Closes the one and goes on with the other; which of them this file is, its number says. */
function joined(file: CaseFile, event: Joined, now: number): CaseFile {
  const { officers, link: position, took, owner } = event
  if (event.closed === file.number)
    return { ...over(file, { reason: 'duplicate', officers, at: now, position }, now), joinedTo: event.case }
  if (took !== undefined) requireNotBelow(file, took)
  const reReferral = file.reReferral || event.reReferral === true
  const goesOn = { ...undecided(file), ...took, childId: event.childId, reReferral, updatedAt: now }
  if (owner === undefined) return goesOn
  if (file.owner !== undefined) throw refused('the case has an owner')
  return ownedBy(goesOn, owner, owner, now)
}

/** It is nobody's any longer, and nobody needs to know of it. */
function over({ owner: _, ...file }: CaseFile, closing: NonNullable<CaseFile['closing']>, now: number): CaseFile {
  return { ...file, status: 'closed', closing, needs: endedNeeds(file.needs, now) }
}

/** Whoever wanted to close it did not know of what has happened since. */
function undecided({ closing: _, ...file }: CaseFile): CaseFile {
  return file
}

function withNeed(file: CaseFile, party: string, because: Need['because'], by: string, at: number): CaseFile {
  const isKnown = file.needs.some((each) => each.party === party && each.because === because && !isOver(each))
  return isKnown ? file : { ...file, needs: [...file.needs, { party, because, by, at }] }
}

function ended(needs: readonly Need[], at: number, which: (need: Need) => boolean): readonly Need[] {
  return needs.map((need) => (which(need) && !isOver(need) ? { ...need, endedAt: at } : need))
}

function isOver({ endedAt }: Need): boolean {
  return endedAt !== undefined
}

function atLeast(file: CaseFile, status: CaseStatus): CaseFile {
  return CASE_STATUSES.indexOf(file.status) >= CASE_STATUSES.indexOf(status) ? file : { ...file, status }
}

function requireNotBelow(file: CaseFile, { threshold }: Reached): void {
  if (THRESHOLDS.indexOf(threshold) < THRESHOLDS.indexOf(file.threshold)) throw refused('a level never falls by itself')
}

/** How many distinct persons close it: two where a threshold was reached and nobody looked who the child is. */
export function closersOf(file: Pick<CaseFile, 'threshold' | 'openings'>): 1 | 2 {
  return file.threshold !== 'none' && file.openings.length === 0 ? 2 : 1
}

/** Whether words on closing agree: on the reason and on the outcome. */
export function sameEnd(
  { closing: before }: Pick<CaseFile, 'closing'>,
  said: Pick<ClosingSaid, 'reason' | 'outcome'>,
): boolean {
  return before?.reason === said.reason && before.outcome === said.outcome
}

/**
 * What an officer's word on closing comes to: a proposal, or the end.
 * @param personOf who an officer is, under whatever id
 */
export function closingSaid(
  file: CaseFile,
  said: Said & Pick<ClosingSaid, 'reason' | 'outcome' | 'position'>,
  personOf: (officer: string) => string,
): ClosingSaid {
  const { officer, ...rest } = said
  const before = sameEnd(file, said) ? (file.closing?.officers ?? []) : []
  const officers = [...new Set([...before, officer])]
  const persons = new Set(officers.map(personOf)).size
  return { ...rest, officers, event: persons >= closersOf(file) ? 'closed' : 'closing-proposed' }
}

function refused(message: string): IndexError {
  return new IndexError('ERR_CASE_STATUS', message)
}
