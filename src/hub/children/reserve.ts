import { equalBytes } from '../../bytes.js'
import { asChildId, type ChildId } from '../../child/identifiers.js'
import { packMarks, unpackMarks } from '../../child/marks.js'
import { presentKey } from '../../seal/wrap.js'
import type { HubContext } from '../context.js'
import type { Suspicion } from '../links/duplicates.js'
import type { ChildRow } from '../rows.js'
import { type ChildTable, lookupsOf } from './children.js'
import type { Found } from './find.js'
import { honeyAfter } from './honey.js'
import type { PostingTable } from './postings.js'
import { post, recorded, underPresent, unpost } from './resolve.js'
import type { TokenedQuestion } from './tokens.js'

/** Whom a sealer's description means. */
export type Match =
  | { readonly kind: 'registered'; readonly childId: ChildId; readonly others: readonly Suspicion[] }
  | { readonly kind: 'provisional'; readonly childId: ChildId; readonly others: readonly Suspicion[] }
  /** Numbers of several registered children, or of one with whom nothing else agrees: a person must look. */
  | { readonly kind: 'ambiguous' }
  | { readonly kind: 'none'; readonly others: readonly Suspicion[] }

/**
 * Whom a sealer's description means: a child with one of its numbers, else the one that it describes. A shielded child is found like any
 * other, so that no second feed registers it again.
 *
 * A provisional child is adopted only if everything that it was found under is the child's: one that a mistyped number mixed up with
 * somebody else must not become anybody. What else seems to be the same child is for officers to look at.
 */
export function matchForRegistration(found: readonly Found[], self: ChildId): Match {
  const registered = found.filter(({ row }) => row.status === 'registered')
  const [numbered, ...more] = registered.filter(({ hasNumber }) => hasNumber).sort(presentFirst)
  // A second child under a number that was superseded is queued; any other second child must be looked at first.
  if (more.some(({ nhsNumber }) => nhsNumber !== 'superseded')) return { kind: 'ambiguous' }
  if (numbered !== undefined) {
    const isSure = numbered.number === 'agrees' && numbered.isBacked
    if (!isSure || (more.length > 0 && numbered.nhsNumber !== 'present')) return { kind: 'ambiguous' }
    const { childId } = numbered.row
    return { kind: 'registered', childId, others: more.map(({ row }) => suspicion(row, childId, 'number-superseded')) }
  }
  const described = registered.filter(({ isDescribed, number }) => isDescribed && number !== 'contradicts')
  const same = described.filter(({ givenIsSame }) => givenIsSame)
  const [only, ...others] = same.length > 0 ? same : described
  if (only !== undefined && others.length === 0) return { kind: 'registered', childId: only.row.childId, others: [] }
  const suspected = registered
    .filter(({ isDescribed, mayBeTwice }) => isDescribed || mayBeTwice)
    .slice(0, SUSPECTED_MAX)
  return adopted(
    found,
    suspected.map(({ row }) => suspicion(row, self, 'registered-twice')),
    self,
  )
}

/** Of one registration, at most: with more namesakes than that, officers would look for ever. */
const SUSPECTED_MAX = 3

function presentFirst(a: Found, b: Found): number {
  return Number(b.nhsNumber === 'present') - Number(a.nhsNumber === 'present')
}

function adopted(found: readonly Found[], registered: readonly Suspicion[], self: ChildId): Match {
  const provisional = found
    .filter(({ row }) => row.status !== 'registered')
    .filter(({ isDescribed, hasNumber }) => isDescribed || hasNumber)
    .sort((a, b) => a.row.createdAt - b.row.createdAt || Buffer.compare(a.row.childId, b.row.childId))
  const whole = provisional.find(
    ({ isDescribed, isBacked, number, hasOnlyTheseNumbers }) =>
      hasOnlyTheseNumbers && number !== 'contradicts' && (isDescribed || isBacked),
  )
  const childId = whole?.row.childId
  const others = provisional
    .filter((each) => each !== whole)
    .map(({ row }) => suspicion(row, childId ?? self, 'provisional'))
  return childId === undefined
    ? { kind: 'none', others: [...registered, ...others] }
    : { kind: 'provisional', childId, others: [...registered.map((each) => ({ ...each, second: childId })), ...others] }
}

function suspicion(row: ChildRow, second: ChildId, reason: Suspicion['reason']): Suspicion {
  return { first: row.childId, second, reason }
}

/** A registration as the hub is to record it. */
export interface Registration {
  readonly childId: Uint8Array
  readonly version: number
  readonly shielded: boolean
  readonly honey: boolean
  readonly question: TokenedQuestion
  readonly details: readonly number[]
  readonly fingerprints: readonly Uint8Array[]
}

/** Gives the tokens to the child, or finds that another sealer was quicker. */
export function reserve(
  hub: HubContext,
  registration: Registration,
  found: readonly Found[],
  at: number,
  postings: PostingTable,
  children: ChildTable,
  suspicions: Suspicion[],
): 'registered' | 'ambiguous' {
  const childId = asChildId(registration.childId)
  const match = matchForRegistration(found, childId)
  const before = children.get(childId)
  const versionFits = registration.version === (before?.recordVersion ?? 0) + 1
  const mayHave =
    (match.kind === 'none' && before === undefined) ||
    ((match.kind === 'registered' || match.kind === 'provisional') && equalBytes(match.childId, childId))
  const honey = honeyAfter(before, registration.honey)
  if (!mayHave || !versionFits || honey === 'refused') return 'ambiguous'
  const { own, former } = registration.question
  // What was recorded under former keys means nothing under the present ones: it goes, with what pointed at the child.
  const isFormer = before !== undefined && lookupsOf(before) !== presentKey(hub.keys.lookupKeys).generation
  if (isFormer && former !== undefined) unpost(hub, former.own, [childId], postings)
  const known = isFormer ? undefined : before
  const details = known === undefined ? [] : [...unpackMarks(known.details)]
  children.set({
    ...before,
    childId,
    status: 'registered',
    shielded: registration.shielded || before?.shielded === true,
    ...recorded(hub, childId, own, known),
    ...underPresent(hub),
    details: packMarks([...details, ...registration.details]),
    recordVersion: registration.version,
    fingerprints: registration.fingerprints,
    isHoney: honey === 'yes' ? 1 : 0,
    answeredAs: undefined,
    createdAt: before?.createdAt ?? at,
  })
  post(own, childId, postings)
  suspicions.push(...match.others)
  return 'registered'
}
