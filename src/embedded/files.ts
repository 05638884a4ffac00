import { statSync } from 'node:fs'
import { type FileHandle, mkdir, open, readFile, rename, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { CustodianEvent, CustodianStore, KeyPlace } from '../custodian.js'
import { IndexError } from '../errors.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'
import { decodeKeyFile, encodeKeyFile, type KeyFile } from '../key-file.js'

/** Where the embedded hub keeps what in its folder. */
export interface HubFolder {
  readonly database: string
  readonly hubKey: string
  custodianKey(number: number): string
  custodianLog(id: string): string
  /** Where the custodians are, unless all three are in this process. */
  readonly wiring: string
  /** Of a hub whose custodians are apart: who it is, for everybody to know, and what their controllers sign. */
  readonly identity: string
  readonly genesis: string
}

export function hubFolder(path: string): HubFolder {
  return {
    database: join(path, 'index.db'),
    hubKey: join(path, 'keys', 'hub.key.json'),
    custodianKey: (number) => join(path, 'keys', `custodian-${number}.key.json`),
    custodianLog: (id) => join(path, 'custodians', `${id}.ndjson`),
    wiring: join(path, 'custodians.json'),
    identity: join(path, 'hub.json'),
    genesis: join(path, 'genesis.json'),
  }
}

/** Everything that a hub puts into its folder. */
export function hubPlaces(path: string): readonly string[] {
  const { database, wiring, identity, genesis } = hubFolder(path)
  return [
    wiring,
    identity,
    genesis,
    database,
    `${database}-wal`,
    `${database}-shm`,
    join(path, 'keys'),
    join(path, 'custodians'),
  ]
}

/** Whether something stands at a path. */
export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

/** Whether a file stands at a path and is not empty. */
export async function holdsSomething(path: string): Promise<boolean> {
  return stat(path).then(
    ({ size }) => size > 0,
    () => false,
  )
}

/** Writes a key file that only its owner can read; durable on return. @throws {IndexError} `ERR_FILE_EXISTS` rather than replace one */
export async function createKeyFile(path: string, content: KeyFile): Promise<void> {
  if (await exists(path)) throw new IndexError('ERR_FILE_EXISTS', 'there is a key file already: it is not replaced')
  await replaceFile(path, encodeKeyFile(content))
}

/** Writes a file whole or not at all. */
export async function replaceFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const temporary = `${path}.new`
  const file = await open(temporary, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
  await syncFolder(dirname(path))
}

/** @throws {IndexError} `ERR_KEY_MISSING`, `ERR_KEY_INVALID`, `ERR_KEY_WRONG` */
export async function readKeyFile<Kind extends KeyFile['kind']>(
  path: string,
  kind: Kind,
): Promise<Extract<KeyFile, { kind: Kind }>> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new IndexError('ERR_KEY_MISSING', `the key file of the ${kind} is not there`)
    throw new IndexError('ERR_FILE_INVALID', `the key file of the ${kind} cannot be read (${error.code ?? 'unknown'})`)
  })
  return decodeKeyFile(text, kind)
}

/**
 * What a JSON file of an operator's says; undefined where there is none.
 * @param what the file, as its reader is told of it
 * @throws {IndexError} `ERR_FILE_INVALID` where it cannot be read, or is no JSON
 */
export async function readJsonFile(path: string, what: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new IndexError('ERR_FILE_INVALID', `${what} cannot be read (${error.code ?? 'unknown'})`)
  })
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    throw new IndexError('ERR_FILE_INVALID', `${what} is not JSON`)
  }
}

/** A custodian's key file, as a place to change its roots in. */
export function fileKeyPlace(path: string): KeyPlace {
  return {
    read: async () => (await readKeyFile(path, 'custodian')).keys,
    write: (keys) => replaceFile(path, encodeKeyFile({ kind: 'custodian', keys })),
  }
}

/**
 * A custodian's events in a file of its own: one canonical JSON line each, synced before it counts. A last line that was
 * cut short by a crash was never answered for: the next event begins on a new line, and the broken one is passed over.
 */
export function fileCustodianStore(path: string): CustodianStore {
  // How far the file has been read: other processes of the same custodian may append to it.
  let at = { events: 0, bytes: 0 }
  return {
    async load(from) {
      if (from !== at.events) at = { events: 0, bytes: 0 }
      const bytes = await bytesFrom(path, at.bytes)
      const whole = bytes.subarray(0, bytes.lastIndexOf(10) + 1)
      const lines = whole
        .toString('utf8')
        .split('\n')
        .filter((line) => line !== '' && !line.endsWith(CUT_SHORT))
      const events = lines.map(eventOf).slice(from - at.events)
      at = { events: at.events + lines.length, bytes: at.bytes + whole.length }
      return events
    },
    async append(event) {
      const isNew = !(await exists(path))
      if (isNew) await mkdir(dirname(path), { recursive: true })
      const file = await open(path, 'a+', 0o600)
      try {
        const line = Buffer.concat([toJsonBytes(event), Buffer.from('\n')])
        await file.appendFile((await endsWhole(file)) ? line : Buffer.concat([Buffer.from(`${CUT_SHORT}\n`), line]))
        await file.sync()
      } finally {
        await file.close()
      }
      if (isNew) await syncFolder(dirname(path))
    },
  }
}

async function bytesFrom(path: string, offset: number): Promise<Buffer> {
  // Before every message, and nearly always there is nothing new: one short call in place of four that go through other threads.
  if (sizeOf(path) <= offset) return Buffer.alloc(0)
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new IndexError('ERR_FILE_INVALID', `a custodian’s file cannot be read (${error.code ?? 'unknown'})`)
  })
  if (file === undefined) return Buffer.alloc(0)
  try {
    const bytes = Buffer.alloc(Math.max(0, (await file.stat()).size - offset))
    const { bytesRead } = await file.read(bytes, 0, bytes.length, offset)
    return bytes.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

function sizeOf(path: string): number {
  try {
    return statSync(path, { throwIfNoEntry: false })?.size ?? 0
  } catch {
    // Opening it says why.
    return Number.POSITIVE_INFINITY
  }
}

// No canonical JSON ends in this character.
const CUT_SHORT = '#'

async function endsWhole(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat()
  if (size === 0) return true
  const last = Buffer.alloc(1)
  await file.read(last, 0, 1, size - 1)
  return last[0] === 10
}

// Only this custodian writes the file, and `openCustodian` checks every roster entry in it again.
function eventOf(line: string): CustodianEvent {
  try {
    return fromJsonBytes(new TextEncoder().encode(line)) as CustodianEvent
  } catch {
    throw new IndexError('ERR_FILE_INVALID', 'a line of a custodian’s file is damaged')
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
