import { z } from 'zod'
import { DISTINCT, FLAGS, GROUPS, type Policy, type Rule, THRESHOLDS } from './policy.js'

const CODES_MAX = 2_000
const DAYS_MAX = 100_000
const POINTS_MAX = 1_000_000
const TOTAL_MAX = 2 ** 31 - 1
const LIST_MAX = 2_000
const RULES_MAX = 64
const LEVELS_MAX = 16

// JSON has a −0, which RFC 8785 writes as 0; so do we, or a policy would not survive being printed.
const whole = (min: number, max: number): z.ZodType<number> =>
  z
    .int()
    .min(min)
    .max(max)
    .transform((value) => (value === 0 ? 0 : value))

const name = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,64}$/, { error: 'must be 1 to 64 of A-Z, a-z, 0-9, dot, underscore and hyphen' })
// No control characters, and no half of a surrogate pair, which has no canonical form.
const text = z.string().regex(/^[^\p{Cc}\p{Cs}]{1,400}$/u, { error: 'must be 1 to 400 printable characters' })
const names = z.array(name).max(LIST_MAX)
const someNames = names.min(1)
const someFlags = z.array(z.enum(FLAGS)).min(1).max(LIST_MAX)

const indicator = z.strictObject({
  label: text,
  domain: name,
  dimension: name,
  outcome: name.exactOptional(),
  severity: z.literal([1, 2, 3, 4]),
  points: whole(0, POINTS_MAX),
  flags: z.array(z.enum(FLAGS)).max(LIST_MAX).exactOptional(),
  retired: z.boolean().exactOptional(),
})

const incident = z.strictObject({
  label: text,
  points: whole(0, POINTS_MAX),
  agencyKinds: names.exactOptional(),
  retired: z.boolean().exactOptional(),
})

const where = z.strictObject({
  indicators: someNames.exactOptional(),
  incidents: someNames.exactOptional(),
  dimensions: someNames.exactOptional(),
  domains: someNames.exactOptional(),
  flags: someFlags.exactOptional(),
  notFlags: someFlags.exactOptional(),
  agencyKinds: someNames.exactOptional(),
  severityAtLeast: whole(0, 4).exactOptional(),
})

const measure = z.strictObject({
  atLeast: whole(1, TOTAL_MAX),
  withinDays: whole(1, DAYS_MAX),
  where: where.exactOptional(),
})

const FORMS: readonly string[] = ['all', 'any', 'atLeast,of', 'count', 'points', 'distinct']

// One object with every field optional, and then one form of it: a union would lose the path of what is wrong inside.
const rule: z.ZodType<Rule> = z
  .strictObject({
    get all() {
      return rules.exactOptional()
    },
    get any() {
      return rules.exactOptional()
    },
    atLeast: whole(1, RULES_MAX).exactOptional(),
    get of() {
      return rules.exactOptional()
    },
    count: measure.exactOptional(),
    points: measure.exactOptional(),
    distinct: measure.extend({ of: z.enum(DISTINCT) }).exactOptional(),
  })
  .refine((value) => FORMS.includes(Object.keys(value).sort().join()), { error: 'must have exactly one form' })
  .transform((value) => value as Rule)
const rules: z.ZodArray<z.ZodType<Rule>> = z.array(rule).min(1).max(RULES_MAX)

const level = z.strictObject({
  name,
  threshold: z.enum(THRESHOLDS),
  reachedWhen: rule,
  opens: z.array(z.enum(GROUPS)).max(LIST_MAX),
})

const record = <Value extends z.ZodType>(value: Value): z.ZodRecord<typeof name, Value> =>
  z
    .record(name, value)
    .refine((all) => Object.keys(all).length <= CODES_MAX, { error: `has more than ${CODES_MAX} codes` })

const FIELDS: readonly string[] = ['id', 'version', 'title', 'horizonDays', 'indicators', 'incidents', 'levels']

/**
 * Whether refusals may repeat a key of this value. A policy is a public document, and whoever writes one must find the code
 * that is wrong; any other file may be about somebody, and its keys are not ours to repeat.
 */
export function mayNameKeysOf(value: unknown): (key: string) => boolean {
  const isPolicy = typeof value === 'object' && value !== null && FIELDS.every((field) => Object.hasOwn(value, field))
  return (key) => isPolicy && /^[A-Za-z][A-Za-z0-9._-]{0,63}$/.test(key)
}

/** The shape of a policy, field by field. What must hold between fields is in `parsePolicy`. */
export const policySchema: z.ZodType<Policy> = z.strictObject({
  id: name,
  version: z.union([name, whole(0, Number.MAX_SAFE_INTEGER)]),
  title: text,
  horizonDays: whole(1, DAYS_MAX),
  indicators: record(indicator),
  incidents: record(incident),
  caps: z
    .strictObject({
      perAgencyIndicator: whole(0, TOTAL_MAX).exactOptional(),
      perAgency: whole(0, TOTAL_MAX).exactOptional(),
      perDimension: whole(0, TOTAL_MAX).exactOptional(),
    })
    .exactOptional(),
  decay: z
    .array(z.strictObject({ upToDays: whole(0, DAYS_MAX), permille: whole(0, 1_000) }))
    .min(1)
    .max(1_000)
    .exactOptional(),
  levels: z.array(level).min(1).max(LEVELS_MAX),
  determination: z.strictObject({ from: name, to: name, officers: whole(2, 1_000) }).exactOptional(),
  vocabularies: z
    .array(z.string().regex(/^[0-9a-f]{64}$/, { error: 'must be 64 lower-case hexadecimal digits' }))
    .max(LIST_MAX)
    .exactOptional(),
})
