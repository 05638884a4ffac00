import type { GeneratedChild } from './child.js'

const MONTHS = 'January February March April May June July August September October November December'.split(' ')

/** One line of plain JSON per child, each ended by a line feed: the details as a sealer is given them. */
export function toNdjson(population: readonly GeneratedChild[]): string {
  return population.map((child) => `${JSON.stringify(child.details)}\n`).join('')
}

/**
 * What to search a hub's bytes for, to find out whether anything personal of this child stands in them: each text once.
 *
 * Full name, family name from five letters on, NHS number, pupil number, date of birth, postcode, street with house number,
 * carers and telephone numbers, in the spellings that programs commonly write. Not the town, which is also in agencies' titles.
 */
export function searchTerms(child: GeneratedChild): string[] {
  const { givenNames, familyName, dateOfBirth, nhsNumber, upn, addresses, carers } = child.details
  const terms = new Set<string>()
  const add = (text: string): void => {
    terms.add(text)
    terms.add(withoutAccents(text))
  }
  if (givenNames !== '') {
    add(`${givenNames} ${familyName}`)
    add(`${familyName}, ${givenNames}`)
    add(`${givenNames.split(' ')[0]} ${familyName}`)
  }
  if (familyName.length >= 5) add(familyName)
  if (nhsNumber !== undefined) {
    add(nhsNumber)
    add(`${nhsNumber.slice(0, 3)} ${nhsNumber.slice(3, 6)} ${nhsNumber.slice(6)}`)
  }
  if (upn !== undefined) add(upn)
  for (const spelling of dateSpellings(dateOfBirth)) add(spelling)
  for (const { lines, postcode } of addresses) {
    add(postcode)
    add(postcode.replace(' ', ''))
    for (const line of lines) if (/^\d/.test(line)) add(line)
  }
  for (const { name, telephone } of carers) {
    add(name)
    if (telephone === undefined) continue
    add(telephone)
    add(telephone.replace(' ', ''))
    add(telephone.replace(' ', '').replace(/^0/, '+44'))
  }
  return [...terms]
}

function dateSpellings(date: string): readonly string[] {
  const [year = '', month = '', day = ''] = date.split('-')
  return [
    date,
    `${year}${month}${day}`,
    `${day}/${month}/${year}`,
    `${Number(day)} ${MONTHS[Number(month) - 1]} ${year}`,
  ]
}

function withoutAccents(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '')
}
