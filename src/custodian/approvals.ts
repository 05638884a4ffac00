import { toHex } from '../bytes.js'
import { IndexError } from '../errors.js'
import type { Roster } from '../roster/roster.js'
import type { Desk } from './desk.js'
import { type CustodianMemory, PROPOSALS_MAX } from './state.js'

/** Asked before a new roster version is signed for. */
export type Approve = (next: Roster) => Promise<boolean>

/** Whose judgement a custodian adds to the rules: nobody's, its controller's as it stands in its store, or a program's. */
export type Approval = 'all' | 'controller' | Approve

/**
 * Passes for a roster version that may be signed for. One that the controller has yet to look at is kept for them.
 * @throws {IndexError} `ERR_APPROVAL_MISSING`
 */
export async function requireApproved(desk: Desk, next: Roster, body: Uint8Array): Promise<void> {
  const { approve } = desk
  if (approve === 'all') return
  if (approve !== 'controller') {
    if (await approve(next)) return
    throw new IndexError('ERR_APPROVAL_MISSING', 'this custodian does not approve of the change')
  }
  const { approved, proposals, rosters } = desk.memory()
  const hash = toHex(next.hash)
  if (approved.has(hash)) return
  const isKept = proposals.some((each) => toHex(each.hash) === hash)
  // One that waits for its delay stands in the journal, and in this custodian's memory, already.
  if (!isKept && rosters.proposed === undefined && proposals.length < PROPOSALS_MAX)
    await desk.remember({ kind: 'proposal', version: next.version, hash: next.hash, body })
  throw new IndexError('ERR_APPROVAL_MISSING', 'this custodian’s controller has not approved of the change')
}

/**
 * Whether a custodian may release under a policy: a founding one, one whose hash its controller approved, or one that came with
 * a roster version that its controller approved. That others approved it, and it is in force, is not enough.
 */
export function policyIsApproved(
  approve: Approval,
  { approved, rosters: { versions } }: Pick<CustodianMemory, 'approved' | 'rosters'>,
  policy: string,
): boolean {
  if (approve !== 'controller' || approved.has(policy)) return true
  return versions.some(({ roster }, index) => {
    const holds = roster.policies.some(({ hash }) => hash === policy)
    const isNew = index === 0 || versions[index - 1]?.roster.policies.every(({ hash }) => hash !== policy) === true
    return holds && isNew && (index === 0 || approved.has(toHex(roster.hash)))
  })
}
