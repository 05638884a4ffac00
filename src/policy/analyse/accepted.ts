import { z } from 'zod'
import { parse } from '../../door.js'
import { IndexError } from '../../errors.js'
import type { Analysis } from './analyse.js'
import type { Finding } from './finding.js'

/** Findings about one policy that somebody has looked at and means to keep, each with a reason. */
export interface AcceptedFindings {
  /** The policy that was looked at: 64 hexadecimal digits. For any other nothing is accepted. */
  readonly policyHash: string
  readonly accepted: readonly { readonly id: string; readonly reason: string }[]
}

const LENGTH_MAX = 1_048_576

const text = z.string().regex(/^[^\p{Cc}\p{Cs}]{1,1000}$/u)

const schema: z.ZodType<AcceptedFindings> = z.strictObject({
  policyHash: z.string().regex(/^[0-9a-f]{64}$/),
  accepted: z.array(z.strictObject({ id: text, reason: text })).max(10_000),
})

/**
 * The accepted findings in JSON text, such as that of `policies/england-illustrative.accepted.json`.
 * @throws {IndexError} `ERR_FILE_INVALID` for what is not such a file, or accepts a finding twice; `field` is the path
 */
export function parseAccepted(json: string): AcceptedFindings {
  const accepted = parse(schema, jsonOf(json), 'ERR_FILE_INVALID', 'accepted findings')
  const ids = accepted.accepted.map(({ id }) => id)
  const twice = ids.findIndex((id, index) => ids.indexOf(id) < index)
  if (twice >= 0) throw refusal('accepts a finding twice', `accepted[${twice}].id`)
  return accepted
}

function jsonOf(json: string): unknown {
  if (json.length > LENGTH_MAX) throw refusal(`is longer than ${LENGTH_MAX} characters`)
  try {
    return JSON.parse(json)
  } catch {
    throw refusal('is not JSON')
  }
}

function refusal(reason: string, field?: string): IndexError {
  return new IndexError('ERR_FILE_INVALID', `accepted findings: ${field ?? 'the file'} ${reason}`, { field })
}

/** The findings that nobody has accepted: all of them, if the policy is another than the one that was looked at. */
export function unaccepted(analysis: Analysis, accepted: AcceptedFindings): readonly Finding[] {
  if (accepted.policyHash !== analysis.policyHash) return analysis.findings
  const ids = new Set(accepted.accepted.map(({ id }) => id))
  return analysis.findings.filter(({ id }) => !ids.has(id))
}
