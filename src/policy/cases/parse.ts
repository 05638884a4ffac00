import { z } from 'zod'
import { parse } from '../../door.js'
import { IndexError } from '../../errors.js'
import type { AssessedCheck } from '../history.js'
import { DAY_MS } from '../policy.js'
import { soundValue } from '../text.js'
import type { Case, Cases } from './cases.js'
import { INSTANT_MAX, instantOf } from './instant.js'

const CASES_MAX = 2_000
const CHECKS_MAX = 200
const INDICATORS_MAX = 64
const REASONS_MAX = 64
/** As far back as the window of a policy can reach. */
export const DAYS_BEFORE_MAX = 100_000

const code = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, hyphens or underscores')
const text = z.string().regex(/^[^\p{Cc}\p{Cs}]{1,400}$/u, 'must be 1 to 400 characters of text')
const rulePath = z
  .string()
  .regex(
    /^levels\[\d{1,2}\]\.reachedWhen(?:\.(?:all|any|of)\[\d{1,2}\]){0,16}$/,
    'must be the path of a rule, such as levels[0].reachedWhen.any[2]',
  )
const rulePaths = z.array(rulePath).min(1).max(REASONS_MAX)
const position = z.int().min(0)

/** Epoch milliseconds, from any of the three forms that an instant can have. */
const instant = z
  .union([z.int().min(-INSTANT_MAX).max(INSTANT_MAX), z.string().max(40)])
  .refine((value) => Number.isSafeInteger(instantOf(value)), {
    error: 'must be a date (2026-03-02), a date and time with an offset (2026-03-02T09:00Z) or epoch milliseconds',
  })
  .transform(instantOf)

const check = z
  .strictObject({
    id: text.exactOptional(),
    agency: text,
    kind: code,
    incident: code,
    indicators: z.array(code).max(INDICATORS_MAX).default([]),
    on: instant.exactOptional(),
    daysBefore: z.int().min(0).max(DAYS_BEFORE_MAX).exactOptional(),
    withdrawn: z.boolean().exactOptional(),
    position: position.exactOptional(),
  })
  .refine(({ on, daysBefore }) => (on === undefined) !== (daysBefore === undefined), {
    error: 'must say when it occurred: either on or daysBefore',
  })

const oneCase = z.strictObject({
  name: text,
  asOf: instant,
  closedAt: position.exactOptional(),
  checks: z.array(check).max(CHECKS_MAX),
  expect: z.strictObject({
    level: code,
    reasons: rulePaths.exactOptional(),
    not: rulePaths.exactOptional(),
  }),
})

const file = z.strictObject({
  policy: text.exactOptional(),
  cases: z.array(oneCase).min(1).max(CASES_MAX),
})

/**
 * The cases that JSON text, or an already parsed value, describes.
 *
 * Text is at most 1 MiB, with at most 2,000 cases of 200 checks each, and 64 indicators for a check. A date alone is
 * midnight UTC; `daysBefore` counts days of 24 hours back from `asOf`. A check without an id gets `check-1`, `check-2`,
 * … by its place. Whether codes, levels and rules are those of a policy shows when the cases are run.
 *
 * @throws {IndexError} `ERR_FILE_INVALID` for anything else; `field` is the path of what is wrong.
 */
export function parseCases(input: unknown): Cases {
  const value = soundValue(input, (reason) => new IndexError('ERR_FILE_INVALID', `cases file ${reason}`))
  const { cases, ...rest } = parse(file, value, 'ERR_FILE_INVALID', 'cases file')
  requireNewNames(cases)
  return { ...rest, cases: cases.map(caseOf) }
}

function caseOf({ checks, ...rest }: z.output<typeof oneCase>): Case {
  return { ...rest, checks: checks.map((each, index) => checkOf(each, index, rest.asOf)) }
}

function checkOf(
  { kind, on, daysBefore = 0, ...rest }: z.output<typeof check>,
  index: number,
  asOf: number,
): AssessedCheck {
  return { id: defaultId(index), agencyKind: kind, occurredAt: on ?? asOf - daysBefore * DAY_MS, ...rest }
}

/** The id of a check that a case gives none, by its 0-based place. */
export function defaultId(index: number): string {
  return `check-${index + 1}`
}

/** A report that names a case must leave no doubt which. */
function requireNewNames(cases: readonly { readonly name: string }[]): void {
  const seen = new Set<string>()
  for (const [index, { name }] of cases.entries()) {
    if (seen.has(name)) {
      const field = `cases[${index}].name`
      throw new IndexError('ERR_FILE_INVALID', `cases file: ${field} is taken by an earlier case`, { field })
    }
    seen.add(name)
  }
}
