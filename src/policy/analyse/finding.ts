import { compilePolicy } from '../compiled/compile.js'
import type { Example } from '../example.js'
import { isAtom, type Level, levelRank, membersOf, type Policy, type Rule } from '../policy.js'
import type { Space } from './space.js'

/** The analyses by which findings are grouped; `lint` is for habits that a good policy keeps. */
export type AnalysisName =
  | 'SA-1'
  | 'SA-2'
  | 'SA-3'
  | 'SA-4'
  | 'SA-6'
  | 'SA-7'
  | 'SA-8'
  | 'SA-10'
  | 'SA-11'
  | 'SA-12'
  | 'lint'

/** Something about a policy that somebody should either change or accept. */
export interface Finding {
  /** Says what and where in a few words, such as `SA-6/review/any[1]`: the same for the same policy, so that it can be accepted by it. */
  readonly id: string
  readonly analysis: AnalysisName
  /** `error`: it cannot be meant. `warning`: it may be meant, and then say so. `note`: worth knowing. */
  readonly severity: 'error' | 'warning' | 'note'
  readonly level?: string
  /** JSON path of the rule, code or number that it is about. */
  readonly path?: string
  readonly text: string
  /** The codes that it is about, where the text may not name them all. */
  readonly codes?: readonly string[]
  /** A history that shows it, assessed before it was reported. */
  readonly example?: Example
  /** What was searched, where not everything was. */
  readonly bound?: string
}

/** What an analysis looks at. */
export interface Subject {
  readonly policy: Policy
  readonly space: Space
  readonly options: Required<AnalyseOptions>
}

export interface AnalyseOptions {
  /** Dimensions that are circumstances of a family and no harm to the child. Default: those of the default matrix. */
  readonly circumstances?: readonly string[]
  /** Incidents that only echo what the index itself said. Default: `index-referral`. */
  readonly echoes?: readonly string[]
  /** Incidents that reach child protection by themselves, by law. Default: `police-protection`. */
  readonly immediate?: readonly string[]
  /** Trigger sets of up to so many checks, 1 to 4. Default 3. */
  readonly triggerChecks?: number
}

/** A rule of a level and where it stands. */
export interface PlacedRule {
  readonly level: Level
  readonly rule: Rule
  /** Within the level, for ids: `any[0].all[1]`, or an empty text for the level's whole rule. */
  readonly place: string
  readonly path: string
}

/** The rule of a level with everything in it, outermost first. */
export function placedRules(policy: Policy, level: Level): readonly PlacedRule[] {
  const root = `levels[${policy.levels.indexOf(level)}].reachedWhen`
  const walk = (rule: Rule, place: string): readonly PlacedRule[] => {
    const here = { level, rule, place, path: place === '' ? root : `${root}.${place}` }
    return [here, ...membersIn(rule, place).flatMap((member) => walk(member.rule, member.place))]
  }
  return walk(level.reachedWhen, '')
}

export function membersIn(rule: Rule, place: string): readonly { readonly rule: Rule; readonly place: string }[] {
  if (isAtom(rule)) return []
  const { rules, field } = membersOf(rule)
  return rules.map((member, index) => ({
    rule: member,
    place: `${place === '' ? '' : `${place}.`}${field}[${index}]`,
  }))
}

/** An id of parts, without those that are empty. */
export function idOf(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('/')
}

/** The rule that holds where a level or a higher one does. */
export function reaches(policy: Policy, level: Level): Rule {
  const rules = policy.levels.slice(levelRank(policy, level.name) - 1).map(({ reachedWhen }) => reachedWhen)
  return { any: rules }
}

/** The example as a part of a finding, if the policy itself finds that it reaches the level. */
export function shown(policy: Policy, level: Level, example: Example | undefined): { readonly example?: Example } {
  if (example === undefined) return {}
  const rank = compilePolicy(policy).rankAt(example.checks, example.asOf)
  return rank >= levelRank(policy, level.name) ? { example } : {}
}

/** A list in words, cut short. */
export function listed(names: readonly string[], most = 6): string {
  const rest = names.length - most
  return rest > 0 ? `${names.slice(0, most).join(', ')} and ${rest} more` : names.join(', ')
}
