import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openDesk } from '../../src/custodian/desk.js'
import { meter, newMeter } from '../../src/custodian/meter.js'
import { type CustodianEvent, type CustodianStore, memoryCustodianStore } from '../../src/custodian.js'
import { isIndexError } from '../../src/errors.js'
import { found } from '../../src/founding.js'
import { defaultPolicy } from '../../src/index.js'
import { seededRandom } from '../../src/testing.js'

const random = seededRandom(3).bytes
const { custodians } = await found({ name: 'Anytown', policy: defaultPolicy(), random })
const keys = custodians[0] ?? expect.fail('no custodian')
const DAY = 86_400_000

interface Life {
  ask(tokens: number, sort?: 'number' | 'description'): Promise<boolean>
}

async function life(store: CustodianStore, clock: () => number, perDay: number): Promise<Life> {
  const desk = await openDesk({ keys, store, clock, random, approve: 'all', reloadKeys: undefined })
  const counted = newMeter({ number: perDay, description: perDay })
  return {
    ask: async (tokens, sort = 'number') => {
      await desk.recall()
      return meter(desk, counted, sort, tokens).then(
        () => true,
        (error) => !isIndexError(error, 'ERR_RATE_LIMITED') && Promise.reject(error),
      )
    },
  }
}

test('a restart gives nothing of the day back, another day gives all', async () => {
  const store = memoryCustodianStore()
  let now = 5 * DAY
  const clock = (): number => now
  const first = await life(store, clock, 100)
  expect(await first.ask(60)).toBe(true)
  expect(await (await life(store, clock, 100)).ask(41)).toBe(false)
  expect(await (await life(store, clock, 100)).ask(40)).toBe(true)
  expect(await first.ask(1)).toBe(false)
  expect(await first.ask(100, 'description')).toBe(true)
  now += DAY
  expect(await (await life(store, clock, 100)).ask(100)).toBe(true)
})

test('what is answered never passes the day, in however many processes, and little of it is lost', async () => {
  const asks = fc.array(fc.record({ of: fc.nat(2), tokens: fc.integer({ min: 1, max: 50 }), restarts: fc.boolean() }), {
    maxLength: 60,
  })
  await fc.assert(
    fc.asyncProperty(asks, async (steps) => {
      const store = memoryCustodianStore()
      const open = (): Promise<Life> => life(store, () => DAY, 1000)
      const lives = await Promise.all([open(), open(), open()])
      let used = 0
      for (const { of, tokens, restarts } of steps) {
        if (restarts) lives[of] = await open()
        if (await lives[of]?.ask(tokens)) used += tokens
      }
      expect(used).toBeLessThanOrEqual(1000)
      const setAside = (await store.load(0)).reduce((sum, event) => sum + tokensOf(event), 0)
      expect(setAside).toBeLessThanOrEqual(1000)
      // A step is never more than what its process had used before, nor than a hundredth of the day.
      expect(setAside).toBeLessThanOrEqual(2 * used + 50)
    }),
    { numRuns: 50 },
  )
})

test('a long day is seldom written down', async () => {
  const store = memoryCustodianStore()
  const it = await life(store, () => DAY, 1_000_000)
  for (let i = 0; i < 5000; i += 1) expect(await it.ask(180)).toBe(true)
  expect((await store.load(0)).length).toBeLessThan(110)
})

function tokensOf(event: CustodianEvent): number {
  return event.kind === 'metered' ? event.tokens : 0
}
