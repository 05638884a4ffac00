import { decode, encode, pack, readU64, tagOf, unpack, unversioned, utf8Bytes, utf8Text } from './bytes.js'
import { ERROR_CODES, type ErrorCode, IndexError } from './errors.js'
import { fromJsonBytes, toJsonBytes } from './json.js'
import { type SigningKey, sign, verifySignature } from './signature.js'

/**
 * How one party reaches another: bytes out, bytes back. In one process it is a function call; over a socket it is the
 * same bytes. Nothing else passes between agencies, sealers, officers, hub and custodians.
 */
export interface Port {
  send(message: Uint8Array, options?: SendOptions): Promise<Uint8Array>
}

export interface SendOptions {
  /** Gives up waiting; what has been recorded by then stays recorded. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Largest message and largest reply that a socket carries, in bytes. Evidence has at most 2 MiB, and as JSON in HPKE less
 * than twice that.
 */
export const MESSAGE_BYTES_MAX: number = 8 * 1024 * 1024

/** What is asked of a party, who asks, and the proof that they do. */
export interface Message {
  readonly verb: string
  /** Id on the roster; empty for what anybody may ask. */
  readonly party: string
  /** When it was signed, epoch milliseconds. */
  readonly at: number
  readonly body: Uint8Array
  readonly signature: Uint8Array
}

/** Who signs the messages that go out. */
export interface Sender {
  readonly hub: Uint8Array
  readonly party: string
  readonly key: SigningKey
}

/** How far a message's time may be from the receiver's clock. */
const SKEW_MS = 5 * 60_000

/** A message in its byte form, signed where a sender is given. */
export function encodeMessage(verb: string, body: Uint8Array, at: number, sender?: Sender): Uint8Array {
  const party = sender?.party ?? ''
  const signature =
    sender === undefined ? new Uint8Array(0) : sign(sender.key, messageStatement(sender.hub, verb, party, at, body))
  return encodeSigned({ verb, party, at, body, signature })
}

/** A message that was taken apart, as it was sent: kept where its signature must be shown to others. */
export function encodeSigned({ verb, party, at, body, signature }: Message): Uint8Array {
  return pack('message/v1', verb, party, at, body, signature)
}

/** @throws {IndexError} `ERR_MESSAGE_MALFORMED` */
export function decodeMessage(bytes: Uint8Array): Message {
  const [verb, party, at, body, signature] = unpack('message/v1', bytes, 5) as Five<Uint8Array>
  return { verb: utf8Text(verb), party: utf8Text(party), at: readU64(at), body, signature }
}

/**
 * Passes when the message was signed by this key, for this hub, within five minutes of `now`.
 * @throws {IndexError} `ERR_SIGNATURE_INVALID`
 */
export function requireSignedBy(message: Message, hub: Uint8Array, publicKey: Uint8Array, now: number): void {
  if (Math.abs(message.at - now) > SKEW_MS || !messageIsSignedBy(message, hub, publicKey)) {
    throw new IndexError(
      'ERR_SIGNATURE_INVALID',
      'the message is not signed by its sender, for this hub, in the last five minutes',
    )
  }
}

/** Whether this key signed the message for this hub, at whatever time: for who reads it in the journal. */
export function messageIsSignedBy(message: Message, hub: Uint8Array, publicKey: Uint8Array): boolean {
  const { verb, party, at, body, signature } = message
  return verifySignature(publicKey, messageStatement(hub, verb, party, at, body), signature)
}

function messageStatement(hub: Uint8Array, verb: string, party: string, at: number, body: Uint8Array): Uint8Array {
  return encode('message/v1', hub, verb, party, at, body)
}

/** The reply to a message; a coded failure at the other end becomes the same failure here. */
export async function call(port: Port, message: Uint8Array, options?: SendOptions): Promise<Uint8Array> {
  options?.signal?.throwIfAborted()
  const reply = await port.send(message, options)
  if (tagOf(unversioned(reply)) !== 'failure/v1') return replyBody(reply)
  const [code, field, text] = unpack('failure/v1', reply, 3) as [Uint8Array, Uint8Array, Uint8Array]
  const known = ERROR_CODES.find((each) => each === utf8Text(code))
  throw new IndexError(known ?? 'ERR_MESSAGE_MALFORMED', utf8Text(text), { field: utf8Text(field) || undefined })
}

/** As `call`, where body and reply are JSON; the reply is still unknown input to the caller. */
export async function callJson(
  port: Port,
  verb: string,
  body: unknown,
  at: number,
  sender?: Sender,
  options?: SendOptions,
): Promise<unknown> {
  return fromJsonBytes(await call(port, encodeMessage(verb, toJsonBytes(body), at, sender), options))
}

function replyBody(reply: Uint8Array): Uint8Array {
  const [body] = decode('reply/v1', unversioned(reply), 1) as [Uint8Array]
  return body
}

export type Handler = (message: Message, options?: SendOptions) => Promise<Uint8Array>

/**
 * A port that answers with the handler of each verb. Failures of ours travel as their code; any other is a fault in this
 * process, and nothing of it travels.
 */
export function serve(handlers: ReadonlyMap<string, Handler>): Port {
  return {
    async send(bytes, options) {
      try {
        const message = decodeMessage(bytes)
        const handler = handlers.get(message.verb)
        if (handler === undefined) throw new IndexError('ERR_MESSAGE_MALFORMED', 'nobody here answers to this verb')
        return pack('reply/v1', await handler(message, options))
      } catch (error) {
        if (!(error instanceof IndexError)) throw error
        return failure(error.code, error.field, error.message)
      }
    },
  }
}

function failure(code: ErrorCode, field: string | undefined, message: string): Uint8Array {
  return pack('failure/v1', code, utf8Bytes(field ?? ''), utf8Bytes(message))
}

type Five<T> = [T, T, T, T, T]
