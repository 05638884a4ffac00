import { z } from 'zod'
import { CASE_OUTCOMES, CLOSING_REASONS } from '../case/case.js'
import type { CaseEvent } from '../case/event.js'
import { AGENCY_NEEDS, OFFICER_NEEDS } from '../case/need.js'
import { asChildId } from '../child/identifiers.js'
import { bytesOf, bytesUpTo, parse } from '../door.js'
import { fromJsonBytes } from '../json.js'
import { THRESHOLDS } from '../policy/policy.js'

const name = z.string().min(1).max(64)
const count = z.number().int().min(0)
const hash = z.string().regex(/^[0-9a-f]{64}$/)
const base = { case: count, childId: bytesOf(16) }
const asked = bytesUpTo(4_096)
const reached = {
  level: name,
  threshold: z.enum(THRESHOLDS),
  policyHash: hash,
  support: z.array(hash).max(65_536),
}
const level = {
  ...base,
  ...reached,
  asOf: count,
  closedAt: count.optional(),
  countsFrom: z
    .array(z.strictObject({ checkId: hash, position: count }))
    .max(65_536)
    .optional(),
}
const closing = {
  ...base,
  reason: z.enum(CLOSING_REASONS),
  outcome: z.enum(CASE_OUTCOMES),
  officers: z.array(name).max(64),
  position: count,
  asked,
}
const said = { ...base, officer: name, asked }

const caseEvent = z.discriminatedUnion('event', [
  z.strictObject({ event: z.literal('raised'), ...level, reReferral: z.literal(true).optional() }),
  z.strictObject({ event: z.literal('level-changed'), ...level }),
  z.strictObject({ event: z.literal('taken'), ...said, from: name.optional() }),
  z.strictObject({ event: z.literal('needed'), ...said, because: z.enum(OFFICER_NEEDS).exclude(['owner']) }),
  z.strictObject({ event: z.literal('assigned'), ...said, to: name, as: z.enum(['owner', 'manager']) }),
  z.strictObject({ event: z.literal('left'), ...said }),
  z.strictObject({
    event: z.literal('opened'),
    ...base,
    officer: name,
    opening: z.string().regex(/^[0-9a-f]{32}$/),
  }),
  z.strictObject({
    event: z.literal('referred'),
    ...base,
    officer: name,
    referral: count,
    to: name,
    because: z.enum(AGENCY_NEEDS),
  }),
  z.strictObject({ event: z.literal('closing-proposed'), ...closing }),
  z.strictObject({ event: z.literal('closed'), ...closing }),
  z.strictObject({
    event: z.literal('joined'),
    ...base,
    officers: z.array(name).max(64),
    link: count,
    closed: count.optional(),
    took: z.strictObject(reached).optional(),
    owner: name.optional(),
    reReferral: z.literal(true).optional(),
  }),
  z.strictObject({ event: z.literal('split'), ...base }),
])

/** What a case entry of the journal says. @throws {IndexError} `ERR_ENTRY_MALFORMED`, also for an event that nobody knows */
export function parseCaseEvent(body: Uint8Array): CaseEvent {
  const said = parse(caseEvent, fromJsonBytes(body), 'ERR_ENTRY_MALFORMED', 'case')
  return { ...said, childId: asChildId(said.childId) }
}
