import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { RegistrationDetails } from '../../src/index.js'
import { generateChildren } from '../../src/testing.js'
import { house } from '../support/house.js'
import { dictionary } from './attacks.js'
import { secretsOf, steal } from './theft.js'

/** The files are taken after a child was erased, with all keys of the hub and of a custodian: the most that a thief can have. */

const base = mkdtempSync(join(tmpdir(), 'erased-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

const details = (now: number): readonly RegistrationDetails[] =>
  [...generateChildren({ seed: 23, children: 12, now })]
    .filter(({ givenNames, expectedDate, nhsNumber }) => givenNames !== '' && expectedDate !== true && nhsNumber)
    .slice(0, 3)

test('a dictionary finds no child that was erased, and those that were not as before', async () => {
  const folder = join(base, 'hub')
  await using it = await house({ path: folder })
  const children = details(it.clock.now)
  expect(children).toHaveLength(3)
  for (const child of children) await it.register(child)
  const { id, keys, kc } = await secretsOf(folder)
  const found = (to: string): readonly number[] =>
    [...dictionary(steal(folder, join(base, to)), id, children, { hub: keys, kc })].sort()
  expect(found('before')).toEqual([0, 1, 2])
  await it.sealer.erase(children[1] as RegistrationDetails, 'erasure-request', { neverIssuedNumbers: true })
  // What brothers and sisters share points at the others still.
  expect(found('after')).toEqual([0, 2])
}, 60_000)
