import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { openSqliteStore } from '../../src/store/sqlite.js'
import { seededRandom } from '../../src/testing.js'
import { type Desk, desk } from './check-index.js'

const seed = Date.now() % 1_000_000
const random = seededRandom(seed)

test(`two processes that are killed while they record, join and erase lose no check, and double none (seed ${seed})`, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'child-index-checks-'))
  try {
    const path = join(folder, 'store.db')
    await (await openSqliteStore(path, { create: true })).close()
    const said = (await Promise.all(['one', 'other'].map((run) => until(path, run)))).flat()
    await using store = await openSqliteStore(path)
    const it = await desk(store)
    expect(said.flatMap((line) => wrong(it, line, said))).toEqual([])
    const all = [...it.index.between(0, await store.size())].map(({ position }) => position.entry)
    expect(new Set(all).size).toBe(all.length)
    const batches = (await it.ledger.read(0, 10_000)).filter(({ entry }) => entry?.type === 'check-batch')
    const gone = (await it.ledger.read(0, 10_000)).length - batches.length
    expect(all.length).toBe(batches.length - gone)
    const rows = await store.list('check', undefined, 10_000)
    expect(rows.length, 'rows were joined').toBeLessThan(batches.length)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}, 60_000)

/** What a process says until it is killed, a moment after its `enough`-th line. */
async function until(path: string, run: string): Promise<readonly string[]> {
  const script = fileURLToPath(new URL('./check-index-writer.ts', import.meta.url))
  const enough = random.integer(40, 90)
  const writer = spawn(process.execPath, ['--import', 'tsx', script, path, run], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => writer.on('close', () => resolve()))
  const lines: string[] = []
  for await (const line of createInterface({ input: writer.stdout })) {
    lines.push(line)
    if (lines.length === enough) setTimeout(() => writer.kill('SIGKILL'), random.integer(0, 8))
  }
  await ended
  expect(lines.length).toBeGreaterThanOrEqual(enough)
  return lines
}

function wrong({ index }: Desk, line: string, said: readonly string[]): readonly string[] {
  const [what = '', reference = ''] = line.split(' ')
  const [agency = ''] = reference.split('/')
  const found = index.candidates(agency, reference).length
  if (what === 'erased') return found === 0 && index.isForgotten(agency, reference) ? [] : [line]
  // One whose erasure was under way may be there or not.
  if (what !== 'recorded' || said.includes(`erasing ${reference}`)) return found <= 1 ? [] : [line]
  return found === 1 ? [] : [line]
}
