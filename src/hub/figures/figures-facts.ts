import { z } from 'zod'
import { CASE_OUTCOMES, CLOSING_REASONS } from '../../case/case.js'
import { englishCalendar, type WorkingCalendar } from '../../case/deadlines.js'
import { ENQUIRY_OUTCOMES } from '../../case/enquiry.js'
import { type DatedFact, endedFacts, referralFacts, runningFact } from '../../case/figures/ended.js'
import type { Fact } from '../../case/figures/part.js'
import { parseSignedRequest } from '../../case/messages.js'
import type { Referral } from '../../case/referral.js'
import { decodeBatchEntry } from '../../check/batch.js'
import { parseWithdrawalEntry } from '../../check/withdrawal.js'
import type { Entry } from '../../journal/entry.js'
import { fromJsonBytes } from '../../json.js'
import { deadlinesFrom } from '../cases/agenda.js'
import type { HubContext } from '../context.js'
import { SHIELDING_NUMBERS } from '../counters.js'
import { correctionKey } from '../families/accounts-corrections.js'
import { numberKey } from '../shelf.js'

/** A stretch of the journal, with the instant that each entry counts at. */
export interface DatedEntry {
  readonly entry: Entry
  readonly at: number
}

/** What the entries of a page say, once what they leave to the tables has been read. */
export async function factsOf(hub: HubContext, entries: readonly DatedEntry[]): Promise<readonly DatedFact[]> {
  const heard = entries.flatMap((each) => hear(each))
  const referrals = await referralsOf(hub, heard)
  const ofReferrals = referrals.size === 0 ? undefined : referralFactsOf(referrals, await englishCalendar())
  const dueAt = await dueAtOf(hub, heard)
  return heard.flatMap((each): readonly DatedFact[] => {
    if (each.of === 'fact') return [each.fact]
    if (each.of === 'referral') return ofReferrals?.(each) ?? []
    const due = dueAt.get(each)
    return due === undefined ? [] : endedFacts(each.kind, { ...each, dueAt: due })
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
  | Ended
  /** `saidAt`: the hub's clock when the agency's word came, as the referral has it. */
  | { readonly of: 'referral'; readonly number: number; readonly saidAt: number; readonly at: number }

interface Ended {
  readonly of: 'ended'
  readonly kind: 'enquiry' | 'account' | 'correction'
  readonly outcome?: string | undefined
  /** Of the row that says when it was due. */
  readonly key: Uint8Array
  readonly at: number
}

const caseEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('raised'), level: z.string(), reReferral: z.literal(true).optional() }),
  z.object({ event: z.literal('level-changed'), level: z.string() }),
  z.object({ event: z.literal('closed'), reason: z.enum(CLOSING_REASONS), outcome: z.enum(CASE_OUTCOMES) }),
  // Of two cases that are one child's one goes on, and the other, `closed`, ends.
  z.object({ event: z.literal('joined'), closed: z.number() }),
])
const determinationEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('determined'), determination: z.object({ finding: z.enum(['met', 'not-met']) }) }),
  z.object({ event: z.literal('withdrawn') }),
])
const agencyWord = z.object({ event: z.enum(['decided', 'declined', 'reported']), number: z.number() })
const familyEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('ended'), account: z.number() }),
  z.object({ event: z.literal('correction-decided'), correction: z.number() }),
])
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
      return [{ of: 'fact', fact: { table: 'determinations', row: officersWord(entry.body), column: 'all', at } }]
    case 'case': {
      const said = caseEvent.safeParse(fromJsonBytes(entry.body)).data
      return said === undefined ? [] : [{ of: 'fact', fact: { ...caseFact(said), at } }]
    }
    case 'referral': {
      const said = agencyWord.safeParse(fromJsonBytes(entry.body))
      return said.success ? [{ of: 'referral', number: said.data.number, saidAt: entry.at, at }] : []
    }
    case 'account': {
      const said = familyEvent.safeParse(fromJsonBytes(entry.body)).data
      if (said === undefined) return []
      return said.event === 'ended'
        ? [{ of: 'ended', kind: 'account', key: numberKey(said.account), at }]
        : [{ of: 'ended', kind: 'correction', key: correctionKey(said.correction), at }]
    }
    case 'enquiry': {
      const said = endedEvent.safeParse(fromJsonBytes(entry.body))
      const number = said.success ? Number(said.data.enquiry) : SHIELDING_NUMBERS
      // Those about shielded children are told to nobody else, and counted nowhere.
      return said.success && number < SHIELDING_NUMBERS
        ? [{ of: 'ended', kind: 'enquiry', outcome: said.data.outcome, key: numberKey(number), at }]
        : []
    }
    default:
      return []
  }
}

function officersWord(body: Uint8Array): 'made' | 'disagreed' | 'withdrawn' {
  const said = determinationEvent.safeParse(fromJsonBytes(body)).data
  if (said?.event === 'withdrawn') return 'withdrawn'
  return said?.determination.finding === 'not-met' ? 'disagreed' : 'made'
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

async function referralsOf(hub: HubContext, heard: readonly Heard[]): Promise<ReadonlyMap<number, Referral>> {
  const numbers = [...new Set(heard.flatMap((each) => (each.of === 'referral' ? each.number : [])))]
  const rows = await hub.shelf.get('referral', numbers.map(numberKey))
  return new Map(rows.flatMap((row) => (row === undefined ? [] : [[row.number, row]])))
}

/** When what ended was due, as its row says. */
async function dueAtOf(hub: HubContext, heard: readonly Heard[]): Promise<ReadonlyMap<Heard, number>> {
  const dueAt = new Map<Heard, number>()
  for (const table of ['enquiry', 'account'] as const) {
    const ended = heard.filter((each): each is Ended => each.of === 'ended' && tableOf(each) === table)
    const rows = await hub.shelf.get(
      table,
      ended.map(({ key }) => key),
    )
    for (const [at, each] of ended.entries()) {
      const row = rows[at]
      if (row !== undefined && 'dueAt' in row) dueAt.set(each, row.dueAt)
    }
  }
  return dueAt
}

function tableOf({ kind }: Ended): 'enquiry' | 'account' {
  return kind === 'enquiry' ? 'enquiry' : 'account'
}
