import { expect, test } from 'vitest'
import { measureGenerated, measureStreamed } from '../../bench/matching/generated.js'
import { memoryStore } from '../../src/store/memory.js'

test('children who pass by are found as in the index of a hub', async () => {
  const now = Date.UTC(2026, 10, 25)
  const registered = await measureGenerated(memoryStore(), 800, 600, now)
  expect(measureStreamed(800, 600, now)).toEqual(registered)
  expect(registered).toMatchObject({ children: 800, falseLinks: 0, precision: 1 })
  expect(registered.recallAutomatic).toBeGreaterThan(0.8)
}, 60_000)
