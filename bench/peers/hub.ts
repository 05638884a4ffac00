import { createPublicKey, type KeyObject } from 'node:crypto'
import type { AssessedCheck } from '../../src/policy/history.js'
import type { Policy } from '../../src/policy/policy.js'
import type { SignedText } from './check.js'
import type { DecidedBy } from './decide.js'

/** The server that somebody would write instead, on whichever database. */
export interface PeerHub {
  /** Children by NHS number, before anything is measured. */
  register(nhsNumbers: Iterable<string>): Promise<void>
  /** Verifies, records and decides a batch of checks; on return it is durable. One batch at a time. */
  submit(batch: SignedText): Promise<SignedText>
  /** How many children stand at each rank from 1 on. */
  cases(): Promise<readonly number[]>
  close(): Promise<void>
}

export interface PeerOptions {
  /** An empty folder, or one in which a hub of the same sort was closed. */
  readonly folder: string
  readonly policy: Policy
  readonly decidedBy: DecidedBy
  readonly clock: () => number
  /** What tokens of NHS numbers are made with, 32 bytes. */
  readonly tokenKey: Buffer
  /** Signs receipts. */
  readonly key: KeyObject
  readonly agencies: ReadonlyMap<string, AgencyOnFile>
}

export interface AgencyOnFile {
  readonly number: number
  readonly kind: string
  readonly publicKey: KeyObject
}

export function onFile(agencies: ReadonlyMap<string, { readonly kind: string; readonly key: KeyObject }>) {
  return new Map(
    [...agencies].map(([id, { kind, key }], number): [string, AgencyOnFile] => [
      id,
      { number, kind, publicKey: createPublicKey(key) },
    ]),
  )
}

/** What a child's checks look like in either database. */
export interface StoredCheck {
  readonly id: number
  readonly child: number
  readonly agency: number
  readonly incident: string
  /** Codes with a comma between them. */
  readonly indicators: string
  readonly occurredAt: number
}

/** The checks of each child, in the order in which they were read: by child and then by occurrence. */
export function byChild(
  rows: readonly StoredCheck[],
  agencies: ReadonlyMap<string, AgencyOnFile>,
): ReadonlyMap<number, readonly AssessedCheck[]> {
  const named = [...agencies].map(([id, { kind }]) => ({ agency: id, agencyKind: kind }))
  const found = new Map<number, AssessedCheck[]>()
  for (const { id, child, agency, incident, indicators, occurredAt } of rows) {
    const check = {
      ...(named[agency] ?? { agency: '', agencyKind: '' }),
      id: String(id),
      incident,
      indicators: indicators === '' ? [] : indicators.split(','),
      occurredAt,
    }
    const before = found.get(child)
    if (before === undefined) found.set(child, [check])
    else before.push(check)
  }
  return found
}
