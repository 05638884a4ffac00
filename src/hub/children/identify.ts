import { equalBytes } from '../../bytes.js'
import { encodeIdentifyReply, type IdentifyReply } from '../../check/messages/identify-reply.js'
import { decodeIdentifyRequest } from '../../check/messages/identify-request.js'
import { type ChildQuery, parseQuery } from '../../child/details.js'
import type { ChildId } from '../../child/identifiers.js'
import { questionOf, unpackTraits } from '../../child/keys.js'
import { isIndexError } from '../../errors.js'
import type { Message, SendOptions } from '../../port.js'
import { presentKey } from '../../seal/wrap.js'
import { type HubContext, requireSender } from '../context.js'
import { queueDuplicates, type Suspicion } from '../links/duplicates.js'
import type { ChildRow } from '../rows.js'
import { type LookupPurpose, watchLookups } from '../watch/watch.js'
import { type Answered, answersTo, answerWith, answerWithPlain, type Row, watchedOf } from './answers.js'
import { knownAs, lookupsOf } from './children.js'
import { confirmationOf, confirmed } from './confirm.js'
import { EPOCH_CLOSED } from './epochs.js'
import { faceOf } from './face.js'
import { find } from './find.js'
import { type Look, loadLook, type Named } from './look.js'
import { askersOf, meter } from './meter.js'
import { broughtUnderPresent, confirmationToken, newProvisional, post, recorded, resolve } from './resolve.js'
import { standing } from './standing.js'
import { NO_QUESTION, type TokenedQuestion, tokenedQuestions } from './tokens.js'

/** Identifies children for an agency: details become tokens, tokens a child, the child this agency's id for it. */
export async function identify(hub: HubContext, message: Message, options?: SendOptions): Promise<Uint8Array> {
  const agency = requireSender(hub, message, 'agency')
  const { rows, purpose } = parseRows(hub, message)
  const askers = askersOf(rows.flatMap((row) => ('query' in row ? [row.practitioner] : [])))
  // Before custodians are asked, so that one agency cannot use up what they answer to all; counted with the answers.
  await meter(hub, agency.id, askers, purpose)
  const questions = await tokenedQuestions(
    hub,
    rows.map((row) => ('query' in row ? questionOf(row.query) : NOTHING)),
    options,
  )
  let reply: IdentifyReply = { rows: [], signature: new Uint8Array(0) }
  let tell = (): void => undefined
  await hub.ledger.write(async (_, at) => {
    const metered = await meter(hub, agency.id, askers, purpose)
    const look = await loadLook(hub, agency, rows, questions, at)
    const answered: Answered[] = []
    for (const [index, row] of rows.entries()) {
      const plain = look.plain[index]
      if (plain !== undefined) answered.push(answerWithPlain(plain))
      else answered.push('query' in row ? await lookUp(look, row.query, index, questions, options) : row)
    }
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

async function lookUp(
  look: Look,
  query: ChildQuery,
  index: number,
  questions: readonly TokenedQuestion[],
  options?: SendOptions,
): Promise<Answered> {
  const { hub, postings, children } = look
  const name = look.named[index]
  if (name !== undefined) return byName(look, name)
  const question = questions[index] ?? NO_QUESTION
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
    return answerWith(sure, { kind: 'match' })
  }
  const status = resolved.candidates.length > 0 ? 'unresolved' : 'provisional'
  const child = before ?? newProvisional(hub, question.own, status, look.at, postings, children, resolved.hidden)
  for (const other of resolved.others) suspect(look, child.childId, other, 'provisional')
  return answerWith(child, resolved.outcome, resolved.candidates)
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
function byName({ hub, children }: Look, { childId, epoch }: Named): Answered {
  if (epoch === 'closed') return { ...EPOCH_CLOSED, field: 'child.agencyChildId' }
  const row = epoch === 'open' ? standing(children, childId) : undefined
  const child = row === undefined ? undefined : faceOf(hub, children, row)
  if (child !== undefined) return answerWith(child, { kind: knownAs(child) === 'known' ? 'match' : 'none' })
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
