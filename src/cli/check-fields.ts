import type { FieldList, Fields } from './mapping.js'

const CHILD = {
  childId: ['childid', 'agencychildid'],
  nhsNumber: ['childnhsnumber', 'nhsnumber', 'nhsno'],
  givenNames: ['givennames', 'givenname', 'forename', 'forenames', 'firstname'],
  familyName: ['familyname', 'surname', 'lastname'],
  dateOfBirth: ['dateofbirth', 'dob', 'birthdate'],
  postcode: ['postcode', 'postalcode'],
}
const RECORD = {
  reference: ['reference', 'ref'],
  practitioner: ['practitioner'],
}
const NAMES_A_CHILD = ['childId', 'nhsNumber', 'givenNames', 'familyName']

/** What an agency's case list can hold: how it names each child, and whose it is. */
export const CASE_LIST_FIELDS: FieldList = { known: { ...CHILD, ...RECORD }, required: [NAMES_A_CHILD] }

/** What a file of checks can hold: how the agency names the child, and what it says. */
export const CHECK_FIELDS: FieldList = {
  known: {
    ...CHILD,
    incident: ['incident', 'incidentcode'],
    indicators: ['indicators', 'indicator', 'indicatorcodes'],
    occurredAt: ['occurredat', 'occurred'],
    ...RECORD,
  },
  required: [NAMES_A_CHILD, ['incident'], ['occurredAt'], ['reference'], ['practitioner']],
}

/** A check as an agency submits it, from a flat row; what does not fit is handed on to be refused. */
export function checkOf(fields: Fields): unknown {
  const { one } = fields
  return {
    child: childOf(fields),
    incident: one('incident') ?? '',
    indicators: fields.all('indicators').flatMap((text) => text.split(/[;\s]+/).filter((code) => code !== '')),
    occurredAt: fields.date('occurredAt') ?? '',
    reference: one('reference') ?? '',
    practitioner: one('practitioner') ?? '',
  }
}

/** The agency's own id for the child if the row has one; else the details, with the NHS number among them; else a number alone. */
export function childOf(fields: Fields): unknown {
  const { one } = fields
  const agencyChildId = one('childId')
  if (agencyChildId !== undefined) return { agencyChildId }
  const nhsNumber = one('nhsNumber')
  const dateOfBirth = fields.date('dateOfBirth')
  const alias = fields.aliases()[0]
  if (dateOfBirth === undefined && nhsNumber !== undefined) return { nhsNumber }
  if (dateOfBirth === undefined && alias !== undefined) return { alias }
  const postcode = one('postcode')
  return {
    details: {
      givenNames: fields.all('givenNames').join(' '),
      familyName: one('familyName') ?? '',
      dateOfBirth: dateOfBirth ?? '',
      ...(postcode === undefined ? {} : { postcode }),
      ...(nhsNumber === undefined ? {} : { nhsNumber }),
    },
  }
}
