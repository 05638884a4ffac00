import { z } from 'zod'
import { toHex } from '../bytes.js'
import { CLOSING_REASONS } from '../case/case.js'
import { determinationIsSignedBy } from '../case/determination.js'
import { agreedBy, decodeLink } from '../case/link.js'
import { parseDetermination } from '../case/messages.js'
import { OFFICER_NEEDS } from '../case/need.js'
import { bytesOf, bytesUpTo, parse } from '../door.js'
import { fromJsonBytes } from '../json.js'
import { assess } from '../policy/assess.js'
import type { AssessedCheck } from '../policy/history.js'
import { levelNamed, levelRank, THRESHOLDS } from '../policy/policy.js'
import { policyInForce } from '../roster/roster.js'
import { approve, type Docket, inspect, type Place, passOver, requires } from './docket.js'
import { officerAt } from './openings.js'
import { saidBy } from './signed-words.js'

const name = z.string().min(1).max(64)
const count = z.number().int().min(0)
const hash = z.string().regex(/^[0-9a-f]{64}$/)
const base = { case: count, childId: bytesOf(16) }
const level = {
  ...base,
  level: name,
  threshold: z.enum(THRESHOLDS),
  policyHash: hash,
  asOf: count,
  support: z.array(hash).max(65_536),
  closedAt: count.optional(),
  countsFrom: z
    .array(z.strictObject({ checkId: hash, position: count }))
    .max(65_536)
    .optional(),
}
const closing = {
  ...base,
  reason: z.enum(CLOSING_REASONS),
  officers: z.array(name).max(64),
  asked: bytesUpTo(4_096),
}
const event = z.discriminatedUnion('event', [
  z.strictObject({ event: z.literal('raised'), ...level }),
  z.strictObject({ event: z.literal('level-changed'), ...level }),
  z.strictObject({ event: z.literal('closed'), ...closing }),
  z.strictObject({ event: z.literal('closing-proposed'), ...closing }),
  z.strictObject({ event: z.literal('taken'), ...base, officer: name, asked: bytesUpTo(4_096) }),
  z.strictObject({
    event: z.literal('needed'),
    ...base,
    officer: name,
    because: z.enum(OFFICER_NEEDS),
    asked: bytesUpTo(4_096),
  }),
  z.strictObject({ event: z.literal('joined'), ...base, officers: z.array(name).max(64), closed: count.optional() }),
  z.strictObject({ event: z.literal('split'), ...base }),
])
type Event = z.infer<typeof event>
type Closing = Extract<Event, { event: 'closed' | 'closing-proposed' }>
type Needed = Extract<Event, { event: 'taken' | 'needed' }>
type Reached = Extract<Event, { event: 'raised' | 'level-changed' }>

/** A case that a level raised is one that its policy, run again on the checks it names, raises. */
export function verifyCase(docket: Docket, place: Place, body: Uint8Array): void {
  inspect(docket, place.position, 'a case does not stand', () => {
    const said = parse(event, fromJsonBytes(body), 'ERR_ENTRY_MALFORMED', 'case')
    const child = toHex(said.childId)
    if (said.event === 'raised' || said.event === 'level-changed') verifyVerdict(docket, place, said)
    else if (said.event === 'closed' || said.event === 'closing-proposed') {
      verifyClosing(docket, place, said)
      if (said.event === 'closed') docket.closed.set(child, place.position)
    } else if (said.event === 'taken' || said.event === 'needed') verifyNeed(docket, place, said)
    else if (said.event === 'joined' || said.event === 'split') docket.linkedChildren.add(child)
  })
}

/** Whoever takes a case, or needs to know of it, said so in their own signed words. */
function verifyNeed(docket: Docket, place: Place, said: Needed): void {
  const { case: number, asked } = said
  const officer =
    said.event === 'taken'
      ? saidBy(place, asked, 'take-case', { case: number })
      : saidBy(place, asked, 'join-case', { case: number, because: said.because })
  requires(officer.id === said.officer, 'ERR_SIGNATURE_INVALID', 'another officer asked for it')
  approve(docket, 'whoever takes a case, or needs to know of it, signed for it')
}

/** Each officer who closes a case said so in their own signed words: one of them here, another in a proposal before. */
function verifyClosing(docket: Docket, place: Place, { case: number, reason, officers, asked }: Closing): void {
  const officer = saidBy(place, asked, 'close', { case: number, reason })
  requires(officers.includes(officer.id), 'ERR_SIGNATURE_INVALID', 'another officer asked for it')
  docket.closings.add(`${number} ${reason} ${officer.id}`)
  const haveAll = officers.every((id) => docket.closings.has(`${number} ${reason} ${id}`))
  requires(haveAll, 'ERR_SIGNATURE_INVALID', 'an officer whom it names did not ask for it')
  approve(docket, 'closings carry the signature of every officer whom they name')
}

function verifyVerdict(docket: Docket, place: Place, said: Reached): void {
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

function countedChecks(docket: Docket, { support, countsFrom = [] }: Reached): readonly AssessedCheck[] {
  const later = new Map(countsFrom.map(({ checkId, position }) => [checkId, position]))
  for (const position of later.values())
    requires(docket.links.has(position), 'ERR_JOURNAL_INVALID', 'no link stands where it says that one brought a check')
  return support.flatMap((id) => {
    const shown = docket.checks.get(id)?.shown
    return shown === undefined ? [] : [{ ...shown, position: later.get(id) ?? shown.position ?? 0 }]
  })
}

/** A determination is signed by an officer in good standing, on checks that stand before it. */
export function verifyDetermination(docket: Docket, place: Place, body: Uint8Array): void {
  inspect(docket, place.position, 'a determination does not stand', () => {
    const said = parseDetermination(fromJsonBytes(body))
    const officer = officerAt(place, said.officer)
    const isOwn = determinationIsSignedBy(place.hub, said, officer.keys.signing)
    requires(isOwn, 'ERR_SIGNATURE_INVALID', 'its officer did not sign it')
    const known = said.checkIds.every((id) => docket.checks.has(id))
    requires(known, 'ERR_CHECK_UNKNOWN', 'a check that it names does not stand before it')
    const step = docket.policies.get(said.policyHash)?.determination
    requires(step?.from === said.from && step.to === said.to, 'ERR_POLICY_UNKNOWN', 'its policy allows no such step')
    approve(docket, 'determinations are signed by an officer in good standing, on checks before them')
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
