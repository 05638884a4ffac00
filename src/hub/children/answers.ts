import { encodeAnswer } from '../../check/answer.js'
import { encodeBatchEntry, leavesOf, type SaltedRow, signBatch } from '../../check/batch.js'
import type { IdentifyReply } from '../../check/messages/identify-reply.js'
import type { Known } from '../../check/receipt.js'
import type { ChildQuery } from '../../child/details.js'
import { type AgencyChildId, toAgencyChildId } from '../../child/identifiers.js'
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

export type Answered =
  | { readonly child: ChildRow; readonly outcome: Outcome; readonly candidates: readonly ChildRow[] }
  | { readonly code: ErrorCode; readonly field: string | undefined; readonly message: string }

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
  const told: { readonly id: AgencyChildId; readonly known: Known; readonly outcome: Outcome }[] = []
  const statements = rows.flatMap((row, index) => {
    const result = resolved[index]
    if (!('query' in row) || result === undefined || !('child' in result)) return []
    const id = toAgencyChildId(key, answeredId(result.child))
    told.push({ id, known: knownAs(result.child), outcome: result.outcome })
    return [encodeAnswer({ hub: hub.id, agency: agency.id, commitment: row.commitment, agencyChildId: id, epoch, at })]
  })
  let next = 0
  const rowsOf = (salted: readonly SaltedRow[]): IdentifyReply['rows'] =>
    resolved.map((result) => {
      if (!('child' in result)) return result
      const { known, outcome } = told[next] as (typeof told)[number]
      return { ...(salted[next++] as SaltedRow), known, outcome }
    })
  if (statements.length === 0) return { reply: { rows: rowsOf([]), signature: new Uint8Array(0) }, entry: undefined }
  const signed = signBatch('identify-batch/v1', hub.id, agency.id, statements, hub.keys.signing, hub.random)
  const leaves = leavesOf(signed.rows)
  return {
    reply: { rows: rowsOf(signed.rows), signature: signed.batch.signature },
    entry: {
      type: 'identify' as const,
      body: encodeBatchEntry(
        signed.batch,
        statements.map(() => true),
      ),
      leaves: signed.rows.map((row, index) => ({ row: index, hash: leaves[index] as Uint8Array, ...row })),
    },
  }
}

/** Look-ups as they were answered, for whoever watches for fishing. */
export function watchedOf(rows: readonly Row[], answered: readonly Answered[]): readonly WatchedLookup[] {
  return rows.flatMap((row, index): WatchedLookup[] => {
    const result = answered[index]
    if (!('query' in row) || result === undefined) return []
    const { practitioner, query } = row
    if (!('child' in result))
      return result.code === 'ERR_CHILD_ID_UNKNOWN'
        ? [{ practitioner, query, outcome: 'misread', childId: undefined, isHoney: false }]
        : []
    const isHoney = [result.child, ...result.candidates].some((child) => child.isHoney === 1)
    return [{ practitioner, query, outcome: result.outcome.kind, childId: answeredId(result.child), isHoney }]
  })
}
