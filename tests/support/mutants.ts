import canonicalize from 'canonicalize'
import { concat, utf8Bytes } from '../../src/bytes.js'
import { type SeededRandom, shuffled } from '../../src/testing/random.js'

/** A message in which one thing is wrong. */
export interface Mutant {
  readonly what: string
  /** Made when it is asked for: some are megabytes. */
  bytes(): Uint8Array
}

/** Said in mutants, and never to be said again by anybody. */
export const PLANTED_NAME: string = 'Zebedelia Quixandra'

type Path = readonly (string | number)[]

/** Stands where the wrong JSON text is put in. */
const HERE = '\u0001here\u0001'
const MEGABYTE = 1024 * 1024

type Replacement = readonly [what: string, json: string | (() => string)]

/** What may be sent in place of a value of this sort, as JSON text. */
function replacements(value: unknown): readonly Replacement[] {
  const any: Replacement[] = [
    ['null', 'null'],
    ['true', 'true'],
    ['an empty object', '{}'],
    ['an empty list', '[]'],
    ['the name of a prototype', '"__proto__"'],
    ['a name', JSON.stringify(PLANTED_NAME)],
    ['a hundred thousand levels', () => `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ]
  if (typeof value === 'string') return [...any, ...texts(value)]
  if (typeof value === 'number') return [...any, ...NUMBERS]
  if (Array.isArray(value)) return [...any, ...lists(value)]
  if (isBytes(value)) return [...any, ...bytes(value.b64)]
  return [...any, ['a number', '7'], ['a text', '"text"']]
}

const NUMBERS: readonly Replacement[] = [
  ['as text', '"1"'],
  ['negative', '-1'],
  ['minus zero', '-0'],
  ['a fraction', '1.5'],
  ['zero', '0'],
  ['past the safe integers', '9007199254740992'],
  ['huge', '1e+300'],
  ['past all numbers', '1e400'],
  ['no number', 'NaN'],
]

function texts(value: string): readonly Replacement[] {
  return [
    ['empty', '""'],
    ['a number', '7'],
    ['truncated', JSON.stringify(value.slice(0, -1))],
    ['one longer', JSON.stringify(`${value}x`)],
    ['with a zero', JSON.stringify(`${value}\u0000`)],
    ['in other letters', JSON.stringify(value.toUpperCase())],
    ['half a pair', '"\\ud800"'],
    ['a megabyte', () => JSON.stringify('x'.repeat(MEGABYTE))],
  ]
}

function bytes(b64: string): readonly Replacement[] {
  const raw = Buffer.from(b64, 'base64')
  const flipped = raw.map((byte, index) => (index === raw.length >> 1 ? byte ^ 4 : byte))
  const as = (changed: Uint8Array): string => JSON.stringify({ b64: Buffer.from(changed).toString('base64') })
  return [
    ['no bytes', as(new Uint8Array(0))],
    ['a byte shorter', as(raw.subarray(0, -1))],
    ['a byte longer', as(concat(raw, Uint8Array.of(0)))],
    ['a bit flipped', as(flipped)],
    ['zeros', as(new Uint8Array(raw.length))],
    ['a megabyte', () => as(new Uint8Array(MEGABYTE))],
    ['base64 that is not canonical', JSON.stringify({ b64: `${b64}=` })],
    ['bytes as text', JSON.stringify(b64)],
    ['bytes that are a number', '{"b64":1}'],
  ]
}

function lists(value: readonly unknown[]): readonly Replacement[] {
  const [first = 0] = value
  const one = JSON.stringify(first)
  const many = Math.max(2, Math.floor(MEGABYTE / (one.length + 1)))
  return [
    ['a number', '7'],
    ['the first twice', JSON.stringify([first, ...value])],
    ['one missing', JSON.stringify(value.slice(1))],
    ['turned round', JSON.stringify([...value].reverse())],
    ['a megabyte of the first', () => `[${Array.from({ length: many }, () => one).join(',')}]`],
    ['half a million numbers', () => `[${'1,'.repeat(500_000)}1]`],
  ]
}

/**
 * Canonical JSON with one thing wrong in it: a field at any depth that is missing, of another type, empty, cut short, too long or
 * out of range; a field too many, or twice; and text that is not canonical.
 */
export function* jsonMutants(canonical: Uint8Array): Generator<Mutant> {
  const value: unknown = JSON.parse(Buffer.from(canonical).toString('utf8'))
  for (const path of pathsOf(value)) {
    const at = path.length === 0 ? 'the whole' : path.join('.')
    const found = valueAt(value, path)
    const mutant = (what: string, json: string | (() => string)): Mutant => ({
      what: `${at}: ${what}`,
      bytes: () => utf8Bytes(withAt(value, path, typeof json === 'string' ? json : json())),
    })
    for (const [what, json] of replacements(found)) yield mutant(what, json)
    if (typeof path.at(-1) === 'string')
      yield { what: `${at}: missing`, bytes: () => utf8Bytes(canonicalize(without(value, path)) ?? '') }
    if (isRecord(found)) {
      for (const key of ['zzz', '__proto__', 'constructor', PLANTED_NAME])
        yield mutant(`with a field ${key}`, withField(found, key))
      if (Object.keys(found).length < 2) continue
      yield mutant('a field twice', `{${[...membersOf(found).slice(0, 1), ...membersOf(found)].join(',')}}`)
      yield mutant('fields in another order', `{${membersOf(found).reverse().join(',')}}`)
    }
  }
  yield { what: 'a space behind', bytes: () => concat(canonical, Uint8Array.of(0x20)) }
  yield { what: 'a mark in front', bytes: () => concat(Uint8Array.of(0xef, 0xbb, 0xbf), canonical) }
  yield* byteMutants(canonical)
}

/** Bytes that are cut short, longer, none, no UTF-8, or have a bit flipped. */
export function* byteMutants(bytes: Uint8Array, flips = 6): Generator<Mutant> {
  const half = bytes.length >> 1
  const behind = [bytes.subarray(0, half), Uint8Array.of(0xff), bytes.subarray(half)]
  yield { what: 'nothing', bytes: () => new Uint8Array(0) }
  yield { what: 'cut short', bytes: () => bytes.subarray(0, -1) }
  yield { what: 'half of it', bytes: () => bytes.subarray(0, half) }
  yield { what: 'a byte longer', bytes: () => concat(bytes, Uint8Array.of(0)) }
  yield { what: 'a byte between', bytes: () => concat(...behind) }
  yield { what: 'zeros', bytes: () => new Uint8Array(bytes.length) }
  yield { what: 'a megabyte of zeros', bytes: () => new Uint8Array(MEGABYTE) }
  for (let n = 0; n < flips; n += 1) {
    const at = Math.floor((bytes.length * (2 * n + 1)) / (2 * flips))
    yield { what: `a bit flipped at ${at}`, bytes: () => flippedAt(bytes, at) }
  }
}

/** Length-prefixed parts behind the version byte, with one of them missing, there twice, empty, cut short, longer or very long. */
export function* partMutants(packed: Uint8Array): Generator<Mutant> {
  const parts = partsOf(packed)
  const packedOf = (changed: readonly Uint8Array[]): Uint8Array =>
    concat(packed.subarray(0, 1), ...changed.flatMap((part) => [lengthOf(part), part]))
  for (const [index, part] of parts.entries()) {
    const put = (...these: Uint8Array[]) => packedOf([...parts.slice(0, index), ...these, ...parts.slice(index + 1)])
    yield { what: `part ${index}: missing`, bytes: () => put() }
    yield { what: `part ${index}: twice`, bytes: () => put(part, part) }
    for (const { what, bytes } of byteMutants(part)) yield { what: `part ${index}: ${what}`, bytes: () => put(bytes()) }
    yield { what: `part ${index}: all ones`, bytes: () => put(new Uint8Array(Math.max(8, part.length)).fill(255)) }
  }
  yield { what: 'another version', bytes: () => concat(Uint8Array.of(2), packed.subarray(1)) }
  yield { what: 'a length past the end', bytes: () => flippedAt(packed, 1, 0x7f) }
  yield* byteMutants(packed)
}

/** So many of them, drawn by the seed. */
export function sampled(mutants: Iterable<Mutant>, count: number, random: SeededRandom): readonly Mutant[] {
  const every = [...mutants]
  return every.length <= count ? every : shuffled(random, every).slice(0, count)
}

function partsOf(packed: Uint8Array): readonly Uint8Array[] {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.length)
  const parts: Uint8Array[] = []
  for (let at = 1; at < packed.length; ) {
    const end = at + 4 + view.getUint32(at)
    parts.push(packed.subarray(at + 4, end))
    at = end
  }
  return parts
}

function lengthOf(part: Uint8Array): Uint8Array {
  const out = new Uint8Array(4)
  new DataView(out.buffer).setUint32(0, part.length)
  return out
}

function flippedAt(bytes: Uint8Array, at: number, bit = 1): Uint8Array {
  return bytes.map((byte, index) => (index === at ? byte ^ bit : byte))
}

function* pathsOf(value: unknown, path: Path = []): Generator<Path> {
  yield path
  // What holds for two items of a list holds for all.
  if (Array.isArray(value))
    for (const index of [0, 1]) if (index in value) yield* pathsOf(value[index], [...path, index])
  if (isRecord(value)) for (const [key, member] of Object.entries(value)) yield* pathsOf(member, [...path, key])
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isBytes(value)
}

function isBytes(value: unknown): value is { readonly b64: string } {
  return typeof value === 'object' && value !== null && 'b64' in value && typeof value.b64 === 'string'
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, step) => (inner as Readonly<Record<string | number, unknown>>)[step], value)
}

function changedAt(value: unknown, [step, ...more]: Path, change: (found: unknown) => unknown): unknown {
  if (step === undefined) return change(value)
  if (Array.isArray(value)) return value.map((item, index) => (index === step ? changedAt(item, more, change) : item))
  const record = value as Readonly<Record<string, unknown>>
  return { ...record, [step]: changedAt(record[step], more, change) }
}

/** Canonical but for the JSON text that is put in at the path. */
function withAt(value: unknown, path: Path, json: string): string {
  const text = canonicalize(changedAt(value, path, () => HERE)) ?? ''
  return text.replace(JSON.stringify(HERE), () => json)
}

function without(value: unknown, path: Path): unknown {
  return changedAt(value, path.slice(0, -1), (found) => {
    const { [path.at(-1) as string]: _, ...rest } = found as Readonly<Record<string, unknown>>
    return rest
  })
}

function membersOf(record: Readonly<Record<string, unknown>>): string[] {
  const keys = Object.keys(record).sort()
  return keys.map((key) => `${JSON.stringify(key)}:${canonicalize(record[key])}`)
}

function withField(record: Readonly<Record<string, unknown>>, key: string): string {
  const members = [...membersOf(record), `${JSON.stringify(key)}:{"admin":true}`]
  return `{${members.sort().join(',')}}`
}
