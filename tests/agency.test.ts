import { describe, expect, test } from 'vitest'
import { unpack } from '../src/bytes.js'
import { decodeReceiptsReply } from '../src/check/messages/receipts-reply.js'
import { type CheckInput, type Receipt, verifyReceipt } from '../src/index.js'
import { decodeMessage } from '../src/port.js'
import {
  checkpointOrigin,
  decodeBatchEntry,
  decodeEntry,
  type EntryType,
  journalTrust,
  readCheckBatch,
  verifyConsistency,
  verifyInclusion,
  verifyNote,
  verifyRecorded,
  verifyRow,
} from '../src/verify.js'
import { childDetails, type House, house, MINUTE, NOW, nhsNumber } from './support/house.js'

function seen(change: object = {}): CheckInput {
  const child = { nhsNumber: nhsNumber(1) }
  const base = { child, incident: 'police-notice', occurredAt: NOW, reference: 'a', practitioner: 'PC 42' }
  return { ...base, ...change } as CheckInput
}

const details = (change: object = {}) => {
  const { givenNames, familyName, dateOfBirth } = childDetails(1)
  return { child: { details: { givenNames, familyName, dateOfBirth, postcode: 'NX2 1AA', ...change } } }
}

/** One house for what leaves nothing behind: rows that are refused. */
let shared: Promise<House> | undefined
async function theHouse(): Promise<House> {
  shared ??= house().then(async (it) => {
    await it.register(childDetails(1))
    return it
  })
  return shared
}

const without = (field: string) => Object.fromEntries(Object.entries(seen()).filter(([name]) => name !== field))

const BAD: readonly (readonly [what: string, input: unknown, code: string, field: string | undefined])[] = [
  ['nothing', undefined, 'ERR_REQUEST_INVALID', undefined],
  ['null', null, 'ERR_REQUEST_INVALID', undefined],
  ['a text', 'check', 'ERR_REQUEST_INVALID', undefined],
  ['a list', [seen()], 'ERR_REQUEST_INVALID', undefined],
  ['a field of nobody’s', { ...seen(), note: 'x' }, 'ERR_REQUEST_INVALID', undefined],
  ['free text', { ...seen(), comment: 'seen at home' }, 'ERR_REQUEST_INVALID', undefined],
  ['no child', without('child'), 'ERR_REQUEST_INVALID', 'child'],
  ['no incident', without('incident'), 'ERR_REQUEST_INVALID', 'incident'],
  ['no time', without('occurredAt'), 'ERR_REQUEST_INVALID', 'occurredAt'],
  ['no reference', without('reference'), 'ERR_REQUEST_INVALID', 'reference'],
  ['no practitioner', without('practitioner'), 'ERR_REQUEST_INVALID', 'practitioner'],
  ['an incident that is a number', seen({ incident: 1 }), 'ERR_REQUEST_INVALID', 'incident'],
  ['an incident with spaces', seen({ incident: 'police notice' }), 'ERR_REQUEST_INVALID', 'incident'],
  ['indicators as text', seen({ indicators: 'H-1' }), 'ERR_REQUEST_INVALID', 'indicators'],
  ['an indicator that is null', seen({ indicators: [null] }), 'ERR_REQUEST_INVALID', 'indicators[0]'],
  ['65 indicators', seen({ indicators: Array(65).fill('x') }), 'ERR_REQUEST_INVALID', 'indicators'],
  ['an empty reference', seen({ reference: '' }), 'ERR_REQUEST_INVALID', 'reference'],
  ['a reference with a space', seen({ reference: 'a b' }), 'ERR_REQUEST_INVALID', 'reference'],
  ['a reference of 65', seen({ reference: 'a'.repeat(65) }), 'ERR_REQUEST_INVALID', 'reference'],
  ['a reference with a newline', seen({ reference: 'a\n' }), 'ERR_REQUEST_INVALID', 'reference'],
  ['an empty practitioner', seen({ practitioner: '' }), 'ERR_REQUEST_INVALID', 'practitioner'],
  ['a practitioner of 257', seen({ practitioner: 'p'.repeat(257) }), 'ERR_REQUEST_INVALID', 'practitioner'],
  ['a time that is no date', seen({ occurredAt: '2026-02-30' }), 'ERR_DATE_INVALID', 'occurredAt'],
  ['a time without offset', seen({ occurredAt: '2026-02-01T10:00' }), 'ERR_DATE_INVALID', 'occurredAt'],
  ['a time before 1970', seen({ occurredAt: -1 }), 'ERR_DATE_INVALID', 'occurredAt'],
  ['half a millisecond', seen({ occurredAt: 1.5 }), 'ERR_DATE_INVALID', 'occurredAt'],
  ['NaN', seen({ occurredAt: Number.NaN }), 'ERR_REQUEST_INVALID', 'occurredAt'],
  ['an invalid Date', seen({ occurredAt: new Date(Number.NaN) }), 'ERR_REQUEST_INVALID', 'occurredAt'],
  ['a time far ahead', seen({ occurredAt: NOW + 5 * MINUTE + 1 }), 'ERR_CHECK_IN_FUTURE', 'occurredAt'],
  ['a child that is null', seen({ child: null }), 'ERR_DETAILS_INVALID', 'child'],
  ['a child named in no way', seen({ child: {} }), 'ERR_DETAILS_INVALID', 'child'],
  [
    'a child named twice',
    seen({ child: { nhsNumber: nhsNumber(1), agencyChildId: 'x' } }),
    'ERR_DETAILS_INVALID',
    'child',
  ],
  ['a wrong check digit', seen({ child: { nhsNumber: '9990000019' } }), 'ERR_NHS_NUMBER_INVALID', 'nhsNumber'],
  ['nine digits', seen({ child: { nhsNumber: '999000001' } }), 'ERR_NHS_NUMBER_INVALID', 'nhsNumber'],
  ['eleven digits', seen({ child: { nhsNumber: '99900000180' } }), 'ERR_NHS_NUMBER_INVALID', 'nhsNumber'],
  ['zeros', seen({ child: { nhsNumber: '0000000000' } }), 'ERR_NHS_NUMBER_INVALID', 'nhsNumber'],
  ['a number that is a number', seen({ child: { nhsNumber: 9990000018 } }), 'ERR_DETAILS_INVALID', 'nhsNumber'],
  ['a birth to come', seen(details({ dateOfBirth: '2026-03-05' })), 'ERR_DATE_IN_FUTURE', 'details.dateOfBirth'],
  ['a grown-up', seen(details({ dateOfBirth: '2008-03-04' })), 'ERR_TOO_OLD', 'details.dateOfBirth'],
  ['no name at all', seen(details({ givenNames: '', familyName: '' })), 'ERR_DETAILS_INVALID', 'details.givenNames'],
  ['10,000 letters', seen(details({ familyName: 'a'.repeat(10_000) })), 'ERR_DETAILS_INVALID', 'details.familyName'],
  ['a control character', seen(details({ familyName: 'a\u0007b' })), 'ERR_DETAILS_INVALID', 'details.familyName'],
  ['a direction mark', seen(details({ familyName: 'a\u202eb' })), 'ERR_DETAILS_INVALID', 'details.familyName'],
  ['half a surrogate', seen(details({ familyName: 'a\ud800' })), 'ERR_DETAILS_INVALID', 'details.familyName'],
  ['a field too many', seen(details({ mother: 'x' })), 'ERR_DETAILS_INVALID', 'details'],
  ['an id that is too short', seen({ child: { agencyChildId: 'ABC' } }), 'ERR_CHILD_ID_MALFORMED', 'agencyChildId'],
  ['an unknown incident', seen({ incident: 'nothing' }), 'ERR_CODE_UNKNOWN', 'incident'],
  ['an unknown indicator', seen({ indicators: ['nothing'] }), 'ERR_CODE_UNKNOWN', 'indicators'],
  ['an incident of another kind', seen({ incident: 'gp-concern' }), 'ERR_INCIDENT_NOT_FOR_KIND', 'incident'],
]

describe('a bad check', () => {
  test.each(BAD)('%s', async (_, input, code, field) => {
    const it = await theHouse()
    const [outcome] = await it.police.checkAll([input])
    expect(outcome).toMatchObject({ kind: 'refused', code })
    expect(outcome).toHaveProperty('field', field)
    await expect(it.police.check(input as CheckInput)).rejects.toMatchObject({ name: 'IndexError', code })
  })

  test('leaves no check behind', async () => {
    const it = await theHouse()
    expect((await it.hub.journal.verify()).byType.get('check-batch')).toBeUndefined()
  })

  test('a test number is taken only by an agency that is for tests', async () => {
    const it = await theHouse()
    const strict = await it.agency('strict', 'police', { neverIssuedNumbers: false })
    await expect(strict.check(seen())).rejects.toMatchObject({ code: 'ERR_NHS_NUMBER_INVALID', field: 'nhsNumber' })
  })
})

describe('what an agency may write', () => {
  test.each<[string, object]>([
    ['ISO time with an offset', { occurredAt: '2026-03-04T09:00:00+00:00' }],
    ['a day', { occurredAt: '2026-03-04' }],
    ['a Date', { occurredAt: new Date(NOW) }],
    ['an NHS number with spaces', { child: { nhsNumber: nhsNumber(1).replace(/^(...)(...)/, '$1 $2 ') } }],
    [
      'names in capitals, the postcode without its space',
      details({ familyName: childDetails(1).familyName.toUpperCase(), postcode: 'nx21aa' }),
    ],
  ])('%s', async (what, change) => {
    const it = await theHouse()
    const { known } = await it.police.check(seen({ ...change, reference: `ok/${what.length}` }))
    expect(known).toBe('known')
  })
})

describe('a receipt', () => {
  test('verifies for this agency and this hub, and for nothing that was changed', async () => {
    await using it = await house()
    const receipt = await it.police.check(seen())
    const hub = { id: it.hub.id, publicKey: it.hub.roster().hub.keys.signing }
    expect(verifyReceipt(receipt, 'met-police', hub)).toBe(true)
    expect(verifyReceipt(receipt, 'st-marys', hub)).toBe(false)
    expect(verifyReceipt(receipt, 'met-police', { ...hub, id: new Uint8Array(32) })).toBe(false)
    const other = it.keys.get('first')?.signing.publicKey ?? new Uint8Array(32)
    expect(verifyReceipt(receipt, 'met-police', { ...hub, publicKey: other })).toBe(false)
    const changed: Receipt[] = [
      { ...receipt, known: 'known' },
      { ...receipt, recordedAt: receipt.recordedAt + 1 },
      { ...receipt, position: { ...receipt.position, row: 1 } },
      { ...receipt, position: { ...receipt.position, entry: 1 } },
      { ...receipt, checkId: '00'.repeat(32) as Receipt['checkId'] },
      { ...receipt, proof: { ...receipt.proof, row: 1 } },
      { ...receipt, proof: { ...receipt.proof, salt: new Uint8Array(32) } },
      { ...receipt, proof: { ...receipt.proof, bytes: receipt.proof.bytes.map((b, i) => (i === 90 ? b ^ 1 : b)) } },
      { ...receipt, proof: { ...receipt.proof, batch: { ...receipt.proof.batch, size: 2 } } },
      { ...receipt, proof: { ...receipt.proof, batch: { ...receipt.proof.batch, signature: new Uint8Array(64) } } },
    ]
    for (const each of changed) expect(verifyReceipt(each, 'met-police', hub)).toBe(false)
  })

  test('names a place in the journal that can be checked with public functions alone', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    const outcomes = await it.police.checkAll([1, 2, 3].map((n) => seen({ reference: `r${n}`, occurredAt: NOW - n })))
    const receipts = outcomes.flatMap((each) => (each.kind === 'recorded' ? [each.receipt] : []))
    const early = await it.hub.journal.head()
    await it.health.check(seen({ incident: 'gp-concern' }))
    const note = await it.hub.journal.head()
    const trust = journalTrust(it.hub.roster())
    expect(trust).toMatchObject({ origin: checkpointOrigin(it.hub.id), quorum: 2 })
    const [first, now] = [verifyNote(early, trust).checkpoint, verifyNote(note, trust).checkpoint]
    const grown = await it.hub.journal.consistency(first.size, now.size)
    expect(verifyConsistency(first, now, grown)).toBe(true)
    expect(verifyConsistency({ ...first, root: now.root }, now, grown)).toBe(false)
    for (const receipt of receipts) {
      const { position, checkId } = receipt
      const evidence = await it.hub.journal.check(position)
      expect(Buffer.from(evidence.leaf).toString('hex')).toBe(checkId)
      expect(verifyRow(evidence, trust, readCheckBatch).verified).toBe(true)
      expect(verifyRecorded(receipt, 'met-police', evidence, it.hub.roster()).verified).toBe(true)
      expect(verifyRecorded(receipt, 'st-marys', evidence, it.hub.roster()).verified).toBe(false)
      expect(verifyRow({ ...evidence, leaf: new Uint8Array(32) }, trust, readCheckBatch).verified).toBe(false)
      const { batch } = evidence
      const entry = decodeEntry(batch.entry)
      expect(entry.type satisfies EntryType).toBe('check-batch')
      expect(decodeBatchEntry('check-batch/v1', entry.body).accepted).toEqual([true, true, true])
      expect(batch.proof.index).toBe(position.entry)
      const inclusion = await it.hub.journal.inclusion(position.entry, now.size)
      expect(inclusion.path.length).toBeGreaterThan(0)
      expect(verifyInclusion(new Uint8Array(32), inclusion, now)).toBe(false)
    }
  })

  test('has one size, whatever the hub knows of the child', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    await it.register(childDetails(3, { shielded: true }))
    await it.police.check(seen({ incident: 'police-protection', reference: 'x/0' }))
    await it.hub.caughtUp()
    const sizes = new Set<string>()
    for (const n of [1, 2, 3]) {
      const receipt = await it.police.check(seen({ child: { nhsNumber: nhsNumber(n) }, reference: `x/${n}` }))
      const sent = it.exchanges.findLast(({ message }) => decodeMessage(message).verb === 'check-batch')
      sizes.add(`${receipt.proof.bytes.length} ${sent?.reply.length}`)
      expect(Object.keys(receipt).sort()).toEqual(['checkId', 'known', 'notice', 'position', 'proof', 'recordedAt'])
      expect(receipt.notice).toContain('refer now')
      const [body = new Uint8Array(0)] = unpack('reply/v1', sent?.reply ?? new Uint8Array(0))
      expect(decodeReceiptsReply(body).rows).toEqual([{ salt: receipt.proof.salt, bytes: receipt.proof.bytes }])
    }
    expect(sizes.size).toBe(1)
  })
})
