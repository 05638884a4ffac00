import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toHex, utf8Bytes } from '../../src/bytes.js'
import { describeChild } from '../../src/child/keys.js'
import { innerToken } from '../../src/child/tokens.js'
import { sha256 } from '../../src/hash.js'
import { openShelf } from '../../src/hub/shelf.js'
import { memoryStore, type RegistrationDetails, readAgencyChildId } from '../../src/index.js'
import { toJsonBytes } from '../../src/json.js'
import { type GeneratedDetails, generateChildren, searchBytes, searchTerms, seededRandom } from '../../src/testing.js'
import { house } from '../support/house.js'
import {
  childRows,
  correlation,
  dictionary,
  guessesAt,
  idsSeen,
  idsTogether,
  largestRepeat,
  testedMarks,
  toldFrom,
} from './attacks.js'
import { type HubSecrets, rowsOfCommits, type Stolen, type StolenRow, secretsOf, steal, weakened } from './theft.js'

/**
 * Somebody takes every byte of a hub's folder but the key files; and again with all keys of the hub, but none of a custodian. Each attack is also
 * made on loot that is worth more, where it must succeed: an attack that finds nothing anywhere proves nothing.
 *
 * `docs/security.md` says in its last section what each attack learns.
 */

const base = mkdtempSync(join(tmpdir(), 'stolen-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

const ONE_BY_ONE = 12
const CHILDREN = 120
const CHECKED = 16
const GUESSED = 15

let children: readonly GeneratedDetails[]
let loot: Stolen
let hub: HubSecrets
/** Agency child ids of two agencies, in the forms in which a thief would look for them. */
let ids: readonly (readonly [readonly string[], readonly string[]])[]
/** Keys of posting rows by the commit that brought them. */
let commits: readonly (readonly string[])[]

const isShielded = (i: number): boolean => i % 2 === 1

beforeAll(async () => {
  const folder = join(base, 'hub')
  await using it = await house({ path: folder })
  const named = ({ givenNames, expectedDate }: GeneratedDetails): boolean => givenNames !== '' && expectedDate !== true
  children = [...generateChildren({ seed: 21, children: CHILDREN + 20, now: it.clock.now })]
    .filter(named)
    .slice(0, CHILDREN)
  const details = children.map((child, i) => (isShielded(i) ? { ...child, shielded: true } : child))
  for (const child of details.slice(0, ONE_BY_ONE)) await it.register(child)
  commits = rowsOfCommits(folder, join(base, 'commits'), 'posting')
  await it.sealer.registerAll(details.slice(ONE_BY_ONE), { neverIssuedNumbers: true })
  const found: (readonly [readonly string[], readonly string[]])[] = []
  for (const [i, child] of children.slice(0, CHECKED).entries()) {
    const seen = { incident: 'first-known', occurredAt: it.clock.now - 1000, reference: `r-${i}`, practitioner: 'pc-1' }
    const byDetails = {
      givenNames: child.givenNames,
      familyName: child.familyName,
      dateOfBirth: child.dateOfBirth,
      addresses: child.addresses.slice(0, 1),
    }
    const byNumber = { nhsNumber: child.nhsNumber ?? '' }
    await it.police.check({ ...seen, child: byNumber })
    await it.health.check({ ...seen, child: { details: byDetails } })
    const police = await it.police.identify(byNumber, 'pc-1')
    const health = await it.health.identify({ details: byDetails }, 'dr-1')
    found.push([formsOf(police.agencyChildId), formsOf(health.agencyChildId)])
  }
  await it.hub.caughtUp()
  ids = found
  loot = steal(folder, join(base, 'loot'))
  hub = await secretsOf(folder)
}, 120_000)

/** The id as bytes, in base64 (as JSON holds bytes) and in hexadecimal. */
function formsOf(written: string): readonly string[] {
  const bytes = Buffer.from(readAgencyChildId(written).agencyChildId)
  return [bytes.toString('latin1'), bytes.toString('base64'), bytes.toString('hex')]
}

/** As many children as in the index, of the same register of names and places, but not in it. */
const strangers = (): readonly GeneratedDetails[] => [
  ...generateChildren({ seed: 22, children: 40, now: Date.UTC(2026, 2, 4) }),
]

const random = seededRandom(1)

/** What a careless index would store: a row for each token, made with the hub's key alone or without any. */
function tokenRows(
  of: readonly RegistrationDetails[],
  token: (key: ReturnType<typeof guessesAt>[number]) => Uint8Array,
): StolenRow[] {
  return of.flatMap((details) => guessesAt(details).map((key) => ({ key: token(key), value: random.bytes(16) })))
}

const withHubKey = (key: ReturnType<typeof guessesAt>[number]): Uint8Array =>
  innerToken(hub.keys.lookupKeys[0].key, hub.id, key).subarray(0, 16)
const withoutKey = ({ parts }: ReturnType<typeof guessesAt>[number]): Uint8Array => sha256(utf8Bytes(parts.join('|')))

describe('a dictionary of names, dates, postcodes and numbers', () => {
  // The luckiest dictionary: it holds the very children.
  const guessed = (): readonly GeneratedDetails[] => children.slice(0, GUESSED)

  test('finds nobody in the files, without and with the keys of the hub', () => {
    expect([...loot.files.keys()]).toEqual(expect.arrayContaining(['index.db', 'index.db-wal']))
    expect(dictionary(loot, hub.id, guessed(), {}).size).toBe(0)
    expect(dictionary(loot, hub.id, guessed(), { hub: hub.keys }).size).toBe(0)
  }, 60_000)

  test('would find everybody with the key of one custodian, or where one key or none makes a token', () => {
    expect(dictionary(loot, hub.id, guessed(), { hub: hub.keys, kc: hub.kc }).size).toBe(GUESSED)
    expect(dictionary(loot, hub.id, strangers().slice(0, 10), { hub: hub.keys, kc: hub.kc }).size).toBeLessThan(10)
    const oneKey = weakened(loot, 'posting', tokenRows(guessed(), withHubKey))
    expect(dictionary(oneKey, hub.id, guessed(), { hub: hub.keys }).size).toBe(GUESSED)
    expect(dictionary(oneKey, hub.id, guessed(), {}).size).toBe(0)
    const noKey = weakened(loot, 'posting', tokenRows(guessed(), withoutKey))
    expect(dictionary(noKey, hub.id, guessed(), {}).size).toBe(GUESSED)
  }, 60_000)

  test('agrees with no mark and no confirming detail in the rows that the keys of the hub open', async () => {
    const rows = await childRows(loot, hub)
    expect(rows.filter(({ status }) => status === 'registered')).toHaveLength(CHILDREN)
    const tried = children.slice(0, 20)
    const without = testedMarks(rows, hub.id, tried, { hub: hub.keys })
    // Marks are of four bytes: of millions of pairs, one or two agree by chance once in a hundred runs.
    expect(without.marks).toBeLessThanOrEqual(2)
    expect(without.details).toBeLessThanOrEqual(2)
    const withCustodian = testedMarks(rows, hub.id, tried, { hub: hub.keys, kc: hub.kc })
    expect(withCustodian.marks).toBeGreaterThan(20 * 20)
    expect(withCustodian.details).toBeGreaterThan(20)
  }, 60_000)
})

describe('how often things are equal', () => {
  test('shows nothing: no two rows have four bytes in the same place in common', () => {
    for (const table of ['child', 'posting', 'record', 'meter'] as const) {
      const rows = loot.tables.get(table) ?? []
      expect(rows.length, table).toBeGreaterThan(3)
      // Four bytes of some thousands of rows meet by chance once in a while.
      expect(largestRepeat(rows), table).toBeLessThanOrEqual(2)
    }
    expect(loot.tables.get('posting')?.length).toBeGreaterThan(CHILDREN * 20)
  })

  test('would show a frequent name where equal tokens are stored equally', () => {
    const smiths = children.slice(0, 25).map((child) => ({ ...child, familyName: 'Smith', givenNames: 'Noah' }))
    const same = smiths.map((child) => ({ ...child, dateOfBirth: '2015-03-04' }))
    const withPlace = weakened(loot, 'posting', tokenRows(same, withHubKey))
    expect(largestRepeat(withPlace.tables.get('posting') ?? [])).toBeGreaterThanOrEqual(25)
  })

  test('shows nothing in marks either: those of one token differ from child to child', async () => {
    const rows = await childRows(loot, hub)
    const counts = new Map<string, number>()
    for (const { marks } of rows) {
      for (let at = 0; at < marks.length; at += 4) {
        const mark = toHex(marks.subarray(at, at + 4))
        counts.set(mark, (counts.get(mark) ?? 0) + 1)
      }
    }
    expect(counts.size).toBeGreaterThan(CHILDREN * 30)
    expect([...counts.values()].filter((count) => count > 1).length).toBeLessThanOrEqual(2)
  })

  test('tells a population of one family name from one of many by no count and no size', async () => {
    const people = children.slice(0, 36)
    const uniform = await weighed(people.map((child) => ({ ...child, familyName: 'Marlow' })))
    const letters = 'bdfgklmnprst'
    const various = await weighed(
      people.map((child, i) => {
        const [a, b] = [letters[i % 12], letters[Math.floor(i / 12)]]
        return { ...child, familyName: `Ma${a}${b}ow` }
      }),
    )
    // What shows is that brothers and sisters are no family any more, not which name is frequent.
    for (const [table, { rows }] of uniform) expect(various.get(table)?.rows, table).toBe(rows)
    expect(various.get('child')?.bytes).toBe(uniform.get('child')?.bytes)
    expect(various.get('posting')?.bytes).toBe(uniform.get('posting')?.bytes)
  }, 60_000)
})

async function weighed(
  people: readonly RegistrationDetails[],
): Promise<ReadonlyMap<string, { rows: number; bytes: number }>> {
  const folder = mkdtempSync(join(base, 'weighed-'))
  await using it = await house({ path: join(folder, 'hub') })
  const outcomes = await it.sealer.registerAll(people, { neverIssuedNumbers: true })
  expect(outcomes.length).toBe(people.length)
  const { tables } = steal(join(folder, 'hub'), join(folder, 'loot'))
  return new Map(
    [...tables].map(([table, rows]) => [
      table,
      { rows: rows.length, bytes: rows.reduce((sum, { key, value }) => sum + key.length + value.length, 0) },
    ]),
  )
}

describe('whose a row is', () => {
  test('nothing stored holds the ids that two agencies have of one child', () => {
    expect(idsTogether(loot, ids)).toBe(0)
    // The search does see an id where it stands: beside the journal, in the check that its agency signed.
    expect(
      idsSeen(
        loot,
        ids.map(([police]) => police),
      ),
    ).toBe(CHECKED)
    const table = ids.map(([[police = ''], [health = '']]) => ({
      key: Buffer.from(police, 'latin1'),
      value: Buffer.from(health, 'latin1'),
    }))
    expect(idsTogether(weakened(loot, 'history', table), ids)).toBe(CHECKED)
  })

  test('the size of a row does not tell who is shielded', async () => {
    const rows = (await childRows(loot, hub)).filter(({ status }) => status === 'registered')
    const sizes = await sizesOf()
    const cases = rows.map(({ childId, shielded }) => ({ number: sizes.get(toHex(childId)) ?? 0, is: shielded }))
    expect(cases.filter(({ is }) => is)).toHaveLength(CHILDREN / 2)
    expect(toldFrom(cases)).toBeLessThan(0.3)
    expect(new Set(cases.map(({ number }) => number)).size).toBeLessThanOrEqual(3)
    // Were a row one byte longer for a shielded child, everybody could tell.
    expect(toldFrom(cases.map(({ is }, i) => ({ number: 100 + 4 * (i % 3) + (is ? 0 : 1), is })))).toBe(1)
  })

  test('the size of a row tells little of how much is known of a child', async () => {
    const rows = await childRows(loot, hub)
    const sizes = await sizesOf()
    const usual = rows.filter(({ marks }) => marks.length <= 4 * 90)
    expect(usual.length).toBeGreaterThan(CHILDREN / 2)
    expect(new Set(usual.map(({ childId }) => sizes.get(toHex(childId)))).size).toBe(1)
    // To the byte, the size of a row that is not filled up goes with what is in it.
    const plain = rows.map((row) => [row.marks.length, toJsonBytes(row).length] as const)
    expect(correlation(plain)).toBeGreaterThan(0.9)
  })

  test('the latest commits do tell which rows one registration brought, and so how many keys a child has', () => {
    const registrations = commits.filter((added) => added.length > 0)
    expect(registrations).toHaveLength(ONE_BY_ONE)
    const known = children.slice(0, ONE_BY_ONE).map((child) => {
      const { numbers, index } = describeChild(child)
      return numbers.length + index.length
    })
    // A limit that is written down, not one to be proud of: the count of rows is the count of keys.
    expect(registrations.map((added) => added.length)).toEqual(known)
  })

  /** Stored sizes of the rows of children, by child id: a thief has the sizes, and this test the ids. */
  async function sizesOf(): Promise<ReadonlyMap<string, number>> {
    const shelf = openShelf(memoryStore(), hub.id, hub.keys.storageKey, random.bytes)
    const stored = new Map((loot.tables.get('child') ?? []).map(({ key, value }) => [toHex(key), value.length]))
    const rows = await childRows(loot, hub)
    return new Map(rows.map(({ childId }) => [toHex(childId), stored.get(toHex(shelf.key('child', childId))) ?? 0]))
  }
})

describe('details that were planted', () => {
  /** Each as it is, in hexadecimal, and in base64 at each of its three alignments. */
  function encodings(text: string): readonly string[] {
    const bytes = Buffer.from(text)
    const aligned = [0, 1, 2].map((shift) => {
      const base64 = Buffer.concat([Buffer.alloc(shift), bytes])
        .toString('base64')
        .replaceAll('=', '')
      return base64.slice(shift === 0 ? 0 : shift + 1, bytes.length % 3 === 0 && shift === 0 ? undefined : -1)
    })
    const long = aligned.filter((each) => each.length >= 10)
    return [text, ...(bytes.length >= 6 ? [bytes.toString('hex')] : []), ...long]
  }

  const terms = (): readonly string[] =>
    children.flatMap((details) => searchTerms({ details, registered: true, story: 'ordinary' })).flatMap(encodings)

  test('stand in no file, in no encoding that is usual', async () => {
    const { found, bytesSearched, termsSearched } = await searchBytes(loot.files.values(), terms())
    expect(found).toEqual([])
    expect(bytesSearched).toBeGreaterThan(1_000_000)
    expect(termsSearched).toBeGreaterThan(5_000)
  }, 60_000)

  test.each<[string, (text: string) => Uint8Array]>([
    ['as text', (text) => utf8Bytes(`...${text}...`)],
    ['in UTF-16', (text) => Buffer.from(text, 'utf16le')],
    ['in hexadecimal', (text) => utf8Bytes(Buffer.from(text).toString('hex'))],
    ['in base64', (text) => utf8Bytes(Buffer.from(`xy${text}z`).toString('base64'))],
    ['in base64, otherwise aligned', (text) => utf8Bytes(Buffer.from(`x${text}`).toString('base64'))],
  ])('would be found %s', async (_, written) => {
    const { givenNames, familyName } = children[3] as GeneratedDetails
    const file = { key: utf8Bytes('k'), value: written(`${givenNames} ${familyName}`) }
    const { found } = await searchBytes(weakened(loot, 'record', [file]).files.values(), terms())
    expect(found.length).toBeGreaterThan(0)
  })
})
