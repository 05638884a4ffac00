import type { Random } from '../bytes.js'
import { IndexError } from '../errors.js'
import { presentKey } from '../seal/wrap.js'
import type { CustodianKeys } from './desk.js'
import type { CustodianMemory } from './state.js'

/** How long a sealer may take from a wrap to the registration that uses it. */
const SEALING_MS = 15 * 60_000

/** The keys with one root more: what is sealed from now on depends on it, and what was sealed before on the others. */
export function withNewRoot(keys: CustodianKeys, random: Random): CustodianKeys {
  const { generation } = presentKey(keys.roots)
  return { ...keys, roots: [...keys.roots, { generation: generation + 1, key: random(32) }] }
}

/**
 * The keys without a root that nothing is wrapped under any longer.
 *
 * What still lies under it would never open again. The hub's last word, after a whole walk, says how much that is.
 * @param anyway also where records may still need it
 * @throws {IndexError} `ERR_REQUEST_INVALID` for the present root, one that is not there, or one that may still be needed
 */
export function withoutRoot(
  keys: CustodianKeys,
  generation: number,
  { left, root, rootAt }: Pick<CustodianMemory, 'left' | 'root' | 'rootAt'>,
  anyway: boolean,
): CustodianKeys {
  const invalid = (message: string): IndexError =>
    new IndexError('ERR_REQUEST_INVALID', message, { field: 'generation' })
  const present = presentKey(keys.roots)
  if (generation === present.generation) throw invalid('the present root is in use: make a new one first')
  const [first, ...rest] = keys.roots.filter((root) => root.generation !== generation)
  if (first === undefined || rest.length + 1 === keys.roots.length) throw invalid('there is no root of this generation')
  // A rotation that was cut short did not say when it was: the next one does.
  const walked = root === present.generation && left?.root === present.generation && left.at >= rootAt + SEALING_MS
  const needed = left?.left.find((each) => each.generation === generation)?.records ?? 0
  if (!anyway && !walked)
    throw invalid(
      'records may still need this root: have the hub wrap their shares anew, a quarter of an hour after the rotation or later',
    )
  if (!anyway && needed > 0)
    throw invalid(`${needed} records still need this root: have the hub wrap their shares anew first`)
  return { ...keys, roots: [first, ...rest] }
}

/**
 * Passes when the keys at hand have the newest root. A process that was started before the rotation, or from an old copy of the
 * key file, must not seal under a root that is about to be deleted.
 * @throws {IndexError} `ERR_KEY_WRONG`
 */
export function requireNewestRoot(keys: CustodianKeys, { root }: Pick<CustodianMemory, 'root'>): void {
  if (presentKey(keys.roots).generation >= root) return
  throw new IndexError(
    'ERR_KEY_WRONG',
    'this custodian’s key file lacks its newest root: start it with the present file',
  )
}
