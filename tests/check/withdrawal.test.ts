import { describe, expect, test } from 'vitest'
import { checkIdOf } from '../../src/check/canonical.js'
import {
  parseWithdrawal,
  signWithdrawal,
  WITHDRAWAL_REASONS,
  type Withdrawal,
  withdrawalIsSignedBy,
} from '../../src/check/withdrawal.js'
import { isIndexError } from '../../src/errors.js'
import { fromJsonBytes, toJsonBytes } from '../../src/json.js'
import { filled, flipped, keyOf } from '../ground/keys.js'
import { HUB } from './fixtures.js'

const key = keyOf(3)
const plain = {
  agency: 'police-north',
  checkId: checkIdOf(filled(1)),
  reason: 'wrong-codes',
  at: 1_700_000_000_000,
} as const
const withdrawal = signWithdrawal(HUB, plain, key)
const correction = signWithdrawal(HUB, { ...plain, replacedBy: checkIdOf(filled(2)) }, key)
const isSigned = (each: Withdrawal): boolean => withdrawalIsSignedBy(HUB, each, key.publicKey)

test('a withdrawal is signed by its agency, for one hub', () => {
  expect(isSigned(withdrawal)).toBe(true)
  expect(isSigned(correction)).toBe(true)
  expect(withdrawalIsSignedBy(filled(0xab), withdrawal, key.publicKey)).toBe(false)
  expect(withdrawalIsSignedBy(HUB, withdrawal, keyOf(4).publicKey)).toBe(false)
})

test.each<[string, Partial<Withdrawal>]>([
  ['agency', { agency: 'police-south' }],
  ['check', { checkId: checkIdOf(filled(9)) }],
  ['reason', { reason: 'duplicate' }],
  ['time', { at: plain.at + 1 }],
  ['replacement', { replacedBy: checkIdOf(filled(3)) }],
])('its signature covers the %s', (_, change) => {
  expect(isSigned({ ...withdrawal, ...change })).toBe(false)
  expect(isSigned({ ...correction, ...change })).toBe(false)
})

test('a correction is not read as a withdrawal, nor the other way round', () => {
  const { replacedBy: _, ...without } = correction
  expect(isSigned(without)).toBe(false)
  expect(isSigned({ ...withdrawal, replacedBy: checkIdOf(filled(2)) })).toBe(false)
})

test('no bit of the signature can be changed', () => {
  for (let bit = 0; bit < 512; bit += 1) {
    expect(isSigned({ ...withdrawal, signature: flipped(withdrawal.signature, bit) })).toBe(false)
  }
})

describe('unknown input', () => {
  test('is a withdrawal as it was signed', () => {
    for (const each of [withdrawal, correction]) {
      const read = parseWithdrawal(fromJsonBytes(toJsonBytes(each)))
      expect(read).toEqual(each)
      expect(isSigned(read)).toBe(true)
    }
    for (const reason of WITHDRAWAL_REASONS) expect(parseWithdrawal({ ...withdrawal, reason }).reason).toBe(reason)
  })

  test.each<[string, unknown]>([
    ['agency', undefined],
    ['agency', 7],
    ['agency', 'a'.repeat(65)],
    ['checkId', undefined],
    ['checkId', 'A'.repeat(64)],
    ['checkId', 'a'.repeat(63)],
    ['checkId', `${'a'.repeat(64)}\n`],
    ['reason', undefined],
    ['reason', 'because Zebedee asked'],
    ['at', undefined],
    ['at', -1],
    ['at', 0.5],
    ['at', 2 ** 53],
    ['at', '1700000000000'],
    ['replacedBy', 'no id'],
    ['replacedBy', plain.checkId],
    ['signature', undefined],
    ['signature', filled(1, 63)],
    ['signature', 'text'],
  ])('with a wrong %s is refused by its name: %s', (field, value) => {
    try {
      parseWithdrawal({ ...withdrawal, [field]: value })
      expect.unreachable()
    } catch (error) {
      expect(isIndexError(error, 'ERR_REQUEST_INVALID')).toBe(true)
      expect(error).toMatchObject({ field })
      expect(String(error)).not.toContain('Zebedee')
    }
  })

  test('with a field more is refused', () => {
    expect(() => parseWithdrawal({ ...withdrawal, note: 'Zebedee' })).toThrow(/does not belong/)
    expect(() => parseWithdrawal(null)).toThrow()
  })
})
