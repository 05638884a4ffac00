import type { CheckInput, Known, Receipt } from '../../index.js'
import { type GeneratedContact, queryOf } from '../../testing/population.js'
import type { Progress } from '../progress.js'
import type { Authority } from './authority.js'

const DAY_MS = 86_400_000
const EVENING_MS = 20 * 3_600_000
/** Expected children are known to the midwives by then. */
const EXPECTED_DAYS = 220
/** Children whom the sealer takes at a time, so that the progress bar moves. */
const SLICE = 256

/** Begins to show the progress of one step. */
export type StartProgress = (what: string, total: number) => Progress

/** What a year came to. */
export interface Year {
  readonly registered: number
  readonly checks: number
  readonly batches: number
  readonly answers: Readonly<Record<Known, number>>
  /** Registrations and checks that were not taken, by code. */
  readonly refused: ReadonlyMap<string, number>
  /** The child whom the demonstration follows, by its place in the population, and the receipts about it. */
  readonly followed: number
  readonly receipts: readonly KeptReceipt[]
}

export interface KeptReceipt {
  readonly contact: GeneratedContact
  readonly receipt: Receipt
}

/** Lives through the year day by day: births are registered, and in the evening every agency submits what it saw. */
export async function liveThrough(
  authority: Authority,
  startProgress: StartProgress,
  signal?: AbortSignal,
): Promise<Year> {
  const { population, contacts, clock, hub } = authority
  const followed = population.findIndex(({ story, registered }) => registered && story === 'many-agencies')
  const tally = new Tally(followed)
  const unregistered = [...population.keys()].filter((index) => population[index]?.registered)
  const registering = startProgress('registering', unregistered.length)
  await registerBorn(authority, unregistered, tally, (done) => registering.update(done, done), signal)
  registering.stop()

  const checking = startProgress('a year of checks', contacts.length)
  let next = 0
  for (const evening of evenings(authority)) {
    clock.moveTo(evening)
    await registerBorn(authority, unregistered, tally, () => undefined, signal)
    const end = firstAfter(contacts, next, evening)
    for (const [id, ofDay] of byAgency(contacts.slice(next, end))) await submit(authority, id, ofDay, tally, signal)
    // The day's cases carry the day's date.
    await hub.caughtUp({ ...(signal && { signal }) })
    next = end
    checking.update(next, next)
  }
  checking.stop()
  return tally.year()
}

/** Eight in the evening of every day; the last is the present instant. */
function* evenings({ from, now }: Authority): Generator<number> {
  for (let at = from + EVENING_MS; at < now; at += DAY_MS) yield at
  yield now
}

function firstAfter(contacts: readonly GeneratedContact[], from: number, instant: number): number {
  let at = from
  while (at < contacts.length && (contacts[at]?.occurredAt ?? 0) <= instant) at += 1
  return at
}

function byAgency(contacts: readonly GeneratedContact[]): ReadonlyMap<string, readonly GeneratedContact[]> {
  const groups = new Map<string, GeneratedContact[]>()
  for (const contact of contacts) {
    const group = groups.get(contact.agency)
    if (group === undefined) groups.set(contact.agency, [contact])
    else group.push(contact)
  }
  return groups
}

/** Registers whoever was born, or is expected, by the clock's day, and strikes them off `waiting`. */
async function registerBorn(
  { population, sealer, clock }: Authority,
  waiting: number[],
  tally: Tally,
  onProgress: (done: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const today = clock.read()
  const due = waiting.filter((index) => {
    const details = population[index]?.details
    const known = Date.parse(details?.dateOfBirth ?? '') - (details?.expectedDate ? EXPECTED_DAYS * DAY_MS : 0)
    return known <= today
  })
  for (let at = 0; at < due.length; at += SLICE) {
    const slice = due.slice(at, at + SLICE)
    const details = slice.map((index) => population[index]?.details)
    for (const outcome of await sealer.registerAll(details, { neverIssuedNumbers: true, signal })) {
      if (outcome.kind === 'refused') tally.refuse(outcome.code)
      else tally.registered += 1
    }
    onProgress(at + slice.length)
  }
  const done = new Set(due)
  waiting.splice(0, waiting.length, ...waiting.filter((index) => !done.has(index)))
}

async function submit(
  { population, agencies }: Authority,
  id: string,
  contacts: readonly GeneratedContact[],
  tally: Tally,
  signal?: AbortSignal,
): Promise<void> {
  const worker = agencies.get(id)
  if (worker === undefined) return
  const inputs = contacts.flatMap((contact): CheckInput[] => {
    const child = population[contact.child]
    if (child === undefined) return []
    const { incident, indicators, occurredAt, reference, practitioner } = contact
    return [{ child: queryOf(child, contact), incident, indicators, occurredAt, reference, practitioner }]
  })
  const outcomes = await worker.agency.checkAll(inputs, { signal })
  tally.batches += 1
  outcomes.forEach((outcome, index) => {
    const contact = contacts[index]
    if (outcome.kind === 'refused') tally.refuse(outcome.code)
    else if (contact !== undefined) tally.record({ contact, receipt: outcome.receipt })
  })
}

class Tally {
  registered = 0
  batches = 0
  readonly #answers: Record<Known, number> = { known: 0, unknown: 0, unresolved: 0 }
  readonly #refused = new Map<string, number>()
  readonly #receipts: KeptReceipt[] = []
  readonly #followed: number

  constructor(followed: number) {
    this.#followed = followed
  }

  refuse(code: string): void {
    this.#refused.set(code, (this.#refused.get(code) ?? 0) + 1)
  }

  record(kept: KeptReceipt): void {
    this.#answers[kept.receipt.known] += 1
    if (kept.contact.child === this.#followed) this.#receipts.push(kept)
  }

  year(): Year {
    const { known, unknown, unresolved } = this.#answers
    return {
      registered: this.registered,
      checks: known + unknown + unresolved,
      batches: this.batches,
      answers: this.#answers,
      refused: this.#refused,
      followed: this.#followed,
      receipts: this.#receipts,
    }
  }
}
