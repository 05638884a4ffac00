import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { neighboursOf, parseNhsNumber } from '../../src/child/nhs-number.js'
import { isIndexError } from '../../src/errors.js'

/** Nine digits with the check digit after them, by the rule as the NHS data dictionary words it; undefined where it is 10. */
function withCheckDigit(nine: string): string | undefined {
  const total = [...nine].map((digit, i) => Number(digit) * (10 - i)).reduce((a, b) => a + b)
  const check = 11 - (total % 11)
  return check === 10 ? undefined : `${nine}${check === 11 ? 0 : check}`
}

/** The first valid number whose first three digits are these. */
function inRange(three: string): string {
  for (let i = 123456; ; i++) {
    const number = withCheckDigit(`${three}${i}`)
    if (number !== undefined) return number
  }
}

function refusal(text: unknown, neverIssued = false): string | undefined {
  try {
    parseNhsNumber(text as string, { neverIssued })
    return undefined
  } catch (error) {
    expect(isIndexError(error, 'ERR_NHS_NUMBER_INVALID')).toBe(true)
    if (!isIndexError(error)) throw error
    expect(error.field).toBe('nhsNumber')
    return error.message
  }
}

function accepts(text: string): boolean {
  try {
    parseNhsNumber(text, { neverIssued: true })
    return true
  } catch {
    return false
  }
}

describe('an NHS number', () => {
  test.each([
    ['4010232137', '4010232137'],
    ['401 023 2137', '4010232137'],
    ['401-023-2137', '4010232137'],
    [' 401\u00A0023\u00A02137 ', '4010232137'],
  ])('reads %j', (text, digits) => {
    expect(parseNhsNumber(text)).toBe(digits)
  })

  test.each([
    ['one digit too few', '401023213'],
    ['one digit too many', '40102321370'],
    ['wrong check digit', '4010232138'],
    ['letter O for zero', '4O10232137'],
    ['full-width digits', '４０１０２３２１３７'],
    ['Arabic-Indic digits', '٤٠١٠٢٣٢١٣٧'],
    ['nothing', ''],
    ['only spaces', '   '],
    ['a line break', '4010232137\n'],
    ['a decimal', '4010232137.0'],
    ['a sign', '+4010232137'],
    ['ten thousand spaces around', `${' '.repeat(10_000)}4010232137`],
  ])('refuses %s', (_, text) => {
    expect(refusal(text, true)).toBeDefined()
  })

  test.each([undefined, null, 4010232137, 4010232137n, {}, [], ['4010232137'], new String('4010232137')])(
    'refuses what is no text: %#',
    (value) => {
      expect(refusal(value)).toBe('nhsNumber must be text of ten digits')
    },
  )

  test('refuses ten equal digits although they pass modulus 11, with the flag too', () => {
    for (let digit = 0; digit <= 9; digit++) {
      const text = String(digit).repeat(10)
      expect(withCheckDigit(text.slice(0, 9))).toBe(text)
      expect(refusal(text), text).toMatch(/repeat one digit/)
      expect(refusal(text, true), text).toMatch(/repeat one digit/)
    }
  })

  test('accepts the ranges in use, the others only with the flag, and 00 never', () => {
    const answers = Array.from({ length: 1000 }, (_, i) => {
      const number = inRange(String(i).padStart(3, '0'))
      if (refusal(number) === undefined) return 'live'
      return refusal(number, true) === undefined ? 'flag' : 'never'
    })
    const spans: string[] = []
    answers.forEach((answer, i) => {
      if (answer !== answers[i - 1]) spans.push(`${i}:${answer}`)
    })
    expect(spans).toEqual(['0:never', '10:live', '500:flag', '600:live', '860:flag'])
  })

  test('catches every single wrong digit and every swap of neighbours', () => {
    const missed: string[] = []
    fc.assert(
      fc.property(fc.integer({ min: 400_000_000, max: 499_999_999 }), (nine) => {
        const number = withCheckDigit(String(nine))
        fc.pre(number !== undefined && !/^(.)\1{9}$/.test(number))
        const digits = [...(number ?? '')]
        expect(parseNhsNumber(digits.join(''))).toBe(number)
        const altered = digits.flatMap((digit, i) => [
          ...[...'0123456789'].filter((other) => other !== digit).map((other) => digits.with(i, other)),
          ...(digits[i + 1] === undefined || digits[i + 1] === digit
            ? []
            : [digits.with(i, digits[i + 1] ?? '').with(i + 1, digit)]),
        ])
        for (const wrong of altered) if (accepts(wrong.join(''))) missed.push(wrong.join(''))
        expect(missed).toEqual([])
      }),
    )
  })

  test('a refusal never repeats the number', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9 -]{6,14}$/), (text) => {
        const message = refusal(text)
        if (message !== undefined) expect(message).not.toMatch(/\d/)
      }),
    )
  })

  test('a refusal names the field that the caller gives', () => {
    expect(() => parseNhsNumber('1', { field: 'details.nhsNumber' })).toThrow(
      expect.objectContaining({ field: 'details.nhsNumber', code: 'ERR_NHS_NUMBER_INVALID' }),
    )
  })
})

describe('the neighbours of a number', () => {
  const isValid = (number: number): boolean => {
    const digits = String(number).padStart(10, '0')
    return [...digits].reduce((sum, digit, i) => sum + Number(digit) * (10 - i), 0) % 11 === 0
  }

  test('are the valid numbers next to it, with none between', () => {
    const first = fc.oneof(fc.integer({ min: 0, max: 999_999_999 }), fc.constantFrom(0, 1, 999_999_998, 999_999_999))
    fc.assert(
      fc.property(first, (base) => {
        const number = Array.from({ length: 10 }, (_, digit) => base * 10 + digit).find(isValid)
        if (number === undefined) return
        const next = (step: number): readonly string[] => {
          for (let each = number + step; Math.abs(each - number) < 40; each += step)
            if (each >= 0 && each < 10 ** 10 && isValid(each)) return [String(each).padStart(10, '0')]
          return []
        }
        expect(neighboursOf(String(number).padStart(10, '0'))).toEqual([...next(-1), ...next(1)])
      }),
    )
  })
})
