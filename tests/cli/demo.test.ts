import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { placeFor, requireOutside } from '../../src/cli/demo/places.js'
import { type Demo, type DemoReport, isSound, reportOn, runDemo } from '../../src/cli/demo/run.js'
import { screen } from '../../src/cli/demo/screen.js'
import { searchControl, searchFolder } from '../../src/cli/demo/search.js'
import { openHub } from '../../src/index.js'
import { runHere, start } from './run-cli.js'

const now = Date.UTC(2026, 8, 15, 14, 30)
const CHILDREN = 120
let folder: string
let hubFolder: string
let demo: Demo
let report: DemoReport

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'child-index-test-'))
  hubFolder = join(folder, 'hub')
  demo = await runDemo({ seed: 7, children: CHILDREN, now, path: hubFolder })
  report = reportOn(demo)
}, 120_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

describe('the demonstration', () => {
  test('registers everybody, and takes a year of checks by at least eight agencies of six kinds', () => {
    expect(report.children).toBe(CHILDREN)
    expect(report.agencies).toBeGreaterThanOrEqual(8)
    expect(report.agencyKinds).toBeGreaterThanOrEqual(6)
    expect(report.checks).toBe(report.known + report.unknown + report.unresolved)
    expect(report.known).toBeGreaterThan(60)
    expect(report.unknown).toBeGreaterThan(0)
    expect(report.refused).toBe(0)
    expect(Date.parse(report.to)).toBe(now)
    expect((now - Date.parse(report.from)) / 86_400_000).toBeCloseTo(365.5, 0)
  })

  test('raises cases, of which the gravest is opened, referred and decided on', () => {
    const { opened, referral } = demo.office
    expect(report.cases).toBe(Object.values(report.byLevel).reduce((sum, count) => sum + count, 0))
    expect(report.byLevel['child-protection']).toBeGreaterThanOrEqual(1)
    expect(report.openings).toBe(2)
    expect(report.referrals).toBe(1)
    expect(opened?.dossier.agencyKinds.length).toBeGreaterThanOrEqual(5)
    expect(opened?.dossier.verdict.reasons.length).toBeGreaterThan(0)
    for (const { value, atLeast } of opened?.dossier.verdict.reasons ?? [])
      expect(value).toBeGreaterThanOrEqual(atLeast)
    expect(opened?.basis).toBe('child-protection')
    expect(referral).toMatchObject({ groups: ['identity', 'carers'], decision: 'strategy-discussion' })
  })

  test('what the officer reads is what the sealer was given', () => {
    const read = Object.fromEntries(demo.office.opened?.details.map(({ group, details }) => [group, details]) ?? [])
    const { carers, ...identity } = demo.population[demo.year.followed]?.details ?? { carers: [] }
    expect(read).toEqual({ identity, carers })
  })

  test('shows one child under as many ids as agencies', () => {
    const agencies = new Set(demo.stored.map(({ agency }) => agency))
    expect(agencies.size).toBeGreaterThanOrEqual(3)
    expect(new Set(demo.stored.map(({ agencyChildId }) => agencyChildId)).size).toBe(agencies.size)
    expect(demo.stored.map(({ reference }) => reference)).toEqual(
      expect.arrayContaining(demo.year.receipts.slice(0, 1).map(({ contact }) => contact.reference)),
    )
  })

  test('lets time pass: every check is recorded within a day of what it tells of', () => {
    const { receipts } = demo.year
    expect(receipts.length).toBeGreaterThanOrEqual(7)
    for (const { contact, receipt } of receipts) {
      expect(contact.child).toBe(demo.year.followed)
      expect(receipt.recordedAt).toBeGreaterThanOrEqual(contact.occurredAt)
      expect(receipt.recordedAt).toBeLessThanOrEqual(contact.occurredAt + 86_400_000)
    }
  })

  test('has enquiries for the unknown, one of them ended', () => {
    expect(report.enquiries).toBeGreaterThanOrEqual(2)
    expect(report.enquiriesEnded).toBe(1)
    expect(demo.office.ended?.outcome).toBe('lives-in-another-authority')
    const ended = demo.office.enquiries.find(({ status }) => status === 'ended')
    expect(ended?.checks).toBe(Math.min(...demo.office.enquiries.map(({ checks }) => checks)))
  })

  test('leaves nothing personal, and a search that would find it', () => {
    expect(report.plaintextFound).toBe(0)
    expect(report.bytesSearched).toBeGreaterThan(1_000_000)
    expect(report.termsSearched).toBeGreaterThan(CHILDREN * 10)
    expect(report.controlFound).toBe(report.people)
    expect(report.people).toBeGreaterThan(CHILDREN)
    expect(isSound(report)).toBe(true)
  })

  test('leaves a hub that opens again, with the journal it told of', async () => {
    await using hub = await openHub({ path: hubFolder, clock: () => now })
    const { verified, size, root } = await hub.journal.verify()
    expect(verified).toBe(true)
    expect(size).toBe(report.journalSize)
    expect(root).toBe(report.journalHead)
    const cases: number[] = []
    for await (const { number } of hub.cases()) cases.push(number)
    expect(cases).toHaveLength(report.cases)
  })

  test('comes out the same for the same seed on the same day', async () => {
    const path = join(folder, 'again')
    const again = reportOn(await runDemo({ seed: 7, children: CHILDREN, now: now + 3_600_000, path }))
    const { to, journalHead, bytesSearched, ...same } = report
    const { to: _, journalHead: otherHead, bytesSearched: __, ...others } = again
    expect(others).toEqual(same)
    expect(Date.parse(to)).toBe(now)
    expect(otherHead).not.toBe(journalHead)
    expect(bytesSearched).toBeGreaterThan(0)
  }, 120_000)

  test('tells its story in 45 lines of 100 columns, with no name in full', async () => {
    const lines = screen(demo, { dir: 'hub', population: 'people.ndjson', seconds: 1 })
    expect(lines.length).toBeLessThanOrEqual(45)
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(100)
    const path = join(folder, 'screen')
    await (await placeFor(path)).leave()
    await writeFile(join(path, 'screen.txt'), lines.join('\n'))
    expect((await searchFolder(path, demo.population)).found).toEqual([])
  })

  test.each([3, 5])('works for %i children', async (children) => {
    const path = join(folder, `few-${children}`)
    const few = await runDemo({ seed: 1, children, now, path })
    expect(reportOn(few)).toMatchObject({ children, openings: 2, referrals: 1, plaintextFound: 0 })
    expect(isSound(reportOn(few))).toBe(true)
    expect(screen(few, { dir: undefined, population: undefined, seconds: 1 }).length).toBeLessThanOrEqual(45)
  })

  test('stops when it is told to, and lets go of the hub', async () => {
    const controller = new AbortController()
    const path = join(folder, 'stopped')
    const running = runDemo({
      seed: 1,
      children: 30,
      now,
      path,
      signal: controller.signal,
      onPopulation: async () => controller.abort(),
    })
    await expect(running).rejects.toThrow(/abort/i)
    expect(await readdir(path)).not.toContain('index.db-wal')
  })
})

describe('the search', () => {
  test('finds what is planted, in a file or in its name, and says where', async () => {
    const path = await mkdtemp(join(folder, 'planted-'))
    const people = demo.population.slice(0, 20)
    const child = people[0]?.details
    await writeFile(join(path, 'clean.bin'), Buffer.alloc(3_000_000, 7))
    expect((await searchFolder(path, people)).found).toEqual([])
    const before = Buffer.alloc(1_048_570, 1)
    await writeFile(join(path, 'deep.log'), Buffer.concat([before, Buffer.from(`x ${child?.nhsNumber} y`)]))
    expect((await searchFolder(path, people)).found).toEqual([{ file: 'deep.log', at: before.length + 2 }])
    await rm(join(path, 'deep.log'))
    await writeFile(join(path, `about ${child?.nhsNumber}.txt`), '')
    const [found] = (await searchFolder(path, people)).found
    expect(found?.file).toContain('about')
    expect(found?.at).toBeLessThan(0)
  })

  test('finds a name that somebody plants among the hub’s files', async () => {
    const { givenNames, familyName } = demo.population.find(({ details }) => details.givenNames !== '')?.details ?? {}
    const path = join(hubFolder, 'custodians', 'note')
    await writeFile(path, `${givenNames} ${familyName}`)
    const { found } = await searchFolder(hubFolder, demo.population)
    await rm(path)
    expect(found.map(({ file }) => file)).toContain(join('custodians', 'note'))
  })

  test('has a control, without which it counts for nothing', async () => {
    expect(await searchControl(demo.population.slice(0, 30))).toBe(30)
    const worse = [{ controlFound: report.people - 1 }, { plaintextFound: 1 }, { verified: false }, { refused: 1 }]
    for (const change of worse) expect(isSound({ ...report, ...change })).toBe(false)
  })
})

describe('the places', () => {
  test('a folder with something in it is refused, and left as it was', async () => {
    const path = await mkdtemp(join(folder, 'full-'))
    await writeFile(join(path, 'mine.txt'), 'mine')
    await expect(placeFor(path)).rejects.toMatchObject({ code: 'ERR_FILE_EXISTS', field: 'dir' })
    expect(await readdir(path)).toEqual(['mine.txt'])
  })

  test('a temporary folder is gone afterwards, one that was asked for is not', async () => {
    const temporary = await placeFor(undefined)
    await writeFile(join(temporary.path, 'file'), '')
    await temporary.leave()
    await expect(readdir(temporary.path)).rejects.toMatchObject({ code: 'ENOENT' })
    const asked = await placeFor(join(folder, 'new', 'deep'))
    await asked.leave()
    expect(await readdir(asked.path)).toEqual([])
  })

  test('the people stand outside the folder, whichever way it is written', async () => {
    const path = await mkdtemp(join(folder, 'hub-'))
    const link = join(folder, 'link')
    const dangling = join(folder, 'dangling')
    await symlink(path, link)
    await symlink(join(path, 'people.ndjson'), dangling)
    const inside = [
      join(path, 'a.ndjson'),
      join(path, '..x'),
      `${path}/../${path.split('/').at(-1)}/a`,
      join(link, 'a'),
    ]
    for (const file of [...inside, dangling, path]) {
      await expect(requireOutside(file, path)).rejects.toMatchObject({
        code: 'ERR_REQUEST_INVALID',
        field: 'population',
      })
      await expect(requireOutside(file, link)).rejects.toMatchObject({ code: 'ERR_REQUEST_INVALID' })
    }
    for (const file of [`${path}.ndjson`, join(folder, 'a'), join(path, '..', 'a')]) await requireOutside(file, path)
    await expect(requireOutside(join(folder, 'no', 'a'), path)).rejects.toMatchObject({ code: 'ERR_FILE_MISSING' })
  })
})

describe('the command', () => {
  test('prints one JSON object and nothing else, and writes the people outside', async () => {
    const dir = join(folder, 'command')
    const people = join(folder, 'people.ndjson')
    const { code, stdout, stderr } = await start(
      ['demo', '--children', '12', '--seed', '5', '--json', '--dir', dir, '--population', people],
      folder,
    )
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.trimEnd().split('\n')).toHaveLength(1)
    expect(JSON.parse(stdout)).toMatchObject({ seed: 5, children: 12, plaintextFound: 0, verified: true })
    const lines = (await readFile(people, 'utf8')).trimEnd().split('\n')
    expect(lines).toHaveLength((JSON.parse(stdout) as DemoReport).people)
    expect(JSON.parse(lines[0] ?? '')).toHaveProperty('familyName')
    expect(await readdir(dir)).toEqual(['custodians', 'index.db', 'keys'])
  }, 60_000)

  test('writes nobody in plain text into the hub’s folder', async () => {
    const dir = join(folder, 'mixed')
    const ran = await runHere(['demo', '--children', '3', '--dir', dir, '--population', join(dir, 'people.ndjson')])
    expect(ran).toMatchObject({ code: 2, stdout: '' })
    expect(ran.stderr).toContain('ERR_REQUEST_INVALID')
    expect(await readdir(dir)).toEqual([])
  })

  test.each([
    [['--children', '2'], 'children'],
    [['--children', '1e3'], 'children'],
    [['--seed', 'x'], 'seed'],
  ])('%j is refused', async (args, field) => {
    const { code, stdout, stderr } = await runHere(['demo', ...args])
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain('ERR_REQUEST_INVALID')
    expect(stderr).toContain(field)
  })
})
