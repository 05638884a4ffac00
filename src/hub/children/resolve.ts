import { encode } from '../../bytes.js'
import { type ChildId, newChildId } from '../../child/identifiers.js'
import { packTraits } from '../../child/keys.js'
import { marksOf, packMarks, unpackMarks } from '../../child/marks.js'
import { CANDIDATES_MAX } from '../../child/matching.js'
import { sha256 } from '../../hash.js'
import { presentKey } from '../../seal/wrap.js'
import type { HubContext } from '../context.js'
import type { ChildRow } from '../rows.js'
import { type ChildTable, lookupsOf } from './children.js'
import { faceId, isHidden } from './face.js'
import type { Found } from './find.js'
import type { PostingTable } from './postings.js'
import { standing } from './standing.js'
import { generationsOf, type Tokened, type TokenedDescription, type TokenedQuestion } from './tokens.js'

/** What identify answers, besides the agency child id. Of candidates it says how many, never who. */
export type Outcome =
  | { readonly kind: 'match' }
  | { readonly kind: 'candidates'; readonly candidates: 1 | 2 | 3 }
  | { readonly kind: 'many' }
  | { readonly kind: 'none' }

/** Whom a question means, and what its agency is told. */
export interface Resolved {
  /** Undefined where nobody here is meant: a provisional child is to be made. */
  readonly child: ChildRow | undefined
  readonly outcome: Outcome
  /** Registered children that it may mean and that are not shielded. */
  readonly candidates: readonly ChildRow[]
  /** Other provisional children that it may mean: the same child, as it seems. */
  readonly others: readonly ChildId[]
  /** A shielded child whose number the question has, and goes with: a provisional child that is made now is its face. */
  readonly hidden?: ChildId | undefined
}

/**
 * The child that a question means, as an agency is answered: as if no shielded child were registered. No description, no
 * number, no sequence of questions and no count can confirm that one is here, or where it lives.
 */
export function resolve(
  hub: HubContext,
  question: TokenedQuestion,
  found: readonly Found[],
  postings: PostingTable,
  children: ChildTable,
): Resolved {
  const open = found.filter(({ row }) => row.status === 'registered' && !row.shielded)
  const linked = linkedOf(open)
  const [only, ...more] = linked
  const unbacked = open.filter(({ number, isBacked }) => number === 'agrees' && !isBacked)
  if (only !== undefined && more.length === 0 && unbacked.length === 0)
    return { child: only.row, outcome: { kind: 'match' }, candidates: [], others: [] }
  const candidates = candidatesOf(open, linked)
  const rest = { outcome: outcomeOf(candidates), candidates: candidates.map(({ row }) => row) }
  const [oldest, ...others] = provisionalOf(found)
  if (oldest !== undefined) return { child: oldest.row, ...rest, others: others.map(({ row }) => row.childId) }
  const hidden = found.find(({ row, number, isBacked }) => isHidden(row) && number === 'agrees' && isBacked)
  const child = askedBefore(hub, question, postings, children)
  return { child, ...rest, others: [], hidden: hidden?.row.childId }
}

/** Children that a number or a description links; the very name before a slip of it, for twins may be a slip apart. */
function linkedOf(open: readonly Found[]): readonly Found[] {
  const byNumber = open.filter(({ number, isBacked }) => number === 'agrees' && isBacked)
  const described = open.filter(({ number, isDescribed }) => isDescribed && number !== 'contradicts')
  const same = described.filter(({ givenIsSame }) => givenIsSame)
  return [...new Set([...byNumber, ...(same.length > 0 ? same : described)])]
}

function candidatesOf(open: readonly Found[], linked: readonly Found[]): readonly Found[] {
  const more = open.filter(({ mayBe, number, isDescribed }) => mayBe || isDescribed || number === 'agrees')
  return [...new Set([...linked, ...more])]
}

function outcomeOf(candidates: readonly Found[]): Outcome {
  if (candidates.length === 0) return { kind: 'none' }
  if (candidates.length > CANDIDATES_MAX) return { kind: 'many' }
  return { kind: 'candidates', candidates: candidates.length as 1 | 2 | 3 }
}

/** Provisional children that the question links to, oldest first; of two of one instant the one that has the number. */
function provisionalOf(found: readonly Found[]): readonly Found[] {
  return found
    .filter(({ row }) => row.status !== 'registered')
    .filter(
      ({ number, isDescribed, isBacked }) =>
        number !== 'contradicts' && (isDescribed || (number === 'agrees' && isBacked)),
    )
    .sort(
      (a, b) =>
        a.row.createdAt - b.row.createdAt ||
        Number(b.hasNumber) - Number(a.hasNumber) ||
        Buffer.compare(a.row.childId, b.row.childId),
    )
}

/** The provisional child of the very same question, where it says too little to link. */
function askedBefore(
  hub: HubContext,
  question: TokenedQuestion,
  postings: PostingTable,
  children: ChildTable,
): ChildRow | undefined {
  const [childId] = generationsOf(question).flatMap(({ own }) => postings.get(descriptionToken(hub, own)))
  return childId === undefined ? undefined : standing(children, childId)
}

/** A token of everything that a description says, so that asking the very same again finds the same provisional child. */
export function descriptionToken(hub: Pick<HubContext, 'id'>, own: TokenedDescription): Uint8Array {
  return tokenOf(hub, [...own.numbers, ...own.index, ...own.marks])
}

function tokenOf(hub: Pick<HubContext, 'id'>, tokened: readonly Tokened[]): Uint8Array {
  const tokens = tokened.map(({ token }) => token).sort(Buffer.compare)
  return sha256(encode('description/v1', hub.id, ...tokens)).subarray(0, 16)
}

/**
 * By what confirmations are counted: how both names sound, with the birth, so that another address does not make another description of it.
 * A description without one of them is counted whole.
 */
export function confirmationToken(hub: Pick<HubContext, 'id'>, { own, asked }: TokenedQuestion): Uint8Array {
  const named = (asked[0]?.index ?? []).filter(({ fields }) => fields.join(' ') === 'given family birth')
  return named.length === 0 ? descriptionToken(hub, own) : tokenOf(hub, named)
}

/** A child whom nobody registered, recorded under everything that the question said. */
export function newProvisional(
  hub: HubContext,
  own: TokenedDescription,
  status: 'provisional' | 'unresolved',
  at: number,
  postings: PostingTable,
  children: ChildTable,
  hidden?: ChildId,
): ChildRow {
  const drawn = newChildId(hub.random)
  const face = hidden === undefined ? undefined : faceId(hub, hidden)
  // A shielded child has one face: whoever asks otherwise gets what an unknown child gets.
  const isFace = face !== undefined && children.get(face) === undefined
  const childId = isFace ? face : drawn
  const row: ChildRow = {
    childId,
    status,
    shielded: false,
    ...recorded(hub, childId, own, undefined),
    details: new Uint8Array(0),
    recordVersion: 0,
    fingerprints: [],
    answeredAs: isFace ? hidden : drawn,
    ...underPresent(hub),
    createdAt: at,
  }
  children.set(row)
  post(own, childId, postings)
  postings.add(descriptionToken(hub, own), childId, 'strong')
  return row
}

/** What a child's row says of a description: added to what it says already, for former details find the child too. */
export function recorded(
  hub: Pick<HubContext, 'id' | 'keys'>,
  childId: ChildId,
  own: TokenedDescription,
  before: ChildRow | undefined,
): Pick<ChildRow, 'numbers' | 'marks' | 'traits'> {
  const marked = (tokens: readonly { readonly token: Uint8Array }[]): readonly number[] =>
    marksOf(
      hub.keys.storageKey,
      hub.id,
      childId,
      tokens.map(({ token }) => token),
    )
  const marks = marked(own.numbers)
  const numbers = [
    ...(before?.numbers ?? []),
    ...own.numbers.map(({ kind }, i) => ({ kind, mark: marks[i] as number })),
  ]
  const earlier = before === undefined ? [] : [...unpackMarks(before.marks)]
  return {
    numbers: [...new Map(numbers.map((each) => [`${each.kind} ${each.mark}`, each])).values()],
    marks: packMarks([...earlier, ...marked(own.marks)]),
    traits: packTraits(own.traits),
  }
}

/** Points every token of a description at the child. */
export function post(own: TokenedDescription, childId: ChildId, postings: PostingTable): void {
  for (const { token } of own.numbers) postings.add(token, childId, 'strong')
  for (const { token } of own.index) postings.add(token, childId, 'weak')
}

/** Points no token of a description at these children any longer. The tokens must be in the table. */
export function unpost(
  hub: Pick<HubContext, 'id'>,
  own: TokenedDescription,
  childIds: readonly ChildId[],
  postings: PostingTable,
): void {
  for (const { token } of [...own.numbers, ...own.index]) postings.remove(token, childIds)
  postings.remove(descriptionToken(hub, own), childIds)
}

/** Marks a row as standing under the present lookup keys; nothing for the first ones. */
export function underPresent({ keys }: Pick<HubContext, 'keys'>): Pick<ChildRow, 'lookups'> {
  const { generation } = presentKey(keys.lookupKeys)
  return generation === 1 ? {} : { lookups: generation }
}

/**
 * A child that nobody registered, brought under the present lookup keys by a question that says as much as it was known
 * by. Nothing is lost so: what the question does not say, the former keys go on finding.
 */
export function broughtUnderPresent(
  hub: HubContext,
  question: TokenedQuestion,
  row: ChildRow,
  postings: PostingTable,
  children: ChildTable,
): ChildRow {
  const isRegistered = row.status === 'registered'
  if (question.former === undefined || isRegistered || lookupsOf(row) === presentKey(hub.keys.lookupKeys).generation)
    return row
  const fresh = { ...row, ...recorded(hub, row.childId, question.own, undefined), ...underPresent(hub) }
  const saysAsMuch = fresh.marks.length >= row.marks.length && fresh.numbers.length >= row.numbers.length
  if (!saysAsMuch) return row
  children.set(fresh)
  unpost(hub, question.former.own, [row.childId], postings)
  post(question.own, row.childId, postings)
  postings.add(descriptionToken(hub, question.own), row.childId, 'strong')
  return fresh
}
