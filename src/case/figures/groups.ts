import { IndexError } from '../../errors.js'
import { THRESHOLDS, type Threshold } from '../../policy/policy.js'
import { midPInterval } from './rate-ratio.js'
import { type Figure, figureOf, shownCount } from './shown.js'

/** Groups of children, from outside: the index holds none. Nothing of it is kept. */
export interface GroupData {
  /** What the groups are of: `ethnicity`, `disability`, `free-school-meals`, … One kind at a time. */
  readonly kind: string
  /** Codes by case number, as the Trust's own system knows them after an opening. */
  readonly codes: ReadonlyMap<number, string>
  readonly population: readonly GroupPopulation[]
}

export interface GroupPopulation {
  readonly code: string
  /** Children of the group who live in the area. */
  readonly children: number
  /** Whether the others are compared with this one: one group is. */
  readonly isReference: boolean
}

export interface GroupFigures {
  readonly kind: string
  readonly reference: string
  readonly groups: readonly GroupRow[]
  readonly notices: readonly string[]
}

export interface GroupRow {
  readonly code: string
  readonly children: number
  /** By threshold; none for a group of too few children for anything to be shown of it. */
  readonly rates: readonly GroupRate[]
}

export interface GroupRate {
  readonly threshold: Exclude<Threshold, 'none'>
  readonly cases: Figure
  /** Per 1,000 children of the group; absent where the count is not shown. */
  readonly rate?: number | undefined
  /** To the rate of the reference group; absent for it, and where either is not shown. */
  readonly ratio?: { readonly value: number; readonly low: number; readonly high: number | 'unbounded' } | undefined
}

const GROUP_NOTICES: readonly string[] = [
  'A ratio compares cases of a file with a population. It does not say that a group harms its children more, nor that it is treated unfairly: it can be either, or that its families meet more services, or are poorer, or are written down more often.',
  'It is no ground for doing anything about a child or a family, and none for weighing a check by who the child is.',
  'The limits hold the chance of so few cases (mid-P, 95 %) and the rounding. They hold no error of the file: cases that nobody opened are in no group.',
  'Of the same cases publish one kind of groups: two tables of them share a sum that nobody has rounded.',
]

/** A smaller group's cases would be near to all, or to none, of somebody's neighbours. */
export const GROUP_CHILDREN_MIN = 1_000
const GROUPS_MAX = 200
const WORD = /^[^\p{Cc}]{1,64}$/u

/** One case that was raised in the year: whether the file knows it is asked by its number, and told to nobody. */
export interface GroupedCase {
  readonly number: number
  readonly threshold: Threshold
}

/**
 * How often cases of each group reached a threshold, as rates and as ratios to the reference group. Rates are made of what
 * is shown of the counts, so that no rate times its population gives a count away.
 * @throws {IndexError} `ERR_REQUEST_INVALID`, field `groups` or `population`
 */
export async function groupFigures(
  data: GroupData,
  cases: AsyncIterable<GroupedCase> | Iterable<GroupedCase>,
): Promise<GroupFigures> {
  const reference = requireGroups(data)
  const counts = new Map<string, number>()
  for await (const { number, threshold } of cases) {
    const code = data.codes.get(number)
    if (code !== undefined) counts.set(`${threshold} ${code}`, (counts.get(`${threshold} ${code}`) ?? 0) + 1)
  }
  const figureFor = (threshold: Threshold, { code }: GroupPopulation): Figure =>
    figureOf([shownCount(counts.get(`${threshold} ${code}`) ?? 0)])
  const thresholds = THRESHOLDS.filter((threshold) => threshold !== 'none')
  const groups = data.population.map((group): GroupRow => {
    const isShown = group.children >= GROUP_CHILDREN_MIN
    const rates = thresholds.map((threshold): GroupRate => {
      const cases = figureFor(threshold, group)
      const ratio = group.isReference
        ? undefined
        : ratioOf({ group, cases }, { group: reference, cases: figureFor(threshold, reference) })
      const rate = cases.count === 'suppressed' ? {} : { rate: tenths((cases.count * 1_000) / group.children) }
      return { threshold, cases, ...rate, ...(ratio === undefined ? {} : { ratio }) }
    })
    return { code: group.code, children: group.children, rates: isShown ? rates : [] }
  })
  return { kind: data.kind, reference: reference.code, groups, notices: GROUP_NOTICES }
}

interface Counted {
  readonly group: GroupPopulation
  readonly cases: Figure
}

function ratioOf(one: Counted, other: Counted): GroupRate['ratio'] {
  const { count } = one.cases
  const against = other.cases.count
  if (count === 'suppressed' || against === 'suppressed' || against === 0) return undefined
  const limits = (first: number, second: number): ReturnType<typeof midPInterval> =>
    midPInterval({ count: first, population: one.group.children }, { count: second, population: other.group.children })
  const { low } = limits(one.cases.atLeast, other.cases.atMost)
  const { high } = limits(one.cases.atMost, other.cases.atLeast)
  const value = (count / one.group.children) * (other.group.children / against)
  return {
    value: hundredths(value),
    low: Math.floor(low * 100) / 100,
    high: Number.isFinite(high) ? Math.ceil(high * 100) / 100 : 'unbounded',
  }
}

function requireGroups({ kind, codes, population }: GroupData): GroupPopulation {
  const refuse = (field: string, why: string): never => {
    throw new IndexError('ERR_REQUEST_INVALID', why, { field })
  }
  const known = new Set(population.map(({ code }) => code))
  const [reference, ...more] = population.filter(({ isReference }) => isReference)
  if (![kind, ...known].every((word) => WORD.test(word)))
    refuse('population', 'kinds and codes are 1 to 64 characters, none of them a control character')
  if (population.length > GROUPS_MAX) refuse('population', `must be at most ${GROUPS_MAX} groups`)
  if (known.size !== population.length) refuse('population', 'a group stands in it twice')
  if (!population.every(({ children }) => Number.isSafeInteger(children) && children >= 1))
    refuse('population', 'numbers of children are whole numbers from 1 on')
  if (reference === undefined || more.length > 0) return refuse('population', 'one group must be the reference')
  if (reference.children < GROUP_CHILDREN_MIN)
    refuse('population', `the reference must be a group of at least ${GROUP_CHILDREN_MIN} children`)
  for (const code of codes.values()) if (!known.has(code)) refuse('groups', 'a code has no population')
  return reference
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100
}
