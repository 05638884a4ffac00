import { z } from 'zod'
import { instant, parse } from '../../door.js'
import { IndexError } from '../../errors.js'
import { ENTRY_BYTES_MAX } from '../../journal/entry.js'
import { toJsonBytes } from '../../json.js'
import { parsePolicy } from '../../policy/parse.js'
import type { Policy } from '../../policy/policy.js'
import { requireSuccessor } from '../../policy/successor.js'
import { policyApprovedBy } from '../../roster/change.js'
import type { ApprovedPolicy, Roster } from '../../roster/roster.js'
import { type HubContext, type PolicyInForce, roster } from '../context.js'
import { type Change, type ChangeOptions, changeRoster, type Follow } from '../roster/enrolment.js'
import { documentOf, prepared } from './policies.js'

/** What became of a policy that was to be adopted. */
export interface Adoption {
  /**
   * `adopted`: approved, and decides from `from` on. `proposed`: journalled, and waits for `activate`, because changes of
   * this roster have a delay. `unchanged`: it was adopted or proposed before; nothing was written.
   */
  readonly outcome: 'adopted' | 'proposed' | 'unchanged'
  /** 64 hexadecimal digits. */
  readonly hash: string
  /** Epoch milliseconds. */
  readonly from: number
}

export interface AdoptOptions extends ChangeOptions {
  /** When it begins to decide, epoch milliseconds: not before the roster's delay has passed. As soon as may be where absent. */
  readonly from?: number | undefined
}

const adoptOptions = z.strictObject({ from: instant.optional(), supersede: z.boolean().default(false) })

// What an entry has around its body: version, tag, type and time.
const ENTRY_FRAME_BYTES = 256

/**
 * Approves a policy as the one that decides from an instant on: its document and the change of the roster are one write.
 *
 * It follows the last approved policy, so it must keep every code of that one; see `requireSuccessor`. An earlier policy
 * comes back by being adopted again, unless codes have been added since. What is scheduled cannot be taken back, only
 * followed.
 *
 * @throws {IndexError} `ERR_POLICY_INVALID` naming the field, `version` for a policy whose id and version stand for other
 * content; `ERR_REQUEST_INVALID` for a `from` that is too early; `ERR_QUORUM_MISSING`, `ERR_ROSTER_INVALID` or
 * `ERR_CUSTODIAN_UNAVAILABLE` where too few custodians sign
 */
export async function adoptPolicy(
  hub: HubContext,
  input: unknown,
  options: AdoptOptions,
  follow: Follow,
): Promise<Adoption> {
  const { from, supersede } = parse(adoptOptions, options, 'ERR_REQUEST_INVALID', 'adoption')
  const next = prepared(requireSmall(parsePolicy(input)))
  let adoption: Adoption | undefined
  await changeRoster(
    hub,
    () => {
      const { change, ...outcome } = adoptionOf(hub, next, from)
      adoption = outcome
      return change === undefined ? undefined : { ...change, supersede }
    },
    follow,
  )
  if (adoption === undefined) throw new IndexError('ERR_STORE_FAILED', 'the policy was not adopted')
  return adoption
}

function requireSmall(policy: Policy): Policy {
  if (toJsonBytes(policy).length <= ENTRY_BYTES_MAX - ENTRY_FRAME_BYTES) return policy
  throw new IndexError('ERR_POLICY_INVALID', 'policy: it is too large for a journal entry')
}

/** What adopting comes to, on the roster as it stands now. */
function adoptionOf(
  hub: HubContext,
  next: PolicyInForce,
  wanted: number | undefined,
): Adoption & { readonly change?: Change } {
  const { hash, policy } = next
  const present = roster(hub)
  const last = requireLast(present)
  if (last.hash === hash) return { outcome: 'unchanged', hash, from: sameAs(last, wanted, hub.clock()) }
  const { proposed } = hub.rosters()
  const waiting = proposed === undefined ? undefined : policyApprovedBy(proposed.body)
  if (waiting?.hash === hash) return { outcome: 'unchanged', hash, from: sameAs(waiting, wanted, hub.clock()) }
  requireNewName(hub, next)
  requireSuccessor(documentOf(hub.documents(), last.hash).policy, policy)
  const from = beginning(last, present.activationDelayMs, wanted, hub.clock())
  return {
    outcome: present.activationDelayMs > 0 ? 'proposed' : 'adopted',
    hash,
    from,
    change: {
      changes: [{ kind: 'approve-policy', policy: { hash, from } }],
      document: hub.documents().has(hash) ? undefined : policy,
    },
  }
}

function requireLast({ policies }: Roster): ApprovedPolicy {
  const last = policies.at(-1)
  if (last === undefined) throw new IndexError('ERR_POLICY_UNKNOWN', 'the roster approves no policy')
  return last
}

function sameAs({ from }: ApprovedPolicy, wanted: number | undefined, now: number): number {
  if (wanted === undefined || wanted === from || from <= now) return from
  throw invalidFrom('this policy is to begin at another instant already')
}

/** Once a document is journalled, its id and version stand for it and for nothing else. */
function requireNewName(hub: HubContext, { hash, policy: { id, version } }: PolicyInForce): void {
  for (const known of hub.documents().values()) {
    if (known.hash === hash || known.policy.id !== id || known.policy.version !== version) continue
    throw new IndexError(
      'ERR_POLICY_INVALID',
      'policy: version stands for another policy of this id, and a policy never changes once it was used: take a new one',
      { field: 'version' },
    )
  }
}

/** When it begins: never in the past, since what was decided then was decided by another. */
function beginning(last: ApprovedPolicy, delay: number, wanted: number | undefined, now: number): number {
  const earliest = now + delay
  if (wanted === undefined && last.from > now)
    throw invalidFrom('another policy is to begin later: say when after it this one begins')
  const from = wanted ?? Math.max(earliest, last.from + 1)
  if (from < earliest)
    throw invalidFrom('a policy cannot begin in the past, or before changes of the roster take effect')
  if (from <= last.from) throw invalidFrom('a policy begins after the one that it follows')
  return from
}

function invalidFrom(message: string): IndexError {
  return new IndexError('ERR_REQUEST_INVALID', message, { field: 'from' })
}
