/**
 * Whether a word of a name mixes letters of a script that has look-alikes with letters of another script: `Мaria`, whose
 * first letter is Cyrillic. No such word is a name, and none may pass for the one that it looks like.
 */
export function hasMixedScripts(text: string): boolean {
  return text
    .normalize('NFKC')
    .split(/[\s\p{Pd}]+/u)
    .some(isMixed)
}

function isMixed(word: string): boolean {
  if (/^[a-z]*$/i.test(word)) return false
  const letters = word.replace(NOT_OF_A_SCRIPT, '')
  return LOOKED_ALIKE.some((script) => script.test(letters) && letters.replace(new RegExp(script, 'gu'), '') !== '')
}

const NOT_OF_A_SCRIPT = /[^\p{L}]|\p{Script=Common}|\p{Script=Inherited}/gu

// Scripts with capitals; their letters are taken for each other's.
const LOOKED_ALIKE: readonly RegExp[] = ['Latin', 'Cyrillic', 'Greek', 'Armenian', 'Cherokee', 'Coptic', 'Lisu'].map(
  (script) => new RegExp(`\\p{Script=${script}}`, 'u'),
)
