import { x25519 } from '@noble/curves/ed25519.js'
import { z } from 'zod'
import { equalBytes, fromBase64, toBase64 } from './bytes.js'
import type { CustodianKeys } from './custodian.js'
import { instant, parse } from './door.js'
import { IndexError } from './errors.js'
import type { CustodianDraft } from './founding/draw.js'
import type { HubKeys } from './hub/context.js'
import type { PartyKey, Pin } from './party.js'
import type { OfficerRole } from './roster/roster.js'
import { officerRoles } from './roster/shapes.js'
import type { HpkeKey } from './seal/hpke.js'
import { areByGeneration, type GenerationKey, type KeysByGeneration } from './seal/wrap.js'
import { type SigningKey, signingKey } from './signature.js'

/**
 * What stands in a key file: JSON with base64, one file per party. `docs/formats.md` has an example. `next` is the key that a
 * party goes over to, from before it is asked for until it is on the roster.
 */
export type KeyFile =
  | { readonly kind: 'witness'; readonly name: string; readonly signing: SigningKey }
  | { readonly kind: 'hub'; readonly id: Uint8Array; readonly keys: HubKeys }
  | { readonly kind: 'custodian'; readonly keys: CustodianKeys }
  /** A custodian's own, from when it draws them until its controller signs version 1. */
  | { readonly kind: 'custodian-draft'; readonly keys: CustodianDraft }
  | {
      readonly kind: 'agency'
      readonly id: string
      readonly pin: Pin
      readonly key: PartyKey
      readonly next?: PartyKey | undefined
      readonly agencyKind: string
      readonly sensitive: boolean
      readonly agreementUntil?: number | undefined
    }
  | {
      readonly kind: 'sealer'
      readonly id: string
      readonly pin: Pin
      readonly key: PartyKey
      readonly next?: PartyKey | undefined
    }
  | {
      readonly kind: 'officer'
      readonly id: string
      readonly pin: Pin
      readonly key: PartyKey
      readonly next?: PartyKey | undefined
      readonly person: string
      readonly undertakingAt: number
      readonly trainingUntil: number
      readonly vettingUntil: number
      readonly roles: readonly OfficerRole[]
      readonly oneUseKeys: readonly StoredOneUseKey[]
    }

export interface StoredOneUseKey {
  readonly opening: string
  readonly key: HpkeKey
  readonly expiry: number
}

const FORMAT = 'child-index/key'
const VERSION = 1
/** Files of hubs and custodians have keys by generation since version 2; one of version 1 is read as the first generation of each. */
const GENERATIONS_VERSION = 2

const base64 = (length: number) =>
  z
    .string()
    .max(64)
    .transform((text, context) => {
      try {
        const bytes = fromBase64(text)
        if (bytes.length === length) return bytes
      } catch {
        // one refusal for both
      }
      context.addIssue({ code: 'custom', message: `must be ${length} bytes in base64` })
      return z.NEVER
    })
const seed = base64(32).transform((bytes): SigningKey => signingKey(bytes))
const hpkePair = z.strictObject({ publicKey: base64(32), privateKey: base64(32) })
// Damage to a private key would else be found at the first opening, when nothing can be done about it.
const hpke = hpkePair.refine(
  ({ publicKey, privateKey }) => equalBytes(x25519.getPublicKey(privateKey), publicKey),
  'has halves of two keys',
)
const key = z.strictObject({
  signing: seed,
  hpke,
  pseudonymKey: base64(32),
  formerHpke: z.array(hpke).max(1024).optional(),
})
const next = key.optional()
const pin = z.strictObject({ hub: base64(32), roster: base64(32) })
const head = { format: z.literal(FORMAT), version: z.literal(VERSION) }
const id = z.string().min(1).max(64)
const generations = z
  .array(z.strictObject({ generation: z.number().int().min(1), key: base64(32) }))
  .min(1)
  .max(1024)
  .refine(areByGeneration, 'must be by ascending generation')
  .transform((keys) => keys as [GenerationKey, ...GenerationKey[]])
const custodian = {
  id,
  hub: z.strictObject({ id: base64(32), publicKey: base64(32), roster: base64(32) }),
  signing: seed,
  hpke,
}
const custodianKeys = z.strictObject({ ...custodian, roots: generations, lookupKeys: generations })
const custodianDraft = z.strictObject({
  ...custodian,
  hub: z.strictObject({ id: base64(32), publicKey: base64(32) }),
  root: base64(32),
})
const firstCustodianFile = z
  .strictObject({
    ...head,
    kind: z.literal('custodian'),
    keys: z.strictObject({
      ...custodian,
      root: base64(32),
      generation: z.number().int().min(1),
      lookupKey: base64(32),
    }),
  })
  .transform(({ keys: { root, generation, lookupKey, ...keys }, ...rest }) => ({
    ...rest,
    keys: {
      ...keys,
      roots: [{ generation, key: root }] satisfies KeysByGeneration,
      lookupKeys: [{ generation: 1, key: lookupKey }] satisfies KeysByGeneration,
    },
  }))
const hubKeys = z.strictObject({
  signing: seed,
  hpke,
  identifierKey: base64(32),
  lookupKeys: generations,
  storageKey: base64(32),
})
const firstHubFile = z
  .strictObject({
    ...head,
    kind: z.literal('hub'),
    id: base64(32),
    keys: hubKeys.omit({ lookupKeys: true }).extend({ lookupKey: base64(32) }),
  })
  .transform(({ keys: { lookupKey, ...keys }, ...rest }) => ({
    ...rest,
    keys: { ...keys, lookupKeys: [{ generation: 1, key: lookupKey }] satisfies KeysByGeneration },
  }))
const keyFile = z.discriminatedUnion('kind', [
  z.strictObject({
    ...head,
    version: z.literal(GENERATIONS_VERSION),
    kind: z.literal('hub'),
    id: base64(32),
    keys: hubKeys,
  }),
  z.strictObject({
    ...head,
    version: z.literal(GENERATIONS_VERSION),
    kind: z.literal('custodian'),
    keys: custodianKeys,
  }),
  z.strictObject({ ...head, kind: z.literal('custodian-draft'), keys: custodianDraft }),
  z.strictObject({
    ...head,
    kind: z.literal('agency'),
    id,
    pin,
    key,
    next,
    agencyKind: id,
    sensitive: z.boolean(),
    agreementUntil: instant.optional(),
  }),
  z.strictObject({
    ...head,
    kind: z.literal('witness'),
    name: z.string().regex(/^[A-Za-z0-9./_-]{1,128}$/),
    signing: seed,
  }),
  z.strictObject({ ...head, kind: z.literal('sealer'), id, pin, key, next }),
  z.strictObject({
    ...head,
    kind: z.literal('officer'),
    id,
    pin,
    key,
    next,
    person: id,
    undertakingAt: instant,
    trainingUntil: instant,
    vettingUntil: instant,
    roles: officerRoles,
    oneUseKeys: z
      .array(z.strictObject({ opening: z.string().regex(/^[0-9a-f]{32}$/), key: hpkePair, expiry: instant }))
      .max(100_000),
  }),
])

/** The text of a key file. */
export function encodeKeyFile(content: KeyFile): string {
  const version = content.kind === 'custodian' || content.kind === 'hub' ? GENERATIONS_VERSION : VERSION
  return `${JSON.stringify({ format: FORMAT, version, ...(encoded(content) as object) }, null, 2)}\n`
}

/**
 * What a key file holds.
 * @throws {IndexError} `ERR_KEY_INVALID` naming the field, never what stood in it; `ERR_KEY_WRONG` for a key of another sort
 */
export function decodeKeyFile<Kind extends KeyFile['kind']>(
  text: string,
  kind: Kind,
): Extract<KeyFile, { kind: Kind }> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new IndexError('ERR_KEY_INVALID', 'the key file is not JSON')
  }
  const {
    format: _format,
    version: _version,
    ...content
  } = parse(schemaOf(value), value, 'ERR_KEY_INVALID', 'key file')
  if (content.kind !== kind)
    throw new IndexError('ERR_KEY_WRONG', `the key file is not that of a ${kind}`, { field: 'kind' })
  return content as Extract<KeyFile, { kind: Kind }>
}

function schemaOf(value: unknown): z.ZodType<KeyFile & { format: string; version: number }> {
  const said = value as { readonly kind?: unknown; readonly version?: unknown } | null
  if (said?.version !== VERSION) return keyFile
  return said.kind === 'custodian' ? firstCustodianFile : said.kind === 'hub' ? firstHubFile : keyFile
}

/** Bytes as base64; of a signing key only the seed. */
function encoded(value: unknown): unknown {
  if (value instanceof Uint8Array) return toBase64(value)
  if (Array.isArray(value)) return value.map(encoded)
  if (typeof value !== 'object' || value === null) return value
  if ('seed' in value) return encoded(value.seed)
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, encoded(member)]))
}
