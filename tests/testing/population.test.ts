import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compared } from '../../src/child/compare.js'
import { parseDetails } from '../../src/child/details.js'
import { describeChild, questionOf } from '../../src/child/keys.js'
import { links } from '../../src/child/matching.js'
import { assess } from '../../src/policy/assess.js'
import { defaultPolicy } from '../../src/policy/default.js'
import {
  type GeneratedChild,
  type GeneratedContact,
  generateAgencies,
  generateContacts,
  generatePopulation,
  queryOf,
  type Story,
  searchTerms,
  seededRandom,
  toNdjson,
} from '../../src/testing/population.js'

const now = Date.UTC(2025, 5, 1, 9, 30)
const DAY_MS = 86_400_000
const CHILDREN = 4000
const population = generatePopulation({ seed: 7, children: CHILDREN, now })
const agencies = generateAgencies()
const contacts = generateContacts({ seed: 7, population, agencies, now, days: 365 })
const kindOf = new Map(agencies.map((agency) => [agency.id, agency.kind]))
const registered = population.filter((child) => child.registered)

/** Which kinds of agency may record an incident. */
const KINDS: Readonly<Record<string, string>> = {
  'first-known': 'social-care police health education housing probation youth-offending ports voluntary',
  'emergency-attendance': 'health',
  'health-visitor-concern': 'health',
  'gp-concern': 'health',
  'midwifery-concern': 'health',
  'missed-health-contact': 'health',
  'mental-health-contact': 'health police',
  'police-notice': 'police',
  'domestic-incident': 'police',
  'missing-episode': 'police social-care education',
  'youth-offence': 'youth-offending police',
  'school-absence': 'education',
  'suspension-exclusion': 'education',
  'missing-education': 'education social-care',
  'homeless-notification': 'housing',
  'eviction-notice': 'housing voluntary',
  'address-change': 'housing education health social-care',
  'port-arrival': 'ports police social-care',
  'private-fostering': 'social-care education health ports voluntary',
  'probation-concern': 'probation',
  'risky-adult-contact': 'police probation social-care',
  'exploitation-concern': 'police social-care education youth-offending voluntary',
  'child-disclosure': 'education health police social-care youth-offending voluntary',
  'community-concern': 'voluntary',
  'social-care-contact': 'social-care',
}
const SIGNIFICANT_HARM = ['SAF-4-NAI', 'SAF-4-PHYS', 'SAF-4-ADULT', 'EXT-4-EXPL', 'BAS-4-NEGLECT']
const VULNERABILITY =
  /^(?:HOU-2-POOR|HOU-3-OVER|HOU-3-EVICT|INC-2-LOW|INC-3-NEEDS|SOC-2-NEW|RES-3-POOR|WID-2-LITTLE|HIS-3-PRISON)$/

function contactsOf(child: number): GeneratedContact[] {
  return contacts.filter((contact) => contact.child === child)
}

function told(story: Story): { child: GeneratedChild; its: GeneratedContact[] }[] {
  return population.flatMap((child, index) => (child.story === story ? [{ child, its: contactsOf(index) }] : []))
}

const severity = (code: string): number => Number(code.split('-')[1])
const dimension = (code: string): string => code.slice(0, 3)
const indicatorsOf = (its: readonly GeneratedContact[]): string[] => its.flatMap((contact) => contact.indicators)
const agenciesOf = (its: readonly GeneratedContact[]): Set<string> => new Set(its.map((contact) => contact.agency))
const points = (codes: readonly string[]): number =>
  codes
    .filter((code) => !VULNERABILITY.test(code))
    .reduce((sum, code) => sum + ([0, 0, 10, 30, 80][severity(code)] ?? 0), 0)

describe('the same seed', () => {
  test('gives the same people and contacts, another seed gives others', () => {
    const again = generatePopulation({ seed: 7, children: CHILDREN, now })
    expect(again).toEqual(population)
    expect(generateContacts({ seed: 7, population: again, agencies, now, days: 365 })).toEqual(contacts)
    expect(generatePopulation({ seed: 8, children: CHILDREN, now })).not.toEqual(population)
    expect(generateContacts({ seed: 8, population, agencies, now, days: 365 })).not.toEqual(contacts)
  })

  test('gives frozen values', () => {
    const random = seededRandom(42)
    expect([random.integer(0, 999_999), random.integer(0, 999_999), random.integer(0, 999_999)]).toMatchInlineSnapshot(`
      [
        922098,
        360252,
        940744,
      ]
    `)
    expect(Buffer.from(random.bytes(9)).toString('hex')).toMatchInlineSnapshot(`"7159d920009c2b2357"`)
  })

  test('gives bytes that other draws do not move', () => {
    const one = seededRandom(1)
    const other = seededRandom(1)
    other.next()
    expect(one.bytes(37)).toEqual(other.bytes(37))
    expect(one.bytes(37)).not.toEqual(seededRandom(1).bytes(37))
    expect(seededRandom(2).bytes(37)).not.toEqual(seededRandom(1).bytes(37))
  })

  test('may be any safe integer, and stays within bounds', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.integer(), fc.nat(), (seed, min, more) => {
        const random = seededRandom(seed)
        const drawn = random.integer(min, min + more)
        const share = random.next()
        return (
          drawn >= min && drawn <= min + more && share >= 0 && share < 1 && [1, 2, 3].includes(random.pick([1, 2, 3]))
        )
      }),
    )
    expect(seededRandom(2 ** 32 + 1).next()).not.toBe(seededRandom(1).next())
    expect(() => seededRandom(0.5)).toThrow(RangeError)
    expect(() => seededRandom(0).pick([])).toThrow(RangeError)
    expect(() => seededRandom(0).integer(2, 1)).toThrow(RangeError)
  })

  test('spreads evenly', () => {
    const random = seededRandom(3)
    const counts = new Array<number>(16).fill(0)
    for (let i = 0; i < 16_000; i++) counts[random.integer(0, 15)]! += 1
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(160)
    const ones = [...random.bytes(10_000)].reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0)
    expect(Math.abs(ones - 40_000)).toBeLessThan(800)
  })
})

describe('a population', () => {
  test('has as many registered children as asked for, then a few others', () => {
    expect(population.slice(0, CHILDREN).every((child) => child.registered)).toBe(true)
    expect(population.slice(CHILDREN).map((child) => child.registered)).toEqual(new Array(24).fill(false))
  })

  test('passes the door for details, as every contact passes the door for checks', () => {
    const at = { today: new Date(now).toISOString().slice(0, 10), neverIssuedNumbers: true }
    for (const { details } of population) expect(parseDetails(details, at)).toEqual(details)
  })

  test('passes that door at any hour of any day', () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(2003, 0), max: Date.UTC(2040, 0) }), fc.integer(), (instant, seed) => {
        const at = { today: new Date(instant).toISOString().slice(0, 10), neverIssuedNumbers: true }
        for (const { details } of generatePopulation({ seed, children: 30, now: instant })) parseDetails(details, at)
      }),
      { numRuns: 200 },
    )
  })

  test('has different, valid NHS numbers of the range 999 and different pupil numbers', () => {
    const numbers = population.flatMap(({ details }) => details.nhsNumber ?? [])
    expect(new Set(numbers).size).toBe(numbers.length)
    for (const number of numbers) {
      expect(number).toMatch(/^999\d{7}$/)
      const sum = [...number].reduce((total, digit, i) => total + Number(digit) * (10 - i), 0)
      // Modulus 11: the weighted sum of all ten digits, the last with weight 1, is a multiple of 11.
      expect(sum % 11).toBe(0)
    }
    expect(numbers.length).toBeGreaterThan(CHILDREN * 0.98)
    const pupils = population.flatMap(({ details }) => details.upn ?? [])
    expect(new Set(pupils).size).toBe(pupils.length)
    expect(pupils.length).toBeGreaterThan(CHILDREN / 2)
  })

  test('has no two children with one number', () => {
    const seen = new Map<string, number>()
    population.forEach(({ details }, index) => {
      for (const key of describeChild(details).numbers) {
        const text = JSON.stringify([key.kind, key.parts])
        expect(seen.get(text)).toBeUndefined()
        seen.set(text, index)
      }
    })
  })

  test('has children of every age and a few unborn', () => {
    const unborn = population.filter((child) => child.details.expectedDate)
    expect(unborn.length).toBe(16)
    expect(unborn.every((child) => child.story === 'unborn' && Date.parse(child.details.dateOfBirth) > now)).toBe(true)
    const years = new Set(
      registered.map((child) => Math.floor((now - Date.parse(child.details.dateOfBirth)) / DAY_MS / 365.25)),
    )
    for (let year = 0; year < 18; year++) expect(years).toContain(year)
    expect(Math.max(...years)).toBe(17)
  })

  test('has twins, brothers and sisters, and names of many forms', () => {
    const pairs = registered.slice(1).map((child, i) => [registered[i]!.details, child.details] as const)
    const siblings = pairs.filter(([a, b]) => a.addresses === b.addresses)
    expect(siblings.length / CHILDREN).toBeGreaterThan(0.3)
    expect(siblings.filter(([a, b]) => a.familyName === b.familyName).length / siblings.length).toBeGreaterThan(0.95)
    expect(siblings.filter(([a, b]) => a.dateOfBirth === b.dateOfBirth).length).toBeGreaterThan(10)
    const called = registered.map(({ details }) => `${details.givenNames} ${details.familyName}`.trim().split(' ')[0])
    const alike = called.filter(
      (name, i) => name === called[i - 1] && registered[i]!.details.carers === registered[i - 1]!.details.carers,
    )
    expect(alike).toEqual([])
    const names = registered.map(({ details }) => `${details.givenNames}|${details.familyName}`)
    for (const form of [/\|[^-]+-[^-]+$/, /\|O'/, /\|Mc/, /[^\p{ASCII}]/u, /^[^|]+-[^|]+\|/, /^\|./, / .*\|/]) {
      expect(names.filter((name) => form.test(name)).length).toBeGreaterThan(3)
    }
    expect(new Set(registered.map(({ details }) => details.familyName)).size).toBeGreaterThan(220)
    expect(new Set(registered.map(({ details }) => details.givenNames.split(' ')[0])).size).toBeGreaterThan(300)
    const carers = new Set(registered.map(({ details }) => details.carers.length))
    expect(carers).toEqual(new Set([1, 2]))
    expect(registered.some(({ details }) => details.addresses.length === 2)).toBe(true)
  })

  test('tells its stories in the stated proportions', () => {
    const share = (story: Story): number => registered.filter((child) => child.story === story).length / CHILDREN
    expect(share('needs')).toBeCloseTo(0.03, 3)
    expect(share('harm')).toBeCloseTo(0.003, 3)
    expect(share('early-help')).toBeCloseTo(0.06, 2)
    expect(share('ordinary')).toBeGreaterThan(0.88)
    expect(told('many-agencies').map(({ child }) => child.registered)).toEqual([true, false])
  })

  test('may be as small as one wants', () => {
    for (const children of [0, 1, 2, 3, 10, 20]) {
      const few = generatePopulation({ seed: 1, children, now })
      expect(few.filter((child) => child.registered).length).toBe(children)
      const its = generateContacts({ seed: 1, population: few, agencies, now, days: 365 })
      expect(its.every((contact) => contact.occurredAt < now)).toBe(true)
      if (children < 3) continue
      const harmed = few.filter((child) => child.story === 'harm').length
      expect([harmed, few.filter((child) => child.story === 'many-agencies').length]).toEqual([2, 2])
    }
    for (const children of [-1, 0.5, 500_001]) {
      expect(() => generatePopulation({ seed: 1, children, now })).toThrow(RangeError)
    }
  })

  test('tells every story at any size from three on, whatever the seed', () => {
    for (let seed = 0; seed < 150; seed++) {
      const few = generatePopulation({ seed, children: 3, now })
      const known = few.filter((child) => child.registered)
      expect(known.filter((child) => child.story === 'harm').length).toBe(2)
      const [one] = known.filter((child) => child.story === 'many-agencies')
      expect(now - Date.parse(one?.details.dateOfBirth ?? '')).toBeGreaterThan(2000 * DAY_MS)
      const strangers = few.filter((child) => !child.registered)
      expect(strangers.map((child) => child.story)).toEqual(['many-agencies', 'unregistered'])
      for (const { details } of strangers) expect(details.givenNames).not.toBe('')
    }
  })
})

describe('a year of contacts', () => {
  test('comes from at least ten agencies of all kinds', () => {
    expect(agencies.length).toBeGreaterThanOrEqual(10)
    expect(new Set(contacts.map((contact) => kindOf.get(contact.agency))).size).toBe(9)
    expect(new Set(agencies.map((agency) => agency.id)).size).toBe(agencies.length)
    for (const contact of contacts) {
      expect(agencies.find((agency) => agency.id === contact.agency)?.practitioners).toContain(contact.practitioner)
    }
  })

  test('lies in that year, in order, never before a birth', () => {
    contacts.forEach((contact, i) => {
      expect(contact.occurredAt).toBeLessThan(now)
      expect(contact.occurredAt).toBeGreaterThanOrEqual(now - 365 * DAY_MS)
      expect(contact.occurredAt).toBeGreaterThanOrEqual(contacts[i - 1]?.occurredAt ?? 0)
      expect(Number.isSafeInteger(contact.occurredAt)).toBe(true)
      const { details } = population[contact.child]!
      if (!details.expectedDate) expect(contact.occurredAt).toBeGreaterThanOrEqual(Date.parse(details.dateOfBirth))
    })
  })

  test('numbers the contacts of each agency', () => {
    expect(new Set(contacts.map((contact) => `${contact.agency} ${contact.reference}`)).size).toBe(contacts.length)
    for (const contact of contacts) expect(contact.reference).toMatch(/^[A-Za-z0-9._/-]{1,64}$/)
  })

  test('has incidents only of the kinds of agency that may record them', () => {
    for (const contact of contacts) expect(KINDS[contact.incident]?.split(' ')).toContain(kindOf.get(contact.agency))
  })

  test('has realistic, skewed volumes', () => {
    expect(contacts.length / population.length).toBeGreaterThan(0.7)
    expect(contacts.length / population.length).toBeLessThan(1)
    const counts = population.map(() => 0)
    for (const contact of contacts) counts[contact.child]! += 1
    expect(counts.filter((count) => count <= 2).length / counts.length).toBeGreaterThan(0.85)
    expect(Math.max(...counts)).toBeGreaterThanOrEqual(7)
    const routine = contacts.filter((contact) => contact.incident === 'first-known' && contact.indicators.length === 0)
    expect(routine.length / contacts.length).toBeGreaterThan(0.65)
    const unknown = contacts.filter((contact) => !population[contact.child]!.registered).length / contacts.length
    expect(unknown).toBeGreaterThan(0.005)
    expect(unknown).toBeLessThan(0.015)
  })

  test('lets needs add up over several agencies, without harm', () => {
    for (const { its } of told('needs')) {
      const codes = indicatorsOf(its)
      const complex = new Set(codes.filter((code) => severity(code) === 3 && !VULNERABILITY.test(code)).map(dimension))
      expect(complex.size).toBeGreaterThanOrEqual(2)
      expect(agenciesOf(its).size).toBeGreaterThanOrEqual(3)
      expect(Math.max(...codes.map(severity))).toBe(3)
      expect(points(codes)).toBeLessThan(160)
    }
  })

  test('ends harm in an indicator that is significant harm by itself', () => {
    expect(told('harm').length).toBe(12)
    for (const { its } of told('harm')) {
      const concerns = its.filter((contact) => contact.indicators.length > 0)
      expect(SIGNIFICANT_HARM).toContain(concerns.at(-1)?.indicators[0])
      expect(indicatorsOf(concerns.slice(0, -1)).every((code) => severity(code) < 4)).toBe(true)
      expect(agenciesOf(concerns).size).toBeGreaterThanOrEqual(2)
    }
  })

  test('shows seven agencies one piece each of one child, known or not', () => {
    for (const { child, its } of told('many-agencies')) {
      const kinds = its.map((contact) => kindOf.get(contact.agency)).sort()
      expect(kinds).toEqual(['education', 'health', 'health', 'housing', 'police', 'social-care', 'voluntary'])
      expect(agenciesOf(its).size).toBe(7)
      const codes = indicatorsOf(its)
      expect(codes.filter((code) => SIGNIFICANT_HARM.includes(code))).toEqual([])
      expect(codes.filter((code) => severity(code) === 4).length).toBe(1)
      for (const contact of its) expect(points(contact.indicators)).toBeLessThan(100)
      expect(points(codes)).toBeGreaterThanOrEqual(200)
      expect(its.at(-1)!.occurredAt - its[0]!.occurredAt).toBeLessThan(85 * DAY_MS)
      if (!child.registered) expect(its.every((contact) => contact.by === 'details')).toBe(true)
    }
  })

  test('keeps hardship to vulnerabilities, and early help to slight concerns', () => {
    for (const { its } of told('hardship'))
      expect(indicatorsOf(its).every((code) => VULNERABILITY.test(code))).toBe(true)
    for (const { its } of told('early-help')) {
      const codes = indicatorsOf(its)
      expect(codes.length).toBeGreaterThanOrEqual(1)
      expect(codes.length === 1 ? severity(codes[0]!) <= 3 : codes.every((code) => severity(code) === 2)).toBe(true)
    }
    for (const { its } of told('ordinary')) expect(indicatorsOf(its)).toEqual([])
  })

  test('meets every unregistered child', () => {
    for (const { its } of told('unregistered')) expect(its.length).toBeGreaterThanOrEqual(1)
  })

  test('names every child so that it is found, misspelt or not', () => {
    const written = new Set<boolean>()
    for (const contact of contacts) {
      const child = population[contact.child]!
      const query = queryOf(child, contact)
      const described = describeChild(child.details)
      expect('nhsNumber' in query).toBe(contact.by === 'nhs-number')
      if ('details' in query) {
        expect(compared(questionOf(query), described).some(links)).toBe(true)
        const changed = query.details.familyName !== child.details.familyName
        expect(changed).toBe(contact.misspelt === true)
        written.add(changed)
      } else {
        expect(described.numbers).toContainEqual(questionOf(query).own.numbers[0])
        expect(contact.misspelt).toBeUndefined()
      }
    }
    expect(written.size).toBe(2)
  })

  test('goes to another agency of the kind, or skips the contact, where a story has no agency of its own', () => {
    const few = [
      { id: 'constabulary', kind: 'police', title: 'A', practitioners: ['p'] },
      { id: 'clinic', kind: 'health', title: 'B', practitioners: ['q'] },
    ] as const
    const its = generateContacts({ seed: 1, population, agencies: few, now, days: 90 })
    expect(new Set(its.map((contact) => contact.agency))).toEqual(new Set(['constabulary', 'clinic']))
    const kinds = { constabulary: 'police', clinic: 'health' } as const
    for (const contact of its) {
      expect(KINDS[contact.incident]?.split(' ')).toContain(kinds[contact.agency as keyof typeof kinds])
      expect(contact.occurredAt).toBeGreaterThanOrEqual(now - 90 * DAY_MS)
    }
    expect(() => generateContacts({ seed: 1, population, agencies: [], now, days: 365 })).toThrow(RangeError)
    expect(() => generateContacts({ seed: 1, population, agencies, now, days: 89 })).toThrow(RangeError)
  })

  test('reaches the levels of the default policy that its stories are about', () => {
    const policy = defaultPolicy()
    const levels = (story: Story): Set<string> => new Set(told(story).map(({ its }) => levelOf(its)))
    const levelOf = (its: readonly GeneratedContact[]): string => {
      const checks = its.map(({ agency, reference, incident, indicators, occurredAt }) => {
        return {
          id: `${agency} ${reference}`,
          agency,
          agencyKind: kindOf.get(agency) ?? '',
          incident,
          indicators,
          occurredAt,
        }
      })
      return assess(policy, checks, now).level
    }
    expect(levels('needs')).toEqual(new Set(['child-in-need']))
    expect(levels('hardship')).toEqual(new Set(['child-in-need']))
    expect(levels('harm')).toEqual(new Set(['child-protection']))
    expect(levels('many-agencies')).toEqual(new Set(['child-protection']))
    expect(levels('ordinary')).toEqual(new Set(['none']))
    expect(levels('early-help')).toEqual(new Set(['none', 'review']))
    expect(levels('unregistered')).toEqual(new Set(['none']))
    for (const { its } of told('many-agencies'))
      for (const one of its) expect(levelOf([one])).not.toBe('child-protection')
    for (const { incident, agency } of contacts) {
      expect(policy.incidents[incident]?.agencyKinds ?? [kindOf.get(agency)]).toContain(kindOf.get(agency))
    }
  })

  test('gives nobody a name that the default policy or an agency has in its texts', () => {
    const texts = JSON.stringify([defaultPolicy(), agencies]).toLowerCase()
    const terms = new Set(population.flatMap(searchTerms))
    expect([...terms].filter((term) => term.length >= 5 && texts.includes(term.toLowerCase()))).toEqual([])
  })

  const matrix = new URL('../../../shared/facts/indicators.json', import.meta.url)
  test.runIf(existsSync(matrix))('uses the codes, kinds and flags of the published matrix', () => {
    const text = readFileSync(matrix, 'utf8')
    const { indicators, incidents } = JSON.parse(text) as {
      indicators: { code: string; level: number; flags: string[] }[]
      incidents: { code: string; kinds: string[] }[]
    }
    for (const [code, kinds] of Object.entries(KINDS))
      expect(incidents.find((one) => one.code === code)?.kinds.join(' ')).toBe(kinds)
    for (const code of new Set(indicatorsOf(contacts))) {
      const known = indicators.find((one) => one.code === code)
      expect(known?.level).toBe(severity(code))
      expect(known?.flags.includes('S')).toBe(SIGNIFICANT_HARM.includes(code))
      expect(known?.flags.includes('L')).toBe(VULNERABILITY.test(code))
    }
    const words = text.toLowerCase() + JSON.stringify(agencies).toLowerCase()
    const terms = new Set(population.flatMap(searchTerms))
    expect([...terms].filter((term) => term.length >= 5 && words.includes(term.toLowerCase()))).toEqual([])
  })
})

describe('what is written of a population', () => {
  test('is one plain JSON line per child', () => {
    const lines = toNdjson(population).split('\n')
    expect(lines.pop()).toBe('')
    expect(lines.map((line) => JSON.parse(line))).toEqual(population.map((child) => child.details))
    expect(toNdjson([])).toBe('')
  })

  test('can be searched for in every spelling', () => {
    const child: GeneratedChild = {
      registered: true,
      story: 'ordinary',
      details: {
        givenNames: 'Zoë Mae',
        familyName: 'Muñoz-Reyes',
        dateOfBirth: '2015-03-04',
        nhsNumber: '9991234560',
        upn: 'A999200019001',
        addresses: [{ lines: ['Flat 3', '12 Larkfield Road', 'Eastwold'], postcode: 'NX2 1AB' }],
        carers: [{ name: 'Ana Muñoz', relationship: 'mother', telephone: '07700 900123' }],
      },
    }
    expect(searchTerms(child)).toEqual([
      'Zoë Mae Muñoz-Reyes',
      'Zoe Mae Munoz-Reyes',
      'Muñoz-Reyes, Zoë Mae',
      'Munoz-Reyes, Zoe Mae',
      'Zoë Muñoz-Reyes',
      'Zoe Munoz-Reyes',
      'Muñoz-Reyes',
      'Munoz-Reyes',
      '9991234560',
      '999 123 4560',
      'A999200019001',
      '2015-03-04',
      '20150304',
      '04/03/2015',
      '4 March 2015',
      'NX2 1AB',
      'NX21AB',
      '12 Larkfield Road',
      'Ana Muñoz',
      'Ana Munoz',
      '07700 900123',
      '07700900123',
      '+447700900123',
    ])
    expect(searchTerms({ ...child, details: { ...child.details, familyName: 'Shah' } })).not.toContain('Shah')
  })
})
