import { utf8Bytes } from '../bytes.js'

/** Where one term was first found. */
export interface FoundTerm {
  /** Place of the term in the list that was given. */
  readonly term: number
  /** Bytes before the find, counted from the first byte read. */
  readonly at: number
  readonly encoding: 'utf-8' | 'utf-16le'
}

export interface SearchOutcome {
  readonly bytesSearched: number
  /** Terms looked for: those of at least five bytes. */
  readonly termsSearched: number
  /** Each term that was found, once, in the order of the finds. */
  readonly found: readonly FoundTerm[]
}

/**
 * Which of many texts stand anywhere in many bytes.
 *
 * The chunks are read as one run, so a find may straddle them. Texts are looked for in UTF-8 and in UTF-16LE, letters
 * A to Z in either case; the answer holds places, never a text. Terms below five bytes are left out. In UTF-8 a term below
 * nine bytes counts only between characters other than A to Z and digits, and only in its own spelling, all capitals or all
 * small: megabytes of ciphertext or base64 hold any five letters by accident.
 *
 * Encrypted, compressed or otherwise encoded bytes are not looked into.
 */
export async function searchBytes(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  terms: readonly string[],
): Promise<SearchOutcome> {
  const patterns = terms.flatMap(patternsOf)
  const index = new GramIndex(patterns)
  const longest = patterns.reduce((max, pattern) => Math.max(max, pattern.folded.length), 0)
  const found = new Map<number, FoundTerm>()
  let bytesSearched = 0
  let kept: Uint8Array = new Uint8Array(0)
  let decided = 0
  const scan = (raw: Uint8Array, isLast: boolean): void => {
    const start = bytesSearched - raw.length
    // What ends with the last byte waits for the byte behind it.
    const limit = isLast ? bytesSearched : bytesSearched - 1
    const folded = fold(raw)
    index.scan(folded, (pattern, at) => {
      const end = start + at + pattern.folded.length
      if (end <= decided || end > limit || found.has(pattern.term)) return
      if (holds(pattern, raw, folded, at))
        found.set(pattern.term, { term: pattern.term, at: start + at, encoding: pattern.encoding })
    })
    decided = Math.max(decided, limit)
  }
  for await (const chunk of chunks) {
    if (chunk.length === 0) continue
    bytesSearched += chunk.length
    const raw = new Uint8Array(kept.length + chunk.length)
    raw.set(kept)
    raw.set(chunk, kept.length)
    scan(raw, false)
    // The longest match that is still to be decided, and the byte before it.
    kept = raw.slice(Math.max(0, raw.length - longest - 1))
  }
  scan(kept, true)
  const termsSearched = new Set(patterns.map((pattern) => pattern.term)).size
  return { bytesSearched, termsSearched, found: [...found.values()] }
}

const BYTES_MIN = 5
const SHORT_BELOW = 9
const GRAM = 4

interface Pattern {
  readonly term: number
  readonly encoding: FoundTerm['encoding']
  readonly folded: Uint8Array
  /** Spellings of a short term, of which one must stand there to the letter. */
  readonly spellings?: readonly Uint8Array[]
}

function patternsOf(text: string, term: number): Pattern[] {
  const plain = utf8Bytes(text)
  if (plain.length < BYTES_MIN) return []
  const wide = new Uint8Array(Buffer.from(text, 'utf16le'))
  const short = plain.length < SHORT_BELOW
  const spellings = [plain, utf8Bytes(text.toUpperCase()), utf8Bytes(text.toLowerCase())]
  return [
    { term, encoding: 'utf-8', folded: fold(plain), ...(short && { spellings }) },
    { term, encoding: 'utf-16le', folded: fold(wide) },
  ]
}

/** Finds where patterns stand, by the four-byte run of each that it shares with the fewest others. */
class GramIndex {
  // One bit per hash: nearly every position of what is searched is passed over after one look.
  readonly #filter = new Uint8Array(1 << 22)
  readonly #byGram = new Map<number, { readonly pattern: Pattern; readonly offset: number }[]>()

  constructor(patterns: readonly Pattern[]) {
    const frequency = new Map<number, number>()
    for (const { folded } of patterns)
      for (const gram of grams(folded)) frequency.set(gram, (frequency.get(gram) ?? 0) + 1)
    for (const pattern of patterns) {
      const all = grams(pattern.folded)
      const offset = all.reduce(
        (best, gram, i) => ((frequency.get(gram) ?? 0) < (frequency.get(all[best] ?? 0) ?? 0) ? i : best),
        0,
      )
      const gram = all[offset] ?? 0
      this.#filter[hashOf(gram)] = 1
      const alike = this.#byGram.get(gram)
      if (alike === undefined) this.#byGram.set(gram, [{ pattern, offset }])
      else alike.push({ pattern, offset })
    }
  }

  scan(folded: Uint8Array, onMatch: (pattern: Pattern, at: number) => void): void {
    let gram = 0
    for (let i = 0; i < folded.length; i++) {
      gram = (gram << 8) | (folded[i] as number)
      if (this.#filter[hashOf(gram)] === 0 || i < GRAM - 1) continue
      for (const { pattern, offset } of this.#byGram.get(gram) ?? []) {
        const at = i - GRAM + 1 - offset
        if (at >= 0 && standsAt(pattern.folded, folded, at)) onMatch(pattern, at)
      }
    }
  }
}

function grams(bytes: Uint8Array): number[] {
  const out: number[] = []
  let gram = 0
  for (let i = 0; i < bytes.length; i++) {
    gram = (gram << 8) | (bytes[i] as number)
    if (i >= GRAM - 1) out.push(gram)
  }
  return out
}

function hashOf(gram: number): number {
  return Math.imul(gram, 0x9e3779b1) >>> 10
}

function standsAt(pattern: Uint8Array, bytes: Uint8Array, at: number): boolean {
  if (at + pattern.length > bytes.length) return false
  for (let i = 0; i < pattern.length; i++) if (pattern[i] !== bytes[at + i]) return false
  return true
}

function holds(pattern: Pattern, raw: Uint8Array, folded: Uint8Array, at: number): boolean {
  if (pattern.spellings === undefined) return true
  if (isWordByte(folded[at - 1]) || isWordByte(folded[at + pattern.folded.length])) return false
  return pattern.spellings.some((spelling) => standsAt(spelling, raw, at))
}

/** A digit or a letter a to z. */
function isWordByte(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x7a))
}

function fold(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length)
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number
    out[i] = byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte
  }
  return out
}
