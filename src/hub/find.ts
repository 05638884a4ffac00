import type { ChildId } from '../child/identifiers.js'
import type { Field, Meaning } from '../child/keys.js'
import { marksOf, unpackMarks } from '../child/marks.js'
import { backsNumber, type Evidence, givenAgrees, isCandidate, links, maySeemTwice } from '../child/matching.js'
import type { ChildTable } from './children.js'
import type { HubContext } from './context.js'
import { nameOf } from './custodians.js'
import type { PostingTable } from './postings.js'
import type { ChildRow } from './rows.js'
import { standing } from './standing.js'
import type { TokenedQuestion, TokenedReading } from './tokens.js'

/** A child that a question may mean, and what speaks for it. */
export interface Found {
  readonly row: ChildRow
  /** It links, if no number contradicts. */
  readonly isDescribed: boolean
  readonly givenIsSame: boolean
  readonly givenAgrees: boolean
  readonly mayBe: boolean
  /** It seems to be registered, and not to link. */
  readonly mayBeTwice: boolean
  readonly number: 'agrees' | 'contradicts' | 'silent'
  /** One of its numbers agrees, whatever the others do. */
  readonly hasNumber: boolean
  /** It has no number besides those of the question. */
  readonly hasOnlyTheseNumbers: boolean
  /** Whether the rest of the question goes with the number. */
  readonly isBacked: boolean
}

/** Children whose rows are looked at for one question: those with most in common. */
const LOOKED_AT_MAX = 32

/** Every token that a question is answered from. */
export function tokensAskedFor({ own, asked }: TokenedQuestion): readonly Uint8Array[] {
  return [...own.numbers, ...asked.flatMap(({ index }) => index)].map(({ token }) => token)
}

/** Whose rows must be loaded before `find`. */
export function pointedAt(question: TokenedQuestion, postings: PostingTable): readonly ChildId[] {
  return [...underNumbers(question, postings), ...mostInCommon(question, postings).map(({ childId }) => childId)]
}

/** Children that a question may mean. The rows of those that tokens point at must be in the table. */
export function find(
  hub: Pick<HubContext, 'id' | 'keys'>,
  question: TokenedQuestion,
  postings: PostingTable,
  children: ChildTable,
): readonly Found[] {
  const common = mostInCommon(question, postings)
  const fields = new Map(common.map((each) => [nameOf(each.childId), each.fields]))
  const found = new Map<string, Found>()
  for (const childId of [...underNumbers(question, postings), ...common.map((each) => each.childId)]) {
    const row = standing(children, childId)
    if (row === undefined || found.has(nameOf(row.childId))) continue
    found.set(nameOf(row.childId), weighed(hub, question, row, fields.get(nameOf(childId)) ?? []))
  }
  return [...found.values()]
}

function underNumbers({ own }: TokenedQuestion, postings: PostingTable): readonly ChildId[] {
  return own.numbers.flatMap(({ token }) => postings.get(token))
}

interface Common {
  readonly childId: ChildId
  /** By reading. */
  readonly fields: readonly Set<Field>[]
  hits: number
}

function mostInCommon({ asked }: TokenedQuestion, postings: PostingTable): readonly Common[] {
  const all = new Map<string, Common>()
  asked.forEach(({ index }, reading) => {
    for (const { token, fields } of index) {
      for (const childId of postings.get(token)) {
        const name = nameOf(childId)
        const common = all.get(name) ?? { childId, fields: asked.map(() => new Set<Field>()), hits: 0 }
        all.set(name, common)
        common.hits += 1
        for (const field of fields) common.fields[reading]?.add(field)
      }
    }
  })
  return [...all.values()].sort((a, b) => b.hits - a.hits).slice(0, LOOKED_AT_MAX)
}

function weighed(
  hub: Pick<HubContext, 'id' | 'keys'>,
  question: TokenedQuestion,
  row: ChildRow,
  fields: readonly ReadonlySet<Field>[],
): Found {
  const marks = unpackMarks(row.marks)
  const evidence = question.asked.map(
    (reading, index): Evidence => ({
      fields: fields[index] ?? NONE,
      meanings: meaningsOf(hub, reading, row, marks),
      question: question.own.traits,
      child: row.traits,
    }),
  )
  return {
    row,
    isDescribed: evidence.some(links),
    givenIsSame: evidence.some((each) => givenAgrees(each) && each.meanings.has('given-same')),
    givenAgrees: evidence.some(givenAgrees),
    mayBe: evidence.some(isCandidate),
    mayBeTwice: evidence.some(maySeemTwice),
    ...numbersOf(hub, question, row),
    isBacked: evidence.length === 0 || evidence.some(backsNumber),
  }
}

const NONE: ReadonlySet<Field> = new Set()

function meaningsOf(
  hub: Pick<HubContext, 'id' | 'keys'>,
  { marks }: TokenedReading,
  row: ChildRow,
  own: ReadonlySet<number>,
): ReadonlySet<Meaning> {
  const tokens = marks.map(({ token }) => token)
  const asked = marksOf(hub.keys.storageKey, hub.id, row.childId, tokens)
  return new Set(marks.filter((_, i) => own.has(asked[i] as number)).map(({ meaning }) => meaning))
}

/** A child has one NHS number and one UPN; of other aliases it may have several. */
function numbersOf(
  hub: Pick<HubContext, 'id' | 'keys'>,
  { own }: TokenedQuestion,
  row: ChildRow,
): Pick<Found, 'number' | 'hasNumber' | 'hasOnlyTheseNumbers'> {
  const tokens = own.numbers.map(({ token }) => token)
  const asked = marksOf(hub.keys.storageKey, hub.id, row.childId, tokens)
  const relations = own.numbers.map(({ kind }, i) => {
    const ofKind = row.numbers.filter((each) => each.kind === kind)
    if (ofKind.some(({ mark }) => mark === asked[i])) return 'agrees'
    return ofKind.length > 0 && isUnique(kind) ? 'contradicts' : 'silent'
  })
  const hasNumber = relations.includes('agrees')
  return {
    number: relations.includes('contradicts') ? 'contradicts' : hasNumber ? 'agrees' : 'silent',
    hasNumber,
    hasOnlyTheseNumbers: row.numbers.every(({ mark }) => asked.includes(mark)),
  }
}

/** Whether a child can have only one value of this kind. */
function isUnique(kind: string): boolean {
  return kind === 'nhs-number' || kind === 'upn'
}
