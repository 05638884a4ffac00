import { z } from 'zod'
import { bytesOf, instant } from '../door.js'
import { NOTE_BYTES_MAX } from './note.js'
import type { ConsistencyProof } from './proof.js'

/** Shapes that proofs and notes have in every message. A tree of 2^53 entries has no longer path. */
export const proofPath: z.ZodType<readonly Uint8Array[]> = z.array(bytesOf(32)).max(64)

export const consistencyShape: z.ZodType<ConsistencyProof> = z.strictObject({
  from: instant,
  to: instant,
  path: proofPath,
})

export const noteShape: z.ZodType<string> = z.string().max(NOTE_BYTES_MAX)
