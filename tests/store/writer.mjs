// Commits without end, and says on stdout which size is durable; killed by sqlite-crash.test.ts.
import { writeSync } from 'node:fs'
import { register } from 'tsx/esm/api'

register()
const { openSqliteStore } = await import('../../src/store/sqlite.ts')
const store = await openSqliteStore(process.argv[2])
let size = await store.size()
for (;;) {
  const entries = [0, 1, 2].map((at) => ({
    position: size + at,
    salt: new Uint8Array(32).fill(size + at),
    body: new Uint8Array(500 * (at + 1)).fill(size + at),
    sealed: false,
  }))
  const key = new Uint8Array(new BigUint64Array([BigInt(size)]).buffer)
  const row = { table: 'posting', key, value: key }
  const count = { table: 'meta', key: Uint8Array.of(1), value: key }
  const leaves = entries.flatMap(({ position, salt, body }) =>
    Array.from({ length: 100 }, (_, row) => ({ position, row, hash: salt, salt, bytes: row === 1 ? body : salt })),
  )
  // Now and then a row in the midst of those of an earlier entry, so that a kill falls upon their rewriting, too.
  const erase = size % 15 === 3 ? [{ position: size - 3, row: 50 }] : []
  const outcome = await store.commit({ expectedSize: size, entries, leaves, inserts: [row], puts: [count], erase })
  if (outcome !== 'done') throw new Error(outcome)
  size += entries.length
  writeSync(1, `${size}\n`)
}
