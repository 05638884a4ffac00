import { describe, expect, test } from 'vitest'
import { toHex } from '../../../src/bytes.js'
import { analyse } from '../../../src/policy/analyse/analyse.js'
import { NOTICE } from '../../../src/policy/assess.js'
import { rulesOf } from '../../../src/policy/cases/rule-record.js'
import { defaultPolicy } from '../../../src/policy/default.js'
import { policyHash, vocabularyHash } from '../../../src/policy/hash.js'
import { policyPage } from '../../../src/policy/page/page.js'
import { parsePolicy } from '../../../src/policy/parse.js'
import { elements, readable } from '../../support/pages.js'
import { policyData, policyWith } from '../fixtures.js'

const policy = defaultPolicy()
const page = policyPage(policy)

test('says which policy it is, and what a verdict is not', () => {
  const text = readable(page)
  expect(text).toContain('england-illustrative, version 1')
  expect(text).toContain(policy.title)
  expect(text).toContain(toHex(policyHash(policy)))
  expect(text).toContain(toHex(vocabularyHash(policy)))
  expect(text).toContain(NOTICE)
  expect(text).toContain('need the sign-off of the local safeguarding partners')
  expect(text).toContain('A check is not a referral')
  expect(text).toContain('none < review < child-in-need < child-protection')
  expect(text).toContain('400 days')
  expect(page).toContain('<title>Policy england-illustrative, version 1</title>')
})

test('holds every code with its label, points and flags, in its dimension and severity', () => {
  const text = readable(page)
  for (const [code, { label, points, outcome, flags = [] }] of Object.entries(policy.indicators)) {
    const more = [`${code} ${points} points, ${outcome} ${label}`, ...flags].join(' ')
    expect(text).toContain(more)
    expect(page.split(`<li><code>${code}</code>`)).toHaveLength(2)
    const cell = page.slice(0, page.indexOf(`<li><code>${code}</code>`))
    expect(cell.slice(cell.lastIndexOf('<td '))).toContain(`data-label="Severity ${code.split('-')[1]}"`)
  }
  for (const [code, { label, points, agencyKinds }] of Object.entries(policy.incidents))
    expect(text).toContain(`${code} ${label} ${points} ${agencyKinds?.join(', ') ?? 'any agency'}`)
  for (const { dimension } of Object.values(policy.indicators))
    expect(page).toContain(`<th scope="row">${dimension}</th>`)
})

test('holds every rule in English, where it can be linked to', () => {
  for (const path of rulesOf(policy).keys()) expect(page.split(`id="${path}"`)).toHaveLength(2)
  const text = readable(page)
  expect(text).toContain(
    'at least 1 check within 365 days with an observation that is flagged significant-harm levels[2].reachedWhen.any[0]',
  )
  expect(text).toContain(
    'Children Act 1989, section 47: reasonable cause to suspect significant harm. Opens the sealed details: identity and carers.',
  )
  expect(text).toContain('No threshold of the law. Opens no details.')
  // The highest level first.
  expect(page.indexOf('id="level-2"')).toBeLessThan(page.indexOf('id="level-0"'))
})

test('nests the members of a rule as the policy does', () => {
  const atom = { count: { atLeast: 1, withinDays: 1 } }
  const rule = { any: [{ all: [atom, { atLeast: 1, of: [atom] }] }, atom] }
  const text = policyPage(policyWith(rule))
  const inside = (path: string): string => {
    const from = text.indexOf(`<li id="levels[0].reachedWhen${path}"`)
    let depth = 0
    for (const found of text.slice(from).matchAll(/<(\/?)li\b/g)) {
      depth += found[1] === '/' ? -1 : 1
      if (depth === 0) return text.slice(from, from + (found.index ?? 0))
    }
    return ''
  }
  expect(inside('.any[0]')).toContain('id="levels[0].reachedWhen.any[0].all[1].of[0]"')
  expect(inside('.any[0]')).not.toContain('id="levels[0].reachedWhen.any[1]"')
  expect(inside('.any[0].all[0]')).not.toContain('all[1]')
  expect(inside('')).toContain('id="levels[0].reachedWhen.any[1]"')
  expect(inside('.any[0].all[1]')).toContain('at least 1 of these 1</bdi>:')
})

test('says how points count, and draws their decay', () => {
  const text = readable(page)
  expect(text).toContain('One agency gives at most 100 points.')
  expect(text).toContain('At review , 2 officers, each a different person, may judge that child-in-need is met.')
  expect(page).toContain(
    'aria-label="Weight of an observation by its age: 100% up to 90 whole days, 70% up to 180 whole days, 40% up to 364 whole days, nothing after that"',
  )
  const [, line = ''] = /class="step" d="([^"]*)"/.exec(page) ?? []
  const points = [...line.matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const)
  expect(points).toHaveLength(8)
  // Each step is level, each is lower than the one before, and the last is the ground.
  expect(points.map(([, y]) => y)).toEqual([16, 16, 53.2, 53.2, 90.4, 90.4, 140, 140])
  // A step reaches to the end of its last day: 91, 181 and 365 of 395 days across 568 units, from 56 on.
  expect(points.map(([x]) => x)).toEqual([56, 186.9, 186.9, 316.3, 316.3, 580.9, 580.9, 624])
})

test('without decay, caps or determination it says so', () => {
  const plain = policyPage(policyWith({ count: { atLeast: 1, withinDays: 1 } }))
  expect(plain).toContain('Points do not age and are not capped.')
  expect(plain).toContain('No officers may judge')
  expect(plain).not.toContain('<svg')
  expect(plain).not.toContain('Also accepts')
  const hash = 'ab'.repeat(32)
  expect(policyPage(parsePolicy(policyData({ vocabularies: [hash] })))).toContain(hash)
})

test('marks codes that are retired, and incidents that nobody or anybody may report', () => {
  const data = policyData({
    incidents: {
      seen: { label: 'seen', points: 0, retired: true },
      called: { label: 'called', points: 1, agencyKinds: [] },
    },
    indicators: {
      x: {
        label: 'x',
        domain: 'd',
        dimension: 'e',
        severity: 1,
        points: 1,
        retired: true,
        flags: ['vulnerability', 'vulnerability'],
      },
    },
  })
  const text = readable(policyPage(parsePolicy(data)))
  expect(text).toContain('x 1 point x vulnerability retired')
  expect(text).toContain('seen seen retired 0 any agency')
  expect(text).toContain('called called 1 nobody')
})

describe.each([
  ['without analysis', policyPage(policy)],
  ['with its analysis', policyPage(policy, { analysis: analyse(policy) })],
])('stands alone %s', (_, page) => {
  test('and fetches, runs and sends nothing', () => {
    expect(page).not.toMatch(/<(script|link|img|iframe|object|embed|form|base)\b/i)
    expect(page).not.toMatch(/\b(src|href)="(?!#)/)
    expect(page).not.toMatch(/url\(|@import|https?:/)
    expect(page).not.toMatch(/\son[a-z]+=|javascript:/i)
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`)
    expect(page.startsWith('<!doctype html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">')).toBe(true)
  })

  test('its elements are nested, its links lead somewhere, its ids are one of a kind', () => {
    const { wrong, names } = elements(page)
    expect(wrong).toEqual([])
    expect(names).toContain('nav')
    const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const [, target] of page.matchAll(/href="#([^"]*)"/g)) expect(ids).toContain(target)
    for (const [, labels = ''] of page.matchAll(/aria-labelledby="([^"]*)"/g)) expect(ids).toContain(labels)
  })

  test('its tables have captions and headers, and can be scrolled by keyboard', () => {
    const tables =
      page.match(
        /<div class="scroll" tabindex="0" role="region" aria-label(?:ledby)?="[^"]+"><table[\s\S]*?<\/table>/g,
      ) ?? []
    expect(tables).toHaveLength(page.match(/<table/g)?.length ?? 0)
    for (const table of tables) {
      expect(table).toContain('<caption')
      expect(table).toMatch(/<th scope="col">/)
    }
    expect(page.indexOf('class="skip" href="#content"')).toBeLessThan(page.indexOf('<nav'))
  })
})

describe('what a policy says cannot get out of its place', () => {
  const evil = `</td><script>alert(1)</script> "'&<b onclick=x> \u202Eneves\u2066 שלום &amp; ${'x'.repeat(300)}`
  const hostile = parsePolicy(
    policyData({
      title: evil,
      indicators: {
        constructor: {
          label: evil,
          domain: 'toString',
          dimension: 'valueOf',
          severity: 1,
          points: 1,
          flags: ['vulnerability'],
        },
      },
      incidents: { hasOwnProperty: { label: evil, points: 1, agencyKinds: ['constructor'] } },
      levels: [
        {
          name: 'constructor',
          threshold: 'child-protection',
          opens: ['identity', 'identity'],
          reachedWhen: {
            any: [
              { count: { atLeast: 1, withinDays: 1, where: { indicators: ['constructor'] } } },
              { distinct: { of: 'day', atLeast: 1, withinDays: 1, where: { incidents: ['hasOwnProperty'] } } },
            ],
          },
        },
      ],
    }),
  )
  const text = policyPage(hostile)

  test('it is text, and every element is ours', () => {
    const { wrong, names } = elements(text)
    expect(wrong).toEqual([])
    expect(names).not.toContain('script')
    expect(names.filter((name) => name === 'b')).toHaveLength(2)
    expect(readable(text).split(evil.replace(/\s+/g, ' '))).toHaveLength(6)
  })

  test('its direction ends where it ends', () => {
    for (const found of text.matchAll(/\u202E/g)) {
      const before = text.slice(0, found.index)
      expect(before.lastIndexOf('<bdi>')).toBeGreaterThan(before.lastIndexOf('</bdi>'))
    }
  })
})
