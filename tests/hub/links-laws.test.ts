import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ChildId } from '../../src/child/identifiers.js'
import { assessedChecks, type History } from '../../src/hub/checks/history.js'
import { referencesOf } from '../../src/hub/checks/references.js'
import type { HubContext } from '../../src/hub/context.js'
import { nameOf } from '../../src/hub/custodians/custodians.js'
import { rootOf } from '../../src/hub/links/linked.js'
import type { DuplicateRow } from '../../src/hub/rows.js'
import { numberKey } from '../../src/hub/shelf.js'
import { isIndexError } from '../../src/index.js'
import { type House, house, MINUTE } from '../support/house.js'
import { all } from '../support/lists.js'
import { childOf, childRow, historyAt, merge, queuePair, seen, split } from '../support/pairs.js'

const CHILDREN = [0, 1, 2, 3]
/** Every pair of children, in the order of their numbers in the queue. */
const PAIRS = CHILDREN.flatMap((a) => CHILDREN.filter((b) => b > a).map((b) => [a, b] as const))

type Act = readonly ['check', child: number] | readonly ['merge' | 'split', number: number]
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.tuple(fc.constant('check' as const), fc.constantFrom(...CHILDREN)),
  fc.tuple(fc.constantFrom('merge' as const, 'split' as const), fc.integer({ min: 1, max: PAIRS.length })),
)

/** Which id each id was linked to, and by which number: what two officers said and nobody has undone. */
type Model = Map<number, { readonly to: number; readonly number: number }>

function rootIn(model: Model, child: number): number {
  const link = model.get(child)
  return link === undefined ? child : rootIn(model, link.to)
}

async function withChildren(): Promise<{
  readonly it: House
  readonly hub: HubContext
  readonly ids: readonly ChildId[]
}> {
  const it = await house()
  const hub = await it.context()
  const ids: ChildId[] = []
  for (const child of CHILDREN) {
    it.clock.now += MINUTE
    await seen(it, child + 20, `first/${child}`, { incident: 'child-disclosure' })
    ids.push(await childOf(hub, `first/${child}`))
  }
  await it.hub.caughtUp()
  for (const [a, b] of PAIRS) await queuePair(hub, ids[a] as ChildId, ids[b] as ChildId, 'provisional')
  return { it, hub, ids }
}

/** One thing that happens, to the hub and to the model; what cannot be said is refused by both. */
async function happens(
  { it, hub, ids }: Awaited<ReturnType<typeof withChildren>>,
  model: Model,
  [what, n]: Act,
  step: number,
) {
  it.clock.now += MINUTE
  if (what === 'check') return seen(it, n + 20, `check/${step}`)
  const officers = [it.first, it.second] as const
  const mayBe =
    what === 'split'
      ? [...model.values()].some(({ number }) => number === n)
      : rootIn(model, PAIRS[n - 1]?.[0] ?? 0) !== rootIn(model, PAIRS[n - 1]?.[1] ?? 0)
  const done = await (what === 'merge' ? merge : split)(n, ...officers).then(
    () => true,
    (error: unknown) => {
      if (!isIndexError(error, 'ERR_DUPLICATE_STATUS')) throw error
      return false
    },
  )
  // A split that was made is told again and changes nothing.
  const row = (await hub.shelf.one('duplicate', numberKey(n))) as DuplicateRow
  if (what === 'merge') expect(done).toBe(mayBe)
  else if (mayBe) expect(done).toBe(true)
  if (!mayBe) return
  const at = (id: ChildId | undefined): number =>
    ids.findIndex((each) => id !== undefined && nameOf(each) === nameOf(id))
  if (what === 'merge') model.set(at(row.link?.from), { to: at(row.link?.into), number: n })
  else for (const [from, { number }] of model) if (number === n) model.delete(from)
}

const names = ({ checks }: History): readonly string[] =>
  assessedChecks(checks)
    .map(({ id }) => id)
    .sort()

test('however ids are linked and split, every check stands once, where its id leads; and the journal alone says so', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 4, maxLength: 12 }), async (acts) => {
      const made = await withChildren()
      const { it, hub, ids } = made
      const model: Model = new Map()
      for (const [step, each] of acts.entries()) await happens(made, model, each, step)
      await it.hub.caughtUp()

      const own = new Map(ids.map((id) => [nameOf(id), [] as string[]]))
      await hub.ledger.notice()
      for (const [step, [what, n]] of [...CHILDREN.map((n) => ['first', n] as const), ...acts].entries()) {
        const reference = what === 'first' ? `first/${n}` : `check/${step - CHILDREN.length}`
        if (what !== 'first' && what !== 'check') continue
        const row = (await referencesOf(hub, 'met-police', [reference])).get(reference)
        if (row !== undefined) own.get(nameOf(row.childId))?.push(row.checkId)
      }
      const histories = await Promise.all(ids.map((id) => historyAt(hub, id)))
      for (const [child, history] of histories.entries()) {
        const here = CHILDREN.filter((each) => rootIn(model, each) === child)
        const wanted = here.flatMap((each) => own.get(nameOf(ids[each] as ChildId)) ?? []).sort()
        expect(names(history)).toEqual(wanted)
        expect(await rootOf(hub, ids[child] as ChildId)).toEqual(ids[rootIn(model, child)])
        const to = model.get(child)?.to
        expect((await childRow(hub, ids[child] as ChildId))?.linkedTo).toEqual(to === undefined ? undefined : ids[to])
      }
      await requireSameFromJournal(made, histories)
      await it[Symbol.asyncDispose]()
    }),
    { numRuns: 12 },
  )
}, 120_000)

/** Throws the projection away, lets the next hub on the store read the journal anew, and compares. */
async function requireSameFromJournal(
  { it, hub, ids }: Awaited<ReturnType<typeof withChildren>>,
  before: readonly History[],
): Promise<void> {
  const rows = await hub.shelf.list('history', undefined, 100)
  await hub.ledger.write(async () => ({
    puts: [
      ...rows.map(({ key }) => hub.shelf.put('history', key, undefined)),
      hub.shelf.put('meta', hub.shelf.key('meta', 'watermark'), undefined),
    ],
  }))
  const next = await it.reopen({ crash: true })
  await next.caughtUp()
  const after = await Promise.all(ids.map((id) => historyAt(hub, id)))
  // Cases are raised anew; what they rest on is the same.
  const seenBy = ({ checks, joined, joinedTo }: History) => ({ checks, joined, joinedTo })
  expect(after.map(seenBy)).toEqual(before.map(seenBy))
  expect((await all(next.cases())).length).toBeGreaterThan(0)
}
