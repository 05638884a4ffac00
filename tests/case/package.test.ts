import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { encode } from '../../src/bytes.js'
import { CONCERNS_MAX, concernsOf, type ToldCheck } from '../../src/case/concern.js'
import { openReferral, type ReferralPackage, sealPackage } from '../../src/case/package.js'
import { referralPackage, referralPackageSchema } from '../../src/case/package-shape.js'
import { REFERRAL_NOTICE } from '../../src/case/referral.js'
import { referralLines, referralPage } from '../../src/case/referral-page.js'
import { CONSENT_STATES, decideDisclosure } from '../../src/disclosure/decide.js'
import { toJsonBytes } from '../../src/json.js'
import { defaultPolicy } from '../../src/policy/default.js'
import { NOT_NAMED } from '../../src/policy/explain/redact.js'
import { hpkeKey, hpkeSeal } from '../../src/seal/hpke.js'
import { seededRandom } from '../../src/testing.js'

const DAY = 86_400_000
const AT = Date.parse('2026-03-04T10:00Z')
const policy = defaultPolicy()
const random = seededRandom(7).bytes
const key = await hpkeKey(random)
const hub = new Uint8Array(32).fill(1)
const receiver = { id: 'childrens-care', hpke: key.publicKey }

const example: ReferralPackage = {
  version: 2,
  referral: 3,
  case: 7,
  threshold: 'child-protection',
  level: 'child-protection',
  purpose: 'referral',
  lawfulBasis: 'public-task',
  because: 'acts-on-referral',
  sentAt: AT,
  decisionDueAt: AT + DAY,
  agencyChildId: 'G5N-A1B-0RS-H9Y-STQ-0ZD-BB8-AYV-FSZ',
  concerns: [
    {
      on: '2026-03-03',
      agencyKind: 'police',
      incident: { code: 'police-protection', label: 'Taken into police protection' },
      indicators: [{ code: 'SAF-4-NAI', label: 'Injury that was inflicted' }],
    },
  ],
  carerFactors: [{ on: '2026-03-03', agencyKind: 'police', code: 'SAF-3-DA', label: 'Domestic abuse' }],
  involvement: [{ agency: 'st-marys', agencyKind: 'health' }],
  earlierChecks: 0,
  disclosed: [{ information: 'identity', basis: 'child-protection' }],
  leftOut: [{ information: 'sensitive-involvement', basis: 'no-explicit-consent' }],
  obligations: ['record-the-reason', 'tell-the-family-unless-that-raises-the-risk'],
  details: {
    identity: {
      givenNames: 'Amina',
      familyName: 'Surname',
      dateOfBirth: '2019-03-04',
      nhsNumber: '9990548609',
      addresses: [{ lines: ['1 High Street'], postcode: 'NX1 1AA' }],
      otherNames: [{ givenNames: 'Mina', familyName: '' }],
    },
    carers: [{ name: 'Grace Okafor', relationship: 'mother', telephone: '01632 960001' }],
  },
  notice: REFERRAL_NOTICE,
}
const least: ReferralPackage = {
  ...example,
  concerns: undefined,
  carerFactors: undefined,
  involvement: undefined,
  details: {},
  disclosed: [],
  obligations: [],
}
const { concerns: _, carerFactors: _f, involvement: _i, ...bare } = least

describe('the JSON schema of a package', () => {
  const file: unknown = JSON.parse(readFileSync('schemas/referral-2.json', 'utf8'))

  test('in its file is that of the code', () => {
    expect(file).toEqual(JSON.parse(JSON.stringify(referralPackageSchema())))
  })

  // A reader of schemas, so that the file is judged and not the code that it was made from.
  const schema = z.fromJSONSchema(file as Parameters<typeof z.fromJSONSchema>[0])
  const bothTake = (value: unknown): readonly boolean[] => [
    schema.safeParse(value).success,
    referralPackage.safeParse(value).success,
  ]

  test.each<[string, object]>([
    ['one with everything', example],
    ['one with the least', bare],
    [
      'details of a later sealer',
      { ...example, details: { identity: { ...Object(example.details.identity), school: 'Hill' } } },
    ],
  ])('takes %s', (__, value) => {
    expect(bothTake(value)).toEqual([true, true])
  })

  test.each<[string, object]>([
    ['another version', { ...example, version: 1 }],
    ['a field of its own', { ...example, note: 'Please hurry' }],
    ['a number that is text', { ...example, referral: '3' }],
    ['referral 0', { ...example, referral: 0 }],
    ['a threshold that there is not', { ...example, threshold: 'severe' }],
    ['a day that is none', { ...example, concerns: [{ ...example.concerns?.[0], on: 'Tuesday' }] }],
    [
      'a reference of another agency',
      { ...example, involvement: [{ agency: 'a', agencyKind: 'b', references: ['PN/1'] }] },
    ],
    ['an obligation in free text', { ...example, obligations: ['hurry'] }],
    ['details without a name', { ...example, details: { identity: { givenNames: 'Amina' } } }],
    ['too much', { ...example, notice: 'x'.repeat(1025) }],
    [
      'too many checks',
      { ...example, concerns: Array.from({ length: CONCERNS_MAX + 1 }, () => example.concerns?.[0]) },
    ],
  ])('refuses %s', (__, value) => {
    expect(bothTake(value)).toEqual([false, false])
  })

  test.each(['referral', 'details', 'leftOut', 'decisionDueAt', 'agencyChildId', 'because'])(
    'refuses one without %s',
    (name) => {
      expect(bothTake(Object.fromEntries(Object.entries(example).filter(([each]) => each !== name)))).toEqual([
        false,
        false,
      ])
    },
  )

  test('knows every rule that can decide on a disclosure', () => {
    for (const information of [
      'identity',
      'carers',
      'concern',
      'carer-factors',
      'involvement',
      'sensitive-involvement',
    ] as const)
      for (const threshold of ['none', 'child-in-need', 'child-protection'] as const)
        for (const status of ['none', 'crime-prevention', 'significant-harm'] as const)
          for (const needToKnow of [true, false])
            for (const carer of CONSENT_STATES)
              for (const child of CONSENT_STATES)
                for (const childUnderstands of [true, false]) {
                  const consent = { carer, child, childUnderstands }
                  const decision = decideDisclosure({ information, threshold, status, needToKnow, consent })
                  const told = [{ information, basis: decision.basis }]
                  const value = { ...example, disclosed: told, obligations: decision.obligations }
                  if (!referralPackage.safeParse(value).success) throw new Error(`${information}: ${decision.basis}`)
                }
  })
})

describe('a sealed package', () => {
  const row = (sealed: Uint8Array, more = {}) => ({ referral: 3, sealed, status: 'received', ...more })

  test('is read by its agency, and says how it stands', async () => {
    const sealed = await sealPackage(hub, receiver, example)
    expect(await openReferral(hub, receiver.id, [key], row(sealed, { amendedAt: 9 }))).toEqual({
      kind: 'referral',
      ...example,
      status: 'received',
      amendedAt: 9,
    })
  })

  test('is unreadable for everybody else, elsewhere, under another number, and with any bit of it changed', async () => {
    const sealed = await sealPackage(hub, receiver, example)
    const unreadable = { kind: 'unreadable', referral: 3 }
    const other = await hpkeKey(random)
    expect(await openReferral(hub, receiver.id, [other], row(sealed))).toEqual(unreadable)
    expect(await openReferral(hub, 'st-marys', [key], row(sealed))).toEqual(unreadable)
    expect(await openReferral(new Uint8Array(32), receiver.id, [key], row(sealed))).toEqual(unreadable)
    expect(await openReferral(hub, receiver.id, [key], row(sealed, { referral: 4 }))).toEqual({
      ...unreadable,
      referral: 4,
    })
    expect(await openReferral(hub, receiver.id, [key], row(sealed, { status: 'eaten' }))).toEqual(unreadable)
    expect(await openReferral(hub, receiver.id, [other, key], row(sealed))).toMatchObject({ kind: 'referral' })
    await fc.assert(
      fc.asyncProperty(fc.nat(sealed.length * 8 - 1), async (bit) => {
        const changed = sealed.slice()
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        expect(await openReferral(hub, receiver.id, [key], row(changed))).toEqual(unreadable)
      }),
      { numRuns: 60 },
    )
  })

  test('that does not keep to its schema is not sealed, and one that somebody sealed is not read', async () => {
    const wrong = { ...example, referral: 0 }
    expect(() => sealPackage(hub, receiver, wrong)).toThrow(expect.objectContaining({ code: 'ERR_MESSAGE_MALFORMED' }))
    const info = encode('referral-package/v1', hub, receiver.id)
    const sealed = await hpkeSeal(receiver.hpke, info, new Uint8Array(0), toJsonBytes({ ...example, note: 'x' }))
    expect(await openReferral(hub, receiver.id, [key], row(sealed))).toMatchObject({ kind: 'unreadable' })
  })
})

describe('what a package tells of checks', () => {
  const check = (more: Partial<ToldCheck> = {}): ToldCheck => ({
    agencyKind: 'health',
    sensitive: false,
    incident: 'police-notice',
    indicators: ['SAF-3-DA', 'SAF-2-HAZARD'],
    occurredAt: AT,
    ...more,
  })

  test('the child apart from the carers, by the day in London', () => {
    const at = Date.parse('2026-07-03T23:30Z')
    expect(concernsOf(policy, [check({ occurredAt: at })], { namesSensitive: false })).toEqual({
      concerns: [
        {
          on: '2026-07-04',
          agencyKind: 'health',
          incident: { code: 'police-notice', label: policy.incidents['police-notice']?.label },
          indicators: [{ code: 'SAF-2-HAZARD', label: policy.indicators['SAF-2-HAZARD']?.label }],
        },
      ],
      carerFactors: [
        { on: '2026-07-04', agencyKind: 'health', code: 'SAF-3-DA', label: policy.indicators['SAF-3-DA']?.label },
      ],
      earlier: 0,
    })
  })

  test('a sensitive service by its kind only where it may be named', () => {
    const checks = [check({ sensitive: true, agencyKind: 'sexual-health' })]
    const kinds = (namesSensitive: boolean) => {
      const { concerns, carerFactors } = concernsOf(policy, checks, { namesSensitive })
      return [...concerns, ...carerFactors].map(({ agencyKind }) => agencyKind)
    }
    expect(kinds(false)).toEqual([NOT_NAMED, NOT_NAMED])
    expect(kinds(true)).toEqual(['sexual-health', 'sexual-health'])
  })

  test('the latest of many, oldest first', () => {
    const checks = Array.from({ length: CONCERNS_MAX + 5 }, (__, n) => check({ occurredAt: AT - n * DAY }))
    const { concerns, earlier } = concernsOf(policy, checks, { namesSensitive: false })
    expect(earlier).toBe(5)
    expect(concerns).toHaveLength(CONCERNS_MAX)
    expect(concerns.at(-1)?.on).toBe('2026-03-04')
  })

  test('in bytes that do not depend on the order in which the checks came, nor on the kind that is not named', () => {
    const arbitrary = fc.record({
      agencyKind: fc.constantFrom('health', 'police'),
      sensitive: fc.constant(false),
      incident: fc.constantFrom('police-notice', 'missing-episode'),
      indicators: fc.subarray(['SAF-3-DA', 'SAF-2-HAZARD', 'HIS-3-PRISON']),
      occurredAt: fc.integer({ min: AT - 100 * DAY, max: AT }),
    })
    fc.assert(
      fc.property(fc.uniqueArray(arbitrary, { selector: ({ occurredAt }) => occurredAt, maxLength: 8 }), (checks) => {
        const told = toJsonBytes(concernsOf(policy, checks, { namesSensitive: false }))
        expect(toJsonBytes(concernsOf(policy, [...checks].reverse(), { namesSensitive: false }))).toEqual(told)
        const hidden = (agencyKind: string) =>
          toJsonBytes(
            concernsOf(
              policy,
              checks.map((each) => ({ ...each, agencyKind, sensitive: true })),
              { namesSensitive: false },
            ),
          )
        expect(hidden('sexual-health')).toEqual(hidden('mental-health'))
      }),
    )
  })
})

describe('the page of a referral', () => {
  const text = referralPage(example)

  test('says what the package says', () => {
    for (const shown of [
      '3 (case 7)',
      'Thursday 5 March 2026 at 10:00',
      'section 47',
      'Amina',
      'NHS number',
      '9990548609',
      '<bdi>1 High Street</bdi>, <bdi>NX1 1AA</bdi>',
      'Grace Okafor',
      'Injury that was inflicted',
      'Domestic abuse',
      'st-marys',
      'G5N-A1B-0RS-H9Y-STQ-0ZD-BB8-AYV-FSZ',
      'whether a sensitive service knows the child',
      'record why you use what is told here',
      '45 working days',
      REFERRAL_NOTICE,
    ])
      expect(text).toContain(shown)
    expect(text).not.toContain('taken back')
    const amended = referralPage({ kind: 'referral', ...example, status: 'received', amendedAt: AT })
    expect(amended).toContain('taken back on Wednesday 4 March 2026 at 10:00')
  })

  test('stands alone: no script, nothing fetched', () => {
    expect(text).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`)
    expect(text).not.toMatch(/<script|<link|<img|<iframe|src=|url\(|@import|https?:/i)
    expect(text).not.toMatch(/ on[a-z]+=/i)
  })

  test('has parts only for what it was told', () => {
    const page = referralPage(bare as ReferralPackage)
    for (const id of ['child', 'carers', 'seen', 'carer-factors', 'agencies']) expect(page).not.toContain(`id="${id}"`)
    expect(page).toContain('id="duties"')
    const empty = referralPage({ ...example, carerFactors: [], involvement: [], details: { carers: [] } })
    expect(empty).toContain('Nobody is registered as a carer')
    expect(empty).toContain('Nothing of this was seen')
    expect(empty).toContain('No other agency is named')
  })

  test('is only text, whatever a sealer sealed', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (value, name) => {
        const hostile = `<script>alert(1)</script>"'&${name}`
        const details = {
          identity: { [hostile]: value, givenNames: hostile, nested: [{ a: hostile }, [hostile], null] },
        }
        const page = referralPage({ ...example, details, level: hostile, agencyChildId: hostile })
        expect(page).not.toContain('<script')
        expect(page.match(/<section/g)).toHaveLength(page.match(/<\/section>/g)?.length ?? -1)
      }),
    )
  })

  test('and its plain lines hold no sealed detail', () => {
    const lines = referralLines({
      kind: 'referral',
      ...example,
      status: 'received',
      earlierChecks: 4,
      amendedAt: AT,
    }).join('\n')
    for (const hidden of ['Amina', '9990548609', 'Grace']) expect(lines).not.toContain(hidden)
    for (const shown of [
      'decide by Thursday 5 March 2026',
      'Injury',
      'st-marys (health)',
      'and 4 checks before',
      'taken back',
    ])
      expect(lines).toContain(shown)
  })
})
