import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concat, pack, unpack } from '../../src/bytes.js'
import {
  decodeIdentifyReply,
  encodeIdentifyReply,
  type IdentifyOutcome,
  type IdentifyReply,
} from '../../src/check/messages/identify-reply.js'
import { decodeIdentifyRequest, encodeIdentifyRequest } from '../../src/check/messages/identify-request.js'
import {
  decodeReceiptsReply,
  encodeReceiptsReply,
  type ReceiptsReply,
} from '../../src/check/messages/receipts-reply.js'
import type { Refusal } from '../../src/check/messages/refusal.js'
import { KNOWN } from '../../src/check/receipt.js'
import type { ChildQuery } from '../../src/child/details.js'
import { asAgencyChildId } from '../../src/child/identifiers.js'
import { writeAgencyChildId } from '../../src/child/written-form.js'
import { ERROR_CODES, isIndexError } from '../../src/errors.js'
import { toJsonBytes } from '../../src/json.js'

const fixed = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length })
const row = { salt: fixed(32), bytes: fc.uint8Array({ maxLength: 300 }) }
const refusal: fc.Arbitrary<Refusal> = fc.record({
  code: fc.constantFrom(...ERROR_CODES),
  field: fc.option(fc.string({ minLength: 1, unit: 'grapheme' }), { nil: undefined }),
  message: fc.string({ unit: 'grapheme' }),
})
const outcome: fc.Arbitrary<IdentifyOutcome> = fc.oneof(
  fc.constantFrom<IdentifyOutcome>({ kind: 'match' }, { kind: 'many' }, { kind: 'none' }),
  fc.record({
    kind: fc.constant('candidates' as const),
    candidates: fc.constantFrom(1 as const, 2 as const, 3 as const),
  }),
)
const signed = <Row extends object>(rows: readonly (Row | Refusal)[]) => ({
  rows,
  signature: new Uint8Array(rows.some((each) => !('code' in each)) ? 64 : 0).fill(7),
})
const receipts: fc.Arbitrary<ReceiptsReply> = fc.array(fc.oneof(fc.record(row), refusal)).map(signed)
const answers: fc.Arbitrary<IdentifyReply> = fc
  .array(fc.oneof(fc.record({ ...row, known: fc.constantFrom(...KNOWN), outcome }), refusal))
  .map(signed)
const query: fc.Arbitrary<ChildQuery> = fc.oneof(
  fc.nat(9_999_999_999).map((number) => ({ nhsNumber: String(number).padStart(10, '0') })),
  fc
    .tuple(fixed(16), fc.nat(3))
    .map(([id, epoch]) => ({ agencyChildId: writeAgencyChildId(asAgencyChildId(id), epoch) })),
  fc.string({ unit: 'grapheme' }).map((value) => ({ alias: { kind: 'school', value } })),
)
const request = fc.record({
  rows: fc.array(fc.record({ query, commitment: fixed(32), practitioner: fixed(16) }), { minLength: 1 }),
  purpose: fc.constantFrom('check' as const, 'back-fill' as const),
})

/** Bytes of a message with something changed, cut off or added. */
const damaged = (message: fc.Arbitrary<Uint8Array>) =>
  fc
    .tuple(message, fc.nat(), fc.integer({ min: 1, max: 255 }), fc.constantFrom('change', 'cut', 'add'))
    .map(([bytes, place, by, how]) => {
      const at = place % bytes.length
      if (how === 'change') return bytes.map((byte, index) => (index === at ? byte ^ by : byte))
      return how === 'cut'
        ? bytes.subarray(0, at)
        : concat(bytes.subarray(0, at), Uint8Array.of(by), bytes.subarray(at))
    })

/** Either a coded refusal, or a message whose one spelling these bytes are. */
function expectOneSpelling(
  bytes: Uint8Array,
  again: (bytes: Uint8Array) => Uint8Array,
  codes: readonly string[],
): void {
  let spelt: Uint8Array
  try {
    spelt = again(bytes)
  } catch (error) {
    if (!isIndexError(error)) throw error
    expect(codes).toContain(error.code)
    return
  }
  expect(spelt).toEqual(bytes)
}

describe('rows that are asked for and answered', () => {
  test('come back as they were written', () => {
    fc.assert(
      fc.property(request, ({ rows, purpose }) => {
        expect(decodeIdentifyRequest(encodeIdentifyRequest(rows, purpose))).toEqual({ rows, purpose })
      }),
    )
    fc.assert(
      fc.property(answers, (reply) => void expect(decodeIdentifyReply(encodeIdentifyReply(reply))).toEqual(reply)),
    )
    fc.assert(
      fc.property(receipts, (reply) => void expect(decodeReceiptsReply(encodeReceiptsReply(reply))).toEqual(reply)),
    )
  })

  test('have one spelling, and everything else is refused', () => {
    const runs = { numRuns: 400 }
    fc.assert(
      fc.property(damaged(request.map(({ rows, purpose }) => encodeIdentifyRequest(rows, purpose))), (bytes) => {
        const again = (changed: Uint8Array) => {
          const read = decodeIdentifyRequest(changed)
          return encodeIdentifyRequest(read.rows as Parameters<typeof encodeIdentifyRequest>[0], read.purpose)
        }
        expectOneSpelling(bytes, again, ['ERR_REQUEST_INVALID', 'ERR_MESSAGE_MALFORMED'])
      }),
      runs,
    )
    const malformed = ['ERR_MESSAGE_MALFORMED']
    const identified = (changed: Uint8Array) => encodeIdentifyReply(decodeIdentifyReply(changed))
    fc.assert(
      fc.property(damaged(answers.map(encodeIdentifyReply)), (bytes) =>
        expectOneSpelling(bytes, identified, malformed),
      ),
      runs,
    )
    const receipted = (changed: Uint8Array) => encodeReceiptsReply(decodeReceiptsReply(changed))
    fc.assert(
      fc.property(damaged(receipts.map(encodeReceiptsReply)), (bytes) =>
        expectOneSpelling(bytes, receipted, malformed),
      ),
      runs,
    )
  })

  test('cost a few bytes', () => {
    const [commitment, practitioner] = [new Uint8Array(32), new Uint8Array(16)]
    const sizes = [1, 1000].map((length) => {
      const rows = Array.from({ length }, () => ({ query: { nhsNumber: '9990548609' }, commitment, practitioner }))
      return encodeIdentifyRequest(rows, 'check').length
    }) as [number, number]
    expect((sizes[1] - sizes[0]) / 999).toBe(32 + 16 + 6)
    const stands = (bytes: number) =>
      encodeReceiptsReply({
        rows: [{ salt: new Uint8Array(32), bytes: new Uint8Array(bytes) }],
        signature: new Uint8Array(64),
      })
    expect(stands(200).length - pack('receipts-reply/v2', new Uint8Array(0), new Uint8Array(64)).length).toBe(235)
  })

  test.each([
    ['no rows', 0],
    ['1,001 rows', 1001],
  ])('%s are no request', (_, length) => {
    const each = {
      query: { nhsNumber: '9990548609' },
      commitment: new Uint8Array(32),
      practitioner: new Uint8Array(16),
    }
    const body = encodeIdentifyRequest(Array(length).fill(each), 'check')
    expect(() => decodeIdentifyRequest(body)).toThrow(expect.objectContaining({ code: 'ERR_REQUEST_INVALID' }))
  })

  test('a number or an id that comes as JSON is refused: it has another spelling', () => {
    const before = concat(new Uint8Array(48), Uint8Array.of(2, 0, 0, 0))
    for (const query of [{ nhsNumber: '9990548609' }, { agencyChildId: 'x' }]) {
      const json = toJsonBytes(query)
      const body = pack('identify-request/v2', Uint8Array.of(0), concat(before, Uint8Array.of(json.length), json))
      expect(() => decodeIdentifyRequest(body)).toThrow(expect.objectContaining({ code: 'ERR_REQUEST_INVALID' }))
    }
  })

  test('a signature stands exactly where a row does', () => {
    const refused = { code: 'ERR_RATE_LIMITED', field: undefined, message: 'no' } as const
    const stands = { salt: new Uint8Array(32), bytes: new Uint8Array(3) }
    for (const [rows, length] of [
      [[refused], 64],
      [[stands, refused], 0],
      [[stands], 63],
    ] as const) {
      const body = encodeReceiptsReply({ rows, signature: new Uint8Array(length) })
      expect(() => decodeReceiptsReply(body)).toThrow(expect.objectContaining({ code: 'ERR_MESSAGE_MALFORMED' }))
    }
  })

  test('a row that is kept does not keep the message', () => {
    const rows = Array.from({ length: 50 }, () => ({ salt: new Uint8Array(32), bytes: new Uint8Array(100) }))
    const reply = decodeReceiptsReply(encodeReceiptsReply({ rows, signature: new Uint8Array(64) }))
    const [first] = reply.rows as typeof rows
    expect(first?.bytes.buffer.byteLength).toBe(132)
    expect(unpack('receipts-reply/v2', encodeReceiptsReply(reply))).toHaveLength(2)
  })
})
