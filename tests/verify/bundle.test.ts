import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EntryType } from '../../src/journal/entry.js'
import { LINE_BYTES_MAX } from '../../src/verify/bundle.js'
import { type House, house } from '../support/house.js'
import { bad, bundleOf, busyHouse, verifyBundle } from './office.js'

/** A bundle by itself: what it shows, and that no change of it passes. */

let busy: House
let whole: Uint8Array[]
const verify = (lines: readonly Uint8Array[], heads: readonly string[] = []) =>
  verifyBundle(lines, { pin: busy.hub.pin, heads })

beforeAll(async () => {
  busy = await busyHouse()
  whole = await bundleOf(busy, { checks: true, cases: true })
})
afterAll(() => busy[Symbol.asyncDispose]())

describe('a bundle of an honest hub', () => {
  test('is verified with nothing but the pin, whatever was let into it', async () => {
    for (const options of [{}, { checks: true }, { cases: true }, { checks: true, cases: true }]) {
      const found = await verify(await bundleOf(busy, options))
      expect(bad(found)).toEqual([])
      expect(found.verified).toBe(true)
      expect(found.kind).toEqual({ checks: false, cases: false, ...options })
    }
  })

  test('counts what others can count for themselves', async () => {
    const { counts, byType } = await verify(whole)
    expect(Object.fromEntries(counts.checksByAgency)).toEqual({ 'met-police': 1, 'st-marys': 1, 'hill-school': 1 })
    expect(Object.fromEntries(counts.withdrawalsByAgency)).toEqual({ 'st-marys': 1 })
    expect(Object.fromEntries(counts.openingsByOfficer)).toEqual({ first: 1 })
    expect(Object.fromEntries(counts.viewsByOfficer)).toEqual({ first: 1 })
    expect([...counts.releasesByCustodian.values()].reduce((a, b) => a + b, 0)).toBe(byType.get('release'))
  })

  test('runs the verdicts again where it holds them, and says where it could not', async () => {
    const again = 'levels are reached again when the policy is run on the checks that they name'
    expect((await verify(whole)).findings).toContainEqual({ ok: true, text: `1 ${again}` })
    const withoutChecks = await verify(await bundleOf(busy, { cases: true }))
    const hidden = 'levels could not be run again: checks that they name are erased or not shown'
    expect(withoutChecks.notVerified).toContain(`1 ${hidden}`)
    const sealed = await verify(await bundleOf(busy, { checks: true }))
    expect(sealed.entries.sealed).toBeGreaterThan(0)
    expect(sealed.notVerified[0]).toContain('sealed entries')
  })

  test('shows no bytes of a check and no ciphertext unless it is asked to', async () => {
    const text = Buffer.concat(await bundleOf(busy)).toString()
    expect(text).not.toContain(Buffer.from('P/1').toString('base64').slice(0, 3).concat('never'))
    const lines = (await bundleOf(busy)).map((line) => JSON.parse(Buffer.from(line).toString()))
    const types = new Set(lines.flatMap(({ line }) => line ?? []))
    expect([...types].sort()).toEqual(['end', 'entry', 'leaf', 'rows'])
    for (const { line, rows, because, bytes } of lines) {
      if (line === 'rows') for (const row of rows) expect(Object.keys(row)).toEqual(['hash'])
      if (because === 'sealed') expect(bytes).toBeUndefined()
    }
  })

  test('goes on verifying after a check was erased', async () => {
    const other = await busyHouse()
    const { store, ledger } = await other.context()
    const size = await ledger.size()
    const entries = await ledger.read(0, size)
    const type: EntryType = 'check-batch'
    const { position } = entries.findLast(({ entry }) => entry?.type === type) ?? { position: 0 }
    await store.commit({ expectedSize: size, erase: [{ position, row: 0 }] })
    const found = await verifyBundle(await bundleOf(other, { checks: true, cases: true }), { pin: other.hub.pin })
    expect(bad(found)).toEqual([])
    expect(found.notVerified.join()).toContain('levels could not be run again')
    await other[Symbol.asyncDispose]()
  })
})

describe('a bundle that was changed', () => {
  test('is found out by every line that is missing, doubled or moved', async () => {
    const at = fc.integer({ min: 0, max: whole.length - 1 })
    const without = at.map((index) => whole.filter((_, each) => each !== index))
    const doubled = at.map((index) => whole.flatMap((line, each) => (each === index ? [line, line] : [line])))
    const moved = fc
      .tuple(at, at)
      .filter(([from, to]) => from !== to)
      .map(([from, to]) => whole.toSpliced(from, 1).toSpliced(to, 0, whole[from] as Uint8Array))
    await fc.assert(
      fc.asyncProperty(fc.oneof(without, doubled, moved), async (lines) => {
        expect((await verify(lines)).verified).toBe(false)
      }),
      { numRuns: 50 },
    )
  })

  test('is found out by every byte that is another, or changes nothing that is claimed', async () => {
    const honest = await verify(whole)
    const bytes = Buffer.concat(whole)
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
        const altered = Uint8Array.from(bytes)
        altered[at] = (altered[at] ?? 0) ^ mask
        const found = await verify([altered])
        // A note may lose a cosignature that it does not need, and says so.
        if (found.verified) expect({ ...found, cosignedBy: [] }).toMatchObject({ checkpoint: honest.checkpoint })
        if (found.verified) expect(found.cosignedBy.length).toBeLessThan(3)
      }),
      { numRuns: 50 },
    )
  })

  test('is found out where it breaks off', async () => {
    const bytes = Buffer.concat(whole)
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), async (length) => {
        expect((await verify([bytes.subarray(0, length)])).verified).toBe(false)
      }),
      { numRuns: 40 },
    )
  })

  test('is the same however it is cut into chunks', async () => {
    const bytes = Buffer.concat(whole)
    const cut = [...Array(Math.ceil(bytes.length / 977)).keys()].map((n) => bytes.subarray(977 * n, 977 * (n + 1)))
    expect((await verify(cut)).verified).toBe(true)
  })

  test('of another hub is not this hub’s', async () => {
    const other = await house({ seed: 2 })
    const lines = await bundleOf(other)
    expect(bad(await verify(lines))).toEqual([
      'the bundle is of another hub than the one that was pinned: what comes after it was not read',
    ])
    const first = Buffer.from(lines[0] as Uint8Array).toString()
    const named = first.replace(
      Buffer.from(other.hub.id).toString('base64'),
      Buffer.from(busy.hub.id).toString('base64'),
    )
    expect((await verify([Buffer.from(named), ...lines.slice(1)])).verified).toBe(false)
    const pin = { hub: busy.hub.id, roster: other.hub.pin.roster }
    expect((await verifyBundle(whole, { pin })).verified).toBe(false)
    await other[Symbol.asyncDispose]()
  })

  test('in a form that nobody knows is refused by its first line', async () => {
    const [first = new Uint8Array(0), ...rest] = whole
    const text = Buffer.from(first).toString()
    for (const [from, to] of [
      ['"version":1', '"version":2'],
      ['child-index/bundle', 'child-index/parcel'],
      ['"checks":true', '"checks":null'],
      ['"version":1', '"version":1,"x":NaN'],
      ['"version":1', '"version":1.5'],
      ['"checks":true', '"checks":true,"checks":true'],
    ] as const) {
      expect(text).toContain(from)
      const found = await verify([Buffer.from(text.replace(from, to)), ...rest])
      expect(found.findings, to).toMatchObject([{ ok: false, code: 'ERR_FILE_INVALID' }])
    }
  })

  test('of hostile lines is refused in bounded memory, and nothing is thrown', async () => {
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      let sent = 0
      yield whole[0] as Uint8Array
      while (sent < 100 * 2 ** 20) {
        sent += 2 ** 16
        if (sent > 2 * LINE_BYTES_MAX) throw new Error('read on after a line that was too long')
        yield Buffer.alloc(2 ** 16, 0x20)
      }
    }
    expect(bad(await verifyBundle(endless(), { pin: busy.hub.pin })).join()).toContain('longer than 2 MiB')
    const hostile = [
      '',
      '\n',
      '[]\n',
      'NaN\n',
      '{"line":"entry"}\n',
      `${'['.repeat(1e5)}\n`,
      Buffer.from([0xff, 0xfe, 10]),
      Buffer.from([0xc0, 0x80, 10]),
      '{"line":"leaf","position":-1}\n',
      '{"line":"leaf","position":1e400}\n',
      '{"__proto__":{"line":"end"}}\n',
    ].map((line) => Buffer.from(line))
    for (const line of hostile) {
      expect((await verify([line])).verified).toBe(false)
      expect((await verify([whole[0] as Uint8Array, line])).verified).toBe(false)
    }
  })
})

describe('heads kept from before', () => {
  test('are heads that the journal passed through', async () => {
    const kept = await busy.hub.journal.head()
    const { findings } = await verify(whole, [kept, kept])
    const text = '2 heads kept from before are heads that the journal passed through'
    expect(findings).toContainEqual({ ok: true, text })
  })

  test('show an older copy, a split view, and a head that is nobody’s', async () => {
    // The same keys and first entries, and then two journals: what each auditor is shown alone looks well.
    const [left, right] = [await house({ seed: 7 }), await house({ seed: 7 })]
    const before = await bundleOf(left)
    await left.agency('left-1', 'police')
    await right.agency('right-1', 'police')
    const heads = { left: await left.hub.journal.head(), right: await right.hub.journal.head() }
    const pin = left.hub.pin
    const shown = await bundleOf(left)
    expect((await verifyBundle(shown, { pin })).verified).toBe(true)
    const rolledBack = await verifyBundle(before, { pin, heads: [heads.left] })
    expect(bad(rolledBack).join()).toContain('does not reach a head')
    const split = await verifyBundle(shown, { pin, heads: [heads.right] })
    expect(bad(split).join()).toContain('SPLIT VIEW')
    expect(split.splitView.map(({ kept }) => kept)).toEqual([heads.right])
    // A forged note accuses nobody.
    const forged = heads.right.replace(/\n([A-Za-z0-9+/]{43}=)\n/, `\n${Buffer.alloc(32, 9).toString('base64')}\n`)
    const accused = await verifyBundle(shown, { pin, heads: [forged, 'not a note'] })
    expect(bad(accused).join()).not.toContain('SPLIT VIEW')
    expect(accused.splitView).toEqual([])
    expect(accused.verified).toBe(false)
    await Promise.all([left, right].map((each) => each[Symbol.asyncDispose]()))
  })
})
