import { beforeEach, expect, test } from 'vitest'
import { fromJsonBytes } from '../../src/json.js'
import type { House } from '../support/house.js'
import { busyHouse, journal, wrongIn } from './office.js'

/** Hubs that write into their own journal what nobody said. */

let busy: House
beforeEach(async () => {
  busy = await busyHouse()
  const said = { case: 1, by: 'carer', carer: 1, kind: 'data-protection', information: 'involvement' } as const
  await busy.first.recordConsent({ ...said, to: 'management', given: true, until: busy.clock.now + 1 })
  await busy.first.recordConsent({ ...said, to: 'st-marys', given: false })
  await busy.first.withdrawConsent(1, 1)
  return () => busy[Symbol.asyncDispose]()
})

async function recorded(): Promise<readonly Record<string, unknown>[]> {
  const { ledger } = await busy.context()
  return (await ledger.read(0, await ledger.size())).flatMap(({ entry }) =>
    entry?.type === 'consent' ? [fromJsonBytes(entry.body) as Record<string, unknown>] : [],
  )
}

test('nothing is wrong with what was said', async () => {
  expect(await wrongIn(busy)).toEqual([])
})

test('a yes that was a no, or to somebody else, or for longer', async () => {
  const [yes, no] = await recorded()
  for (const [of, change] of [
    [no, { given: true }],
    [yes, { decision: { information: 'involvement', to: 'met-police' } }],
    [yes, { until: undefined }],
    [yes, { carer: 2 }],
  ] as const)
    await journal(busy, 'consent', { ...of, record: { ...(of?.record as object), number: 9, ...change } })
  expect(await wrongIn(busy)).toEqual(Array(4).fill('a consent does not stand: its officer asked for something else'))
})

test('one word counted twice, in another officer’s name, or at another time', async () => {
  const [yes] = await recorded()
  await journal(busy, 'consent', yes)
  await journal(busy, 'consent', { ...yes, record: { ...(yes?.record as object), recordedBy: 'second' } })
  expect(await wrongIn(busy)).toEqual([
    'a consent does not stand: its officer asked for it once, and it stands there twice',
    'a consent does not stand: another officer asked for it',
  ])
})

test('a withdrawal of what was not given, of another number, or of another child', async () => {
  const [, , withdrawal] = await recorded()
  await journal(busy, 'consent', { ...withdrawal, consents: [2] })
  await journal(busy, 'consent', { ...withdrawal, officer: 'second' })
  await journal(busy, 'consent', { ...withdrawal, event: 'forgotten' })
  const wrong = await wrongIn(busy)
  expect(wrong.slice(0, 2)).toEqual([
    'a consent does not stand: its officer asked for something else',
    'a consent does not stand: another officer asked for it',
  ])
  expect(wrong[2]).toMatch(/^a consent does not stand: consent/)
})
