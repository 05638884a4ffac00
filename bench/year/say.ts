import type { Policy } from '../../src/policy/policy.js'
import type { SeededRandom } from '../../src/testing/random.js'

/** How much there is to worry about in a child's contacts. */
export type Group = 'ordinary' | 'in-contact' | 'worrying' | 'everywhere'

/** How likely a check of such a child names an indicator, and one of severity 3 or 4, and an incident that is not routine. */
const WORRY: Readonly<Record<Group, { readonly any: number; readonly severe: number; readonly grave: number }>> = {
  ordinary: { any: 0.1, severe: 0.001, grave: 0.002 },
  'in-contact': { any: 0.25, severe: 0.004, grave: 0.01 },
  worrying: { any: 0.5, severe: 0.03, grave: 0.05 },
  everywhere: { any: 0.7, severe: 0.05, grave: 0.1 },
}

interface Codes {
  readonly routine: readonly string[]
  readonly grave: readonly string[]
}

/** What checks say, under a policy, by the kind of the agency and the sort of child. */
export class Sayings {
  private readonly byKind = new Map<string, Codes>()
  private readonly mild: readonly string[]
  private readonly severe: readonly string[]

  constructor(
    private readonly policy: Policy,
    private readonly random: SeededRandom,
  ) {
    const indicators = Object.entries(policy.indicators).filter(([, { retired }]) => retired !== true)
    this.mild = indicators.filter(([, { severity }]) => severity <= 2).map(([code]) => code)
    this.severe = indicators.filter(([, { severity }]) => severity > 2).map(([code]) => code)
  }

  say(kind: string, group: Group): { readonly incident: string; readonly indicators: readonly string[] } {
    const { random } = this
    const { any, severe, grave } = WORRY[group]
    const codes = this.codesOf(kind)
    const incident = random.pick(random.next() < grave ? codes.grave : codes.routine)
    if (random.next() < severe) return { incident, indicators: [random.pick(this.severe)] }
    return { incident, indicators: random.next() < any ? [random.pick(this.mild)] : [] }
  }

  private codesOf(kind: string): Codes {
    const known = this.byKind.get(kind)
    if (known !== undefined) return known
    const incidents = Object.entries(this.policy.incidents)
      .filter(([, { retired, agencyKinds }]) => retired !== true && (agencyKinds?.includes(kind) ?? true))
      .map(([code, { points }]) => ({ code, points }))
    const routine = incidents.filter(({ points }) => points < 10).map(({ code }) => code)
    const grave = incidents.filter(({ points }) => points >= 10).map(({ code }) => code)
    const codes = { routine, grave: grave.length === 0 ? routine : grave }
    this.byKind.set(kind, codes)
    return codes
  }
}
