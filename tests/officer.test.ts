import { describe, expect, test } from 'vitest'
import { parseSignedRequest } from '../src/case/messages.js'
import { type OpeningRequest, signRequest } from '../src/case/opening.js'
import { createOfficer, type HubPort, type Officer } from '../src/index.js'
import { fromJsonBytes, toJsonBytes } from '../src/json.js'
import { decodeMessage, encodeMessage } from '../src/port.js'
import { keyOf } from './support/forge.js'
import {
  childDetails,
  DAY,
  HOUR,
  type House,
  house,
  MET,
  MINUTE,
  NOW,
  nhsNumber,
  takingCases,
} from './support/house.js'
import { all } from './support/lists.js'

const ASK = { case: 1, group: 'identity', purpose: 'referral', lawfulBasis: 'public-task' } as const

/** A house with two cases of child protection, numbers 1 and 2. */
async function withCases(): Promise<House> {
  const it = await house()
  for (const n of [1, 2]) {
    await it.register(childDetails(n))
    await it.police.check({
      child: { nhsNumber: nhsNumber(n) },
      incident: 'police-protection',
      occurredAt: it.clock.now,
      reference: `pp/${n}`,
      practitioner: 'PC 42',
    })
    await it.hub.caughtUp()
  }
  return it
}

/** The first officer, whose program changes the request before it is signed and sent. */
function cheating(it: House, change: Partial<OpeningRequest>): Officer {
  const key = keyOf(it, 'first')
  const hub: HubPort = {
    pin: it.line.pin,
    send(bytes, options) {
      const message = decodeMessage(bytes)
      if (message.verb !== 'open') return it.line.send(bytes, options)
      const { signed } = fromJsonBytes(message.body) as { signed: unknown }
      const { request } = parseSignedRequest(signed)
      const other = signRequest(it.hub.id, { ...request, ...change }, key.signing)
      const sender = { hub: it.hub.id, party: 'first', key: key.signing }
      return it.line.send(encodeMessage('open', toJsonBytes({ signed: other }), message.at, sender), options)
    },
  }
  const standing = { undertakingAt: NOW - DAY, trainingUntil: NOW + DAY, vettingUntil: NOW + DAY }
  return takingCases(
    createOfficer({ id: 'first', person: 'person-first', key, hub, clock: it.clock.read, ...standing }),
  )
}

async function journalled(it: House, type: string): Promise<number> {
  return [...(await it.hub.journal.verify()).byType].find(([name]) => name === type)?.[1] ?? 0
}

describe('opening', () => {
  test('what was sealed is what the officer reads, in the groups that the level opens', async () => {
    await using it = await withCases()
    const identity = await it.first.open(ASK)
    expect(identity).toMatchObject({ opened: true, group: 'identity', refused: [], unavailable: [] })
    expect(identity.expiry).toBe(it.clock.now + 24 * HOUR)
    const carers = await it.first.open({ ...ASK, group: 'carers' })
    const { carers: sealedCarers, ...rest } = childDetails(1)
    expect((await it.first.read(identity.opening)).details).toEqual(rest)
    expect((await it.first.read(carers.opening)).details).toEqual(sealedCarers)
  })

  test('the case is opened; requests, answers, decisions and views are journalled', async () => {
    await using it = await withCases()
    const { opening } = await it.first.open(ASK)
    await it.first.read(opening)
    await it.first.read(opening)
    expect((await it.hub.case(1)).status).toBe('opened')
    expect((await it.hub.case(1)).openings).toEqual([opening])
    expect(await journalled(it, 'opening')).toBe(1)
    expect(await journalled(it, 'release')).toBe(3)
    expect(await journalled(it, 'view')).toBe(2)
    expect(await journalled(it, 'disclosure')).toBeGreaterThanOrEqual(1)
  })

  test('a denial is journalled like a permit, and opens nothing', async () => {
    await using it = await withCases()
    await expect(it.bare(it.first).open(ASK)).rejects.toMatchObject({ code: 'ERR_DISCLOSURE_DENIED' })
    expect(await journalled(it, 'disclosure')).toBe(1)
    expect(await journalled(it, 'opening')).toBe(0)
    await it.first.open(ASK)
    expect(await journalled(it, 'disclosure')).toBe(2)
  })

  test('another officer cannot read it', async () => {
    await using it = await withCases()
    const { opening } = await it.first.open(ASK)
    await expect(it.second.read(opening)).rejects.toMatchObject({ code: 'ERR_OPENING_EXPIRED' })
    const key = keyOf(it, 'first')
    const body = toJsonBytes({ opening: Buffer.from(opening, 'hex') })
    const sender = { hub: it.hub.id, party: 'second', key: key.signing }
    const reply = await it.line.send(encodeMessage('read-opening', body, it.clock.now, sender))
    expect(Buffer.from(reply).toString('latin1')).toContain('ERR_SIGNATURE_INVALID')
  })

  test('it can be read until it expires, and the one-use key is gone then', async () => {
    await using it = await withCases()
    const { opening } = await it.first.open(ASK)
    it.clock.now += 24 * HOUR - 1
    expect((await it.first.read(opening)).group).toBe('identity')
    it.clock.now += 1
    await expect(it.first.read(opening)).rejects.toMatchObject({ code: 'ERR_OPENING_EXPIRED' })
    it.clock.now -= HOUR
    await expect(it.first.read(opening)).rejects.toMatchObject({ code: 'ERR_OPENING_EXPIRED' })
  })

  test.each<[string, Partial<OpeningRequest>]>([
    ['another case', { case: 2 }],
    ['the other group', { group: 'carers' }],
    ['another purpose', { purpose: 'assessment' }],
    ['another lawful basis', { lawfulBasis: 'consent' }],
    ['a longer time', { expiry: NOW + 25 * HOUR }],
    ['another instant', { at: NOW - 1 }],
    ['another record', { recordHash: new Uint8Array(32) }],
  ])('a request for %s than was decided on is refused', async (_, change) => {
    await using it = await withCases()
    await expect(cheating(it, change).open(ASK)).rejects.toMatchObject({ code: 'ERR_REQUEST_INVALID' })
    expect(await journalled(it, 'opening')).toBe(0)
    expect((await it.hub.case(2)).status).toBe('new')
  })

  test('a request must come within ten minutes of its preparation', async () => {
    await using it = await withCases()
    const waiting: HubPort = {
      pin: it.line.pin,
      send(bytes, options) {
        const { verb, body } = decodeMessage(bytes)
        if (verb !== 'open') return it.line.send(bytes, options)
        it.clock.now += 10 * MINUTE + 1
        const sender = { hub: it.hub.id, party: 'first', key: keyOf(it, 'first').signing }
        return it.line.send(encodeMessage(verb, body, it.clock.now, sender), options)
      },
    }
    const standing = { undertakingAt: NOW - DAY, trainingUntil: NOW + DAY, vettingUntil: NOW + DAY }
    const key = keyOf(it, 'first')
    const slow = takingCases(
      createOfficer({ id: 'first', person: 'p', key, hub: waiting, clock: it.clock.read, ...standing }),
    )
    await expect(slow.open(ASK)).rejects.toMatchObject({ code: 'ERR_OPENING_EXPIRED' })
  })

  test('an officer out of standing sees and does nothing', async () => {
    await using it = await withCases()
    const lapsed = await it.officer('lapsed', { trainingUntil: NOW + DAY })
    expect(await lapsed.cases()).toHaveLength(2)
    it.clock.now += DAY
    for (const act of [
      () => lapsed.cases(),
      () => lapsed.review(1),
      () => lapsed.open(ASK),
      () => lapsed.determine(1, MET),
      () => lapsed.close(1, 'duplicate', 'no-further-action'),
      () => lapsed.endEnquiry(1, 'error'),
    ]) {
      await expect(act()).rejects.toMatchObject({ code: 'ERR_PARTY_NOT_IN_STANDING' })
    }
    await it.hub.suspend('second')
    await expect(it.second.cases()).rejects.toMatchObject({ code: 'ERR_PARTY_NOT_IN_STANDING' })
  })

  test('there is nothing to open for a child whom nobody registered, nor in a case that is not there', async () => {
    await using it = await withCases()
    await it.police.check({
      child: { nhsNumber: nhsNumber(7) },
      incident: 'police-protection',
      occurredAt: it.clock.now,
      reference: 'pp/7',
      practitioner: 'PC 42',
    })
    await expect(it.first.open({ ...ASK, case: 3 })).rejects.toMatchObject({ code: 'ERR_OPENING_UNKNOWN' })
    await expect(it.first.open({ ...ASK, case: 4 })).rejects.toMatchObject({ code: 'ERR_CASE_UNKNOWN' })
    await expect(it.first.review(4)).rejects.toMatchObject({ code: 'ERR_CASE_UNKNOWN' })
  })
})

describe('review', () => {
  test('shows codes, kinds of agency and times; no agency, no reference, no child', async () => {
    await using it = await withCases()
    const { agencyChildId } = await it.police.identify({ nhsNumber: nhsNumber(1) }, 'PC 42')
    const text = JSON.stringify(await it.first.review(1))
    for (const hidden of ['met-police', 'pp/1', agencyChildId, 'person-', nhsNumber(1)]) {
      expect(text).not.toContain(hidden)
    }
    expect(JSON.parse(text)).toMatchObject({ agencyKinds: ['police'], timeline: [{ agencyKind: 'police' }] })
  })
})

describe('referral', () => {
  test('goes to one agency, which reads what it needs and says what it decided', async () => {
    await using it = await withCases()
    const care = await it.agency('childrens-care', 'social-care')
    const identity = await it.first.open(ASK)
    const sent = await it.first.refer({
      case: 1,
      because: 'acts-on-referral',
      to: 'childrens-care',
      openings: [identity.opening],
    })
    // Wednesday 10:00, one working day later.
    expect(sent).toEqual({ referral: 1, to: 'childrens-care', status: 'sent', decisionDueAt: NOW + DAY })
    expect((await it.hub.case(1)).status).toBe('referred')
    const [referral, ...more] = await all(care.referrals())
    expect(more).toEqual([])
    const { carers: _, ...details } = childDetails(1)
    expect(referral).toMatchObject({
      referral: 1,
      case: 1,
      threshold: 'child-protection',
      lawfulBasis: 'public-task',
      purpose: 'referral',
      status: 'received',
      details: { identity: details },
    })
    expect(referral).not.toHaveProperty('details.carers')
    await care.decide(1, 'assessment')
    expect(await all(it.hub.referrals())).toMatchObject([{ number: 1, status: 'decided', outcome: 'assessment' }])
    expect(await all(care.referrals())).toMatchObject([{ status: 'decided' }])
    expect(await all(care.referrals(1))).toEqual([])
  })

  test('no other agency sees it or may answer it', async () => {
    await using it = await withCases()
    const { opening } = await it.first.open(ASK)
    await it.first.refer({ case: 1, because: 'acts-on-referral', to: 'st-marys', openings: [opening] })
    expect(await all(it.school.referrals())).toEqual([])
    await expect(it.school.decide(1, 'assessment')).rejects.toMatchObject({ code: 'ERR_REFERRAL_UNKNOWN' })
    await expect(it.health.decide(2, 'assessment')).rejects.toMatchObject({ code: 'ERR_REFERRAL_UNKNOWN' })
  })

  test('needs an opening of the officer’s own, of this case, in date, and an agency on the roster', async () => {
    await using it = await withCases()
    const { opening } = await it.first.open(ASK)
    const ask = { case: 1, to: 'st-marys', because: 'acts-on-referral', openings: [opening] } as const
    await expect(it.first.refer({ ...ask, openings: [] })).rejects.toMatchObject({ code: 'ERR_OPENING_UNKNOWN' })
    await expect(it.first.refer({ ...ask, case: 2 })).rejects.toMatchObject({ code: 'ERR_OPENING_UNKNOWN' })
    await expect(it.first.refer({ ...ask, to: 'nobody' })).rejects.toMatchObject({ code: 'ERR_PARTY_UNKNOWN' })
    it.clock.now += 24 * HOUR
    await expect(it.first.refer(ask)).rejects.toMatchObject({ code: 'ERR_OPENING_EXPIRED' })
    expect(await all(it.hub.referrals())).toEqual([])
  })

  test('whoever was sent one hears that a check behind it was taken back', async () => {
    await using it = await withCases()
    const { opening } = await it.first.open(ASK)
    await it.first.refer({ case: 1, because: 'acts-on-referral', to: 'st-marys', openings: [opening] })
    expect((await all(it.health.referrals()))[0]).not.toHaveProperty('amendedAt')
    it.clock.now += HOUR
    await it.police.withdraw('pp/1', 'wrong-child')
    await it.hub.caughtUp()
    expect((await all(it.health.referrals()))[0]).toMatchObject({ amendedAt: it.clock.now })
  })
})
