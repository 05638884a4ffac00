import { describe, expect, test } from 'vitest'
import type { RegistrationDetails } from '../src/index.js'
import { childDetails, type House, house, nhsNumber } from './support/house.js'

const FOR_TESTS = { neverIssuedNumbers: true }

let shared: Promise<House> | undefined
/** One house for what leaves nothing behind: details that are refused. */
function theHouse(): Promise<House> {
  shared ??= house()
  return shared
}

const child = (change: object = {}): unknown => ({ ...childDetails(1), ...change })
const carer = (change: object): unknown => child({ carers: [{ name: 'A B', relationship: 'mother', ...change }] })

const BAD: readonly (readonly [what: string, input: unknown, code: string, field: string | undefined])[] = [
  ['nothing', undefined, 'ERR_DETAILS_INVALID', 'details'],
  ['null', null, 'ERR_DETAILS_INVALID', 'details'],
  ['a text', 'Amina', 'ERR_DETAILS_INVALID', 'details'],
  ['a list', [child()], 'ERR_DETAILS_INVALID', 'details'],
  ['a field of nobody’s', child({ religion: 'x' }), 'ERR_DETAILS_INVALID', 'details'],
  ['no family name', child({ familyName: undefined }), 'ERR_DETAILS_INVALID', 'familyName'],
  ['no birth', child({ dateOfBirth: undefined }), 'ERR_DETAILS_INVALID', 'dateOfBirth'],
  ['a name that is a number', child({ givenNames: 7 }), 'ERR_DETAILS_INVALID', 'givenNames'],
  ['no name at all', child({ givenNames: '', familyName: '' }), 'ERR_DETAILS_INVALID', 'givenNames'],
  ['a name of 10,000 letters', child({ familyName: 'a'.repeat(10_000) }), 'ERR_DETAILS_INVALID', 'familyName'],
  ['a control character', child({ givenNames: 'A\u0000B' }), 'ERR_DETAILS_INVALID', 'givenNames'],
  ['a line break', child({ givenNames: 'A\nB' }), 'ERR_DETAILS_INVALID', 'givenNames'],
  ['an emoji', child({ givenNames: 'A\u{1f476}' }), 'ERR_DETAILS_INVALID', 'givenNames'],
  ['a direction mark', child({ givenNames: '\u202eanimA' }), 'ERR_DETAILS_INVALID', 'givenNames'],
  ['digits in a name', child({ givenNames: 'Amina 2' }), 'ERR_DETAILS_INVALID', 'givenNames'],
  ['a date as number', child({ dateOfBirth: 20190304 }), 'ERR_DETAILS_INVALID', 'dateOfBirth'],
  ['29 February of a common year', child({ dateOfBirth: '2019-02-29' }), 'ERR_DATE_INVALID', 'dateOfBirth'],
  ['day before month', child({ dateOfBirth: '04/03/2019' }), 'ERR_DATE_INVALID', 'dateOfBirth'],
  ['month 13', child({ dateOfBirth: '2019-13-01' }), 'ERR_DATE_INVALID', 'dateOfBirth'],
  ['tomorrow', child({ dateOfBirth: '2026-03-05' }), 'ERR_DATE_IN_FUTURE', 'dateOfBirth'],
  [
    'a birth expected in a year',
    child({ dateOfBirth: '2027-03-05', expectedDate: true }),
    'ERR_DATE_IN_FUTURE',
    'dateOfBirth',
  ],
  ['18 today', child({ dateOfBirth: '2008-03-04' }), 'ERR_TOO_OLD', 'dateOfBirth'],
  ['a wrong check digit', child({ nhsNumber: '9990000019' }), 'ERR_NHS_NUMBER_INVALID', 'nhsNumber'],
  ['zeros', child({ nhsNumber: '0000000000' }), 'ERR_NHS_NUMBER_INVALID', 'nhsNumber'],
  ['nine digits', child({ nhsNumber: '999000001' }), 'ERR_NHS_NUMBER_INVALID', 'nhsNumber'],
  ['letters', child({ nhsNumber: 'ABCDEFGHIJ' }), 'ERR_NHS_NUMBER_INVALID', 'nhsNumber'],
  ['an impossible sex', child({ sex: 'x' }), 'ERR_DETAILS_INVALID', 'sex'],
  ['a wrong UPN', child({ upn: 'a123' }), 'ERR_DETAILS_INVALID', 'upn'],
  ['an address of nothing', child({ addresses: [{ lines: [''] }] }), 'ERR_DETAILS_INVALID', 'addresses[0]'],
  [
    'a postcode too long',
    child({ addresses: [{ lines: [], postcode: 'A'.repeat(12) }] }),
    'ERR_DETAILS_INVALID',
    'addresses[0].postcode',
  ],
  [
    'an alias of a field’s kind',
    child({ aliases: [{ kind: 'upn', value: 'x' }] }),
    'ERR_DETAILS_INVALID',
    'aliases[0].kind',
  ],
  ['a carer without a name', carer({ name: '' }), 'ERR_DETAILS_INVALID', 'carers[0].name'],
  ['a telephone of words', carer({ telephone: 'ask mum' }), 'ERR_DETAILS_INVALID', 'carers[0].telephone'],
  [
    'eleven carers',
    child({ carers: Array(11).fill({ name: 'A B', relationship: 'aunt' }) }),
    'ERR_DETAILS_INVALID',
    'carers',
  ],
  ['shielded as text', child({ shielded: 'yes' }), 'ERR_DETAILS_INVALID', 'shielded'],
  [
    'names and birth alone',
    { givenNames: 'A', familyName: 'B', dateOfBirth: '2019-01-01' },
    'ERR_DETAILS_INVALID',
    'nhsNumber',
  ],
]

describe('bad details', () => {
  test.each(BAD)('%s', async (_, input, code, field) => {
    const it = await theHouse()
    const size = await it.hub.journal.size()
    const [outcome] = await it.sealer.registerAll([input], FOR_TESTS)
    expect(outcome).toMatchObject({ kind: 'refused', code })
    expect(outcome).toHaveProperty('field', field)
    await expect(it.sealer.register(input as RegistrationDetails, FOR_TESTS)).rejects.toMatchObject({
      name: 'IndexError',
      code,
    })
    expect(await it.hub.journal.size()).toBe(size)
  })

  test('do not keep good ones of the same feed from being registered', async () => {
    await using it = await house()
    const feed = BAD.flatMap(([, input], n) => (n % 9 === 0 ? [input, childDetails(n + 2)] : [input]))
    const outcomes = await it.sealer.registerAll(feed, FOR_TESTS)
    expect(outcomes).toHaveLength(feed.length)
    expect(outcomes.filter(({ kind }) => kind === 'refused')).toHaveLength(BAD.length)
    expect(outcomes.filter(({ kind }) => kind === 'registered')).toHaveLength(feed.length - BAD.length)
    expect((await it.hub.journal.verify()).byType.get('record')).toBe(feed.length - BAD.length)
    expect((await it.sealer.registerAll(feed, FOR_TESTS)).filter(({ kind }) => kind === 'unchanged')).toHaveLength(
      feed.length - BAD.length,
    )
  })
})

describe('flags', () => {
  test('test numbers, care leavers and unborn children are taken where it is said', async () => {
    await using it = await house()
    await expect(it.sealer.register(childDetails(1))).rejects.toMatchObject({ code: 'ERR_NHS_NUMBER_INVALID' })
    const leaver = childDetails(2, { dateOfBirth: '2004-01-01' })
    await expect(it.sealer.register(leaver, FOR_TESTS)).rejects.toMatchObject({ code: 'ERR_TOO_OLD' })
    const options = { ...FOR_TESTS, careLeavers: true }
    expect(await it.sealer.register(leaver, options)).toEqual({ kind: 'registered' })
    const grown = childDetails(3, { dateOfBirth: '2001-03-04' })
    await expect(it.sealer.register(grown, options)).rejects.toMatchObject({ code: 'ERR_TOO_OLD' })
    const { nhsNumber: _, ...unborn } = childDetails(4, { givenNames: '', dateOfBirth: '2026-09-01' })
    expect(await it.sealer.register({ ...unborn, expectedDate: true })).toEqual({ kind: 'registered' })
  })

  test.each([
    ['one name only', { givenNames: 'Sukarno', familyName: '' }],
    ['an apostrophe and a hyphen', { givenNames: 'Anne-Marie', familyName: 'O’Neill-Smythe' }],
    ['marks apart from their letters', { givenNames: 'Zoe\u0308', familyName: 'Ga\u0301l' }],
    ['another script', { givenNames: 'محمد', familyName: 'الخوارزمي' }],
  ])('a name of %s is a name, and is found however it is spelt', async (_, names) => {
    await using it = await house()
    const { nhsNumber: _number, ...details } = childDetails(1, names)
    expect(await it.sealer.register(details)).toEqual({ kind: 'registered' })
    const { givenNames, familyName, dateOfBirth } = details
    const spelt = [names, { givenNames: givenNames.normalize('NFC'), familyName: familyName.normalize('NFC') }]
    for (const each of [...spelt, { givenNames: givenNames.toUpperCase(), familyName: familyName.replace('’', "'") }]) {
      const { known } = await it.police.identify({ details: { ...each, dateOfBirth, postcode: 'NX2 1AA' } }, 'PC 42')
      expect(known).toBe('known')
    }
  })
})

describe('a sealer', () => {
  test('that is suspended, or not on the roster, registers nobody', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    await it.hub.suspend('births')
    await expect(it.register(childDetails(2))).rejects.toMatchObject({ code: 'ERR_PARTY_NOT_IN_STANDING' })
    expect((await it.police.identify({ nhsNumber: nhsNumber(1) }, 'PC 42')).known).toBe('known')
    expect((await it.police.identify({ nhsNumber: nhsNumber(2) }, 'PC 42')).known).toBe('unknown')
  })

  test('stops where a signal says so', async () => {
    await using it = await house()
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(it.sealer.registerAll([childDetails(1)], { ...FOR_TESTS, signal })).rejects.toThrow('enough')
  })
})
