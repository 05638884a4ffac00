import type { Store } from '../../src/store/port.js'
import { generateChildren } from '../../src/testing/population/children.js'
import { misrecorded } from '../../src/testing/population/errors.js'
import type { GeneratedDetails } from '../../src/testing/population/household.js'
import { generateLookalikes } from '../../src/testing/population/lookalikes.js'
import { seededRandom } from '../../src/testing/random.js'
import { type Accuracy, accuracyOf, inventedNames } from './measure.js'
import { askStreamed, type StreamedChild } from './streamed.js'
import { openTrialIndex, type TrialAnswer, type TrialChild } from './trial-index.js'

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

interface Asked {
  readonly details: GeneratedDetails
  /** Undefined: nobody registered the child. */
  readonly place: number | undefined
}

/** Look-ups, spread over the children; one in five is about a child who is not registered. */
function drawAsked(children: number, lookups: number, now: number): readonly Asked[] {
  const every = Math.max(1, Math.floor(children / (lookups * 0.8)))
  const asked: Asked[] = []
  let place = 0
  for (const details of generateChildren({ seed: 17, children, now })) {
    if (place % every === 0 && details.expectedDate !== true) asked.push({ details, place })
    place += 1
  }
  for (const details of generateChildren({ seed: 18, children: Math.round(lookups * 0.2), now }))
    if (details.expectedDate !== true) asked.push({ details, place: undefined })
  return asked
}

function accuracy(children: number, asked: readonly Asked[], answers: readonly TrialAnswer[]): Generated {
  const truth = asked.map(({ place }) => new Set(place === undefined ? [] : [place]))
  return { children, ...accuracyOf(answers, truth) }
}

/**
 * Generated children registered in a hub's index, and some of them looked up as agencies with ordinary mistakes in their records would,
 * without a number.
 */
export async function measureGenerated(
  store: Store,
  children: number,
  lookups: number,
  now: number,
): Promise<Generated> {
  const asked = drawAsked(children, lookups, now)
  const index = await openTrialIndex(store)
  const invented = inventedNames(5)
  let page: TrialChild[] = []
  let place = 0
  for (const details of generateChildren({ seed: 17, children, now })) {
    page.push({ details, confirming: [invented.register(place++)] })
    if (page.length < PAGE) continue
    await index.register(page)
    page = []
  }
  await index.register(page)
  const random = seededRandom(13)
  const questions = asked.map((each, i) => ({
    details: misrecorded(each.details, random, { now }).details,
    confirm: invented.ask(each.place, i),
  }))
  return accuracy(children, asked, await index.ask(questions))
}

/** The same of populations that take too long to register: see `streamed.ts`. */
export function measureStreamed(children: number, lookups: number, now: number): Generated {
  const asked = drawAsked(children, lookups, now)
  const invented = inventedNames(5)
  const textOf = ({ parts }: { readonly parts: readonly string[] }): string => parts.join(' ')
  function* registered(): Generator<StreamedChild> {
    let place = 0
    for (const details of generateChildren({ seed: 17, children, now }))
      yield { details, confirm: textOf(invented.register(place++)) }
  }
  const random = seededRandom(13)
  const questions = asked.map((each, i) => ({
    details: misrecorded(each.details, random, { now }).details,
    place: each.place,
    i,
  }))
  // Names are drawn in the order of places, so that both ways of measuring ask the same.
  const names = questions.map(({ place, i }) => textOf(invented.ask(place, i)))
  const answers = askStreamed(
    questions.map(({ details }, i) => ({ details, confirm: names[i] ?? '' })),
    registered(),
  )
  return accuracy(children, asked, answers)
}

const PAGE = 2000
