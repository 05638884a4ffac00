import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encode } from '../../src/bytes.js'
import type { ChildId } from '../../src/child/identifiers.js'
import { decodeChildRow, encodeChildRow } from '../../src/hub/children/child-row.js'
import type { ChildRow } from '../../src/hub/rows.js'
import { openShelf } from '../../src/hub/shelf.js'
import { memoryStore } from '../../src/index.js'
import { toJsonBytes } from '../../src/json.js'
import { openBoxes } from '../../src/seal/box.js'
import { seededRandom } from '../../src/testing.js'

const bytes = (maxLength: number, unit = 1) =>
  fc.uint8Array({ maxLength: maxLength / unit }).map((some) => {
    const out = new Uint8Array(some.length * unit)
    for (let i = 0; i < unit; i += 1) out.set(some, some.length * i)
    return out
  })
const childId = fc.uint8Array({ minLength: 16, maxLength: 16 }) as fc.Arbitrary<ChildId>
const childRow: fc.Arbitrary<ChildRow> = fc.record(
  {
    childId,
    status: fc.constantFrom('registered', 'provisional', 'unresolved'),
    shielded: fc.boolean(),
    numbers: fc.array(
      fc.record({
        kind: fc.constantFrom('nhs-number', 'upn', 'alias:school'),
        mark: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      }),
      { maxLength: 4 },
    ),
    marks: bytes(800, 4),
    details: bytes(80, 4),
    traits: fc.integer({ min: 0, max: 31 }),
    recordVersion: fc.nat(),
    fingerprints: fc.array(fc.uint8Array({ minLength: 16, maxLength: 16 }), { maxLength: 2 }),
    createdAt: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
    lookups: fc.integer({ min: 2, max: 255 }),
    enquiry: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    linkedTo: childId,
    answeredAs: childId,
    shieldedByLink: fc.constant(true as const),
    isHoney: fc.constantFrom(0 as const, 1 as const),
  },
  {
    requiredKeys: [
      'childId',
      'status',
      'shielded',
      'numbers',
      'marks',
      'details',
      'traits',
      'recordVersion',
      'fingerprints',
      'createdAt',
    ],
  },
)

describe('the row of a child', () => {
  test('is read as it was written, and is of one of few sizes', () => {
    fc.assert(
      fc.property(childRow, (row) => {
        const written = encodeChildRow(row)
        expect(decodeChildRow(written)).toEqual(row)
        expect(written.length % 744).toBe(0)
      }),
      { numRuns: 200 },
    )
  })

  test('is of one size, whether the child is shielded or a honey record, or neither', () => {
    fc.assert(
      fc.property(childRow, (row) => {
        const like = (more: Partial<ChildRow>): number => encodeChildRow({ ...row, ...more }).length
        const sizes = [
          like({}),
          like({ shielded: !row.shielded }),
          like({ isHoney: 1 }),
          like({ shieldedByLink: true }),
        ]
        expect(new Set(sizes).size).toBe(1)
      }),
      { numRuns: 50 },
    )
  })

  test('is read from a store in which it is JSON, as it once was written', async () => {
    const [row] = fc.sample(childRow, { seed: 1, numRuns: 1 }) as [ChildRow]
    const store = memoryStore()
    const [hub, key] = [new Uint8Array(32), new Uint8Array(32).fill(7)]
    const { bytes: random } = seededRandom(1)
    const shelf = openShelf(store, hub, key, random)
    const place = shelf.key('child', row.childId)
    const json = toJsonBytes(row)
    const spaced = new Uint8Array(Math.ceil(json.length / 928) * 928).fill(0x20)
    spaced.set(json)
    const value = openBoxes(key).seal(encode('row/v1', hub, 'child', place), spaced, random)
    await store.commit({ expectedSize: 0, puts: [{ table: 'child', key: place, value }] })
    expect(await shelf.one('child', place)).toEqual(row)
  })
})
