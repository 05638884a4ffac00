import { expect, test } from 'vitest'
import { refusalOf } from '../../src/custodian/verify-release.js'
import type { Founding } from '../../src/founding.js'
import { hmacSha256, sha256 } from '../../src/hash.js'
import { aeadOpen } from '../../src/seal/aead.js'
import { combine, type OpenShare, unwrapShare } from '../../src/seal/open.js'
import { decodeRecord, type SealedRecord } from '../../src/seal/record.js'
import { forge, honestEvidence } from '../support/forge.js'
import { childDetails, house, nhsNumber } from '../support/house.js'

/** Every secret in it, and a few things that somebody might make of each. */
function keysIn(value: unknown): readonly Uint8Array[] {
  if (value instanceof Uint8Array) return [value, sha256(value)]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(keysIn) : []
}

const opens = (record: SealedRecord, key: Uint8Array): boolean => {
  try {
    aeadOpen(key, record.label, record.body)
    return true
  } catch {
    return false
  }
}

test('the hub’s keys and files with fewer custodians than the quorum open nothing, and with one more they do', async () => {
  await using it = await house()
  await it.register(childDetails(1))
  await it.police.check({
    child: { nhsNumber: nhsNumber(1) },
    incident: 'child-disclosure',
    occurredAt: it.clock.now,
    reference: 'one',
    practitioner: 'PC 42',
  })
  await it.hub.caughtUp()
  const hub = await it.context()
  const { keys, custodians } = it.founding as Founding
  const [corrupt, another] = custodians
  if (corrupt === undefined || another === undefined) throw new Error('no custodians')
  const record = decodeRecord((await honestEvidence(it, hub, 1, 'identity')).record.bytes)
  const shareOf = (index: number, by = custodians[index - 1]): OpenShare => ({
    custodian: index,
    share: unwrapShare(record, index, by?.roots[0].key ?? sha256(), record.label),
  })
  const share = shareOf(1)

  for (const quorum of [0, 1, 2])
    await expect(combine(record, record.label, [share, share], quorum)).rejects.toMatchObject({
      code: 'ERR_SHARES_INSUFFICIENT',
    })
  for (const index of [2, 3]) expect(() => shareOf(index, corrupt), 'with the root of custodian 1').toThrow(/seal|not/i)
  const stolen = keysIn([keys, corrupt, share, record])
  const made = stolen.flatMap((key) => [key, hmacSha256(key, record.label)]).filter(({ length }) => length === 32)
  expect(made.length).toBeGreaterThan(20)
  expect(made.filter((key) => opens(record, key))).toEqual([])
  const { known, message } = await forge(it, hub)
  expect(refusalOf(known, message), 'asked in due form').toBe('threshold-not-reached')

  expect((await combine(record, record.label, [share, shareOf(2)], 2)).details).toMatchObject({
    nhsNumber: nhsNumber(1),
  })
})
