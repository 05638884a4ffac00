import { type CaseFile, raisedCase } from '../../../src/case/case.js'
import { type Dossier, type DossierFacts, dossierOf } from '../../../src/case/dossier/dossier.js'
import type { ChildId } from '../../../src/child/identifiers.js'
import { assess, type Verdict } from '../../../src/policy/assess.js'
import { defaultPolicy } from '../../../src/policy/default.js'
import type { AssessedCheck } from '../../../src/policy/history.js'
import type { Policy } from '../../../src/policy/policy.js'
import { DAY, T } from '../../policy/fixtures.js'

/** A case that was raised by a verdict, ten days before it. */
export function caseOf(verdict: Verdict, more: Partial<CaseFile> = {}): CaseFile {
  const { level, threshold, policyHash, support, asOf } = verdict
  const childId = new Uint8Array(16).fill(0xc1) as ChildId
  const event = { event: 'raised', case: 7, childId, level, threshold, policyHash, asOf, support } as const
  return { ...raisedCase(event, asOf - 10 * DAY), ...more }
}

export interface Made extends Partial<Omit<DossierFacts, 'file' | 'verdict'>> {
  readonly file?: Partial<CaseFile>
  readonly asOf?: number
}

/** A dossier of checks under the default policy, none of their agencies hidden. */
export function dossierFrom(checks: readonly AssessedCheck[], made: Made = {}): Dossier {
  const { policy = defaultPolicy(), file, asOf = T, closedAt, ...rest } = made
  const verdict = assess(policy, checks, asOf, closedAt === undefined ? {} : { closedAt })
  return dossierOf({
    policy,
    checks,
    verdict,
    file: caseOf(verdict, file),
    hidesKindOf: () => false,
    closedAt,
    ...rest,
  })
}

/** A check id as the hub makes them. */
export function idOf(number: number): string {
  return number.toString(16).padStart(64, '0')
}

const KINDS = ['police', 'health', 'education', 'social-care', 'housing', 'probation', 'voluntary']

/** Checks of every kind and code, spread over more than a year. */
export function manyChecks(count: number, policy: Policy = defaultPolicy()): readonly AssessedCheck[] {
  const [incidents, indicators] = [Object.keys(policy.incidents), Object.keys(policy.indicators)]
  return Array.from({ length: count }, (_, index) => ({
    id: idOf(index),
    agency: `agency-${index % 9}`,
    agencyKind: KINDS[index % KINDS.length] ?? 'police',
    incident: incidents[index % incidents.length] ?? '',
    indicators: index % 4 === 0 ? [] : [indicators[(index * 13) % indicators.length] ?? ''],
    occurredAt: T - ((index * 37) % 390) * DAY - index * 1_000,
    ...(index % 10 === 9 ? { withdrawn: true } : {}),
    position: index + 1,
  }))
}

export const HOSTILE = `</td><script>alert(1)</script> "'&<b onclick=x> \u202Eneves\u2066 שלום &amp; 漢字 ${'x'.repeat(300)}`

/** A policy whose words try to get out of their place. */
export function hostilePolicy(): Record<string, unknown> {
  return {
    id: 'hostile',
    version: 1,
    title: HOSTILE,
    horizonDays: 30,
    indicators: {
      constructor: {
        label: HOSTILE,
        domain: 'toString',
        dimension: 'valueOf',
        outcome: 'hasOwnProperty',
        severity: 3,
        points: 9,
      },
    },
    incidents: { hasOwnProperty: { label: HOSTILE, points: 1 } },
    levels: [
      {
        name: 'constructor',
        threshold: 'child-in-need',
        opens: ['identity'],
        reachedWhen: { count: { atLeast: 1, withinDays: 9, where: { indicators: ['constructor'] } } },
      },
      {
        name: 'prototype',
        threshold: 'child-protection',
        opens: ['identity'],
        reachedWhen: { count: { atLeast: 9, withinDays: 9, where: { incidents: ['hasOwnProperty'] } } },
      },
    ],
  }
}
