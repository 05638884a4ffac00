import { z } from 'zod'
import { type ErrorCode, IndexError } from './errors.js'

/**
 * Where unknown input becomes trusted: the value as the schema types it, or a coded refusal that names the field.
 * Only names that our schema spells stand in the refusal: an unknown key, or a key of a record, is itself input.
 * `mayName` widens that for documents that are public, such as a policy: it says which other keys may be repeated.
 */
export function parse<Output>(
  schema: z.ZodType<Output>,
  value: unknown,
  code: ErrorCode,
  what: string,
  mayName: (key: string) => boolean = () => false,
): Output {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  // An unknown key that may be named is the place itself, rather than what holds it.
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.find(mayName) : undefined
  const field = fieldPath([...(issue?.path ?? []), ...(unknown === undefined ? [] : [unknown])], mayName)
  const at = field === '' ? what : `${what}: ${field}`
  const why = unknown === undefined ? reason(issue) : 'does not belong there'
  throw new IndexError(code, `${at} ${why}`, { field: field === '' ? undefined : field })
}

/** `names[0].family`; a key that is not a plain word of ours is written `*`, or `["as it is"]` where it may be named. */
function fieldPath(path: readonly PropertyKey[], mayName: (key: string) => boolean): string {
  let out = ''
  for (const step of path) {
    const key = String(step)
    if (typeof step === 'number') out += `[${step}]`
    else if (/^[a-z][A-Za-z]{0,31}$/.test(key)) out += `${out === '' ? '' : '.'}${key}`
    else if (mayName(key)) out += `["${key}"]`
    else out += `${out === '' ? '' : '.'}*`
  }
  return out
}

function reason(issue: z.core.$ZodIssue | undefined): string {
  switch (issue?.code) {
    case 'unrecognized_keys':
      return 'has a field that does not belong there'
    case 'invalid_type':
      return `must be of type ${issue.expected}`
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`
    case 'too_small':
      return `must ${issue.origin === 'number' ? 'be' : 'have'} at least ${issue.minimum}`
    case 'too_big':
      return `must ${issue.origin === 'number' ? 'be' : 'have'} at most ${issue.maximum}`
    case 'custom':
      return issue.message
    case 'invalid_format':
      // A message of our own schema; the parser's own would spell the pattern out.
      return issue.message.startsWith('must ') ? issue.message : 'is not valid'
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
