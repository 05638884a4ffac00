import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type CheckInput, openHub } from '../../src/index.js'
import { childDetails, DAY, type House, type HouseOptions, house, nhsNumber } from '../support/house.js'
import { all } from '../support/lists.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'house-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const ASK = { case: 1, group: 'identity', purpose: 'referral', lawfulBasis: 'public-task' } as const

function seen(it: House, reference: string, n: number, incident = 'police-protection'): CheckInput {
  return {
    child: { nhsNumber: nhsNumber(n) },
    incident,
    occurredAt: it.clock.now,
    reference,
    practitioner: 'PC 42',
  }
}

describe.each<[string, () => HouseOptions]>([
  ['memory', () => ({})],
  ['SQLite', () => ({ path: folder })],
])('the whole story on %s', (_, options) => {
  test('register, check, reach a threshold, review, open, refer, decide, close', async () => {
    await using it = await house(options())
    const care = await it.agency('childrens-care', 'social-care')
    for (const n of [1, 2, 3]) expect(await it.register(childDetails(n))).toEqual({ kind: 'registered' })
    const receipts = [
      await it.police.check(seen(it, 'a', 1, 'domestic-incident')),
      await it.health.check(seen(it, 'b', 1, 'gp-concern')),
      await it.school.check(seen(it, 'c', 9, 'school-absence')),
    ]
    expect(receipts.map(({ known }) => known)).toEqual(['known', 'known', 'unknown'])
    expect(await all(it.hub.cases())).toEqual([])
    await it.police.check(seen(it, 'd', 1))
    expect(await it.first.cases()).toMatchObject([{ number: 1, level: 'child-protection', status: 'new' }])
    expect((await it.first.review(1)).agencyKinds).toEqual(['health', 'police'])
    const { opening, released } = await it.first.open(ASK)
    expect(released).toHaveLength(3)
    const { details, involvement } = await it.first.read(opening)
    expect(details).toMatchObject({ nhsNumber: nhsNumber(1), givenNames: childDetails(1).givenNames })
    expect(involvement.map(({ agency, references }) => [agency, references])).toEqual(
      expect.arrayContaining([
        ['met-police', ['a', 'd']],
        ['st-marys', ['b']],
      ]),
    )
    const sent = await it.first.refer({
      case: 1,
      because: 'acts-on-referral',
      to: 'childrens-care',
      openings: [opening],
    })
    expect(await all(care.referrals())).toMatchObject([{ referral: sent.referral, status: 'received' }])
    await care.decide(sent.referral, 'strategy-discussion')
    await it.reopen()
    expect(await all(it.hub.referrals())).toMatchObject([{ status: 'decided', outcome: 'strategy-discussion' }])
    expect(await it.second.close(1, 'services-in-place', 'child-in-need-plan')).toBe('closed')
    expect(await all(it.hub.enquiries())).toMatchObject([{ sources: [{ agency: 'hill-school', reference: 'c' }] }])
    const report = await it.hub.journal.verify()
    expect(report).toMatchObject({ verified: true, size: await it.hub.journal.size() })
    const words = [
      'check-batch',
      'identify',
      'record',
      'case',
      'enquiry',
      'opening',
      'release',
      'view',
      'referral',
    ] as const
    for (const word of words) expect(report.byType.get(word), word).toBeGreaterThan(0)
  })
})

describe('two hubs on one folder', () => {
  test('write to one journal, and each takes in what the other wrote', async () => {
    await using it = await house({ path: folder })
    await it.register(childDetails(1))
    const other = await it.another()
    const here = it.police
    const there = await it.agency('british-transport', 'police', {
      hub: { pin: other.pin, send: (message, options) => other.send(message, options) },
    })
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, n) => (n % 2 === 0 ? here : there).check(seen(it, `n${n}`, 1, 'police-notice'))),
    )
    expect(new Set(results.map(({ position: { entry, row } }) => `${entry}/${row}`)).size).toBe(8)
    await here.check(seen(it, 'last', 1))
    await other.caughtUp()
    await it.hub.caughtUp()
    expect(await all(other.cases())).toMatchObject([{ number: 1 }])
    expect((await other.case(1)).timeline).toHaveLength(9)
    expect(await other.case(1)).toEqual(await it.hub.case(1))
    // Standing that one hub takes away is gone at the other at once.
    await other.suspend('met-police')
    await expect(here.check(seen(it, 'late', 1))).rejects.toMatchObject({ code: 'ERR_PARTY_NOT_IN_STANDING' })
    expect((await it.first.open(ASK)).released).toHaveLength(3)
    expect((await other.journal.verify()).verified).toBe(true)
    expect((await it.hub.journal.verify()).verified).toBe(true)
    await it.reopen()
    expect((await it.hub.case(1)).timeline).toHaveLength(9)
  })

  test('one reference through both at once is one check', async () => {
    await using it = await house({ path: folder })
    await it.register(childDetails(1))
    const other = await it.another()
    const twin = await it.agency('met-police', 'police', {
      enrol: false,
      hub: { pin: other.pin, send: (message, options) => other.send(message, options) },
    })
    const [a, b] = await Promise.all([it.police.check(seen(it, 'x', 1)), twin.check(seen(it, 'x', 1))])
    expect(a.checkId).toBe(b.checkId)
  })
})

describe('a database that was put back', () => {
  test('is found out when the hub opens, by what custodians saw', async () => {
    const it = await house({ path: folder })
    await it.register(childDetails(1))
    await it.police.check(seen(it, 'a', 1))
    await it.hub.close()
    const older = mkdtempSync(join(tmpdir(), 'house-'))
    try {
      cpSync(folder, older, { recursive: true })
      await it.reopen()
      await it.police.withdraw('a', 'wrong-child')
      await it.hub.close()
      cpSync(join(older, 'index.db'), join(folder, 'index.db'))
      for (const rest of ['index.db-wal', 'index.db-shm']) rmSync(join(folder, rest), { force: true })
      await expect(openHub({ path: folder, clock: it.clock.read })).rejects.toMatchObject({
        code: 'ERR_JOURNAL_ROLLED_BACK',
      })
      // The whole folder of that day is another matter: nothing outside it remembers more.
      const whole = await openHub({ path: older, clock: it.clock.read })
      await whole.close()
    } finally {
      rmSync(older, { recursive: true, force: true })
      await it[Symbol.asyncDispose]()
    }
  })
})

describe('what cannot be opened', () => {
  test('a folder without keys, with a hub’s keys of another, or with a hub already', async () => {
    await expect(openHub({ path: folder })).rejects.toMatchObject({ code: 'ERR_KEY_MISSING' })
    const it = await house({ path: folder })
    await it.hub.close()
    await expect(house({ path: folder })).rejects.toMatchObject({ code: 'ERR_FILE_EXISTS' })
    const second = mkdtempSync(join(tmpdir(), 'house-'))
    try {
      const that = await house({ path: second })
      await that.hub.close()
      cpSync(join(second, 'keys', 'hub.key.json'), join(folder, 'keys', 'hub.key.json'))
      await expect(openHub({ path: folder })).rejects.toMatchObject({ code: 'ERR_KEY_WRONG' })
      cpSync(join(folder, 'keys', 'custodian-1.key.json'), join(folder, 'keys', 'hub.key.json'))
      await expect(openHub({ path: folder })).rejects.toMatchObject({ code: 'ERR_KEY_WRONG' })
      writeFileSync(join(folder, 'keys', 'hub.key.json'), '{}')
      await expect(openHub({ path: folder })).rejects.toMatchObject({ code: 'ERR_KEY_INVALID' })
      writeFileSync(join(folder, 'keys', 'hub.key.json'), 'no JSON')
      await expect(openHub({ path: folder })).rejects.toMatchObject({ code: 'ERR_KEY_INVALID' })
      await that[Symbol.asyncDispose]()
    } finally {
      rmSync(second, { recursive: true, force: true })
      await it[Symbol.asyncDispose]()
    }
  })
})

test('enrolments at the same time all take effect', async () => {
  await using it = await house()
  await Promise.all(['a', 'b', 'c', 'd'].map((id) => it.agency(`agency-${id}`, 'police')))
  for (const id of ['a', 'b', 'c', 'd']) expect(it.hub.roster().parties.has(`agency-${id}`)).toBe(true)
  const late = await it.agency('agency-e', 'police')
  it.clock.now += DAY
  expect((await late.check(seen(it, 'x', 1))).known).toBe('unknown')
})
