import { beforeAll, describe, expect, test } from 'vitest'
import { openTrialIndex, type TrialIndex } from '../../bench/matching/trial-index.js'
import { toHex, utf8Bytes } from '../../src/bytes.js'
import { compared } from '../../src/child/compare.js'
import type { LookupDetails, RegistrationDetails } from '../../src/child/details.js'
import type { ChildId } from '../../src/child/identifiers.js'
import { type Description, describeChild, nameOf, type Question, questionAbout } from '../../src/child/keys.js'
import { backsNumber, type Evidence, givenAgrees, isCandidate, links, maySeemTwice } from '../../src/child/matching.js'
import { postingPlace } from '../../src/child/postings.js'
import { sha256 } from '../../src/hash.js'
import { type Found, find, pointedAt, tokensAskedFor } from '../../src/hub/children/find.js'
import { POSTINGS_MAX, PostingTable } from '../../src/hub/children/postings.js'
import { loadStanding } from '../../src/hub/children/standing.js'
import { tokenedQuestions } from '../../src/hub/children/tokens.js'
import { memoryStore } from '../../src/store/memory.js'
import { generateChildren, generateLookalikes, misrecorded, seededRandom } from '../../src/testing/population.js'
import { childDetails, house, nhsNumber } from '../support/house.js'

const NOW = Date.UTC(2025, 5, 1)
const SEED = 11

/** A trial index gives out ids that begin with the place of the child. */
const placeOf = (id: ChildId): number => Buffer.from(id).readUInt32BE(0)

async function ask(index: TrialIndex, questions: readonly Question[]): Promise<readonly ReadonlyMap<number, Found>[]> {
  const tokened = await tokenedQuestions(index.hub, questions)
  const postings = await PostingTable.load(index.hub, tokened.flatMap(tokensAskedFor))
  const children = await loadStanding(
    index.hub,
    tokened.flatMap((question) => pointedAt(question, postings)),
  )
  return tokened.map(
    (question) =>
      new Map(find(index.hub, question, postings, children).map((found) => [placeOf(found.row.childId), found])),
  )
}

const summed = (evidence: readonly Evidence[]) => ({
  isDescribed: evidence.some(links),
  mayBe: evidence.some(isCandidate),
  mayBeTwice: evidence.some(maySeemTwice),
  givenAgrees: evidence.some(givenAgrees),
  givenIsSame: evidence.some((each) => givenAgrees(each) && each.meanings.has('given-same')),
  isBacked: evidence.some(backsNumber),
})
const NOTHING = summed([])

describe('what a hub finds by tokens is what is found in plain', () => {
  const lookalikes = generateLookalikes({ seed: SEED, cases: 240, now: NOW })
  const children: readonly RegistrationDetails[] = [
    ...generateChildren({ seed: SEED, children: 300, now: NOW }),
    ...lookalikes.flatMap(({ registered }) => registered),
  ]
  const random = seededRandom(SEED)
  const lookups: readonly LookupDetails[] = [
    // Twice the errors of a usual record, so that most have one.
    ...children.map((child) => misrecorded(child, random, { now: NOW, withNumber: random.next() < 0.5 }).details),
    ...lookalikes.map(({ lookup }) => lookup),
  ]
  const described: readonly Description[] = children.map(describeChild)
  const questions = lookups.map(questionAbout)
  const crowded = new Set<string>()
  let found: readonly ReadonlyMap<number, Found>[]
  beforeAll(async () => {
    const index = await openTrialIndex(memoryStore(), SEED)
    await index.register(children.map((details) => ({ details })))
    found = await ask(index, questions)
    const times = new Map<string, number>()
    for (const { index: keys } of described)
      for (const key of keys) times.set(nameOf(key), (times.get(nameOf(key)) ?? 0) + 1)
    for (const [name, count] of times) if (count > POSTINGS_MAX) crowded.add(name)
  })

  test('for every child that has a key in common with the question, and no other', () => {
    const by = new Map<string, number[]>()
    described.forEach(({ index, numbers }, place) => {
      for (const key of [...index, ...numbers]) by.set(nameOf(key), [...(by.get(nameOf(key)) ?? []), place])
    })
    const counts = { pairs: 0, described: 0, candidates: 0, exchanged: 0 }
    questions.forEach((question, i) => {
      const keys = [...question.own.numbers, ...question.asked.flatMap(({ index }) => index)]
      // A token that too many share points at the first of them only; then the two may differ.
      if (keys.some((key) => crowded.has(nameOf(key)))) return
      const places = new Set(keys.flatMap((key) => by.get(nameOf(key)) ?? []))
      for (const place of found[i]?.keys() ?? []) expect(places, `seed ${SEED}, question ${i}`).toContain(place)
      for (const place of places) {
        const evidence = compared(question, described[place]!)
        const expected = summed(evidence)
        const {
          isDescribed,
          mayBe,
          mayBeTwice,
          givenAgrees: agrees,
          givenIsSame,
          isBacked,
        } = found[i]?.get(place) ?? ({ ...NOTHING, isBacked: expected.isBacked } as Found)
        const got = { isDescribed, mayBe, mayBeTwice, givenAgrees: agrees, givenIsSame, isBacked }
        expect(got, `seed ${SEED}, question ${i}, child ${place}`).toEqual(expected)
        counts.pairs += 1
        counts.described += Number(isDescribed)
        counts.candidates += Number(mayBe)
        counts.exchanged += Number(isDescribed && evidence.every((each) => each.isExchanged || !links(each)))
      }
    })
    expect(counts.pairs).toBeGreaterThan(1_000)
    expect(counts.described).toBeGreaterThan(400)
    expect(counts.candidates).toBeGreaterThan(counts.described)
    expect(counts.exchanged).toBeGreaterThan(0)
  })

  test('and numbers agree, contradict or say nothing as they are written', () => {
    const counts = { agrees: 0, contradicts: 0, silent: 0 }
    questions.forEach(({ own }, i) => {
      const asked = lookups[i]?.nhsNumber
      for (const [place, { number, hasNumber, nhsNumber: relation, hasOnlyTheseNumbers }] of found[i] ?? []) {
        const its = children[place]?.nhsNumber
        const expected = asked === undefined || its === undefined ? 'silent' : asked === its ? 'agrees' : 'contradicts'
        expect(number, `seed ${SEED}, question ${i}, child ${place}`).toBe(expected)
        expect(hasNumber).toBe(expected === 'agrees')
        expect(relation).toBe(expected === 'agrees' ? 'present' : 'neither')
        const names = new Set(own.numbers.map(nameOf))
        expect(hasOnlyTheseNumbers).toBe((described[place]?.numbers ?? []).every((key) => names.has(nameOf(key))))
        counts[number] += 1
      }
    })
    expect(Math.min(counts.agrees, counts.contradicts, counts.silent)).toBeGreaterThan(50)
  })
})

describe('children whom many have much in common with', () => {
  const crowd = Array.from({ length: POSTINGS_MAX + 12 }, (_, i) => ({
    details: {
      givenNames: 'Oliver',
      familyName: 'Smith',
      dateOfBirth: '2016-05-04',
      nhsNumber: nhsNumber(i),
      addresses: [
        {
          lines: [`${i + 1} ${'Ash Beech Cedar Elm'.split(' ')[i % 4]} Road`],
          postcode: `NX${1 + (i % 9)} ${i % 7}AB`,
        },
      ],
    },
  }))

  test('are found by the rest of what is known of them, and by number, after the token that all share is full', async () => {
    const index = await openTrialIndex(memoryStore(), SEED)
    await index.register(crowd.slice(0, 20))
    await index.register(crowd.slice(20))
    const bare = { givenNames: 'Oliver', familyName: 'Smith', dateOfBirth: '2016-05-04' }
    const [shared, ...each] = await ask(index, [
      questionAbout(bare),
      ...crowd.map(({ details: { nhsNumber: _, ...details } }) => questionAbout(details)),
      ...crowd.map(({ details }) => questionAbout({ ...bare, nhsNumber: details.nhsNumber })),
    ])
    expect([...(shared?.keys() ?? [])]).toEqual(Array.from({ length: POSTINGS_MAX }, (_, i) => i))
    crowd.forEach((_, i) => {
      expect(each[i]?.get(i)?.isDescribed, `child ${i} by address`).toBe(true)
      expect(each[crowd.length + i]?.get(i)?.hasNumber, `child ${i} by number`).toBe(true)
    })
  })
})

test('of many who have something in common with a question, those with most are looked at', async () => {
  const index = await openTrialIndex(memoryStore(), SEED)
  const home = { lines: ['1 Ash Road', 'Eastwold'], postcode: 'NX2 4AB' }
  const meant = { givenNames: 'Oliver', familyName: 'Smith', dateOfBirth: '2016-05-04', addresses: [home] }
  const letter = (n: number): string => 'BDFGHJKLMNPRSTVWXZ'.charAt(n % 18)
  const others = Array.from({ length: 48 }, (_, n) =>
    n % 2 === 0
      ? { ...meant, addresses: [{ lines: [`${n + 2} ${letter(n)}oo Lane`], postcode: `NX7 ${n % 10}AB` }] }
      : {
          ...meant,
          givenNames: `${letter(n)}aq`,
          familyName: `${letter(n + 1)}oq`,
          addresses: [{ ...home, postcode: `NX7 ${n % 10}AD` }],
        },
  )
  await index.register([...others, meant].map((details) => ({ details })))
  const [found] = await ask(index, [questionAbout(meant)])
  expect(found?.size).toBe(32)
  expect(found?.get(others.length)?.isDescribed).toBe(true)
})

describe('postings', () => {
  const token = (name: string): Uint8Array => sha256(utf8Bytes(name)).slice(0, 16)
  const id = (n: number): ChildId => sha256(utf8Bytes(`child ${n}`)).slice(0, 16) as ChildId
  const list = (from: number, to: number): ChildId[] => Array.from({ length: to - from }, (_, i) => id(from + i))
  const hex = (ids: readonly ChildId[]): readonly string[] => ids.map(toHex)

  test('of a weak token are the first few, of a strong one all, in their order', async () => {
    await using it = await house()
    const hub = await it.context()
    const add = (from: number, to: number): Promise<unknown> =>
      hub.ledger.write(async () => {
        const table = await PostingTable.load(hub, [token('weak'), token('strong')])
        for (const child of list(from, to)) {
          table.add(token('weak'), child, 'weak')
          table.add(token('strong'), child, 'strong')
        }
        return { puts: table.puts() }
      })
    // Around where one page of places ends and the next begins.
    for (const [from, to] of [
      [0, 1],
      [1, 9],
      [9, 10],
      [5, 17],
      [17, 18],
      [18, 40],
    ] as const) {
      await add(from, to)
      const table = await PostingTable.load(hub, [token('weak'), token('strong'), token('nobody')])
      expect(hex(table.get(token('strong')))).toEqual(hex(list(0, to)))
      expect(hex(table.get(token('weak')))).toEqual(hex(list(0, Math.min(to, POSTINGS_MAX))))
      expect(table.get(token('nobody'))).toEqual([])
      expect(table.puts()).toEqual([])
    }
  })

  test('of a child come once, however often it is added', async () => {
    await using it = await house()
    const hub = await it.context()
    const table = await PostingTable.load(hub, [token('a'), token('a'), token('b')])
    for (const _ of [1, 2, 3]) table.add(token('a'), id(1), 'weak')
    table.add(token('b'), id(1), 'strong')
    expect(hex(table.get(token('a')))).toEqual(hex([id(1)]))
    expect(table.puts()).toHaveLength(2)
    // Rows of one message see each other.
    await table.include(hub, [token('a'), token('c')])
    expect(hex(table.get(token('a')))).toEqual(hex([id(1)]))
  })

  test('of a token that was not read are refused, for they would be written over', async () => {
    await using it = await house()
    const table = await PostingTable.load(await it.context(), [token('a')])
    expect(() => table.get(token('b'))).toThrow(RangeError)
    expect(() => table.add(token('b'), id(1), 'strong')).toThrow(RangeError)
  })

  test('of two writes at once all stand, each in a place of its own', async () => {
    await using it = await house()
    const hub = await it.context()
    const write = (child: ChildId): Promise<unknown> =>
      hub.ledger.write(async () => {
        const table = await PostingTable.load(hub, [token('shared')])
        table.add(token('shared'), child, 'weak')
        return { puts: table.puts() }
      })
    await Promise.all(list(0, 12).map(write))
    const table = await PostingTable.load(hub, [token('shared')])
    expect(new Set(hex(table.get(token('shared'))))).toEqual(new Set(hex(list(0, 12))))
  })

  test('that are damaged are refused', async () => {
    await using it = await house()
    const hub = await it.context()
    await hub.ledger.write(async () => {
      const table = await PostingTable.load(hub, [token('a')])
      for (const child of list(0, 3)) table.add(token('a'), child, 'weak')
      return { puts: table.puts() }
    })
    const { key } = postingPlace(hub.shelf.placeKey, token('a'), 1)
    for (const value of [new Uint8Array(15), new Uint8Array(17), new Uint8Array(0)]) {
      await hub.ledger.write(async () => ({ puts: [{ table: 'posting' as const, key, value }] }))
      await expect(PostingTable.load(hub, [token('a')])).rejects.toMatchObject({ code: 'ERR_STORE_DAMAGED' })
    }
  })

  test('in the store tell nothing of token or child', async () => {
    await using it = await house()
    const hub = await it.context()
    const table = await PostingTable.load(hub, [token('a')])
    table.add(token('a'), id(1), 'strong')
    const [put] = table.puts()
    const stored = Buffer.concat([put!.key, put!.value!])
    for (const secret of [token('a'), id(1)]) expect(stored.includes(Buffer.from(secret).subarray(0, 6))).toBe(false)
  })
})

describe('rows of one message', () => {
  const { givenNames, familyName, dateOfBirth, addresses } = childDetails(41)
  const unknown: LookupDetails = { givenNames, familyName, dateOfBirth, ...(addresses && { addresses }) }

  test('see each other: an unknown child who comes twice is one provisional child', async () => {
    await using it = await house()
    const queries = [
      { child: { details: unknown } },
      { child: { details: { ...unknown, givenNames: `${givenNames} Rose`, familyName: familyName.toUpperCase() } } },
      { child: { details: { ...unknown, givenNames: 'Somebody' } } },
      { child: { nhsNumber: nhsNumber(77) } },
      { child: { details: { ...unknown, nhsNumber: nhsNumber(78) } } },
      { child: { nhsNumber: nhsNumber(77) } },
    ]
    const answers = []
    for await (const each of it.police.identifyAll(queries, { practitioner: 'pc-1' })) answers.push(each)
    const ids = answers.map((each) => (each.kind === 'identified' ? each.agencyChildId : each.kind))
    expect(ids[1]).toBe(ids[0])
    expect(ids[4]).toBe(ids[0])
    expect(ids[5]).toBe(ids[3])
    expect(new Set(ids).size).toBe(3)
    expect((await it.police.identify({ details: unknown }, 'pc-1')).agencyChildId).toBe(ids[0])
  })

  test('and so do registrations that come at once: twins are two, and each is found', async () => {
    await using it = await house()
    const twins = [childDetails(41), childDetails(41, { givenNames: 'Theodora', nhsNumber: nhsNumber(42) })]
    await Promise.all(twins.map((twin) => it.register(twin)))
    const byNumber = []
    for (const twin of twins) {
      const { agencyChildId } = await it.police.identify({ nhsNumber: twin.nhsNumber ?? '' }, 'pc-1')
      const details = { ...unknown, givenNames: twin.givenNames }
      expect(await it.police.identify({ details }, 'pc-1')).toMatchObject({ outcome: { kind: 'match' }, agencyChildId })
      byNumber.push(agencyChildId)
    }
    expect(new Set(byNumber).size).toBe(2)
  })
})
