import { createServer } from 'node:https'
import { createServer as createTcpServer, type Server, connect as tcpConnect } from 'node:net'
import { connect as tlsConnect } from 'node:tls'
import { afterEach, describe, expect, test } from 'vitest'
import { IndexError } from '../../src/errors.js'
import { encodeMessage, MESSAGE_BYTES_MAX, type Port, serve } from '../../src/port.js'
import { signingKey } from '../../src/signature.js'
import { tlsIdentity } from '../../src/transport/certificate.js'
import { type ConnectedPort, connectPort, type ServeLimits, servePort } from '../../src/transport.js'

const hub = signingKey(new Uint8Array(32).fill(1))
const custodian = signingKey(new Uint8Array(32).fill(2))
const asHub = { host: '127.0.0.1', rejectUnauthorized: false, ...tlsIdentity(hub) }

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const echo: Port = serve(
  new Map([
    ['echo', async ({ body }) => body],
    ['hang', () => new Promise<never>(() => undefined)],
  ]),
)
const message = (verb: string): Uint8Array => encodeMessage(verb, Uint8Array.of(1, 2, 3), 0)
const expected = await echo.send(message('echo'))

const faults: unknown[] = []
async function served(limits: Partial<ServeLimits> = {}, port = echo) {
  const serving = await servePort(port, {
    identity: custodian,
    peers: [hub.publicKey],
    listen: 'tcp:127.0.0.1:0',
    limits: { closeMs: 100, ...limits },
    onFault: (fault) => faults.push(fault),
  })
  closing.push(() => serving.close())
  return { ...serving, port: Number(serving.address.split(':').at(-1)) }
}

function connected(address: string): ConnectedPort {
  const port = connectPort({ address, identity: hub, peer: custodian.publicKey })
  closing.push(() => port.close())
  return port
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => server.close())
  return `tcp:127.0.0.1:${(server.address() as { port: number }).port}`
}

/** All that a socket hears until it is closed. */
const heardBy = (socket: NodeJS.EventEmitter): Promise<string> =>
  new Promise((resolve) => {
    let heard = ''
    socket.on('data', (bytes: Buffer) => {
      heard += bytes.toString('latin1')
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(heard))
  })

const codeOf = (sent: Promise<unknown>): Promise<unknown> =>
  sent.then(
    () => 'sent',
    (error: unknown) => (error instanceof IndexError ? error.code : error),
  )

describe('a peer that', () => {
  test('stalls in the handshake is cut off', async () => {
    const { address, port } = await served({ handshakeMs: 50 })
    expect(await heardBy(tcpConnect({ port, host: '127.0.0.1' }))).toBe('')
    expect(await connected(address).send(message('echo'))).toEqual(expected)
  })

  test('stalls in a request is cut off, and is no fault of the port', async () => {
    const { address, port } = await served({ requestMs: 50 })
    const stalls = ['POST / HTTP/1.1\r\nhost: x\r\n', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nhalf']
    for (const text of stalls) {
      const slow = tlsConnect({ ...asHub, port }, () => slow.write(text))
      expect(await heardBy(slow)).toBe('')
    }
    expect(faults).toEqual([])
    expect(await connected(address).send(message('echo'))).toEqual(expected)
  })

  test('takes all connections gets no more, and others are served once it is cut off', async () => {
    const { address, port } = await served({ connections: 3, handshakeMs: 400 })
    const ends: number[] = []
    const held = Array.from({ length: 5 }, (_, i) =>
      heardBy(tcpConnect({ port, host: '127.0.0.1' })).then(() => ends.push(i)),
    )
    await Promise.race(held)
    expect(await codeOf(connected(address).send(message('echo')))).toBe('ERR_CUSTODIAN_UNAVAILABLE')
    await Promise.all(held)
    expect([...ends.slice(0, 2)].sort()).toEqual([3, 4])
    expect(await connected(address).send(message('echo'))).toEqual(expected)
  })

  test('speaks TLS 1.2 is refused, though it holds the key', async () => {
    const { port } = await served()
    let isSecure = false
    const old = tlsConnect({ ...asHub, port, maxVersion: 'TLSv1.2' }, () => {
      isSecure = true
      old.destroy()
    })
    await heardBy(old)
    expect(isSecure).toBe(false)
  })

  test.each([
    ['garbage', 'garbage\r\n\r\n'],
    ['a head without end', `POST / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(9000)}`],
    ['two lengths', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n'],
    ['a length below nothing', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n'],
    ['a tunnel', 'CONNECT other:1 HTTP/1.1\r\nhost: x\r\n\r\n'],
  ])('holds the key and sends %s hears nothing', async (_, text) => {
    const { address, port } = await served()
    const socket = tlsConnect({ ...asHub, port }, () => socket.write(text))
    expect(await heardBy(socket)).toBe('')
    expect(await connected(address).send(message('echo'))).toEqual(expected)
    expect(faults).toEqual([])
  })
})

describe('whoever answers at a custodian’s address', () => {
  const keyed = tlsIdentity(custodian)

  test('without TLS hears nothing of a message', async () => {
    let heard = ''
    const trap = createTcpServer((socket) => {
      socket.on('error', () => undefined)
      socket.on('data', (bytes) => {
        heard += bytes.toString('latin1')
        socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
      })
    })
    expect(await codeOf(connected(await listening(trap)).send(message('echo')))).toBe('ERR_CUSTODIAN_UNAVAILABLE')
    expect(heard).not.toContain('POST')
  })

  test('with TLS 1.2 hears nothing of a message, though it holds the key', async () => {
    let asked = 0
    const old = createServer({ ...keyed, maxVersion: 'TLSv1.2' }, () => asked++)
    expect(await codeOf(connected(await listening(old)).send(message('echo')))).toBe('ERR_CUSTODIAN_UNAVAILABLE')
    expect(asked).toBe(0)
  })

  test.each([
    ['cut short', 'content-length: 9\r\n\r\nhalf', 'ERR_CUSTODIAN_UNAVAILABLE'],
    ['cut short in a chunk', 'transfer-encoding: chunked\r\n\r\n9\r\nhalf', 'ERR_CUSTODIAN_UNAVAILABLE'],
    ['no HTTP', 'content-length: x\r\n\r\n', 'ERR_CUSTODIAN_UNAVAILABLE'],
    ['too large', `content-length: ${MESSAGE_BYTES_MAX + 1}\r\n\r\n`, 'ERR_MESSAGE_MALFORMED'],
    ['too large in chunks', 'transfer-encoding: chunked\r\n\r\n900000\r\n', 'ERR_MESSAGE_MALFORMED'],
  ])('with a reply that is %s fails with a code', async (_, reply, code) => {
    const liar = createServer(keyed, ({ socket }) => {
      socket.on('error', () => undefined)
      socket.write(`HTTP/1.1 200 OK\r\n${reply}`)
      if (code === 'ERR_MESSAGE_MALFORMED') socket.write(Buffer.alloc(MESSAGE_BYTES_MAX + 1))
      socket.end()
    })
    expect(await codeOf(connected(await listening(liar)).send(message('echo')))).toBe(code)
  })

  test('with refusals without end does not use the connections up', async () => {
    const liar = createServer(keyed, (request, response) => {
      response.writeHead(413).write('more to come')
      request.socket.on('error', () => undefined)
    })
    const port = connected(await listening(liar))
    for (let i = 0; i < 20; i++) expect(await codeOf(port.send(message('echo')))).toBe('ERR_MESSAGE_MALFORMED')
  })
})

describe('a connection', () => {
  test('is not asked for a message that is too large', async () => {
    const nobody = connected('tcp:127.0.0.1:1')
    expect(await codeOf(nobody.send(new Uint8Array(MESSAGE_BYTES_MAX + 1)))).toBe('ERR_MESSAGE_MALFORMED')
    expect(await codeOf(nobody.send(message('echo')))).toBe('ERR_CUSTODIAN_UNAVAILABLE')
  })

  test('whose request was given up at whatever moment does not make the next wait', async () => {
    const port = connected((await served()).address)
    const sent = Array.from({ length: 60 }, async (_, i) => {
      const waiting = new AbortController()
      const reply = codeOf(port.send(message(i % 3 === 0 ? 'echo' : 'hang'), { signal: waiting.signal }))
      if (i % 3 === 0) return await reply
      if (i % 3 === 1) queueMicrotask(() => waiting.abort(new IndexError('ERR_ABORTED', 'enough')))
      else setTimeout(() => waiting.abort(new IndexError('ERR_ABORTED', 'enough')), i)
      return await reply
    })
    expect(await Promise.all(sent)).toEqual(sent.map((_, i) => (i % 3 === 0 ? 'sent' : 'ERR_ABORTED')))
    expect(await port.send(message('echo'))).toEqual(expected)
  })

  test('is closed after a time, whether its message is answered or not', async () => {
    const serving = await served({ closeMs: 50 })
    const hanging = codeOf(connected(serving.address).send(message('hang')))
    const stalling = heardBy(tcpConnect({ port: serving.port, host: '127.0.0.1' }))
    await connected(serving.address).send(message('echo'))
    await serving.close()
    expect(await hanging).toBe('ERR_CUSTODIAN_UNAVAILABLE')
    expect(await stalling).toBe('')
  })

  test('lets a message in hand be answered before it is closed', async () => {
    let arrived: () => void = () => undefined
    let release: () => void = () => undefined
    const asked = new Promise<void>((resolve) => {
      arrived = resolve
    })
    const slow: Port = {
      async send(bytes) {
        arrived()
        await new Promise<void>((resolve) => {
          release = resolve
        })
        return await echo.send(bytes)
      },
    }
    const serving = await served({ closeMs: 60_000 }, slow)
    const sent = connected(serving.address).send(message('echo'))
    await asked
    const closed = serving.close()
    release()
    expect(await sent).toEqual(expected)
    await closed
  })
})
