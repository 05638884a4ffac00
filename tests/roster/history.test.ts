import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toJsonBytes } from '../../src/json.js'
import { applyChanges, type RosterChange } from '../../src/roster/change.js'
import {
  encodeActivationEntry,
  encodeRosterEntry,
  NO_ROSTER,
  presentRoster,
  type RosterHistory,
  rosterAt,
  withActivationEntry,
  withRosterEntry,
} from '../../src/roster/history.js'
import { inGoodStanding, policyInForce, type Roster } from '../../src/roster/roster.js'
import { codeOf, keyOf } from '../ground/keys.js'
import { activations, agency, enrolment, firstRoster, genesisOf, officer, POLICY, signedGenesis } from './fixtures.js'

const INVALID = 'ERR_ROSTER_INVALID'
const AT = 1_700_000_000_000
const DELAY = 1000
const start = withRosterEntry(NO_ROSTER, 0, AT, encodeRosterEntry(signedGenesis()))
const police = enrolment(agency('police-north', keyOf(1)), keyOf(1))

function proposed(
  history: RosterHistory,
  position: number,
  at: number,
  ...changes: readonly RosterChange[]
): RosterHistory {
  return withRosterEntry(history, position, at, encodeRosterEntry({ body: toJsonBytes(changes), signatures: [] }))
}

/** The version that waits. */
function waiting(history: RosterHistory): Roster {
  if (history.proposed === undefined) throw new Error('nothing is proposed')
  return applyChanges(presentRoster(history), history.proposed.body)
}

function activated(
  history: RosterHistory,
  position: number,
  at: number,
  signers: readonly number[] = [1, 2],
): RosterHistory {
  const next = waiting(history)
  return withActivationEntry(
    history,
    position,
    at,
    encodeActivationEntry({
      version: next.version,
      signatures: activations(next, signers, history.proposed?.position),
    }),
  )
}

describe('a history', () => {
  test('begins with a genesis and nothing else', () => {
    expect(presentRoster(start).version).toBe(1)
    expect(presentRoster(start).hash).toEqual(firstRoster().hash)
    expect(codeOf(() => presentRoster(NO_ROSTER))).toBe(INVALID)
    expect(codeOf(() => proposed(NO_ROSTER, 0, AT, police))).toBe(INVALID)
    const activation = encodeActivationEntry({ version: 2, signatures: [] })
    expect(codeOf(() => withActivationEntry(NO_ROSTER, 0, AT, activation))).toBe(INVALID)
  })

  test('takes no second genesis', () => {
    expect(codeOf(() => withRosterEntry(start, 1, AT, encodeRosterEntry(signedGenesis())))).toBe(INVALID)
  })

  test('holds a version back until it is activated', () => {
    const pending = proposed(start, 5, AT, police)
    expect(presentRoster(pending).version).toBe(1)
    const history = activated(pending, 9, AT + DELAY)
    expect(presentRoster(history).version).toBe(2)
    expect(history.proposed).toBeUndefined()
    expect(rosterAt(history, 8)?.version).toBe(1)
    expect(rosterAt(history, 9)?.version).toBe(2)
  })

  test('activates no earlier than the delay, to the millisecond', () => {
    const pending = proposed(start, 5, AT, police)
    expect(codeOf(() => activated(pending, 9, AT + DELAY - 1))).toBe(INVALID)
    expect(codeOf(() => activated(pending, 9, AT + DELAY))).toBeUndefined()
    expect(codeOf(() => activated(pending, 9, AT + DELAY + 1))).toBeUndefined()
  })

  test('activates with a quorum and not with fewer', () => {
    const pending = proposed(start, 5, AT, police)
    expect(codeOf(() => activated(pending, 9, AT + DELAY, [1]))).toBe(INVALID)
    expect(codeOf(() => activated(pending, 9, AT + DELAY, [1, 1]))).toBe(INVALID)
    expect(codeOf(() => activated(pending, 9, AT + DELAY, []))).toBe(INVALID)
    expect(codeOf(() => activated(pending, 9, AT + DELAY, [2, 3]))).toBeUndefined()
  })

  test('activates what was proposed last, once, under its own number', () => {
    const pending = proposed(start, 5, AT, police)
    const next = waiting(pending)
    const entry = (version: number) => encodeActivationEntry({ version, signatures: activations(next, [1, 2, 3], 5) })
    expect(codeOf(() => withActivationEntry(pending, 9, AT + DELAY, entry(3)))).toBe(INVALID)
    const history = withActivationEntry(pending, 9, AT + DELAY, entry(2))
    expect(codeOf(() => withActivationEntry(history, 10, AT + DELAY, entry(2)))).toBe(INVALID)
    expect(codeOf(() => withActivationEntry(start, 9, AT + DELAY, entry(2)))).toBe(INVALID)
    // What was signed for a proposal that another superseded does not serve it when it is proposed again.
    const again = proposed(proposed(pending, 6, AT, enrolment(officer('officer-1', keyOf(2)), keyOf(2))), 7, AT, police)
    expect(codeOf(() => withActivationEntry(again, 9, AT + DELAY, entry(2)))).toBe(INVALID)
    const replaced = proposed(pending, 6, AT, enrolment(officer('officer-1', keyOf(2)), keyOf(2)))
    expect(codeOf(() => withActivationEntry(replaced, 9, AT + DELAY, entry(2)))).toBe(INVALID)
  })

  test('refuses a proposal that could not be applied, before anybody signs it', () => {
    expect(codeOf(() => proposed(start, 5, AT, { kind: 'suspend', id: 'nobody' }))).toBe('ERR_PARTY_UNKNOWN')
    expect(codeOf(() => proposed(activated(proposed(start, 5, AT, police), 6, AT + DELAY), 7, AT, police))).toBe(
      'ERR_PARTY_EXISTS',
    )
  })

  test('suspends at once, without a quorum, and leaves what is proposed, and its time', () => {
    const enrolled = activated(proposed(start, 5, AT, police), 6, AT + DELAY)
    const pending = proposed(enrolled, 7, AT, enrolment(officer('officer-1', keyOf(2)), keyOf(2)))
    const history = proposed(pending, 8, AT, { kind: 'suspend', id: 'police-north' })
    expect(presentRoster(history).version).toBe(3)
    expect(presentRoster(history).parties.get('police-north')?.suspended).toBe(true)
    expect(rosterAt(history, 7)?.parties.get('police-north')?.suspended).toBe(false)
    expect(history.proposed).toEqual(pending.proposed)
    expect(presentRoster(activated(history, 9, AT + DELAY)).version).toBe(4)
  })

  test('does not let an enrolment through in the company of a suspension', () => {
    const enrolled = activated(proposed(start, 5, AT, police), 6, AT + DELAY)
    const history = proposed(
      enrolled,
      7,
      AT,
      { kind: 'suspend', id: 'police-north' },
      enrolment(officer('officer-1', keyOf(2)), keyOf(2)),
    )
    expect(presentRoster(history).version).toBe(2)
    expect(presentRoster(history).parties.has('officer-1')).toBe(false)
  })

  test.each<[string, unknown]>([
    ['nothing', {}],
    ['a body that is text', { body: 'text', signatures: [] }],
    ['no signatures', { body: toJsonBytes([police]) }],
    ['a field more', { body: toJsonBytes([police]), signatures: [], note: 1 }],
  ])('refuses an entry with %s', (_, entry) => {
    expect(codeOf(() => withRosterEntry(start, 5, AT, toJsonBytes(entry)))).toBe(INVALID)
  })

  test.each<[string, unknown]>([
    ['nothing', {}],
    ['version 1', { version: 1, signatures: [] }],
    ['a version that is text', { version: '2', signatures: [] }],
    ['a field more', { version: 2, signatures: [], note: 1 }],
  ])('refuses an activation with %s', (_, entry) => {
    expect(codeOf(() => withActivationEntry(proposed(start, 5, AT, police), 6, AT + DELAY, toJsonBytes(entry)))).toBe(
      INVALID,
    )
  })
})

describe('rosterAt', () => {
  const roster = firstRoster()
  test('is the last version at or before the position', () => {
    const positions = fc.uniqueArray(fc.nat(60), { maxLength: 12 }).map((all) => all.sort((a, b) => a - b))
    fc.assert(
      fc.property(positions, fc.nat(70), (starts, position) => {
        const history = {
          versions: starts.map((each, at) => ({ position: each, roster: { ...roster, version: at + 1 } })),
        }
        const expected = history.versions.filter((each) => each.position <= position).at(-1)?.roster.version
        expect(rosterAt(history, position)?.version).toBe(expected)
      }),
      { numRuns: 500 },
    )
  })

  test('is nothing before the first', () => {
    expect(rosterAt(NO_ROSTER, 0)).toBeUndefined()
    expect(rosterAt({ versions: [{ position: 3, roster }] }, 2)).toBeUndefined()
  })
})

describe('policies', () => {
  const [A, B, C] = ['a', 'b', 'c'].map((letter) => letter.repeat(64)) as [string, string, string]
  const approve = (hash: string, from: number, until?: number): RosterChange => ({
    kind: 'approve-policy',
    policy: { hash, from, ...(until === undefined ? {} : { until }) },
  })
  const apply = (roster: Roster, change: RosterChange): Roster => applyChanges(roster, toJsonBytes([change]))
  const first = firstRoster(genesisOf(3, 2, { policies: [{ hash: A, from: 10 }] }))

  test('hold from their first instant until just before the next begins', () => {
    const next = apply(first, approve(B, 20))
    const at = (time: number): readonly string[] => [A, B].filter((hash) => policyInForce(next, hash, time))
    expect([9, 10, 19, 20, 1e15].map(at)).toEqual([[], [A], [A], [B], [B]])
    expect(next.policies).toEqual([
      { hash: A, from: 10, until: 20 },
      { hash: B, from: 20 },
    ])
  })

  test('end where they say, and leave a gap', () => {
    const next = apply(apply(first, approve(B, 20, 30)), approve(C, 40))
    const at = (time: number): readonly string[] => [A, B, C].filter((hash) => policyInForce(next, hash, time))
    expect([29, 30, 39, 40].map(at)).toEqual([[B], [], [], [C]])
  })

  test('are refused where they begin at or before one that runs', () => {
    for (const from of [0, 9, 10]) expect(codeOf(() => apply(first, approve(B, from)))).toBe(INVALID)
    expect(codeOf(() => apply(first, approve(B, 11)))).toBeUndefined()
    expect(codeOf(() => apply(apply(first, approve(B, 20, 30)), approve(C, 29)))).toBe(INVALID)
    expect(codeOf(() => apply(apply(first, approve(B, 20, 30)), approve(C, 30)))).toBeUndefined()
    expect(codeOf(() => apply(first, approve(B, 20, 20)))).toBe(INVALID)
    expect(codeOf(() => apply(first, approve(B, 20, 19)))).toBe(INVALID)
  })

  test('never hold two at a time, whatever is approved', () => {
    const intervals = fc.array(fc.tuple(fc.nat(50), fc.option(fc.nat(50), { nil: undefined })), { maxLength: 6 })
    fc.assert(
      fc.property(intervals, (wanted) => {
        let roster = first
        wanted.forEach(([from, until], index) => {
          const hash = index.toString(16).repeat(64)
          try {
            roster = apply(roster, approve(hash, from, until))
          } catch (error) {
            expect(error).toMatchObject({ code: INVALID })
          }
        })
        for (let time = 0; time <= 51; time += 1) {
          const holding = roster.policies.filter(
            ({ from, until }) => from <= time && (until === undefined || time < until),
          )
          expect(holding.length).toBeLessThanOrEqual(1)
        }
      }),
      { numRuns: 200 },
    )
  })

  test('are named by their hash', () => {
    expect(policyInForce(firstRoster(), POLICY, 0)).toBe(true)
    expect(policyInForce(firstRoster(), A, 0)).toBe(false)
  })
})

test('an officer is in good standing from the undertaking until training or vetting ends', () => {
  const plain = officer('officer-1', keyOf(2))
  expect([999, 1000, 1999, 2000].map((at) => inGoodStanding(plain, at))).toEqual([false, true, true, false])
  const vetted = { ...plain, vettingUntil: 9000 }
  expect([2999, 3000].map((at) => inGoodStanding(vetted, at))).toEqual([true, false])
  expect(inGoodStanding({ ...plain, suspended: true }, 1500)).toBe(false)
})
