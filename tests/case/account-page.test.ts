import { describe, expect, test } from 'vitest'
import { ACCOUNT_PARTS } from '../../src/case/account.js'
import { type Account, carerAccount, childAccount, type Held, NOTHING_HELD } from '../../src/case/account-document.js'
import { accountPage } from '../../src/case/account-page.js'
import { accountSections, accountText, NOTHING_HERE } from '../../src/case/account-words.js'
import { defaultPolicy } from '../../src/index.js'

const policy = defaultPolicy()
const asked = { number: 3, reference: 'R/1', askedAt: Date.UTC(2026, 2, 4) }
const day = Date.UTC(2026, 2, 5)
const WHOLE: Held = {
  details: [{ group: 'identity', version: 3, sealedAt: day }],
  checks: [
    {
      check: '0123456789',
      occurredAt: day,
      agencyKind: 'health',
      incident: { code: 'a', label: '<script>alert(1)</script>' },
      indicators: [{ code: 'b', label: 'Seen alone' }],
      withdrawn: true,
      disputed: true,
    },
  ],
  enquiries: [{ openedAt: day, outcome: 'visitor', endedAt: day }, { openedAt: day }],
  cases: [
    {
      level: 'child-in-need',
      threshold: 'child-in-need',
      raisedAt: day,
      determinedBy: 2,
      closedAt: day,
      reason: 'moved-away',
    },
  ],
  openings: [
    {
      group: 'carers',
      purpose: 'referral',
      lawfulBasis: 'public-task',
      openedAt: day,
      by: 'caseworker',
      readAt: [day],
    },
  ],
  referrals: [
    {
      agencyKind: 'social-care',
      agency: 'anytown-care',
      sentAt: day,
      purpose: 'referral',
      lawfulBasis: 'public-task',
      outcome: 'assessment',
      decidedAt: day,
    },
  ],
  consents: [{ by: 'child', kind: 'service', information: 'identity', to: 'management', given: false, at: day }],
  corrections: [
    { askedAt: day, about: { check: '0123456789' }, reason: 'wrong-date', outcome: 'refused', decidedAt: day },
  ],
}
const child = (held: Held): Account => childAccount('Anytown', policy, asked, held, new Set())
const carer = carerAccount('Anytown', policy, asked)

describe('an account in words', () => {
  test('says something of every part, and the same words of each that is empty', () => {
    const whole = accountSections(child(WHOLE))
    const empty = accountSections(child(NOTHING_HELD))
    for (const part of ACCOUNT_PARTS) {
      expect(whole.find(({ id }) => id === part)?.items.length, part).toBe(WHOLE[part].length)
      expect(empty.find(({ id }) => id === part)).toMatchObject({ items: [], paragraphs: [NOTHING_HERE] })
    }
    expect(accountText(child(WHOLE))).toContain(
      '- 2026-03-05, from a service (health): <script>alert(1)</script>; Seen alone (taken back by whoever sent it, and you, or somebody for you, say that it is wrong). Number 0123456789',
    )
  })

  test('of a carer has no part of a child in it, and says why', () => {
    const ids = accountSections(carer).map(({ id }) => id)
    expect(ids).toEqual(['about', 'used', 'how-long', 'left-out', 'rights', 'words'])
    expect(accountText(carer).join('\n')).toContain('the same for every person who looks after a child')
  })

  // Sentences of the parts that are the same for everybody: the labels of a policy are its authors' words.
  test('is in short sentences', () => {
    const sentences = accountSections(child(NOTHING_HELD)).flatMap(({ paragraphs }) =>
      paragraphs.flatMap((each) => each.split(/(?<=[.?!]) /)),
    )
    const long = sentences.filter((each) => each.split(' ').length > 34)
    expect(long).toEqual([])
    const words = sentences.reduce((sum, each) => sum + each.split(' ').length, 0)
    expect(words / sentences.length).toBeLessThan(18)
  })
})

describe('the page', () => {
  test.each([['child', child(WHOLE)] as const, ['carer', carer] as const])('of a %s stands alone', (_, account) => {
    const html = accountPage(account)
    expect(html).toContain("default-src 'none'")
    expect(html).not.toMatch(/<script|<img|<link|https?:\/\//)
    expect(html).toContain('<html lang="en-GB">')
    for (const { id, title } of accountSections(account)) expect(html).toContain(`<h2 id="${id}">${title}</h2>`)
  })

  test('escapes whatever a label says', () => {
    expect(accountPage(child(WHOLE))).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
  })
})
