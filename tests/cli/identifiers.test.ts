import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nhsNumber } from '../support/house.js'
import { type Ran, runHere } from './run-cli.js'

const folder = mkdtempSync(join(tmpdir(), 'child-index-ids-'))
const at = (name: string): string => join(folder, name)
const cli = (...args: readonly string[]): Promise<Ran> => runHere([...args, '--dir', at('hub')])

beforeAll(async () => {
  await cli('init', '--name', 'Anytown')
  for (const [id, kind] of [
    ['police', 'police'],
    ['school', 'education'],
    ['clinic', 'health'],
  ] as const)
    await cli('enrol', 'agency', id, '--kind', kind, '--key', at(`${id}.key.json`))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function backFill(file: string, out: string, ...more: readonly string[]): Promise<Ran> {
  const by = ['--agency', at('police.key.json'), '--practitioner', 'records', '--test-numbers']
  return cli('back-fill', at(file), ...by, '--out', at(out), ...more)
}

const linesOf = (name: string): readonly string[] => readFileSync(at(name), 'utf8').trimEnd().split('\n')

describe('back-fill', () => {
  test('writes the id of every child beside line and reference, and lists what it cannot read', async () => {
    writeFileSync(
      at('list.csv'),
      [
        'ref,nhs_number,forename,surname,dob,practitioner',
        `case/1,${nhsNumber(1)},,,,`,
        'case/2,1234567890,,,,',
        `case/3,${nhsNumber(3)},Amina,Quibblethwaite,2015-01-01,PC 42`,
        `not a reference,${nhsNumber(4)},,,,`,
        `,${nhsNumber(1)},,,,`,
      ].join('\n'),
    )
    const ran = await backFill('list.csv', 'ids.csv')
    expect(ran).toMatchObject({ code: 1, stderr: '' })
    expect(ran.stdout).toContain('5 rows: 0 children known here, 3 unknown, 0 unresolved, 2 rejected')
    const id = '[0-9A-HJKMNP-TV-Z]{3}(?:-[0-9A-HJKMNP-TV-Z]{3}){8}'
    const [header, ...rows] = linesOf('ids.csv')
    expect(header).toBe('line,reference,agency_child_id,known,outcome')
    expect(rows).toEqual([
      expect.stringMatching(new RegExp(`^2,case/1,${id},unknown,none$`)),
      expect.stringMatching(new RegExp(`^4,case/3,${id},unknown,none$`)),
      expect.stringMatching(new RegExp(`^6,,${id},unknown,none$`)),
    ])
    expect(rows[0]?.split(',')[2]).toBe(rows[2]?.split(',')[2])
    expect(linesOf('list.csv.rejects.csv')).toEqual([
      'line,field,code',
      '3,nhsNumber,ERR_NHS_NUMBER_INVALID',
      '5,reference,ERR_REQUEST_INVALID',
    ])
    expect(statSync(at('ids.csv')).mode & 0o777).toBe(0o600)
    for (const plain of ['Quibblethwaite', 'not a reference', 'PC 42', nhsNumber(1)])
      expect(readFileSync(at('ids.csv'), 'utf8') + ran.stdout).not.toContain(plain)
  })

  test('what it writes it reads: ids of the former epoch become ids of the present one', async () => {
    writeFileSync(at('one.csv'), `ref,nhs_number\na,${nhsNumber(11)}\nb,${nhsNumber(12)}\n`)
    expect((await backFill('one.csv', 'former.csv')).code).toBe(0)
    await cli('rotate-epoch')
    const ran = await backFill('former.csv', 'present.csv', '--json')
    expect(JSON.parse(ran.stdout)).toEqual({
      rows: 2,
      known: 0,
      unknown: 2,
      unresolved: 0,
      rejected: 0,
      rejectsFile: null,
      out: at('present.csv'),
    })
    expect((await backFill('one.csv', 'again.csv')).code).toBe(0)
    expect(linesOf('present.csv')).toEqual(linesOf('again.csv'))
    expect(linesOf('present.csv')).not.toEqual(linesOf('former.csv'))
  })

  test('takes a file of more rows than one message holds, and NDJSON in the library’s form', async () => {
    const rows = Array.from({ length: 1500 }, (_, n) => JSON.stringify({ child: { nhsNumber: nhsNumber(n) } }))
    writeFileSync(at('many.ndjson'), `${rows.join('\n')}\n`)
    expect((await backFill('many.ndjson', 'many.csv')).code).toBe(0)
    expect(linesOf('many.csv')).toHaveLength(1501)
    expect(new Set(linesOf('many.csv').map((line) => line.split(',')[2])).size).toBe(1501)
  }, 60_000)

  test('never overwrites, and leaves nothing where it could not begin', async () => {
    writeFileSync(at('there.csv'), 'mine')
    expect(await backFill('one.csv', 'there.csv')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^child-index: ERR_FILE_EXISTS: .*\(--out\)\n$/),
    })
    expect(readFileSync(at('there.csv'), 'utf8')).toBe('mine')
    expect(await backFill('nowhere.csv', 'new.csv')).toMatchObject({ code: 2 })
    expect(existsSync(at('new.csv'))).toBe(false)
  })
})

describe('conference', () => {
  const join = (alias: string, who: string) =>
    cli('conference', 'join', alias, '--agency', at(`${who}.key.json`), '--practitioner', 'head')

  test('gives an alias, which the named agency turns into an id that a check takes', async () => {
    writeFileSync(at('child.csv'), `nhs_number\n${nhsNumber(21)}\n`)
    await backFill('child.csv', 'child.ids.csv')
    const childId = linesOf('child.ids.csv')[1]?.split(',')[2] ?? ''
    const open = (...more: readonly string[]) =>
      cli('conference', 'open', childId, '--agency', at('police.key.json'), '--practitioner', 'PC 42', ...more)
    const opened = await open('--with', 'school, clinic', '--hours', '2')
    expect(opened.stdout).toMatch(/^Alias [0-9A-HJKMNP-TV-Z-]{11}\nGood until \d{4}-\d\d-\d\d \d\d:\d\d UTC\n$/)
    const alias = opened.stdout.slice(6, 17)
    const ids = [await join(alias.toLowerCase(), 'school'), await join(alias.replaceAll('-', ''), 'clinic')]
    expect(ids.map(({ code }) => code)).toEqual([0, 0])
    expect(ids[0]?.stdout).not.toBe(ids[1]?.stdout)
    const today = new Date().toISOString().slice(0, 10)
    const check = ['child_id,incident,occurred_at,reference,practitioner']
    check.push(`${ids[0]?.stdout.trim()},first-known,${today},a/1,head`)
    writeFileSync(at('check.csv'), `${check.join('\n')}\n`)
    expect((await cli('check', at('check.csv'), '--agency', at('school.key.json'))).code).toBe(0)
    const json = await open('--with', 'clinic', '--json')
    expect(JSON.parse(json.stdout)).toEqual({ alias: expect.any(String), expiresAt: expect.any(Number) })
    expect(await join(JSON.parse(json.stdout).alias, 'school')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('ERR_CONFERENCE_UNKNOWN'),
    })
    expect(await open('--with', 'clinic', '--hours', '73')).toMatchObject({ code: 2 })
    expect(await open('--with', 'clinic', '--hours', 'two')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('(--hours)'),
    })
    expect(await open('--with', 'nobody')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('ERR_PARTY_UNKNOWN'),
    })
  })

  test('a wrong letter is said to be one, and not repeated', async () => {
    const ran = await join('000-000-001', 'school')
    expect(ran).toMatchObject({ code: 2, stdout: '' })
    expect(ran.stderr).toMatch(/^child-index: ERR_REQUEST_INVALID: alias has a wrong letter .*\(alias\)\n$/)
    expect(ran.stderr).not.toContain('000')
  })
})
