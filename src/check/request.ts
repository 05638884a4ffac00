import { z } from 'zod'
import type { ChildQuery } from '../child/details.js'
import { parse } from '../door.js'
import { IndexError } from '../errors.js'
import { CODE, INDICATORS_MAX, indicatorSet, REFERENCE } from './canonical.js'

/**
 * What an agency's system says about one contact with a child. `child` is parsed by `parseQuery`; everything else is here.
 */
export interface CheckRequest {
  /** How the child is identified: `{ nhsNumber }`, `{ details }`, `{ agencyChildId }` or `{ alias }`. */
  readonly child: unknown
  readonly incident: string
  readonly indicators: readonly string[]
  /** Epoch milliseconds. */
  readonly occurredAt: number
  readonly reference: string
  /** The practitioner's own name or number at the agency. Leaves the agency only as a keyed pseudonym. */
  readonly practitioner: string
}

/** As `CheckRequest`, with the freedoms that an input may have. */
export interface CheckInput {
  /** `{ nhsNumber }`, `{ details }`, `{ agencyChildId }` or `{ alias }`. */
  readonly child: ChildQuery
  readonly incident: string
  readonly indicators?: readonly string[]
  /** Epoch milliseconds, a `Date`, or ISO 8601 text: a date (midnight UTC), or date and time with an offset. */
  readonly occurredAt: number | string | Date
  readonly reference: string
  readonly practitioner: string
}

const ISO = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/

const request = z.strictObject({
  child: z.unknown().refine((value) => value !== undefined, 'is missing'),
  incident: z.string().regex(CODE),
  indicators: z.array(z.string().regex(CODE)).max(INDICATORS_MAX).default([]),
  occurredAt: z.union([z.number(), z.string().max(40), z.date()]),
  reference: z.string().regex(REFERENCE),
  practitioner: z.string().min(1).max(256),
})

type Parsed = z.output<typeof request>

const FIELDS: ReadonlySet<string> = new Set(Object.keys(request.shape))

/**
 * What the schema gives for a check as nearly all are; undefined for any other, of which the schema says what is wrong. It takes a
 * tenth of the schema's time.
 */
function asMostAre(input: unknown): Parsed | undefined {
  if (typeof input !== 'object' || input === null || Object.getPrototypeOf(input) !== Object.prototype) return undefined
  if (!Object.keys(input).every((key) => FIELDS.has(key))) return undefined
  const { child, incident, indicators = [], occurredAt, reference, practitioner } = input as Partial<Parsed>
  const isSo =
    child !== undefined &&
    isOf(CODE, incident) &&
    Array.isArray(indicators) &&
    indicators.length <= INDICATORS_MAX &&
    [...indicators].every((code) => isOf(CODE, code)) &&
    typeof occurredAt === 'number' &&
    Number.isFinite(occurredAt) &&
    isOf(REFERENCE, reference) &&
    typeof practitioner === 'string' &&
    practitioner.length >= 1 &&
    practitioner.length <= 256
  return isSo ? { child, incident, indicators, occurredAt, reference, practitioner } : undefined
}

function isOf(pattern: RegExp, value: unknown): value is string {
  return typeof value === 'string' && pattern.test(value)
}

/**
 * The one door for a check from an agency's system: a well-formed request with its instant in milliseconds.
 * @throws {IndexError} `ERR_REQUEST_INVALID` naming the field, `ERR_DATE_INVALID` for an impossible `occurredAt`.
 */
export function parseCheckRequest(input: unknown): CheckRequest {
  const value = asMostAre(input) ?? parse(request, input, 'ERR_REQUEST_INVALID', 'check')
  return { ...value, indicators: indicatorSet(value.indicators), occurredAt: instant(value.occurredAt) }
}

function instant(value: number | string | Date): number {
  const at = typeof value === 'string' ? (ISO.test(value) ? Date.parse(value) : Number.NaN) : Number(value)
  const sameDay = typeof value !== 'string' || (at >= 0 && dayExists(value.slice(0, 10)))
  if (!Number.isSafeInteger(at) || at < 0 || !sameDay) {
    throw new IndexError(
      'ERR_DATE_INVALID',
      'check: occurredAt must be epoch milliseconds or an ISO 8601 date and time with an offset',
      {
        field: 'occurredAt',
      },
    )
  }
  return at
}

// Date.parse rolls 30 February over into March.
function dayExists(day: string): boolean {
  return new Date(Date.parse(`${day}T00:00:00Z`)).toISOString().startsWith(day)
}
