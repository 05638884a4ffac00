import { type Atom, measureOf } from '../policy.js'
import type { Totals } from '../reference/evaluate.js'
import type {
  AtomExplanation,
  CountedObservation,
  DiscardedObservation,
  DiscardReason,
  Explanation,
  LevelExplanation,
  RuleExplanation,
} from './explanation.js'

/** What stands for the kind of an agency that may not be told. */
export const NOT_NAMED = 'not named'

/** An explanation as somebody may see it: below the disclosure rules, kinds of agency and numbers. */
export interface RedactedExplanation {
  /** By occurrence, then id. */
  readonly checks: readonly RedactedCheck[]
  /** Lowest first. */
  readonly levels: readonly RedactedLevel[]
}

export interface RedactedCheck {
  readonly id: string
  readonly occurredAt: number
  /** `not named` for one that is hidden. */
  readonly agencyKind: string
  /** Only where agencies may be named, and this one is not hidden. */
  readonly agency?: string
  readonly withdrawn: boolean
}

export interface RedactedLevel extends Omit<LevelExplanation, 'rule'> {
  readonly rule: RedactedRule
}

export type RedactedRule = RedactedConnective | RedactedAtom

/** `withheld`: it depends on the kind of an agency whose kind is hidden, so the answer would tell something of it. */
export type RedactedAnswer = 'holds' | 'does-not-hold' | 'withheld'

export interface RedactedConnective {
  readonly kind: 'connective'
  readonly path: string
  readonly answer: RedactedAnswer
  readonly needed: number
  readonly members: readonly RedactedRule[]
}

export interface RedactedAtom {
  readonly kind: 'atom'
  readonly path: string
  readonly answer: RedactedAnswer
  readonly atom: Atom
  /** Checks, distinct values or points. This and all that follows is absent where the answer is withheld. */
  readonly value?: number
  readonly shortfall?: number
  /** What the atom looked at, oldest first. Those that only the count cap left out are among them: it speaks of one agency. */
  readonly observations?: readonly SeenObservation[]
  /** How many of `observations` the count cap left out. */
  readonly capped?: number
  /** How many others were left out, by reason. */
  readonly discarded?: Readonly<Partial<Record<DiscardReason, number>>>
  /** Which were counted and which were not, and the sums: only where agencies may be named and none is hidden. */
  readonly detail?: {
    readonly counted: readonly CountedObservation[]
    readonly discarded: readonly DiscardedObservation[]
    readonly totals?: Totals
  }
}

export interface SeenObservation {
  readonly check: string
  readonly code: string
}

/** What is asked of a check here. */
export interface ExplainedCheck {
  readonly id: string
  /** Not needed where agencies are not named. */
  readonly agency?: string
  readonly agencyKind: string
  readonly occurredAt: number
  readonly withdrawn?: boolean | undefined
}

export interface RedactOptions<Check extends ExplainedCheck = ExplainedCheck> {
  /** Whether agencies may be named; they may not unless this says so. Nor are checks then told to be of one agency. */
  readonly namesAgencies?: boolean
  /** Checks by an agency whose kind would name it, such as a sensitive service: neither name nor kind is shown. */
  readonly hidesAgencyOf?: (check: Check) => boolean
}

/**
 * An explanation without what the disclosure rules keep back.
 *
 * What it says is the same for any two histories that differ only in what is hidden, as long as the levels are reached
 * at the same instants: other names of agencies, another order of the checks, other kinds of the hidden agencies.
 *
 * @param checks Those that were explained.
 */
export function redactExplanation<Check extends ExplainedCheck>(
  explanation: Explanation,
  checks: readonly Check[],
  options: RedactOptions<Check> = {},
): RedactedExplanation {
  const { namesAgencies = false, hidesAgencyOf = () => false } = options
  const each = [...new Map(checks.map((check) => [check.id, check])).values()].sort(
    (a, b) => a.occurredAt - b.occurredAt || (a.id < b.id ? -1 : 1),
  )
  const hidden = new Set(each.filter(hidesAgencyOf))
  const places = new Map(each.map(({ id }, place) => [id, place]))
  const shows: Shows = { places, kinds: hidden.size === 0, agencies: namesAgencies && hidden.size === 0 }
  return {
    checks: each.map((check) => ({
      id: check.id,
      occurredAt: check.occurredAt,
      agencyKind: hidden.has(check) ? NOT_NAMED : check.agencyKind,
      ...(namesAgencies && !hidden.has(check) && check.agency !== undefined ? { agency: check.agency } : {}),
      withdrawn: check.withdrawn === true,
    })),
    levels: explanation.map((level) => ({ ...level, rule: redactRule(level.rule, shows) })),
  }
}

/** The measures by which a rule holds: of a choice, the first members that suffice, those known to hold before any other. */
export function decidingAtoms(rule: RedactedRule): readonly RedactedAtom[] {
  if (rule.answer === 'does-not-hold') return []
  if (rule.kind === 'atom') return [rule]
  const { members, needed } = rule
  const first = members.filter(({ answer }) => answer === 'holds')
  const then = members.filter(({ answer }) => answer === 'withheld')
  return [...first, ...then].slice(0, needed).flatMap(decidingAtoms)
}

/** Whether any answer is withheld. Then it is not to be told either which checks a level rests on: that can depend on any atom. */
export function withholds({ levels }: RedactedExplanation): boolean {
  return levels.some(({ rule }) => isAnyWithheld(rule))
}

function isAnyWithheld(rule: RedactedRule): boolean {
  return rule.kind === 'atom' ? rule.answer === 'withheld' : rule.members.some(isAnyWithheld)
}

interface Shows {
  /** Of checks by id, in the order in which they are shown. */
  readonly places: ReadonlyMap<string, number>
  /** Whether every agency's kind is shown. */
  readonly kinds: boolean
  /** Whether every agency is named. */
  readonly agencies: boolean
}

function redactRule(rule: RuleExplanation, shows: Shows): RedactedRule {
  if (rule.kind === 'atom') return redactAtom(rule, shows)
  const { kind, path, needed } = rule
  const members = rule.members.map((member) => redactRule(member, shows))
  const holding = members.filter(({ answer }) => answer === 'holds').length
  const withheld = members.filter(({ answer }) => answer === 'withheld').length
  const answer = holding >= needed ? 'holds' : holding + withheld >= needed ? 'withheld' : 'does-not-hold'
  return { kind, path, answer, needed, members }
}

function redactAtom(explained: AtomExplanation, shows: Shows): RedactedAtom {
  const { kind, path, atom, holds, value, shortfall, counted, discarded, totals } = explained
  if (!shows.kinds && readsKinds(atom)) return { kind, path, answer: 'withheld', atom }
  const capped = discarded.filter(({ reason }) => reason === 'capped').length
  return {
    kind,
    path,
    answer: holds ? 'holds' : 'does-not-hold',
    atom,
    value,
    shortfall,
    observations: lookedAt(explained, shows),
    capped,
    discarded: reasonsIn(discarded),
    ...(shows.agencies ? { detail: { counted, discarded, ...(totals === undefined ? {} : { totals }) } } : {}),
  }
}

function readsKinds(atom: Atom): boolean {
  return measureOf(atom).where?.agencyKinds !== undefined || ('distinct' in atom && atom.distinct.of === 'agencyKind')
}

// One order for all of them: another would show which of them the count cap left out.
function lookedAt({ counted, discarded }: AtomExplanation, { places }: Shows): readonly SeenObservation[] {
  const placeOf = (id: string): number => places.get(id) ?? 0
  return [...counted, ...discarded.filter(({ reason }) => reason === 'capped')]
    .map(({ check, code }) => ({ check, code }))
    .sort((a, b) => placeOf(a.check) - placeOf(b.check) || (a.code < b.code ? -1 : 1))
}

function reasonsIn(discarded: readonly DiscardedObservation[]): Readonly<Partial<Record<DiscardReason, number>>> {
  const counts: Partial<Record<DiscardReason, number>> = {}
  for (const { reason } of discarded) {
    if (reason !== 'capped') counts[reason] = (counts[reason] ?? 0) + 1
  }
  return counts
}
