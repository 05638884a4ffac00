import { plural } from '../../page/words.js'
import {
  type Atom,
  type DistinctOf,
  incidentOf,
  indicatorOf,
  isAtom,
  measureOf,
  membersOf,
  type Policy,
  type Rule,
  type Where,
} from '../policy.js'

export interface WordsOptions {
  /** Lists longer than this are cut short, and say so; at least 1. Absent: every code is named. */
  readonly codesMax?: number
}

/** One line of a rule; `depth` is 0 for the rule itself, 1 for its members, and so on. */
export interface RuleLine {
  readonly depth: number
  readonly text: string
}

/**
 * An atom in English, such as “at least 2 different agencies within 365 days, counting observations of severity 2 or
 * more that are not flagged vulnerability”. A window of 365 days ends at the instant that is looked at, which it
 * includes, and starts 365 times 24 hours earlier, which it does not include.
 *
 * Codes of a filter come with their labels. Names every code unless `codesMax` asks for less.
 *
 * @throws {RangeError} for a `codesMax` that is no whole number from 1.
 */
export function describeAtom(policy: Policy, atom: Atom, options: WordsOptions = {}): string {
  const lists = listsOf(options)
  const { withinDays, where = {} } = measureOf(atom)
  const within = `${amountOf(policy, atom)} within ${plural(withinDays, 'day')}`
  if ('count' in atom) return within + checkClause(policy, where, atom.count.atLeast, lists)
  const clause = observationClause(policy, where, true, lists)
  const ofCheck = checkWords(policy, where, true, lists)
  const filter = [clause, ...(ofCheck.length > 0 ? [`of checks ${ofCheck.join(' and ')}`] : [])].filter(Boolean)
  return filter.length === 0 ? within : `${within}, counting observations ${filter.join(' ')}`
}

/**
 * A rule in English on one line. Members of a connective stand in parentheses, parted by semicolons where there are
 * more than two, so that the words say how the rule is nested. Throws as `describeAtom`.
 */
export function describeRule(policy: Policy, rule: Rule, options: WordsOptions = {}): string {
  if (isAtom(rule)) return describeAtom(policy, rule, options)
  const { rules, needed, field } = membersOf(rule)
  const members = rules.map((member) => describeRule(policy, member, options))
  const [first, second] = members
  if (first !== undefined && members.length === 1) return first
  if (field === 'of') return `at least ${needed} of (${members.join('; ')})`
  if (members.length > 2) return `${field} of (${members.join('; ')})`
  return field === 'all' ? `both (${first}) and (${second})` : `either (${first}) or (${second})`
}

/** A rule in English as the lines of a nested list; a connective with one member is that member. Throws as `describeAtom`. */
export function ruleLines(policy: Policy, rule: Rule, options: WordsOptions = {}): readonly RuleLine[] {
  return linesOf(policy, rule, 0, options)
}

/** What the points of a policy are made of, one sentence each: how they age and what caps them. */
export function describePoints(policy: Policy): readonly string[] {
  const { caps = {}, decay } = policy
  const { perAgencyIndicator, perAgency, perDimension } = caps
  const sentences: string[] = []
  if (decay !== undefined) {
    const steps = decay.map(({ upToDays, permille }) => `${permille}‰ up to ${plural(upToDays, 'whole day')}`)
    sentences.push(
      `The points of an observation count by age: ${steps.join(', ')}, and nothing after that; each is rounded down.`,
    )
  }
  if (perAgencyIndicator !== undefined) {
    sentences.push(
      `Of one agency’s observations of one indicator, or of one incident, at most ${perAgencyIndicator} count: the largest.`,
    )
  }
  if (perAgency !== undefined) sentences.push(`One agency gives at most ${plural(perAgency, 'point')}.`)
  if (perDimension !== undefined)
    sentences.push(
      `One dimension gives at most ${plural(perDimension, 'point')}; incidents are a dimension of their own.`,
    )
  if (perAgency !== undefined && perDimension !== undefined)
    sentences.push('The total is the smaller of the two sums, over agencies and over dimensions.')
  return sentences
}

/** What a number of an atom’s value is a number of, such as `2 different agencies`, `1 check` or `40 points`. */
export function quantity(atom: Atom, value: number): string {
  if ('count' in atom) return plural(value, 'check')
  if ('points' in atom) return plural(value, 'point')
  const [one, many] = DISTINCT_WORDS[atom.distinct.of]
  return value === 1 ? `1 ${one}` : `${value} different ${many}`
}

// An incident here is a code: two calls to the same house are one kind of incident.
const DISTINCT_WORDS: Readonly<Record<DistinctOf, readonly [one: string, many: string]>> = {
  agency: ['agency', 'agencies'],
  agencyKind: ['kind of agency', 'kinds of agency'],
  dimension: ['dimension', 'dimensions'],
  domain: ['domain', 'domains'],
  indicator: ['indicator', 'indicators'],
  incident: ['kind of incident', 'kinds of incident'],
  day: ['day (UTC)', 'days (UTC)'],
}

function linesOf(policy: Policy, rule: Rule, depth: number, options: WordsOptions): readonly RuleLine[] {
  if (isAtom(rule)) return [{ depth, text: describeAtom(policy, rule, options) }]
  const { rules, needed, field } = membersOf(rule)
  const [only] = rules
  if (only !== undefined && rules.length === 1) return linesOf(policy, only, depth, options)
  const heads = { all: 'all of these', any: 'any of these', of: `at least ${needed} of these ${rules.length}` }
  return [{ depth, text: heads[field] }, ...rules.flatMap((member) => linesOf(policy, member, depth + 1, options))]
}

function amountOf(policy: Policy, atom: Atom): string {
  const amount = `at least ${quantity(atom, measureOf(atom).atLeast)}`
  if (!('points' in atom)) return amount
  const after = [
    ...(policy.decay === undefined ? [] : ['decay']),
    ...(Object.keys(policy.caps ?? {}).length > 0 ? ['caps'] : []),
  ]
  return after.length === 0 ? amount : `${amount} after ${after.join(' and ')}`
}

/** A count is of checks, so what its filter asks for is said of each of them. */
function checkClause(policy: Policy, where: Where, atLeast: number, lists: Lists): string {
  const clause = observationClause(policy, where, false, lists)
  const words = [
    ...(clause === '' ? [] : [`with an observation ${clause}`]),
    ...checkWords(policy, where, false, lists),
  ]
  if (words.length === 0) return ''
  return atLeast === 1 ? ` ${words.join(' and ')}` : `, each ${words.join(' and ')}`
}

function checkWords(policy: Policy, where: Where, isMany: boolean, lists: Lists): readonly string[] {
  const { incidents, agencyKinds } = where
  return [
    ...(incidents === undefined
      ? []
      : [`with the incident ${lists.or(incidents, (code) => labelled(code, incidentOf(policy, code)))}`]),
    ...(agencyKinds === undefined
      ? []
      : [`${isMany ? 'by agencies' : 'by an agency'} of the kind ${lists.or(agencyKinds)}`]),
  ]
}

function observationClause(policy: Policy, where: Where, isMany: boolean, lists: Lists): string {
  const { severityAtLeast = 0, dimensions, domains, indicators, flags, notFlags } = where
  const words: string[] = []
  if (severityAtLeast > 0)
    words.push(severityAtLeast === 4 ? 'of severity 4' : `of severity ${severityAtLeast} or more`)
  if (dimensions !== undefined) words.push(dimensionWords(policy, dimensions, lists))
  if (domains !== undefined) words.push(`in the domain ${lists.or(domains)}`)
  const states: string[] = []
  if (indicators !== undefined)
    states.push(`the indicator ${lists.or(indicators, (code) => labelled(code, indicatorOf(policy, code)))}`)
  if (flags !== undefined) states.push(`flagged ${lists.or(flags)}`)
  if (notFlags !== undefined) states.push(lists.neither(notFlags))
  if (states.length > 0) words.push(`that ${isMany ? 'are' : 'is'} ${states.join(' and ')}`)
  return words.join(' ')
}

/** Where a filter leaves few dimensions of the policy out, these are named: the rest would hide what matters. */
function dimensionWords(policy: Policy, dimensions: readonly string[], lists: Lists): string {
  const all = new Set(Object.values(policy.indicators).map(({ dimension }) => dimension))
  const others = [...all].filter((dimension) => !dimensions.includes(dimension))
  const isShorter = others.length > 0 && others.length * 2 < all.size - others.length
  return isShorter ? `in any dimension except ${lists.and(others)}` : `in the dimension ${lists.or(dimensions)}`
}

function labelled(code: string, known: { readonly label: string } | undefined): string {
  return known === undefined ? code : `${code} (“${known.label}”)`
}

interface Lists {
  /** `a`, `a or b`, `a, b or c`. */
  or(codes: readonly string[], name?: (code: string) => string): string
  /** `a`, `a and b`, `a, b and c`. */
  and(codes: readonly string[]): string
  /** `not flagged a`, `flagged neither a nor b`, `flagged none of a, b and c`. */
  neither(flags: readonly string[]): string
}

function listsOf({ codesMax = Number.POSITIVE_INFINITY }: WordsOptions): Lists {
  if (codesMax !== Number.POSITIVE_INFINITY && !(Number.isSafeInteger(codesMax) && codesMax >= 1))
    throw new RangeError('codesMax must be a whole number from 1')
  const join = (codes: readonly string[], name: (code: string) => string, word: string): string => {
    const each = [...new Set(codes)]
    const named = each.slice(0, codesMax).map(name)
    if (each.length > named.length) named.push(`${each.length - named.length} more`)
    const last = named.pop() ?? ''
    return named.length === 0 ? last : `${named.join(', ')} ${word} ${last}`
  }
  return {
    or: (codes, name = (code) => code) => join(codes, name, 'or'),
    and: (codes) => join(codes, (code) => code, 'and'),
    neither(flags) {
      const size = new Set(flags).size
      if (size === 1) return `not flagged ${flags[0]}`
      return size === 2
        ? `flagged neither ${join(flags, (flag) => flag, 'nor')}`
        : `flagged none of ${join(flags, (flag) => flag, 'and')}`
    },
  }
}
