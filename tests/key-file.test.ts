import { beforeAll, describe, expect, test } from 'vitest'
import { IndexError } from '../src/errors.js'
import { decodeKeyFile, encodeKeyFile, type KeyFile } from '../src/key-file.js'
import { newPartyKey, type PartyKey } from '../src/party.js'
import { hpkeKey } from '../src/seal/hpke.js'
import { filled, fixedRandom, keyOf } from './ground/keys.js'

let files: readonly KeyFile[]

beforeAll(async () => {
  const random = fixedRandom('key files')
  const key: PartyKey = await newPartyKey(random)
  const pin = { hub: filled(0xaa), roster: filled(0xbb) }
  const hpke = await hpkeKey(random)
  files = [
    {
      kind: 'hub',
      id: filled(0xaa),
      keys: {
        signing: keyOf(1),
        hpke,
        identifierKey: filled(2),
        lookupKeys: [{ generation: 1, key: filled(3) }],
        storageKey: filled(4),
      },
    },
    {
      kind: 'custodian',
      keys: {
        id: 'custodian-1',
        hub: { id: filled(0xaa), publicKey: keyOf(1).publicKey, roster: filled(0xbb) },
        signing: keyOf(2),
        hpke,
        roots: [
          { generation: 1, key: filled(5) },
          { generation: 3, key: filled(7) },
        ],
        lookupKeys: [{ generation: 1, key: filled(6) }],
      },
    },
    { kind: 'agency', id: 'police-north', pin, key, agencyKind: 'police', sensitive: false },
    { kind: 'sealer', id: 'registrar', pin, key },
    {
      kind: 'officer',
      id: 'officer-1',
      pin,
      key,
      person: 'staff/17',
      undertakingAt: 1,
      trainingUntil: 2,
      vettingUntil: 3,
      roles: ['caseworker', 'shielding'],
      oneUseKeys: [{ opening: 'ab'.repeat(16), key: hpke, expiry: 4 }],
    },
  ]
})

const KINDS = ['hub', 'custodian', 'agency', 'sealer', 'officer'] as const
type Json = Record<string, unknown>

function fileOf(kind: KeyFile['kind']): KeyFile {
  const file = files.find((each) => each.kind === kind)
  if (file === undefined) throw new Error('no such file')
  return file
}

function refusal(text: string, kind: KeyFile['kind']): IndexError {
  try {
    decodeKeyFile(text, kind)
  } catch (error) {
    if (error instanceof IndexError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

/** Paths to every field, through objects and lists. */
function pathsOf(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  return [
    ...(path.length === 0 ? [] : [path]),
    ...Object.entries(value).flatMap(([key, member]) => pathsOf(member, [...path, key])),
  ]
}

/** The JSON with one field replaced, or taken out where there is no replacement. */
function altered(json: Json, path: readonly string[], replacement: readonly unknown[]): string {
  const copy = structuredClone(json)
  let holder = copy
  for (const step of path.slice(0, -1)) holder = holder[step] as Json
  const last = path.at(-1) ?? ''
  if (replacement.length > 0) holder[last] = replacement[0]
  else if (Array.isArray(holder)) holder[last as unknown as number] = null
  else delete holder[last]
  return JSON.stringify(copy)
}

/** Every text of at least eight characters: what must not stand in a refusal. */
function secretsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.length >= 8 ? [value] : []
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(secretsOf) : []
}

describe.each(KINDS)('the key file of a kind: %s', (kind) => {
  test('is read back as it was written', () => {
    const file = fileOf(kind)
    const text = encodeKeyFile(file)
    expect(decodeKeyFile(text, kind)).toEqual(file)
    expect(encodeKeyFile(decodeKeyFile(text, kind))).toBe(text)
    expect(JSON.parse(text)).toMatchObject({
      format: 'child-index/key',
      version: kind === 'custodian' || kind === 'hub' ? 2 : 1,
      kind,
    })
    expect(text.endsWith('}\n')).toBe(true)
  })

  test('holds of a signing key the seed and nothing else', () => {
    const json = JSON.parse(encodeKeyFile(fileOf(kind))) as { key?: Json; keys?: Json }
    expect(typeof (json.key ?? json.keys)?.['signing']).toBe('string')
  })

  test('is no file of another kind', () => {
    for (const other of KINDS) {
      if (other === kind) continue
      expect(refusal(encodeKeyFile(fileOf(kind)), other)).toMatchObject({ code: 'ERR_KEY_WRONG', field: 'kind' })
    }
  })

  test('without any one field, or with another type in it, is refused, and no value is told', () => {
    const json = JSON.parse(encodeKeyFile(fileOf(kind))) as Json
    const secrets = secretsOf(json).filter((text) => !['child-index/key', 'custodian', kind].includes(text))
    for (const path of pathsOf(json)) {
      for (const replacement of [[], [null], [{}], [[[]]], ['Zebedee Quillfeather!'], [-0.5]] as const) {
        const name = `${path.join('.')} = ${JSON.stringify(replacement)}`
        const isPlainId =
          typeof replacement[0] === 'string' && ['id', 'person', 'agencyKind'].includes(path.at(-1) ?? '')
        if (isPlainId) continue
        const error = refusal(altered(json, path, replacement), kind)
        expect(error.code, name).toBe('ERR_KEY_INVALID')
        const told = `${error.message} ${error.field} ${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`
        for (const secret of [...secrets, 'Zebedee']) expect(told, name).not.toContain(secret)
      }
    }
  })

  test('with a field more is refused without its name', () => {
    const json = JSON.parse(encodeKeyFile(fileOf(kind))) as Json
    const error = refusal(JSON.stringify({ ...json, zebedee: 1 }), kind)
    expect(error.code).toBe('ERR_KEY_INVALID')
    expect(error.message).not.toContain('zebedee')
    expect(refusal(JSON.stringify(json).replace('{', '{"__proto__":{},'), kind).code).toBe('ERR_KEY_INVALID')
  })

  test('names the field that is wrong', () => {
    const json = JSON.parse(encodeKeyFile(fileOf(kind))) as Json
    const holder = 'keys' in json ? 'keys' : 'key'
    expect(refusal(altered(json, [holder, 'signing'], ['AAAA']), kind)).toMatchObject({
      field: `${holder}.signing`,
      message: `key file: ${holder}.signing must be 32 bytes in base64`,
    })
    expect(refusal(altered(json, [holder, 'hpke', 'privateKey'], []), kind).field).toBe(`${holder}.hpke.privateKey`)
  })
})

test('base64 is taken in its one spelling, and of the right length', () => {
  const json = JSON.parse(encodeKeyFile(fileOf('sealer'))) as Json
  const pin = json['pin'] as { readonly hub: string }
  for (const hub of [
    pin.hub.replace('=', ''),
    `${pin.hub} `,
    pin.hub.replace(/.=$/, 'r='),
    `${pin.hub}${pin.hub}`,
    '',
  ]) {
    expect(refusal(altered(json, ['pin', 'hub'], [hub]), 'sealer').field).toBe('pin.hub')
  }
})

test('an HPKE key whose halves do not belong together is refused: it would open nothing', () => {
  const json = JSON.parse(encodeKeyFile(fileOf('sealer'))) as Json
  const other = Buffer.from(filled(9)).toString('base64')
  for (const half of ['publicKey', 'privateKey']) {
    expect(refusal(altered(json, ['key', 'hpke', half], [other]), 'sealer')).toMatchObject({
      code: 'ERR_KEY_INVALID',
      field: 'key.hpke',
    })
  }
})

test('the same party’s file of a newer version, or of another program, is refused', () => {
  const json = JSON.parse(encodeKeyFile(fileOf('agency'))) as Json
  expect(refusal(altered(json, ['version'], [2]), 'agency')).toMatchObject({
    code: 'ERR_KEY_INVALID',
    field: 'version',
  })
  expect(refusal(altered(json, ['format'], ['other/key']), 'agency')).toMatchObject({
    code: 'ERR_KEY_INVALID',
    field: 'format',
  })
})

test.each([[''], ['{'], ['null'], ['[]'], ['7'], ['"text"'], ['{"kind":"agency"}'], ['Zebedee Quillfeather']])(
  '%s is no key file',
  (text) => {
    const error = refusal(text, 'agency')
    expect(error.code).toBe('ERR_KEY_INVALID')
    expect(`${error.message} ${String(error.cause)}`).not.toContain('Zebedee')
  },
)

test('no text that is cut short is a key file', () => {
  const text = encodeKeyFile(fileOf('agency')).trimEnd()
  for (let length = 0; length < text.length; length += 7) {
    expect(refusal(text.slice(0, length), 'agency').code).toBe('ERR_KEY_INVALID')
  }
})

test('a custodian’s file of the first version is read as the first generation of each key', () => {
  const file = fileOf('custodian')
  if (file.kind !== 'custodian') throw new Error('no such file')
  const json = JSON.parse(encodeKeyFile(file)) as { version: number; keys: Json }
  const { roots: _, lookupKeys: __, ...keys } = json.keys
  const fill = (byte: number): string => Buffer.alloc(32, byte).toString('base64')
  const first = { ...json, version: 1, keys: { ...keys, root: fill(5), generation: 2, lookupKey: fill(6) } }
  const read = decodeKeyFile(JSON.stringify(first), 'custodian')
  expect(read.keys.roots).toEqual([{ generation: 2, key: filled(5) }])
  expect(read.keys.lookupKeys).toEqual([{ generation: 1, key: filled(6) }])
  expect(refusal(JSON.stringify({ ...json, version: 1 }), 'custodian').code).toBe('ERR_KEY_INVALID')
  expect(refusal(JSON.stringify({ ...first, version: 2 }), 'custodian').code).toBe('ERR_KEY_INVALID')
})

test('generations of a key are ascending, and at least one', () => {
  const json = JSON.parse(encodeKeyFile(fileOf('custodian'))) as { keys: { roots: unknown[] } }
  for (const roots of [[], [...json.keys.roots].reverse(), [json.keys.roots[0], json.keys.roots[0]]]) {
    const text = JSON.stringify({ ...json, keys: { ...json.keys, roots } })
    expect(refusal(text, 'custodian').code).toBe('ERR_KEY_INVALID')
  }
})
