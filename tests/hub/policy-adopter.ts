import { readFile } from 'node:fs/promises'
import { openHub } from '../../src/embedded.js'
import { parsePolicy } from '../../src/policy/parse.js'

// Adopts a policy, says each case as it is raised or rises, and waits to be killed.
const [path = '', file = ''] = process.argv.slice(2)
const hub = await openHub({ path })
hub.onCase(({ number }) => process.stdout.write(`${number}\n`))
await hub.adoptPolicy(parsePolicy(await readFile(file, 'utf8')))
await hub.caughtUp()
setInterval(() => undefined, 60_000)
