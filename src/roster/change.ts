import { encode } from '../bytes.js'
import { sha256 } from '../hash.js'
import { type Enrolment, type Replacement, withParty, withReplacement } from './enrolment.js'
import { withKeyset } from './keyset.js'
import { withPolicy } from './policies.js'
import type { ApprovedPolicy, Keyset, Roster, Witness } from './roster.js'
import { type EpochRotation, rotated } from './rotation.js'
import { parseChanges } from './shapes.js'
import { withReinstatement, withSuspension } from './standing.js'
import { requireSoundWitnesses } from './witnesses.js'

/** One step from a roster version to the next. */
export type RosterChange =
  /** A custodian that is enrolled holds nothing and counts for nothing until a keyset names it. */
  | { readonly kind: 'enrol'; readonly enrolment: Enrolment }
  | ({ readonly kind: 'replace' } & Replacement)
  | { readonly kind: 'suspend'; readonly id: string }
  | { readonly kind: 'reinstate'; readonly id: string }
  | { readonly kind: 'keyset'; readonly keyset: Keyset }
  /** Those who cosign from now on; none: the custodians. */
  | { readonly kind: 'witnesses'; readonly witnesses: readonly Witness[] }
  | { readonly kind: 'approve-policy'; readonly policy: ApprovedPolicy }
  | EpochRotation

/**
 * The next version of the roster. Pure: whether it is in force is for `activationCounts` to say.
 * @throws {IndexError} `ERR_ROSTER_INVALID`, `ERR_KEY_INVALID`, `ERR_PARTY_EXISTS`, `ERR_PARTY_UNKNOWN`, `ERR_QUORUM_MISSING`,
 * `ERR_SIGNATURE_INVALID`
 */
export function applyChanges(roster: Roster, body: Uint8Array): Roster {
  const changes = parseChanges(body)
  let next: Roster = {
    ...roster,
    version: roster.version + 1,
    hash: sha256(encode('roster/v1', roster.hub.id, roster.hash, body)),
  }
  for (const step of changes) next = applied(next, step)
  return next
}

/** Whether these changes only take standing away: such a version needs no activation. */
export function onlySuspends(body: Uint8Array): boolean {
  return parseChanges(body).every((step) => step.kind === 'suspend')
}

/** The policy that these changes approve, the last where there are several. */
export function policyApprovedBy(body: Uint8Array): ApprovedPolicy | undefined {
  return parseChanges(body).findLast((step) => step.kind === 'approve-policy')?.policy
}

function applied(roster: Roster, step: RosterChange): Roster {
  switch (step.kind) {
    case 'enrol':
      return { ...roster, parties: withParty(roster, step.enrolment) }
    case 'replace':
      return withReplacement(roster, step)
    case 'suspend':
      return withSuspension(roster, step.id)
    case 'reinstate':
      return withReinstatement(roster, step.id)
    case 'keyset':
      return withKeyset(roster, step.keyset)
    case 'witnesses':
      requireSoundWitnesses(step.witnesses)
      return { ...roster, witnesses: step.witnesses }
    case 'approve-policy':
      return withPolicy(roster, step.policy)
    case 'rotate-epoch':
      return rotated(roster, step)
  }
}
