import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BUCKETS, pad, unpad } from '../../src/seal/pad.js'
import { bytes, codeOf, random } from './fixtures.js'

describe('padding', () => {
  test('has one size for nearly everything, and few sizes at all', () => {
    expect(BUCKETS).toEqual([2_048, 8_192, 65_536])
  })

  test.each([
    [0, 2_048],
    [1, 2_048],
    [2_043, 2_048],
    [2_044, 2_048],
    [2_045, 8_192],
    [8_188, 8_192],
    [8_189, 65_536],
    [65_532, 65_536],
  ])('puts %i bytes into %i', (length, size) => {
    const content = bytes(length, 0xff)
    expect(pad(content).length).toBe(size)
    expect(unpad(pad(content))).toEqual(content)
  })

  test('is taken off again, whatever the content', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3_000 }), (content) => {
        expect(unpad(pad(content))).toEqual(content)
      }),
    )
  })

  test('refuses what is too large, without its content', async () => {
    expect(await codeOf(() => pad(bytes(65_533, 1)))).toBe('ERR_DETAILS_INVALID')
  })

  test('is strict: zeros behind, the smallest bucket, a length that fits', async () => {
    const refused = (padded: Uint8Array) => codeOf(() => unpad(padded))
    const dirty = pad(bytes(10, 1))
    dirty[2_047] = 1
    expect(await refused(dirty)).toBe('ERR_SEAL_INVALID')
    const first = pad(bytes(10, 1))
    first[14] = 1
    expect(await refused(first)).toBe('ERR_SEAL_INVALID')
    const roomy = new Uint8Array(8_192)
    roomy[3] = 10
    expect(await refused(roomy)).toBe('ERR_SEAL_INVALID')
    const long = pad(bytes(10, 1))
    long[0] = 0xff
    expect(await refused(long)).toBe('ERR_SEAL_INVALID')
    const full = new Uint8Array(2_048)
    full.set([0, 0, 0x07, 0xfd])
    expect(await refused(full)).toBe('ERR_SEAL_INVALID')
    for (const length of [0, 3, 4, 2_047, 2_049]) expect(await refused(bytes(length, 0))).toBe('ERR_SEAL_INVALID')
  })

  test('gives a copy, so that the padded bytes can be wiped', () => {
    const padded = pad(random(5))
    const content = unpad(padded)
    const before = content.slice()
    padded.fill(0)
    expect(content).toEqual(before)
  })
})
