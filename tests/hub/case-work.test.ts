import { describe, expect, test } from 'vitest'
import { needsToKnow } from '../../src/case/need.js'
import { putCase } from '../../src/hub/cases/put-case.js'
import { createOfficer, type HubPort, type Officer } from '../../src/index.js'
import { decodeMessage } from '../../src/port.js'
import { keyOf } from '../support/forge.js'
import { childDetails, DAY, type House, house, NOW, nhsNumber } from '../support/house.js'
import { all } from '../support/lists.js'
import { wrongIn } from '../verify/office.js'

/** A case for each of these incidents, each of a child of its own. */
async function withCases(...incidents: readonly string[]): Promise<House> {
  const it = await house()
  for (const [index, incident] of incidents.entries()) {
    const child = { nhsNumber: nhsNumber(index + 1) }
    await it.police.check({ child, incident, occurredAt: it.clock.now, reference: `c/${index}`, practitioner: 'p' })
    await it.hub.caughtUp()
  }
  return it
}

const fileOf = async (it: House, number: number) =>
  (await it.context()).shelf.one('case', Uint8Array.of(0, 0, 0, 0, 0, 0, 0, number))
const entriesOf = async (it: House) => it.hub.journal.size()
const refused = (code: string) => expect.objectContaining({ code })

describe('an officer', () => {
  test('takes a case once: it is theirs and under review, and said again it writes nothing', async () => {
    await using it = await withCases('police-protection')
    await it.first.take(1)
    const size = await entriesOf(it)
    await it.first.take(1)
    expect(await entriesOf(it)).toBe(size)
    expect(await it.first.cases()).toMatchObject([{ number: 1, status: 'under-review', owner: 'first' }])
    await expect(it.second.take(1)).rejects.toEqual(refused('ERR_CASE_STATUS'))
    await expect(it.second.take(2)).rejects.toEqual(refused('ERR_CASE_UNKNOWN'))
    const caseless = await it.officer('records', { roles: ['records'] })
    await expect(caseless.take(1)).rejects.toEqual(refused('ERR_ROLE_MISSING'))
    expect(await wrongIn(it)).toEqual([])
  })

  test('joins a case, leaves it, and comes back: all of it stays on record', async () => {
    await using it = await withCases('police-protection')
    await it.first.take(1)
    await it.second.join(1, 'second-opinion')
    await it.second.join(1, 'supervision')
    await it.second.leave(1)
    await it.second.leave(1)
    await it.second.join(1, 'covers-absence')
    const file = await fileOf(it, 1)
    const of = file?.needs.filter(({ party }) => party === 'second')
    expect(of?.map(({ because, endedAt }) => [because, endedAt === undefined])).toEqual([
      ['second-opinion', false],
      ['covers-absence', true],
    ])
    await expect(it.second.join(1, 'owner' as never)).rejects.toEqual(refused('ERR_REQUEST_INVALID'))
    expect(await wrongIn(it)).toEqual([])
  })

  test('leaves a case of their own: it is nobody’s, and comes to whoever asks for the next', async () => {
    await using it = await withCases('police-protection')
    await it.first.take(1)
    expect(await it.second.nextCase()).toBeUndefined()
    await it.first.leave(1)
    expect(await it.second.nextCase()).toMatchObject({ number: 1, status: 'under-review' })
    await it.second.take(1)
    expect(await it.second.cases({ owner: 'second' })).toMatchObject([{ number: 1, owner: 'second' }])
    const file = await fileOf(it, 1)
    expect(file && [needsToKnow(file, 'first'), needsToKnow(file, 'second')]).toEqual([false, true])
  })

  test('opens only what it is on record that they need to know', async () => {
    await using it = await withCases('police-protection')
    const bare = it.bare(it.second)
    const ask = { case: 1, group: 'identity', purpose: 'referral', lawfulBasis: 'public-task' } as const
    await expect(bare.open(ask)).rejects.toEqual(refused('ERR_DISCLOSURE_DENIED'))
  })

  test('hands a case on as its owner or as a manager, to somebody who can work it', async () => {
    await using it = await withCases('police-protection')
    const manager = await it.officer('manager', { roles: ['manager'] })
    await it.officer('records', { roles: ['records'] })
    await expect(it.second.assign(1, 'second')).rejects.toEqual(refused('ERR_ROLE_MISSING'))
    await manager.assign(1, 'first')
    await manager.assign(1, 'first')
    await it.first.assign(1, 'second')
    await expect(it.first.assign(1, 'first')).rejects.toEqual(refused('ERR_ROLE_MISSING'))
    await expect(manager.assign(1, 'records')).rejects.toEqual(refused('ERR_PARTY_NOT_IN_STANDING'))
    await expect(manager.assign(1, 'met-police')).rejects.toEqual(refused('ERR_PARTY_UNKNOWN'))
    await it.hub.suspend('third')
    await expect(manager.assign(1, 'third')).rejects.toEqual(refused('ERR_PARTY_NOT_IN_STANDING'))
    const file = await fileOf(it, 1)
    expect(file?.needs.map(({ party, by, endedAt }) => [party, by, endedAt === undefined])).toEqual([
      ['first', 'manager', false],
      ['second', 'first', true],
    ])
    expect(await wrongIn(it)).toEqual([])
  })

  test('takes over from whoever cannot work any longer, and from nobody else', async () => {
    await using it = await withCases('police-protection', 'child-disclosure')
    await it.first.take(1)
    await it.third.take(2)
    await expect(it.second.take(1)).rejects.toEqual(refused('ERR_CASE_STATUS'))
    expect(await it.second.nextCase()).toBeUndefined()
    await it.hub.suspend('first')
    expect(await it.second.nextCase()).toMatchObject({ number: 1, owner: 'first' })
    await it.second.take(1)
    expect(await it.second.cases({ owner: 'second' })).toMatchObject([{ number: 1 }])
    expect(await wrongIn(it)).toEqual([])
  })
})

/** An officer on whose messages something happens before a verb of theirs arrives. */
function interruptedAt(it: House, id: string, verb: string, act: () => Promise<unknown>): Officer {
  const hub: HubPort = {
    pin: it.line.pin,
    async send(message, options) {
      if (decodeMessage(message).verb === verb) await act()
      return it.line.send(message, options)
    },
  }
  const standing = { undertakingAt: NOW - DAY, trainingUntil: NOW + DAY, vettingUntil: NOW + DAY }
  return createOfficer({ id, person: `person-${id}`, key: keyOf(it, id), hub, clock: it.clock.read, ...standing })
}

describe('between the permit and the request', () => {
  const ask = { case: 1, group: 'identity', purpose: 'referral', lawfulBasis: 'public-task' } as const

  test.each<[string, (it: House) => Promise<unknown>, string]>([
    ['their need to know ends', (it) => it.first.leave(1), 'ERR_DISCLOSURE_DENIED'],
    ['the case is closed', (it) => it.third.close(1, 'assessed', 'unfounded'), 'ERR_CASE_STATUS'],
  ])('an officer opens nothing once %s', async (_, act, code) => {
    await using it = await withCases('police-protection')
    await it.register(childDetails(1))
    await it.first.take(1)
    await it.second.close(1, 'assessed', 'unfounded')
    const officer = interruptedAt(it, 'first', 'open', () => act(it))
    await expect(officer.open(ask)).rejects.toEqual(refused(code))
    expect(await wrongIn(it)).toEqual([])
  })
})

describe('two cases that become one', () => {
  test('have the owner of either, and the level of the higher; the other ends, and a split is on record', async () => {
    await using it = await withCases('child-disclosure', 'police-protection')
    await it.first.take(2)
    await it.second.join(1, 'duty-desk')
    const duplicate = await it.third.suspect(1, 2)
    await it.second.link(duplicate, 'merge', 'registered-twice')
    await it.third.link(duplicate, 'merge', 'registered-twice')
    await it.hub.caughtUp()
    expect(await it.first.cases({ status: 'closed' })).toMatchObject([{ number: 1, joinedTo: 2 }])
    expect(await it.first.cases({ owner: 'first' })).toMatchObject([{ number: 2, threshold: 'child-protection' }])
    expect((await fileOf(it, 1))?.needs).toMatchObject([{ party: 'second', endedAt: it.clock.now }])
    expect(await wrongIn(it)).toEqual([])
    await it.second.split(duplicate, 'linked-in-error')
    await it.third.split(duplicate, 'linked-in-error')
    await it.hub.caughtUp()
    expect((await fileOf(it, 2))?.splitAt).toBe(it.clock.now)
    expect(await it.second.cases({ owner: null, status: 'new' })).toMatchObject([{ reReferral: true }])
    expect(await wrongIn(it)).toEqual([])
  })

  test('of which the higher had no owner: the other’s officer goes on with both', async () => {
    await using it = await withCases('child-disclosure', 'child-disclosure', 'police-protection')
    await it.first.take(2)
    await it.first.leave(2)
    await it.second.take(3)
    const duplicate = await it.third.suspect(2, 3)
    for (const officer of [it.first, it.third]) await officer.link(duplicate, 'merge', 'registered-twice')
    await it.hub.caughtUp()
    expect(await it.first.cases({ owner: 'second' })).toMatchObject([
      { number: 2, threshold: 'child-protection', status: 'under-review' },
    ])
    expect(await it.first.cases({ owner: null })).toMatchObject([{ number: 1 }, { number: 3, status: 'closed' }])
    expect(await wrongIn(it)).toEqual([])
  })
})

describe('the next case', () => {
  test('is the one with the highest threshold, of those the one raised first; seen ones can be passed over', async () => {
    await using it = await withCases('child-disclosure', 'police-protection', 'child-disclosure', 'police-protection')
    const seen: number[] = []
    for (let next = await it.first.nextCase(); next !== undefined; next = await it.first.nextCase(next))
      seen.push(next.number)
    expect(seen).toEqual([2, 4, 1, 3])
    await it.second.take(2)
    await it.first.take(4)
    expect(await it.first.nextCase()).toMatchObject({ number: 4, owner: 'first' })
    expect(await it.third.nextCase()).toMatchObject({ number: 1 })
  })

  test('goes up with its level, and is not one that is with an agency, or closed', async () => {
    await using it = await withCases('child-disclosure', 'child-disclosure')
    expect(await it.first.nextCase()).toMatchObject({ number: 1 })
    const child = { nhsNumber: nhsNumber(2) }
    const incident = 'police-protection'
    await it.health.check({
      child,
      incident: 'first-known',
      occurredAt: it.clock.now,
      reference: 'x',
      practitioner: 'p',
    })
    await it.police.check({ child, incident, occurredAt: it.clock.now, reference: 'y', practitioner: 'p' })
    expect(await it.first.nextCase()).toMatchObject({ number: 2, threshold: 'child-protection' })
    await it.first.close(2, 'assessed', 'unfounded')
    await it.second.close(2, 'assessed', 'unfounded')
    expect(await it.first.nextCase()).toMatchObject({ number: 1 })
    await it.first.close(1, 'assessed', 'unfounded')
    expect(await it.first.nextCase()).toBeUndefined()
  })
})

describe('lists', () => {
  test('are filtered by state, threshold, owner, nobody, and whether a case was closed before', async () => {
    await using it = await withCases('child-disclosure', 'police-protection', 'child-disclosure')
    await it.first.take(2)
    await it.second.take(1)
    await it.second.close(1, 'assessed', 'early-help')
    const child = { nhsNumber: nhsNumber(1) }
    it.clock.now += DAY
    await it.police.check({
      child,
      incident: 'child-disclosure',
      occurredAt: it.clock.now,
      reference: 'again',
      practitioner: 'p',
    })
    const numbers = async (filter: Parameters<Officer['cases']>[0]) =>
      (await it.first.cases(filter)).map(({ number }) => number)
    expect(await numbers({})).toEqual([1, 2, 3, 4])
    expect(await numbers({ status: 'new' })).toEqual([3, 4])
    expect(await numbers({ status: 'closed' })).toEqual([1])
    expect(await numbers({ threshold: 'none' })).toEqual([1, 3, 4])
    expect(await numbers({ threshold: 'none', status: 'new', after: 3 })).toEqual([4])
    expect(await numbers({ owner: 'first' })).toEqual([2])
    expect(await numbers({ owner: null })).toEqual([1, 3, 4])
    expect(await numbers({ owner: null, status: 'new' })).toEqual([3, 4])
    expect(await numbers({ reReferral: true })).toEqual([4])
    expect(await numbers({ reReferral: false, status: 'new' })).toEqual([3])
    expect((await all(it.hub.cases({ reReferral: true }))).map(({ number }) => number)).toEqual([4])
    await expect(it.first.cases({ owner: '' })).rejects.toEqual(refused('ERR_REQUEST_INVALID'))
    await expect(it.first.cases({ mine: true } as never)).rejects.toEqual(refused('ERR_REQUEST_INVALID'))
    expect(await wrongIn(it)).toEqual([])
  })
})

describe('closing', () => {
  test('takes two officers who name the same outcome too, and ends what anybody needed to know', async () => {
    await using it = await withCases('police-protection')
    await it.first.take(1)
    const size = await entriesOf(it)
    expect(await it.first.close(1, 'assessed', 'early-help')).toBe('under-review')
    expect(await it.first.close(1, 'assessed', 'early-help')).toBe('under-review')
    expect(await entriesOf(it)).toBe(size + 1)
    expect(await it.second.close(1, 'assessed', 'unfounded')).toBe('under-review')
    expect(await it.first.close(1, 'assessed', 'unfounded')).toBe('closed')
    // The answer was lost: the same words again are answered the same, and others are not.
    expect(await it.first.close(1, 'assessed', 'unfounded')).toBe('closed')
    await expect(it.third.close(1, 'assessed', 'unfounded')).rejects.toEqual(refused('ERR_CASE_STATUS'))
    await expect(it.first.take(1)).rejects.toEqual(refused('ERR_CASE_STATUS'))
    await expect(it.first.leave(1)).rejects.toEqual(refused('ERR_CASE_STATUS'))
    expect(await fileOf(it, 1)).toMatchObject({
      status: 'closed',
      closing: { reason: 'assessed', outcome: 'unfounded', officers: ['second', 'first'] },
      needs: [{ party: 'first', endedAt: it.clock.now }],
    })
    expect(await wrongIn(it)).toEqual([])
  })

  test('is undone by a level that rises meanwhile: the first word has to be said again', async () => {
    await using it = await withCases('child-disclosure')
    const context = await it.context()
    const file = await fileOf(it, 1)
    if (file === undefined) throw new Error('no case')
    const closing = { reason: 'assessed', outcome: 'unfounded', officers: ['first'], at: 1, position: 1 } as const
    await context.ledger.write(async () => ({ puts: await putCase(context, { ...file, closing }, file) }))
    const child = { nhsNumber: nhsNumber(1) }
    const incident = 'police-protection'
    await it.police.check({ child, incident, occurredAt: it.clock.now, reference: 'up', practitioner: 'p' })
    expect(await it.second.close(1, 'assessed', 'unfounded')).toBe('new')
    expect(await it.first.close(1, 'assessed', 'unfounded')).toBe('closed')
  })
})
