import { describeRule } from '../explain/words.js'
import { type DecayStep, isAtom, type Level, membersOf, type Policy, type Rule } from '../policy.js'
import { type Path, pathText } from './edits.js'

/** One thing that is different between two policy documents. */
export interface DocumentChange {
  /** Where it stands: in the later document, or in the earlier one if it is gone. `levels[0].reachedWhen.any[2]`. */
  readonly path: string
  /** In English: `is 365, was 400`. */
  readonly change: string
}

/** Long lists of codes are cut short in the words of a rule. */
const CODES_MAX = 8

/**
 * Everything that is different between two documents, in the order of the later one. Levels are matched by name, codes
 * by code, and the members of a rule by what they say; the order of lists in which order means nothing is not compared.
 */
export function documentChanges(before: Policy, after: Policy): readonly DocumentChange[] {
  const { levels: levelsBefore, decay: decayBefore, ...restBefore } = before
  const { levels: levelsAfter, decay: decayAfter, ...restAfter } = after
  return [
    ...fieldChanges([], restBefore, restAfter),
    ...decayChanges(decayBefore, decayAfter),
    ...levelChanges({ before, after }, levelsBefore, levelsAfter),
  ].map(({ path, change }) => ({ path: pathText(path), change }))
}

interface Change {
  readonly path: Path
  readonly change: string
}

interface Both {
  readonly before: Policy
  readonly after: Policy
}

/** What stands at one place of two documents. */
function valueChanges(path: Path, before: unknown, after: unknown): readonly Change[] {
  if (isObject(before) && isObject(after)) return fieldChanges(path, before, after)
  if (isTexts(before) && isTexts(after)) return listChanges(path, before, after)
  if (JSON.stringify(before) === JSON.stringify(after)) return []
  if (path.at(-1) === 'retired') {
    const change = after === true ? 'is retired: refused in new checks' : 'is not retired'
    return (before ?? false) === (after ?? false) ? [] : [{ path, change }]
  }
  // A code, a cap or a field as a whole.
  if (before === undefined) return [{ path, change: isObject(after) ? 'is new' : `is ${spelt(after)}, was not set` }]
  if (after === undefined) return [{ path, change: isObject(before) ? 'is gone' : `is not set, was ${spelt(before)}` }]
  return [{ path, change: `is ${spelt(after)}, was ${spelt(before)}` }]
}

function fieldChanges(path: Path, before: object, after: object): readonly Change[] {
  const [earlier, later] = [new Map(Object.entries(before)), new Map(Object.entries(after))]
  return [...new Set([...later.keys(), ...earlier.keys()])].flatMap((name) =>
    valueChanges([...path, name], earlier.get(name), later.get(name)),
  )
}

function listChanges(path: Path, before: readonly string[], after: readonly string[]): readonly Change[] {
  const more = after.filter((member) => !before.includes(member))
  const less = before.filter((member) => !after.includes(member))
  const words = [
    ...(more.length > 0 ? [`has ${more.join(', ')} besides`] : []),
    ...(less.length > 0 ? [`has no longer ${less.join(', ')}`] : []),
  ]
  return words.length === 0 ? [] : [{ path, change: words.join('; ') }]
}

function decayChanges(before: readonly DecayStep[] = [], after: readonly DecayStep[] = []): readonly Change[] {
  if (before.length === after.length) {
    return after.flatMap((step, index) => valueChanges(['decay', index], before[index], step))
  }
  const told = (steps: readonly DecayStep[]): string =>
    steps.length === 0
      ? 'none'
      : steps.map(({ upToDays, permille }) => `${permille} permille up to ${upToDays} days`).join(', ')
  return [{ path: ['decay'], change: `is ${told(after)}; was ${told(before)}` }]
}

function levelChanges(both: Both, before: readonly Level[], after: readonly Level[]): readonly Change[] {
  const matched = after.flatMap((level, index): readonly Change[] => {
    const path = ['levels', index]
    const earlier = before.find(({ name }) => name === level.name)
    if (earlier === undefined) return [{ path, change: `level ${level.name} is new` }]
    const { reachedWhen: ruleBefore, ...restBefore } = earlier
    const { reachedWhen, ...rest } = level
    return [
      ...fieldChanges(path, restBefore, rest),
      ...ruleChanges([...path, 'reachedWhen'], both, ruleBefore, reachedWhen),
    ]
  })
  const kept = (levels: readonly Level[], others: readonly Level[]): string =>
    levels
      .map(({ name }) => name)
      .filter((name) => others.some((level) => level.name === name))
      .join(', ')
  const [orderAfter, orderBefore] = [kept(after, before), kept(before, after)]
  return [
    ...matched,
    ...before.flatMap(({ name }, index): readonly Change[] =>
      after.some((level) => level.name === name) ? [] : [{ path: ['levels', index], change: `level ${name} is gone` }],
    ),
    ...(orderAfter === orderBefore
      ? []
      : [{ path: ['levels'], change: `are in the order ${orderAfter}; were ${orderBefore}` }]),
  ]
}

/** Rules of one shape are compared inside; others are told whole. */
function ruleChanges(path: Path, both: Both, before: Rule, after: Rule): readonly Change[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return []
  if (isAtom(before) && isAtom(after) && Object.keys(before)[0] === Object.keys(after)[0]) {
    return fieldChanges(path, before, after)
  }
  if (isAtom(before) || isAtom(after) || membersOf(before).field !== membersOf(after).field) {
    return [{ path, change: `is: ${inWords(both.after, after)}; was: ${inWords(both.before, before)}` }]
  }
  const [from, to] = [membersOf(before), membersOf(after)]
  const needed = 'of' in after ? valueChanges([...path, 'atLeast'], from.needed, to.needed) : []
  return [...needed, ...memberChanges([...path, to.field], both, from.rules, to.rules)]
}

/** Members that say the same are left out; of the others, as many as there are on both sides are compared in order. */
function memberChanges(path: Path, both: Both, before: readonly Rule[], after: readonly Rule[]): readonly Change[] {
  const left = [...before.entries()]
  const changed: (readonly [index: number, rule: Rule])[] = []
  for (const [index, rule] of after.entries()) {
    const same = left.findIndex(([, earlier]) => JSON.stringify(earlier) === JSON.stringify(rule))
    if (same < 0) changed.push([index, rule])
    else left.splice(same, 1)
  }
  const pairs = Math.min(left.length, changed.length)
  return [
    ...changed.slice(0, pairs).flatMap(([index, rule], place) => {
      const earlier = left[place]?.[1] ?? rule
      return ruleChanges([...path, index], both, earlier, rule)
    }),
    ...changed.slice(pairs).map(([index, rule]) => ({
      path: [...path, index],
      change: `is new: ${inWords(both.after, rule)}`,
    })),
    ...left.slice(pairs).map(([index, rule]) => ({
      path: [...path, index],
      change: `is gone: ${inWords(both.before, rule)}`,
    })),
  ]
}

function inWords(policy: Policy, rule: Rule): string {
  return describeRule(policy, rule, { codesMax: CODES_MAX })
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((member) => typeof member === 'string')
}

function spelt(value: unknown): string {
  if (isTexts(value)) return value.length === 0 ? 'empty' : value.join(', ')
  return typeof value === 'string' ? `“${value}”` : JSON.stringify(value)
}
