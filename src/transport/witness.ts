import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { IndexError } from '../errors.js'
import { REQUEST_BYTES_MAX } from '../witness/protocol.js'
import type { WitnessAnswer, WitnessPort } from '../witness.js'
import { collect } from './body.js'
import { listen } from './listen.js'
import type { Serving } from './serve.js'

const PATH = '/add-checkpoint'
const SIZE_TYPE = 'text/x.tlog.size'
const REQUEST_MS = 10_000
const CONNECTIONS_MAX = 64
/** Longer than any cosignature line, or size, that a witness answers with. */
const ANSWER_BYTES_MAX = 4_096

/**
 * A witness on plain HTTP: everything that passes is public and signed. Behind a name on the internet it stands behind a
 * server that speaks TLS and knows how to be flooded.
 * @throws {IndexError} `ERR_FILE_EXISTS`, `ERR_FILE_INVALID` where it cannot listen
 * @see https://c2sp.org/tlog-witness
 */
export async function serveWitness(
  witness: WitnessPort,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Serving> {
  const limits = { headersTimeout: REQUEST_MS, requestTimeout: REQUEST_MS, maxHeaderSize: 4_096 }
  const server = createServer({ ...limits, keepAliveTimeout: 60_000, connectionsCheckingInterval: 2_000 })
  server.maxConnections = CONNECTIONS_MAX
  server.on('clientError', (_, socket) => socket.destroy())
  server.on('request', (request, response) => {
    answer(witness, request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
  })
  await listen(server, { host, port })
  const bound = server.address()
  const number = typeof bound === 'object' && bound !== null ? bound.port : port
  return {
    address: `http://${host.includes(':') ? `[${host}]` : host}:${number}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(witness: WitnessPort, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url !== PATH || request.method !== 'POST') {
    response.writeHead(request.url === PATH ? 405 : 404, { connection: 'close' }).end()
    return
  }
  const text = await bodyOf(request)
  const said: WitnessAnswer = text === undefined ? { status: 400 } : await witness.addCheckpoint(text)
  if (said.status === 200) response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(said.line)
  else if (said.status === 409) response.writeHead(409, { 'content-type': SIZE_TYPE }).end(`${said.size}\n`)
  else response.writeHead(said.status, text === undefined ? { connection: 'close' } : {}).end()
}

/** The body as text; undefined where it is too long, or no UTF-8. */
async function bodyOf(
  stream: AsyncIterable<Uint8Array>,
  most: number = REQUEST_BYTES_MAX,
): Promise<string | undefined> {
  const bytes = await collect(stream, most)
  if (bytes === undefined) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** A witness behind an address (its submission prefix), as a hub asks it. @throws {IndexError} `ERR_REQUEST_INVALID` for an address that is none */
export function witnessAt(address: string): WitnessPort {
  if (!/^https?:\/\/[^\s]+$/.test(address) || !URL.canParse(address))
    throw new IndexError('ERR_REQUEST_INVALID', 'a witness’s address begins with http:// or https://')
  const url = `${address.replace(/\/+$/, '')}${PATH}`
  return {
    async addCheckpoint(request) {
      const reply = await fetch(url, {
        method: 'POST',
        body: request,
        redirect: 'error',
        signal: AbortSignal.timeout(REQUEST_MS),
      })
      const { status, body } = reply
      const text = body === null ? '' : await bodyOf(body, ANSWER_BYTES_MAX)
      if (status === 200 && text !== undefined) return { status, line: text }
      const size = /^(0|[1-9][0-9]{0,15})\n$/.exec(text ?? '')?.[1]
      if (status === 409 && size !== undefined) return { status, size: Number(size) }
      if (status === 400 || status === 403 || status === 404 || status === 422) return { status }
      throw new IndexError('ERR_MESSAGE_MALFORMED', 'this is no answer of a witness')
    },
  }
}
