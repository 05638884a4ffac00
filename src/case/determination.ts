import { encode } from '../bytes.js'
import { toJsonBytes } from '../json.js'
import type { Policy } from '../policy/policy.js'
import { inGoodStanding, officerOf, type Roster } from '../roster/roster.js'
import { type SigningKey, sign, verifySignature } from '../signature.js'

/** An officer's signed judgement, on identifier-only facts, that a level is met. */
export interface Determination {
  readonly case: number
  /** Checks that the officer had before them. */
  readonly checkIds: readonly string[]
  readonly policyHash: string
  readonly at: number
  readonly from: string
  readonly to: string
  readonly expiry: number
  readonly officer: string
  readonly signature: Uint8Array
}

/** How long officers' judgement stands before it must be made again. */
export const DETERMINATION_DAYS = 14
const DAY_MS = 86_400_000

export function signDetermination(
  hub: Uint8Array,
  determination: Omit<Determination, 'signature'>,
  key: SigningKey,
): Determination {
  return { ...determination, signature: sign(key, statement(hub, determination)) }
}

export function determinationIsSignedBy(hub: Uint8Array, determination: Determination, publicKey: Uint8Array): boolean {
  return verifySignature(publicKey, statement(hub, determination), determination.signature)
}

/**
 * The level that determinations of one case carry, undefined where they are too few: enough distinct persons in good
 * standing, none of them the recipient, agreeing on the same step that the policy allows, on checks that reach its `from`.
 * @param reached names of the levels that the checks themselves reach, lowest first
 */
export function determinedLevel(
  policy: Policy,
  policyHash: string,
  determinations: readonly Determination[],
  facts: {
    readonly hub: Uint8Array
    readonly case: number
    readonly roster: Roster
    readonly at: number
    readonly recipient: string
    readonly reached: string
    readonly checkIds: ReadonlySet<string>
  },
): string | undefined {
  const allowed = policy.determination
  if (allowed === undefined || !reaches(policy, facts.reached, allowed.from)) return undefined
  const recipient = officerOf(facts.roster, facts.recipient)?.person
  const persons = new Set<string>()
  for (const each of determinations) {
    const officer = officerOf(facts.roster, each.officer)
    const counts =
      officer !== undefined &&
      officer.person !== recipient &&
      inGoodStanding(officer, facts.at) &&
      each.case === facts.case &&
      each.policyHash === policyHash &&
      each.from === allowed.from &&
      each.to === allowed.to &&
      each.at <= facts.at &&
      facts.at < each.expiry &&
      each.checkIds.length > 0 &&
      each.checkIds.every((id) => facts.checkIds.has(id)) &&
      each.expiry <= each.at + DETERMINATION_DAYS * DAY_MS &&
      determinationIsSignedBy(facts.hub, each, officer.keys.signing)
    if (counts) persons.add(officer.person)
  }
  return persons.size >= allowed.officers ? allowed.to : undefined
}

/** Whether a level is at least another in the order of the policy. */
function reaches(policy: Policy, level: string, atLeast: string): boolean {
  const order = policy.levels.map(({ name }) => name)
  return order.indexOf(level) >= 0 && order.indexOf(level) >= order.indexOf(atLeast)
}

function statement(hub: Uint8Array, determination: Omit<Determination, 'signature'>): Uint8Array {
  const { case: number, checkIds, policyHash, at, from, to, expiry, officer } = determination
  return encode(
    'determination/v1',
    hub,
    toJsonBytes({ case: number, checkIds, policyHash, at, from, to, expiry, officer }),
  )
}
