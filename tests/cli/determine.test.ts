import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { runHere } from './run-cli.js'

const folder = mkdtempSync(join(tmpdir(), 'determine-'))
const at = (name: string): string => join(folder, name)
const dir = ['--dir', at('child-index')]
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function done(...args: readonly string[]): Promise<string> {
  const ran = await runHere([...args, ...dir])
  expect(ran, args.join(' ')).toMatchObject({ code: 0, stderr: '' })
  return ran.stdout
}
async function refused(...args: readonly string[]): Promise<string> {
  const ran = await runHere([...args, ...dir])
  expect(ran, args.join(' ')).toMatchObject({ code: 2, stdout: '' })
  return ran.stderr
}
const DAY = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)

test('officers determine, disagree and take it back at the command line', async () => {
  await done('init', '--name', 'Anytown')
  const until = ['--training-until', '2099-12-31', '--vetting-until', '2099-12-31']
  await done('enrol', 'agency', 'police', '--kind', 'police', '--key', at('police.key.json'))
  for (const [id, person] of [
    ['o1', 'one'],
    ['o2', 'two'],
    ['o3', 'one'],
  ] as const)
    await done('enrol', 'officer', id, '--person', person, ...until, '--key', at(`${id}.key.json`))
  writeFileSync(
    at('checks.csv'),
    `child_nhs_number,incident,occurred_at,reference,practitioner\n9990000018,child-disclosure,${DAY}T10:00:00Z,A/1,pc one\n`,
  )
  await done('check', at('checks.csv'), '--agency', at('police.key.json'), '--test-numbers')
  const by = (id: string) => ['--officer', at(`${id}.key.json`)]
  const met = ['--reason', 'cumulative-concern', 'services-needed']

  expect(await refused('determine', '1', ...by('o1'))).toContain('--reason')
  expect(await refused('determine', '1', ...by('o1'), '--reason', 'a hunch')).toContain('must be one of development-')
  expect(await refused('determine', '1', ...by('o1'), ...met, '--not-met')).toContain('must be one of needs-being-met')
  expect(await refused('determine', '1', ...by('o1'), '--reason', 'disability', 'disability')).toContain('reasons')
  expect(await refused('determine', 'one', ...by('o1'), ...met)).toContain('case')
  expect(await refused('withdraw-determination', '1', ...by('o1'), '--reason', 'new-information')).toContain(
    'ERR_REQUEST_INVALID',
  )

  const signed: unknown = JSON.parse(await done('determine', '1', ...by('o1'), ...met, '--json'))
  expect(signed).toEqual({ determined: 1, finding: 'met', reasons: ['cumulative-concern', 'services-needed'] })
  expect(await refused('determine', '1', ...by('o3'), ...met)).toContain('ERR_DETERMINED_BEFORE')
  expect(await done('determine', '1', ...by('o2'), '--reason', 'services-in-place', '--not-met')).toContain(
    'your disagreement is recorded',
  )
  // The person who determined, under another of their ids.
  expect(await done('withdraw-determination', '1', ...by('o3'), '--reason', 'conflict-of-interest')).toContain(
    'no longer counts',
  )
  const shown = (await done('case', '1')).replaceAll(/\s+/g, ' ')
  expect(shown).toMatch(
    /o1 judged on .* child-in-need is met at review: cumulative concern, services needed \(taken back/,
  )
  expect(shown).toMatch(/o2 judged on .* child-in-need is not met at review: services in place \(until/)
  expect(await done('verify')).toContain('determin')
})
