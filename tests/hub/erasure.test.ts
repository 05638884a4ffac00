import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CheckInput, Receipt } from '../../src/agency.js'
import { fromJsonBytes } from '../../src/json.js'
import { temporaryFolder } from '../store/folder.js'
import { childDetails, DAY, type House, house, nhsNumber } from '../support/house.js'
import { all } from '../support/lists.js'

const number = (n: number) => ({ nhsNumber: nhsNumber(n) })
const forTests = { neverIssuedNumbers: true }
const agencies = (it: House) => [it.police, it.health, it.school] as const

function check(it: House, n: number, reference: string, incident = 'first-known', by = it.police): Promise<Receipt> {
  const input = { child: number(n), incident, occurredAt: it.clock.now, reference, practitioner: 'PC 42' }
  return by.check(input as CheckInput)
}

/** A child with checks of two agencies and a case that was closed again. */
async function closedCase(it: House): Promise<readonly Receipt[]> {
  await it.register(childDetails(1))
  const receipts = [await check(it, 1, 'a', 'police-protection'), await check(it, 1, 'b', 'first-known', it.health)]
  await it.hub.caughtUp()
  const why = { purpose: 'referral', lawfulBasis: 'public-task' } as const
  const { opening } = await it.first.open({ ...why, case: 1, group: 'identity' })
  await it.first.read(opening)
  await it.first.close(1, 'no-further-action', 'no-further-action')
  it.clock.now += 2 * DAY
  return receipts
}

async function erasures(it: House): Promise<readonly unknown[]> {
  const { ledger } = await it.context()
  const entries = await ledger.read(0, 1000)
  return entries.flatMap(({ entry }) => (entry?.type === 'erasure' ? [fromJsonBytes(entry.body)] : []))
}

describe('a check', () => {
  test('is emptied by the position in its receipt, and the journal verifies as before', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    const first = await check(it, 1, 'a')
    const second = await check(it, 1, 'b')
    const before = await it.hub.journal.head()
    expect(await it.hub.eraseCheck(first.position, 'erasure-request')).toEqual({ checks: 1, records: 0 })
    const report = await it.hub.journal.verify()
    expect(report).toMatchObject({ verified: true })
    expect(await it.hub.journal.head()).not.toBe(before)
    const { store } = await it.context()
    const [leaf] = await store.leaves(first.position.entry, 0, 1)
    expect([leaf?.salt.length, leaf?.bytes.length]).toEqual([0, 0])
    expect(Buffer.from(leaf?.hash ?? []).toString('hex')).toBe(first.checkId)
    // The other check is proved as before, and so is that the erased one stood where its receipt says.
    for (const { position } of [first, second]) expect(await it.hub.journal.check(position)).toBeDefined()
    expect(await erasures(it)).toEqual([
      { what: 'check', reason: 'erasure-request', by: 'hub', erased: [{ position: first.position.entry, row: 0 }] },
    ])
  })

  test('counts no more, and does not come back when it is sent again', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    const input = {
      child: number(1),
      incident: 'first-known',
      occurredAt: it.clock.now,
      reference: 'a',
      practitioner: 'PC 42',
    } as const
    const { position } = await it.police.check(input)
    await it.hub.eraseCheck(position, 'retention-ended')
    await expect(it.police.check(input)).rejects.toMatchObject({ code: 'ERR_REFERENCE_CONFLICT' })
    expect((await all(it.hub.histories())).flatMap(({ checks }) => checks)).toEqual([])
    await expect(it.hub.eraseCheck(position, 'retention-ended')).rejects.toMatchObject({ code: 'ERR_CHECK_UNKNOWN' })
    // Its agency may still take the reference for another check, if it says so.
    await expect(it.police.correct({ ...input, incident: 'police-protection' }, 'wrong-codes')).resolves.toBeDefined()
  })

  test.each([
    ['no entry', { entry: 10_000, row: 0 }],
    ['no row', { entry: 0, row: 5 }],
    ['an entry that is no batch', { entry: 0, row: 0 }],
  ])('is not there: %s', async (_, position) => {
    await using it = await house()
    await expect(it.hub.eraseCheck(position, 'retention-ended')).rejects.toMatchObject({ code: 'ERR_CHECK_UNKNOWN' })
  })

  test('stays while a case of its child is open', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    const { position } = await check(it, 1, 'a', 'police-protection')
    await expect(it.hub.eraseCheck(position, 'erasure-request')).rejects.toMatchObject({ code: 'ERR_CASE_STATUS' })
    expect(await it.hub.journal.verify()).toMatchObject({ verified: true })
  })

  test('what is left is assessed as if the erased had never been', async () => {
    const drawn = fc.record({
      checks: fc.array(fc.nat(2), { minLength: 1, maxLength: 4 }),
      erased: fc.array(fc.nat(4), { maxLength: 3 }),
    })
    await fc.assert(
      fc.asyncProperty(drawn, async ({ checks, erased }) => {
        await using whole = await house()
        await using rest = await house()
        for (const it of [whole, rest]) await it.register(childDetails(1))
        for (const [index, by] of checks.entries()) {
          const sent = (it: House): Promise<Receipt> => check(it, 1, `r${index}`, 'first-known', agencies(it)[by])
          const { position } = await sent(whole)
          if (erased.includes(index)) await whole.hub.eraseCheck(position, 'retention-ended').catch(() => sent(rest))
          else await sent(rest)
        }
        const seen = async (it: House): Promise<unknown> =>
          (await all(it.hub.histories()))
            .map(({ checks }) => checks.map(({ incident, agency, occurredAt }) => ({ incident, agency, occurredAt })))
            .filter((checks) => checks.length > 0)
        expect((await seen(whole)) as unknown[]).toEqual(await seen(rest))
        expect((await whole.hub.journal.verify()).verified).toBe(true)
      }),
      { numRuns: 5, endOnFailure: true },
    )
  })
})

describe('a child', () => {
  test('of a closed case is emptied whole, and nobody finds it any longer', async () => {
    await using it = await house()
    const receipts = await closedCase(it)
    expect(await it.hub.eraseChildOfCase(1, 'court-order')).toEqual({ checks: 2, records: 2 })
    expect(await it.hub.journal.verify()).toMatchObject({ verified: true })
    const { store, shelf } = await it.context()
    expect(await store.list('record', undefined, 10)).toEqual([])
    expect(await store.list('child', undefined, 10)).toEqual([])
    expect(
      (await shelf.list('opening', undefined, 10)).map(({ value }) => [value.record.length, value.releases]),
    ).toEqual([[0, []]])
    expect((await it.police.identify(number(1), 'PC 42')).known).toBe('unknown')
    for (const { position } of receipts) expect(await it.hub.journal.check(position)).toBeDefined()
    // A feed registers it anew, as a child that nobody knows anything of.
    expect(await it.register(childDetails(1))).toMatchObject({ kind: 'registered' })
    expect(await erasures(it)).toMatchObject([{ what: 'child', reason: 'court-order', by: 'hub' }])
  })

  test.each([
    ['a case is open', async (it: House) => void (await check(it, 1, 'z', 'police-protection'))],
    [
      'an opening can be read',
      async (it: House) => {
        it.clock.now -= 2 * DAY
      },
    ],
  ])('stays while %s', async (_, obstacle) => {
    await using it = await house()
    await closedCase(it)
    await obstacle(it)
    await expect(it.hub.eraseChildOfCase(1, 'court-order')).rejects.toMatchObject({ code: 'ERR_CASE_STATUS' })
    const { store } = await it.context()
    expect(await store.list('record', undefined, 10)).toHaveLength(2)
  })

  test('leaves no word of whom an account or a correction was asked for', async () => {
    await using it = await house()
    await closedCase(it)
    const mine = (await it.school.identify(number(1), 'Ms 7')).agencyChildId
    await it.school.askAccount({ agencyChildId: mine, reference: 'A/1', for: 'carer' })
    const about = { details: 'identity' } as const
    await it.school.askCorrection({ agencyChildId: mine, reference: 'C/1', about, reason: 'misspelt' })
    const { shelf } = await it.context()
    const named = async () =>
      (await shelf.list('account', undefined, 100)).flatMap(({ value }) =>
        'childId' in value ? [value.childId.every((byte) => byte === 0)] : [],
      )
    expect(await named()).toEqual([false, false])
    const rows = (await shelf.list('account', undefined, 100)).length
    for (const { number: each } of await it.first.enquiries({ status: 'open' }))
      await it.first.endEnquiry(each, 'error')
    await it.hub.eraseChildOfCase(1, 'court-order')
    expect(await named()).toEqual([true, true])
    // The list of one child's corrections is gone; who asked is answered all the same.
    expect((await shelf.list('account', undefined, 100)).length).toBe(rows - 1)
    const records = await it.officer('records', { roles: ['records'] })
    expect(await records.accounts()).toHaveLength(1)
  })

  test('is erased on its sealer’s word, with every token that pointed at it', async () => {
    await using it = await house()
    const { store } = await it.context()
    await it.register(childDetails(2))
    const others = await store.list('posting', undefined, 1000)
    await it.register(childDetails(1))
    await it.sealer.erase(childDetails(1), 'registered-in-error', forTests)
    expect(await store.list('posting', undefined, 1000)).toEqual(others)
    expect(await store.list('child', undefined, 10)).toHaveLength(1)
    expect((await it.police.identify(number(2), 'PC 42')).known).toBe('known')
    expect(await erasures(it)).toMatchObject([{ what: 'child', reason: 'registered-in-error', by: 'births' }])
    await expect(it.sealer.erase(childDetails(1), 'registered-in-error', forTests)).rejects.toMatchObject({
      code: 'ERR_CHILD_ID_UNKNOWN',
    })
  })

  test('a sealer hears the same whether a case is in the way or not; it is done once nothing is', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    await it.register(childDetails(2))
    await check(it, 1, 'a', 'police-protection')
    await it.hub.caughtUp()
    it.exchanges.length = 0
    await it.sealer.erase(childDetails(1), 'erasure-request', forTests)
    await it.sealer.erase(childDetails(2), 'erasure-request', forTests)
    const [withCase, without] = it.exchanges.map(({ reply }) => Buffer.from(reply).toString('hex'))
    expect(withCase).toBe(without)
    expect(await it.hub.eraseNoted()).toEqual({ erased: 0, waiting: 1 })
    for (const officer of [it.first, it.second]) await officer.close(1, 'no-further-action', 'no-further-action')
    expect(await it.hub.eraseNoted()).toEqual({ erased: 1, waiting: 0 })
    expect(await it.hub.eraseNoted()).toEqual({ erased: 0, waiting: 0 })
    expect((await it.police.identify(number(1), 'PC 42')).known).toBe('unknown')
  })

  test('who is linked to it goes with it', async () => {
    await using it = await house()
    await check(it, 1, 'a')
    await it.register(childDetails(1))
    await check(it, 1, 'b')
    await it.sealer.erase(childDetails(1), 'erasure-request', forTests)
    expect(await all(it.hub.histories())).toEqual([])
    expect(await it.hub.journal.verify()).toMatchObject({ verified: true })
  })

  test('officers and agencies cannot erase, nor can a sealer that is suspended', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    await it.hub.suspend('births')
    await expect(it.sealer.erase(childDetails(1), 'erasure-request', forTests)).rejects.toMatchObject({
      code: 'ERR_PARTY_NOT_IN_STANDING',
    })
    expect((await it.police.identify(number(1), 'PC 42')).known).toBe('known')
  })
})

test('what was erased is in no file of the database any longer', async () => {
  const { folder, remove } = temporaryFolder()
  try {
    await using it = await house({ path: folder })
    await it.register(childDetails(1))
    const { position } = await check(it, 1, 'ZEBEDEE/1', 'first-known')
    const { leaf } = await it.hub.journal.check(position)
    const filesHold = (bytes: Uint8Array): boolean =>
      readdirSync(folder)
        .filter((name) => name.startsWith('index.db'))
        .some((name) => readFileSync(join(folder, name)).includes(Buffer.from(bytes)))
    expect(filesHold(Buffer.from('ZEBEDEE/1'))).toBe(true)
    expect(filesHold(leaf)).toBe(true)
    await it.hub.eraseCheck(position, 'retention-ended')
    expect(filesHold(Buffer.from('ZEBEDEE/1'))).toBe(false)
    expect(filesHold(leaf)).toBe(true)
    expect(await it.hub.journal.verify()).toMatchObject({ verified: true })
  } finally {
    remove()
  }
})
