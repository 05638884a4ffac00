import { NOT_NAMED, type RedactedExplanation, type RedactedRule } from '../../policy/explain/redact.js'
import type { AssessedCheck } from '../../policy/history.js'
import { incidentOf, type Policy } from '../../policy/policy.js'
import type { CodeAndLabel } from './timeline.js'

/** What a reader is not told of checks. */
export interface Hidden {
  /** What the check's kind of agency is called: `not named` where the disclosure rules keep it back. */
  kindOf(check: AssessedCheck): string
  /** The incident, `not named` where it is taken from one kind of agency alone and would tell the kind that is kept back. */
  incidentOf(check: AssessedCheck): CodeAndLabel
}

export function hiddenBy(policy: Policy, hidesKindOf: (check: AssessedCheck) => boolean): Hidden {
  return {
    kindOf: (check) => (hidesKindOf(check) ? NOT_NAMED : check.agencyKind),
    incidentOf(check) {
      const known = incidentOf(policy, check.incident)
      const kinds = new Set(known === undefined ? [check.agencyKind] : known.agencyKinds)
      if (hidesKindOf(check) && kinds.size === 1) return { code: NOT_NAMED, label: '' }
      return { code: check.incident, label: known?.label ?? '' }
    },
  }
}

/** An explanation without incidents that would tell what is kept back. */
export function withoutTelling(
  view: RedactedExplanation,
  checks: readonly AssessedCheck[],
  hidden: Hidden,
): RedactedExplanation {
  const told = new Set(checks.filter((check) => hidden.incidentOf(check).code === NOT_NAMED).map(observationOf))
  if (told.size === 0) return view
  const without = (rule: RedactedRule): RedactedRule => {
    if (rule.kind === 'connective') return { ...rule, members: rule.members.map(without) }
    if (rule.observations === undefined) return rule
    const observations = rule.observations.filter(
      ({ check, code }) => !told.has(observationOf({ id: check, incident: code })),
    )
    return { ...rule, observations }
  }
  return { ...view, levels: view.levels.map((level) => ({ ...level, rule: without(level.rule) })) }
}

function observationOf({ id, incident }: { readonly id: string; readonly incident: string }): string {
  return `${id} ${incident}`
}
