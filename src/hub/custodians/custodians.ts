import { z } from 'zod'
import { type Clock, concat, equalBytes, pack, unpack } from '../../bytes.js'
import { BLIND_MAX, TOKEN_LENGTH, type TokenSort } from '../../child/tokens.js'
import { isBytes, parse } from '../../door.js'
import { IndexError, isIndexError } from '../../errors.js'
import type { ConsistencyProof } from '../../journal/proof.js'
import { call, callJson, encodeMessage, type Port, type Sender, type SendOptions } from '../../port.js'
import type { NamedSignature } from '../../roster/signatures.js'
import { type Heard, type Patience, reachOf } from './reach.js'

/** How the hub speaks to its custodians: one port each, by the custodian's id. */
export interface CustodianClients {
  readonly ids: readonly string[]
  /** Outer lookup tokens for inner ones, in order: any one custodian answers. */
  blind(of: Blinding, inner: readonly Uint8Array[], options?: SendOptions): Promise<readonly Uint8Array[]>
  /** Custodians that have no lookup key of this generation, cannot be reached, or have another than the first of them. */
  withoutLookupKey(generation: number, probe: Uint8Array): Promise<readonly string[]>
  /**
   * Tells every custodian of the journalled roster and activation entries that it does not know yet; gives the position
   * of the latest that each of them knows.
   */
  follow(entries: readonly RosterNews[]): Promise<readonly Followed[]>
  /** Whether every custodian said that it knows the roster entries up to this position. */
  allKnow(position: number): boolean
  /** Signatures, of those who agree, for the roster version that these changes make. */
  activate(version: number, body: Uint8Array): Promise<readonly NamedSignature[]>
  /** The note with the cosignatures of the custodians that find it consistent with what they saw before. */
  cosign(note: string, size: number, prove: Prove, accepts: Accepts, known?: Known): Promise<Cosigned>
  /** What each custodian last cosigned; undefined where it has seen nothing yet. A note not `accepts`ed is no answer. */
  lastSeen(accepts: (note: string) => boolean): Promise<readonly LastSeen[]>
  /** The same of one custodian. */
  lastSeenBy(custodian: string, accepts: (note: string) => boolean): Promise<LastSeen>
  /**
   * The custodians' answers to a release request, which may be refusals. None is waited for much longer once
   * `enough` of them `counts`.
   * @param question what to send to a custodian
   */
  release(
    question: (custodian: string) => Promise<Uint8Array>,
    patience: Required<Patience<GivenAnswer>>,
    options?: SendOptions,
  ): Promise<Omit<Heard<GivenAnswer>, 'failure'>>
  /** Asks one custodian anything; what it answers is still unknown input. */
  ask(custodian: string, verb: string, body: unknown, options?: SendOptions): Promise<unknown>
  /** Passes a message of another party on, unread. */
  relay(custodian: string, message: Uint8Array, options?: SendOptions): Promise<Uint8Array>
  /** Gives up whatever is under way. */
  close(): void
}

/** Whether a line is the cosignature of this custodian. */
export type Accepts = (id: string, line: string) => boolean

/** Of which generation of keys, and of which sort, tokens are asked for. */
export interface Blinding {
  readonly generation: number
  readonly sort: TokenSort
}

/** What a custodian that was restored from a backup may have forgotten. */
export interface Known {
  /** The latest cosigned note before this one. */
  readonly latest?: string | undefined
  /** Every entry of the roster. */
  news(): Promise<readonly RosterNews[]>
}

/** Proof that the head to be cosigned continues the one of size `from`. */
export type Prove = (from: number) => Promise<ConsistencyProof>

export interface Cosigned {
  readonly note: string
  readonly cosigners: readonly Cosigner[]
  /** Custodians that did not cosign. */
  readonly missing: readonly string[]
}

export interface Followed {
  readonly custodian: string
  /** Position up to which it knows the roster's entries. */
  readonly followed: number
}

/** A custodian that cosigned, and so saw this head last. */
export interface Cosigner extends Followed {
  /** Position up to which they were proven to it. */
  readonly proven: number
}

export interface LastSeen {
  readonly custodian: string
  readonly note: string | undefined
  /** Position up to which roster entries were proven to it. */
  readonly proven: number
}

export interface RosterNews {
  readonly position: number
  readonly type: 'roster' | 'activation'
  readonly at: number
  readonly body: Uint8Array
}

/** What a custodian said to a release request; whether it signed it is not yet checked. */
export interface GivenAnswer {
  readonly custodian: string
  readonly answer: Uint8Array
}

const signature = z.strictObject({ signature: isBytes })
const position = z.strictObject({ followed: z.number().int().min(-1) })
const cosigned = z.union([
  z.strictObject({ line: z.string(), followed: z.number().int().min(-1), proven: z.number().int().min(-1) }),
  z.strictObject({ behind: z.number().int().min(0) }),
])
const seen = z.strictObject({
  note: z.string().optional(),
  proven: z.number().int().min(-1),
  locked: isBytes.optional(),
})
const answer = z.strictObject({ answer: isBytes })

/** @param quorum how many of them suffice to go on */
export function custodianClients(
  ports: ReadonlyMap<string, Port>,
  sender: Sender,
  clock: Clock,
  quorum: () => number,
): CustodianClients {
  const reach = reachOf(ports)
  const { ids } = reach
  const ask = (id: string, verb: string, body: unknown, options?: SendOptions): Promise<unknown> =>
    callJson({ send: (message, sending) => reach.send(id, message, sending) }, verb, body, clock(), sender, options)

  /** What a quorum and whoever is as quick answered. One that is left out catches up when it is asked the next time. */
  const reached = async <T>(askOne: (id: string) => Promise<T>): Promise<readonly T[]> => {
    const heard = await reach.several(askOne, { enough: quorum() })
    // One that refuses or misbehaves must not stop the others; when too few are left, the caller hears why.
    if (heard.answers.length < quorum()) throw tooFew(heard)
    return heard.answers
  }

  const followed = new Map<string, number>()
  const followBy = async (id: string, entries: readonly RosterNews[], isAgain = false): Promise<number> => {
    const after = followed.get(id) ?? -1
    const news = { after, entries: entries.filter((entry) => entry.position > after) }
    const known = parse(position, await ask(id, 'follow', news), 'ERR_MESSAGE_MALFORMED', 'follow').followed
    followed.set(id, known)
    // One that was restored from a backup knows less than it did.
    return known < after && !isAgain ? followBy(id, entries, true) : known
  }
  const sizes = new Map<string, number>()
  const cosignBy = async (id: string, note: string, size: number, prove: Prove, latest?: string) => {
    for (let tries = 0; tries < 3; tries += 1) {
      const proof = await prove(Math.min(sizes.get(id) ?? 0, size))
      const body = { note, proof, ...(latest === undefined ? {} : { latest }) }
      const reply = parse(cosigned, await ask(id, 'cosign', body), 'ERR_MESSAGE_MALFORMED', 'cosignature')
      if ('line' in reply) {
        sizes.set(id, size)
        followed.set(id, reply.followed)
        return reply
      }
      if (reply.behind > size)
        throw new IndexError('ERR_JOURNAL_ROLLED_BACK', 'a custodian has seen a longer journal than this one')
      sizes.set(id, reply.behind)
    }
    throw new IndexError('ERR_CUSTODIAN_UNAVAILABLE', 'a custodian keeps asking for another proof')
  }

  const lastSeenBy = async (custodian: string, accepts: (note: string) => boolean): Promise<LastSeen> => {
    const reply = await ask(custodian, 'last-seen', {})
    const { note, proven } = parse(seen, reply, 'ERR_MESSAGE_MALFORMED', 'checkpoint')
    if (note === undefined || accepts(note)) return { custodian, note, proven }
    throw new IndexError('ERR_SIGNATURE_INVALID', 'a custodian holds a checkpoint that this hub did not sign')
  }

  const blindAt = async (
    id: string,
    of: Blinding,
    inner: readonly Uint8Array[],
    options?: SendOptions,
  ): Promise<readonly Uint8Array[]> => {
    const body = pack('blind/v1', of.generation, of.sort, concat(...inner))
    const port = { send: (message: Uint8Array, sending?: SendOptions) => reach.send(id, message, sending) }
    const reply = await call(port, encodeMessage('blind', body, clock(), sender), options)
    const [tokens] = unpack('tokens/v1', reply, 1) as [Uint8Array]
    if (tokens.length === TOKEN_LENGTH * inner.length)
      return inner.map((_, i) => tokens.subarray(TOKEN_LENGTH * i, TOKEN_LENGTH * (i + 1)))
    throw new IndexError('ERR_MESSAGE_MALFORMED', 'a custodian answered with other tokens than asked')
  }

  /** The first custodian that answers is as good as any: all hold one key. */
  const blindBy = async (
    of: Blinding,
    inner: readonly Uint8Array[],
    options?: SendOptions,
  ): Promise<readonly Uint8Array[]> => {
    try {
      return await reach.first((id) => blindAt(id, of, inner, options))
    } catch (refusal) {
      options?.signal?.throwIfAborted()
      if (isIndexError(refusal, 'ERR_RATE_LIMITED')) throw refusal
      throw new IndexError('ERR_CUSTODIAN_UNAVAILABLE', 'no custodian answered a look-up', { cause: refusal })
    }
  }

  return {
    ids,
    async blind(of, inner, options) {
      const out: Uint8Array[] = []
      for (let at = 0; at < inner.length; at += BLIND_MAX)
        out.push(...(await blindBy(of, inner.slice(at, at + BLIND_MAX), options)))
      return out
    },
    async withoutLookupKey(generation, probe) {
      const answers = await Promise.all(
        ids.map((id) =>
          blindAt(id, { generation, sort: 'number' }, [probe]).then(
            ([token]) => token,
            () => undefined,
          ),
        ),
      )
      const first = answers.find((answer) => answer !== undefined)
      return ids.filter((_, at) => !equalBytes(answers[at] ?? new Uint8Array(0), first ?? probe))
    },
    follow: (entries) => reached(async (id) => ({ custodian: id, followed: await followBy(id, entries) })),
    allKnow: (latest) => ids.every((id) => (followed.get(id) ?? -1) >= latest),
    activate: (version, body) =>
      reached(async (custodian) => {
        const reply = await ask(custodian, 'activate', { version, body })
        return { custodian, signature: parse(signature, reply, 'ERR_MESSAGE_MALFORMED', 'activation').signature }
      }),
    async cosign(note, size, prove, accepts, known) {
      const cosignedBy = async (custodian: string) => {
        const askOne = () => cosignBy(custodian, note, size, prove, known?.latest)
        const cosignature = await askOne().catch(async (refusal) => {
          if (known === undefined || isSilence(refusal)) throw refusal
          await followBy(custodian, await known.news())
          return askOne()
        })
        if (accepts(custodian, cosignature.line)) return { custodian, ...cosignature }
        throw new IndexError('ERR_SIGNATURE_INVALID', 'a custodian’s cosignature is not its own')
      }
      const { answers, missing } = await reach.several(cosignedBy, { enough: quorum() })
      return { note: note + answers.map(({ line }) => line).join(''), cosigners: answers, missing }
    },
    lastSeen: (accepts) => reached((id) => lastSeenBy(id, accepts)),
    lastSeenBy,
    async release(question, patience, options) {
      const askOne = async (custodian: string): Promise<GivenAnswer> => {
        const reply = await ask(custodian, 'release', { sealed: await question(custodian) }, options)
        return { custodian, answer: parse(answer, reply, 'ERR_MESSAGE_MALFORMED', 'release').answer }
      }
      const { answers, missing } = await reach.several(askOne, patience)
      return { answers, missing }
    },
    ask,
    relay: (custodian, message, options) => reach.send(custodian, message, options),
    close: () => reach.close(),
  }
}

function tooFew({ missing, failure }: Heard<unknown>): IndexError {
  if (failure !== undefined && failure.code !== 'ERR_CUSTODIAN_UNAVAILABLE') return failure
  return new IndexError('ERR_CUSTODIAN_UNAVAILABLE', `too few custodians answered; missing: ${missing.join(', ')}`)
}

/** Whether a custodian said nothing, in place of no. */
export function isSilence(error: unknown): boolean {
  return !isIndexError(error) || error.code === 'ERR_CUSTODIAN_UNAVAILABLE' || error.code === 'ERR_CLOSED'
}

/** A name for a set of bytes in a Map: a character for each, in a third of the time that base64 takes. */
export function nameOf(bytes: Uint8Array): string {
  return Reflect.apply(String.fromCharCode, undefined, bytes)
}
