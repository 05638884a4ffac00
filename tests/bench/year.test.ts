import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { AGENCIES } from '../../bench/year/agencies.js'
import { DAY_MS, daysOf, HOUR_MS, weightOf } from '../../bench/year/calendar.js'
import { countLevels } from '../../bench/year/count.js'
import { ASSUMED, Year, type YearCheck, type YearEvent, type YearOptions } from '../../bench/year/draw.js'
import { flagsFrom } from '../../bench/year/flags.js'
import { peakOfEngland, projection } from '../../bench/year/project.js'
import { YearRun } from '../../bench/year/run.js'
import { fillHub } from '../../src/cli/bench/fill.js'
import { numbersOf } from '../../src/cli/bench/numbers.js'
import { defaultPolicy } from '../../src/policy/default.js'

/** That the invented year is what its assumptions say, and that a hub makes of it what is counted without one. No time is looked at. */

const folder = mkdtempSync(join(tmpdir(), 'child-index-year-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const policy = defaultPolicy()
const from = Math.ceil(Date.now() / DAY_MS) * DAY_MS
const LARGE: YearOptions = { seed: 1, children: 2_000, checks: 6_000, from, days: 365, policy }

function eventsOf(options: YearOptions): readonly YearEvent[] {
  return [...new Year(options).events()].flat()
}

describe('the invented year', () => {
  const events = eventsOf(LARGE)
  const checks = events.flatMap((event) => (event.kind === 'checks' ? event.checks : []))
  const first = checks.filter(({ sent }) => sent === 'first')

  test('is the same for the same options', () => {
    const small = { ...LARGE, checks: 300, days: 30 }
    expect(eventsOf(small)).toEqual(eventsOf(small))
    expect(eventsOf(small)).not.toEqual(eventsOf({ ...small, seed: 2 }))
  })

  test('goes forward, and sends nothing before it has happened', () => {
    let last = from
    for (const event of events) {
      expect(event.at).toBeGreaterThanOrEqual(last)
      last = event.at
      if (event.kind === 'checks')
        for (const { occurredAt } of event.checks) expect(occurredAt).toBeLessThanOrEqual(event.at)
    }
  })

  test('sends again, contradicts and takes back only what it has sent', () => {
    const sent = new Map<string, YearCheck>()
    const nameOf = ({ agency, reference }: YearCheck): string => `${agency.id} ${reference}`
    for (const event of events)
      for (const check of event.kind === 'checks' ? event.checks : [event.check]) {
        const before = sent.get(nameOf(check))
        if (event.kind === 'withdrawal') expect(before).toEqual(check)
        else if (check.sent === 'first') {
          expect(before).toBeUndefined()
          sent.set(nameOf(check), check)
        } else if (check.sent === 'again') expect(before).toEqual({ ...check, sent: 'first' })
        else expect(before?.occurredAt).not.toBe(check.occurredAt)
      }
    const shareOf = (which: YearCheck['sent']): number =>
      checks.filter(({ sent }) => sent === which).length / first.length
    expect(shareOf('again')).toBeCloseTo(ASSUMED.again, 2)
    expect(shareOf('conflict')).toBeGreaterThan(0)
    expect(events.some(({ kind }) => kind === 'withdrawal')).toBe(true)
  })

  test('is skewed, late and uneven as assumed', () => {
    const perChild = new Map<number, number>()
    for (const { child } of first) perChild.set(child, (perChild.get(child) ?? 0) + 1)
    const most = [...perChild.values()].sort((a, b) => b - a)
    expect(most[0]).toBeGreaterThan(40)
    expect([...perChild.keys()].filter((child) => child >= LARGE.children).length / first.length).toBeGreaterThan(0.005)
    const busiest = most.slice(0, Math.floor(LARGE.children / 10)).reduce((sum, count) => sum + count, 0)
    expect(busiest / first.length).toBeGreaterThan(0.5)
    const late = events.flatMap((event) =>
      event.kind === 'checks'
        ? event.checks.filter(({ sent, occurredAt }) => sent === 'first' && event.at - occurredAt > 2 * DAY_MS)
        : [],
    )
    expect(late.length / first.length).toBeGreaterThan(0.03)
    const perHour = new Map<number, number>()
    for (const { occurredAt } of first)
      perHour.set(Math.floor(occurredAt / HOUR_MS), (perHour.get(Math.floor(occurredAt / HOUR_MS)) ?? 0) + 1)
    // The mass incident.
    expect(Math.max(...perHour.values())).toBeGreaterThan(20)
  })

  test('schools are shut on Sundays and in August, and Mondays are full', () => {
    const week = daysOf(Date.UTC(2026, 10, 9), 7).map(weightOf)
    expect(Math.max(...week)).toBe(week[0])
    expect(week[6]).toBeLessThan((week[1] ?? 0) / 2)
    const school = first.filter(({ agency }) => agency.kind === 'education')
    expect(school.length).toBeGreaterThan(0)
    const massDay = from + Math.floor(ASSUMED.mass.at * 365) * DAY_MS
    for (const { occurredAt } of school)
      if (occurredAt < massDay || occurredAt >= massDay + DAY_MS)
        expect(new Date(occurredAt).toISOString().slice(5, 7)).not.toBe('08')
    expect(AGENCIES.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9)
  })
})

test('a hub makes of it what is counted without one, and an auditor counts the same', async () => {
  const options = { ...LARGE, children: 60, checks: 90, days: 8 }
  const path = join(folder, 'hub')
  await fillHub({ path, children: options.children })
  const year = await YearRun.open(path, options, numbersOf(Year.numbers(options)))
  const run = await year.send(() => undefined)
  const { sent, recorded, again, conflicts } = run.tally
  expect(recorded).toBeGreaterThan(60)
  expect(recorded + again + conflicts).toBe(sent)
  expect(await year.cases()).toEqual(countLevels(options, 3).levels)
  expect(await year.audited()).toMatchObject({ checks: recorded, withdrawn: run.tally.withdrawn })
  await year.close()
  const measures = { run, children: options.children, bytesBefore: 1_000, bytesAfter: 90_000 }
  expect(peakOfEngland(measures)).toBeCloseTo(((run.busiestHour / sent) * 20_000_000) / 3_600, 9)
  expect(projection(measures).join('\n')).toContain('500,000 records a year')
}, 60_000)

test('its flags', () => {
  expect(flagsFrom([])).toEqual({ share: 1, days: 365, quick: false, json: undefined })
  expect(flagsFrom(['--share', '0.01', '--json', 'f'])).toMatchObject({ share: 0.01, json: 'f' })
  expect(flagsFrom(['--quick', '--json', 'f'])).toMatchObject({ quick: true, json: 'f' })
  for (const wrong of [['--share'], ['--share', '2'], ['--share', '0'], ['--json'], ['f']])
    expect(() => flagsFrom(wrong)).toThrow(TypeError)
})
