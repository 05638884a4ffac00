import type { IdentifyProof } from '../check/identification.js'
import type { Receipt } from '../check/receipt.js'
import { type ErrorCode, IndexError, isIndexError } from '../errors.js'

/** What became of one check. */
export type CheckOutcome = RecordedCheck | RefusedCheck

export interface RecordedCheck {
  readonly kind: 'recorded'
  readonly receipt: Receipt
  /**
   * Evidence of which child the hub named for these details; absent where the check came with the agency's own id. Keep it with
   * the receipt.
   */
  readonly identification?: IdentifyProof
}

export interface RefusedCheck {
  readonly kind: 'refused'
  readonly code: ErrorCode
  readonly field: string | undefined
  readonly message: string
}

export function refusedCheck(code: ErrorCode, field: string | undefined, message: string): RefusedCheck {
  return { kind: 'refused', code, field, message }
}

/** The result of `work`, or its coded failure as a value. */
export function refusedOr<T>(work: () => T): T | RefusedCheck {
  try {
    return work()
  } catch (error) {
    if (!isIndexError(error)) throw error
    return refusedCheck(error.code, error.field, error.message)
  }
}

/** A refusal as the exception that a single call throws. */
export function thrown(outcome: RefusedCheck | CheckOutcome | undefined): IndexError {
  if (outcome?.kind !== 'refused')
    return new IndexError('ERR_MESSAGE_MALFORMED', 'the hub did not answer what was asked')
  return new IndexError(outcome.code, outcome.message, { field: outcome.field })
}

export const NO_ANSWER: RefusedCheck = refusedCheck(
  'ERR_MESSAGE_MALFORMED',
  undefined,
  'the hub did not answer what was asked',
)
