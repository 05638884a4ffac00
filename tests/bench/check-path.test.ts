import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { leafBytes } from '../../bench/check-path/bare.js'
import { Feed, kindsOf, yearOfContacts } from '../../bench/check-path/feed.js'
import { flagsFrom, isNamed } from '../../bench/check-path/flags.js'
import { resultsPage } from '../../bench/check-path/page.js'
import { type Results, resultsOf } from '../../bench/check-path/results.js'
import { resultsTable, withTable } from '../../bench/check-path/table.js'
import type { Measured, TrialSpec } from '../../bench/check-path/trial.js'
import { type Contender, quantile, ratesInTurn } from '../../bench/check-path/turns.js'
import { reported, verdict } from '../../bench/check-path/verdict.js'
import { failures } from '../../bench/check-path/words.js'
import { parseNhsNumber } from '../../src/child/nhs-number.js'
import { numbersOf } from '../../src/cli/bench/numbers.js'

/** The harness's own rules, with planted numbers: nothing here is timed. */

const RATE: Measured = {
  ...{ name: 'rate', unit: 'checks/s', better: 'more', note: 'ours beside theirs', bar: 0.6, aim: 0.9 },
  ...{ values: [70, 50, 900], baselines: [100, 100, 100] },
}
const TIME: Measured = { ...RATE, name: 'time', unit: 'ms', better: 'less', values: [3], baselines: [2], bar: 1.3 }

describe('a figure', () => {
  test('is of medians, and says the least and the most of a round', () => {
    expect(reported(RATE)).toMatchObject({
      value: 70,
      baseline: 100,
      ratio: 0.7,
      rounds: { least: 0.5, most: 9, count: 3 },
    })
  })

  test('meets a bar on the side on which its unit is better', () => {
    expect(verdict(reported(RATE))).toBe('bar at least 0.6: met; aim at least 0.9: not met')
    expect(verdict(reported(TIME))).toBe('bar at most 1.3: not met; aim at most 0.9: not met')
    expect(reported({ ...TIME, values: [2.6] }).bar?.met).toBe(true)
    expect(reported({ ...RATE, values: [60] }).bar?.met).toBe(true)
  })

  test('that is no number meets nothing', () => {
    for (const better of ['more', 'less'] as const)
      expect(reported({ ...RATE, better, values: [Number.NaN] }).bar?.met).toBe(false)
  })

  test('may stand beside one limit for all rounds, and of nothing there is none', () => {
    expect(reported({ ...TIME, values: [100, 300, 200], baselines: [400] })).toMatchObject({
      ...{ ratio: 0.5, rounds: { least: 0.25, most: 0.75, count: 3 } },
    })
    expect(() => reported({ ...RATE, values: [] })).toThrow(RangeError)
  })
})

describe('flags', () => {
  const names = ['single', 'peer-a', 'peer-b']

  test('are those that are named', () => {
    expect(flagsFrom([], names)).toMatchObject({ quick: false, only: [], table: false })
    const all = [
      '--quick',
      '--only',
      'single',
      '--only',
      'peer-*',
      '--json',
      'j',
      '--html',
      'h',
      '--from',
      'f',
      '--table',
    ]
    expect(flagsFrom(all, names)).toEqual({
      ...{ quick: true, only: ['single', 'peer-*'], json: 'j', html: 'h', from: 'f', table: true, trial: undefined },
    })
  })

  test('that are wrong are refused', () => {
    for (const wrong of [
      ['--json'],
      ['--json', '--quick'],
      ['--rounds', '3'],
      ['single'],
      ['--only', 'other'],
      ['--trial', 'x'],
    ])
      expect(() => flagsFrom(wrong, names), wrong.join(' ')).toThrow(TypeError)
  })

  test('name all trials, one, or those that begin alike', () => {
    expect(names.filter((name) => isNamed(name, []))).toEqual(names)
    expect(names.filter((name) => isNamed(name, ['peer-*']))).toEqual(['peer-a', 'peer-b'])
    expect(names.filter((name) => isNamed(name, ['peer-']))).toEqual([])
  })
})

describe('taking turns', () => {
  const sizes = { rounds: 4, batch: 10, roundMs: 1_000, batches: { least: 2, most: 50 } }

  function contenders(...secondsPerCheck: readonly number[]) {
    const log: string[] = []
    const mix = { children: 2, contacts: contactsOf('health') }
    const made = secondsPerCheck.map(
      (seconds, index): Contender => ({
        feed: new Feed({ mix, children: 10, references: 'rising', name: 'T' }),
        async record(batches) {
          const checks = batches.reduce((sum, each) => sum + each.checks.length, 0)
          log.push(`${index}:${batches.length}`)
          return { checks, seconds: checks * seconds }
        },
      }),
    )
    return { log, made }
  }

  test('a first round is not counted and says how many batches fill a turn of the slowest', async () => {
    const { log, made } = contenders(0.01, 0.001)
    const rates = await ratesInTurn(made, sizes)
    expect(log).toEqual(['0:2', '1:2', '0:10', '1:10', '1:10', '0:10', '0:10', '1:10', '1:10', '0:10'])
    expect(rates.map((each) => each.map(Math.round))).toEqual([
      [100, 100, 100, 100],
      [1000, 1000, 1000, 1000],
    ])
  })

  test('within the least and the most', async () => {
    const slow = contenders(10)
    await ratesInTurn(slow.made, sizes)
    expect(slow.log).toEqual(['0:2', '0:2', '0:2', '0:2', '0:2'])
    const fast = contenders(1e-9)
    await ratesInTurn(fast.made, sizes)
    expect(fast.log.at(-1)).toBe('0:50')
  })

  test('a quantile is one of the values', () => {
    expect([0, 0.5, 0.99, 1].map((share) => quantile([5, 1, 4, 2, 3], share))).toEqual([1, 3, 5, 5])
  })
})

describe('the feed', () => {
  test('deals out the same batches to everybody, each of one agency, to other children every time', () => {
    const mix = { children: 3, contacts: [...contactsOf('health'), ...contactsOf('police')] }
    const options = { mix, children: 1_000, references: 'rising', name: 'AE' } as const
    const [one, other] = [new Feed(options), new Feed(options)]
    const batches = one.batches(6, 4)
    expect(other.batches(6, 4)).toEqual(batches)
    expect(batches.map(({ checks }) => checks.length)).toEqual([4, 4, 4, 4, 4, 4])
    expect(new Set(batches.map(({ agency }) => agency))).toEqual(new Set(['health', 'police']))
    const checks = batches.flatMap((batch) => batch.checks.map((check) => ({ ...check, agency: batch.agency })))
    expect(new Set(checks.map(({ agency, reference }) => `${agency} ${reference}`)).size).toBe(24)
    expect(checks[0]?.reference).toBe('AE-2026-0000001')
    expect(new Set(checks.map(({ child }) => child)).size).toBeGreaterThan(8)
    expect(checks.every(({ child }) => child >= 0 && child < 1_000)).toBe(true)
  })

  test('has random references of one form', () => {
    const mix = { children: 1, contacts: contactsOf('health') }
    const feed = new Feed({ mix, children: 10, references: 'random', name: 'x' })
    const references = feed.next(20).checks.map(({ reference }) => reference)
    expect(new Set(references).size).toBe(20)
    for (const reference of references) expect(reference).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('is a year in which most is routine and several agencies have cause for worry', () => {
    const mix = yearOfContacts(Date.UTC(2026, 10, 25), 200)
    const routine = mix.contacts.filter(({ incident }) => incident === 'first-known').length
    expect(routine / mix.contacts.length).toBeGreaterThan(0.5)
    expect(mix.contacts.some(({ indicators }) => indicators.length > 1)).toBe(true)
    expect(kindsOf(mix).length).toBeGreaterThan(4)
  })

  test('NHS numbers are valid, of ranges that are never issued, all different, and no neighbours follow each other', () => {
    const numbers = numbersOf(2_000)
    expect(new Set(numbers).size).toBe(2_000)
    for (const number of numbers) {
      expect(parseNhsNumber(number, { neverIssued: true })).toBe(number)
      expect(() => parseNhsNumber(number)).toThrow()
    }
    for (const [index, number] of numbers.slice(1).entries())
      expect(Math.abs(Math.floor(Number(number) / 10) - Math.floor(Number(numbers[index]) / 10))).toBeGreaterThan(3)
  })

  test('the bare loop keeps as many bytes as the journal: more indicators, more bytes', () => {
    const [check] = new Feed({
      ...{ mix: { children: 1, contacts: contactsOf('health') } },
      children: 1,
      references: 'rising',
      name: 'A',
    }).next(1).checks
    const more = { ...check!, indicators: ['HEA-2-CHECKS'] }
    expect(leafBytes('health', more)).toBeGreaterThan(leafBytes('health', check!))
    expect(leafBytes('health', check!)).toBeGreaterThan(64 + 150)
  })
})

describe('results', () => {
  const trials: readonly TrialSpec[] = ['control', 'rate', 'time', 'never'].map((name) => ({
    ...{ name, measures: `what ${name} <measures>`, run: async () => ({ measured: [] }) },
  }))
  const control: Measured = { ...RATE, name: 'control', values: [3, 3], baselines: [2, 2], bar: 1.02 }
  const series = [
    { picture: 'growth', name: 'ours <b>', unit: 'us/check', points: [point(100, 10), point(1_000, 12)] },
    { picture: 'growth', name: 'theirs', unit: 'us/check', points: [point(100, 4), point(1_000, 900)] },
  ] as const
  const conditions = [['machine', 'a | machine'] as const, ['date', '2026-11-25'] as const]
  const results = resultsOf(
    conditions,
    trials,
    new Map([
      ['control', { measured: [control] }],
      ['rate', { measured: [RATE], series, facts: [['cases raised', '12']] }],
      ['time', undefined],
    ]),
  )

  test('hold the five fields of every benchmark, in the order of the trials', () => {
    expect(results.trials.map(({ name }) => name)).toEqual(['control', 'rate'])
    for (const { value, baseline, ratio, unit } of results.trials) {
      expect(ratio).toBeCloseTo(value / baseline, 9)
      expect(unit).toBe('checks/s')
    }
    expect(JSON.parse(JSON.stringify(results))).toEqual(results)
  })

  test('are no evidence where a trial failed, or where a slower build was not seen in every round', () => {
    expect(failures(results)).toEqual(['time failed: the run is not complete'])
    const with_ = (values: readonly number[]): Results =>
      resultsOf(conditions, trials, new Map([['control', { measured: [{ ...control, values }] }]]))
    expect(failures(with_([3, 3]))).toEqual([])
    expect(failures(with_([3, 1.9]))).toHaveLength(1)
    expect(failures(with_([2.02, 2.02]))).toHaveLength(1)
  })

  test('as a table stand between two marks, and only there', () => {
    const table = resultsTable(results)
    expect(table).toContain(
      '| `rate` | 0.7 (0.5 to 9) | 70 beside 100 checks/s | ours beside theirs | bar at least 0.6: met; aim at least 0.9: not met |',
    )
    expect(table).toContain('- `rate`: cases raised: 12')
    expect(table).toContain('- `time` failed.')
    const text = 'before\n<!-- figures of `npm run bench -- --table` -->\nold\n<!-- end of figures -->\nafter\n'
    const filled = withTable(text, table)
    expect(filled).not.toContain('old')
    expect(filled.startsWith('before\n<!-- figures')).toBe(true)
    expect(filled.endsWith('<!-- end of figures -->\nafter\n')).toBe(true)
    expect(withTable(filled, table)).toBe(filled)
    expect(() => withTable('nowhere', table)).toThrow(RangeError)
    // The page of the project has the place.
    expect(withTable(readFileSync('docs/benchmarks.md', 'utf8'), table)).toContain(table)
  })

  test('as a page stand alone, escaped, with a table of the same figures beside each picture', () => {
    const page = resultsPage(results)
    expect(page).toContain("default-src 'none'")
    expect(page).not.toMatch(/<script|https?:|src=/)
    expect(page).toContain('ours &lt;b&gt;')
    expect(page).toContain('what rate &lt;measures&gt;')
    expect(page).toContain('The run is not complete. Failed: time.')
    expect(page).toContain('aim at least 0.9: not met')
    expect(page.match(/<svg/g)).toHaveLength(1)
    for (const cell of ['ours &lt;b&gt;, us/check', '1,000', '900', '12'])
      expect(page.split('growth-table')[2]).toContain(cell)
    // From thirtyfold on, equal steps stand for equal ratios.
    expect(page).toContain('equal steps up stand for equal ratios')
    const paths = [...page.matchAll(/class="line" d="([^"]+)"/g)].map(([, path]) => path)
    expect(paths).toHaveLength(2)
    expect(paths.every((path) => path !== undefined && /^M[\d.]+ [\d.]+L[\d.]+ [\d.]+$/.test(path))).toBe(true)
  })

  function point(at: number, value: number) {
    return { at, value }
  }
})

describe('the whole of it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'child-index-bench-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('runs as it is published: builds, prepares, records beside the bare loop, and is killed and opened again', () => {
    const json = join(folder, 'results.json')
    const html = join(folder, 'results.html')
    const trials = ['control', 'reopen-after-kill'].flatMap((name) => ['--only', name])
    const built = spawnSync('npx', ['tsx', 'bench/build.ts', 'check-path'], { encoding: 'utf8' })
    expect(built.status, built.stderr).toBe(0)
    const args = ['.tmp/bench/check-path.js', '--quick', ...trials, '--json', json, '--html', html]
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    expect(status, stderr).toBe(0)
    const written = JSON.parse(readFileSync(json, 'utf8')) as Results
    expect(written.trials.map(({ name }) => name)).toEqual(['control', 'reopen-after-kill'])
    for (const { name, value, baseline, ratio } of written.trials) {
      expect(value, name).toBeGreaterThan(0)
      expect(ratio, name).toBeCloseTo(value / baseline, 9)
      expect(stdout).toContain(`${name}  `)
    }
    for (const name of ['machine:', 'disk:', 'versions:', 'date:', 'command:']) expect(stdout).toContain(name)
    expect(readFileSync(html, 'utf8')).toContain('</html>')
  }, 120_000)
})

function contactsOf(kind: string) {
  const contact = { kind, indicators: [], occurredAt: 1_700_000_000_000, practitioner: 'p' }
  return [0, 1].map((child) => ({ ...contact, child, incident: 'first-known' }))
}
