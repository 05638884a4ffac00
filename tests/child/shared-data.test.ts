import { existsSync, readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import { describe, expect, test } from 'vitest'
import { parseDetails } from '../../src/child/details.js'
import { describeChild } from '../../src/child/keys.js'
import { normaliseName } from '../../src/child/name.js'
import { parseNhsNumber } from '../../src/child/nhs-number.js'
import { isIndexError } from '../../src/errors.js'

// Test patients that are not ours to ship. What they show is shown without them by the other files of this folder.
const FILE = new URL('../../../shared/data/nhs/pds_int_test_patients_mavis.csv', import.meta.url)

describe.skipIf(!existsSync(FILE))('687 test patients of the NHS', () => {
  const rows = existsSync(FILE)
    ? (parse(readFileSync(FILE), { columns: true, bom: true }) as readonly Record<string, string>[])
    : []

  test('all have an NHS number of a test range and a name', () => {
    expect(rows).toHaveLength(687)
    for (const row of rows) {
      const number = row.NHS_NUMBER ?? ''
      expect(parseNhsNumber(number, { neverIssued: true })).toBe(number)
      expect(() => parseNhsNumber(number)).toThrow()
      expect(normaliseName(row.FAMILY_NAME ?? '')).toMatch(/^[a-z]+$/)
      expect(normaliseName(row.GIVEN_NAME ?? '')).toMatch(/^[a-z]+$/)
    }
  })

  test('all are accepted, or refused for their age alone', () => {
    const counts = { accepted: 0, tooOld: 0 }
    for (const row of rows) {
      const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)$/.exec(row.DATE_OF_BIRTH ?? '') ?? []
      try {
        const details = parseDetails(
          {
            givenNames: row.GIVEN_NAME,
            familyName: row.FAMILY_NAME,
            dateOfBirth: `${year}-${month}-${day}`,
            nhsNumber: row.NHS_NUMBER,
            addresses: [
              {
                lines: [1, 2, 3, 4, 5].map((i) => row[`ADDRESS_LINE_${i}`] ?? ''),
                ...(row.POST_CODE === '' ? {} : { postcode: row.POST_CODE }),
              },
            ],
          },
          { today: '2024-06-01', neverIssuedNumbers: true },
        )
        expect(describeChild(details).numbers.length).toBeGreaterThanOrEqual(1)
        counts.accepted++
      } catch (error) {
        if (!isIndexError(error, 'ERR_TOO_OLD')) throw error
        counts.tooOld++
      }
    }
    expect(counts.accepted + counts.tooOld).toBe(687)
    expect(counts.accepted).toBeGreaterThan(300)
  })
})
