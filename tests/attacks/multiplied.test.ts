import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CheckEvidence } from '../../src/case/opening.js'
import { encodeBatchEntry, leavesOf, signBatch } from '../../src/check/batch.js'
import { type Check, decodeCheck, encodeCheck } from '../../src/check/canonical.js'
import { asChildId, toAgencyChildId } from '../../src/child/identifiers.js'
import { refusalOf } from '../../src/custodian/verify-release.js'
import { type HubContext, identifierKeyOf } from '../../src/hub/context.js'
import { entryAt } from '../../src/hub/openings/evidence.js'
import { batchTree } from '../../src/journal/merkle.js'
import { forge, honestEvidence, keyOf, plantedCheck } from '../support/forge.js'
import { childDetails, type House, house, nhsNumber } from '../support/house.js'

/** A hub and an agency's feed that make one check look like several. */

let it: House
let hub: HubContext
let childId: Uint8Array
const key = (epoch: number) => ({ agency: 'met-police', epoch, key: identifierKeyOf(hub, 'met-police', epoch) })

beforeAll(async () => {
  it = await house()
  await it.register(childDetails(1))
  await it.police.check({ ...seen('told'), incident: 'police-protection' })
  await it.hub.rotateEpoch()
  await it.hub.caughtUp()
  hub = await it.context()
  childId = (await honestEvidence(it, hub, 1, 'identity')).childId
})
afterAll(async () => it[Symbol.asyncDispose]())

const seen = (reference: string) => ({
  child: { nhsNumber: nhsNumber(1) },
  incident: 'child-disclosure',
  occurredAt: it.clock.now,
  reference,
  practitioner: 'PC 42',
})

async function refusal(checks: readonly CheckEvidence[]): Promise<string | undefined> {
  const identifierKeys = [key(1), key(2)]
  const { known, message } = await forge(it, hub, { evidence: (honest) => ({ ...honest, checks, identifierKeys }) })
  return refusalOf(known, message)
}

test('in two epochs: the agency’s two ids of one child do not make two checks of one reference', async () => {
  const inEpoch = (epoch: number, reference: string) =>
    plantedCheck(it, hub, {
      agency: 'met-police',
      childId,
      check: { epoch, reference, agencyChildId: toAgencyChildId(key(epoch).key, asChildId(childId)) },
    }).journal()
  const first = await inEpoch(1, 'again')
  expect(await refusal([first, await inEpoch(2, 'again')])).toBe('check-counted-twice')
  expect(await refusal([first, await inEpoch(2, 'another')])).toBeUndefined()
})

test('in two rows of one batch', async () => {
  const row = async (reference: string): Promise<Check> => {
    const { bytes } = await plantedCheck(it, hub, { agency: 'met-police', childId, check: { reference } }).at(0)
    return decodeCheck(bytes)
  }
  const both = async (references: readonly string[]): Promise<readonly CheckEvidence[]> => {
    const checks = (await Promise.all(references.map(row))).map(encodeCheck)
    const signing = keyOf(it, 'met-police').signing
    const { batch, rows } = signBatch('check-batch/v1', hub.id, 'met-police', checks, signing, hub.random)
    const leaves = leavesOf(rows)
    let position = 0
    await hub.ledger.write(async (next) => {
      position = next
      const body = encodeBatchEntry(batch, [true, true])
      const stored = rows.map((each, index) => ({ row: index, hash: leaves[index] as Uint8Array, ...each }))
      return { drafts: [{ type: 'check-batch', body, leaves: stored }] }
    })
    const entry = { ...(await entryAt(hub, position)), path: [] }
    return rows.map((each, index) => ({ row: index, ...each, path: batchTree(leaves).path(index), entry }))
  }
  expect(await refusal(await both(['twin', 'twin']))).toBe('check-counted-twice')
  expect(await refusal(await both(['one', 'two']))).toBeUndefined()
})

test('by a chain of corrections: what was corrected counts no more, at the custodians as at the hub', async () => {
  const { checks: before } = await honestEvidence(it, hub, 1, 'identity')
  const references = (shown: readonly CheckEvidence[]) => shown.map(({ bytes }) => decodeCheck(bytes).reference)
  expect(references(before)).toEqual(['told'])
  await it.police.correct({ ...seen('told'), incident: 'police-protection', indicators: [] }, 'wrong-time')
  await it.police.correct(
    { ...seen('told'), incident: 'police-protection', occurredAt: it.clock.now - 1 },
    'wrong-time',
  )
  await it.hub.caughtUp()
  const { checks: after } = await honestEvidence(it, hub, 1, 'identity')
  expect(references(after)).toEqual(['told'])
  expect(after).not.toEqual(before)
  expect(await refusal([...before, ...after])).toBe('check-counted-twice')
  const opening = { case: 1, group: 'identity', purpose: 'referral', lawfulBasis: 'public-task' } as const
  expect((await it.first.open({ ...opening })).opened).toBe(true)
})
