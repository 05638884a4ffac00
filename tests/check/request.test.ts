import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CODE, decodeCheck, encodeCheck, REFERENCE } from '../../src/check/canonical.js'
import { parseCheckRequest } from '../../src/check/request.js'
import { IndexError } from '../../src/errors.js'
import { CHECK } from './fixtures.js'

const input = {
  child: { nhsNumber: '9990548609' },
  incident: 'missing',
  indicators: ['hungry', 'bruising', 'hungry'],
  occurredAt: 1_700_000_000_000,
  reference: 'PN/2023-0001',
  practitioner: 'PC 1234',
}

function refusal(value: unknown): IndexError {
  try {
    parseCheckRequest(value)
  } catch (error) {
    if (error instanceof IndexError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

test('a request is read with its indicators as a set', () => {
  expect(parseCheckRequest(input)).toEqual({ ...input, indicators: ['bruising', 'hungry'] })
  const { indicators: _, ...without } = input
  expect(parseCheckRequest(without).indicators).toEqual([])
})

test('what is accepted here can always be written as canonical bytes', () => {
  const code = fc.stringMatching(CODE)
  fc.assert(
    fc.property(
      code,
      fc.array(code, { maxLength: 20 }),
      fc.stringMatching(REFERENCE),
      fc.maxSafeNat(),
      (incident, indicators, reference, occurredAt) => {
        const request = parseCheckRequest({
          ...input,
          incident,
          indicators,
          reference,
          occurredAt: Math.min(occurredAt, 8.64e15),
        })
        const { child: _, practitioner: __, ...fields } = request
        const check = { ...CHECK, ...fields }
        expect(decodeCheck(encodeCheck(check))).toEqual(check)
      },
    ),
    { numRuns: 200 },
  )
})

describe('occurredAt', () => {
  test.each<[unknown, number]>([
    [0, 0],
    [1_700_000_000_000, 1_700_000_000_000],
    [new Date(1_700_000_000_000), 1_700_000_000_000],
    ['2023-11-14', Date.UTC(2023, 10, 14)],
    ['2023-11-14T22:13Z', Date.UTC(2023, 10, 14, 22, 13)],
    ['2023-11-14T22:13:20Z', 1_700_000_000_000],
    ['2023-11-14T22:13:20.5Z', 1_700_000_000_500],
    ['2023-11-15T00:13:20+02:00', 1_700_000_000_000],
    ['2024-02-29', Date.UTC(2024, 1, 29)],
  ])('%s is an instant', (written, at) => {
    expect(parseCheckRequest({ ...input, occurredAt: written }).occurredAt).toBe(at)
  })

  test.each([
    ['2023-02-29'],
    ['2023-02-30T10:00Z'],
    ['2023-13-01'],
    ['2023-11-14T25:00Z'],
    ['2023-11-14T22:13'],
    ['2023-11-14T22:13:20+99:99'],
    ['14/11/2023'],
    ['yesterday'],
    [''],
    ['1700000000000'],
    ['1969-12-31'],
    [-1],
    [0.5],
    [2 ** 53],
    ['+275760-09-14'],
  ])('%s is none', (written) => {
    expect(refusal({ ...input, occurredAt: written })).toMatchObject({ code: 'ERR_DATE_INVALID', field: 'occurredAt' })
  })

  test.each([[Number.NaN], [new Date(Number.NaN)], [null], [undefined], [{}], ['x'.repeat(41)]])(
    '%s is refused',
    (written) => {
      expect(refusal({ ...input, occurredAt: written }).field).toBe('occurredAt')
    },
  )
})

describe('refusals name the field and never what stood in it', () => {
  const SECRET = 'Zebedee Quillfeather'
  test.each<[string, string, unknown]>([
    ['child', 'child', undefined],
    ['incident', 'incident', SECRET],
    ['incident', 'incident', undefined],
    ['incident', 'incident', 7],
    ['indicators', 'indicators[1]', ['hungry', SECRET]],
    ['indicators', 'indicators', SECRET],
    ['indicators', 'indicators', new Array(65).fill('hungry')],
    ['reference', 'reference', SECRET],
    ['reference', 'reference', ''],
    ['reference', 'reference', 'a'.repeat(65)],
    ['reference', 'reference', undefined],
    ['practitioner', 'practitioner', ''],
    ['practitioner', 'practitioner', SECRET.repeat(20)],
    ['practitioner', 'practitioner', undefined],
  ])('%s as %s', (name, field, value) => {
    const error = refusal({ ...input, [name]: value })
    expect(error).toMatchObject({ code: 'ERR_REQUEST_INVALID', field })
    expect(`${error.message}${error.stack}`).not.toContain(SECRET)
  })

  test('an unknown field is refused without its name', () => {
    const error = refusal({ ...input, [SECRET]: 1 })
    expect(error.code).toBe('ERR_REQUEST_INVALID')
    expect(error.message).not.toContain(SECRET)
  })

  test.each([[null], [undefined], ['text'], [[]], [7]])('%s is no request', (value) => {
    expect(refusal(value).code).toBe('ERR_REQUEST_INVALID')
  })
})

test('what is plain data and what is not are read alike, and refused alike', () => {
  const result = (value: unknown): unknown => {
    try {
      return parseCheckRequest(value)
    } catch (error) {
      if (error instanceof IndexError) return [error.code, error.field, error.message]
      throw error
    }
  }
  const odd = fc.oneof(
    fc.constantFrom<unknown>(
      undefined,
      null,
      0,
      -1,
      1.5,
      Array(2),
      Number.NaN,
      Number.POSITIVE_INFINITY,
      '',
      'x y',
      'x'.repeat(65),
    ),
    fc.anything(),
  )
  const changed = fc.record(
    { ...Object.fromEntries(Object.keys(input).map((key) => [key, odd])), more: odd },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.subarray(Object.keys(input)), changed, (kept, change) => {
      const own = Object.fromEntries(
        Object.entries({ ...input, ...change }).filter(([key]) => kept.includes(key) || key in change),
      )
      const whole = { ...input, ...Object.fromEntries(Object.entries(change).slice(0, 1)) }
      // Without a prototype it goes by the schema.
      for (const value of [own, whole]) expect(result(value)).toEqual(result(Object.assign(Object.create(null), value)))
    }),
    { numRuns: 400 },
  )
})
