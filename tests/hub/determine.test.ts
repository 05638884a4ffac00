import { beforeEach, describe, expect, test } from 'vitest'
import { signDeterminationWithdrawal } from '../../src/case/determination.js'
import type { HubPort } from '../../src/index.js'
import { toJsonBytes } from '../../src/json.js'
import { call, callJson, decodeMessage } from '../../src/port.js'
import { verifyBundle } from '../../src/verify.js'
import { determinationBy, keyOf } from '../support/forge.js'
import { childDetails, DAY, type House, house, MET, MINUTE, nhsNumber } from '../support/house.js'
import { bad, bundleOf, journal } from '../verify/office.js'

const ASK = { case: 1, group: 'identity', purpose: 'assessment', lawfulBasis: 'public-task' } as const
const NOT_MET = { finding: 'not-met', reasons: ['isolated-incident', 'needs-being-met'] } as const

let it: House
beforeEach(async () => {
  it = await house()
  await it.register(childDetails(1))
  await seen('told/1')
  return () => it[Symbol.asyncDispose]()
})

async function seen(reference: string, incident = 'child-disclosure'): Promise<void> {
  const child = { nhsNumber: nhsNumber(1) }
  await it.police.check({ child, incident, occurredAt: it.clock.now, reference, practitioner: 'PC 42' })
  await it.hub.caughtUp()
}

function codeOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: { readonly code: string }) => error.code,
  )
}

const standing = async () => (await it.hub.case(1)).determinations.filter(({ withdrawn }) => withdrawn === undefined)
const written = async () => (await it.hub.journal.verify()).byType.get('determination') ?? 0
const wrong = async () =>
  bad(await verifyBundle(await bundleOf(it, { checks: true, cases: true }), { pin: it.hub.pin }))

describe('a person determines once', () => {
  test('not under another id, whatever it finds', async () => {
    const twin = await it.officer('second-again', { person: 'person-second' })
    await it.second.determine(1, MET)
    for (const judgement of [MET, NOT_MET])
      expect(await codeOf(twin.determine(1, judgement))).toBe('ERR_DETERMINED_BEFORE')
    expect(await standing()).toHaveLength(1)
    expect(await written()).toBe(1)
  })

  test('not under two ids at two processes at once', async () => {
    const twin = await it.officer('second-again', { person: 'person-second' })
    const other = await it.another()
    const at = (hub: HubPort, officer: string) => async () => {
      const determination = await determinationBy(it, await it.context(), officer)
      const sender = { hub: it.hub.id, party: officer, key: keyOf(it, officer).signing }
      return callJson(hub, 'determine', { determination }, it.clock.now, sender)
    }
    const codes = await Promise.all([codeOf(at(it.line, 'second')()), codeOf(at(other, 'second-again')())])
    expect(codes.filter((code) => code === 'ERR_DETERMINED_BEFORE')).toHaveLength(1)
    expect(await standing()).toHaveLength(1)
    expect(await codeOf(twin.determine(1, NOT_MET))).toBe('ERR_DETERMINED_BEFORE')
  })

  test('the same message again writes nothing; a later one takes its place', async () => {
    await it.second.determine(1, MET)
    const message = it.exchanges.findLast((each) => decodeMessage(each.message).verb === 'determine')?.message
    await it.hub.send(message ?? new Uint8Array(0))
    expect(await written()).toBe(1)
    it.clock.now += MINUTE
    await it.second.determine(1, { reasons: ['services-needed'] })
    expect(await standing()).toMatchObject([{ officer: 'second', finding: 'met', reasons: ['services-needed'] }])
    expect(await written()).toBe(2)
  })

  test('and says the opposite only after it has taken that back', async () => {
    await it.second.determine(1, NOT_MET)
    it.clock.now += MINUTE
    expect(await codeOf(it.second.determine(1, MET))).toBe('ERR_DETERMINED_BEFORE')
    await it.second.withdrawDetermination(1, 'new-information')
    it.clock.now += 1
    await it.second.determine(1, MET)
    await it.third.determine(1, MET)
    expect(await codeOf(it.first.open(ASK))).toBeUndefined()
    expect((await it.hub.case(1)).determinations).toMatchObject([
      { officer: 'second', finding: 'not-met', withdrawn: { reason: 'new-information' } },
      { officer: 'second', finding: 'met' },
      { officer: 'third', finding: 'met' },
    ])
    expect(await wrong()).toEqual([])
  })

  test('what expired stands in nobody’s way', async () => {
    const twin = await it.officer('second-again', { person: 'person-second' })
    await it.second.determine(1, NOT_MET)
    it.clock.now += 14 * DAY
    await twin.determine(1, MET)
    expect(await standing()).toMatchObject([{ officer: 'second-again', finding: 'met' }])
    expect(await wrong()).toEqual([])
  })
})

describe('a determination is taken back', () => {
  test('under whatever id the person has, and counts no longer at once', async () => {
    const twin = await it.officer('second-again', { person: 'person-second' })
    await it.second.determine(1, MET)
    await it.third.determine(1, MET)
    await twin.withdrawDetermination(1, 'conflict-of-interest')
    expect(await codeOf(it.first.open(ASK))).toBe('ERR_DISCLOSURE_DENIED')
    expect(await wrong()).toEqual([])
  })

  test('a message of before does not bring it back, to hub or journal', async () => {
    await it.second.determine(1, MET)
    const message = it.exchanges.findLast((each) => decodeMessage(each.message).verb === 'determine')?.message
    await it.second.withdrawDetermination(1, 'signed-in-error')
    expect(await codeOf(call(it.hub, message ?? new Uint8Array(0)))).toBe('ERR_DETERMINED_BEFORE')
    expect(await standing()).toEqual([])
    await it.second.withdrawDetermination(1, 'signed-in-error')
    expect(await written()).toBe(2)
  })

  test('only where there is something, by the person, and not for a time to come', async () => {
    const { id } = it.hub
    const sent = (officer: string, at: number, signer = officer, by = officer) => {
      const said = { case: 1, reason: 'new-information', at, officer: by } as const
      const withdrawal = signDeterminationWithdrawal(id, said, keyOf(it, signer).signing)
      const sender = { hub: id, party: officer, key: keyOf(it, officer).signing }
      return codeOf(callJson(it.line, 'withdraw-determination', { withdrawal }, it.clock.now, sender))
    }
    const { now } = it.clock
    expect(await sent('second', now)).toBe('ERR_REQUEST_INVALID')
    await it.second.determine(1, MET)
    expect(await sent('third', now)).toBe('ERR_REQUEST_INVALID')
    expect(await sent('third', now, 'third', 'second')).toBe('ERR_SIGNATURE_INVALID')
    expect(await sent('second', now, 'third')).toBe('ERR_SIGNATURE_INVALID')
    expect(await sent('second', now - 1)).toBe('ERR_REQUEST_INVALID')
    expect(await sent('second', now + DAY)).toBe('ERR_REQUEST_INVALID')
    expect(await sent('met-police', now)).toBe('ERR_PARTY_UNKNOWN')
    expect(await standing()).toHaveLength(1)
    expect(await sent('second', now)).toBeUndefined()
  })

  test('after the case was closed, too; but nobody determines then', async () => {
    await it.second.determine(1, MET)
    await it.first.take(1)
    await it.first.close(1, 'no-further-action', 'unfounded')
    expect((await it.hub.case(1)).status).toBe('closed')
    expect(await codeOf(it.third.determine(1, MET))).toMatch(/^ERR_(CASE_STATUS|THRESHOLD_NOT_REACHED)$/)
    const hub = await it.context()
    const sender = { hub: hub.id, party: 'third', key: keyOf(it, 'third').signing }
    const determination = await determinationBy(it, hub, 'third')
    expect(await codeOf(callJson(it.line, 'determine', { determination }, it.clock.now, sender))).toBe(
      'ERR_CASE_STATUS',
    )
    await it.second.withdrawDetermination(1, 'circumstances-changed')
    expect(await standing()).toEqual([])
  })
})

describe('the hub keeps a determination only', () => {
  const sent = async (change: object, officer = 'second') => {
    const hub = await it.context()
    const determination = await determinationBy(it, hub, officer, change)
    const sender = { hub: hub.id, party: officer, key: keyOf(it, officer).signing }
    return codeOf(callJson(it.line, 'determine', { determination }, it.clock.now, sender))
  }

  test.each<[string, (now: number) => object]>([
    ['of another level', () => ({ from: 'child-in-need', to: 'child-protection' })],
    ['under another policy', () => ({ policyHash: '00'.repeat(32) })],
    ['on checks of another case', () => ({ checkIds: ['00'.repeat(32)] })],
    ['on no checks', () => ({ checkIds: [] })],
    ['of a time to come', (now) => ({ at: now + DAY, expiry: now + 2 * DAY })],
    ['of long ago', (now) => ({ at: now - DAY })],
    ['for two weeks at most', (now) => ({ expiry: now + 14 * DAY + 1 })],
    ['that lasts', (now) => ({ expiry: now })],
    ['with reasons', () => ({ reasons: [] })],
    ['with reasons for what it finds', () => ({ finding: 'not-met' })],
  ])('not one %s, if that is wrong', async (_, change) => {
    expect(await sent(change(it.clock.now))).toBe('ERR_REQUEST_INVALID')
    expect(await sent({})).toBeUndefined()
  })

  test('of its sender, who works cases', async () => {
    await it.officer('archive', { roles: ['records'] })
    expect(await sent({}, 'archive')).toBe('ERR_ROLE_MISSING')
    const hub = await it.context()
    const sender = { hub: hub.id, party: 'second', key: keyOf(it, 'second').signing }
    const determination = await determinationBy(it, hub, 'third')
    expect(await codeOf(callJson(it.line, 'determine', { determination }, it.clock.now, sender))).toBe(
      'ERR_SIGNATURE_INVALID',
    )
  })

  test('below the level itself: what checks reach, nobody has to judge', async () => {
    const early = await determinationBy(it, await it.context(), 'second')
    await it.third.determine(1, MET)
    await seen('taken/1', 'police-protection')
    expect(await sent({ ...early })).toBe('ERR_THRESHOLD_NOT_REACHED')
    expect(await codeOf(it.second.determine(1, MET))).toBe('ERR_THRESHOLD_NOT_REACHED')
    expect(await it.hub.case(1)).not.toHaveProperty('mayDetermine')
    // The level opens by itself now, for the one who had determined as well.
    expect(await codeOf(it.third.open(ASK))).toBeUndefined()
  })

  test('on checks that reach where it starts from', async () => {
    await it.police.withdraw('told/1', 'wrong-child')
    expect(await codeOf(it.second.determine(1, MET))).toBe('ERR_THRESHOLD_NOT_REACHED')
  })

  test('an officer signs nothing for a hub whose clock is far from theirs', async () => {
    const behind = await it.officer('behind', { clock: () => it.clock.now - 4 * MINUTE })
    await behind.determine(1, MET)
    let clock = it.clock.now
    const lied = await it.officer('lied-to', { clock: () => clock, hub: { ...it.line, send: (m, o) => lies(m, o) } })
    async function lies(message: Uint8Array, options?: Parameters<HubPort['send']>[1]): Promise<Uint8Array> {
      const reply = await it.line.send(message, options)
      if (decodeMessage(message).verb === 'review') clock -= 11 * MINUTE
      return reply
    }
    expect(await codeOf(lied.determine(1, MET))).toBe('ERR_MESSAGE_MALFORMED')
    expect(await standing()).toHaveLength(1)
  })
})

describe('an auditor finds', () => {
  const said = async (officer: string, change: object = {}) => determinationBy(it, await it.context(), officer, change)
  const back = (officer: string, at: number, signer = officer) => ({
    event: 'withdrawn',
    withdrawal: signDeterminationWithdrawal(
      it.hub.id,
      { case: 1, reason: 'new-information', at, officer },
      keyOf(it, signer).signing,
    ),
  })
  const found = async () => (await wrong()).map((text) => text.replace('a determination does not stand: ', ''))
  const write = (body: unknown) => journal(it, 'determination', body)
  const determined = (determination: unknown) => write({ event: 'determined', determination })

  test('a determination by somebody who may not, on nothing, or of another time', async () => {
    const { now } = it.clock
    await it.officer('archive', { roles: ['records'] })
    await determined(await said('archive'))
    await determined({ ...(await said('second')), officer: 'third' })
    await determined(await said('second', { checkIds: ['ab'.repeat(32)] }))
    await determined(await said('second', { to: 'child-protection' }))
    await determined(await said('second', { at: now + DAY, expiry: now + 2 * DAY }))
    await determined(await said('second', { expiry: now + 15 * DAY }))
    await write(toJsonBytes(await said('second')))
    expect(await found()).toEqual([
      'its officer does not work cases',
      'its officer did not sign it',
      'a check that it names does not stand before it',
      'its policy allows no such step',
      'it is of another time, or would last too long',
      'it is of another time, or would last too long',
      expect.stringContaining('determination'),
    ])
  })

  test('one person under two names, or for both sides', async () => {
    await it.officer('second-again', { person: 'person-second' })
    await it.second.determine(1, MET)
    await determined(await said('second-again'))
    await determined(await said('second', { finding: 'not-met', reasons: ['checks-mistaken'] }))
    expect(await found()).toEqual(['this person had determined before', 'this person had determined before'])
  })

  test('what was taken back brought out again, or taken back by another, or without anything there', async () => {
    const { now } = it.clock
    await write(back('third', now))
    await it.second.determine(1, MET)
    await write(back('second', now, 'third'))
    await write(back('second', now - 1))
    await write(back('met-police', now))
    await write(back('second', now))
    await determined(await said('second'))
    await determined(await said('second', { at: now + 1 }))
    expect(await found()).toEqual([
      'there was nothing to take back',
      'its officer did not take it back',
      'there was nothing to take back',
      'no such officer was on the roster then',
      'this person had taken it back before',
    ])
  })
})
