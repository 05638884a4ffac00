import { equalBytes } from '../../bytes.js'
import { encodeIdentifyReply, type IdentifyReply } from '../../check/messages/identify-reply.js'
import { decodeIdentifyRequest } from '../../check/messages/identify-request.js'
import { type ChildQuery, parseQuery } from '../../child/details.js'
import { type ChildId, fromAgencyChildId } from '../../child/identifiers.js'
import { questionOf, unpackTraits } from '../../child/keys.js'
import { readAgencyChildId } from '../../child/written-form.js'
import { isIndexError } from '../../errors.js'
import type { Message, SendOptions } from '../../port.js'
import type { Agency } from '../../roster/roster.js'
import { presentKey } from '../../seal/wrap.js'
import { type HubContext, identifierKeyOf, requireSender, roster } from '../context.js'
import { queueDuplicates, type Suspicion } from '../links/duplicates.js'
import type { ChildRow } from '../rows.js'
import { type LookupPurpose, watchLookups } from '../watch/watch.js'
import { type Answered, answersTo, type Row, watchedOf } from './answers.js'
import { type ChildTable, knownAs, lookupsOf } from './children.js'
import { confirmationOf, confirmed } from './confirm.js'
import { EPOCH_CLOSED, epochOfWritten } from './epochs.js'
import { faceOf, includeFaces, isHidden } from './face.js'
import { find, pointedAt, tokensAskedFor } from './find.js'
import { confirmationCounts, meter } from './meter.js'
import { PostingTable } from './postings.js'
import {
  broughtUnderPresent,
  confirmationToken,
  descriptionToken,
  newProvisional,
  post,
  recorded,
  resolve,
} from './resolve.js'
import { loadStanding, standing } from './standing.js'
import { generationsOf, NO_QUESTION, type TokenedQuestion, tokenedQuestions } from './tokens.js'

/** Identifies children for an agency: details become tokens, tokens a child, the child this agency's id for it. */
export async function identify(hub: HubContext, message: Message, options?: SendOptions): Promise<Uint8Array> {
  const agency = requireSender(hub, message, 'agency')
  const { rows, purpose } = parseRows(hub, message)
  const practitioners = rows.flatMap((row) => ('query' in row ? [row.practitioner] : []))
  // Before custodians are asked, so that one agency cannot use up what they answer to all; counted with the answers.
  await meter(hub, agency.id, practitioners, purpose)
  const questions = await tokenedQuestions(
    hub,
    rows.map((row) => ('query' in row ? questionOf(row.query) : NOTHING)),
    options,
  )
  let reply: IdentifyReply = { rows: [], signature: new Uint8Array(0) }
  let tell = (): void => undefined
  await hub.ledger.write(async (_, at) => {
    const metered = await meter(hub, agency.id, practitioners, purpose)
    const look = await loadLook(hub, agency, rows, questions, at)
    const answered: Answered[] = []
    for (const [index, row] of rows.entries())
      answered.push('query' in row ? await lookUp(look, row.query, questions[index] ?? NO_QUESTION, options) : row)
    const answers = answersTo(hub, agency, rows, answered, at)
    reply = answers.reply
    const watched = await watchLookups(hub, agency.id, watchedOf(rows, answered), at, purpose)
    tell = watched.tell
    // Questions that were all refused are counted too, or ids and guesses could be tried for nothing.
    const entries = answers.entry === undefined ? [] : [answers.entry]
    const queued = await queueDuplicates(hub, look.suspicions, at, look.children)
    return {
      drafts: [...entries, ...queued.drafts, ...watched.drafts],
      puts: [
        ...metered,
        ...look.confirmations.puts(),
        ...look.postings.puts(),
        ...look.children.puts(hub),
        ...queued.puts,
        ...watched.puts,
      ],
    }
  })
  tell()
  return encodeIdentifyReply(reply)
}

const NOTHING = questionOf({ agencyChildId: '' })

/** What the look-ups of one message work on, and what they leave behind. */
interface Look {
  readonly hub: HubContext
  readonly agency: Agency
  readonly at: number
  readonly postings: PostingTable
  readonly children: ChildTable
  readonly confirmations: Awaited<ReturnType<typeof confirmationCounts>>
  readonly suspicions: Suspicion[]
}

async function loadLook(
  hub: HubContext,
  agency: Agency,
  rows: readonly Row[],
  questions: readonly TokenedQuestion[],
  at: number,
): Promise<Look> {
  const descriptions = questions.flatMap((question) =>
    generationsOf(question).map(({ own }) => descriptionToken(hub, own)),
  )
  const postings = await PostingTable.load(hub, [...questions.flatMap(tokensAskedFor), ...descriptions])
  const named = namedIds(hub, agency, rows)
  const pointed = [
    ...questions.flatMap((question) => pointedAt(question, postings)),
    ...descriptions.flatMap((token) => postings.get(token)),
  ]
  const children = await loadStanding(hub, [...pointed, ...named])
  const hidden = pointed.filter((id) => {
    const row = standing(children, id)
    return row !== undefined && isHidden(row)
  })
  await includeFaces(hub, children, [...hidden, ...named])
  const confirming = questions.flatMap((question, index) => {
    const row = rows[index]
    const confirms = row !== undefined && 'query' in row && confirmationOf(row.query) !== undefined
    return confirms ? [confirmationToken(hub, question)] : []
  })
  const confirmations = await confirmationCounts(hub, agency.id, confirming)
  return { hub, agency, at, postings, children, confirmations, suspicions: [] }
}

function parseRows(
  hub: HubContext,
  message: Message,
): { readonly rows: readonly Row[]; readonly purpose: LookupPurpose } {
  const { rows, purpose } = decodeIdentifyRequest(message.body)
  const today = new Date(hub.clock()).toISOString().slice(0, 10)
  const read = rows.map((row): Row => {
    try {
      // Whether a number may be one that is never issued was the agency's question; the hub only looks it up.
      return { ...row, query: parseQuery(row.query, { today, neverIssuedNumbers: true }) }
    } catch (error) {
      if (!isIndexError(error)) throw error
      return { code: error.code, field: error.field, message: error.message }
    }
  })
  return { rows: read, purpose }
}

/** Child ids that rows name by agency child id. */
function namedIds(hub: HubContext, agency: Agency, rows: readonly Row[]): readonly ChildId[] {
  return rows.flatMap((row) =>
    'query' in row && 'agencyChildId' in row.query ? [namedId(hub, agency, row.query.agencyChildId).childId] : [],
  )
}

function namedId(
  hub: HubContext,
  agency: Agency,
  written: string,
): { readonly childId: ChildId; readonly epoch: 'open' | 'closed' | 'never' } {
  const { agencyChildId } = readAgencyChildId(written)
  const of = epochOfWritten(hub, agency, written)
  return {
    childId: fromAgencyChildId(identifierKeyOf(hub, agency.id, of?.epoch ?? roster(hub).epoch), agencyChildId),
    epoch: of === undefined ? 'never' : of.isOpen ? 'open' : 'closed',
  }
}

async function lookUp(
  look: Look,
  query: ChildQuery,
  question: TokenedQuestion,
  options?: SendOptions,
): Promise<Answered> {
  const { hub, postings, children } = look
  if ('agencyChildId' in query) return named(look, query.agencyChildId)
  if (question.own.numbers.length === 0 && question.own.index.length === 0) return TOO_LITTLE
  const detail = confirmationOf(query)
  // Counted whatever comes of it, so that running out says nothing about who is here.
  if (detail !== undefined && !look.confirmations.take(confirmationToken(hub, question))) return TOO_OFTEN
  const found = find(hub, question, postings, children)
  const resolved = resolve(hub, question, found, postings, children)
  const before = resolved.child === undefined ? undefined : learnt(look, question, resolved.child)
  const sure = detail === undefined ? undefined : await confirmed(hub, detail, resolved, found, options)
  if (sure !== undefined) {
    if (before !== undefined) suspect(look, sure.childId, before.childId, 'confirmed-later')
    return { child: sure, outcome: { kind: 'match' }, candidates: [] }
  }
  const status = resolved.candidates.length > 0 ? 'unresolved' : 'provisional'
  const child = before ?? newProvisional(hub, question.own, status, look.at, postings, children, resolved.hidden)
  for (const other of resolved.others) suspect(look, child.childId, other, 'provisional')
  return { child, outcome: resolved.outcome, candidates: resolved.candidates }
}

/**
 * A child of whom only a number was known, with what is now said beside it: or whoever asks by the details alone would make
 * another child of it.
 */
function learnt({ hub, postings, children }: Look, question: TokenedQuestion, found: ChildRow): ChildRow {
  const { own } = question
  const row = broughtUnderPresent(hub, question, found, postings, children)
  if (lookupsOf(row) !== presentKey(hub.keys.lookupKeys).generation) return row
  const { lacksGiven, lacksFamily, lacksBirth } = unpackTraits(row.traits)
  const knowsNothing = lacksGiven && lacksFamily && lacksBirth
  if (row.status === 'registered' || !knowsNothing || own.index.length === 0) return row
  const { marks, traits } = recorded(hub, row.childId, own, row)
  const known = { ...row, marks, traits }
  children.set(known)
  post({ ...own, numbers: [] }, row.childId, postings)
  return known
}

function suspect({ suspicions }: Look, first: ChildId, second: ChildId, reason: Suspicion['reason']): void {
  if (!equalBytes(first, second)) suspicions.push({ first, second, reason })
}

/** The child of an agency child id; one that a link statement made another's is answered as that other. */
function named({ hub, agency, children }: Look, written: string): Answered {
  const { childId, epoch } = namedId(hub, agency, written)
  if (epoch === 'closed') return { ...EPOCH_CLOSED, field: 'child.agencyChildId' }
  const row = epoch === 'open' ? standing(children, childId) : undefined
  const child = row === undefined ? undefined : faceOf(hub, children, row)
  if (child !== undefined)
    return { child, outcome: { kind: knownAs(child) === 'known' ? 'match' : 'none' }, candidates: [] }
  return {
    code: 'ERR_CHILD_ID_UNKNOWN',
    field: 'child.agencyChildId',
    message: 'this agency has no such child id: identify the child anew',
  }
}

const TOO_LITTLE: Answered = {
  code: 'ERR_DETAILS_INVALID',
  field: 'child.details',
  message: 'these details cannot tell one child from another: add an NHS number, or a date of birth, or an address',
}
const TOO_OFTEN: Answered = {
  code: 'ERR_RATE_LIMITED',
  field: 'child.confirm',
  message: 'the confirmations of today are used up for this child: a person must look',
}
