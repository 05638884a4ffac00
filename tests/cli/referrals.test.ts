import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dayInLondon } from '../../src/case/deadlines.js'
import { createAgency, createSealer, initHub, newPartyKey } from '../../src/index.js'
import { childDetails, nhsNumber } from '../support/house.js'
import { type Ran, runHere } from './run-cli.js'

/** A case from its opening to its end, from the command line: each test carries on from the one before it. */

const folder = mkdtempSync(join(tmpdir(), 'child-index-referrals-'))
const dir = ['--dir', join(folder, 'hub')]
const at = (name: string): string => join(folder, name)
const [officer, manager, care] = [at('officer.key.json'), at('manager.key.json'), at('care.key.json')]
const cli = (...args: string[]): Promise<Ran> => runHere([...args, ...dir])
const json = (ran: Ran): Record<string, unknown> => JSON.parse(ran.stdout) as Record<string, unknown>
const TODAY = dayInLondon(Date.now())

beforeAll(async () => {
  {
    await using hub = await initHub({ path: at('hub'), name: 'Anytown' })
    const births = createSealer({ id: 'births', key: await newPartyKey(), hub })
    const forTests = { hub, neverIssuedNumbers: true }
    const police = createAgency({ id: 'police', kind: 'police', key: await newPartyKey(), ...forTests })
    for (const each of [births, police]) await hub.enrol(each.enrolment())
    await births.register(childDetails(1), { neverIssuedNumbers: true })
    const check = { incident: 'police-protection', occurredAt: Date.now(), reference: 'P/1', practitioner: 'p' }
    await police.check({ child: { nhsNumber: nhsNumber(1) }, ...check })
  }
  const until = ['--training-until', '2099-01-01', '--vetting-until', '2099-01-01']
  await cli('enrol', 'officer', 'o-1', '--person', 'p-1', ...until, '--key', officer)
  await cli('enrol', 'officer', 'm-1', '--person', 'p-2', '--role', 'manager', ...until, '--key', manager)
  await cli('enrol', 'agency', 'care', '--kind', 'social-care', '--key', care)
  await cli('take', '1', '--officer', officer)
  await cli('open', '1', '--officer', officer, '--purpose', 'referral', '--basis', 'public-task')
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('is sent once, however often it is asked for', async () => {
  const args = ['refer', '1', '--to', 'care', '--because', 'acts-on-referral', '--officer', officer] as const
  expect(json(await cli(...args, '--json'))).toMatchObject({ referral: 1, to: 'care', status: 'sent' })
  const again = await cli(...args)
  expect(again.stdout).toMatch(/^Referral 1 of case 1 is with care \(sent\); it must decide by \w+day \d/)
})

test('is read by its agency, as lines, as JSON, and as a page that is for its owner alone and never replaced', async () => {
  const shown = await cli('referrals', '--agency', care)
  for (const part of ['Referral 1, received', 'child-protection', 'police', 'Surname', 'you must record why'])
    expect(shown.stdout).toContain(part)
  const read = json(await cli('referrals', '--agency', care, '--json', '--html', at('pages')))
  const page = at('pages/referral-1.html')
  expect(read).toMatchObject({ version: 2, kind: 'referral', page })
  expect(statSync(page).mode & 0o777).toBe(0o600)
  expect(readFileSync(page, 'utf8')).toContain('Surname')
  const before = statSync(page).mtimeMs
  expect((await cli('referrals', '--agency', care, '--html', at('pages'))).stdout).toContain('left as it is')
  expect(statSync(page).mtimeMs).toBe(before)
  expect((await cli('referrals', '--agency', care, '--after', '1', '--html', at('none'))).stdout).toBe('')
})

test('is answered, and followed by the officers', async () => {
  expect(json(await cli('accept', '1', '--agency', care, '--json'))).toEqual({ referral: 1, status: 'accepted' })
  expect((await cli('decide', '1', '--agency', care, '--outcome', 'strategy-discussion')).stdout).toBe(
    'Referral 1: decided: strategy-discussion\n',
  )
  const held = ['--milestone', 'strategy-discussion-held'] as const
  expect(json(await cli('report', '1', '--agency', care, ...held, '--json'))).toMatchObject({ on: TODAY })
  expect((await cli('decline', '1', '--agency', care, '--reason', 'not-ours')).stderr).toContain('ERR_CASE_STATUS')
  const listed = await cli('referrals', '--officer', officer, '--status', 'decided')
  expect(listed.stdout).toMatch(/^referral 1 {6}case 1 {6}decided {4}strategy-discussion .* care\n$/)
  expect((await cli('referrals', '--officer', officer, '--status', 'declined')).stdout).toBe('')
  const story = (await cli('referral', '1', '--officer', officer)).stdout
  for (const part of ['to care, which acts-on-referral: decided', 'accepted ', `strategy-discussion-held on ${TODAY}`])
    expect(story).toContain(part)
  for (const hidden of ['Surname', nhsNumber(1)]) expect(listed.stdout + story).not.toContain(hidden)
})

test('has deadlines, which a manager can have left alone for a while and nobody can hide', async () => {
  const due = (await cli('deadlines', '--officer', officer, '--mine')).stdout.split('\n')
  expect(due[0]).toMatch(/^upcoming {3}conference 1 +due \w+day .* case 1 +o-1$/)
  expect(due[1]).toMatch(/^upcoming {3}assessment 1/)
  expect((await cli('deadlines', '--officer', officer, '--overdue')).stdout).toBe('')
  const silence = ['silence', 'conference', '1', '--reason', 'court-timetable', '--until', TODAY] as const
  expect((await cli(...silence, '--officer', officer)).stderr).toContain('ERR_ROLE_MISSING')
  expect(json(await cli(...silence, '--officer', manager, '--json'))).toMatchObject({ kind: 'conference', number: 1 })
  expect((await cli('deadlines', '--officer', officer)).stdout).toContain('[silenced by m-1 until')
  expect(await cli('remind')).toEqual({ code: 0, stdout: '', stderr: '' })
})

test.each<[string, readonly string[], string]>([
  [
    'a referral to nobody',
    ['refer', '1', '--to', 'nobody', '--because', 'statutory-duty', '--officer', officer],
    'ERR_PARTY_UNKNOWN',
  ],
  [
    'a need of our own',
    ['refer', '1', '--to', 'care', '--because', 'curiosity', '--officer', officer],
    'ERR_REQUEST_INVALID',
  ],
  ['neither agency nor officer', ['referrals'], 'ERR_REQUEST_INVALID'],
  ['both', ['referrals', '--agency', care, '--officer', officer], 'ERR_REQUEST_INVALID'],
  ['a referral that there is none of', ['referral', '9', '--officer', officer], 'ERR_REFERRAL_UNKNOWN'],
  [
    'a day that is none',
    ['report', '1', '--agency', care, '--milestone', 'closed', '--on', '2026-02-30'],
    'ERR_DATE_INVALID',
  ],
  [
    'a day to come',
    ['report', '1', '--agency', care, '--milestone', 'closed', '--on', '2999-01-01'],
    'ERR_REQUEST_INVALID',
  ],
  [
    'a deadline that does not run',
    ['silence', 'decision', '1', '--officer', manager, '--reason', 'child-absent', '--until', TODAY],
    'ERR_DEADLINE_UNKNOWN',
  ],
  ['two filters', ['deadlines', '--officer', officer, '--overdue', '--state', 'soon'], 'ERR_REQUEST_INVALID'],
])('refuses %s', async (_, args, code) => {
  const ran = await cli(...args)
  expect(ran).toMatchObject({ code: 2, stdout: '' })
  expect(ran.stderr).toContain(code)
  expect(existsSync(at('none/referral-1.html'))).toBe(false)
})
