import { IndexError } from '../../errors.js'
import { type GenerationKey, type KeysByGeneration, presentKey } from '../../seal/wrap.js'
import type { HubContext } from '../context.js'
import type { ChildRow } from '../rows.js'
import { pages } from '../shelf.js'
import { lookupsOf } from './children.js'
import { generationOf } from './postings.js'
import { formerKey } from './tokens.js'

/** Under which lookup keys children stand. */
export interface Lookups {
  /** Generation of what is recorded now. */
  readonly present: number
  /** The one before, while look-ups are answered under it too. */
  readonly former?: number | undefined
  /** Children that stand under the former one: a fresh feed brings the registered ones over. */
  readonly registered: number
  /** Nobody registered these: they come over when an agency asks for them again. */
  readonly provisional: number
}

const PAGE = 1_000

export async function lookups(hub: HubContext): Promise<Lookups> {
  const present = presentKey(hub.keys.lookupKeys).generation
  const former = formerKey(hub)?.generation
  let registered = 0
  let provisional = 0
  for await (const rows of pages(hub.shelf, 'child', PAGE)) {
    for (const { value } of rows) {
      if (!isBehind(value, present)) continue
      if (value.status === 'registered') registered += 1
      else provisional += 1
    }
  }
  return { present, ...(former === undefined ? {} : { former }), registered, provisional }
}

/**
 * Forgets what stands under the former lookup keys: whom tokens of theirs pointed at, and what such children are known by.
 * The children, their checks and their ids stay. May be run again after a crash; the former key itself is then deleted
 * from the key files.
 * @throws {IndexError} `ERR_REQUEST_INVALID` while registered children stand under them, unless `anyway`
 */
export async function retireLookups(hub: HubContext, anyway: boolean): Promise<Lookups> {
  const before = await lookups(hub)
  if (before.registered > 0 && !anyway)
    throw new IndexError(
      'ERR_REQUEST_INVALID',
      `${before.registered} registered children stand under the former lookup keys: feed them once more, or nobody finds them`,
    )
  const { present } = before
  await forgetRows(hub, present)
  await forgetPostings(hub, present)
  return before
}

async function forgetRows(hub: HubContext, present: number): Promise<void> {
  for await (const rows of pages(hub.shelf, 'child', PAGE)) {
    const keys = rows.filter(({ value }) => isBehind(value, present)).map(({ key }) => key)
    if (keys.length === 0) continue
    await hub.ledger.write(async () => {
      const now = await hub.shelf.get('child', keys)
      return {
        puts: keys.flatMap((key, at) => {
          const row = now[at]
          return row === undefined || !isBehind(row, present) ? [] : [hub.shelf.put('child', key, knownByNothing(row))]
        }),
      }
    })
  }
}

function knownByNothing(row: ChildRow): ChildRow {
  const nothing = new Uint8Array(0)
  return { ...row, numbers: [], marks: nothing, details: nothing, fingerprints: [] }
}

async function forgetPostings(hub: HubContext, present: number): Promise<void> {
  for (let after: Uint8Array | undefined; ; ) {
    const rows = await hub.store.list('posting', after, PAGE)
    const former = rows.filter(({ value }) => generationOf(value) < present)
    if (former.length > 0)
      await hub.ledger.write(async () => ({
        puts: former.map(({ key }) => ({ table: 'posting' as const, key, value: undefined })),
      }))
    after = rows.at(-1)?.key
    if (rows.length < PAGE) return
  }
}

/** Whether a child is known by something that former keys made. */
function isBehind(row: ChildRow, present: number): boolean {
  return lookupsOf(row) < present && (row.marks.length > 0 || row.numbers.length > 0)
}

/** The keys with the hub's half of the next generation; the one before stays until `withoutFormer`. */
export function withNextLookupKey(keys: KeysByGeneration, drawn: Uint8Array): KeysByGeneration {
  const present = presentKey(keys)
  if (keys.length > 1)
    throw new IndexError('ERR_REQUEST_INVALID', 'look-ups are answered under former keys still: retire them first')
  // A posting says in one byte which generation it is of.
  if (present.generation >= GENERATION_MAX) throw new IndexError('ERR_KEY_INVALID', 'there are no more generations')
  return [present, { generation: present.generation + 1, key: drawn }]
}

const GENERATION_MAX = 255

export function withoutFormer(keys: KeysByGeneration): readonly [GenerationKey] {
  return [presentKey(keys)]
}
