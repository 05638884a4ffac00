import { z } from 'zod'
import { ERASURE_REASONS } from '../../case/erasure.js'
import type { ChildId } from '../../child/identifiers.js'
import { parse } from '../../door.js'
import { IndexError, isIndexError } from '../../errors.js'
import { fromJsonBytes, toJsonBytes } from '../../json.js'
import type { Message, SendOptions } from '../../port.js'
import { find } from '../children/find.js'
import type { PostingTable } from '../children/postings.js'
import { loadTables, NOBODY } from '../children/register.js'
import { question } from '../children/registration-message.js'
import { matchForRegistration } from '../children/reserve.js'
import { unpost } from '../children/resolve.js'
import { generationsOf, type TokenedQuestion, tokenedQuestions } from '../children/tokens.js'
import { type HubContext, requireSender } from '../context.js'
import { rootOf } from '../links/linked.js'
import { pages } from '../shelf.js'
import { type CatchUp, type Doomed, eraseChild, notedKey } from './erase.js'

const eraseRequest = z.strictObject({ question, reason: z.enum(ERASURE_REASONS) })

/**
 * A sealer has a child erased whom it describes. It is told that the wish is noted, and not whether something is in the
 * way of it: whoever registers children must not learn of cases. Where nothing is, it is done at once.
 * @throws {IndexError} `ERR_CHILD_ID_UNKNOWN` where nobody is registered under these details; `ERR_REGISTRATION_AMBIGUOUS`
 */
export async function eraseRegistered(
  hub: HubContext,
  message: Message,
  catchUp: CatchUp,
  options?: SendOptions,
): Promise<Uint8Array> {
  const sealer = requireSender(hub, message, 'sealer')
  const { question: asked, reason } = parse(eraseRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'erasure')
  const [tokened] = await tokenedQuestions(hub, [asked], options)
  if (tokened === undefined) throw new IndexError('ERR_REQUEST_INVALID', 'an erasure is about one child')
  const { childId } = await described(hub, tokened)
  const said = { reason, by: sealer.id }
  await hub.ledger.write(async () => {
    const root = await rootOf(hub, childId)
    return { puts: [hub.shelf.put('meta', notedKey(hub, root), { kind: 'erasure', childId: root, ...said })] }
  })
  await unlessInTheWay(() => eraseChild(hub, said, catchUp, () => described(hub, tokened)))
  return toJsonBytes({ noted: true })
}

/** What became of the erasures that sealers asked for. */
export interface NotedErasures {
  readonly erased: number
  /** Still in the way: an open case or enquiry, an opening that can be read, a referral that was not fetched. */
  readonly waiting: number
}

/** Erases every child whose erasure was noted and nothing is in the way of any longer. */
export async function eraseNoted(hub: HubContext, catchUp: CatchUp): Promise<NotedErasures> {
  let erased = 0
  let waiting = 0
  for await (const rows of pages(hub.shelf, 'meta', PAGE)) {
    for (const { value } of rows) {
      if (value.kind !== 'erasure') continue
      const { childId, reason, by } = value
      const isDone = await unlessInTheWay(() =>
        eraseChild(hub, { reason, by }, catchUp, async () => ({ childId, unposted: () => [] })),
      )
      if (isDone) erased += 1
      else waiting += 1
    }
  }
  return { erased, waiting }
}

const PAGE = 1_000

async function unlessInTheWay(erase: () => Promise<unknown>): Promise<boolean> {
  try {
    await erase()
    return true
  } catch (error) {
    if (!isIndexError(error, 'ERR_CASE_STATUS')) throw error
    return false
  }
}

/** The registered child of a description, and how its tokens come to point elsewhere. */
async function described(hub: HubContext, asked: TokenedQuestion): Promise<Doomed> {
  const { postings, children } = await loadTables(hub, [asked])
  const match = matchForRegistration(find(hub, asked, postings, children), NOBODY)
  if (match.kind === 'registered')
    return { childId: match.childId, unposted: (ids) => unposted(hub, asked, postings, ids) }
  if (match.kind === 'ambiguous')
    throw new IndexError('ERR_REGISTRATION_AMBIGUOUS', 'these details point at more than one child: a person must look')
  throw new IndexError('ERR_CHILD_ID_UNKNOWN', 'nobody is registered here under these details')
}

function unposted(
  hub: HubContext,
  asked: TokenedQuestion,
  postings: PostingTable,
  ids: readonly ChildId[],
): ReturnType<PostingTable['puts']> {
  for (const { own } of generationsOf(asked)) unpost(hub, own, ids, postings)
  return postings.puts()
}
