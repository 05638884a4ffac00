import { z } from 'zod'

/** Which columns of a data set hold what; the names are those of its header. */
export interface ColumnMap {
  readonly id: string
  /** Several are joined by a space, in their order. */
  readonly givenNames: string | readonly string[]
  readonly familyName: string | readonly string[]
  /** `format` is made of YYYY, MM and DD, each once, and what stands between them. */
  readonly dateOfBirth?: { readonly column: string; readonly format: string } | undefined
  readonly postcode?: string | undefined
  /** Lines of the address in their order, each from one column or from several that are joined by a space. */
  readonly lines?: readonly (string | readonly string[])[] | undefined
  readonly nhsNumber?: string | undefined
  /** Whether the register says of every child that no twin was born with it. */
  readonly births?: 'single' | 'unknown' | undefined
  /** What a candidate is confirmed with, and as which detail. */
  readonly confirm?: { readonly column: string; readonly as: ConfirmingField } | undefined
  /** Columns of the file of links; its first two, in either order, where absent. */
  readonly truth?: { readonly register: string; readonly lookup: string } | undefined
}

const CONFIRMING_FIELDS = ['otherGivenName', 'formerFamilyName', 'carerName', 'carerTelephone'] as const
export type ConfirmingField = (typeof CONFIRMING_FIELDS)[number]

/**
 * A map from its JSON text. A date's format is `YYYY-MM-DD` where none is named.
 * @param fail is told what is wrong, and throws.
 */
export function columnMapFrom(text: string, fail: (problem: string) => never): ColumnMap {
  let input: unknown
  try {
    input = JSON.parse(text)
  } catch {
    return fail('--columns is no JSON')
  }
  const { data, error } = COLUMNS.safeParse(input)
  if (data !== undefined) return data
  const [issue] = error.issues
  return fail(`--columns: ${issue?.path.join('.') || 'the map'}: ${issue?.message}`)
}

const COLUMN = z.string().min(1).max(200)
const COLUMNS_JOINED = z.union([COLUMN, z.array(COLUMN).min(1).max(10)])
const FORMAT = z
  .string()
  .max(30)
  .refine(
    (format) => ['YYYY', 'MM', 'DD'].every((part) => format.split(part).length === 2) && !/[^YMD./ -]/.test(format),
    'must hold YYYY, MM and DD once each',
  )

const COLUMNS: z.ZodType<ColumnMap> = z.strictObject({
  id: COLUMN,
  givenNames: COLUMNS_JOINED,
  familyName: COLUMNS_JOINED,
  dateOfBirth: z.strictObject({ column: COLUMN, format: FORMAT.default('YYYY-MM-DD') }).optional(),
  postcode: COLUMN.optional(),
  lines: z.array(COLUMNS_JOINED).max(10).optional(),
  nhsNumber: COLUMN.optional(),
  births: z.enum(['single', 'unknown']).optional(),
  confirm: z.strictObject({ column: COLUMN, as: z.enum(CONFIRMING_FIELDS) }).optional(),
  truth: z.strictObject({ register: COLUMN, lookup: COLUMN }).optional(),
})
