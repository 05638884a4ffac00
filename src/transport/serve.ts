import { constants } from 'node:crypto'
import { rm } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import { connect, type Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { equalBytes } from '../bytes.js'
import { IndexError } from '../errors.js'
import { MESSAGE_BYTES_MAX, type Port } from '../port.js'
import type { SigningKey } from '../signature.js'
import { type Address, formatAddress, parseAddress } from './address.js'
import { collect, MESSAGE_TYPE } from './body.js'
import { keyShown, tlsIdentity } from './certificate.js'
import { listen } from './listen.js'

export interface ServeOptions {
  /** The key under which this party stands on the roster. */
  readonly identity: SigningKey
  /** Keys of those who may connect: a custodian's is the hub's and no other. */
  readonly peers: readonly Uint8Array[]
  /** See `parseAddress`. Port 0 takes a free one. */
  readonly listen: string
  readonly limits?: Partial<ServeLimits> | undefined
  /** Hears of a fault of the port: what a peer sends never is one. */
  readonly onFault?: ((fault: unknown) => void) | undefined
}

/** How long a peer may take, and how many there may be at once. */
export interface ServeLimits {
  /** Until the other end has shown its key. 10 s. */
  readonly handshakeMs: number
  /** Until a whole message has come. 30 s. */
  readonly requestMs: number
  /** How long a connection is kept on which nothing is asked. 120 s. */
  readonly idleMs: number
  /** How long `close` lets messages in hand go on. 5 s. */
  readonly closeMs: number
  /** 64. */
  readonly connections: number
}

/** A port that others reach over a socket. */
export interface Serving {
  /** Where it really listens. */
  readonly address: string
  /** Takes nothing new, lets what is under way finish within `closeMs`, and closes. */
  close(): Promise<void>
}

const LIMITS: ServeLimits = {
  handshakeMs: 10_000,
  requestMs: 30_000,
  idleMs: 120_000,
  closeMs: 5_000,
  connections: 64,
}
const CHECKS_MS = 5_000

/**
 * Answers on a socket for a port: TLS 1.3 where each end proves that it holds its roster key, and inside it one message
 * for each HTTP POST. Whoever shows another key is cut off before anything of theirs is read.
 * @throws {IndexError} `ERR_REQUEST_INVALID` for an address that is none; `ERR_FILE_EXISTS` where somebody listens already;
 * `ERR_FILE_INVALID` where the address cannot be used
 */
export async function servePort(port: Port, options: ServeOptions): Promise<Serving> {
  const wanted = parseAddress(options.listen)
  const limits = { ...LIMITS, ...options.limits }
  const server = createServer({
    ...tlsIdentity(options.identity),
    requestCert: true,
    // No authority is asked: the key itself is compared, below.
    rejectUnauthorized: false,
    minVersion: 'TLSv1.3',
    // A resumed session would show no key.
    secureOptions: constants.SSL_OP_NO_TICKET,
    handshakeTimeout: limits.handshakeMs,
    headersTimeout: Math.min(limits.handshakeMs, limits.requestMs),
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.idleMs,
    connectionsCheckingInterval: Math.min(CHECKS_MS, limits.requestMs),
    maxHeaderSize: 4_096,
  })
  server.maxConnections = limits.connections
  const sockets = new Set<Socket>()
  // Those below TLS: one that stalls in the handshake is no connection yet to the server of HTTP.
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
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
    else void answer(port, request, response, { server, onFault: options.onFault })
  })
  if (wanted.kind === 'unix') await forgetDeadSocket(wanted.path)
  await listen(server, wanted.kind === 'unix' ? { path: wanted.path } : { host: wanted.host, port: wanted.port })
  const address = formatAddress(boundTo(server, wanted))
  return { address, close: () => closeWithin(limits.closeMs, server, sockets) }
}

/** Closes once the messages in hand are answered, and after this time whether they are or not. */
function closeWithin(ms: number, server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(() => {
      server.closeAllConnections()
      for (const socket of sockets) socket.destroy()
    }, ms)
    server.close(() => {
      clearTimeout(late)
      resolve()
    })
    server.closeIdleConnections()
  })
}

function isPeer(socket: TLSSocket, peers: readonly Uint8Array[]): boolean {
  const shown = keyShown(socket.getPeerX509Certificate())
  return shown !== undefined && peers.some((peer) => equalBytes(peer, shown))
}

async function answer(
  port: Port,
  request: IncomingMessage,
  response: ServerResponse,
  { server, onFault }: Pick<ServeOptions, 'onFault'> & { readonly server: Server },
): Promise<void> {
  const gone = new AbortController()
  response.on('close', () => gone.abort(new IndexError('ERR_ABORTED', 'whoever asked has gone')))
  try {
    if (request.method !== 'POST' || request.url !== '/') return say(response, 404)
    const message = await bodyOf(request)
    if (message === undefined) return say(response, 413)
    const reply = await port.send(message, { signal: gone.signal })
    // Nothing more is taken on a connection once the server closes.
    if (!server.listening) response.shouldKeepAlive = false
    response.writeHead(200, { 'content-type': MESSAGE_TYPE, 'content-length': reply.length }).end(reply)
  } catch (fault) {
    if (gone.signal.aborted) return
    onFault?.(fault)
    say(response, 500)
  }
}

/** The whole body; undefined where it is larger than a message may be, as it says itself or as it turns out. */
async function bodyOf(request: IncomingMessage): Promise<Uint8Array | undefined> {
  if (Number(request.headers['content-length']) > MESSAGE_BYTES_MAX) return undefined
  return collect(request as AsyncIterable<Buffer>, MESSAGE_BYTES_MAX)
}

function say(response: ServerResponse, status: number): void {
  // What is left of the request is not read.
  response.writeHead(status, { connection: 'close', 'content-length': 0 }).end()
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
