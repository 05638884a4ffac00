import type { ClientRequest, IncomingMessage } from 'node:http'
import { Agent, type AgentOptions, request as httpsRequest, type RequestOptions } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { equalBytes } from '../bytes.js'
import { IndexError, isIndexError } from '../errors.js'
import { MESSAGE_BYTES_MAX, type Port, type SendOptions } from '../port.js'
import type { SigningKey } from '../signature.js'
import { parseAddress } from './address.js'
import { collect, MESSAGE_TYPE } from './body.js'
import { keyShown, tlsIdentity } from './certificate.js'

export interface ConnectOptions {
  /** See `parseAddress`. */
  readonly address: string
  /** The key under which this party stands on the roster. */
  readonly identity: SigningKey
  /** The roster key of whoever must answer there, 32 bytes. */
  readonly peer: Uint8Array
}

/** A port at the other end of a socket. Connects when it is used, and again where the other end was started anew. */
export interface ConnectedPort extends Port {
  close(): void
}

const IDLE_MS = 60_000
const SILENT_MS = 60_000
const SOCKETS_MAX = 16

/**
 * A way to a port that `servePort` serves. Nothing of a message is sent before the other end has proved in the handshake
 * that it holds the key that is pinned for it. Sending fails with `ERR_CUSTODIAN_UNAVAILABLE` where nobody answers,
 * `ERR_KEY_WRONG` where somebody else does, and `ERR_MESSAGE_MALFORMED` where message or reply is too large.
 * @throws {IndexError} `ERR_REQUEST_INVALID` for an address that is none
 */
export function connectPort({ address, identity, peer }: ConnectOptions): ConnectedPort {
  const to = parseAddress(address)
  const target = to.kind === 'unix' ? { socketPath: to.path } : { host: to.host, port: to.port }
  const agent = new PinnedAgent(peer, {
    ...tlsIdentity(identity),
    // No authority is asked: the key itself is compared, below.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    minVersion: 'TLSv1.3',
    servername: '',
    maxCachedSessions: 0,
    keepAlive: true,
    timeout: IDLE_MS,
    maxSockets: SOCKETS_MAX,
  })

  const once = (message: Uint8Array, options: SendOptions | undefined): Promise<Uint8Array> =>
    new Promise((resolve, reject) => {
      const headers = { 'content-type': MESSAGE_TYPE, 'content-length': message.length }
      const { signal } = options ?? {}
      const request = httpsRequest({ ...target, agent, method: 'POST', path: '/', headers, ...(signal && { signal }) })
      request.setTimeout(SILENT_MS, () => request.destroy())
      request.on('error', (error) => reject(failure(error, request, signal)))
      request.on('response', (response) => bodyOf(response).then(resolve, reject))
      request.on('socket', (socket) => sendTo(request, socket, agent, message))
    })

  return {
    async send(message, options) {
      options?.signal?.throwIfAborted()
      if (message.length > MESSAGE_BYTES_MAX)
        throw new IndexError('ERR_MESSAGE_MALFORMED', 'the message is larger than a message may be')
      try {
        return await once(message, options)
      } catch (error) {
        // A connection that was kept open may have died with the process at its other end. Every message may come twice.
        if (!(error instanceof ConnectionLost)) throw error
        return await once(message, options)
      }
    },
    close: () => agent.destroy(),
  }
}

/** A connection from before that broke before anything was answered. */
class ConnectionLost extends IndexError {}

/** Makes connections, and looks once at the key that each shows, whether or not a request still waits for it. */
class PinnedAgent extends Agent {
  readonly #peer: Uint8Array
  readonly #trusted = new WeakSet<Socket>()

  constructor(peer: Uint8Array, options: AgentOptions) {
    super(options)
    this.#peer = peer
  }

  override createConnection(
    options: RequestOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    const socket = super.createConnection(options, callback)
    if (!(socket instanceof TLSSocket)) throw new TypeError('a connection without TLS')
    // Heard by the request too, where there is one.
    socket.on('error', () => undefined)
    socket.once('secureConnect', () => {
      const shown = keyShown(socket.getPeerX509Certificate())
      if (shown !== undefined && equalBytes(shown, this.#peer)) this.#trusted.add(socket)
      else socket.destroy(otherKey())
    })
    return socket
  }

  trusts(socket: Socket): boolean {
    return this.#trusted.has(socket)
  }
}

/** Sends once the other end is known to be who is pinned: at once on a connection where it was before. */
function sendTo(request: ClientRequest, socket: Socket, agent: PinnedAgent, message: Uint8Array): void {
  const send = (): void => {
    if (agent.trusts(socket) && !request.destroyed) request.end(message.length === 0 ? undefined : message)
  }
  if (agent.trusts(socket)) send()
  // After the listener that looks at the key.
  else socket.once('secureConnect', send)
}

function otherKey(): IndexError {
  return new IndexError('ERR_KEY_WRONG', 'whoever answers at this address holds another key than is pinned')
}

async function bodyOf(response: IncomingMessage): Promise<Uint8Array> {
  const { statusCode } = response
  if (statusCode !== 200) {
    // What it says besides is not read.
    response.destroy()
    if (statusCode === 413)
      throw new IndexError('ERR_MESSAGE_MALFORMED', 'the message is larger than the other end takes')
    throw new IndexError('ERR_CUSTODIAN_UNAVAILABLE', 'the other end has a fault and did not answer')
  }
  const body = await collect(response as AsyncIterable<Buffer>, MESSAGE_BYTES_MAX).catch(() => {
    throw unavailable()
  })
  if (body !== undefined) return body
  throw new IndexError('ERR_MESSAGE_MALFORMED', 'the reply is larger than a reply may be')
}

function failure(error: Error, request: ClientRequest, signal: AbortSignal | undefined): unknown {
  if (isIndexError(error)) return error
  if (signal?.aborted === true) return signal.reason
  return request.reusedSocket ? new ConnectionLost('ERR_CUSTODIAN_UNAVAILABLE', LOST) : unavailable()
}

const LOST = 'nobody answers at the address of this custodian'

function unavailable(): IndexError {
  return new IndexError('ERR_CUSTODIAN_UNAVAILABLE', LOST)
}
