import { afterEach, describe, expect, test, vi } from 'vitest'
import { unpack } from '../../src/bytes.js'
import { parseReleaseAnswer, parseReleaseMessage } from '../../src/case/messages.js'
import { type ReleaseAnswer, shareInfo, signAnswer } from '../../src/case/opening.js'
import { releaseInfo } from '../../src/custodian/knowledge.js'
import type { CustodianKeys } from '../../src/custodian.js'
import { IndexError, type Port } from '../../src/index.js'
import { cosign as cosigned } from '../../src/journal/checkpoint.js'
import { fromJsonBytes, toJsonBytes } from '../../src/json.js'
import { decodeMessage, type Handler, type Message, serve } from '../../src/port.js'
import { hpkeOpen, hpkeSeal } from '../../src/seal/hpke.js'
import { signingKey } from '../../src/signature.js'
import { childDetails, type House, house, nhsNumber } from '../support/house.js'

const ASK = { case: 1, group: 'identity', purpose: 'referral', lawfulBasis: 'public-task' } as const
const KEYSETS = [
  { custodians: 3, quorum: 2 },
  { custodians: 5, quorum: 3 },
] as const

type Way = (id: string, port: Port) => Port

const realTimeout = setTimeout
const heard: AbortSignal[] = []
const hangs: Way = () => ({
  send: (_, options) => {
    if (options?.signal !== undefined) heard.push(options.signal)
    return new Promise<never>(() => undefined)
  },
})
const dead: Way = () => ({
  send: () => Promise.reject(new IndexError('ERR_CUSTODIAN_UNAVAILABLE', 'the line is down')),
})

afterEach(() => {
  vi.useRealTimers()
  heard.length = 0
})

/** A house with a case to open, whose custodians can be made to behave otherwise. */
async function withWays(keyset: (typeof KEYSETS)[number] = KEYSETS[0]) {
  const ways = new Map<string, Way>()
  const it = await house({
    ...keyset,
    custodianPort: (id, port) => ({
      send: (message, options) => (ways.get(id)?.(id, port) ?? port).send(message, options),
    }),
  })
  await it.register(childDetails(1))
  await check(it, 'a')
  const { ledger } = await it.context()
  const typesSince = async (position: number): Promise<readonly string[]> =>
    (await ledger.read(position, 1_000)).map(({ entry }) => entry?.type ?? 'erased')
  return { it, ways, typesSince }
}

const check = (it: House, reference: string) =>
  it.police.check({
    child: { nhsNumber: nhsNumber(1) },
    incident: 'police-protection',
    occurredAt: it.clock.now,
    reference,
    practitioner: 'PC 42',
  })

const named = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => `custodian-${from + i}`)

async function readable(it: House, opening: string): Promise<void> {
  expect((await it.first.read(opening)).details).toMatchObject({ nhsNumber: nhsNumber(1) })
}

/** Lets minutes pass at once for whatever waits, until the work is done. */
async function hurried<T>(work: Promise<T>): Promise<T> {
  let isDone = false
  const done = work.finally(() => {
    isDone = true
  })
  done.catch(() => undefined)
  while (!isDone) {
    await new Promise((resolve) => realTimeout(resolve, 50))
    await vi.advanceTimersByTimeAsync(3_000)
  }
  return done
}

describe.each(KEYSETS)('$quorum of $custodians custodians', (keyset) => {
  const { custodians: n, quorum: t } = keyset

  test.each([
    ['hang', hangs],
    ['are dead', dead],
  ])('open while the others %s, and those are named', async (_, way) => {
    const { it, ways } = await withWays(keyset)
    const down = named(1, n - t)
    for (const id of down) ways.set(id, way)
    await check(it, 'b')
    const opening = await it.first.open(ASK)
    expect(opening).toMatchObject({ opened: true, released: named(n - t + 1, n), refused: [], invalid: [] })
    expect(opening.unavailable).toEqual(down)
    await readable(it, opening.opening)
    // The next one does not wait for those again.
    expect((await it.second.open(ASK)).unavailable).toEqual(down)
    await it[Symbol.asyncDispose]()
    expect(
      heard.every(({ aborted }) => aborted),
      'nothing is left waiting',
    ).toBe(true)
  })

  test.each([
    ['are dead', dead],
    ['hang', hangs],
  ])('one fewer opens nothing, and says who is missing, where the others %s', async (_, way) => {
    const { it, ways, typesSince } = await withWays(keyset)
    const down = named(t, n)
    for (const id of down) ways.set(id, way)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const before = await it.hub.journal.size()
    await expect(hurried(it.first.open(ASK))).rejects.toThrow(new RegExp(`missing: ${down.join(', ')}$`))
    await expect(hurried(it.hub.journal.head())).rejects.toMatchObject({
      code: 'ERR_QUORUM_MISSING',
      message: expect.stringMatching(new RegExp(`missing: ${down.join(', ')}$`)),
    })
    expect(await typesSince(before)).not.toContain('release')
    ways.clear()
    // Whoever hung answers in the background first.
    await hurried(it.hub.journal.head())
    expect((await hurried(it.first.open(ASK))).released).toEqual(named(1, n))
    vi.useRealTimers()
    await it[Symbol.asyncDispose]()
  })
})

test('where only the cosignatures are missing, the request stands and nothing is released', async () => {
  const { it, ways, typesSince } = await withWays()
  for (const id of named(2, 3)) ways.set(id, answering({ cosign: async () => toJsonBytes({ behind: 0 }) }))
  const before = await it.hub.journal.size()
  await expect(it.first.open(ASK)).rejects.toMatchObject({
    code: 'ERR_QUORUM_MISSING',
    message: expect.stringMatching(/missing: custodian-2, custodian-3$/),
  })
  const types = await typesSince(before)
  expect(types).toContain('opening')
  expect(types).not.toContain('release')
  await it[Symbol.asyncDispose]()
})

test('a hub that does not start because a custodian says that it knows more of the roster names that one', async () => {
  const { it, ways } = await withWays()
  await it.hub.close()
  ways.set('custodian-2', answering({ follow: async () => toJsonBytes({ followed: 1e9 }) }))
  const refusal: unknown = await it.reopen().catch((error: unknown) => error)
  expect(refusal).toMatchObject({ code: 'ERR_JOURNAL_ROLLED_BACK' })
  expect(String(refusal)).toMatch(/^(?=.*custodian-2)(?!.*custodian-[13])/)
  ways.clear()
  await it.reopen()
  await it[Symbol.asyncDispose]()
})

test('what a slow custodian releases later is journalled and read with the rest', async () => {
  const { it, ways, typesSince } = await withWays()
  let go = (): void => undefined
  const gate = new Promise<void>((resolve) => {
    go = resolve
  })
  ways.set('custodian-3', (_, port) => ({
    async send(message, options) {
      if (decodeMessage(message).verb === 'release') await gate
      return port.send(message, options)
    },
  }))
  const before = await it.hub.journal.size()
  const opening = await it.first.open(ASK)
  expect(opening).toMatchObject({ released: named(1, 2), unavailable: ['custodian-3'] })
  const releases = async () => (await typesSince(before)).filter((type) => type === 'release').length
  expect(await releases()).toBe(2)
  go()
  await vi.waitFor(async () => expect(await releases()).toBe(3))
  // Two that gave good shares, of whom the slow one is needed now.
  await readable(it, opening.opening)
  ways.clear()
  await it.hub.journal.head()
  await vi.waitFor(async () => expect((await it.first.open(ASK)).released).toEqual(named(1, 3)))
  await it[Symbol.asyncDispose]()
})

test('sealing needs them all, and says who did not answer', async () => {
  const { it, ways } = await withWays()
  ways.set('custodian-2', hangs)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  await expect(hurried(it.register(childDetails(2)))).rejects.toMatchObject({
    code: 'ERR_CUSTODIAN_UNAVAILABLE',
    message: 'custodian-2 did not answer in time',
  })
  vi.useRealTimers()
  await it[Symbol.asyncDispose]()
})

describe('a custodian that lies stops nobody', () => {
  const stranger = signingKey(new Uint8Array(32).fill(7))
  const NAMED = { unavailable: [], invalid: ['custodian-1'] }
  const UNNAMED = { unavailable: [], invalid: [] }
  const cases: readonly (readonly [string, (it: House) => Way, object])[] = [
    [
      'bytes that mean nothing',
      () => () => ({ send: async () => new Uint8Array([1, 2, 3]) }),
      { unavailable: ['custodian-1'] },
    ],
    [
      'an empty line for a cosignature',
      () => answering({ cosign: async () => toJsonBytes({ line: '', followed: 0, proven: 0 }) }),
      UNNAMED,
    ],
    ['a cosignature by another key', () => cosigning((note) => cosigned(note, 'x', stranger, 0)), UNNAMED],
    [
      'a cosignature under another custodian’s name',
      (it) => cosigning((note) => cosigned(note, nameOf(it, 'custodian-2'), keysOf(it, 'custodian-1').signing, 0)),
      UNNAMED,
    ],
    [
      'its cosignature, and one of another custodian that does not verify',
      (it) =>
        cosigning((note) => {
          const own = cosigned(note, nameOf(it, 'custodian-1'), keysOf(it, 'custodian-1').signing, 0)
          const other = cosigned(`${note}`, nameOf(it, 'custodian-2'), keysOf(it, 'custodian-2').signing, 0)
          const line = other.slice(note.length)
          return own + line.replace(/ [A-Za-z0-9+/=]+\n$/, (base64) => ` ${spoiled(base64.trim())}\n`)
        }),
      UNNAMED,
    ],
    [
      'that it has seen a longer journal',
      () => answering({ cosign: async () => toJsonBytes({ behind: 1e9 }) }),
      UNNAMED,
    ],
    [
      'a checkpoint of another journal',
      () => answering({ 'last-seen': async () => toJsonBytes({ note: 'another' }) }),
      UNNAMED,
    ],
    [
      'an answer that is none',
      () => answering({ release: async () => toJsonBytes({ answer: new Uint8Array(9) }) }),
      NAMED,
    ],
    [
      'an answer that another key signed',
      (it) => releasing(it, (answer) => signAnswer(hubOf(it), answer, stranger)),
      NAMED,
    ],
    [
      'an answer to another request',
      (it) =>
        releasing(it, (answer) =>
          signAnswer(hubOf(it), { ...answer, requestHash: new Uint8Array(32) }, keysOf(it, answer.custodian).signing),
        ),
      NAMED,
    ],
  ]

  test.each(cases)('%s', async (_, lie, expected) => {
    const { it, ways } = await withWays()
    ways.set('custodian-1', lie(it))
    const opening = await it.first.open(ASK)
    expect(opening).toMatchObject({ opened: true, ...expected })
    expect(opening.released).toEqual(expect.arrayContaining([...named(2, 3)]))
    await readable(it, opening.opening)
    await it.reopen()
    await it[Symbol.asyncDispose]()
  })

  test('an unsigned answer is named, and is neither journalled nor counted', async () => {
    const { it, ways } = await withWays()
    ways.set('custodian-1', answering({ release: async () => toJsonBytes({ answer: new Uint8Array(9) }) }))
    ways.set('custodian-2', dead)
    await expect(it.first.open(ASK)).resolves.toMatchObject({
      opened: false,
      released: ['custodian-3'],
      unavailable: ['custodian-2'],
      invalid: ['custodian-1'],
    })
    await it[Symbol.asyncDispose]()
  })

  test('a share that is not the one sealed is left out at reading, and its custodian is named', async () => {
    const { it, ways } = await withWays()
    ways.set(
      'custodian-1',
      releasing(it, async (answer, message) => {
        const { request } = message.signed
        const info = shareInfo(hubOf(it), request, 1)
        const share = await hpkeSeal(request.oneUseKey, info, new Uint8Array(0), new Uint8Array(33))
        return signAnswer(hubOf(it), { ...answer, share }, keysOf(it, 'custodian-1').signing)
      }),
    )
    const opening = await it.first.open(ASK)
    expect(opening.released).toEqual(named(1, 3))
    const { details, badShares } = await it.first.read(opening.opening)
    expect(details).toMatchObject({ nhsNumber: nhsNumber(1) })
    expect(badShares).toEqual([1])
    await it[Symbol.asyncDispose]()
  })
})

/** A custodian that gives its own answer to some verbs. */
function answering(handlers: Readonly<Record<string, Handler>>): Way {
  const own = serve(new Map(Object.entries(handlers)))
  return (_, port) => ({
    send: (message, options) => (decodeMessage(message).verb in handlers ? own : port).send(message, options),
  })
}

function cosigning(lie: (note: string) => string): Way {
  return answering({
    cosign: async (message) => {
      const { note } = fromJsonBytes(message.body) as { note: string }
      return toJsonBytes({ line: lie(note).slice(note.length), followed: 0, proven: 0 })
    },
  })
}

type Released = Omit<Extract<ReleaseAnswer, { kind: 'released' }>, 'signature'>
type Lie = (answer: Released, message: ReturnType<typeof parseReleaseMessage>) => ReleaseAnswer | Promise<ReleaseAnswer>

/** A custodian that turns its honest release into something else. */
function releasing(it: House, lie: Lie): Way {
  return (id, port) => ({
    async send(bytes, options) {
      const reply = await port.send(bytes, options)
      const message: Message = decodeMessage(bytes)
      if (message.verb !== 'release') return reply
      const { sealed } = fromJsonBytes(message.body) as { sealed: Uint8Array }
      const opened = await hpkeOpen(keysOf(it, id).hpke, releaseInfo(hubOf(it), id), new Uint8Array(0), sealed)
      const [body] = unpack('reply/v1', reply, 1) as [Uint8Array]
      const { answer } = fromJsonBytes(body) as { answer: Uint8Array }
      const honest = parseReleaseAnswer(fromJsonBytes(answer)) as Extract<ReleaseAnswer, { kind: 'released' }>
      const { signature: _, ...unsigned } = honest
      const told = await lie(unsigned, parseReleaseMessage(fromJsonBytes(opened)))
      return serve(new Map([['release', async () => toJsonBytes({ answer: toJsonBytes(told) })]])).send(bytes)
    },
  })
}

function keysOf(it: House, id: string): CustodianKeys {
  const keys = it.founding?.custodians.find((each) => each.id === id)
  if (keys === undefined) throw new Error('no such custodian')
  return keys
}

const hubOf = (it: House): Uint8Array => it.hub.id
const nameOf = (it: House, id: string): string => `child-index/v1/${Buffer.from(it.hub.id).toString('hex')}/${id}`

function spoiled(base64: string): string {
  const bytes = Buffer.from(base64, 'base64')
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
  return bytes.toString('base64')
}
