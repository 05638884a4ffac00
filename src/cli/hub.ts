import { exists, hubFolder } from '../embedded/files.js'
import { openHub } from '../embedded.js'
import { IndexError } from '../errors.js'
import type { Hub } from '../hub.js'
import type { Context } from './command.js'

/** Opens the hub in the command's folder, and closes it whatever happens. */
export async function withHub<T>({ dir }: Context, work: (hub: Hub) => Promise<T>): Promise<T> {
  const { hubKey, database } = hubFolder(dir)
  if (!(await exists(hubKey)) && !(await exists(database))) {
    throw new IndexError('ERR_FILE_MISSING', 'there is no hub in this folder: found one with init', { field: '--dir' })
  }
  await using hub = await openHub({ path: dir })
  return await work(hub)
}
