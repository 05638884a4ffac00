import { expect, test } from 'vitest'
import { asChildId, toAgencyChildId } from '../../src/child/identifiers.js'
import { refusalOf } from '../../src/custodian/verify-release.js'
import { identifierKeyOf } from '../../src/hub/context.js'
import { forge, honestEvidence, plantedCheck } from '../support/forge.js'
import { childDetails, house, nhsNumber } from '../support/house.js'

test('an id that a lying hub gave out, under a key of its own making, brings no check to a child', async () => {
  await using it = await house()
  await it.register(childDetails(1))
  await it.police.check({
    child: { nhsNumber: nhsNumber(1) },
    incident: 'police-protection',
    occurredAt: it.clock.now,
    reference: 'one',
    practitioner: 'PC 42',
  })
  await it.hub.caughtUp()
  const hub = await it.context()
  const childId = asChildId((await honestEvidence(it, hub, 1, 'identity')).childId)
  const outcome = async (key: Uint8Array): Promise<string | undefined> => {
    const agencyChildId = toAgencyChildId(key, childId)
    const told = await plantedCheck(it, hub, { agency: 'met-police', childId, check: { agencyChildId } }).journal()
    const identifierKeys = [{ agency: 'met-police', epoch: 1, key }]
    const { known, message } = await forge(it, hub, {
      evidence: (honest) => ({ ...honest, checks: [told], identifierKeys }),
    })
    return refusalOf(known, message)
  }
  expect(await outcome(new Uint8Array(32).fill(7))).toBe('check-of-another-child')
  expect(await outcome(identifierKeyOf(hub, 'met-police', 1))).toBeUndefined()
})
