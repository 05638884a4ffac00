import { beforeEach, describe, expect, test } from 'vitest'
import { statusOf } from '../../src/case/status.js'
import {
  createOfficer,
  defaultPolicy,
  type HubPort,
  type Officer,
  type OpenAsk,
  type Policy,
  parsePolicy,
} from '../../src/index.js'
import { fromJsonBytes } from '../../src/json.js'
import { decodeMessage } from '../../src/port.js'
import { keyOf } from '../support/forge.js'
import { childDetails, DAY, HOUR, type House, house, NOW } from '../support/house.js'
import { all } from '../support/lists.js'
import { seen } from '../support/pairs.js'

const ASK: OpenAsk = { case: 1, group: 'identity', purpose: 'referral', lawfulBasis: 'public-task' }
const codeOf = (harm: boolean): string =>
  Object.entries(defaultPolicy().indicators).find(
    ([, { severity, flags = [] }]) => severity === 4 && flags.includes('significant-harm') === harm,
  )?.[0] as string
const [HARM, NEED] = [codeOf(true), codeOf(false)]

let it: House
/** As they are, without the house's taking cases for them. */
let first: Officer
let second: Officer

/** A child in need: case 1, taken by the first officer. */
async function inNeed(policy?: Policy): Promise<House> {
  const made = await house(policy === undefined ? {} : { policy })
  ;[first, second] = [made.bare(made.first), made.bare(made.second)]
  await made.register(childDetails(1))
  await seen(made, 1, 'one', { by: made.health, incident: 'first-known', indicators: [NEED] })
  await made.hub.caughtUp()
  await first.take(1)
  return made
}
beforeEach(async () => {
  it = await inNeed()
  return () => it[Symbol.asyncDispose]()
})

async function entries(type: string): Promise<readonly Record<string, unknown>[]> {
  const { ledger } = await it.context()
  return (await ledger.read(0, 1_000)).flatMap(({ entry }) =>
    entry?.type === type ? [fromJsonBytes(entry.body) as Record<string, unknown>] : [],
  )
}

/** The first officer, with something that happens between what is prepared and what is asked of the custodians. */
function interrupted(act: (message: Uint8Array) => Promise<unknown>, more = {}): Officer {
  const hub: HubPort = {
    pin: it.line.pin,
    async send(message, options) {
      if (decodeMessage(message).verb === 'open') await act(message)
      return it.line.send(message, options)
    },
  }
  const standing = { undertakingAt: NOW - DAY, trainingUntil: NOW + 300 * DAY, vettingUntil: NOW + 300 * DAY }
  const key = keyOf(it, 'first')
  return createOfficer({ id: 'first', person: 'person-first', key, hub, clock: it.clock.read, ...standing, ...more })
}

describe('an opening is refused, and nothing is asked of the custodians', () => {
  test('for a purpose or on a basis that does not go with the level', async () => {
    const wrong: readonly Partial<OpenAsk>[] = [
      { purpose: 'strategy-discussion' },
      { purpose: 'immediate-protection' },
      { lawfulBasis: 'vital-interests' },
      { lawfulBasis: 'consent' },
      { lawfulBasis: 'legitimate-interests' },
    ]
    for (const change of wrong)
      await expect(first.open({ ...ASK, ...change })).rejects.toMatchObject({ code: 'ERR_PURPOSE_NOT_ALLOWED' })
    expect(await entries('opening')).toEqual([])
  })

  test('of a group that the level does not open, and below every threshold', async () => {
    await expect(first.open({ ...ASK, group: 'carers' })).rejects.toMatchObject({ code: 'ERR_THRESHOLD_NOT_REACHED' })
    await it.register(childDetails(2))
    await seen(it, 2, 'two', { incident: 'child-disclosure' })
    await it.hub.caughtUp()
    await first.take(2)
    expect(await it.hub.case(2)).toMatchObject({ level: 'review', threshold: 'none' })
    await expect(first.open({ ...ASK, case: 2 })).rejects.toMatchObject({ code: 'ERR_DISCLOSURE_DENIED' })
    expect(await entries('opening')).toEqual([])
    expect((await entries('disclosure')).at(-1)).toMatchObject({
      case: 2,
      decisions: [{ decision: { permitted: false } }],
    })
  })

  test('to who has neither taken nor joined the case', async () => {
    await expect(second.open(ASK)).rejects.toMatchObject({ code: 'ERR_DISCLOSURE_DENIED' })
    const [denial] = await entries('disclosure')
    expect(denial).toMatchObject({ officer: 'second', decisions: [{ decision: { basis: 'no-need-to-know' } }] })
  })

  test('of a closed case', async () => {
    for (const officer of [first, second]) await officer.close(1, 'no-further-action', 'no-further-action')
    await expect(first.open(ASK)).rejects.toMatchObject({ code: 'ERR_CASE_STATUS' })
  })

  test('where the case was closed, or left, after it was prepared', async () => {
    const closing = interrupted(async () => {
      for (const officer of [first, second]) await officer.close(1, 'no-further-action', 'no-further-action')
    })
    const leaving = interrupted(() => first.leave(1))
    await expect(leaving.open(ASK)).rejects.toMatchObject({ code: 'ERR_DISCLOSURE_DENIED' })
    await first.join(1, 'duty-desk')
    await expect(closing.open(ASK)).rejects.toMatchObject({ code: 'ERR_CASE_STATUS' })
    expect(await entries('opening')).toEqual([])
  })

  test('to an officer whose training ended after it was prepared', async () => {
    const lapsing = await it.officer('lapsing', { trainingUntil: NOW + HOUR })
    await it.bare(lapsing).join(1, 'duty-desk')
    const hub: HubPort = {
      pin: it.line.pin,
      send(message, options) {
        if (decodeMessage(message).verb === 'open') it.clock.now += 1
        return it.line.send(message, options)
      },
    }
    it.clock.now = NOW + HOUR - 1
    const key = keyOf(it, 'lapsing')
    const standing = { undertakingAt: NOW - DAY, trainingUntil: NOW + HOUR, vettingUntil: NOW + DAY }
    const late = createOfficer({ id: 'lapsing', person: 'p', key, hub, clock: it.clock.read, ...standing })
    await expect(late.open(ASK)).rejects.toMatchObject({ code: 'ERR_PARTY_NOT_IN_STANDING' })
    expect(await entries('opening')).toEqual([])
  })
})

describe('twice at once', () => {
  test('two openings are two, each with its own id, key and answers', async () => {
    const [one, other] = await Promise.all([first.open(ASK), first.open(ASK)])
    expect([one.opened, other.opened]).toEqual([true, true])
    expect(new Set([one.opening, other.opening]).size).toBe(2)
    expect([...(await it.hub.case(1)).openings].sort()).toEqual([one.opening, other.opening].sort())
    for (const { opening } of [one, other]) expect((await first.read(opening)).group).toBe('identity')
    expect(await it.hub.case(1)).toMatchObject({ status: 'opened' })
  })

  test('the same request is one opening: one entry, one answer of each custodian', async () => {
    const replies: Promise<Uint8Array>[] = []
    const twice = interrupted(async (message) => {
      replies.push(it.hub.send(message), it.hub.send(message))
      await Promise.all(replies)
    })
    expect(await twice.open(ASK)).toMatchObject({ opened: true, refused: [] })
    expect(await entries('opening')).toHaveLength(1)
    expect(await entries('release')).toHaveLength(3)
    expect((await it.hub.case(1)).openings).toHaveLength(1)
    expect((await it.hub.journal.verify()).verified).toBe(true)
  })
})

describe('a second look', () => {
  test('after the end needs a new opening, with a decision of its own', async () => {
    const { opening } = await first.open(ASK)
    it.clock.now += 24 * HOUR
    await expect(first.read(opening)).rejects.toMatchObject({ code: 'ERR_OPENING_EXPIRED' })
    const again = await first.open(ASK)
    expect((await first.read(again.opening)).group).toBe('identity')
    expect(await entries('view')).toHaveLength(1)
  })

  const reads = async (opening: string, code: string): Promise<void> => {
    const before = (await entries('disclosure')).length
    await expect(first.read(opening)).rejects.toMatchObject({ code })
    expect(await entries('view')).toHaveLength(1)
    const denials = (await entries('disclosure')).slice(before)
    expect(denials).toHaveLength(1)
    expect(JSON.stringify(denials)).toContain('"information":"identity"')
  }

  test('is denied, on record, once the officer has left, until they are on the case again', async () => {
    const { opening } = await first.open(ASK)
    await first.read(opening)
    await first.leave(1)
    await reads(opening, 'ERR_DISCLOSURE_DENIED')
    await first.join(1, 'covers-absence')
    expect((await first.read(opening)).group).toBe('identity')
  })

  test('is denied once the case is closed', async () => {
    const { opening } = await first.open(ASK)
    await first.read(opening)
    await first.close(1, 'services-in-place', 'early-help')
    await reads(opening, 'ERR_DISCLOSURE_DENIED')
  })

  test('is denied once the check that carried the level was taken back', async () => {
    const { opening } = await first.open(ASK)
    await first.read(opening)
    await it.health.withdraw('one', 'wrong-child')
    await it.hub.caughtUp()
    await reads(opening, 'ERR_DISCLOSURE_DENIED')
  })
})

describe('information that points to significant harm by itself', () => {
  test('does so where a check that stands has a flagged indicator', () => {
    const policy = defaultPolicy()
    expect(statusOf(policy, [])).toBe('none')
    expect(statusOf(policy, [{ indicators: [NEED] }, { indicators: ['constructor'] }])).toBe('none')
    expect(statusOf(policy, [{ indicators: [NEED] }, { indicators: [NEED, HARM] }])).toBe('significant-harm')
    expect(statusOf(policy, [{ indicators: [HARM], withdrawn: true }])).toBe('none')
  })

  test('names the sensitive service that says it, by that check alone, below child protection too', async () => {
    const policy = defaultPolicy()
    const levels = policy.levels.map((level) =>
      level.threshold === 'child-protection'
        ? { ...level, reachedWhen: { count: { atLeast: 99, withinDays: 1 } } }
        : level,
    )
    await it[Symbol.asyncDispose]()
    it = await inNeed(parsePolicy({ ...policy, id: 'without-protection', levels }))
    for (const [id, indicators] of [
      ['blue-door', [HARM]],
      ['red-door', [NEED]],
    ] as const) {
      const by = await it.agency(id, 'health', { sensitive: true })
      await seen(it, 1, `${id}/1`, { by, incident: 'first-known', indicators })
      await seen(it, 1, `${id}/2`, { by, incident: 'first-known' })
    }
    await it.hub.caughtUp()
    expect(await it.hub.case(1)).toMatchObject({ threshold: 'child-in-need' })
    const { involvement } = await first.read((await first.open(ASK)).opening)
    expect(involvement.map(({ agency, references }) => [agency, references])).toEqual([
      ['st-marys', ['one']],
      ['blue-door', ['blue-door/1']],
    ])
  })

  test('is told in a referral as a duty', async () => {
    const care = await it.agency('childrens-care', 'social-care')
    await seen(it, 1, 'two', { by: it.school, incident: 'first-known', indicators: [HARM] })
    await it.hub.caughtUp()
    const { opening } = await first.open(ASK)
    await first.refer({ case: 1, to: 'childrens-care', because: 'acts-on-referral', openings: [opening] })
    const [referral] = await all(care.referrals())
    expect(referral).toMatchObject({
      disclosed: expect.arrayContaining([{ information: 'concern', basis: 'significant-harm' }]),
    })
    const duties = (await entries('disclosure')).flatMap(({ decisions, to }) =>
      to === undefined ? [] : (decisions as { decision: { duty: boolean } }[]).map(({ decision }) => decision.duty),
    )
    expect(duties.filter(Boolean)).toHaveLength(1)
  })
})
