import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { initHub } from '../../src/index.js'
import { type Ran, runHere } from './run-cli.js'

const folder = mkdtempSync(join(tmpdir(), 'figures-'))
const at = (name: string): string => join(folder, name)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const figures = (...args: readonly string[]): Promise<Ran> => runHere(['figures', ...args, '--dir', at('child-index')])

beforeAll(async () => {
  const hub = await initHub({ path: at('child-index'), name: 'Anytown', clock: () => Date.UTC(2024, 0, 10) })
  await hub.close()
})

test('writes lines for people, JSON, CSV and a page', async () => {
  const lines = await figures('--period', '2024-01')
  expect(lines).toMatchObject({ code: 0, stderr: '' })
  expect(lines.stdout).toContain('Anytown, 2024-01: 2024-01-01 to 2024-01-31')
  expect(lines.stdout).toContain('measure contact with services, not harm')
  const json = await figures('--period', '2024-01', '--json')
  expect(JSON.parse(json.stdout)).toMatchObject({ version: 1, hub: 'Anytown', period: { name: '2024-01' } })
  expect((await figures('--period', '2024-01', '--format', 'json')).stdout).toBe(json.stdout)
  const csv = await figures('--period', '2024-01', '--format', 'csv')
  expect(csv.stdout).toMatch(/^period,table,row,column,value,at_least,at_most\r\n2024-01,raised,review,first,0,0,0\r\n/)
  const page = await figures('--period', '2024-Q1', '--format', 'html', '--out', at('q1.html'))
  expect(page.stdout).toBe(`Wrote the figures of 2024-Q1 to ${at('q1.html')}.\n`)
  expect(readFileSync(at('q1.html'), 'utf8')).toMatch(/^<!doctype html>/)
  expect(await figures('--period', '2024-Q1', '--out', at('q1.html'))).toMatchObject({ code: 2, stdout: '' })
  expect(readFileSync(at('q1.html'), 'utf8')).toMatch(/^<!doctype html>/)
})

test('refuses a period that has not ended, is none, or has no groups', async () => {
  for (const [period, why] of [
    ['2199', 'has not ended yet'],
    ['2023', 'ended before this index was founded'],
    ['2024-1', 'must be a month'],
  ] as const) {
    const ran = await figures('--period', period)
    expect(ran).toMatchObject({ code: 2, stdout: '' })
    expect(ran.stderr).toContain(why)
  }
  expect((await figures()).code).not.toBe(0)
  expect((await figures('--period', '2024-01', '--format', 'xlsx')).stderr).toContain('must be one of json, csv, html')
  expect((await figures('--period', '2024-01', '--groups', at('g.csv'))).stderr).toContain(
    'groups need their population',
  )
  expect((await figures('--period', '2024-01', '--population', at('p.csv'))).stderr).toContain('--groups')
})

const POPULATION = 'kind,code,children,reference\nethnicity,A,20000,yes\nethnicity,B,3000,no\n'

test('takes groups from files, of a year', async () => {
  writeFileSync(at('groups.csv'), 'case number,kind,code\n1,ethnicity,A\n2,ethnicity,B\n')
  writeFileSync(at('population.csv'), POPULATION)
  const files = ['--groups', at('groups.csv'), '--population', at('population.csv')]
  const year = await figures('--period', '2024', '--json', ...files)
  expect(JSON.parse(year.stdout).groups).toMatchObject({
    kind: 'ethnicity',
    reference: 'A',
    groups: [{ code: 'A' }, { code: 'B' }],
  })
  expect((await figures('--period', '2024', ...files)).stdout).toContain(
    'It is no ground for doing anything about a child',
  )
  expect((await figures('--period', '2024-01', ...files)).stderr).toContain('must be a year where groups are given')
})

test.each([
  ['case,kind,code\n1,ethnicity,A\n1,ethnicity,B\n', POPULATION, 'line 3: stands in the file twice'],
  ['case,kind,code\nx,ethnicity,A\n', POPULATION, 'line 2: must be a whole number'],
  ['case,kind,code\n1,ethnicity,\n', POPULATION, 'line 2: is missing'],
  ['case,kind,code\n1,disability,A\n', POPULATION, 'of one kind of groups'],
  ['case,kind,code\n1,ethnicity,C\n', POPULATION, 'a code has no population'],
  ['kind,code\nethnicity,A\n', POPULATION, 'no column is known for case'],
  ['case,kind,code\n1,ethnicity,A\n', POPULATION.replace('yes', 'maybe'), 'line 2: must be yes or no'],
  ['case,kind,code\n1,ethnicity,A\n', POPULATION.replace('yes', 'no'), 'one group must be the reference'],
  ['', POPULATION, 'no header'],
])('refuses %j beside %j', async (groups, population, why) => {
  writeFileSync(at('bad.csv'), groups)
  writeFileSync(at('bad-population.csv'), population)
  const ran = await figures('--period', '2024', '--groups', at('bad.csv'), '--population', at('bad-population.csv'))
  expect(ran).toMatchObject({ code: 2, stdout: '' })
  expect(ran.stderr).toContain(why)
  expect(ran.stderr).not.toContain('disability')
})

test('a missing file is said to be missing', async () => {
  expect(existsSync(at('none.csv'))).toBe(false)
  const ran = await figures('--period', '2024', '--groups', at('none.csv'), '--population', at('none.csv'))
  expect(ran.stderr).toContain('ERR_FILE_MISSING')
})
