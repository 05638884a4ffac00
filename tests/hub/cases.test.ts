import { describe, expect, test } from 'vitest'
import { checkRecorder } from '../../src/hub/checks/record-checks.js'
import {
  type CaseNews,
  createAgency,
  createSealer,
  type Hub,
  type HubPort,
  initHub,
  memoryStore,
  newPartyKey,
  type Store,
} from '../../src/index.js'
import { decodeMessage } from '../../src/port.js'
import { keyOf } from '../support/forge.js'
import { childDetails, DAY, HOUR, type House, house, nhsNumber } from '../support/house.js'
import { all } from '../support/lists.js'

interface Seen {
  readonly child?: number
  readonly incident?: string
  readonly indicators?: readonly string[]
}

function seen(it: House, reference: string, { child = 1, incident = 'police-protection', indicators = [] }: Seen = {}) {
  return {
    child: { nhsNumber: nhsNumber(child) },
    incident,
    indicators,
    occurredAt: it.clock.now,
    reference,
    practitioner: 'PC 42',
  }
}

async function withChild(options: Parameters<typeof house>[0] = {}): Promise<House> {
  const it = await house(options)
  await it.register(childDetails(1))
  await it.register(childDetails(2))
  return it
}

describe('a case', () => {
  test('is raised once when a level is reached, and its level is raised later', async () => {
    await using it = await withChild()
    const news: CaseNews[] = []
    it.hub.onCase((one) => news.push(one))
    await it.police.check(seen(it, 'a', { incident: 'police-notice' }))
    await it.hub.caughtUp()
    expect(news).toEqual([])
    await it.police.check(seen(it, 'b', { incident: 'child-disclosure' }))
    await it.hub.caughtUp()
    await it.police.check(seen(it, 'c', { incident: 'child-disclosure' }))
    await it.hub.caughtUp()
    await it.police.check(seen(it, 'd'))
    await it.hub.caughtUp()
    await it.police.check(seen(it, 'e'))
    await it.hub.caughtUp()
    expect(news).toEqual([
      { number: 1, level: 'review', event: 'raised' },
      { number: 1, level: 'child-protection', event: 'level-changed' },
    ])
    expect(await all(it.hub.cases())).toMatchObject([{ number: 1, level: 'child-protection', status: 'new' }])
  })

  test('belongs to one child: checks on several never add up', async () => {
    await using it = await withChild()
    for (const child of [1, 2]) {
      const day = (back: number) => ({ occurredAt: it.clock.now - back * DAY })
      await it.police.check({ ...seen(it, `m${child}`, { child, incident: 'missing-episode' }), ...day(1) })
    }
    await it.police.check(seen(it, 'm3', { child: 1, incident: 'missing-episode' }))
    expect(await all(it.hub.cases())).toEqual([])
    await it.police.check({
      ...seen(it, 'm4', { child: 1, incident: 'missing-episode' }),
      occurredAt: it.clock.now - 5 * DAY,
    })
    expect(await all(it.hub.cases())).toMatchObject([{ number: 1, level: 'review' }])
  })

  test('a listener that throws harms nobody, and one that has left hears nothing', async () => {
    await using it = await withChild()
    const heard: number[] = []
    it.hub.onCase(() => {
      throw new Error('a listener of somebody else')
    })
    const leave = it.hub.onCase(({ number }) => heard.push(number))
    await it.police.check(seen(it, 'a'))
    await it.hub.caughtUp()
    leave()
    await it.police.check(seen(it, 'b', { child: 2 }))
    await it.hub.caughtUp()
    expect(heard).toEqual([1])
    expect(await all(it.hub.cases())).toHaveLength(2)
  })

  test('lists are read by cursor, by status and after a number', async () => {
    await using it = await withChild()
    for (let child = 1; child <= 5; child += 1) {
      await it.police.check(seen(it, `n${child}`, { child: child + 10 }))
      await it.hub.caughtUp()
    }
    const numbers = async (filter: Parameters<Hub['cases']>[0]) =>
      (await all(it.hub.cases(filter))).map(({ number }) => number)
    expect(await numbers({})).toEqual([1, 2, 3, 4, 5])
    expect(await numbers({ after: 3 })).toEqual([4, 5])
    expect(await numbers({ status: 'closed' })).toEqual([])
    expect((await it.first.cases({ after: 4 })).map(({ number }) => number)).toEqual([5])
    expect((await all(it.hub.enquiries({ after: 2 }))).map(({ number }) => number)).toEqual([3, 4, 5])
    for await (const { number } of it.hub.cases()) {
      // A cursor can be left in the middle.
      if (number === 2) break
    }
  })

  test('more than one page of cases', async () => {
    await using it = await withChild()
    const rows = Array.from({ length: 130 }, (_, n) => seen(it, `p${n}`, { child: n + 20 }))
    expect((await it.police.checkAll(rows)).every(({ kind }) => kind === 'recorded')).toBe(true)
    expect((await all(it.hub.cases())).map(({ number }) => number)).toEqual(
      Array.from({ length: 130 }, (_, index) => index + 1),
    )
    expect(await it.first.cases()).toHaveLength(100)
    expect((await it.first.cases({ after: 100 })).map(({ number }) => number)).toHaveLength(30)
  })
})

describe('between answer and assessment', () => {
  test('a crash loses no case: the next hub on the store raises it', async () => {
    await using it = await withChild()
    // Steps 1 to 5 in another process, which dies before step 6.
    const hub = await it.context()
    await checkRecorder(hub)(decodeMessage(await signedBatch(it, 'a')))
    const next = await it.reopen({ crash: true })
    await next.caughtUp()
    expect(await all(next.cases())).toMatchObject([{ number: 1, level: 'child-protection' }])
  })

  test('assessing again changes nothing', async () => {
    await using it = await withChild()
    await it.police.check(seen(it, 'a'))
    await it.hub.caughtUp()
    const size = await it.hub.journal.size()
    await it.hub.caughtUp()
    const other = await it.another()
    await Promise.all([it.hub.caughtUp(), other.caughtUp(), it.hub.caughtUp()])
    expect(await it.hub.journal.size()).toBe(size)
    expect((await it.hub.case(1)).timeline).toHaveLength(1)
  })

  test('a signal ends the wait, and what was recorded stays', async () => {
    await using it = await withChild()
    await expect(it.police.check(seen(it, 'a'), { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
      'enough',
    )
    await expect(it.hub.caughtUp({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
    await expect(it.hub.journal.verify({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
    const { checkId } = await it.police.check(seen(it, 'a'))
    expect((await it.hub.case(1)).timeline).toMatchObject([{ checkId }])
  })
})

describe('withdrawing and correcting', () => {
  test('a withdrawn check counts no longer; the case and the record of it stay', async () => {
    await using it = await withChild()
    const { checkId } = await it.police.check(seen(it, 'a'))
    await it.hub.caughtUp()
    await it.police.withdraw('a', 'wrong-child')
    await it.hub.caughtUp()
    expect(await it.hub.case(1)).toMatchObject({
      status: 'new',
      level: 'child-protection',
      verdict: { level: 'none' },
      timeline: [{ checkId, withdrawn: true, supports: false }],
    })
    await expect(
      it.first.open({
        case: 1,
        group: 'identity',
        purpose: 'referral',
        lawfulBasis: 'public-task',
      }),
    ).rejects.toMatchObject({ code: 'ERR_DISCLOSURE_DENIED' })
  })

  test('twice is once', async () => {
    await using it = await withChild()
    await it.police.check(seen(it, 'a'))
    await it.police.withdraw('a', 'wrong-child')
    const size = await it.hub.journal.size()
    await it.police.withdraw('a', 'duplicate')
    expect(await it.hub.journal.size()).toBe(size)
  })

  test('a correction takes the place of the check, under the same reference', async () => {
    await using it = await withChild()
    const wrong = await it.police.check(seen(it, 'a', { child: 2 }))
    await it.hub.caughtUp()
    const right = await it.police.correct(seen(it, 'a', { child: 1 }), 'wrong-child')
    expect(right.checkId).not.toBe(wrong.checkId)
    expect((await it.hub.case(1)).verdict.level).toBe('none')
    expect((await it.hub.case(2)).timeline).toMatchObject([{ checkId: right.checkId, withdrawn: false }])
    // The reference now stands for the corrected check.
    expect((await it.police.check(seen(it, 'a', { child: 1 }))).checkId).toBe(right.checkId)
    await expect(it.police.check(seen(it, 'a', { child: 2 }))).rejects.toMatchObject({ code: 'ERR_REFERENCE_CONFLICT' })
  })

  test('only one’s own: another agency’s reference is unknown', async () => {
    await using it = await withChild()
    await it.police.check(seen(it, 'a'))
    await expect(it.health.withdraw('a', 'duplicate')).rejects.toMatchObject({ code: 'ERR_CHECK_UNKNOWN' })
    await expect(it.health.correct(seen(it, 'a', { incident: 'first-known' }), 'wrong-codes')).rejects.toMatchObject({
      code: 'ERR_CHECK_UNKNOWN',
    })
  })
})

describe('closing', () => {
  test('a case whose threshold was reached and that was never opened takes two persons', async () => {
    await using it = await withChild()
    const again = await it.officer('first-again', { person: 'person-first' })
    await it.police.check(seen(it, 'a'))
    expect(await it.first.close(1, 'no-further-action', 'no-further-action')).toBe('new')
    expect(await it.first.close(1, 'no-further-action', 'no-further-action')).toBe('new')
    expect(await again.close(1, 'no-further-action', 'no-further-action')).toBe('new')
    // Another reason is another proposal.
    expect(await it.second.close(1, 'moved-away', 'no-further-action')).toBe('new')
    expect(await it.third.close(1, 'moved-away', 'no-further-action')).toBe('closed')
    await expect(it.first.close(1, 'moved-away', 'no-further-action')).rejects.toMatchObject({
      code: 'ERR_CASE_STATUS',
    })
  })

  test('one person suffices below the threshold, or once it was opened', async () => {
    await using it = await withChild()
    await it.police.check(seen(it, 'a', { child: 2, incident: 'child-disclosure' }))
    await it.hub.caughtUp()
    expect(await it.first.close(1, 'no-further-action', 'no-further-action')).toBe('closed')
    await it.police.check(seen(it, 'b'))
    const ask = {
      case: 2,
      group: 'identity',
      purpose: 'referral',
      lawfulBasis: 'public-task',
    } as const
    await it.second.open(ask)
    expect(await it.first.close(2, 'services-in-place', 'no-further-action')).toBe('closed')
    await expect(it.first.open(ask)).rejects.toMatchObject({ code: 'ERR_CASE_STATUS' })
  })

  test('a closed case stays closed through routine checks; one that the rule counts raises another', async () => {
    await using it = await withChild()
    await it.police.check(seen(it, 'a', { incident: 'child-disclosure' }))
    await it.first.close(1, 'no-further-action', 'no-further-action')
    it.clock.now += HOUR
    await it.police.check(seen(it, 'b', { incident: 'police-notice' }))
    await it.hub.caughtUp()
    expect(await all(it.hub.cases())).toMatchObject([{ number: 1, status: 'closed' }])
    await it.police.check(seen(it, 'c', { incident: 'child-disclosure' }))
    await it.hub.caughtUp()
    expect(await all(it.hub.cases())).toMatchObject([
      { number: 1, status: 'closed', reReferral: false },
      { number: 2, status: 'new', level: 'review', reReferral: true },
    ])
  })

  test('after it, custodians open on checks that came later, and not on those of before', async () => {
    await using it = await withChild()
    await it.police.check(seen(it, 'a'))
    const ask = { group: 'identity', purpose: 'referral', lawfulBasis: 'public-task' } as const
    await it.first.open({ ...ask, case: 1 })
    await it.first.close(1, 'services-in-place', 'no-further-action')
    it.clock.now += DAY
    await it.police.check(seen(it, 'b', { incident: 'child-disclosure' }))
    await it.hub.caughtUp()
    expect((await it.hub.case(2)).verdict.level).toBe('review')
    await expect(it.first.open({ ...ask, case: 2 })).rejects.toMatchObject({ code: 'ERR_DISCLOSURE_DENIED' })
    await it.police.check(seen(it, 'c'))
    expect((await it.first.open({ ...ask, case: 2 })).released).toHaveLength(3)
  })

  test('a check that was recorded while the case was being closed is not closed away', async () => {
    const inner = memoryStore()
    let between: (() => Promise<void>) | undefined
    const store: Store = new Proxy(inner, {
      get(target, name) {
        if (name === 'commit') {
          return async (commit: Parameters<Store['commit']>[0]) => {
            const run = commit.puts?.some(({ table }) => table === 'case') ? between : undefined
            if (run !== undefined) between = undefined
            await run?.()
            return target.commit(commit)
          }
        }
        const member: unknown = Reflect.get(target, name)
        return typeof member === 'function' ? member.bind(target) : member
      },
    })
    await using it = await withChild({ store })
    await it.police.check(seen(it, 'a', { incident: 'child-disclosure' }))
    await it.hub.caughtUp()
    const other = await it.context()
    const batch = await signedBatch(it, 'b')
    between = async () => {
      await checkRecorder(other)(decodeMessage(batch))
    }
    expect(await it.first.close(1, 'no-further-action', 'no-further-action')).toBe('closed')
    expect(between).toBeUndefined()
    expect(await all(it.hub.cases())).toMatchObject([
      { number: 1, status: 'closed' },
      { number: 2, status: 'new', level: 'child-protection' },
    ])
  })
})

/** The message with a check of police protection by the police, kept back before the hub hears of it. */
async function signedBatch(it: House, reference: string): Promise<Uint8Array> {
  let batch: Uint8Array | undefined
  const key = keyOf(it, 'met-police')
  const hub: HubPort = {
    pin: it.line.pin,
    send(message, options) {
      if (decodeMessage(message).verb !== 'check-batch') return it.line.send(message, options)
      batch = message
      throw new Error('kept back')
    },
  }
  const common = { id: 'met-police', kind: 'police', clock: it.clock.read, neverIssuedNumbers: true }
  await expect(createAgency({ ...common, key, hub }).check(seen(it, reference))).rejects.toThrow('kept back')
  if (batch === undefined) throw new Error('no batch was sent')
  return batch
}

describe('a closed hub', () => {
  test('does nothing more; closing twice is harmless', async () => {
    const hub = await initHub({ store: memoryStore(), name: 'Anytown' })
    const enrolment = createSealer({ id: 'births', key: await newPartyKey(), hub }).enrolment()
    await hub.close()
    await hub.close()
    for (const act of [
      () => hub.send(new Uint8Array(1)),
      () => hub.enrol(enrolment),
      () => hub.suspend('custodian-1'),
      () => hub.adoptPolicy({ ...hub.policy().policy, version: 2 }),
      () => all(hub.histories()),
      () => hub.replay(hub.policy().policy),
      () => all(hub.cases()),
      () => hub.case(1),
      () => all(hub.enquiries()),
      () => all(hub.referrals()),
      () => hub.caughtUp(),
      () => hub.journal.size(),
      () => hub.journal.head(),
      () => hub.journal.inclusion(0, 1),
      () => hub.journal.consistency(0, 1),
      () => hub.journal.verify(),
    ]) {
      await expect(act()).rejects.toMatchObject({ code: 'ERR_CLOSED' })
    }
  })

  test('checks under way when it closes are recorded, or fail with ERR_CLOSED', async () => {
    const it = await withChild()
    const under = Array.from({ length: 8 }, (_, n) =>
      it.police.check(seen(it, `u${n}`)).then(
        () => 'recorded',
        (error: { code?: string }) => error.code,
      ),
    )
    await it.hub.close()
    for (const result of await Promise.all(under)) expect(['recorded', 'ERR_CLOSED']).toContain(result)
    const next = await it.reopen()
    expect((await next.journal.verify()).verified).toBe(true)
    await it[Symbol.asyncDispose]()
  })
})
