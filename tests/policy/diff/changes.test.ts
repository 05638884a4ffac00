import { expect, test } from 'vitest'
import { documentChanges } from '../../../src/policy/diff/changes.js'
import { parsePolicy } from '../../../src/policy/parse.js'
import type { Policy } from '../../../src/policy/policy.js'
import { type PolicyParts, policyData } from '../fixtures.js'

const count = (atLeast: number, incidents?: readonly string[]) => ({
  count: { atLeast, withinDays: 10, ...(incidents === undefined ? {} : { where: { incidents } }) },
})
const points = (atLeast: number) => ({ points: { atLeast, withinDays: 10 } })
const level = (name: string, reachedWhen: unknown = count(1)) => ({ name, threshold: 'none', opens: [], reachedWhen })
const policy = (parts: PolicyParts): Policy => parsePolicy(policyData(parts))
const rule = 'levels[0].reachedWhen'
const indicators = policyData()['indicators'] as Record<string, object>
const incidents = policyData()['incidents'] as Record<string, object>

test.each<[string, PolicyParts, PolicyParts, readonly (readonly [path: string, change: string])[]]>([
  ['nothing', {}, {}, []],
  ['a number', {}, { horizonDays: 31 }, [['horizonDays', 'is 31, was 30']]],
  ['a text', {}, { title: 'Another' }, [['title', 'is “Another”, was “A small policy”']]],
  ['a cap set', {}, { caps: { perAgency: 5 } }, [['caps', 'is new']]],
  [
    'a cap more',
    { caps: { perAgency: 5 } },
    { caps: { perAgency: 5, perDimension: 0 } },
    [['caps.perDimension', 'is 0, was not set']],
  ],
  [
    'a cap less',
    { caps: { perAgency: 5, perDimension: 0 } },
    { caps: { perAgency: 5 } },
    [['caps.perDimension', 'is not set, was 0']],
  ],
  ['no caps', { caps: { perAgency: 5 } }, {}, [['caps', 'is gone']]],
  [
    'a code more, one less',
    {},
    { incidents: { called: incidents['called'], told: { label: 'told', points: 1 } } },
    [
      ['incidents.told', 'is new'],
      ['incidents.seen', 'is gone'],
    ],
  ],
  [
    'a retired code',
    {},
    { indicators: { ...indicators, 'H-2': { ...indicators['H-2'], retired: true } } },
    [['indicators.H-2.retired', 'is retired: refused in new checks']],
  ],
  [
    'a code that is retired no more',
    { incidents: { ...incidents, seen: { label: 'seen', points: 0, retired: true } } },
    { incidents: { ...incidents, seen: { label: 'seen', points: 0, retired: false } } },
    [['incidents.seen.retired', 'is not retired']],
  ],
  [
    'not retired, said or not',
    {},
    { incidents: { ...incidents, seen: { label: 'seen', points: 0, retired: false } } },
    [],
  ],
  [
    'a weight and its flags',
    {},
    {
      indicators: {
        ...indicators,
        'H-4': { ...indicators['H-4'], points: 79, flags: ['outside-home', 'vulnerability'] },
      },
    },
    [
      ['indicators.H-4.points', 'is 79, was 80'],
      ['indicators.H-4.flags', 'has vulnerability besides; has no longer significant-harm'],
    ],
  ],
  [
    'the order of flags',
    {},
    { indicators: { ...indicators, 'H-4': { ...indicators['H-4'], flags: ['outside-home', 'significant-harm'] } } },
    [],
  ],
  [
    'a decay step',
    { decay: [{ upToDays: 5, permille: 900 }] },
    { decay: [{ upToDays: 6, permille: 900 }] },
    [['decay[0].upToDays', 'is 6, was 5']],
  ],
  [
    'decay from none',
    {},
    { decay: [{ upToDays: 5, permille: 900 }] },
    [['decay', 'is 900 permille up to 5 days; was none']],
  ],
  ['a threshold', { rule: count(1) }, { rule: count(2) }, [[`${rule}.count.atLeast`, 'is 2, was 1']]],
  [
    'a filter',
    { rule: count(1, ['seen']) },
    { rule: count(1, ['called']) },
    [[`${rule}.count.where.incidents`, 'has called besides; has no longer seen']],
  ],
  ['a filter more', { rule: count(1) }, { rule: count(1, ['seen']) }, [[`${rule}.count.where`, 'is new']]],
  [
    'another sort of rule',
    { rule: count(1) },
    { rule: points(1) },
    [[rule, 'is: at least 1 point within 10 days; was: at least 1 check within 10 days']],
  ],
  [
    'another connective',
    { rule: { all: [count(1), points(1)] } },
    { rule: { any: [count(1), points(1)] } },
    [
      [
        rule,
        'is: either (at least 1 check within 10 days) or (at least 1 point within 10 days); was: both (at least 1 check within 10 days) and (at least 1 point within 10 days)',
      ],
    ],
  ],
  [
    'how many of them',
    { rule: { atLeast: 1, of: [count(1), points(1)] } },
    { rule: { atLeast: 2, of: [count(1), points(1)] } },
    [[`${rule}.atLeast`, 'is 2, was 1']],
  ],
  [
    'a member more, in front',
    { rule: { any: [count(1), points(1)] } },
    { rule: { any: [count(3), count(1), points(1)] } },
    [[`${rule}.any[0]`, 'is new: at least 3 checks within 10 days']],
  ],
  [
    'a member less',
    { rule: { any: [count(3), count(1), points(1)] } },
    { rule: { any: [count(3), points(1)] } },
    [[`${rule}.any[1]`, 'is gone: at least 1 check within 10 days']],
  ],
  [
    'two alike, one of them gone',
    { rule: { any: [count(1), count(1)] } },
    { rule: { any: [count(1)] } },
    [[`${rule}.any[1]`, 'is gone: at least 1 check within 10 days']],
  ],
  [
    'a member changed, the members in another order',
    { rule: { any: [count(1), points(1)] } },
    { rule: { any: [points(2), count(1)] } },
    [[`${rule}.any[0].points.atLeast`, 'is 2, was 1']],
  ],
  [
    'levels',
    { levels: [level('a'), level('b'), level('c')] },
    { levels: [level('new'), level('c'), { ...level('b'), threshold: 'child-in-need', opens: ['identity'] }] },
    [
      ['levels[0]', 'level new is new'],
      ['levels[2].threshold', 'is “child-in-need”, was “none”'],
      ['levels[2].opens', 'has identity besides'],
      ['levels[0]', 'level a is gone'],
      ['levels', 'are in the order c, b; were b, c'],
    ],
  ],
])('%s', (_, before, after, changes) => {
  expect(documentChanges(policy(before), policy(after)).map(({ path, change }) => [path, change])).toEqual(changes)
})
