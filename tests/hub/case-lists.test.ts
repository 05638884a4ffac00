import { expect, test } from 'vitest'
import { CASE_STATUSES, type CaseFile } from '../../src/case/case.js'
import type { Need } from '../../src/case/need.js'
import { asChildId } from '../../src/child/identifiers.js'
import { type CaseFilter, listCases } from '../../src/hub/cases/case-lists.js'
import { putCase } from '../../src/hub/cases/put-case.js'
import type { HubContext } from '../../src/hub/context.js'
import { memoryStore, type Store } from '../../src/index.js'
import { THRESHOLDS } from '../../src/policy/policy.js'
import { type House, house, NOW } from '../support/house.js'

const MANY = 10_000
const FEW = 100
const PAGE = 100
const OWNERS = [undefined, 'first', 'second', 'third']

/** The n-th case of many, in a state, at a level and of an owner that its number gives. */
function numbered(number: number): CaseFile {
  const status = CASE_STATUSES[number % CASE_STATUSES.length] ?? 'new'
  const owner = status === 'new' || status === 'closed' ? undefined : OWNERS[Math.floor(number / 5) % OWNERS.length]
  const need: Need | undefined =
    owner === undefined ? undefined : { party: owner, because: 'owner', by: owner, at: NOW }
  return {
    number,
    childId: asChildId(new Uint8Array(16).fill(number % 251)),
    status,
    level: 'review',
    threshold: THRESHOLDS[Math.floor(number / 7) % THRESHOLDS.length] ?? 'none',
    policyHash: 'ab'.repeat(32),
    raisedAt: NOW + number,
    updatedAt: NOW + number,
    support: [],
    reReferral: number % 11 === 0,
    determinations: [],
    openings: [],
    referrals: [],
    needs: need === undefined ? [] : [need],
    ...(owner === undefined ? {} : { owner }),
  }
}

/** A store that counts the rows which it gives out. */
function counted(): { readonly store: Store; rows: number } {
  const counter = {
    rows: 0,
    store: new Proxy(memoryStore(), {
      get(target, name) {
        const member: unknown = Reflect.get(target, name)
        if (typeof member !== 'function') return member
        if (name !== 'list' && name !== 'get') return member.bind(target)
        return async (...asked: unknown[]) => {
          const given = (await Reflect.apply(member, target, asked)) as readonly unknown[]
          counter.rows += given.filter((row) => row !== undefined).length
          return given
        }
      },
    }),
  }
  return counter
}

async function fill(hub: HubContext, from: number, to: number): Promise<void> {
  for (let start = from; start <= to; start += 1_000) {
    const numbers = Array.from({ length: Math.min(1_000, to - start + 1) }, (_, index) => start + index)
    await hub.ledger.write(async () => {
      const puts = await Promise.all(numbers.map((number) => putCase(hub, numbered(number), undefined)))
      return { puts: puts.flat() }
    })
  }
}

const FILTERS: readonly CaseFilter[] = [
  {},
  { status: 'new' },
  { status: 'closed', threshold: 'child-protection' },
  { threshold: 'child-in-need' },
  { owner: 'first' },
  { owner: 'second', status: 'opened' },
  { owner: null, status: 'under-review' },
  { reReferral: true },
  { reReferral: true, owner: 'third' },
]

test('a page of a list, and the next case, read as many rows of 10,000 cases as of 100', async () => {
  const counter = counted()
  await using it = await house({ store: counter.store })
  const hub = await it.context()
  await fill(hub, 1, FEW)
  const few = await costs(it, hub, () => counter.rows)
  await fill(hub, FEW + 1, MANY)
  const many = await costs(it, hub, () => counter.rows)
  for (const [index, { rows, found }] of many.entries()) {
    const filter = JSON.stringify(FILTERS[index] ?? 'next')
    expect(found, filter).toBe(index < FILTERS.length ? PAGE : 1)
    expect(rows, filter).toBeLessThanOrEqual(3 * PAGE)
  }
  // What the next case costs does not depend on how many there are at all.
  expect(many.at(-1)).toEqual(few.at(-1))
  expect(many.at(-1)?.rows).toBeLessThanOrEqual(12)
}, 60_000)

async function costs(it: House, hub: HubContext, rows: () => number) {
  const found: { rows: number; found: number }[] = []
  for (const filter of FILTERS) {
    const before = rows()
    let page = 0
    for await (const each of listCases(hub, filter)) {
      expect(isAmong(filter, numbered(each.number)), `${each.number}`).toBe(true)
      page += 1
      if (page === PAGE) break
    }
    found.push({ rows: rows() - before, found: page })
  }
  await it.first.nextCase()
  const before = rows()
  const next = await it.first.nextCase()
  expect(next?.threshold).toBe('child-protection')
  found.push({ rows: rows() - before, found: 1 })
  return found
}

function isAmong({ status, threshold, owner, reReferral }: CaseFilter, file: CaseFile): boolean {
  return (
    (status === undefined || file.status === status) &&
    (threshold === undefined || file.threshold === threshold) &&
    (owner === undefined || (file.owner ?? null) === owner) &&
    (reReferral === undefined || file.reReferral === reReferral)
  )
}

test('a list read to its end has all that is on it, once, in order', async () => {
  await using it = await house()
  const hub = await it.context()
  await fill(hub, 1, 350)
  for (const filter of FILTERS) {
    const wanted = Array.from({ length: 350 }, (_, index) => index + 1).filter((n) => isAmong(filter, numbered(n)))
    const got: number[] = []
    for await (const { number } of listCases(hub, filter)) got.push(number)
    expect(got, JSON.stringify(filter)).toEqual(wanted)
    const rest: number[] = []
    for await (const { number } of listCases(hub, { ...filter, after: 200 })) rest.push(number)
    expect(rest).toEqual(wanted.filter((n) => n > 200))
  }
})
