import {
  DETERMINATION_MS,
  type DeterminationWithdrawalReason,
  determinationWithdrawalKeptStatement,
  type Finding,
  type MetReason,
  parseDetermination,
  parseDeterminationWithdrawal,
  signDetermination,
  signDeterminationWithdrawal,
} from '../case/determination.js'
import type { Dossier } from '../case/dossier/dossier.js'
import { IndexError, isIndexError } from '../errors.js'
import { tellCustodians } from '../party/tell-custodians.js'
import type { Connection } from '../party.js'
import type { SendOptions } from '../port.js'
import { reviewed } from './review.js'

const CLOCK_MS = 10 * 60_000

/** What an officer finds, `met` where nothing is said, and why. */
export type Judgement = Finding | { readonly finding?: undefined; readonly reasons: readonly MetReason[] }

/** Judging what the checks alone do not reach. */
export interface Determining {
  /**
   * Signs the judgement on a dossier that a level is met which the checks alone do not reach, or that it is not. It stands for 14
   * days, while the checks and the policy that it goes by do. A person says one thing of a case, under one id, at a time.
   * @throws {IndexError} `ERR_CASE_UNKNOWN`, `ERR_CASE_STATUS`, `ERR_THRESHOLD_NOT_REACHED` where the policy lets nobody determine,
   * `ERR_DETERMINED_BEFORE`, `ERR_REQUEST_INVALID` for reasons that do not go with the finding
   */
  determine(caseNumber: number, judgement: Judgement, options?: SendOptions): Promise<void>
  /**
   * Takes back what this person determined on a case, at the hub and at every custodian, under whatever id it was.
   * @throws {IndexError} `ERR_CASE_UNKNOWN`; `ERR_REQUEST_INVALID` where nothing was determined; `ERR_CUSTODIAN_UNAVAILABLE` where not
   * every custodian confirmed it: send it again
   */
  withdrawDetermination(caseNumber: number, reason: DeterminationWithdrawalReason, options?: SendOptions): Promise<void>
}

export function determining(line: Connection): Determining {
  return {
    determine: (caseNumber, judgement, send) => determine(line, caseNumber, judgement, send),
    withdrawDetermination: (caseNumber, reason, send) => withdrawDetermination(line, caseNumber, reason, send),
  }
}

async function determine(
  line: Connection,
  caseNumber: number,
  judgement: Judgement,
  send?: SendOptions,
): Promise<void> {
  const { verdict, mayDetermine, timeline, determinations } = await reviewed(line, caseNumber, send)
  if (mayDetermine === undefined)
    throw new IndexError(
      'ERR_THRESHOLD_NOT_REACHED',
      'the policy lets nobody determine from the level that the checks reach',
    )
  const checkIds = timeline.filter(({ supports, withdrawn }) => supports ?? !withdrawn).map(({ checkId }) => checkId)
  const { from, to } = mayDetermine
  // What was taken back covers all until then.
  const at = Math.max(verdict.asOf, ...ownOf(line, determinations).map(({ withdrawn }) => (withdrawn?.at ?? -1) + 1))
  requireOfNow(line, at)
  const found: Finding = judgement.finding === undefined ? { finding: 'met', reasons: judgement.reasons } : judgement
  const said = {
    case: caseNumber,
    checkIds,
    policyHash: verdict.policyHash,
    at,
    from,
    to,
    expiry: at + DETERMINATION_MS,
    officer: line.id,
    ...found,
  }
  const determination = parseDetermination(signDetermination(line.hub, said, line.key.signing))
  await line.ask('determine', { determination }, send)
}

async function withdrawDetermination(
  line: Connection,
  caseNumber: number,
  reason: DeterminationWithdrawalReason,
  send?: SendOptions,
): Promise<void> {
  const at = Math.max(line.clock(), await determinedAt(line, caseNumber, send))
  requireOfNow(line, at)
  const said = { case: caseNumber, reason, at, officer: line.id }
  const withdrawal = parseDeterminationWithdrawal(signDeterminationWithdrawal(line.hub, said, line.key.signing))
  await line.ask('withdraw-determination', { withdrawal }, send)
  const kept = (custodian: string): Uint8Array => determinationWithdrawalKeptStatement(line.hub, custodian, withdrawal)
  await tellCustodians(line, 'withdraw-determination', { withdrawal }, kept, send)
}

/** When this officer determined last: it can be of a moment ahead of this clock, as a check can. */
async function determinedAt(line: Connection, caseNumber: number, send?: SendOptions): Promise<number> {
  try {
    const { determinations } = await reviewed(line, caseNumber, send)
    return Math.max(0, ...ownOf(line, determinations).map(({ at }) => at))
  } catch (error) {
    // Whoever may not read the case any longer may still take back what they said.
    if (isIndexError(error) && (error.code === 'ERR_PARTY_NOT_IN_STANDING' || error.code === 'ERR_ROLE_MISSING'))
      return 0
    throw error
  }
}

function ownOf({ id }: Connection, determinations: Dossier['determinations']): Dossier['determinations'] {
  return determinations.filter(({ officer }) => officer === id)
}

/** A hub that had an officer sign ahead of time could bring out later what the officer had taken back by then. */
function requireOfNow({ clock }: Connection, at: number): void {
  if (Math.abs(at - clock()) <= CLOCK_MS) return
  throw new IndexError('ERR_MESSAGE_MALFORMED', 'the hub’s clock and this one are more than ten minutes apart')
}
