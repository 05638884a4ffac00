import { z } from 'zod'
import { bytesOf, instant, parse } from '../door.js'
import { fromJsonBytes } from '../json.js'
import type { RosterChange } from './change.js'
import type { Enrolment } from './enrolment.js'
import type { Genesis } from './genesis.js'
import { OFFICER_ROLES, type OfficerRole } from './roster.js'

// `management` is whom a consent names where it is for the officers of the management function, and no party.
const partyId = z.string().regex(/^(?!management$)[a-z0-9][a-z0-9-]{0,62}$/)
const keys = z.strictObject({ signing: bytesOf(32), hpke: bytesOf(32) })
/** Roles of an officer: at least one, each once, in the order of the list, so that a set has one spelling. */
export const officerRoles: z.ZodType<readonly OfficerRole[]> = z.custom<readonly OfficerRole[]>((value) => {
  if (!Array.isArray(value) || value.length === 0) return false
  const places = value.map((role) => OFFICER_ROLES.indexOf(role))
  return places.every((place, at) => place > (places[at - 1] ?? -1))
}, 'must be roles in the order of the list, each once')
const base = { id: partyId, keys, suspended: z.boolean() }
const party = z.discriminatedUnion('party', [
  z.strictObject({
    party: z.literal('agency'),
    ...base,
    agencyKind: z.string().regex(/^[a-z0-9-]{1,64}$/),
    sensitive: z.boolean(),
    agreementUntil: instant.optional(),
    identifierKeys: z.array(z.strictObject({ epoch: instant, hash: bytesOf(32) })).max(1024),
  }),
  z.strictObject({
    party: z.literal('officer'),
    ...base,
    person: z.string().regex(/^[A-Za-z0-9._/-]{1,64}$/),
    undertakingAt: instant,
    trainingUntil: instant,
    vettingUntil: instant,
    roles: officerRoles,
  }),
  z.strictObject({ party: z.literal('sealer'), ...base }),
  z.strictObject({
    party: z.literal('custodian'),
    ...base,
    index: z.number().int().min(1).max(255),
    controller: z.string().min(1).max(128),
  }),
])
const enrolment = z.strictObject({ party, proof: bytesOf(64) })
const policy = z.strictObject({ hash: z.string().regex(/^[0-9a-f]{64}$/), from: instant, until: instant.optional() })
const witnesses = z
  .array(z.strictObject({ name: z.string().regex(/^[A-Za-z0-9./_-]{1,128}$/), publicKey: bytesOf(32) }))
  .max(64)
const keysetId = z.string().regex(/^[a-z0-9-]{1,64}$/)
// One custodian alone would be no split of power; more than 16 shares do not fit into a sealed record.
const members = z.number().int().min(2).max(16)

const changes = z
  .array(
    z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('enrol'), enrolment }),
      z.strictObject({ kind: z.literal('replace'), enrolment, endorsement: bytesOf(64).optional() }),
      z.strictObject({ kind: z.literal('suspend'), id: partyId }),
      z.strictObject({ kind: z.literal('reinstate'), id: partyId }),
      z.strictObject({
        kind: z.literal('keyset'),
        keyset: z.strictObject({ id: keysetId, members: z.array(partyId).min(2).max(16), quorum: members }),
      }),
      z.strictObject({ kind: z.literal('witnesses'), witnesses }),
      z.strictObject({ kind: z.literal('approve-policy'), policy }),
      z.strictObject({
        kind: z.literal('rotate-epoch'),
        epoch: z.number().int().min(2),
        formerUntil: instant,
        // More agencies would not fit into one journal entry.
        identifierKeys: z.array(z.strictObject({ agency: partyId, hash: bytesOf(32) })).max(5000),
      }),
    ]),
  )
  .min(1)
  .max(1024)

const genesis = z.strictObject({
  hub: z.strictObject({ id: bytesOf(32), name: z.string().min(1).max(128), keys }),
  keyset: z.strictObject({ id: keysetId, custodians: members, quorum: members }),
  witnesses,
  policies: z.array(policy).max(1024),
  custodians: z.array(enrolment).min(1).max(255),
  activationDelayMs: instant,
})

/** What unknown input enrols. @throws {IndexError} `ERR_ROSTER_INVALID` naming the field. */
export function parseEnrolment(input: unknown): Enrolment {
  return parse(enrolment, input, 'ERR_ROSTER_INVALID', 'enrolment')
}

const replacement = z.strictObject({ enrolment, endorsement: bytesOf(64).optional() })

/** What unknown input puts in the place of a party's keys. @throws {IndexError} `ERR_ROSTER_INVALID` naming the field. */
export function parseReplacement(input: unknown): {
  readonly enrolment: Enrolment
  readonly endorsement?: Uint8Array | undefined
} {
  return parse(replacement, input, 'ERR_ROSTER_INVALID', 'replacement')
}

/** The steps of a roster body. @throws {IndexError} `ERR_ROSTER_INVALID` */
export function parseChanges(body: Uint8Array): readonly RosterChange[] {
  return parse(changes, fromJsonBytes(body), 'ERR_ROSTER_INVALID', 'roster')
}

/** Version 1 from its bytes. @throws {IndexError} `ERR_ROSTER_INVALID` */
export function parseGenesis(body: Uint8Array): Genesis {
  return parse(genesis, fromJsonBytes(body), 'ERR_ROSTER_INVALID', 'roster')
}
