import { describe, expect, test } from 'vitest'
import { utf8Bytes } from '../../src/bytes.js'
import { numberKey } from '../../src/hub/shelf.js'
import { type CheckInput, type Dossier, dossierLines, dossierPage, parsePolicy } from '../../src/index.js'
import { searchBytes } from '../../src/testing.js'
import { childDetails, DAY, type House, house, nhsNumber } from '../support/house.js'

const count = (atLeast: number, where: object = {}): object => ({ count: { atLeast, withinDays: 365, where } })
const level = (name: string, threshold: string, reachedWhen: object): object => ({
  name,
  threshold,
  reachedWhen,
  opens: threshold === 'none' ? [] : ['identity'],
})

/** Levels by the number of checks alone: what an agency's kind is makes no difference. */
const policy = parsePolicy({
  id: 'counting',
  version: 1,
  title: 'counting',
  horizonDays: 400,
  indicators: {
    low: { label: 'low', domain: 'd', dimension: 'health', outcome: 'healthy', severity: 2, points: 10 },
    grave: { label: 'grave', domain: 'd', dimension: 'safety', outcome: 'safe', severity: 4, points: 80 },
  },
  incidents: {
    contact: { label: 'contact', points: 0, agencyKinds: ['police', 'health', 'education', 'social-care'] },
    clinic: { label: 'Seen at the clinic', points: 5, agencyKinds: ['sexual-health'] },
  },
  levels: [
    level('review', 'none', count(1)),
    level('child-in-need', 'child-in-need', count(2)),
    level('child-protection', 'child-protection', count(1, { indicators: ['grave'] })),
  ],
  determination: { from: 'review', to: 'child-in-need', officers: 2 },
})

function seen(it: House, reference: string, more: Partial<CheckInput> = {}): CheckInput {
  return {
    child: { nhsNumber: nhsNumber(1) },
    incident: 'contact',
    occurredAt: it.clock.now,
    reference,
    practitioner: 'Sergeant Barnabas Thunderclap',
    ...more,
  }
}

async function withChild(): Promise<House> {
  const it = await house({ policy })
  await it.register(childDetails(1))
  return it
}

/** All that anybody is shown of a dossier. */
function shown(dossier: Dossier): string {
  return [JSON.stringify(dossier), dossierLines(dossier).join('\n'), dossierPage(dossier)].join('\n')
}

describe('the kind of a sensitive agency', () => {
  test.each([
    ['none', 'review', []],
    ['child-in-need', 'child-in-need', ['contact']],
    ['child-protection', 'child-protection', ['grave']],
  ] as const)('at the threshold %s', async (threshold, reached, also) => {
    await using it = await withChild()
    const clinic = await it.agency('blue-door', 'sexual-health', { sensitive: true })
    await clinic.check(seen(it, 'a', { incident: 'clinic', indicators: ['low'] }))
    for (const each of also) await it.police.check(seen(it, each, each === 'grave' ? { indicators: ['grave'] } : {}))
    await it.hub.caughtUp()
    const told = async (dossier: Dossier, isShown: boolean): Promise<void> => {
      expect(dossier.verdict).toMatchObject({ level: reached, threshold })
      const [clinics] = dossier.timeline.filter(({ indicators }) => indicators.some(({ code }) => code === 'low'))
      expect(clinics?.agencyKind).toBe(isShown ? 'sexual-health' : 'not named')
      expect(dossier.agencyKinds.includes('sexual-health')).toBe(isShown)
      const text = shown(dossier)
      expect(text.includes('sexual-health')).toBe(isShown)
      // So would an incident that no other kind reports.
      expect(text.includes('Seen at the clinic')).toBe(isShown)
      expect(text).not.toContain('blue-door')
    }
    // Whoever does not need to know is not told at any threshold, nor is the operator.
    await told(await it.hub.case(1), false)
    await told(await it.first.review(1), false)
    await it.first.take(1)
    await told(await it.first.review(1), threshold === 'child-protection')
    await told(await it.second.review(1), false)
  })
})

describe('nothing in a dossier says who the child is', () => {
  test('neither what was registered nor what agencies said, as text, JSON or page', async () => {
    await using it = await withChild()
    const details = childDetails(1, {
      givenNames: 'Zebedelia Quixandra',
      familyName: 'Wolverstonehope',
      dateOfBirth: '2017-11-23',
      nhsNumber: nhsNumber(2),
      addresses: [{ lines: ['77 Quagmire Crescent'], postcode: 'ZX9 7QJ' }],
    })
    await it.register(details)
    const child = { nhsNumber: nhsNumber(2) }
    const care = await it.agency('childrens-care', 'social-care')
    await it.police.check(seen(it, 'REF-4711-A', { child, indicators: ['grave'] }))
    await it.health.check(seen(it, 'REF-4711-B', { child, occurredAt: it.clock.now - DAY }))
    await it.hub.caughtUp()
    const { opening } = await it.first.open({
      case: 1,
      group: 'identity',
      purpose: 'referral',
      lawfulBasis: 'public-task',
    })
    await it.first.refer({ case: 1, to: 'childrens-care', openings: [opening], because: 'acts-on-referral' })
    await it.second.join(1, 'duty-desk')
    const dossier = await it.second.review(1)
    expect(dossier).toMatchObject({ owner: 'first', openings: [opening], referrals: [1] })
    expect(dossier.needToKnow.map(({ officer }) => officer)).toEqual(['first', 'second'])
    const { shelf } = await it.context()
    const { childId = new Uint8Array(0) } = (await shelf.one('case', numberKey(1))) ?? {}
    expect(childId).toHaveLength(16)
    const terms = [
      ...['Zebedelia', 'Quixandra', 'Wolverstonehope', '2017-11-23', nhsNumber(2), 'Quagmire', 'ZX9 7QJ', 'ZX97QJ'],
      ...['Thunderclap', 'REF-4711', 'met-police', 'st-marys', 'childrens-care', care.id],
      ...(['hex', 'base64'] as const).map((form) => Buffer.from(childId).toString(form)),
    ]
    const { found } = await searchBytes([utf8Bytes(shown(dossier))], terms)
    expect(found.map(({ term }) => terms[term])).toEqual([])
  })
})

describe('a case of a child with an earlier one', () => {
  test('has it by number, with how it ended', async () => {
    await using it = await withChild()
    await it.police.check(seen(it, 'a'))
    await it.hub.caughtUp()
    await it.first.take(1)
    await it.first.close(1, 'services-in-place', 'early-help')
    const closedAt = it.clock.now
    it.clock.now += 40 * DAY
    await it.health.check(seen(it, 'b', { indicators: ['low'] }))
    await it.hub.caughtUp()
    const dossier = await it.first.review(2)
    expect(dossier).toMatchObject({ number: 2, reReferral: true, level: 'child-in-need' })
    expect(dossier.earlier).toEqual([
      expect.objectContaining({
        number: 1,
        level: 'review',
        threshold: 'none',
        closedAt,
        reason: 'services-in-place',
        outcome: 'early-help',
      }),
    ])
    expect(dossier.trend).toMatchObject({ direction: 'rising' })
    expect(dossier.trend.periods.slice(-2).map(({ checks, points }) => [checks, points])).toEqual([
      [1, 0],
      [1, 10],
    ])
    expect((await it.first.review(1)).earlier).toEqual([])
  })
})
