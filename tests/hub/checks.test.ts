import { describe, expect, test } from 'vitest'
import { encodeSubmission, signBatch } from '../../src/check/batch.js'
import { type Check, decodeCheck, encodeCheck } from '../../src/check/canonical.js'
import { type AgencyChildId, toAgencyChildId } from '../../src/child/identifiers.js'
import { identifierKeyOf } from '../../src/hub/context.js'
import {
  type CheckInput,
  type CheckOutcome,
  defaultPolicy,
  type PartyKey,
  parsePolicy,
  readAgencyChildId,
} from '../../src/index.js'
import { fromJsonBytes, toJsonBytes } from '../../src/json.js'
import { callJson, decodeMessage, encodeMessage } from '../../src/port.js'
import { seededRandom } from '../../src/testing.js'
import { keyOf } from '../support/forge.js'
import { childDetails, DAY, type House, house, MINUTE, NOW, nhsNumber } from '../support/house.js'

const severe = Object.keys(defaultPolicy().indicators)[0] ?? ''

function seen(reference: string, change: Partial<CheckInput> = {}): CheckInput {
  const child = { nhsNumber: nhsNumber(1) }
  return { child, incident: 'police-notice', occurredAt: NOW, reference, practitioner: 'PC 42', ...change }
}

async function withChild(options: Parameters<typeof house>[0] = {}): Promise<House> {
  const it = await house(options)
  await it.register(childDetails(1))
  await it.register(childDetails(2))
  return it
}

const refused = (outcome: CheckOutcome | undefined) =>
  outcome?.kind === 'refused' ? [outcome.code, outcome.field] : outcome?.kind

describe('the same reference', () => {
  test('with the same content gets the receipt of the first check', async () => {
    await using it = await withChild()
    const first = await it.police.check(seen('a'))
    const size = await it.hub.journal.size()
    it.clock.now += MINUTE
    // Another way of naming the same child is the same content.
    const { agencyChildId } = await it.police.identify({ nhsNumber: nhsNumber(1) }, 'PC 42')
    for (const child of [{ nhsNumber: nhsNumber(1) }, { agencyChildId }]) {
      const again = await it.police.check(seen('a', { child }))
      const { proof: _, ...said } = again
      const { proof: _first, ...saidFirst } = first
      expect(said).toEqual(saidFirst)
    }
    // Two identify answers, and nothing else: a check by the agency's own id asks nobody.
    expect(await it.hub.journal.size()).toBe(size + 2)
  })

  test.each<[string, Partial<CheckInput>]>([
    ['another child', { child: { nhsNumber: nhsNumber(2) } }],
    ['another incident', { incident: 'domestic-incident' }],
    ['another indicator', { indicators: [severe] }],
    ['another time', { occurredAt: NOW - 1 }],
    ['another practitioner', { practitioner: 'PC 43' }],
  ])('with %s is a conflict', async (_, change) => {
    await using it = await withChild()
    await it.police.check(seen('a'))
    await expect(it.police.check(seen('a', change))).rejects.toMatchObject({
      code: 'ERR_REFERENCE_CONFLICT',
      field: 'reference',
    })
  })

  test('is another agency’s to use', async () => {
    await using it = await withChild()
    const ours = await it.police.check(seen('a'))
    const theirs = await it.health.check(seen('a', { incident: 'gp-concern' }))
    expect(theirs.checkId).not.toBe(ours.checkId)
  })

  test('sent many times at once is one check', async () => {
    await using it = await withChild()
    const receipts = await Promise.all(Array.from({ length: 6 }, () => it.police.check(seen('a'))))
    expect(new Set(receipts.map(({ checkId }) => checkId)).size).toBe(1)
    const [one] = (await it.police.checkAll([seen('a'), seen('a')])).map((each) =>
      each.kind === 'recorded' ? each.receipt.checkId : '',
    )
    expect(one).toBe(receipts[0]?.checkId)
  })
})

describe('a batch', () => {
  test('keeps what is good and names what is not, row by row', async () => {
    await using it = await withChild()
    const rows: unknown[] = [
      seen('good/1'),
      seen('bad/1', { incident: 'no-such-incident' }),
      seen('bad/2', { child: { nhsNumber: '9990000019' } }),
      seen('good/2', { child: { nhsNumber: nhsNumber(2) } }),
      { ...seen('bad/3'), name: 'Somebody' },
      seen('good/1'),
      seen('good/1', { occurredAt: NOW - 5 }),
      null,
      seen('bad/4', { occurredAt: NOW + 5 * MINUTE + 1 }),
      seen('good/3', { occurredAt: NOW + 5 * MINUTE }),
    ]
    const outcomes = await it.police.checkAll(rows)
    expect(outcomes.map(refused)).toEqual([
      'recorded',
      ['ERR_CODE_UNKNOWN', 'incident'],
      ['ERR_NHS_NUMBER_INVALID', 'nhsNumber'],
      'recorded',
      ['ERR_REQUEST_INVALID', undefined],
      'recorded',
      ['ERR_REFERENCE_CONFLICT', 'reference'],
      ['ERR_REQUEST_INVALID', undefined],
      ['ERR_CHECK_IN_FUTURE', 'occurredAt'],
      'recorded',
    ])
    const id = (index: number) => {
      const outcome = outcomes[index]
      return outcome?.kind === 'recorded' ? outcome.receipt.checkId : undefined
    }
    expect(id(5)).toBe(id(0))
    expect(new Set([id(0), id(3), id(9)]).size).toBe(3)
    expect((await it.hub.journal.verify()).verified).toBe(true)
    // Sent again as a whole, it changes nothing.
    expect((await it.police.checkAll(rows)).map(refused)).toEqual(outcomes.map(refused))
  })

  test('of nothing, and of nothing good, leaves no entry', async () => {
    await using it = await withChild()
    const size = await it.hub.journal.size()
    expect(await it.police.checkAll([])).toEqual([])
    expect((await it.police.checkAll([null, 1, {}])).every(({ kind }) => kind === 'refused')).toBe(true)
    expect(await it.hub.journal.size()).toBe(size)
  })
})

describe('codes and times', () => {
  test.each<[string, string, Partial<CheckInput>]>([
    ['ERR_CODE_UNKNOWN', 'incident', { incident: 'nothing-of-ours' }],
    ['ERR_CODE_UNKNOWN', 'indicators', { indicators: ['nothing-of-ours'] }],
    ['ERR_CODE_UNKNOWN', 'incident', { incident: 'constructor' }],
    ['ERR_CODE_UNKNOWN', 'indicators', { indicators: ['__proto__'] }],
    ['ERR_CODE_RETIRED', 'incident', { incident: 'old-incident' }],
    ['ERR_CODE_RETIRED', 'indicators', { indicators: ['old-indicator'] }],
    ['ERR_INCIDENT_NOT_FOR_KIND', 'incident', { incident: 'gp-concern' }],
    ['ERR_CHECK_IN_FUTURE', 'occurredAt', { occurredAt: NOW + 5 * MINUTE + 1 }],
  ])('%s names %s', async (code, field, change) => {
    const policy = defaultPolicy()
    const indicator = { ...policy.indicators[severe], retired: true }
    await using it = await withChild({
      policy: parsePolicy({
        ...policy,
        incidents: { ...policy.incidents, 'old-incident': { label: 'old', points: 0, retired: true } },
        indicators: { ...policy.indicators, 'old-indicator': indicator },
      }),
    })
    await expect(it.police.check(seen('a', change))).rejects.toMatchObject({ code, field })
    expect((await it.police.check(seen('a'))).known).toBe('known')
  })

  test('up to five minutes ahead of the hub counts at once', async () => {
    await using it = await withChild()
    await it.police.check(seen('a', { incident: 'police-protection', occurredAt: NOW + 5 * MINUTE }))
    await it.hub.caughtUp()
    expect((await it.hub.case(1)).level).toBe('child-protection')
    const ask = {
      case: 1,
      group: 'identity',
      purpose: 'referral',
      lawfulBasis: 'public-task',
    } as const
    expect((await it.first.open(ask)).released).toHaveLength(3)
  })

  test('a check from long ago is recorded and counts no longer', async () => {
    await using it = await withChild()
    await it.police.check(seen('a', { incident: 'police-protection', occurredAt: NOW - 900 * DAY }))
    await it.hub.caughtUp()
    await expect(it.hub.case(1)).rejects.toMatchObject({ code: 'ERR_CASE_UNKNOWN' })
  })
})

describe('an agency child id', () => {
  test('means a child to its own agency only', async () => {
    await using it = await withChild()
    const ours = await it.police.identify({ nhsNumber: nhsNumber(1) }, 'PC 42')
    const theirs = await it.health.identify({ nhsNumber: nhsNumber(1) }, 'Dr Who')
    expect(ours.known).toBe('known')
    expect(ours.agencyChildId).not.toBe(theirs.agencyChildId)
    const size = await it.hub.journal.size()
    await expect(
      it.health.check(seen('a', { child: { agencyChildId: ours.agencyChildId }, incident: 'gp-concern' })),
    ).rejects.toMatchObject({ code: 'ERR_CHILD_ID_UNKNOWN' })
    expect(await it.hub.journal.size()).toBe(size)
    expect((await it.police.check(seen('a', { child: { agencyChildId: ours.agencyChildId } }))).known).toBe('known')
  })

  test('with any one letter misread is refused before it is sent', async () => {
    await using it = await withChild()
    const { agencyChildId } = await it.police.identify({ nhsNumber: nhsNumber(1) }, 'PC 42')
    const before = it.exchanges.length
    for (const at of [0, 5, 17, agencyChildId.length - 1]) {
      if (agencyChildId[at] === '-') continue
      const letter = agencyChildId[at] === 'X' ? 'Z' : 'X'
      const misread = agencyChildId.slice(0, at) + letter + agencyChildId.slice(at + 1)
      await expect(it.police.check(seen('a', { child: { agencyChildId: misread } }))).rejects.toMatchObject({
        code: 'ERR_CHILD_ID_MALFORMED',
        field: 'agencyChildId',
      })
    }
    const verbs = it.exchanges.slice(before).map(({ message }) => decodeMessage(message).verb)
    expect(verbs).not.toContain('identify')
    expect(verbs).not.toContain('check-batch')
  })
})

interface Sent {
  readonly key?: PartyKey
  readonly hub?: Uint8Array
  readonly agency?: string
  readonly check?: Partial<Check>
  readonly bytes?: (bytes: Uint8Array) => Uint8Array
}

/** A batch of one check, put together and signed by hand. */
async function send(it: House, { key, hub = it.hub.id, agency = 'met-police', check = {}, bytes }: Sent) {
  const context = await it.context()
  const { agencyChildId } = await it.police.identify({ nhsNumber: nhsNumber(1) }, 'PC 42')
  const whole: Check = {
    hub: it.hub.id,
    agency: 'met-police',
    epoch: 1,
    agencyChildId: readAgencyChildId(agencyChildId).agencyChildId,
    incident: 'police-notice',
    indicators: [],
    occurredAt: NOW,
    submittedAt: NOW,
    reference: 'by-hand',
    practitioner: new Uint8Array(16),
    vocabulary: context.policy().vocabulary,
    ...check,
  }
  const signer = (key ?? keyOf(it, 'met-police')).signing
  const random = seededRandom(9).bytes
  const row = encodeCheck(whole)
  const signed = signBatch('check-batch/v1', hub, agency, [bytes?.(row) ?? row], signer, random)
  const reply = await it.line.send(encodeMessage('check-batch', encodeSubmission(signed), it.clock.now))
  return { signed, reply }
}

/** Why the hub refused: the batch as a whole, or its only row. */
async function refusal(it: House, sent: Sent): Promise<string> {
  const { reply } = await send(it, sent)
  return /ERR_[A-Z_]+/.exec(Buffer.from(reply).toString('latin1'))?.[0] ?? 'recorded'
}

describe('a batch by hand', () => {
  test('as an agency makes it is recorded', async () => {
    await using it = await withChild()
    expect(await refusal(it, {})).toBe('recorded')
  })

  test('is refused for a wrong signature, hub, agency, epoch, child or vocabulary', async () => {
    await using it = await withChild()
    const other = new Uint8Array(32).fill(9)
    expect(await refusal(it, { key: keyOf(it, 'st-marys') })).toBe('ERR_SIGNATURE_INVALID')
    expect(await refusal(it, { agency: 'st-marys' })).toBe('ERR_SIGNATURE_INVALID')
    expect(await refusal(it, { agency: 'nobody' })).toBe('ERR_PARTY_UNKNOWN')
    expect(await refusal(it, { agency: 'first', key: keyOf(it, 'first') })).toBe('ERR_PARTY_UNKNOWN')
    expect(await refusal(it, { hub: other })).toBe('ERR_CHECK_OTHER_HUB')
    expect(await refusal(it, { check: { hub: other } })).toBe('ERR_CHECK_OTHER_HUB')
    expect(await refusal(it, { check: { agency: 'st-marys' } })).toBe('ERR_CHECK_OTHER_AGENCY')
    expect(await refusal(it, { check: { epoch: 0 } })).toBe('ERR_EPOCH_CLOSED')
    expect(await refusal(it, { check: { epoch: 2 } })).toBe('ERR_EPOCH_CLOSED')
    expect(await refusal(it, { check: { vocabulary: other } })).toBe('ERR_VOCABULARY_UNKNOWN')
    expect(await refusal(it, { bytes: (row) => row.subarray(1) })).toBe('ERR_CHECK_MALFORMED')
    const context = await it.context()
    const unknown = toAgencyChildId(
      identifierKeyOf(context, 'met-police', 1),
      new Uint8Array(16) as unknown as Parameters<typeof toAgencyChildId>[1],
    )
    expect(await refusal(it, { check: { agencyChildId: unknown } })).toBe('ERR_CHILD_ID_UNKNOWN')
    expect(await refusal(it, { check: { agencyChildId: new Uint8Array(16) as AgencyChildId } })).toBe(
      'ERR_CHILD_ID_UNKNOWN',
    )
    expect(await refusal(it, {})).toBe('recorded')
  })

  test('whose bytes changed on the way is refused, wherever the change is', async () => {
    await using it = await withChild()
    const { signed } = await send(it, {})
    const message = encodeMessage('check-batch', encodeSubmission(signed), it.clock.now)
    const size = await it.hub.journal.size()
    const body = decodeMessage(message).body
    for (let at = 0; at < body.length; at += 7) {
      const altered = body.map((byte, index) => (index === at ? byte ^ 4 : byte))
      const reply = await it.line.send(encodeMessage('check-batch', altered, it.clock.now))
      expect(Buffer.from(reply).toString('latin1')).toMatch(/ERR_[A-Z_]+/)
    }
    expect(await it.hub.journal.size()).toBe(size)
  })

  test('that was sent to one hub is nothing to another', async () => {
    await using here = await withChild()
    await using there = await withChild({ seed: 2 })
    await here.police.check(seen('a'))
    const batch = here.exchanges.find(({ message }) => decodeMessage(message).verb === 'check-batch')
    if (batch === undefined) throw new Error('no batch was sent')
    const reply = await there.line.send(batch.message)
    expect(Buffer.from(reply).toString('latin1')).toContain('ERR_CHECK_OTHER_HUB')
  })

  test('of a suspended agency is refused; what it sent before keeps its place', async () => {
    await using it = await withChild()
    const receipt = await it.police.check(seen('a', { incident: 'police-protection' }))
    await it.hub.suspend('met-police')
    await expect(it.police.check(seen('b'))).rejects.toMatchObject({ code: 'ERR_PARTY_NOT_IN_STANDING' })
    await it.hub.caughtUp()
    expect((await it.hub.case(1)).timeline).toMatchObject([{ checkId: receipt.checkId }])
    const ask = {
      case: 1,
      group: 'identity',
      purpose: 'referral',
      lawfulBasis: 'public-task',
    } as const
    expect((await it.first.open(ask)).released).toHaveLength(3)
    // A withdrawal only takes power away.
    await it.police.withdraw('a', 'duplicate')
    await expect(it.first.open(ask)).rejects.toMatchObject({ code: 'ERR_DISCLOSURE_DENIED' })
  })

  test('of an agency that never enrolled is refused', async () => {
    await using it = await withChild()
    const stranger = await it.agency('stranger', 'police', { enrol: false })
    await expect(stranger.check(seen('a'))).rejects.toMatchObject({ code: 'ERR_PARTY_UNKNOWN' })
    await expect(stranger.identify({ nhsNumber: nhsNumber(1) }, 'PC 1')).rejects.toMatchObject({
      code: 'ERR_PARTY_UNKNOWN',
    })
  })
})

describe('a message', () => {
  test('is answered only in time and only to its signer', async () => {
    await using it = await withChild()
    const key = keyOf(it, 'met-police')
    const ask = (at: number, party = 'met-police') =>
      callJson(it.line, 'inbox', {}, at, { hub: it.hub.id, party, key: key.signing })
    await expect(ask(NOW - 5 * MINUTE)).resolves.toBeDefined()
    await expect(ask(NOW + 5 * MINUTE)).resolves.toBeDefined()
    await expect(ask(NOW - 5 * MINUTE - 1)).rejects.toMatchObject({ code: 'ERR_SIGNATURE_INVALID' })
    await expect(ask(NOW + 5 * MINUTE + 1)).rejects.toMatchObject({ code: 'ERR_SIGNATURE_INVALID' })
    await expect(ask(NOW, 'st-marys')).rejects.toMatchObject({ code: 'ERR_SIGNATURE_INVALID' })
    await expect(ask(NOW, 'first')).rejects.toMatchObject({ code: 'ERR_PARTY_UNKNOWN' })
  })

  test('of any bytes is answered with a coded refusal, never with a fault', async () => {
    await using it = await withChild()
    await it.police.check(seen('a', { incident: 'police-protection' }))
    await it.first.review(1)
    const random = seededRandom(3)
    const genuine = it.exchanges.map(({ message }) => message)
    const hostile: Uint8Array[] = [new Uint8Array(0), Uint8Array.of(1), random.bytes(64)]
    for (const message of genuine.slice(-12)) {
      hostile.push(message.subarray(0, random.integer(0, message.length - 1)))
      for (let n = 0; n < 6; n += 1) {
        const at = random.integer(0, message.length - 1)
        hostile.push(message.map((byte, index) => (index === at ? byte ^ (1 << random.integer(0, 7)) : byte)))
      }
    }
    const deep = new TextEncoder().encode(`${'['.repeat(50_000)}${']'.repeat(50_000)}`)
    const values: unknown[] = [
      null,
      1,
      'text',
      [],
      {},
      { rows: [] },
      { after: -5 },
      { to: 'x', message: new Uint8Array(0) },
    ]
    const verbs = new Set(genuine.map((message) => decodeMessage(message).verb))
    for (const verb of [...verbs, 'no-such-verb', '__proto__', 'constructor']) {
      hostile.push(encodeMessage(verb, deep, NOW), encodeMessage(verb, random.bytes(40), NOW))
      for (const party of ['met-police', 'first', 'births']) {
        const sender = { hub: it.hub.id, party, key: keyOf(it, party).signing }
        hostile.push(encodeMessage(verb, deep, NOW, sender))
        for (const value of values) hostile.push(encodeMessage(verb, toJsonBytes(value), NOW, sender))
      }
    }
    const size = await it.hub.journal.size()
    for (const message of hostile) expect(await it.hub.send(message)).toBeInstanceOf(Uint8Array)
    // A few of them are harmless questions; none of them recorded a check.
    const { byType } = await it.hub.journal.verify()
    expect(byType.get('check-batch')).toBe(1)
    expect(await it.hub.journal.size()).toBeGreaterThanOrEqual(size)
  })
})

test('what is recorded is what was signed: a canonical check, and nothing else', async () => {
  await using it = await withChild()
  await it.police.check(seen('a', { indicators: [severe] }))
  const sent = it.exchanges.findLast(({ message }) => decodeMessage(message).verb === 'check-batch')
  const context = await it.context()
  const position = (await it.hub.journal.size()) - 1
  const [leaf] = await context.ledger.leaves(position)
  if (leaf === undefined || sent === undefined) throw new Error('nothing was recorded')
  expect(decodeCheck(leaf.bytes)).toMatchObject({ agency: 'met-police', reference: 'a', indicators: [severe] })
  expect(Buffer.from(sent.message).includes(Buffer.from(leaf.bytes))).toBe(true)
  expect(Buffer.from(sent.message).includes('PC 42')).toBe(false)
  expect(fromJsonBytes(decodeMessage(encodeMessage('x', toJsonBytes({}), 1)).body)).toEqual({})
})
