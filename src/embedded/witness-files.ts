import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { parse } from '../door.js'
import { IndexError } from '../errors.js'
import { witnessAt } from '../transport/witness.js'
import { decodeState, encodeState, type WitnessStore } from '../witness/state.js'
import type { WitnessPort } from '../witness.js'
import { readJsonFile, replaceFile } from './files.js'

/** Where a witness keeps what in its folder. */
export function witnessFolder(path: string): { readonly key: string; readonly state: string; readonly lock: string } {
  return {
    key: join(path, 'witness.key.json'),
    state: join(path, 'witness.json'),
    lock: join(path, 'witness.lock'),
  }
}

/** A witness's memory in a file that is replaced whole, and synced, at every change. */
export function fileWitnessStore(path: string): WitnessStore {
  return {
    async load() {
      const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
        // Founding writes the file: one that is gone has taken with it what was signed.
        const gone = error.code === 'ENOENT'
        throw new IndexError(
          gone ? 'ERR_FILE_MISSING' : 'ERR_FILE_INVALID',
          gone
            ? 'what the witness remembers is not there: it must not sign without it'
            : 'the witness’s file cannot be read',
        )
      })
      return decodeState(text)
    },
    save: (state) => replaceFile(path, encodeState(state)),
  }
}

/** A witness's first file, of nothing signed. @throws {IndexError} `ERR_FILE_EXISTS` */
export async function createWitnessState(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const file = await open(path, 'wx', 0o600).catch(() => {
    throw new IndexError('ERR_FILE_EXISTS', 'there is a witness in this folder already')
  })
  await file.close()
  await replaceFile(path, encodeState({ hubs: [] }))
}

/**
 * Keeps every other process away from a witness's memory while `work` runs: two that compared with the same last head
 * could sign two journals. The lock of a process that is gone is taken over.
 * @throws {IndexError} `ERR_STORE_BUSY`
 */
export async function alone<T>(lock: string, work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const isMine = await writeFile(lock, String(process.pid), { flag: 'wx' }).then(
      () => true,
      () => false,
    )
    if (isMine) break
    const holder = Number(await readFile(lock, 'utf8').catch(() => ''))
    if (tries === 2 || isAlive(holder))
      throw new IndexError('ERR_STORE_BUSY', 'another process runs this witness: stop it first, or ask it')
    await rm(lock, { force: true })
  }
  try {
    return await work()
  } finally {
    await rm(lock, { force: true })
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid < 1) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

const addresses = z.record(z.string().max(128), z.string().max(1_024))

/** Where the witnesses of a hub's roster are: `witnesses.json` in its folder, key name to address. None where there is no file. */
export async function witnessesIn(path: string): Promise<ReadonlyMap<string, WitnessPort>> {
  const said = await readJsonFile(join(path, 'witnesses.json'), 'witnesses.json')
  const value = said === undefined ? {} : said
  const found = parse(addresses, value, 'ERR_FILE_INVALID', 'witnesses.json')
  return new Map(Object.entries(found).map(([name, address]) => [name, witnessAt(address)]))
}
