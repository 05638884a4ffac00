import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { DataError, readDataSet } from '../../bench/matching/data.js'
import { febrl1, febrl4, sharedData } from '../../bench/matching/febrl.js'
import { nhsSearches } from '../../bench/matching/nhs.js'
import { readQuery } from '../../src/child/details.js'

const folder = mkdtempSync(join(tmpdir(), 'child-index-data-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const MAP = {
  id: 'ref',
  givenNames: ['first', 'middle'],
  familyName: 'last',
  dateOfBirth: { column: 'born', format: 'DD/MM/YYYY' },
  postcode: 'pc',
  lines: [['no', 'street'], 'town'],
  nhsNumber: 'nhs',
  confirm: { column: 'was', as: 'formerFamilyName' },
  truth: { register: 'a', lookup: 'b' },
}
const HEADER = 'ref,first,middle,last,born,pc,no,street,town,nhs,was'
const ANNA = 'r1,Anna,,Nowak,03/02/2015,NX1 1AA,12,Mill Lane,Eastwold,9990000018,Kowalska'
const BEN = 'r2,Ben,Rhys,Evans,31/02/2015,,,,,,'

interface Texts {
  readonly register: string | Uint8Array
  readonly lookup: string | Uint8Array
  readonly truth: string | Uint8Array
  readonly columns?: unknown
}

const GOOD: Texts = {
  register: `${HEADER}\n${ANNA}\n${BEN}\n`,
  lookup: `${HEADER}\n${ANNA.replace('r1', 'l1')}\n${BEN.replace('r2', 'l2')}\n`,
  truth: 'a,b\nr1,l1\n',
  columns: MAP,
}

let written = 0
function read(change: Partial<Texts> = {}) {
  const texts = { ...GOOD, ...change }
  const path = (name: keyof Texts): string => {
    const file = join(folder, `${name}-${written++}`)
    const text = texts[name]
    writeFileSync(file, typeof text === 'string' || text instanceof Uint8Array ? text : JSON.stringify(text))
    return file
  }
  return readDataSet({
    register: path('register'),
    lookup: path('lookup'),
    truth: path('truth'),
    ...(texts.columns !== undefined && { columns: path('columns') }),
  })
}

describe('a data set', () => {
  test('is read by the columns that a map names', () => {
    const { registered, lookups, truth, invalidDates } = read()
    expect(registered).toEqual([
      {
        id: 'r1',
        details: {
          givenNames: 'Anna',
          familyName: 'Nowak',
          dateOfBirth: '2015-02-03',
          addresses: [{ lines: ['12 Mill Lane', 'Eastwold'], postcode: 'NX1 1AA' }],
          nhsNumber: '9990000018',
        },
        confirm: { formerFamilyName: 'Kowalska' },
      },
      { id: 'r2', details: { givenNames: 'Ben Rhys', familyName: 'Evans' } },
    ])
    expect(lookups.map(({ id }) => id)).toEqual(['l1', 'l2'])
    expect([...truth]).toEqual([[0, new Set([0])]])
    expect(invalidDates).toBe(2)
  })

  test('may have a byte order mark, spaces, quotes, blank lines and links the other way round', () => {
    const { registered, truth } = read({
      register: `\uFEFF${HEADER}\r\n\r\n ${ANNA.replace('Nowak', '"Nowak, the first"')} \r\n`,
      truth: 'x,y\n"l2",r1\nl1,r1\n',
      columns: { ...MAP, truth: undefined },
    })
    expect(registered[0]?.details.familyName).toBe('Nowak, the first')
    expect([...truth.keys()].sort()).toEqual([0, 1])
  })

  test('has the columns of FEBRL where no map is named', () => {
    const header =
      'rec_id, given_name, surname, street_number, address_1, address_2, suburb, postcode, state, date_of_birth, soc_sec_id'
    const { registered, lookups } = read({
      register: `${header}\nrec-1-org, mia, white, 5, ross place, , curtin, 2605, act, 20150131, 1\n`,
      lookup: `${header}\nrec-1-dup-0, mia, white, 5, ross place, , curtin, 2605, act, 20151331, 1\n`,
      truth: 'rec_id_a,rec_id_b\nrec-1-org,rec-1-dup-0\n',
      columns: undefined,
    })
    expect(registered[0]?.details).toEqual({
      givenNames: 'mia',
      familyName: 'white',
      dateOfBirth: '2015-01-31',
      addresses: [{ lines: ['5 ross place', 'curtin'], postcode: '2605' }],
    })
    expect(lookups[0]?.details).not.toHaveProperty('dateOfBirth')
  })

  const SECRET = 'Wolverstonehope'
  test.each<[string, Partial<Texts>, RegExp]>([
    ['an empty file', { register: '' }, /^--register is empty/],
    ['no CSV', { lookup: `${HEADER}\n"${SECRET}\n` }, /^--lookup is no CSV at line/],
    ['a row of another width', { lookup: `${HEADER}\n${SECRET},b\n` }, /^--lookup is no CSV at line 2/],
    [
      'other bytes than UTF-8',
      { register: Buffer.from(`${HEADER}\nr1,Zo\xeb`, 'latin1') },
      /^--register is not in UTF-8/,
    ],
    ['a record without an end', { register: `${HEADER}\n"${'x'.repeat(200_000)}` }, /^--register is no CSV/],
    ['a column that is missing', { register: HEADER.replace('last', SECRET) }, /^--register has no column "last"/],
    ['a column that comes twice', { register: HEADER.replace('was', 'pc') }, /^--register has a column name twice/],
    ['an id that comes twice', { register: `${HEADER}\n${ANNA}\n${ANNA}\n` }, /^--register row 3 has an id that came/],
    ['a row without an id', { lookup: `${HEADER}\n${ANNA.replace('r1', '')}\n` }, /^--lookup row 2 has no id/],
    ['a link to nobody', { truth: `a,b\n${SECRET},l1\n` }, /^--truth row 2 links an id that --register does not/],
    ['a link from nobody', { truth: `a,b\nr1,${SECRET}\n` }, /^--truth row 2 links an id that --lookup does not/],
    ['links of one column', { truth: 'a\nr1\n' }, /^--truth has no two columns/],
    ['links without the columns of the map', { truth: 'a,c\nr1,l1\n' }, /^--truth has no two columns/],
    ['no links', { truth: '' }, /^--truth has no two columns/],
    ['a map that is no JSON', { columns: '{' }, /^--columns is no JSON/],
    ['a map of something else', { columns: [] }, /^--columns: the map/],
    ['a map with more in it', { columns: { ...MAP, sex: 'x' } }, /^--columns: the map/],
    ['a map without names', { columns: { id: 'ref' } }, /^--columns: givenNames/],
    [
      'a format without a day',
      { columns: { ...MAP, dateOfBirth: { column: 'born', format: 'YYYY-MM' } } },
      /format: must/,
    ],
    [
      'a format that is a pattern',
      { columns: { ...MAP, dateOfBirth: { column: 'born', format: 'YYYYMMDD(a+)+' } } },
      /format: must/,
    ],
    ['another confirming detail', { columns: { ...MAP, confirm: { column: 'was', as: '__proto__' } } }, /confirm\.as/],
  ])('that has %s is refused by name, without a word of what is in it', (_, change, message) => {
    expect(() => read(change)).toThrow(DataError)
    expect(() => read(change)).toThrow(message)
    try {
      read(change)
    } catch (error) {
      expect(String((error as Error).stack)).not.toContain(SECRET)
    }
  })

  test('whose file is not there is refused', () => {
    expect(() => readDataSet({ register: folder, lookup: folder, truth: folder })).toThrow(/^--register names a file/)
    expect(() => readDataSet({ register: '/nowhere', lookup: '', truth: '' })).toThrow(DataError)
  })
})

const shared = sharedData()

describe.skipIf(shared === undefined)('public data sets', () => {
  test('FEBRL 1 and 4 have one partner for each look-up', () => {
    for (const [set, size, invalid] of [
      [febrl1(shared ?? ''), 500, 3],
      [febrl4(shared ?? ''), 5000, 64],
    ] as const) {
      expect([set.registered.length, set.lookups.length, set.truth.size, set.invalidDates]).toEqual([
        size,
        size,
        size,
        invalid,
      ])
      for (const [lookup, registered] of set.truth) {
        expect(registered.size).toBe(1)
        const [number] = [...registered].map((place) => set.registered[place]?.id.split('-')[1])
        expect(set.lookups[lookup]?.id.split('-')[1]).toBe(number)
      }
      expect(JSON.stringify(set)).not.toContain('soc_sec')
    }
  })

  test('the searches of the NHS: what is expected of each, and where its patient is', () => {
    const { patients, searches } = nhsSearches(shared ?? '')
    expect(patients.length).toBeGreaterThan(2_600)
    const numbers = patients.flatMap(({ nhsNumber }) => nhsNumber ?? [])
    expect(new Set(numbers).size).toBe(numbers.length)
    const count = (expected: string): number => searches.filter((one) => one.expected === expected).length
    expect([count('found'), count('candidate'), count('nobody'), count('date-invalid'), count('not-asked')]).toEqual([
      4, 3, 6, 1, 2,
    ])
    for (const { lookup, target, patient, expected } of searches) {
      expect(lookup === undefined).toBe(expected === 'not-asked')
      expect(patient === undefined).toBe(target === 'nowhere')
      if (expected === 'date-invalid') {
        const { quality } = readQuery({ details: lookup }, { today: '2026-01-01' })
        expect(quality.dateOfBirth).toBe('invalid')
      } else if (expected === 'found' || expected === 'candidate') {
        expect(patients[patient ?? -1]?.dateOfBirth).toBe(lookup?.dateOfBirth)
      }
    }
  })
})
