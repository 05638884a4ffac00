import { FORMAL_NAMES } from './formal-names.js'
import { spellingOf } from './spellings.js'

export { spellingOf }

/**
 * The formal names, at most three, that a short or pet form stands for, the likeliest first, in the spelling that
 * `spellingOf` gives; empty where it is none. A name that is both (`Jack`, `Harry`) has them too.
 */
export function formalNamesOf(first: string): readonly string[] {
  return FORMAL.get(spellingOf(first)) ?? []
}

const FORMAL: ReadonlyMap<string, readonly string[]> = byShortForm(FORMAL_NAMES)

function byShortForm(lines: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const out = new Map<string, readonly string[]>()
  for (const line of lines) {
    const [formal = '', shorts = ''] = line.split(': ')
    for (const short of shorts.split(' ')) {
      out.set(short, [...(out.get(short) ?? []), formal])
    }
  }
  return out
}
