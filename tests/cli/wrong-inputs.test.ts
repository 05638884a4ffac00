import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newPartyKey } from '../../src/agency.js'
import { encodeKeyFile } from '../../src/key-file.js'
import { type Ran, runHere } from './run-cli.js'

const folder = mkdtempSync(join(tmpdir(), 'child-index-wrong-'))
const at = (name: string): string => join(folder, name)
const NAME = 'Quibblethwaite'
const seen: Ran[] = []

const cli = async (...args: string[]): Promise<Ran> => {
  const ran = await runHere(args)
  seen.push(ran)
  return ran
}
const inHub = (...args: string[]): Promise<Ran> => cli(...args, '--dir', at('hub'))

/** Expects that nothing ran: exit code 2, this code, this field, and one line on standard error. */
function expectRefusal(ran: Ran, code: string, field?: string): void {
  expect(ran.stderr).toMatch(/^child-index: ERR_[A-Z_]+: [^\n]+\n$/)
  expect(ran.stderr).toContain(`child-index: ${code}: `)
  if (field !== undefined) expect(ran.stderr.trimEnd()).toMatch(new RegExp(`\\(${field.replaceAll('[', '\\[')}\\)$`))
  expect(ran).toMatchObject({ code: 2, stdout: '' })
}

beforeAll(async () => {
  await cli('init', '--name', 'Anytown', '--dir', at('hub'))
  await cli('init', '--name', 'Elsewhere', '--dir', at('elsewhere'))
  await inHub('enrol', 'sealer', 'births', '--key', at('births.key.json'))
  await inHub('enrol', 'agency', 'police', '--kind', 'police', '--key', at('police.key.json'))
  await cli('enrol', 'sealer', 'births', '--key', at('foreign.key.json'), '--dir', at('elsewhere'))
  await cli('enrol', 'sealer', 'second', '--key', at('second.key.json'), '--dir', at('elsewhere'))
  writeFileSync(at('one.csv'), `given_name,family_name,dob,postcode\nAmina,${NAME},2015-01-01,NX1 1AA\n`)
  expect(seen.every(({ code }) => code === 0)).toBe(true)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the command line itself', () => {
  test.each([
    [[NAME], undefined],
    [['cases', NAME], undefined],
    [['cases', `--${NAME}`], undefined],
    [['case'], 'case'],
    [['init'], '--name'],
    [['check', 'x.csv', '--agency'], '--agency'],
    [['cases', '--status', NAME], '--status'],
    [['case', NAME], 'case'],
    [['case', '0'], 'case'],
    [['decide', '1', '--agency', 'x', '--outcome', NAME], '--outcome'],
    [['open', '1', '--officer', 'x', '--purpose', NAME, '--basis', 'consent'], '--purpose'],
    [['open', '1', '--officer', 'x', '--purpose', 'referral', '--basis', NAME], '--basis'],
    [
      [
        'enrol',
        'officer',
        'o',
        '--person',
        'p',
        '--training-until',
        NAME,
        '--vetting-until',
        '2027-01-01',
        '--key',
        'x',
      ],
      '--training-until',
    ],
    [
      [
        'enrol',
        'officer',
        'o',
        '--person',
        'p',
        '--training-until',
        '2027-02-30',
        '--vetting-until',
        '2027-01-01',
        '--key',
        'x',
      ],
      '--training-until',
    ],
  ])('%j is refused without repeating it', async (args, field) => {
    const ran = await cli(...args)
    expectRefusal(ran, args.includes('--training-until') ? 'ERR_DATE_INVALID' : 'ERR_REQUEST_INVALID', field)
  })

  test('with --json the error is an object on standard output too, wherever --json stands', async () => {
    for (const args of [
      ['--json', 'case', NAME],
      ['case', NAME, '--json'],
      ['case', '--json'],
      ['--json', NAME],
    ]) {
      const ran = await cli(...args)
      expect(ran.code).toBe(2)
      const { error } = JSON.parse(ran.stdout)
      expect(error).toEqual({
        code: 'ERR_REQUEST_INVALID',
        message: expect.any(String),
        field: args.includes('case') ? 'case' : null,
      })
    }
  })

  test('every command has help with an example and says what --json writes', async () => {
    const { stdout } = await cli('--help')
    expect(stdout).toContain('Usage: child-index')
    expect(stdout).toContain('0 done, 1 something was rejected, 2 could not run')
    const commands = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name ?? '')
    const own = commands
      .filter(
        (name) =>
          ![
            'help',
            'enrol',
            'enquiry',
            'account',
            'correction',
            'consent',
            'policy',
            'conference',
            'duplicates',
            'alert',
            'custodian',
            'witness',
          ].includes(name),
      )
      .map((name) => [name])
    const nested = [
      ['enrol', 'agency'],
      ['enrol', 'officer'],
      ['enrol', 'sealer'],
      ...['take', 'assign', 'ask', 'answer', 'end'].map((name) => ['enquiry', name]),
      ...['ask', 'list', 'show', 'withhold', 'delay', 'end'].map((name) => ['account', name]),
      ...['ask', 'list', 'pursue', 'decide'].map((name) => ['correction', name]),
      ...['record', 'withdraw'].map((name) => ['consent', name]),
      ['policy', 'validate'],
      ['conference', 'open'],
      ['conference', 'join'],
      ['duplicates', 'list'],
      ['alert', 'end'],
      ['custodian', 'init'],
      ['custodian', 'sign'],
      ['custodian', 'serve'],
      ['custodian', 'status'],
      ['custodian', 'lookup-key', 'draw'],
      ['custodian', 'lookup-key', 'take'],
      ['custodian', 'lookup-key', 'drop'],
      ['witness', 'init'],
      ['witness', 'serve'],
      ['witness', 'status'],
      ['rotate-lookup'],
      ['retire-lookup'],
    ]
    expect(own.length).toBeGreaterThan(15)
    for (const command of [...own, ...nested]) {
      const help = await cli(...command, '--help')
      expect(help, command.join(' ')).toMatchObject({ code: 0, stderr: '' })
      expect(help.stdout).toContain(`$ child-index ${command.join(' ')}`)
      expect(help.stdout).toContain('With --json: ')
    }
    expect(await cli()).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('Usage: child-index') })
  })
})

describe('hubs', () => {
  test('a folder without a hub, and one that has a hub already', async () => {
    mkdirSync(at('empty'))
    expectRefusal(await cli('cases', '--dir', at('empty')), 'ERR_FILE_MISSING', '--dir')
    expectRefusal(await cli('cases', '--dir', at('nowhere')), 'ERR_FILE_MISSING', '--dir')
    expect(readdirSync(at('empty'))).toEqual([])
    expectRefusal(await cli('init', '--name', 'Again', '--dir', at('hub')), 'ERR_FILE_EXISTS')
  })

  test('the folder is that of the option, else of the environment', async () => {
    process.env.CHILD_INDEX_DIR = at('elsewhere')
    try {
      expect(JSON.parse((await cli('status', '--json')).stdout).name).toBe('Elsewhere')
      expect(JSON.parse((await inHub('status', '--json')).stdout).name).toBe('Anytown')
      expect(JSON.parse((await cli('--dir', at('hub'), 'status', '--json')).stdout).name).toBe('Anytown')
    } finally {
      delete process.env.CHILD_INDEX_DIR
    }
  })

  test('a policy that is not one founds nothing', async () => {
    writeFileSync(at('policy.json'), `{"title": "${NAME}"}`)
    const init = (policy: string) => cli('init', '--name', 'X', '--dir', at('unfounded'), '--policy', policy)
    expectRefusal(await init(at('policy.json')), 'ERR_POLICY_INVALID')
    expectRefusal(await init(at('absent.json')), 'ERR_FILE_MISSING')
    expect(readdirSync(folder)).not.toContain('unfounded')
  })

  test('a database of another program, an empty one, a truncated one, one of another hub, and missing keys', async () => {
    const spoilt = (name: string, spoil: (path: string) => void): Promise<Ran> => {
      cpSync(at('hub'), at(name), { recursive: true })
      spoil(at(name))
      return cli('cases', '--dir', at(name))
    }
    const database = (path: string): string => join(path, 'index.db')
    const other = await spoilt('other', (path) => {
      rmSync(database(path))
      new Database(database(path)).exec('CREATE TABLE patients (name TEXT)').close()
    })
    expectRefusal(other, 'ERR_STORE_FOREIGN')
    expectRefusal(await spoilt('blank', (path) => truncateSync(database(path), 0)), 'ERR_STORE_DAMAGED')
    expectRefusal(await spoilt('short', (path) => truncateSync(database(path), 8_000)), 'ERR_STORE_DAMAGED')
    expectRefusal(await spoilt('gone', (path) => rmSync(database(path))), 'ERR_FILE_MISSING')
    const swapped = await spoilt('swapped', (path) => cpSync(at('elsewhere/index.db'), database(path)))
    expect(swapped).toMatchObject({ code: 2, stderr: expect.stringMatching(/^child-index: ERR_[A-Z_]+: [^\n]+\n$/) })
    expectRefusal(await spoilt('keyless', (path) => rmSync(join(path, 'keys/hub.key.json'))), 'ERR_KEY_MISSING')
    expectRefusal(
      await spoilt('custodyless', (path) => rmSync(join(path, 'keys/custodian-2.key.json'))),
      'ERR_KEY_MISSING',
    )
  })
})

describe('parties', () => {
  test('an id that is taken, an id that is none, a file that is there', async () => {
    expectRefusal(await inHub('enrol', 'sealer', 'births', '--key', at('new.key.json')), 'ERR_PARTY_EXISTS')
    expectRefusal(await inHub('enrol', 'sealer', NAME, '--key', at('new.key.json')), 'ERR_ROSTER_INVALID')
    expect(readdirSync(folder)).not.toContain('new.key.json')
    for (const file of ['births.key.json', 'police.key.json', 'one.csv', 'second.key.json']) {
      const before = readFileSync(at(file), 'utf8')
      expectRefusal(await inHub('enrol', 'sealer', 'second', '--key', at(file)), 'ERR_FILE_EXISTS', '--key')
      expect(readFileSync(at(file), 'utf8')).toBe(before)
    }
  })

  test('an enrolment that was cut short between key file and roster is finished', async () => {
    const { hub, pin } = JSON.parse((await inHub('status', '--json')).stdout)
    const file = {
      id: 'third',
      pin: { hub: Buffer.from(hub, 'hex'), roster: Buffer.from(pin, 'hex') },
      key: await newPartyKey(),
    }
    const text = encodeKeyFile({ kind: 'sealer', ...file })
    writeFileSync(at('third.key.json'), text)
    expect(await inHub('enrol', 'sealer', 'third', '--key', at('third.key.json'))).toMatchObject({
      code: 0,
      stderr: '',
    })
    expect(readFileSync(at('third.key.json'), 'utf8')).toBe(text)
  })

  test('key files that are missing, of another sort, of another hub, altered, or of nobody on the roster', async () => {
    const register = (key: string) => inHub('register', at('one.csv'), '--sealer', at(key))
    expectRefusal(await register('absent.key.json'), 'ERR_KEY_MISSING')
    expectRefusal(await register('police.key.json'), 'ERR_KEY_WRONG')
    expectRefusal(await register('foreign.key.json'), 'ERR_KEY_WRONG')
    expectRefusal(await register('one.csv'), 'ERR_KEY_INVALID')
    const sound = JSON.parse(readFileSync(at('births.key.json'), 'utf8'))
    writeFileSync(at('altered.key.json'), JSON.stringify({ ...sound, [NAME]: NAME }))
    expectRefusal(await register('altered.key.json'), 'ERR_KEY_INVALID')
    writeFileSync(at('renamed.key.json'), JSON.stringify({ ...sound, id: 'nobody' }))
    expectRefusal(await register('renamed.key.json'), 'ERR_PARTY_UNKNOWN')
    writeFileSync(at('mispinned.key.json'), JSON.stringify({ ...sound, pin: { ...sound.pin, roster: sound.pin.hub } }))
    expectRefusal(await register('mispinned.key.json'), 'ERR_ROSTER_INVALID')
    expect(readdirSync(folder)).not.toContain('one.csv.rejects.csv')
  })
})

describe('files to import', () => {
  const register = (file: string, ...more: string[]) =>
    inHub('register', at(file), '--sealer', at('births.key.json'), ...more)

  test.each([
    [
      'no header, so its first row stands in its place',
      'headless.csv',
      `Amina,${NAME},2015-01-01\nBen,${NAME},2015-01-01\n`,
      'ERR_FILE_INVALID',
      'familyName',
    ],
    [
      'a header without a date of birth',
      'dateless.csv',
      `given_name,family_name\nAmina,${NAME}\n`,
      'ERR_FILE_INVALID',
      'dateOfBirth',
    ],
    ['UTF-16', 'wide.csv', Buffer.from(`\uFEFFgiven_name,${NAME}\n`, 'utf16le'), 'ERR_FILE_INVALID', undefined],
    ['nothing', 'nothing.csv', '', 'ERR_FILE_INVALID', undefined],
    ['a name that tells no format', 'children.xls', 'x', 'ERR_REQUEST_INVALID', '--format'],
  ])('%s', async (_, file, content, code, field) => {
    writeFileSync(at(file), content)
    expectRefusal(await register(file), code, field)
  })

  test('files that are not there, folders, and files that must not be overwritten', async () => {
    expectRefusal(await register('absent.csv'), 'ERR_FILE_MISSING')
    mkdirSync(at('folder.csv'))
    expectRefusal(await register('folder.csv'), 'ERR_FILE_INVALID')
    expectRefusal(await register('one.csv', '--mapping', at('absent.json')), 'ERR_FILE_MISSING')
    expectRefusal(await register('one.csv', '--rejects', at('one.csv')), 'ERR_FILE_EXISTS', '--rejects')
    const check = inHub('check', at('one.csv'), '--agency', at('police.key.json'), '--receipts', at('one.csv'))
    expectRefusal(await check, 'ERR_FILE_EXISTS', '--receipts')
    expect(readFileSync(at('one.csv'), 'utf8')).toContain(NAME)
  })

  test('every sort of bad row is rejected by line, field and code; the rest is kept', async () => {
    const long = 'a'.repeat(10_000)
    const rows: readonly (readonly [cells: string | Buffer, code?: string, field?: string])[] = [
      [`Amina,${NAME},2015-01-01,NX1 1AA,`],
      [`Amina,${NAME},2015-02-30,NX1 1AA,`, 'ERR_DATE_INVALID', 'dateOfBirth'],
      [`Amina,${NAME},2999-01-01,NX1 1AA,`, 'ERR_DATE_IN_FUTURE', 'dateOfBirth'],
      [`Amina,${NAME},1985-01-01,NX1 1AA,`, 'ERR_TOO_OLD', 'dateOfBirth'],
      [`${long},${NAME},2015-01-01,NX1 1AB,`, 'ERR_DETAILS_INVALID', 'givenNames'],
      [`Am\u0007ina,${NAME},2015-01-01,NX1 1AB,`, 'ERR_DETAILS_INVALID', 'givenNames'],
      [`Am\u202Eina,${NAME},2015-01-01,NX1 1AB,`, 'ERR_DETAILS_INVALID', 'givenNames'],
      [`\u{1F600},${NAME},2015-01-01,NX1 1AB,`, 'ERR_DETAILS_INVALID', 'givenNames'],
      [`Zo\u00EB,O\u2019${NAME}-Smith,2015-01-01,NX1 1AC,`],
      [`Sukarno,,2015-01-01,NX1 1AD,`],
      [`,,2015-01-01,NX1 1AE,`, 'ERR_DETAILS_INVALID', 'givenNames'],
      [`Amina,${NAME},2015-01-01,NX1 1AF,1234567890`, 'ERR_NHS_NUMBER_INVALID', 'nhsNumber'],
      [`Amina,${NAME},2015-01-01,NX1 1AF,0000000000`, 'ERR_NHS_NUMBER_INVALID', 'nhsNumber'],
      [`Amina,${NAME},2015-01-01,NX1 1AF,9990000018`, 'ERR_NHS_NUMBER_INVALID', 'nhsNumber'],
      [`Amina,${NAME},2015-01-01,"NX1,`, 'ERR_ROW_MALFORMED', ''],
      [Buffer.from(`Am\u00EDna,${NAME},2015-01-01,NX1 1AG,`, 'latin1'), 'ERR_ROW_MALFORMED', ''],
      [`${'b'.repeat(70_000)},${NAME},2015-01-01,NX1 1AG,`, 'ERR_ROW_MALFORMED', ''],
      [`Amina,${NAME}`, 'ERR_ROW_MALFORMED', ''],
      [`Last,${NAME},2015-01-01,NX1 1AH,`],
    ]
    const newline = Buffer.from('\n')
    const header = 'given_name,family_name,dob,postcode,nhs_number\n'
    writeFileSync(
      at('bad.csv'),
      Buffer.concat([Buffer.from(header), ...rows.flatMap(([cells]) => [Buffer.from(cells), newline])]),
    )
    const ran = await register('bad.csv', '--json')
    expect(ran).toMatchObject({ code: 1, stderr: '' })
    expect(JSON.parse(ran.stdout)).toMatchObject({ rows: rows.length, registered: 4, rejected: rows.length - 4 })
    const expected = rows.flatMap(([, code, field], index) =>
      code === undefined ? [] : [`${index + 2},${field},${code}`],
    )
    const rejects = readFileSync(at('bad.csv.rejects.csv'), 'utf8')
    expect(rejects.trimEnd().split('\n').slice(1)).toEqual(expected)
    expect(rejects).not.toContain(NAME)
  })

  test('NDJSON with a mapping is flat, and each line has its own columns without one', async () => {
    const born = { dob: '2015-01-01', postcode: 'NX3 1AA' }
    const line = { givenNames: 'Ann', surname: NAME, ...born }
    writeFileSync(at('flat.ndjson'), JSON.stringify(line))
    writeFileSync(
      at('flat.json'),
      JSON.stringify({ givenNames: 'givenNames', familyName: 'surname', dateOfBirth: 'dob', postcode: 'postcode' }),
    )
    const mapped = await register('flat.ndjson', '--mapping', at('flat.json'), '--json')
    expect(JSON.parse(mapped.stdout)).toMatchObject({ registered: 1, rejected: 0 })
    const lines = [
      { forename: 'Ben', surname: NAME, ...born },
      { first_name: 'Cat', last_name: NAME, ...born },
      { NHS_NUMBER: '1', first_name: 'Dan', last_name: NAME, ...born },
    ]
    writeFileSync(at('own.ndjson'), lines.map((each) => JSON.stringify(each)).join('\n'))
    expect(JSON.parse((await register('own.ndjson', '--json')).stdout)).toMatchObject({ registered: 2, rejected: 1 })
    expect(readFileSync(at('own.ndjson.rejects.csv'), 'utf8')).toContain('3,nhsNumber,ERR_NHS_NUMBER_INVALID')
  })

  test('the flags for care leavers and for test numbers admit what they name', async () => {
    const born = `${new Date().getFullYear() - 20}-06-01`
    writeFileSync(
      at('flags.csv'),
      `given_name,family_name,dob,postcode,nhs_number\nOld,${NAME},${born},NX2 1AA,9990000018\n`,
    )
    expect(JSON.parse((await register('flags.csv', '--json', '--care-leavers')).stdout)).toMatchObject({ rejected: 1 })
    expect(JSON.parse((await register('flags.csv', '--json', '--test-numbers')).stdout)).toMatchObject({ rejected: 1 })
    const both = await register('flags.csv', '--json', '--care-leavers', '--test-numbers')
    expect(both.code).toBe(0)
    expect(JSON.parse(both.stdout)).toMatchObject({ registered: 1, rejected: 0, rejectsFile: null })
  })

  test('checks: unknown codes, another agency’s words, and a reference that stands for something else', async () => {
    const day = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)
    const rows: readonly (readonly [cells: string, code?: string, field?: string])[] = [
      [`,Nobody,${NAME},2018-01-01,NX1 1AA,police-notice,,${day},R/1,pc`],
      [`,Nobody,${NAME},2018-01-01,NX1 1AA,no-such,,${day},R/2,pc`, 'ERR_CODE_UNKNOWN', 'incident'],
      [`,Nobody,${NAME},2018-01-01,NX1 1AA,police-notice,no-such,${day},R/3,pc`, 'ERR_CODE_UNKNOWN', 'indicators'],
      [`,Nobody,${NAME},2018-01-01,NX1 1AA,${NAME},,${day},R/4,pc`, 'ERR_CODE_UNKNOWN', 'incident'],
      [`,Nobody,${NAME},2018-01-01,NX1 1AA,police-notice,,2999-01-01,R/5,pc`, 'ERR_CHECK_IN_FUTURE', 'occurredAt'],
      [`,Nobody,${NAME},2018-01-01,NX1 1AA,police-notice,,soon,R/6,pc`, 'ERR_DATE_INVALID', 'occurredAt'],
      [`,Nobody,${NAME},2018-01-01,NX1 1AA,police-notice,,${day},R 7 ${NAME},pc`, 'ERR_REQUEST_INVALID', 'reference'],
      [`,Nobody,${NAME},2018-01-01,NX1 1AA,police-notice,,${day},R/8,`, 'ERR_REQUEST_INVALID', 'practitioner'],
      [`000-000-000-000-000-000-000-000-000,,,,,police-notice,,${day},R/9,pc`, 'ERR_CHILD_ID_UNKNOWN'],
      [`${NAME},,,,,police-notice,,${day},R/10,pc`, 'ERR_CHILD_ID_MALFORMED'],
      [`,Nobody,${NAME},2018-01-01,NX1 1AA,police-protection,,${day},R/1,pc`, 'ERR_REFERENCE_CONFLICT', 'reference'],
    ]
    const header =
      'child_id,given_names,family_name,date_of_birth,postcode,incident,indicators,occurred_at,reference,practitioner\n'
    writeFileSync(at('checks.csv'), `${header}${rows.map(([cells]) => `${cells}\n`).join('')}`)
    const ran = await inHub('check', at('checks.csv'), '--agency', at('police.key.json'), '--json')
    expect(ran).toMatchObject({ code: 1, stderr: '' })
    expect(JSON.parse(ran.stdout)).toMatchObject({
      rows: rows.length,
      recorded: 1,
      again: 0,
      rejected: rows.length - 1,
    })
    const rejects = readFileSync(at('checks.csv.rejects.csv'), 'utf8')
    const expected = rows.flatMap(([, code], index) => (code === undefined ? [] : [`${index + 2},${code}`]))
    const found = rejects
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.replace(/,.*,/, ','))
    expect(found).toEqual(expected)
    for (const [index, [, code, field]] of rows.entries())
      if (code !== undefined && field !== undefined) expect(rejects).toContain(`${index + 2},${field}`)
    expect(rejects).not.toContain(NAME)
  })
})

test('no refusal repeated a value, and none showed a stack', () => {
  expect(seen.length).toBeGreaterThan(60)
  for (const { stderr } of seen) {
    expect(stderr).not.toContain(NAME)
    expect(stderr).not.toMatch(/ {4}at |\.ts:|node:/)
    expect(stderr).not.toContain(folder)
  }
})
