import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { POLICY_NAMES, policyNamed } from '../../src/policy/named.js'

test.each(POLICY_NAMES)('%s is a policy of that id, and a file', (name) => {
  expect(policyNamed(name).id).toBe(name)
  expect(existsSync(new URL(`../../policies/${name}.json`, import.meta.url))).toBe(true)
})

test.each(['', 'england', 'constructor', 'England-illustrative', '../england-illustrative'])('%j is none', (name) => {
  expect(() => policyNamed(name)).toThrow(
    expect.objectContaining({ code: 'ERR_POLICY_UNKNOWN', message: expect.stringContaining('england-illustrative') }),
  )
})
