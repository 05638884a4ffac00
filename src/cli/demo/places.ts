import { mkdir, mkdtemp, readdir, readlink, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { IndexError } from '../../index.js'

/** Where the hub of the demonstration lives, and how to leave it. */
export interface Place {
  readonly path: string
  /** Removes a temporary folder; one that was asked for stays. */
  leave(): Promise<void>
}

/**
 * The folder that was asked for, or a temporary one.
 * @throws {IndexError} `ERR_FILE_EXISTS` for a folder with something in it: all that is found there must be the hub's
 */
export async function placeFor(dir: string | undefined): Promise<Place> {
  if (dir === undefined) {
    const temporary = await mkdtemp(join(tmpdir(), 'child-index-demo-'))
    return { path: temporary, leave: () => rm(temporary, { recursive: true, force: true }) }
  }
  await mkdir(dir, { recursive: true })
  if ((await readdir(dir)).length > 0) {
    throw new IndexError('ERR_FILE_EXISTS', 'the folder is not empty: name one that is, or that is not there yet', {
      field: 'dir',
    })
  }
  return { path: resolve(dir), leave: async () => undefined }
}

/**
 * Passes for a file that lies outside the folder, however either of them is spelt or linked.
 * @throws {IndexError} `ERR_REQUEST_INVALID`; `ERR_FILE_MISSING` where the file's own folder is not there
 */
export async function requireOutside(file: string, folder: string): Promise<void> {
  const way = relative(await realpath(folder), await realFile(resolve(file)))
  const isOutside = way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)
  if (!isOutside) {
    throw new IndexError('ERR_REQUEST_INVALID', 'the people in plain text must not stand in the hub’s folder', {
      field: 'population',
    })
  }
}

/** Where a file really is, or would be once it is written; a link that leads nowhere yet is followed too. */
async function realFile(file: string): Promise<string> {
  const target = await readlink(file).catch(() => undefined)
  if (target !== undefined && (await realpath(file).catch(() => undefined)) === undefined) {
    return realFile(resolve(dirname(file), target))
  }
  const there = await realpath(file).catch(() => undefined)
  if (there !== undefined) return there
  const parent = await realpath(dirname(file)).catch(() => {
    throw new IndexError('ERR_FILE_MISSING', 'the folder of the file is not there', { field: 'population' })
  })
  return join(parent, basename(file))
}
