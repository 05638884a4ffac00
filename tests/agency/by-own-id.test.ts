import { expect, test } from 'vitest'
import type { CheckInput } from '../../src/index.js'
import { decodeMessage } from '../../src/port.js'
import { childDetails, type House, house, nhsNumber } from '../support/house.js'

const seen = (it: House, agencyChildId: string, reference: string): CheckInput => ({
  child: { agencyChildId },
  incident: 'police-notice',
  occurredAt: it.clock.now,
  reference,
  practitioner: 'PC 42',
})

const verbsSince = (it: House, since: number) =>
  it.exchanges.slice(since).map(({ message }) => decodeMessage(message).verb)

async function withId() {
  const it = await house()
  await it.register(childDetails(1))
  const { agencyChildId } = await it.police.identify({ nhsNumber: nhsNumber(1) }, 'PC 42')
  return { it, agencyChildId }
}

test('a check by an id of the present epoch is one message and one entry, with no answer to keep', async () => {
  const { it, agencyChildId } = await withId()
  await using _ = it
  await it.police.check(seen(it, agencyChildId, 'first'))
  const [since, size] = [it.exchanges.length, await it.hub.journal.size()]
  const [outcome] = await it.police.checkAll([seen(it, agencyChildId.toLowerCase(), 'second')])
  expect(outcome).toMatchObject({ kind: 'recorded', receipt: { known: 'known' } })
  expect(outcome).not.toHaveProperty('identification')
  expect(verbsSince(it, since)).toEqual(['check-batch'])
  expect(await it.hub.journal.size()).toBe(size + 1)
})

test('an id of an epoch before is exchanged for the present one', async () => {
  const { it, agencyChildId } = await withId()
  await using _ = it
  await it.police.check(seen(it, agencyChildId, 'first'))
  await it.hub.rotateEpoch()
  // Not known to the agency yet: the hub takes it as long as the epoch before is open.
  await it.police.check(seen(it, agencyChildId, 'second'))
  const fresh = await it.agency('met-police', 'police', { enrol: false })
  const since = it.exchanges.length
  const [outcome] = await fresh.checkAll([seen(it, agencyChildId, 'third')])
  expect(outcome).toMatchObject({ kind: 'recorded', identification: {} })
  expect(verbsSince(it, since)).toContain('identify')
})

test('an id of a closed epoch, one of nobody and one with a wrong letter are refused as a look-up refuses them', async () => {
  const { it, agencyChildId } = await withId()
  await using _ = it
  const health = await it.health.identify({ nhsNumber: nhsNumber(1) }, 'Dr 1')
  await it.police.check(seen(it, agencyChildId, 'first'))
  const since = it.exchanges.length
  await expect(it.police.check(seen(it, health.agencyChildId, 'theirs'))).rejects.toMatchObject({
    code: 'ERR_CHILD_ID_UNKNOWN',
    field: 'child.agencyChildId',
  })
  // Asked of the hub after all, where guesses are counted and watched.
  expect(verbsSince(it, since)).toContain('identify')
  await expect(it.police.check(seen(it, `${agencyChildId.slice(0, -1)}?`, 'letter'))).rejects.toMatchObject({
    code: 'ERR_CHILD_ID_MALFORMED',
  })
  for (let epoch = 0; epoch < 2; epoch += 1) await it.hub.rotateEpoch({ early: true, overlapDays: 0 })
  await expect(it.police.check(seen(it, agencyChildId, 'late'))).rejects.toMatchObject({
    code: 'ERR_EPOCH_CLOSED',
    field: 'child.agencyChildId',
  })
  const anew = await it.police.identify({ nhsNumber: nhsNumber(1) }, 'PC 42')
  await it.police.check(seen(it, anew.agencyChildId, 'anew'))
})
