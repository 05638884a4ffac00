import { IndexError } from '../errors.js'

const LENGTH_MAX = 1_048_576
const DEPTH_MAX = 256

/**
 * The value of a policy's JSON text, or a copy of an already parsed value, not yet checked against the schema. Bounded
 * in length and depth, so that whatever reads it next may recurse; no name stands twice in one object.
 * @throws {IndexError} `ERR_POLICY_INVALID`
 */
export function policyValue(input: unknown): unknown {
  return soundValue(input, (reason) => new IndexError('ERR_POLICY_INVALID', `policy ${reason}`))
}

/** What makes the failure of a document, from what is wrong with it. */
type Refusal = (reason: string) => IndexError

/** As `policyValue`, for other documents that are written by hand. */
export function soundValue(input: unknown, refusal: Refusal): unknown {
  const text = typeof input === 'string' ? input : asText(input, refusal)
  if (text.length > LENGTH_MAX) throw refusal(`is longer than ${LENGTH_MAX} characters`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw refusal('is not JSON')
  }
  requireSound(text, refusal)
  return value
}

/** Going by way of text makes a parsed value mean what its JSON says: no getters, prototypes or `undefined` survive. */
function asText(input: unknown, refusal: Refusal): string {
  let text: string | undefined
  try {
    text = JSON.stringify(input)
  } catch {
    // a cycle, a big integer, or nested until the stack ends
  }
  if (text === undefined) throw refusal('has no JSON form')
  return text
}

// A JSON text's strings (with the colon behind them, if any) and brackets; everything else may be skipped.
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[{}[\]]/g

/** Goes over valid JSON text once, with the names seen in each object that is still open. */
function requireSound(text: string, refusal: Refusal): void {
  const open: Set<string>[] = []
  for (const [token, colon] of text.matchAll(TOKENS)) {
    if (token === '{' || token === '[') open.push(new Set())
    else if (token === '}' || token === ']') open.pop()
    else if (colon !== undefined) requireNewName(JSON.parse(token.slice(0, -colon.length)), open.at(-1), refusal)
    if (open.length > DEPTH_MAX) throw refusal('is nested too deeply')
  }
}

function requireNewName(name: string, seen: Set<string> | undefined, refusal: Refusal): void {
  // Assigned to an object, this name would change the object's prototype instead of adding a field.
  if (name === '__proto__') throw refusal('has a field that does not belong there')
  if (seen?.has(name)) throw refusal('has the same name twice in one object')
  seen?.add(name)
}
