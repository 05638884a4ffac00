import { describe, expect, test } from 'vitest'
import { neighboursOf } from '../../src/child/nhs-number.js'
import type { Agency, Alert, CheckInput } from '../../src/index.js'
import { PRACTITIONER_LIMITS } from '../../src/index.js'
import { childDetails, DAY, HOUR, type House, house, MINUTE, nhsNumber } from '../support/house.js'
import { all } from '../support/lists.js'

/** Far enough apart to follow one another nowhere. */
const number = (n: number) => ({ nhsNumber: nhsNumber(n * 7) })
const NAMES = ['Ada', 'Bea', 'Cas', 'Dot', 'Eli', 'Fay', 'Gus', 'Hal']

/** Somebody whom nobody registered, of a household of their own unless one is given. */
const nobody = (n: number, household = `NX${1 + (n % 9)} ${Math.floor(n / 9) % 10}XY`) => ({
  details: {
    givenNames: NAMES[n % NAMES.length] ?? 'Kit',
    familyName: 'Nobody',
    dateOfBirth: `2014-0${1 + (n % 9)}-1${Math.floor(n / 9) % 10}`,
    postcode: household,
  },
})

function checkOf(it: House, reference: string, child: unknown, practitioner = 'PC 42'): CheckInput {
  return { child, incident: 'first-known', occurredAt: it.clock.now, reference, practitioner } as CheckInput
}

/** Look-ups one by one, a minute apart: no burst. */
async function ask(it: House, agency: Agency, children: readonly unknown[], practitioner = 'PC 42'): Promise<void> {
  for (const child of children) {
    it.clock.now += MINUTE
    await agency.identify(child as never, practitioner)
  }
}

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n)

async function kinds(it: House): Promise<readonly string[]> {
  return (await all(it.hub.alerts())).map(({ kind }) => kind)
}

describe('fishing is noticed', () => {
  test('many look-ups by hand within ten minutes', async () => {
    await using it = await house({ limits: { watchPractitioner: { ...PRACTITIONER_LIMITS, unknown: 1000 } } })
    const told: Alert[] = []
    it.hub.onAlert((alert) => told.push(alert))
    const limit = PRACTITIONER_LIMITS.burst
    for (const n of upTo(limit + 1)) await it.police.identify(number(n), 'PC 42')
    expect(told).toEqual([])
    await it.police.identify(number(limit + 1), 'PC 42')
    expect(told).toMatchObject([{ number: 1, kind: 'burst', agency: 'met-police', times: 1, status: 'open' }])
    expect(told[0]?.practitioner).toHaveLength(16)
    // Once a day, however long it goes on.
    await it.police.identify(number(limit + 2), 'PC 42')
    expect(await kinds(it)).toEqual(['burst'])
  })

  test('a pause does not make a burst', async () => {
    await using it = await house({ limits: { watchPractitioner: { ...PRACTITIONER_LIMITS, unknown: 1000 } } })
    for (const n of upTo(PRACTITIONER_LIMITS.burst + 5)) {
      if (n % 10 === 0) it.clock.now += 10 * MINUTE
      await it.police.identify(number(n), 'PC 42')
    }
    expect(await kinds(it)).toEqual([])
  })

  test('many answers of unknown', async () => {
    await using it = await house()
    await ask(
      it,
      it.police,
      upTo(PRACTITIONER_LIMITS.unknown + 1).map((n) => nobody(n)),
    )
    expect(await kinds(it)).toEqual([])
    await ask(it, it.police, [nobody(100)])
    expect(await kinds(it)).toEqual(['unknown'])
  })

  test('numbers that follow one another, in either direction', async () => {
    await using it = await house()
    const run = [nhsNumber(500)]
    while (run.length < PRACTITIONER_LIMITS.sequence + 2) run.push(neighboursOf(run.at(-1) ?? '')[0] ?? '')
    await ask(
      it,
      it.police,
      run.map((nhs) => ({ nhsNumber: nhs })),
    )
    expect(await kinds(it)).toEqual([])
    await ask(it, it.police, [number(1)])
    expect(await kinds(it)).toEqual(['sequence'])
  })

  test('one household again and again, by one practitioner', async () => {
    await using it = await house()
    const family = upTo(PRACTITIONER_LIMITS.household + 1).map((n) => nobody(n, 'NX1 1AA'))
    for (const [n, child] of family.entries()) await ask(it, it.police, [child], `PC ${n}`)
    await ask(it, it.police, [number(1)], 'PC 0')
    expect(await kinds(it)).toEqual([])
    await ask(it, it.health, family, 'Dr Who')
    await ask(it, it.health, [number(1)], 'Dr Who')
    expect(await all(it.hub.alerts())).toMatchObject([{ kind: 'household', agency: 'st-marys' }])
  })

  test('many candidates that nobody goes on with, and guesses at one child’s details', async () => {
    await using it = await house()
    const registered = upTo(25).map((n) => childDetails(n, number(n)))
    await it.sealer.registerAll(registered, { neverIssuedNumbers: true })
    const initials = registered.map(({ givenNames, familyName, dateOfBirth, addresses = [] }) => ({
      details: { givenNames: givenNames.slice(0, 1), familyName, dateOfBirth, postcode: addresses[0]?.postcode ?? '' },
    }))
    const { outcome } = await it.police.identify(initials[0] as never, 'PC 1')
    expect(outcome.kind).toBe('candidates')
    await ask(it, it.police, initials.slice(0, PRACTITIONER_LIMITS.candidates + 2))
    expect(await kinds(it)).toEqual(['candidates'])
    const guesses = ['Ann', 'Bea', 'Cas'].map((carerName) => ({ ...initials[3], confirm: { carerName } }))
    await ask(it, it.health, guesses, 'Dr Who')
    await ask(it, it.health, [number(1)], 'Dr Who')
    expect(await kinds(it)).toEqual(['candidates', 'one-description'])
  })

  test('agency child ids that are none', async () => {
    await using it = await house()
    await it.register(childDetails(1, number(1)))
    const limit = PRACTITIONER_LIMITS['misread-ids']
    const { agencyChildId } = await it.health.identify(number(1), 'Dr Who')
    const rows = upTo(limit + 2).map((n) => checkOf(it, `r-${n}`, n === 0 ? number(1) : { agencyChildId }))
    const [first, ...others] = await it.police.checkAll(rows)
    expect(first?.kind).toBe('recorded')
    expect(others.map((each) => each.kind === 'refused' && each.code)).toEqual(others.map(() => 'ERR_CHILD_ID_UNKNOWN'))
    expect(await kinds(it)).toEqual([])
    await it.police.identify(number(1), 'PC 42')
    expect(await all(it.hub.alerts())).toMatchObject([{ kind: 'misread-ids', agency: 'met-police' }])
  })

  test('look-ups of registered children without a check, a day later', async () => {
    await using it = await house()
    await it.sealer.registerAll(
      upTo(70).map((n) => childDetails(n, number(n))),
      { neverIssuedNumbers: true },
    )
    await ask(it, it.police, upTo(62).map(number))
    it.clock.now += HOUR
    expect(await kinds(it)).toEqual([])
    it.clock.now += DAY
    expect(await all(it.hub.alerts())).toMatchObject([{ number: 1, kind: 'without-check', agency: 'met-police' }])
    // Judged once.
    expect(await kinds(it)).toHaveLength(1)
    it.clock.now += DAY
    expect(await kinds(it)).toHaveLength(1)
  })

  test('and one that spreads over many names shows in the agency’s sum', async () => {
    const watchAgency = {
      burst: 1e9,
      'without-check': 1e9,
      candidates: 1e9,
      unknown: 60,
      sequence: 1e9,
      household: 1e9,
      'one-description': 1e9,
      'misread-ids': 1e9,
    }
    await using it = await house({ limits: { watchAgency } })
    for (const n of upTo(61)) await it.police.identify(nobody(n), `PC ${n % 10}`)
    it.clock.now += 2 * DAY
    const [alert, ...more] = await all(it.hub.alerts())
    expect(more).toEqual([])
    expect(alert).toMatchObject({ kind: 'unknown', agency: 'met-police' })
    expect(alert?.practitioner).toBeUndefined()
  })

  test('across a restart, as far as it counts what is open', async () => {
    await using it = await house()
    await ask(
      it,
      it.police,
      upTo(20).map((n) => nobody(n)),
    )
    await it.reopen({ crash: true })
    await ask(
      it,
      it.police,
      upTo(12).map((n) => nobody(20 + n)),
    )
    expect(await kinds(it)).toEqual(['unknown'])
  })
})

describe('work is no fishing', () => {
  test('look-ups that checks follow, one by one and by the batch', async () => {
    await using it = await house()
    for (const n of upTo(45)) await it.police.check(checkOf(it, `one-${n}`, nobody(n)))
    await it.police.checkAll(upTo(200).map((n) => checkOf(it, `many-${n}`, number(n))))
    await it.police.checkAll(upTo(200).map((n) => checkOf(it, `more-${n}`, number(n))))
    it.clock.now += 2 * DAY
    await it.police.identify(number(1), 'PC 42')
    expect(await kinds(it)).toEqual([])
  })

  test('two batches of one system at the same time', async () => {
    await using it = await house()
    await Promise.all(
      [0, 1, 2].map((part) =>
        it.police.checkAll(upTo(100).map((n) => checkOf(it, `r-${part}-${n}`, number(100 * part + n), 'system'))),
      ),
    )
    await it.police.identify(number(1), 'system')
    it.clock.now += 2 * DAY
    expect(await kinds(it)).toEqual([])
  })

  test('a check the next morning', async () => {
    await using it = await house()
    const children = upTo(62).map(number)
    await it.sealer.registerAll(
      upTo(70).map((n) => childDetails(n, number(n))),
      { neverIssuedNumbers: true },
    )
    await ask(it, it.police, children)
    it.clock.now += 18 * HOUR
    const ids: string[] = []
    for (const n of upTo(5)) {
      ids.push((await it.police.identify(number(n), 'PC 43')).agencyChildId)
      await it.police.check(checkOf(it, `r-${n}`, { agencyChildId: ids[n] }))
    }
    it.clock.now += DAY
    expect(await kinds(it)).toEqual([])
  })

  test('an agency’s own ids, however often', async () => {
    await using it = await house()
    await it.register(childDetails(1, number(1)))
    const { agencyChildId } = await it.police.identify(number(1), 'PC 42')
    for (const _ of upTo(70)) await it.police.identify({ agencyChildId }, 'PC 42')
    it.clock.now += 2 * DAY
    expect(await kinds(it)).toEqual([])
  })

  test('a case list of 2,000 children by one practitioner raises few alerts, one for each rule', async () => {
    await using it = await house()
    const rows = upTo(2000).map((n) => checkOf(it, `r-${n}`, number(n), 'system'))
    // Checks that are refused leave look-ups that nothing follows.
    await it.school.checkAll(rows.map((row) => ({ ...row, incident: 'no-such-incident' })))
    await it.school.identify(number(1), 'system')
    it.clock.now += 11 * MINUTE
    await it.school.identify(number(1), 'system')
    it.clock.now += 2 * DAY
    const found = await all(it.hub.alerts())
    expect(found.map(({ practitioner }) => practitioner !== undefined)).toContain(true)
    // Two of the practitioner, and one of the agency, whose only look-ups these were.
    expect(found.map(({ kind }) => kind).sort()).toEqual(['unknown', 'without-check', 'without-check'])
  })
})

describe('a declared back-fill', () => {
  test('raises one alert about the agency, whoever its rows name', async () => {
    await using it = await house()
    const list = upTo(1500).map((n) => ({ child: number(n), practitioner: `teacher ${n % 20}` }))
    for await (const { kind } of it.school.identifyAll(list, { practitioner: 'system' }))
      expect(kind).toBe('identified')
    it.clock.now += 2 * DAY
    const found = await all(it.hub.alerts())
    expect(found).toMatchObject([{ kind: 'back-fill', agency: 'hill-school', times: 1 }])
    expect(found[0]?.practitioner).toBeUndefined()
  })
})

describe('look-ups are metered', () => {
  test('by ten minutes for a practitioner', async () => {
    await using it = await house({ limits: { identifyPerPractitionerPerTenMinutes: 3 } })
    for (const n of upTo(3)) await it.police.identify(number(n), 'PC 42')
    await expect(it.police.identify(number(3), 'PC 42')).rejects.toMatchObject({ code: 'ERR_RATE_LIMITED' })
    await it.police.identify(number(3), 'PC 43')
    it.clock.now += 10 * MINUTE
    await it.police.identify(number(3), 'PC 42')
  })
})

describe('an alert', () => {
  async function raised(): Promise<House> {
    const it = await house({ limits: { watchPractitioner: { ...PRACTITIONER_LIMITS, burst: 1 } } })
    for (const n of upTo(3)) await it.police.identify(number(n), 'PC 42')
    return it
  }

  test('is listed to every officer, and ended once by one of them', async () => {
    await using it = await raised()
    expect(await it.first.alerts()).toEqual(await it.shielding.alerts())
    expect(await it.first.alerts({ status: 'ended' })).toEqual([])
    await it.first.endAlert(1, 'explained')
    await it.first.endAlert(1, 'explained')
    await expect(it.second.endAlert(1, 'error')).rejects.toMatchObject({ code: 'ERR_CASE_STATUS' })
    await expect(it.second.endAlert(2, 'error')).rejects.toMatchObject({ code: 'ERR_ALERT_UNKNOWN' })
    expect(await it.first.alerts({ status: 'open' })).toEqual([])
    expect(await it.first.alerts({ after: 1 })).toEqual([])
    expect(await it.first.alerts()).toMatchObject([
      { number: 1, status: 'ended', outcome: 'explained', endedBy: 'first', endedAt: it.clock.now },
    ])
  })

  test('stands sealed in the journal, and nowhere with a child, a name or a token', async () => {
    await using it = await raised()
    await it.first.endAlert(1, 'explained')
    await it.hub.journal.verify()
    const { ledger } = await it.context()
    const entries = (await ledger.read(0, 1000)).flatMap(({ entry }) => (entry?.type === 'alert' ? [entry.body] : []))
    const bodies = entries.map((body) => JSON.parse(Buffer.from(body).toString()) as Record<string, unknown>)
    expect(bodies).toMatchObject([
      { event: 'raised', alert: 1, kind: 'burst', audience: 'management', agency: 'met-police' },
      { event: 'ended', alert: 1, outcome: 'explained', officer: 'first', times: 1 },
    ])
    expect(Object.keys(bodies[0] ?? {}).sort()).toEqual([
      'agency',
      'alert',
      'audience',
      'event',
      'kind',
      'practitioner',
    ])
    for await (const entry of it.hub.journal.entries()) expect(JSON.stringify(entry)).not.toContain('"burst"')
  })

  test('reaches every listener but those that left, and none that throws keeps the others from hearing', async () => {
    await using it = await house({ limits: { watchPractitioner: { ...PRACTITIONER_LIMITS, burst: 1 } } })
    const told: string[] = []
    it.hub.onAlert(() => {
      throw new Error('own affair')
    })
    it.hub.onAlert(({ kind }) => told.push(kind))
    it.hub.onAlert(({ kind }) => told.push(`left ${kind}`))()
    for (const n of upTo(3)) await it.police.identify(number(n), 'PC 42')
    expect(told).toEqual(['burst'])
  })

  test('is nothing to an officer out of standing, nor to an agency', async () => {
    await using it = await raised()
    const stale = await it.officer('stale', { trainingUntil: it.clock.now - 1 })
    await expect(stale.alerts()).rejects.toMatchObject({ code: 'ERR_PARTY_NOT_IN_STANDING' })
    await expect(stale.endAlert(1, 'error')).rejects.toMatchObject({ code: 'ERR_PARTY_NOT_IN_STANDING' })
  })
})
