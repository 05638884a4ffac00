import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  DETERMINATION_DAYS,
  type Determination,
  type DeterminationWithdrawal,
  signDeterminationWithdrawal,
} from '../../src/case/determination.js'
import { parseReleaseAnswer, type ReleaseMessage } from '../../src/case/messages.js'
import type { RefusalReason } from '../../src/case/opening.js'
import { type Knowledge, releaseInfo } from '../../src/custodian/knowledge.js'
import { refusalOf } from '../../src/custodian/verify-release.js'
import { lockRestored, memoryCustodianStore, reportOf } from '../../src/custodian.js'
import type { HubContext } from '../../src/hub/context.js'
import { IndexError } from '../../src/index.js'
import { fromJsonBytes, toJsonBytes } from '../../src/json.js'
import { callJson, decodeMessage } from '../../src/port.js'
import type { Officer, Party } from '../../src/roster/roster.js'
import { hpkeSeal } from '../../src/seal/hpke.js'
import { type HouseOfCustodians, houseOfCustodians } from '../support/custodians.js'
import { determinationBy, forge, keyOf, plantedCheck } from '../support/forge.js'
import { childDetails, DAY, type House, house, MET, MINUTE, nhsNumber } from '../support/house.js'

const ASK = { group: 'identity', purpose: 'assessment', lawfulBasis: 'public-task' } as const
const NOT_MET = { finding: 'not-met', reasons: ['needs-being-met'] } as const

/** One case, number 1, whose checks amount to a review. */
async function withReview(it: House): Promise<House> {
  await it.register(childDetails(1))
  await it.police.check({
    child: { nhsNumber: nhsNumber(1) },
    incident: 'child-disclosure',
    occurredAt: it.clock.now,
    reference: 'told/1',
    practitioner: 'PC 42',
  })
  await it.hub.caughtUp()
  return it
}

function codeOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: { readonly code: string }) => error.code,
  )
}

describe('officers determine that a level is met', () => {
  let it: House
  beforeEach(async () => {
    it = await withReview(await house())
    return () => it[Symbol.asyncDispose]()
  })
  const opened = async (officer: House['first'], more: object = {}) =>
    codeOf(officer.open({ case: 1, ...ASK, ...more }))

  test('two of them open what the checks alone do not, for a third', async () => {
    expect(await it.first.review(1)).toMatchObject({
      level: 'review',
      mayDetermine: { from: 'review', to: 'child-in-need', officers: 2 },
    })
    await it.second.determine(1, MET)
    await it.third.determine(1, MET)
    const opening = await it.first.open({ case: 1, ...ASK })
    expect(opening.released).toHaveLength(3)
    expect((await it.first.read(opening.opening)).details).toMatchObject({ givenNames: childDetails(1).givenNames })
    expect(await opened(it.first, { group: 'carers' })).toBe('ERR_THRESHOLD_NOT_REACHED')
  })

  test('one is not enough, not even twice', async () => {
    await it.second.determine(1, MET)
    await it.second.determine(1, MET)
    expect((await it.first.review(1)).determinations).toHaveLength(1)
    expect(await opened(it.first)).toBe('ERR_DISCLOSURE_DENIED')
  })

  test('the recipient’s own word does not count', async () => {
    await it.first.determine(1, MET)
    await it.second.determine(1, MET)
    expect(await opened(it.first)).toBe('ERR_DISCLOSURE_DENIED')
    expect(await opened(it.third)).toBeUndefined()
  })

  test('nor does that of one who disagrees', async () => {
    await it.second.determine(1, MET)
    await it.third.determine(1, NOT_MET)
    expect(await opened(it.first)).toBe('ERR_DISCLOSURE_DENIED')
  })

  test('their word lasts two weeks', async () => {
    await it.second.determine(1, MET)
    await it.third.determine(1, MET)
    it.clock.now += DETERMINATION_DAYS * DAY - 1
    expect(await opened(it.first)).toBeUndefined()
    it.clock.now += 1
    expect(await opened(it.first)).toBe('ERR_DISCLOSURE_DENIED')
  })

  test('a withdrawn check takes the ground from under it', async () => {
    await it.second.determine(1, MET)
    await it.third.determine(1, MET)
    await it.police.withdraw('told/1', 'wrong-child')
    expect(await opened(it.first)).toBe('ERR_DISCLOSURE_DENIED')
  })
})

describe('a custodian counts determinations itself', () => {
  let it: House
  let hub: HubContext
  beforeAll(async () => {
    it = await withReview(await house())
    await it.officer('second-again', { person: 'person-second' })
    await it.officer('boss', { roles: ['manager'] })
    await it.officer('archive', { roles: ['shielding', 'records'] })
    await it.officer('untrained', { trainingUntil: it.clock.now })
    hub = await it.context()
  })
  afterAll(async () => it[Symbol.asyncDispose]())

  const said = (officer: string, change: Partial<Record<keyof Determination, unknown>> = {}) =>
    determinationBy(it, hub, officer, change)
  const outcome = async (
    determinations: readonly Determination[],
    changed: (known: Knowledge) => Knowledge = (same) => same,
  ): Promise<RefusalReason | undefined> => {
    const { known, message } = await forge(it, hub, { evidence: (honest) => ({ ...honest, determinations }) })
    return refusalOf(changed(known), message)
  }

  test('as many as the policy asks for suffice, and more do no harm', async () => {
    expect(await outcome([await said('second'), await said('third')])).toBeUndefined()
    expect(await outcome([await said('third'), await said('first'), await said('second')])).toBeUndefined()
    expect(await outcome([await said('third'), await said('boss'), await said('second')])).toBeUndefined()
  })

  test('what is wrong beside enough of them does no harm', async () => {
    const wrong = [await said('boss', NOT_MET), await said('third', { case: 2 }), await said('untrained')]
    expect(await outcome([await said('second'), ...wrong, await said('third')])).toBeUndefined()
  })

  test.each<[string, (good: Determination) => Promise<readonly Determination[]>]>([
    ['none', async () => []],
    ['one alone', async (good) => [good]],
    ['one officer twice', async (good) => [good, await said('second', { expiry: it.clock.now + 2 * DAY })]],
    ['one person under two ids', async (good) => [good, await said('second-again')]],
    ['one of them the recipient', async (good) => [good, await said('first')]],
    ['one expired', async (good) => [good, await said('third', { expiry: it.clock.now })]],
    ['one that lasts too long', async (good) => [good, await said('third', { expiry: it.clock.now + 14 * DAY + 1 })]],
    ['one of tomorrow', async (good) => [good, await said('third', { at: it.clock.now + 1 })]],
    ['one on another case', async (good) => [good, await said('third', { case: 2 })]],
    ['one on other checks', async (good) => [good, await said('third', { checkIds: ['00'.repeat(32)] })]],
    ['one on no checks', async (good) => [good, await said('third', { checkIds: [] })]],
    ['one under another policy', async (good) => [good, await said('third', { policyHash: '00'.repeat(32) })]],
    ['one from another level', async (good) => [good, await said('third', { from: 'child-in-need' })]],
    ['one to another level', async (good) => [good, await said('third', { to: 'child-protection' })]],
    ['one that found it not met', async (good) => [good, await said('third', NOT_MET)]],
    ['two that found it not met', async () => [await said('second', NOT_MET), await said('third', NOT_MET)]],
    ['one of an officer who works no cases', async (good) => [good, await said('archive')]],
    ['one of an officer whose training is over', async (good) => [good, await said('untrained')]],
    ['one of somebody who is no officer', async (good) => [good, await said('third', { officer: 'met-police' })]],
    ['one signed by somebody else', async (good) => [good, { ...(await said('second')), officer: 'third' }]],
    [
      'one changed after it was signed',
      async (good) => [good, { ...(await said('third')), expiry: it.clock.now + 9 * DAY }],
    ],
    [
      'one turned into its opposite after it was signed',
      async (good) => [good, { ...(await said('third', NOT_MET)), ...MET, finding: 'met' }],
    ],
  ])('refused: %s', async (_, determinations) => {
    expect(await outcome(await determinations(await said('second')))).toBe('threshold-not-reached')
  })

  test('refused: two to a level that the policy does not let them determine', async () => {
    const to = { to: 'child-protection' }
    expect(await outcome([await said('second', to), await said('third', to)])).toBe('threshold-not-reached')
  })

  const withThird = (change: Partial<Officer>) => (known: Knowledge) => {
    const versions = known.rosters.versions.map(({ position, roster }) => {
      const third = { ...(roster.parties.get('third') as Party), ...change } as Party
      return { position, roster: { ...roster, parties: new Map(roster.parties).set('third', third) } }
    })
    return { ...known, rosters: { versions } }
  }
  test.each<[string, Partial<Officer>]>([
    ['suspended', { suspended: true }],
    ['no longer vetted', { vettingUntil: 1 }],
    ['not bound by an undertaking', { undertakingAt: Number.MAX_SAFE_INTEGER }],
    ['of another role by now', { roles: ['records'] }],
    ['the same person as the other', { person: 'person-second' }],
    ['the same person as the recipient', { person: 'person-first' }],
  ])('refused: an officer who is %s', async (_, change) => {
    expect(await outcome([await said('second'), await said('third')], withThird(change))).toBe('threshold-not-reached')
  })

  test('refused: two on checks that do not reach the level they start from', async () => {
    const { known, message } = await forge(it, hub, {
      evidence: async (honest) => {
        const trifle = await plantedCheck(it, hub, {
          agency: 'met-police',
          childId: honest.childId,
          check: { incident: 'police-notice' },
        }).journal()
        const determinations = await Promise.all([said('second'), said('third')])
        return { ...honest, checks: [trifle], determinations }
      },
    })
    expect(refusalOf(known, message)).toBe('threshold-not-reached')
  })

  const without = (officer: string, at: number, of = 1) => {
    return (known: Knowledge): Knowledge => ({ ...known, undetermined: new Map([[of, new Map([[officer, at]])]]) })
  }
  test('refused: one that was taken back, under whatever id and however often it was said', async () => {
    const { now } = it.clock
    const two = [await said('second'), await said('third')]
    expect(await outcome(two)).toBeUndefined()
    expect(await outcome(two, without('second', now))).toBe('threshold-not-reached')
    expect(await outcome(two, without('second-again', now))).toBe('threshold-not-reached')
    const again = await said('second', { expiry: now + 2 * DAY, at: now - 1 })
    expect(await outcome([...two, again], without('second', now))).toBe('threshold-not-reached')
  })

  test('what was taken back before, on another case or by another person, stands', async () => {
    const { now } = it.clock
    const two = [await said('second'), await said('third')]
    expect(await outcome(two, without('second', now - 1))).toBeUndefined()
    expect(await outcome(two, without('second', now, 2))).toBeUndefined()
    expect(await outcome(two, without('boss', now))).toBeUndefined()
    expect(await outcome(two, without('nobody', now))).toBeUndefined()
  })
})

describe('what an officer takes back', () => {
  let all: HouseOfCustodians
  let it: House
  let hub: HubContext
  beforeEach(async () => {
    all = await houseOfCustodians()
    it = await withReview(all.it)
    await it.second.determine(1, MET)
    await it.third.determine(1, MET)
    hub = await it.context()
  })
  afterEach(async () => it[Symbol.asyncDispose]())

  const eventsOf = async (id: string) => (await all.stores.get(id)?.load(0)) ?? []
  const keptBy = async (id: string) => (await eventsOf(id)).filter(({ kind }) => kind === 'determination-withdrawn')
  /** What a custodian answers to a hub that shows it what was determined, and nothing of what was taken back. */
  const saidBy = async (custodian: string): Promise<unknown> => {
    const determinations = [await determinationBy(it, hub, 'second'), await determinationBy(it, hub, 'third')]
    const { message } = await forge(it, hub, { evidence: (honest) => ({ ...honest, determinations }) })
    const to = message.consistency.to
    const store = all.stores.get(custodian)
    if (store === undefined) throw new Error('no such custodian')
    const from = Math.min((await reportOf(store)).lastSeen, to)
    const fitting: ReleaseMessage = { ...message, consistency: await hub.ledger.consistency(from, to) }
    const info = releaseInfo(hub.id, custodian)
    const sealed = await hpkeSeal(all.keys(custodian).hpke.publicKey, info, new Uint8Array(0), toJsonBytes(fitting))
    const { answer } = (await all.ask(custodian, 'release', { sealed })) as { readonly answer: Uint8Array }
    const parsed = parseReleaseAnswer(fromJsonBytes(answer))
    return parsed.kind === 'refused' ? parsed.reason : parsed.kind
  }

  test('a hub that brings it out again is refused by every custodian', async () => {
    expect(await saidBy('custodian-1')).toBe('released')
    await it.second.withdrawDetermination(1, 'new-information')
    for (const id of ['custodian-1', 'custodian-2', 'custodian-3']) {
      expect(await keptBy(id)).toHaveLength(1)
      expect(await saidBy(id)).toBe('threshold-not-reached')
    }
  })

  test('stays taken back when a custodian starts again, and when its peers tell it', async () => {
    const before = await eventsOf('custodian-1')
    await it.second.withdrawDetermination(1, 'new-information')
    await all.restart('custodian-1')
    expect(await saidBy('custodian-1')).toBe('threshold-not-reached')
    const store = memoryCustodianStore()
    for (const event of before) await store.append(event)
    await all.restart('custodian-1', { store })
    await lockRestored(store, it.clock.now, hub.random)
    expect(await it.hub.unlock('custodian-1')).toMatchObject({ outcome: 'unlocked' })
    expect(await keptBy('custodian-1')).toHaveLength(1)
    expect(await saidBy('custodian-1')).toBe('threshold-not-reached')
  })

  test('a custodian that cannot be reached is named, and hears it when it is sent again', async () => {
    const port = all.port('custodian-2')
    all.replace('custodian-2', {
      send: () => Promise.reject(new IndexError('ERR_CUSTODIAN_UNAVAILABLE', 'no route')),
    })
    await expect(it.second.withdrawDetermination(1, 'signed-in-error')).rejects.toMatchObject({
      code: 'ERR_CUSTODIAN_UNAVAILABLE',
      message: expect.stringContaining('missing: custodian-2'),
    })
    expect((await it.hub.case(1)).determinations.filter(({ withdrawn }) => withdrawn)).toHaveLength(1)
    all.replace('custodian-2', port)
    it.clock.now += MINUTE
    await it.second.withdrawDetermination(1, 'signed-in-error')
    expect(await keptBy('custodian-2')).toHaveLength(1)
  })

  const withdrawal = (officer: string, more: Partial<DeterminationWithdrawal> = {}, signer = officer) =>
    signDeterminationWithdrawal(
      hub.id,
      { case: 1, reason: 'new-information', at: it.clock.now, officer, ...more },
      keyOf(it, signer).signing,
    )
  const told = (body: unknown) =>
    codeOf(callJson(all.port('custodian-1'), 'withdraw-determination', body, it.clock.now, undefined))

  test('nobody takes back what another determined', async () => {
    const own = withdrawal('second')
    expect(await told({ withdrawal: withdrawal('second', {}, 'third') })).toBe('ERR_SIGNATURE_INVALID')
    expect(await told({ withdrawal: withdrawal('met-police') })).toBe('ERR_SIGNATURE_INVALID')
    expect(await told({ withdrawal: { ...own, at: own.at - 1 } })).toBe('ERR_SIGNATURE_INVALID')
    expect(await told({ withdrawal: { ...own, case: 2 } })).toBe('ERR_SIGNATURE_INVALID')
    expect(await told({ withdrawal: { ...own, reason: 'other' } })).toBe('ERR_REQUEST_INVALID')
    expect(await told({ withdrawal: own, more: 1 })).toBe('ERR_MESSAGE_MALFORMED')
    expect(await told({})).toBe('ERR_MESSAGE_MALFORMED')
    expect(await keptBy('custodian-1')).toEqual([])
    // Whoever brings it: the signature is the officer's.
    expect(await told({ withdrawal: own })).toBeUndefined()
    expect(await keptBy('custodian-1')).toHaveLength(1)
  })

  test('is not taken back for the time to come: a stolen key silences nobody for ever', async () => {
    expect(await told({ withdrawal: withdrawal('second', { at: it.clock.now + DAY }) })).toBe('ERR_REQUEST_INVALID')
    expect(await keptBy('custodian-1')).toEqual([])
  })

  test('the same again, or one of before, is not written down twice', async () => {
    for (const at of [it.clock.now, it.clock.now, it.clock.now - 5])
      expect(await told({ withdrawal: withdrawal('second', { at }) })).toBeUndefined()
    expect(await keptBy('custodian-1')).toHaveLength(1)
  })

  test('an officer who is suspended can still take it back', async () => {
    await it.hub.suspend('second')
    await it.second.withdrawDetermination(1, 'conflict-of-interest')
    expect(await keptBy('custodian-3')).toHaveLength(1)
  })

  test('peers cannot tell a custodian what no officer signed', async () => {
    const unsigned = { ...withdrawal('second'), signature: new Uint8Array(64) }
    await all.stores.get('custodian-2')?.append({ kind: 'determination-withdrawn', withdrawal: unsigned })
    await all.restart('custodian-2')
    await lockRestored(all.stores.get('custodian-1') as never, it.clock.now, hub.random)
    await codeOf(it.hub.unlock('custodian-1'))
    expect(await keptBy('custodian-1')).toEqual([])
    expect(all.sent.some(({ message }) => decodeMessage(message).verb === 'merge')).toBe(true)
  })
})
