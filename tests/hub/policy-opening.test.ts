import { describe, expect, test } from 'vitest'
import { refusalOf } from '../../src/custodian/verify-release.js'
import type { Officer } from '../../src/index.js'
import { toJsonBytes } from '../../src/json.js'
import { decodeMessage } from '../../src/port.js'
import { forge } from '../support/forge.js'
import { childDetails, HOUR, type House, MET, MINUTE } from '../support/house.js'
import { call, counting, countingHouse, FIRST } from './policies.js'

const ASK = {
  case: 1,
  group: 'identity',
  purpose: 'referral',
  lawfulBasis: 'public-task',
} as const

/** A registered child with one call, which is enough for a case of need. */
async function withCase(): Promise<House> {
  const it = await countingHouse({ review: 1, need: 1 })
  await it.register(childDetails(1))
  await it.police.check(call(it, 1))
  await it.hub.caughtUp()
  return it
}

describe('an opening after the policy has changed', () => {
  test('is decided, asked for and released under the new one', async () => {
    await using it = await withCase()
    const before = it.hub.policy().hash
    it.clock.now += HOUR
    await it.hub.adoptPolicy(counting(2, { review: 1, need: 1, protection: 1 }))
    const { opening, released } = await it.first.open({ ...ASK, group: 'carers' })
    expect(released).toHaveLength(3)
    expect((await it.first.read(opening)).details).toMatchObject([{ name: 'Grace Okafor' }])
    const context = await it.context()
    const requests = (await context.ledger.read(0, 1_000)).flatMap(({ entry }) =>
      entry?.type === 'opening' ? [JSON.parse(Buffer.from(entry.body).toString('utf8')).request.policyHash] : [],
    )
    expect(requests).toEqual([it.hub.policy().hash])
    expect(requests).not.toContain(before)
  })

  test('is denied where the new policy no longer gives the level, whatever level the case has', async () => {
    await using it = await withCase()
    it.clock.now += HOUR
    await it.hub.adoptPolicy(counting(2, { review: 1, need: 2 }))
    expect((await it.hub.case(1)).level).toBe('child-in-need')
    await expect(it.first.open(ASK)).rejects.toMatchObject({ code: 'ERR_DISCLOSURE_DENIED' })
    await it.police.check(call(it, 1))
    expect((await it.first.open(ASK)).released).toHaveLength(3)
  })

  test('is refused by custodians when its request names the policy before', async () => {
    await using it = await withCase()
    const before = it.hub.policy()
    it.clock.now += HOUR
    await it.hub.adoptPolicy(counting(2, { review: 1, need: 2 }))
    await it.hub.caughtUp()
    const hub = await it.context()
    // A hub that lies: the old policy would open, and the evidence shows it whole.
    const lie = {
      request: { policyHash: before.hash },
      evidence: async (honest: Parameters<NonNullable<NonNullable<Parameters<typeof forge>[2]>['evidence']>>[0]) => ({
        ...honest,
        policy: toJsonBytes(before.policy),
      }),
    }
    const refused = await forge(it, hub, lie)
    expect(refusalOf(refused.known, refused.message)).toBe('policy-not-in-force')
    // Nor does the old document pass under the new name.
    const renamed = await forge(it, hub, { evidence: lie.evidence })
    expect(refusalOf(renamed.known, renamed.message)).toBe('policy-not-in-force')
    const honest = await forge(it, hub)
    expect(refusalOf(honest.known, honest.message)).toBe('threshold-not-reached')
  })

  test('of one that was asked for before: what was permitted at its instant is released for ten minutes', async () => {
    await using it = await withCase()
    const before = it.hub.policy().hash
    let prepared = 0
    // The policy changes between the officer's two messages.
    const slow = await officerWhoWaits(it, async () => {
      prepared += 1
      it.clock.now += MINUTE
      await it.hub.adoptPolicy(counting(2, { review: 1, need: 2 }))
    })
    const { released } = await slow.open(ASK)
    expect(released).toHaveLength(3)
    expect(prepared).toBe(1)
    expect(it.hub.policy().hash).not.toBe(before)
    await expect(it.first.open(ASK)).rejects.toMatchObject({ code: 'ERR_DISCLOSURE_DENIED' })
  })

  test('by a check dated minutes ahead, across the instant of a change: hub and custodians take the same policy', async () => {
    await using it = await withCase()
    const from = it.clock.now + 2 * MINUTE
    await it.hub.adoptPolicy(counting(2, { review: 1, need: 2 }), { from })
    // T is the instant of this check, and the next policy decides then; by the clock it is still the one before.
    await it.police.check({ ...call(it, 1), occurredAt: from + MINUTE })
    const dossier = await it.hub.case(1)
    expect(it.hub.policy().policy.version).toBe(1)
    expect(dossier.verdict).toMatchObject({ level: 'child-in-need', asOf: from + MINUTE })
    expect(dossier.verdict.policyHash).toBe(it.hub.policies()[1]?.hash)
    expect((await it.first.open(ASK)).released).toHaveLength(3)
  })
})

test('a determination is made and counted under the policy of its instant, which can be ahead of the clock', async () => {
  const determination = { from: 'review', to: 'child-in-need', officers: 2 }
  await using it = await countingHouse(FIRST, { policy: counting(1, { review: 1, need: 50 }, { determination }) })
  await it.register(childDetails(1))
  const from = it.clock.now + 2 * MINUTE
  await it.hub.adoptPolicy(counting(2, { review: 1, need: 60 }, { determination }), { from })
  await it.police.check({ ...call(it, 1), occurredAt: from + MINUTE })
  for (const officer of [it.first, it.second]) await officer.determine(1, MET)
  expect((await it.third.open(ASK)).released).toHaveLength(3)
  expect(it.hub.policy().policy.version).toBe(1)
})

/** An officer to whose line something happens between the permission and the request. */
async function officerWhoWaits(it: House, between: () => Promise<void>): Promise<Officer> {
  const hub = {
    pin: it.line.pin,
    async send(message: Uint8Array, options?: Parameters<House['line']['send']>[1]) {
      if (decodeMessage(message).verb === 'open') await between()
      return it.line.send(message, options)
    },
  }
  return it.officer('slow', { hub })
}
