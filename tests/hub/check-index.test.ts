import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toHex } from '../../src/bytes.js'
import type { JournalPosition } from '../../src/check/receipt.js'
import type { NewCheck } from '../../src/hub/check-index/check-index.js'
import { numberKey } from '../../src/hub/shelf.js'
import { memoryStore } from '../../src/index.js'
import { child, type Desk, desk, erase, record, SOON } from './check-index.js'
import { CheckIndexModel } from './check-index-model.js'
import { watched } from './watched-store.js'

const AGENCIES = ['police', 'health'] as const
const REFERENCES = ['a', 'b', 'c/3', 'd'] as const
const CHILDREN = [1, 2, 3].map(child)
const AT_MAX = 20

type Act =
  | { readonly kind: 'record'; readonly at: number; readonly batches: readonly (readonly NewCheck[])[] }
  | { readonly kind: 'erase'; readonly picks: readonly number[] }
  | { readonly kind: 'tidy' | 'reopen' }

const code = fc.constantFrom('police-notice', 'neglect', 'missing', 'x')

const batch: fc.Arbitrary<readonly NewCheck[]> = fc
  .tuple(
    fc.constantFrom(...AGENCIES),
    fc.array(
      fc.record({
        childId: fc.constantFrom(...CHILDREN),
        reference: fc.constantFrom(...REFERENCES),
        incident: code,
        indicators: fc.uniqueArray(code, { maxLength: 3 }),
        occurredAt: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
        known: fc.constantFrom('known' as const, 'unknown' as const, 'unresolved' as const),
        gap: fc.integer({ min: 0, max: 2 }),
      }),
      { minLength: 1, maxLength: 5 },
    ),
  )
  .map(([agency, checks]) => {
    let row = -1
    return checks.map(({ gap, ...check }) => {
      row += 1 + gap
      return { ...check, agency, row }
    })
  })

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('record' as const),
      // Clocks of processes differ, and go back.
      at: fc.integer({ min: 0, max: AT_MAX }),
      batches: fc.array(batch, { minLength: 1, maxLength: 2 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('erase' as const),
      picks: fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('tidy' as const, 'reopen' as const) }) },
)

const acts = fc.array(fc.tuple(fc.nat({ max: 1 }), act), { minLength: 1, maxLength: 14 })

async function happens(desks: Desk[], model: CheckIndexModel, who: number, what: Act): Promise<void> {
  const at = desks[who] as Desk
  if (what.kind === 'record') {
    const first = await record(at, what.at, ...what.batches)
    what.batches.forEach((checks, entry) => {
      model.add(first + entry, what.at, checks)
    })
  }
  if (what.kind === 'erase') {
    const all = model.between(0, Number.MAX_SAFE_INTEGER)
    const places = what.picks.flatMap((pick) => all[pick % Math.max(1, all.length)]?.position ?? [])
    await erase(at, places)
    model.forget(places)
  }
  if (what.kind === 'tidy') await at.index.tidy()
  if (what.kind === 'reopen') desks[who] = await desk(at.store, SOON)
}

function expectSame({ index }: Desk, model: CheckIndexModel, upTo: number): void {
  expect(index.size).toBe(model.size)
  for (const [from, to] of [
    [0, upTo],
    [1, 3],
    [2, upTo - 1],
  ] as const)
    expect([...index.between(from, to)]).toEqual(model.between(from, to))
  expect([...index.children()].map(toHex).sort()).toEqual(model.children())
  for (const childId of [...CHILDREN, child(4)]) {
    expect(index.ofChild(childId)).toEqual(model.ofChild(childId))
    for (const agency of [...AGENCIES, 'school'])
      for (let since = 0; since <= AT_MAX + 1; since += 7)
        expect(index.recordedSince(agency, childId, since)).toBe(model.recordedSince(agency, childId, since))
  }
  for (const agency of [...AGENCIES, 'school'])
    for (const reference of [...REFERENCES, 'e']) {
      expect(index.candidates(agency, reference)).toEqual(model.candidates(agency, reference))
      expect(index.isForgotten(agency, reference)).toBe(model.isForgotten(agency, reference))
    }
}

test('two processes on one store say what a list of objects says, whatever is recorded, erased, joined and opened anew', async () => {
  await fc.assert(
    fc.asyncProperty(acts, async (steps) => {
      const store = memoryStore()
      const desks = [await desk(store, SOON), await desk(store, SOON)]
      const model = new CheckIndexModel()
      for (const [who, what] of steps) {
        await happens(desks, model, who, what)
        for (const each of desks) {
          await each.ledger.notice()
          expectSame(each, model, await store.size())
        }
      }
      expectSame(await desk(store), model, await store.size())
    }),
    { numRuns: 20 },
  )
})

const plain = (reference: string, row = 0): NewCheck => ({
  agency: 'police',
  childId: child(1),
  reference,
  incident: 'police-notice',
  indicators: ['neglect'],
  occurredAt: 5,
  known: 'known',
  row,
})

const places = (it: Desk): readonly JournalPosition[] => it.index.ofChild(child(1)).map(({ position }) => position)
const rows = async (it: Desk): Promise<number> => (await it.store.list('check', undefined, 10_000)).length

test('rows of few checks become one, and the whole ones between them stay', async () => {
  const it = await desk(memoryStore(), SOON)
  for (const reference of ['a', 'b']) await record(it, 1, [plain(reference)])
  await it.index.tidy()
  expect(await rows(it)).toBe(2)
  await record(it, 1, [plain('c'), plain('d', 1), plain('e', 2), plain('f', 3)])
  for (const reference of ['g', 'h', 'i']) await record(it, 1, [plain(reference)])
  await it.index.tidy()
  expect((await it.store.list('check', undefined, 9)).map(({ key }) => key)).toEqual([1, 2, 5].map(numberKey))
  expect((await desk(it.store)).index.ofChild(child(1))).toEqual(it.index.ofChild(child(1)))
})

test('an erasure while another process joins the rows, and the other way about: nothing comes back', async () => {
  for (const isErasedFirst of [true, false]) {
    const gate = watched()
    const [one, other] = [await desk(gate.store, SOON), await desk(gate.store, SOON)]
    for (const reference of ['a', 'b', 'c']) await record(one, 1, [plain(reference)])
    await other.ledger.notice()
    const gone = { entry: 1, row: 0 }
    const erasing = (): Promise<void> => erase(other, [gone])
    const joining = (): Promise<void> => one.index.tidy()
    // What was computed first is written last.
    gate.beforeCommit = async () => {
      gate.beforeCommit = undefined
      await (isErasedFirst ? erasing() : joining())
    }
    await (isErasedFirst ? joining() : erasing())
    for (const each of [one, other, await desk(gate.store, SOON)]) {
      await each.ledger.notice()
      expect(places(each).map(({ entry }) => entry)).toEqual([0, 2])
      expect(each.index.isForgotten('police', 'b')).toBe(true)
    }
  }
})

test('a process that reads on while another joins the rows it has half read misses none and takes none twice', async () => {
  const store = memoryStore()
  const [one, other] = [await desk(store, SOON), await desk(store, SOON)]
  for (const reference of ['a', 'b']) await record(one, 1, [plain(reference)])
  await other.ledger.notice()
  for (const reference of ['c', 'd']) await record(one, 1, [plain(reference)])
  await one.index.tidy()
  expect(await rows(one)).toBe(1)
  await other.ledger.notice()
  expect(places(other).map(({ entry }) => entry)).toEqual([0, 1, 2, 3])
  await record(other, 1, [plain('e')])
  await one.ledger.notice()
  expect(places(one)).toEqual(places(other))
})

test('two processes that join overlapping rows at once leave no check in two rows', async () => {
  const gate = watched()
  const one = await desk(gate.store, SOON)
  for (const reference of ['a', 'b', 'c']) await record(one, 1, [plain(reference)])
  const other = await desk(gate.store, SOON)
  await record(other, 1, [plain('d')])
  gate.beforeCommit = async () => {
    gate.beforeCommit = undefined
    await other.index.tidy()
  }
  await one.index.tidy()
  expect((await gate.store.list('check', undefined, 9)).map(({ key }) => key)).toEqual([numberKey(3)])
})

test('a check that is gone leaves its fingerprint in the row, and nothing else', async () => {
  const it = await desk(memoryStore())
  await record(it, 1, [plain('a'), { ...plain('b', 1), childId: child(2), incident: 'missing', indicators: ['x'] }])
  await erase(it, [{ entry: 0, row: 1 }])
  const key = numberKey(0)
  const bytes = Buffer.from((await it.shelf.one('check', key)) as Uint8Array)
  expect(bytes.includes('police-notice')).toBe(true)
  expect(bytes.includes('missing')).toBe(false)
  expect(bytes.includes(Buffer.from(child(1)))).toBe(true)
  expect(bytes.includes(Buffer.from(child(2)))).toBe(false)
})

test('a batch of two agencies, and a journal beyond what is numbered, are refused before anything is written', async () => {
  const { index } = await desk(memoryStore())
  expect(() => index.draft(0, 0, [plain('a'), { ...plain('b', 1), agency: 'health' }])).toThrow(RangeError)
  expect(() => index.draft(2 ** 32, 0, [plain('a')])).toThrow(expect.objectContaining({ code: 'ERR_STORE_FAILED' }))
})
