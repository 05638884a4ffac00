import { z } from 'zod'
import { CASE_OUTCOMES, CASE_STATUSES, CLOSING_REASONS } from '../case/case.js'
import {
  DETERMINATION_FINDINGS,
  DETERMINATION_WITHDRAWAL_REASONS,
  MET_REASONS,
  NOT_MET_REASONS,
} from '../case/determination.js'
import type { Dossier } from '../case/dossier/dossier.js'
import { DIRECTIONS } from '../case/dossier/trend.js'
import { OFFICER_NEEDS } from '../case/need.js'
import { instant, parse } from '../door.js'
import type { Connection } from '../party.js'
import { THRESHOLDS } from '../policy/policy.js'
import type { SendOptions } from '../port.js'

// A history has no bound of its own. These keep what a hub says from filling an officer's memory.
const CHECKS_MAX = 100_000
const LINES_MAX = 200_000

const name = z.string().min(1).max(64)
const hash = z.string().regex(/^[0-9a-f]{64}$/)
const label = z.string().max(400)
const threshold = z.enum(THRESHOLDS)
const whole = z.number().int().min(0)
const numbers = z.array(whole).max(10_000)
const names = z.array(name).max(2_000)
const lines = z.array(z.string().max(20_000)).max(LINES_MAX)

const reason = z.strictObject({
  path: z.string().max(10_000),
  of: z.enum(['checks', 'points', 'agency', 'agencyKind', 'dimension', 'domain', 'indicator', 'incident', 'day']),
  value: whole.optional(),
  atLeast: whole,
  withinDays: whole,
})
const indicator = z.strictObject({ code: name, label, dimension: name.optional(), outcome: name.optional() })
const item = z.strictObject({
  number: whole,
  checkId: hash,
  occurredAt: instant,
  agencyKind: name,
  incident: z.strictObject({ code: name, label }),
  indicators: z.array(indicator).max(64),
  severity: z.number().int().min(0).max(4),
  withdrawn: z.boolean(),
  supports: z.boolean().optional(),
})
const period = z.strictObject({
  from: z.number().int(),
  to: z.number().int(),
  checks: whole,
  points: whole,
  level: name.optional(),
  threshold: threshold.optional(),
})
const determination = z.strictObject({
  officer: name,
  finding: z.enum(DETERMINATION_FINDINGS),
  reasons: z.array(z.enum([...MET_REASONS, ...NOT_MET_REASONS])).max(16),
  from: name,
  to: name,
  at: instant,
  expiry: instant,
  policyHash: hash,
  withdrawn: z.strictObject({ reason: z.enum(DETERMINATION_WITHDRAWAL_REASONS), at: instant }).optional(),
})

const dossier = z.strictObject({
  number: whole,
  status: z.enum(CASE_STATUSES),
  level: name,
  threshold,
  policyHash: hash,
  raisedAt: instant,
  reReferral: z.boolean(),
  owner: name.optional(),
  needToKnow: z.array(z.strictObject({ officer: name, because: z.enum(OFFICER_NEEDS), at: instant })).max(10_000),
  verdict: z.strictObject({
    level: name,
    threshold,
    asOf: instant,
    policyHash: hash,
    notice: z.string().max(1_000),
    reasons: z.array(reason).max(10_000),
    standsUntil: instant.optional(),
  }),
  explanation: lines,
  next: z.strictObject({ level: name, threshold, missing: lines }).optional(),
  agencyKinds: names,
  dimensions: names,
  outcomes: names,
  timeline: z.array(item).max(CHECKS_MAX),
  trend: z.strictObject({ periods: z.array(period).max(36), direction: z.enum(DIRECTIONS) }),
  determinations: z.array(determination).max(1_000),
  mayDetermine: z.strictObject({ from: name, to: name, officers: whole }).optional(),
  openings: z.array(z.string().regex(/^[0-9a-f]{32}$/)).max(10_000),
  referrals: numbers,
  closing: z
    .strictObject({
      reason: z.enum(CLOSING_REASONS),
      outcome: z.enum(CASE_OUTCOMES).optional(),
      officers: names,
      at: instant,
    })
    .optional(),
  earlier: z
    .array(
      z.strictObject({
        number: whole,
        level: name,
        threshold,
        raisedAt: instant,
        closedAt: instant.optional(),
        reason: z.enum(CLOSING_REASONS).optional(),
        outcome: z.enum(CASE_OUTCOMES).optional(),
      }),
    )
    .max(10_000),
  joinedTo: whole.optional(),
  splitAt: instant.optional(),
}) satisfies z.ZodType<Dossier>

/** A dossier from unknown input. @throws {IndexError} `ERR_MESSAGE_MALFORMED`, naming the field */
export function parseDossier(input: unknown): Dossier {
  return parse(dossier, input, 'ERR_MESSAGE_MALFORMED', 'dossier')
}

/** One case by identifier only. */
export async function reviewed(line: Connection, caseNumber: number, send?: SendOptions): Promise<Dossier> {
  return parseDossier(await line.ask('review', { case: caseNumber }, send))
}
