import type { HpkeKey } from '../seal/hpke.js'

/** One-use keys of openings, kept by the officer alone. */
export interface OneUseKeys {
  save(opening: string, key: HpkeKey, expiry: number): Promise<void>
  /** The key, undefined once it has expired: it is deleted then. */
  load(opening: string, now: number): Promise<HpkeKey | undefined>
}

/** One-use keys that live as long as the process. */
export function memoryOneUseKeys(): OneUseKeys {
  const kept = new Map<string, { readonly key: HpkeKey; readonly expiry: number }>()
  return {
    async save(opening, key, expiry) {
      kept.set(opening, { key, expiry })
    },
    async load(opening, now) {
      for (const [id, { key, expiry }] of kept) {
        if (expiry > now) continue
        key.privateKey.fill(0)
        kept.delete(id)
      }
      return kept.get(opening)?.key
    },
  }
}
