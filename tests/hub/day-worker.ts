import { officerFrom } from '../../src/cli/keys.js'
import { hubFolder, readKeyFile } from '../../src/embedded/files.js'
import { readWiring, wire } from '../../src/embedded/wiring.js'
import { openHub } from '../../src/hub.js'
import { openSqliteStore } from '../../src/store/sqlite.js'
import { systemClock, systemRandom } from '../../src/system.js'
import { workDay } from './day.js'

// Works a day on the hub in a folder, and kills itself right after its n-th commit is durable.
const [path = '', keyFile = '', agency = '', enough = '0'] = process.argv.slice(2)
const { id, keys } = await readKeyFile(hubFolder(path).hubKey, 'hub')
const common = { clock: systemClock, random: systemRandom }
const { ports } = await wire(path, await readWiring(path), { identity: keys.signing, ...common, isNew: false })
let commits = 0
const store = new Proxy(await openSqliteStore(hubFolder(path).database, { create: false }), {
  get(target, name) {
    const member: unknown = Reflect.get(target, name)
    if (name !== 'commit' || typeof member !== 'function')
      return typeof member === 'function' ? member.bind(target) : member
    return async (...commit: unknown[]) => {
      const outcome: unknown = await Reflect.apply(member, target, commit)
      if (outcome === 'done') commits += 1
      if (commits === Number(enough)) process.kill(process.pid, 'SIGKILL')
      return outcome
    }
  },
})
const hub = await openHub({ id, keys, store, custodians: ports, custodiansApart: new Set(), ...common })
await workDay(await officerFrom(hub, keyFile), agency)
process.stdout.write(`${commits}\n`)
await hub.close()
