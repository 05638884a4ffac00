import {
  type Description,
  describeChild,
  type Field,
  nameOf,
  type Question,
  questionAbout,
} from '../../src/child/keys.js'
import {
  CANDIDATES_MAX,
  type Evidence,
  givenAgrees,
  isCandidate,
  links,
  withoutIdleExchange,
} from '../../src/child/matching.js'
import type { Written } from '../../src/child/written.js'
import { POSTINGS_MAX } from '../../src/hub/children/postings.js'
import type { TrialAnswer } from './trial-index.js'

/** A look-up, and what its agency adds if there are candidates. */
export interface StreamedQuestion {
  readonly details: Written
  readonly confirm: string
}

/** A child that is registered, with a detail that can confirm it. */
export interface StreamedChild {
  readonly details: Written
  readonly confirm: string
}

interface Met {
  readonly place: number
  readonly child: StreamedChild
  /** By reading of the question. */
  readonly fields: readonly Set<Field>[]
}

/**
 * Answers to look-ups over children who pass by one after the other, for populations that take too long to register: the same
 * keys, the same bound of children for each key and the same rule as the hub's, with keys in plain in place of tokens. tests/bench/streamed.test.ts holds
 * it to the hub's index.
 */
export function askStreamed(questions: readonly StreamedQuestion[], children: Iterable<StreamedChild>): TrialAnswer[] {
  const asked = questions.map(({ details }) => questionAbout(details))
  const askers = askersOf(asked)
  const posted = new Map<string, number>()
  const met = questions.map(() => new Map<number, Met>())
  let place = 0
  for (const child of children) {
    for (const key of describeChild(child.details).index) {
      const name = nameOf(key)
      const waiting = askers.get(name)
      if (waiting === undefined) continue
      const count = posted.get(name) ?? 0
      if (count === POSTINGS_MAX) continue
      posted.set(name, count + 1)
      for (const { question, reading } of waiting)
        note(met[question], asked[question], place, child, reading, key.fields)
    }
    place += 1
  }
  return questions.map((question, i) => decide(question, asked[i] as Question, [...(met[i]?.values() ?? [])]))
}

interface Asker {
  readonly question: number
  readonly reading: number
}

function askersOf(questions: readonly Question[]): ReadonlyMap<string, readonly Asker[]> {
  const askers = new Map<string, Asker[]>()
  questions.forEach(({ asked }, question) => {
    asked.forEach(({ index }, reading) => {
      for (const key of index) {
        const list = askers.get(nameOf(key))
        if (list === undefined) askers.set(nameOf(key), [{ question, reading }])
        else list.push({ question, reading })
      }
    })
  })
  return askers
}

function note(
  met: Map<number, Met> | undefined,
  question: Question | undefined,
  place: number,
  child: StreamedChild,
  reading: number,
  fields: readonly Field[],
): void {
  const before = met?.get(place) ?? { place, child, fields: (question?.asked ?? []).map(() => new Set<Field>()) }
  met?.set(place, before)
  for (const field of fields) before.fields[reading]?.add(field)
}

function decide(question: StreamedQuestion, asked: Question, met: readonly Met[]): TrialAnswer {
  const weighed = met.map(({ place, child, fields }) => ({
    place,
    child,
    evidence: evidenceOf(asked, describeChild(child.details), fields),
  }))
  const described = weighed.filter(({ evidence }) => evidence.some(links))
  const same = described.filter(({ evidence }) =>
    evidence.some((each) => givenAgrees(each) && each.meanings.has('given-same')),
  )
  const linked = same.length > 0 ? same : described
  if (linked.length === 1) return { linked: linked[0]?.place, candidates: [], confirmed: undefined }
  const candidates = [...new Set([...linked, ...weighed.filter(({ evidence }) => evidence.some(isCandidate))])]
  const sure =
    candidates.length > CANDIDATES_MAX ? [] : candidates.filter(({ child }) => child.confirm === question.confirm)
  return {
    linked: undefined,
    candidates: candidates.map(({ place }) => place),
    confirmed: sure.length === 1 ? sure[0]?.place : undefined,
  }
}

function evidenceOf(asked: Question, child: Description, fields: readonly Set<Field>[]): readonly Evidence[] {
  const marks = new Set(child.marks.map(nameOf))
  return withoutIdleExchange(
    asked.asked.map(
      (reading, i): Evidence => ({
        isExchanged: i > 0,
        fields: fields[i] ?? new Set(),
        meanings: new Set(reading.marks.filter((key) => marks.has(nameOf(key))).map(({ meaning }) => meaning)),
        question: asked.own.traits,
        child: child.traits,
      }),
    ),
  )
}
