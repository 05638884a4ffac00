import { createHash, randomBytes } from 'node:crypto'
import type { Random } from '../../src/bytes.js'
import type { Group } from '../../src/seal/label.js'
import { sealLabel } from '../../src/seal/label.js'
import type { OpenShare } from '../../src/seal/open.js'
import { combine, unwrapShare } from '../../src/seal/open.js'
import { decodeRecord, recordLabel, type SealedRecord } from '../../src/seal/record.js'
import { sealRecord } from '../../src/seal/seal.js'
import { drawHandle, type IssuedWrap, issueWrap } from '../../src/seal/wrap.js'

/** Random bytes that are the same on every run. */
export function seeded(seed: string): Random {
  let drawn = 0
  return (length) => {
    const out = new Uint8Array(length)
    for (let at = 0; at < length; at += 32) {
      out.set(
        createHash('sha256')
          .update(`${seed}/${drawn++}`)
          .digest()
          .subarray(0, length - at),
        at,
      )
    }
    return out
  }
}

export const random: Random = (length) => new Uint8Array(randomBytes(length))

export const bytes = (length: number, fill: number): Uint8Array => new Uint8Array(length).fill(fill)

export const hub: Uint8Array = bytes(32, 0xaa)
export const childId: Uint8Array = bytes(16, 0xcc)

export const details = {
  names: [{ given: 'Zebedee', family: 'Quillfeather', since: '2019-03-02' }],
  dateOfBirth: '2019-03-02',
  addresses: [{ lines: ['17 Marmalade Row', 'Plumstead'], postcode: 'ZZ9 9ZZ' }],
  nhsNumber: '9990548609',
}

/** Roots of custodians 1 to n. */
export function rootsOf(custodians: number): readonly Uint8Array[] {
  return Array.from({ length: custodians }, (_, i) => bytes(32, 0x10 + i))
}

export interface Place {
  readonly hub: Uint8Array
  readonly childId: Uint8Array
  readonly group: Group
  readonly recordVersion: number
  readonly keyset: string
}

export const place: Place = { hub, childId, group: 'identity', recordVersion: 3, keyset: 'keys-1' }

export function issueAll(at: Place, roots: readonly Uint8Array[], source: Random = random): readonly IssuedWrap[] {
  const label = sealLabel(at)
  return roots.map((root, i) => {
    const handle = drawHandle(source)
    return { custodian: i + 1, handle, generation: 0, wrap: issueWrap(root, handle, label) }
  })
}

export interface Sealing {
  readonly at?: Partial<Place>
  readonly custodians?: number
  readonly quorum?: number
  readonly details?: unknown
  readonly random?: Random
}

export async function sealed(options: Sealing = {}): Promise<{ record: SealedRecord; bytes: Uint8Array; at: Place }> {
  const at = { ...place, ...options.at }
  const source = options.random ?? random
  const wraps = issueAll(at, rootsOf(options.custodians ?? 3), source)
  const content = 'details' in options ? options.details : details
  const made = await sealRecord({ ...at, details: content, wraps, quorum: options.quorum ?? 2, random: source })
  return { ...made, at }
}

/** The shares of these custodians, each by its own root. */
export function sharesOf(record: SealedRecord, label: Uint8Array, custodians: readonly number[]): OpenShare[] {
  const roots = rootsOf(Math.max(...custodians))
  return custodians.map((custodian) => ({
    custodian,
    share: unwrapShare(record, custodian, roots[custodian - 1]!, label),
  }))
}

/** Everything from stored bytes to details, as custodians and officer do it; throws at the first thing that is amiss. */
export async function openWhole(
  stored: Uint8Array,
  at: Place,
  custodians: readonly number[],
  quorum: number,
): Promise<unknown> {
  const record = decodeRecord(stored)
  const label = recordLabel(record, at.hub, at.childId)
  return (await combine(record, label, sharesOf(record, label, custodians), quorum)).details
}

/** The code of what `act` throws; undefined when it does not. */
export async function codeOf(act: () => unknown): Promise<string | undefined> {
  try {
    await act()
    return undefined
  } catch (error) {
    return (error as { code?: string }).code ?? (error as Error).name
  }
}
