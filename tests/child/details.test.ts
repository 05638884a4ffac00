import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseDetails } from '../../src/child/details.js'
import { isIndexError } from '../../src/errors.js'

const AT = { today: '2026-11-22' }
const ZOE = { givenNames: 'Zoë', familyName: 'O’Brien', dateOfBirth: '2015-02-28' }

/** Code and field of the refusal; fails where there is none, or where it shows anything of what was planted. */
function refusal(input: unknown, at: Parameters<typeof parseDetails>[1] = AT, planted: readonly string[] = []): string {
  return refusalOf(() => parseDetails(input, at), planted)
}

function refusalOf(act: () => unknown, planted: readonly string[] = []): string {
  let answer: unknown
  try {
    answer = act()
  } catch (error) {
    if (!isIndexError(error)) throw error
    const shown = inspect(error, { depth: null, showHidden: true })
    for (const secret of planted) expect(shown).not.toContain(secret)
    expect(error.message).toMatch(/ must | has /)
    return `${error.code} ${error.field}`
  }
  return expect.fail(`accepted: ${inspect(answer)}`)
}

describe('accepted details', () => {
  test('come back whole, in form C, tidied, with nothing that was not known', () => {
    const details = parseDetails(
      {
        givenNames: ' Zoe\u0308  Ann ',
        familyName: 'O’Brien\u00A0Smith',
        dateOfBirth: '2015-02-28',
        expectedDate: undefined,
        sex: 'female',
        nhsNumber: '401 023 2137',
        upn: 'A123456789012',
        addresses: [{ lines: ['Flat 1', '', ' 2  High Street '], postcode: 'kt19 0st' }, { lines: ['A houseboat 🚤'] }],
        aliases: [{ kind: 'maternity', value: 'M/1 2' }],
        otherNames: [{ givenNames: '', familyName: 'Khan' }],
        carers: [
          {
            name: 'Mrs. A. O’Brien',
            relationship: 'mother',
            telephone: '+44 (0)20 7946 0000 ext 12',
            address: { lines: [], postcode: 'KT19 0ST' },
          },
          { name: 'Ngozi', relationship: 'aunt', telephone: undefined },
        ],
        shielded: false,
      },
      AT,
    )
    expect(details).toStrictEqual({
      givenNames: 'Zoë Ann',
      familyName: 'O’Brien Smith',
      dateOfBirth: '2015-02-28',
      sex: 'female',
      nhsNumber: '4010232137',
      upn: 'A123456789012',
      addresses: [{ lines: ['Flat 1', '2 High Street'], postcode: 'kt19 0st' }, { lines: ['A houseboat 🚤'] }],
      aliases: [{ kind: 'maternity', value: 'M/1 2' }],
      otherNames: [{ givenNames: '', familyName: 'Khan' }],
      carers: [
        {
          name: 'Mrs. A. O’Brien',
          relationship: 'mother',
          telephone: '+44 (0)20 7946 0000 ext 12',
          address: { lines: [], postcode: 'KT19 0ST' },
        },
        { name: 'Ngozi', relationship: 'aunt' },
      ],
      shielded: false,
    })
    expect(parseDetails(details, AT)).toStrictEqual(details)
  })

  test.each([
    'Zoë',
    "D'Arcy",
    'D’Arcy',
    'Smith-Jones',
    'St. John',
    'Sukarno',
    "'t Hooft",
    'Gal·la',
    'Nguyễn',
    'محمد',
    'مُحَمَّد',
    'علی\u200Cرضا',
    'ශ්\u200Dරී',
    'Мария',
    '王小明',
    '葛\u{E0100}城',
    '민준',
    'राम',
    'שרה',
    'Ƽᴀ',
    'N',
    'a'.repeat(200),
    'e\u0301'.repeat(200),
  ])('keep the name %j', (name) => {
    expect(parseDetails({ ...ZOE, givenNames: name }, AT).givenNames).toBe(name.normalize('NFC'))
    expect(parseDetails({ ...ZOE, familyName: name }, AT).familyName).toBe(name.normalize('NFC'))
  })

  test('either name may be empty, not both', () => {
    expect(parseDetails({ ...ZOE, givenNames: '' }, AT).givenNames).toBe('')
    expect(parseDetails({ ...ZOE, familyName: ' ' }, AT).familyName).toBe('')
    expect(refusal({ ...ZOE, givenNames: '', familyName: '' })).toBe('ERR_DETAILS_INVALID givenNames')
    expect(refusal({ ...ZOE, givenNames: ' ', familyName: '  ' })).toBe('ERR_DETAILS_INVALID givenNames')
    expect(refusal({ ...ZOE, otherNames: [ZOE_NAMES, { givenNames: '', familyName: '' }] })).toBe(
      'ERR_DETAILS_INVALID otherNames[1].givenNames',
    )
  })
})

const ZOE_NAMES = { givenNames: 'Zoë', familyName: 'O’Brien' }

describe('names', () => {
  test.each([
    ['10,000 characters', 'a'.repeat(10_000)],
    ['201 characters', 'a'.repeat(201)],
    ['a million characters', 'a'.repeat(1_000_000)],
    ['a NUL', 'Zo\u0000e'],
    ['a line break', 'Zo\ne'],
    ['a tab', 'Zo\te'],
    ['a C1 control', 'Zo\u0085e'],
    ['a high surrogate alone', 'Zo\uD83De'],
    ['a low surrogate alone', 'Zo\uDE00e'],
    ['a right-to-left override', 'Zo\u202Ee'],
    ['a right-to-left mark', 'Zo\u200Fe'],
    ['a left-to-right mark', 'Zo\u200Ee'],
    ['an Arabic letter mark', 'Zo\u061Ce'],
    ['an isolate', 'Zo\u2066e'],
    ['a byte order mark', '\uFEFFZoe'],
    ['an emoji', 'Zoe 😀'],
    ['a flag', 'Zoe 🇬🇧'],
    ['a digit', 'Zoe2'],
    ['a keycap', 'Zo1\uFE0F\u20E3'],
    ['a comma', 'Zoe, Ann'],
    ['markup', '<b>Zoe</b>'],
    ['a formula', '=HYPERLINK'],
    ['a zero-width space', 'Zo\u200Be'],
    ['a soft hyphen', 'Zo\u00ADe'],
    ['a joiner after a space', 'Zo \u200De'],
    ['a joiner at the end', 'Zoe\u200D'],
    ['a variation selector alone', '\uFE0FZoe'],
    ['an invisible letter', '\u3164'],
    ['only marks', '\u0301\u0301'],
    ['only hyphens', '--'],
    ['only an apostrophe', "'"],
    ['private use', 'Zo\uE000e'],
    ['a noncharacter', 'Zo\uFFFFe'],
  ])('with %s are refused', (_, name) => {
    expect(refusal({ ...ZOE, givenNames: name }, AT, name.length > 3 ? [name] : [])).toBe(
      'ERR_DETAILS_INVALID givenNames',
    )
    expect(refusal({ ...ZOE, familyName: name }, AT, name.length > 3 ? [name] : [])).toBe(
      'ERR_DETAILS_INVALID familyName',
    )
    expect(refusal({ ...ZOE, otherNames: [{ givenNames: name, familyName: 'A' }] })).toBe(
      'ERR_DETAILS_INVALID otherNames[0].givenNames',
    )
    expect(refusal({ ...ZOE, carers: [{ name, relationship: 'aunt' }] })).toBe('ERR_DETAILS_INVALID carers[0].name')
  })
})

describe('dates', () => {
  test.each([
    '2021-02-29',
    '2021-02-31',
    '2021-04-31',
    '2021-13-01',
    '2021-00-01',
    '2021-01-00',
    '2021-1-1',
    '20210101',
    '01/02/2021',
    '2021-01-01T00:00:00Z',
    '2021-01-01\n',
    ' 2021-01-01',
    '0021-01-01',
    '1899-12-31',
    '+002021-01-01',
    '٢٠٢١-01-01',
    '',
  ])('refuses %j', (dateOfBirth) => {
    expect(refusal({ ...ZOE, dateOfBirth })).toBe('ERR_DATE_INVALID dateOfBirth')
    expect(refusal({ ...ZOE, dateOfBirth, expectedDate: true })).toBe('ERR_DATE_INVALID dateOfBirth')
  })

  test('a birth today is accepted, one tomorrow is not', () => {
    expect(parseDetails({ ...ZOE, dateOfBirth: '2026-11-22' }, AT).dateOfBirth).toBe('2026-11-22')
    expect(refusal({ ...ZOE, dateOfBirth: '2026-11-23' })).toBe('ERR_DATE_IN_FUTURE dateOfBirth')
  })

  test('an expected date is accepted up to 300 days ahead, and flagged', () => {
    const unborn = { givenNames: '', familyName: 'O’Brien', expectedDate: true }
    expect(parseDetails({ ...unborn, dateOfBirth: '2027-09-18' }, AT)).toStrictEqual({
      ...unborn,
      dateOfBirth: '2027-09-18',
    })
    expect(refusal({ ...unborn, dateOfBirth: '2027-09-19' })).toBe('ERR_DATE_IN_FUTURE dateOfBirth')
    expect(refusal({ ...unborn, dateOfBirth: '2027-09-18', expectedDate: false })).toBe(
      'ERR_DATE_IN_FUTURE dateOfBirth',
    )
    expect(parseDetails({ ...ZOE, expectedDate: false }, AT)).toStrictEqual(ZOE)
  })

  test('an adult is refused from the 18th birthday, a care leaver from the 25th', () => {
    const born = (dateOfBirth: string): unknown => ({ ...ZOE, dateOfBirth })
    const careLeavers = { ...AT, careLeavers: true }
    expect(parseDetails(born('2008-11-23'), AT).dateOfBirth).toBe('2008-11-23')
    expect(refusal(born('2008-11-22'))).toBe('ERR_TOO_OLD dateOfBirth')
    expect(refusal(born('2008-11-22'), { ...AT, careLeavers: false })).toBe('ERR_TOO_OLD dateOfBirth')
    expect(parseDetails(born('2008-11-22'), careLeavers).dateOfBirth).toBe('2008-11-22')
    expect(parseDetails(born('2001-11-23'), careLeavers).dateOfBirth).toBe('2001-11-23')
    expect(refusal(born('2001-11-22'), careLeavers)).toBe('ERR_TOO_OLD dateOfBirth')
  })

  test('who was born on 29 February comes of age on 1 March', () => {
    const leap = { ...ZOE, dateOfBirth: '2008-02-29' }
    expect(parseDetails(leap, { today: '2026-02-28' }).dateOfBirth).toBe('2008-02-29')
    expect(refusal(leap, { today: '2026-03-01' })).toBe('ERR_TOO_OLD dateOfBirth')
  })

  test('every day of the calendar is accepted and no other text of that shape', () => {
    fc.assert(
      fc.property(fc.nat(2100 - 1900), fc.nat(13), fc.nat(32), (year, month, day) => {
        const text = [1900 + year, month, day].map((part) => String(part).padStart(2, '0')).join('-')
        const lengths = [
          31,
          (1900 + year) % 4 === 0 && year !== 0 && year !== 200 ? 29 : 28,
          31,
          30,
          31,
          30,
          31,
          31,
          30,
          31,
          30,
          31,
        ]
        const exists = month >= 1 && day >= 1 && day <= (lengths[month - 1] ?? 0)
        const input = { ...ZOE, dateOfBirth: text }
        if (exists) expect(parseDetails(input, { today: text }).dateOfBirth).toBe(text)
        else expect(refusal(input)).toBe('ERR_DATE_INVALID dateOfBirth')
      }),
      { numRuns: 1000 },
    )
  })

  test('a present day that is none is a mistake of the programmer', () => {
    expect(() => parseDetails(ZOE, { today: 'today' })).toThrow(RangeError)
  })
})

describe('the shape of details', () => {
  const address = { lines: ['1 High Street'] }
  const carer = { name: 'Ngozi', relationship: 'aunt' }
  const many = <Item>(count: number, item: Item): Item[] => Array.from({ length: count }, () => item)

  test.each([undefined, null, true, 1, 1n, 'Zoë', [], [ZOE], () => ZOE, Symbol('x'), new Date(0)])(
    'refuses what is no object: %#',
    (input) => {
      expect(refusal(input)).toMatch(/^ERR_DETAILS_INVALID (details|givenNames)$/)
    },
  )

  test.each([
    ['givenNames', { ...ZOE, givenNames: undefined }],
    ['familyName', { givenNames: 'A', dateOfBirth: '2015-02-28' }],
    ['dateOfBirth', { givenNames: 'A', familyName: 'B' }],
    ['dateOfBirth', { ...ZOE, dateOfBirth: new Date(0) }],
    ['dateOfBirth', { ...ZOE, dateOfBirth: 20150228 }],
    ['givenNames', { ...ZOE, givenNames: ['Zoë'] }],
    ['givenNames', { ...ZOE, givenNames: { toString: () => 'Zoë' } }],
    ['details', { ...ZOE, nickname: 'Secretkey' }],
    ['details', { ...ZOE, Secretkey: 1 }],
    [
      'details',
      JSON.parse('{"givenNames":"A","familyName":"B","dateOfBirth":"2015-02-28","__proto__":{"shielded":true}}'),
    ],
    ['details', { ...ZOE, constructor: { prototype: {} } }],
    ['expectedDate', { ...ZOE, expectedDate: 'yes' }],
    ['sex', { ...ZOE, sex: 'Secretkey' }],
    ['sex', { ...ZOE, sex: null }],
    ['nhsNumber', { ...ZOE, nhsNumber: 4010232137 }],
    ['upn', { ...ZOE, upn: 'a123456789012' }],
    ['upn', { ...ZOE, upn: 'A12345678901' }],
    ['upn', { ...ZOE, upn: '' }],
    ['shielded', { ...ZOE, shielded: 'true' }],
    ['addresses', { ...ZOE, addresses: address }],
    ['addresses', { ...ZOE, addresses: many(11, address) }],
    ['addresses[0]', { ...ZOE, addresses: [{ lines: [''] }] }],
    ['addresses[0]', { ...ZOE, addresses: [{ ...address, Secretkey: 1 }] }],
    ['addresses[0].lines', { ...ZOE, addresses: [{ lines: many(11, 'a') }] }],
    ['addresses[0].lines', { ...ZOE, addresses: [{ lines: 'Secretkey' }] }],
    ['addresses[1].lines[0]', { ...ZOE, addresses: [address, { lines: ['Secret\u202Ekey'] }] }],
    ['addresses[0].lines[0]', { ...ZOE, addresses: [{ lines: ['a'.repeat(201)] }] }],
    ['addresses[0].postcode', { ...ZOE, addresses: [{ lines: [], postcode: 'Secretkey Secretkey' }] }],
    ['addresses[0].postcode', { ...ZOE, addresses: [{ lines: [], postcode: '' }] }],
    ['aliases', { ...ZOE, aliases: many(21, { kind: 'a', value: 'b' }) }],
    ['aliases[0].kind', { ...ZOE, aliases: [{ kind: 'Secretkey', value: 'b' }] }],
    ['aliases[0].kind', { ...ZOE, aliases: [{ kind: 'nhs-number', value: '4010232137' }] }],
    ['aliases[0].kind', { ...ZOE, aliases: [{ kind: 'upn', value: 'A123456789012' }] }],
    ['aliases[0].value', { ...ZOE, aliases: [{ kind: 'a', value: ' ' }] }],
    ['aliases[0].value', { ...ZOE, aliases: [{ kind: 'a', value: 'a'.repeat(65) }] }],
    ['otherNames', { ...ZOE, otherNames: many(11, ZOE_NAMES) }],
    ['otherNames[0]', { ...ZOE, otherNames: [ZOE] }],
    ['carers', { ...ZOE, carers: many(11, carer) }],
    ['carers[0].name', { ...ZOE, carers: [{ ...carer, name: ' ' }] }],
    ['carers[0].relationship', { ...ZOE, carers: [{ name: 'Ngozi' }] }],
    ['carers[0].relationship', { ...ZOE, carers: [{ ...carer, relationship: '' }] }],
    ['carers[0].telephone', { ...ZOE, carers: [{ ...carer, telephone: 'Secretkey' }] }],
    ['carers[0].address', { ...ZOE, carers: [{ ...carer, address: { lines: [] } }] }],
  ])('names %s: %#', (field, input) => {
    expect(refusal(input, AT, ['Secretkey', 'Zoë'])).toBe(`ERR_DETAILS_INVALID ${field}`)
  })

  test('an object whose properties throw is refused, and what they threw is not kept', () => {
    const hostile = {
      ...ZOE,
      get familyName(): string {
        throw new Error('Secretkey')
      },
    }
    expect(refusal(hostile, AT, ['Secretkey'])).toBe('ERR_DETAILS_INVALID details')
  })

  test('nothing of a polluted prototype is ever taken over', () => {
    const details = parseDetails(JSON.parse(JSON.stringify(ZOE)), AT)
    expect(Object.getPrototypeOf(details)).toBe(Object.prototype)
    expect(Object.keys(details)).toEqual(['givenNames', 'familyName', 'dateOfBirth'])
  })

  test.each([
    '\u0000',
    '\u0009',
    '\u0085',
    '\uD83D',
    '\uDE00',
    '\u061C',
    '\u200E',
    '\u202E',
    '\u2069',
    '\u2028',
    '\uFEFF',
    '\uE000',
    '\uFFFF',
  ])('no text holds %j', (bad) => {
    const text = `a${bad}b`
    expect(refusal({ ...ZOE, addresses: [{ lines: [text] }] })).toBe('ERR_DETAILS_INVALID addresses[0].lines[0]')
    expect(refusal({ ...ZOE, aliases: [{ kind: 'a', value: text }] })).toBe('ERR_DETAILS_INVALID aliases[0].value')
    expect(refusal({ ...ZOE, carers: [{ ...carer, relationship: text }] })).toBe(
      'ERR_DETAILS_INVALID carers[0].relationship',
    )
  })

  test('an NHS number is refused with its own code, a test number without the flag', () => {
    expect(refusal({ ...ZOE, nhsNumber: '4010232138' })).toBe('ERR_NHS_NUMBER_INVALID nhsNumber')
    expect(refusal({ ...ZOE, nhsNumber: '9990000018' })).toBe('ERR_NHS_NUMBER_INVALID nhsNumber')
    const flagged = { ...AT, neverIssuedNumbers: true }
    expect(parseDetails({ ...ZOE, nhsNumber: '9990000018' }, flagged).nhsNumber).toBe('9990000018')
  })

  test('whatever comes in, only a coded refusal that names a field comes out, and it holds no value', () => {
    const value = fc.oneof(fc.string({ unit: 'binary' }), fc.anything({ withNullPrototype: true }))
    const shaped = fc.record({
      givenNames: value,
      familyName: value,
      dateOfBirth: value,
      sex: value,
      upn: value,
      carers: value,
    })
    fc.assert(
      fc.property(
        fc.oneof(
          fc.anything(),
          shaped,
          shaped.map((some) => ({ ...ZOE, ...some })),
        ),
        (input) => {
          try {
            parseDetails(input, AT)
          } catch (error) {
            if (!isIndexError(error)) throw error
            expect(error.field).toBeDefined()
            expect(error.message).toMatch(/^[a-zA-Z[\]0-9.*:, ()-]+$/)
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})
