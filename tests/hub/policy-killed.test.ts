import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { createAgency, initHub, newPartyKey, openHub } from '../../src/index.js'
import { seededRandom } from '../../src/testing.js'
import { nhsNumber } from '../support/house.js'
import { all } from '../support/lists.js'
import { counting, countingData, FIRST } from './policies.js'

const CHILDREN = 150
const seed = Date.now() % 1_000_000
const random = seededRandom(seed)

test(`a hub killed while it assesses children anew raises each case once (seed ${seed})`, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'child-index-policy-killed-'))
  try {
    const path = join(folder, 'hub')
    await founded(path)
    let expected: string | undefined
    const changes = [{ review: 1 }, { review: 1, need: 1 }]
    for (const [index, reached] of changes.entries()) {
      const version = index + 2
      const file = join(folder, `policy-${version}.json`)
      await writeFile(file, JSON.stringify(countingData(version, reached)))
      await adoptUntilKilled(path, file)
      await using hub = await openHub({ path })
      expected = (await hub.adoptPolicy(counting(version, reached))).hash
      await hub.caughtUp()
      expect((await hub.journal.verify()).verified).toBe(true)
      expect(await all(hub.cases())).toHaveLength(CHILDREN)
    }
    await using hub = await openHub({ path })
    const cases = await all(hub.cases())
    expect(new Set(cases.map(({ level }) => level))).toEqual(new Set(['child-in-need']))
    const dossiers = await Promise.all(cases.map(({ number }) => hub.case(number)))
    expect(new Set(dossiers.map(({ policyHash }) => policyHash))).toEqual(new Set([expected]))
    expect(new Set(dossiers.map(({ timeline }) => timeline[0]?.checkId)).size).toBe(CHILDREN)
    expect(hub.policies().map(({ version }) => version)).toEqual([1, 2, 3])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}, 120_000)

async function founded(path: string): Promise<void> {
  await using hub = await initHub({ path, name: 'Anytown', policy: counting(1, FIRST) })
  const key = await newPartyKey()
  const police = createAgency({ id: 'police', kind: 'police', key, hub, neverIssuedNumbers: true })
  await hub.enrol(police.enrolment())
  const outcomes = await police.checkAll(
    Array.from({ length: CHILDREN }, (_, child) => ({
      child: { nhsNumber: nhsNumber(child) },
      incident: 'called',
      occurredAt: Date.now() - 1_000,
      reference: `call/${child}`,
      practitioner: '1234',
    })),
  )
  expect(outcomes.every(({ kind }) => kind === 'recorded')).toBe(true)
}

/** Adopts in a process of its own, which dies a moment after it heard of its first cases, or before. */
async function adoptUntilKilled(path: string, file: string): Promise<void> {
  const script = fileURLToPath(new URL('./policy-adopter.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', script, path, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  const enough = random.integer(1, CHILDREN / 2)
  let lines = 0
  for await (const _line of createInterface({ input: child.stdout })) {
    lines += 1
    if (lines === enough) setTimeout(() => child.kill('SIGKILL'), random.integer(0, 8))
  }
  await ended
  expect(lines).toBeGreaterThanOrEqual(enough)
}
