import { z } from 'zod'
import { equalBytes } from '../../bytes.js'
import type { CaseFile } from '../../case/case.js'
import {
  DETERMINATION_MS,
  type Determination,
  type DeterminationWithdrawal,
  determinationIsSignedBy,
  determinationWithdrawalIsSignedBy,
  encodeDeterminationEvent,
  type KeptDetermination,
  parseDetermination,
  parseDeterminationWithdrawal,
  WITHDRAWAL_AHEAD_MS,
} from '../../case/determination.js'
import { stepFrom } from '../../case/determined-level.js'
import { parse } from '../../door.js'
import { IndexError } from '../../errors.js'
import { fromJsonBytes, toJsonBytes } from '../../json.js'
import type { Message } from '../../port.js'
import type { Officer } from '../../roster/roster.js'
import { type History, historyOf, instantOf } from '../checks/history.js'
import { verdictOn } from '../checks/raise.js'
import type { HubContext } from '../context.js'
import { CASE_ROLES, personOf, requireOfficer, requireOfficerSender } from '../officers.js'
import { requireCase } from './cases.js'
import { putCase } from './put-case.js'

const CLOCK_MS = 10 * 60_000

const determineRequest = z.strictObject({ determination: z.unknown() })
const withdrawRequest = z.strictObject({ withdrawal: z.unknown() })

/**
 * Keeps an officer's signed determination, one for each person. Whether there are enough of them is asked at an opening, by
 * everyone anew. The same one again is the same; one that goes with it takes its place.
 * @throws {IndexError} `ERR_CASE_UNKNOWN`, `ERR_CASE_STATUS`, `ERR_THRESHOLD_NOT_REACHED`, `ERR_DETERMINED_BEFORE`
 */
export async function determine(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message, ...CASE_ROLES)
  const body = parse(determineRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'determination')
  const determination = parseDetermination(body.determination)
  if (determination.officer !== officer.id || !determinationIsSignedBy(hub.id, determination, officer.keys.signing))
    throw new IndexError('ERR_SIGNATURE_INVALID', 'a determination is signed by the officer who sends it')
  await hub.ledger.write(async (_, at) => {
    const file = await requireCase(hub, determination.case)
    const own = ownOn(hub, file, officer)
    if (own.some((each) => each.withdrawn === undefined && isSame(each, determination))) return undefined
    if (file.status === 'closed') throw new IndexError('ERR_CASE_STATUS', 'the case is closed')
    requireOnTheseFacts(hub, determination, await historyOf(hub, file.childId), at)
    requireNotBefore(own, determination, at)
    return {
      drafts: [{ type: 'determination', body: encodeDeterminationEvent({ event: 'determined', determination }) }],
      puts: await putCase(hub, withOwn(hub, file, officer, [...own.filter(isWithdrawn), determination], at), file),
    }
  })
  return toJsonBytes({ case: determination.case })
}

/**
 * An officer takes back what they determined, under whatever id they did: it counts no longer, here and from now on. Whoever is on
 * the roster can, since it only takes power away; on a closed case too, whose determinations could be shown to custodians.
 * @throws {IndexError} `ERR_CASE_UNKNOWN`; `ERR_REQUEST_INVALID` where there is nothing that it takes back
 */
export async function withdrawDetermination(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficerSender(hub, message)
  const body = parse(withdrawRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'withdrawal')
  const withdrawal = parseDeterminationWithdrawal(body.withdrawal)
  if (withdrawal.officer !== officer.id || !determinationWithdrawalIsSignedBy(hub.id, withdrawal, officer.keys.signing))
    throw new IndexError('ERR_SIGNATURE_INVALID', 'a withdrawal is signed by the officer who sends it')
  await hub.ledger.write(async (_, at) => {
    const file = await requireCase(hub, withdrawal.case)
    const own = ownOn(hub, file, officer)
    const standing = own.find((each) => !isWithdrawn(each))
    if (standing === undefined && own.length > 0) return undefined
    requireCovers(withdrawal, standing, at)
    return {
      drafts: [{ type: 'determination', body: encodeDeterminationEvent({ event: 'withdrawn', withdrawal }) }],
      puts: await putCase(hub, withOwn(hub, file, officer, [{ ...standing, withdrawn: withdrawal }], at), file),
    }
  })
  return toJsonBytes({ case: withdrawal.case })
}

/** What this person determined on the case, under any id: at most one that stands, and the last that they took back. */
function ownOn(hub: HubContext, file: CaseFile, { person }: Officer): readonly KeptDetermination[] {
  return file.determinations.filter(({ officer }) => personOf(hub, officer) === person)
}

function withOwn(
  hub: HubContext,
  file: CaseFile,
  { person }: Officer,
  own: readonly KeptDetermination[],
  at: number,
): CaseFile {
  const others = file.determinations.filter((each) => personOf(hub, each.officer) !== person)
  return { ...file, determinations: [...others, ...own], updatedAt: Math.max(at, file.updatedAt) }
}

const isWithdrawn = ({ withdrawn }: KeptDetermination): boolean => withdrawn !== undefined

function isSame(kept: KeptDetermination, said: Determination): boolean {
  const { withdrawn: _, ...before } = kept
  return equalBytes(toJsonBytes(before), toJsonBytes(said))
}

/** What an officer judged must be what the policy lets be judged, now, on checks of this case that still stand. */
function requireOnTheseFacts(hub: HubContext, determination: Determination, history: History, now: number): void {
  const asOf = instantOf(history, now)
  const { policy, hash } = hub.policy(asOf)
  const { from, to, at, expiry, checkIds, policyHash } = determination
  const step = stepFrom(policy, verdictOn(hub, history, asOf).level)
  if (step === undefined)
    throw new IndexError(
      'ERR_THRESHOLD_NOT_REACHED',
      'the policy lets nobody determine from the level that the checks reach',
    )
  const live = new Set(history.checks.filter(({ withdrawn }) => withdrawn !== true).map(({ id }) => id))
  const isOnLiveChecks = checkIds.length > 0 && checkIds.every((id) => live.has(id))
  const isAllowed = step.from === from && step.to === to && policyHash === hash
  const isTimely = Math.abs(at - asOf) <= CLOCK_MS && expiry > at && expiry <= at + DETERMINATION_MS
  if (isAllowed && isOnLiveChecks && isTimely) return
  throw new IndexError(
    'ERR_REQUEST_INVALID',
    'the determination is not on the case as it stands: review it and determine again',
  )
}

/** A person says one thing of a case at a time, under one id: anew is the same thing again, or after they took it back. */
function requireNotBefore(own: readonly KeptDetermination[], said: Determination, now: number): void {
  const standing = own.find((each) => !isWithdrawn(each) && each.expiry > now)
  if (standing !== undefined && (standing.officer !== said.officer || standing.finding !== said.finding))
    throw new IndexError(
      'ERR_DETERMINED_BEFORE',
      standing.officer === said.officer
        ? 'this officer has determined otherwise: withdraw that first'
        : 'this person has determined under another id',
    )
  const takenBack = Math.max(-1, ...own.map(({ withdrawn }) => withdrawn?.at ?? -1))
  if (said.at <= takenBack)
    throw new IndexError('ERR_DETERMINED_BEFORE', 'this person has taken back what they determined until then')
}

function requireCovers(
  withdrawal: DeterminationWithdrawal,
  standing: KeptDetermination | undefined,
  now: number,
): asserts standing is KeptDetermination {
  if (standing === undefined || withdrawal.at < standing.at)
    throw new IndexError('ERR_REQUEST_INVALID', 'this person had determined nothing on this case until then')
  if (withdrawal.at > now + WITHDRAWAL_AHEAD_MS)
    throw new IndexError('ERR_REQUEST_INVALID', 'a withdrawal is not of a time to come')
}
