import { plural, when } from '../../page/words.js'
import type { Verdict } from '../assess.js'
import { incidentOf, indicatorOf, type Policy, type Threshold } from '../policy.js'
import type { SmallestAddition } from './addition.js'
import {
  decidingAtoms,
  NOT_NAMED,
  type RedactedAtom,
  type RedactedCheck,
  type RedactedExplanation,
  type RedactedLevel,
  type RedactedRule,
  redactExplanation,
  withholds,
} from './redact.js'
import { describeAtom, quantity, type WordsOptions } from './words.js'

export interface InWordsOptions extends WordsOptions {
  /** What the reader may see. Absent: the explanation of the verdict without the checks, so neither agencies nor kinds nor dates of checks. */
  readonly redacted?: RedactedExplanation
  /** What further checks other levels would take, as `smallestAddition` gives it. Agencies of its examples are not named. */
  readonly additions?: readonly SmallestAddition[]
  /** What a check is called, by its id. Absent, or for an id that it does not know: the id. */
  readonly checkNames?: ReadonlyMap<string, string>
}

const THRESHOLD_WORDS: Readonly<Record<Threshold, string>> = {
  none: '',
  'child-in-need': ' (threshold: child in need, Children Act 1989 s17)',
  'child-protection': ' (threshold: child protection, Children Act 1989 s47)',
}

/**
 * A verdict in English, a line each: the level and when it was reached, the part of its rule that holds and the checks
 * it rests on, how far each other level is, and at the end the notice. Lines that begin with `- ` are items of a list,
 * two spaces further in for each level of it. Instants are UTC, to the minute.
 *
 * Names an agency only where `redacted` names it. From equal redacted explanations, levels and instants come equal
 * lines, whatever is hidden.
 */
export function explainInWords(policy: Policy, verdict: Verdict, options: InWordsOptions = {}): readonly string[] {
  const view = viewOf(verdict, options)
  const others = view.levels.filter(({ level }) => level !== verdict.level)
  return [
    ...reachedInWords(policy, verdict, options),
    ...others.flatMap((level) => otherLines(policy, level, options)),
    verdict.notice,
  ]
}

/** Of `explainInWords` the lines about the level that is reached. */
export function reachedInWords(policy: Policy, verdict: Verdict, options: InWordsOptions = {}): readonly string[] {
  const view = viewOf(verdict, options)
  const reached = view.levels.find(({ level }) => level === verdict.level)
  if (reached === undefined) return [`No level is reached as of ${when(verdict.asOf)}.`]
  return reachedLines(policy, verdict, view, reached, options)
}

/** Of `explainInWords` the lines about one level other than that: how far it is. None for a level that the policy does not have. */
export function distanceInWords(
  policy: Policy,
  verdict: Verdict,
  level: string,
  options: InWordsOptions = {},
): readonly string[] {
  const found = viewOf(verdict, options).levels.find((each) => each.level === level)
  return found === undefined ? [] : otherLines(policy, found, options)
}

function viewOf(verdict: Verdict, { redacted }: InWordsOptions): RedactedExplanation {
  return redacted ?? redactExplanation(verdict.explanation, [])
}

function reachedLines(
  policy: Policy,
  verdict: Verdict,
  view: RedactedExplanation,
  { level, threshold, at, rule }: RedactedLevel,
  options: InWordsOptions,
): readonly string[] {
  return [
    `The level is ${level}${THRESHOLD_WORDS[threshold]}. It was reached at ${when(at)} and this is as of ${when(verdict.asOf)}.`,
    'The part of its rule that holds:',
    ...decidingAtoms(rule).map((atom) => `- ${atomLine(policy, atom, options)}`),
    ...supportLines(policy, verdict, view, rule, options),
  ]
}

function supportLines(
  policy: Policy,
  verdict: Verdict,
  view: RedactedExplanation,
  rule: RedactedRule,
  { checkNames }: InWordsOptions,
): readonly string[] {
  if (withholds(view))
    return ['Which checks it rests on is not shown: that depends on the kind of an agency that is not named.']
  const codes = codesByCheck(decidingAtoms(rule))
  // A check may be needed by another part that holds too: then what that part saw is said.
  const others = codesByCheck(holdingAtoms(rule))
  const shown = new Map(view.checks.map((check) => [check.id, check]))
  return [
    'These checks alone reach it, and each of them is needed:',
    ...verdict.support.map((id) => {
      const seen = [...(codes.get(id) ?? others.get(id) ?? [])].map((code) => labelled(policy, code))
      return `- ${checkNames?.get(id) ?? id}${originOf(shown.get(id))}${seen.length === 0 ? '' : `: ${seen.join(', ')}`}`
    }),
  ]
}

function codesByCheck(atoms: readonly RedactedAtom[]): ReadonlyMap<string, ReadonlySet<string>> {
  const codes = new Map<string, Set<string>>()
  for (const { check, code } of atoms.flatMap(({ observations = [] }) => observations)) {
    codes.set(check, (codes.get(check) ?? new Set()).add(code))
  }
  return codes
}

function originOf(check: RedactedCheck | undefined): string {
  if (check === undefined) return ''
  const { agency, agencyKind, occurredAt } = check
  const kind = agencyKind === NOT_NAMED ? 'an agency that is not named' : `an agency of the kind ${agencyKind}`
  return ` of ${when(occurredAt)} by ${agency ?? kind}`
}

function holdingAtoms(rule: RedactedRule): readonly RedactedAtom[] {
  if (rule.kind === 'connective') return rule.members.flatMap(holdingAtoms)
  return rule.answer === 'holds' ? [rule] : []
}

function otherLines(
  policy: Policy,
  { level, threshold, outcome, at, rule }: RedactedLevel,
  options: InWordsOptions,
): readonly string[] {
  const name = `${level}${THRESHOLD_WORDS[threshold]}`
  if (outcome === 'reached') return [`The level ${name}, which is lower, was reached at ${when(at)}.`]
  const addition = options.additions?.find((one) => one.level === level)
  const head =
    outcome === 'nothing-new'
      ? `The level ${name} is not reached. Its rule held at ${when(at)}, but only by what was recorded before the case was closed:`
      : `The level ${name} is not reached. As of ${when(at)} its rule comes to this:`
  return [
    head,
    ...ruleLines(policy, rule, 0, options),
    ...(addition === undefined ? [] : additionLines(policy, addition)),
  ]
}

function ruleLines(policy: Policy, rule: RedactedRule, depth: number, options: InWordsOptions): readonly string[] {
  const indent = '  '.repeat(depth)
  if (rule.kind === 'atom') return [`${indent}- ${atomLine(policy, rule, options)}`]
  const { members, needed } = rule
  const [only] = members
  if (only !== undefined && members.length === 1) return ruleLines(policy, only, depth, options)
  const holding = members.filter(({ answer }) => answer === 'holds').length
  const withheld = members.filter(({ answer }) => answer === 'withheld').length
  const all = needed === 2 ? 'both' : `all ${needed}`
  const some = needed === 1 ? `any of ${members.length}` : `at least ${needed} of ${members.length}`
  const asked = needed === members.length ? all : some
  const head = `${asked} must hold: ${holding} ${holding === 1 ? 'does' : 'do'}${withheld > 0 ? `, ${withheld} not shown` : ''}`
  return [`${indent}- ${head}`, ...members.flatMap((member) => ruleLines(policy, member, depth + 1, options))]
}

function atomLine(policy: Policy, { atom, value, shortfall }: RedactedAtom, options: InWordsOptions): string {
  const asked = describeAtom(policy, atom, options)
  if (value === undefined || shortfall === undefined)
    return `${asked}: not shown, since it depends on the kind of an agency that is not named`
  return `${asked}: ${shortfall === 0 ? `holds, with ${quantity(atom, value)}` : `${quantity(atom, value)}, ${shortfall} short`}`
}

function additionLines(policy: Policy, addition: SmallestAddition): readonly string[] {
  if (addition.outcome === 'unreachable') return ['No checks dated at this instant would reach it.']
  if (addition.outcome === 'undecided') return [`It would take at least ${plural(addition.atLeast, 'check')} more.`]
  const { checks, exact, atLeast, example } = addition
  const proof = exact ? '' : `; whether fewer would is not known, but at least ${atLeast} would be needed`
  return [
    `${exact ? 'It would take' : 'It could take'} ${plural(checks, 'more check')}${proof}. For example:`,
    ...example.map(({ agencyKind, incident, indicators }) => {
      const codes = [incident, ...indicators].map((code) => labelled(policy, code))
      return `- a check by an agency of the kind ${agencyKind}: ${codes.join(', ')}`
    }),
  ]
}

function labelled(policy: Policy, code: string): string {
  const known = indicatorOf(policy, code) ?? incidentOf(policy, code)
  return known === undefined ? code : `${code} (“${known.label}”)`
}
