import { describe, expect, test } from 'vitest'
import type { Deadline } from '../../src/case/agenda.js'
import { due } from '../../src/hub/cases/agenda.js'
import { SHIELDING_NUMBERS } from '../../src/hub/counters.js'
import { memoryStore, type Officer, type SeenDeadline, type Store } from '../../src/index.js'
import { fromJsonBytes, toJsonBytes } from '../../src/json.js'
import { encodeMessage } from '../../src/port.js'
import { verifyBundle } from '../../src/verify.js'
import { keyOf } from '../support/forge.js'
import { DAY, HOUR, type House, house, MINUTE, NOW } from '../support/house.js'
import { all } from '../support/lists.js'
import { bad, bundleOf } from '../verify/office.js'

// NOW is a Wednesday, ten in the morning.
const decision: Deadline = {
  kind: 'decision',
  number: 1,
  startedAt: NOW - DAY,
  dueAt: NOW,
  case: 4,
  officer: 'first',
}

interface Desk {
  readonly it: House
  readonly manager: Officer
  readonly put: (...deadlines: readonly Deadline[]) => Promise<void>
}

async function desk(store?: Store): Promise<Desk> {
  const it = await house(store === undefined ? {} : { store })
  const hub = await it.context()
  const put = async (...deadlines: readonly Deadline[]): Promise<void> => {
    const puts = (await Promise.all(deadlines.map((deadline) => due(hub, deadline)))).flat()
    await hub.ledger.write(async () => ({ puts }))
  }
  return { it, manager: await it.officer('manager', { roles: ['manager'] }), put }
}

const names = (deadlines: readonly SeenDeadline[]): readonly string[] =>
  deadlines.map(({ kind, number, state }) => `${kind} ${number} ${state}`)
const SILENCE = { kind: 'decision', number: 1, reason: 'awaiting-agency' } as const

describe('the list of what is due', () => {
  test('by state, by officer, behind one that was seen; overdue takes in what is escalated', async () => {
    const { it, put } = await desk()
    await using _ = it
    await put(
      { ...decision, number: 1, dueAt: NOW - 3 * DAY },
      { ...decision, number: 2, dueAt: NOW - HOUR, officer: 'second' },
      { ...decision, number: 3, dueAt: NOW + HOUR },
      { ...decision, number: 4, dueAt: NOW + DAY },
      { ...decision, kind: 'assessment', number: 4, dueAt: NOW + 6 * DAY },
      { ...decision, kind: 'assessment', number: 5, dueAt: NOW + 30 * DAY },
    )
    const [escalated, overdue, soon, ...later] = names(await it.first.deadlines())
    expect(escalated).toBe('decision 1 escalated')
    expect(overdue).toBe('decision 2 overdue')
    expect(soon).toBe('decision 3 soon')
    expect(later).toEqual(['decision 4 upcoming', 'assessment 4 soon', 'assessment 5 upcoming'])
    const by = async (filter: Parameters<Officer['deadlines']>[0]) => names(await it.first.deadlines(filter))
    expect(await by({ state: 'overdue' })).toEqual(['decision 1 escalated', 'decision 2 overdue'])
    expect(await by({ state: 'escalated' })).toEqual(['decision 1 escalated'])
    expect(await by({ state: 'soon' })).toEqual(['decision 3 soon', 'assessment 4 soon'])
    expect(await by({ state: 'upcoming' })).toEqual(['decision 4 upcoming', 'assessment 5 upcoming'])
    expect(await by({ state: 'overdue', mine: true })).toEqual(['decision 1 escalated'])
    const [, second] = await it.first.deadlines()
    if (second === undefined) throw new Error('a second')
    const { kind, number, dueAt } = second
    expect(await by({ after: { kind, number, dueAt } })).toHaveLength(4)
    expect(names(await it.second.deadlines({ mine: true }))).toEqual(['decision 2 overdue'])
    expect(names(await all(it.hub.deadlines({ state: 'overdue' })))).toHaveLength(2)
    // Set back to before any of the officers had signed.
    it.clock.now -= 4 * DAY
    expect(await all(it.hub.deadlines({ state: 'overdue' }))).toEqual([])
    expect(await all(it.hub.deadlines())).toHaveLength(6)
  })

  test('shows what is numbered for shielding officers to nobody else', async () => {
    const { it, manager, put } = await desk()
    await using _ = it
    const hidden = SHIELDING_NUMBERS + 1
    await put({ ...decision, kind: 'enquiry', number: hidden }, { ...decision, kind: 'enquiry', number: 1 })
    expect(names(await manager.deadlines())).toEqual(['enquiry 1 overdue'])
    expect(names(await all(it.hub.deadlines()))).toEqual(['enquiry 1 overdue'])
    expect(names(await it.shielding.deadlines())).toEqual(['enquiry 1 overdue', `enquiry ${hidden} overdue`])
    const silence = { kind: 'enquiry', number: hidden, reason: 'child-absent', until: NOW + HOUR } as const
    await expect(manager.silence(silence)).rejects.toMatchObject({ code: 'ERR_DEADLINE_UNKNOWN' })
    const told: string[] = []
    const remind = (shielding?: boolean) => it.hub.remind((each) => void told.push(...names([each])), { shielding })
    expect([await remind(), await remind(true), await remind(true)]).toEqual([1, 1, 0])
    expect(told).toEqual(['enquiry 1 overdue', `enquiry ${hidden} overdue`])
    await it.shielding.silence(silence)
    await expect(it.shielding.silence({ ...silence, number: 1 })).rejects.toMatchObject({ code: 'ERR_ROLE_MISSING' })
  })

  test('reads no more rows than its page has, of however many', async () => {
    let rows = 0
    const store = memoryStore()
    const counting: Store = new Proxy(store, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name)
        if (name !== 'list') return typeof member === 'function' ? member.bind(target) : member
        return async (...args: Parameters<Store['list']>) => {
          const page = await target.list(...args)
          if (args[0] === 'agenda') rows += page.length
          return page
        }
      },
    })
    const { it, put } = await desk(counting)
    await using _ = it
    const many = (from: number, count: number, more: Partial<Deadline> = {}) =>
      Array.from({ length: count }, (__, n) => ({ ...decision, number: from + n, dueAt: NOW - HOUR - n, ...more }))
    await put(...many(1, 3000), ...many(5000, 1000, { dueAt: NOW + 20 * DAY }), ...many(9000, 3, { officer: 'second' }))
    const cost = async (filter: Parameters<Officer['deadlines']>[0]): Promise<number> => {
      rows = 0
      await it.first.deadlines(filter)
      return rows
    }
    expect(await cost({ state: 'overdue' })).toBeLessThanOrEqual(100)
    expect(await cost({ state: 'upcoming' })).toBeLessThanOrEqual(100)
    expect(await cost({ state: 'soon' })).toBeLessThanOrEqual(100)
    expect(await cost({ mine: true, state: 'overdue' })).toBeLessThanOrEqual(100)
    rows = 0
    expect(await it.second.deadlines({ mine: true })).toHaveLength(3)
    expect(rows).toBeLessThanOrEqual(100)
  })
})

describe('a silence', () => {
  test('keeps what is overdue on the list, with who and why; then it is back, and escalated later', async () => {
    const { it, manager, put } = await desk()
    await using _ = it
    await put(decision)
    it.clock.now = NOW + HOUR
    const until = NOW + 2 * DAY
    await manager.silence({ ...SILENCE, until })
    it.clock.now = NOW + DAY + HOUR
    expect(await it.first.deadlines({ state: 'overdue' })).toMatchObject([
      { state: 'overdue', silenced: { until, reason: 'awaiting-agency', by: 'manager', at: NOW + HOUR, times: 1 } },
    ])
    expect(await it.first.deadlines({ state: 'escalated' })).toEqual([])
    it.clock.now = until
    const [back] = await it.first.deadlines({ state: 'overdue' })
    expect(back?.state).toBe('overdue')
    expect(back).not.toHaveProperty('silenced')
    // A Friday: a working day later is Monday.
    it.clock.now = until + 3 * DAY - 1
    expect(names(await it.first.deadlines())).toEqual(['decision 1 overdue'])
    it.clock.now += 1
    expect(names(await it.first.deadlines())).toEqual(['decision 1 escalated'])
    await manager.silence({ ...SILENCE, reason: 'court-timetable', until: it.clock.now + DAY })
    expect(await it.first.deadlines()).toMatchObject([{ state: 'overdue', silenced: { times: 2 } }])
    expect(bad(await verifyBundle(await bundleOf(it), { pin: it.hub.pin }))).toEqual([])
  })

  test('takes a manager, a reason, an end within five working days, and a deadline that runs and is not their own', async () => {
    const { it, manager, put } = await desk()
    await using _ = it
    await put(decision, { ...decision, number: 2, officer: 'manager' }, { ...decision, number: 3, officer: 'deputy' })
    const deputy = await it.officer('deputy', { roles: ['caseworker', 'manager'], person: 'person-manager' })
    const until = NOW + HOUR
    for (const officer of [it.first, it.second])
      await expect(officer.silence({ ...SILENCE, until })).rejects.toMatchObject({ code: 'ERR_ROLE_MISSING' })
    // Own deadlines, and those of oneself under another id.
    await expect(manager.silence({ ...SILENCE, number: 2, until })).rejects.toMatchObject({
      code: 'ERR_OFFICER_INVOLVED',
    })
    await expect(manager.silence({ ...SILENCE, number: 3, until })).rejects.toMatchObject({
      code: 'ERR_OFFICER_INVOLVED',
    })
    const unknown = { code: 'ERR_DEADLINE_UNKNOWN' }
    await expect(manager.silence({ ...SILENCE, number: 9, until })).rejects.toMatchObject(unknown)
    await expect(manager.silence({ ...SILENCE, kind: 'review', until })).rejects.toMatchObject(unknown)
    // Five working days from Wednesday end with the next Wednesday.
    const latest = Date.parse('2026-03-12T00:00Z')
    for (const wrong of [NOW, NOW - 1, latest + 1, Number.MAX_SAFE_INTEGER])
      await expect(manager.silence({ ...SILENCE, until: wrong })).rejects.toMatchObject({ field: 'until' })
    for (const wrong of [{ reason: 'too busy' }, { reason: undefined }, { until: 1.5 }, { kind: 'tea' }])
      await expect(manager.silence({ ...SILENCE, until, ...wrong } as never)).rejects.toMatchObject({
        code: 'ERR_REQUEST_INVALID',
      })
    expect(JSON.stringify(await it.first.deadlines())).not.toContain('silenced')
    const size = await it.hub.journal.size()
    await manager.silence({ ...SILENCE, until: latest })
    await manager.silence({ ...SILENCE, until: latest })
    expect(await it.hub.journal.size()).toBe(size + 1)
    expect(await it.first.deadlines({ mine: true })).toMatchObject([{ silenced: { times: 1 } }])
    await deputy.silence({ ...SILENCE, until: latest })
  })

  test('that nobody asked for is seen by an auditor', async () => {
    const { it, manager, put } = await desk()
    await using _ = it
    await put(decision)
    await manager.silence({ ...SILENCE, until: NOW + DAY })
    const { ledger } = await it.context()
    const said = (await ledger.read(0, 100)).flatMap(({ entry }) => (entry?.type === 'deadline' ? [entry.body] : []))
    const [own = {}] = said.map((body) => fromJsonBytes(body) as Record<string, unknown>)
    const askedBy = (id: string, until: number) =>
      encodeMessage('silence-deadline', toJsonBytes({ ...SILENCE, until }), it.clock.now, {
        hub: it.hub.id,
        party: id,
        key: keyOf(it, id).signing,
      })
    const far = NOW + 90 * DAY
    const invented: readonly (readonly [object, string])[] = [
      [{ ...own, number: 2 }, 'its officer asked for something else'],
      [{ ...own, officer: 'first' }, 'another officer asked for it'],
      [{ ...own, officer: 'first', asked: askedBy('first', NOW + DAY) }, 'its officer was not a manager'],
      [{ ...own, until: far, asked: askedBy('manager', far) }, 'it is longer than five working days'],
      [{ ...own, event: 'ended' }, 'deadline: event'],
    ]
    for (const [body] of invented)
      await ledger.write(async () => ({ drafts: [{ type: 'deadline', body: toJsonBytes(body) }] }))
    const wrong = bad(await verifyBundle(await bundleOf(it), { pin: it.hub.pin }))
    expect(wrong).toHaveLength(invented.length)
    invented.forEach(([, text], at) => {
      expect(wrong[at]).toContain(`a silence does not stand: ${text}`)
    })
  })
})

describe('reminding', () => {
  test('tells of each deadline in each state once, and again after a silence', async () => {
    const { it, manager, put } = await desk()
    await using _ = it
    await put({ ...decision, dueAt: NOW + 2 * HOUR }, { ...decision, number: 2, dueAt: NOW + 40 * DAY })
    const told: string[] = []
    const remind = () => it.hub.remind((each) => void told.push(...names([each])))
    expect(await remind()).toBe(1)
    expect(await remind()).toBe(0)
    it.clock.now = NOW + 3 * HOUR
    expect(await remind()).toBe(1)
    await manager.silence({ ...SILENCE, until: NOW + 4 * HOUR })
    expect(await remind()).toBe(0)
    it.clock.now = NOW + 4 * HOUR
    await remind()
    it.clock.now -= HOUR * 3
    await remind()
    it.clock.now = NOW + 3 * DAY
    await remind()
    await (await it.reopen({ crash: true })).remind((each) => void told.push(...names([each])))
    expect(told).toEqual(['decision 1 soon', 'decision 1 overdue', 'decision 1 overdue', 'decision 1 escalated'])
  })

  test('tells again what was being told when the process died, and nothing of what was done meanwhile', async () => {
    const { it, put } = await desk()
    await using _ = it
    await put(decision, { ...decision, number: 2, dueAt: NOW + MINUTE })
    const told: number[] = []
    const dying = it.hub.remind(({ number }) => {
      told.push(number)
      if (number === 2) throw new Error('the process died')
    })
    await expect(dying).rejects.toThrow('the process died')
    const hub = await it.reopen({ crash: true })
    const other = await it.another()
    await hub.remind(({ number }) => void told.push(number))
    await other.remind(({ number }) => void told.push(number))
    expect(told).toEqual([1, 2, 2])
  })
})
