import { expect, test } from 'vitest'
import { analyse } from '../../../src/policy/analyse/analyse.js'
import { codesText, minimumText } from '../../../src/policy/page/analysis.js'
import { policyPage } from '../../../src/policy/page/page.js'
import { parsePolicy } from '../../../src/policy/parse.js'
import { check, policyData, policyWith } from '../fixtures.js'

const policy = parsePolicy({
  ...policyData(),
  levels: [
    {
      name: 'harm',
      threshold: 'child-protection',
      opens: ['identity'],
      reachedWhen: {
        any: [
          { count: { atLeast: 1, withinDays: 10, where: { indicators: ['H-4'] } } },
          { distinct: { of: 'agency', atLeast: 2, withinDays: 10, where: { flags: ['vulnerability'] } } },
        ],
      },
    },
  ],
})
const analysis = analyse(policy)
const [first] = analysis.findings
const plain = policyPage(policy, { analysis })

/** The card of a finding. */
function card(page: string, id: string): string {
  const from = page.indexOf(`aria-labelledby="finding-${id}"`)
  return page.slice(from, page.indexOf('</article>', from))
}

test('every finding is there with its severity, its text, its place and a history that shows it', () => {
  expect(analysis.findings.length).toBeGreaterThan(2)
  for (const { id, severity, example, path } of analysis.findings) {
    const shown = card(plain, id)
    expect(shown).toContain(`<span class="severity ${severity}">${severity}</span> <code>${id}</code>`)
    expect(shown.includes('A history that shows it')).toBe(example !== undefined)
    for (const { indicators } of example?.checks ?? [])
      for (const code of indicators) expect(shown).toContain(`<code>${code}</code> <bdi>`)
    if (path?.startsWith('levels[') === true && path.endsWith(']')) expect(shown).toContain(`href="#${path}"`)
  }
  expect(plain).toContain(`${analysis.findings.length} findings to change or to accept.`)
  expect(plain).toContain('<a href="#analysis">Analysis</a>')
})

test('what was accepted is marked with its reason and comes last, for this policy alone', () => {
  const accepted = {
    policyHash: analysis.policyHash,
    accepted: [{ id: first?.id ?? '', reason: 'Meant, <b>truly</b>.' }],
  }
  const page = policyPage(policy, { analysis, accepted })
  const shown = card(page, first?.id ?? '')
  expect(shown).toContain('<span class="severity accepted">accepted</span>')
  expect(shown).toContain('<b>Accepted:</b> <bdi>Meant, &lt;b&gt;truly&lt;/b&gt;.</bdi>')
  expect(page).toContain(`${analysis.findings.length - 1} findings to change or to accept; 1 accepted.`)
  const cards = [...page.matchAll(/aria-labelledby="finding-([^"]*)"/g)].map(([, id]) => id)
  expect(cards.at(-1)).toBe(first?.id)
  expect(cards).toHaveLength(analysis.findings.length)
  const all = analysis.findings.map(({ id }) => ({ id, reason: 'Meant.' }))
  expect(policyPage(policy, { analysis, accepted: { ...accepted, accepted: all } })).toContain(
    `<p class="good">${all.length} findings, each of which was looked at and accepted with a reason.</p>`,
  )
  expect(policyPage(policy, { analysis, accepted: { policyHash: 'ab'.repeat(32), accepted: all } })).toBe(plain)
})

test('the numbers of the levels, what circumstances lead to, and the sets that reach a level', () => {
  expect(plain).toContain(
    '<tr><th scope="row">harm</th><td>1</td><td>1</td><td>1</td><td>1</td><td>1</td><td>can reach it</td></tr>',
  )
  expect(plain).toContain('By nothing but vulnerabilities (1 indicator), however many checks: <b>harm</b>')
  const table = plain.slice(plain.indexOf('harm, by up to 3 checks'))
  expect(table).toContain(
    '<td class="number">1</td><td class="number">1</td><td class="number">1</td><td><div><code>H-4</code> <bdi>health four</bdi></div></td><td class="number">1</td>',
  )
  expect(table).toContain(
    '<td class="number">2</td><td class="number">2</td><td class="number">1</td><td><div><code>P-3</code>',
  )
  expect(plain).toMatch(/exact for fewer than (\d{1,3},)+\d{3} checks/)
  const kept = policyPage(policy)
  expect(kept).not.toContain('id="analysis"')
  expect(kept).not.toContain('#analysis')
})

test('a level that one agency alone cannot reach is said to be so', () => {
  const two = policyWith({ distinct: { of: 'agency', atLeast: 2, withinDays: 10 } })
  expect(policyPage(two, { analysis: analyse(two) })).toMatch(
    /<th scope="row">raised<\/th><td>2<\/td><td>2<\/td>.*<td>no<\/td><\/tr>/,
  )
})

test('a level that nothing reaches is said to be so', () => {
  const never = policyWith({ points: { atLeast: 100, withinDays: 10 } }, { caps: { perDimension: 1 } })
  const page = policyPage(never, { analysis: analyse(never) })
  expect(page).toContain('<tr><th scope="row">raised</th><td colspan="6">cannot be reached</td></tr>')
  expect(page).toContain('<tr><td colspan="5">none</td></tr>')
  expect(page).toContain('and never pass 3')
})

test('long lists are cut short, and say so', () => {
  const codes = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `c${index}`)
  expect(codesText(codes(1))).toBe('c0')
  expect(codesText(codes(6))).toBe('c0, c1, c2, c3, c4, c5')
  expect(codesText(codes(7))).toBe('c0, c1, c2, c3, c4 or 2 more')
  expect(minimumText({ atLeast: 2, atMost: 2, example: undefined })).toBe('2')
  expect(minimumText({ atLeast: 2, atMost: 5, example: undefined })).toBe('2 to 5')
  expect(minimumText({ atLeast: 2, atMost: undefined, example: undefined })).toBe('at least 2')
  const many = policyWith({ count: { atLeast: 15, withinDays: 10, where: { indicators: ['H-2'] } } })
  const found = analyse(many)
  const checks = Array.from({ length: 15 }, (_, index) =>
    check({ id: `${index}`, occurredAt: 90_000_000 - index * 1_800_000 }),
  )
  const finding = {
    id: 'SA-2/raised/x',
    analysis: 'SA-2',
    severity: 'note',
    text: 'text',
    path: 'caps.perAgency',
    bound: 'among few',
    example: { asOf: 90_000_000, checks },
  } as const
  const page = policyPage(many, {
    analysis: { ...found, limits: ['Not searched to the end.'], findings: [finding] },
  })
  expect(page).toContain('<p class="notice">Not searched to the end.</p>')
  expect(page).toContain('<p>among few</p>')
  expect(page).toContain('<bdi>text</bdi> <span class="path">caps.perAgency</span>')
  const [table = ''] = /<table class="small">[\s\S]*?<\/table><\/div><p>and 3 more checks<\/p>/.exec(page) ?? []
  expect(table.match(/<tr>/g)).toHaveLength(13)
  expect(table).toContain('<td>0 days</td>')
  expect(table).toContain('<td>1 hour</td>')
  expect(table).toContain('<td>1,800,000 ms</td>')
  expect(policyPage(many, { analysis: { ...found, findings: [] } })).toContain('<p class="good">No finding.</p>')
})

test('an analysis of another policy is a mistake', () => {
  expect(() => policyPage(policyWith({ count: { atLeast: 1, withinDays: 1 } }), { analysis })).toThrow(RangeError)
})
