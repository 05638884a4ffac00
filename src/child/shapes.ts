import { z } from 'zod'
import { parse } from '../door.js'
import { IndexError } from '../errors.js'
import type { Address, OtherName, Sex } from './details.js'
import { lineProblem, nameProblem, tidy } from './text.js'

/** The shapes of what is said of a child, whether it is registered or looked up. */

/** `parse`, with a field in every refusal, and none of ours blamed for an input whose properties throw when read. */
export function parseShape<Output>(schema: z.ZodType<Output>, input: unknown, what: string): Output {
  try {
    return parse(schema, input, 'ERR_DETAILS_INVALID', what)
  } catch (error) {
    if (!(error instanceof IndexError))
      throw new IndexError('ERR_DETAILS_INVALID', `${what} must be plain data`, { field: what })
    if (error.field !== undefined) throw error
    throw new IndexError(error.code, error.message, { field: what })
  }
}

export function requireAName(name: OtherName, field: string): void {
  if (name.givenNames !== '' || name.familyName !== '') return
  throw new IndexError('ERR_DETAILS_INVALID', `${field} must have a name where the family name is empty`, { field })
}

/** `{ [key]: value }`, or nothing where there is no value: absent and undefined are one thing in what is sealed. */
export function known<Key extends string, Value>(key: Key, value: Value | undefined): { readonly [K in Key]?: Value } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [K in Key]?: Value }
}

export function withoutEmptyLines(address: Address | ReadAddress): Address {
  return { lines: address.lines.filter((one) => one !== ''), ...known('postcode', address.postcode) }
}

/** An address as its shape reads it. */
export interface ReadAddress {
  readonly lines: readonly string[]
  readonly postcode?: string | undefined
}

/** Text that `problem` has nothing against, as it is kept. */
export function text(problem: (value: string) => string | undefined): z.ZodType<string> {
  return z
    .string()
    .superRefine((value, context) => {
      const message = problem(value)
      if (message !== undefined) context.addIssue({ code: 'custom', message })
    })
    .transform(tidy)
}

export const line = (lengthMax: number): z.ZodType<string> => text((value) => lineProblem(value, lengthMax))
export const filled = (lengthMax: number): z.ZodType<string> =>
  text((value) => lineProblem(value, lengthMax) ?? blank(value))
export const matching = (pattern: RegExp, rule: string): z.ZodType<string> =>
  text((value) => (pattern.test(value) ? undefined : rule))

const blank = (value: string): string | undefined => (tidy(value) === '' ? 'must not be empty' : undefined)

export const NAME: z.ZodType<string> = text(nameProblem)
export const FILLED_NAME: z.ZodType<string> = text((value) => nameProblem(value) ?? blank(value))
export const POSTCODE_FORM: RegExp = /^ *[A-Za-z0-9][A-Za-z0-9 -]{0,10}$/
const POSTCODE = matching(POSTCODE_FORM, 'must be at most 11 letters, digits and spaces')
export const TELEPHONE: z.ZodType<string> = matching(/^[ +(]*\d[\d +()./extEXT-]{2,39}$/, 'must be a telephone number')
export const KIND: z.ZodType<string> = matching(
  /^[a-z][a-z0-9-]{0,31}$/,
  'must be a word of lower-case letters, digits and hyphens',
)

export const ADDRESS: z.ZodType<ReadAddress> = z
  .strictObject({ lines: z.array(line(200)).max(10), postcode: POSTCODE.optional() })
  .refine(
    (value) => value.postcode !== undefined || value.lines.some((one) => one !== ''),
    'must have a line or a postcode',
  )

const SEXES: readonly Sex[] = ['female', 'male', 'indeterminate', 'not-known']

export const SEX: z.ZodType<Sex> = z.custom<Sex>(
  (value) => SEXES.some((sex) => sex === value),
  `must be one of ${SEXES.join(', ')}`,
)
