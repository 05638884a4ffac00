import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concat, fromHex, pack, utf8Bytes, utf8Text } from '../../src/bytes.js'
import { ERROR_CODES, IndexError } from '../../src/errors.js'
import { toJsonBytes } from '../../src/json.js'
import {
  call,
  callJson,
  decodeMessage,
  encodeMessage,
  type Handler,
  type Port,
  requireSignedBy,
  type Sender,
  serve,
} from '../../src/port.js'
import { codeOf, filled, flipped, keyOf } from './keys.js'

const HUB = filled(0xaa)
const AT = 1_700_000_000_000
const MINUTES = 60_000
const key = keyOf(1)
const sender: Sender = { hub: HUB, party: 'police-north', key }
const body = utf8Bytes('{"a":1}')
const signed = encodeMessage('identify', body, AT, sender)

function port(handlers: Record<string, Handler>): Port {
  return serve(new Map(Object.entries(handlers)))
}

const answering = (bytes: Uint8Array): Port => ({ send: async () => bytes })

describe('a message', () => {
  test('is read back as it was sent', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.uint8Array({ maxLength: 64 }),
        fc.maxSafeNat(),
        (verb, bytes, at) => {
          const message = decodeMessage(encodeMessage(verb, bytes, at, sender))
          expect(message).toMatchObject({ verb, party: 'police-north', at, body: bytes })
          requireSignedBy(message, HUB, key.publicKey, at)
        },
      ),
      { numRuns: 200 },
    )
    expect(decodeMessage(encodeMessage('facts', body, AT))).toMatchObject({ party: '', signature: new Uint8Array(0) })
  })

  test('with any one bit turned over is refused or not signed', () => {
    for (let bit = 0; bit < signed.length * 8; bit += 1) {
      const code = codeOf(() => requireSignedBy(decodeMessage(flipped(signed, bit)), HUB, key.publicKey, AT))
      expect(['ERR_MESSAGE_MALFORMED', 'ERR_SIGNATURE_INVALID'], `bit ${bit}`).toContain(code)
    }
  })

  test('that is cut short or longer is refused', () => {
    for (let length = 0; length < signed.length; length += 1) {
      expect(codeOf(() => decodeMessage(signed.subarray(0, length)))).toBe('ERR_MESSAGE_MALFORMED')
    }
    expect(codeOf(() => decodeMessage(concat(signed, Uint8Array.of(0))))).toBe('ERR_MESSAGE_MALFORMED')
  })

  test('counts within five minutes of the receiver, both ways and no longer', () => {
    const message = decodeMessage(signed)
    const at = (now: number): unknown => codeOf(() => requireSignedBy(message, HUB, key.publicKey, now))
    expect(at(AT)).toBeUndefined()
    expect(at(AT + 5 * MINUTES)).toBeUndefined()
    expect(at(AT - 5 * MINUTES)).toBeUndefined()
    expect(at(AT + 5 * MINUTES + 1)).toBe('ERR_SIGNATURE_INVALID')
    expect(at(AT - 5 * MINUTES - 1)).toBe('ERR_SIGNATURE_INVALID')
  })

  test.each([
    ['another hub', filled(0xab), key.publicKey, {}],
    ['another key', HUB, keyOf(2).publicKey, {}],
    ['another verb', HUB, key.publicKey, { verb: 'check-batch' }],
    ['another party', HUB, key.publicKey, { party: 'police-south' }],
    ['another time', HUB, key.publicKey, { at: AT + 1 }],
    ['another body', HUB, key.publicKey, { body: utf8Bytes('{"a":2}') }],
    ['no signature', HUB, key.publicKey, { signature: new Uint8Array(0) }],
  ])('does not count for %s', (_, hub, publicKey, change) => {
    const message = { ...decodeMessage(signed), ...change }
    expect(codeOf(() => requireSignedBy(message, hub, publicKey, AT))).toBe('ERR_SIGNATURE_INVALID')
  })
})

describe('an answer', () => {
  test('is what the handler of the verb gives', async () => {
    const echo = port({ echo: async ({ verb, body: said }) => concat(utf8Bytes(verb), said) })
    expect(utf8Text(await call(echo, encodeMessage('echo', body, AT)))).toBe('echo{"a":1}')
    const json = port({ ask: async ({ body: said }) => said })
    expect(await callJson(json, 'ask', { key: filled(1, 3) }, AT)).toEqual({ key: filled(1, 3) })
  })

  test.each(ERROR_CODES)('%s travels with its field', async (code) => {
    const failing = port({
      ask: async () => {
        throw new IndexError(code, 'it could not be done', { field: 'details.dateOfBirth', cause: new Error('secret') })
      },
    })
    const failure = await call(failing, encodeMessage('ask', body, AT)).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(IndexError)
    expect(failure).toMatchObject({ code, field: 'details.dateOfBirth', message: 'it could not be done' })
    expect((failure as IndexError).cause).toBeUndefined()
  })

  test('a failure without a field has none at the other end', async () => {
    const failing = port({
      ask: async () => {
        throw new IndexError('ERR_CLOSED', 'closed')
      },
    })
    const failure = await call(failing, encodeMessage('ask', body, AT)).catch((error: unknown) => error)
    expect((failure as IndexError).field).toBeUndefined()
  })

  test('a fault of the process is no answer: nothing of it becomes bytes', async () => {
    const fault = new Error('Zebedee Quillfeather')
    const failing = port({
      ask: async () => {
        throw fault
      },
    })
    const sent: unknown[] = []
    const outcome = await failing.send(encodeMessage('ask', body, AT)).then(
      (bytes) => sent.push(bytes),
      (error: unknown) => error,
    )
    expect(outcome).toBe(fault)
    expect(sent).toEqual([])
  })

  test('to a verb that nobody knows, or to bytes that are no message, is a failure', async () => {
    const nothing = port({})
    for (const verb of ['ask', '__proto__', 'constructor', '']) {
      await expect(call(nothing, encodeMessage(verb, body, AT))).rejects.toMatchObject({
        code: 'ERR_MESSAGE_MALFORMED',
      })
    }
    for (const bytes of [new Uint8Array(0), filled(0), signed.subarray(1), pack('reply/v1', body)]) {
      await expect(call(nothing, bytes)).rejects.toMatchObject({ code: 'ERR_MESSAGE_MALFORMED' })
    }
  })

  test.each([
    ['nothing', new Uint8Array(0)],
    ['another version', concat(Uint8Array.of(2), pack('reply/v1', body).subarray(1))],
    ['another tag', pack('answer/v1', body)],
    ['two bodies', pack('reply/v1', body, body)],
    ['a failure without a field', pack('failure/v1', 'ERR_CLOSED', 'closed')],
    ['a failure that is not text', pack('failure/v1', fromHex('ff'), '', '')],
    ['a code that this version does not know', pack('failure/v1', 'ERR_FROM_THE_FUTURE', '', 'unheard of')],
    ['one byte more', concat(pack('reply/v1', body), Uint8Array.of(0))],
  ])('that is %s is refused', async (_, bytes) => {
    await expect(call(answering(bytes), signed)).rejects.toMatchObject({ code: 'ERR_MESSAGE_MALFORMED' })
  })

  test('that is not JSON is refused where JSON was asked for', async () => {
    await expect(callJson(answering(pack('reply/v1', utf8Bytes('{ }'))), 'ask', {}, AT)).rejects.toMatchObject({
      code: 'ERR_MESSAGE_MALFORMED',
    })
    expect(await callJson(answering(pack('reply/v1', toJsonBytes({}))), 'ask', {}, AT)).toEqual({})
  })
})

test('a call that is given up before it starts is not sent', async () => {
  let sends = 0
  const counting: Port = {
    async send() {
      sends += 1
      return pack('reply/v1', body)
    },
  }
  await expect(call(counting, signed, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' })
  expect(sends).toBe(0)
})
