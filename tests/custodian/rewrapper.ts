import { writeSync } from 'node:fs'
import { openHub } from '../../src/embedded.js'

// Walks through the records, says each batch when it is done, and waits to be killed.
const [path = ''] = process.argv.slice(2)
const hub = await openHub({ path })
let batches = 0
await hub.rewrap({
  onProgress() {
    batches += 1
    writeSync(1, `${batches}\n`)
    // Whoever listens needs a moment to kill this process in the middle.
    if (batches === 4) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000)
  },
})
