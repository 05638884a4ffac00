/**
 * The name as lookup tokens see it: the same for `Zoë O’Brien-Smith`, `ZOE OBRIEN SMITH` and `zoe o'brien smith`.
 *
 * Lookup tokens are made from the answer, so another rule is another version of the normalisation (`normal/version.ts`).
 * Total, deterministic, idempotent, independent of locale. In this order: compatibility decomposition (NFKD); optional marks dropped;
 * case folded (by way of upper case, so that `ß` is `ss`); `ł ø đ æ œ …` written plainly; spaces, hyphens,
 * apostrophes, full stops and everything else that is no letter dropped. Letters of any script stay letters: nothing is
 * transliterated, `Мария` is not `Maria`. An empty answer means that the text holds no letter.
 */
export function normaliseName(text: string): string {
  // Most words are this plain, and a million children have ten million of them.
  if (/^[A-Za-z]*$/.test(text)) return text.toLowerCase()
  const folded = text.normalize('NFKD').replace(OPTIONAL_MARKS, '').toUpperCase().toLowerCase()
  const plain = folded.replace(/[ßæœøłđðþħŧς]/g, (letter) => PLAIN[letter] ?? letter)
  return plain.replace(NOT_LETTERS, '')
}

/** The postcode as lookup tokens see it: upper-case letters and digits only, `kt19 0st` as `KT190ST`. */
export function normalisePostcode(text: string): string {
  return text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '')
}

// Marks that writers leave out: diacritics, Hebrew points, Arabic vowel signs and hamza, variation selectors.
// Indic, Thai and Tibetan vowel signs and the Japanese voicing mark tell names apart, so they stay.
const OPTIONAL_MARKS = new RegExp(
  `[${[
    '\\u0300-\\u036F\\u1AB0-\\u1AFF\\u1DC0-\\u1DFF\\u20D0-\\u20FF\\uFE20-\\uFE2F', // combining diacritics
    '\\u0483-\\u0489', // Cyrillic titlo and its like
    '\\u0591-\\u05C7', // Hebrew
    '\\u0610-\\u061A\\u064B-\\u065F\\u0670\\u06D6-\\u06ED', // Arabic
    '\\uFE00-\\uFE0F\\u{E0100}-\\u{E01EF}', // variation selectors
  ].join('')}]`,
  'gu',
)

// Letters that no normal form takes apart, with the letters that British systems write instead.
const PLAIN: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ŧ: 't',
  ς: 'σ',
}

// Apostrophes that Unicode counts as letters, and the Arabic stroke that only stretches a word.
const NOT_LETTERS = /[^\p{L}\p{M}\p{N}]|[\u02B0-\u02FF\u0640]/gu
