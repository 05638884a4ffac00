import { writeSync } from 'node:fs'
import { openSqliteStore } from '../../src/store/sqlite.js'
import { child, desk, erase, record, SOON } from './check-index.js'

// Records, joins and erases without end, and says what is durable; killed by check-index-killed.test.ts.
const [path = '', run = ''] = process.argv.slice(2)
const it = await desk(await openSqliteStore(path), SOON)
for (let number = 0; ; number += 1) {
  const reference = `${run}/${number}`
  const check = {
    agency: run,
    childId: child(number % 5),
    reference,
    incident: 'missing',
    indicators: [],
    occurredAt: 1,
  }
  const entry = await record(it, 1, [{ ...check, known: 'known', row: 0 }])
  writeSync(1, `recorded ${reference}\n`)
  if (number % 7 === 3) {
    writeSync(1, `erasing ${reference}\n`)
    await erase(it, [{ entry, row: 0 }])
    writeSync(1, `erased ${reference}\n`)
  }
  await it.index.tidy()
}
