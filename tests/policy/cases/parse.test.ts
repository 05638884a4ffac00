import { describe, expect, test } from 'vitest'
import { isIndexError } from '../../../src/errors.js'
import { parseCases } from '../../../src/policy/cases/parse.js'
import { DAY_MS } from '../../../src/policy/policy.js'

const CHECK = { agency: 'A', kind: 'health', incident: 'seen', daysBefore: 0 }

function caseData(parts: Record<string, unknown> = {}): Record<string, unknown> {
  return { name: 'one', asOf: '2026-03-02', checks: [CHECK], expect: { level: 'none' }, ...parts }
}

function file(...cases: readonly Record<string, unknown>[]): Record<string, unknown> {
  return { cases }
}

/** Code, field and message of the refusal. */
function refusal(input: unknown): {
  readonly code: string
  readonly field: string | undefined
  readonly message: string
} {
  try {
    parseCases(input)
  } catch (error) {
    if (isIndexError(error)) return { code: error.code, field: error.field, message: error.message }
    throw error
  }
  throw new Error('nothing was refused')
}

function checkOf(parts: Record<string, unknown>): unknown {
  return parseCases(file(caseData({ checks: [{ ...CHECK, ...parts }] }))).cases[0]?.checks[0]
}

test('a case with every field', () => {
  const text = JSON.stringify({
    policy: '../small.json',
    cases: [
      {
        name: 'Zoë, told “twice”',
        asOf: '2026-03-02T09:30:00+01:00',
        closedAt: 12,
        checks: [
          {
            id: 'first',
            agency: 'Anytown Police',
            kind: 'police',
            incident: 'called',
            indicators: ['H-2'],
            on: '2026-03-01',
            withdrawn: true,
            position: 13,
          },
          { agency: 'A', kind: 'health', incident: 'seen', daysBefore: 2 },
        ],
        expect: { level: 'none', reasons: ['levels[0].reachedWhen'], not: ['levels[10].reachedWhen.of[3].all[0]'] },
      },
    ],
  })
  const asOf = Date.UTC(2026, 2, 2, 8, 30)
  expect(parseCases(text)).toEqual({
    policy: '../small.json',
    cases: [
      {
        name: 'Zoë, told “twice”',
        asOf,
        closedAt: 12,
        checks: [
          {
            id: 'first',
            agency: 'Anytown Police',
            agencyKind: 'police',
            incident: 'called',
            indicators: ['H-2'],
            occurredAt: Date.UTC(2026, 2, 1),
            withdrawn: true,
            position: 13,
          },
          {
            id: 'check-2',
            agency: 'A',
            agencyKind: 'health',
            incident: 'seen',
            indicators: [],
            occurredAt: asOf - 2 * DAY_MS,
          },
        ],
        expect: { level: 'none', reasons: ['levels[0].reachedWhen'], not: ['levels[10].reachedWhen.of[3].all[0]'] },
      },
    ],
  })
})

test.each([
  ['2026-03-02', Date.UTC(2026, 2, 2)],
  ['2024-02-29', Date.UTC(2024, 1, 29)],
  ['2026-03-02T09:00Z', Date.UTC(2026, 2, 2, 9)],
  ['2026-03-02T09:00:30.5+00:00', Date.UTC(2026, 2, 2, 9, 0, 30, 500)],
  [1_772_442_000_000, 1_772_442_000_000],
  [0, 0],
  [-1, -1],
])('%s is an instant', (text, at) => {
  expect(parseCases(file(caseData({ asOf: text }))).cases[0]?.asOf).toBe(at)
  expect(checkOf({ daysBefore: undefined, on: text })).toMatchObject({ occurredAt: at })
})

test.each([
  '2026-02-30',
  '2026-03-32',
  '2026-13-01',
  '2026-3-2',
  '02/03/2026',
  '2026-03-02T09:00',
  '2026-03-02T25:00Z',
  ' 2026-03-02',
  '',
  1.5,
  8.64e15 + 1,
  1e300,
  null,
  {},
])('%j is none', (on) => {
  expect(refusal(file(caseData({ asOf: on })))).toMatchObject({ code: 'ERR_FILE_INVALID', field: 'cases[0].asOf' })
  expect(refusal(file(caseData({ checks: [{ ...CHECK, daysBefore: undefined, on }] })))).toMatchObject({
    code: 'ERR_FILE_INVALID',
    field: 'cases[0].checks[0].on',
  })
})

describe('refused with the path of what is wrong', () => {
  test.each<[string, unknown, string | undefined]>([
    ['no object', [], undefined],
    ['no cases', { cases: [] }, 'cases'],
    ['a field of nobody’s', { cases: [caseData()], extra: 1 }, undefined],
    ['a field too many in a case', file(caseData({ xpect: {} })), 'cases[0]'],
    ['a field too many in a check', file(caseData({ checks: [{ ...CHECK, agencyKind: 'x' }] })), 'cases[0].checks[0]'],
    [
      'a field too many in what is expected',
      file(caseData({ expect: { level: 'none', because: 1 } })),
      'cases[0].expect',
    ],
    ['no name', file(caseData({ name: '' })), 'cases[0].name'],
    ['a name with a control character', file(caseData({ name: 'a\u0007' })), 'cases[0].name'],
    ['half a character', file(caseData({ name: '\uD800' })), 'cases[0].name'],
    ['a name too long', file(caseData({ name: 'x'.repeat(401) })), 'cases[0].name'],
    ['a name twice', file(caseData(), caseData()), 'cases[1].name'],
    ['no instant', file(caseData({ asOf: undefined })), 'cases[0].asOf'],
    ['nothing expected', file(caseData({ expect: {} })), 'cases[0].expect.level'],
    ['a level that is no word', file(caseData({ expect: { level: 'a b' } })), 'cases[0].expect.level'],
    ['no reasons at all', file(caseData({ expect: { level: 'a', reasons: [] } })), 'cases[0].expect.reasons'],
    [
      'a reason that is no path',
      file(caseData({ expect: { level: 'a', reasons: ['any[0]'] } })),
      'cases[0].expect.reasons[0]',
    ],
    [
      'a path that goes on',
      file(caseData({ expect: { level: 'a', not: ['levels[0].reachedWhen.x'] } })),
      'cases[0].expect.not[0]',
    ],
    ['a negative position', file(caseData({ closedAt: -1 })), 'cases[0].closedAt'],
    ['half a position', file(caseData({ checks: [{ ...CHECK, position: 0.5 }] })), 'cases[0].checks[0].position'],
    ['no incident', file(caseData({ checks: [{ ...CHECK, incident: undefined }] })), 'cases[0].checks[0].incident'],
    ['no agency', file(caseData({ checks: [{ ...CHECK, agency: '' }] })), 'cases[0].checks[0].agency'],
    ['a kind that is no word', file(caseData({ checks: [{ ...CHECK, kind: 'a kind' }] })), 'cases[0].checks[0].kind'],
    ['days ahead', file(caseData({ checks: [{ ...CHECK, daysBefore: -1 }] })), 'cases[0].checks[0].daysBefore'],
    [
      'days beyond any window',
      file(caseData({ checks: [{ ...CHECK, daysBefore: 100_001 }] })),
      'cases[0].checks[0].daysBefore',
    ],
    ['two times', file(caseData({ checks: [{ ...CHECK, on: '2026-01-01' }] })), 'cases[0].checks[0]'],
    ['no time', file(caseData({ checks: [{ ...CHECK, daysBefore: undefined }] })), 'cases[0].checks[0]'],
    [
      'codes without end',
      file(caseData({ checks: [{ ...CHECK, indicators: Array(65).fill('A') }] })),
      'cases[0].checks[0].indicators',
    ],
    ['checks without end', file(caseData({ checks: Array(201).fill(CHECK) })), 'cases[0].checks'],
    [
      'cases without end',
      file(...Array.from({ length: 2_001 }, (_, index) => caseData({ name: `${index}` }))),
      'cases',
    ],
  ])('%s', (_, input, field) => {
    expect(refusal(input)).toMatchObject({ code: 'ERR_FILE_INVALID', field })
  })

  test.each([
    ['no JSON', '{', /is not JSON/],
    ['nothing', '', /is not JSON/],
    ['a name twice in one object', '{"cases":[],"cases":[]}', /same name twice/],
    ['a prototype', '{"cases":[{"__proto__":{}}]}', /does not belong/],
    ['brackets without end', '['.repeat(500) + ']'.repeat(500), /nested too deeply/],
    ['more text than is read', ' '.repeat(1_048_577), /longer than/],
  ])('%s', (_, text, message) => {
    expect(refusal(text)).toMatchObject({ code: 'ERR_FILE_INVALID', message: expect.stringMatching(message) })
    expect(refusal(text).message).toMatch(/^cases file /)
  })
})

test('what is as large as may be is taken', () => {
  const checks = Array(200).fill({ ...CHECK, indicators: Array(64).fill('A') })
  const large = file(caseData({ name: 'x'.repeat(400), checks, closedAt: 0 }))
  expect(parseCases(large).cases[0]?.checks).toHaveLength(200)
  const many = Array.from({ length: 2_000 }, (_, index) => caseData({ name: `${index}`, checks: [] }))
  expect(parseCases(file(...many)).cases).toHaveLength(2_000)
  expect(checkOf({ daysBefore: 100_000 })).toMatchObject({ occurredAt: Date.UTC(2026, 2, 2) - 100_000 * DAY_MS })
})

test('a refusal repeats nothing of the file', () => {
  const name = 'Quibblethwaite'
  for (const input of [
    { [name]: 1, cases: [caseData()] },
    file(caseData({ [name]: 1 })),
    file(caseData({ name: 7, asOf: name })),
    file(caseData({ expect: { level: `${name} ${name}` } })),
    `{${name}`,
  ])
    expect(JSON.stringify(refusal(input))).not.toContain(name)
})
