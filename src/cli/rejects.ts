import { type FileHandle, open, unlink } from 'node:fs/promises'
import { IndexError } from '../errors.js'

/** A row that was not taken: where, which field of ours, and why. */
export interface Reject {
  readonly line: number
  readonly field: string | undefined
  readonly code: string
}

/** Where rejected rows are listed. A value of the row never stands there. */
export interface RejectsFile {
  readonly path: string
  add(rejects: readonly Reject[]): Promise<void>
  /** Whether there is a file now: without rejected rows there is none. */
  close(): Promise<boolean>
}

const HEADER = 'line,field,code\n'

/**
 * A rejects file, written anew; only an earlier rejects file is ever replaced.
 * @throws {IndexError} `ERR_FILE_EXISTS` when another file stands there
 */
export async function openRejects(path: string): Promise<RejectsFile> {
  const isThere = await requireReplaceable(path)
  let file: FileHandle | undefined
  return {
    path,
    async add(rejects) {
      if (rejects.length === 0) return
      if (file === undefined) {
        file = await open(path, 'w', 0o600)
        await file.appendFile(HEADER)
      }
      await file.appendFile(rejects.map(({ line, field, code }) => `${line},${field ?? ''},${code}\n`).join(''))
    },
    async close() {
      if (file === undefined && isThere) await unlink(path)
      await file?.close()
      return file !== undefined
    },
  }
}

/** Whether an earlier rejects file is there. */
async function requireReplaceable(path: string): Promise<boolean> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (file === undefined) return false
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER.length), 0, HEADER.length, 0)
    if (buffer.subarray(0, bytesRead).toString('latin1') === HEADER) return true
  } finally {
    await file.close()
  }
  throw new IndexError('ERR_FILE_EXISTS', 'the file for rejected rows exists and is none: it is not overwritten', {
    field: '--rejects',
  })
}
