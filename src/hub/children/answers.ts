import { encodeAnswer } from '../../check/answer.js'
import { encodeBatchEntry, type SaltedRow, signBatch } from '../../check/batch.js'
import type { IdentifyReply } from '../../check/messages/identify-reply.js'
import type { Known } from '../../check/receipt.js'
import type { ChildQuery } from '../../child/details.js'
import { type AgencyChildId, type ChildId, toAgencyChildIds } from '../../child/identifiers.js'
import type { ErrorCode } from '../../errors.js'
import type { Agency } from '../../roster/roster.js'
import { type HubContext, identifierKeyOf, roster } from '../context.js'
import type { Draft } from '../ledger.js'
import type { ChildRow } from '../rows.js'
import type { WatchedLookup } from '../watch/watch.js'
import { knownAs } from './children.js'
import { answeredId } from './face.js'
import type { Outcome } from './resolve.js'

/** One row of an identify message, once it is known to be well formed. */
export type Row =
  | { readonly query: ChildQuery; readonly commitment: Uint8Array; readonly practitioner: Uint8Array }
  | { readonly code: ErrorCode; readonly field: string | undefined; readonly message: string }

/** What an agency is told of a row. */
export interface Answer {
  /** Whose agency child id it gets. */
  readonly childId: ChildId
  readonly known: Known
  readonly outcome: Outcome
  /** Whether that child, or one among the candidates, is one that nobody should look up. */
  readonly isHoney: boolean
}

export type Answered =
  | Answer
  | { readonly code: ErrorCode; readonly field: string | undefined; readonly message: string }

export function answerWith(child: ChildRow, outcome: Outcome, candidates: readonly ChildRow[] = []): Answer {
  const isHoney = [child, ...candidates].some((each) => each.isHoney === 1)
  return { childId: answeredId(child), known: knownAs(child), outcome, isHoney }
}

/** The answer about a child of whom there is nothing more to say. */
export function answerWithPlain(childId: ChildId): Answer {
  return { childId, known: 'known', outcome: MATCH, isHoney: false }
}

const MATCH: Outcome = { kind: 'match' }

/** The signed answers, their journal entry, and the reply: `known` and `outcome` travel beside the answer and are not signed. */
export function answersTo(
  hub: HubContext,
  agency: Agency,
  rows: readonly Row[],
  resolved: readonly Answered[],
  at: number,
): { readonly reply: IdentifyReply; readonly entry: Draft | undefined } {
  const epoch = roster(hub).epoch
  const key = identifierKeyOf(hub, agency.id, epoch)
  const told = resolved.filter((result): result is Answer => 'childId' in result)
  const ids = toAgencyChildIds(
    key,
    told.map(({ childId }) => childId),
  )
  let answer = 0
  const statements = rows.flatMap((row, index) => {
    const result = resolved[index]
    if (!('query' in row) || result === undefined || !('childId' in result)) return []
    const agencyChildId = ids[answer++] as AgencyChildId
    return [encodeAnswer({ hub: hub.id, agency: agency.id, commitment: row.commitment, agencyChildId, epoch, at })]
  })
  let next = 0
  const rowsOf = (salted: readonly SaltedRow[]): IdentifyReply['rows'] =>
    resolved.map((result) => {
      if (!('childId' in result)) return result
      const { salt, bytes } = salted[next++] as SaltedRow
      return { salt, bytes, known: result.known, outcome: result.outcome }
    })
  if (statements.length === 0) return { reply: { rows: rowsOf([]), signature: new Uint8Array(0) }, entry: undefined }
  const signed = signBatch('identify-batch/v1', hub.id, agency.id, statements, hub.keys.signing, hub.random)
  return {
    reply: { rows: rowsOf(signed.rows), signature: signed.batch.signature },
    entry: {
      type: 'identify' as const,
      body: encodeBatchEntry(
        signed.batch,
        statements.map(() => true),
      ),
      leaves: signed.rows.map((row, index) => ({ row: index, hash: signed.leaves[index] as Uint8Array, ...row })),
    },
  }
}

/** Look-ups as they were answered, for whoever watches for fishing. */
export function watchedOf(rows: readonly Row[], answered: readonly Answered[]): readonly WatchedLookup[] {
  return rows.flatMap((row, index): WatchedLookup[] => {
    const result = answered[index]
    if (!('query' in row) || result === undefined) return []
    const { practitioner, query } = row
    if (!('childId' in result))
      return result.code === 'ERR_CHILD_ID_UNKNOWN'
        ? [{ practitioner, query, outcome: 'misread', childId: undefined, isHoney: false }]
        : []
    const { outcome, childId, isHoney } = result
    return [{ practitioner, query, outcome: outcome.kind, childId, isHoney }]
  })
}
