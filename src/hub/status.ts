import { toHex } from '../bytes.js'
import { type ErrorCode, isIndexError } from '../errors.js'
import { openEpochs } from '../roster/rotation.js'
import { type HubContext, roster } from './context.js'
import type { OpenHubOptions } from './open-context.js'

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
  /** Whether all of them are apart: those that share this process, or its administrator, protect a stolen database (C2) and no more. */
  readonly custodiansApart: boolean
  /** Each that the hub is wired to: in this process, or apart. */
  readonly custodianPlaces: readonly { readonly custodian: string; readonly apart: boolean }[]
  readonly warnings: readonly string[]
}

const ONE_PROCESS =
  'the custodians run in this process: a stolen database stays closed, but whoever runs this process can open what it seals'

const someHere = (here: readonly string[]): string =>
  `in this process, whoever runs which holds their shares: ${here.join(', ')}`

/** Whether a custodian answers now. */
export interface CustodianReach {
  readonly custodian: string
  readonly apart: boolean
  readonly reached: boolean
  /** Why it was not. */
  readonly code?: ErrorCode | undefined
}

/** Asks each custodian for the head that it last saw. */
export async function reachOfCustodians(
  hub: HubContext,
  apart: OpenHubOptions['custodiansApart'],
): Promise<readonly CustodianReach[]> {
  return Promise.all(
    placesOf(hub, apart).map(async (place) => {
      try {
        await hub.custodians.ask(place.custodian, 'last-seen', {})
        return { ...place, reached: true }
      } catch (error) {
        return { ...place, reached: false, code: isIndexError(error) ? error.code : ('ERR_UNEXPECTED' as const) }
      }
    }),
  )
}

function placesOf(hub: HubContext, apart: OpenHubOptions['custodiansApart'] = false): HubStatus['custodianPlaces'] {
  const isApart = (id: string): boolean => (typeof apart === 'boolean' ? apart : apart.has(id))
  return hub.custodians.ids.map((custodian) => ({ custodian, apart: isApart(custodian) }))
}

const unreadable = (checks: number): string =>
  `ERR_ASSESSMENT_INVALID: ${checks} checks have a code that the policy in force lacks, or stand twice, and are left out of every assessment`

export function statusOf(
  hub: HubContext,
  apart: OpenHubOptions['custodiansApart'],
  unassessedChecks: number,
): HubStatus {
  const present = roster(hub)
  const { version, keyset, epoch, formerEpochUntil } = present
  const { policy, hash } = hub.policy()
  const custodianPlaces = placesOf(hub, apart)
  const here = custodianPlaces.filter((place) => !place.apart).map(({ custodian }) => custodian)
  const custodiansApart = here.length === 0
  const warnings = [
    ...(custodiansApart ? [] : [here.length === custodianPlaces.length ? ONE_PROCESS : someHere(here)]),
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
    custodianPlaces,
    warnings,
  }
}
