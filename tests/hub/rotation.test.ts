import { describe, expect, test } from 'vitest'
import { createAgency, createOfficer, isIndexError } from '../../src/index.js'
import { nextPartyKey, type PartyKey } from '../../src/party.js'
import { childDetails, DAY, HOUR, type House, house, MET, NOW, nhsNumber, takingCases } from '../support/house.js'
import { watched } from './watched-store.js'

const ask = { group: 'identity', purpose: 'referral', lawfulBasis: 'public-task' } as const
const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error) => (isIndexError(error) ? error.code : error),
  )

function seen(reference: string, more: object = {}) {
  const input = { incident: 'missing-episode', indicators: [], occurredAt: NOW - HOUR, practitioner: 'PC 1' }
  return { child: { nhsNumber: nhsNumber(1) }, ...input, reference, ...more } as Parameters<House['police']['check']>[0]
}

async function nextOf(it: House, id: string): Promise<PartyKey> {
  const key = it.keys.get(id)
  if (key === undefined) throw new Error('no such key')
  return nextPartyKey(key)
}

const policeOf = (it: House, key: PartyKey) =>
  createAgency({ id: 'met-police', kind: 'police', key, hub: it.line, clock: it.clock.read, neverIssuedNumbers: true })

describe('an agency’s key', () => {
  test('what it signed before counts, what it signs with it afterwards does not', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    const receipt = await it.police.check(seen('a', { incident: 'police-protection' }))
    const next = await nextOf(it, 'met-police')
    expect(await it.hub.replace(await it.police.replacement(next))).toBe('in-force')
    const police = policeOf(it, next)
    // Refused under the former key; the same check under the present one is the same check.
    expect(await codeOf(it.police.check(seen('b')))).toBe('ERR_SIGNATURE_INVALID')
    expect((await police.check(seen('a', { incident: 'police-protection' }))).checkId).toBe(receipt.checkId)
    await police.check(seen('b', { incident: 'police-protection' }))
    await it.hub.caughtUp()
    const opening = await it.first.open({ ...ask, case: 1 })
    expect(opening.released).toHaveLength(3)
    expect((await it.first.read(opening.opening)).involvement).toMatchObject([{ references: ['a', 'b'] }])
    // A check of before is taken back with the present key, at hub and custodians.
    await police.withdraw('a', 'duplicate')
    expect(await codeOf(it.police.withdraw('b', 'duplicate'))).toBe('ERR_SIGNATURE_INVALID')
  })

  test('a correction whose answer was lost is completed under the key that came after', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    await it.police.check(seen('a'))
    const corrected = seen('a', { occurredAt: NOW - 2 * HOUR })
    const receipt = await it.police.correct(corrected, 'wrong-time')
    const next = await nextOf(it, 'met-police')
    await it.hub.replace(await it.police.replacement(next))
    expect((await policeOf(it, next).correct(corrected, 'wrong-time')).checkId).toBe(receipt.checkId)
  })

  test('a referral that was sealed to the former key can still be read', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    await it.police.check(seen('a', { incident: 'police-protection' }))
    await it.hub.caughtUp()
    const { opening } = await it.first.open({ ...ask, case: 1 })
    await it.first.refer({ case: 1, because: 'acts-on-referral', to: 'met-police', openings: [opening] })
    const next = await nextOf(it, 'met-police')
    await it.hub.replace(await it.police.replacement(next))
    const inbox = []
    for await (const each of policeOf(it, next).referrals()) inbox.push(each.kind)
    expect(inbox).toEqual(['referral'])
  })
})

describe('an officer’s key and dates', () => {
  test('an opening of before is read under the key of after, and requests are signed with it', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    await it.police.check(seen('a', { incident: 'police-protection' }))
    await it.hub.caughtUp()
    const key = it.keys.get('first')
    if (key === undefined) throw new Error('no key')
    const kept = new Map<string, unknown>()
    const oneUseKeys = {
      save: async (opening: string, oneUse: unknown) => void kept.set(opening, oneUse),
      load: async (opening: string) => kept.get(opening),
    } as NonNullable<Parameters<typeof createOfficer>[0]['oneUseKeys']>
    const standing = { undertakingAt: NOW - DAY, trainingUntil: NOW + 300 * DAY, vettingUntil: NOW + 300 * DAY }
    const officerOf = (present: PartyKey) =>
      takingCases(
        createOfficer({
          id: 'first',
          person: 'person-first',
          key: present,
          hub: it.line,
          clock: it.clock.read,
          oneUseKeys,
          ...standing,
        }),
      )
    const before = officerOf(key)
    const { opening } = await before.open({ ...ask, case: 1 })
    const next = await nextPartyKey(key)
    await it.hub.replace(await before.replacement({ key: next }))
    const after = officerOf(next)
    expect((await after.read(opening)).details).toMatchObject({ familyName: childDetails(1).familyName })
    expect(await codeOf(before.read(opening))).toBe('ERR_SIGNATURE_INVALID')
    expect((await after.open({ ...ask, case: 1 })).released).toHaveLength(3)
  })

  test('training that has run out is renewed under the same key', async () => {
    await using it = await house()
    const officer = await it.officer('late', { trainingUntil: NOW + DAY })
    it.clock.now += 2 * DAY
    expect(await codeOf(officer.cases())).toBe('ERR_PARTY_NOT_IN_STANDING')
    await it.hub.replace(await officer.replacement({ trainingUntil: NOW + 30 * DAY }))
    expect(await codeOf(officer.cases())).toBeUndefined()
    expect(await codeOf(officer.replacement({ undertakingAt: 0 }).then((each) => it.hub.replace(each)))).toBe(
      'ERR_ROSTER_INVALID',
    )
  })

  test('a suspended one can neither open nor read, and is so under another key too', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    await it.police.check(seen('a', { incident: 'police-protection' }))
    await it.hub.caughtUp()
    const { opening } = await it.first.open({ ...ask, case: 1 })
    await it.hub.suspend('first')
    expect(await codeOf(it.first.read(opening))).toBe('ERR_PARTY_NOT_IN_STANDING')
    const next = await nextOf(it, 'first')
    await it.hub.replace(await it.first.replacement({ key: next }))
    expect(it.hub.roster().parties.get('first')?.suspended).toBe(true)
    expect(await codeOf(it.first.open({ ...ask, case: 1 }))).toBe('ERR_PARTY_NOT_IN_STANDING')
  })
})

describe('what is on its way when the roster changes', () => {
  const between: readonly [string, string, (it: House) => Promise<unknown>, string][] = [
    [
      'a batch of an agency that is suspended',
      'met-police',
      (it) => it.police.check(seen('a')),
      'ERR_PARTY_NOT_IN_STANDING',
    ],
    [
      'a record of a sealer that is suspended',
      'births',
      (it) => it.register(childDetails(2)),
      'ERR_PARTY_NOT_IN_STANDING',
    ],
  ]
  test.each(between)('%s is not recorded after it', async (_, id, send, code) => {
    const gate = watched()
    await using it = await house({ store: gate.store })
    await it.register(childDetails(1))
    const other = await it.another()
    if (id === 'met-police') await it.police.identify({ nhsNumber: nhsNumber(1) }, 'PC 1')
    const wanted = id === 'births' ? 'record' : 'check'
    gate.beforeCommit = async ({ inserts = [], puts = [] }) => {
      if (![...inserts, ...puts].some(({ table }) => table === wanted)) return
      gate.beforeCommit = undefined
      await other.suspend(id)
    }
    expect(await codeOf(send(it))).toBe(code)
  })

  test('a batch under a key that is replaced meanwhile is refused, and sent again counts', async () => {
    const gate = watched()
    await using it = await house({ store: gate.store })
    await it.register(childDetails(1))
    const other = await it.another()
    const next = await nextOf(it, 'met-police')
    const replacement = await it.police.replacement(next)
    gate.beforeCommit = async ({ puts = [] }) => {
      if (!puts.some(({ table }) => table === 'check')) return
      gate.beforeCommit = undefined
      await other.replace(replacement)
    }
    expect(await codeOf(it.police.check(seen('a', { incident: 'police-protection' })))).toBe('ERR_SIGNATURE_INVALID')
    await policeOf(it, next).check(seen('a', { incident: 'police-protection' }))
    await it.hub.caughtUp()
    expect((await it.first.open({ ...ask, case: 1 })).released).toHaveLength(3)
  })
})

describe('a determination', () => {
  test('is signed again after its officer has another key', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    await it.police.check(seen('a', { incident: 'child-disclosure' }))
    await it.second.determine(1, MET)
    await it.third.determine(1, MET)
    const assessment = { ...ask, purpose: 'assessment', case: 1 } as const
    expect((await it.first.open(assessment)).released).toHaveLength(3)
    const next = await nextOf(it, 'third')
    await it.hub.replace(await it.third.replacement({ key: next }))
    expect(await codeOf(it.first.open(assessment))).toBe('ERR_DISCLOSURE_DENIED')
    const standing = { undertakingAt: NOW - DAY, trainingUntil: NOW + 300 * DAY, vettingUntil: NOW + 300 * DAY }
    const third = createOfficer({
      id: 'third',
      person: 'person-third',
      key: next,
      hub: it.line,
      clock: it.clock.read,
      ...standing,
    })
    await third.determine(1, MET)
    expect((await it.first.open(assessment)).released).toHaveLength(3)
  })

  test('of an officer who is suspended counts no longer', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    await it.police.check(seen('a', { incident: 'child-disclosure' }))
    await it.second.determine(1, MET)
    await it.third.determine(1, MET)
    await it.hub.suspend('third')
    expect(await codeOf(it.first.open({ ...ask, purpose: 'assessment', case: 1 }))).toBe('ERR_DISCLOSURE_DENIED')
  })
})

describe('a sealer', () => {
  test('that is suspended registers nobody, and what it sealed before opens', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    await it.police.check(seen('a', { incident: 'police-protection' }))
    await it.hub.caughtUp()
    await it.hub.suspend('births')
    expect(await codeOf(it.register(childDetails(2)))).toBe('ERR_PARTY_NOT_IN_STANDING')
    expect((await it.first.open({ ...ask, case: 1 })).released).toHaveLength(3)
    expect(await it.hub.reinstate('births')).toBe('in-force')
    expect(await it.register(childDetails(2))).toEqual({ kind: 'registered' })
  })
})
