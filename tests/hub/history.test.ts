import { expect, test } from 'vitest'
import { assessedChecks } from '../../src/hub/checks/history.js'

test('a check that stands twice is the one that came first: a later place must not make it new after a closing', () => {
  const check = { id: 'a', agency: 'p', agencyKind: 'police', incident: 'called', indicators: [], occurredAt: 1 }
  const checks = [
    { ...check, position: 3, row: 0 },
    { ...check, id: 'b', position: 4, row: 0, withdrawn: true as const },
    { ...check, position: 9, row: 0 },
  ]
  expect(assessedChecks(checks)).toEqual([
    { ...check, position: 3 },
    { ...check, id: 'b', position: 4, withdrawn: true },
  ])
})
