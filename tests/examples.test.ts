import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

/** Every example runs against the build, by the package's own name, and says what it promises. */

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

const PROMISES: Readonly<Record<string, readonly string[]>> = {
  'agency-developer.ts': [
    'first check: known',
    'Recorded. This is not a referral',
    'sent again: the same check',
    'unknown: an enquiry on ADM/1 is open, 0 questions asked',
    'child id here: xxx-xxx-xxx-xxx-xxx-xxx-xxx-xxx-xxx',
    'recorded\nrecorded\nrecorded\nERR_NHS_NUMBER_INVALID nhsNumber must',
    'another check has this reference: send a correction',
  ],
  'officer.ts': [
    'case 1: child-in-need\n  education: Keeps being absent',
    'It is never a decision about a child or a family.',
    'opened: true, by 3 of 3 custodians',
    'carers: ERR_THRESHOLD_NOT_REACHED',
    'referral 1: child-in-need, on the basis of public-task',
    'referral 1 is decided: assessment',
  ],
  'policy-owner.ts': [
    'the school alone, four times: review\n',
    'school and housing: child-in-need',
    'the child tells of harm: child-protection',
    'levels[1].reachedWhen.all[0]: 40, short by 20',
    'the school alone, four times: review becomes child-in-need',
    'refused: levels[0].reachedWhen.all',
  ],
  'property-tests.ts': [
    '20 laws hold, 0 do not, 1 do not apply\n  T7: the policy sets no cap on repeats of one code\n',
    'T11 failed: A mistake that was taken back must leave no mark on a child.\n{\n  "name": "T11: ',
    '  "expect": {"level":"none"}\n}\n',
    'looks back 31 days instead of 30',
    'D12: denied with consent of the one who decides',
    'golden vectors, such as "window: exactly at its older edge is outside"',
  ],
  'custodian.ts': [
    'opened: false; released by custodian-1\n',
    'custodian-2: officer-not-in-standing, signed: true',
    'custodian-3: officer-not-in-standing, signed: true',
    'one custodian alone: ERR_SHARES_INSUFFICIENT',
    'opened: true; not reached: custodian-3',
    'one custodian left: ERR_CUSTODIAN_UNAVAILABLE',
    'an agency that nobody expects: ERR_',
    'on the roster: false',
    '2 refusals',
  ],
  'auditor.ts': [
    'good the journal passed through a head kept from before',
    'add up to the checkpoint',
    'not verified: that this is the latest checkpoint',
    'receipt of education: recorded, by 6 findings\nreceipt of health: recorded, by 6 findings',
    'evidence of another check: the evidence is about another check or place',
    'one bit changed: an entry is not what its leaf hash covers',
    'one entry left out: an entry is missing or out of order',
    'an old copy shown as the present: the journal does not reach a head kept from before',
  ],
}

test.each(Object.entries(PROMISES))('%s runs', async (name, lines) => {
  expect(existsSync(join(root, 'dist/index.js')), 'run npm run build first').toBe(true)
  const loader = pathToFileURL(join(root, 'node_modules/tsx/dist/loader.mjs')).href
  const file = join(root, 'examples', name)
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--import', loader, file])
  for (const line of lines) expect(stdout).toContain(line)
  expect(stderr).toBe('')
  for (const detail of ['Amina', 'Okafor', 'Tomasz', 'Wilk', '999 000', '9990000018'])
    expect(stdout).not.toContain(detail)
})

test('every example is run, uses the doors only, and stands in the README', () => {
  const names = readdirSync(join(root, 'examples')).sort()
  expect(names).toEqual(Object.keys(PROMISES).sort())
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  for (const name of names) {
    const text = readFileSync(join(root, 'examples', name), 'utf8')
    expect(readme).toContain(`(examples/${name})`)
    const imports = [...text.matchAll(/from '([^']+)'|import\('([^']+)'\)/g)].map(([, one, other]) => one ?? other)
    expect(imports.filter((from) => !/^(child-index|node:)/.test(from ?? ''))).toEqual([])
  }
})

test('what the auditor imports is the verifier alone', () => {
  const text = readFileSync(join(root, 'examples/auditor.ts'), 'utf8')
  expect([...text.matchAll(/^import[\s\S]*?from '([^']+)'/gm)].map(([, from]) => from)).toEqual(['child-index/verify'])
})

test('every page stands on the map', () => {
  const map = readFileSync(join(root, 'docs/README.md'), 'utf8')
  const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md') && name !== 'README.md')
  expect(pages.filter((name) => !map.includes(`](${name})`))).toEqual([])
})
