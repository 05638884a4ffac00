import fc from 'fast-check'
import { combine as interpolate } from 'shamir-secret-sharing'
import { describe, expect, test } from 'vitest'
import { equalBytes, toBase64, toHex, utf8Bytes } from '../../src/bytes.js'
import { aeadOpen, aeadSeal } from '../../src/seal/aead.js'
import { sealLabel } from '../../src/seal/label.js'
import { checkShares, combine, type OpenShare, shareOf, unwrapShare } from '../../src/seal/open.js'
import { pad } from '../../src/seal/pad.js'
import { encodeRecord, keyCommitment, recordLabel, type SealedRecord, shareHash } from '../../src/seal/record.js'
import { sealRecord } from '../../src/seal/seal.js'
import {
  bytes,
  codeOf,
  details,
  issueAll,
  openWhole,
  place,
  random,
  rootsOf,
  sealed,
  seeded,
  sharesOf,
} from './fixtures.js'

const label = sealLabel(place)

/** Every way to choose `size` custodians of `count`. */
function choices(count: number, size: number): number[][] {
  const all: number[][] = []
  for (let mask = 0; mask < 1 << count; mask++) {
    const chosen = Array.from({ length: count }, (_, i) => i + 1).filter((custodian) => mask & (1 << (custodian - 1)))
    if (chosen.length === size) all.push(chosen)
  }
  return all
}

describe('seal and read', () => {
  test.each([
    [2, 2],
    [3, 2],
    [5, 3],
    [7, 4],
  ])('any quorum of %i custodians reads (quorum %i), in any order', async (custodians, quorum) => {
    const { bytes: stored } = await sealed({ custodians, quorum })
    for (const chosen of choices(custodians, quorum)) {
      expect(await openWhole(stored, place, chosen.reverse(), quorum)).toEqual(details)
    }
    expect(await openWhole(stored, place, choices(custodians, custodians)[0]!, quorum)).toEqual(details)
  })

  test('gives back every JSON value', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 4 }), async (value) => {
        const { bytes: stored } = await sealed({ details: value })
        // Through JSON once, as -0 has no spelling of its own there.
        expect(await openWhole(stored, place, [1, 3], 2)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
      { numRuns: 100 },
    )
  })

  test('gives back bytes among the details', async () => {
    const { bytes: stored } = await sealed({ details: { photo: bytes(9, 3) } })
    expect(await openWhole(stored, place, [1, 2], 2)).toEqual({ photo: bytes(9, 3) })
  })

  test('takes the wraps in any order', async () => {
    const wraps = [...issueAll(place, rootsOf(3))].reverse()
    const { bytes: stored } = await sealRecord({ ...place, details, wraps, quorum: 2, random })
    expect(await openWhole(stored, place, [1, 2], 2)).toEqual(details)
  })

  test('every sealing has its own key, nonces and shares', async () => {
    const source = () => seeded('the same every time')
    const first = await sealed({ random: source() })
    const second = await sealed({ random: source() })
    // Even a source that repeats itself gives other shares: the library that shares the key draws from the platform.
    expect(first.record.shares[0]!.shareHash).not.toEqual(second.record.shares[0]!.shareHash)
    const [a, b] = [await sealed(), await sealed()]
    expect(a.record.commitment).not.toEqual(b.record.commitment)
    expect(a.record.body).not.toEqual(b.record.body)
  })

  test('all records of a size look alike, empty details too', async () => {
    const sizes = new Set<number>()
    for (const content of [{}, null, '', details, { note: 'x'.repeat(2_000) }]) {
      sizes.add((await sealed({ details: content })).bytes.length)
    }
    expect(sizes.size).toBe(1)
    const carers = await sealed({ at: { group: 'carers' }, details: [] })
    expect(carers.record.body.length).toBe(2_088)
    expect((await sealed({ details: 'x'.repeat(3_000) })).record.body.length).toBe(8_232)
    expect((await sealed({ details: 'x'.repeat(9_000) })).record.body.length).toBe(65_576)
  })

  test('details too large are refused with nothing sealed', async () => {
    expect(await codeOf(() => sealed({ details: 'x'.repeat(65_531) }))).toBe('ERR_DETAILS_INVALID')
    expect(await codeOf(() => sealed({ details: 'x'.repeat(65_530) }))).toBeUndefined()
  })

  test('no detail stands in the record, in any common spelling', async () => {
    const stored = Buffer.from((await sealed()).bytes)
    for (const secret of ['Zebedee', 'Quillfeather', 'Marmalade', 'ZZ9 9ZZ', '2019-03-02', '9990548609', 'given']) {
      for (const form of [secret, secret.toUpperCase(), toHex(utf8Bytes(secret)), toBase64(utf8Bytes(secret))]) {
        expect(stored.includes(form)).toBe(false)
        expect(stored.includes(Buffer.from(form, 'utf16le'))).toBe(false)
      }
    }
  })

  test('a quorum is more than half, at least 2, and no larger than the keyset', async () => {
    for (const [custodians, quorum] of [
      [3, 1],
      [3, 4],
      [4, 2],
      [2, 1],
      [3, 2.5],
      [17, 9],
      [1, 1],
      [0, 0],
    ] as const) {
      await expect(sealed({ custodians, quorum })).rejects.toThrow(RangeError)
    }
  })

  test('wipes the key it drew', async () => {
    const drawn: Uint8Array[] = []
    const watched = (length: number) => {
      const out = random(length)
      drawn.push(out)
      return out
    }
    const wraps = issueAll(place, rootsOf(3))
    await sealRecord({ ...place, details, wraps, quorum: 2, random: watched })
    const keys = drawn.filter((piece) => piece.length === 32)
    expect(keys).toEqual([bytes(32, 0)])
  })
})

describe('fewer than a quorum', () => {
  test('cannot combine', async () => {
    const { record } = await sealed({ custodians: 5, quorum: 3 })
    for (const chosen of [...choices(5, 1), ...choices(5, 2)]) {
      const shares = sharesOf(record, label, chosen)
      expect(await codeOf(() => combine(record, label, shares, 3))).toBe('ERR_SHARES_INSUFFICIENT')
      // The officer's own idea of the quorum does not help: the interpolated key is another one.
      expect(await codeOf(() => combine(record, label, shares, chosen.length))).toMatch(
        chosen.length < 2 ? 'ERR_SHARES_INSUFFICIENT' : 'ERR_SEAL_INVALID',
      )
    }
    expect(await codeOf(() => combine(record, label, [], 3))).toBe('ERR_SHARES_INSUFFICIENT')
  })

  test('a share handed in several times counts once', async () => {
    const { record } = await sealed()
    const [one] = sharesOf(record, label, [1])
    expect(await codeOf(() => combine(record, label, [one!, one!, one!], 2))).toBe('ERR_SHARES_INSUFFICIENT')
    expect(await codeOf(() => combine(record, label, [one!, { ...one!, custodian: 2 }], 2))).toBe(
      'ERR_SHARES_INSUFFICIENT',
    )
  })

  test('one share of two says nothing: it goes with every key', async () => {
    const { record } = await sealed()
    const share = Uint8Array.from(sharesOf(record, label, [1])[0]!.share)
    const x = share[32] === 1 ? 2 : 1
    // What each value of a second share at x would give, byte by byte: all 256 values, each once.
    const given: Uint8Array[] = []
    for (let y = 0; y < 256; y++) {
      const second = bytes(33, y)
      second[32] = x
      given.push(await interpolate([share, second]))
    }
    for (let at = 0; at < 32; at++) expect(new Set(given.map((key) => key[at])).size).toBe(256)
  })

  test('without the wraps the shares stay closed', async () => {
    const { record } = await sealed()
    for (const { custodian } of record.shares) {
      expect(await codeOf(() => unwrapShare(record, custodian, bytes(32, 0x99), label))).toBe('ERR_SEAL_INVALID')
    }
  })
})

describe('bad shares', () => {
  test('one among three is named, and the others suffice', async () => {
    const { record } = await sealed()
    for (const bad of [1, 2, 3]) {
      const shares = sharesOf(record, label, [1, 2, 3]).map(({ custodian, share }) => ({
        custodian,
        share: custodian === bad ? bytes(33, 1) : share,
      }))
      expect(await combine(record, label, shares, 2)).toEqual({ details, bad: [bad] })
    }
  })

  test('of any length, under any number, are named', async () => {
    const { record } = await sealed()
    const good = sharesOf(record, label, [1, 2])
    const odd: OpenShare[] = [
      { custodian: 3, share: bytes(0, 0) },
      { custodian: 4, share: good[0]!.share },
      { custodian: 9, share: bytes(70, 1) },
    ]
    const checked = checkShares(record, label, [...odd, ...good])
    expect(checked.bad).toEqual([3, 4, 9])
    expect(checked.good.map(({ custodian }) => custodian)).toEqual([1, 2])
    expect(await combine(record, label, [...odd, ...good], 2)).toEqual({ details, bad: [3, 4, 9] })
  })

  test('two among three are too many', async () => {
    const { record } = await sealed()
    const [one] = sharesOf(record, label, [1])
    const shares = [one!, { custodian: 2, share: bytes(33, 1) }, { custodian: 3, share: bytes(33, 2) }]
    expect(await codeOf(() => combine(record, label, shares, 2))).toBe('ERR_SHARES_INSUFFICIENT')
  })

  test('that a sealer hashed wrongly do not hide the others', async () => {
    const { record } = await sealed()
    const wrong = bytes(33, 0x77)
    const shares = sharesOf(record, label, [1, 2, 3])
    for (const odd of [1, 2, 3]) {
      const lying: SealedRecord = {
        ...record,
        shares: record.shares.map((share) =>
          share.custodian === odd ? { ...share, shareHash: shareHash(label, odd, wrong) } : share,
        ),
      }
      const given = shares.map((share) => (share.custodian === odd ? { custodian: odd, share: wrong } : share))
      expect((await combine(lying, label, given, 2)).details).toEqual(details)
      expect(await codeOf(() => unwrapShare(lying, odd, rootsOf(3)[odd - 1]!, label))).toBe('ERR_SEAL_INVALID')
    }
  })

  test('Buffers from the wire are shares too', async () => {
    const { record } = await sealed()
    const shares = sharesOf(record, label, [1, 2]).map(({ custodian, share }) => ({
      custodian,
      share: Buffer.from(share),
    }))
    expect((await combine(record, label, shares, 2)).details).toEqual(details)
    expect(shares[0]!.share.some((byte) => byte !== 0)).toBe(true)
  })
})

describe('a record that was tampered with', () => {
  const roots = rootsOf(3)

  test('does not open for another child, hub, group, version or keyset', async () => {
    const { record } = await sealed()
    const shares = sharesOf(record, label, [1, 2])
    for (const other of [
      { hub: bytes(32, 1) },
      { childId: bytes(16, 1) },
      { group: 'carers' as const },
      { recordVersion: 4 },
      { keyset: 'keys-2' },
    ]) {
      const at = { ...place, ...other }
      const elsewhere = sealLabel(at)
      // Moved as it is, then with the label of its new place written over its own.
      const relabelled = { ...record, ...other, label: elsewhere }
      expect(await codeOf(() => unwrapShare(record, 1, roots[0]!, elsewhere))).toBe('ERR_SEAL_INVALID')
      expect(recordLabel(relabelled, at.hub, at.childId)).toEqual(elsewhere)
      expect(await codeOf(() => unwrapShare(relabelled, 1, roots[0]!, elsewhere))).toBe('ERR_SEAL_INVALID')
      expect(await codeOf(() => combine(record, elsewhere, shares, 2))).toBe('ERR_SEAL_INVALID')
      expect(await codeOf(() => combine(relabelled, elsewhere, shares, 2))).toBe('ERR_SHARES_INSUFFICIENT')
    }
  })

  test('a record that claims another label than its shares have is refused by custodian and officer', async () => {
    const { record } = await sealed()
    const claiming = { ...record, label: bytes(32, 1) }
    expect(await codeOf(() => unwrapShare(claiming, 1, roots[0]!, label))).toBe('ERR_SEAL_INVALID')
    const shares = sharesOf(record, label, [1, 2])
    expect(await codeOf(() => combine(claiming, label, shares, 2))).toBe('ERR_SEAL_INVALID')
    expect(await codeOf(() => checkShares(claiming, label, shares))).toBe('ERR_SEAL_INVALID')
  })

  test('shares under a new label do not bring the old body along', async () => {
    const moved = { ...place, childId: bytes(16, 1) }
    const [ours, theirs] = [await sealed(), await sealed({ at: moved })]
    const elsewhere = sealLabel(moved)
    const spliced = { ...theirs.record, body: ours.record.body }
    const shares = sharesOf(theirs.record, elsewhere, [1, 2])
    expect(await codeOf(() => combine(spliced, elsewhere, shares, 2))).toBe('ERR_SEAL_INVALID')
    // Not even when the body really is under the key that the shares give: it is bound to its own label.
    const dek = await interpolate(shares.map(({ share }) => Uint8Array.from(share)))
    const bodyOf = (aad: Uint8Array) => aeadSeal(dek, aad, pad(utf8Bytes('{}')), random)
    expect(await codeOf(() => combine({ ...spliced, body: bodyOf(label) }, elsewhere, shares, 2))).toBe(
      'ERR_SEAL_INVALID',
    )
    expect((await combine({ ...spliced, body: bodyOf(elsewhere) }, elsewhere, shares, 2)).details).toEqual({})
  })

  test('body, shares and handles of another record of the same place do not fit', async () => {
    const [a, b] = [(await sealed()).record, (await sealed()).record]
    const shares = sharesOf(a, label, [1, 2])
    expect(await codeOf(() => combine({ ...a, body: b.body }, label, shares, 2))).toBe('ERR_SEAL_INVALID')
    expect(await codeOf(() => combine({ ...a, commitment: b.commitment }, label, shares, 2))).toBe('ERR_SEAL_INVALID')
    expect(await codeOf(() => combine(b, label, shares, 2))).toBe('ERR_SHARES_INSUFFICIENT')
    for (const field of ['handle', 'wrapped', 'shareHash'] as const) {
      const [first, ...rest] = a.shares
      const spliced = { ...a, shares: [{ ...first!, [field]: b.shares[0]![field] }, ...rest] }
      expect(await codeOf(() => unwrapShare(spliced, 1, roots[0]!, label))).toBe('ERR_SEAL_INVALID')
      expect((await codeOf(() => unwrapShare(spliced, 2, roots[1]!, label))) ?? 'opens').toBe('opens')
    }
    // A whole share of the other record opens, as it was sealed for this label; its key does not open this body.
    const spliced = { ...a, shares: [a.shares[0]!, b.shares[1]!, a.shares[2]!] }
    const mixed = sharesOf(spliced, label, [1, 2])
    expect(await codeOf(() => combine(spliced, label, mixed, 2))).toBe('ERR_SEAL_INVALID')
    expect((await combine(spliced, label, sharesOf(spliced, label, [1, 2, 3]), 2)).details).toEqual(details)
  })

  test('a share does not pass from one custodian to another', async () => {
    const { record } = await sealed()
    const [one, two, three] = record.shares
    const swapped = {
      ...record,
      shares: [{ ...two!, custodian: 1 }, { ...one!, custodian: 2 }, three!],
    }
    for (const [custodian, root] of [
      [1, roots[0]],
      [2, roots[1]],
      [1, roots[1]],
      [2, roots[0]],
    ] as const) {
      expect(await codeOf(() => unwrapShare(swapped, custodian, root!, label))).toBe('ERR_SEAL_INVALID')
    }
  })

  test('the generation of a root cannot be rewritten', async () => {
    const { record } = await sealed()
    const [one, ...rest] = record.shares
    const aged = { ...record, shares: [{ ...one!, generation: 1 }, ...rest] }
    expect(await codeOf(() => unwrapShare(aged, 1, roots[0]!, label))).toBe('ERR_SEAL_INVALID')
    expect(shareOf(aged, 1).generation).toBe(1)
    expect(await codeOf(() => shareOf(aged, 4))).toBe('ERR_SEAL_INVALID')
  })

  test('under another key the body may open, but the commitment says no', async () => {
    // A sealer that shares one key and commits to another: nothing opens, rather than something of its choice later.
    const { record } = await sealed()
    const lying = { ...record, commitment: keyCommitment(bytes(32, 1), label) }
    expect(await codeOf(() => combine(lying, label, sharesOf(record, label, [1, 2, 3]), 2))).toBe('ERR_SEAL_INVALID')
  })

  test('a body that holds no canonical JSON, or no padding, is refused', async () => {
    const { record } = await sealed()
    const shares = sharesOf(record, label, [1, 2])
    const dek = await interpolate(shares.map(({ share }) => Uint8Array.from(share)))
    expect(equalBytes(keyCommitment(dek, label), record.commitment)).toBe(true)
    expect(aeadOpen(dek, label, record.body).length).toBe(2_048)
    for (const wrong of [
      pad(utf8Bytes('{ }')),
      pad(utf8Bytes('{"a":1,"a":2}')),
      pad(bytes(3, 0xff)),
      bytes(2_048, 1),
    ]) {
      const body = aeadSeal(dek, label, wrong, random)
      expect(await codeOf(() => combine({ ...record, body }, label, shares, 2))).toBe('ERR_SEAL_INVALID')
    }
  })

  test('every flipped bit is noticed by somebody', async () => {
    const { bytes: stored } = await sealed()
    const flipped = (bit: number) => {
      const changed = stored.slice()
      changed[bit >> 3] = changed[bit >> 3]! ^ (1 << (bit & 7))
      return openWhole(changed, place, [1, 2, 3], 2)
    }
    const body = Buffer.from(stored).indexOf(Buffer.from('keys-1')) + 10
    const noticed: string[] = []
    // Everything but the body bit by bit, the body by a sample.
    for (let bit = 0; bit < stored.length * 8; bit++) {
      const inBody = bit >= body * 8 && bit < (body + 2_088) * 8
      if (inBody && bit % 331 !== 0) continue
      const code = (await codeOf(() => flipped(bit))) ?? `bit ${bit} went unnoticed`
      if (code !== 'ERR_SEAL_INVALID') noticed.push(code)
    }
    expect(noticed).toEqual([])
  })

  test('failures say nothing of the record', async () => {
    const { record } = await sealed()
    const error = await combine({ ...record, body: bytes(2_088, 1) }, label, sharesOf(record, label, [1, 2]), 2).catch(
      (reason: Error) => reason,
    )
    expect((error as Error).cause).toBeUndefined()
    expect((error as Error).message).toMatch(/^[a-z ]+$/)
  })

  test('its form is the record and nothing more', async () => {
    const { record, bytes: stored } = await sealed()
    expect(encodeRecord(record)).toEqual(stored)
  })
})
