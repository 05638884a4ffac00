import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { createAgency, encodeKeyFile, type Hub, initHub, newPartyKey, openHub } from '../../src/index.js'
import { seededRandom } from '../../src/testing.js'

interface Acknowledged {
  readonly checkId: string
  readonly entry: number
  readonly row: number
}

const ROUNDS = 3
const seed = Date.now() % 1_000_000
const random = seededRandom(seed)

test(`a hub killed in the middle of its work loses no check that was acknowledged (seed ${seed})`, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'child-index-killed-'))
  try {
    const { path, keyFile } = await founded(folder)
    const all: Acknowledged[] = []
    for (let round = 1; round <= ROUNDS; round += 1) {
      all.push(...(await submitUntilKilled(path, keyFile, `run-${round}`, random.integer(3, 25))))
      await using hub = await openHub({ path })
      expect((await hub.journal.verify()).verified).toBe(true)
      expect(await missing(hub, all)).toEqual([])
    }
    await using hub = await openHub({ path })
    const cases: number[] = []
    for await (const { number } of hub.cases()) cases.push(number)
    expect(cases, 'one child, one case, however often the process died').toEqual([1])
    const timeline = new Set((await hub.case(1)).timeline.map(({ checkId }) => checkId))
    expect(all.filter(({ checkId }) => !timeline.has(checkId as never))).toEqual([])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}, 120_000)

async function founded(folder: string): Promise<{ readonly path: string; readonly keyFile: string }> {
  const path = join(folder, 'hub')
  const keyFile = join(folder, 'police.key.json')
  const key = await newPartyKey()
  await using hub = await initHub({ path, name: 'Anytown' })
  const police = createAgency({ id: 'police', kind: 'police', key, hub })
  await hub.enrol(police.enrolment())
  const content = { kind: 'agency', id: 'police', pin: hub.pin, key, agencyKind: 'police', sensitive: false } as const
  await writeFile(keyFile, encodeKeyFile(content))
  return { path, keyFile }
}

/** What the process acknowledged before it was killed, a moment after its `enough`-th receipt. */
async function submitUntilKilled(path: string, keyFile: string, run: string, enough: number): Promise<Acknowledged[]> {
  const script = fileURLToPath(new URL('./submitter.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', script, path, keyFile, run], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  const acknowledged: Acknowledged[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(JSON.parse(line) as Acknowledged)
    if (acknowledged.length === enough) setTimeout(() => child.kill('SIGKILL'), random.integer(0, 8))
  }
  await ended
  expect(acknowledged.length).toBeGreaterThanOrEqual(enough)
  return acknowledged
}

async function missing(hub: Hub, acknowledged: readonly Acknowledged[]): Promise<readonly Acknowledged[]> {
  const lost: Acknowledged[] = []
  for (const each of acknowledged) {
    const { leaf } = await hub.journal.check({ entry: each.entry, row: each.row })
    if (Buffer.from(leaf).toString('hex') !== each.checkId) lost.push(each)
  }
  return lost
}
