import { dirname, resolve } from 'node:path'
import { exists } from '../../embedded/files.js'
import { IndexError } from '../../errors.js'
import type { Cases } from '../../policy/cases/cases.js'
import { parseCases } from '../../policy/cases/parse.js'
import { isPolicyName, POLICY_NAMES, policyNamed } from '../../policy/named.js'
import { parsePolicy } from '../../policy/parse.js'
import type { Policy } from '../../policy/policy.js'
import { smallText } from '../mapping.js'

const BYTES_MAX = 1024 * 1024

/**
 * A policy from a file, or one that comes with the package, by its name. The name goes first.
 * @throws {IndexError} `ERR_FILE_MISSING`, `ERR_FILE_INVALID`, `ERR_POLICY_INVALID`; `ERR_POLICY_UNKNOWN` for a word that is neither
 */
export async function policyFrom(fileOrName: string, folder = '.'): Promise<Policy> {
  if (isPolicyName(fileOrName)) return policyNamed(fileOrName)
  const path = resolve(folder, fileOrName)
  if (/^[\w-]+$/.test(fileOrName) && !(await exists(path))) {
    const names = POLICY_NAMES.join(', ')
    throw new IndexError('ERR_POLICY_UNKNOWN', `neither a file nor a policy that comes with the package: ${names}`)
  }
  return parsePolicy(await smallText(path, BYTES_MAX, 'the policy file'))
}

/** The cases of a file. */
export async function casesFrom(file: string): Promise<Cases> {
  return parseCases(await smallText(file, BYTES_MAX, 'the cases file'))
}

/** The policy that cases are for: the one that was given, else the one that their file names, sought from where it lies. */
export async function policyOfCases(file: string, cases: Cases, given: string | undefined): Promise<Policy> {
  if (given !== undefined) return policyFrom(given)
  if (cases.policy !== undefined) return policyFrom(cases.policy, dirname(file))
  throw new IndexError('ERR_REQUEST_INVALID', 'the cases file names no policy: give one', { field: '--policy' })
}
