import { z } from 'zod'
import {
  AGENCY_ANSWERS,
  AGENCY_QUESTIONS,
  AUTHORITY_CODE,
  isSaid,
  newAnswer,
  onlyAsked,
  type Questioned,
  type SourceName,
  withAnswer,
} from '../../case/enquiry.js'
import { REFERENCE } from '../../check/canonical.js'
import { parse } from '../../door.js'
import { IndexError } from '../../errors.js'
import { fromJsonBytes, toJsonBytes } from '../../json.js'
import { encodeSigned, type Message } from '../../port.js'
import { loadWatermark } from '../checks/watermark.js'
import { type HubContext, requireSender } from '../context.js'
import { accountDraft } from '../families/accounts.js'
import { correctionPut, requireCorrection } from '../families/accounts-corrections.js'
import type { Writes } from '../ledger.js'
import type { AskedRow } from '../rows.js'
import { numberKey, type Put } from '../shelf.js'
import { enquiryDraft, enquiryPut } from './enquiries.js'
import { askedOf, askedRows } from './enquiries-asked.js'

/** What an agency sees of an enquiry: its own reference, and what it is asked. Never whose enquiry it is, nor since when there is one. */
export interface AgencyEnquiry {
  readonly reference: string
  /** When this agency's check was taken in, epoch milliseconds. */
  readonly since: number
  readonly questions: readonly Questioned[]
}

const PAGE = 50

const listRequest = z.strictObject({ after: z.string().regex(REFERENCE).optional() })

/**
 * An agency's open enquiries, those about shielded children as those about unknown ones, with what it is asked. A page in
 * the order of nothing; the next begins after the last reference of this one.
 */
export async function enquiriesForAgency(hub: HubContext, message: Message): Promise<Uint8Array> {
  const agency = requireSender(hub, message, 'agency')
  const { after } = parse(listRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'enquiries')
  const rows = await askedRows(hub, agency.id, after, PAGE)
  const seen = rows.map(async ({ reference, since, enquiry, correction }): Promise<AgencyEnquiry> => {
    if (correction !== undefined) {
      const { question } = await requireCorrection(hub, correction)
      return { reference, since, questions: question === undefined ? [] : [onlyAsked(question)] }
    }
    const open = await hub.shelf.one('enquiry', numberKey(Number(enquiry)))
    const questions = open?.questions.filter(isTo({ agency: agency.id, reference })) ?? []
    return { reference, since, questions: questions.map(onlyAsked) }
  })
  return toJsonBytes({ enquiries: await Promise.all(seen) })
}

function isTo(source: SourceName): (name: SourceName) => boolean {
  return ({ agency, reference }) => agency === source.agency && reference === source.reference
}

const answerRequest = z
  .strictObject({
    reference: z.string().regex(REFERENCE),
    question: z.enum(AGENCY_QUESTIONS),
    answer: z.enum(AGENCY_ANSWERS),
    authority: z.string().regex(AUTHORITY_CODE).optional(),
  })
  .refine(({ answer, authority }) => authority === undefined || answer === 'lives-elsewhere', {
    path: ['authority'],
    message: 'must go with lives-elsewhere alone',
  })

/**
 * An agency's word on a question about one of its own checks; journalled as it signed it. It can say otherwise later.
 * @throws {IndexError} `ERR_ENQUIRY_UNKNOWN` where it was not asked, or is not any longer
 */
export async function answerEnquiry(hub: HubContext, message: Message): Promise<Uint8Array> {
  const agency = requireSender(hub, message, 'agency')
  const asked = parse(answerRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'answer')
  const { reference, question } = asked
  const source = { agency: agency.id, reference }
  await hub.ledger.write(async (_, at): Promise<Writes | undefined> => {
    const rows = await askedOf(hub, source)
    const steps = await Promise.all(rows.map((row) => answered(hub, row, { ...source, ...asked }, at)))
    const [step] = steps.flatMap((each) => each ?? [])
    if (step === undefined) throw notAsked()
    if (step === 'said-so') return undefined
    const { event, put } = step
    const draft = { agency: agency.id, asked: encodeSigned(message) }
    return {
      drafts: [
        'enquiry' in event
          ? enquiryDraft('answered', event.enquiry, draft)
          : accountDraft('correction-answered', { ...event, ...draft }),
      ],
      expects: [(await loadWatermark(hub)).raw],
      puts: [put],
    }
  })
  return toJsonBytes({ reference, question, answer: asked.answer })
}

type Said = SourceName & z.infer<typeof answerRequest>

interface AnswerStep {
  readonly event: { readonly enquiry: number } | { readonly correction: number }
  readonly put: Put
}

/** What an answer changes in what asked for it; undefined where this did not ask, or asks no more. */
async function answered(
  hub: HubContext,
  { enquiry: number, correction }: AskedRow,
  told: Said,
  at: number,
): Promise<AnswerStep | 'said-so' | undefined> {
  if (correction !== undefined) {
    const row = await requireCorrection(hub, correction)
    if (row.question?.question !== told.question) return undefined
    if (isSaid(row.question, told)) return 'said-so'
    const after = { ...row, question: { ...row.question, ...newAnswer(told, at) } }
    return { event: { correction }, put: correctionPut(hub, after) }
  }
  const before = await hub.shelf.one('enquiry', numberKey(Number(number)))
  if (before?.questions.some((each) => isTo(told)(each) && each.question === told.question) !== true) return undefined
  const after = withAnswer(before, told, told.question, told, at)
  if (after === before) return 'said-so'
  return before.status === 'ended' ? undefined : { event: { enquiry: before.number }, put: enquiryPut(hub, after) }
}

function notAsked(): IndexError {
  return new IndexError('ERR_ENQUIRY_UNKNOWN', 'this agency is not asked this about a check with this reference', {
    field: 'reference',
  })
}
