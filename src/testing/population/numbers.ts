const MODULUS = 1_000_000

/**
 * A run of different, valid NHS numbers that begin with three digits, 999 unless others are given, of the ranges that are
 * kept for tests and issued to nobody. Ten digits without spaces; about 909,000 in all.
 * @throws {RangeError} when the range is used up.
 */
export function* nhsNumbers(start: number, range = '999'): Generator<string, never, undefined> {
  yield* numbersOf(start, range)
  throw new RangeError('there are no more NHS numbers in the test range')
}

/** The same of the ranges 990 to 997, one after the other: about 7,270,000 in all. */
export function* manyNhsNumbers(start: number): Generator<string, never, undefined> {
  for (let range = 990; range < 998; range++) yield* numbersOf(start, String(range))
  throw new RangeError('there are no more NHS numbers in the test ranges')
}

function* numbersOf(start: number, range: string): Generator<string, void, undefined> {
  for (let i = 0; i < MODULUS; i++) {
    // The step shares no factor with the modulus, so that no number comes twice before all have come once.
    const nine = `${range}${String((start + i * 618_033) % MODULUS).padStart(6, '0')}`
    const check = nhsCheckDigit(nine)
    if (check !== undefined) yield `${nine}${check}`
  }
}

/** The tenth digit by modulus 11; nothing where the nine digits have none and the number is never issued. */
function nhsCheckDigit(nine: string): number | undefined {
  let sum = 0
  for (let i = 0; i < 9; i++) sum += Number(nine[i]) * (10 - i)
  const check = 11 - (sum % 11)
  if (check === 10) return undefined
  return check % 11
}

const UPN_LETTERS = 'ABCDEFGHJKLMNPQRTUVWXYZ'

/** The pupil number of digits: local authority 999 (nobody's), school, year of entry, serial number; check letter in front. */
function upn(school: number, year: number, serial: number): string {
  const pad = (value: number, width: number): string => String(value).padStart(width, '0')
  const digits = `999${pad(school, 4)}${pad(year % 100, 2)}${pad(serial, 3)}`
  let sum = 0
  for (let i = 0; i < digits.length; i++) sum += Number(digits[i]) * (i + 2)
  return `${UPN_LETTERS[sum % 23]}${digits}`
}

/** The pupil number of a child of five or older, different for each index. */
export function pupilNumber(
  details: { readonly dateOfBirth: string },
  { index, schools, now }: { readonly index: number; readonly schools: number; readonly now: number },
): { readonly upn?: string } {
  const born = Date.parse(details.dateOfBirth)
  if (Math.floor((now - born) / 86_400_000) < 5 * 365.25) return {}
  const year = Number(details.dateOfBirth.slice(0, 4)) + 4
  return { upn: upn(2000 + (index % schools), year, Math.floor(index / schools)) }
}
