import { z } from 'zod'
import { equalBytes } from '../../bytes.js'
import { REWRAP_MAX } from '../../custodian/rewrap.js'
import { bytesOf, bytesUpTo, isBytes, parse } from '../../door.js'
import { IndexError } from '../../errors.js'
import { fromJsonBytes, toJsonBytes } from '../../json.js'
import { type Custodian, custodiansOf } from '../../roster/roster.js'
import { decodeRecord, encodeRecord, type SealedRecord, type SealedShare, WRAPPED_LENGTH } from '../../seal/record.js'
import { rewrapStatement, type Wrapping } from '../../seal/rewrap.js'
import { HANDLE_LENGTH } from '../../seal/wrap.js'
import { verifySignature } from '../../signature.js'
import { type HubContext, roster } from '../context.js'

/** What lies under one root of one custodian. */
export interface ShareCount {
  readonly custodian: string
  readonly generation: number
  readonly records: number
}

/** How far a custodian's shares have been wrapped anew. */
export interface Rewrapping {
  readonly custodian: string
  /** Its present root. */
  readonly generation: number
  readonly rewrapped: number
  /** Shares that the custodian could not open, so that they stay as they are. */
  readonly failed: number
}

export interface RewrapOptions {
  /** This one alone; every custodian that holds shares where absent. */
  readonly custodian?: string | undefined
  /** Stops between two batches: what is done stays done, and another walk does the rest. */
  readonly signal?: AbortSignal | undefined
  /** Called after each batch. */
  readonly onProgress?: ((done: Rewrapping) => void) | undefined
}

/** A row as it stands in the store, and the record in it. */
interface Sealed {
  readonly key: Uint8Array
  readonly value: Uint8Array
  readonly record: SealedRecord
}

const PAGE = REWRAP_MAX
const signedAnswer = z.strictObject({ answer: bytesUpTo(1_048_576), signature: isBytes })
const generation = z.number().int().min(1)
const wrapping = z.strictObject({ handle: bytesOf(HANDLE_LENGTH), generation, wrapped: bytesOf(WRAPPED_LENGTH) })
const answered = z.strictObject({ generation, shares: z.array(wrapping.nullable()).max(PAGE) })

/**
 * Has custodians wrap their shares of all records anew under their present roots, so that former ones can be deleted. Nothing is
 * opened, and no hash in the journal changes.
 */
export async function rewrapShares(hub: HubContext, options: RewrapOptions = {}): Promise<readonly Rewrapping[]> {
  const { custodian: only } = options
  const custodians = custodiansOf(roster(hub)).filter(({ id, suspended }) =>
    only === undefined ? !suspended : id === only,
  )
  if (custodians.length === 0) throw new IndexError('ERR_PARTY_UNKNOWN', 'no custodian is on the roster under this id')
  const done: Rewrapping[] = []
  for (const custodian of custodians) done.push(await rewrapFor(hub, custodian, options))
  return done
}

async function rewrapFor(hub: HubContext, custodian: Custodian, options: RewrapOptions): Promise<Rewrapping> {
  const { generation: present } = await ask(hub, custodian, { shares: [] })
  let [rewrapped, failed] = [0, 0]
  const done = (): Rewrapping => ({ custodian: custodian.id, generation: present, rewrapped, failed })
  for await (const page of pages(hub)) {
    options.signal?.throwIfAborted()
    const old = page.filter(({ record }) => (ownShare(record, custodian)?.generation ?? present) !== present)
    if (old.length === 0) continue
    const shares = old.map(({ record }) => asked(record, custodian))
    const { shares: wrapped } = await ask(hub, custodian, { shares })
    if (wrapped.length !== old.length) throw new IndexError('ERR_MESSAGE_MALFORMED', 'a custodian left shares out')
    failed += wrapped.filter((each) => each === null).length
    rewrapped += await replace(hub, custodian, old, wrapped)
    options.onProgress?.(done())
  }
  const counts = await shareCounts(hub)
  const left = counts
    .filter(({ custodian: id }) => id === custodian.id)
    .map(({ generation: of, records }) => ({ generation: of, records }))
  await ask(hub, custodian, { shares: [], left })
  return done()
}

/** Writes the new wraps over the old ones, but for records that were sealed anew meanwhile. Gives how many it wrote. */
async function replace(
  hub: HubContext,
  custodian: Custodian,
  rows: readonly Sealed[],
  wrapped: readonly (Wrapping | null)[],
): Promise<number> {
  let written = 0
  await hub.ledger.write(async () => {
    const [now, read] = await Promise.all([
      hub.store.get(
        'record',
        rows.map(({ key }) => key),
      ),
      hub.shelf.get(
        'record',
        rows.map(({ key }) => key),
      ),
    ])
    const same = rows.flatMap(({ key, value, record }, index) => {
      const [found, row, wrap] = [now[index], read[index], wrapped[index]]
      const stands = found !== undefined && row !== undefined && equalBytes(found, value)
      return !stands || !wrap
        ? []
        : [{ key, value, row: { ...row, bytes: encodeRecord(withWrapping(record, custodian, wrap)) } }]
    })
    written = same.length
    if (same.length === 0) return undefined
    return {
      expects: same.map(({ key, value }) => ({ table: 'record', key, value })),
      puts: same.map(({ key, row }) => hub.shelf.put('record', key, row)),
    }
  })
  return written
}

/** How many records lie under which root of which custodian. Reads every record. */
export async function shareCounts(hub: HubContext): Promise<readonly ShareCount[]> {
  const ids = new Map(custodiansOf(roster(hub)).map(({ index, id }) => [index, id]))
  const counts = new Map<string, ShareCount>()
  for await (const page of pages(hub)) {
    for (const share of page.flatMap(({ record }) => record.shares)) {
      const name = `${share.custodian} ${share.generation}`
      const custodian = ids.get(share.custodian) ?? String(share.custodian)
      const records = (counts.get(name)?.records ?? 0) + 1
      counts.set(name, { custodian, generation: share.generation, records })
    }
  }
  return [...counts.values()].sort((a, b) => byName(a.custodian, b.custodian) || a.generation - b.generation)
}

function byName(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}

async function* pages(hub: HubContext): AsyncGenerator<readonly Sealed[]> {
  for (let after: Uint8Array | undefined; ; ) {
    const raw = await hub.store.list('record', after, PAGE)
    yield raw.map(({ key, value }) => ({
      key,
      value,
      record: decodeRecord(hub.shelf.read('record', key, value).bytes),
    }))
    after = raw.at(-1)?.key
    if (after === undefined) return
  }
}

function ownShare({ shares }: SealedRecord, { index }: Custodian): SealedShare | undefined {
  return shares.find(({ custodian }) => custodian === index)
}

function asked(record: SealedRecord, custodian: Custodian) {
  const share = ownShare(record, custodian)
  if (share === undefined) throw new IndexError('ERR_SEAL_INVALID', 'the record has no share for this custodian')
  const { custodian: _, ...wrapped } = share
  return { label: record.label, ...wrapped }
}

function withWrapping(record: SealedRecord, { index }: Custodian, wrap: Wrapping): SealedRecord {
  return {
    ...record,
    shares: record.shares.map((share) => (share.custodian === index ? { ...share, ...wrap } : share)),
  }
}

async function ask(hub: HubContext, { id, keys }: Custodian, question: unknown): Promise<z.infer<typeof answered>> {
  const reply = await hub.custodians.ask(id, 'rewrap', question)
  const { answer, signature } = parse(signedAnswer, reply, 'ERR_MESSAGE_MALFORMED', 'rewrap')
  if (!verifySignature(keys.signing, rewrapStatement(hub.id, id, toJsonBytes(question), answer), signature))
    throw new IndexError('ERR_SIGNATURE_INVALID', 'the answer is not signed by the custodian')
  return parse(answered, fromJsonBytes(answer), 'ERR_MESSAGE_MALFORMED', 'rewrap')
}
