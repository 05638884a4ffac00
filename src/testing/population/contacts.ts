import type { ChildQuery } from '../../child/details.js'
import { pickSkewed, type SeededRandom, seededRandom } from '../random.js'
import type { GeneratedAgency, GeneratedAgencyKind } from './agencies.js'
import { generateAgencies } from './agencies.js'
import type { GeneratedChild } from './child.js'
import { ageInDays } from './household.js'
import * as scripts from './scripts.js'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

/** One contact of an agency with a child, as the agency's own system holds it before it checks. */
export interface GeneratedContact {
  /** Id of the agency. */
  readonly agency: string
  /** Place of the child in the population. */
  readonly child: number
  /** How the agency can name the child. */
  readonly by: 'nhs-number' | 'details'
  /** The details are written without accents, hyphens and apostrophes, in capitals. */
  readonly misspelt?: true
  readonly incident: string
  readonly indicators: readonly string[]
  /** Milliseconds since 1970, before `now`, never before the child was born. */
  readonly occurredAt: number
  /** The agency's own: no two of its contacts have the same. */
  readonly reference: string
  readonly practitioner: string
}

export interface ContactsOptions {
  readonly seed: number
  readonly population: readonly GeneratedChild[]
  /** At least one; a story goes to another agency of the same kind where its own is missing, and else skips the contact. */
  readonly agencies: readonly GeneratedAgency[]
  /** The instant at which the population was generated and the contacts end, in milliseconds since 1970. */
  readonly now: number
  /** How far back they reach: at least 90. */
  readonly days: number
}

/**
 * The contacts that agencies had with a population in the days up to now, in the order of time.
 *
 * About 0.8 a child and year, most of them routine: incident `first-known` and no indicator. The contacts of each story lie
 * within 80 days. The same options give the same contacts.
 *
 * @throws {RangeError} for fewer than 90 days or no agency.
 */
export function generateContacts(options: ContactsOptions): readonly GeneratedContact[] {
  const { seed, population, agencies, now, days } = options
  if (!(days >= 90)) throw new RangeError('contacts reach back at least 90 days')
  const random = seededRandom(seed)
  const choose = agencyChooser(agencies)
  const drawn: Drawn[] = []
  population.forEach((child, index) => {
    const window = windowOf(child, now, days)
    for (const { agency, step, occurredAt } of happenings(random, child, index, window, choose)) {
      const by = namedBy(random, child, agency)
      const practitioner = pickSkewed(random, agency.practitioners)
      const contact = {
        agency: agency.id,
        child: index,
        by,
        incident: step.incident,
        indicators: step.indicators,
        occurredAt,
      }
      drawn.push({ ...contact, ...(by === 'details' && random.next() < 0.12 ? { misspelt: true } : {}), practitioner })
    }
  })
  drawn.sort((a, b) => a.occurredAt - b.occurredAt || a.child - b.child)
  return numbered(drawn)
}

/** How the agency names the child of a contact when it checks. */
export function queryOf(child: GeneratedChild, contact: GeneratedContact): ChildQuery {
  const { givenNames, familyName, dateOfBirth, expectedDate, nhsNumber, addresses } = child.details
  if (contact.by === 'nhs-number' && nhsNumber !== undefined) return { nhsNumber }
  const [address] = addresses
  const written = contact.misspelt ? roughly : (text: string): string => text
  const names = { givenNames: written(givenNames), familyName: written(familyName) }
  const postcode =
    address === undefined ? {} : { postcode: contact.misspelt ? address.postcode.toLowerCase() : address.postcode }
  return { details: { ...names, dateOfBirth, ...(expectedDate && { expectedDate }), ...postcode } }
}

type Drawn = Omit<GeneratedContact, 'reference'>

interface Happening {
  readonly agency: GeneratedAgency
  readonly step: scripts.Step
  readonly occurredAt: number
}

interface Window {
  readonly from: number
  readonly to: number
}

type AgencyChooser = (
  kind: GeneratedAgencyKind,
  preferred: string | undefined,
  salt: number,
) => GeneratedAgency | undefined

const ROUTINE: scripts.Step = { agency: '', incident: 'first-known', indicators: [] }

function happenings(
  random: SeededRandom,
  child: GeneratedChild,
  index: number,
  window: Window,
  choose: AgencyChooser,
): Happening[] {
  const told = scriptOf(random, child, window.to)
  const out: Happening[] = []
  if (told !== undefined) {
    const instants = storyInstants(random, window, told.steps.length)
    told.steps.forEach((step, i) => {
      const agency = choose(KIND_OF.get(step.agency) ?? 'voluntary', step.agency, index)
      if (agency !== undefined) out.push({ agency, step, occurredAt: instants[i] ?? window.to })
    })
  }
  // Whoever is part of a longer story, or has no story, is also met in the ordinary way.
  const routine = ['many-agencies', 'unregistered', 'unborn'].includes(child.story) ? 0 : routineCount(random)
  const met = new Set<string>()
  for (let i = 0; i < routine; i++) {
    const kind = routineKind(random, ageInDays(child.details.dateOfBirth, window.to) / 365.25)
    const agency = choose(kind, undefined, index + i)
    if (agency === undefined || met.has(agency.id)) continue
    met.add(agency.id)
    out.push({
      agency,
      step: ROUTINE,
      occurredAt: workingHour(random, window, window.from + random.next() * (window.to - window.from)),
    })
  }
  return out
}

function scriptOf(random: SeededRandom, child: GeneratedChild, now: number): scripts.Script | undefined {
  const years = ageInDays(child.details.dateOfBirth, now) / 365.25
  const suited = (list: readonly scripts.Script[]): scripts.Script => {
    const fitting = list.filter((one) => one.from <= years && years < one.to + 1)
    return random.pick(fitting.length > 0 ? fitting : list)
  }
  switch (child.story) {
    case 'ordinary':
      return undefined
    case 'unborn':
      return random.next() < 0.4 ? random.pick(scripts.BEFORE_BIRTH) : undefined
    case 'early-help':
      return suited(scripts.EARLY_HELP)
    case 'hardship':
      return suited(scripts.HARDSHIP)
    case 'needs':
      return suited(scripts.NEEDS)
    case 'harm':
      return suited(scripts.HARM)
    case 'many-agencies':
      return scripts.MANY_AGENCIES
    case 'unregistered':
      return suited(scripts.ARRIVALS)
  }
}

/** From the first day of the year, or from birth; for an unborn child from about the first antenatal contact. */
function windowOf(child: GeneratedChild, now: number, days: number): Window {
  const born = Date.parse(child.details.dateOfBirth)
  const known = child.details.expectedDate ? born - 220 * DAY_MS : born
  return { from: Math.max(now - days * DAY_MS, Math.min(known, now - HOUR_MS)), to: now - 1 }
}

/** Ascending, at most 80 days from first to last, close enough together for what is counted to add up. */
function storyInstants(random: SeededRandom, window: Window, count: number): number[] {
  const span = Math.min(80 * DAY_MS, (window.to - window.from) * 0.9)
  const start = window.from + random.next() * (window.to - window.from - span)
  const gap = span / count
  return Array.from({ length: count }, (_, i) =>
    workingHour(random, window, start + (i + 0.2 + random.next() * 0.6) * gap),
  )
}

/** The instant moved into the day, mostly; it stays in the window. */
function workingHour(random: SeededRandom, window: Window, instant: number): number {
  const hour = random.next() < 0.85 ? 8 + random.next() * 10 : random.next() * 24
  const moved = Math.floor(instant / DAY_MS) * DAY_MS + Math.floor(hour * 60) * 60_000
  return moved >= window.from && moved <= window.to
    ? moved
    : Math.round(Math.min(Math.max(instant, window.from), window.to))
}

function routineCount(random: SeededRandom): number {
  const chance = random.next()
  if (chance < 0.55) return 0
  if (chance < 0.84) return 1
  if (chance < 0.95) return 2
  return chance < 0.988 ? 3 : 4
}

function routineKind(random: SeededRandom, years: number): GeneratedAgencyKind {
  const chance = random.next()
  if (chance < 0.04) return random.pick(['housing', 'police', 'social-care', 'ports', 'probation'])
  if (chance < 0.1) return 'voluntary'
  if (years < 4) return chance < 0.94 ? 'health' : 'housing'
  if (years < 10) return chance < 0.6 ? 'education' : 'health'
  if (chance < 0.2) return 'police'
  if (chance < 0.23) return 'youth-offending'
  return chance < 0.65 ? 'education' : 'health'
}

const KIND_OF: ReadonlyMap<string, GeneratedAgencyKind> = new Map(
  generateAgencies().map((agency) => [agency.id, agency.kind]),
)

function agencyChooser(agencies: readonly GeneratedAgency[]): AgencyChooser {
  if (agencies.length === 0) throw new RangeError('contacts need at least one agency')
  const byId = new Map(agencies.map((agency) => [agency.id, agency]))
  const byKind = new Map<GeneratedAgencyKind, GeneratedAgency[]>()
  for (const agency of agencies) byKind.set(agency.kind, [...(byKind.get(agency.kind) ?? []), agency])
  return (kind, preferred, salt) => {
    const exact = preferred === undefined ? undefined : byId.get(preferred)
    const alike = byKind.get(kind) ?? []
    return exact?.kind === kind ? exact : alike[salt % alike.length]
  }
}

/** Health services mostly have the NHS number; others often know only who the child says it is. */
function namedBy(random: SeededRandom, child: GeneratedChild, agency: GeneratedAgency): GeneratedContact['by'] {
  const chance = random.next()
  if (child.details.nhsNumber === undefined) return 'details'
  // A single name makes no strong lookup token.
  if (child.details.givenNames === '') return 'nhs-number'
  return chance < (agency.kind === 'health' ? 0.9 : 0.3) ? 'nhs-number' : 'details'
}

/** References count up as the contacts of an agency happen, in a form of its own. */
function numbered(drawn: readonly Drawn[]): GeneratedContact[] {
  const counts = new Map<string, number>()
  return drawn.map((contact) => {
    const count = (counts.get(contact.agency) ?? 0) + 1
    counts.set(contact.agency, count)
    const year = new Date(contact.occurredAt).getUTCFullYear()
    const prefix = contact.agency
      .replace(/[^A-Za-z0-9]+/g, '-')
      .slice(0, 24)
      .toUpperCase()
    return { ...contact, reference: `${prefix}/${year}/${String(count).padStart(6, '0')}` }
  })
}

function roughly(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').replace(/-/g, ' ').replace(/'/g, '').toUpperCase()
}
