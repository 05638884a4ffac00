import { type AssessOptions, assess, type Verdict } from '../../src/policy/assess.js'
import { compilePolicy } from '../../src/policy/compiled/compile.js'
import type { AtomExplanation, RuleExplanation } from '../../src/policy/explain/explanation.js'
import { reviewAt } from '../../src/policy/explain/review.js'
import { policyHash } from '../../src/policy/hash.js'
import type { AssessedCheck } from '../../src/policy/history.js'
import { parsePolicy } from '../../src/policy/parse.js'
import { DAY_MS, measureOf, type Policy } from '../../src/policy/policy.js'
import { policyAtomsOf } from '../../src/testing/policy/edges.js'
import type { Implementation, LawId } from '../../src/testing/policy/law.js'
import { withLevels } from '../../src/testing/policy/variants.js'

/** A small policy to which every law applies. */
export const TRIED: Policy = parsePolicy({
  id: 'tried',
  version: 1,
  title: 'Tried by every law',
  horizonDays: 20,
  indicators: {
    light: { label: 'light', domain: 'child', dimension: 'health', severity: 1, points: 3 },
    heavy: { label: 'heavy', domain: 'family', dimension: 'care', severity: 3, points: 8 },
    harm: {
      label: 'harm',
      domain: 'child',
      dimension: 'safety',
      severity: 4,
      points: 9,
      flags: ['significant-harm'],
    },
  },
  incidents: { seen: { label: 'seen', points: 0 }, called: { label: 'called', points: 2 } },
  caps: { perAgencyIndicator: 2, perAgency: 14, perDimension: 20 },
  decay: [
    { upToDays: 3, permille: 1000 },
    { upToDays: 6, permille: 500 },
  ],
  levels: [
    {
      name: 'low',
      threshold: 'none',
      opens: [],
      reachedWhen: { count: { atLeast: 1, withinDays: 10, where: { severityAtLeast: 1 } } },
    },
    {
      name: 'middle',
      threshold: 'child-in-need',
      opens: ['identity'],
      reachedWhen: {
        any: [
          { count: { atLeast: 1, withinDays: 8, where: { flags: ['significant-harm'] } } },
          { points: { atLeast: 11, withinDays: 8, where: { severityAtLeast: 1 } } },
        ],
      },
    },
    {
      name: 'top',
      threshold: 'child-protection',
      opens: ['identity', 'carers'],
      reachedWhen: {
        any: [
          { count: { atLeast: 1, withinDays: 8, where: { flags: ['significant-harm'] } } },
          {
            all: [
              { points: { atLeast: 18, withinDays: 8, where: { severityAtLeast: 1 } } },
              { distinct: { of: 'agency', atLeast: 2, withinDays: 8 } },
            ],
          },
        ],
      },
    },
  ],
})

type Change = (
  policy: Policy,
  checks: readonly AssessedCheck[],
  asOf: number,
  options: AssessOptions,
) => readonly [Policy, readonly AssessedCheck[]] | Partial<Verdict>

/** An assessment that gets something wrong first: it looks at other checks or another policy, or says another thing. */
function assessing(change: Change): Implementation['assess'] {
  return (policy, checks, asOf, options = {}) => {
    const changed = change(policy, checks, asOf, options)
    if (isReplacement(changed)) return assess(changed[0], changed[1], asOf, options)
    const { level, at, support, explanation } = assess(policy, checks, asOf, options)
    return { level, at, support, explanation, ...changed }
  }
}

function isReplacement(changed: ReturnType<Change>): changed is readonly [Policy, readonly AssessedCheck[]] {
  return Array.isArray(changed)
}

function withoutCap(policy: Policy, cap: 'perAgency' | 'perAgencyIndicator'): Policy {
  const { [cap]: _, ...caps } = policy.caps ?? {}
  return parsePolicy({ ...policy, caps })
}

function top(policy: Policy): { level: string } {
  return { level: policy.levels.at(-1)!.name }
}

/** For each law a mistake that somebody could make and that breaks it. */
export const MISTAKES: Readonly<
  Record<LawId, { readonly mistake: string; readonly broken: () => Partial<Implementation> }>
> = {
  T1: {
    mistake: 'every other call finds nothing',
    broken: () => {
      let calls = 0
      return { assess: assessing((policy, checks) => [policy, calls++ % 2 === 0 ? checks : []]) }
    },
  },
  T2: {
    mistake: 'only the first three checks are read',
    broken: () => ({ assess: assessing((policy, checks) => [policy, checks.slice(0, 3)]) }),
  },
  T3: {
    mistake: 'a message sent again is a second check',
    broken: () => ({
      assess: assessing((policy, checks) => [policy, checks.map((check, index) => ({ ...check, id: `${index}` }))]),
    }),
  },
  T4: {
    mistake: 'what comes up often is taken for noise',
    broken: () => ({
      assess: assessing((policy, checks) => (checks.length > 4 ? { level: 'none' } : [policy, checks])),
    }),
  },
  T5: {
    mistake: 'a code that weighs much is taken for a typing error',
    broken: () => ({
      assess: assessing((policy, checks) => {
        const heavy = Object.values(policy.indicators).some(({ points }) => points > 15)
        return heavy ? { level: 'none' } : [policy, checks]
      }),
    }),
  },
  T6: {
    mistake: 'the cap on one agency is forgotten',
    broken: () => ({ assess: assessing((policy, checks) => [withoutCap(policy, 'perAgency'), checks]) }),
  },
  T7: {
    mistake: 'the cap on repeats is forgotten',
    broken: () => ({ assess: assessing((policy, checks) => [withoutCap(policy, 'perAgencyIndicator'), checks]) }),
  },
  T8: {
    mistake: 'the horizon has no end',
    broken: () => ({
      assess: assessing((policy, checks) => [parsePolicy({ ...policy, horizonDays: 100_000 }), checks]),
    }),
  },
  T9: {
    mistake: 'at weekends nobody is in the office',
    broken: () => ({
      assess: assessing((policy, checks, asOf) =>
        [0, 6].includes(new Date(asOf).getUTCDay()) ? { level: 'none' } : [policy, checks],
      ),
    }),
  },
  T10: {
    mistake: 'what nobody has answered for a week grows',
    broken: () => ({
      assess: assessing((policy, checks, asOf) =>
        checks.some(({ occurredAt }) => asOf - occurredAt > 7 * DAY_MS) ? top(policy) : [policy, checks],
      ),
    }),
  },
  T11: {
    mistake: 'what was withdrawn is read all the same',
    broken: () => ({
      assess: assessing((policy, checks) => [policy, checks.map((check) => ({ ...check, withdrawn: false }))]),
    }),
  },
  T12: {
    mistake: 'harm must be seen by two agencies',
    broken: () => ({
      assess: assessing((policy, checks) => {
        const harmed = checks.filter(({ indicators }) => indicators.includes('harm'))
        const isDoubted = new Set(harmed.map(({ agency }) => agency)).size === 1
        return [policy, isDoubted ? checks.filter((check) => !harmed.includes(check)) : checks]
      }),
    }),
  },
  T13: {
    mistake: 'one agency is not believed',
    broken: () => ({
      assess: assessing((policy, checks) => [policy, checks.filter(({ agency }) => agency !== 'B')]),
    }),
  },
  T14: {
    mistake: 'windows are a day longer',
    broken: () => ({
      compilePolicy: (policy) => compilePolicy(parsePolicy(longerWindows(policy))),
    }),
  },
  T15: {
    mistake: 'checks are read until the first one that was read before',
    broken: () => ({
      assess: assessing((policy, checks) => {
        const first = checks.findIndex((check, index) => checks.findIndex(({ id }) => id === check.id) < index)
        return [policy, first < 0 ? checks : checks.slice(0, first)]
      }),
    }),
  },
  T16: {
    mistake: 'everything that was visible supports',
    broken: () => ({
      assess: assessing((policy, checks, asOf, options) => {
        const { level } = assess(policy, checks, asOf, options)
        return { support: level === 'none' ? [] : [...new Set(checks.map(({ id }) => id))] }
      }),
    }),
  },
  T17: {
    mistake: 'one counted observation is not shown',
    broken: () => ({
      assess: assessing((policy, checks, asOf, options) => ({
        explanation: assess(policy, checks, asOf, options).explanation.map((level) => ({
          ...level,
          rule: lacking(level.rule),
        })),
      })),
    }),
  },
  T18: {
    mistake: 'the hash leaves out the caps',
    broken: () => ({ policyHash: ({ caps: _, ...policy }) => policyHash(policy) }),
  },
  T19: {
    mistake: 'the highest level ever found is remembered',
    broken: () => {
      let highest = 0
      return {
        assess: assessing((policy, checks, asOf, options) => {
          const { level } = assess(policy, checks, asOf, options)
          highest = Math.max(highest, policy.levels.findIndex(({ name }) => name === level) + 1)
          return { level: highest === 0 ? 'none' : policy.levels[highest - 1]!.name }
        }),
      }
    },
  },
  T20: {
    mistake: 'the lowest level is for children who are not at a higher one',
    broken: () => ({
      assess: assessing((policy, checks) =>
        policy.levels.length === 1 && checks.length > 1 ? { level: 'none' } : [policy, checks],
      ),
    }),
  },
  T21: {
    mistake: 'the next review is when the newest check leaves the horizon',
    broken: () => ({
      reviewAt: (policy, checks) =>
        checks.length === 0
          ? undefined
          : Math.max(...checks.map(({ occurredAt }) => occurredAt)) + policy.horizonDays * DAY_MS,
    }),
  },
}

/** More mistakes, one for each thing that a law asks besides. `says` is part of what the law then answers. */
export const MORE_MISTAKES: readonly (readonly [LawId, says: string, () => Partial<Implementation>])[] = [
  ['T1', 'the checks are changed', () => ({ assess: assessing((policy, checks) => [policy, sortedInPlace(checks)]) })],
  [
    'T1',
    'the verdict is another',
    () => ({
      assess: assessing((policy, checks) =>
        Object.keys(policy.indicators)[0] === 'light' ? [policy, checks] : { level: 'none' },
      ),
    }),
  ],
  [
    'T5',
    'after an atom asked for more',
    () => ({ assess: assessing((policy, checks) => (asksForMore(policy) ? top(policy) : [policy, checks])) }),
  ],
  ['T8', 'too old to count', () => ({ assess: assessing((policy, checks) => [oneDayMore(policy), checks]) })],
  [
    'T11',
    'without them',
    () => ({
      assess: (policy, checks, asOf, options = {}) => {
        const due = checks.map((check) => ({ ...check, occurredAt: Math.min(check.occurredAt, asOf) }))
        return { level: assess(policy, due, asOf, options).level }
      },
    }),
  ],
  [
    'T14',
    'the assessment none',
    () => ({
      assess: assessing((policy, checks) => (checks.length > 2 ? { level: 'none', at: undefined } : [policy, checks])),
    }),
  ],
  [
    'T14',
    'the assessment none',
    () => ({
      assess: (policy, checks, asOf) => ({ level: checks.length > 2 ? 'none' : assess(policy, checks, asOf).level }),
    }),
  ],
  [
    'T14',
    'at another instant',
    () => ({
      assess: assessing((policy, checks, asOf, options) => ({ at: assess(policy, checks, asOf, options).at && asOf })),
    }),
  ],
  ['T14', 'compiled, the policy does not find', () => compiling((right, wrong) => ({ ...right, rank: wrong.rank }))],
  [
    'T14',
    'compiled, the level at the instant',
    () => compiling((right, wrong) => ({ ...right, rankAt: wrong.rankAt })),
  ],
  ['T14', 'kept up check by check', () => compiling((right, wrong) => ({ ...right, track: wrong.track }))],
  ['T16', 'with its support alone', () => supporting((support) => support.slice(1))],
  ['T16', 'checks that are not there', () => supporting((support) => [...support, 'gone'])],
  ['T16', 'a check that is not needed', () => supporting((support, all) => [...new Set([...support, ...all])])],
  [
    'T17',
    'neither counted nor discarded',
    () => explaining((atom) => ({ ...atom, discarded: atom.discarded.slice(1) })),
  ],
  ['T17', 'the shortfall does not agree', () => explaining((atom) => ({ ...atom, shortfall: 0 }))],
  [
    'T17',
    'counted points come to',
    () => explaining((atom) => ({ ...atom, counted: atom.counted.map((one) => ({ ...one, points: one.points + 1 })) })),
  ],
  ['T17', 'the smaller of the capped sums', () => explaining((atom) => ({ ...atom, value: atom.value + 1 }))],
  [
    'T18',
    'printed and parsed',
    () => ({
      parsePolicy: (input) =>
        typeof input === 'string' ? withoutCap(parsePolicy(input), 'perAgency') : parsePolicy(input),
    }),
  ],
  ['T18', 'in another order', () => ({ policyHash: (policy) => new TextEncoder().encode(JSON.stringify(policy)) })],
  ['T18', 'with another number', () => ({ policyHash: ({ decay: _, ...policy }) => policyHash(policy) })],
  [
    'T18',
    'an unknown field',
    () => ({
      parsePolicy: (input) =>
        parsePolicy(
          JSON.parse(typeof input === 'string' ? input : JSON.stringify(input), (key, value) =>
            key === 'unknown-field' ? undefined : value,
          ),
        ),
    }),
  ],
  ['T21', 'no review is due', () => ({ reviewAt: () => undefined })],
  [
    'T21',
    'the review is due in',
    () => ({
      reviewAt: (policy, checks, asOf) => {
        const due = reviewAt(policy, checks, asOf)
        return due === undefined ? undefined : due + 1
      },
    }),
  ],
]

function sortedInPlace(checks: readonly AssessedCheck[]): readonly AssessedCheck[] {
  return (checks as AssessedCheck[]).sort((a, b) => (a.id < b.id ? 1 : -1))
}

function asksForMore(policy: Policy): boolean {
  return policyAtomsOf(policy).some((atom) => measureOf(atom).atLeast > 500)
}

function oneDayMore(policy: Policy): Policy {
  return parsePolicy({ ...policy, horizonDays: policy.horizonDays + 1 })
}

type Compiled = ReturnType<Implementation['compilePolicy']>

function compiling(mixed: (right: Compiled, wrong: Compiled) => Compiled): Partial<Implementation> {
  return { compilePolicy: (policy) => mixed(compilePolicy(policy), compilePolicy(longerWindows(policy))) }
}

function supporting(
  change: (support: readonly string[], all: readonly string[]) => readonly string[],
): Partial<Implementation> {
  return {
    assess: assessing((policy, checks, asOf, options) => {
      const { support } = assess(policy, checks, asOf, options)
      const ids = checks.map(({ id }) => id)
      return { support: support.length === 0 ? [] : change(support, ids) }
    }),
  }
}

function explaining(change: (atom: AtomExplanation) => AtomExplanation): Partial<Implementation> {
  const changed = (rule: RuleExplanation): RuleExplanation =>
    rule.kind === 'atom' ? change(rule) : { ...rule, members: rule.members.map(changed) }
  return {
    assess: assessing((policy, checks, asOf, options) => ({
      explanation: assess(policy, checks, asOf, options).explanation.map((level) => ({
        ...level,
        rule: changed(level.rule),
      })),
    })),
  }
}

function longerWindows(policy: Policy): Policy {
  const text = JSON.stringify(policy.levels, (key, value) => (key === 'withinDays' ? value + 1 : value))
  return withLevels(policy, JSON.parse(text))
}

function lacking(rule: RuleExplanation): RuleExplanation {
  if (rule.kind === 'connective') return { ...rule, members: rule.members.map(lacking) }
  return { ...rule, counted: rule.counted.slice(1) }
}
