import { equalBytes } from '../bytes.js'
import { replaceFile } from '../embedded/files.js'
import { IndexError } from '../errors.js'
import type { Hub } from '../hub.js'
import { encodeKeyFile, type KeyFile } from '../key-file.js'

export type PartyFile = Extract<KeyFile, { kind: 'agency' | 'officer' | 'sealer' }>

/**
 * What a key file holds, with the key that counts: once the roster names the next one, that takes its place in the file too,
 * and the former signing key is gone. For a file between two keys, whatever it was cut short by.
 * @throws {IndexError} `ERR_KEY_WRONG` for a file of another hub
 */
export async function present<File extends PartyFile>(hub: Hub, path: string, file: File): Promise<File> {
  if (!equalBytes(file.pin.hub, hub.id)) throw new IndexError('ERR_KEY_WRONG', 'the key file belongs to another hub')
  const { next, ...rest } = file
  const named = hub.roster().parties.get(file.id)?.keys.signing
  if (next === undefined || named === undefined || !equalBytes(named, next.signing.publicKey)) return file
  const promoted = { ...rest, key: next } as File
  await replaceFile(path, encodeKeyFile(promoted))
  return promoted
}
