import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { workThrough } from '../../src/cli/commands/case-lists.js'
import { runHere } from './run-cli.js'

const folder = mkdtempSync(join(tmpdir(), 'case-work-'))
const at = (name: string): string => join(folder, name)
const dir = ['--dir', at('child-index')]
const by = (id: string): readonly string[] => ['--officer', at(`${id}.key.json`)]

async function done(...args: readonly string[]): Promise<string> {
  const ran = await runHere([...args, ...dir])
  expect(ran, args.join(' ')).toMatchObject({ code: 0, stderr: '' })
  return ran.stdout
}

async function refused(...args: readonly string[]): Promise<string> {
  const { code, stderr } = await runHere([...args, ...dir])
  expect(code).toBe(2)
  return stderr
}

const lines = async (...args: readonly string[]): Promise<readonly { readonly number: number }[]> =>
  (await done(...args, '--json'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { number: number })

const DAY = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)
const CHECKS =
  'child_nhs_number,incident,occurred_at,reference,practitioner\n' +
  `9990000018,child-disclosure,${DAY}T10:00:00Z,A/1,pc one\n` +
  `9990000026,police-protection,${DAY}T10:00:00Z,A/2,pc one\n` +
  `9990000034,child-disclosure,${DAY}T10:00:00Z,A/3,pc one\n`

beforeAll(async () => {
  await done('init', '--name', 'Anytown')
  const until = ['--training-until', '2099-12-31', '--vetting-until', '2099-12-31']
  await done('enrol', 'agency', 'police', '--kind', 'police', '--key', at('police.key.json'))
  for (const id of ['o1', 'o2'])
    await done('enrol', 'officer', id, '--person', id, ...until, '--key', at(`${id}.key.json`))
  writeFileSync(at('checks.csv'), CHECKS)
  await done('check', at('checks.csv'), '--agency', at('police.key.json'), '--test-numbers')
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a day of cases from the command line: next, take, join, assign, leave, close, and the lists between them', async () => {
  const next = await done('next', ...by('o1'))
  expect(next).toMatch(/^case 2 +child-protection +new +raised /)
  expect(next).not.toContain('\u001B')
  expect(JSON.parse(await done('next', '--take', ...by('o1'), '--json'))).toMatchObject({
    taken: true,
    case: { number: 2 },
  })
  expect(await done('join', '2', '--because', 'second-opinion', ...by('o2'))).toContain('you need to know of case 2')
  expect((await lines('cases', '--mine', ...by('o1'))).map(({ number }) => number)).toEqual([2])
  expect((await lines('cases', '--unowned', '--status', 'new')).map(({ number }) => number)).toEqual([1, 3])
  expect((await lines('cases', '--threshold', 'none', '--after', '1')).map(({ number }) => number)).toEqual([3])
  expect(await lines('cases', '--again')).toEqual([])
  expect(await done('assign', '2', '--to', 'o2', ...by('o1'))).toBe('Case 2 is with o2\n')
  expect(await done('cases', '--owner', 'o2')).toMatch(/^case 2 +child-protection +under-review +raised .* UTC +o2\n$/)
  await done('leave', '2', ...by('o2'))
  expect(await lines('cases', '--owner', 'o2')).toEqual([])
  expect(await done('take', '2', ...by('o1'))).toBe('Case 2 is yours\n')
  const end = ['--reason', 'assessed', '--outcome', 'child-protection-plan']
  expect(await done('close', '2', ...end, ...by('o1'))).toContain('closes once a second officer says the same')
  expect(await done('close', '2', ...end, ...by('o2'))).toBe('Case 2 is closed.\n')
}, 60_000)

test('what cannot be is refused by its field', async () => {
  expect(await refused('cases', '--mine')).toContain('ERR_REQUEST_INVALID')
  expect(await refused('cases', '--mine', '--unowned', ...by('o1'))).toContain('--owner')
  expect(await refused('cases', '--status', 'open')).toContain('--status')
  expect(await refused('take', '2', ...by('o1'))).toContain('ERR_CASE_STATUS')
  expect(await refused('join', '1', '--because', 'curious', ...by('o1'))).toContain('--because')
  expect(await refused('close', '1', '--reason', 'assessed', ...by('o1'))).toContain('--outcome')
  expect(await refused('assign', '1', '--to', 'o2', ...by('o1'))).toContain('ERR_ROLE_MISSING')
}, 60_000)

test('one key for one case: skip, show how to open, take', async () => {
  const cases = [1, 3].map((number) => ({
    number,
    status: 'new' as const,
    level: 'review',
    threshold: 'none' as const,
    raisedAt: 0,
    updatedAt: 0,
    reReferral: number === 3,
  }))
  const taken: number[] = []
  const shown: string[] = []
  const out = {
    json: false,
    result: (_: object, said: readonly (string | readonly { readonly text: string }[])[]) => {
      for (const line of said) shown.push(typeof line === 'string' ? line : line.map(({ text }) => text).join(''))
    },
    item: () => undefined,
    text: () => undefined,
  }
  const officer = {
    nextCase: async (after?: { readonly number: number }) => cases.find(({ number }) => number > (after?.number ?? 0)),
    take: async (number: number) => {
      taken.push(number)
    },
  }
  const keys = async function* (pressed: string) {
    yield* pressed
  }
  const context = { out, signal: new AbortController().signal }
  await workThrough(officer, 'o1.key.json', keys('xsot'), context)
  expect(taken).toEqual([3])
  expect(shown.some((line) => line.startsWith('child-index open 3 '))).toBe(true)
  await workThrough(officer, 'o1.key.json', keys('ssst'), context)
  await workThrough(officer, 'o1.key.json', keys('qt'), context)
  expect(taken).toEqual([3])
  expect(shown).toContain('No case waits.')
})
