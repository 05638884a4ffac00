import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { runHere } from './run-cli.js'

const folder = mkdtempSync(join(tmpdir(), 'consents-'))
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

test('consents are recorded, listed and withdrawn from the command line', async () => {
  await done('init', '--name', 'Anytown')
  const until = ['--training-until', '2099-12-31', '--vetting-until', '2099-12-31']
  await done('enrol', 'agency', 'police', '--kind', 'police', '--key', at('police.key.json'))
  await done('enrol', 'officer', 'o1', '--person', 'o1', ...until, '--key', at('o1.key.json'))
  writeFileSync(
    at('checks.csv'),
    `child_nhs_number,incident,occurred_at,reference,practitioner\n9990000018,police-protection,${DAY}T10:00:00Z,A/1,pc one\n`,
  )
  await done('check', at('checks.csv'), '--agency', at('police.key.json'), '--test-numbers')
  const by = ['--officer', at('o1.key.json')]
  const about = ['--kind', 'data-protection', '--information', 'involvement', '--to', 'police']
  const asked = ['consent', 'record', '1', ...by, '--by', 'carer', ...about]
  expect(await refused(...asked, '--given')).toContain('ERR_DISCLOSURE_DENIED')
  await done('take', '1', ...by)
  expect(await done('consents', '1', ...by)).toBe('')
  expect(await done(...asked, '--carer', '2', '--given', '--until', '2099-12-30')).toContain('consent withdraw 1 1')
  const child = ['consent', 'record', '1', ...by, '--by', 'child', ...about, '--refused']
  const judged = ['--understands', '--assessed-by', 'worker-7', '--assessed-on', DAY]
  expect(JSON.parse(await done(...child, ...judged, '--json'))).toEqual({ case: 1, consent: 2 })
  const [first, second] = (await done('consents', '1', ...by)).split('\n')
  expect(first).toMatch(/^consent 1 +carer 2 +data-protection +involvement to police +given +until .*2099/)
  expect(second).toMatch(/^consent 2 +child .* refused +\(the child understands, says worker-7\)$/)
  expect(await done('consent', 'withdraw', '1', '1', ...by)).toContain('stays decided')
  const listed: unknown = JSON.parse((await done('consents', '1', ...by, '--json')).split('\n')[0] ?? '')
  expect(listed).toMatchObject({ number: 1, by: 'carer', carer: 2, given: true, withdrawnAt: expect.any(Number) })
  for (const [wrong, field] of [
    [[...asked], '--given'],
    [[...asked, '--given', '--refused'], '--given'],
    [[...child, '--carer', '1'], '--carer'],
    [[...child, '--understands'], '--assessed-by'],
    [[...child, '--understands', '--does-not-understand', '--assessed-by', 'p'], '--understands'],
    [[...child, '--assessed-by', 'p'], '--understands'],
    [[...asked, '--given', '--until', '31/12/2099'], '--until'],
    [['consent', 'withdraw', '1', 'first', ...by], 'record'],
  ] as const)
    expect(await refused(...wrong)).toContain(field)
  expect(await refused('consent', 'withdraw', '1', '2', ...by)).toContain('ERR_CONSENT_UNKNOWN')
}, 60_000)
