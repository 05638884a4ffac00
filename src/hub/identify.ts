import { z } from 'zod'
import { encodeAnswer } from '../check/answer.js'
import { encodeBatchEntry, leavesOf, signBatch } from '../check/batch.js'
import type { Known } from '../check/receipt.js'
import { type ChildQuery, parseQuery } from '../child/details.js'
import { type AgencyChildId, type ChildId, fromAgencyChildId, toAgencyChildId } from '../child/identifiers.js'
import { queryKeys } from '../child/tokens.js'
import { readAgencyChildId } from '../child/written-form.js'
import { bytesOf, parse } from '../door.js'
import { type ErrorCode, IndexError, isIndexError } from '../errors.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'
import type { Message, SendOptions } from '../port.js'
import type { Agency } from '../roster/roster.js'
import { type HubContext, identifierKeyOf, requireSender, roster } from './context.js'
import { EPOCH_CLOSED, epochOfWritten } from './epochs.js'
import { meter } from './meter.js'
import { ambiguityToken, ChildTable, knownAs, match, pointedAt, provisionalChild } from './resolve.js'
import type { ChildRow } from './rows.js'
import { type LookupToken, lookupTokens, TokenTable } from './tokens.js'

const request = z.strictObject({
  rows: z
    .array(z.strictObject({ query: z.unknown(), commitment: bytesOf(32), practitioner: bytesOf(16) }))
    .min(1)
    .max(65_536),
})

/** One row of an identify message, once it is known to be well formed. */
type Row =
  | { readonly query: ChildQuery; readonly commitment: Uint8Array; readonly practitioner: Uint8Array }
  | { readonly code: ErrorCode; readonly field: string | undefined; readonly message: string }

type Resolved =
  | { readonly child: ChildRow }
  | { readonly code: ErrorCode; readonly field: string | undefined; readonly message: string }

/** Identifies children for an agency: details become tokens, tokens a child, the child this agency's id for it. */
export async function identify(hub: HubContext, message: Message, options?: SendOptions): Promise<Uint8Array> {
  const agency = requireSender(hub, message, 'agency')
  const rows = parseRows(hub, message)
  const practitioners = rows.flatMap((row) => ('query' in row ? [row.practitioner] : []))
  // Before custodians are asked, so that one agency cannot use up what they answer to all; counted with the answers.
  await meter(hub, agency.id, practitioners)
  const tokens = await lookupTokens(
    hub,
    rows.map((row) => ('query' in row ? queryKeys(row.query) : [])),
    options,
  )
  let reply: unknown
  await hub.ledger.write(async (_, at) => {
    const metered = await meter(hub, agency.id, practitioners)
    const table = await TokenTable.load(hub, [...tokens.flat(), ...tokens.map((list) => ambiguityToken(hub, list))])
    const children = await ChildTable.load(hub, [
      ...tokens.flatMap((list) => [...pointedAt(list, table), ...pointedAt([ambiguityToken(hub, list)], table)]),
      ...namedIds(hub, agency, rows),
    ])
    const resolved = rows.map((row, index) =>
      'query' in row ? resolve(hub, agency, row.query, tokens[index] ?? [], at, table, children) : row,
    )
    const answers = answer(hub, agency, rows, resolved, at)
    reply = answers.reply
    if (answers.entry === undefined) return undefined
    return { drafts: [answers.entry], puts: [...metered, ...table.puts(hub), ...children.puts(hub)] }
  })
  return toJsonBytes(reply)
}

function parseRows(hub: HubContext, message: Message): readonly Row[] {
  const { rows } = parse(request, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'identify')
  const today = new Date(hub.clock()).toISOString().slice(0, 10)
  return rows.map((row) => {
    try {
      // Whether a number may be one that is never issued was the agency's question; the hub only looks it up.
      return { ...row, query: parseQuery(row.query, { today, neverIssuedNumbers: true }) }
    } catch (error) {
      if (!isIndexError(error)) throw error
      return { code: error.code, field: error.field, message: error.message }
    }
  })
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

function resolve(
  hub: HubContext,
  agency: Agency,
  query: ChildQuery,
  tokens: readonly LookupToken[],
  at: number,
  table: TokenTable,
  children: ChildTable,
): Resolved {
  if ('agencyChildId' in query) {
    const { childId, epoch } = namedId(hub, agency, query.agencyChildId)
    if (epoch === 'closed') return { ...EPOCH_CLOSED, field: 'child.agencyChildId' }
    const child = epoch === 'open' ? children.get(childId) : undefined
    if (child !== undefined) return { child }
    return {
      code: 'ERR_CHILD_ID_UNKNOWN',
      field: 'child.agencyChildId',
      message: 'this agency has no such child id: identify the child anew',
    }
  }
  if (tokens.length === 0) {
    return {
      code: 'ERR_DETAILS_INVALID',
      field: 'child.details',
      message: 'these details cannot tell one child from another: add an NHS number, or given name and postcode',
    }
  }
  const found = match(tokens, table, children)
  switch (found.kind) {
    case 'registered':
    case 'provisional':
      return { child: requireRow(children, found.childId) }
    case 'none':
      return { child: provisionalChild(hub, tokens, 'provisional', at, table, children) }
    case 'ambiguous': {
      const token = ambiguityToken(hub, tokens)
      const before = match([token], table, children)
      if (before.kind === 'provisional') return { child: requireRow(children, before.childId) }
      const status = found.isHidden ? 'provisional' : 'unresolved'
      return { child: provisionalChild(hub, [token], status, at, table, children) }
    }
  }
}

function requireRow(children: ChildTable, id: ChildId): ChildRow {
  const row = children.get(id)
  if (row === undefined) throw new IndexError('ERR_STORE_DAMAGED', 'a token points at a child that is not there')
  return row
}

/** The signed answers, their journal entry, and the reply: `known` travels beside the answer and is not signed. */
function answer(hub: HubContext, agency: Agency, rows: readonly Row[], resolved: readonly Resolved[], at: number) {
  const epoch = roster(hub).epoch
  const key = identifierKeyOf(hub, agency.id, epoch)
  const told: { readonly id: AgencyChildId; readonly known: Known }[] = []
  const statements = rows.flatMap((row, index) => {
    const result = resolved[index]
    if (!('query' in row) || result === undefined || !('child' in result)) return []
    const id = toAgencyChildId(key, result.child.childId)
    told.push({ id, known: knownAs(result.child) })
    return [encodeAnswer({ hub: hub.id, agency: agency.id, commitment: row.commitment, agencyChildId: id, epoch, at })]
  })
  const refusals = resolved.map((result) => ('child' in result ? null : result))
  if (statements.length === 0) return { reply: { refusals, answers: [] }, entry: undefined }
  const signed = signBatch('identify-batch/v1', hub.id, agency.id, statements, hub.keys.signing, hub.random)
  const leaves = leavesOf(signed.rows)
  return {
    reply: {
      refusals,
      answers: signed.rows.map((row, index) => ({ ...row, known: told[index]?.known })),
      signature: signed.batch.signature,
    },
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
