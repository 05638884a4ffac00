import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DETERMINATION_DAYS, type Determination, signDetermination } from '../../src/case/determination.js'
import type { RefusalReason } from '../../src/case/opening.js'
import type { Knowledge } from '../../src/custodian/knowledge.js'
import { refusalOf } from '../../src/custodian/verify-release.js'
import type { HubContext } from '../../src/hub/context.js'
import type { Party } from '../../src/roster/roster.js'
import { forge, honestEvidence, keyOf, plantedCheck } from '../support/forge.js'
import { childDetails, DAY, type House, house, nhsNumber } from '../support/house.js'

const ASK = { group: 'identity', purpose: 'assessment', lawfulBasis: 'public-task' } as const

/** A house with one case, number 1, whose checks amount to a review. */
async function withReview(): Promise<House> {
  const it = await house()
  await it.register(childDetails(1))
  await it.police.check({
    child: { nhsNumber: nhsNumber(1) },
    incident: 'child-disclosure',
    occurredAt: it.clock.now,
    reference: 'told/1',
    practitioner: 'PC 42',
  })
  return it
}

describe('officers determine that a level is met', () => {
  test('two of them open what the checks alone do not, for a third', async () => {
    await using it = await withReview()
    expect(await it.first.review(1)).toMatchObject({
      level: 'review',
      mayDetermine: { from: 'review', to: 'child-in-need', officers: 2 },
    })
    await it.second.determine(1)
    await it.third.determine(1)
    const opening = await it.first.open({ case: 1, ...ASK })
    expect(opening.released).toHaveLength(3)
    expect((await it.first.read(opening.opening)).details).toMatchObject({ givenNames: childDetails(1).givenNames })
    await expect(it.first.open({ case: 1, ...ASK, group: 'carers' })).rejects.toMatchObject({
      code: 'ERR_THRESHOLD_NOT_REACHED',
    })
  })

  test('one is not enough, not even twice', async () => {
    await using it = await withReview()
    await it.second.determine(1)
    await it.second.determine(1)
    expect((await it.first.review(1)).determinations).toHaveLength(1)
    await expect(it.first.open({ case: 1, ...ASK })).rejects.toMatchObject({ code: 'ERR_DISCLOSURE_DENIED' })
  })

  test('one person under two ids is one person', async () => {
    await using it = await withReview()
    const twin = await it.officer('second-again', { person: 'person-second' })
    await it.second.determine(1)
    await twin.determine(1)
    await expect(it.first.open({ case: 1, ...ASK })).rejects.toMatchObject({ code: 'ERR_DISCLOSURE_DENIED' })
  })

  test('the recipient’s own word does not count', async () => {
    await using it = await withReview()
    await it.first.determine(1)
    await it.second.determine(1)
    await expect(it.first.open({ case: 1, ...ASK })).rejects.toMatchObject({ code: 'ERR_DISCLOSURE_DENIED' })
    expect((await it.third.open({ case: 1, ...ASK })).released).toHaveLength(3)
  })

  test('their word lasts two weeks', async () => {
    await using it = await withReview()
    await it.second.determine(1)
    await it.third.determine(1)
    it.clock.now += DETERMINATION_DAYS * DAY - 1
    expect((await it.first.open({ case: 1, ...ASK })).released).toHaveLength(3)
    it.clock.now += 1
    await expect(it.first.open({ case: 1, ...ASK })).rejects.toMatchObject({ code: 'ERR_DISCLOSURE_DENIED' })
  })

  test('a withdrawn check takes the ground from under it', async () => {
    await using it = await withReview()
    await it.second.determine(1)
    await it.third.determine(1)
    await it.police.withdraw('told/1', 'wrong-child')
    await expect(it.first.open({ case: 1, ...ASK })).rejects.toMatchObject({ code: 'ERR_DISCLOSURE_DENIED' })
  })

  test('where the policy leaves nothing to determine, nobody can', async () => {
    await using it = await withReview()
    await it.police.withdraw('told/1', 'wrong-child')
    await expect(it.second.determine(1)).rejects.toMatchObject({ code: 'ERR_THRESHOLD_NOT_REACHED' })
  })
})

describe('a custodian counts determinations itself', () => {
  let it: House
  let hub: HubContext
  beforeAll(async () => {
    it = await withReview()
    await it.hub.caughtUp()
    hub = await it.context()
  })
  afterAll(async () => it[Symbol.asyncDispose]())

  const said = async (officer: string, change: Partial<Determination> = {}): Promise<Determination> => {
    const { checks } = await honestEvidence(it, hub, 1, 'identity')
    expect(checks).toHaveLength(1)
    const checkIds = (await it.hub.case(1)).timeline.map(({ checkId }) => checkId)
    const { now } = it.clock
    const honest = { case: 1, checkIds, policyHash: hub.policy().hash, at: now, from: 'review', to: 'child-in-need' }
    const signer = keyOf(it, change.officer ?? officer).signing
    return signDetermination(hub.id, { ...honest, expiry: now + DAY, officer, ...change }, signer)
  }
  const outcome = async (
    determinations: readonly Determination[],
    changed: (known: Knowledge) => Knowledge = (same) => same,
  ): Promise<RefusalReason | undefined> => {
    const { known, message } = await forge(it, hub, { evidence: (honest) => ({ ...honest, determinations }) })
    return refusalOf(changed(known), message)
  }

  test('two that hold suffice', async () => {
    expect(await outcome([await said('second'), await said('third')])).toBeUndefined()
    expect(await outcome([await said('third'), await said('first'), await said('second')])).toBeUndefined()
  })

  test.each<[string, (good: Determination) => Promise<readonly Determination[]>]>([
    ['none', async () => []],
    ['one alone', async (good) => [good]],
    ['one officer twice', async (good) => [good, await said('second', { expiry: it.clock.now + 2 * DAY })]],
    ['one of them the recipient', async (good) => [good, await said('first')]],
    ['one expired', async (good) => [good, await said('third', { expiry: it.clock.now })]],
    ['one of tomorrow', async (good) => [good, await said('third', { at: it.clock.now + 1 })]],
    ['one on another case', async (good) => [good, await said('third', { case: 2 })]],
    ['one on other checks', async (good) => [good, await said('third', { checkIds: ['00'.repeat(32)] })]],
    ['one on no checks', async (good) => [good, await said('third', { checkIds: [] })]],
    ['one under another policy', async (good) => [good, await said('third', { policyHash: '00'.repeat(32) })]],
    ['one from another level', async (good) => [good, await said('third', { from: 'child-in-need' })]],
    ['one to another level', async (good) => [good, await said('third', { to: 'child-protection' })]],
    ['one of somebody who is no officer', async (good) => [good, await said('third', { officer: 'met-police' })]],
    ['one signed by somebody else', async (good) => [good, { ...(await said('second')), officer: 'third' }]],
    [
      'one changed after it was signed',
      async (good) => [good, { ...(await said('third')), expiry: it.clock.now + 9 * DAY }],
    ],
  ])('refused: %s', async (_, determinations) => {
    expect(await outcome(await determinations(await said('second')))).toBe('threshold-not-reached')
  })

  test('refused: two to a level that the policy does not let them determine', async () => {
    const to = { to: 'child-protection' }
    expect(await outcome([await said('second', to), await said('third', to)])).toBe('threshold-not-reached')
  })

  test('refused: an officer who is no longer in standing', async () => {
    const suspended = (known: Knowledge): Knowledge => {
      const versions = known.rosters.versions.map(({ position, roster }) => {
        const third = { ...(roster.parties.get('third') as Party), suspended: true }
        return { position, roster: { ...roster, parties: new Map(roster.parties).set('third', third) } }
      })
      return { ...known, rosters: { versions } }
    }
    expect(await outcome([await said('second'), await said('third')], suspended)).toBe('threshold-not-reached')
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
})
