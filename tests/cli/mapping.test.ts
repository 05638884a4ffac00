import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { CHECK_FIELDS, checkOf } from '../../src/cli/check-fields.js'
import { automaticMapping, fieldsOf, type Mapping, readMapping, requireMapped } from '../../src/cli/mapping.js'
import { DETAIL_FIELDS, detailsOf } from '../../src/cli/registration.js'

const folder = mkdtempSync(join(tmpdir(), 'child-index-mapping-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const row = (cells: Readonly<Record<string, string>>) => new Map(Object.entries(cells))
const details = (cells: Readonly<Record<string, string>>, mapping?: Mapping) =>
  detailsOf(fieldsOf(row(cells), mapping ?? automaticMapping(Object.keys(cells), DETAIL_FIELDS)))
const check = (cells: Readonly<Record<string, string>>) =>
  checkOf(fieldsOf(row(cells), automaticMapping(Object.keys(cells), CHECK_FIELDS))) as Record<string, unknown>

async function mappingOf(content: unknown): Promise<Mapping> {
  const path = join(folder, 'map.json')
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return readMapping(path, DETAIL_FIELDS)
}

describe('registrations', () => {
  test('headers that are commonly found need no mapping', () => {
    const cells = {
      'Test ref': 'ignored',
      NHS_NUMBER: ' 9990000018 ',
      DATE_OF_BIRTH: '20190304',
      FAMILY_NAME: 'Okafor',
      GIVEN_NAME: 'Amina',
      OTHER_GIVEN_NAME: 'Grace',
      'GENDER (FHIR)': 'unknown',
      'GENDER (HL7v3)': 'Indeterminate',
      ADDRESS_LINE_1: '',
      ADDRESS_LINE_2: '1 High Street',
      ADDRESS_LINE_4: 'Anytown',
      SENSITIVE_FLAG: 'S',
      POST_CODE: 'NX1 1AA',
    }
    expect(details(cells)).toEqual({
      givenNames: 'Amina Grace',
      familyName: 'Okafor',
      dateOfBirth: '2019-03-04',
      sex: 'indeterminate',
      nhsNumber: '9990000018',
      addresses: [{ lines: ['1 High Street', 'Anytown'], postcode: 'NX1 1AA' }],
      shielded: true,
    })
  })

  test('what is empty is left out, and what is missing is handed on to be refused', () => {
    expect(details({ surname: '', dob: '', postcode: ' ' })).toEqual({
      givenNames: '',
      familyName: '',
      dateOfBirth: '',
    })
    expect(details({ surname: 'A', dob: 'soon', sex: 'X', shielded: 'perhaps' })).toMatchObject({
      dateOfBirth: 'soon',
      sex: 'x',
      shielded: 'perhaps',
    })
  })

  test.each([
    ['20190304', '2019-03-04'],
    ['2019-03-04', '2019-03-04'],
    ['04/03/2019', '2019-03-04'],
    ['4/3/2019', '4/3/2019'],
  ])('a date of birth %s is read as %s', (text, read) => {
    expect(details({ surname: 'A', dob: text })).toMatchObject({ dateOfBirth: read })
  })

  test('a carer, an alias, and an address of several lines in one cell', () => {
    const mapping: Mapping = new Map([
      ['familyName', { columns: ['n'] }],
      ['carerName', { columns: ['c'] }],
      ['addressLines', { columns: ['a'] }],
      ['alias:school-admission', { columns: ['s'] }],
    ])
    expect(details({ n: 'A', c: 'Grace Okafor', a: '1 High St\r\nAnytown', s: 'X17' }, mapping)).toMatchObject({
      carers: [{ name: 'Grace Okafor', relationship: 'carer' }],
      addresses: [{ lines: ['1 High St', 'Anytown'] }],
      aliases: [{ kind: 'school-admission', value: 'X17' }],
    })
  })
})

describe('checks', () => {
  const said = { incident: 'police-notice', occurred_at: '2026-01-05', reference: 'A/1', practitioner: 'pc 1' }

  test('a child is named by the agency’s id, else by details with the number among them, else by number alone', () => {
    const cells = { given_names: 'Amina', family_name: 'Okafor', date_of_birth: '20190304', postcode: 'NX1 1AA' }
    expect(check({ ...said, child_nhs_number: '9990000018' }).child).toEqual({ nhsNumber: '9990000018' })
    expect(check({ ...said, ...cells, child_id: 'abc' }).child).toEqual({ agencyChildId: 'abc' })
    expect(check({ ...said, ...cells, child_nhs_number: '9990000018' }).child).toEqual({
      details: {
        givenNames: 'Amina',
        familyName: 'Okafor',
        dateOfBirth: '2019-03-04',
        postcode: 'NX1 1AA',
        nhsNumber: '9990000018',
      },
    })
    expect(check({ ...said, ...cells, date_of_birth: '', child_nhs_number: '9990000018' }).child).toEqual({
      nhsNumber: '9990000018',
    })
    expect(check({ ...said, ...cells }).child).toEqual({
      details: { givenNames: 'Amina', familyName: 'Okafor', dateOfBirth: '2019-03-04', postcode: 'NX1 1AA' },
    })
  })

  test('of several columns for one field the best known counts, and of two spellings the first', () => {
    const child = { first_name: 'B', 'Given names': 'A', GIVEN_NAMES: 'C', surname: 'S', dob: '20190304' }
    expect(check({ ...said, ...child }).child).toMatchObject({ details: { givenNames: 'A', familyName: 'S' } })
  })

  test('indicators are parted by semicolons or spaces; instants are ISO, a day, or milliseconds', () => {
    expect(check({ ...said, indicators: 'a-b; c;;d  e ' }).indicators).toEqual(['a-b', 'c', 'd', 'e'])
    expect(check(said)).toEqual({
      child: { details: { givenNames: '', familyName: '', dateOfBirth: '' } },
      incident: 'police-notice',
      indicators: [],
      occurredAt: '2026-01-05',
      reference: 'A/1',
      practitioner: 'pc 1',
    })
    expect(check({ ...said, occurred_at: '2026-01-05T10:00:00+01:00' }).occurredAt).toBe('2026-01-05T10:00:00+01:00')
    expect(check({ ...said, occurred_at: '1767600000000' }).occurredAt).toBe(1_767_600_000_000)
    expect(check({ ...said, occurred_at: '05/01/2026' }).occurredAt).toBe('2026-01-05')
  })
})

describe('a mapping file', () => {
  test('names a column, several, or a column with its date format; nothing is guessed beside it', async () => {
    const mapping = await mappingOf({
      givenNames: ['First', 'Middle'],
      familyName: 'Last',
      dateOfBirth: { column: 'Born', format: 'DD/MM/YYYY' },
    })
    const cells = { First: 'Amina', Middle: '', Last: 'Okafor', Born: '04/03/2019', postcode: 'NX1 1AA' }
    expect(details(cells, mapping)).toEqual({ givenNames: 'Amina', familyName: 'Okafor', dateOfBirth: '2019-03-04' })
    // A date in another form than the declared one is not read as that other form.
    expect(details({ ...cells, Born: '2019-03-04' }, mapping)).toMatchObject({ dateOfBirth: '' })
  })

  test.each([
    ['no JSON', '{"familyName": '],
    ['another sort of value', ['familyName']],
    ['a field that there is not', { surname: 'Last' }],
    ['an alias without a kind', { 'alias:': 'x' }],
    ['an unknown format', { dateOfBirth: { column: 'x', format: 'MM/DD/YYYY' } }],
    ['an empty list', { givenNames: [] }],
    ['a member too many', { dateOfBirth: { column: 'x', zone: 'y' } }],
  ])('is refused for %s', async (_, content) => {
    await expect(mappingOf(content)).rejects.toMatchObject({ code: 'ERR_FILE_INVALID' })
  })

  test('that is not there is refused', async () => {
    await expect(readMapping(join(folder, 'absent.json'), DETAIL_FIELDS)).rejects.toMatchObject({
      code: 'ERR_FILE_MISSING',
    })
  })

  test('must fit the header; a refusal names our field and never a column', () => {
    const refusal = (mapping: Mapping, header: readonly string[]): unknown => {
      try {
        requireMapped(mapping, header, DETAIL_FIELDS)
        return undefined
      } catch (error) {
        return error
      }
    }
    const mapping: Mapping = new Map([
      ['familyName', { columns: ['Last'] }],
      ['dateOfBirth', { columns: ['Born'] }],
    ])
    expect(refusal(mapping, ['Last', 'Born'])).toBeUndefined()
    expect(refusal(mapping, ['Last', 'Okafor'])).toMatchObject({ code: 'ERR_FILE_INVALID', field: 'dateOfBirth' })
    expect(refusal(mapping, ['Last', 'Born', 'Born'])).toMatchObject({ code: 'ERR_FILE_INVALID', field: 'dateOfBirth' })
    const headless = refusal(automaticMapping(['Okafor', '2019-03-04'], DETAIL_FIELDS), ['Okafor', '2019-03-04'])
    expect(headless).toMatchObject({ code: 'ERR_FILE_INVALID', field: 'familyName' })
    expect(String(headless)).not.toContain('Okafor')
  })
})
