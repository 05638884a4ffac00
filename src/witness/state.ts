import { z } from 'zod'
import { utf8Bytes } from '../bytes.js'
import { bytesOf, instant, parse } from '../door.js'
import { IndexError } from '../errors.js'
import { noteShape } from '../journal/shapes.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'

/** Why a head that a hub signed was not cosigned. `split-view` is proved by the two notes; the others ask to be looked into. */
export const REFUSALS = ['split-view', 'not-continued', 'older'] as const
export type Refusal = (typeof REFUSALS)[number]

/** Both notes, so that whoever is shown them can judge. */
export interface Evidence {
  readonly at: number
  readonly why: Refusal
  readonly kept: string
  readonly shown: string
}

/** A hub that is pinned. One that is followed no longer stays, so that its head is never forgotten. */
export interface WitnessedHub {
  readonly origin: string
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array
  readonly isFollowed: boolean
  /** The last head that was cosigned. */
  readonly note?: string | undefined
  readonly cosignedAt?: number | undefined
  readonly refused: readonly Evidence[]
}

export interface WitnessState {
  readonly hubs: readonly WitnessedHub[]
}

/** What a witness remembers, outside everything that a hub can reach. */
export interface WitnessStore {
  load(): Promise<WitnessState | undefined>
  /** Whole or not at all, and durable on return: only then is a cosignature handed out. */
  save(state: WitnessState): Promise<void>
}

const FORMAT = 'child-index/witness'
const VERSION = 1
const evidence = z.strictObject({ at: instant, why: z.enum(REFUSALS), kept: noteShape, shown: noteShape })
const hub = z.strictObject({
  origin: z.string().min(1).max(256),
  publicKey: bytesOf(32),
  isFollowed: z.boolean(),
  note: noteShape.optional(),
  cosignedAt: instant.optional(),
  refused: z.array(evidence).max(100),
})
const state = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  hubs: z.array(hub).max(10_000),
})

/** The text of a witness's file. */
export function encodeState({ hubs }: WitnessState): string {
  return Buffer.from(toJsonBytes({ format: FORMAT, version: VERSION, hubs })).toString()
}

/** @throws {IndexError} `ERR_FILE_INVALID`: a witness that has forgotten what it signed must not go on */
export function decodeState(text: string): WitnessState {
  try {
    const { hubs } = parse(state, fromJsonBytes(utf8Bytes(text)), 'ERR_FILE_INVALID', 'witness file')
    return { hubs }
  } catch (cause) {
    throw new IndexError('ERR_FILE_INVALID', 'the witness’s file is damaged: it must not sign without it', { cause })
  }
}

export function memoryWitnessStore(): WitnessStore {
  let kept: WitnessState | undefined
  return {
    load: async () => kept,
    async save(saved) {
      kept = saved
    },
  }
}
