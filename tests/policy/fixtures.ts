import type { AssessedCheck } from '../../src/policy/history.js'
import { parsePolicy } from '../../src/policy/parse.js'
import type { Policy, Rule } from '../../src/policy/policy.js'
import { DAY_MS } from '../../src/policy/policy.js'

export const DAY = DAY_MS
/** 2026-03-02 09:00 UTC. */
export const T = Date.UTC(2026, 2, 2, 9)

export interface PolicyParts {
  readonly rule?: unknown
  readonly [field: string]: unknown
}

/** A small valid policy as data; `rule` is that of its only level, other fields replace the fixture's. */
export function policyData({ rule, ...parts }: PolicyParts = {}): Record<string, unknown> {
  return {
    id: 'small',
    version: 1,
    title: 'A small policy',
    horizonDays: 30,
    indicators: {
      'H-2': { label: 'health two', domain: 'child', dimension: 'health', severity: 2, points: 10 },
      'H-4': {
        label: 'health four',
        domain: 'child',
        dimension: 'health',
        outcome: 'safe',
        severity: 4,
        points: 80,
        flags: ['significant-harm', 'outside-home'],
      },
      'P-3': {
        label: 'parenting three',
        domain: 'family',
        dimension: 'care',
        severity: 3,
        points: 30,
        flags: ['vulnerability'],
      },
    },
    incidents: {
      seen: { label: 'seen', points: 0 },
      called: { label: 'called', points: 5, agencyKinds: ['police'] },
    },
    levels: [
      {
        name: 'raised',
        threshold: 'child-in-need',
        opens: ['identity'],
        reachedWhen: rule ?? { count: { atLeast: 1, withinDays: 10 } },
      },
    ],
    ...parts,
  }
}

export function policyWith(rule: Rule, parts: PolicyParts = {}): Policy {
  return parsePolicy(policyData({ rule, ...parts }))
}

let last = 0

/** A check of agency A, kind health, incident `seen`, without indicators, at T; every call has an id of its own. */
export function check(parts: Partial<AssessedCheck> = {}): AssessedCheck {
  last += 1
  return {
    id: `check-${last}`,
    agency: 'A',
    agencyKind: 'health',
    incident: 'seen',
    indicators: [],
    occurredAt: T,
    ...parts,
  }
}
