import { fromHex, toHex } from '../../bytes.js'
import type { CaseFile } from '../../case/case.js'
import type { ErasedPlace, Erasure, ErasureReason } from '../../case/erasure.js'
import { decodeCheck } from '../../check/canonical.js'
import type { JournalPosition } from '../../check/receipt.js'
import type { ChildId } from '../../child/identifiers.js'
import { IndexError } from '../../errors.js'
import { toJsonBytes } from '../../json.js'
import { requireCase } from '../cases/cases.js'
import { consentKey } from '../cases/consents.js'
import { Apart } from '../checks/apart.js'
import { childOfCheck, type HistoryCheck, leafAt, outlineOf } from '../checks/history.js'
import { historyKey, historyPut, historyRows, NO_ROW, unmarked } from '../checks/history-rows.js'
import { referenceKey, referencesOf } from '../checks/references.js'
import { loadWatermark, withWatermark } from '../checks/watermark.js'
import { ChildTable, childPut } from '../children/children.js'
import { faceId } from '../children/face.js'
import { recordKey } from '../children/register.js'
import type { HubContext } from '../context.js'
import { ofChildKey } from '../families/accounts-corrections.js'
import type { Writes } from '../ledger.js'
import { linksInto, rootOf } from '../links/linked.js'
import { openingKey } from '../openings/prepare-opening.js'
import type { HistoryRow } from '../rows.js'
import { numberKey, type Put, pages } from '../shelf.js'
import { unshieldKey } from '../watch/shield.js'
import { NO_CHILD, namelessRequests } from './families.js'

/** How much an erasure took away. */
export interface Erased {
  /** Checks whose content is gone. */
  readonly checks: number
  /** Sealed groups of details. */
  readonly records: number
}

/** Brings everything that the journal holds into the histories, so that an erasure misses nothing. */
export type CatchUp = () => Promise<void>

/**
 * Empties one check, by the position in its receipt: what it said goes, its hash stays, and it counts no more.
 * @throws {IndexError} `ERR_CHECK_UNKNOWN` where no check stands there; `ERR_CASE_STATUS` while a case of its child is open
 */
export async function eraseCheck(
  hub: HubContext,
  position: JournalPosition,
  reason: ErasureReason,
  catchUp: CatchUp,
): Promise<Erased> {
  await whenCaughtUp(hub, catchUp, async () => {
    const childId = (await isCheckBatch(hub, position.entry)) ? await childOfCheck(hub, position) : undefined
    if (childId === undefined)
      throw new IndexError('ERR_CHECK_UNKNOWN', 'no check stands at this position of the journal, or it was erased')
    const history = await outlineOf(hub, await rootOf(hub, childId))
    const isThis = (check: HistoryCheck): boolean => check.position === position.entry && check.row === position.row
    const checks = history.checks.filter(isThis)
    await requireNoOpenCase(hub, history)
    const [own = NO_ROW] = await historyRows(hub, [childId])
    const rest = unmarked(own, { position: position.entry, row: position.row })
    const erased = [{ position: position.entry, row: position.row }]
    const forgotten = await hub.checks.forget([position])
    return {
      drafts: [{ type: 'erasure', body: toJsonBytes({ what: 'check', reason, by: 'hub', erased } satisfies Erasure) }],
      puts: [
        ...(rest === own ? [] : [historyPut(hub, childId, rest)]),
        ...(await tombstones(hub, checks)),
        ...forgotten.puts,
      ],
      erase: erased,
      expects: forgotten.expects,
      done: forgotten.done,
    }
  })
  return { checks: 1, records: 0 }
}

/**
 * Empties all that the index holds of the child of a case: its checks, its sealed details, and whatever finds it.
 * @throws {IndexError} `ERR_CASE_UNKNOWN`; `ERR_CASE_STATUS` while a case of the child is open or an opening can be read
 */
export async function eraseChildOfCase(
  hub: HubContext,
  number: number,
  reason: ErasureReason,
  catchUp: CatchUp,
): Promise<Erased> {
  const { childId } = await requireCase(hub, number)
  return eraseChild(hub, { reason, by: 'hub' }, catchUp, async () => ({ childId, unposted: () => [] }))
}

/** Whose erasure is asked for, and what no longer points at them. */
export interface Doomed {
  readonly childId: ChildId
  /** Given the child's ids. */
  readonly unposted: (ids: readonly ChildId[]) => readonly Put[]
}

/**
 * Empties a child, and every id that is linked to it, in one step: there is no half of it.
 * @param who works out the child anew whenever another process was quicker
 */
export async function eraseChild(
  hub: HubContext,
  said: Pick<Erasure, 'reason' | 'by'>,
  catchUp: CatchUp,
  who: () => Promise<Doomed>,
): Promise<Erased> {
  let gone: Erased = { checks: 0, records: 0 }
  await whenCaughtUp(hub, catchUp, async () => {
    const { childId, unposted } = await who()
    const root = await rootOf(hub, childId)
    const ids = [root, ...(await linksInto(hub, root)).map(({ from }) => from)]
    const history = await outlineOf(hub, root)
    const apart = await Apart.load(hub)
    const cases = await casesOf(hub, ids)
    await requireNoOpenCase(hub, history)
    const openings = await readableNoMore(hub, cases)
    await requireNoOpenEnquiry(hub, ids)
    const records = await recordsOf(hub, ids)
    const { checks } = history
    const consents = await consentsUnder(hub, ids)
    // What agencies know a shielded child by is a row of its own.
    const known = [...ids, ...ids.map((id) => faceId(hub, id))]
    const erased: ErasedPlace[] = [
      ...checks.map(({ position, row }) => ({ position, row })),
      ...[...new Set([...records.map(({ position }) => position), ...consents.positions])].map((position) => ({
        position,
      })),
    ]
    gone = { checks: checks.length, records: records.length }
    const forgotten = await hub.checks.forget(checks.map(({ position: entry, row }) => ({ entry, row })))
    return {
      drafts: [{ type: 'erasure', body: toJsonBytes({ what: 'child', ...said, erased } satisfies Erasure) }],
      puts: [
        ...unposted(known),
        hub.shelf.put('meta', notedKey(hub, root), undefined),
        ...records.map(({ key }) => hub.shelf.put('record', key, undefined)),
        ...openings,
        ...known.map((id) => childPut(hub, id, undefined)),
        ...ids.flatMap((id) => [
          hub.shelf.put('history', historyKey(hub, id), undefined),
          hub.shelf.put('meta', unshieldKey(hub, id), undefined),
        ]),
        ...apart.without(ids).puts(hub, apart),
        ...consents.puts,
        ...(await namelessRequests(hub, ids)),
        ...ids.map((id) => hub.shelf.put('account', ofChildKey(hub, id), undefined)),
        ...(await withoutDuplicates(hub, known)),
        ...(await withoutPackages(hub, cases)),
        ...(await tombstones(hub, checks)),
        ...forgotten.puts,
      ],
      erase: erased,
      expects: forgotten.expects,
      done: forgotten.done,
    }
  })
  return gone
}

async function isCheckBatch(hub: HubContext, position: number): Promise<boolean> {
  return position < (await hub.ledger.size()) && (await hub.ledger.readOne(position)).entry?.type === 'check-batch'
}

/** Writes once the histories hold everything that stands in the journal; what comes meanwhile is taken in first. */
async function whenCaughtUp(hub: HubContext, catchUp: CatchUp, build: () => Promise<Writes>): Promise<void> {
  for (let isDone = false; !isDone; ) {
    await catchUp()
    await hub.ledger.write(async (position) => {
      const watermark = await loadWatermark(hub)
      isDone = watermark.row.position >= position
      if (!isDone) return undefined
      const writes = await build()
      // What this process keeps in mind of the child goes, too.
      const done = (): void => {
        writes.done?.()
        hub.assessed.forget()
      }
      return withWatermark(watermark, { ...writes, done })
    })
  }
}

async function requireNoOpenCase(hub: HubContext, history: HistoryRow): Promise<void> {
  if (history.case === undefined) return
  const { status } = await requireCase(hub, history.case)
  if (status !== 'closed')
    throw new IndexError('ERR_CASE_STATUS', 'a case of this child is open: it is erased once the case is closed')
}

async function requireNoOpenEnquiry(hub: HubContext, ids: readonly ChildId[]): Promise<void> {
  const children = await ChildTable.load(hub, ids)
  const numbers = ids.flatMap((id) => children.get(id)?.enquiry ?? [])
  const enquiries = await hub.shelf.get('enquiry', numbers.map(numberKey))
  if (enquiries.some((enquiry) => enquiry?.status === 'open'))
    throw new IndexError(
      'ERR_CASE_STATUS',
      'an enquiry about this child is open: it is erased once the enquiry has ended',
    )
}

/** Who consented to what goes whole: its entries as well as its rows. */
async function consentsUnder(
  hub: HubContext,
  ids: readonly ChildId[],
): Promise<{ readonly positions: readonly number[]; readonly puts: readonly Put[] }> {
  const keys = ids.map((id) => consentKey(hub, id))
  const rows = await hub.shelf.get('consent', keys)
  return {
    positions: rows.flatMap((row) => [
      ...(row?.words ?? []).map(({ position }) => position),
      ...(row?.withdrawals ?? []),
    ]),
    puts: keys.flatMap((key, at) => (rows[at] === undefined ? [] : [hub.shelf.put('consent', key, undefined)])),
  }
}

async function casesOf(hub: HubContext, ids: readonly ChildId[]): Promise<readonly CaseFile[]> {
  const numbers = (await historyRows(hub, ids)).flatMap((row) => [
    ...(row?.earlierCases ?? []),
    ...(row?.case === undefined ? [] : [row.case]),
  ])
  return Promise.all([...new Set(numbers)].map((number) => requireCase(hub, number)))
}

/** Openings keep who asked and when; the sealed details in them go. */
async function readableNoMore(hub: HubContext, cases: readonly CaseFile[]): Promise<readonly Put[]> {
  const keys = cases.flatMap(({ openings }) => openings.map((id) => openingKey(hub, fromHex(id))))
  const rows = await hub.shelf.get('opening', keys)
  return keys.flatMap((key, at) => {
    const row = rows[at]
    if (row === undefined) return []
    if (row.expiry > hub.clock())
      throw new IndexError(
        'ERR_CASE_STATUS',
        'details of this child were opened and can still be read: wait until that ends',
      )
    return [hub.shelf.put('opening', key, { ...row, record: new Uint8Array(0), releases: [] })]
  })
}

async function recordsOf(
  hub: HubContext,
  ids: readonly ChildId[],
): Promise<readonly { readonly key: Uint8Array; readonly position: number }[]> {
  const keys = ids.flatMap((id) => (['identity', 'carers'] as const).map((group) => recordKey(hub, id, group)))
  const rows = await hub.shelf.get('record', keys)
  return keys.flatMap((key, at) => {
    const row = rows[at]
    return row === undefined ? [] : [{ key, position: row.position }]
  })
}

/** Where it stands that a child is to be erased as soon as nothing is in the way. */
export function notedKey(hub: HubContext, childId: ChildId): Uint8Array {
  return hub.shelf.key('meta', 'erasure', childId)
}

const PAGE = 1_000

/** Suspicions that two ids are one child, of which one is gone now. */
async function withoutDuplicates(hub: HubContext, ids: readonly ChildId[]): Promise<readonly Put[]> {
  const names = new Set(ids.map(toHex))
  const puts: Put[] = []
  for await (const rows of pages(hub.shelf, 'duplicate', PAGE)) {
    for (const { key, value } of rows) {
      const isTheirs = 'number' in value && [value.first, value.second].some((id) => names.has(toHex(id)))
      if (isTheirs) puts.push(hub.shelf.put('duplicate', key, undefined))
    }
  }
  return puts
}

/** Packages that went to agencies: each has its own, and the hub keeps none. */
async function withoutPackages(hub: HubContext, cases: readonly CaseFile[]): Promise<readonly Put[]> {
  const numbers = cases.flatMap(({ referrals }) => referrals)
  const rows = await hub.shelf.get('referral', numbers.map(numberKey))
  if (rows.some((row) => row?.status === 'sent'))
    throw new IndexError(
      'ERR_CASE_STATUS',
      'a referral of this child has not been fetched: wait until its agency has it',
    )
  return rows.flatMap((row) =>
    row === undefined ? [] : [hub.shelf.put('referral', numberKey(row.number), { ...row, sealed: new Uint8Array(0) })],
  )
}

/**
 * A reference stays taken, and says no longer of whom: the same check sent once more must not come back to life unmeant,
 * and is answered as a conflict.
 */
async function tombstones(hub: HubContext, checks: readonly HistoryCheck[]): Promise<readonly Put[]> {
  const puts = await Promise.all(
    checks.map(async ({ position, row }) => {
      const leaf = await leafAt(hub, { entry: position, row })
      if (leaf === undefined || leaf.bytes.length === 0) return []
      const { agency, reference } = decodeCheck(leaf.bytes)
      const stored = (await referencesOf(hub, agency, [reference])).get(reference)
      // A correction has taken the reference over: it is another check.
      if (stored === undefined || stored.position.entry !== position || stored.position.row !== row) return []
      const { correction: _, ...rest } = stored
      const key = referenceKey(hub, agency, reference)
      return [hub.shelf.put('reference', key, { ...rest, childId: NO_CHILD, content: new Uint8Array(32) })]
    }),
  )
  return puts.flat()
}
