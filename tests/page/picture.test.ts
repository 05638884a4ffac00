import { describe, expect, test } from 'vitest'
import { barChart, label, scale, timeTicks } from '../../src/page/picture.js'

const DAY = 86_400_000
const T = Date.UTC(2026, 2, 4, 10)

describe('an axis of time', () => {
  test.each([
    [1, 12],
    [10, 12],
    [45, 12],
    [90, 12],
    [400, 12],
    [4_000, 12],
    [30_000, 12],
    [400, 5],
  ])('over %d days has at most %d marks, in order and within it', (days, max) => {
    const from = T - days * DAY
    const ticks = timeTicks(from, T, max)
    expect(ticks.length).toBeGreaterThan(0)
    expect(ticks.length).toBeLessThanOrEqual(max + 1)
    const instants = ticks.map(({ at }) => at)
    expect([...instants].sort((a, b) => a - b)).toEqual(instants)
    for (const at of instants) {
      expect(at).toBeGreaterThanOrEqual(from)
      expect(at).toBeLessThanOrEqual(T)
      expect(Math.abs(at % DAY)).toBe(0)
    }
  })

  test('says days where it is short, and months where it is long', () => {
    expect(timeTicks(T - 3 * DAY, T).map(({ label: words }) => words)).toEqual(['2 Mar', '3 Mar', '4 Mar'])
    expect(timeTicks(T - 400 * DAY, T).map(({ label: words }) => words)).toEqual([
      'Mar 2025',
      'May 2025',
      'Jul 2025',
      'Sep 2025',
      'Nov 2025',
      'Jan 2026',
      'Mar 2026',
    ])
    expect(timeTicks(T, T)).toEqual([])
  })

  test('places what lies on it, even where it has no length', () => {
    expect([T - DAY, T, T - 2 * DAY].map(scale(T - 2 * DAY, T, 100, 200))).toEqual([150, 200, 100])
    expect(scale(T, T, 5, 50)(T)).toBe(5)
  })
})

describe('bars', () => {
  const chart = barChart({
    id: 'by-kind',
    title: 'Cases <by> kind',
    bars: [
      { name: 'police <script>\u202E', value: 10, kind: 'harm' },
      { name: 'x'.repeat(60), value: 5, said: '5 of 10' },
      { name: 'small' },
    ],
  }).text

  test('are as long as their values, and say them', () => {
    const widths = [...chart.matchAll(/<rect class="([^"]*)"[^>]*width="([\d.]+)"/g)].map(([, kind, width]) => [
      kind,
      Number(width),
    ])
    expect(widths[0]?.[0]).toBe('bar harm')
    expect(Number(widths[0]?.[1]) / Number(widths[1]?.[1])).toBeCloseTo(2, 1)
    expect(widths[2]?.[0]).toBe('bar not-told')
    expect(chart).toContain('>5 of 10</text>')
    expect(chart).toContain('<title>small: not told</title>')
  })

  test('have names that stay text, on one line, cut where they are long', () => {
    expect(chart).toContain('role="img" aria-labelledby="by-kind"><title id="by-kind">Cases &lt;by&gt; kind</title>')
    expect(chart).not.toContain('<script')
    expect(chart).not.toContain('\u202E')
    expect(chart).toContain(`>${'x'.repeat(27)}…</text>`)
    expect(chart).toContain(`<title>${'x'.repeat(60)}: 5 of 10</title>`)
    expect(label('😀😀😀', 2)).toBe('😀…')
  })

  test('are none where there are none', () => {
    expect(barChart({ id: 'n', title: 'none', bars: [] }).text).not.toContain('<rect')
  })
})
