import { join, resolve } from 'node:path'
import { z } from 'zod'
import { type Clock, equalBytes, fromHex, type Random, toHex } from '../bytes.js'
import { type CustodianKeys, openCustodian } from '../custodian.js'
import { parse } from '../door.js'
import { IndexError } from '../errors.js'
import type { Port } from '../port.js'
import { custodiansOf, type Roster } from '../roster/roster.js'
import type { SigningKey } from '../signature.js'
import { fileCustodianStore, holdsSomething, hubFolder, readJsonFile, readKeyFile, replaceFile } from './files.js'

/** Where a custodian of this hub is: behind an address, or in this process with files of its own. */
export type CustodianPlace =
  | {
      readonly custodian: string
      /** `unix:PATH` or `tcp:HOST:PORT`. */
      readonly address: string
      /** Its signing key, 64 hexadecimal digits: nobody else is spoken to there. */
      readonly publicKey: string
    }
  /** Paths, from the hub's folder on where they are relative. */
  | { readonly custodian: string; readonly key: string; readonly log: string }

const name = z.string().min(1).max(64)
const path = z.string().min(1).max(4096)
const wiringFile = z.strictObject({
  format: z.literal('child-index/custodians'),
  version: z.literal(1),
  custodians: z
    .array(
      z.union([
        z.strictObject({
          custodian: name,
          address: z.string().max(300),
          publicKey: z.string().regex(/^[0-9a-f]{64}$/),
        }),
        z.strictObject({ custodian: name, key: path, log: path }),
      ]),
    )
    .min(1)
    .max(255),
})

/** Three in this process, as the default founds them. */
const THREE_HERE: readonly CustodianPlace[] = [1, 2, 3].map((number) => ({
  custodian: `custodian-${number}`,
  key: join('keys', `custodian-${number}.key.json`),
  log: join('custodians', `custodian-${number}.ndjson`),
}))

/** Where the custodians of a hub are. @throws {IndexError} `ERR_FILE_INVALID` */
export async function readWiring(folder: string): Promise<readonly CustodianPlace[]> {
  const value = await readJsonFile(hubFolder(folder).wiring, 'the file of custodians')
  if (value === undefined) return THREE_HERE
  const { custodians } = parse(wiringFile, value, 'ERR_FILE_INVALID', 'custodians')
  if (new Set(custodians.map(({ custodian }) => custodian)).size !== custodians.length)
    throw new IndexError('ERR_FILE_INVALID', 'the file of custodians names one of them twice')
  return custodians
}

export async function writeWiring(folder: string, custodians: readonly CustodianPlace[]): Promise<void> {
  const content = { format: 'child-index/custodians', version: 1, custodians }
  await replaceFile(hubFolder(folder).wiring, `${JSON.stringify(content, null, 2)}\n`)
}

/** The custodians of a hub, wherever they are. */
export interface Wired {
  readonly ports: ReadonlyMap<string, Port>
  /** Ids of those that are not in this process. */
  readonly apart: ReadonlySet<string>
  /** @throws {IndexError} `ERR_KEY_WRONG` for a key that is not the one that the roster names */
  requireOnRoster(roster: Roster): void
  /** Lets go of the connections. */
  close(): void
}

export interface WireOptions {
  /** The hub's own key: custodians let nobody else in. */
  readonly identity: SigningKey
  readonly clock: Clock
  readonly random: Random
  /** Whether the hub was founded just now: then those that are here remember nothing yet. */
  readonly isNew: boolean
}

/**
 * Opens those that are here, and gets ready to connect to the others.
 * @throws {IndexError} `ERR_FILE_MISSING`, `ERR_KEY_MISSING`, `ERR_KEY_INVALID`, `ERR_KEY_WRONG`, `ERR_REQUEST_INVALID`
 */
export async function wire(
  folder: string,
  places: readonly CustodianPlace[],
  { identity, clock, random, isNew }: WireOptions,
): Promise<Wired> {
  const ports = new Map<string, Port>()
  const keys = new Map<string, string>()
  const closing: (() => void)[] = []
  for (const place of places) {
    if ('address' in place) {
      const { custodian, address, publicKey } = place
      // What TLS needs takes as long to load as all the rest, and an embedded hub has none of it.
      const { connectPort } = await import('../transport.js')
      const port = connectPort({ address, identity, peer: fromHex(publicKey) })
      ports.set(custodian, port)
      keys.set(custodian, publicKey)
      closing.push(() => port.close())
    } else {
      const held = await keysAt(resolve(folder, place.key), place.custodian)
      const log = resolve(folder, place.log)
      if (!isNew) await requireLog(log, place.custodian)
      ports.set(place.custodian, await openCustodian({ keys: held, store: fileCustodianStore(log), clock, random }))
      keys.set(place.custodian, toHex(held.signing.publicKey))
    }
  }
  return {
    ports,
    apart: new Set(places.flatMap((place) => ('address' in place ? [place.custodian] : []))),
    requireOnRoster(roster) {
      const members = new Map(custodiansOf(roster).map((party) => [party.id, party.keys.signing]))
      for (const [id, key] of keys) {
        const listed = members.get(id)
        if (listed === undefined || !equalBytes(listed, fromHex(key)))
          throw new IndexError('ERR_KEY_WRONG', `the key of ${id} is not the one that the roster names`)
      }
    },
    close() {
      for (const close of closing) close()
    },
  }
}

async function keysAt(file: string, id: string): Promise<CustodianKeys> {
  const { keys } = await readKeyFile(file, 'custodian')
  if (keys.id === id) return keys
  throw new IndexError('ERR_KEY_WRONG', `the key file of ${id} is that of another custodian`)
}

/**
 * What custodians remember holds the heads by which an older copy of the database is known: without it, a rollback would
 * pass unseen.
 */
async function requireLog(log: string, custodian: string): Promise<void> {
  if (await holdsSomething(log)) return
  throw new IndexError(
    'ERR_FILE_MISSING',
    `what ${custodian} remembers is not there: restore the custodians’ folder from its backup`,
  )
}
