import { toHex } from '../bytes.js'
import { IndexError } from '../errors.js'
import { requireSoundPublicKey } from '../signature.js'
import type { Witness } from './roster.js'

/** @throws {IndexError} `ERR_KEY_INVALID`; `ERR_ROSTER_INVALID` where one witness would count as two */
export function requireSoundWitnesses(witnesses: readonly Witness[]): void {
  for (const { publicKey } of witnesses) requireSoundPublicKey(publicKey)
  const names = new Set(witnesses.map(({ name }) => name))
  const keys = new Set(witnesses.map(({ publicKey }) => toHex(publicKey)))
  if (names.size !== witnesses.length || keys.size !== witnesses.length)
    throw new IndexError('ERR_ROSTER_INVALID', 'two witnesses have one name or one key')
}
