import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  DEADLINE_KINDS,
  DEADLINE_STATES,
  type Deadline,
  isSilenced,
  stateOf,
  workingDeadline,
} from '../../src/case/agenda.js'
import { englishCalendar } from '../../src/case/deadlines.js'

const calendar = await englishCalendar()
const at = (text: string): number => Date.parse(text)
const state = (deadline: Deadline, now: string) => stateOf(deadline, at(now), calendar)

// Monday; the decision is due on Tuesday at ten.
const decision = workingDeadline('decision', 1, at('2026-03-02T10:00Z'), calendar, { case: 7, officer: 'first' })

describe('what a deadline is at an instant', () => {
  test.each([
    ['2026-03-02T10:00Z', 'upcoming'],
    ['2026-03-02T23:59Z', 'upcoming'],
    ['2026-03-03T00:00Z', 'soon'],
    ['2026-03-03T09:59Z', 'soon'],
    ['2026-03-03T10:00Z', 'overdue'],
    ['2026-03-04T09:59Z', 'overdue'],
    ['2026-03-04T10:00Z', 'escalated'],
    ['2027-03-04T10:00Z', 'escalated'],
  ])('a decision at %s is %s', (now, expected) => {
    expect(state(decision, now)).toBe(expected)
  })

  test('an assessment is soon five working days ahead, over a weekend and a bank holiday too', () => {
    const assessment = workingDeadline('assessment', 1, at('2026-03-16T10:00Z'), calendar)
    expect(new Date(assessment.dueAt).toISOString()).toBe('2026-05-21T09:00:00.000Z')
    expect(state(assessment, '2026-05-13T22:00Z')).toBe('upcoming')
    expect(state(assessment, '2026-05-14T08:00Z')).toBe('soon')
    expect(state(assessment, '2026-05-29T08:59Z')).toBe('overdue')
    expect(state(assessment, '2026-05-29T09:00Z')).toBe('escalated')
  })

  test('what ends at midnight is soon on the day before, not on the day that then begins', () => {
    const sunday = workingDeadline('decision', 1, at('2026-03-01T12:00Z'), calendar)
    expect(new Date(sunday.dueAt).toISOString()).toBe('2026-03-03T00:00:00.000Z')
    expect(state(sunday, '2026-03-01T12:00Z')).toBe('soon')
    expect(state(sunday, '2026-03-02T09:00Z')).toBe('soon')
    expect(state(sunday, '2026-03-03T00:00Z')).toBe('overdue')
  })

  test('silence keeps it overdue and no more; when it ends, the days until it is escalated count from there', () => {
    const silenced: Deadline = {
      ...decision,
      silenced: {
        until: at('2026-03-06T17:00Z'),
        reason: 'awaiting-agency',
        by: 'manager',
        at: at('2026-03-03T12:00Z'),
        times: 1,
      },
    }
    expect(state(silenced, '2026-03-05T10:00Z')).toBe('overdue')
    expect(isSilenced(silenced, at('2026-03-06T16:59Z'))).toBe(true)
    expect(isSilenced(silenced, at('2026-03-06T17:00Z'))).toBe(false)
    expect(state(silenced, '2026-03-06T17:00Z')).toBe('overdue')
    expect(state(silenced, '2026-03-09T16:59Z')).toBe('overdue')
    expect(state(silenced, '2026-03-09T17:00Z')).toBe('escalated')
    expect(isSilenced(decision, 0)).toBe(false)
  })

  test('a silence before the end hides nothing of it', () => {
    const early: Deadline = {
      ...decision,
      silenced: { until: at('2026-03-03T09:00Z'), reason: 'court-timetable', by: 'manager', at: 0, times: 1 },
    }
    expect(state(early, '2026-03-03T10:00Z')).toBe('overdue')
    expect(state(early, '2026-03-04T10:00Z')).toBe('escalated')
  })

  test('time only ever makes it more pressing, silenced or not, and a clock that goes back takes that back', () => {
    const instant = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2028, 0, 1) })
    const rank = (deadline: Deadline, now: number): number => DEADLINE_STATES.indexOf(stateOf(deadline, now, calendar))
    fc.assert(
      fc.property(
        fc.constantFrom(...DEADLINE_KINDS),
        instant,
        fc.integer({ min: 0, max: 90 * 86_400_000 }),
        fc.option(instant, { nil: undefined }),
        fc.array(fc.integer({ min: -100 * 86_400_000, max: 100 * 86_400_000 }), { minLength: 2, maxLength: 8 }),
        (kind, startedAt, length, until, offsets) => {
          const dueAt = startedAt + length
          const silenced =
            until === undefined ? undefined : ({ until, reason: 'child-absent', by: 'm', at: 0, times: 1 } as const)
          const deadline: Deadline = { kind, number: 1, startedAt, dueAt, silenced }
          const ranks = [...offsets].sort((a, b) => a - b).map((offset) => rank(deadline, dueAt + offset))
          expect(ranks).toEqual([...ranks].sort((a, b) => a - b))
          expect(rank(deadline, dueAt - 1)).toBeLessThan(2)
          expect(rank(deadline, dueAt)).toBeGreaterThanOrEqual(2)
        },
      ),
    )
  })
})
