import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Determination,
  MET_REASONS,
  NOT_MET_REASONS,
  parseDetermination,
  parseDeterminationWithdrawal,
  signDetermination,
} from '../../src/case/determination.js'
import { determinedLevel, stepFrom } from '../../src/case/determined-level.js'
import { isIndexError } from '../../src/errors.js'
import { defaultPolicy } from '../../src/policy/default.js'
import type { Officer, Roster } from '../../src/roster/roster.js'
import { signingKey } from '../../src/signature.js'

const T = 1_800_000_000_000
const DAY = 86_400_000
const HUB = new Uint8Array(32).fill(7)
const HASH = 'aa'.repeat(32)
const CHECKS = ['01'.repeat(32), '02'.repeat(32)]
const policy = defaultPolicy()

/** Person A under two ids, and those who do not count. */
const OFFICERS: Readonly<Record<string, Partial<Officer>>> = {
  a1: { person: 'A' },
  a2: { person: 'A' },
  b: { person: 'B' },
  boss: { person: 'C', roles: ['manager'] },
  archive: { person: 'D', roles: ['records'] },
  out: { person: 'E', suspended: true },
  late: { person: 'F', trainingUntil: T },
  me: { person: 'R' },
}
const IDS = Object.keys(OFFICERS)
const keys = new Map(IDS.map((id, at) => [id, signingKey(new Uint8Array(32).fill(at + 1))]))
const keyOf = (id: string) => keys.get(id) ?? signingKey(HUB)
const parties = IDS.map((id): [string, Officer] => {
  const standing = { undertakingAt: 1, trainingUntil: T + DAY, vettingUntil: T + DAY, suspended: false }
  const published = { signing: keyOf(id).publicKey, hpke: new Uint8Array(32) }
  const base = { party: 'officer', id, person: id, keys: published, roles: ['caseworker'], ...standing } as const
  return [id, { ...base, ...OFFICERS[id] }]
})
const roster = { parties: new Map(parties) } as unknown as Roster

const RIGHT = {
  case: 1,
  checkIds: CHECKS,
  policyHash: HASH,
  at: T,
  from: 'review',
  to: 'child-in-need',
  expiry: T + DAY,
  finding: 'met',
  reasons: ['disability'],
}
const WRONG: Readonly<Record<string, object>> = {
  'another case': { case: 2 },
  'other checks': { checkIds: ['03'.repeat(32)] },
  'no checks': { checkIds: [] },
  'another policy': { policyHash: 'bb'.repeat(32) },
  ahead: { at: T + 1 },
  expired: { expiry: T },
  'too long': { expiry: T + 15 * DAY },
  'another start': { from: 'child-in-need' },
  'another end': { to: 'child-protection' },
  disagreement: { finding: 'not-met', reasons: ['isolated-incident'] },
}
const right = {}

function signed(officer: string, change: object): Determination {
  const said = { ...RIGHT, officer, ...change } as Parameters<typeof signDetermination>[1]
  return signDetermination(HUB, said, keyOf(officer))
}

interface Said {
  readonly officer: string
  readonly change: object
  readonly ago: number
}
interface TakenBack {
  readonly officer: string
  readonly at: number
}

const officer = fc.constantFrom(...IDS)
const ago = fc.integer({ min: 0, max: 3 })
const anySaid: fc.Arbitrary<Said> = fc.record({
  officer,
  change: fc.oneof({ weight: 3, arbitrary: fc.constant(right) }, fc.constantFrom(...Object.values(WRONG))),
  ago,
})
const anyTakenBack: fc.Arbitrary<TakenBack> = fc.record({ officer, at: ago.map((since) => T - since) })
const saids = fc.array(anySaid, { maxLength: 7 })
const taken = fc.array(anyTakenBack, { maxLength: 3 })

function levelOf(said: readonly Said[], withdrawals: readonly TakenBack[], reached = 'review'): string | undefined {
  const determinations = said.map((each) => signed(each.officer, { at: T - each.ago, ...each.change }))
  const facts = { hub: HUB, case: 1, roster, at: T, recipient: 'me', reached, checkIds: new Set(CHECKS), withdrawals }
  return determinedLevel(policy, HASH, determinations, facts)
}

/** By hand: whose word counts, and is not taken back. */
function expected(said: readonly Said[], withdrawals: readonly TakenBack[]): string | undefined {
  const personOf = (id: string) => OFFICERS[id]?.person
  const persons = said.filter(
    (each) =>
      each.change === right &&
      ['a1', 'a2', 'b', 'boss'].includes(each.officer) &&
      !withdrawals.some((one) => personOf(one.officer) === personOf(each.officer) && one.at >= T - each.ago),
  )
  return new Set(persons.map((each) => personOf(each.officer))).size >= 2 ? 'child-in-need' : undefined
}

describe('determinations carry a level', () => {
  test('exactly where enough distinct persons’ words fit and stand', () => {
    const seen = new Set<string | undefined>()
    fc.assert(
      fc.property(saids, taken, (said, withdrawals) => {
        const level = levelOf(said, withdrawals)
        seen.add(level)
        expect(level).toBe(expected(said, withdrawals))
      }),
      { numRuns: 400 },
    )
    expect(seen.size).toBe(2)
  })

  test('and no disagreement, and nothing that is taken back, ever raises it', () => {
    const two: readonly Said[] = [
      { officer: 'b', change: right, ago: 2 },
      { officer: 'boss', change: right, ago: 2 },
    ]
    fc.assert(
      fc.property(saids, taken, officer, anyTakenBack, fc.boolean(), (more, withdrawals, who, back, beside) => {
        const said = beside ? [...two, ...more] : more
        const before = levelOf(said, withdrawals)
        const disagreement = { officer: who, change: WRONG.disagreement ?? right, ago: 0 }
        expect(levelOf([...said, disagreement], withdrawals)).toBe(before)
        expect([before, undefined]).toContain(levelOf(said, [...withdrawals, back]))
      }),
      { numRuns: 200 },
    )
  })

  test('in whatever order they come, and the same one again is the same', () => {
    fc.assert(
      fc.property(saids, taken, (said, withdrawals) => {
        const level = levelOf(said, withdrawals)
        expect(levelOf([...said].reverse(), withdrawals)).toBe(level)
        expect(levelOf([...said, ...said], withdrawals)).toBe(level)
      }),
      { numRuns: 100 },
    )
  })

  test('only between what the checks reach and what the policy lets be determined', () => {
    const two = ['b', 'boss'].map((id) => ({ officer: id, change: right, ago: 0 }))
    expect(policy.levels.map(({ name }) => [name, levelOf(two, [], name)])).toEqual([
      ['review', 'child-in-need'],
      ['child-in-need', undefined],
      ['child-protection', undefined],
    ])
    expect(levelOf(two, [], 'none')).toBeUndefined()
    expect(stepFrom(policy, 'review')).toEqual({ from: 'review', to: 'child-in-need', officers: 2 })
    for (const level of ['none', 'child-in-need', 'child-protection', 'no-such-level'])
      expect(stepFrom(policy, level)).toBeUndefined()
    const { determination: _, ...without } = policy
    expect(stepFrom(without, 'review')).toBeUndefined()
  })
})

describe('what an officer finds', () => {
  const fieldOf = (input: unknown, parse: (input: unknown) => unknown = parseDetermination): unknown => {
    try {
      parse(input)
      return 'taken'
    } catch (error) {
      if (isIndexError(error)) return [error.code, error.field]
      throw error
    }
  }
  const good = signed('b', {})

  test('has reasons: of a closed list, at least one, none twice, right for the finding', () => {
    expect(fieldOf(good)).toBe('taken')
    expect(fieldOf({ ...good, reasons: MET_REASONS })).toBe('taken')
    expect(fieldOf({ ...good, finding: 'not-met', reasons: NOT_MET_REASONS })).toBe('taken')
    const wrong = ['ERR_REQUEST_INVALID', 'reasons']
    for (const reasons of [[], ['disability', 'disability'], undefined, 'disability']) {
      expect(fieldOf({ ...good, reasons })).toEqual(wrong)
    }
    for (const reasons of [NOT_MET_REASONS, ['because I say so'], [1], [...MET_REASONS, 'x']])
      expect(fieldOf({ ...good, reasons })).toEqual(['ERR_REQUEST_INVALID', expect.stringMatching(/^reasons/)])
    expect(fieldOf({ ...good, finding: 'not-met' })).toEqual(['ERR_REQUEST_INVALID', 'reasons[0]'])
    expect(fieldOf({ ...good, finding: 'perhaps' })).toEqual(['ERR_REQUEST_INVALID', 'finding'])
  })

  test.each<[string, unknown]>([
    ['case', 0],
    ['case', 1.5],
    ['checkIds', Array.from({ length: 1001 }, () => 'aa'.repeat(32))],
    ['policyHash', 'AA'],
    ['at', -1],
    ['from', ''],
    ['to', 'x'.repeat(65)],
    ['expiry', null],
    ['officer', 7],
    ['signature', new Uint8Array(63)],
  ])('is refused for a bad %s', (field, value) => {
    expect(fieldOf({ ...good, [field]: value })).toEqual(['ERR_REQUEST_INVALID', field])
    const { [field as 'case']: _, ...missing } = good
    expect(fieldOf(missing)).toEqual(['ERR_REQUEST_INVALID', field])
  })

  test('has nothing beside it, and no free text', () => {
    expect(fieldOf({ ...good, note: 'a free text' })).toEqual(['ERR_REQUEST_INVALID', undefined])
    const back = { case: 1, reason: 'new-information', at: T, officer: 'b', signature: new Uint8Array(64) }
    expect(fieldOf(back, parseDeterminationWithdrawal)).toBe('taken')
    for (const bad of [{ reason: 'I was wrong' }, { case: 0 }, { at: 0.5 }, { officer: '' }, { signature: 'x' }])
      expect(fieldOf({ ...back, ...bad }, parseDeterminationWithdrawal)).toEqual([
        'ERR_REQUEST_INVALID',
        Object.keys(bad)[0],
      ])
    expect(fieldOf({ ...back, more: 1 }, parseDeterminationWithdrawal)).toEqual(['ERR_REQUEST_INVALID', undefined])
  })
})
