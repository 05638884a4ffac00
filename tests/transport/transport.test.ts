import { mkdtempSync, rmSync } from 'node:fs'
import { request as plainRequest } from 'node:http'
import { request } from 'node:https'
import { connect as netConnect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as tlsConnect } from 'node:tls'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { IndexError } from '../../src/errors.js'
import { encodeMessage, type Port, serve } from '../../src/port.js'
import { type SigningKey, signingKey } from '../../src/signature.js'
import { tlsIdentity } from '../../src/transport/certificate.js'
import {
  type ConnectedPort,
  connectPort,
  formatAddress,
  MESSAGE_BYTES_MAX,
  parseAddress,
  type Serving,
  servePort,
} from '../../src/transport.js'

const keyOf = (byte: number): SigningKey => signingKey(new Uint8Array(32).fill(byte))
const hub = keyOf(1)
const custodian = keyOf(2)
const stranger = keyOf(3)

const folder = mkdtempSync(join(tmpdir(), 'ci-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const echo: Port = serve(
  new Map([
    ['echo', async ({ body }) => body],
    ['refuse', async () => Promise.reject(new IndexError('ERR_RATE_LIMITED', 'no more today'))],
    ['fault', async () => Promise.reject(new TypeError('Zebedee'))],
    ['hang', () => new Promise<never>(() => undefined)],
  ]),
)
const message = (verb: string, body = Uint8Array.of(1, 2, 3)): Uint8Array => encodeMessage(verb, body, 0)
const expected = await echo.send(message('echo'))

const open: { servings: Serving[]; ports: ConnectedPort[] } = { servings: [], ports: [] }
afterEach(async () => {
  for (const port of open.ports.splice(0)) port.close()
  await Promise.all(open.servings.splice(0).map((serving) => serving.close()))
})

let sockets = 0
const listens = {
  unix: (): string => `unix:${join(folder, `${++sockets}.sock`)}`,
  tcp: (): string => 'tcp:127.0.0.1:0',
}

async function served(listen: string, onFault?: (fault: unknown) => void): Promise<Serving> {
  const serving = await servePort(echo, { identity: custodian, peers: [hub.publicKey], listen, onFault })
  open.servings.push(serving)
  return serving
}

function connected(address: string, identity = hub, peer = custodian.publicKey): ConnectedPort {
  const port = connectPort({ address, identity, peer })
  open.ports.push(port)
  return port
}

const codeOf = (sent: Promise<unknown>): Promise<unknown> =>
  sent.then(
    () => 'sent',
    (error: unknown) => (error instanceof IndexError ? error.code : error),
  )

describe.each(['unix', 'tcp'] as const)('over %s', (kind) => {
  test('messages and replies are the bytes that the port itself gives', async () => {
    const { address } = await served(listens[kind]())
    const port = connected(address)
    expect(await port.send(message('echo'))).toEqual(expected)
    expect(await port.send(message('refuse'))).toEqual(await echo.send(message('refuse')))
    expect(await port.send(new Uint8Array(0))).toEqual(await echo.send(new Uint8Array(0)))
    const large = message('echo', new Uint8Array(4_000_000).fill(7))
    expect(Buffer.compare(await port.send(large), await echo.send(large))).toBe(0)
    const many = await Promise.all(Array.from({ length: 40 }, () => port.send(message('echo'))))
    expect(many.every((reply) => Buffer.compare(reply, expected) === 0)).toBe(true)
  })

  test('whoever holds another key than is pinned hears nothing, on either side', async () => {
    const { address } = await served(listens[kind]())
    expect(await codeOf(connected(address, stranger).send(message('echo')))).toBe('ERR_CUSTODIAN_UNAVAILABLE')
    expect(await codeOf(connected(address, hub, stranger.publicKey).send(message('echo')))).toBe('ERR_KEY_WRONG')
    expect(await connected(address).send(message('echo'))).toEqual(expected)
  })

  test('a custodian that was started again is reached again, and one that is gone is not', async () => {
    const first = await served(listens[kind]())
    const port = connected(first.address)
    await port.send(message('echo'))
    await first.close()
    expect(await codeOf(port.send(message('echo')))).toBe('ERR_CUSTODIAN_UNAVAILABLE')
    await served(first.address)
    expect(await port.send(message('echo'))).toEqual(expected)
  })
})

describe('what a socket hears from strangers', () => {
  const target = (address: string): { host: string; port: number } => {
    const parsed = parseAddress(address)
    if (parsed.kind !== 'tcp') throw new Error('not TCP')
    return parsed
  }
  const shake = { rejectUnauthorized: false, minVersion: 'TLSv1.3' } as const

  test('no certificate, garbage and plain HTTP are cut off, and do not disturb the others', async () => {
    const { address } = await served(listens.tcp())
    const { host, port } = target(address)
    const cutOff = (send: (done: () => void) => void): Promise<void> => new Promise((resolve) => send(resolve))
    const stalls = netConnect({ host, port })
    await cutOff((done) =>
      request({ host, port, ...shake, method: 'POST', path: '/' })
        .on('error', done)
        .end('x'),
    )
    await cutOff((done) => plainRequest({ host, port, method: 'POST', path: '/' }).on('error', done).end('x'))
    await cutOff((done) => netConnect({ host, port }).on('error', done).on('close', done).end(Buffer.alloc(4096, 0xa5)))
    await cutOff((done) =>
      tlsConnect({ host, port, ...shake })
        .on('error', done)
        .on('close', done)
        .end('GET / HTTP'),
    )
    expect(await connected(address).send(message('echo'))).toEqual(expected)
    stalls.destroy()
  })

  test('a message that is too large is refused before it is read, whatever it says of its length', async () => {
    const { address } = await served(listens.tcp())
    const { host, port } = target(address)
    const large = new Uint8Array(MESSAGE_BYTES_MAX + 1)
    expect(await codeOf(connected(address).send(large))).toBe('ERR_MESSAGE_MALFORMED')
    const status = await new Promise((resolve) => {
      const chunked = request({ host, port, ...shake, ...tlsIdentity(hub), method: 'POST', path: '/' })
      chunked.on('response', (response) => resolve(response.statusCode)).on('error', () => resolve('cut off'))
      for (let sent = 0; sent <= MESSAGE_BYTES_MAX; sent += 1_048_576) chunked.write(Buffer.alloc(1_048_576))
      chunked.end()
    })
    expect([413, 'cut off']).toContain(status)
    expect(await connected(address).send(message('echo'))).toEqual(expected)
  })

  test('other paths and methods are nobody’s', async () => {
    const { address } = await served(listens.tcp())
    const { host, port } = target(address)
    const statusOf = (method: string, path: string): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const asked = request({ host, port, ...shake, ...tlsIdentity(hub), method, path, agent: false })
        asked
          .on('response', (response) => resolve(response.statusCode))
          .on('error', reject)
          .end()
      })
    expect(await statusOf('GET', '/')).toBe(404)
    expect(await statusOf('POST', '/keys')).toBe(404)
  })

  test('a fault of the port is told to its owner and to nobody else', async () => {
    const faults: unknown[] = []
    const { address } = await served(listens.unix(), (fault) => faults.push(fault))
    const refused = await connected(address)
      .send(message('fault'))
      .catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'ERR_CUSTODIAN_UNAVAILABLE' })
    expect(String(refused)).not.toContain('Zebedee')
    expect(faults).toEqual([expect.any(TypeError)])
  })

  test('whoever stops waiting is let go, and the port goes on', async () => {
    const { address } = await served(listens.unix())
    const port = connected(address)
    const waiting = new AbortController()
    const hanging = port.send(message('hang'), { signal: waiting.signal })
    const stopped = expect(hanging).rejects.toThrow('enough')
    waiting.abort(new Error('enough'))
    await stopped
    expect(await port.send(message('echo'))).toEqual(expected)
  })
})

describe('an address', () => {
  test.each(['unix:/run/c.sock', 'tcp:127.0.0.1:4100', 'tcp:[::1]:1', 'tcp:custodian-1.example:65535'])(
    '%s',
    (text) => {
      expect(formatAddress(parseAddress(text))).toBe(text)
    },
  )

  test.each([
    '',
    'unix:',
    `unix:/${'x'.repeat(103)}`,
    'unix:/a\0b',
    'tcp:',
    'tcp:host',
    'tcp:host:65536',
    'tcp:host:-1',
    'tcp:ho st:1',
    'http://host:1',
    'tcp:::1:4100',
  ])('is not: %s', (text) => {
    expect(() => parseAddress(text)).toThrow(expect.objectContaining({ code: 'ERR_REQUEST_INVALID', field: 'address' }))
  })

  test('that somebody listens at is refused; the socket of a process that died is taken over', async () => {
    const { address } = await served(listens.unix())
    expect(await codeOf(servePort(echo, { identity: custodian, peers: [], listen: address }))).toBe('ERR_FILE_EXISTS')
    expect(await codeOf(servePort(echo, { identity: custodian, peers: [], listen: 'unix:/no/such/folder/s' }))).toBe(
      'ERR_FILE_INVALID',
    )
  })
})
