import { afterEach, beforeEach, expect, test } from 'vitest'
import { refusalOf } from '../../src/custodian/verify-release.js'
import { requireSayable } from '../../src/custodian/verify-vocabulary.js'
import { requireCase } from '../../src/hub/cases/cases.js'
import { type HubContext, identifierKeyOf } from '../../src/hub/context.js'
import { defaultPolicy } from '../../src/policy.js'
import { forge, type Plant, plantedCheck } from '../support/forge.js'
import { childDetails, HOUR, type House, house, nhsNumber } from '../support/house.js'

let it: House
let hub: HubContext
let childId: Uint8Array

beforeEach(async () => {
  it = await house()
  await it.register(childDetails(1))
  await it.police.check({
    child: { nhsNumber: nhsNumber(1) },
    incident: 'police-protection',
    occurredAt: it.clock.now,
    reference: 'one',
    practitioner: 'PC 42',
  })
  await it.hub.caughtUp()
  hub = await it.context()
  childId = (await requireCase(hub, 1)).childId
})
afterEach(() => it[Symbol.asyncDispose]())

async function refusal(plant: Omit<Plant, 'childId'>, formerPolicies?: readonly Uint8Array[]) {
  const check = await plantedCheck(it, hub, { childId, ...plant }).journal()
  const key = { agency: plant.agency, epoch: 1, key: identifierKeyOf(hub, plant.agency, 1) }
  const { known, message } = await forge(it, hub, {
    evidence: (honest) => ({
      ...honest,
      checks: [check],
      identifierKeys: [key],
      ...(formerPolicies === undefined ? {} : { formerPolicies }),
    }),
  })
  return refusalOf(known, message)
}

test('a check of a vocabulary that its policy does not take opens nothing, whoever signed it', async () => {
  expect(await refusal({ agency: 'met-police' })).toBeUndefined()
  expect(await refusal({ agency: 'met-police', check: { vocabulary: new Uint8Array(32).fill(7) } })).toBe(
    'check-not-in-vocabulary',
  )
})

test('an incident that agencies of this kind do not submit opens nothing', async () => {
  expect(defaultPolicy().incidents['police-protection']?.agencyKinds).toEqual(['police'])
  expect(await refusal({ agency: 'st-marys' })).toBe('check-not-in-vocabulary')
  expect(await refusal({ agency: 'met-police', check: { incident: 'no-such-thing' } })).toBe('check-not-in-vocabulary')
})

test('a check that was recorded under an earlier policy goes by that one, which the evidence shows', async () => {
  const before = defaultPolicy()
  const label = 'a code that came later'
  const [sample] = Object.values(before.indicators)
  if (sample === undefined) throw new Error('the default policy has indicators')
  const next = { ...before, version: '2', indicators: { ...before.indicators, 'NEW-1': { ...sample, label } } }
  it.clock.now += HOUR
  await it.hub.adoptPolicy(next)
  hub = await it.context()
  const { known, message } = await forge(it, hub)
  expect(message.evidence.formerPolicies).toHaveLength(1)
  expect(refusalOf(known, message)).toBeUndefined()
  const without = await forge(it, hub, { evidence: ({ formerPolicies: _, ...rest }) => rest })
  expect(refusalOf(without.known, without.message)).toBe('check-not-in-vocabulary')
  // What is recorded now goes by the new policy.
  const { formerPolicies } = message.evidence
  it.clock.now += HOUR
  const old = message.evidence.checks[0]
  expect(old).toBeDefined()
  const { vocabulary } = [...hub.documents().values()][0] ?? {}
  expect(await refusal({ agency: 'met-police', check: { vocabulary } as never }, formerPolicies)).toBe(
    'check-not-in-vocabulary',
  )
  expect(await refusal({ agency: 'met-police' })).toBeUndefined()
  // Both count while the policy changes: the hub looks at its clock before it journals.
  const recorded = { position: known.lastSeen.size + 1e6, at: it.clock.now - HOUR + 1 }
  const policies = new Map([...hub.documents()].map(([hash, { policy }]) => [hash, policy]))
  const said = { incident: 'police-protection', vocabulary: vocabulary ?? new Uint8Array(32) }
  expect(() => requireSayable(known, policies, { agencyKind: 'police' }, said, recorded)).not.toThrow()
})
