import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { numbersOf } from '../../src/cli/bench/numbers.js'
import { defaultPolicy } from '../../src/policy/default.js'
import type { FedBatch } from '../check-path/feed.js'
import type { Recorded } from '../check-path/ours.js'
import { submitted } from './agency.js'
import type { PeerCheck } from './check.js'
import type { DecidedBy } from './decide.js'
import { onFile, type PeerHub, type PeerOptions } from './hub.js'
import { sqlitePeer } from './sqlite.js'

export type PeerSort = 'sqlite' | 'postgres'

export interface PeerPlace {
  readonly sort: PeerSort
  /** Where the peer keeps what it keeps. */
  readonly folder: string
  readonly kinds: readonly string[]
  readonly children: number
  readonly decidedBy: DecidedBy
}

/** A peer with its agencies, in the thread where this is made. */
export class Peer {
  private constructor(
    private readonly hub: PeerHub,
    private readonly hubKey: KeyObject,
    private readonly agencies: ReadonlyMap<string, { readonly key: KeyObject }>,
    private readonly numbers: readonly string[],
  ) {}

  /** @param isNew whether its children are still to be registered */
  static async open({ sort, folder, kinds, children, decidedBy }: PeerPlace, isNew: boolean): Promise<Peer> {
    const numbers = numbersOf(children)
    const hubKey = newKey()
    const agencies = new Map(
      kinds.map((kind): [string, { kind: string; key: KeyObject }] => [kind, { kind, key: newKey() }]),
    )
    const options = {
      folder,
      policy: defaultPolicy(),
      decidedBy,
      clock: Date.now,
      key: hubKey,
      agencies: onFile(agencies),
    }
    const hub = await OPEN[sort]({ ...options, tokenKey: TOKEN_KEY })
    if (isNew) await hub.register(numbers)
    return new Peer(hub, hubKey, agencies, numbers)
  }

  /** From checks to verified receipts, and everything decided; one batch after the other. */
  async record(batches: readonly FedBatch[]): Promise<Recorded> {
    const inputs = batches.map(({ agency, checks }) => ({
      agency,
      checks: checks.map(({ child, ...rest }): PeerCheck => ({ nhsNumber: this.numbers[child] ?? '', ...rest })),
    }))
    let known = 0
    const start = performance.now()
    for (const { agency, checks } of inputs) {
      const key = this.agencies.get(agency)?.key ?? this.hubKey
      const receipts = await submitted(this.hub, { id: agency, key, hubKey: this.hubKey }, checks)
      for (const receipt of receipts) if ('known' in receipt && receipt.known) known += 1
    }
    const seconds = (performance.now() - start) / 1000
    const checks = inputs.reduce((sum, batch) => sum + batch.checks.length, 0)
    if (known !== checks) throw new Error(`${known} of ${checks} checks were recorded for known children`)
    return { checks, seconds }
  }

  cases(): Promise<readonly number[]> {
    return this.hub.cases()
  }

  close(): Promise<void> {
    return this.hub.close()
  }
}

const OPEN: Readonly<Record<PeerSort, (options: PeerOptions) => Promise<PeerHub>>> = {
  sqlite: async (options) => sqlitePeer(options),
  // Loaded only where it is asked for: whoever does not measure PostgreSQL needs none of its binaries.
  postgres: async (options) => (await import('./postgres.js')).postgresPeer(options),
}

// The same in every thread, so that a prepared table of tokens can be opened in another.
const TOKEN_KEY = Buffer.alloc(32, 0x5a)

function newKey(): KeyObject {
  return generateKeyPairSync('ed25519').privateKey
}
