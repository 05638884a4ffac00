import { IndexError } from '../errors.js'
import { type Message, requireSignedBy } from '../port.js'
import { hasRole, inGoodStanding, type Officer, type OfficerRole, officerOf, opens } from '../roster/roster.js'
import { type HubContext, requireSender, roster } from './context.js'

/** Who works cases: reads them, determines, opens, refers. */
export const CASE_ROLES: readonly OfficerRole[] = ['caseworker', 'manager']

/**
 * The officer who sent a message: undertaking signed, training and vetting in date, and with one of the roles, where any are named.
 * @throws {IndexError} `ERR_PARTY_UNKNOWN`, `ERR_SIGNATURE_INVALID`, `ERR_PARTY_NOT_IN_STANDING`, `ERR_ROLE_MISSING`
 */
export function requireOfficer(hub: HubContext, message: Message, ...roles: readonly OfficerRole[]): Officer {
  const officer = requireSender(hub, message, 'officer')
  if (!inGoodStanding(officer, hub.clock()))
    throw new IndexError('ERR_PARTY_NOT_IN_STANDING', 'the officer’s undertaking, training or vetting is not in date')
  if (roles.length > 0 && !roles.some((role) => hasRole(officer, role)))
    throw new IndexError('ERR_ROLE_MISSING', `this takes an officer with the role ${roles.join(' or ')}`)
  return officer
}

/**
 * The officer who sent a message, in standing or not: for what only takes power away.
 * @throws {IndexError} `ERR_PARTY_UNKNOWN`, `ERR_SIGNATURE_INVALID`
 */
export function requireOfficerSender(hub: HubContext, message: Message): Officer {
  const officer = officerOf(roster(hub), message.party)
  if (officer === undefined)
    throw new IndexError('ERR_PARTY_UNKNOWN', 'no officer is on the roster under this id: enrol it first')
  requireSignedBy(message, hub.id, officer.keys.signing, hub.clock())
  return officer
}

/** Who an officer is, across ids, keys and roles. */
export function personOf(hub: HubContext, officer: string): string {
  return officerOf(roster(hub), officer)?.person ?? officer
}

/** Whether an officer can work cases at this instant. */
export function worksCases(officer: Officer, at: number): boolean {
  return inGoodStanding(officer, at) && opens(officer)
}
