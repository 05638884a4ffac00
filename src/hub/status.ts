import { toHex } from '../bytes.js'
import { openEpochs } from '../roster/rotation.js'
import { type HubContext, roster } from './context.js'

export interface HubStatus {
  readonly name: string
  /** Hub id, 64 hexadecimal digits. */
  readonly hub: string
  readonly rosterVersion: number
  /** The present identifier epoch. */
  readonly epoch: number
  /** When the one before closes for new checks, epoch milliseconds; absent where it has closed, or there was none. */
  readonly formerEpochUntil?: number | undefined
  readonly policyId: string
  readonly policyVersion: string | number
  /** 64 hexadecimal digits. */
  readonly policyHash: string
  /** Recorded checks that the policy cannot read, and that therefore count for nothing: 0 unless something went wrong. */
  readonly unassessedChecks: number
  readonly custodians: number
  readonly quorum: number
  /** Custodians that share this process, or its administrator, protect a stolen database (C2) and no more. */
  readonly custodiansApart: boolean
  readonly warnings: readonly string[]
}

const ONE_PROCESS =
  'the custodians run in this process: a stolen database stays closed, but whoever runs this process can open what it seals'

const unreadable = (checks: number): string =>
  `ERR_ASSESSMENT_INVALID: ${checks} checks have a code that the policy in force lacks, or stand twice, and are left out of every assessment`

export function statusOf(hub: HubContext, custodiansApart: boolean, unassessedChecks: number): HubStatus {
  const present = roster(hub)
  const { version, keyset, epoch, formerEpochUntil } = present
  const { policy, hash } = hub.policy()
  const warnings = [
    ...(custodiansApart ? [] : [ONE_PROCESS]),
    ...(unassessedChecks === 0 ? [] : [unreadable(unassessedChecks)]),
  ]
  return {
    name: hub.name,
    hub: toHex(hub.id),
    rosterVersion: version,
    epoch,
    ...(openEpochs(present, hub.clock()).length > 1 ? { formerEpochUntil } : {}),
    policyId: policy.id,
    policyVersion: policy.version,
    policyHash: hash,
    unassessedChecks,
    custodians: keyset.members.length,
    quorum: keyset.quorum,
    custodiansApart,
    warnings,
  }
}
