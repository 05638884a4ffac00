import { wordsOf } from './words.js'

/** Whether a text is what registers write for a child who has no given name yet, or whose name they do not know. */
export function isStandIn(text: string): boolean {
  const words = wordsOf(text, /[\p{Pd}.]/gu).map(({ letters }) => letters)
  const [first] = words
  if (first === undefined) return false
  if (ALWAYS.has(first)) return true
  return WHOLE.has(words.join(''))
}

// Words that make a stand-in of whatever follows them: `Baby Smith`, `Infant of Jane`.
const ALWAYS: ReadonlySet<string> = new Set('baby infant newborn unborn twin triplet unknown unnamed'.split(' '))

const WHOLE: ReadonlySet<string> = new Set(
  `babyboy babygirl boy child female girl male notknown twinone twintwo nk tbc none noname notgiven notstated`.split(
    /\s+/,
  ),
)
