import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type GeneratedChild, searchTerms, toNdjson } from '../../testing/population.js'
import { searchBytes } from '../../testing/search-bytes.js'

/** What a search for everybody's personal details came to. */
export interface FolderSearch {
  readonly files: number
  readonly bytes: number
  readonly terms: number
  /** Where something was found: at most one place for each term. Never the term. */
  readonly found: readonly { readonly file: string; readonly at: number }[]
}

/** Terms of one pass: what is kept of them in memory stays below a few hundred megabytes. */
const TERMS_PER_PASS = 200_000

/** Searches every file of a folder, at any depth and by any name, for the details of these people. */
export async function searchFolder(
  path: string,
  people: readonly GeneratedChild[],
  options: { readonly only?: (file: string) => boolean; readonly signal?: AbortSignal | undefined } = {},
): Promise<FolderSearch> {
  const files = (await filesIn(path)).filter(({ name }) => options.only?.(name) ?? true)
  const terms = [...new Set(people.flatMap(searchTerms))]
  const found: { file: string; at: number }[] = []
  let searched = 0
  for (let from = 0; from < terms.length; from += TERMS_PER_PASS) {
    const run = new Run(path, files, options.signal)
    const outcome = await searchBytes(run, terms.slice(from, from + TERMS_PER_PASS))
    searched += outcome.termsSearched
    found.push(...outcome.found.map(({ at }) => run.place(at)))
  }
  return { files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0), terms: searched, found }
}

/**
 * How many of these people the same search finds in the plain file of their details: everybody, or a search that found
 * nothing elsewhere says nothing.
 */
export async function searchControl(people: readonly GeneratedChild[]): Promise<number> {
  const PEOPLE_PER_PASS = 5_000
  let found = 0
  for (let from = 0; from < people.length; from += PEOPLE_PER_PASS) {
    const some = people.slice(from, from + PEOPLE_PER_PASS)
    const owners = some.flatMap((child, owner) => searchTerms(child).map((term) => ({ term, owner })))
    const outcome = await searchBytes(
      [Buffer.from(toNdjson(some))],
      owners.map(({ term }) => term),
    )
    found += new Set(outcome.found.map(({ term }) => owners[term]?.owner)).size
  }
  return found
}

interface FoundFile {
  readonly name: string
  readonly size: number
}

async function filesIn(path: string): Promise<readonly FoundFile[]> {
  const names = (await readdir(path, { recursive: true })).sort()
  const all = await Promise.all(names.map(async (name) => ({ name, stats: await stat(join(path, name)) })))
  return all.filter(({ stats }) => stats.isFile()).map(({ name, stats }) => ({ name, size: stats.size }))
}

/** The files as one run of bytes, each behind its own name, which is thereby searched too. */
class Run implements AsyncIterable<Uint8Array> {
  readonly #starts: { readonly file: string; readonly name: number; readonly content: number }[] = []
  readonly #path: string
  readonly #files: readonly FoundFile[]
  readonly #signal: AbortSignal | undefined

  constructor(path: string, files: readonly FoundFile[], signal: AbortSignal | undefined) {
    this.#path = path
    this.#files = files
    this.#signal = signal
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    let at = 0
    for (const { name } of this.#files) {
      const title = Buffer.from(`\n${name}\n`)
      this.#starts.push({ file: name, name: at, content: at + title.length })
      at += title.length
      yield title
      for await (const chunk of createReadStream(join(this.#path, name), { highWaterMark: 1 << 20 })) {
        this.#signal?.throwIfAborted()
        at += (chunk as Buffer).length
        yield chunk as Buffer
      }
    }
  }

  /** Which file a byte of the run is of, and where in it; negative for the name. */
  place(at: number): { readonly file: string; readonly at: number } {
    const start = this.#starts.findLast(({ name }) => name <= at)
    return start === undefined ? { file: '', at } : { file: start.file, at: at - start.content }
  }
}
