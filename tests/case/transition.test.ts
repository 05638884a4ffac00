import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CASE_OUTCOMES, CASE_STATUSES, type CaseFile, CLOSING_REASONS } from '../../src/case/case.js'
import type { CaseEvent } from '../../src/case/event.js'
import { AGENCY_NEEDS, needsToKnow, OFFICER_NEEDS } from '../../src/case/need.js'
import { closersOf, closingSaid, transition } from '../../src/case/transition.js'
import { asChildId } from '../../src/child/identifiers.js'
import { IndexError } from '../../src/errors.js'
import { toJsonBytes } from '../../src/json.js'
import { THRESHOLDS } from '../../src/policy/policy.js'
import { parseCaseEvent } from '../../src/verify/case-shapes.js'

const childId = asChildId(new Uint8Array(16).fill(7))
const other = asChildId(new Uint8Array(16).fill(8))
const asked = new Uint8Array([1, 2, 3])
const officer = fc.constantFrom('ada', 'ben', 'cyd')
const of = { case: 1, childId }
const level = fc.record({
  level: fc.constantFrom('review', 'child-in-need', 'child-protection'),
  threshold: fc.constantFrom(...THRESHOLDS),
  policyHash: fc.constant('ab'.repeat(32)),
  support: fc.constantFrom([], ['cd'.repeat(32)]),
})
const raised = level.map((reached): CaseEvent => ({ event: 'raised', ...of, ...reached, asOf: 1 }))
const end = fc.record({
  reason: fc.constantFrom(...CLOSING_REASONS.slice(0, 2)),
  outcome: fc.constantFrom(...CASE_OUTCOMES.slice(0, 2)),
  position: fc.nat(50),
})
const joining = OFFICER_NEEDS.flatMap((each) => (each === 'owner' ? [] : [each]))

/** Something that somebody wants to happen; closings depend on the case as it stands. */
type Wish = (file: CaseFile) => CaseEvent
const wish: fc.Arbitrary<Wish> = fc.oneof(
  level.map((reached) => () => ({ event: 'level-changed', ...of, ...reached, asOf: 2 }) as const),
  officer.map((by) => (file: CaseFile) => {
    const from = file.owner !== undefined && file.owner !== by && by === 'ada' ? { from: file.owner } : {}
    return { event: 'taken', ...of, officer: by, asked, ...from } as const
  }),
  fc.tuple(officer, fc.constantFrom(...joining)).map(
    ([by, because]) =>
      () =>
        ({ event: 'needed', ...of, officer: by, asked, because }) as const,
  ),
  fc.tuple(officer, officer, fc.constantFrom('owner' as const, 'manager' as const)).map(
    ([by, to, as]) =>
      () =>
        ({ event: 'assigned', ...of, officer: by, asked, to, as }) as const,
  ),
  officer.map((by) => () => ({ event: 'left', ...of, officer: by, asked }) as const),
  fc.tuple(officer, fc.constantFrom('0'.repeat(32), '1'.repeat(32))).map(
    ([by, opening]) =>
      () =>
        ({ event: 'opened', ...of, officer: by, opening }) as const,
  ),
  fc
    .tuple(officer, fc.integer({ min: 1, max: 3 }), fc.constantFrom(...AGENCY_NEEDS))
    .map(([by, referral, because]) => () => {
      return { event: 'referred', ...of, officer: by, referral, to: `agency-${referral}`, because } as const
    }),
  fc.tuple(officer, end).map(
    ([by, said]) =>
      (file: CaseFile) =>
        closingSaid(file, { ...of, ...said, officer: by, asked }, (id) => id),
  ),
  fc.constant(() => ({ event: 'joined', ...of, officers: ['ada', 'ben'], link: 9, closed: 2 }) as const),
  fc.constant(() => ({ event: 'joined', ...of, case: 3, officers: ['ada', 'ben'], link: 9, closed: 1 }) as const),
  fc.constant(() => ({ event: 'split', ...of }) as const),
)

interface Step {
  readonly before: CaseFile
  readonly event: CaseEvent
  readonly at: number
  readonly after: CaseFile
}

/** Everything that was wished for and could happen, with a clock that goes wherever it likes. */
const life = fc
  .tuple(raised, fc.array(fc.tuple(wish, fc.integer({ min: 0, max: 1_000_000 })), { maxLength: 30 }))
  .map(([first, wishes]) => {
    const steps: Step[] = []
    let file = transition(undefined, first, 500_000)
    const opening = { event: first, at: 500_000 }
    for (const [wished, at] of wishes) {
      const event = wished(file)
      const after = tried(file, event, at)
      if (after !== undefined && after !== file) steps.push({ before: file, event, at, after })
      file = after ?? file
    }
    return { first: opening, steps, last: file }
  })

function tried(file: CaseFile, event: CaseEvent, at: number): CaseFile | undefined {
  try {
    return transition(file, event, at)
  } catch (error) {
    if (error instanceof IndexError && error.code === 'ERR_CASE_STATUS') return undefined
    throw error
  }
}

const rank = ({ status }: CaseFile): number => CASE_STATUSES.indexOf(status)

function always(holds: (step: Step) => void): void {
  fc.assert(
    fc.property(life, ({ steps }) => {
      for (const step of steps) holds(step)
    }),
  )
}

describe('whatever happens to a case', () => {
  test('its state never goes back, and its threshold never falls', () => {
    always(({ before, after }) => {
      expect(rank(after)).toBeGreaterThanOrEqual(rank(before))
      expect(THRESHOLDS.indexOf(after.threshold)).toBeGreaterThanOrEqual(THRESHOLDS.indexOf(before.threshold))
    })
  })

  test('its owner needs to know of it, and while it is new it has none', () => {
    always(({ after }) => {
      if (after.owner !== undefined) expect(needsToKnow(after, after.owner)).toBe(true)
      if (after.status === 'new') expect(after.owner).toBeUndefined()
      const owners = after.needs.filter(({ because, endedAt }) => because === 'owner' && endedAt === undefined)
      expect(owners.map(({ party }) => party)).toEqual(after.owner === undefined ? [] : [after.owner])
    })
  })

  test('once it is closed nobody needs to know of it, and nothing of it changes but what was under way', () => {
    always(({ before, after, event }) => {
      if (after.status === 'closed') {
        expect(after.needs.every(({ endedAt }) => endedAt !== undefined)).toBe(true)
        expect(after.owner).toBeUndefined()
        expect(after.closing).toBeDefined()
      }
      if (before.status !== 'closed') return
      expect(['split', 'opened']).toContain(event.event)
      const { splitAt: _a, openings: _b, updatedAt: _c, ...was } = before
      const { splitAt: _d, openings: _e, updatedAt: _f, ...is } = after
      expect(is).toEqual(was)
    })
  })

  test('one that reached a threshold and was never opened takes two officers with one reason and one outcome', () => {
    always(({ before, event, after }) => {
      if (event.event !== 'closed') return
      expect(event.officers.length).toBeGreaterThanOrEqual(closersOf(before))
      if (closersOf(before) === 2)
        expect(before.closing).toMatchObject({ reason: event.reason, outcome: event.outcome })
      expect(after.closing).toMatchObject({ reason: event.reason, outcome: event.outcome })
    })
  })

  test('no time in it is before the one that it follows, wherever the clock goes', () => {
    always(({ before, after }) => {
      expect(after.updatedAt).toBeGreaterThanOrEqual(before.updatedAt)
      for (const { at, endedAt } of after.needs) {
        expect(at).toBeGreaterThanOrEqual(after.raisedAt)
        expect(endedAt ?? at).toBeGreaterThanOrEqual(at)
      }
      expect(after.closing?.at ?? after.raisedAt).toBeGreaterThanOrEqual(after.raisedAt)
    })
  })

  test('the same again changes nothing', () => {
    always(({ event, at, after }) => {
      const repeatable = ['taken', 'needed', 'left', 'opened', 'referred', 'closing-proposed', 'assigned']
      if (!repeatable.includes(event.event)) return
      const again = tried(after, event, at)
      // Who handed a case on as its owner is its owner no longer.
      if (event.event === 'assigned' && event.as === 'owner' && again === undefined) return
      expect(again).toBe(after)
    })
  })

  test('its events, read back from the journal, give the same case', () => {
    fc.assert(
      fc.property(life, ({ first, steps, last }) => {
        const journal = [first, ...steps].map(({ event, at }) => ({ body: toJsonBytes(event), at }))
        const file = journal.reduce<CaseFile | undefined>(
          (before, { body, at }) => transition(before, parseCaseEvent(body), at),
          undefined,
        )
        expect(toJsonBytes(file)).toEqual(toJsonBytes(last))
      }),
    )
  })
})

describe('what cannot happen to a case', () => {
  const base = { level: 'review', threshold: 'none', policyHash: 'ab'.repeat(32), support: [], asOf: 1 } as const
  const file = transition(undefined, { event: 'raised', ...of, ...base }, 100)
  const refused: readonly (readonly [string, CaseFile | undefined, CaseEvent])[] = [
    ['to be raised twice', file, { event: 'raised', ...of, ...base }],
    ['to go on without being raised', undefined, { event: 'split', ...of }],
    ['what happens to another', file, { event: 'split', case: 2, childId }],
    ['to be taken from whoever does not have it', file, { event: 'taken', ...of, officer: 'ada', asked, from: 'ben' }],
    ['to be taken while another has it', { ...file, owner: 'ben' }, { event: 'taken', ...of, officer: 'ada', asked }],
    [
      'to be handed on by whoever does not own it',
      file,
      { event: 'assigned', ...of, officer: 'ada', asked, to: 'ben', as: 'owner' },
    ],
    [
      'to be closed by one officer where a threshold was reached and it was never opened',
      { ...file, threshold: 'child-in-need' },
      { event: 'closed', ...of, reason: 'assessed', outcome: 'unfounded', officers: ['ada'], position: 1, asked },
    ],
    [
      'to fall to a lower threshold',
      { ...file, threshold: 'child-in-need' },
      { event: 'level-changed', ...of, ...base },
    ],
    [
      'to get a second owner by a link',
      { ...file, owner: 'ada' },
      { event: 'joined', ...of, officers: [], link: 1, closed: 2, owner: 'ben' },
    ],
  ]
  test.each(refused)('%s', (_, before, event) => {
    expect(() => transition(before, event, 200)).toThrow(expect.objectContaining({ code: 'ERR_CASE_STATUS' }))
  })

  test('a case that is joined to another gives it level and owner, and is closed into it', () => {
    const took = {
      level: 'child-protection',
      threshold: 'child-protection',
      policyHash: 'ab'.repeat(32),
      support: [],
    } as const
    const event = { event: 'joined', case: 1, childId: other, officers: ['ada', 'ben'], link: 9, closed: 2 } as const
    const left = transition(undefined, { event: 'raised', ...of, case: 2, ...base, ...took }, 100)
    const owned = transition(left, { event: 'taken', ...of, case: 2, officer: 'cyd', asked }, 110)
    const joined = { ...event, took, owner: 'cyd', reReferral: true } as const
    expect(transition(file, joined, 120)).toMatchObject({
      status: 'under-review',
      childId: other,
      level: 'child-protection',
      owner: 'cyd',
      reReferral: true,
      needs: [{ party: 'cyd', because: 'owner', at: 120 }],
    })
    expect(transition(owned, joined, 120)).toMatchObject({
      status: 'closed',
      joinedTo: 1,
      closing: { reason: 'duplicate', officers: ['ada', 'ben'], position: 9 },
      needs: [{ party: 'cyd', endedAt: 120 }],
    })
  })
})
