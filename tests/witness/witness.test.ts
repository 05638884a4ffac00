import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { utf8Bytes } from '../../src/bytes.js'
import { sha256 } from '../../src/hash.js'
import { checkpointOrigin, type NoteKey, signCheckpoint, verifyNote } from '../../src/journal/checkpoint.js'
import { rootOf } from '../../src/journal/merkle.js'
import { foldProof, planConsistency, planPlaces } from '../../src/journal/proof.js'
import { signingKey } from '../../src/signature.js'
import { serveWitness, witnessAt } from '../../src/transport/witness.js'
import { compareHeads } from '../../src/verify.js'
import { decodeState, encodeState } from '../../src/witness/state.js'
import {
  formatAddCheckpoint,
  memoryWitnessStore,
  openWitness,
  parseAddCheckpoint,
  type WitnessStore,
} from '../../src/witness.js'

const HUB = signingKey(new Uint8Array(32).fill(1))
const ORIGIN = checkpointOrigin(new Uint8Array(32).fill(2))
const LOG: NoteKey = { name: ORIGIN, publicKey: HUB.publicKey }
const KEY = signingKey(new Uint8Array(32).fill(3))
const NAME = 'witness.example/w1'
const clock = () => 1_800_000_000_000

/** A journal of hashes; another `branch` parts from it at a size. */
function leaves(size: number, branch = 'main', parts = Number.POSITIVE_INFINITY): Uint8Array[] {
  return [...Array(size).keys()].map((n) => sha256(utf8Bytes(`${n < parts ? 'main' : branch} ${n}`)))
}

function head(all: readonly Uint8Array[], key = HUB): string {
  return signCheckpoint({ origin: ORIGIN, size: all.length, root: rootOf(all) }, ORIGIN, key)
}

function path(all: readonly Uint8Array[], from: number): Uint8Array[] {
  const steps = planConsistency(from, all.length)
  return foldProof(
    steps,
    planPlaces(steps).map(({ level, index }) => rootOf(all.slice(index * 2 ** level, (index + 1) * 2 ** level))),
  )
}

function ask(all: readonly Uint8Array[], old: number): string {
  return formatAddCheckpoint({ old, path: old > all.length ? [] : path(all, old), note: head(all) })
}

async function witness(store: WitnessStore = memoryWitnessStore()) {
  const opened = await openWitness({ name: NAME, key: KEY, store, clock })
  await opened.follow(LOG)
  return opened
}

describe('a witness', () => {
  test('cosigns heads that continue each other, and its line makes the note', async () => {
    const it = await witness()
    let old = 0
    for (const size of [1, 2, 2, 5, 8, 9]) {
      const answer = await it.addCheckpoint(ask(leaves(size), old))
      if (answer.status !== 200) throw new Error(`status ${answer.status}`)
      const trust = { origin: ORIGIN, log: LOG, cosigners: [{ name: NAME, publicKey: KEY.publicKey }], quorum: 1 }
      expect(verifyNote(head(leaves(size)) + answer.line, trust).cosignedBy).toEqual([NAME])
      old = size
    }
  })

  test('answers as the protocol says', async () => {
    const it = await witness()
    const five = leaves(5)
    expect(await it.addCheckpoint(ask(five, 0))).toMatchObject({ status: 200 })
    expect(await it.addCheckpoint(ask(leaves(8), 0))).toEqual({ status: 409, size: 5 })
    expect(await it.addCheckpoint(ask(leaves(8), 3))).toEqual({ status: 409, size: 5 })
    expect(await it.addCheckpoint(ask(leaves(3), 5))).toEqual({ status: 400 })
    const other = signCheckpoint({ origin: 'elsewhere', size: 1, root: rootOf(leaves(1)) }, 'elsewhere', HUB)
    expect(await it.addCheckpoint(formatAddCheckpoint({ old: 0, path: [], note: other }))).toEqual({ status: 404 })
    const stranger = formatAddCheckpoint({ old: 5, path: path(leaves(8), 5), note: head(leaves(8), KEY) })
    expect(await it.addCheckpoint(stranger)).toEqual({ status: 403 })
    const wrong = path(leaves(8), 5).map((hash, at) => (at === 0 ? hash.map((byte) => byte ^ 1) : hash))
    for (const proof of [wrong, [], [...path(leaves(8), 5), new Uint8Array(32)]])
      expect(await it.addCheckpoint(formatAddCheckpoint({ old: 5, path: proof, note: head(leaves(8)) }))).toEqual({
        status: 422,
      })
    for (const text of [
      '',
      'old 5\n\n',
      `old 05\n\n${head(five)}`,
      `old -1\n\n${head(five)}`,
      `old 1e3\n\n${head(five)}`,
    ])
      expect(await it.addCheckpoint(text)).toEqual({ status: 400 })
    expect(await it.addCheckpoint(`old 9007199254740993\n\n${head(five)}`)).toEqual({ status: 400 })
    expect(await it.addCheckpoint(`old 5\n${'A'.repeat(44)}\n\n${head(five)}`)).toEqual({ status: 400 })
  })

  test('refuses a fork and an older copy, and keeps both notes', async () => {
    const it = await witness()
    await it.addCheckpoint(ask(leaves(6), 0))
    const fork = leaves(6, 'fork', 4)
    expect(await it.addCheckpoint(ask(fork, 6))).toEqual({ status: 409, size: 6 })
    const longer = leaves(9, 'fork', 4)
    expect(await it.addCheckpoint(ask(longer, 6))).toEqual({ status: 422 })
    expect(await it.addCheckpoint(ask(leaves(4), 4))).toEqual({ status: 409, size: 6 })
    const [hub] = await it.status()
    expect(hub?.refused.map(({ why }) => why)).toEqual(['split-view', 'not-continued', 'older'])
    const proof = hub?.refused[0]
    expect(compareHeads(proof?.kept ?? '', proof?.shown ?? '', LOG)).toBe('split-view')
    // The same once more is no news, and goes on being refused.
    expect(await it.addCheckpoint(ask(fork, 6))).toEqual({ status: 409, size: 6 })
    expect((await it.status())[0]?.refused).toHaveLength(3)
    expect(await it.addCheckpoint(ask(leaves(9), 6))).toMatchObject({ status: 200 })
  })

  test('lets one of many at once win, whatever their order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.boolean()), { maxLength: 12 }),
        async (asked) => {
          const it = await witness()
          const all = asked.map(([size, forks]) => (forks ? leaves(size, 'fork', 0) : leaves(size)))
          const answers = await Promise.all(all.map((each) => it.addCheckpoint(ask(each, 0))))
          const signed = all.filter((_, index) => answers[index]?.status === 200)
          // Whoever was first moved the witness from size 0, and everybody else is told so.
          expect(signed.length).toBe(Math.min(1, all.length))
        },
      ),
      { numRuns: 40 },
    )
  })

  test('never signs two journals, whatever it is asked', async () => {
    const step = fc.record({ size: fc.nat(9), old: fc.nat(9), parts: fc.constantFrom(0, 3, 6, 99) })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
        const it = await witness()
        let signed: readonly Uint8Array[] = []
        for (const { size, old, parts } of steps) {
          const all = leaves(size, `branch ${parts}`, parts)
          const answer = await it.addCheckpoint(ask(all, old))
          if (answer.status !== 200) continue
          expect(all.slice(0, signed.length)).toEqual(signed)
          signed = all
        }
      }),
      { numRuns: 60 },
    )
  })

  test('does not forget the head of a hub that it drops and takes up again', async () => {
    const it = await witness()
    await it.addCheckpoint(ask(leaves(6), 0))
    await it.drop(ORIGIN)
    expect(await it.addCheckpoint(ask(leaves(8), 6))).toEqual({ status: 404 })
    await it.follow(LOG)
    expect(await it.addCheckpoint(ask(leaves(3, 'fork', 0), 0))).toEqual({ status: 409, size: 6 })
    await expect(it.follow({ ...LOG, publicKey: KEY.publicKey })).rejects.toMatchObject({ code: 'ERR_KEY_WRONG' })
  })

  test('signs nothing that it could not remember first', async () => {
    const inner = memoryWitnessStore()
    let fails = false
    let saved = 0
    const store: WitnessStore = {
      load: () => inner.load(),
      async save(state) {
        if (fails) throw new Error('disk full')
        saved += 1
        await inner.save(state)
      },
    }
    const it = await witness(store)
    await it.addCheckpoint(ask(leaves(2), 0))
    const before = saved
    fails = true
    await expect(it.addCheckpoint(ask(leaves(5), 2))).rejects.toThrow('disk full')
    fails = false
    // As if the request had never come; and it is remembered before the answer.
    expect(await it.addCheckpoint(ask(leaves(4), 2))).toMatchObject({ status: 200 })
    expect(saved).toBe(before + 1)
    const again = await openWitness({ name: NAME, key: KEY, store, clock })
    expect(await again.addCheckpoint(ask(leaves(5), 2))).toEqual({ status: 409, size: 4 })
  })

  test('does not open with a file that is damaged', async () => {
    const it = await witness()
    await it.addCheckpoint(ask(leaves(2), 0))
    const text = encodeState({ hubs: await it.status() })
    expect(decodeState(text)).toEqual({ hubs: await it.status() })
    for (const wrong of ['', '{}', text.slice(0, -2), `${text} `, text.replace('"version":1', '"version":2')])
      expect(() => decodeState(wrong)).toThrow('must not sign')
  })
})

test('a request is read back as it was written, and nothing else is read', () => {
  const hash = fc.uint8Array({ minLength: 32, maxLength: 32 })
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.array(hash, { maxLength: 63 }), (old, proof) => {
      const said = { old, path: proof, note: head(leaves(1)) }
      expect(parseAddCheckpoint(formatAddCheckpoint(said))).toEqual(said)
    }),
  )
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(() => parseAddCheckpoint(text)).toThrow()
    }),
  )
  const long = Array(64).fill(new Uint8Array(32))
  expect(() => parseAddCheckpoint(formatAddCheckpoint({ old: 1, path: long, note: head(leaves(1)) }))).toThrow()
})

describe('over HTTP', () => {
  test('is the same witness, and what is hostile gets a refusal', async () => {
    const it = await witness()
    const serving = await serveWitness(it, { host: '127.0.0.1', port: 0 })
    try {
      const there = witnessAt(`${serving.address}/`)
      expect(await there.addCheckpoint(ask(leaves(4), 0))).toMatchObject({ status: 200 })
      expect(await there.addCheckpoint(ask(leaves(6), 0))).toEqual({ status: 409, size: 4 })
      expect(await there.addCheckpoint(ask(leaves(6, 'fork', 2), 4))).toEqual({ status: 422 })
      const url = `${serving.address}/add-checkpoint`
      const conflict = await fetch(url, { method: 'POST', body: ask(leaves(6), 0) })
      expect([conflict.headers.get('content-type'), await conflict.text()]).toEqual(['text/x.tlog.size', '4\n'])
      expect((await fetch(url)).status).toBe(405)
      expect((await fetch(serving.address)).status).toBe(404)
      expect((await fetch(url, { method: 'POST', body: Uint8Array.of(0xff, 0xfe) })).status).toBe(400)
      const huge = await fetch(url, { method: 'POST', body: new Uint8Array(2 ** 20) }).then(
        ({ status }) => status,
        () => 'cut off',
      )
      expect([400, 'cut off']).toContain(huge)
      expect(await there.addCheckpoint(ask(leaves(6), 4))).toMatchObject({ status: 200 })
    } finally {
      await serving.close()
    }
    expect(() => witnessAt('ftp://nowhere')).toThrow()
  })
})

describe('two heads', () => {
  const compare = (one: readonly Uint8Array[], other: readonly Uint8Array[], proof?: Uint8Array[]) =>
    compareHeads(
      head(one),
      head(other),
      LOG,
      proof && { from: Math.min(one.length, other.length), to: Math.max(one.length, other.length), path: proof },
    )

  test('of one journal continue each other, and of two are a split view or a fork', () => {
    expect(compare(leaves(4), leaves(4))).toBe('same')
    expect(compare(leaves(7), leaves(4))).toBe('unproven')
    expect(compare(leaves(7), leaves(4), path(leaves(7), 4))).toBe('continues')
    expect(compare(leaves(4), leaves(4, 'fork', 1))).toBe('split-view')
    const fork = leaves(7, 'fork', 1)
    expect(compare(leaves(4), fork, path(fork, 4))).toBe('forked')
    expect(() => compareHeads(head(leaves(4)), head(leaves(4, 'fork', 1), KEY), LOG)).toThrow()
  })
})
