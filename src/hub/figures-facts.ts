import { z } from 'zod'
import { CASE_OUTCOMES, CLOSING_REASONS } from '../case/case.js'
import { englishCalendar, type WorkingCalendar } from '../case/deadlines.js'
import { ENQUIRY_OUTCOMES, type EnquiryOutcome } from '../case/enquiry.js'
import { type DatedFact, endedFacts, referralFacts, runningFact } from '../case/figures/ended.js'
import type { Fact } from '../case/figures/part.js'
import { parseSignedRequest } from '../case/messages.js'
import type { Referral } from '../case/referral.js'
import { decodeBatchEntry } from '../check/batch.js'
import { parseWithdrawalEntry } from '../check/withdrawal.js'
import type { Entry } from '../journal/entry.js'
import { fromJsonBytes } from '../json.js'
import type { Table } from '../store/port.js'
import { deadlinesFrom } from './agenda.js'
import type { HubContext } from './context.js'
import { SHIELDING_NUMBERS } from './counters.js'
import type { Rows } from './rows.js'
import { numberKey } from './shelf.js'

/** A stretch of the journal, with the instant that each entry counts at. */
export interface DatedEntry {
  readonly entry: Entry
  readonly at: number
}

/** What the entries of a page say, once what they leave to the tables has been read. */
export async function factsOf(hub: HubContext, entries: readonly DatedEntry[]): Promise<readonly DatedFact[]> {
  const heard = entries.flatMap((each) => hear(each))
  const [referrals, enquiries] = [await rowsOf(hub, 'referral', heard), await rowsOf(hub, 'enquiry', heard)]
  const ofReferrals = referrals.size === 0 ? undefined : referralFactsOf(referrals, await englishCalendar())
  return heard.flatMap((each): readonly DatedFact[] => {
    if (each.of === 'fact') return [each.fact]
    if (each.of === 'referral') return ofReferrals?.(each) ?? []
    const dueAt = enquiries.get(each.number)?.dueAt
    return dueAt === undefined ? [] : endedFacts('enquiry', { ...each, dueAt })
  })
}

function referralFactsOf(referrals: ReadonlyMap<number, Referral>, calendar: WorkingCalendar) {
  // Of two words in one instant the first says what both ended.
  const told = new Set<string>()
  return ({ number, saidAt, at }: Extract<Heard, { of: 'referral' }>): readonly DatedFact[] => {
    const referral = referrals.get(number)
    const word = `${number} ${saidAt}`
    if (referral === undefined || told.has(word)) return []
    told.add(word)
    return referralFacts(referral, saidAt, calendar).map((fact) =>
      fact.endedAt === undefined ? { ...fact, at } : fact,
    )
  }
}

/** What was due in a period and has not ended to this day. */
export async function* runningFacts(hub: HubContext, from: number, until: number): AsyncGenerator<DatedFact> {
  for await (const { kind, number, dueAt } of deadlinesFrom(hub, { at: from })) {
    if (dueAt >= until) return
    const fact = number > SHIELDING_NUMBERS ? undefined : runningFact(kind, dueAt, Number.POSITIVE_INFINITY)
    if (fact !== undefined) yield fact
  }
}

/** What an entry says by itself, or of a row that says the rest. */
type Heard =
  | { readonly of: 'fact'; readonly fact: DatedFact }
  | { readonly of: 'enquiry'; readonly number: number; readonly outcome: EnquiryOutcome; readonly at: number }
  /** `saidAt`: the hub's clock when the agency's word came, as the referral has it. */
  | { readonly of: 'referral'; readonly number: number; readonly saidAt: number; readonly at: number }

const caseEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('raised'), level: z.string(), reReferral: z.literal(true).optional() }),
  z.object({ event: z.literal('level-changed'), level: z.string() }),
  z.object({ event: z.literal('closed'), reason: z.enum(CLOSING_REASONS), outcome: z.enum(CASE_OUTCOMES) }),
  // Of two cases that are one child's one goes on, and the other, `closed`, ends.
  z.object({ event: z.literal('joined'), closed: z.number() }),
])
const agencyWord = z.object({ event: z.enum(['decided', 'declined', 'reported']), number: z.number() })
const endedEvent = z.object({ event: z.literal('ended'), enquiry: z.string(), outcome: z.enum(ENQUIRY_OUTCOMES) })

/** An entry of a type that is not counted says nothing here, and neither does an event that is none of those asked for. */
function hear({ entry, at }: DatedEntry): readonly Heard[] {
  switch (entry.type) {
    case 'check-batch': {
      const { batch, accepted } = decodeBatchEntry('check-batch/v1', entry.body)
      const count = accepted.filter((yes) => yes).length
      return [{ of: 'fact', fact: { table: 'checks', row: batch.agency, column: 'all', count, at } }]
    }
    case 'withdrawal':
    case 'correction': {
      const { reason } = parseWithdrawalEntry(entry.body).withdrawal
      const column = entry.type === 'correction' ? 'corrected' : 'withdrawn'
      return [{ of: 'fact', fact: { table: 'taken-back', row: reason, column, at } }]
    }
    case 'opening': {
      const { purpose, lawfulBasis } = parseSignedRequest(fromJsonBytes(entry.body)).request
      return [{ of: 'fact', fact: { table: 'openings', row: purpose, column: lawfulBasis, at } }]
    }
    case 'determination':
      return [{ of: 'fact', fact: { table: 'determinations', row: 'made', column: 'all', at } }]
    case 'case': {
      const said = caseEvent.safeParse(fromJsonBytes(entry.body)).data
      return said === undefined ? [] : [{ of: 'fact', fact: { ...caseFact(said), at } }]
    }
    case 'referral': {
      const said = agencyWord.safeParse(fromJsonBytes(entry.body))
      return said.success ? [{ of: 'referral', number: said.data.number, saidAt: entry.at, at }] : []
    }
    case 'enquiry': {
      const said = endedEvent.safeParse(fromJsonBytes(entry.body))
      const number = said.success ? Number(said.data.enquiry) : SHIELDING_NUMBERS
      // Those about shielded children are told to nobody else, and counted nowhere.
      return said.success && number < SHIELDING_NUMBERS
        ? [{ of: 'enquiry', number, outcome: said.data.outcome, at }]
        : []
    }
    default:
      return []
  }
}

function caseFact(said: z.infer<typeof caseEvent>): Fact {
  switch (said.event) {
    case 'raised':
      return { table: 'raised', row: said.level, column: said.reReferral === true ? 're-referral' : 'first' }
    case 'level-changed':
      return { table: 'raised', row: said.level, column: 'level-changed' }
    case 'closed':
      return { table: 'closed', row: said.reason, column: said.outcome }
    case 'joined':
      return { table: 'closed', row: 'duplicate', column: 'joined' }
  }
}

async function rowsOf<T extends Table & ('referral' | 'enquiry')>(
  hub: HubContext,
  table: T,
  heard: readonly Heard[],
): Promise<ReadonlyMap<number, Rows[T]>> {
  const numbers = [...new Set(heard.flatMap((each) => (each.of === table ? each.number : [])))]
  const rows = await hub.shelf.get(table, numbers.map(numberKey))
  return new Map(
    numbers.flatMap((number, at) => {
      const row = rows[at]
      return row === undefined ? [] : [[number, row] as const]
    }),
  )
}
