import { describe, expect, test } from 'vitest'
import { createSealer, newPartyKey } from '../../src/index.js'
import { fromJsonBytes, toJsonBytes } from '../../src/json.js'
import { decodeMessage, encodeMessage } from '../../src/port.js'
import type { Commit } from '../../src/store/port.js'
import { childDetails, type House, house, nhsNumber } from '../support/house.js'
import { all } from '../support/lists.js'
import { watched } from './watched-store.js'

const INVENTED = childDetails(1)
const number = { nhsNumber: nhsNumber(1) }
const lookup = {
  details: {
    givenNames: INVENTED.givenNames,
    familyName: INVENTED.familyName,
    dateOfBirth: INVENTED.dateOfBirth,
    postcode: 'NX2 1AA',
  },
}
const forTests = { neverIssuedNumbers: true }

async function withHoney(): Promise<House> {
  const it = await house()
  expect(await it.sealer.register(INVENTED, { ...forTests, honey: true })).toEqual({ kind: 'registered' })
  return it
}

function check(it: House, reference: string) {
  const occurredAt = it.clock.now
  return it.police.check({ child: number, incident: 'police-protection', occurredAt, reference, practitioner: 'PC 42' })
}

describe('a honey record', () => {
  test.each([
    ['its number', number, 'match'],
    ['its description', lookup, 'match'],
    ['what it is only a candidate for', { details: { ...lookup.details, givenNames: 'B' } }, 'candidates'],
  ])('raises an alert at once when it is looked up by %s, and is answered like any other', async (_, child, kind) => {
    await using it = await withHoney()
    const told: unknown[] = []
    it.hub.onAlert((alert) => told.push(alert))
    expect((await it.police.identify(child as never, 'PC 42')).outcome.kind).toBe(kind)
    expect(told).toMatchObject([
      { number: 1, kind: 'honey-record', audience: 'management', agency: 'met-police', times: 1 },
    ])
    expect(await it.first.alerts()).toEqual(told)
    // Again: the same alert, until officers have ended it.
    await it.police.identify(child as never, 'PC 42')
    expect(await it.first.alerts()).toMatchObject([{ number: 1, times: 2 }])
    await it.first.endAlert(1, 'investigated')
    await it.police.identify(child as never, 'PC 42')
    expect(await it.first.alerts({ status: 'open' })).toMatchObject([{ number: 2, times: 1 }])
    expect(told).toHaveLength(3)
    await it.police.identify(child as never, 'PC 43')
    expect(await it.first.alerts({ status: 'open' })).toHaveLength(2)
  })

  test('is no cause for an alert to whoever looks up somebody else', async () => {
    await using it = await withHoney()
    await it.register(childDetails(2))
    await it.police.identify({ nhsNumber: nhsNumber(2) }, 'PC 42')
    await it.police.identify({ nhsNumber: nhsNumber(3) }, 'PC 42')
    expect(await all(it.hub.alerts())).toEqual([])
  })

  test('raises no case, whatever is said of it and under whichever policy; the check stands and its receipt is like any other', async () => {
    await using it = await withHoney()
    const receipt = await check(it, 'a')
    expect(receipt.known).toBe('known')
    expect(await all(it.hub.cases())).toEqual([])
    const { policy } = it.hub.policy()
    await it.hub.adoptPolicy({ ...policy, version: '2' })
    await it.hub.caughtUp()
    expect(await all(it.hub.cases())).toEqual([])
    expect(await all(it.hub.enquiries())).toEqual([])
  })

  test('is one only where nobody was before: a child that exists is refused, registered or asked for', async () => {
    await using it = await house()
    await it.register(INVENTED)
    const honey = { ...forTests, honey: true }
    await expect(it.sealer.register(INVENTED, honey)).rejects.toMatchObject({ code: 'ERR_REGISTRATION_AMBIGUOUS' })
    await it.police.identify({ nhsNumber: nhsNumber(2) }, 'PC 42')
    await expect(it.sealer.register(childDetails(2), honey)).rejects.toMatchObject({
      code: 'ERR_REGISTRATION_AMBIGUOUS',
    })
    await check(it, 'a')
    expect(await all(it.hub.cases())).toHaveLength(1)
    expect(await all(it.hub.alerts())).toEqual([])
  })

  test('is one only where nobody was before, also for a sealer that asked as for a child', async () => {
    await using it = await house()
    await it.register(INVENTED)
    const key = await newPartyKey()
    const sender = { hub: it.line.pin.hub, party: 'lying', key: key.signing }
    const lying = createSealer({
      id: 'lying',
      key,
      clock: it.clock.read,
      hub: {
        pin: it.line.pin,
        send(message, options) {
          const { verb, at, body } = decodeMessage(message)
          if (verb !== 'find-for-registration') return it.line.send(message, options)
          const asked = fromJsonBytes(body) as { rows: object[] }
          const rows = asked.rows.map((row) => ({ ...row, honey: false }))
          return it.line.send(encodeMessage(verb, toJsonBytes({ rows }), at, sender), options)
        },
      },
    })
    await it.hub.enrol(lying.enrolment())
    const changed = { ...INVENTED, sex: 'female' as const }
    await expect(lying.register(changed, { ...forTests, honey: true })).rejects.toMatchObject({
      code: 'ERR_REGISTRATION_AMBIGUOUS',
    })
    await it.police.identify(number, 'PC 42')
    expect(await all(it.hub.alerts())).toEqual([])
  })

  test('stays one through its own feed, and is a child like any other once a feed without the mark brings it', async () => {
    await using it = await withHoney()
    expect(await it.sealer.register(INVENTED, { ...forTests, honey: true })).toEqual({ kind: 'unchanged' })
    const more = { ...INVENTED, sex: 'female' as const }
    expect(await it.sealer.register(more, { ...forTests, honey: true })).toEqual({ kind: 'changed' })
    await it.police.identify(number, 'PC 42')
    expect(await all(it.hub.alerts())).toHaveLength(1)
    expect(await it.sealer.register(more, forTests)).toEqual({ kind: 'changed' })
    expect(await it.sealer.register(more, forTests)).toEqual({ kind: 'unchanged' })
    await check(it, 'a')
    expect(await all(it.hub.cases())).toHaveLength(1)
    expect(await all(it.hub.alerts())).toMatchObject([{ times: 1 }])
  })
})

describe('a honey record cannot be told from a child', () => {
  test('by an agency: answers, receipts and their sizes', async () => {
    const told: unknown[] = []
    for (const honey of [true, false]) {
      await using it = await house()
      await it.sealer.register(INVENTED, { ...forTests, honey })
      const from = it.exchanges.length
      const answers = [await it.police.identify(number, 'PC 42'), await it.health.identify(lookup, 'Dr Who')]
      const receipt = await check(it, 'a')
      told.push({
        answers: answers.map(({ known, outcome, quality }) => ({ known, outcome, quality })),
        receipt: [receipt.known, receipt.proof.bytes.length],
        sizes: it.exchanges.slice(from).map(({ message, reply }) => [message.length, reply.length]),
      })
    }
    expect(told[0]).toEqual(told[1])
  })

  test('by another sealer, who registers the same child', async () => {
    const told: unknown[] = []
    for (const honey of [true, false]) {
      await using it = await house()
      await it.sealer.register(INVENTED, { ...forTests, honey })
      const other = createSealer({ id: 'schools', key: await newPartyKey(), hub: it.line, clock: it.clock.read })
      await it.hub.enrol(other.enrolment())
      const from = it.exchanges.length
      const details = { ...INVENTED, sex: 'female' as const }
      told.push([await other.register(details, forTests), it.exchanges.slice(from).map(({ reply }) => reply.length)])
    }
    expect(told[0]).toEqual(told[1])
  })

  test('by a thief with the store: the same rows, of the same size, in the same order', async () => {
    const written: unknown[] = []
    for (const honey of [true, false]) {
      const commits: Commit[] = []
      const gate = watched()
      gate.beforeCommit = async (commit) => {
        commits.push(commit)
      }
      await using it = await house({ store: gate.store })
      await it.sealer.register(INVENTED, { ...forTests, honey })
      written.push(
        commits.map(({ entries = [], puts = [], inserts = [] }) => ({
          entries: entries.map(({ body, sealed }) => [body.length, sealed]),
          rows: [...puts, ...inserts].map(({ table, value }) => [table, value?.length]),
        })),
      )
    }
    expect(written[0]).toEqual(written[1])
  })
})
