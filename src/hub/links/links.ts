import { z } from 'zod'
import { encode, equalBytes } from '../../bytes.js'
import {
  agreedBy,
  agrees,
  encodeLink,
  LINK_KINDS,
  type Link,
  type LinkKind,
  type LinkStatement,
  linkCommitment,
  linkStatementIsSignedBy,
  parseLinkStatement,
} from '../../case/link.js'
import type { ChildId } from '../../child/identifiers.js'
import { parse } from '../../door.js'
import { IndexError } from '../../errors.js'
import { hmacSha256 } from '../../hash.js'
import { fromJsonBytes, toJsonBytes } from '../../json.js'
import type { Message } from '../../port.js'
import { GROUPS } from '../../seal/label.js'
import { recordKey } from '../children/register.js'
import { loadStanding, standing } from '../children/standing.js'
import { type HubContext, roster } from '../context.js'
import { nameOf } from '../custodians/custodians.js'
import type { Writes } from '../ledger.js'
import { CASE_ROLES, personOf, requireOfficer } from '../officers.js'
import type { ChildRow, DuplicateRow, RecordRow } from '../rows.js'
import { numberKey } from '../shelf.js'
import { requireDuplicate } from './duplicate-list.js'
import { requireUninvolved } from './involved.js'
import { linkedRows } from './linked-rows.js'

/** What came of an officer's word. `waiting`: for another officer's. */
export type LinkOutcome = 'waiting' | 'linked' | 'distinct' | 'split'

/** What two officers' word would be on: never shown to them but behind its commitment. */
type Pair = Pick<Link, 'kind' | 'duplicate' | 'salt'> & { readonly from: ChildId; readonly into: ChildId }

const number = z.number().int().min(1)
const prepareRequest = z.strictObject({ duplicate: number, kind: z.enum(LINK_KINDS) })
const linkRequest = z.strictObject({ statement: z.unknown() })

/** The commitment that an officer's word is to be on; of a split that two officers have made, their word. */
export async function prepareLink(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message, ...CASE_ROLES, 'shielding')
  const { duplicate, kind } = parse(prepareRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'link')
  const row = await requireDuplicate(hub, duplicate, officer)
  if (kind === 'split' && row.split !== undefined) return toJsonBytes({ split: row.split })
  return toJsonBytes({ commitment: linkCommitment(hub.id, await pairOf(hub, row, kind)) })
}

const CLOCK_MS = 10 * 60_000

/**
 * Takes an officer's word on two ids. The first waits; the second, of another person, makes it so. Neither may have
 * opened a case of either child.
 */
export async function link(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message, ...CASE_ROLES, 'shielding')
  const body = parse(linkRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'link')
  const said = parseLinkStatement(body.statement)
  if (said.officer !== officer.id || !linkStatementIsSignedBy(hub.id, said, officer.keys.signing))
    throw new IndexError('ERR_SIGNATURE_INVALID', 'a link statement is signed by the officer who sends it')
  let reply: { readonly outcome: LinkOutcome; readonly statements?: readonly LinkStatement[] } = { outcome: 'waiting' }
  await hub.ledger.write(async (_, at) => {
    const row = await requireDuplicate(hub, said.duplicate, officer)
    const pair = await pairOf(hub, row, said.kind)
    if (!equalBytes(said.commitment, linkCommitment(hub.id, pair)) || Math.abs(said.at - at) > CLOCK_MS)
      throw new IndexError('ERR_DUPLICATE_STATUS', 'what stands under this number has changed: look, and say it again')
    await requireUninvolved(hub, [officer.id], [pair.from, pair.into])
    const first = await firstWord(hub, row, said, pair)
    reply = { outcome: 'waiting' }
    if (first === undefined) return waiting(hub, row, said)
    const statements = [first, said]
    if (agreedBy(hub.id, roster(hub), statements) === undefined) {
      // The same person once more; or the first has lost their standing since, and this word waits in its place.
      return personOf(hub, first.officer) === officer.person ? undefined : waiting(hub, row, said)
    }
    reply = { outcome: OUTCOMES[said.kind], ...(said.kind === 'split' ? { statements } : {}) }
    return agreed(hub, row, pair, statements)
  })
  return toJsonBytes(reply)
}

const OUTCOMES = { merge: 'linked', distinct: 'distinct', split: 'split' } as const

/** The word that waits, if this one can go with it and whoever gave it still may. */
async function firstWord(
  hub: HubContext,
  { waiting: first }: DuplicateRow,
  said: LinkStatement,
  pair: Pair,
): Promise<LinkStatement | undefined> {
  if (first === undefined || !agrees(first, said)) return undefined
  try {
    await requireUninvolved(hub, [first.officer], [pair.from, pair.into])
    return first
  } catch (error) {
    if (error instanceof IndexError && error.code === 'ERR_OFFICER_INVOLVED') return undefined
    throw error
  }
}

function waiting(hub: HubContext, row: DuplicateRow, said: LinkStatement): Writes {
  const body = toJsonBytes({ event: 'proposed', statement: said })
  return {
    drafts: [{ type: 'duplicate', body }],
    puts: [hub.shelf.put('duplicate', numberKey(row.number), { ...row, waiting: said })],
  }
}

/** @throws {IndexError} `ERR_DUPLICATE_STATUS` where this word makes no sense on what the number stands for now */
async function pairOf(hub: HubContext, row: DuplicateRow, kind: LinkKind): Promise<Pair> {
  const { number: duplicate, status, link: inForce, rounds = 0 } = row
  if (kind === 'split') {
    if (inForce === undefined) throw new IndexError('ERR_DUPLICATE_STATUS', 'no link stands under this number')
    return { kind, duplicate, ...inForce }
  }
  if (status === 'linked' || (kind === 'distinct' && status === 'distinct'))
    throw new IndexError('ERR_DUPLICATE_STATUS', 'two officers have settled this already')
  const salt = hmacSha256(hub.keys.storageKey, encode('link-salt/v1', hub.id, duplicate, rounds))
  const children = await loadStanding(hub, [row.first, row.second])
  const [first, second] = [row.first, row.second].map((id) => standing(children, id))
  if (first === undefined || second === undefined)
    throw new IndexError('ERR_DUPLICATE_STATUS', 'one of the two is not there any more')
  if (nameOf(first.childId) === nameOf(second.childId))
    throw new IndexError('ERR_DUPLICATE_STATUS', 'the two are linked already, by way of others')
  if (kind === 'distinct') return { kind, duplicate, salt, from: first.childId, into: second.childId }
  const [into, from] = await survivingFirst(hub, first, second)
  return { kind, duplicate, salt, from: from.childId, into: into.childId }
}

/** The id that goes on: the registered one, of two the one with the newer record, of none the older. */
async function survivingFirst(
  hub: HubContext,
  first: ChildRow,
  second: ChildRow,
): Promise<readonly [ChildRow, ChildRow]> {
  const isRegistered = [first, second].map(({ status }) => status === 'registered')
  if (isRegistered[0] !== isRegistered[1]) return isRegistered[0] ? [first, second] : [second, first]
  const [one, other] = isRegistered[0]
    ? (await recordsOf(hub, [first, second])).map((records) => -Math.max(...records.map(({ position }) => position)))
    : [first.createdAt, second.createdAt]
  const order = (one ?? 0) - (other ?? 0) || Buffer.compare(first.childId, second.childId)
  return order < 0 ? [first, second] : [second, first]
}

async function recordsOf(hub: HubContext, children: readonly ChildRow[]): Promise<readonly (readonly RecordRow[])[]> {
  const keys = children.flatMap(({ childId }) => GROUPS.map((group) => recordKey(hub, childId, group)))
  const rows = await hub.shelf.get('record', keys)
  return children.map((_, index) =>
    rows.slice(index * GROUPS.length, (index + 1) * GROUPS.length).flatMap((r) => r ?? []),
  )
}

/** What two officers' word writes: its entry, the child rows, and which of two records is the one to open. */
async function agreed(
  hub: HubContext,
  row: DuplicateRow,
  pair: Pair,
  statements: readonly LinkStatement[],
): Promise<Writes> {
  const { link: _, split: _split, waiting: _waiting, rounds = 0, ...rest } = row
  const { kind, salt, from, into } = pair
  const settled: DuplicateRow = {
    ...rest,
    rounds: rounds + 1,
    status: kind === 'merge' ? 'linked' : 'distinct',
    ...(kind === 'merge' ? { link: { salt, from, into } } : {}),
    ...(kind === 'split' ? { split: statements } : {}),
  }
  const rows = kind === 'distinct' ? { drafts: [], puts: [] } : await linkedRows(hub, kind, { from, into })
  return {
    drafts: [{ type: 'link', body: encodeLink({ ...pair, statements }) }, ...rows.drafts],
    puts: [hub.shelf.put('duplicate', numberKey(row.number), settled), ...rows.puts],
  }
}
