import { describe, expect, test } from 'vitest'
import { shiftPicture } from '../../../src/policy/replay/picture.js'
import type { PublishedCount } from '../../../src/policy/replay/published.js'
import type { ReplayedPolicy, ReplayReport } from '../../../src/policy/replay/replay.js'

const side = (version: number, names: readonly string[], counts: readonly PublishedCount[]): ReplayedPolicy => ({
  id: 'small',
  version,
  title: 'A small policy',
  hash: 'ab'.repeat(32),
  levels: names.map((name, rank) => ({
    name,
    threshold: rank === names.length - 1 ? 'child-in-need' : 'none',
    children: counts[rank] ?? 0,
  })),
  unknownCodes: 0,
})
const NAMES = ['none', 'review', 'child-in-need']
const report = (parts: Partial<ReplayReport> = {}): ReplayReport => ({
  before: side(1, NAMES, [1000, 200, 15]),
  after: side(2, NAMES, [900, 300, 15]),
  asOf: 0,
  children: 1215,
  unassessed: 'suppressed',
  moves: [
    [900, 100, 'suppressed'],
    [0, 200, 0],
    [0, 'suppressed', 10],
  ],
  suppressedBelow: 10,
  roundedTo: 5,
  ...parts,
})
const paths = (svg: string): string[] => svg.match(/<path class="[^"]*" d="[^"]*"><title>[^<]*<\/title>/g) ?? []

describe('the picture', () => {
  const svg = shiftPicture(report())

  test('has a band for every move that somebody makes, and says it', () => {
    const said = paths(svg).map((path) => path.replace(/ d="[^"]*"/, ''))
    expect(said).toEqual([
      '<path class="same"><title>From child-in-need to child-in-need: about 10 children.</title>',
      '<path class="lower hidden"><title>From child-in-need to review: fewer than 10 children.</title>',
      '<path class="same"><title>From review to review: about 200 children.</title>',
      '<path class="higher hidden"><title>From none to child-in-need: fewer than 10 children.</title>',
      '<path class="higher"><title>From none to review: about 100 children.</title>',
      '<path class="same"><title>From none to none: about 900 children.</title>',
    ])
  })

  test('bands are as broad as there are children, hidden ones say nothing by theirs', () => {
    const breadth = (words: string): number => {
      const path = paths(svg).find((one) => one.includes(words)) ?? ''
      const [, top] = /d="M266 ([\d.]+)C/.exec(path) ?? []
      const [, bottom] = / 266 ([\d.]+)Z/.exec(path) ?? []
      return Number(bottom) - Number(top)
    }
    expect(breadth('none to none') / breadth('none to review')).toBeCloseTo(9, 1)
    expect(breadth('review to review') / breadth('none to review')).toBeCloseTo(2, 1)
    const hidden = paths(svg).filter((path) => path.includes('hidden'))
    expect(hidden).toHaveLength(2)
    for (const path of hidden) expect(path).not.toContain('Z"')
  })

  test('levels are labelled with their counts on both sides', () => {
    expect(svg.match(/>child-in-need<\/text>/g)).toHaveLength(2)
    expect(svg).toContain('>about 1,000 children</text>')
    expect(svg).toContain('>about 900 children</text>')
    expect(svg).toContain('before: small 1')
    expect(svg).toContain('after: small 2')
    expect(svg).toContain('Counts from 1 to 9 are not shown; others are rounded to multiples of 5')
    expect(svg).toContain('one of their codes: fewer than 10 children.')
  })

  test('the highest level is on top', () => {
    for (const anchor of ['end', 'start']) {
      const heightOf = (name: string): number =>
        Number(new RegExp(`y="([\\d.]+)" text-anchor="${anchor}">${name}<`).exec(svg)?.[1])
      expect(heightOf('child-in-need')).toBeLessThan(heightOf('review'))
      expect(heightOf('review')).toBeLessThan(heightOf('none'))
    }
  })

  test('is one document by itself, with a title and a description', () => {
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 860 \d+"/)
    expect(svg).toMatch(/role="img" aria-labelledby="shift-title shift-desc"/)
    expect(svg).toContain(
      '<desc id="shift-desc">From small 1 (A small policy) to small 2 (A small policy), about 1,215 children.',
    )
    expect(svg).not.toMatch(/<script|href|url\(|@import|<image|<foreignObject| on\w+=/i)
    expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:/)
    expect(svg).toContain('prefers-color-scheme:dark')
  })

  test('the text of a policy stays text', () => {
    const nasty = `<script>"&'`
    const drawn = shiftPicture(
      report({
        before: { ...side(1, ['none', nasty, 'x'], []), title: nasty, id: nasty, version: nasty },
        after: { ...side(1, ['none', nasty, 'y'], []), title: nasty },
      }),
    )
    expect(drawn).not.toContain('<script')
    expect(drawn).toContain('&lt;script&gt;&quot;&amp;&#39;')
    expect(drawn.match(/<(?!\/?(svg|title|desc|style|rect|text|path|g)\b)/g)).toBeNull()
  })

  test('levels of other names rise and fall by threshold', () => {
    const drawn = shiftPicture(report({ after: side(2, ['none', 'early', 'child-in-need'], []) }))
    const classes = paths(drawn).map((path) => /class="([^"]*)"/.exec(path)?.[1])
    expect(classes).toEqual(['same', 'lower hidden', 'same', 'higher hidden', 'same', 'same'])
  })

  test('nobody at all, sixteen levels and long names are drawn too', () => {
    const names = ['none', ...Array.from({ length: 16 }, (_, index) => `${'a'.repeat(60)}${index}`)]
    const many = side(1, names, [])
    const empty = report({ before: many, after: many, children: 0, moves: names.map(() => names.map(() => 0)) })
    const drawn = shiftPicture(empty)
    expect(drawn).not.toContain('NaN')
    expect(paths(drawn)).toEqual([])
    expect(drawn).toContain(`>${'a'.repeat(27)}…</text>`)
    const heights = [...drawn.matchAll(/<rect class="bar" x="250" y="([\d.]+)"/g)].map(([, y]) => Number(y))
    expect(heights).toHaveLength(17)
    expect(Math.min(...heights.slice(1).map((y, index) => y - (heights[index] ?? 0)))).toBeGreaterThanOrEqual(40)
  })
})
