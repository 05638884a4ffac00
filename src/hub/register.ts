import { z } from 'zod'
import { equalBytes } from '../bytes.js'
import { asChildId, type ChildId } from '../child/identifiers.js'
import { innerFingerprint, type LookupKey } from '../child/tokens.js'
import { bytesOf, isBytes, parse } from '../door.js'
import { IndexError } from '../errors.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'
import type { Message, SendOptions } from '../port.js'
import { GROUPS } from '../seal/label.js'
import { decodeRecord, recordHash, recordLabel } from '../seal/record.js'
import { encodeRecordEntry } from '../seal/record-entry.js'
import { type HubContext, requireSender, roster } from './context.js'
import { nameOf } from './custodians.js'
import { endEnquiry } from './enquiries.js'
import { ChildTable, type Match, matchForRegistration, pointedAt, saysWhere } from './resolve.js'
import type { ChildRow, TokenRow } from './rows.js'
import { type LookupToken, lookupTokens, TokenTable } from './tokens.js'

const text = z.string().max(1024)
const lookupKey = z.strictObject({ kind: text, strength: z.enum(['strong', 'weak']), parts: z.array(text).max(16) })
const described = {
  keys: z.array(lookupKey).max(256),
  hashes: z.strictObject({ identity: bytesOf(32), carers: bytesOf(32) }),
}
const findRequest = z.strictObject({
  rows: z
    .array(z.strictObject({ ...described, shielded: z.boolean() }))
    .min(1)
    .max(4096),
})
const registerRequest = z.strictObject({
  rows: z
    .array(
      z.strictObject({
        ...described,
        childId: bytesOf(16),
        version: z.number().int().min(1),
        shielded: z.boolean(),
        identity: isBytes,
        carers: isBytes,
      }),
    )
    .min(1)
    .max(4096),
})
type RegisterRow = z.infer<typeof registerRequest>['rows'][number]

/** What a sealer is told before it seals: whom it may register under which id and version. */
export type RegistrationAnswer =
  | { readonly kind: 'new' }
  | { readonly kind: 'changed'; readonly childId: Uint8Array; readonly version: number; readonly shielded: boolean }
  | { readonly kind: 'unchanged'; readonly childId: Uint8Array }
  | { readonly kind: 'ambiguous' }

/** Tells a sealer whether each child is new, changed or unchanged, by tokens and fingerprints. */
export async function findForRegistration(
  hub: HubContext,
  message: Message,
  options?: SendOptions,
): Promise<Uint8Array> {
  requireSender(hub, message, 'sealer')
  const { rows } = parse(findRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'registration')
  const tokens = await lookupTokens(
    hub,
    rows.map(({ keys }) => keys as LookupKey[]),
    options,
  )
  const table = await TokenTable.load(hub, tokens.flat())
  const children = await ChildTable.load(
    hub,
    tokens.flatMap((list) => pointedAt(list, table)),
  )
  const matches = tokens.map((list) => matchForRegistration(list, table, children))
  const known = matches.map((found) => (found.kind === 'registered' ? children.get(found.childId) : undefined))
  const prints = await fingerprints(
    hub,
    rows.map(({ hashes }, index) => ({ hashes, childId: known[index]?.childId })),
    options,
  )
  const answers = matches.map((found, index) =>
    answerOf(found, known[index], prints[index] ?? [], rows[index]?.shielded === true),
  )
  return toJsonBytes({ answers })
}

function answerOf(
  found: Match,
  row: ChildRow | undefined,
  prints: readonly Uint8Array[],
  toShield: boolean,
): RegistrationAnswer {
  switch (found.kind) {
    case 'none':
      return { kind: 'new' }
    case 'provisional':
      return { kind: 'changed', childId: found.childId, version: 1, shielded: false }
    case 'ambiguous':
      return { kind: 'ambiguous' }
    case 'registered': {
      if (row === undefined) throw new IndexError('ERR_STORE_DAMAGED', 'a token points at a child that is not there')
      // Shielding is no part of what is sealed, and must not wait until something else changes.
      const same =
        row.fingerprints.length === prints.length &&
        row.fingerprints.every((each, index) => equalBytes(each, prints[index] ?? new Uint8Array(0)))
      return same && (row.shielded || !toShield)
        ? { kind: 'unchanged', childId: row.childId }
        : { kind: 'changed', childId: row.childId, version: row.recordVersion + 1, shielded: row.shielded }
    }
  }
}

/** Fingerprints of both groups of each child that has an id; made with both keys, so that neither party can test guesses. */
async function fingerprints(
  hub: HubContext,
  rows: readonly {
    readonly hashes: { readonly identity: Uint8Array; readonly carers: Uint8Array }
    readonly childId: ChildId | undefined
  }[],
  options?: SendOptions,
): Promise<readonly (readonly Uint8Array[])[]> {
  const inner = rows.map(({ hashes, childId }) =>
    childId === undefined
      ? []
      : GROUPS.map((group) => innerFingerprint(hub.keys.lookupKey, hub.id, childId, group, hashes[group])),
  )
  const all = inner.flat()
  const outer = all.length === 0 ? [] : await hub.custodians.blind(all, options)
  let at = 0
  return inner.map((list) => list.map(() => outer[at++] as Uint8Array))
}

/** Takes sealed records: reserves the strong tokens, journals the records' hashes, and gives an adopted enquiry its end. */
export async function registerChildren(hub: HubContext, message: Message, options?: SendOptions): Promise<Uint8Array> {
  const sealer = requireSender(hub, message, 'sealer')
  const { rows } = parse(registerRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'registration')
  for (const row of rows) requireSealedFor(hub, row)
  const tokens = await lookupTokens(
    hub,
    rows.map(({ keys }) => keys as LookupKey[]),
    options,
  )
  const prints = await fingerprints(
    hub,
    rows.map((row) => ({ hashes: row.hashes, childId: asChildId(row.childId) })),
    options,
  )
  let results: readonly ('registered' | 'ambiguous')[] = []
  await hub.ledger.write(async (position, at) => {
    const table = await TokenTable.load(hub, tokens.flat())
    const children = await ChildTable.load(hub, [
      ...tokens.flatMap((list) => pointedAt(list, table)),
      ...rows.map(({ childId }) => asChildId(childId)),
    ])
    await table.include(
      hub,
      rows.flatMap(({ childId }) => children.get(asChildId(childId))?.tokens ?? []),
    )
    results = rows.map((row, index) => reserve(row, tokens[index] ?? [], prints[index] ?? [], at, table, children))
    const taken = rows.filter((_, index) => results[index] === 'registered')
    if (taken.length === 0) return undefined
    const ended = await Promise.all(
      taken.map((row) => endEnquiry(hub, children, asChildId(row.childId), 'registered', at)),
    )
    return {
      drafts: [
        ...taken.map((row) => ({
          type: 'record' as const,
          body: encodeRecordEntry({
            sealer: sealer.id,
            identity: recordHash(row.identity),
            carers: recordHash(row.carers),
          }),
        })),
        ...taken
          .filter(({ shielded }) => shielded)
          .map(({ childId }) => ({ type: 'shield' as const, body: toJsonBytes({ childId, shielded: true }) })),
        ...ended.flatMap(({ drafts }) => drafts),
      ],
      puts: [
        ...table.puts(hub),
        ...children.puts(hub),
        ...taken.flatMap((row, index) =>
          GROUPS.map((group) =>
            hub.shelf.put('record', recordKey(hub, asChildId(row.childId), group), {
              version: row.version,
              position: position + index,
              bytes: row[group],
            }),
          ),
        ),
        ...ended.flatMap(({ puts }) => puts),
      ],
    }
  })
  return toJsonBytes({ results })
}

export function recordKey(hub: Pick<HubContext, 'shelf'>, childId: ChildId, group: string): Uint8Array {
  return hub.shelf.key('record', childId, group)
}

/** @throws {IndexError} `ERR_SEAL_INVALID` for a record of another child, group, version or keyset, or one without every custodian's share. */
function requireSealedFor(hub: HubContext, row: RegisterRow): void {
  const { keyset } = roster(hub)
  for (const group of GROUPS) {
    const record = decodeRecord(row[group])
    recordLabel(record, hub.id, row.childId)
    const fits =
      record.group === group &&
      record.recordVersion === row.version &&
      record.keyset === keyset.id &&
      record.shares.length === keyset.custodians
    if (!fits)
      throw new IndexError('ERR_SEAL_INVALID', 'a record is not sealed for this child under the present keyset', {
        field: group,
      })
  }
}

/** Gives the tokens to the child, or finds that another sealer was quicker. */
function reserve(
  row: RegisterRow,
  tokens: readonly LookupToken[],
  prints: readonly Uint8Array[],
  at: number,
  table: TokenTable,
  children: ChildTable,
): 'registered' | 'ambiguous' {
  const childId = asChildId(row.childId)
  const found = matchForRegistration(tokens, table, children)
  const before = children.get(childId)
  const versionFits = row.version === (before?.recordVersion ?? 0) + 1
  const mayHave =
    (found.kind === 'none' && before === undefined) ||
    ((found.kind === 'registered' || found.kind === 'provisional') && equalBytes(found.childId, childId))
  if (!mayHave || !versionFits) return 'ambiguous'
  const shielded = row.shielded || before?.shielded === true
  const kept = keptTokens(tokens, before)
  children.set({
    childId,
    status: 'registered',
    shielded,
    tokens: kept,
    recordVersion: row.version,
    fingerprints: prints,
    createdAt: before?.createdAt ?? at,
    ...(before?.enquiry === undefined ? {} : { enquiry: before.enquiry }),
  })
  for (const { token } of before?.tokens ?? []) table.set(token, without(table.get(token), childId))
  for (const { kind, token } of kept) {
    const others = without(table.get(token), childId)
    table.set(token, shielded && saysWhere(kind) ? { ...others, hidden: childId } : { ...others, registered: childId })
  }
  if (found.kind === 'provisional' || found.kind === 'none') queueForLink(found.others, childId, children)
  return 'registered'
}

/** The row as it is for everybody else. */
function without({ registered, hidden, provisional }: TokenRow, childId: ChildId): TokenRow {
  const isOther = (id: ChildId | undefined): id is ChildId => id !== undefined && !equalBytes(id, childId)
  return {
    provisional: provisional.filter(isOther),
    ...(isOther(registered) ? { registered } : {}),
    ...(isOther(hidden) ? { hidden } : {}),
  }
}

/** The tokens that a child is found under from now on: those of its details, and those of earlier details. */
function keptTokens(tokens: readonly LookupToken[], before: ChildRow | undefined): ChildRow['tokens'] {
  const strong = tokens.filter(({ strength }) => strength === 'strong').map(({ kind, token }) => ({ kind, token }))
  return [...new Map([...(before?.tokens ?? []), ...strong].map((each) => [nameOf(each.token), each])).values()]
}

/** Other provisional children under the same tokens: the same child, as it seems. Only a link statement can say so. */
function queueForLink(others: readonly ChildId[], childId: ChildId, children: ChildTable): void {
  for (const other of others) {
    const row = children.get(other)
    if (row !== undefined) children.set({ ...row, sameAs: childId })
  }
}
