import { describe, expect, test } from 'vitest'
import type { Agency, BackFillOutcome, BackFillQuery, Identified } from '../../src/agency.js'
import { decodeIdentifyRequest } from '../../src/check/messages/identify-request.js'
import { decodeMessage } from '../../src/port.js'
import { childDetails, type House, house, nhsNumber } from '../support/house.js'
import { all } from '../support/lists.js'

const number = (n: number) => ({ nhsNumber: nhsNumber(n) })
const row = (n: number): BackFillQuery => ({ child: number(n), reference: `case/${n}` })
const BY = { practitioner: 'records office' }

const idsOf = (outcomes: readonly BackFillOutcome<Identified>[]) =>
  outcomes.map((outcome) => (outcome.kind === 'identified' ? outcome.agencyChildId : outcome.code))

/** The rows of each look-up message that was sent since. */
function messages(it: House, since = 0) {
  return it.exchanges.slice(since).flatMap(({ message }) => {
    const { verb, body } = decodeMessage(message)
    return verb === 'identify' ? [decodeIdentifyRequest(body)] : []
  })
}

describe('a back-fill', () => {
  test('streams 5,500 rows a page at a time, holds no more than a page, and keeps their order', async () => {
    await using it = await house()
    let taken = 0
    let given = 0
    let heldMost = 0
    async function* caseList(): AsyncGenerator<BackFillQuery> {
      for (let n = 0; n < 5500; n++) {
        taken += 1
        heldMost = Math.max(heldMost, taken - given)
        yield row(n)
      }
    }
    const seen = new Set<string>()
    for await (const outcome of it.police.identifyAll(caseList(), BY)) {
      expect(outcome).toMatchObject({ kind: 'identified', reference: `case/${given}`, known: 'unknown' })
      if (outcome.kind === 'identified') seen.add(outcome.agencyChildId)
      given += 1
    }
    expect(given).toBe(5500)
    expect(seen.size).toBe(5500)
    expect(heldMost).toBe(1000)
    const sent = messages(it)
    expect(sent.map(({ rows }) => rows.length)).toEqual([1000, 1000, 1000, 1000, 1000, 500])
    expect(new Set(sent.map(({ purpose }) => purpose))).toEqual(new Set(['back-fill']))
  }, 60_000)

  test('asks for nothing before it is asked, and for no more once nobody listens', async () => {
    await using it = await house()
    let taken = 0
    let isClosed = false
    function* caseList(): Generator<BackFillQuery> {
      try {
        for (let n = 0; ; n++) {
          taken += 1
          yield row(n)
        }
      } finally {
        isClosed = true
      }
    }
    const outcomes = it.police.identifyAll(caseList(), BY)
    expect([taken, messages(it).length]).toEqual([0, 0])
    for await (const outcome of outcomes) if (outcome.reference === 'case/999') break
    expect([taken, messages(it).length, isClosed]).toEqual([1000, 1, true])
  })

  test('once more gives the same ids, as do look-ups one by one and checks', async () => {
    await using it = await house()
    for (const n of [1, 2]) await it.register(childDetails(n))
    const list = [1, 2, 3, 1].map(row)
    const first = await all(it.police.identifyAll(list, BY))
    expect(idsOf(await all(it.police.identifyAll(list, BY)))).toEqual(idsOf(first))
    expect(idsOf(first)[3]).toBe(idsOf(first)[0])
    for (const [index, n] of [1, 2, 3, 1].entries())
      expect((await it.police.identify(number(n), 'PC 42')).agencyChildId).toBe(idsOf(first)[index])
    expect(first.map((outcome) => outcome.kind === 'identified' && outcome.known)).toEqual([
      'known',
      'known',
      'unknown',
      'known',
    ])
    expect(idsOf(await all(it.health.identifyAll(list, BY)))).not.toEqual(idsOf(first))
  })

  test('moves an agency’s own ids over to the next epoch', async () => {
    await using it = await house()
    const former = idsOf(await all(it.police.identifyAll([1, 2].map(row), BY)))
    await it.hub.rotateEpoch()
    const moved = await all(
      it.police.identifyAll(
        former.map((agencyChildId) => ({ child: { agencyChildId } })),
        BY,
      ),
    )
    expect(idsOf(moved)).toEqual(idsOf(await all(it.police.identifyAll([1, 2].map(row), BY))))
    expect(idsOf(moved)).not.toEqual(former)
  })

  test('refuses a row by code and field, and goes on with the next', async () => {
    await using it = await house()
    const list = [
      row(1),
      { child: { nhsNumber: '1234567890' }, reference: 'case/wrong' },
      { reference: 'case/nobody' },
      { child: number(2), practitioner: 7 },
      { child: number(2), reference: 'Mrs Okafor’s youngest' },
      { child: number(2), alias: 'x' },
      null,
      'a row',
      { child: undefined },
      row(3),
    ]
    const outcomes = await all(it.police.identifyAll(list as BackFillQuery[], BY))
    expect(outcomes.map((each) => (each.kind === 'refused' ? [each.code, each.field] : each.kind))).toEqual([
      'identified',
      ['ERR_NHS_NUMBER_INVALID', 'nhsNumber'],
      ['ERR_REQUEST_INVALID', 'child'],
      ['ERR_REQUEST_INVALID', 'practitioner'],
      ['ERR_REQUEST_INVALID', 'reference'],
      ['ERR_REQUEST_INVALID', undefined],
      ['ERR_REQUEST_INVALID', undefined],
      ['ERR_REQUEST_INVALID', undefined],
      ['ERR_DETAILS_INVALID', 'child'],
      'identified',
    ])
    expect(outcomes[1]?.reference).toBe('case/wrong')
    expect(JSON.stringify(outcomes)).not.toContain('Okafor')
    expect(messages(it).map(({ rows }) => rows.length)).toEqual([2])
  })

  test('sends the practitioner of each row, or the one for all, as pseudonyms, and no reference', async () => {
    await using it = await house()
    await all(it.police.identifyAll([row(1), { ...row(2), practitioner: 'PC 42' }, row(3)], BY))
    const [sent] = messages(it)
    const rows = sent?.rows ?? []
    const who = rows.map(({ practitioner }) => Buffer.from(practitioner))
    expect(who[0]).toEqual(who[2])
    expect(who[0]).not.toEqual(who[1])
    const bytes = Buffer.concat(it.exchanges.map(({ message }) => Buffer.from(message)))
    for (const plain of ['case/1', 'records office', 'PC 42']) expect(bytes.includes(plain)).toBe(false)
  })

  test.each([
    ['nobody', {}],
    ['an empty name', { practitioner: '' }],
    ['a name of 257 letters', { practitioner: 'x'.repeat(257) }],
  ])('is refused to %s', async (_, by) => {
    await using it = await house()
    const outcomes = it.police.identifyAll([row(1)], by as typeof BY)
    await expect(outcomes.next()).rejects.toMatchObject({ code: 'ERR_REQUEST_INVALID', field: 'practitioner' })
  })

  test('of nothing is nothing', async () => {
    await using it = await house()
    expect(await all(it.police.identifyAll([], BY))).toEqual([])
    expect(messages(it)).toEqual([])
  })

  test('passes on what its source fails with', async () => {
    await using it = await house()
    async function* broken(): AsyncGenerator<BackFillQuery> {
      yield row(1)
      throw new RangeError('the disk is gone')
    }
    await expect(all(it.police.identifyAll(broken(), BY))).rejects.toThrow(new RangeError('the disk is gone'))
  })
})

describe('an abort', () => {
  async function aborted(agency: Agency, after: number): Promise<{ given: number; taken: number }> {
    const controller = new AbortController()
    let given = 0
    let taken = 0
    function* caseList(): Generator<BackFillQuery> {
      for (let n = 0; n < 3000; n++) {
        taken += 1
        yield row(n)
      }
    }
    const work = async () => {
      for await (const _ of agency.identifyAll(caseList(), { ...BY, signal: controller.signal })) {
        given += 1
        if (given === after) controller.abort()
      }
    }
    if (after === 0) controller.abort()
    await expect(work()).rejects.toMatchObject({ name: 'AbortError' })
    return { given, taken }
  }

  test('stops with the next outcome, and takes no other row', async () => {
    await using it = await house()
    expect(await aborted(it.police, 3)).toEqual({ given: 3, taken: 1000 })
    expect(await aborted(it.police, 1000)).toEqual({ given: 1000, taken: 1001 })
    expect(messages(it)).toHaveLength(2)
  })

  test('of before it began sends nothing', async () => {
    await using it = await house()
    expect(await aborted(it.police, 0)).toEqual({ given: 0, taken: 1 })
    expect(messages(it)).toEqual([])
  })
})

describe('the meter', () => {
  const limits = {
    identifyPerAgencyPerDay: 2000,
    identifyPerPractitionerPerDay: 3,
    identifyPerPractitionerPerTenMinutes: 3,
  }
  const list = (rows: number) => Array.from({ length: rows }, (_, n) => row(n % 5))

  test('counts a back-fill for the agency and for no practitioner', async () => {
    await using it = await house({ limits })
    expect(await all(it.police.identifyAll(list(10), BY))).toHaveLength(10)
    for (let n = 0; n < 3; n++) await it.police.identify(number(n), BY.practitioner)
    await expect(it.police.identify(number(4), BY.practitioner)).rejects.toMatchObject({ code: 'ERR_RATE_LIMITED' })
  })

  test('ends one that is too long for a day, after the outcomes that were paid for', async () => {
    await using it = await house({ limits })
    let given = 0
    const work = async () => {
      for await (const _ of it.police.identifyAll(list(2500), BY)) given += 1
    }
    await expect(work()).rejects.toMatchObject({ code: 'ERR_RATE_LIMITED' })
    expect(given).toBe(2000)
    await expect(it.police.identify(number(1), 'PC 42')).rejects.toMatchObject({ code: 'ERR_RATE_LIMITED' })
  })
})
