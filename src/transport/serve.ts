import { constants } from 'node:crypto'
import { rm } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import { connect, type Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { equalBytes } from '../bytes.js'
import { IndexError } from '../errors.js'
import type { Port } from '../port.js'
import type { SigningKey } from '../signature.js'
import { type Address, formatAddress, parseAddress } from './address.js'
import { keyShown, tlsIdentity } from './certificate.js'
import { MESSAGE_BYTES_MAX, MESSAGE_TYPE } from './limits.js'

export interface ServeOptions {
  /** The key under which this party stands on the roster. */
  readonly identity: SigningKey
  /** Keys of those who may connect: a custodian's is the hub's and no other. */
  readonly peers: readonly Uint8Array[]
  /** See `parseAddress`. Port 0 takes a free one. */
  readonly listen: string
  /** Hears of a fault of the port: what a peer sends never is one. */
  readonly onFault?: ((fault: unknown) => void) | undefined
}

/** A port that others reach over a socket. */
export interface Serving {
  /** Where it really listens. */
  readonly address: string
  /** Takes nothing new, lets what is under way finish, and closes. */
  close(): Promise<void>
}

const HANDSHAKE_MS = 10_000
const REQUEST_MS = 30_000
const IDLE_MS = 120_000
const CONNECTIONS_MAX = 64

/**
 * Answers on a socket for a port: TLS 1.3 where each end proves that it holds its roster key, and inside it one message
 * for each HTTP POST. Whoever shows another key is cut off before anything of theirs is read.
 * @throws {IndexError} `ERR_REQUEST_INVALID` for an address that is none; `ERR_FILE_EXISTS` where somebody listens already;
 * `ERR_FILE_INVALID` where the address cannot be used
 */
export async function servePort(port: Port, options: ServeOptions): Promise<Serving> {
  const wanted = parseAddress(options.listen)
  const server = createServer({
    ...tlsIdentity(options.identity),
    requestCert: true,
    // No authority is asked: the key itself is compared, below.
    rejectUnauthorized: false,
    minVersion: 'TLSv1.3',
    // A resumed session would show no key.
    secureOptions: constants.SSL_OP_NO_TICKET,
    handshakeTimeout: HANDSHAKE_MS,
    headersTimeout: HANDSHAKE_MS,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: IDLE_MS,
    connectionsCheckingInterval: 5_000,
    maxHeaderSize: 4_096,
  })
  server.maxConnections = CONNECTIONS_MAX
  const trusted = new WeakSet<Socket>()
  // Before the listener that reads HTTP: a stranger's bytes are not parsed.
  server.prependListener('secureConnection', (socket: TLSSocket) => {
    socket.on('error', () => socket.destroy())
    if (isPeer(socket, options.peers)) trusted.add(socket)
    else socket.destroy()
  })
  server.on('tlsClientError', (_, socket) => socket.destroy())
  server.on('clientError', (_, socket) => socket.destroy())
  server.on('request', (request, response) => {
    if (!trusted.has(request.socket)) request.socket.destroy()
    else void answer(port, request, response, options.onFault)
  })
  await listen(server, wanted)
  const address = formatAddress(boundTo(server, wanted))
  return {
    address,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeIdleConnections()
      }),
  }
}

function isPeer(socket: TLSSocket, peers: readonly Uint8Array[]): boolean {
  const shown = keyShown(socket.getPeerX509Certificate())
  return shown !== undefined && peers.some((peer) => equalBytes(peer, shown))
}

async function answer(
  port: Port,
  request: IncomingMessage,
  response: ServerResponse,
  onFault: ServeOptions['onFault'],
): Promise<void> {
  const gone = new AbortController()
  response.on('close', () => gone.abort(new IndexError('ERR_ABORTED', 'whoever asked has gone')))
  try {
    if (request.method !== 'POST' || request.url !== '/') return say(response, 404)
    const message = await bodyOf(request)
    if (message === undefined) return say(response, 413)
    const reply = await port.send(message, { signal: gone.signal })
    response.writeHead(200, { 'content-type': MESSAGE_TYPE, 'content-length': reply.length }).end(reply)
  } catch (fault) {
    if (gone.signal.aborted) return
    onFault?.(fault)
    say(response, 500)
  }
}

/** The whole body; undefined where it is larger than a message may be. */
async function bodyOf(request: IncomingMessage): Promise<Uint8Array | undefined> {
  if (Number(request.headers['content-length']) > MESSAGE_BYTES_MAX) return undefined
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MESSAGE_BYTES_MAX) return undefined
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}

function say(response: ServerResponse, status: number): void {
  // What is left of the request is not read.
  response.writeHead(status, { connection: 'close', 'content-length': 0 }).end()
}

async function listen(server: Server, wanted: Address): Promise<void> {
  if (wanted.kind === 'unix') await forgetDeadSocket(wanted.path)
  const to = wanted.kind === 'unix' ? { path: wanted.path } : { host: wanted.host, port: wanted.port }
  await new Promise<void>((resolve, reject) => {
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

/** The socket of a process that was killed is left behind in the file system; one that is answered is somebody's. */
async function forgetDeadSocket(path: string): Promise<void> {
  const code = await new Promise<string | undefined>((resolve) => {
    const probe = connect(path)
    probe.once('connect', () => {
      probe.destroy()
      resolve(undefined)
    })
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code))
  })
  if (code === 'ECONNREFUSED') await rm(path, { force: true })
}

function boundTo(server: Server, wanted: Address): Address {
  const bound = server.address()
  return wanted.kind === 'tcp' && typeof bound === 'object' && bound !== null ? { ...wanted, port: bound.port } : wanted
}
