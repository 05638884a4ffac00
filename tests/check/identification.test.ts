import { expect, test } from 'vitest'
import { identifiedAs } from '../../src/check/identification.js'
import { parseQuery } from '../../src/child/details.js'
import { readAgencyChildId } from '../../src/child/written-form.js'
import { childDetails, house, NOW, nhsNumber } from '../support/house.js'

const today = '2026-11-21'

test('an agency can prove which child the hub named, with its own salt and for its own question only', async () => {
  await using it = await house()
  await it.register(childDetails(1))
  const asked = { nhsNumber: nhsNumber(1) }
  const { agencyChildId, proof } = await it.police.identify(asked, 'PC 42')
  const hub = { id: it.hub.id, publicKey: it.hub.roster().hub.keys.signing }
  const query = parseQuery(asked, { today, neverIssuedNumbers: true })
  const other = parseQuery({ nhsNumber: nhsNumber(2) }, { today, neverIssuedNumbers: true })
  expect(identifiedAs(proof, query, it.police.id, hub)?.agencyChildId).toEqual(
    readAgencyChildId(agencyChildId).agencyChildId,
  )

  expect(identifiedAs(proof, other, it.police.id, hub), 'another question').toBeUndefined()
  expect(identifiedAs({ ...proof, salt: new Uint8Array(32) }, query, it.police.id, hub), 'another salt').toBeUndefined()
  expect(identifiedAs(proof, query, 'health', hub), 'another agency').toBeUndefined()
  expect(identifiedAs(proof, query, it.police.id, { ...hub, id: new Uint8Array(32) }), 'another hub').toBeUndefined()
  expect(
    identifiedAs({ ...proof, leafSalt: new Uint8Array(32) }, query, it.police.id, hub),
    'another row',
  ).toBeUndefined()
  const publicKey = it.hub.roster().parties.get(it.police.id)?.keys.signing ?? new Uint8Array(32)
  expect(identifiedAs(proof, query, it.police.id, { ...hub, publicKey }), 'another signer').toBeUndefined()
})

test('what is recorded comes with the proof of whom the hub named', async () => {
  await using it = await house()
  await it.register(childDetails(1))
  const child = { nhsNumber: nhsNumber(1) }
  const check = { child, incident: 'police-notice', occurredAt: NOW, reference: 'a/1', practitioner: 'PC 42' }
  const [outcome] = await it.police.checkAll([check])
  if (outcome?.kind !== 'recorded') throw new Error('the check was refused')
  const hub = { id: it.hub.id, publicKey: it.hub.roster().hub.keys.signing }
  const query = parseQuery(child, { today, neverIssuedNumbers: true })
  if (outcome.identification === undefined) throw new Error('the hub was not asked')
  expect(identifiedAs(outcome.identification, query, it.police.id, hub)).toBeDefined()
})
