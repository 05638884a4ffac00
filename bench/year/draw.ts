import type { Policy } from '../../src/policy/policy.js'
import { type SeededRandom, seededRandom } from '../../src/testing/random.js'
import { AGENCIES, type YearAgency } from './agencies.js'
import { DAY_MS, type Day, daysOf, HOUR_MS, weightOf } from './calendar.js'
import { type Group, Sayings } from './say.js'

export interface YearOptions {
  readonly seed: number
  /** On the index; those whom nobody has registered have places from here on. */
  readonly children: number
  /** Drawn over the year, without those of the mass incident. */
  readonly checks: number
  /** Midnight UTC of the first day. */
  readonly from: number
  readonly days: number
  readonly policy: Policy
}

/** A check on its way to the hub. */
export interface YearCheck {
  /** Place among the numbers of the year. */
  readonly child: number
  readonly agency: YearAgency
  readonly incident: string
  readonly indicators: readonly string[]
  readonly occurredAt: number
  readonly reference: string
  /** `first` is recorded, `again` is known already, `conflict` stands under the reference of another and is refused. */
  readonly sent: 'first' | 'again' | 'conflict'
  /** Whether it comes again later: the receipt is to be the same. */
  readonly repeats: boolean
}

/** What reaches the hub, in order of time. */
export type YearEvent =
  | { readonly kind: 'checks'; readonly at: number; readonly agency: YearAgency; readonly checks: readonly YearCheck[] }
  | { readonly kind: 'withdrawal'; readonly at: number; readonly agency: YearAgency; readonly check: YearCheck }

/** How often what happens; the assumptions of the year, with those of `say.ts`, `calendar.ts` and `agencies.ts`. */
export const ASSUMED = {
  unregistered: 0.03,
  /** Of all checks: those that come weeks late, and the mean and most of their days. */
  late: { share: 0.06, meanDays: 12, mostDays: 56 },
  again: 0.015,
  conflict: 0.001,
  withdrawn: 0.004,
  /** One day, so far into the year, has so many checks more, of so many children and within two hours. */
  mass: { at: 0.55, share: 0.01, children: 0.004 },
  rowsMax: 2_000,
} as const

interface Waiting {
  readonly readyAt: number
  readonly check: YearCheck
  readonly isWithdrawal: boolean
}

/** A year of checks, day by day; the same options give the same year. */
export class Year {
  private readonly random: SeededRandom
  private readonly sayings: Sayings
  private readonly days: readonly Day[]
  private readonly waiting = new Map<number, Waiting[]>()
  private readonly counts = new Map<YearAgency, number>()

  constructor(private readonly options: YearOptions) {
    this.random = seededRandom(options.seed)
    this.sayings = new Sayings(options.policy, this.random)
    this.days = daysOf(options.from, options.days)
  }

  *events(): Generator<readonly YearEvent[], void, undefined> {
    const weights = this.days.map(weightOf)
    const sum = weights.reduce((total, weight) => total + weight, 0)
    for (const [index, day] of this.days.entries()) {
      const count = Math.round((this.options.checks * (weights[index] ?? 0)) / sum)
      for (let each = 0; each < count; each += 1) this.draw(index, day)
      if (index === Math.floor(ASSUMED.mass.at * this.days.length)) this.drawMass(index, day)
      const due = this.waiting.get(index) ?? []
      this.waiting.delete(index)
      yield sent(day, due)
    }
  }

  /** Numbers that checks go by: of registered children, and after them of others. */
  static numbers({ children }: Pick<YearOptions, 'children'>): number {
    return children + unregistered(children)
  }

  private draw(index: number, day: Day): void {
    const { random } = this
    const agency = this.agencyOf(day)
    const { child, group } = this.child()
    // Monday morning has what the weekend left.
    const morning = day.isMonday && random.next() < 0.5
    const hour = morning ? 8 + random.next() * 3 : random.next() < 0.85 ? 8 + random.next() * 11 : random.next() * 24
    this.wait(index, this.check(agency, child, group, day.from + Math.floor(hour * HOUR_MS)))
  }

  /** Something terrible: police, hospitals and schools see very many children of one place within two hours. */
  private drawMass(index: number, day: Day): void {
    const { children, checks } = this.options
    const { share, children: part } = ASSUMED.mass
    const seen = AGENCIES.filter(({ kind }) => ['health', 'police', 'education'].includes(kind))
    for (let each = 0; each < checks * share; each += 1) {
      const child = this.random.integer(0, Math.max(0, Math.floor(children * part) - 1))
      const at = day.from + 15 * HOUR_MS + Math.floor(this.random.next() * 2 * HOUR_MS)
      this.wait(index, this.check(this.random.pick(seen), child, 'ordinary', at))
    }
  }

  private check(agency: YearAgency, child: number, group: Group, occurredAt: number): YearCheck {
    const count = (this.counts.get(agency) ?? 0) + 1
    this.counts.set(agency, count)
    const reference = `${agency.id.toUpperCase()}/${String(count).padStart(7, '0')}`
    const repeats = this.random.next() < ASSUMED.again
    return { child, agency, ...this.sayings.say(agency.kind, group), occurredAt, reference, sent: 'first', repeats }
  }

  /** Puts a check, and what becomes of it later, among what waits for its day. */
  private wait(index: number, check: YearCheck): void {
    const { random } = this
    const { share, meanDays, mostDays } = ASSUMED.late
    const late = random.next() < share ? Math.min(mostDays, 1 + Math.floor(-Math.log(1 - random.next()) * meanDays)) : 0
    const day = index + late
    this.put(day, late === 0 ? check.occurredAt : this.working(day), check)
    if (check.repeats) {
      const again = day + random.integer(1, 3)
      this.put(again, this.working(again), { ...check, sent: 'again' })
    } else if (random.next() < ASSUMED.conflict) {
      const again = day + random.integer(1, 3)
      this.put(again, this.working(again), { ...check, occurredAt: check.occurredAt - 1, sent: 'conflict' })
    } else if (random.next() < ASSUMED.withdrawn) {
      const later = day + random.integer(2, 20)
      this.put(later, this.working(later), check, true)
    }
  }

  private put(day: number, readyAt: number, check: YearCheck, isWithdrawal = false): void {
    const list = this.waiting.get(day)
    if (list === undefined) this.waiting.set(day, [{ readyAt, check, isWithdrawal }])
    else list.push({ readyAt, check, isWithdrawal })
  }

  private working(day: number): number {
    return this.options.from + day * DAY_MS + Math.floor((8 + this.random.next() * 10) * HOUR_MS)
  }

  private agencyOf({ isTerm, isWeekend }: Day): YearAgency {
    for (;;) {
      const agency = byShare(AGENCIES, ({ share }) => share, this.random)
      if (agency.kind !== 'education' || (isTerm && !isWeekend)) return agency
    }
  }

  /** Most children of a year are met never or once, a few again and again; see `GROUPS` for the shares. */
  private child(): { readonly child: number; readonly group: Group } {
    const { children } = this.options
    if (this.random.next() < ASSUMED.unregistered)
      return { child: children + this.random.integer(0, unregistered(children) - 1), group: 'ordinary' }
    const { name, children: part } = byShare(GROUPS, ({ checks }) => checks, this.random)
    const place = this.random.integer(0, Math.max(0, Math.ceil(children * part) - 1))
    return { child: (place * SCATTER) % children, group: name }
  }
}

/** Shares of all checks, and of all children among whom they fall. */
const GROUPS: readonly GroupShare[] = [
  { name: 'ordinary', checks: 0.3, children: 1 },
  { name: 'in-contact', checks: 0.48, children: 0.12 },
  { name: 'worrying', checks: 0.2, children: 0.01 },
  { name: 'everywhere', checks: 0.02, children: 0.0002 },
]

interface GroupShare {
  readonly name: Group
  readonly checks: number
  readonly children: number
}

// A prime, so that children of one group do not lie next to each other.
const SCATTER = 1_000_003

function unregistered(children: number): number {
  return Math.max(1, Math.ceil(children * 0.03))
}

function byShare<Item>(items: readonly Item[], shareOf: (item: Item) => number, random: SeededRandom): Item {
  let left = random.next()
  for (const item of items) {
    left -= shareOf(item)
    if (left < 0) return item
  }
  return byShare(items, shareOf, random)
}

/** Batches of each agency at the hours at which its system sends, and what it takes back, in order of time. */
function sent(day: Day, due: readonly Waiting[]): readonly YearEvent[] {
  const events: YearEvent[] = []
  const slots = new Map<string, { readonly at: number; readonly agency: YearAgency; readonly checks: YearCheck[] }>()
  for (const { readyAt, check, isWithdrawal } of due) {
    const { agency } = check
    if (isWithdrawal) events.push({ kind: 'withdrawal', at: readyAt, agency, check })
    else if (agency.everyHours === 0) events.push({ kind: 'checks', at: readyAt, agency, checks: [check] })
    else {
      const every = agency.everyHours * HOUR_MS
      const at = day.from + Math.floor((readyAt - day.from) / every + 1) * every
      const slot = slots.get(`${agency.id} ${at}`)
      if (slot === undefined) slots.set(`${agency.id} ${at}`, { at, agency, checks: [check] })
      else slot.checks.push(check)
    }
  }
  for (const { at, agency, checks } of slots.values())
    for (let row = 0; row < checks.length; row += ASSUMED.rowsMax)
      events.push({ kind: 'checks', at, agency, checks: checks.slice(row, row + ASSUMED.rowsMax) })
  return events.sort((a, b) => a.at - b.at)
}
