import { createHash } from 'node:crypto'
import { encode, utf8Bytes } from '../../src/bytes.js'
import { confirmingKeys, innerConfirming } from '../../src/child/confirming.js'
import type { RegistrationDetails } from '../../src/child/details.js'
import { describeChild, type LookupKey } from '../../src/child/keys.js'
import { marksOf, unpackMarks } from '../../src/child/marks.js'
import { postingPlace } from '../../src/child/postings.js'
import { innerToken, outerToken } from '../../src/child/tokens.js'
import { hubFolder } from '../../src/embedded/files.js'
import { hmacSha256 } from '../../src/hash.js'
import type { ChildRow } from '../../src/hub/rows.js'
import { openShelf } from '../../src/hub/shelf.js'
import { openSqliteStore } from '../../src/store/sqlite.js'
import { seededRandom } from '../../src/testing.js'
import { type HubSecrets, type Stolen, type StolenRow, valuesIn } from './theft.js'

/** What a thief tries. Each attack says what it learnt; on a careless index each of them succeeds. */

/** Keys that the thief has. */
export interface Loot {
  readonly hub?: HubSecrets['keys']
  readonly kc?: Uint8Array
}

const NO_KEY = new Uint8Array(32)

/** Everything that a child may be looked up by, as the thief works it out from a guess at the details. */
export function guessesAt(details: RegistrationDetails): readonly LookupKey[] {
  const { numbers, index, marks } = describeChild(details)
  return [...numbers, ...index, ...marks]
}

/**
 * Which children of a dictionary are in the loot: their places in the list. Every guess is hashed plainly, and under each key and pair of keys that the
 * thief has, in every way that the code of the index has for it; the result is searched for in every byte.
 */
export function dictionary(
  stolen: Stolen,
  id: Uint8Array,
  children: readonly RegistrationDetails[],
  loot: Loot,
): Set<number> {
  const values: Uint8Array[] = []
  const whose: number[] = []
  children.forEach((details, i) => {
    for (const key of guessesAt(details)) {
      for (const value of valuesOf(key, id, loot)) {
        values.push(value)
        whose.push(i)
      }
    }
  })
  return new Set([...valuesIn(stolen, values)].map((at) => whose[at] as number))
}

function valuesOf(key: LookupKey, id: Uint8Array, loot: Loot): readonly Uint8Array[] {
  const said = encode('lookup-token/v1', id, key.kind, ...key.parts)
  const texts = [said, utf8Bytes(key.parts.join('')), utf8Bytes(key.parts.join('|'))]
  const plain = texts.flatMap((text) => ['sha256', 'sha1', 'md5'].map((name) => createHash(name).update(text).digest()))
  const tokens = tokensOf(key, id, loot)
  return [...plain, ...tokens, ...tokens.flatMap((token) => placesOf(token.subarray(0, 16), id, loot))]
}

const secretsIn = ({ hub, kc }: Loot): readonly Uint8Array[] => [
  ...(hub === undefined ? [NO_KEY] : [hub.lookupKeys[0].key, hub.storageKey, hub.identifierKey, NO_KEY]),
  ...(kc === undefined ? [] : [kc]),
]

/** Under one key, and under each pair. */
function tokensOf(key: LookupKey, id: Uint8Array, loot: Loot): readonly Uint8Array[] {
  const first = loot.hub === undefined ? [NO_KEY] : [loot.hub.lookupKeys[0].key]
  const inner = first.map((secret) => innerToken(secret, id, key))
  return [
    ...inner,
    ...inner.flatMap((half) =>
      secretsIn(loot).flatMap((secret) =>
        (['number', 'description'] as const).map((sort) => outerToken(secret, id, sort, half)),
      ),
    ),
  ]
}

function placesOf(token: Uint8Array, id: Uint8Array, { hub }: Loot): readonly Uint8Array[] {
  const placeKey = hub === undefined ? NO_KEY : hmacSha256(hub.storageKey, encode('posting-places/v1', id))
  return [0, 1].map((index) => postingPlace(placeKey, token, index).key)
}

/** The rows of children, as whoever has the hub's keys reads them. */
export async function childRows(
  stolen: Stolen,
  { id, keys }: Pick<HubSecrets, 'id' | 'keys'>,
): Promise<readonly ChildRow[]> {
  const store = await openSqliteStore(hubFolder(stolen.folder).database)
  try {
    const shelf = openShelf(store, id, keys.storageKey, seededRandom(1).bytes)
    return (await shelf.list('child', undefined, 10_000)).map(({ value }) => value)
  } finally {
    await store.close()
  }
}

/**
 * How many of the children's marks and confirming details agree with a guess at who they are, with the hub's keys and without
 * or with the custodians'. Guesses are of the very children; each is tried on each row.
 */
export function testedMarks(
  rows: readonly ChildRow[],
  id: Uint8Array,
  children: readonly RegistrationDetails[],
  loot: Required<Pick<Loot, 'hub'>> & Loot,
): { readonly marks: number; readonly details: number } {
  const guesses = children.map((child) => ({
    tokens: guessesAt(child).flatMap((key) => tokensOf(key, id, loot).map((token) => token.subarray(0, 16))),
    details: confirmingKeys(child),
  }))
  let [marks, details] = [0, 0]
  for (const row of rows) {
    const [own, confirming] = [unpackMarks(row.marks), unpackMarks(row.details)]
    for (const guess of guesses) {
      for (const mark of marksOf(loot.hub.storageKey, id, row.childId, guess.tokens)) if (own.has(mark)) marks += 1
      for (const key of guess.details) {
        const inner = innerConfirming(loot.hub.lookupKeys[0].key, id, row.childId, key)
        const tried = [inner, ...secretsIn(loot).map((secret) => outerToken(secret, id, 'description', inner))]
        if (tried.some((token) => confirming.has(Buffer.from(token).readUInt32BE(0)))) details += 1
      }
    }
  }
  return { marks, details }
}

/**
 * The largest number of rows that have any four bytes in the same place in common, in their keys or in their values: how a
 * frequent name shows where equal things are stored equally.
 */
export function largestRepeat(rows: readonly StolenRow[]): number {
  let largest = rows.length === 0 ? 0 : 1
  for (const of of [(row: StolenRow) => row.key, (row: StolenRow) => row.value]) {
    const longest = rows.reduce((max, row) => Math.max(max, of(row).length), 0)
    for (let at = 0; at + 4 <= Math.min(longest, 128); at += 1) {
      const counts = new Map<number, number>()
      for (const row of rows) {
        const bytes = of(row)
        if (at + 4 > bytes.length) continue
        const word = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).readUInt32BE(at)
        const count = (counts.get(word) ?? 0) + 1
        counts.set(word, count)
        largest = Math.max(largest, count)
      }
    }
  }
  return largest
}

/** How many stored values, journal entries or rows beside them hold an id of one agency together with another agency's id of the same child. */
export function idsTogether(
  stolen: Stolen,
  pairs: readonly (readonly [readonly string[], readonly string[]])[],
): number {
  const stored = [
    ...stolen.journal,
    ...[...stolen.tables.values()].flat().map(({ key, value }) => Buffer.concat([key, value])),
  ]
  const texts = stored.map((bytes) => Buffer.from(bytes).toString('latin1'))
  const holds = (text: string, forms: readonly string[]): boolean => forms.some((form) => text.includes(form))
  return texts.filter((text) => pairs.some(([one, other]) => holds(text, one) && holds(text, other))).length
}

/** How many stored values hold an id of the agency. */
export function idsSeen(stolen: Stolen, ids: readonly (readonly string[])[]): number {
  const stored = [...stolen.journal, ...[...stolen.tables.values()].flat().map(({ value }) => value)]
  const texts = stored.map((bytes) => Buffer.from(bytes).toString('latin1'))
  return ids.filter((forms) => texts.some((text) => forms.some((form) => text.includes(form)))).length
}

/**
 * How well a yes or no can be told from a number, 0 not at all, 1 always: how much more often than the commoner answer one is right who has
 * seen half of the cases and is asked about the other half.
 */
export function toldFrom(cases: readonly { readonly number: number; readonly is: boolean }[]): number {
  const [seen, asked] = [cases.filter((_, i) => i % 2 === 0), cases.filter((_, i) => i % 2 === 1)]
  const usual = seen.filter(({ is }) => is).length * 2 > seen.length
  const right = asked.filter(({ number, is }) => {
    const alike = seen.filter((one) => one.number === number)
    const yes = alike.filter((one) => one.is).length * 2
    return (yes === alike.length ? usual : yes > alike.length) === is
  }).length
  const least = asked.filter(({ is }) => is === usual).length
  return Math.max(0, (right - least) / Math.max(1, asked.length - least))
}

/** How closely two numbers go together, -1 to 1. */
export function correlation(pairs: readonly (readonly [number, number])[]): number {
  const mean = (of: (pair: readonly [number, number]) => number): number =>
    pairs.reduce((sum, pair) => sum + of(pair), 0) / pairs.length
  const [x, y] = [mean(([one]) => one), mean(([, other]) => other)]
  const covariance = mean(([one, other]) => (one - x) * (other - y))
  const spread = Math.sqrt(mean(([one]) => (one - x) ** 2) * mean(([, other]) => (other - y) ** 2))
  return spread === 0 ? 0 : covariance / spread
}
