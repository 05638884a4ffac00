import { describe, expect, test } from 'vitest'
import { u64 } from '../../src/bytes.js'
import { signReferral } from '../../src/case/referral-statement.js'
import type { Agency, AgencyReferral, HubPort, Officer, ReferAsk } from '../../src/index.js'
import { createOfficer, memoryOneUseKeys, type OneUseKeys } from '../../src/index.js'
import { fromJsonBytes, toJsonBytes } from '../../src/json.js'
import { decodeMessage, encodeMessage } from '../../src/port.js'
import { verifyBundle } from '../../src/verify.js'
import { keyOf } from '../support/forge.js'
import { childDetails, DAY, HOUR, type House, house, MINUTE, NOW, nhsNumber } from '../support/house.js'
import { all } from '../support/lists.js'
import { bad, bundleOf } from '../verify/office.js'

const WHY = { purpose: 'referral', lawfulBasis: 'public-task' } as const
const CHILD = { nhsNumber: nhsNumber(1) }

interface Office {
  readonly it: House
  readonly care: Agency
  /** An officer with keys that another process of theirs can use too. */
  readonly worker: Officer
  readonly oneUseKeys: OneUseKeys
}

/** A house with one case of child protection, number 1, that police, a school and a sensitive service know. */
async function office(at: number = NOW): Promise<Office> {
  const it = await house()
  it.clock.now = at
  await it.register(childDetails(1))
  const clinic = await it.agency('young-clinic', 'health', { sensitive: true })
  const common = { child: CHILD, practitioner: 'p' }
  await it.school.check({
    ...common,
    incident: 'first-known',
    indicators: ['SAF-3-DA', 'SAF-2-HAZARD'],
    occurredAt: at - 3 * DAY,
    reference: 'S/1',
  })
  await clinic.check({ ...common, incident: 'first-known', occurredAt: at - 2 * DAY, reference: 'C/1' })
  await it.police.check({ ...common, incident: 'police-protection', occurredAt: at, reference: 'P/1' })
  await it.hub.caughtUp()
  const care = await it.agency('childrens-care', 'social-care')
  const oneUseKeys = memoryOneUseKeys()
  const worker = await it.officer('worker', { oneUseKeys })
  return { it, care, worker, oneUseKeys }
}

async function ask(it: House, more: Partial<ReferAsk> = {}, by: Officer = it.first): Promise<ReferAsk> {
  const { opening } = await by.open({ ...WHY, case: 1, group: 'identity' })
  return { case: 1, to: 'childrens-care', because: 'acts-on-referral', openings: [opening], ...more }
}

async function only(agency: Agency): Promise<AgencyReferral> {
  const [referral, ...more] = await all(agency.referrals())
  if (referral?.kind !== 'referral' || more.length > 0) throw new Error('one referral that can be read')
  return referral
}

const due = async (officer: Officer, more = {}): Promise<readonly string[]> =>
  (await officer.deadlines(more)).map(({ kind, number, state }) => `${kind} ${number} ${state}`)

async function entries(it: House, event: string): Promise<readonly Record<string, unknown>[]> {
  const { ledger } = await it.context()
  return (await ledger.read(0, await ledger.size())).flatMap(({ entry }) => {
    if (entry?.type !== 'referral' && entry?.type !== 'deadline') return []
    const body = fromJsonBytes(entry.body) as Record<string, unknown>
    return body.event === event ? [body] : []
  })
}

async function wrongIn(it: House): Promise<readonly string[]> {
  return bad(await verifyBundle(await bundleOf(it, { checks: true, cases: true }), { pin: it.hub.pin }))
}

describe('a referral', () => {
  test('holds what its recipient needs and may have, and no more', async () => {
    const { it, care } = await office()
    await using _ = it
    const identity = await it.first.open({ ...WHY, case: 1, group: 'identity' })
    const carers = await it.first.open({ ...WHY, case: 1, group: 'carers' })
    await it.first.refer({
      case: 1,
      to: 'childrens-care',
      because: 'acts-on-referral',
      openings: [identity.opening, carers.opening],
    })
    const referral = await only(care)
    const { carers: sealedCarers, ...rest } = childDetails(1)
    expect(referral).toMatchObject({
      version: 2,
      case: 1,
      because: 'acts-on-referral',
      threshold: 'child-protection',
      details: { identity: rest, carers: sealedCarers },
      carerFactors: [{ code: 'SAF-3-DA', on: '2026-03-01', agencyKind: 'education' }],
      involvement: [
        { agency: 'hill-school', agencyKind: 'education' },
        { agency: 'met-police', agencyKind: 'police' },
        { agency: 'young-clinic', agencyKind: 'health' },
      ],
      leftOut: [],
      earlierChecks: 0,
    })
    expect(referral.concerns?.map(({ on, incident }) => `${on} ${incident.code}`)).toEqual([
      '2026-03-01 first-known',
      '2026-03-02 first-known',
      '2026-03-04 police-protection',
    ])
    expect(referral.disclosed.map(({ information }) => information)).toEqual([
      'identity',
      'carers',
      'concern',
      'carer-factors',
      'involvement',
      'sensitive-involvement',
    ])
    // No reference of another agency, and no id of the index but the recipient’s own.
    const text = JSON.stringify(referral)
    for (const hidden of ['S/1', 'C/1', 'P/1', (await it.school.identify(CHILD, 'x')).agencyChildId])
      expect(text).not.toContain(hidden)
  })

  test('below child protection names no sensitive service, and reads the same whether there is one or not', async () => {
    const told = async (withClinic: boolean): Promise<AgencyReferral> => {
      await using it = await house()
      await it.register(childDetails(1))
      const care = await it.agency('childrens-care', 'social-care')
      const clinic = await it.agency('young-clinic', 'health', { sensitive: true })
      const common = { child: CHILD, practitioner: 'p', occurredAt: it.clock.now }
      await it.police.check({
        ...common,
        incident: 'child-disclosure',
        indicators: ['HOU-3-HOMELESS'],
        reference: 'P/1',
      })
      if (withClinic) await clinic.check({ ...common, incident: 'first-known', reference: 'C/1' })
      await it.hub.caughtUp()
      await it.first.refer(await ask(it))
      return await only(care)
    }
    const [without, having] = [await told(false), await told(true)]
    expect(having.threshold).toBe('child-in-need')
    expect(having.leftOut).toEqual([{ information: 'sensitive-involvement', basis: 'no-explicit-consent' }])
    expect(without.leftOut).toEqual(having.leftOut)
    expect(having.involvement).toEqual(without.involvement)
    expect(having.concerns?.map(({ agencyKind }) => agencyKind).sort()).toEqual(['not named', 'police'])
    expect(JSON.stringify(having)).not.toContain('clinic')
  })

  test('goes through its whole life, and everybody’s words stand in the journal with their signatures', async () => {
    const { it, care } = await office(Date.parse('2026-04-02T14:00Z'))
    await using _ = it
    const sent = await it.first.refer(await ask(it))
    // Maundy Thursday, 15:00 in London; the next working day is Tuesday.
    expect(new Date(sent.decisionDueAt).toISOString()).toBe('2026-04-07T14:00:00.000Z')
    expect(await due(it.first, { mine: true })).toContain('decision 1 upcoming')
    it.clock.now = Date.parse('2026-04-07T08:00Z')
    expect((await only(care)).status).toBe('received')
    expect(await care.accept(1)).toBe('accepted')
    expect(await care.accept(1)).toBe('accepted')
    expect(await due(it.first, { mine: true })).toContain('decision 1 soon')
    expect(await care.decide(1, 'strategy-discussion')).toBe('decided')
    expect(await it.first.deadlines({ mine: true })).toMatchObject([
      { kind: 'assessment', number: 1, case: 1, dueAt: Date.parse('2026-06-10T14:00Z') },
    ])
    await care.report(1, 'strategy-discussion-held', '2026-04-07')
    expect(await it.first.deadlines({ mine: true })).toMatchObject([
      { kind: 'conference', number: 1, dueAt: Date.parse('2026-04-28T23:00Z') },
      { kind: 'assessment' },
    ])
    it.clock.now = Date.parse('2026-04-20T08:00Z')
    await care.report(1, 'conference-held', '2026-04-17')
    expect(await due(it.first, { mine: true })).toEqual(['assessment 1 upcoming'])
    await care.report(1, 'assessment-completed', '2026-04-20')
    await care.report(1, 'services-started', '2026-04-20')
    expect(await care.report(1, 'closed', '2026-04-20')).toBe('closed')
    expect(await due(it.first, { mine: true })).toEqual([])
    expect(await it.second.referral(1)).toMatchObject({
      number: 1,
      case: 1,
      to: 'childrens-care',
      status: 'closed',
      outcome: 'strategy-discussion',
      reports: [
        { milestone: 'strategy-discussion-held', on: '2026-04-07' },
        { milestone: 'conference-held', on: '2026-04-17' },
        { milestone: 'assessment-completed' },
        { milestone: 'services-started' },
        { milestone: 'closed' },
      ],
    })
    for (const [event, times] of [
      ['sent', 1],
      ['received', 1],
      ['accepted', 1],
      ['decided', 1],
      ['reported', 5],
    ] as const)
      expect(await entries(it, event), event).toHaveLength(times)
    expect(await wrongIn(it)).toEqual([])
  })

  test('that is declined is looked at again within a working day, and goes to another agency', async () => {
    const { it, care } = await office()
    await using _ = it
    const asked = await ask(it)
    await it.first.refer(asked)
    expect(await care.decline(1, 'not-ours')).toBe('declined')
    expect(await due(it.first, { mine: true })).toEqual(['review 1 upcoming'])
    await expect(care.decide(1, 'assessment')).rejects.toMatchObject({ code: 'ERR_CASE_STATUS' })
    it.clock.now += MINUTE
    expect(await it.first.refer({ ...asked, to: 'st-marys', because: 'provides-services' })).toMatchObject({
      referral: 2,
      to: 'st-marys',
      status: 'sent',
    })
    expect(await due(it.first, { mine: true })).toEqual(['decision 2 upcoming'])
    expect(await it.first.referrals()).toMatchObject([
      { number: 1, status: 'declined', declined: { reason: 'not-ours' } },
      { number: 2, status: 'sent' },
    ])
    expect(await it.first.referrals({ status: 'declined' })).toHaveLength(1)
    expect(await it.first.referrals({ after: 1 })).toHaveLength(1)
    expect(await wrongIn(it)).toEqual([])
    // Officers linked the child to another since: the case that goes on is the one to look at.
    const hub = await it.context()
    const file = await hub.shelf.one('case', u64(1))
    if (file === undefined) throw new Error('no case')
    const joined = { ...file, status: 'closed', joinedTo: 2 } as const
    const puts = [joined, { ...file, number: 2 }].map((each) => hub.shelf.put('case', u64(each.number), each))
    await hub.ledger.write(async () => ({ puts }))
    await it.health.decline(2, 'no-capacity')
    expect(await due(it.first, { mine: true })).toEqual(['review 2 upcoming'])
  })

  test('is answered by its own agency alone, in words that follow', async () => {
    const { it, care } = await office()
    await using _ = it
    await it.first.refer(await ask(it))
    for (const act of [
      () => it.school.accept(1),
      () => it.school.decline(1, 'not-ours'),
      () => it.school.decide(1, 'assessment'),
      () => it.school.report(1, 'closed', '2026-03-04'),
      () => care.accept(2),
      () => it.first.referral(2),
    ])
      await expect(act()).rejects.toMatchObject({ code: 'ERR_REFERRAL_UNKNOWN' })
    await expect(care.report(1, 'services-started', '2026-03-05')).rejects.toMatchObject({ field: 'on' })
    await expect(care.report(1, 'services-started', '2026-03-03')).rejects.toMatchObject({ field: 'on' })
    for (const day of ['2026-02-30', 'today', '2026-3-4', ''])
      await expect(care.report(1, 'services-started', day)).rejects.toMatchObject({ code: 'ERR_REQUEST_INVALID' })
    await expect(care.decline(1, 'busy' as never)).rejects.toMatchObject({ code: 'ERR_REQUEST_INVALID' })
    await it.hub.suspend('childrens-care')
    await expect(care.accept(1)).rejects.toMatchObject({ code: 'ERR_PARTY_NOT_IN_STANDING' })
    expect(await entries(it, 'accepted')).toEqual([])
  })

  test('has 45 working days over Christmas; it ends with its case, and nothing becomes due afterwards', async () => {
    const { it, care } = await office(Date.parse('2026-11-25T10:00Z'))
    await using _ = it
    await it.first.refer(await ask(it))
    await care.decide(1, 'assessment')
    expect(await it.first.deadlines({ mine: true })).toMatchObject([
      { kind: 'assessment', dueAt: Date.parse('2027-02-01T10:00Z') },
    ])
    await it.first.assign(1, 'second')
    expect(await due(it.first, { mine: true })).toEqual([])
    expect(await due(it.second, { mine: true })).toEqual(['assessment 1 upcoming'])
    expect(await it.first.close(1, 'services-in-place', 'child-in-need-plan')).toBe('closed')
    expect(await due(it.first)).toEqual([])
    await care.report(1, 'strategy-discussion-held', '2026-11-25')
    expect(await due(it.first)).toEqual([])
    expect(await it.first.referral(1)).toMatchObject({ status: 'decided', reports: [{ on: '2026-11-25' }] })
  })
})

test('it goes to nobody who is not enrolled, is suspended or has no agreement, nor of anything but one’s own openings', async () => {
  const the = await office()
  const { it, care, worker } = the
  await using _ = it
  const agreementUntil = it.clock.now + HOUR
  await it.agency('charity', 'voluntary', { agreementUntil })
  const records = await it.officer('records', { roles: ['records'] })
  const asked = await ask(it, {}, worker)
  await expect(worker.refer({ ...asked, to: 'nobody' })).rejects.toMatchObject({ code: 'ERR_PARTY_UNKNOWN' })
  await expect(worker.refer({ ...asked, to: 'second' })).rejects.toMatchObject({ code: 'ERR_PARTY_UNKNOWN' })
  await expect(it.second.refer(asked)).rejects.toMatchObject({ code: 'ERR_OPENING_UNKNOWN' })
  await expect(records.refer(asked)).rejects.toMatchObject({ code: 'ERR_ROLE_MISSING' })
  const other = await worker.open({ ...WHY, purpose: 'assessment', case: 1, group: 'carers' })
  const many = Array.from({ length: 9 }, (__, n) => `${n}b`.repeat(16))
  for (const openings of [[...asked.openings, other.opening], many])
    await expect(worker.refer({ ...asked, openings })).rejects.toMatchObject({
      code: 'ERR_REQUEST_INVALID',
      field: 'openings',
    })
  // Whoever does not need to know of the case any longer tells nobody: that is denied, and on record.
  await worker.leave(1)
  await expect(worker.refer(asked)).rejects.toMatchObject({ code: 'ERR_DISCLOSURE_DENIED' })
  const { ledger } = await it.context()
  const decisions = (await ledger.read(0, 1000)).flatMap(({ entry }) =>
    entry?.type === 'disclosure' ? [JSON.stringify(fromJsonBytes(entry.body))] : [],
  )
  expect(decisions.at(-1)).toContain('"to":"childrens-care"')
  expect(decisions.at(-1)).toContain('no-need-to-know')
  await worker.join(1, 'duty-desk')
  // The agreement ends while the referral is under way, and is over afterwards.
  const slow = officerThrough(the, async (message, next) => {
    if (decodeMessage(message).verb !== 'refer') return next(message)
    it.clock.now = agreementUntil
    return next(signedNow(it, message))
  })
  const notInStanding = { code: 'ERR_PARTY_NOT_IN_STANDING' }
  await expect(slow({ ...asked, to: 'charity' })).rejects.toMatchObject(notInStanding)
  await expect(worker.refer({ ...asked, to: 'charity' })).rejects.toMatchObject(notInStanding)
  await it.hub.suspend('st-marys')
  await expect(worker.refer({ ...asked, to: 'st-marys' })).rejects.toMatchObject(notInStanding)
  expect(await all(it.hub.referrals())).toEqual([])
  expect(await worker.refer(asked)).toMatchObject({ status: 'sent' })
  expect((await only(care)).status).toBe('received')
})

type Between = (message: Uint8Array, next: (message: Uint8Array) => Promise<Uint8Array>) => Promise<Uint8Array>

/** The worker’s `refer` with something between the officer and the hub. */
function officerThrough({ it, oneUseKeys }: Office, between: Between): Officer['refer'] {
  const hub: HubPort = {
    pin: it.line.pin,
    send: (message, options) => between(message, (bytes) => it.hub.send(bytes, options)),
  }
  const standing = { undertakingAt: NOW - DAY, trainingUntil: NOW + 900 * DAY, vettingUntil: NOW + 900 * DAY }
  const common = { id: 'worker', person: 'person-worker', key: keyOf(it, 'worker'), clock: it.clock.read }
  return createOfficer({ ...common, ...standing, hub, oneUseKeys }).refer
}

/** The same message, signed now. */
function signedNow(it: House, message: Uint8Array): Uint8Array {
  const { verb, body } = decodeMessage(message)
  const key = keyOf(it, 'worker').signing
  return encodeMessage(verb, body, it.clock.now, { hub: it.hub.id, party: 'worker', key })
}

describe('asked twice, a referral is one', () => {
  test('after it was sent, whatever came of it; with more opened, it is another', async () => {
    const { it, care } = await office()
    await using _ = it
    const asked = await ask(it)
    await it.first.refer(asked)
    const size = await it.hub.journal.size()
    expect(await it.first.refer(asked)).toMatchObject({ referral: 1, status: 'sent' })
    expect(await it.hub.journal.size()).toBe(size)
    await care.accept(1)
    expect(await it.first.refer({ ...asked, openings: [...asked.openings, ...asked.openings] })).toMatchObject({
      referral: 1,
      status: 'accepted',
    })
    const carers = await it.first.open({ ...WHY, case: 1, group: 'carers' })
    const second = await it.first.open({ ...WHY, case: 1, group: 'identity' })
    const both = { ...asked, openings: [...asked.openings, carers.opening, second.opening] }
    expect(await it.first.refer(both)).toMatchObject({ referral: 2 })
    expect(await it.first.refer({ ...both, openings: [...both.openings].reverse() })).toMatchObject({ referral: 2 })
    expect(await all(care.referrals())).toHaveLength(2)
  })

  test('after a crash before it was sent, with the number of before; hours later with the times of then; and after one behind it', async () => {
    const the = await office()
    const { it, care, worker } = the
    await using _ = it
    const asked = await ask(it, {}, worker)
    const dying = officerThrough(the, async (message, next) => {
      if (decodeMessage(message).verb === 'refer') throw new Error('the process died')
      return next(message)
    })
    await expect(dying(asked)).rejects.toThrow('the process died')
    it.clock.now += 5 * MINUTE
    await expect(dying({ ...asked, to: 'st-marys' })).rejects.toThrow('the process died')
    expect(await all(it.hub.referrals())).toEqual([])
    await it.reopen({ crash: true })
    expect(await worker.refer(asked)).toMatchObject({ referral: 1, decisionDueAt: NOW + DAY })
    expect((await only(care)).sentAt).toBe(NOW)
    it.clock.now += 3 * HOUR
    const deaf = officerThrough(the, async (message, next) => {
      const reply = await next(message)
      if (decodeMessage(message).verb === 'refer') throw new Error('the line broke')
      return reply
    })
    await expect(deaf({ ...asked, to: 'st-marys' })).rejects.toThrow('the line broke')
    expect(await worker.refer({ ...asked, to: 'st-marys' })).toMatchObject({ referral: 2, status: 'sent' })
    expect(await only(it.health)).toMatchObject({ referral: 2, sentAt: it.clock.now })
    expect(await worker.referral(2)).toMatchObject({ sentAt: it.clock.now, decisionDueAt: it.clock.now + DAY })
    expect(await entries(it, 'sent')).toHaveLength(2)
  })

  test('two at once, in one process and in two', async () => {
    const the = await office()
    const { it, care, worker } = the
    await using _ = it
    const asked = await ask(it, {}, worker)
    const other = await it.another()
    const elsewhere = officerThrough(the, (message) => other.send(message))
    const sent = await Promise.all([worker.refer(asked), elsewhere(asked), worker.refer(asked)])
    expect(new Set(sent.map(({ referral }) => referral))).toEqual(new Set([1]))
    expect(await all(care.referrals())).toHaveLength(1)
    expect(await entries(it, 'sent')).toHaveLength(1)
    expect(await due(worker, { mine: true })).toEqual(['decision 1 upcoming'])
    // Messages of one instant are one message: of views, the auditor hears of one too many.
    expect((await wrongIn(it)).filter((text) => !text.startsWith('a view'))).toEqual([])
  })
})

describe('a hub or officer that cheats', () => {
  test('sends no package with another signature, signed for other terms, or prepared by another officer', async () => {
    const the = await office()
    const { it, worker } = the
    await using _ = it
    const asked = await ask(it, {}, worker)
    const kept: Uint8Array[] = []
    const forging = (change: object) =>
      officerThrough(the, async (message, next) => {
        const { verb, body } = decodeMessage(message)
        if (verb !== 'refer') return next(message)
        kept.push(body)
        const sent = fromJsonBytes(body) as Record<string, unknown>
        const sender = { hub: it.hub.id, party: 'worker', key: keyOf(it, 'worker').signing }
        return next(encodeMessage('refer', toJsonBytes({ ...sent, ...change }), it.clock.now, sender))
      })
    const signatures = { code: 'ERR_SIGNATURE_INVALID' }
    await expect(forging({ signature: new Uint8Array(64) })(asked)).rejects.toMatchObject(signatures)
    await expect(forging({ sealed: new Uint8Array(64) })(asked)).rejects.toMatchObject(signatures)
    await expect(forging({ referral: 9 })(asked)).rejects.toMatchObject({ code: 'ERR_REFERRAL_UNKNOWN' })
    await expect(forging({ sealed: new Uint8Array(262_145) })(asked)).rejects.toMatchObject({ field: 'sealed' })
    const sender = { hub: it.hub.id, party: 'second', key: keyOf(it, 'second').signing }
    const stolen = encodeMessage('refer', kept[0] ?? new Uint8Array(0), it.clock.now, sender)
    expect(Buffer.from(await it.line.send(stolen)).toString('latin1')).toContain('ERR_REFERRAL_UNKNOWN')
    // What the hub prepares for another case, need or purpose, the officer does not seal.
    const lying = (from: string, to: string) =>
      officerThrough(the, async (message, next) => {
        const reply = await next(message)
        if (decodeMessage(message).verb !== 'prepare-referral') return reply
        // Of the same length, so that the packed reply stays whole.
        return Buffer.from(Buffer.from(reply).toString('latin1').replace(from, to), 'latin1')
      })
    for (const [from, to] of [
      ['"case":1', '"case":2'],
      ['"purpose":"referral"', '"purpose":"abcdefgh"'],
      ['"lawfulBasis":"public-task"', '"lawfulBasis":"abcdefghijk"'],
      ['"because":"acts-on-referral"', '"because":"joins-on-referra"'],
    ] as const)
      await expect(lying(from, to)(asked)).rejects.toMatchObject({ code: 'ERR_MESSAGE_MALFORMED' })
    expect(await all(it.hub.referrals())).toEqual([])
  })

  test('shows personal details nowhere but in the sealed package, which no longer opens once it is changed', async () => {
    const { it, care } = await office()
    await using _ = it
    await it.first.refer(await ask(it))
    expect(JSON.stringify(await only(care))).toContain('Surname')
    const hub = await it.context()
    const row = await hub.shelf.one('referral', u64(1))
    if (row === undefined) throw new Error('no referral')
    const seen = [
      JSON.stringify({ ...row, sealed: undefined }),
      Buffer.from(row.sealed).toString('latin1'),
      JSON.stringify(await it.first.referrals()),
      JSON.stringify(await it.first.deadlines()),
      ...(await hub.ledger.read(0, 1000)).map(({ bytes }) => Buffer.from(bytes).toString('latin1')),
      ...it.exchanges
        .filter(({ message }) => ['prepare-referral', 'refer', 'inbox'].includes(decodeMessage(message).verb))
        .flatMap(({ message, reply }) => [message, reply].map((bytes) => Buffer.from(bytes).toString('latin1'))),
    ].join('\n')
    for (const hidden of ['Surname', childDetails(1).givenNames, nhsNumber(1), 'High Street', 'Okafor'])
      expect(seen).not.toContain(hidden)
    const sealed = row.sealed.slice()
    sealed[40] = (sealed[40] ?? 0) ^ 1
    await hub.ledger.write(async () => ({ puts: [hub.shelf.put('referral', u64(1), { ...row, sealed })] }))
    expect(await all(care.referrals())).toMatchObject([{ kind: 'unreadable', referral: 1 }])
  })

  test('an auditor sees a referral that was not sent so, or not permitted, and words that no agency said', async () => {
    const { it, care } = await office()
    await using _ = it
    await it.first.refer(await ask(it))
    await care.accept(1)
    const { ledger } = await it.context()
    const [sent = {}] = await entries(it, 'sent')
    const [accepted = {}] = await entries(it, 'accepted')
    const { event: _e, signature: _s, ...said } = { ...sent, referral: 9, to: 'st-marys' } as Record<string, unknown>
    const own = signReferral(it.hub.id, said as never, keyOf(it, 'first').signing)
    const invented: readonly (readonly [object, string])[] = [
      [{ ...sent, referral: 5, to: 'st-marys' }, 'its officer did not sign it'],
      [{ ...sent, referral: 6, package: new Uint8Array(32) }, 'its officer did not sign it'],
      [{ ...sent, referral: 7, decisionDueAt: 9 }, 'its officer did not sign it'],
      [sent, 'its number was used before'],
      [{ ...sent, referral: 8, to: 'nobody' }, 'no such agency was on the roster then'],
      [{ event: 'sent', ...said, signature: own }, 'no permit by the disclosure rules stands before it'],
      [{ ...accepted, event: 'declined', reason: 'not-ours' }, 'its agency said something else'],
      [{ ...accepted, event: 'decided', outcome: 'no-further-action' }, 'its agency said something else'],
      [{ ...accepted, event: 'reported', milestone: 'closed', on: '2026-03-04' }, 'its agency said something else'],
      [{ ...accepted, event: 'received' }, 'its agency said something else'],
      [{ ...accepted, to: 'hill-school' }, 'no such referral was sent to this agency'],
    ]
    for (const [body] of invented)
      await ledger.write(async () => ({ drafts: [{ type: 'referral', body: toJsonBytes(body) }] }))
    expect(await wrongIn(it)).toEqual(invented.map(([, text]) => `a referral does not stand: ${text}`))
  })
})
