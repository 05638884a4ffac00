import { describe, expect, test } from 'vitest'
import { html, said } from '../../src/page/markup.js'
import { page, row, table } from '../../src/page/page.js'
import { dayOf, daysAgo, daysBetween, oneLine, plural, when } from '../../src/page/words.js'

const DAY = 86_400_000
const noon = Date.UTC(2026, 2, 2, 12, 30, 59)

describe('a page', () => {
  const made = page({
    title: 'Case 7 & more',
    kicker: 'Dossier',
    lead: said('<b>lead</b>'),
    facts: [['Level', '<i>']],
    notice: html`<p>An indication</p>`,
    sections: [
      { id: 'one', title: 'First "section"', name: 'First', body: html`<p>body</p>` },
      { id: 'two', title: 'Second', body: 'plain < text' },
    ],
    footer: 'Foot <script>',
    style: '.own{color:red}',
  })

  test('stands alone, and forbids what it does not need', () => {
    expect(made.startsWith('<!doctype html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">')).toBe(true)
    expect(made).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`)
    expect(made).not.toMatch(/<(script|link|img|iframe)\b|url\(|@import|https?:/)
    expect(made).toContain('.own{color:red}')
  })

  test('escapes all that is no markup', () => {
    expect(made).toContain('<title>Case 7 &amp; more</title>')
    expect(made).toContain('<h1>Case 7 &amp; more</h1>')
    expect(made).toContain('<bdi>&lt;b&gt;lead&lt;/b&gt;</bdi>')
    expect(made).toContain('<dt>Level</dt><dd>&lt;i&gt;</dd>')
    expect(made).toContain('plain &lt; text')
    expect(made).toContain('Foot &lt;script&gt;')
  })

  test('has a section under each heading, and a way to each', () => {
    expect(made).toContain('<li><a href="#one">First</a></li><li><a href="#two">Second</a></li>')
    expect(made).toContain('<section aria-labelledby="one"><h2 id="one">First &quot;section&quot;</h2>')
    expect(made.indexOf('class="skip" href="#content"')).toBeLessThan(made.indexOf('<nav'))
    expect(made).toContain('<main id="content">')
  })
})

test('a table has a caption and heads, and is scrolled by keyboard', () => {
  const made = table({ id: 't', caption: 'Checks', head: ['Kind', 'Count'], rows: [row('<a>', 3, 'x')], kind: 'small' })
  expect(made.text).toBe(
    '<div class="scroll" tabindex="0" role="region" aria-labelledby="t"><table class="small"><caption id="t">Checks</caption><thead><tr><th scope="col">Kind</th><th scope="col">Count</th></tr></thead><tbody>\n<tr><th scope="row">&lt;a&gt;</th><td class="number">3</td><td>x</td></tr>\n</tbody></table></div>\n',
  )
})

test('what is no character of HTML is shown as missing', () => {
  expect(html`${'a\u0000b\u001Bc\rd\uD800e\tf\ng'}`.text).toBe('a\uFFFDb\uFFFDc\uFFFDd\uFFFDe\tf\ng')
  expect(html`${'😀'}`.text).toBe('😀')
})

test('instants and days are in UTC', () => {
  expect(when(noon)).toBe('2026-03-02 12:30 UTC')
  expect(dayOf(noon)).toBe('2026-03-02')
  expect(when(9e15)).toBe('9000000000000000 ms')
  expect(dayOf(Number.NaN)).toBe('NaN ms')
  expect(daysBetween(noon, noon + 2 * DAY - 1)).toBe(1)
  expect([0, 1, -1, 3 * DAY, -DAY].map((age) => daysAgo(noon - age, noon))).toEqual([
    'less than a day ago',
    'less than a day ago',
    'in less than a day',
    '3 days ago',
    'in 1 day',
  ])
})

test('one is one, and more are many', () => {
  expect([plural(1, 'day'), plural(2, 'day'), plural(0, 'agency'), plural(2, 'check')]).toEqual([
    '1 day',
    '2 days',
    '0 agencies',
    '2 checks',
  ])
})

test('a line stays one, and runs in one direction', () => {
  expect(oneLine('a\nb\u001B[31mc\u202Ed\u2066e\u2028f')).toBe('a b [31mc d e f')
  expect(oneLine('שלום 😀')).toBe('שלום 😀')
})
