/** A postcode as it is compared. `unit` is the whole postcode, `district` its first half: `KT190ST` and `KT19`. */
export type Postcode =
  | { readonly kind: 'full'; readonly unit: string; readonly district: string }
  | { readonly kind: 'pseudo' }
  | { readonly kind: 'other'; readonly text: string }
  | { readonly kind: 'empty' }

/** The postcode that a text spells, repaired where that is possible in one way only. */
export function readPostcode(text: string): Postcode {
  const bare = text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '')
  if (bare === '') return { kind: 'empty' }
  if (bare.startsWith('ZZ99') || bare === 'NFA') return { kind: 'pseudo' }
  if (/^[A-Z]{1,2}[0-9][0-9A-Z]?[0-9][A-Z]{2}$/.test(bare)) {
    return { kind: 'full', unit: bare, district: bare.slice(0, -3) }
  }
  return { kind: 'other', text: bare }
}
