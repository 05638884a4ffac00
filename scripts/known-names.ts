import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { allLocales } from '@faker-js/faker'
import { toBase64 } from '../src/bytes.js'
import { givenName } from '../src/child/normal/given.js'
import { nameHash } from '../src/child/normal/known-names.js'
import { COMMUNITIES } from '../src/testing/population/names.js'
import { BRITISH_NAMES } from './british-names.js'

/** Writes the table of known given names: `npm run tables`. The same packages give the same bytes. */

const require = createRequire(import.meta.url)
const LANGUAGES: readonly unknown[] = [
  require('gender-detection-from-name/names/en.js'),
  require('gender-detection-from-name/names/fr.js'),
  require('gender-detection-from-name/names/es.js'),
  require('gender-detection-from-name/names/it.js'),
  require('gender-detection-from-name/names/de.js'),
  require('gender-detection-from-name/names/tr.js'),
]

/** The module that `src/child/normal/known-names.ts` reads. */
export function tableModule(): string {
  return `// Written by scripts/known-names.ts from lists of given names. Do not edit: npm run tables.
export const KNOWN_NAMES =\n  '${toBase64(table(knownNames()))}'
`
}

/** All given names of the sources, normalised: the first of each, since a second is looked up by itself. */
function knownNames(): ReadonlySet<string> {
  const written = [
    ...Object.values(allLocales).flatMap(({ person }) => texts([person?.first_name, person?.middle_name])),
    ...LANGUAGES.flatMap(keys),
    ...COMMUNITIES.flatMap(({ female, male }) => [...female, ...male]),
    ...BRITISH_NAMES,
  ]
  return new Set(
    written.flatMap((text) => {
      const { first, others } = givenName(text)
      return [first, ...others].filter((name) => [...name].length > 1)
    }),
  )
}

/** Differences of the sorted hashes, as groups of seven bits, the lowest first; the high bit says that more follow. */
function table(names: ReadonlySet<string>): Uint8Array {
  const hashes = [...new Set([...names].map(nameHash))].sort((a, b) => a - b)
  const bytes: number[] = []
  let last = 0
  for (const hash of hashes) {
    let difference = hash - last
    last = hash
    for (; difference > 127; difference >>>= 7) bytes.push((difference & 127) | 128)
    bytes.push(difference)
  }
  return Uint8Array.from(bytes)
}

/** Every text that a value of lists and records holds. */
function texts(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : []
}

function keys(names: unknown): readonly string[] {
  if (!(names instanceof Map)) throw new TypeError('a list of names has another form than it had')
  return [...names.keys()].map(String)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(new URL('../src/child/normal/known-names.table.ts', import.meta.url), tableModule())
}
