import { describe, expect, test } from 'vitest'
import type { Dossier } from '../../../src/case/dossier/dossier.js'
import { dossierPage } from '../../../src/case/dossier/page.js'
import { parsePolicy } from '../../../src/policy/parse.js'
import { check, DAY, policyWith, T } from '../../policy/fixtures.js'
import { elements, readable } from '../../support/pages.js'
import { dossierFrom, HOSTILE, hostilePolicy, manyChecks } from './made.js'

const policy = policyWith({ count: { atLeast: 1, withinDays: 10, where: { flags: ['significant-harm'] } } })
const small = dossierFrom(
  [
    check({ id: 'a', indicators: ['H-4'], occurredAt: T - DAY, agencyKind: 'police' }),
    check({ id: 'b', indicators: ['P-3', 'H-2'], occurredAt: T - 12 * DAY, agencyKind: 'education' }),
    check({ id: 'c', indicators: ['H-2'], withdrawn: true, occurredAt: T - 20 * DAY }),
    check({ id: 'd', occurredAt: T - 25 * DAY }),
  ],
  { policy },
)
const hostile = parsePolicy(hostilePolicy())
const evil = dossierFrom(
  [check({ incident: 'hasOwnProperty', indicators: ['constructor'] }), check({ incident: 'hasOwnProperty' })],
  { policy: hostile },
)

const many = dossierFrom(manyChecks(1_000))

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0
}

describe.each<[string, Dossier]>([
  ['of a few checks', small],
  ['of no checks', dossierFrom([], { policy })],
  ['of hostile labels', evil],
  ['of a thousand checks', many],
])('the page %s', (_, dossier) => {
  const page = dossierPage(dossier)

  test('stands alone and fetches, runs and sends nothing', () => {
    expect(page).not.toMatch(/<(script|link|img|iframe|object|embed|form|base)\b/i)
    expect(page).not.toMatch(/\b(src|href)="(?!#)|url\(|@import|https?:/)
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`)
  })

  test('has nested elements, ids that are one of a kind, and tables with captions', () => {
    const { wrong } = elements(page)
    expect(wrong).toEqual([])
    const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const [, target] of page.matchAll(/href="#([^"]*)"/g)) expect(ids).toContain(target)
    for (const [, all = ''] of page.matchAll(/aria-labelledby="([^"]*)"/g))
      for (const one of all.split(' ')) expect(ids).toContain(one)
    expect(count(page, /<table/g)).toBe(count(page, /<table[^>]*><caption id=/g))
    expect(count(page, /<table/g)).toBe(count(page, /<div class="scroll" tabindex="0" role="region"/g))
    expect(page).toContain(dossier.verdict.notice)
  })
})

describe('the pictures', () => {
  const page = dossierPage(small)
  const lanes = page.slice(page.indexOf('<svg class="picture lanes"'), page.indexOf('</svg>'))

  test('have a lane for each kind and each dimension, and say so in words', () => {
    expect(page).toContain('>health: 2 checks; education: 1 check; police: 1 check</desc>')
    expect(page).toContain('>health: 3 checks; care: 1 check; no dimension: 1 check</desc>')
  })

  test('tell severities apart by shape, what the level rests on by a ring, what was withdrawn by a line', () => {
    const kinds = [...lanes.matchAll(/<(circle|path) class="mark ([^"]*)"[^>]*?(?:d="[^"]*?([a-zA-Z][^"]*)")?\/>/g)]
    expect(new Set(kinds.map(([, name, kind]) => `${name} ${kind}`))).toEqual(
      new Set(['circle s0', 'path s2 withdrawn', 'path s3', 'path s4']),
    )
    expect(count(lanes, /class="ring"/g)).toBe(1)
    expect(lanes).toMatch(/2026-03-01: 1 check, severity 4, the level rests on it<\/title><circle class="ring"/)
    expect(count(lanes, /class="strike"/g)).toBe(1)
    expect(lanes).toContain('2026-02-10: 1 check, severity 2, withdrawn')
    expect(lanes).toContain('case 7 raised')
  })

  test('put later checks to the right, within the picture', () => {
    const at = (day: string): number => {
      const [, x] =
        new RegExp(
          `${day}: 1 check[^<]*</title>(?:<circle class="ring"[^>]*>)?<(?:circle|path)[^>]*?(?:cx="|d="M)([\\d.]+)`,
        ).exec(lanes) ?? []
      return Number(x)
    }
    const days = ['2026-02-05', '2026-02-10', '2026-02-18', '2026-03-01'].map(at)
    expect(days).toEqual([...days].sort((a, b) => a - b))
    expect(days[0]).toBeGreaterThan(168)
    expect(days[3]).toBeLessThan(960)
    // Twelve days apart are twice as far as six.
    expect((days[2] ?? 0) - (days[1] ?? 0)).toBeCloseTo(((days[1] ?? 0) - (days[0] ?? 0)) * (8 / 5), 0)
  })

  test('show the level that held, and nothing where there are no checks', () => {
    expect(lanes).toContain('class="run child-in-need"')
    expect(dossierPage(dossierFrom([], { policy }))).not.toContain('class="picture lanes"')
  })
})

describe('the tables', () => {
  const text = readable(dossierPage(small))

  test('have the same facts', () => {
    expect(text).toContain(
      '4 2026-03-01 09:00 UTC police seen seen H-4 health four 4 health, safe the level rests on it',
    )
    expect(text).toContain('2 2026-02-10 09:00 UTC health seen seen H-2 health two 2 health withdrawn')
    expect(text).toContain('police 1 4')
    expect(text).toContain('2026-01-31 to 2026-03-02 3 120 raised')
    expect(dossierPage(small)).toContain('<tr class="withdrawn"><th scope="row">2</th>')
  })

  test('and no agency, child or check id', () => {
    expect(dossierPage(small)).not.toMatch(/childId|agency-|met-police/)
  })
})

describe('what a policy says cannot get out of its place', () => {
  const page = dossierPage(evil)

  test('it is text, and every element is ours', () => {
    expect(elements(page).names).not.toContain('script')
    expect(page).not.toContain('<b onclick')
    expect(readable(page).split(HOSTILE.replace(/\s+/g, ' ')).length).toBeGreaterThan(3)
  })

  test('its direction ends where it ends', () => {
    for (const { index } of page.matchAll(/\u202E/g)) {
      const before = page.slice(0, index)
      expect(before.lastIndexOf('<bdi>')).toBeGreaterThan(before.lastIndexOf('</bdi>'))
    }
  })

  test('neither can what stands in a dossier that somebody else made', () => {
    const forged: Dossier = {
      ...small,
      level: '<script>\u0000',
      owner: '"><script>',
      openings: ['<script>'],
      agencyKinds: ['<script>'],
      timeline: small.timeline.map((item) => ({ ...item, agencyKind: '<script>\u202E' })),
    }
    const made = dossierPage(forged)
    expect(made).not.toContain('<script')
    expect(made).not.toContain('\u0000')
    expect(elements(made).wrong).toEqual([])
  })
})

describe('a thousand checks', () => {
  const page = dossierPage(many)

  test('make a page that is bounded', () => {
    expect(page.length).toBeLessThan(400_000)
    const again = [0, 1, 2, 3].flatMap((each) =>
      many.timeline.map((item) => ({ ...item, number: each * 1_000 + item.number, supports: true })),
    )
    expect(dossierPage({ ...many, timeline: again }).length).toBeLessThan(2 * page.length)
    expect(page).toMatch(/and \d+ earlier checks, which the dossier as JSON has/)
  })

  test('stay apart in their lanes', () => {
    for (const lane of page.matchAll(/<line class="lane"[\s\S]*?(?=<line class="lane"|<\/svg>)/g)) {
      const marks = [...lane[0].matchAll(/class="mark [^"]*" (?:cx="|d="M)([\d.]+)/g)].map(([, x]) => Number(x))
      const sorted = [...marks].sort((a, b) => a - b)
      expect(sorted.length).toBeLessThan(52)
      for (const [index, x] of sorted.entries())
        if (index > 0) expect(x - (sorted[index - 1] ?? 0)).toBeGreaterThanOrEqual(4)
    }
    expect(count(page, /class="count"/g)).toBeGreaterThan(50)
  })

  test('of a thousand kinds share lanes', () => {
    const kinds = manyChecks(1_000).map((one, index) => ({ ...one, agencyKind: `kind-${index}` }))
    const made = dossierPage(dossierFrom(kinds))
    expect(made).toContain('>977 others</text>')
    expect(count(made.slice(0, made.indexOf('</svg>')), /class="lane"/g)).toBe(24)
  })
})
