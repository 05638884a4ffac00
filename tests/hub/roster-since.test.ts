import { expect, test } from 'vitest'
import { rosterSince } from '../../src/hub/lists.js'
import { fromJsonBytes, toJsonBytes } from '../../src/json.js'
import { NOW, house as openHouse } from '../support/house.js'

test('a party that follows the roster is sent what came later, and the hub reads nothing else', async () => {
  await using house = await openHouse()
  const context = await house.context()
  const read: number[] = []
  const ledger = {
    ...context.ledger,
    readOne: (position: number) => {
      read.push(position)
      return context.ledger.readOne(position)
    },
  }
  const positionsAfter = async (after: number): Promise<readonly number[]> => {
    read.length = 0
    const message = { verb: 'roster', party: '', at: NOW, body: toJsonBytes({ after }), signature: new Uint8Array(0) }
    const reply = fromJsonBytes(await rosterSince({ ...context, ledger }, message))
    return (reply as { readonly entries: readonly { readonly position: number }[] }).entries.map(
      ({ position }) => position,
    )
  }
  const all = await positionsAfter(-1)
  expect(all.length).toBeGreaterThan(5)
  const last = all.at(-1) ?? 0
  const [before = 0] = all.slice(-3)
  expect(await positionsAfter(before)).toEqual(all.slice(-2))
  expect(read).toEqual(all.slice(-2))
  expect(await positionsAfter(last)).toEqual([])
  expect(read).toEqual([])
})
