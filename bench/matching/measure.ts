import type { LookupKey } from '../../src/child/keys.js'
import type { Store } from '../../src/store/port.js'
import { type SeededRandom, seededRandom } from '../../src/testing/random.js'
import type { DataSet } from './data.js'
import { openTrialIndex, type TrialAnswer, type TrialChild, type TrialQuestion } from './trial-index.js'

/** How look-ups came out, as shares of those whose child is registered. */
export interface Accuracy {
  readonly lookups: number
  /** Of all that was linked, with or without a confirmation, what was right. */
  readonly precision: number
  readonly recallAutomatic: number
  readonly recallWithCandidates: number
  /** Links to another child than the one meant; confirmed ones count too. */
  readonly falseLinks: number
  /** More than three candidates: nobody is asked to choose. */
  readonly many: number
}

/** What the agency adds where there are candidates: a second given name, invented for every person, that both sides know. */
export interface Invented {
  readonly register: (place: number) => LookupKey
  readonly ask: (place: number | undefined, lookup: number) => LookupKey
}

/**
 * Second given names that the data set does not have: of 400, so that some people share one. A detail of another sort,
 * such as an address, is true of twins as well, and confirms nobody whose given name differs.
 */
export function inventedNames(seed: number): Invented {
  const draws = seededRandom(seed)
  const drawn: string[] = []
  const nameOf = (place: number): string => {
    while (drawn.length <= place) drawn.push(oneOf(draws))
    return drawn[place] as string
  }
  const stranger = seededRandom(seed + 1)
  const key = (name: string): LookupKey => ({ kind: 'other-given-name/2', parts: [name] })
  return {
    register: (place) => key(nameOf(place)),
    ask: (place) => key(place === undefined ? oneOf(stranger) : nameOf(place)),
  }
}

const SYLLABLES = 'an bel cor dan el fay gar hal ine jor kel lor mar nel or pal ric sel tam van'.split(' ')

function oneOf(random: SeededRandom): string {
  return random.pick(SYLLABLES) + random.pick(SYLLABLES)
}

/** A data set registered and looked up. Without a column to confirm with, second given names are invented. */
export async function measureDataSet(data: DataSet, store: Store, births: 'single' | 'unknown'): Promise<Accuracy> {
  const index = await openTrialIndex(store)
  const invented = inventedNames(7)
  const known = births === 'single' ? { multipleBirth: false } : {}
  await index.register(
    data.registered.map(
      ({ details }, place): TrialChild => ({
        details: { ...details, ...known },
        confirming: [invented.register(place)],
      }),
    ),
  )
  const truth = data.lookups.map((_, i) => data.truth.get(i) ?? new Set<number>())
  const answers = await index.ask(
    data.lookups.map(({ details, confirm }, i): TrialQuestion => {
      const [place] = truth[i] ?? []
      return { details, confirm: confirm === undefined ? invented.ask(place, i) : confirm }
    }),
  )
  return accuracyOf(answers, truth)
}

export function accuracyOf(answers: readonly TrialAnswer[], truth: readonly ReadonlySet<number>[]): Accuracy {
  let [automatic, confirmed, falseLinks, many, registered] = [0, 0, 0, 0, 0]
  answers.forEach(({ linked, confirmed: sure, candidates }, i) => {
    const right = truth[i] ?? new Set()
    if (right.size > 0) registered += 1
    const answered = linked ?? sure
    if (answered === undefined) many += candidates.length > 3 ? 1 : 0
    else if (!right.has(answered)) falseLinks += 1
    else if (linked === undefined) confirmed += 1
    else automatic += 1
  })
  const all = automatic + confirmed + falseLinks
  return {
    lookups: answers.length,
    precision: all === 0 ? 1 : (automatic + confirmed) / all,
    recallAutomatic: automatic / registered,
    recallWithCandidates: (automatic + confirmed) / registered,
    falseLinks,
    many,
  }
}
