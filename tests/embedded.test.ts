import { copyFile, mkdir, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { createAgency, initHub, newPartyKey, openHub } from '../src/index.js'

const folders: string[] = []

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'child-index-embedded-'))
  folders.push(path)
  return path
}

async function founded(): Promise<string> {
  const path = await folder()
  await (await initHub({ path, name: 'Anytown' })).close()
  return path
}

afterEach(async () => {
  for (const path of folders.splice(0)) await rm(path, { recursive: true, force: true })
})

describe('founding', () => {
  test.each([
    ['a key file', 'keys/custodian-1.key.json'],
    ['a custodian’s memory', 'custodians/custodian-1.ndjson'],
    ['a database', 'index.db'],
  ])('where %s stands already, nothing is touched', async (_, name) => {
    const path = await folder()
    await mkdir(join(path, name, '..'), { recursive: true })
    await writeFile(join(path, name), 'mine')
    const before = await readdir(path, { recursive: true })
    await expect(initHub({ path, name: 'Anytown' })).rejects.toMatchObject({ code: 'ERR_FILE_EXISTS' })
    expect(await readdir(path, { recursive: true })).toEqual(before)
  })

  test('that fails leaves nothing behind, and can be done again', async () => {
    const path = await folder()
    const failing = initHub({ path, name: '' })
    await expect(failing).rejects.toMatchObject({ code: 'ERR_ROSTER_INVALID' })
    expect(await readdir(path)).toEqual([])
    await (await initHub({ path, name: 'Anytown' })).close()
    await (await openHub({ path })).close()
  })
})

describe('opening', () => {
  test('without what a custodian remembers is refused: nothing else knows an older copy of the database', async () => {
    const path = await founded()
    await truncate(join(path, 'custodians', 'custodian-2.ndjson'), 0)
    await expect(openHub({ path })).rejects.toMatchObject({ code: 'ERR_FILE_MISSING' })
    await rm(join(path, 'custodians'), { recursive: true })
    await expect(openHub({ path })).rejects.toMatchObject({ code: 'ERR_FILE_MISSING' })
  })

  test('with one custodian’s key in another’s place is refused', async () => {
    const path = await founded()
    await copyFile(join(path, 'keys', 'custodian-1.key.json'), join(path, 'keys', 'custodian-2.key.json'))
    await expect(openHub({ path })).rejects.toMatchObject({ code: 'ERR_KEY_WRONG' })
  })

  test('an older copy of the database is refused even where only an enrolment is missing', async () => {
    const path = await founded()
    const older = join(await folder(), 'index.db')
    await copyFile(join(path, 'index.db'), older)
    const hub = await openHub({ path })
    await hub.enrol(createAgency({ id: 'police', kind: 'police', key: await newPartyKey(), hub }).enrolment())
    await hub.close()
    await copyFile(older, join(path, 'index.db'))
    await expect(openHub({ path })).rejects.toMatchObject({ code: 'ERR_JOURNAL_ROLLED_BACK' })
  })
})

test('enrolments at once all take effect, in one process and in two', async () => {
  const path = await founded()
  const [first, second] = await Promise.all([openHub({ path }), openHub({ path })])
  const hubs = [first, second, first, second, first, second] as const
  const enrolled = hubs.map(async (hub, index) => {
    const agency = createAgency({ id: `agency-${index}`, kind: 'police', key: await newPartyKey(), hub })
    await hub.enrol(agency.enrolment())
    return agency.id
  })
  const ids = await Promise.all(enrolled)
  await Promise.all([first.close(), second.close()])
  await using again = await openHub({ path })
  for (const id of ids) expect(again.roster().parties.has(id), id).toBe(true)
})

test('an agency of a kind that the policy takes nothing from is refused', async () => {
  const path = await founded()
  await using hub = await openHub({ path })
  const agency = createAgency({ id: 'fruit', kind: 'bananas', key: await newPartyKey(), hub })
  await expect(hub.enrol(agency.enrolment())).rejects.toMatchObject({
    code: 'ERR_ROSTER_INVALID',
    field: 'party.agencyKind',
  })
})
