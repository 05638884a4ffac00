import type { Store } from '../../src/store/port.js'
import { generateChildren } from '../../src/testing/population/children.js'
import { misrecorded } from '../../src/testing/population/errors.js'
import type { GeneratedDetails } from '../../src/testing/population/household.js'
import { generateLookalikes } from '../../src/testing/population/lookalikes.js'
import { seededRandom } from '../../src/testing/random.js'
import { type Accuracy, accuracyOf, inventedNames } from './measure.js'
import { openTrialIndex, type TrialChild } from './trial-index.js'

export interface Lookalikes {
  readonly cases: number
  /** Automatic links to another child than the one meant. */
  readonly falseLinks: number
  readonly right: number
  readonly candidates: number
}

/** Look-ups about children who are easily taken for others, in one index, so that every case stands beside all the others. */
export async function measureLookalikes(store: Store, cases: number, now: number): Promise<Lookalikes> {
  const all = generateLookalikes({ seed: 11, cases, now })
  const index = await openTrialIndex(store)
  await index.register(all.flatMap(({ registered }) => registered.map((details) => ({ details }))))
  const answers = await index.ask(all.map(({ lookup }) => ({ details: lookup })))
  let [place, falseLinks, right, candidates] = [0, 0, 0, 0]
  all.forEach(({ registered, isRegistered }, i) => {
    const meant = isRegistered === undefined ? undefined : place + isRegistered
    place += registered.length
    const answer = answers[i]
    if (answer?.linked === undefined) candidates += (answer?.candidates.length ?? 0) > 0 ? 1 : 0
    else if (answer.linked === meant) right += 1
    else falseLinks += 1
  })
  return { cases, falseLinks, right, candidates }
}

export interface Generated extends Accuracy {
  readonly children: number
}

/**
 * Generated children registered, and some of them looked up as agencies with ordinary mistakes in their records would, without a number;
 * one look-up in five is about a child who is not registered.
 */
export async function measureGenerated(
  store: Store,
  children: number,
  lookups: number,
  now: number,
): Promise<Generated> {
  const index = await openTrialIndex(store)
  const invented = inventedNames(5)
  const random = seededRandom(13)
  const every = Math.max(1, Math.floor(children / (lookups * 0.8)))
  const asked: { readonly details: GeneratedDetails; readonly place: number | undefined }[] = []
  let page: TrialChild[] = []
  let place = 0
  for (const details of generateChildren({ seed: 17, children, now })) {
    if (place % every === 0 && details.expectedDate !== true) asked.push({ details, place })
    page.push({ details, confirming: [invented.register(place)] })
    place += 1
    if (page.length === PAGE) {
      await index.register(page)
      page = []
    }
  }
  await index.register(page)
  for (const details of generateChildren({ seed: 18, children: Math.round(lookups * 0.2), now }))
    if (details.expectedDate !== true) asked.push({ details, place: undefined })
  const answers = await index.ask(
    asked.map((each, i) => ({
      details: misrecorded(each.details, random, { now }).details,
      confirm: invented.ask(each.place, i),
    })),
  )
  const truth = asked.map((each) => new Set(each.place === undefined ? [] : [each.place]))
  return { children, ...accuracyOf(answers, truth) }
}

const PAGE = 2000
