import { readKeyFile, replaceFile } from '../embedded/files.js'
import { encodeKeyFile, type StoredOneUseKey } from '../key-file.js'
import type { OneUseKeys } from '../officer.js'
import { systemClock } from '../system.js'

/**
 * One-use keys in the officer's own key file. Each rewriting is whole or not at all, and leaves out what has expired:
 * after its expiry an opening cannot be read, even with the file.
 */
export function fileOneUseKeys(file: string): OneUseKeys {
  return {
    async save(opening, key, expiry) {
      await rewrite(file, (kept) => [...kept, { opening, key, expiry }], systemClock())
    },
    async load(opening, now) {
      const kept = await rewrite(file, (all) => all, now)
      return kept.find((each) => each.opening === opening)?.key
    },
  }
}

/** Openings whose one-use key is in the file and has not expired, oldest first. */
export async function readableOpenings(file: string, now: number): Promise<readonly string[]> {
  const { oneUseKeys } = await readKeyFile(file, 'officer')
  return oneUseKeys.filter(({ expiry }) => expiry > now).map(({ opening }) => opening)
}

async function rewrite(
  file: string,
  change: (kept: readonly StoredOneUseKey[]) => readonly StoredOneUseKey[],
  now: number,
): Promise<readonly StoredOneUseKey[]> {
  const content = await readKeyFile(file, 'officer')
  const live = content.oneUseKeys.filter(({ expiry }) => expiry > now)
  const oneUseKeys = change(live)
  const isChanged = oneUseKeys !== live || live.length < content.oneUseKeys.length
  if (isChanged) await replaceFile(file, encodeKeyFile({ ...content, oneUseKeys }))
  return oneUseKeys
}
