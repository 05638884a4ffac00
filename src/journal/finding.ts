import { type ErrorCode, isIndexError } from '../errors.js'
import { type CheckpointTrust, type VerifiedCheckpoint, verifyNote } from './checkpoint.js'

/** One thing that was looked at, and what came of it, in plain words. */
export type Finding =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly text: string; readonly code: ErrorCode; readonly position?: number }

/** What a verification found, and what it did not look at. */
export interface Verification {
  /** Whether every finding is good. */
  readonly verified: boolean
  /** In the order in which things were looked at; what comes after a bad finding may not have been looked at. */
  readonly findings: readonly Finding[]
  /** What a reader might take for verified and is not. */
  readonly notVerified: readonly string[]
}

export const NOT_CONTENT =
  'what entries say: the signatures, the standing and the policy behind them were not looked at'
export const NOT_LATEST = 'that this is the latest checkpoint: only comparing it with what others hold shows that'

export function conclude(findings: readonly Finding[], notVerified: readonly string[]): Verification {
  return { verified: findings.every((finding) => finding.ok), findings, notVerified }
}

/** What came of a look: its value where it gave one, and a finding either way. A coded refusal is a bad finding. */
export function look<Value>(
  findings: Finding[],
  words: { readonly good: string; readonly bad: string },
  at: () => Value | undefined,
): Value | undefined {
  try {
    const value = at()
    findings.push(value === undefined ? bad(words.bad, 'ERR_JOURNAL_INVALID') : { ok: true, text: words.good })
    return value
  } catch (error) {
    if (!isIndexError(error)) throw error
    findings.push(bad(`${words.bad}: ${error.message}`, error.code))
    return undefined
  }
}

export function bad(text: string, code: ErrorCode, position?: number): Finding {
  return { ok: false, text, code, ...(position === undefined ? {} : { position }) }
}

/** The checkpoint of a note that the pinned keys signed. */
export function lookAtNote(note: string, trust: CheckpointTrust, findings: Finding[]): VerifiedCheckpoint | undefined {
  const by = `by the journal and by ${trust.quorum} or more of ${trust.cosigners.length} cosigners`
  const words = { good: `the checkpoint is signed ${by}`, bad: `the checkpoint is not seen to be signed ${by}` }
  return look(findings, words, () => verifyNote(note, trust))
}
