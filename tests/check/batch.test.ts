import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concat, pack, packAll, unpack } from '../../src/bytes.js'
import {
  BATCH_SIZE_MAX,
  type Batch,
  type BatchType,
  batchIsSignedBy,
  batchPath,
  decodeBatchEntry,
  decodeSubmission,
  encodeBatchEntry,
  encodeSubmission,
  leavesOf,
  signBatch,
} from '../../src/check/batch.js'
import { verifyInclusion } from '../../src/journal/proof.js'
import { codeOf, filled, fixedRandom, flipped, keyOf } from '../ground/keys.js'
import { HUB, rowsOf } from './fixtures.js'

const key = keyOf(3)
const AGENCY = 'police-north'
const TYPE = 'check-batch/v1'
const random = fixedRandom('batch')
const signed = (rows: readonly Uint8Array[]) => signBatch(TYPE, HUB, AGENCY, rows, key, random)
const sent = encodeSubmission(signed(rowsOf(3)))

describe('a submission', () => {
  test('is read back with its rows and leaves, and is signed', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { minLength: 1, maxLength: 20 }), (rows) => {
        const made = signed(rows)
        const read = decodeSubmission(TYPE, encodeSubmission(made))
        expect(read.batch).toEqual(made.batch)
        expect(read.rows.map((row) => row.bytes)).toEqual(rows)
        expect(read.leaves).toEqual(made.leaves)
        expect(batchIsSignedBy(read.batch, key.publicKey)).toBe(true)
        read.leaves.forEach((leaf, index) => {
          const proof = { index, size: rows.length, path: batchPath(read.leaves, index) }
          expect(verifyInclusion(leaf, proof, read.batch)).toBe(true)
        })
      }),
      { numRuns: 100 },
    )
  })

  test('with any one bit turned over is refused or not signed', () => {
    for (let bit = 0; bit < sent.length * 8; bit += 1) {
      const altered = flipped(sent, bit)
      const code = codeOf(() => {
        if (!batchIsSignedBy(decodeSubmission(TYPE, altered).batch, key.publicKey))
          throw Object.assign(new Error(), { code: 'unsigned' })
      })
      expect(['unsigned', 'ERR_MESSAGE_MALFORMED', 'ERR_CHECK_MALFORMED'], `bit ${bit}`).toContain(code)
    }
  })

  test('that is cut short is refused, at every length', () => {
    for (let length = 0; length < sent.length; length += 1) {
      expect(['ERR_MESSAGE_MALFORMED', 'ERR_CHECK_MALFORMED']).toContain(
        codeOf(() => decodeSubmission(TYPE, sent.subarray(0, length))),
      )
    }
  })

  test('whose rows are others than were signed is refused', () => {
    const [hub, agency, root, signature, ...rows] = unpack('submission/v1', sent) as Uint8Array[]
    const head = [hub, agency, root, signature] as Uint8Array[]
    const [a, b, c] = rows as [Uint8Array, Uint8Array, Uint8Array]
    for (const other of [
      [b, a, c],
      [a, b],
      [a, b, c, c],
      [a, a, c],
      [a, concat(b, Uint8Array.of(0)), c],
    ]) {
      expect(codeOf(() => decodeSubmission(TYPE, pack('submission/v1', ...head, ...other)))).toBe('ERR_CHECK_MALFORMED')
    }
    expect(codeOf(() => decodeSubmission(TYPE, pack('submission/v1', ...head)))).toBe('ERR_MESSAGE_MALFORMED')
    expect(codeOf(() => decodeSubmission(TYPE, pack('submission/v1', ...head, filled(1, 31))))).toBe(
      'ERR_MESSAGE_MALFORMED',
    )
    expect(codeOf(() => decodeSubmission(TYPE, pack('submission/v1', ...head, filled(1, 32 + 8193))))).toBe(
      'ERR_MESSAGE_MALFORMED',
    )
  })

  test('bears no signature of another type, hub, agency, size, root or key', () => {
    const { batch } = signed(rowsOf(2))
    expect(batchIsSignedBy(batch, key.publicKey)).toBe(true)
    for (const other of [
      { ...batch, type: 'receipt-batch/v1' as const },
      { ...batch, type: 'identify-batch/v1' as const },
      { ...batch, hub: filled(0xab) },
      { ...batch, agency: 'police-south' },
      { ...batch, size: 3 },
      { ...batch, root: filled(0) },
      { ...batch, signature: filled(0, 64) },
    ]) {
      expect(batchIsSignedBy(other, key.publicKey)).toBe(false)
    }
    expect(batchIsSignedBy(batch, keyOf(4).publicKey)).toBe(false)
  })

  test('has at most 65,536 rows, and takes so many', () => {
    const full = signed(new Array<Uint8Array>(BATCH_SIZE_MAX).fill(filled(1, 40)))
    const bytes = encodeSubmission(full)
    expect(decodeSubmission(TYPE, bytes).batch).toEqual(full.batch)
    const more = packAll('submission/v1', [...unpack('submission/v1', bytes), filled(1, 72)])
    expect(codeOf(() => decodeSubmission(TYPE, more))).toBe('ERR_BATCH_TOO_LARGE')
  })
})

test('equal checks of one batch have different ids: each row has a salt of its own', () => {
  const [row] = rowsOf(1) as [Uint8Array]
  const { leaves, rows } = signed([row, row, row])
  expect(new Set(leaves.map(String)).size).toBe(3)
  expect(rows.every(({ salt }) => salt.length === 32)).toBe(true)
  expect(leavesOf(rows)).toEqual(leaves)
})

describe('an entry', () => {
  const { batch } = signed(rowsOf(3))
  const ofSize = (size: number): Batch => ({ ...batch, size })

  test('keeps which rows were accepted, in any number', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(64, 65, 1000, BATCH_SIZE_MAX)),
        fc.integer(),
        (size, pattern) => {
          const accepted = Array.from({ length: size }, (_, row) => ((pattern >> (row % 31)) & 1) === 1)
          const body = encodeBatchEntry(ofSize(size), accepted)
          expect(decodeBatchEntry(TYPE, body)).toEqual({ batch: ofSize(size), accepted })
        },
      ),
      { numRuns: 60 },
    )
  })

  test('has row r at bit r mod 8 of byte r div 8', () => {
    const accepted = Array.from({ length: 10 }, (_, row) => row === 0 || row === 9)
    const bits = unpack(TYPE, encodeBatchEntry(ofSize(10), accepted), 6).at(-1)
    expect(bits).toEqual(Uint8Array.of(0b0000_0001, 0b0000_0010))
  })

  const parts = unpack(TYPE, encodeBatchEntry(batch, [true, false, true]), 6)
  const altered = (index: number, part: Uint8Array | number): Uint8Array =>
    pack(TYPE, ...parts.map((each, at) => (at === index ? part : each)))

  test.each<[string, Uint8Array]>([
    ['a bit past the last row', altered(5, Uint8Array.of(0b1000_0101))],
    ['a bitmap that is too long', altered(5, Uint8Array.of(5, 0))],
    ['no bitmap', altered(5, new Uint8Array(0))],
    ['no rows', pack(TYPE, ...parts.slice(0, 2), 0, ...parts.slice(3, 5), new Uint8Array(0))],
    ['too many rows', pack(TYPE, ...parts.slice(0, 2), BATCH_SIZE_MAX + 1, ...parts.slice(3, 5), new Uint8Array(8193))],
    ['a short hub', altered(0, filled(1, 31))],
    ['an agency that is not text', altered(1, filled(0xff, 3))],
    ['a short size', altered(2, filled(0, 7))],
    ['a long root', altered(3, filled(1, 33))],
    ['a short signature', altered(4, filled(1, 63))],
    ['one part less', pack(TYPE, ...parts.slice(0, 5))],
    ['another type', pack('identify-batch/v1', ...parts)],
    ['nothing', new Uint8Array(0)],
  ])('with %s is refused', (_, body) => {
    expect(codeOf(() => decodeBatchEntry(TYPE, body))).toBe('ERR_ENTRY_MALFORMED')
  })

  test.each<BatchType>(['check-batch/v1', 'identify-batch/v1', 'receipt-batch/v1'])(
    'of type %s is only that',
    (type) => {
      const made = signBatch(type, HUB, AGENCY, rowsOf(1), key, random)
      const body = encodeBatchEntry(made.batch, [true])
      expect(decodeBatchEntry(type, body).batch).toEqual(made.batch)
      for (const other of ['check-batch/v1', 'identify-batch/v1', 'receipt-batch/v1'] as const) {
        if (other !== type) expect(codeOf(() => decodeBatchEntry(other, body))).toBe('ERR_ENTRY_MALFORMED')
      }
    },
  )
})
