import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Address, LookupDetails, OtherName } from '../../src/child/details.js'
import { dayOf, readRows } from './data.js'

/**
 * The 16 searches of the NHS's Personal Demographics Service, with what is expected of them in this project's terms.
 *
 * Of the patients that the searches are after, the public files hold one, under another name and birth than the search
 * names; five more are described by the scenarios themselves. So seven searches can show that a child is found, six that nobody is
 * taken for a patient who is not there, one that a date is read as invalid, and two ask for a range, as no agency can.
 */

export interface NhsSearch {
  readonly scenario: string
  /** The details that the search comes to; undefined where an agency cannot search so. */
  readonly lookup: LookupDetails | undefined
  /** Where the patient that it is after is described. */
  readonly target: 'in-the-files' | 'by-the-scenario' | 'nowhere'
  /** Place of that patient in `patients`. */
  readonly patient: number | undefined
  readonly expected: Expected
  readonly why: string
}

/**
 * `found`: linked, or among the candidates. `candidate`: among the candidates, and not linked. `nobody`: linked with nobody. `date-invalid`: the date of
 * birth is `invalid`, and nobody is linked. `not-asked`: an agency cannot search so.
 */
export type Expected = 'found' | 'candidate' | 'nobody' | 'date-invalid' | 'not-asked'

export interface NhsSearches {
  /** Everybody in the files, and after them the patients that the scenarios describe. */
  readonly patients: readonly Patient[]
  readonly searches: readonly NhsSearch[]
}

export interface Patient {
  readonly givenNames: string
  readonly familyName: string
  readonly dateOfBirth?: string
  readonly nhsNumber?: string
  readonly addresses?: readonly Address[]
  readonly otherNames?: readonly OtherName[]
}

interface Asked {
  readonly scenario: string
  readonly query: Readonly<Record<string, string>>
  readonly expected: { readonly total?: number; readonly ids?: readonly string[]; readonly status?: number }
}

export function nhsSearches(folder: string): NhsSearches {
  const files = join(folder, 'nhs')
  const inFiles = [...mavis(files), ...immunisation(files), ...stubs(files)]
  const patients = [...distinct(inFiles), ...DESCRIBED.map(({ patient }) => patient)]
  const asked = JSON.parse(readFileSync(join(files, 'pds_search_cases.json'), 'utf8')) as readonly Asked[]
  return { patients, searches: asked.map((one) => searchOf(one, patients)) }
}

function searchOf({ scenario, query, expected }: Asked, patients: readonly Patient[]): NhsSearch {
  const lookup = lookupOf(query)
  const [id] = expected.ids ?? []
  const recorded = id === undefined ? -1 : patients.findIndex(({ nhsNumber }) => nhsNumber === id)
  const at = DESCRIBED.findIndex((one) => one.scenarios.some((part) => scenario.includes(part)))
  const described = at < 0 ? undefined : patients.length - DESCRIBED.length + at
  const target = recorded >= 0 ? 'in-the-files' : described === undefined ? 'nowhere' : 'by-the-scenario'
  const patient = recorded >= 0 ? recorded : described
  return { scenario, lookup, target, patient, ...expectation({ lookup, query, target, at }) }
}

function expectation(it: {
  readonly lookup: LookupDetails | undefined
  readonly query: Asked['query']
  readonly target: NhsSearch['target']
  readonly at: number
}): { readonly expected: Expected; readonly why: string } {
  const { lookup, query, target, at } = it
  if (lookup === undefined) return { expected: 'not-asked', why: 'a range of dates of birth' }
  if (/^\d{8}$/.test(query['birthdate'] ?? '')) return { expected: 'date-invalid', why: 'the date is in another form' }
  if (target === 'nowhere') return { expected: 'nobody', why: 'the patient is in none of the files' }
  if (target === 'in-the-files') {
    return {
      expected: 'nobody',
      why: 'the file has the patient under another name and birth, the former name is missing',
    }
  }
  const { expected, why } = DESCRIBED[at] as Described
  return lookup.addresses === undefined
    ? { expected: 'candidate', why: `${why}; name and birth alone never link` }
    : { expected, why }
}

function lookupOf(query: Asked['query']): LookupDetails | undefined {
  const { family = '', given = '', birthdate = '', 'address-postcode': postcode } = query
  if (/^(?:ge|le)/.test(birthdate)) return undefined
  return {
    givenNames: given,
    familyName: family,
    dateOfBirth: birthdate.replace(/^eq/, ''),
    ...(postcode !== undefined && { addresses: [{ lines: [], postcode }] }),
  }
}

interface Described {
  /** Part of the names of the scenarios that are after this patient. */
  readonly scenarios: readonly string[]
  readonly patient: Patient
  readonly expected: Expected
  readonly why: string
}

// What the scenarios say of the patients that they are after, and nothing that they do not say.
const DESCRIBED: readonly Described[] = [
  {
    scenarios: ['transpose "given name" into "family name"'],
    patient: { givenNames: 'Amanda', familyName: 'Jak', dateOfBirth: '1937-08-29', addresses: [at('DN20 8DU')] },
    expected: 'found',
    why: 'given and family name change places',
  },
  {
    scenarios: ['joseph vs Joe', 'typo in mobile phone number'],
    patient: { givenNames: 'Joseph', familyName: 'Almond', dateOfBirth: '2024-09-17', addresses: [at('DN17 1BX')] },
    expected: 'found',
    why: 'Joe is short for Joseph, or nothing is wrong that a look-up says',
  },
  {
    scenarios: ['matching gp code', 'Bad format postcode'],
    patient: { givenNames: 'Mark', familyName: 'Poole', dateOfBirth: '1941-10-24', addresses: [at('DN15 8JY')] },
    expected: 'found',
    why: 'the postcode has two digits too many, or none is said',
  },
  {
    scenarios: ['Justen vs justin'],
    patient: { givenNames: 'Justin', familyName: 'Gwin', dateOfBirth: '2020-01-06' },
    expected: 'found',
    why: 'one letter of the given name is another',
  },
  {
    scenarios: ['initials in given name'],
    patient: { givenNames: 'Toby', familyName: 'Marr', dateOfBirth: '2010-10-22' },
    expected: 'found',
    why: 'the initial of a second given name is added',
  },
]

function at(postcode: string): Address {
  return { lines: [], postcode }
}

function mavis(files: string): readonly Patient[] {
  return table(join(files, 'pds_int_test_patients_mavis.csv'), (cell) => ({
    givenNames: [cell('GIVEN_NAME'), cell('OTHER_GIVEN_NAME')].filter((name) => name !== '').join(' '),
    familyName: cell('FAMILY_NAME'),
    ...born(dayOf(cell('DATE_OF_BIRTH'), 'YYYYMMDD')),
    nhsNumber: cell('NHS_NUMBER'),
    ...living(
      [1, 2, 3, 4, 5].map((i) => cell(`ADDRESS_LINE_${i}`)),
      cell('POST_CODE'),
    ),
  }))
}

function immunisation(files: string): readonly Patient[] {
  return table(join(files, 'pds_test_patients_immunisation.csv'), (cell) => ({
    givenNames: cell('given_name'),
    familyName: cell('family_name'),
    ...born(dayOf(cell('birth_date'), 'YYYY-MM-DD')),
    nhsNumber: cell('nhs_number'),
    ...living(['address_text', 'address_line', 'city'].map(cell), cell('postal_code')),
  }))
}

/** The columns of a file by name; a cell that says `null` is empty. */
function table(path: string, read: (cell: (column: string) => string) => Patient): readonly Patient[] {
  let header: readonly string[] | undefined
  return readRows(path, path, (row): Patient | null => {
    if (header === undefined) {
      header = row
      return null
    }
    const columns = header
    return read((column) => {
      const value = row[columns.indexOf(column)] ?? ''
      return value === 'null' ? '' : value
    })
  })
}

interface Resource {
  readonly resourceType?: string
  readonly id?: string
  readonly birthDate?: string
  readonly name?: readonly { readonly family?: string; readonly given?: readonly string[]; readonly use?: string }[]
  readonly address?: readonly { readonly line?: readonly string[]; readonly postalCode?: string }[]
}

function stubs(files: string): readonly Patient[] {
  const folder = join(files, 'pds-stubs')
  return readdirSync(folder).flatMap((file) => {
    const resource = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Resource
    if (resource.resourceType !== 'Patient') return []
    const names = (resource.name ?? []).map(({ family = '', given = [] }) => {
      return { givenNames: given.join(' '), familyName: family }
    })
    const [name, ...otherNames] = names
    if (name === undefined) return []
    const addresses = (resource.address ?? []).flatMap(({ line = [], postalCode = '' }) => {
      return living(line, postalCode).addresses ?? []
    })
    return [
      {
        ...name,
        ...born(dayOf(resource.birthDate ?? '', 'YYYY-MM-DD')),
        ...(resource.id !== undefined && { nhsNumber: resource.id }),
        ...(addresses.length > 0 && { addresses }),
        ...(otherNames.length > 0 && { otherNames }),
      },
    ]
  })
}

function born(dateOfBirth: string | undefined): { readonly dateOfBirth?: string } {
  return dateOfBirth === undefined ? {} : { dateOfBirth }
}

function living(said: readonly string[], postcode: string): { readonly addresses?: readonly Address[] } {
  const lines = said.filter((line) => line !== '')
  if (lines.length === 0 && postcode === '') return {}
  return { addresses: [{ lines, ...(postcode !== '' && { postcode }) }] }
}

/** Each NHS number once; the files overlap. */
function distinct(patients: readonly Patient[]): readonly Patient[] {
  return [...new Map(patients.map((patient, i) => [patient.nhsNumber ?? i, patient])).values()]
}
