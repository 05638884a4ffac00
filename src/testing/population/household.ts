import type { Carer, RegistrationDetails } from '../../child/details.js'
import { pickSkewed, type SeededRandom } from '../random.js'
import type { TailedNames } from './long-tail.js'
import { COMMUNITIES, type Community } from './names.js'
import { drawAddress, drawTelephone, type GeneratedAddress } from './places.js'

const DAY_MS = 86_400_000

/** Four days short of eighteen years, whichever years they are. */
const OLDEST_DAYS = 6570

/**
 * The details of one child as a sealer is given them; `parseDetails` accepts them where never-issued NHS numbers are allowed.
 * The present address comes first. An unborn child has no given names, a child with a single name has it as family name.
 */
export interface GeneratedDetails extends RegistrationDetails {
  readonly addresses: readonly GeneratedAddress[]
  readonly carers: readonly Carer[]
}

export interface HouseholdWish {
  readonly now: number
  /** At most so many children. */
  readonly size: number
  /** Age of the eldest; negative for an unborn child. */
  readonly eldestDays: { readonly min: number; readonly max: number }
  /** Of a large population; the listed names and the towns of one authority where absent. */
  readonly from?: { readonly names: ReadonlyMap<Community, TailedNames>; readonly districts: number }
}

/** Brothers and sisters who share a family name, addresses and carers; the eldest first, at least one. */
export function drawHousehold(random: SeededRandom, wish: HouseholdWish): GeneratedDetails[] {
  const community = drawCommunity(random)
  const names = wish.from?.names.get(community) ?? listedNames(community)
  const familyName = drawFamilyName(random, community, names)
  const shared = {
    addresses: drawAddresses(random, wish.from?.districts),
    carers: drawCarers(random, community, familyName),
  }
  const taken = new Set<string>()
  const children: GeneratedDetails[] = []
  let ageDays = random.integer(wish.eldestDays.min, wish.eldestDays.max)
  while (children.length < wish.size) {
    const born = { dateOfBirth: isoDay(wish.now - ageDays * DAY_MS), ...shared }
    if (ageDays < 0) return [{ givenNames: '', familyName, ...born, expectedDate: true, sex: 'not-known' }]
    children.push({ ...drawNames(random, community, names, familyName, taken), ...born })
    if (random.next() >= 0.03) ageDays -= random.integer(400, 1900)
    if (ageDays < 1) break
  }
  return children
}

export function drawSize(random: SeededRandom): number {
  const chance = random.next()
  if (chance < 0.44) return 1
  if (chance < 0.83) return 2
  return chance < 0.96 ? 3 : random.integer(4, 6)
}

/** Any age from one day to the last days before eighteen. */
export const ANY_AGE: HouseholdWish['eldestDays'] = { min: 1, max: OLDEST_DAYS }

export function ageInDays(dateOfBirth: string, now: number): number {
  return Math.floor((now - Date.parse(dateOfBirth)) / DAY_MS)
}

function isoDay(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10)
}

function drawCommunity(random: SeededRandom): Community {
  let left = random.next() * COMMUNITIES.reduce((sum, community) => sum + community.permille, 0)
  for (const community of COMMUNITIES) {
    left -= community.permille
    if (left < 0) return community
  }
  return COMMUNITIES[0] as Community
}

function listedNames(community: Community): TailedNames {
  return {
    family: (random) => pickSkewed(random, community.family),
    given: (random, sex) => pickSkewed(random, community[sex]),
  }
}

function drawFamilyName(random: SeededRandom, community: Community, names = listedNames(community)): string {
  const first = names.family(random)
  if (random.next() >= 0.045) return first
  const other = random.next() < 0.5 ? community : drawCommunity(random)
  const second = random.pick(other.family)
  return second === first || /[-']/.test(first + second) ? first : `${first}-${second}`
}

/** Brothers and sisters, twins above all, never have the same first name. */
function drawNames(
  random: SeededRandom,
  community: Community,
  names: TailedNames,
  familyName: string,
  taken: Set<string>,
): Pick<GeneratedDetails, 'givenNames' | 'familyName' | 'sex'> {
  const sex = random.next() < 0.487 ? 'female' : 'male'
  const list = community[sex]
  let given = names.given(random, sex)
  for (let i = 0; taken.has(given) && i < list.length; i++)
    given = list[(list.indexOf(given) + 1) % list.length] as string
  taken.add(given)
  if (community.singleNames === true && random.next() < 0.03) return { givenNames: '', familyName: given, sex }
  const middle = random.next() < 0.55 ? random.pick(list) : given
  return { givenNames: middle === given ? given : `${given} ${middle}`, familyName, sex }
}

function drawAddresses(random: SeededRandom, districts?: number): GeneratedAddress[] {
  const present = drawAddress(random, districts)
  return random.next() < 0.08 ? [present, drawAddress(random, districts)] : [present]
}

function drawCarers(random: SeededRandom, community: Community, familyName: string): Carer[] {
  const carer = (sex: 'female' | 'male', relationship: string, surname: string): Carer => {
    const name = `${random.pick(community[sex])} ${surname}`
    return random.next() < 0.85 ? { name, relationship, telephone: drawTelephone(random) } : { name, relationship }
  }
  const chance = random.next()
  if (chance < 0.04)
    return [
      carer('female', random.pick(['grandmother', 'aunt', 'foster carer']), drawOther(random, community, familyName)),
    ]
  const mother = carer('female', 'mother', random.next() < 0.3 ? drawOther(random, community, familyName) : familyName)
  if (chance < 0.27) return [mother]
  const second = chance < 0.93 ? 'father' : 'stepfather'
  return [mother, carer('male', second, second === 'father' ? familyName : drawOther(random, community, familyName))]
}

function drawOther(random: SeededRandom, community: Community, familyName: string): string {
  const other = random.pick(community.family)
  return other === familyName ? drawFamilyName(random, community) : other
}
