import { describe, expect, test } from 'vitest'
import { IndexError } from '../../src/errors.js'
import { fromJsonBytes, toJsonBytes } from '../../src/json.js'
import { parseDossier, reviewed } from '../../src/officer/review.js'
import type { Connection } from '../../src/party.js'
import { assess } from '../../src/policy/assess.js'
import { defaultPolicy } from '../../src/policy/default.js'
import { caseOf, dossierFrom, idOf, manyChecks } from '../case/dossier/made.js'
import { DAY, T } from '../policy/fixtures.js'

const checks = manyChecks(12)
const verdict = assess(defaultPolicy(), checks, T)
const made = dossierFrom(checks, {
  file: {
    owner: 'first',
    needs: [{ party: 'first', because: 'owner', by: 'first', at: T }],
    openings: ['ab'.repeat(16)],
    referrals: [1],
    closing: { reason: 'moved-away', outcome: 'other-authority', officers: ['first'], at: T, position: 2 },
    splitAt: T,
    joinedTo: 9,
    determinations: [
      {
        case: 7,
        checkIds: [idOf(1)],
        policyHash: verdict.policyHash,
        at: T,
        from: 'review',
        to: 'child-in-need',
        expiry: T + DAY,
        finding: 'not-met',
        reasons: ['isolated-incident'],
        officer: 'second',
        signature: new Uint8Array(64),
        withdrawn: { case: 7, reason: 'signed-in-error', at: T, officer: 'second', signature: new Uint8Array(64) },
      },
    ],
  },
  earlier: [
    caseOf(verdict, {
      number: 2,
      status: 'closed',
      closing: { reason: 'duplicate', outcome: 'unfounded', officers: [], at: T, position: 1 },
    }),
  ],
})
const sent = (): Record<string, unknown> => fromJsonBytes(toJsonBytes(made)) as Record<string, unknown>
const first = (value: unknown): Record<string, unknown> => (value as Record<string, unknown>[])[0] ?? {}

describe('an officer reads a dossier', () => {
  test('as it was sent, to the last member', () => {
    expect(parseDossier(sent())).toEqual(made)
    expect(parseDossier(fromJsonBytes(toJsonBytes(dossierFrom([]))))).toEqual(dossierFrom([]))
  })

  test('by number', async () => {
    const asked: unknown[] = []
    const ask: Connection['ask'] = async (...all) => {
      asked.push(all)
      return sent()
    }
    expect(await reviewed({ ask } as Connection, 7)).toEqual(made)
    expect(asked).toEqual([['review', { case: 7 }, undefined]])
  })

  test.each<[string, (reply: Record<string, unknown>) => unknown]>([
    ['nothing', () => undefined],
    ['a list', () => []],
    ['text', () => 'dossier'],
    ['one that lacks its checks', ({ timeline: _, ...rest }) => rest],
    ['one that lacks its trend', ({ trend: _, ...rest }) => rest],
    ['one with a child id', (reply) => ({ ...reply, childId: 'c1'.repeat(16) })],
    ['a check with its agency', (reply) => ({ ...reply, timeline: [{ ...first(reply.timeline), agency: 'met' }] })],
    ['a check with a name', (reply) => ({ ...reply, timeline: [{ ...first(reply.timeline), name: 'Amina' }] })],
    ['a check id that is none', (reply) => ({ ...reply, timeline: [{ ...first(reply.timeline), checkId: 'Amina' }] })],
    ['a severity beyond the scale', (reply) => ({ ...reply, timeline: [{ ...first(reply.timeline), severity: 5 }] })],
    ['an unknown status', (reply) => ({ ...reply, status: 'open' })],
    ['an unknown threshold', (reply) => ({ ...reply, threshold: 'high' })],
    [
      'a need of an agency',
      (reply) => ({ ...reply, needToKnow: [{ officer: 'a', because: 'acts-on-referral', at: T }] }),
    ],
    ['an endless line', (reply) => ({ ...reply, explanation: ['x'.repeat(20_001)] })],
    [
      'an endless label',
      (reply) => ({
        ...reply,
        timeline: [{ ...first(reply.timeline), incident: { code: 'a', label: 'x'.repeat(401) } }],
      }),
    ],
    [
      'too many periods',
      (reply) => ({
        ...reply,
        trend: { ...made.trend, periods: Array.from({ length: 37 }, () => made.trend.periods[0]) },
      }),
    ],
    ['an instant before 1970', (reply) => ({ ...reply, raisedAt: -1 })],
    ['half a number', (reply) => ({ ...reply, number: 1.5 })],
  ])('and refuses %s', (_, change) => {
    expect(() => parseDossier(change(sent()))).toThrow(expect.objectContaining({ code: 'ERR_MESSAGE_MALFORMED' }))
  })

  test('without repeating what was wrong', () => {
    try {
      parseDossier({ ...sent(), owner: { Wolverstonehope: 'Zebedelia' } })
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(IndexError)
      expect(String(error)).not.toMatch(/Wolverstonehope|Zebedelia/)
    }
  })
})
