import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { kindFor, sayings } from '../../src/cli/bench/checks.js'
import { compared } from '../../src/cli/bench/published.js'
import { defaultPolicy } from '../../src/policy/default.js'
import { seededRandom } from '../../src/testing/random.js'
import { runHere } from './run-cli.js'

/** That the command measures and cleans up. No figure is looked at. */

const folder = mkdtempSync(join(tmpdir(), 'child-index-bench-test-'))
const at = (name: string): string => join(folder, name)
afterAll(() => rmSync(folder, { recursive: true, force: true }))
mkdirSync(at('disk'))

const quick = (...args: string[]) => runHere(['bench', '--quick', '--children', '20', '--dir', at('disk'), ...args])

describe('bench', () => {
  test('measures the main trials under a policy, writes them to a file too, and leaves nothing behind', async () => {
    const { title, ...rest } = defaultPolicy()
    writeFileSync(at('policy.json'), JSON.stringify({ ...rest, id: 'anytown', title: `${title}, of Anytown` }))
    const ran = await quick('--json', '--policy', at('policy.json'), '--out', at('figures.json'))
    expect(ran).toMatchObject({ code: 0, stderr: '' })
    const report = JSON.parse(ran.stdout)
    expect(JSON.parse(readFileSync(at('figures.json'), 'utf8'))).toEqual(report)
    expect(report).toMatchObject({ children: 20, policy: 'anytown', machine: expect.stringContaining('node ') })
    expect(report.trials.map(({ name, unit }: Record<string, string>) => [name, unit])).toEqual([
      ['durable-batch', 'checks/s'],
      ['concurrent-singles', 'checks/s'],
      ['concurrent-singles/p99', 'ms'],
      ['single', 'ms'],
      ['growth', 'us/check'],
      ['growth/tenth', 'us/check'],
    ])
    for (const { value } of report.trials) expect(value).toBeGreaterThan(0)
    expect(readdirSync(at('disk'))).toEqual([])
  })

  test('an interrupt ends it, and nothing is left behind', async () => {
    const soon = setTimeout(() => process.emit('SIGINT'), 150)
    const ran = await quick('--out', at('none.json')).finally(() => clearTimeout(soon))
    expect(ran).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('ERR_ABORTED') })
    expect(readdirSync(at('disk'))).toEqual([])
    expect(readdirSync(folder)).not.toContain('none.json')
  })

  test.each([
    ['ERR_REQUEST_INVALID', '--children', ['--children', '9']],
    ['ERR_REQUEST_INVALID', '--children', ['--children', '1e3']],
    ['ERR_FILE_MISSING', '--dir', ['--dir', at('nowhere')]],
    ['ERR_FILE_MISSING', undefined, ['--policy', at('nowhere.json')]],
    ['ERR_POLICY_UNKNOWN', undefined, ['--policy', 'nowhere']],
    ['ERR_FILE_EXISTS', '--out', ['--out', at('disk')]],
    ['ERR_REQUEST_INVALID', undefined, ['more']],
  ])('%s %s', async (code, field, args) => {
    const ran = await quick(...args)
    expect(ran).toMatchObject({ code: 2, stdout: '' })
    expect(ran.stderr).toMatch(
      new RegExp(`^child-index: ${code}: [^\\n]+${field === undefined ? '' : `\\(${field}\\)`}\\n$`),
    )
    expect(readdirSync(at('disk'))).toEqual([])
  })

  test('its help says that it needs a quiet machine', async () => {
    const { stdout } = await runHere(['bench', '--help'])
    expect(stdout).toContain('quiet machine')
    expect(stdout).toContain('Nobody on its index exists')
  })
})

describe('the published figures', () => {
  const figures = [
    { name: 'a', value: 6, unit: 'ms' },
    { name: 'b', value: 6, unit: 'ms' },
    { name: 'c', value: 6, unit: 'ms' },
  ]

  test('stand beside those of the same name and unit, and are absent otherwise', () => {
    const trials = [
      { name: 'a', value: 3, unit: 'ms', baseline: 1, ratio: 3, note: '' },
      { name: 'b', value: 3, unit: 'checks/s' },
    ]
    expect(compared(figures, { conditions: {}, trials }).map(({ baseline, ratio }) => [baseline, ratio])).toEqual([
      [3, 2],
      [undefined, undefined],
      [undefined, undefined],
    ])
  })

  test('are read from the file in docs', () => {
    const file = JSON.parse(readFileSync(new URL('../../docs/benchmarks.json', import.meta.url), 'utf8'))
    expect(compared(figures)).toEqual(compared(figures, file))
  })
})

describe('what is checked', () => {
  const policy = defaultPolicy()

  test('is what the policy takes from the kind of agency that can say most', () => {
    const kind = kindFor(policy)
    const say = sayings(policy, kind, seededRandom(1))
    const said = Array.from({ length: 2_000 }, say)
    for (const { incident, indicators = [] } of said) {
      expect(policy.incidents[incident]?.agencyKinds ?? [kind]).toContain(kind)
      for (const code of indicators) expect(policy.indicators).toHaveProperty(code)
    }
    const routine = said.filter(({ indicators = [] }) => indicators.length === 0)
    expect(routine.length).toBeGreaterThan(1_200)
    expect(new Set(said.map(({ incident }) => incident)).size).toBeGreaterThan(3)
  })

  test('can be said under a policy that has next to nothing', () => {
    const least = { ...policy, incidents: { met: { label: 'Met', points: 0 } }, indicators: {} }
    expect(kindFor(least)).toBe('health')
    expect(sayings(least, 'health', seededRandom(1))()).toEqual({ incident: 'met', indicators: [] })
  })
})
