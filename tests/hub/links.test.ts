import { describe, expect, test } from 'vitest'
import { linkedRows } from '../../src/hub/links/linked-rows.js'
import { numberKey } from '../../src/hub/shelf.js'
import type { CaseNews, Hub } from '../../src/index.js'
import { fromJsonBytes } from '../../src/json.js'
import { plantedCheck } from '../support/forge.js'
import { childDetails, DAY, type House, house, nhsNumber } from '../support/house.js'
import { all } from '../support/lists.js'
import { childOf, childRow, historyAt, merge, queuePair, seen, split } from '../support/pairs.js'
import { counting, countingHouse } from './policies.js'

const ASK = { group: 'identity', purpose: 'referral', lawfulBasis: 'public-task' } as const

/** Child 1 is registered and was seen (`known`); nobody knows child 7, who was seen too (`unknown`). The pair is number 1. */
async function withPair(known: readonly string[] = ['missing-episode'], unknown = known) {
  const it = await house()
  await it.register(childDetails(1))
  const rail = await it.agency('rail-police', 'police')
  const back = (days: number) => ({ occurredAt: it.clock.now - days * DAY })
  for (const [n, incident] of known.entries()) await seen(it, 1, `known/${n}`, { incident, ...back(n) })
  for (const [n, incident] of unknown.entries())
    await seen(it, 7, `unknown/${n}`, { incident, by: rail, ...back(n + 2) })
  await it.hub.caughtUp()
  const hub = await it.context()
  const registered = await childOf(hub, 'known/0')
  const provisional = await childOf(hub, 'unknown/0', 'rail-police')
  await queuePair(hub, provisional, registered)
  return { it, hub, rail, registered, provisional }
}

const cases = (hub: Hub) => all(hub.cases())
const ofCase = async (hub: Hub, number: number) =>
  (await hub.case(number)).timeline.map(({ incident }) => incident.code)

describe('officers see the queue', () => {
  test('by number, with how much stands on either side and no child id', async () => {
    const { it, registered, provisional } = await withPair(
      ['police-protection', 'missing-episode'],
      ['missing-episode'],
    )
    const before = it.exchanges.length
    const shown = {
      number: 1,
      reason: 'registered-twice',
      status: 'open',
      at: it.clock.now,
      first: { checks: 1, isRegistered: false, hasCase: false },
      second: { checks: 2, isRegistered: true, hasCase: true },
    }
    expect(await it.first.duplicates()).toEqual([shown])
    expect(await all(it.hub.duplicates())).toEqual([shown])
    expect(await it.first.duplicates({ after: 1 })).toEqual([])
    expect(await it.first.duplicates({ status: 'linked' })).toEqual([])
    await merge(1, it.first, it.second)
    const ids = [registered, provisional].flatMap((id) => [
      Buffer.from(id),
      Buffer.from(Buffer.from(id).toString('base64')),
    ])
    const carried = it.exchanges
      .slice(before)
      .flatMap(({ message, reply }) => [message, reply])
      .map((bytes) => Buffer.from(bytes))
    expect(carried.some((bytes) => ids.some((id) => bytes.includes(id)))).toBe(false)
    await it[Symbol.asyncDispose]()
  })

  test('more than a page of it', async () => {
    await using it = await house()
    const hub = await it.context()
    const { queueDuplicates } = await import('../../src/hub/links/duplicates.js')
    const id = (n: number) => new Uint8Array(16).fill(n) as Awaited<ReturnType<typeof childOf>>
    const pairs = Array.from({ length: 130 }, (_, n) => ({
      first: id(0),
      second: id(n + 1),
      reason: 'provisional' as const,
    }))
    await hub.ledger.write((_, at) => queueDuplicates(hub, pairs, at))
    expect((await all(it.hub.duplicates())).map(({ number }) => number)).toEqual(pairs.map((_, n) => n + 1))
    expect(await it.first.duplicates()).toHaveLength(100)
    expect(await it.first.duplicates({ after: 100 })).toHaveLength(30)
  })

  test('an officer queues the children of two cases; the same two again are the same number', async () => {
    const { it } = await withPair(['police-protection'])
    // The younger of two that nobody registered is the one that is given up.
    it.clock.now += 1
    await seen(it, 8, 'third', { incident: 'police-protection' })
    await it.hub.caughtUp()
    expect(await it.first.suspect(1, 3)).toBe(2)
    expect(await it.second.suspect(3, 1)).toBe(2)
    expect(await it.first.suspect(2, 1)).toBe(1)
    expect((await it.first.duplicates({ after: 1 })).map(({ reason }) => reason)).toEqual(['cases'])
    await expect(it.first.suspect(1, 1)).rejects.toMatchObject({ code: 'ERR_REQUEST_INVALID', field: 'cases' })
    await expect(it.first.suspect(1, 9)).rejects.toMatchObject({ code: 'ERR_CASE_UNKNOWN' })
    await it[Symbol.asyncDispose]()
  })
})

describe('two officers’ word', () => {
  test('the first waits, and is shown to wait; the second makes it so; both stand in the journal', async () => {
    const { it, hub, registered, provisional } = await withPair()
    expect(await it.first.link(1, 'merge', 'confirmed-by-agency')).toBe('waiting')
    expect(await it.first.link(1, 'merge', 'registered-twice')).toBe('waiting')
    expect(await it.second.duplicates()).toMatchObject([
      { status: 'open', waiting: { kind: 'merge', officer: 'first' } },
    ])
    const position = await hub.ledger.size()
    expect(await it.second.link(1, 'merge', 'registered-twice')).toBe('linked')
    const { entry } = await hub.ledger.readOne(position)
    expect(entry?.type).toBe('link')
    expect(fromJsonBytes(entry?.body ?? new Uint8Array(0))).toMatchObject({
      kind: 'merge',
      duplicate: 1,
      from: provisional,
      into: registered,
      statements: [
        { officer: 'first', reason: 'confirmed-by-agency' },
        { officer: 'second', reason: 'registered-twice' },
      ],
    })
    expect((await hub.store.entries(position, 1))[0]?.sealed).toBe(true)
    expect(await it.third.duplicates()).toMatchObject([{ status: 'linked' }])
    await expect(it.third.link(1, 'merge', 'same-name')).rejects.toMatchObject({ code: 'ERR_DUPLICATE_STATUS' })
    await expect(it.third.link(1, 'distinct', 'same-name')).rejects.toMatchObject({ code: 'ERR_DUPLICATE_STATUS' })
    expect((await it.hub.journal.verify()).verified).toBe(true)
    await it[Symbol.asyncDispose]()
  })

  test('one person under two ids is one person', async () => {
    const { it } = await withPair()
    const twin = await it.officer('first-again', { person: 'person-first' })
    expect(await it.first.link(1, 'merge', 'registered-twice')).toBe('waiting')
    expect(await twin.link(1, 'merge', 'registered-twice')).toBe('waiting')
    expect(await it.second.duplicates()).toMatchObject([{ status: 'open' }])
    await it[Symbol.asyncDispose]()
  })

  test('two that differ do not add up: the later one waits', async () => {
    const { it } = await withPair()
    await it.first.link(1, 'merge', 'registered-twice')
    expect(await it.second.link(1, 'distinct', 'siblings')).toBe('waiting')
    expect(await it.third.link(1, 'merge', 'registered-twice')).toBe('waiting')
    expect(await it.first.link(1, 'merge', 'registered-twice')).toBe('linked')
    await it[Symbol.asyncDispose]()
  })

  test('the first waits two weeks and no longer', async () => {
    const { it } = await withPair()
    await it.first.link(1, 'merge', 'registered-twice')
    it.clock.now += 14 * DAY + 1
    expect(await it.second.link(1, 'merge', 'registered-twice')).toBe('waiting')
    it.clock.now += 14 * DAY
    expect(await it.first.link(1, 'merge', 'registered-twice')).toBe('linked')
    await it[Symbol.asyncDispose]()
  })

  test('of an officer who lost standing since counts no longer', async () => {
    const { it } = await withPair()
    await it.first.link(1, 'merge', 'registered-twice')
    await it.hub.suspend('first')
    expect(await it.second.link(1, 'merge', 'registered-twice')).toBe('waiting')
    expect(await it.third.link(1, 'merge', 'registered-twice')).toBe('linked')
    await it[Symbol.asyncDispose]()
  })

  test('that they are two children leaves everything as it was, and the pair is not queued again', async () => {
    const { it, hub, registered, provisional } = await withPair()
    const before = await Promise.all([registered, provisional].map((id) => historyAt(hub, id)))
    await it.first.link(1, 'distinct', 'siblings')
    expect(await it.second.link(1, 'distinct', 'same-name')).toBe('distinct')
    expect(await Promise.all([registered, provisional].map((id) => historyAt(hub, id)))).toEqual(before)
    await queuePair(hub, registered, provisional)
    expect(await it.first.duplicates()).toMatchObject([{ number: 1, status: 'distinct' }])
    await expect(it.first.link(1, 'distinct', 'siblings')).rejects.toMatchObject({ code: 'ERR_DUPLICATE_STATUS' })
    await expect(it.first.split(1, 'linked-in-error')).rejects.toMatchObject({ code: 'ERR_DUPLICATE_STATUS' })
    await merge(1, it.first, it.second)
    expect(await it.first.duplicates()).toMatchObject([{ number: 1, status: 'linked' }])
    await it[Symbol.asyncDispose]()
  })

  test('is refused from whoever is no officer in good standing, and about what is not queued', async () => {
    const { it } = await withPair()
    const late = await it.officer('late', { trainingUntil: it.clock.now })
    await expect(late.link(1, 'merge', 'registered-twice')).rejects.toMatchObject({ code: 'ERR_PARTY_NOT_IN_STANDING' })
    await expect(late.duplicates()).rejects.toMatchObject({ code: 'ERR_PARTY_NOT_IN_STANDING' })
    for (const number of [0, 2, -1, 1.5, Number.NaN, 2 ** 53])
      await expect(it.first.link(number, 'merge', 'registered-twice')).rejects.toThrow()
    await expect(it.first.link(2, 'merge', 'registered-twice')).rejects.toMatchObject({ code: 'ERR_DUPLICATE_UNKNOWN' })
    await expect(it.first.link(1, 'merge', 'a long story' as 'same-name')).rejects.toMatchObject({
      code: 'ERR_REQUEST_INVALID',
    })
    await it[Symbol.asyncDispose]()
  })
})

describe('a merge', () => {
  test('brings the checks of both to the registered child: the level that they reach together raises a case', async () => {
    const { it, hub, registered, provisional } = await withPair(
      ['missing-episode', 'missing-episode'],
      ['missing-episode'],
    )
    expect(await cases(it.hub)).toEqual([])
    const news: CaseNews[] = []
    it.hub.onCase((each) => news.push(each))
    await merge(1, it.first, it.second)
    await it.hub.caughtUp()
    expect(news).toEqual([{ number: 1, level: 'review', event: 'raised' }])
    expect(await ofCase(it.hub, 1)).toHaveLength(3)
    expect(await childRow(hub, provisional)).toMatchObject({ linkedTo: registered })
    expect(await historyAt(hub, provisional)).toMatchObject({ checks: [], joinedTo: { childId: registered } })
    await it[Symbol.asyncDispose]()
  })

  test('later checks of an id that was given up go where it went, and their withdrawals too', async () => {
    const { it, rail } = await withPair(['police-protection'], ['missing-episode'])
    await merge(1, it.first, it.second)
    await seen(it, 7, 'later', { by: rail })
    expect(await ofCase(it.hub, 1)).toHaveLength(3)
    await rail.withdraw('unknown/0', 'wrong-child')
    await rail.withdraw('later', 'wrong-child')
    expect((await it.hub.case(1)).timeline.filter(({ withdrawn }) => withdrawn)).toHaveLength(2)
    await it[Symbol.asyncDispose]()
  })

  test('the same check sent again, under the child’s other id, is the same check; other content is a conflict', async () => {
    const { it, rail } = await withPair()
    const check = { incident: 'missing-episode', occurredAt: it.clock.now - 2 * DAY, practitioner: 'PC 42' }
    const again = { ...check, child: { nhsNumber: nhsNumber(1) }, reference: 'unknown/0' }
    await expect(rail.check(again)).rejects.toMatchObject({ code: 'ERR_REFERENCE_CONFLICT' })
    const old = await rail.identify({ nhsNumber: nhsNumber(7) }, 'PC 42')
    const first = await rail.check({ ...again, child: { agencyChildId: old.agencyChildId } })
    await merge(1, it.first, it.second)
    expect((await rail.check(again)).checkId).toBe(first.checkId)
    await expect(rail.check({ ...again, occurredAt: it.clock.now })).rejects.toMatchObject({
      code: 'ERR_REFERENCE_CONFLICT',
    })
    const more = { ...check, child: { agencyChildId: old.agencyChildId }, reference: 'unknown/1' }
    expect(first.known).toBe('unknown')
    expect((await rail.check(more)).known).toBe('known')
    expect((await rail.correct({ ...more, occurredAt: it.clock.now }, 'wrong-time')).known).toBe('known')
    await it[Symbol.asyncDispose]()
  })

  test('ends the enquiry about the unknown child, and opens none for its later checks', async () => {
    const { it } = await withPair()
    expect(await all(it.hub.enquiries())).toMatchObject([{ number: 1, status: 'open' }])
    await merge(1, it.first, it.second)
    await seen(it, 7, 'later')
    expect(await all(it.hub.enquiries())).toMatchObject([{ number: 1, status: 'ended', outcome: 'linked' }])
    await expect(it.first.endEnquiry(1, 'linked')).rejects.toMatchObject({ code: 'ERR_REQUEST_INVALID' })
    await it[Symbol.asyncDispose]()
  })

  test('of two cases lets the one go on that is further along; the other is closed into it', async () => {
    const { it } = await withPair(['police-protection'], ['child-disclosure'])
    expect(await cases(it.hub)).toMatchObject([{ level: 'child-protection' }, { level: 'review' }])
    await it.third.open({ case: 1, ...ASK })
    await merge(1, it.first, it.second)
    expect(await cases(it.hub)).toMatchObject([
      { number: 1, status: 'opened', level: 'child-protection' },
      { number: 2, status: 'closed', joinedTo: 1 },
    ])
    expect(await it.first.review(2)).toMatchObject({ status: 'closed', joinedTo: 1 })
    expect(await it.second.cases({ status: 'closed' })).toMatchObject([{ number: 2, joinedTo: 1 }])
    expect(await ofCase(it.hub, 1)).toHaveLength(2)
    await it[Symbol.asyncDispose]()
  })

  test('keeps the higher level of two cases, also where its check has been taken back', async () => {
    const { it, rail } = await withPair(['child-disclosure'], ['police-protection'])
    await rail.withdraw('unknown/0', 'wrong-child')
    await merge(1, it.first, it.second)
    expect(await cases(it.hub)).toMatchObject([
      { number: 1, status: 'new', level: 'child-protection' },
      { number: 2, status: 'closed', joinedTo: 1 },
    ])
    expect(await it.hub.case(1)).toMatchObject({ verdict: { level: 'review' } })
    await it[Symbol.asyncDispose]()
  })

  test('the case of an unknown child goes on as that of the registered one, and can be opened', async () => {
    const { it } = await withPair(['missing-episode'], ['police-protection'])
    await expect(it.third.open({ case: 1, ...ASK })).rejects.toMatchObject({ code: 'ERR_OPENING_UNKNOWN' })
    await merge(1, it.first, it.second)
    const opening = await it.third.open({ case: 1, ...ASK })
    expect(opening).toMatchObject({ opened: true, refused: [] })
    expect((await it.third.read(opening.opening)).details).toMatchObject({ nhsNumber: nhsNumber(1) })
    await it[Symbol.asyncDispose]()
  })

  test('a word on closing that came before it has seen half: it is said anew', async () => {
    const { it } = await withPair(['police-protection'], ['missing-episode'])
    expect(await it.third.close(1, 'no-further-action', 'no-further-action')).toBe('new')
    await merge(1, it.first, it.second)
    expect(await it.first.close(1, 'no-further-action', 'no-further-action')).toBe('new')
    expect(await it.second.close(1, 'no-further-action', 'no-further-action')).toBe('closed')
    await it[Symbol.asyncDispose]()
  })

  test('a closed case does not come back by a link that brings nothing, and does by one that brings what counts', async () => {
    const { it, hub } = await withPair(['police-protection'], ['missing-episode'])
    for (const officer of [it.first, it.second]) await officer.close(1, 'no-further-action', 'no-further-action')
    await merge(1, it.first, it.second)
    expect(await cases(it.hub)).toMatchObject([{ number: 1, status: 'closed' }])
    await seen(it, 8, 'grave', { incident: 'child-disclosure' })
    await it.hub.caughtUp()
    await it.first.close(2, 'no-further-action', 'no-further-action')
    await queuePair(hub, await childOf(hub, 'grave'), await childOf(hub, 'known/0'))
    await merge(2, it.first, it.second)
    expect(await cases(it.hub)).toMatchObject([
      { number: 1, status: 'closed' },
      { number: 2, status: 'closed' },
      { number: 3, status: 'new', reReferral: true },
    ])
    await it[Symbol.asyncDispose]()
  })

  test('of an unknown child whose case was closed, into one of whom nothing was known, brings no case back', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    await seen(it, 7, 'unknown', { incident: 'police-protection' })
    for (const officer of [it.first, it.second]) await officer.close(1, 'no-further-action', 'no-further-action')
    const hub = await it.context()
    await seen(it, 1, 'known')
    const registered = await childOf(hub, 'known')
    await hub.ledger.notice()
    for (const { position } of hub.checks.ofChild(registered)) await it.hub.eraseCheck(position, 'court-order')
    await queuePair(hub, await childOf(hub, 'unknown'), registered)
    await merge(1, it.first, it.second)
    expect(await cases(it.hub)).toMatchObject([{ number: 1, status: 'closed' }])
    await it[Symbol.asyncDispose]()
  })

  test('of two provisional children keeps the older id and one open enquiry', async () => {
    await using it = await house()
    await seen(it, 7, 'a')
    it.clock.now += DAY
    await seen(it, 8, 'b')
    await it.hub.caughtUp()
    const hub = await it.context()
    const [a, b] = [await childOf(hub, 'a'), await childOf(hub, 'b')]
    await queuePair(hub, a, b, 'provisional')
    await merge(1, it.first, it.second)
    expect(await childRow(hub, b)).toMatchObject({ linkedTo: a })
    expect(await all(it.hub.enquiries())).toMatchObject([
      { number: 1, status: 'open', checks: 2 },
      { number: 2, status: 'ended', outcome: 'linked' },
    ])
  })

  test('an enquiry whose other side has none goes on about the child that goes on', async () => {
    await using it = await house()
    await seen(it, 7, 'a')
    it.clock.now += DAY
    await seen(it, 8, 'b')
    await it.first.endEnquiry(1, 'visitor')
    const hub = await it.context()
    await queuePair(hub, await childOf(hub, 'a'), await childOf(hub, 'b'), 'provisional')
    await merge(1, it.first, it.second)
    await seen(it, 7, 'c')
    expect(await all(it.hub.enquiries())).toMatchObject([
      { number: 1, status: 'ended', outcome: 'visitor' },
      { number: 2, status: 'open', checks: 2 },
    ])
    await split(1, it.first, it.second)
    await seen(it, 8, 'd')
    expect(await all(it.hub.enquiries())).toMatchObject([{ status: 'ended' }, { number: 2, status: 'open', checks: 3 }])
  })

  test('of two registered children keeps the one with the newer record; the other’s stays sealed', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    await it.register(childDetails(2))
    await seen(it, 1, 'a', { incident: 'police-protection' })
    await seen(it, 2, 'b')
    const hub = await it.context()
    const [a, b] = [await childOf(hub, 'a'), await childOf(hub, 'b')]
    await queuePair(hub, b, a)
    await merge(1, it.first, it.second)
    expect(await childRow(hub, a)).toMatchObject({ linkedTo: b })
    const record = (id: typeof a) => hub.shelf.one('record', hub.shelf.key('record', id, 'identity'))
    expect([(await record(a))?.superseded, (await record(b))?.superseded]).toEqual([true, undefined])
    const { opening } = await it.third.open({ case: 1, ...ASK })
    expect((await it.third.read(opening)).details).toMatchObject({ nhsNumber: nhsNumber(2) })
  })

  test('one after the other: what a link brought goes on with the next, and comes back with its split', async () => {
    const { it, hub, registered } = await withPair(['missing-episode'], ['missing-episode'])
    // The younger of two that nobody registered is the one that is given up.
    it.clock.now += 1
    await seen(it, 8, 'third', { occurredAt: it.clock.now - DAY })
    const third = await childOf(hub, 'third')
    const middle = await childOf(hub, 'unknown/0', 'rail-police')
    await queuePair(hub, third, middle, 'provisional')
    await merge(2, it.first, it.second)
    expect(await cases(it.hub)).toEqual([])
    const before = await historyAt(hub, middle)
    expect(before.checks[1]?.countsFrom).toBeGreaterThan(before.checks[1]?.position ?? 0)
    await merge(1, it.first, it.second)
    expect(await cases(it.hub)).toMatchObject([{ number: 1, level: 'review' }])
    await plantedCheck(it, hub, { agency: 'met-police', childId: third }).journal()
    const opening = await it.third.open({ case: 1, ...ASK })
    expect(opening.refused).toEqual([])
    await expect(it.first.split(1, 'linked-in-error')).resolves.toBe('waiting')
    await it.second.split(1, 'linked-in-error')
    await it.hub.caughtUp()
    const [mine, theirs] = [await historyAt(hub, registered), await historyAt(hub, middle)]
    expect([mine.checks.length, theirs.checks.length, (await historyAt(hub, third)).checks.length]).toEqual([1, 3, 0])
    expect(theirs.joined).toEqual([third])
    expect(theirs.checks.slice(0, 2)).toEqual(before.checks)
    await split(2, it.first, it.second)
    await it.hub.caughtUp()
    expect([(await historyAt(hub, middle)).checks.length, (await historyAt(hub, third)).checks.length]).toEqual([1, 2])
    await it[Symbol.asyncDispose]()
  })

  test('two that are linked by way of others are no pair any more', async () => {
    const { it, hub, registered } = await withPair()
    // The younger of two that nobody registered is the one that is given up.
    it.clock.now += 1
    await seen(it, 8, 'third')
    const third = await childOf(hub, 'third')
    await queuePair(hub, third, registered)
    await queuePair(hub, third, await childOf(hub, 'unknown/0', 'rail-police'))
    await merge(1, it.first, it.second)
    await merge(2, it.first, it.second)
    await expect(it.first.link(3, 'merge', 'registered-twice')).rejects.toMatchObject({ code: 'ERR_DUPLICATE_STATUS' })
    await it[Symbol.asyncDispose]()
  })
})

describe('a split', () => {
  test('puts every check back; the case stays open, and says that it was split', async () => {
    const { it, hub, registered, provisional } = await withPair(['missing-episode', 'missing-episode'])
    const before = await Promise.all([registered, provisional].map((id) => historyAt(hub, id)))
    await merge(1, it.first, it.second)
    await seen(it, 1, 'known/after')
    expect(await cases(it.hub)).toMatchObject([{ number: 1, level: 'review', status: 'new' }])
    it.clock.now += DAY
    await split(1, it.second, it.third)
    const [mine, theirs] = await Promise.all([registered, provisional].map((id) => historyAt(hub, id)))
    expect(mine?.checks.slice(0, 2)).toEqual(before[0]?.checks)
    expect(mine?.checks).toHaveLength(3)
    expect(theirs).toEqual(before[1])
    expect(await cases(it.hub)).toMatchObject([{ number: 1, level: 'review', status: 'new', splitAt: it.clock.now }])
    expect(await it.first.review(1)).toMatchObject({ splitAt: it.clock.now })
    expect((await childRow(hub, provisional))?.linkedTo).toBeUndefined()
    expect(await it.first.duplicates()).toMatchObject([{ status: 'distinct' }])
    expect((await it.hub.journal.verify()).verified).toBe(true)
    await it[Symbol.asyncDispose]()
  })

  test('what was seen under the id that leaves leaves with it, also when it came after the merge', async () => {
    const { it, hub, rail, provisional, registered } = await withPair(['missing-episode'], ['missing-episode'])
    await merge(1, it.first, it.second)
    const late = { agency: 'rail-police', childId: provisional, check: { incident: 'missing-episode' } }
    await plantedCheck(it, hub, late).journal()
    await seen(it, 7, 'after', { by: rail })
    await split(1, it.first, it.second)
    const { checks } = await historyAt(hub, provisional)
    // Whoever asked again was given the id that went on, and has seen that child.
    expect(await childOf(hub, 'after', 'rail-police')).toEqual(registered)
    expect((await historyAt(hub, registered)).checks).toHaveLength(2)
    expect(checks).toHaveLength(2)
    expect(checks.every(({ of, countsFrom }) => of === undefined && countsFrom === undefined)).toBe(true)
    await it[Symbol.asyncDispose]()
  })

  test('the child that leaves gets a case of its own where its checks reach a level; the other’s stays', async () => {
    const { it } = await withPair(['missing-episode'], ['police-protection'])
    await merge(1, it.first, it.second)
    await split(1, it.first, it.second)
    expect(await cases(it.hub)).toMatchObject([
      { number: 1, status: 'new', level: 'child-protection', splitAt: it.clock.now },
      { number: 2, status: 'new', level: 'child-protection' },
    ])
    expect(await it.hub.case(1)).toMatchObject({ verdict: { level: 'none' } })
    expect(await ofCase(it.hub, 2)).toEqual(['police-protection'])
    await it[Symbol.asyncDispose]()
  })

  test('takes up again the enquiry that the link ended', async () => {
    const { it } = await withPair()
    await merge(1, it.first, it.second)
    await split(1, it.first, it.second)
    const [enquiry] = await all(it.hub.enquiries())
    expect(enquiry).toMatchObject({ number: 1, status: 'open' })
    expect(enquiry).not.toHaveProperty('outcome')
    await it[Symbol.asyncDispose]()
  })

  test('those who were sent a referral are told', async () => {
    const { it } = await withPair(['police-protection'], ['missing-episode'])
    await merge(1, it.first, it.second)
    const { opening } = await it.third.open({ case: 1, ...ASK })
    await it.third.refer({ case: 1, because: 'acts-on-referral', openings: [opening], to: 'st-marys' })
    await split(1, it.first, it.second)
    await it.hub.caughtUp()
    expect(await all(it.hub.referrals())).toMatchObject([{ amendedAt: it.clock.now }])
    await it[Symbol.asyncDispose]()
  })

  test('and merged again, and split again', async () => {
    const { it, hub, registered } = await withPair(['missing-episode', 'missing-episode'])
    for (let round = 0; round < 3; round += 1) {
      await merge(1, it.first, it.second)
      await it.hub.caughtUp()
      expect((await historyAt(hub, registered)).checks).toHaveLength(4)
      it.clock.now += DAY
      const opening = await it.third.open({ case: 1, ...ASK }).catch((error: unknown) => error)
      expect(opening).toMatchObject({ code: 'ERR_DISCLOSURE_DENIED' })
      await split(1, it.first, it.second)
      await it.hub.caughtUp()
      expect((await historyAt(hub, registered)).checks).toHaveLength(2)
      it.clock.now += DAY
    }
    await it[Symbol.asyncDispose]()
  })
})

describe('whoever opened does not link, and whoever linked does not open', () => {
  test('the recipient of an opening of either child, in person, signs neither merge nor split', async () => {
    const { it } = await withPair(['police-protection'], ['missing-episode'])
    await it.first.open({ case: 1, ...ASK })
    const twin = await it.officer('first-again', { person: 'person-first' })
    for (const officer of [it.first, twin])
      await expect(officer.link(1, 'merge', 'registered-twice')).rejects.toMatchObject({ code: 'ERR_OFFICER_INVOLVED' })
    await merge(1, it.second, it.third)
    await expect(it.first.split(1, 'linked-in-error')).rejects.toMatchObject({ code: 'ERR_OFFICER_INVOLVED' })
    await it[Symbol.asyncDispose]()
  })

  test('whoever signed and then opens has no word any more', async () => {
    const { it } = await withPair(['police-protection'], ['missing-episode'])
    await it.first.link(1, 'merge', 'registered-twice')
    await it.first.open({ case: 1, ...ASK })
    expect(await it.second.link(1, 'merge', 'registered-twice')).toBe('waiting')
    expect(await it.third.link(1, 'merge', 'registered-twice')).toBe('linked')
    await it[Symbol.asyncDispose]()
  })

  test('whoever signed a merge, in person, is given no opening of the child, until it is split', async () => {
    const { it } = await withPair(['police-protection'], ['missing-episode'])
    await merge(1, it.first, it.second)
    const twin = await it.officer('first-again', { person: 'person-first' })
    for (const officer of [it.first, it.second, twin])
      await expect(officer.open({ case: 1, ...ASK })).rejects.toMatchObject({ code: 'ERR_OFFICER_INVOLVED' })
    expect((await it.third.open({ case: 1, ...ASK })).opened).toBe(true)
    await split(1, it.first, it.second)
    expect((await it.first.open({ case: 1, ...ASK })).opened).toBe(true)
    await it[Symbol.asyncDispose]()
  })
})

async function withShielded(): Promise<{ readonly it: House } & Awaited<ReturnType<typeof withPair>>> {
  const made = await withPair()
  const { it, hub, registered } = made
  await hub.ledger.write(async () => {
    const row = await childRow(hub, registered)
    if (row === undefined) throw new Error('no row')
    return { puts: [hub.shelf.put('child', hub.shelf.key('child', registered), { ...row, shielded: true })] }
  })
  await it.officer('shielding-2', { roles: ['caseworker', 'shielding'] })
  return made
}

describe('a pair with a shielded child', () => {
  test('is a shielding officer’s: nobody else sees that there is one', async () => {
    const { it } = await withShielded()
    expect(await it.first.duplicates()).toEqual([])
    expect(await all(it.hub.duplicates())).toEqual([])
    expect(await it.shielding.duplicates()).toMatchObject([{ number: 1 }])
    for (const finding of ['merge', 'distinct'] as const)
      await expect(it.first.link(1, finding, 'same-name')).rejects.toMatchObject({ code: 'ERR_DUPLICATE_UNKNOWN' })
    await it[Symbol.asyncDispose]()
  })

  test('merged is shielded as a whole; split, each is as it was', async () => {
    const { it, hub, provisional, registered } = await withShielded()
    const other = await it.officer('shielding-3', { roles: ['caseworker', 'shielding'] })
    await merge(1, it.shielding, other)
    const shielded = async () => [
      (await childRow(hub, provisional))?.shielded,
      (await childRow(hub, registered))?.shielded,
    ]
    expect(await shielded()).toEqual([true, true])
    expect(await it.first.enquiries()).toEqual([])
    expect(await it.shielding.enquiries()).toMatchObject([{ desk: 'shielding', outcome: 'linked' }])
    await expect(it.first.split(1, 'linked-in-error')).rejects.toMatchObject({ code: 'ERR_DUPLICATE_UNKNOWN' })
    await split(1, it.shielding, other)
    expect(await shielded()).toEqual([false, true])
    expect((await childRow(hub, provisional))?.shieldedByLink).toBeUndefined()
    await it[Symbol.asyncDispose]()
  })

  test('of three, shielding stays on those that are linked to the one it comes from', async () => {
    const { it, hub, provisional, registered } = await withShielded()
    // The younger of two that nobody registered is the one that is given up.
    it.clock.now += 1
    await seen(it, 8, 'third')
    const third = await childOf(hub, 'third')
    await queuePair(hub, third, provisional, 'provisional')
    await merge(2, it.first, it.second)
    const other = await it.officer('shielding-3', { roles: ['caseworker', 'shielding'] })
    await merge(1, it.shielding, other)
    expect((await childRow(hub, third))?.shielded).toBe(true)
    await split(2, it.shielding, other)
    expect((await childRow(hub, third))?.shielded).toBe(false)
    expect((await childRow(hub, provisional))?.shielded).toBe(true)
    expect((await childRow(hub, registered))?.shielded).toBe(true)
    await it[Symbol.asyncDispose]()
  })
})

describe('beside a link', () => {
  test('children assessed anew under another policy: a history of linked checks is the child’s that goes on', async () => {
    await using it = await countingHouse()
    await it.register(childDetails(1))
    await seen(it, 7, 'a', { incident: 'called' })
    await seen(it, 7, 'b', { incident: 'called' })
    await it.hub.caughtUp()
    const hub = await it.context()
    const rows = (await hub.shelf.list('child', undefined, 10)).map(({ value }) => value)
    const unknown = await childOf(hub, 'a')
    const registered = rows.find(({ status }) => status === 'registered')?.childId
    if (registered === undefined) throw new Error('nobody is registered')
    await queuePair(hub, unknown, registered)
    await merge(1, it.first, it.second)
    expect(await cases(it.hub)).toEqual([])
    expect((await all(it.hub.histories())).map(({ checks }) => checks.length)).toEqual([2])
    it.clock.now += DAY
    await it.hub.adoptPolicy(counting(2, { review: 2 }))
    expect(await cases(it.hub)).toMatchObject([{ number: 1, level: 'review' }])
    expect((await hub.shelf.one('case', numberKey(1)))?.childId).toEqual(registered)
  })

  test('no other is made before the histories know of it', async () => {
    const { it, hub, registered, provisional } = await withPair()
    await hub.ledger.write(async () => ({ drafts: [{ type: 'link', body: new Uint8Array(0) }] }))
    await expect(linkedRows(hub, 'merge', { from: provisional, into: registered })).rejects.toMatchObject({
      code: 'ERR_STORE_BUSY',
    })
    await Promise.resolve(it[Symbol.asyncDispose]()).catch(() => undefined)
  })
})
