import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { batchesOf, decodeCheckRow, encodeCheckRow, type RowBatch } from '../../src/hub/check-index/row.js'
import { isIndexError } from '../../src/index.js'

const name = fc.stringMatching(/^[A-Za-z0-9._-]{1,64}$/)
const u48 = fc.integer({ min: 0, max: 2 ** 48 - 1 })

function ascending<T>(one: fc.Arbitrary<T>, by: (value: T) => number): fc.Arbitrary<readonly T[]> {
  return fc
    .uniqueArray(one, { selector: by, minLength: 1, maxLength: 4 })
    .map((list) => list.toSorted((a, b) => by(a) - by(b)))
}

const check = fc.record({
  row: fc.integer({ min: 0, max: 65_535 }),
  childId: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  incident: name,
  indicators: fc.array(name, { maxLength: 4 }),
  occurredAt: u48,
  known: fc.constantFrom('known' as const, 'unknown' as const, 'unresolved' as const),
  fingerprint: u48,
})
const batch: fc.Arbitrary<RowBatch> = fc.record({
  entry: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  recordedAt: u48,
  agency: name,
  checks: ascending(check, ({ row }) => row),
})
const row = fc.tuple(
  ascending(batch, ({ entry }) => entry),
  fc.array(u48, { maxLength: 3 }),
)

describe('a row of checks', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(row, ([batches, forgotten]) => {
        const read = decodeCheckRow(encodeCheckRow(batches, forgotten))
        expect(batchesOf(read)).toEqual(batches)
        expect(read.forgotten).toEqual(forgotten)
      }),
    )
  })

  test('takes 35 bytes a check beside what its checks share', () => {
    const length = (checks: number): number => {
      const one = {
        childId: new Uint8Array(16),
        incident: 'missing',
        indicators: ['hungry'],
        occurredAt: 1,
        fingerprint: 2,
      }
      const all = Array.from({ length: checks }, (_, at) => ({ ...one, row: at, known: 'known' as const }))
      return encodeCheckRow([{ entry: 1, recordedAt: 1, agency: 'police', checks: all }], []).length
    }
    expect(length(1_001) - length(1)).toBe(35_000)
  })

  test('that is cut short, longer, or of any other bytes is a damaged store, and never a fault', () => {
    fc.assert(
      fc.property(row, fc.nat(), fc.nat({ max: 255 }), ([batches, forgotten], at, value) => {
        const bytes = encodeCheckRow(batches, forgotten)
        expect(() => decodeCheckRow(bytes.subarray(0, at % bytes.length))).toThrow(damaged)
        expect(() => decodeCheckRow(Uint8Array.from([...bytes, value]))).toThrow(damaged)
        const changed = Uint8Array.from(bytes)
        changed[at % bytes.length] = value
        try {
          decodeCheckRow(changed)
        } catch (error) {
          expect(isIndexError(error) && error.code).toBe('ERR_STORE_DAMAGED')
        }
      }),
    )
  })

  const one = (more: Partial<RowBatch['checks'][number]> = {}): RowBatch['checks'][number] => ({
    row: 3,
    childId: new Uint8Array(16),
    incident: 'missing',
    indicators: [],
    occurredAt: 1,
    known: 'known',
    fingerprint: 2,
    ...more,
  })
  const batchOf = (entry: number, ...checks: RowBatch['checks']): RowBatch => ({
    entry,
    recordedAt: 1,
    agency: 'police',
    checks,
  })

  test.each<[string, readonly RowBatch[]]>([
    ['a batch that stands twice', [batchOf(4, one()), batchOf(4, one())]],
    ['a batch of nothing', [batchOf(4)]],
    ['a check that stands twice', [batchOf(4, one(), one())]],
    ['checks out of order', [batchOf(4, one(), one({ row: 2 }))]],
  ])('%s is a damaged store', (_, batches) => {
    expect(() => decodeCheckRow(encodeCheckRow(batches, []))).toThrow(damaged)
  })

  test.each<[string, RowBatch]>([
    ['an instant beyond 48 bits', batchOf(4, one({ occurredAt: 2 ** 48 }))],
    ['a name that is not ASCII', batchOf(4, one({ incident: 'fehlt–' }))],
    ['a name of 65 bytes', batchOf(4, one({ indicators: ['x'.repeat(65)] }))],
  ])('%s is not written', (_, each) => {
    expect(() => encodeCheckRow([each], [])).toThrow(RangeError)
  })
})

const damaged = expect.objectContaining({ code: 'ERR_STORE_DAMAGED' })
