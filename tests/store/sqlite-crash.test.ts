import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { openSqliteStore } from '../../src/store/sqlite.js'
import { temporaryFolder } from './folder.js'

const WRITER = fileURLToPath(new URL('writer.mjs', import.meta.url))

// This shows that a commit is whole and is there once it was acknowledged. It says nothing about a power cut: what the
// process handed to the system survives the process.
test('a writer that is killed loses no acknowledged entry and leaves no half of a commit', async () => {
  const { file, remove } = temporaryFolder()
  await (await openSqliteStore(file, { create: true })).close()
  let total = 0
  for (let round = 0; round < 8; round++) {
    const acknowledged = await writeUntilKilled(file, 1 + ((round * 37) % 90))
    const store = await openSqliteStore(file)
    const size = await store.size()
    expect(size).toBeGreaterThanOrEqual(acknowledged)
    expect(size % 3).toBe(0)
    expect((await store.list('posting', undefined, 10_000)).length).toBe(size / 3)
    const [last] = await store.get('meta', [Uint8Array.of(1)])
    expect(last && new BigUint64Array(last.slice().buffer)[0]).toBe(BigInt(size - 3))
    for (const { position, body } of await store.entries(total, 10_000)) {
      const beside = await store.leaves(position, 0, 200)
      expect(Buffer.alloc(500 * ((position % 3) + 1), position).equals(body)).toBe(true)
      expect(beside[1] && Buffer.compare(beside[1].bytes, body)).toBe(0)
      const empty = beside.filter(({ bytes }) => bytes.length === 0).map(({ row }) => row)
      expect([beside.length, empty]).toEqual([100, position % 15 === 0 && position + 3 < size ? [50] : []])
    }
    await store.close()
    total = size
  }
  expect(total).toBeGreaterThan(100)
  const db = new Database(file, { readonly: true })
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  db.close()
  remove()
}, 120_000)

/** The last size that the writer acknowledged before it was killed, some time after its first `commits`. */
async function writeUntilKilled(file: string, commits: number): Promise<number> {
  const writer = spawn(process.execPath, [WRITER, file], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  writer.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
    if (text.split('\n').length > commits) writer.kill('SIGKILL')
  })
  const [, signal] = (await once(writer, 'close')) as [number | null, string | null]
  expect(signal).toBe('SIGKILL')
  return Number(text.split('\n').at(-2))
}
