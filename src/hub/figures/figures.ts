import type { DatedFact } from '../../case/figures/ended.js'
import { type Figures, figuresOf } from '../../case/figures/figures.js'
import { type GroupData, type GroupedCase, type GroupFigures, groupFigures } from '../../case/figures/groups.js'
import { type CountedAgency, type Known, type Part, parsePart, type Tally, tallyOf } from '../../case/figures/part.js'
import { nextPeriod, PERIOD_KINDS, type Period, parsePeriod, partsOf, periodAt } from '../../case/figures/period.js'
import { IndexError, isIndexError } from '../../errors.js'
import { fromJsonBytes, toJsonBytes } from '../../json.js'
import { rosterAt } from '../../roster/history.js'
import type { HubContext } from '../context.js'
import type { ReadEntry } from '../ledger.js'
import { numberKey } from '../shelf.js'
import { type DatedEntry, factsOf, runningFacts } from './figures-facts.js'

export interface FiguresOptions {
  /** A month, a quarter or a year that has ended, by London's calendar: `2026-03`, `2026-Q1`, `2026`. */
  readonly period: string
  /** Of a year: groups from outside, of which nothing is kept. */
  readonly groups?: GroupData | undefined
}

/**
 * The figures of a period. What is shown of each of its parts is journalled when somebody first asks, and never worked out
 * again: whatever is recorded, corrected or erased afterwards, the same period has the same figures.
 * @throws {IndexError} `ERR_REQUEST_INVALID`, field `period`, for one that has not ended or ended before the founding
 */
export async function figures(hub: HubContext, { period: name, groups }: FiguresOptions): Promise<Figures> {
  const period = parsePeriod(name)
  if (hub.clock() < period.until) throw refused('has not ended yet')
  const founded = (await hub.ledger.readOne(0)).entry?.at ?? 0
  const first = periodAt(founded, 'month')
  if (period.until <= first.from) throw refused('ended before this index was founded')
  if (groups !== undefined && period.kind !== 'year') throw refused('must be a year where groups are given')
  const wanted = partsUpTo(period, first)
  for (let missing = await unkept(hub, wanted); missing.length > 0; missing = await unkept(hub, wanted))
    await keep(hub, wanted, missing)
  const grouped = groups === undefined ? undefined : await groupsOf(hub, period, groups)
  return figuresOf(hub.name, period, await keptParts(hub, wanted), grouped)
}

function refused(why: string): IndexError {
  return new IndexError('ERR_REQUEST_INVALID', why, { field: 'period' })
}

/** Every month, quarter and year from the founding on that ends with the period or before, those that end first first. */
function partsUpTo(period: Period, first: Period): readonly Period[] {
  const last = partsOf(period, 'month').at(-1)
  const wanted: Period[] = []
  for (let month = first; month.until <= (last?.until ?? 0); month = nextPeriod(month))
    for (const kind of PERIOD_KINDS) {
      const part = periodAt(month.from, kind)
      if (part.until === month.until) wanted.push(part)
    }
  return wanted
}

function partKey(hub: HubContext, { name }: Period): Uint8Array {
  return hub.shelf.key('meta', 'figures', name)
}

/** Where the parts stand in the journal, and up to where they were counted. */
async function placesOf(hub: HubContext, parts: readonly Period[]) {
  const rows = await hub.shelf.get(
    'meta',
    parts.map((part) => partKey(hub, part)),
  )
  return rows.map((row) => (row?.kind === 'figures' ? row : undefined))
}

async function unkept(hub: HubContext, parts: readonly Period[]): Promise<readonly Period[]> {
  const places = await placesOf(hub, parts)
  return parts.filter((_, at) => places[at] === undefined)
}

async function keptParts(hub: HubContext, parts: readonly Period[]): Promise<readonly Part[]> {
  const places = await placesOf(hub, parts)
  return Promise.all(
    places.map(async (place) => {
      const entry = place === undefined ? undefined : (await hub.ledger.readOne(place.position)).entry
      if (entry === undefined) throw new IndexError('ERR_STORE_DAMAGED', 'figures that were published are missing')
      return parsePart(fromJsonBytes(entry.body))
    }),
  )
}

/** Up to which journal position what was counted for a month reaches: what comes after counts later, whatever its clock said. */
interface Fence {
  readonly position: number
  readonly until: number
}

/** Counts the parts that are missing, in one reading of the journal, and journals what is shown of them. */
async function keep(hub: HubContext, wanted: readonly Period[], missing: readonly Period[]): Promise<void> {
  const places = await placesOf(hub, wanted)
  const fences = wanted.flatMap(({ kind, until }, at): readonly Fence[] => {
    const place = places[at]
    return kind === 'month' && place !== undefined ? [{ position: place.upTo, until }] : []
  })
  const start = Math.min(...missing.map(({ from }) => from))
  const tallies = missing.map(tallyOf)
  const upTo = await count(hub, tallies, fences, start)
  const drafts = tallies.map(({ period, part }) => {
    const position = upTo.get(period.until) ?? 0
    return { period, upTo: position, part: part(knownAt(hub, position, period.until - 1)) }
  })
  await hub.ledger.write(async (position) => ({
    drafts: drafts.map(({ part }) => ({ type: 'figures', body: toJsonBytes(part) })),
    inserts: drafts.map(({ period, upTo: end }, at) =>
      hub.shelf.insert('meta', partKey(hub, period), { kind: 'figures', position: position + at, upTo: end }),
    ),
  }))
}

const PAGE = 256

/**
 * Reads the journal from where the first of these periods begins to its end. An entry counts at its own time, but never
 * before one that stands in front of it: a clock that went back changes no period that was over.
 * @returns the position at which each period ends, by its `until`
 */
async function count(
  hub: HubContext,
  tallies: readonly Tally[],
  fences: readonly Fence[],
  start: number,
): Promise<ReadonlyMap<number, number>> {
  const size = await hub.ledger.size()
  const before = fences.filter(({ until }) => until <= start).at(-1)
  const ends = new Map<number, number>()
  let at = before === undefined ? 0 : start
  for (let position = before?.position ?? 0; position < size; ) {
    const page = await hub.ledger.read(position, Math.min(PAGE, size - position))
    const dated = page.flatMap((read): readonly DatedEntry[] => {
      const passed = fences.findLast((fence) => fence.position <= read.position)
      at = Math.max(at, passed?.until ?? 0, timeOf(read))
      for (const { period } of tallies)
        if (at >= period.until && !ends.has(period.until)) ends.set(period.until, read.position)
      return read.entry === undefined ? [] : [{ entry: read.entry, at }]
    })
    for (const fact of await factsOf(hub, dated)) for (const tally of tallies) takeIn(tally, fact)
    position += page.length
  }
  const until = Math.max(...tallies.map(({ period }) => period.until))
  for await (const fact of runningFacts(hub, start, until)) for (const tally of tallies) takeIn(tally, fact)
  return new Map(tallies.map(({ period }) => [period.until, ends.get(period.until) ?? size]))
}

function timeOf({ entry }: ReadEntry): number {
  return entry?.at ?? 0
}

function takeIn(tally: Tally, fact: DatedFact): void {
  const { from, until } = tally.period
  const { at, endedAt, ...counted } = fact
  if (at >= from && at < until && (endedAt === undefined || endedAt >= until)) tally.take(counted)
}

/** Who was on the roster, and which levels there were, when a period ended. */
function knownAt(hub: HubContext, position: number, instant: number): Known {
  const parties = [...(rosterAt(hub.rosters(), position - 1)?.parties.values() ?? [])]
  const agencies = parties.flatMap((party): readonly CountedAgency[] => {
    if (party.party !== 'agency') return []
    const { id, agencyKind, sensitive, suspended } = party
    return [{ id, agencyKind, sensitive, suspended }]
  })
  return { levels: levelsAt(hub, instant), agencies: agencies.sort((a, b) => (a.id < b.id ? -1 : 1)) }
}

function levelsAt(hub: HubContext, instant: number): readonly string[] {
  try {
    return hub.policy(instant).policy.levels.map(({ name }) => name)
  } catch (error) {
    if (isIndexError(error, 'ERR_POLICY_UNKNOWN')) return []
    throw error
  }
}

function groupsOf(hub: HubContext, { from, until }: Period, groups: GroupData): Promise<GroupFigures> {
  async function* raised(): AsyncGenerator<GroupedCase> {
    const numbers = [...groups.codes.keys()].filter((number) => Number.isSafeInteger(number) && number >= 1)
    for (let at = 0; at < numbers.length; at += PAGE) {
      const page = await hub.shelf.get('case', numbers.slice(at, at + PAGE).map(numberKey))
      for (const file of page) if (file !== undefined && file.raisedAt >= from && file.raisedAt < until) yield file
    }
  }
  return groupFigures(groups, raised())
}
