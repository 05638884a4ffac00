import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openCustodian } from '../../src/custodian.js'
import { custodianPlaces, writeSettings } from '../../src/embedded/custodian-folder.js'
import { createKeyFile, fileCustodianStore, hubFolder, readKeyFile } from '../../src/embedded/files.js'
import { createAgency, initHub, newPartyKey, openHub, type Port } from '../../src/index.js'
import { openSqliteStore } from '../../src/sqlite.js'
import { systemClock, systemRandom } from '../../src/system.js'
import { runHere } from './run-cli.js'

const folder = mkdtempSync(join(tmpdir(), 'child-index-lock-'))
const dir = join(folder, 'hub')
const own = join(folder, 'custodian')
const custodian = (...args: readonly string[]) => runHere(['custodian', ...args, '--dir', own])

beforeAll(async () => {
  await using _ = await initHub({ path: dir, name: 'Anytown' })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The hub with its first custodian in a folder of its own, which asks its controller. */
async function withCustodianApart<T>(work: (hub: Awaited<ReturnType<typeof openHub>>) => Promise<T>): Promise<T> {
  const places = hubFolder(dir)
  const { id, keys } = await readKeyFile(places.hubKey, 'hub')
  const custodians = new Map<string, Port>()
  for (const number of [1, 2, 3]) {
    const { keys: each } = await readKeyFile(places.custodianKey(number), 'custodian')
    const isApart = number === 1
    const store = fileCustodianStore(isApart ? custodianPlaces(own).log : places.custodianLog(each.id))
    custodians.set(each.id, await openCustodian({ keys: each, store, approve: isApart ? 'controller' : 'all' }))
  }
  const store = await openSqliteStore(places.database, { create: false })
  await using hub = await openHub({ id, keys, store, custodians, clock: systemClock, random: systemRandom })
  return await work(hub)
}

test('a controller sees what waits, approves of it, and locks what was restored', async () => {
  const { keys } = await readKeyFile(hubFolder(dir).custodianKey(1), 'custodian')
  await createKeyFile(custodianPlaces(own).key, { kind: 'custodian', keys })
  await writeSettings(own, { approve: 'controller' })
  const key = await newPartyKey()
  await withCustodianApart(async (hub) => {
    // It has a key and no memory: the first head locks it, and its peers tell it.
    await hub.journal.head()
    expect((await custodian('status')).stdout).toMatch(/^LOCKED since /m)
    expect(await hub.unlock(keys.id)).toMatchObject({ outcome: 'unlocked' })
    await hub.enrol(createAgency({ id: 'front', kind: 'police', key, hub }).enrolment())
  })
  expect((await custodian('status')).stdout).not.toContain('LOCKED')

  const restored = await custodian('restore')
  expect(restored).toMatchObject({ code: 0, stderr: '' })
  expect(restored.stdout).toContain(`child-index unlock ${keys.id}`)
  const again = JSON.parse((await custodian('restore', '--json')).stdout) as { readonly lockedAt: number }
  const status = JSON.parse((await custodian('status', '--json')).stdout)
  expect(status).toMatchObject({ custodian: keys.id, approve: 'controller', lockedAt: again.lockedAt })
})

test('a change that waits is said in plain words, and approved by its hash', async () => {
  await withCustodianApart(async (hub) => {
    await hub.unlock('custodian-1')
    const key = await newPartyKey()
    await hub.enrol(createAgency({ id: 'late', kind: 'police', key, hub }).enrolment())
  })
  const shown = await custodian('status')
  const policy = /^policy {7}([0-9a-f]{64}) /m.exec(shown.stdout)?.[1] ?? ''
  const approved = await custodian('approve', policy)
  expect(approved).toMatchObject({ code: 0, stdout: `Approved:\n  lets policy ${policy} decide\n` })
  expect(await custodian('approve', '0'.repeat(64))).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('ERR_REQUEST_INVALID'),
  })
})

test('unlock in the hub’s folder says that nothing is locked, and knows no strangers', async () => {
  const ran = await runHere(['unlock', 'custodian-2', '--dir', dir])
  expect(ran).toMatchObject({ code: 0, stdout: 'custodian-2 is not locked: nothing was done\n' })
  const nobody = await runHere(['unlock', 'nobody', '--dir', dir])
  expect(nobody).toMatchObject({ code: 2, stderr: expect.stringContaining('ERR_PARTY_UNKNOWN') })
})

test('where all custodians of a folder came back from an old backup, each is unlocked by its keeper’s word', async () => {
  const places = join(folder, 'old')
  const all = ['custodian-1', 'custodian-2', 'custodian-3']
  await (await initHub({ path: places, name: 'Otherwhere' })).close()
  const backup = join(folder, 'backup')
  cpSync(join(places, 'custodians'), backup, { recursive: true })
  const enrol = await runHere(['enrol', 'sealer', 'births', '--key', join(folder, 'births.json'), '--dir', places])
  expect(enrol.code).toBe(0)
  cpSync(backup, join(places, 'custodians'), { recursive: true })
  const verify = () => runHere(['verify', '--dir', places])
  expect(await verify()).toMatchObject({ code: 2 })
  expect((await runHere(['unlock', 'custodian-1', '--dir', places])).stderr).toContain('ERR_CUSTODIAN_LOCKED')
  for (const id of all)
    expect((await runHere(['unlock', id, '--without-peers', '--dir', places])).stdout).toContain(`${id} works again`)
  expect(await verify()).toMatchObject({ code: 0 })
  const stranger = await runHere(['unlock', 'births', '--without-peers', '--dir', places])
  expect(stranger.stderr).toContain('ERR_PARTY_UNKNOWN')
})
