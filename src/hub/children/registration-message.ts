import { z } from 'zod'
import { FIELDS, KEYS_MAX, type LookupKey, MEANINGS, type Question } from '../../child/keys.js'
import { bytesOf, isBytes, parse } from '../../door.js'
import { fromJsonBytes } from '../../json.js'

/** What sealers ask of a hub: by what each child can be found, and what was sealed of it. */

const text = z.string().max(1024)
const lookupKey = z.strictObject({ kind: text, parts: z.array(text).max(16) })
const field = z.enum(FIELDS)
const index = z.array(lookupKey.extend({ fields: z.array(field).length(3) })).max(KEYS_MAX)
const marks = z.array(lookupKey.extend({ meaning: z.enum(MEANINGS) })).max(KEYS_MAX)
const description = z.strictObject({
  numbers: z.array(lookupKey).max(64),
  index,
  marks,
  traits: z.strictObject({
    lacksGiven: z.boolean(),
    lacksOtherGiven: z.boolean(),
    lacksFamily: z.boolean(),
    lacksBirth: z.boolean(),
    isSingleBirth: z.boolean(),
  }),
})
export const question: z.ZodType<Question> = z.strictObject({
  own: description,
  asked: z.array(z.strictObject({ index, marks })).max(2),
})
const described = {
  question,
  hashes: z.strictObject({ identity: bytesOf(32), carers: bytesOf(32) }),
}
const findRequest = z.strictObject({
  rows: z
    .array(z.strictObject({ ...described, shielded: z.boolean(), honey: z.boolean() }))
    .min(1)
    .max(4096),
})
const registerRequest = z.strictObject({
  rows: z
    .array(
      z.strictObject({
        ...described,
        childId: bytesOf(16),
        version: z.number().int().min(1),
        shielded: z.boolean(),
        honey: z.boolean(),
        identity: isBytes,
        carers: isBytes,
        confirming: z.array(lookupKey).max(64),
      }),
    )
    .min(1)
    .max(4096),
})

/** A child as a sealer describes it before anything is sealed. */
export interface DescribedRow {
  readonly question: Question
  readonly hashes: { readonly identity: Uint8Array; readonly carers: Uint8Array }
  readonly shielded: boolean
  readonly honey: boolean
}

/** A child with its sealed records. */
export interface RegisterRow extends DescribedRow {
  readonly childId: Uint8Array
  readonly version: number
  readonly identity: Uint8Array
  readonly carers: Uint8Array
  readonly confirming: readonly LookupKey[]
}

/** @throws {IndexError} `ERR_REQUEST_INVALID` */
export function parseFind(body: Uint8Array): readonly DescribedRow[] {
  return parse(findRequest, fromJsonBytes(body), 'ERR_REQUEST_INVALID', 'registration').rows
}

/** @throws {IndexError} `ERR_REQUEST_INVALID` */
export function parseRegister(body: Uint8Array): readonly RegisterRow[] {
  return parse(registerRequest, fromJsonBytes(body), 'ERR_REQUEST_INVALID', 'registration').rows
}
