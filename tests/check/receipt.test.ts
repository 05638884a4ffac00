import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concat, pack, unpack } from '../../src/bytes.js'
import { decodeAnswer, detailsCommitment, encodeAnswer, type IdentifyAnswer } from '../../src/check/answer.js'
import { signBatch } from '../../src/check/batch.js'
import { checkIdOf } from '../../src/check/canonical.js'
import {
  decodeReceipt,
  encodeReceipt,
  type Known,
  RECEIPT_NOTICE,
  type Receipt,
  type ReceiptProof,
  type ReceiptStatement,
  receiptFrom,
  verifyReceipt,
} from '../../src/check/receipt.js'
import { asAgencyChildId } from '../../src/child/identifiers.js'
import { pathOf } from '../../src/journal/merkle.js'
import { codeOf, filled, fixedRandom, flipped, keyOf } from '../ground/keys.js'
import { HUB } from './fixtures.js'

const AGENCY = 'police-north'
const key = keyOf(5)
const hub = { id: HUB, publicKey: key.publicKey }
const KNOWN: readonly Known[] = ['known', 'unknown', 'unresolved']

function statementOf(row: number, known: Known = 'known'): ReceiptStatement {
  return {
    hub: HUB,
    agency: AGENCY,
    check: filled(row),
    content: filled(0x70 + row),
    known,
    position: { entry: 70 + row, row },
    recordedAt: 1_700_000_000_000 + row,
  }
}

/** The receipts of four checks, under one signature. */
function receiptsOf(statements: readonly ReceiptStatement[]): readonly Receipt[] {
  const rows = statements.map(encodeReceipt)
  const signed = signBatch('receipt-batch/v1', HUB, AGENCY, rows, key, fixedRandom('receipts'))
  return signed.rows.map(({ salt, bytes }, row) =>
    receiptFrom({ batch: signed.batch, row, salt, bytes, path: pathOf(signed.leaves, row) }),
  )
}

const receipts = receiptsOf([0, 1, 2, 3].map((row) => statementOf(row)))
const receipt = receipts[2] as Receipt
const holds = (each: Receipt): boolean => verifyReceipt(each, AGENCY, hub)

describe('a receipt', () => {
  test('of every row holds, for its agency and hub alone', () => {
    expect(receipts.map(holds)).toEqual([true, true, true, true])
    expect(verifyReceipt(receipt, 'police-south', hub)).toBe(false)
    expect(verifyReceipt(receipt, AGENCY, { ...hub, id: filled(0xab) })).toBe(false)
    expect(verifyReceipt(receipt, AGENCY, { ...hub, publicKey: keyOf(6).publicKey })).toBe(false)
  })

  test('says that it is no referral', () => {
    expect(receipt.notice).toBe(RECEIPT_NOTICE)
    expect(RECEIPT_NOTICE).toMatch(/not a referral/)
  })

  test.each<[string, Partial<Receipt>]>([
    ['check id', { checkId: checkIdOf(filled(9)) }],
    ['known', { known: 'unknown' }],
    ['entry', { position: { entry: 71, row: 2 } }],
    ['row', { position: { entry: 72, row: 1 } }],
    ['time', { recordedAt: 1_700_000_000_000 }],
  ])('does not hold with another %s', (_, change) => {
    expect(holds({ ...receipt, ...change })).toBe(false)
  })

  const { proof } = receipt
  const { batch } = proof
  test.each<[string, Partial<ReceiptProof>]>([
    ['type', { batch: { ...batch, type: 'check-batch/v1' } }],
    ['hub', { batch: { ...batch, hub: filled(1) } }],
    ['agency', { batch: { ...batch, agency: 'police-south' } }],
    ['larger size', { batch: { ...batch, size: 5 } }],
    ['smaller size', { batch: { ...batch, size: 3 } }],
    ['size of nothing', { batch: { ...batch, size: 0 } }],
    ['negative size', { batch: { ...batch, size: -1 } }],
    ['broken size', { batch: { ...batch, size: 3.5 } }],
    ['root', { batch: { ...batch, root: filled(1) } }],
    ['short root', { batch: { ...batch, root: filled(1, 31) } }],
    ['signature', { batch: { ...batch, signature: filled(1, 64) } }],
    ['no signature', { batch: { ...batch, signature: new Uint8Array(0) } }],
    ['row', { row: 1 }],
    ['row past the batch', { row: 4 }],
    ['negative row', { row: -1 }],
    ['salt', { salt: filled(1) }],
    ['short salt', { salt: proof.salt.subarray(1) }],
    ['shorter path', { path: proof.path.slice(1) }],
    ['longer path', { path: [...proof.path, filled(1)] }],
    ['path', { path: [...proof.path].reverse() }],
    ['cut path', { path: proof.path.map((hash) => hash.subarray(1)) }],
    ['bytes of another row', { bytes: (receipts[1] as Receipt).proof.bytes }],
    ['bytes of nothing', { bytes: new Uint8Array(0) }],
  ])('does not hold with another %s in its proof', (_, change) => {
    expect(holds({ ...receipt, proof: { ...proof, ...change } })).toBe(false)
  })

  test('does not hold with any one bit of its bytes turned over, whatever it then says', () => {
    for (let bit = 0; bit < proof.bytes.length * 8; bit += 1) {
      const bytes = flipped(proof.bytes, bit)
      expect(holds({ ...receipt, proof: { ...proof, bytes } }), `bit ${bit}`).toBe(false)
      if (codeOf(() => receiptFrom({ ...proof, bytes })) === undefined)
        expect(holds(receiptFrom({ ...proof, bytes })), `bit ${bit}`).toBe(false)
    }
  })

  test('does not hold out of a batch of another type, though the hub signed it', () => {
    const rows = [encodeReceipt(statementOf(0))]
    const signed = signBatch('identify-batch/v1', HUB, AGENCY, rows, key, fixedRandom('other'))
    const [row] = signed.rows
    if (row === undefined) throw new Error('no row')
    expect(holds(receiptFrom({ batch: signed.batch, row: 0, ...row, path: [] }))).toBe(false)
  })

  test('of another hub or agency does not hold in a batch of this one, nor the other way round', () => {
    const made = (hubId: Uint8Array, agency: string, statement: ReceiptStatement): Receipt => {
      const signed = signBatch('receipt-batch/v1', hubId, agency, [encodeReceipt(statement)], key, fixedRandom('one'))
      const [row] = signed.rows
      if (row === undefined) throw new Error('no row')
      return receiptFrom({ batch: signed.batch, row: 0, ...row, path: [] })
    }
    const own = statementOf(0)
    expect(holds(made(HUB, AGENCY, own))).toBe(true)
    expect(holds(made(filled(1), AGENCY, own))).toBe(false)
    expect(holds(made(HUB, 'police-south', own))).toBe(false)
    expect(holds(made(HUB, AGENCY, { ...own, hub: filled(1) }))).toBe(false)
    expect(holds(made(HUB, AGENCY, { ...own, agency: 'police-south' }))).toBe(false)
  })

  test('of another statement under the same signature does not hold', () => {
    const forged = encodeReceipt({ ...statementOf(2), known: 'unknown' })
    expect(holds(receiptFrom({ ...proof, bytes: forged }))).toBe(false)
  })
})

describe('its bytes', () => {
  const statement = fc.record<ReceiptStatement>({
    hub: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    agency: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,62}$/),
    check: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    content: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    known: fc.constantFrom(...KNOWN),
    position: fc.record({ entry: fc.maxSafeNat(), row: fc.nat(65_535) }),
    recordedAt: fc.maxSafeNat(),
  })

  test('are read back', () => {
    fc.assert(
      fc.property(statement, (each) => {
        expect(decodeReceipt(encodeReceipt(each))).toEqual(each)
      }),
      { numRuns: 300 },
    )
  })

  test('are as long whatever is known, wherever the check stands and whenever it was recorded', () => {
    fc.assert(
      fc.property(statement, statement, (a, b) => {
        expect(encodeReceipt({ ...b, agency: a.agency }).length).toBe(encodeReceipt(a).length)
      }),
    )
    expect(new Set(KNOWN.map((known) => encodeReceipt(statementOf(1, known)).length)).size).toBe(1)
  })

  test('differ in one byte between the three answers, and no fourth is read', () => {
    const [known, unknown] = KNOWN.map((each) => encodeReceipt(statementOf(1, each))) as [Uint8Array, Uint8Array]
    expect(known.filter((byte, at) => byte !== unknown[at])).toHaveLength(1)
    const parts = unpack('receipt/v1', known, 8)
    for (const code of [Uint8Array.of(3), Uint8Array.of(255), new Uint8Array(0), Uint8Array.of(0, 0)]) {
      const other = pack('receipt/v1', ...parts.map((part, at) => (at === 4 ? code : part)))
      expect(codeOf(() => decodeReceipt(other))).toBe('ERR_MESSAGE_MALFORMED')
    }
  })

  test('that are cut short, longer or of other lengths are refused', () => {
    const bytes = encodeReceipt(statementOf(1))
    for (let length = 0; length < bytes.length; length += 1) {
      expect(codeOf(() => decodeReceipt(bytes.subarray(0, length)))).toBe('ERR_MESSAGE_MALFORMED')
    }
    expect(codeOf(() => decodeReceipt(concat(bytes, Uint8Array.of(0))))).toBe('ERR_MESSAGE_MALFORMED')
    const parts = unpack('receipt/v1', bytes, 8)
    for (const at of [0, 2, 3]) {
      const other = pack('receipt/v1', ...parts.map((part, index) => (index === at ? part.subarray(1) : part)))
      expect(codeOf(() => decodeReceipt(other))).toBe('ERR_MESSAGE_MALFORMED')
    }
  })
})

describe('an identify answer', () => {
  const answer: IdentifyAnswer = {
    hub: HUB,
    agency: AGENCY,
    commitment: filled(7),
    agencyChildId: asAgencyChildId(filled(0xc1, 16)),
    epoch: 3,
    at: 1_700_000_000_000,
  }
  const bytes = encodeAnswer(answer)

  test('is read back, and in no other length', () => {
    expect(decodeAnswer(bytes)).toEqual(answer)
    for (let length = 0; length < bytes.length; length += 1) {
      expect(codeOf(() => decodeAnswer(bytes.subarray(0, length)))).toBe('ERR_MESSAGE_MALFORMED')
    }
    const parts = unpack('identify-answer/v1', bytes, 6)
    for (const at of [0, 2, 3, 4, 5]) {
      const other = pack('identify-answer/v1', ...parts.map((part, index) => (index === at ? part.subarray(1) : part)))
      expect(codeOf(() => decodeAnswer(other))).toBe('ERR_MESSAGE_MALFORMED')
    }
  })

  test('with any one bit turned over is refused or another answer', () => {
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const altered = flipped(bytes, bit)
      const code = codeOf(() => decodeAnswer(altered))
      if (code === undefined) expect(decodeAnswer(altered)).not.toEqual(answer)
      else expect(code).toBe('ERR_MESSAGE_MALFORMED')
    }
  })

  test('commits to the question under the agency’s own salt', () => {
    const question = { nhsNumber: '9990548609' }
    const commitment = detailsCommitment(filled(1), question)
    expect(commitment).toHaveLength(32)
    expect(detailsCommitment(filled(1), { nhsNumber: '9990548609' })).toEqual(commitment)
    expect(detailsCommitment(filled(2), question)).not.toEqual(commitment)
    expect(detailsCommitment(filled(1), { nhsNumber: '9990548617' })).not.toEqual(commitment)
  })
})
