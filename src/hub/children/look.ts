import { type ChildId, fromAgencyChildId } from '../../child/identifiers.js'
import { readAgencyChildId } from '../../child/written-form.js'
import type { Agency } from '../../roster/roster.js'
import { type HubContext, identifierKeyOf, roster } from '../context.js'
import type { Suspicion } from '../links/duplicates.js'
import type { Row } from './answers.js'
import { ChildTable } from './children.js'
import { confirmationOf } from './confirm.js'
import { epochOfWritten } from './epochs.js'
import { includeFaces, isHidden } from './face.js'
import { pointedAt, tokensAskedFor } from './find.js'
import { confirmationCounts, type DayCounts } from './meter.js'
import { PostingTable } from './postings.js'
import { confirmationToken, descriptionToken } from './resolve.js'
import { includeStanding, standing } from './standing.js'
import { generationsOf, type TokenedQuestion } from './tokens.js'

/** What the look-ups of one message work on, and what they leave behind. */
export interface Look {
  readonly hub: HubContext
  readonly agency: Agency
  readonly at: number
  readonly postings: PostingTable
  readonly children: ChildTable
  readonly confirmations: DayCounts
  readonly suspicions: Suspicion[]
  /** By row: the child of its number, or its agency child id, where there is nothing particular about that child. */
  readonly plain: readonly (ChildId | undefined)[]
  /** By row: what its agency child id stands for. */
  readonly named: readonly (Named | undefined)[]
}

/** Whom an agency child id stands for, and whether ids of its epoch are taken. */
export interface Named {
  readonly childId: ChildId
  readonly epoch: 'open' | 'closed' | 'never'
}

/**
 * Reads what the rows are answered from, and no more than they need: of a row that is answered from a plain child, whom its number
 * points at. Everybody else's is read alike, whether a child is shielded or unknown.
 */
export async function loadLook(
  hub: HubContext,
  agency: Agency,
  rows: readonly Row[],
  questions: readonly TokenedQuestion[],
  at: number,
): Promise<Look> {
  const named = rows.map((row) =>
    'query' in row && 'agencyChildId' in row.query ? namedBy(hub, agency, row.query.agencyChildId) : undefined,
  )
  const postings = await PostingTable.load(hub, questions.flatMap(onlyNumberOf))
  const children = ChildTable.empty()
  const plain = await plainOnes(hub, questions, named, postings, children)
  const others = questions.filter((_, index) => plain[index] === undefined)
  await includeOthers(hub, others, named, postings, children)
  const confirming = questions.flatMap((question, index) => {
    const row = rows[index]
    const confirms = row !== undefined && 'query' in row && confirmationOf(row.query) !== undefined
    return confirms ? [confirmationToken(hub, question)] : []
  })
  const confirmations = await confirmationCounts(hub, agency.id, confirming)
  return { hub, agency, at, postings, children, confirmations, suspicions: [], plain, named }
}

/** The token of a question that has one number and says nothing else, while no former keys are open. */
function onlyNumberOf({ own, asked, former }: TokenedQuestion): readonly Uint8Array[] {
  const [only, ...more] = own.numbers
  const saysMore = more.length > 0 || own.index.length > 0 || asked.length > 0 || former !== undefined
  return only === undefined || saysMore ? [] : [only.token]
}

/**
 * The plain children that rows mean: a number of theirs that points at them alone is theirs, and all that was asked. What else
 * numbers point at is read, so that a child that turns out to be plain is known as such from now on.
 */
async function plainOnes(
  hub: HubContext,
  questions: readonly TokenedQuestion[],
  named: readonly (Named | undefined)[],
  postings: PostingTable,
  children: ChildTable,
): Promise<readonly (ChildId | undefined)[]> {
  const meant = questions.map((question, index): ChildId | undefined => {
    const name = named[index]
    if (name !== undefined) return name.epoch === 'open' ? name.childId : undefined
    const [only, ...more] = onlyNumberOf(question).flatMap((token) => postings.get(token))
    return more.length === 0 ? only : undefined
  })
  const unknown = meant.filter((id): id is ChildId => id !== undefined && !hub.plain.has(id))
  await children.include(hub, unknown)
  for (const id of unknown) {
    const row = children.get(id)
    if (row !== undefined) hub.plain.remember(row)
  }
  return meant.map((id) => (id !== undefined && hub.plain.has(id) ? id : undefined))
}

async function includeOthers(
  hub: HubContext,
  questions: readonly TokenedQuestion[],
  named: readonly (Named | undefined)[],
  postings: PostingTable,
  children: ChildTable,
): Promise<void> {
  const descriptions = questions.flatMap((question) =>
    generationsOf(question).map(({ own }) => descriptionToken(hub, own)),
  )
  await postings.include(hub, [...questions.flatMap(tokensAskedFor), ...descriptions])
  const ids = named.flatMap((name) => (name === undefined || hub.plain.has(name.childId) ? [] : [name.childId]))
  const pointed = [
    ...questions.flatMap((question) => pointedAt(question, postings)),
    ...descriptions.flatMap((token) => postings.get(token)),
  ]
  await includeStanding(hub, children, [...pointed, ...ids])
  const hidden = pointed.filter((id) => {
    const row = standing(children, id)
    return row !== undefined && isHidden(row)
  })
  await includeFaces(hub, children, [...hidden, ...ids])
}

function namedBy(hub: HubContext, agency: Agency, written: string): Named {
  const { agencyChildId } = readAgencyChildId(written)
  const of = epochOfWritten(hub, agency, written)
  return {
    childId: fromAgencyChildId(identifierKeyOf(hub, agency.id, of?.epoch ?? roster(hub).epoch), agencyChildId),
    epoch: of === undefined ? 'never' : of.isOpen ? 'open' : 'closed',
  }
}
