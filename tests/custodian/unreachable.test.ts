import { describe, expect, test } from 'vitest'
import { IndexError } from '../../src/index.js'
import { decodeMessage } from '../../src/port.js'
import { childDetails, type House, house, nhsNumber } from '../support/house.js'

const ASK = { case: 1, group: 'identity', purpose: 'referral', lawfulBasis: 'public-task' } as const

/** A house whose custodians can be taken off the line. */
async function withLine(): Promise<{ readonly it: House; readonly down: Set<string>; readonly heard: Uint8Array[] }> {
  const down = new Set<string>()
  const heard: Uint8Array[] = []
  const it = await house({
    custodianPort: (id, port) => ({
      async send(message, options) {
        if (down.has(id)) throw new IndexError('ERR_CUSTODIAN_UNAVAILABLE', 'the line is down')
        heard.push(message)
        return port.send(message, options)
      },
    }),
  })
  await it.register(childDetails(1))
  return { it, down, heard }
}

const check = (it: House, reference: string) =>
  it.police.check({
    child: { nhsNumber: nhsNumber(1) },
    incident: 'police-protection',
    occurredAt: it.clock.now,
    reference,
    practitioner: 'PC 42',
  })

describe('with one custodian of three off the line', () => {
  test.each(['custodian-1', 'custodian-3'])('%s: checks, openings and enrolments go on', async (id) => {
    const { it, down } = await withLine()
    down.add(id)
    expect((await check(it, 'a')).known).toBe('known')
    await it.agency('late', 'health')
    const opening = await it.first.open(ASK)
    expect(opening).toMatchObject({ opened: true, unavailable: [id] })
    expect((await it.first.read(opening.opening)).details).toMatchObject({ nhsNumber: nhsNumber(1) })
    await it.reopen()
    // Back again, it catches up with the roster and the journal.
    down.clear()
    expect((await it.first.open(ASK)).released).toHaveLength(3)
    await it[Symbol.asyncDispose]()
  })

  test('registrations wait: a share that nobody wraps could not be given out', async () => {
    const { it, down } = await withLine()
    down.add('custodian-2')
    await expect(it.register(childDetails(2))).rejects.toMatchObject({ code: 'ERR_CUSTODIAN_UNAVAILABLE' })
    down.clear()
    expect(await it.register(childDetails(2))).toEqual({ kind: 'registered' })
    await it[Symbol.asyncDispose]()
  })

  test('a correction that not every custodian heard can be sent again, and it is the first withdrawal that they keep', async () => {
    const { it, down, heard } = await withLine()
    const wrong = await check(it, 'a')
    const right = {
      child: { nhsNumber: nhsNumber(1) },
      incident: 'police-notice',
      occurredAt: it.clock.now,
      reference: 'a',
      practitioner: 'PC 42',
    }
    down.add('custodian-2')
    await expect(it.police.correct(right, 'wrong-codes')).rejects.toMatchObject({ code: 'ERR_CUSTODIAN_UNAVAILABLE' })
    const entries = await it.hub.journal.size()
    heard.length = 0
    down.clear()
    const receipt = await it.police.correct(right, 'wrong-codes')
    expect(receipt.checkId).not.toBe(wrong.checkId)
    expect(await it.hub.journal.size(), 'recorded once').toBeLessThanOrEqual(entries + 1)
    const withdrawn = heard.filter((message) => Buffer.from(message).includes(`"checkId":"${wrong.checkId}"`))
    const verbs = withdrawn.map((message) => decodeMessage(message).verb)
    expect(verbs).toEqual(['withdraw', 'withdraw', 'withdraw'])
    await it[Symbol.asyncDispose]()
  })

  test('a withdrawal that not every custodian heard can be sent again', async () => {
    const { it, down } = await withLine()
    await check(it, 'a')
    down.add('custodian-2')
    await expect(it.police.withdraw('a', 'wrong-child')).rejects.toMatchObject({ code: 'ERR_CUSTODIAN_UNAVAILABLE' })
    down.clear()
    await it.police.withdraw('a', 'wrong-child')
    expect((await it.hub.case(1)).timeline).toMatchObject([{ withdrawn: true }])
    await it[Symbol.asyncDispose]()
  })
})

test('with two of three off the line nothing is opened, and checks are still taken', async () => {
  const { it, down } = await withLine()
  down.add('custodian-1').add('custodian-2')
  expect((await check(it, 'a')).known).toBe('known')
  await expect(it.first.open(ASK)).rejects.toMatchObject({ code: 'ERR_CUSTODIAN_UNAVAILABLE' })
  await expect(it.hub.journal.head()).rejects.toMatchObject({ code: 'ERR_QUORUM_MISSING' })
  down.add('custodian-3')
  await expect(check(it, 'b')).rejects.toMatchObject({ code: 'ERR_CUSTODIAN_UNAVAILABLE' })
  down.clear()
  expect((await it.first.open(ASK)).opened).toBe(true)
  await it[Symbol.asyncDispose]()
})
