import { z } from 'zod'
import { parse } from '../door.js'
import type { RosterChange } from '../roster/change.js'
import type { Party, Roster } from '../roster/roster.js'
import { parseEnrolment, parseReplacement } from '../roster/shapes.js'
import { type HubContext, roster } from './context.js'
import { changeRoster, type Follow } from './enrolment.js'

/** What became of a change of the roster. `proposed`: it waits for `activate`. */
export type RosterOutcome = 'in-force' | 'proposed'

/** Gives a party new keys or dates, by its own word. */
export function replaceParty(hub: HubContext, input: unknown, follow: Follow): Promise<RosterOutcome> {
  const replacement = parseReplacement(input)
  return changed(hub, () => [{ kind: 'replace', ...replacement }], follow)
}

/** Gives a suspended party its standing back. */
export function reinstateParty(hub: HubContext, id: string, follow: Follow): Promise<RosterOutcome> {
  return changed(hub, () => [{ kind: 'reinstate', id }], follow)
}

/** Who is to hold the shares of what is sealed from now on, and how many of them open. */
export interface NewKeyset {
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
})

/** Makes another keyset the present one, under the next number. */
export function makeKeyset(hub: HubContext, input: NewKeyset, follow: Follow): Promise<RosterOutcome> {
  const { members, quorum, enrolments } = parse(newKeyset, input, 'ERR_REQUEST_INVALID', 'keyset')
  const applicants = enrolments.map(parseEnrolment)
  return changed(
    hub,
    () => {
      const present = roster(hub)
      const seats = new Map([...present.parties.values(), ...applicants.map(({ party }) => party)].flatMap(seatOf))
      const inOrder = members.toSorted((a, b) => (seats.get(a) ?? 0) - (seats.get(b) ?? 0))
      const id = nextId(present)
      return [
        ...applicants.map((enrolment) => ({ kind: 'enrol' as const, enrolment })),
        { kind: 'keyset', keyset: { id, members: inOrder, quorum } },
      ]
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

async function changed(
  hub: HubContext,
  changes: () => readonly RosterChange[],
  follow: Follow,
): Promise<RosterOutcome> {
  const before = roster(hub).version
  await changeRoster(hub, () => ({ changes: changes() }), follow)
  return roster(hub).activationDelayMs > 0 && roster(hub).version === before ? 'proposed' : 'in-force'
}
