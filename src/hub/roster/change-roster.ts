import { z } from 'zod'
import { parse } from '../../door.js'
import { IndexError } from '../../errors.js'
import type { RosterChange } from '../../roster/change.js'
import type { Enrolment } from '../../roster/enrolment.js'
import type { Party, Roster } from '../../roster/roster.js'
import { openEpochs } from '../../roster/rotation.js'
import { parseEnrolment, parseReplacement } from '../../roster/shapes.js'
import { type HubContext, identifierKeyHashOf, roster } from '../context.js'
import { type ChangeOptions, changeRoster, type Follow, type RosterOutcome, takesItsPlace } from './enrolment.js'

/** As many as one change may have steps. */
const ENROLMENTS_MAX = 1024

/** Puts parties on the roster: journalled as one new version, in force once a quorum of custodians has signed for it. */
export async function enrolParties(
  hub: HubContext,
  input: unknown,
  options: ChangeOptions,
  follow: Follow,
): Promise<RosterOutcome> {
  const supersede = takesItsPlace(options)
  const inputs: readonly unknown[] = Array.isArray(input) ? input : [input]
  if (inputs.length === 0 || inputs.length > ENROLMENTS_MAX)
    throw new IndexError('ERR_REQUEST_INVALID', `1 to ${ENROLMENTS_MAX} parties are enrolled at a time`)
  const enrolments = inputs.map(parseEnrolment)
  for (const enrolment of enrolments) requireKnownKind(hub, enrolment)
  return changeRoster(
    hub,
    () => {
      const changes = enrolments.map((each) => ({ kind: 'enrol' as const, enrolment: withIdentifierKeys(hub, each) }))
      return { changes, supersede }
    },
    follow,
  )
}

/** Where the policy names the kinds of agency that submit its incidents, an agency is of one of them. */
function requireKnownKind(hub: HubContext, { party }: Enrolment): void {
  if (party.party !== 'agency') return
  const incidents = Object.values(hub.policy().policy.incidents)
  const kinds = new Set(incidents.flatMap(({ agencyKinds }) => agencyKinds ?? []))
  if (kinds.size === 0 || kinds.has(party.agencyKind)) return
  throw new IndexError('ERR_ROSTER_INVALID', 'the policy names no incident that agencies of this kind submit', {
    field: 'party.agencyKind',
  })
}

/** Takes a party's standing away, from this entry on. What it signed before keeps its place. */
export async function suspendParty(hub: HubContext, id: string, follow: Follow): Promise<void> {
  await changeRoster(hub, () => ({ changes: [{ kind: 'suspend', id }] }), follow)
}

/** Keys of the epochs that are open: an agency that comes later has ids of the same ones as the others. */
function withIdentifierKeys(hub: HubContext, enrolment: Enrolment): Enrolment {
  if (enrolment.party.party !== 'agency') return enrolment
  const { id } = enrolment.party
  const epochs = openEpochs(roster(hub), hub.clock()).toSorted((a, b) => a - b)
  const identifierKeys = epochs.map((epoch) => identifierKeyHashOf(hub, id, epoch))
  return { ...enrolment, party: { ...enrolment.party, identifierKeys } }
}

/** Gives a party new keys or dates, by its own word. */
export async function replaceParty(
  hub: HubContext,
  input: unknown,
  options: ChangeOptions,
  follow: Follow,
): Promise<RosterOutcome> {
  const supersede = takesItsPlace(options)
  const replacement = parseReplacement(input)
  return changeRoster(hub, () => ({ changes: [{ kind: 'replace', ...replacement }], supersede }), follow)
}

/** Gives a suspended party its standing back. */
export async function reinstateParty(
  hub: HubContext,
  id: string,
  options: ChangeOptions,
  follow: Follow,
): Promise<RosterOutcome> {
  const supersede = takesItsPlace(options)
  return changeRoster(hub, () => ({ changes: [{ kind: 'reinstate', id }], supersede }), follow)
}

/** Who is to hold the shares of what is sealed from now on, and how many of them open. */
export interface NewKeyset extends ChangeOptions {
  /** Ids of custodians, in any order. */
  readonly members: readonly string[]
  readonly quorum: number
  /** Enrolments of those of them that are not on the roster yet. */
  readonly enrolments?: readonly unknown[] | undefined
}

const newKeyset = z.strictObject({
  members: z.array(z.string().max(64)).min(2).max(16),
  quorum: z.number().int().min(2).max(16),
  enrolments: z.array(z.unknown()).max(16).default([]),
  supersede: z.boolean().default(false),
})

/** Makes another keyset the present one, under the next number. */
export async function makeKeyset(hub: HubContext, input: NewKeyset, follow: Follow): Promise<RosterOutcome> {
  const { members, quorum, enrolments, supersede } = parse(newKeyset, input, 'ERR_REQUEST_INVALID', 'keyset')
  const applicants = enrolments.map(parseEnrolment)
  return changeRoster(
    hub,
    () => {
      const present = roster(hub)
      const seats = new Map([...present.parties.values(), ...applicants.map(({ party }) => party)].flatMap(seatOf))
      const inOrder = members.toSorted((a, b) => (seats.get(a) ?? 0) - (seats.get(b) ?? 0))
      const id = nextId(present)
      const changes: readonly RosterChange[] = [
        ...applicants.map((enrolment) => ({ kind: 'enrol' as const, enrolment })),
        { kind: 'keyset', keyset: { id, members: inOrder, quorum } },
      ]
      return { changes, supersede }
    },
    follow,
  )
}

function seatOf(party: Party): readonly (readonly [string, number])[] {
  return party.party === 'custodian' ? [[party.id, party.index]] : []
}

function nextId({ keyset, formerKeysets }: Roster): string {
  const used = new Set([keyset, ...formerKeysets].map(({ id }) => id))
  for (let number = used.size + 1; ; number += 1) if (!used.has(`keyset-${number}`)) return `keyset-${number}`
}
