import { describe, expect, test } from 'vitest'
import { encodeSubmission, signBatch } from '../../src/check/batch.js'
import { type Check, encodeCheck } from '../../src/check/canonical.js'
import { readAgencyChildId, writeAgencyChildId } from '../../src/child/written-form.js'
import { memoryCustodianStore } from '../../src/custodian.js'
import { found, openCustodians } from '../../src/founding.js'
import { foundHub } from '../../src/hub/open-context.js'
import {
  type Agency,
  type CheckInput,
  defaultPolicy,
  isIndexError,
  memoryStore,
  openHub,
  type Receipt,
} from '../../src/index.js'
import { decodeMessage, encodeMessage } from '../../src/port.js'
import { agencyOf } from '../../src/roster/roster.js'
import { seededRandom } from '../../src/testing.js'
import { keyOf } from '../support/forge.js'
import { childDetails, DAY, type House, house, NOW, nhsNumber } from '../support/house.js'
import { all } from '../support/lists.js'

const number = (n: number) => ({ nhsNumber: nhsNumber(n) })
const CLOSED = { code: 'ERR_EPOCH_CLOSED' }

async function idOf(agency: Agency, n = 1): Promise<string> {
  return (await agency.identify(number(n), 'PC 42')).agencyChildId
}

function check(
  it: House,
  agency: Agency,
  reference: string,
  child: CheckInput['child'],
  incident = 'first-known',
): Promise<Receipt> {
  return agency.check({ child, incident, occurredAt: it.clock.now, reference, practitioner: 'somebody' })
}

const epochOf = (written: string): number => readAgencyChildId(written).epochMod4

/** The batch that an agency sends: kept, and sent again as it stands. */
async function kept(it: House, send: () => Promise<unknown>): Promise<Uint8Array> {
  await send()
  const batch = it.exchanges.findLast(({ message }) => decodeMessage(message).verb === 'check-batch')
  if (batch === undefined) throw new Error('no batch was sent')
  return decodeMessage(batch.message).body
}

/** What the hub says to a batch: the code of a refusal, or nothing. */
async function resend(it: House, body: Uint8Array): Promise<string | undefined> {
  const reply = await it.line.send(encodeMessage('check-batch', body, it.clock.now))
  return /ERR_[A-Z_]+/.exec(Buffer.from(reply).toString('latin1'))?.[0]
}

/** A check of the police as they make it, but for what is given here. */
async function byHand(it: House, change: Partial<Check>): Promise<string | undefined> {
  const { agencyChildId } = await it.police.identify(number(1), 'PC 42')
  const check: Check = {
    hub: it.hub.id,
    agency: 'met-police',
    epoch: it.hub.roster().epoch,
    agencyChildId: readAgencyChildId(agencyChildId).agencyChildId,
    incident: 'police-notice',
    indicators: [],
    occurredAt: it.clock.now,
    submittedAt: it.clock.now,
    reference: `by-hand/${it.exchanges.length}`,
    practitioner: new Uint8Array(16),
    vocabulary: (await it.context()).policy().vocabulary,
    ...change,
  }
  const { random } = await it.context()
  const key = keyOf(it, 'met-police').signing
  const signed = signBatch('check-batch/v1', it.hub.id, 'met-police', [encodeCheck(check)], key, random)
  return resend(it, encodeSubmission(signed))
}

describe('a rotation', () => {
  test('gives every agency new ids for the same children, and the roster says what is open', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    const before = [await idOf(it.police), await idOf(it.health)]
    const { version } = it.hub.roster()
    expect(await it.hub.rotateEpoch()).toEqual({
      outcome: 'rotated',
      epoch: 2,
      formerUntil: it.clock.now + 90 * DAY,
    })
    expect(it.hub.roster()).toMatchObject({ version: version + 1, epoch: 2, formerEpochUntil: it.clock.now + 90 * DAY })
    const after = [await idOf(it.police), await idOf(it.health)]
    expect(new Set([...before, ...after]).size).toBe(4)
    expect([...before, ...after].map(epochOf)).toEqual([1, 1, 2, 2])
    expect(await it.hub.journal.verify()).toMatchObject({ verified: true })
  })

  test('is signed by the custodians, and needs a quorum of them', async () => {
    const away = new Set<string>()
    const custodianPort: NonNullable<Parameters<typeof house>[0]>['custodianPort'] = (id, port) => ({
      send: (message, options) =>
        away.has(id) ? Promise.reject(new Error('no connection')) : port.send(message, options),
    })
    await using it = await house({ custodianPort })
    for (const id of ['custodian-1', 'custodian-2']) away.add(id)
    const size = await it.hub.journal.size()
    await expect(it.hub.rotateEpoch()).rejects.toSatisfy((error) => isIndexError(error))
    expect(it.hub.roster().epoch).toBe(1)
    expect(await it.hub.journal.size()).toBe(size)
    away.clear()
    await it.hub.rotateEpoch()
    expect(it.hub.roster().epoch).toBe(2)
  })

  test('survives a restart, and another process hears of it', async () => {
    await using it = await house()
    const other = await it.another()
    const before = await idOf(it.police)
    await it.hub.rotateEpoch()
    const line = { pin: it.line.pin, send: other.send }
    const elsewhere = await it.agency('met-police', 'police', { enrol: false, hub: line })
    expect(epochOf(await idOf(elsewhere))).toBe(2)
    await it.reopen()
    expect(await it.police.identify({ agencyChildId: before }, 'PC 42')).toMatchObject({
      agencyChildId: await idOf(it.police),
    })
  })

  test.each([[-1], [367], [0.5], ['90' as unknown as number]])(
    'with an overlap of %s days is refused',
    async (days) => {
      await using it = await house()
      await expect(it.hub.rotateEpoch({ overlapDays: days })).rejects.toMatchObject({
        code: 'ERR_REQUEST_INVALID',
        field: 'overlapDays',
      })
      expect(it.hub.roster().epoch).toBe(1)
    },
  )

  test('waits for the window of the one before, unless it is to be early', async () => {
    await using it = await house()
    const first = await idOf(it.police)
    await it.hub.rotateEpoch()
    it.clock.now += 90 * DAY - 1
    await expect(it.hub.rotateEpoch()).rejects.toMatchObject({ code: 'ERR_ROSTER_INVALID' })
    expect(await it.police.identify({ agencyChildId: first }, 'PC 42')).toBeDefined()
    await it.hub.rotateEpoch({ early: true })
    expect(it.hub.roster().epoch).toBe(3)
    await expect(it.police.identify({ agencyChildId: first }, 'PC 42')).rejects.toMatchObject(CLOSED)
    it.clock.now += 90 * DAY
    await it.hub.rotateEpoch()
    expect(it.hub.roster().epoch).toBe(4)
  })
})

test('a rotation of a roster whose changes wait gives the window from its activation on', async () => {
  const clock = { now: NOW, read: () => clock.now }
  const random = seededRandom(7).bytes
  const policy = defaultPolicy()
  const founding = await found({ name: 'Anytown', policy, random, activationDelayMs: 2 * DAY })
  const custodians = await openCustodians(founding.custodians, () => memoryCustodianStore(), clock.read, random)
  const { id, keys, genesis } = founding
  const wired = { id, store: memoryStore(), keys, custodians, clock: clock.read, random }
  await foundHub(wired, genesis, policy)
  await using hub = await openHub(wired)
  const formerUntil = NOW + 2 * DAY + 5 * DAY
  expect(await hub.rotateEpoch({ overlapDays: 5 })).toEqual({ outcome: 'proposed', epoch: 2, formerUntil })
  expect(hub.roster().epoch).toBe(1)
  clock.now += 2 * DAY - 1
  await expect(hub.activate()).rejects.toMatchObject({ code: 'ERR_ROSTER_INVALID' })
  clock.now += 1
  await hub.activate()
  expect(hub.roster()).toMatchObject({ epoch: 2, formerEpochUntil: formerUntil })
})

describe('a check in the former epoch', () => {
  test('is taken before and during the window, and refused from its last instant on', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    const former = readAgencyChildId(await idOf(it.police)).agencyChildId
    const inFormer = { epoch: 1, agencyChildId: former }
    expect(await byHand(it, inFormer)).toBeUndefined()
    await it.hub.rotateEpoch({ overlapDays: 10 })
    expect(await byHand(it, inFormer)).toBeUndefined()
    it.clock.now += 10 * DAY - 1
    expect(await byHand(it, inFormer)).toBeUndefined()
    it.clock.now += 1
    expect(await byHand(it, inFormer)).toBe('ERR_EPOCH_CLOSED')
    expect(await byHand(it, {})).toBeUndefined()
    // All of them are about one child.
    await it.hub.caughtUp()
    const histories = await all(it.hub.histories())
    expect(histories.map(({ checks }) => checks.length)).toEqual([4])
  })

  test('names an epoch that there was, and that the agency has a key of', async () => {
    await using it = await house()
    for (const epoch of [0, 2, 5, 2 ** 40]) expect(await byHand(it, { epoch })).toBe('ERR_EPOCH_CLOSED')
    await it.hub.rotateEpoch()
    for (const epoch of [0, 3]) expect(await byHand(it, { epoch })).toBe('ERR_EPOCH_CLOSED')
  })

  test('is not taken for a check on another child: an id under the wrong epoch stands for nobody', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    const former = readAgencyChildId(await idOf(it.police)).agencyChildId
    await it.hub.rotateEpoch()
    expect(await byHand(it, { epoch: 2, agencyChildId: former })).toBe('ERR_CHILD_ID_UNKNOWN')
    expect(await byHand(it, { epoch: 1 })).toBe('ERR_CHILD_ID_UNKNOWN')
  })
})

describe('the same check again', () => {
  test('is still the same after a rotation, by details, by number and by either id', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    const former = await idOf(it.police)
    const occurredAt = it.clock.now
    const send = (child: CheckInput['child']) =>
      it.police.check({ child, incident: 'first-known', occurredAt, reference: 'CAD/1', practitioner: 'somebody' })
    const first = await send(number(1))
    await it.hub.rotateEpoch()
    for (const child of [number(1), { agencyChildId: former }, { agencyChildId: await idOf(it.police) }]) {
      const again = await send(child)
      expect([again.checkId, again.position]).toEqual([first.checkId, first.position])
    }
    await expect(send(number(2))).rejects.toMatchObject({ code: 'ERR_REFERENCE_CONFLICT' })
  })

  test('gets its receipt after its epoch has closed, byte for byte as it was sent', async () => {
    await using it = await house()
    const body = await kept(it, () => check(it, it.police, 'CAD/1', number(1)))
    await it.hub.rotateEpoch({ overlapDays: 0 })
    const size = await it.hub.journal.size()
    expect(await resend(it, body)).toBeUndefined()
    expect(await it.hub.journal.size()).toBe(size)
  })
})

describe('an agency child id of a former epoch', () => {
  test('is read during the window, answered with the present one, and refused after it', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    const former = await idOf(it.police)
    await it.hub.rotateEpoch()
    const present = await idOf(it.police)
    expect(await it.police.identify({ agencyChildId: former }, 'PC 42')).toMatchObject({
      agencyChildId: present,
      known: 'known',
    })
    expect(await it.health.identify({ agencyChildId: former }, 'Dr Who').catch((error) => error.code)).toBe(
      'ERR_CHILD_ID_UNKNOWN',
    )
    it.clock.now += 90 * DAY
    const refused = { ...CLOSED, field: 'child.agencyChildId' }
    await expect(it.police.identify({ agencyChildId: former }, 'PC 42')).rejects.toMatchObject(refused)
    await expect(check(it, it.police, 'late', { agencyChildId: former })).rejects.toMatchObject(refused)
    expect((await check(it, it.police, 'late', { agencyChildId: present })).known).toBe('known')
  })

  test('that was never given out is unknown, not old', async () => {
    await using it = await house()
    const { agencyChildId } = readAgencyChildId(await idOf(it.police))
    for (const epoch of [0, 2, 3])
      await expect(
        it.police.identify({ agencyChildId: writeAgencyChildId(agencyChildId, epoch) }, 'PC 42'),
      ).rejects.toMatchObject({ code: 'ERR_CHILD_ID_UNKNOWN' })
  })

  test('does not stop the other rows of its batch', async () => {
    await using it = await house()
    const former = await idOf(it.police)
    await it.hub.rotateEpoch({ overlapDays: 0 })
    const row = { incident: 'first-known', occurredAt: it.clock.now, practitioner: 'somebody' }
    const outcomes = await it.police.checkAll([
      { ...row, child: { agencyChildId: former }, reference: 'a' },
      { ...row, child: number(1), reference: 'b' },
    ])
    expect(outcomes).toMatchObject([{ kind: 'refused', ...CLOSED }, { kind: 'recorded' }])
  })

  test('through five rotations in a row is never taken for another child, and the remainder comes round', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    const ids = [await idOf(it.police)]
    for (let epoch = 2; epoch <= 6; epoch++) {
      it.clock.now += 90 * DAY
      expect((await it.hub.rotateEpoch()).epoch).toBe(epoch)
      ids.push(await idOf(it.police))
      const outcomeOf = (agencyChildId: string): Promise<string> =>
        it.police.identify({ agencyChildId }, 'PC 42').then(
          (named) => (named.agencyChildId === ids.at(-1) ? 'this child' : 'another child'),
          (error) => error.code,
        )
      for (const [index, id] of ids.entries()) {
        // An old id with the remainder of an open epoch is read under that epoch's key, and decrypts to nobody.
        const readAs = [epoch, epoch - 1].find((open) => open % 4 === (index + 1) % 4)
        const expected = readAs === undefined ? CLOSED.code : 'ERR_CHILD_ID_UNKNOWN'
        expect(await outcomeOf(id)).toBe(readAs === index + 1 ? 'this child' : expected)
      }
    }
    expect(ids.map(epochOf)).toEqual([1, 2, 3, 0, 1, 2])
    expect(new Set(ids).size).toBe(6)
  })

  test('of an agency that slept through two rotations is closed, and its next look-up works', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    const asleep = await idOf(it.school)
    await check(it, it.school, 'before', { agencyChildId: asleep })
    for (let n = 0; n < 2; n++) {
      await it.hub.rotateEpoch()
      it.clock.now += 90 * DAY
    }
    await expect(it.school.identify({ agencyChildId: asleep }, 'teacher')).rejects.toMatchObject(CLOSED)
    expect((await check(it, it.school, 'after', number(1))).known).toBe('known')
    await it.school.withdraw('before', 'entered-in-error')
  })
})

describe('an agency that is enrolled after a rotation', () => {
  test('has keys of the epochs that are open, and no other', async () => {
    await using it = await house()
    await it.hub.rotateEpoch({ overlapDays: 10 })
    const epochsOf = (id: string) => agencyOf(it.hub.roster(), id)?.identifierKeys.map(({ epoch }) => epoch)
    const during = await it.agency('during', 'health')
    expect(epochsOf('during')).toEqual([1, 2])
    it.clock.now += 10 * DAY
    await it.agency('after', 'health')
    expect(epochsOf('after')).toEqual([2])
    expect(epochOf(await idOf(during))).toBe(2)
  })
})

describe('an opening', () => {
  async function opened(it: House, caseNumber = 1) {
    const ask = { group: 'identity', purpose: 'referral', lawfulBasis: 'public-task' } as const
    const { opening } = await it.first.open({ ...ask, case: caseNumber })
    return (await it.first.read(opening)).details
  }

  test('rests on checks of two epochs, after the first has closed', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    await check(it, it.police, 'old', number(1), 'police-protection')
    await it.hub.rotateEpoch({ overlapDays: 1 })
    it.clock.now += DAY
    await check(it, it.police, 'new', number(1), 'police-protection')
    await check(it, it.health, 'new', number(1))
    await it.hub.caughtUp()
    expect(await opened(it)).toMatchObject({ nhsNumber: nhsNumber(1) })
    await it.police.withdraw('new', 'entered-in-error')
    // What carries the level now is the check of the epoch that has closed.
    expect(await opened(it)).toMatchObject({ nhsNumber: nhsNumber(1) })
  })

  test('counts checks of one child under two epochs as those of one child', async () => {
    await using it = await house()
    await check(it, it.police, 'a', number(1))
    await it.hub.rotateEpoch()
    await check(it, it.police, 'b', number(1))
    expect((await all(it.hub.histories())).map(({ checks }) => checks.length)).toEqual([2])
  })
})
