/**
 * A custodian in a process of its own that stops for good in the middle of a release, for its parent to kill.
 * Arguments: key file, log, message, `before` or `after` (its answer is durable), the time.
 */
import { readFile } from 'node:fs/promises'
import { type CustodianStore, openCustodian } from '../../src/custodian.js'
import { fileCustodianStore, readKeyFile } from '../../src/embedded/files.js'

const [keyFile = '', log = '', message = '', where = '', now = ''] = process.argv.slice(2)
const { keys } = await readKeyFile(keyFile, 'custodian')
const durable = fileCustodianStore(log)
const store: CustodianStore = {
  load: (from) => durable.load(from),
  async append(event) {
    if (event.kind !== 'answered') return durable.append(event)
    if (where === 'after') await durable.append(event)
    process.stdout.write('halfway\n')
    setInterval(() => undefined, 1_000)
    return new Promise(() => undefined)
  },
}
const custodian = await openCustodian({ keys, store, clock: () => Number(now) })
await custodian.send(await readFile(message))
