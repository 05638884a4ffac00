/**
 * For whoever holds a share of the power to open: a custodian is an object on its own port with its own store.
 * Run: npx tsx examples/custodian.ts
 */
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createAgency,
  createOfficer,
  createSealer,
  decodeKeyFile,
  fileCustodianStore,
  type Hub,
  initHub,
  isIndexError,
  newPartyKey,
  type Officer,
  openHub,
  type Port,
  type Roster,
} from 'child-index'
import { answerIsSignedBy, openCustodian } from 'child-index/custodian'
import { openSqliteStore } from 'child-index/sqlite'

const MINUTE = 60_000
const folder = await mkdtemp(join(tmpdir(), 'custodians-'))
const key = (name: string): Promise<string> => readFile(join(folder, 'hub', 'keys', `${name}.key.json`), 'utf8')

// 1. Found a hub, then move its custodians out: each gets a key, a store and a clock of its own. All that passes between
//    them and the hub is bytes on a port, which a socket carries as well as this function call does.
await (await initHub({ name: 'Anytown', path: join(folder, 'hub') })).close()
const expected = new Set(['births', 'police', 'leaving', 'staying'])
const approve = async ({ parties }: Roster) =>
  [...parties.values()].every(({ id, party }) => party === 'custodian' || expected.has(id))
const ports = new Map<string, Port>()
for (const [number, aheadMs] of [
  [1, 0],
  [2, 3 * MINUTE],
  [3, 3 * MINUTE],
] as const) {
  const { keys } = decodeKeyFile(await key(`custodian-${number}`), 'custodian')
  // What it remembers moves with it: a custodian that has forgotten what it cosigned locks itself until its peers have told it.
  const memory = join(folder, `house-${number}`, 'memory.ndjson')
  await cp(join(folder, 'hub', 'custodians', `${keys.id}.ndjson`), memory)
  const store = fileCustodianStore(memory)
  ports.set(keys.id, await openCustodian({ keys, store, approve, clock: () => Date.now() + aheadMs }))
}
const cut = new Set<string>()
const { id, keys } = decodeKeyFile(await key('hub'), 'hub')
const store = await openSqliteStore(join(folder, 'hub', 'index.db'), { create: false })
const custodians = new Map([...ports].map(([name, port]) => [name, wire(name, port)]))
// They are apart in all but this process; a hub says of itself which of the two it is.
const hub = await openHub({ id, keys, store, custodians, custodiansApart: false })
for (const warning of hub.status().warnings) console.log(`status: ${warning}`)
await prepare(hub)
const why = { case: 1, group: 'identity', purpose: 'referral', lawfulBasis: 'public-task' } as const

// 2. The vetting of this officer ends in two minutes. Two custodians, whose clocks are three minutes ahead, refuse. A refusal
//    is a value with a reason and a signature; it is journalled like a release.
const leaving = await officer('leaving', 2 * MINUTE)
await leaving.take(why.case)
const refused = await leaving.open(why)
console.log(`opened: ${refused.opened}; released by ${refused.released.join(', ')}`)
for (const answer of refused.answers) {
  const party = hub.roster().parties.get(answer.custodian)
  const signed = party !== undefined && answerIsSignedBy(hub.id, answer, party.keys.signing)
  if (answer.kind === 'refused') console.log(`  ${answer.custodian}: ${answer.reason}, signed: ${signed}`)
}

// 3. So one share is out. One share opens nothing.
try {
  await leaving.read(refused.opening)
} catch (error) {
  if (isIndexError(error)) console.log(`one custodian alone: ${error.code}`)
  else throw error
}

// 4. Two of three are enough: the third may be cut off. With one left, the hub has no head that a quorum cosigns.
const staying = await officer('staying', 1e6 * MINUTE)
cut.add('custodian-3')
await staying.join(why.case, 'second-opinion')
const opened = await staying.open(why)
console.log(`opened: ${opened.opened}; not reached: ${opened.unavailable.join(', ')}`)
cut.add('custodian-2')
try {
  await staying.open(why)
} catch (error) {
  if (isIndexError(error)) console.log(`one custodian left: ${error.code}`)
  else throw error
}

cut.clear()

// 5. Whose checks count is for the custodians' controllers to say, each by its own list. An agency that none of them
//    expects does not get onto the roster, whatever the hub proposes.
const front = createAgency({ id: 'front', kind: 'police', key: await newPartyKey(), hub })
try {
  await hub.enrol(front.enrolment())
} catch (error) {
  if (isIndexError(error)) console.log(`an agency that nobody expects: ${error.code}`)
  else throw error
}
console.log(`on the roster: ${hub.roster().parties.has('front')}`)

const { byType } = await hub.journal.verify()
console.log(`journalled: ${byType.get('release')} releases, ${byType.get('refusal')} refusals`)
await hub.close()
await rm(folder, { recursive: true })

function wire(name: string, port: Port): Port {
  return { send: async (message) => (cut.has(name) ? Promise.reject(new Error('no route')) : port.send(message)) }
}

async function officer(name: string, vettedMs: number): Promise<Officer> {
  const until = Date.now() + vettedMs
  const standing = { person: name, undertakingAt: 0, trainingUntil: until, vettingUntil: until }
  const made = createOfficer({ id: name, key: await newPartyKey(), hub, ...standing })
  await hub.enrol(made.enrolment())
  return made
}

/** What happened before: a child was registered, and the police took it into protection. */
async function prepare(hub: Hub): Promise<void> {
  const births = createSealer({ id: 'births', key: await newPartyKey(), hub })
  const police = createAgency({ id: 'police', kind: 'police', key: await newPartyKey(), hub, neverIssuedNumbers: true })
  for (const party of [births, police]) await hub.enrol(party.enrolment())
  const amina = { givenNames: 'Amina', familyName: 'Okafor', dateOfBirth: '2019-03-04', nhsNumber: '9990000018' }
  await births.register(amina, { neverIssuedNumbers: true })
  const child = { nhsNumber: '9990000018' }
  await police.check({
    child,
    incident: 'police-protection',
    occurredAt: Date.now(),
    reference: 'PP/1',
    practitioner: '17',
  })
}
