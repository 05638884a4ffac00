import { z } from 'zod'
import { type ErrorCode, IndexError } from './errors.js'

/**
 * Where unknown input becomes trusted: the value as the schema types it, or a coded refusal that names the field.
 * Only names that our schema spells stand in the refusal: an unknown key, or a key of a record, is itself input.
 */
export function parse<Output>(schema: z.ZodType<Output>, value: unknown, code: ErrorCode, what: string): Output {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const field = issue === undefined ? '' : fieldPath(issue.path)
  const at = field === '' ? what : `${what}: ${field}`
  throw new IndexError(code, `${at} ${reason(issue)}`, { field: field === '' ? undefined : field })
}

/** `names[0].family`; a key that is not a plain word of ours is written `*`. */
function fieldPath(path: readonly PropertyKey[]): string {
  let out = ''
  for (const step of path) {
    if (typeof step === 'number') out += `[${step}]`
    else out += `${out === '' ? '' : '.'}${/^[a-z][A-Za-z]{0,31}$/.test(String(step)) ? String(step) : '*'}`
  }
  return out
}

function reason(issue: z.core.$ZodIssue | undefined): string {
  switch (issue?.code) {
    case 'unrecognized_keys':
      return 'has a field that does not belong there'
    case 'invalid_type':
      return `must be of type ${issue.expected}`
    case 'too_small':
      return `must have at least ${issue.minimum}`
    case 'too_big':
      return `must have at most ${issue.maximum}`
    case 'custom':
      return issue.message
    default:
      return 'is not valid'
  }
}

/** Shapes that many messages have. `instant`: epoch milliseconds. */
export const isBytes: z.ZodType<Uint8Array> = z.custom<Uint8Array>(
  (value) => value instanceof Uint8Array,
  'must be bytes',
)
export const instant: z.ZodType<number> = z.number().int().min(0)

export function bytesOf(length: number): z.ZodType<Uint8Array> {
  return z.custom<Uint8Array>(
    (value) => value instanceof Uint8Array && value.length === length,
    `must be ${length} bytes`,
  )
}

export function bytesUpTo(length: number): z.ZodType<Uint8Array> {
  return z.custom<Uint8Array>(
    (value) => value instanceof Uint8Array && value.length <= length,
    `must be at most ${length} bytes`,
  )
}
