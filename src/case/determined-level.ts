import { levelRank, type Policy } from '../policy/policy.js'
import { inGoodStanding, officerOf, opens, type Roster } from '../roster/roster.js'
import {
  DETERMINATION_MS,
  type Determination,
  type DeterminationWithdrawal,
  determinationIsSignedBy,
} from './determination.js'

/** What officers may determine of a child whose checks reach this level: undefined below the step, and where it is reached already. */
export function stepFrom(policy: Policy, level: string): Policy['determination'] {
  const step = policy.determination
  if (step === undefined) return undefined
  const rank = levelRank(policy, level)
  return rank >= levelRank(policy, step.from) && rank < levelRank(policy, step.to) ? step : undefined
}

/** What a level is determined on: who asks, when, and what the checks themselves say. */
export interface DeterminationFacts {
  readonly hub: Uint8Array
  readonly case: number
  readonly roster: Roster
  readonly at: number
  /** Officer to whom the details would go. */
  readonly recipient: string
  /** The level that the checks themselves reach. */
  readonly reached: string
  readonly checkIds: ReadonlySet<string>
  /** Officers' signed words on this case that what they determined no longer counts. */
  readonly withdrawals: Iterable<Pick<DeterminationWithdrawal, 'officer' | 'at'>>
}

/**
 * The level that determinations of one case carry, undefined where they are too few: enough distinct persons who work cases and are
 * in good standing, none of them the recipient, who found it met on the step that the policy allows, on checks that reach its `from`,
 * and have not taken that back. Who found it not met is not counted.
 */
export function determinedLevel(
  policy: Policy,
  policyHash: string,
  determinations: readonly Determination[],
  facts: DeterminationFacts,
): string | undefined {
  const step = stepFrom(policy, facts.reached)
  if (step === undefined) return undefined
  const recipient = officerOf(facts.roster, facts.recipient)?.person
  const withdrawnUntil = withdrawnByPerson(facts)
  const persons = new Set<string>()
  for (const each of determinations) {
    const officer = officerOf(facts.roster, each.officer)
    const counts =
      officer !== undefined &&
      officer.person !== recipient &&
      inGoodStanding(officer, facts.at) &&
      opens(officer) &&
      each.finding === 'met' &&
      each.case === facts.case &&
      each.policyHash === policyHash &&
      each.from === step.from &&
      each.to === step.to &&
      each.at <= facts.at &&
      facts.at < each.expiry &&
      each.expiry <= each.at + DETERMINATION_MS &&
      each.at > (withdrawnUntil.get(officer.person) ?? -1) &&
      each.checkIds.length > 0 &&
      each.checkIds.every((id) => facts.checkIds.has(id)) &&
      determinationIsSignedBy(facts.hub, each, officer.keys.signing)
    if (counts) persons.add(officer.person)
  }
  return persons.size >= step.officers ? step.to : undefined
}

/** Until when each person took back what they had determined, whichever of their ids they said it under. */
function withdrawnByPerson({ roster, withdrawals }: DeterminationFacts): ReadonlyMap<string, number> {
  const until = new Map<string, number>()
  for (const { officer, at } of withdrawals) {
    const person = officerOf(roster, officer)?.person
    if (person !== undefined) until.set(person, Math.max(at, until.get(person) ?? -1))
  }
  return until
}
