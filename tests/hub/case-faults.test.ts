import { describe, expect, test } from 'vitest'
import type { CaseFile } from '../../src/case/case.js'
import type { CaseEvent } from '../../src/case/event.js'
import { transition } from '../../src/case/transition.js'
import { createOfficer, type Hub, type Officer } from '../../src/index.js'
import { toJsonBytes } from '../../src/json.js'
import { parseCaseEvent } from '../../src/verify/case-shapes.js'
import { keyOf } from '../support/forge.js'
import { DAY, HOUR, type House, house, NOW, nhsNumber, takingCases } from '../support/house.js'
import { all } from '../support/lists.js'
import { wrongIn } from '../verify/office.js'

const ASK = { group: 'identity', purpose: 'referral', lawfulBasis: 'public-task' } as const

async function report(it: House, reference: string, incident: string, child = 1): Promise<void> {
  const who = { nhsNumber: nhsNumber(child) }
  await it.police.check({ child: who, incident, occurredAt: it.clock.now, reference, practitioner: 'p' })
  await it.hub.caughtUp()
}

async function register(it: House, child: number): Promise<void> {
  const details = { givenNames: 'Amina', familyName: 'Okafor', dateOfBirth: '2015-03-04', nhsNumber: nhsNumber(child) }
  await it.register({ ...details, addresses: [], carers: [] })
}

/** The same officer at another desk, whose messages another process takes. */
function at(it: House, hub: Hub, id: string): Officer {
  const standing = { undertakingAt: NOW - DAY, trainingUntil: NOW + 300 * DAY, vettingUntil: NOW + 300 * DAY }
  const clock = it.clock.read
  return takingCases(createOfficer({ id, person: `person-${id}`, key: keyOf(it, id), hub, clock, ...standing }))
}

/** Cases as the journal alone makes them, and every event that it holds of them. */
async function fromJournal(it: House) {
  const { ledger } = await it.context()
  const files = new Map<number, CaseFile>()
  const events: CaseEvent[] = []
  for (const { entry } of await ledger.read(0, 10_000)) {
    if (entry?.type !== 'case') continue
    const event = parseCaseEvent(entry.body)
    events.push(event)
    files.set(event.case, transition(files.get(event.case), event, entry.at))
  }
  return { files, events }
}

async function expectRowsFromJournal(it: House): Promise<readonly CaseEvent[]> {
  const { shelf } = await it.context()
  const { files, events } = await fromJournal(it)
  for (const { key, value } of await shelf.list('case', undefined, 100))
    expect(toJsonBytes(files.get(value.number)), Buffer.from(key).toString('hex')).toEqual(toJsonBytes(value))
  expect(await wrongIn(it)).toEqual([])
  return events
}

const outcomes = async (acts: readonly Promise<unknown>[]): Promise<readonly string[]> =>
  (await Promise.allSettled(acts))
    .map((each) => (each.status === 'fulfilled' ? 'done' : (each.reason as { readonly code: string }).code))
    .sort()

describe('twice at once, over two processes on one store', () => {
  test('a case that two take has one owner', async () => {
    await using it = await house()
    await report(it, 'a', 'police-protection')
    const other = at(it, await it.another(), 'second')
    expect(await outcomes([it.bare(it.first).take(1), other.take(1)])).toEqual(['ERR_CASE_STATUS', 'done'])
    const events = await expectRowsFromJournal(it)
    expect(events.map(({ event }) => event)).toEqual(['raised', 'taken'])
  })

  test('a case that two close at once takes both, and is closed once', async () => {
    await using it = await house()
    await report(it, 'a', 'police-protection')
    const other = at(it, await it.another(), 'second')
    const said = await Promise.all([
      it.first.close(1, 'assessed', 'unfounded'),
      other.close(1, 'assessed', 'unfounded'),
    ])
    expect([...said].sort()).toEqual(['closed', 'new'])
    const events = await expectRowsFromJournal(it)
    expect(events.map(({ event }) => event)).toEqual(['raised', 'closing-proposed', 'closed'])
  })

  test('a case that is closed while another officer opens it is one or the other first, and either is on record', async () => {
    await using it = await house()
    await register(it, 1)
    await report(it, 'a', 'police-protection')
    await it.first.take(1)
    const other = at(it, await it.another(), 'second')
    await other.join(1, 'second-opinion')
    await it.third.close(1, 'assessed', 'unfounded')
    const said = await outcomes([it.bare(it.first).open({ ...ASK, case: 1 }), other.close(1, 'assessed', 'unfounded')])
    const events = await expectRowsFromJournal(it)
    const kinds = events.map(({ event }) => event)
    expect(kinds.filter((event) => event === 'closed')).toHaveLength(1)
    expect(kinds.includes('opened')).toBe(said.every((each) => each === 'done'))
  })

  test('a case that two open is opened twice and goes to opened once; a level that rises meanwhile is kept', async () => {
    await using it = await house()
    await register(it, 1)
    await report(it, 'a', 'police-protection')
    const hub = await it.another()
    const other = at(it, hub, 'second')
    await it.first.take(1)
    const [one, two] = await Promise.all([
      it.first.open({ ...ASK, case: 1 }),
      other.open({ ...ASK, case: 1 }),
      report(it, 'b', 'child-disclosure', 2),
    ])
    expect([one.opened, two.opened]).toEqual([true, true])
    expect(await it.first.cases({ status: 'opened' })).toMatchObject([{ number: 1 }])
    const events = await expectRowsFromJournal(it)
    expect(events.filter(({ event }) => event === 'opened')).toHaveLength(2)
  })
})

describe('a clock that goes back', () => {
  test('by a day between the steps raises nothing twice, breaks no order, and makes nothing shorter than nothing', async () => {
    await using it = await house()
    it.clock.now += 10 * DAY
    await register(it, 1)
    await report(it, 'early', 'child-disclosure', 2)
    await report(it, 'a', 'police-protection')
    it.clock.now -= DAY
    await it.hub.caughtUp()
    expect(await all(it.hub.cases())).toHaveLength(2)
    await report(it, 'later', 'child-disclosure', 3)
    expect((await it.first.nextCase())?.number).toBe(2)
    await it.first.take(2)
    it.clock.now -= DAY
    // Checks that are dated after the clock: custodians release nothing on them until it is right again.
    expect((await it.first.open({ ...ASK, case: 2 })).opened).toBe(false)
    expect(await it.first.cases({ status: 'under-review' })).toMatchObject([{ number: 2, owner: 'first' }])
    it.clock.now += 2 * DAY
    const { opening } = await it.first.open({ ...ASK, case: 2 })
    it.clock.now -= HOUR
    await it.first.read(opening)
    await it.second.join(2, 'supervision')
    it.clock.now -= DAY
    expect(await it.first.close(2, 'assessed', 'early-help')).toBe('closed')
    // The case of the child whose clock ran ahead was raised first, and is first.
    expect((await it.first.nextCase())?.number).toBe(1)
    expect((await it.first.cases({ status: 'new' })).map(({ number }) => number)).toEqual([1, 3])
    await it.reopen()
    expect(await all(it.hub.cases())).toHaveLength(3)
    const { shelf } = await it.context()
    for (const { value } of await shelf.list('case', undefined, 10)) {
      expect(value.updatedAt).toBeGreaterThanOrEqual(value.raisedAt)
      expect(value.closing?.at ?? value.raisedAt).toBeGreaterThanOrEqual(value.raisedAt)
      for (const need of value.needs) expect(need.endedAt ?? need.at).toBeGreaterThanOrEqual(need.at)
    }
    await expectRowsFromJournal(it)
  })
})
