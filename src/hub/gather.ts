import type { Ledger, Writes } from './ledger.js'

/** What several pieces of work write together, and what comes of each, in their order. */
export interface Gathered<Result> {
  readonly writes: Writes | undefined
  readonly results: readonly Result[]
}

interface Waiting<Item, Result> {
  readonly item: Item
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

/**
 * Lets work of one kind share a commit, which costs as much for one as for a hundred: what arrives while the ledger is busy is written
 * together as soon as it is free, in order of arrival. Nothing waits for company: a lone one is written at once.
 * @param weigh how much an item adds to a commit, which takes items up to `most`, and one in any case
 * @param build as `Ledger.write` takes it, and run again as it says
 */
export function gathering<Item, Result>(
  ledger: Pick<Ledger, 'write'>,
  weigh: (item: Item) => number,
  most: number,
  build: (items: readonly Item[], position: number, at: number) => Promise<Gathered<Result>>,
): (item: Item) => Promise<Result> {
  const waiting: Waiting<Item, Result>[] = []

  /** Those whose turn it is. The rest gets a write of its own, behind this one. */
  function take(): readonly Waiting<Item, Result>[] {
    let weight = 0
    const end = waiting.findIndex(({ item }, index) => {
      weight += weigh(item)
      return index > 0 && weight > most
    })
    const taken = waiting.splice(0, end < 0 ? waiting.length : end)
    if (waiting.length > 0) void write()
    return taken
  }

  /** Writes what waits by then, or what is given. */
  async function write(given?: readonly Waiting<Item, Result>[]): Promise<void> {
    let taken = given
    let results: readonly Result[] = []
    try {
      await ledger.write(async (position, at) => {
        taken ??= take()
        const built = await build(
          taken.map(({ item }) => item),
          position,
          at,
        )
        results = built.results
        return built.writes
      })
      taken?.forEach(({ resolve }, index) => {
        resolve(results[index] as Result)
      })
    } catch (error) {
      const failed = taken ?? take()
      // What one of them is to blame for must not be the others' loss: each for itself.
      if (failed.length > 1) for (const each of failed) void write([each])
      else failed[0]?.reject(error)
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (waiting.length === 1) void write()
    })
}
