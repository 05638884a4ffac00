import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ChildQuery, type FieldQualities, parseQuery, readQuery } from '../../src/child/query.js'
import { isIndexError } from '../../src/errors.js'

const AT = { today: '2026-11-22' }
const ZOE = { givenNames: 'Zoë', familyName: 'O’Brien', dateOfBirth: '2015-02-28' }
const MISSING: FieldQualities = {
  givenNames: 'missing',
  familyName: 'missing',
  dateOfBirth: 'missing',
  postcode: 'missing',
  address: 'missing',
  nhsNumber: 'missing',
  upn: 'missing',
}
const ZOES: FieldQualities = { ...MISSING, givenNames: 'valid', familyName: 'valid', dateOfBirth: 'valid' }

/** Code and field of the refusal; fails where there is none, or where it shows anything of what was planted. */
function refusal(
  read: (input: unknown, at: typeof AT) => unknown,
  input: unknown,
  planted: readonly string[] = [],
): string {
  let answer: unknown
  try {
    answer = read(input, AT)
  } catch (error) {
    if (!isIndexError(error)) throw error
    const shown = inspect(error, { depth: null, showHidden: true })
    for (const secret of planted) expect(shown).not.toContain(secret)
    expect(error.message).toMatch(/ must | has /)
    return `${error.code} ${error.field}`
  }
  return expect.fail(`accepted: ${inspect(answer)}`)
}

describe('a query', () => {
  test.each([
    [{ details: ZOE }, { details: ZOE }, ZOES],
    [
      { details: { ...ZOE, givenNames: 'Zoe\u0308', postcode: ' kt19 0st ', nhsNumber: '401 023 2137' } },
      { details: { ...ZOE, postcode: 'kt19 0st', nhsNumber: '4010232137' } },
      { ...ZOES, postcode: 'valid', nhsNumber: 'valid' },
    ],
    [
      { details: { ...ZOE, dateOfBirth: '2027-01-01', expectedDate: true } },
      { details: { ...ZOE, dateOfBirth: '2027-01-01', expectedDate: true } },
      ZOES,
    ],
    [
      { details: { givenNames: '', familyName: '', nhsNumber: '4010232137' } },
      { details: { givenNames: '', familyName: '', nhsNumber: '4010232137' } },
      { ...MISSING, nhsNumber: 'valid' },
    ],
    [
      { details: { givenNames: '', familyName: '', upn: 'a1234 5678 9012' } },
      { details: { givenNames: '', familyName: '', upn: 'A123456789012' } },
      { ...MISSING, upn: 'valid' },
    ],
    [
      {
        details: {
          ...ZOE,
          sex: 'female',
          addresses: [
            { lines: ['1 High Street', ''], postcode: 'KT19 0ST' },
            { lines: [], postcode: '' },
            { lines: ['2 Mill Lane'] },
          ],
          otherNames: [
            { givenNames: 'Zoe', familyName: 'Khan' },
            { givenNames: ' ', familyName: '' },
          ],
          upn: '',
        },
        confirm: { carerName: ' Ngozi  Khan' },
      },
      {
        details: {
          ...ZOE,
          sex: 'female',
          addresses: [{ lines: ['1 High Street'], postcode: 'KT19 0ST' }, { lines: ['2 Mill Lane'] }],
          otherNames: [{ givenNames: 'Zoe', familyName: 'Khan' }],
        },
        confirm: { carerName: 'Ngozi Khan' },
      },
      { ...ZOES, postcode: 'valid', address: 'valid' },
    ],
    [{ nhsNumber: '401-023-2137', alias: undefined }, { nhsNumber: '4010232137' }, { ...MISSING, nhsNumber: 'valid' }],
    [
      { agencyChildId: 'ooo g4o r4om3oe2o9185gr38eiya' },
      { agencyChildId: '000-G40-R40-M30-E20-918-5GR-38E-1YA' },
      MISSING,
    ],
    [
      { alias: { kind: 'upn', value: 'A123456789012' } },
      { alias: { kind: 'upn', value: 'A123456789012' } },
      { ...MISSING, upn: 'valid' },
    ],
    [{ alias: { kind: 'school', value: ' 12' } }, { alias: { kind: 'school', value: '12' } }, MISSING],
  ])('is read, with the quality of its fields: %#', (input, query, quality) => {
    expect(readQuery(input, AT)).toStrictEqual({ query, quality })
    expect(parseQuery(query, AT)).toStrictEqual(query)
  })

  test.each([
    [{ otherGivenName: 'Ann' }],
    [{ formerFamilyName: 'Khan' }],
    [{ carerName: 'Ngozi' }],
    [{ carerTelephone: '020 7946 0000' }],
    [{ address: { lines: ['1 High Street'], postcode: 'KT19 0ST' } }],
  ])('may come with one confirming detail: %j', (confirm) => {
    const query = { details: ZOE, confirm }
    expect(readQuery(query, AT)).toStrictEqual({ query, quality: ZOES })
    expect(parseQuery(query, AT)).toStrictEqual(query)
  })

  const many = <Item>(count: number, item: Item): Item[] => Array.from({ length: count }, () => item)

  test.each([
    ['ERR_DETAILS_INVALID child', {}],
    ['ERR_DETAILS_INVALID child', null],
    ['ERR_DETAILS_INVALID child', '401 023 2137'],
    ['ERR_DETAILS_INVALID child', { nhsNumber: '4010232137', alias: { kind: 'a', value: 'b' } }],
    ['ERR_DETAILS_INVALID child', { nhsNumber: '4010232137', confirm: { carerName: 'Secretkey' } }],
    ['ERR_DETAILS_INVALID child', { confirm: { carerName: 'Secretkey' } }],
    ['ERR_DETAILS_INVALID child', { name: 'Secretkey' }],
    ['ERR_DETAILS_INVALID confirm', { details: ZOE, confirm: {} }],
    ['ERR_DETAILS_INVALID confirm', { details: ZOE, confirm: { carerName: 'Secretkey', otherGivenName: 'A' } }],
    ['ERR_DETAILS_INVALID confirm', { details: ZOE, confirm: { mother: 'Secretkey' } }],
    ['ERR_DETAILS_INVALID confirm.carerName', { details: ZOE, confirm: { carerName: ' ' } }],
    ['ERR_DETAILS_INVALID confirm.otherGivenName', { details: ZOE, confirm: { otherGivenName: 'Secretkey 2' } }],
    ['ERR_DETAILS_INVALID confirm.carerTelephone', { details: ZOE, confirm: { carerTelephone: 'Secretkey' } }],
    ['ERR_DETAILS_INVALID confirm.address', { details: ZOE, confirm: { address: { lines: [] } } }],
    ['ERR_DETAILS_INVALID details', { details: 'Secretkey' }],
    ['ERR_DETAILS_INVALID details', { details: { ...ZOE, carers: [] } }],
    ['ERR_DETAILS_INVALID details.givenNames', { details: { ...ZOE, givenNames: '', familyName: '' } }],
    ['ERR_DETAILS_INVALID details.givenNames', { details: { ...ZOE, givenNames: 'Baby', familyName: 'Unknown' } }],
    [
      'ERR_DETAILS_INVALID details.givenNames',
      { details: { givenNames: '', familyName: '', nhsNumber: '4010232138' } },
    ],
    ['ERR_DETAILS_INVALID details.givenNames', { details: { ...ZOE, givenNames: 'a'.repeat(10_000) } }],
    ['ERR_DETAILS_INVALID details.givenNames', { details: { ...ZOE, givenNames: '123' } }],
    ['ERR_DETAILS_INVALID details.givenNames', { details: { ...ZOE, givenNames: '--' } }],
    ['ERR_DETAILS_INVALID details.givenNames', { details: { ...ZOE, givenNames: 'Secret\u202Ekey' } }],
    ['ERR_DETAILS_INVALID details.givenNames', { details: { ...ZOE, givenNames: 'Secret\uD83Dkey' } }],
    ['ERR_DETAILS_INVALID details.familyName', { details: { ...ZOE, familyName: 'Secret\u0000key' } }],
    ['ERR_DETAILS_INVALID details.familyName', { details: { ...ZOE, familyName: ['Secretkey'] } }],
    ['ERR_DETAILS_INVALID details.familyName', { details: { givenNames: 'Zoë' } }],
    ['ERR_DETAILS_INVALID details.dateOfBirth', { details: { ...ZOE, dateOfBirth: 20150228 } }],
    ['ERR_DETAILS_INVALID details.dateOfBirth', { details: { ...ZOE, dateOfBirth: '2015\u0000' } }],
    ['ERR_DETAILS_INVALID details.sex', { details: { ...ZOE, sex: 'Secretkey' } }],
    ['ERR_DETAILS_INVALID details.postcode', { details: { ...ZOE, postcode: 'Secretkey'.repeat(10) } }],
    ['ERR_DETAILS_INVALID details.nhsNumber', { details: { ...ZOE, nhsNumber: 4010232137 } }],
    ['ERR_DETAILS_INVALID details.upn', { details: { ...ZOE, upn: null } }],
    ['ERR_DETAILS_INVALID details.addresses', { details: { ...ZOE, addresses: many(1000, { lines: ['Secretkey'] }) } }],
    ['ERR_DETAILS_INVALID details.addresses[0].lines[0]', { details: { ...ZOE, addresses: [{ lines: ['a\u0000'] }] } }],
    [
      'ERR_DETAILS_INVALID details.otherNames',
      { details: { ...ZOE, otherNames: many(11, { givenNames: 'A', familyName: 'B' }) } },
    ],
    ['ERR_DATE_IN_FUTURE details.dateOfBirth', { details: { ...ZOE, dateOfBirth: '2027-01-01' } }],
    ['ERR_TOO_OLD details.dateOfBirth', { details: { ...ZOE, dateOfBirth: '1990-01-01' } }],
    ['ERR_NHS_NUMBER_INVALID nhsNumber', { nhsNumber: '4010232138' }],
    ['ERR_NHS_NUMBER_INVALID nhsNumber', { nhsNumber: '9990000018' }],
    ['ERR_DETAILS_INVALID nhsNumber', { nhsNumber: 4010232137 }],
    ['ERR_CHILD_ID_MALFORMED agencyChildId', { agencyChildId: '000-G40-R40-M30-E20-918-5GR-38E-1YB' }],
    ['ERR_DETAILS_INVALID agencyChildId', { agencyChildId: 1 }],
    ['ERR_DETAILS_INVALID alias.kind', { alias: { kind: 'Secretkey', value: 'b' } }],
    ['ERR_DETAILS_INVALID alias.value', { alias: { kind: 'a', value: '' } }],
    ['ERR_DETAILS_INVALID alias', { alias: { kind: 'a', value: 'b', Secretkey: 1 } }],
  ])('that is wrong by its structure is refused with %s: %#', (expected, input) => {
    for (const read of [readQuery, parseQuery]) {
      expect(refusal(read, input, ['Secret', '4010232138', '9990000018'])).toBe(expected)
    }
  })

  test('takes test numbers with the flag, and care leavers with theirs', () => {
    const at = { ...AT, neverIssuedNumbers: true, careLeavers: true }
    expect(parseQuery({ nhsNumber: '9990000018' }, at)).toEqual({ nhsNumber: '9990000018' })
    const details = { ...ZOE, dateOfBirth: '2005-01-01', nhsNumber: '9990000018' }
    expect(readQuery({ details }, at).query).toEqual({ details })
    expect(readQuery({ details }, at).quality).toMatchObject({ dateOfBirth: 'valid', nhsNumber: 'valid' })
  })
})

describe('what means nothing', () => {
  const BLANK = { dateOfBirth: undefined, postcode: undefined, nhsNumber: undefined, upn: undefined }

  test.each([
    [
      'dateOfBirth',
      'ERR_DATE_INVALID',
      ['2015-02-29', '2015-13-01', '28/02/2015', '20150228', 'unknown', '0000-00-00'],
    ],
    ['nhsNumber', 'ERR_NHS_NUMBER_INVALID', ['4010232138', '0000000000', '123', 'unknown', '9990000018']],
    ['upn', 'ERR_DETAILS_INVALID', ['B123456789012', 'A12345678901', 'A123456789013', 'I123456789012', 'unknown']],
    ['postcode', 'ERR_DETAILS_INVALID', ['No fixed abode', '??', '(unknown place)']],
  ] as const)('as %s is left out of the query, and refused by the hub', (field, code, values) => {
    for (const value of values) {
      const details = { ...ZOE, [field]: value }
      const { query, quality } = readQuery({ details }, AT)
      const { [field]: _, ...rest } = { ...ZOE, ...(field === 'dateOfBirth' ? BLANK : {}) } as Record<string, unknown>
      expect(query, value).toEqual({ details: rest })
      expect('details' in query && field in query.details, value).toBe(false)
      expect(quality[field], value).toBe('invalid')
      expect(refusal(parseQuery, { details }), value).toBe(`${code} details.${field}`)
      expect(parseQuery(query, AT)).toStrictEqual(query)
    }
  })

  test.each([
    [
      'givenNames',
      ['Baby', 'Twin 1', 'B/O Jane', 'NK', 'Мaria', 'Mаria', 'Zoe2', 'Zoe 😀', 'Zoe, Ann', 'Zo\u200Be', '<b>Zoe</b>'],
    ],
    ['familyName', ['Unknown', 'N/K', 'Smіth', 'Smith2', 'Smith (Jones)']],
    ['postcode', ['ZZ99 3VZ', 'NFA', '4011', 'D02 X285', 'DN15258JY']],
  ] as const)('as %s may stay, where it can only find itself', (field, values) => {
    for (const value of values) {
      const details = { ...ZOE, [field]: value }
      const { query, quality } = readQuery({ details }, AT)
      expect(query, value).toEqual({ details })
      expect(quality[field], value).toBe('invalid')
      expect(parseQuery(query, AT)).toStrictEqual(query)
    }
  })

  test('as an address is invalid, and missing where there is none', () => {
    const quality = (addresses: unknown): string => readQuery({ details: { ...ZOE, addresses } }, AT).quality.address
    expect(quality([{ lines: ['No fixed abode'] }])).toBe('invalid')
    expect(quality([{ lines: ['NFA'], postcode: 'ZZ99 3VZ' }])).toBe('invalid')
    expect(quality([{ lines: ['1 High Street'] }])).toBe('valid')
    expect(quality([])).toBe('missing')
    expect(quality([{ lines: [], postcode: 'KT19 0ST' }])).toBe('missing')
  })

  test('does not stop a postcode with a full stop in it, nor one in an address', () => {
    const { query, quality } = readQuery(
      { details: { ...ZOE, postcode: 'KT19 0ST.', addresses: [{ lines: [], postcode: '4011!' }] } },
      AT,
    )
    expect(query).toEqual({ details: { ...ZOE, postcode: 'KT190ST', addresses: [{ lines: [], postcode: '4011' }] } })
    expect(quality.postcode).toBe('valid')
  })

  test('leaves an expected date without its flag where it is no date', () => {
    const details = { ...ZOE, dateOfBirth: '2027-02-30', expectedDate: true }
    expect(readQuery({ details }, AT).query).toStrictEqual({ details: { givenNames: 'Zoë', familyName: 'O’Brien' } })
  })
})

describe('of whatever comes in', () => {
  const likely = fc.constantFrom(
    ...['', 'Baby', 'Zoë', 'Zoe2', 'Мaria', '2015-02-28', '2015-02-30', 'KT19 0ST', 'kt190st.', 'ZZ99 3VZ', 'NFA'],
    ...['401 023 2137', '4010232138', 'A123456789012', 'a1234-56789012', ' Ann  Lee ', '1 High Street', '\u00A0x'],
  )
  const text = fc.oneof(
    { weight: 30, arbitrary: likely },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 50 }) },
    { weight: 4, arbitrary: fc.string({ unit: 'grapheme', maxLength: 20 }) },
  )
  const maybe = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
    fc.option(value, { nil: undefined })
  const address = fc.record({ lines: fc.array(text, { maxLength: 3 }), postcode: maybe(text) })
  const details = fc.record({
    givenNames: text,
    familyName: text,
    dateOfBirth: maybe(text),
    expectedDate: maybe(fc.boolean()),
    postcode: maybe(text),
    addresses: maybe(fc.array(address, { maxLength: 3 })),
    otherNames: maybe(fc.array(fc.record({ givenNames: text, familyName: text }), { maxLength: 3 })),
    nhsNumber: maybe(text),
    upn: maybe(text),
  })
  const confirm = maybe(
    fc.oneof(
      text.map((carerName) => ({ carerName })),
      address.map((one) => ({ address: one })),
    ),
  )

  test('the hub takes what the agency read, unchanged; all else is a coded refusal that names a field', () => {
    let read = 0
    fc.assert(
      fc.property(fc.record({ details, confirm }), (input) => {
        let query: ChildQuery
        try {
          query = readQuery(input, AT).query
        } catch (error) {
          if (!isIndexError(error)) throw error
          expect(error.field).toBeDefined()
          return
        }
        read++
        expect(parseQuery(query, AT)).toStrictEqual(query)
        expect(readQuery(query, AT).query).toStrictEqual(query)
        expect(parseQuery(JSON.parse(JSON.stringify(query)), AT)).toStrictEqual(query)
      }),
      { numRuns: 3000 },
    )
    expect(read).toBeGreaterThan(200)
  })

  test('nothing but a coded refusal comes out, and it holds no value', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.anything(), fc.record({ details: fc.anything() }), fc.record({ details, confirm: fc.anything() })),
        (input) => {
          for (const door of [readQuery, parseQuery]) {
            try {
              door(input, AT)
            } catch (error) {
              if (!isIndexError(error)) throw error
              expect(error.field).toBeDefined()
              expect(error.message).toMatch(/^[a-zA-Z[\]0-9.*:, ()-]+$/)
            }
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})
