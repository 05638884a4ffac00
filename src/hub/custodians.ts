import { z } from 'zod'
import { type Clock, concat, toBase64 } from '../bytes.js'
import { BLIND_MAX, type TokenSort } from '../child/tokens.js'
import { isBytes, parse } from '../door.js'
import { IndexError, isIndexError } from '../errors.js'
import type { ConsistencyProof } from '../journal/proof.js'
import { callJson, type Port, type Sender, type SendOptions } from '../port.js'
import type { NamedSignature } from '../roster/change.js'

/** How the hub speaks to its custodians: one port each, by the custodian's id. */
export interface CustodianClients {
  readonly ids: readonly string[]
  /** Outer lookup tokens for inner ones, in order: any one custodian answers. */
  blind(sort: TokenSort, inner: readonly Uint8Array[], options?: SendOptions): Promise<readonly Uint8Array[]>
  /**
   * Tells every custodian of the journalled roster and activation entries that it does not know yet; gives the position
   * of the latest that any of them knows.
   */
  follow(entries: readonly RosterNews[]): Promise<number>
  /** Signatures, of those who agree, for the roster version that these changes make. */
  activate(version: number, body: Uint8Array): Promise<readonly NamedSignature[]>
  /** The note with the cosignatures of the custodians that find it consistent with what they saw before. */
  cosign(note: string, size: number, prove: (from: number) => Promise<ConsistencyProof>): Promise<string>
  /** What each custodian that can be reached last cosigned; undefined where it has seen nothing yet. */
  lastSeen(): Promise<readonly { readonly custodian: string; readonly note: string | undefined }[]>
  /** A custodian's signed answer to a release request, which may be a refusal. */
  release(custodian: string, sealed: Uint8Array, options?: SendOptions): Promise<CustodianAnswer>
  /** Passes a message of another party on, unread. */
  relay(custodian: string, message: Uint8Array, options?: SendOptions): Promise<Uint8Array>
}

export interface RosterNews {
  readonly position: number
  readonly type: 'roster' | 'activation'
  readonly at: number
  readonly body: Uint8Array
}

export type CustodianAnswer =
  | { readonly kind: 'answered'; readonly custodian: string; readonly answer: Uint8Array }
  | { readonly kind: 'unavailable'; readonly custodian: string }

const tokens = z.strictObject({ tokens: isBytes })
const signature = z.strictObject({ signature: isBytes })
const position = z.strictObject({ followed: z.number().int().min(-1) })
const cosigned = z.union([z.strictObject({ line: z.string() }), z.strictObject({ behind: z.number().int().min(0) })])
const seen = z.strictObject({ note: z.string().optional() })
const answer = z.strictObject({ answer: isBytes })

export function custodianClients(ports: ReadonlyMap<string, Port>, sender: Sender, clock: Clock): CustodianClients {
  const ids = [...ports.keys()]

  const ask = async (id: string, verb: string, body: unknown, options?: SendOptions): Promise<unknown> => {
    const port = ports.get(id)
    if (port === undefined) throw new IndexError('ERR_CUSTODIAN_UNAVAILABLE', 'there is no way to reach this custodian')
    return inTime(callJson(port, verb, body, clock(), sender, options))
  }
  /** What the custodians that can be reached answered. One that cannot catches up when it is asked the next time. */
  const reached = async <T>(
    verb: string,
    body: (id: string) => unknown,
    read: (id: string, reply: unknown) => T,
  ): Promise<readonly T[]> => {
    const answers = await Promise.allSettled(ids.map(async (id) => read(id, await ask(id, verb, body(id)))))
    const good = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
    // One that refuses or misbehaves must not stop the others; when too few are left, the caller hears why.
    const failure = answers.find((answer) => answer.status === 'rejected')
    if (good.length * 2 <= ids.length && failure !== undefined && isIndexError(failure.reason)) throw failure.reason
    return good
  }

  const followed = new Map<string, number>()
  const sizes = new Map<string, number>()
  const cosignBy = async (
    id: string,
    note: string,
    size: number,
    prove: (from: number) => Promise<ConsistencyProof>,
  ): Promise<string> => {
    for (let tries = 0; tries < 3; tries += 1) {
      const proof = await prove(Math.min(sizes.get(id) ?? 0, size))
      const reply = parse(cosigned, await ask(id, 'cosign', { note, proof }), 'ERR_MESSAGE_MALFORMED', 'cosignature')
      if ('line' in reply) {
        sizes.set(id, size)
        return reply.line
      }
      if (reply.behind > size)
        throw new IndexError('ERR_JOURNAL_ROLLED_BACK', 'a custodian has seen a longer journal than this one')
      sizes.set(id, reply.behind)
    }
    throw new IndexError('ERR_CUSTODIAN_UNAVAILABLE', 'a custodian keeps asking for another proof')
  }

  /** The first custodian that answers is as good as any: all hold one key. */
  const blindBy = async (
    sort: TokenSort,
    inner: readonly Uint8Array[],
    options?: SendOptions,
  ): Promise<readonly Uint8Array[]> => {
    let refusal: unknown
    for (const id of ids) {
      try {
        const body = { sort, inner: concat(...inner) }
        const reply = parse(tokens, await ask(id, 'blind', body, options), 'ERR_MESSAGE_MALFORMED', 'tokens').tokens
        if (reply.length !== TOKEN_LENGTH * inner.length) {
          throw new IndexError('ERR_MESSAGE_MALFORMED', 'a custodian answered with other tokens than asked')
        }
        return inner.map((_, i) => reply.subarray(TOKEN_LENGTH * i, TOKEN_LENGTH * (i + 1)))
      } catch (error) {
        options?.signal?.throwIfAborted()
        refusal = error
      }
    }
    throw isIndexError(refusal, 'ERR_RATE_LIMITED')
      ? refusal
      : new IndexError('ERR_CUSTODIAN_UNAVAILABLE', 'no custodian answered a look-up', { cause: refusal })
  }

  return {
    ids,
    async blind(sort, inner, options) {
      const out: Uint8Array[] = []
      for (let at = 0; at < inner.length; at += BLIND_MAX)
        out.push(...(await blindBy(sort, inner.slice(at, at + BLIND_MAX), options)))
      return out
    },
    async follow(entries) {
      const positions = await reached(
        'follow',
        (id) => ({ entries: entries.filter((entry) => entry.position > (followed.get(id) ?? -1)) }),
        (id, reply) => {
          const known = parse(position, reply, 'ERR_MESSAGE_MALFORMED', 'follow').followed
          followed.set(id, known)
          return known
        },
      )
      return Math.max(-1, ...positions)
    },
    activate: (version, body) =>
      reached(
        'activate',
        () => ({ version, body }),
        (custodian, reply) => ({
          custodian,
          signature: parse(signature, reply, 'ERR_MESSAGE_MALFORMED', 'activation').signature,
        }),
      ),
    async cosign(note, size, prove) {
      const lines = await Promise.allSettled(ids.map((id) => cosignBy(id, note, size, prove)))
      return note + lines.map((line) => (line.status === 'fulfilled' ? line.value : '')).join('')
    },
    lastSeen: () =>
      reached(
        'last-seen',
        () => ({}),
        (custodian, reply) => ({
          custodian,
          note: parse(seen, reply, 'ERR_MESSAGE_MALFORMED', 'checkpoint').note,
        }),
      ),
    async release(custodian, sealed, options) {
      try {
        const reply = parse(
          answer,
          await ask(custodian, 'release', { sealed }, options),
          'ERR_MESSAGE_MALFORMED',
          'release',
        )
        return { kind: 'answered', custodian, answer: reply.answer }
      } catch {
        options?.signal?.throwIfAborted()
        return { kind: 'unavailable', custodian }
      }
    },
    relay(custodian, message, options) {
      const port = ports.get(custodian)
      if (port === undefined)
        throw new IndexError('ERR_CUSTODIAN_UNAVAILABLE', 'there is no way to reach this custodian')
      return port.send(message, options)
    },
  }
}

const TOKEN_LENGTH = 16

/** How long a custodian may take: one that hangs must not keep the others, or the hub, from going on. */
const ANSWER_MS_MAX = 15_000

function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new IndexError('ERR_CUSTODIAN_UNAVAILABLE', 'a custodian did not answer in time')),
      ANSWER_MS_MAX,
    )
  })
  return Promise.race([answer, late]).finally(() => clearTimeout(timer))
}

/** A name for a set of bytes in a Map. */
export function nameOf(bytes: Uint8Array): string {
  return toBase64(bytes)
}
