import type { FieldList, Fields } from './mapping.js'

/** What a file of children can hold. Several given names, and the lines of an address, each stand in columns of their own. */
export const DETAIL_FIELDS: FieldList = {
  known: {
    givenNames: [
      ['givenname', 'givennames', 'forename', 'forenames', 'firstname', 'firstnames'],
      ['othergivenname', 'othergivennames', 'middlename', 'middlenames'],
    ],
    familyName: ['familyname', 'surname', 'lastname'],
    dateOfBirth: ['dateofbirth', 'dob', 'birthdate'],
    expectedDate: ['expecteddate'],
    sex: ['sex', 'gender', 'genderhl7v3', 'genderfhir'],
    nhsNumber: ['nhsnumber', 'nhsno', 'nhs'],
    upn: ['upn', 'uniquepupilnumber'],
    addressLines: [
      ['addressline1', 'address1', 'address', 'street'],
      ['addressline2', 'address2'],
      ['addressline3', 'address3'],
      ['addressline4', 'address4', 'town', 'city'],
      ['addressline5', 'address5', 'county'],
    ],
    postcode: ['postcode', 'postalcode'],
    carerName: ['carername', 'parentname', 'guardianname'],
    carerRelationship: ['carerrelationship', 'relationship'],
    carerTelephone: ['carertelephone', 'carerphone', 'parentphone'],
    shielded: ['shielded', 'sensitiveflag'],
    multipleBirth: ['multiplebirth', 'multiplebirthboolean', 'twin'],
  },
  required: [['familyName', 'givenNames'], ['dateOfBirth']],
}

/**
 * Details as a sealer takes them, from a flat row. Nothing is judged here: what does not fit is handed on as it stands,
 * so that there is one place that refuses.
 */
export function detailsOf(fields: Fields): unknown {
  const { all, one } = fields
  const given = all('givenNames')
  const familyName = one('familyName') ?? ''
  const lines = all('addressLines').flatMap((text) => text.split(/\s*\r?\n\s*/))
  const postcode = one('postcode')
  const aliases = fields.aliases()
  const details = {
    givenNames: given.join(' '),
    familyName,
    dateOfBirth: fields.date('dateOfBirth') ?? '',
    expectedDate: yesOrNo(one('expectedDate')),
    sex: sexOf(one('sex')),
    multipleBirth: yesOrNo(one('multipleBirth')),
    nhsNumber: one('nhsNumber'),
    upn: one('upn'),
    addresses: lines.length > 0 || postcode !== undefined ? [present({ lines, postcode })] : undefined,
    aliases: aliases.length > 0 ? aliases : undefined,
    carers: carersOf(fields),
    shielded: yesOrNo(one('shielded')),
  }
  return present(details)
}

function carersOf({ one }: Fields): unknown {
  const name = one('carerName')
  const telephone = one('carerTelephone')
  if (name === undefined && telephone === undefined) return undefined
  return [present({ name: name ?? '', relationship: one('carerRelationship') ?? 'carer', telephone })]
}

const SEXES: Readonly<Record<string, string>> = {
  m: 'male',
  '1': 'male',
  f: 'female',
  '2': 'female',
  i: 'indeterminate',
  '9': 'indeterminate',
  other: 'indeterminate',
  '0': 'not-known',
  unknown: 'not-known',
  'not known': 'not-known',
}

function sexOf(text: string | undefined): string | undefined {
  const word = text?.toLowerCase()
  return word === undefined ? undefined : (SEXES[word] ?? word)
}

// S, R and V are how NHS records mark a child whose address must not be told.
const YES: readonly string[] = ['yes', 'y', 'true', '1', 's', 'r', 'v', 'sensitive', 'restricted', 'very restricted']
const NO: readonly string[] = ['no', 'n', 'false', '0', 'u', 'unrestricted']

function yesOrNo(text: string | undefined): boolean | string | undefined {
  if (text === undefined) return undefined
  const word = text.toLowerCase()
  if (YES.includes(word)) return true
  return NO.includes(word) ? false : text
}

/** Without the members that are not known. */
function present(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined))
}
