import { equalBytes } from '../bytes.js'
import { IndexError } from '../errors.js'
import type { CustodianKeys } from './desk.js'

/**
 * No lookup key may be a root: whoever asks for tokens could have wraps made by it, and open what is sealed.
 * @throws {IndexError} `ERR_KEY_INVALID`
 */
export function requireKeysApart({ roots, lookupKeys }: Pick<CustodianKeys, 'roots' | 'lookupKeys'>): void {
  const isSound = lookupKeys.every(({ key }) => key.length === 32 && roots.every((root) => !equalBytes(root.key, key)))
  if (!isSound) throw new IndexError('ERR_KEY_INVALID', 'a lookup key is 32 bytes, and no root of its custodian')
}
