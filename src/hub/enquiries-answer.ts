import { z } from 'zod'
import {
  AGENCY_ANSWERS,
  AGENCY_QUESTIONS,
  AUTHORITY_CODE,
  type Questioned,
  type SourceName,
  withAnswer,
} from '../case/enquiry.js'
import { REFERENCE } from '../check/canonical.js'
import { parse } from '../door.js'
import { IndexError } from '../errors.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'
import { encodeSigned, type Message } from '../port.js'
import { type HubContext, requireSender } from './context.js'
import { enquiryDraft, enquiryPut } from './enquiries.js'
import { askedRow, askedRows } from './enquiries-asked.js'
import { loadWatermark } from './history.js'
import type { Writes } from './ledger.js'
import { numberKey } from './shelf.js'

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
  const enquiries = await hub.shelf.get(
    'enquiry',
    rows.map(({ enquiry }) => numberKey(Number(enquiry))),
  )
  const seen = rows.map(({ reference, since }, at): AgencyEnquiry => {
    const questions = enquiries[at]?.questions.filter(isTo({ agency: agency.id, reference })) ?? []
    return { reference, since, questions: questions.map(said) }
  })
  return toJsonBytes({ enquiries: seen })
}

function isTo(source: SourceName): (name: SourceName) => boolean {
  return ({ agency, reference }) => agency === source.agency && reference === source.reference
}

/** A question without the officer who asked it. */
function said({ question, askedAt, answer, authority, answeredAt }: Questioned): Questioned {
  return { question, askedAt, answer, authority, answeredAt }
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
    const row = await askedRow(hub, source)
    const before = row === undefined ? undefined : await hub.shelf.one('enquiry', numberKey(Number(row.enquiry)))
    const isOurs = before?.questions.some((each) => isTo(source)(each) && each.question === question)
    if (before === undefined || isOurs !== true) throw notAsked()
    const after = withAnswer(before, source, question, asked, at)
    if (after === before) return undefined
    if (before.status === 'ended') throw notAsked()
    return {
      drafts: [enquiryDraft('answered', before.number, { agency: agency.id, asked: encodeSigned(message) })],
      expects: [(await loadWatermark(hub)).raw],
      puts: [enquiryPut(hub, after)],
    }
  })
  return toJsonBytes({ reference, question, answer: asked.answer })
}

function notAsked(): IndexError {
  return new IndexError('ERR_ENQUIRY_UNKNOWN', 'this agency is not asked this about a check with this reference', {
    field: 'reference',
  })
}
