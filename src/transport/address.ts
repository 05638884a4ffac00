import { IndexError } from '../errors.js'

/** Where a party listens: a Unix socket by its path, or a TCP port. */
export type Address =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }

// The longest path that fits into a socket address on every system that Node runs on.
const PATH_MAX = 103

/**
 * `unix:/run/custodian.sock`, `tcp:127.0.0.1:4100` or `tcp:[::1]:4100`.
 * @throws {IndexError} `ERR_REQUEST_INVALID`
 */
export function parseAddress(text: string): Address {
  const path = /^unix:(.+)$/.exec(text)?.[1]
  if (path !== undefined && !path.includes('\0') && Buffer.byteLength(path) <= PATH_MAX) return { kind: 'unix', path }
  const tcp = /^tcp:(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9.-]{1,253}):(\d{1,5})$/.exec(text)
  const port = Number(tcp?.[2])
  if (tcp?.[1] !== undefined && port <= 65_535) return { kind: 'tcp', host: tcp[1].replace(/^\[|\]$/g, ''), port }
  throw new IndexError(
    'ERR_REQUEST_INVALID',
    `an address is unix:<path of at most ${PATH_MAX} bytes>, or tcp:<host>:<port>`,
    { field: 'address' },
  )
}

/** The address as `parseAddress` reads it. */
export function formatAddress(address: Address): string {
  if (address.kind === 'unix') return `unix:${address.path}`
  return `tcp:${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`
}
