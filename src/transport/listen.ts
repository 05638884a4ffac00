import type { ListenOptions, Server } from 'node:net'
import { IndexError } from '../errors.js'

/**
 * Has a server listen.
 * @throws {IndexError} `ERR_FILE_EXISTS` where somebody listens already; `ERR_FILE_INVALID` where nothing can listen
 */
export function listen(server: Server, to: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = ({ code }: NodeJS.ErrnoException): void => {
      if (code === 'EADDRINUSE') reject(new IndexError('ERR_FILE_EXISTS', 'somebody listens at this address already'))
      else reject(new IndexError('ERR_FILE_INVALID', `nothing can listen at this address (${code ?? 'unknown'})`))
    }
    server.once('error', fail)
    server.listen(to, () => {
      server.off('error', fail)
      resolve()
    })
  })
}
