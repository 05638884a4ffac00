import { writeFile } from 'node:fs/promises'
import { IndexError } from '../../errors.js'

/**
 * Writes a file that must not exist yet.
 * @throws {IndexError} `ERR_FILE_EXISTS`, naming the option or argument that gave the path
 */
export async function writeNew(path: string, text: string, field: string, mode = 0o666): Promise<void> {
  await writeFile(path, text, { flag: 'wx', mode }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
    throw new IndexError('ERR_FILE_EXISTS', 'the file to write exists: it is not overwritten', { field })
  })
}
