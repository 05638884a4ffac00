import { describe, expect, test } from 'vitest'
import { toHex } from '../../src/bytes.js'
import type { CheckId } from '../../src/check/canonical.js'
import { signWithdrawal } from '../../src/check/withdrawal.js'
import { historyKey } from '../../src/hub/checks/history-rows.js'
import {
  type Agency,
  type CheckInput,
  createAgency,
  type HubPort,
  type Policy,
  vocabularyHash,
} from '../../src/index.js'
import { callJson, call as callPort, decodeMessage, encodeMessage, type Message } from '../../src/port.js'
import { keyOf } from '../support/forge.js'
import { HOUR, type House } from '../support/house.js'
import { all } from '../support/lists.js'
import { call, calls, counting, countingData, countingHouse, FIRST } from './policies.js'

const { indicators, incidents } = countingData(1, FIRST)

/** The next policy, with a code more, so that its vocabulary is another. */
function withMore(version: number, more: Readonly<Record<string, unknown>> = {}): Policy {
  return counting(version, FIRST, { incidents: { ...incidents, met: { label: 'met', points: 0 } }, ...more })
}

describe('an agency, when the vocabulary has changed', () => {
  test('takes the new one from the hub with its next check', async () => {
    await using it = await countingHouse()
    await calls(it, [1])
    const next = withMore(2)
    await it.hub.adoptPolicy(next)
    expect(toHex(vocabularyHash(next))).not.toBe(toHex(vocabularyHash(counting(1, FIRST))))
    await it.police.check(call(it, 1))
    await it.police.check(call(it, 1, { incident: 'met' }))
  })

  test('that had asked before is refused, asks again and sends once more, and what is refused then stays refused', async () => {
    await using it = await countingHouse()
    const slow = slowAgency(it, 'check-batch', () => it.hub.adoptPolicy(withMore(2)))
    const [known, unknown] = [call(it, 1), call(it, 1, { incident: 'seldom' })]
    const since = it.exchanges.length
    const outcomes = await slow.checkAll([known, unknown, known])
    expect(outcomes.map((each) => (each.kind === 'refused' ? each.code : each.kind))).toEqual([
      'recorded',
      'ERR_CODE_UNKNOWN',
      'recorded',
    ])
    const verbs = it.exchanges.slice(since).map(({ message }) => decodeMessage(message).verb)
    expect(verbs.filter((verb) => verb === 'facts')).toHaveLength(2)
    expect(verbs.filter((verb) => verb === 'check-batch')).toHaveLength(2)
    // And keeps what it was told.
    await slow.check(call(it, 1))
    expect(it.exchanges.slice(since).filter(({ message }) => decodeMessage(message).verb === 'facts')).toHaveLength(2)
  })

  test('is not refused where the new policy lists the vocabulary before', async () => {
    await using it = await countingHouse()
    const vocabularies = [toHex(vocabularyHash(it.hub.policy().policy))]
    const slow = slowAgency(it, 'check-batch', () => it.hub.adoptPolicy(withMore(2, { vocabularies })))
    await slow.check(call(it, 1))
    expect(it.hub.policy().policy.version).toBe(2)
  })
})

describe('a check that was recorded under the policy before', () => {
  test('is another one where it is sent again with another vocabulary, and counts once', async () => {
    await using it = await countingHouse()
    const check = { ...call(it, 1), indicators: ['CARE-3'] }
    const first = await it.police.check(check)
    await it.hub.adoptPolicy(withMore(2))
    // The hub is asked for its vocabulary anew after a restart, or a refusal.
    expect((await it.police.check(check)).position).toEqual(first.position)
    const restarted = slowAgency(it, 'none', async () => undefined)
    await expect(restarted.check(check)).rejects.toMatchObject({ code: 'ERR_REFERENCE_CONFLICT' })
    await it.hub.caughtUp()
    const context = await it.context()
    expect(context.checks.size).toBe(1)
  })

  test('gets its receipt, though its codes are retired or no longer for its agency', async () => {
    await using it = await countingHouse()
    const checks = [{ ...call(it, 1), indicators: ['CARE-3'] }, call(it, 1, { incident: 'seen' }), call(it, 1)]
    const before = await it.police.checkAll(checks)
    await it.hub.adoptPolicy(
      withMore(2, {
        indicators: { ...indicators, 'CARE-3': { ...indicators['CARE-3'], retired: true } },
        incidents: {
          called: { ...incidents.called, agencyKinds: ['health'] },
          seen: { ...incidents.seen, retired: true },
        },
      }),
    )
    const again = await it.police.checkAll(checks)
    expect(again.map((each) => each.kind === 'recorded' && each.receipt.checkId)).toEqual(
      before.map((each) => each.kind === 'recorded' && each.receipt.checkId),
    )
    const fresh = await it.police.checkAll(checks.map((check) => ({ ...check, reference: `${check.reference}/new` })))
    expect(fresh).toMatchObject([
      { kind: 'refused', code: 'ERR_INCIDENT_NOT_FOR_KIND' },
      { kind: 'refused', code: 'ERR_CODE_RETIRED', field: 'incident' },
      { kind: 'refused', code: 'ERR_INCIDENT_NOT_FOR_KIND' },
    ])
  })

  test('can be corrected, and the correction sent again', async () => {
    await using it = await countingHouse()
    const check = call(it, 1)
    await it.police.check(check)
    const corrected = { ...check, incident: 'seen' }
    const first = await it.police.correct(corrected, 'wrong-codes')
    await it.hub.adoptPolicy(counting(2, FIRST))
    expect((await it.police.correct(corrected, 'wrong-codes')).checkId).toBe(first.checkId)
    await it.hub.adoptPolicy(
      withMore(3, {
        incidents: { ...incidents, met: { label: 'met', points: 0 }, called: { ...incidents.called, retired: true } },
      }),
      {
        from: it.clock.now + HOUR,
      },
    )
    it.clock.now += HOUR
    await expect(it.police.correct({ ...corrected, incident: 'called' }, 'wrong-codes')).rejects.toMatchObject({
      code: 'ERR_CODE_RETIRED',
    })
  })
})

test('a check cannot take its own place: it would stand twice in its child’s history', async () => {
  await using it = await countingHouse({ review: 1 })
  const check = call(it, 1)
  const { body } = await keptBack(it, check)
  await sent(it, 'check-batch', body)
  const own = { party: 'met-police', hub: it.line.pin.hub, key: keyOf(it, 'met-police').signing }
  const found = await callJson(it.line, 'find-check', { reference: check.reference }, it.clock.now, own)
  const { checkId } = found as { readonly checkId: CheckId }
  const said = { agency: 'met-police', checkId, reason: 'wrong-codes', at: it.clock.now, replacedBy: checkId } as const
  const withdrawal = signWithdrawal(own.hub, said, own.key)
  const correction = { reference: check.reference, withdrawal, submission: body }
  await expect(callJson(it.line, 'correct', correction, it.clock.now, own)).rejects.toMatchObject({
    code: 'ERR_REQUEST_INVALID',
  })
  await it.hub.caughtUp()
  expect(it.hub.status().unassessedChecks).toBe(0)
})

test('a replay counts the children at each level under this policy and under another', async () => {
  await using it = await countingHouse({ review: 2, need: 4 })
  await calls(it, [...Array.from({ length: 20 }, () => 1), ...Array.from({ length: 30 }, () => 2)])
  const size = await it.hub.journal.size()
  const report = await it.hub.replay(counting(2, { review: 1, need: 2 }), { suppressBelow: 5 })
  const counts = ({ levels }: (typeof report)['after']) => levels.map(({ name, children }) => [name, children])
  expect(counts(report.before)).toEqual([
    ['none', 20],
    ['review', 30],
    ['child-in-need', 0],
  ])
  expect(counts(report.after)).toEqual([
    ['none', 0],
    ['review', 20],
    ['child-in-need', 30],
  ])
  expect(report.before.hash).toBe(it.hub.policy().hash)
  expect(report.asOf).toBe(it.clock.now)
  // A check a few minutes ahead counts at once, here as in the hub.
  await it.police.checkAll(
    Array.from({ length: 20 }, (_, child) => ({ ...call(it, child + 1), occurredAt: it.clock.now + 60_000 })),
  )
  expect(counts((await it.hub.replay(counting(2, { review: 3 }))).before)[1]).toEqual(['review', 50])
  await expect(it.hub.replay({ id: 'x' } as never)).rejects.toMatchObject({ code: 'ERR_POLICY_INVALID' })
  expect(await all(it.hub.cases())).toHaveLength(50)
  expect(await it.hub.journal.size()).toBeGreaterThan(size)
})

test('histories are what the policy sees of every child, and name none', async () => {
  await using it = await countingHouse({ review: 2 })
  await calls(it, [2, 1, ...Array.from({ length: 110 }, () => 1)])
  await it.first.close(1, 'no-further-action', 'no-further-action')
  await it.police.check(call(it, 2))
  const found = await all(it.hub.histories())
  expect(found).toHaveLength(112)
  const [closed, ...more] = found.filter(({ closedAt }) => closedAt !== undefined)
  expect(more).toEqual([])
  expect(closed?.checks).toHaveLength(2)
  // What was recorded a moment ago is among it.
  expect(found.filter(({ checks }) => checks.length === 2)).toHaveLength(2)
  expect(Object.keys(closed ?? {}).sort()).toEqual(['checks', 'closedAt'])
  expect(Object.keys(closed?.checks[0] ?? {}).sort()).toEqual([
    'agency',
    'agencyKind',
    'id',
    'incident',
    'indicators',
    'occurredAt',
    'position',
  ])
  const context = await it.context()
  const children = [...context.checks.children()]
  const ids = children.flatMap((id) => [toHex(id), toHex(historyKey(context, id))])
  expect(ids.length).toBeGreaterThan(2)
  const said = JSON.stringify(found)
  expect(ids.filter((id) => said.includes(id))).toEqual([])
})

/** The police, before whose message with this verb something happens once. */
function slowAgency(it: House, verb: string, before: (message: Uint8Array) => Promise<unknown>): Agency {
  let waiting = true
  const hub: HubPort = {
    pin: it.line.pin,
    async send(message, options) {
      if (waiting && decodeMessage(message).verb === verb) {
        waiting = false
        await before(message)
      }
      return it.line.send(message, options)
    },
  }
  const common = { id: 'met-police', kind: 'police', clock: it.clock.read, neverIssuedNumbers: true }
  return createAgency({ ...common, key: keyOf(it, 'met-police'), hub })
}

/** The message that the police would send with a check, kept back before the hub hears of it. */
async function keptBack(it: House, check: CheckInput): Promise<Message> {
  let kept: Message | undefined
  const spy = slowAgency(it, 'check-batch', async (message) => {
    kept = decodeMessage(message)
    throw new Error('kept back')
  })
  await expect(spy.check(check)).rejects.toThrow('kept back')
  if (kept === undefined) throw new Error('no batch was sent')
  return kept
}

const sent = (it: House, verb: string, body: Uint8Array) => callPort(it.line, encodeMessage(verb, body, it.clock.now))
