import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concat, fromBase64, toHex, utf8Bytes } from '../../src/bytes.js'
import { sha256 } from '../../src/hash.js'
import { GROUPS, sealLabel } from '../../src/seal/label.js'
import {
  decodeRecord,
  encodeRecord,
  keyCommitment,
  recordHash,
  recordLabel,
  type SealedRecord,
  shareAad,
  shareHash,
} from '../../src/seal/record.js'
import { drawHandle, issueWrap } from '../../src/seal/wrap.js'
import { bytes, childId, codeOf, hub, openWhole, place, random, rootsOf, sealed } from './fixtures.js'

// The numbers below were computed from the written layout by another program, not by this library.
const label = sealLabel(place)

describe('labels and wraps', () => {
  test('have their frozen values', () => {
    expect(toHex(label)).toBe('8e884c053196ce3a7e5275854cd0ebbf80c9adc5850b483d10703539432b9e54')
    expect(toHex(issueWrap(bytes(32, 0x10), bytes(16, 0x22), label))).toBe(
      '078ee0a8a0b2fed113f2f78959c06728fcb6d25c93f5aa93f30eae6b59fa0046',
    )
    expect(toHex(shareHash(label, 2, bytes(33, 0x33)))).toBe(
      '0c75dc25dd1639dad4f8b132b684a424231b730a8c5ea6296e26b30421500bad',
    )
    expect(toHex(keyCommitment(bytes(32, 0x44), label))).toBe(
      '0b8e68d2cb52a4a0e9a3986d56d8eff45429cc4d7fe5c4dc90c8bf448ef04942',
    )
    expect(toHex(shareAad(label, { custodian: 2, handle: bytes(16, 0x22), generation: 5 }))).toBe(
      `0000000873686172652f763100000020${toHex(label)}00000008000000000000000200000010${'22'.repeat(16)}000000080000000000000005`,
    )
  })

  test('change with every part', () => {
    const others = [
      { ...place, hub: bytes(32, 1) },
      { ...place, childId: bytes(16, 1) },
      { ...place, group: 'carers' as const },
      { ...place, recordVersion: 4 },
      { ...place, keyset: 'keys-2' },
    ]
    const labels = [place, ...others].map((parts) => toHex(sealLabel(parts)))
    expect(new Set(labels).size).toBe(6)
    const wraps = [
      issueWrap(bytes(32, 1), bytes(16, 1), label),
      issueWrap(bytes(32, 2), bytes(16, 1), label),
      issueWrap(bytes(32, 1), bytes(16, 2), label),
      issueWrap(bytes(32, 1), bytes(16, 1), bytes(32, 1)),
    ]
    expect(new Set(wraps.map(toHex)).size).toBe(4)
  })

  test('both groups exist', () => {
    expect(GROUPS).toEqual(['identity', 'carers'])
  })

  test('a wrap takes a root, a handle and a label of the right lengths', () => {
    expect(() => issueWrap(bytes(31, 1), bytes(16, 1), label)).toThrow(RangeError)
    expect(() => issueWrap(bytes(32, 1), bytes(15, 1), label)).toThrow(RangeError)
    expect(() => issueWrap(bytes(32, 1), bytes(16, 1), bytes(31, 1))).toThrow(RangeError)
    expect(drawHandle(random).length).toBe(16)
  })
})

describe('the form of a record', () => {
  const share = (custodian: number, fill: number, generation: number): SealedRecord['shares'][number] => ({
    custodian,
    generation,
    handle: bytes(16, fill + 1),
    wrapped: bytes(73, fill + 2),
    shareHash: bytes(32, fill + 3),
  })
  const record: SealedRecord = {
    version: 1,
    label,
    group: 'identity',
    recordVersion: 3,
    keyset: 'keys-1',
    shares: [share(1, 0x70, 0), share(2, 0x80, 4)],
    body: bytes(2_048 + 40, 0x55),
    commitment: bytes(32, 0x66),
  }
  const form = encodeRecord(record)

  test('has its frozen value', () => {
    expect(form.length).toBe(2_579)
    expect(toHex(sha256(form))).toBe('7d1d7611e6f0703732f7b2905120258b774353057c9218d20c5a0a0cad6c49bb')
    expect(toHex(recordHash(record))).toBe('1de88b37a56c5604a43cc446ad8b5918ae1cc8d86adca80584aea4e41b8ee821')
    expect(decodeRecord(form)).toEqual(record)
  })

  test('a record sealed by the first version still opens', async () => {
    const vector = JSON.parse(readFileSync(new URL('./vectors/record.json', import.meta.url), 'utf8'))
    const stored = fromBase64(vector.record)
    expect(toHex(recordHash(decodeRecord(stored)))).toBe(vector.recordHash)
    for (const custodians of [
      [1, 2],
      [1, 3],
      [2, 3],
      [3, 2, 1],
    ]) {
      expect(await openWhole(stored, place, custodians, 2)).toEqual(vector.details)
    }
  })

  test('comes back from bytes, whatever stands in it', () => {
    const length = (size: number) => fc.uint8Array({ minLength: size, maxLength: size })
    const shares = fc.uniqueArray(
      fc.record({
        custodian: fc.integer({ min: 1, max: 255 }),
        handle: length(16),
        generation: fc.maxSafeNat(),
        wrapped: length(73),
        shareHash: length(32),
      }),
      { minLength: 2, maxLength: 16, selector: ({ custodian }) => custodian },
    )
    const any = fc.record({
      version: fc.constant(1 as const),
      label: length(32),
      group: fc.constantFrom(...GROUPS),
      recordVersion: fc.maxSafeNat(),
      keyset: fc.stringMatching(/^[A-Za-z0-9._-]{1,64}$/),
      shares: shares.map((all) => all.sort((a, b) => a.custodian - b.custodian)),
      body: fc.constantFrom(...[2_048, 8_192, 65_536].map((size) => bytes(size + 40, 3))),
      commitment: length(32),
    })
    fc.assert(
      fc.property(any, (made) => {
        expect(decodeRecord(encodeRecord(made))).toEqual(made)
      }),
      { numRuns: 60 },
    )
  })

  test.each<[string, Partial<SealedRecord>]>([
    ['a short label', { label: bytes(31, 1) }],
    ['a short commitment', { commitment: bytes(31, 1) }],
    ['a body that is no bucket', { body: bytes(2_087, 1) }],
    ['an empty keyset', { keyset: '' }],
    ['a keyset with a space', { keyset: 'keys 1' }],
    ['one share', { shares: [share(1, 0x70, 0)] }],
    ['seventeen shares', { shares: Array.from({ length: 17 }, (_, i) => share(i + 1, 0x70, 0)) }],
    ['a custodian twice', { shares: [share(1, 0x70, 0), share(1, 0x80, 0)] }],
    ['custodians out of order', { shares: [share(2, 0x70, 0), share(1, 0x80, 0)] }],
    ['a custodian 0', { shares: [share(0, 0x70, 0), share(1, 0x80, 0)] }],
    ['a custodian 256', { shares: [share(1, 0x70, 0), share(256, 0x80, 0)] }],
    ['a short handle', { shares: [{ ...share(1, 0x70, 0), handle: bytes(15, 1) }, share(2, 0x80, 0)] }],
    ['a short wrapped share', { shares: [{ ...share(1, 0x70, 0), wrapped: bytes(72, 1) }, share(2, 0x80, 0)] }],
    ['a short share hash', { shares: [{ ...share(1, 0x70, 0), shareHash: bytes(31, 1) }, share(2, 0x80, 0)] }],
  ])('is not made for %s', (_, over) => {
    expect(() => encodeRecord({ ...record, ...over })).toThrow(RangeError)
  })

  test('is not read where a part is missing, added, of another kind or of another version', async () => {
    const refused = (wrong: Uint8Array) => codeOf(() => decodeRecord(wrong))
    for (let length = 0; length < form.length; length += length < 200 ? 1 : 97) {
      expect(await refused(form.slice(0, length))).toBe('ERR_SEAL_INVALID')
    }
    expect(await refused(concat(form, bytes(1, 0)))).toBe('ERR_SEAL_INVALID')
    expect(await refused(concat(form, bytes(4, 0)))).toBe('ERR_SEAL_INVALID')
    expect(await refused(concat(bytes(1, 2), form.slice(1)))).toBe('ERR_SEAL_INVALID')
    const swapped = (from: string, to: string) => {
      const text = Buffer.from(form).toString('latin1').replace(from, to)
      return Uint8Array.from(Buffer.from(text, 'latin1'))
    }
    expect(await refused(swapped('identity', 'identitx'))).toBe('ERR_SEAL_INVALID')
    expect(await refused(swapped('keys-1', 'keys/1'))).toBe('ERR_SEAL_INVALID')
    expect(await refused(swapped('keys-1', 'keys-\xff'))).toBe('ERR_SEAL_INVALID')
    expect(await refused(swapped('sealed-share/v1', 'sealed-share/v2'))).toBe('ERR_SEAL_INVALID')
    expect(await refused(swapped('\0\0\0\0\0\0\0\x03', '\xff\0\0\0\0\0\0\x03'))).toBe('ERR_SEAL_INVALID')
    expect(decodeRecord(swapped('keys-1', 'keys-2')).keyset).toBe('keys-2')
  })

  test('its hash covers everything but how the shares are wrapped', () => {
    const hash = recordHash(record)
    const withShare = (change: Partial<SealedRecord['shares'][number]>): SealedRecord => ({
      ...record,
      shares: record.shares.map((each, at) => (at === 0 ? { ...each, ...change } : each)),
    })
    for (const change of [{ generation: 9 }, { handle: bytes(16, 9) }, { wrapped: bytes(73, 9) }]) {
      expect(recordHash(withShare(change))).toEqual(hash)
    }
    const others: readonly SealedRecord[] = [
      withShare({ custodian: 0 }),
      withShare({ shareHash: bytes(32, 9) }),
      { ...record, shares: record.shares.slice(1) },
      { ...record, label: bytes(32, 9) },
      { ...record, group: 'carers' },
      { ...record, recordVersion: 4 },
      { ...record, keyset: 'keys-2' },
      { ...record, body: bytes(2_048 + 40, 9) },
      { ...record, commitment: bytes(32, 9) },
    ]
    for (const other of others) expect(recordHash(other)).not.toEqual(hash)
  })
})

describe('the label of a record', () => {
  test('is given out for its own child only', async () => {
    const { record } = await sealed()
    expect(recordLabel(record, hub, childId)).toEqual(label)
    expect(await codeOf(() => recordLabel(record, hub, bytes(16, 1)))).toBe('ERR_SEAL_INVALID')
    expect(await codeOf(() => recordLabel(record, bytes(32, 1), childId))).toBe('ERR_SEAL_INVALID')
  })

  test('shows a record that was labelled anew', async () => {
    const { record } = await sealed()
    const changes: Partial<SealedRecord>[] = [
      { group: 'carers' },
      { recordVersion: 4 },
      { keyset: 'keys-2' },
      { label: bytes(32, 1) },
    ]
    for (const change of changes) {
      expect(await codeOf(() => recordLabel({ ...record, ...change }, hub, childId))).toBe('ERR_SEAL_INVALID')
    }
  })

  test('holds nothing of the child', async () => {
    const stored = Buffer.from((await sealed()).bytes)
    for (const secret of [childId, utf8Bytes('Zebedee'), utf8Bytes('9990548609'), ...rootsOf(3)]) {
      expect(stored.includes(Buffer.from(secret))).toBe(false)
    }
  })
})
