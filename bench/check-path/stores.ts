import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { baseFolder } from '../apart.js'

/**
 * Where prepared stores are kept. Their names hold the hash of the code that made them: with another form of row, or
 * another schema, they are made anew, and those that no code makes any longer are cleared away.
 */
const PREPARE = fileURLToPath(new URL('./prepare.js', import.meta.url))

/** The code that writes what is in a store with checks: it holds all of the hub and of the agency. */
const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url))

/** A prepared hub's folder: made when it is first asked for. */
export function preparedHub(children: number): string {
  return prepared(join(storesFolder(), `${digestOf([PREPARE])}-${children}`), (place) => make('hub', place, children))
}

/** A prepared bare database's file. */
export function preparedBare(children: number): string {
  const place = join(storesFolder(), `bare-${children}.sqlite`)
  return prepared(place, (unfinished) => make('bare', unfinished, children))
}

/** Where the hub with checks is kept, once a trial has made it. */
export function checkedPlace(children: number, checks: number): string {
  return join(storesFolder(), `${digestOf([PREPARE, WORKER])}-${children}-with-${checks}`)
}

/** A copy whose blocks are shared where the file system can do that, and on the disk in any case: no trial pays for another's writing. */
export function copied(from: string, to: string): string {
  mkdirSync(to, { recursive: true })
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) copied(source, target)
    else copiedFile(source, target)
  }
  return to
}

export function copiedFile(from: string, to: string): string {
  copyFileSync(from, to, constants.COPYFILE_FICLONE)
  const handle = openSync(to, 'r+')
  fsyncSync(handle)
  closeSync(handle)
  return to
}

/** Takes away stores that code of before has made. */
export function clearStores(): void {
  const digests = [digestOf([PREPARE]), digestOf([PREPARE, WORKER]), 'bare-']
  for (const name of readdirSync(storesFolder()))
    if (!digests.some((digest) => name.startsWith(digest)))
      rmSync(join(storesFolder(), name), { recursive: true, force: true })
}

function storesFolder(): string {
  const folder = join(baseFolder(), 'bench', 'stores')
  mkdirSync(folder, { recursive: true })
  return folder
}

function prepared(place: string, fill: (unfinished: string) => void): string {
  if (existsSync(place)) return place
  // Whatever was cut short before has another name than what is whole.
  const unfinished = `${place}.unfinished`
  for (const left of [unfinished, `${unfinished}-wal`, `${unfinished}-shm`])
    rmSync(left, { recursive: true, force: true })
  fill(unfinished)
  renameSync(unfinished, place)
  return place
}

function make(sort: 'hub' | 'bare', place: string, children: number): void {
  process.stderr.write(`preparing a ${sort === 'hub' ? 'hub' : 'bare table'} of ${children.toLocaleString('en-GB')}\n`)
  execFileSync(process.execPath, [PREPARE, sort, place, String(children)], { stdio: ['ignore', 'ignore', 'inherit'] })
}

const digests = new Map<string, string>()

function digestOf(files: readonly string[]): string {
  const name = files.join(' ')
  const hash = createHash('sha256')
  const digest =
    digests.get(name) ??
    files
      .reduce((sum, file) => sum.update(readFileSync(file)), hash)
      .digest('hex')
      .slice(0, 12)
  digests.set(name, digest)
  return digest
}
