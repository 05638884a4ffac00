import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ChildQuery, FieldQualities, LookupDetails, RegistrationDetails } from '../src/child/details.js'
import { isIndexError } from '../src/errors.js'
import { type House, house, nhsNumber } from './support/house.js'

/**
 * Details that no record should hold, through an agency's and a sealer's API, beside a child and its twin that they might be taken for. Each is
 * refused with a field that is named, or lowers the quality of its field; nothing crashes, and nobody is taken for another.
 */

const MARIA: RegistrationDetails = {
  givenNames: 'Maria Zofia',
  familyName: "O'Donnell-Kowalska",
  dateOfBirth: '2016-05-04',
  nhsNumber: nhsNumber(801),
  upn: 'A999200119001',
  addresses: [{ lines: ['12 Foundry Lane', 'Eastwold'], postcode: 'NX2 4AB' }],
  otherNames: [{ givenNames: 'Maria', familyName: 'Nowak' }],
  carers: [{ name: 'Ewa Kowalska', relationship: 'mother', telephone: '07700 900123' }],
}
const TWIN: RegistrationDetails = {
  ...MARIA,
  givenNames: 'Marta Zofia',
  nhsNumber: nhsNumber(802),
  upn: 'E999200119002',
  otherNames: [{ givenNames: 'Marta', familyName: 'Nowak' }],
}

const KNOWN: LookupDetails = {
  givenNames: 'Maria Zofia',
  familyName: "O'Donnell-Kowalska",
  dateOfBirth: '2016-05-04',
  addresses: [{ lines: ['12 Foundry Lane', 'Eastwold'], postcode: 'NX2 4AB' }],
}

let it: House
let marias: string
beforeAll(async () => {
  it = await house()
  for (const child of [MARIA, TWIN]) await it.register(child)
  marias = (await it.police.identify({ nhsNumber: MARIA.nhsNumber ?? '' }, 'pc-1')).agencyChildId
})
afterAll(async () => {
  await it[Symbol.asyncDispose]()
})

const ask = (change: object) => it.police.identify({ details: { ...KNOWN, ...change } } as ChildQuery, 'pc-1')

test('the details as they are find her, and nobody else', async () => {
  expect(await ask({})).toMatchObject({ outcome: { kind: 'match' }, agencyChildId: marias })
  expect((await ask({ givenNames: 'Marta Zofia' })).agencyChildId).not.toBe(marias)
})

const addresses = (count: number): LookupDetails['addresses'] =>
  Array.from({ length: count }, (_, i) => ({ lines: [`${i + 1} Mill Lane`], postcode: 'NX1 1AA' }))
const names = (count: number): LookupDetails['otherNames'] =>
  Array.from({ length: count }, (_, i) => ({ givenNames: 'Maria', familyName: `Former${'abcdefghij'[i % 10]}` }))

describe('a look-up that is refused', () => {
  test.each<[string, object, string]>([
    ['a name of 10,000 characters', { givenNames: 'Maria'.repeat(2_000) }, 'details.givenNames'],
    ['10,000 marks on one letter', { familyName: `K${'\u0301'.repeat(10_000)}` }, 'details.familyName'],
    ['10,000 letters that unfold into more', { givenNames: '\uFDFA'.repeat(10_000) }, 'details.givenNames'],
    ['1,000 former addresses', { addresses: addresses(1_000) }, 'details.addresses'],
    ['1,000 former names', { otherNames: names(1_000) }, 'details.otherNames'],
    ['1,000 lines', { addresses: [{ lines: Array(1_000).fill('1 Mill Lane') }] }, 'details.addresses[0].lines'],
    ['a line of 10,000 characters', { addresses: [{ lines: ['x'.repeat(10_000)] }] }, 'details.addresses[0].lines[0]'],
    ['a null byte in a name', { givenNames: 'Mar\u0000ia' }, 'details.givenNames'],
    [
      'a null byte in an address',
      { addresses: [{ lines: ['12\u0000 Foundry Lane'] }] },
      'details.addresses[0].lines[0]',
    ],
    ['a null byte in a postcode', { postcode: 'NX2\u00004AB' }, 'details.postcode'],
    ['a null byte in a date', { dateOfBirth: '2016-05-04\u0000' }, 'details.dateOfBirth'],
    ['a null byte in a number', { nhsNumber: `${nhsNumber(801)}\u0000` }, 'details.nhsNumber'],
    ['half a surrogate', { familyName: 'Kowalska\uD800' }, 'details.familyName'],
    ['text that runs backwards', { givenNames: '\u202Eairam' }, 'details.givenNames'],
    ['a name of another type', { givenNames: 12 }, 'details.givenNames'],
    ['a name that is a list', { familyName: ['Kowalska'] }, 'details.familyName'],
    ['addresses that are text', { addresses: '12 Foundry Lane' }, 'details.addresses'],
    ['a name of digits alone', { givenNames: '12345' }, 'details.givenNames'],
    ['a birth to come', { dateOfBirth: '2099-05-04' }, 'details.dateOfBirth'],
  ])('%s', async (_, change, field) => {
    await expect(ask(change)).rejects.toMatchObject({ name: 'IndexError', field })
    const seen = { incident: 'police-notice', occurredAt: it.clock.now, reference: 'bad/1', practitioner: 'pc-1' }
    const [outcome] = await it.police.checkAll([{ ...seen, child: { details: { ...KNOWN, ...change } } }])
    expect(outcome).toMatchObject({ kind: 'refused', field })
  })
})

describe('a look-up of a lower quality', () => {
  /** What is said, what its field is then worth, and whether the rest means Maria: `hers` where a person may have to confirm. */
  test.each<[string, object, Partial<FieldQualities>, 'match' | 'hers' | 'no-match']>([
    ['a Cyrillic letter in a Latin name', { givenNames: '\u041Caria' }, { givenNames: 'invalid' }, 'no-match'],
    ['a Greek letter in a family name', { familyName: 'K\u03BFwalska' }, { familyName: 'invalid' }, 'hers'],
    ['a name in another script', { givenNames: '\u041C\u0430\u0440\u0438\u044F' }, { givenNames: 'valid' }, 'no-match'],
    ['a stand-in for a name', { givenNames: 'Baby' }, { givenNames: 'invalid' }, 'no-match'],
    ['a stand-in with the family name', { givenNames: 'Baby Kowalska' }, { givenNames: 'invalid' }, 'no-match'],
    ['an initial', { givenNames: 'M' }, {}, 'no-match'],
    ['only marks and hyphens beside a letter', { familyName: "-'-K-'-" }, {}, 'hers'],
    ['no day of the calendar', { dateOfBirth: '2016-02-30' }, { dateOfBirth: 'invalid' }, 'hers'],
    ['a date of another form', { dateOfBirth: '4.5.2016' }, { dateOfBirth: 'invalid' }, 'hers'],
    ['a date of full-width digits', { dateOfBirth: '２０１６-05-04' }, { dateOfBirth: 'invalid' }, 'hers'],
    ['day and month exchanged', { dateOfBirth: '2016-04-05' }, { dateOfBirth: 'valid' }, 'hers'],
    ['no fixed address', { addresses: [{ lines: [], postcode: 'ZZ99 3VZ' }] }, { postcode: 'invalid' }, 'no-match'],
    [
      'a postcode of nothing',
      { postcode: '!!!', addresses: [] },
      { postcode: 'invalid', address: 'missing' },
      'no-match',
    ],
    [
      'a postcode of another country',
      { addresses: [{ lines: [], postcode: '75008' }] },
      { postcode: 'invalid' },
      'no-match',
    ],
    ['a wrong check digit', { nhsNumber: '9990000019' }, { nhsNumber: 'invalid' }, 'match'],
    ['ten equal digits', { nhsNumber: '9999999999' }, { nhsNumber: 'invalid' }, 'match'],
    ['letters in a number', { nhsNumber: '99900OOO18' }, { nhsNumber: 'invalid' }, 'match'],
    ['a pupil number of another form', { upn: 'nonsense' }, { upn: 'invalid' }, 'match'],
    ['an address of signs', { addresses: [{ lines: ['?', '--', '***'] }] }, { address: 'invalid' }, 'no-match'],
    ['names in capitals without signs', { familyName: 'ODONNELL KOWALSKA', givenNames: 'MARIA' }, {}, 'match'],
    ['given and family name exchanged', { givenNames: KNOWN.familyName, familyName: 'Maria' }, {}, 'match'],
    ['half of the family name', { familyName: 'Kowalska' }, {}, 'hers'],
    ['the former family name', { familyName: 'Nowak' }, {}, 'hers'],
    ['a prefix apart', { familyName: 'O Donnell Kowalska' }, {}, 'match'],
    [
      'ten former addresses before',
      { addresses: [...(addresses(9) ?? []), ...(KNOWN.addresses ?? [])] },
      {},
      'no-match',
    ],
    ['full-width letters', { givenNames: 'Ｍａｒｉａ' }, { givenNames: 'valid' }, 'match'],
    ['a zero-width joiner', { givenNames: 'Mar\u200Dia' }, {}, 'match'],
    ['spaces of every kind', { givenNames: '\u2003Maria\u00A0\u3000Zofia ' }, { givenNames: 'valid' }, 'match'],
  ])('%s', async (_, change, quality, means) => {
    const answer = await ask(change)
    expect(answer.quality).toMatchObject(quality)
    if (means === 'hers') {
      expect(['match', 'candidates']).toContain(answer.outcome.kind)
      expect(answer.agencyChildId === marias).toBe(answer.outcome.kind === 'match')
    } else if (means === 'match') expect(answer).toMatchObject({ outcome: { kind: 'match' }, agencyChildId: marias })
    else {
      expect(answer.outcome.kind).not.toBe('match')
      expect(answer.agencyChildId).not.toBe(marias)
    }
  })
})

const HOSTILE_NAMES = [
  '',
  'Marta',
  'M\u0430rta',
  'Baby',
  'Ignatius',
  '\u041C\u0430\u0440\u0438\u044F',
  '\u9EA6',
  'X Æ A-12',
  "'; DROP TABLE child; --",
  '__proto__',
  'constructor',
  'null',
  'undefined',
  '$(id)',
  '<script>',
  '..\\..\\x',
  'a'.repeat(200),
  `Z${'\u0335\u0321\u0310'.repeat(60)}`,
  '\u{1F600}a',
  'İıſßŉǰΐ',
  '\u0627\u0644\u062D\u0633\u0646',
  'Zofia',
]

describe('whatever is said', () => {
  const hostile = fc.constantFrom(...HOSTILE_NAMES)
  const text = fc.oneof(
    hostile,
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.string({ unit: 'grapheme', maxLength: 30 }),
  )
  const of = <Value>(truth: Value, other: fc.Arbitrary<unknown>) => fc.oneof(fc.constant<unknown>(truth), other)

  test('is answered or refused with a field, in good time', async () => {
    const details = fc.record({
      givenNames: of(KNOWN.givenNames, text),
      familyName: of(KNOWN.familyName, text),
      dateOfBirth: of(KNOWN.dateOfBirth, fc.oneof(text, fc.date().map(String))),
      addresses: of(
        KNOWN.addresses,
        fc.array(fc.record({ lines: fc.array(text, { maxLength: 11 }), postcode: text }), { maxLength: 12 }),
      ),
      otherNames: fc.array(fc.record({ givenNames: text, familyName: text }), { maxLength: 11 }),
    })
    await fc.assert(
      fc.asyncProperty(details, async (said) => {
        try {
          const { outcome } = await it.health.identify({ details: said } as ChildQuery, 'dr-1')
          expect(['match', 'candidates', 'many', 'none']).toContain(outcome.kind)
        } catch (error) {
          if (!isIndexError(error)) throw error
          expect(error.field ?? error.code).toMatch(/^details|^child|ERR_RATE_LIMITED/)
        }
      }),
      { numRuns: 120 },
    )
  }, 60_000)

  test('no name that is not hers is taken for hers, with everything else her own', async () => {
    for (const givenNames of HOSTILE_NAMES) {
      for (const familyName of [KNOWN.familyName, 'Kowalska', '']) {
        try {
          const { outcome, agencyChildId } = await it.school.identify(
            { details: { ...KNOWN, givenNames, familyName } },
            't-1',
          )
          const isTwins = givenNames === 'Marta' && outcome.kind === 'match'
          if (!isTwins) expect(outcome.kind, JSON.stringify(givenNames)).not.toBe('match')
          expect(agencyChildId).not.toBe(marias)
        } catch (error) {
          if (!isIndexError(error)) throw error
          expect(error.code).toBe('ERR_DETAILS_INVALID')
        }
      }
    }
  }, 60_000)
})

describe('a registration', () => {
  const other = (change: object): unknown => ({
    ...MARIA,
    nhsNumber: nhsNumber(803),
    upn: undefined,
    otherNames: [],
    givenNames: 'Ignatius',
    familyName: 'Thistlewood',
    dateOfBirth: '2012-12-12',
    ...change,
  })
  test.each<[string, object, string]>([
    ['a name of 10,000 characters', { familyName: 'a'.repeat(10_000) }, 'familyName'],
    ['10,000 marks', { givenNames: `A${'\u0301'.repeat(10_000)}` }, 'givenNames'],
    ['1,000 former addresses', { addresses: addresses(1_000) }, 'addresses'],
    ['1,000 former names', { otherNames: names(1_000) }, 'otherNames'],
    ['1,000 carers', { carers: Array(1_000).fill({ name: 'A', relationship: 'mother' }) }, 'carers'],
    ['a null byte in a name', { givenNames: 'Ign\u0000atius' }, 'givenNames'],
    ['a null byte in an address', { addresses: [{ lines: ['\u0000'] }] }, 'addresses[0].lines[0]'],
    ['a null byte in an alias', { aliases: [{ kind: 'library', value: 'a\u0000' }] }, 'aliases[0].value'],
    ['no name', { givenNames: '', familyName: ' ' }, 'givenNames'],
    ['no day of the calendar', { dateOfBirth: '2012-02-30' }, 'dateOfBirth'],
    ['a wrong check digit', { nhsNumber: '9990000019' }, 'nhsNumber'],
    ['half a surrogate', { familyName: '\uDC00' }, 'familyName'],
  ])('of %s is refused, with the others of its list taken', async (_, change, field) => {
    const [bad] = await it.sealer.registerAll([other(change)] as RegistrationDetails[], { neverIssuedNumbers: true })
    expect(bad).toMatchObject({ kind: 'refused', field })
    await expect(it.register(other(change) as RegistrationDetails)).rejects.toMatchObject({ name: 'IndexError', field })
  })

  test('of names in several scripts, of letters that look alike, and of the longest list does no harm', async () => {
    const kept = [
      other({ givenNames: '\u041C\u0430\u0440\u0438\u044F', nhsNumber: nhsNumber(810) }),
      other({
        givenNames: 'M\u0430ria',
        familyName: MARIA.familyName,
        dateOfBirth: MARIA.dateOfBirth,
        nhsNumber: nhsNumber(811),
      }),
      other({ addresses: addresses(10), otherNames: names(10), nhsNumber: nhsNumber(812) }),
      other({ givenNames: 'a'.repeat(200), familyName: `${'b-'.repeat(99)}b`, nhsNumber: nhsNumber(813) }),
    ]
    const outcomes = await it.sealer.registerAll(kept as RegistrationDetails[], { neverIssuedNumbers: true })
    for (const outcome of outcomes) expect(outcome.kind).toMatch(/^(?:registered|refused)$/)
    expect((await ask({})).agencyChildId).toBe(marias)
    const numbers = [810, 811, 812, 813].map(nhsNumber)
    const found = await Promise.all(numbers.map((number) => it.police.identify({ nhsNumber: number }, 'pc-1')))
    expect(found.map(({ agencyChildId }) => agencyChildId)).not.toContain(marias)
    expect(new Set(found.map(({ agencyChildId }) => agencyChildId)).size).toBe(numbers.length)
  })
})
