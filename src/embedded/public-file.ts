import { readFile, stat } from 'node:fs/promises'
import { z } from 'zod'
import { concat, equalBytes, utf8Text } from '../bytes.js'
import type { LookupKeyLetter } from '../custodian.js'
import { bytesOf, bytesUpTo, parse } from '../door.js'
import { IndexError, isIndexError } from '../errors.js'
import type { FoundingSignature } from '../founding/apart.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'
import type { HubIdentity } from '../roster/roster.js'
import { exists, replaceFile } from './files.js'

/**
 * Files by which hub and custodians that are apart come to know each other. All may be public: what is secret in them is sealed
 * to the one who may read it.
 */
export interface PublicFiles {
  'child-index/hub': { readonly hub: HubIdentity }
  'child-index/custodian-enrolment': {
    readonly hub: Uint8Array
    /** Looked at where it is used: by the roster's own rules. */
    readonly enrolment: unknown
    readonly address?: string | undefined
  }
  'child-index/genesis': {
    readonly genesis: unknown
    readonly policy: unknown
    readonly addresses: readonly { readonly custodian: string; readonly address: string }[]
  }
  'child-index/genesis-signature': FoundingSignature
  'child-index/lookup-key': LookupKeyLetter
}

const FILE_BYTES_MAX = 2 * 1024 * 1024
const custodian = z.string().min(1).max(64)
const address = z.string().max(300)
const sealed = z.array(z.strictObject({ custodian, sealed: bytesUpTo(256) })).max(255)

const letter = z.strictObject({
  from: custodian,
  to: custodian,
  generation: z.number().int().min(1),
  sealed: bytesUpTo(256),
  signature: bytesOf(64),
})

const shapes: { readonly [Format in keyof PublicFiles]: z.ZodType<PublicFiles[Format]> } = {
  'child-index/hub': z.strictObject({
    hub: z.strictObject({
      id: bytesOf(32),
      name: z.string().min(1).max(128),
      keys: z.strictObject({ signing: bytesOf(32), hpke: bytesOf(32) }),
    }),
  }),
  'child-index/custodian-enrolment': z.strictObject({
    hub: bytesOf(32),
    enrolment: z.unknown(),
    address: address.optional(),
  }),
  'child-index/genesis': z.strictObject({
    genesis: z.unknown(),
    policy: z.unknown(),
    addresses: z.array(z.strictObject({ custodian, address })).max(255),
  }),
  'child-index/genesis-signature': z.strictObject({
    custodian,
    roster: bytesOf(32),
    signature: bytesOf(64),
    lookupKey: z.strictObject({ sealed, signature: bytesOf(64) }).optional(),
  }),
  'child-index/lookup-key': letter,
}
const head = z.looseObject({ format: z.string().max(64), version: z.literal(1) })

/**
 * What such a file says.
 * @throws {IndexError} `ERR_FILE_MISSING`, `ERR_FILE_INVALID` naming the field, never what stood in it
 */
export async function readPublicFile<Format extends keyof PublicFiles>(
  path: string,
  wanted: Format,
): Promise<PublicFiles[Format]> {
  const { format, version: _, ...content } = parse(head, jsonOf(await smallFile(path)), 'ERR_FILE_INVALID', 'file')
  if (format !== wanted)
    throw new IndexError('ERR_FILE_INVALID', `this is not a file of format ${wanted}`, { field: 'format' })
  return parse(shapes[wanted], content, 'ERR_FILE_INVALID', 'file')
}

/**
 * Writes such a file; durable on return. The same again is no change.
 * @throws {IndexError} `ERR_FILE_EXISTS` rather than replace another
 */
export async function writePublicFile<Format extends keyof PublicFiles>(
  path: string,
  format: Format,
  content: PublicFiles[Format],
): Promise<void> {
  // The line end is no part of the canonical form.
  const bytes = concat(toJsonBytes({ format, version: 1, ...content }), Uint8Array.of(LINE_END))
  if (await exists(path)) {
    if (equalBytes(await smallFile(path), bytes)) return
    throw new IndexError('ERR_FILE_EXISTS', 'the file to write exists and says something else: it is not overwritten')
  }
  await replaceFile(path, utf8Text(bytes))
}

const LINE_END = 10

async function smallFile(path: string): Promise<Uint8Array> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new IndexError('ERR_FILE_MISSING', 'a file that is needed is not there')
    throw error
  })
  if (!found.isFile() || found.size > FILE_BYTES_MAX) throw invalid()
  return new Uint8Array(await readFile(path))
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return fromJsonBytes(bytes.at(-1) === LINE_END ? bytes.subarray(0, -1) : bytes)
  } catch (error) {
    throw isIndexError(error) ? invalid() : error
  }
}

function invalid(): IndexError {
  return new IndexError('ERR_FILE_INVALID', 'a file is not canonical JSON of at most 2 MiB')
}
