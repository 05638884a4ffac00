import type { ChildId } from '../../child/identifiers.js'
import { type Field, unpackTraits } from '../../child/keys.js'
import { marksOf, unpackMarks } from '../../child/marks.js'
import {
  backsNumber,
  type Evidence,
  givenAgrees,
  isCandidate,
  links,
  maySeemTwice,
  withoutIdleExchange,
} from '../../child/matching.js'
import type { HubContext } from '../context.js'
import { nameOf } from '../custodians/custodians.js'
import type { ChildRow } from '../rows.js'
import type { ChildTable } from './children.js'
import type { PostingTable } from './postings.js'
import { standing } from './standing.js'
import { generationsOf, type Tokened, type TokenedQuestion } from './tokens.js'

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
  /** Whether its NHS number is the question's present one, or one that it says was superseded. */
  readonly nhsNumber: 'present' | 'superseded' | 'neither'
  /** It has no number besides those of the question. */
  readonly hasOnlyTheseNumbers: boolean
  /** Whether the rest of the question goes with the number. */
  readonly isBacked: boolean
}

/** Children whose rows are looked at for one question: those with most in common. */
const LOOKED_AT_MAX = 32

/** Every token that a question is answered from. */
export function tokensAskedFor(question: TokenedQuestion): readonly Uint8Array[] {
  return generationsOf(question).flatMap(({ own, asked }) =>
    [...own.numbers, ...own.index, ...asked.flatMap(({ index }) => index)].map(({ token }) => token),
  )
}

/** Whose rows must be loaded before `find`. */
export function pointedAt(question: TokenedQuestion, postings: PostingTable): readonly ChildId[] {
  return generationsOf(question).flatMap((each) => [
    ...underNumbers(each, postings),
    ...mostInCommon(each, postings).map(({ childId }) => childId),
  ])
}

/** Children that a question may mean. The rows of those that tokens point at must be in the table. */
export function find(
  hub: Pick<HubContext, 'id' | 'keys'>,
  question: TokenedQuestion,
  postings: PostingTable,
  children: ChildTable,
): readonly Found[] {
  const found = new Map<string, Found>()
  for (const asked of generationsOf(question)) {
    const common = mostInCommon(asked, postings)
    const fields = new Map(common.map((each) => [nameOf(each.childId), each.fields]))
    const ids = [...underNumbers(asked, postings), ...common.map((each) => each.childId)]
    for (const [name, childId] of new Map(ids.map((id) => [nameOf(id), id]))) {
      const own = children.get(childId)
      const row = standing(children, childId)
      if (own === undefined || row === undefined) continue
      // Under each of its ids a child is known by what was said of it then.
      const each = { ...weighed(hub, asked, own, fields.get(name) ?? []), row }
      const before = found.get(nameOf(row.childId))
      found.set(nameOf(row.childId), before === undefined ? each : together(before, each))
    }
  }
  return [...found.values()]
}

/** What speaks for a child that is known under two ids. */
function together(one: Found, other: Found): Found {
  const numbers = [one.number, other.number]
  const nhsNumbers = [one.nhsNumber, other.nhsNumber]
  return {
    row: one.row,
    isDescribed: one.isDescribed || other.isDescribed,
    givenIsSame: one.givenIsSame || other.givenIsSame,
    givenAgrees: one.givenAgrees || other.givenAgrees,
    mayBe: one.mayBe || other.mayBe,
    mayBeTwice: one.mayBeTwice || other.mayBeTwice,
    number: (['agrees', 'contradicts'] as const).find((each) => numbers.includes(each)) ?? 'silent',
    hasNumber: one.hasNumber || other.hasNumber,
    nhsNumber: (['present', 'superseded'] as const).find((each) => nhsNumbers.includes(each)) ?? 'neither',
    hasOnlyTheseNumbers: one.hasOnlyTheseNumbers && other.hasOnlyTheseNumbers,
    isBacked: one.isBacked || other.isBacked,
  }
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
  const markOf = marked(hub, question, row)
  const own = unpackMarks(row.marks)
  const child = unpackTraits(row.traits)
  const readings = question.asked.map(
    ({ marks }, index): Evidence => ({
      isExchanged: index > 0,
      fields: fields[index] ?? NONE,
      meanings: new Set(marks.filter((each) => own.has(markOf(each))).map(({ meaning }) => meaning)),
      question: question.own.traits,
      child,
    }),
  )
  const evidence = withoutIdleExchange(readings)
  return {
    row,
    isDescribed: evidence.some(links),
    givenIsSame: evidence.some((each) => givenAgrees(each) && each.meanings.has('given-same')),
    givenAgrees: evidence.some(givenAgrees),
    mayBe: evidence.some(isCandidate),
    mayBeTwice: evidence.some(maySeemTwice),
    ...numbersOf(
      question.own.numbers.map((each) => ({ kind: each.kind, mark: markOf(each) })),
      row,
    ),
    isBacked: evidence.length === 0 || evidence.some(backsNumber),
  }
}

const NONE: ReadonlySet<Field> = new Set()

/** The marks that the question's tokens have in the row of one child, made in one pass. */
function marked(
  hub: Pick<HubContext, 'id' | 'keys'>,
  { own, asked }: TokenedQuestion,
  row: ChildRow,
): (tokened: Tokened) => number {
  const all: readonly Tokened[] = [...own.numbers, ...asked.flatMap(({ marks }) => marks)]
  const tokens = all.map(({ token }) => token)
  const marks = marksOf(hub.keys.storageKey, hub.id, row.childId, tokens)
  const each = new Map(all.map((tokened, i) => [tokened, marks[i] as number]))
  return (tokened) => each.get(tokened) as number
}

/** A child has one UPN and one NHS number, besides those that it superseded; of other aliases it may have several. */
function numbersOf(
  asked: ChildRow['numbers'],
  row: ChildRow,
): Pick<Found, 'number' | 'hasNumber' | 'nhsNumber' | 'hasOnlyTheseNumbers'> {
  const agreeing = asked.map(({ kind, mark }) => row.numbers.some((each) => each.kind === kind && each.mark === mark))
  const relations = [...new Set(asked.map(({ kind }) => kind))].map((kind) => {
    if (asked.some((each, i) => each.kind === kind && agreeing[i])) return 'agrees'
    return isUnique(kind) && row.numbers.some((each) => each.kind === kind) ? 'contradicts' : 'silent'
  })
  const hasNumber = relations.includes('agrees')
  // The present one is written first.
  const nhs = asked.flatMap(({ kind }, i) => (kind === 'nhs-number' ? [agreeing[i] === true] : []))
  return {
    number: relations.includes('contradicts') ? 'contradicts' : hasNumber ? 'agrees' : 'silent',
    hasNumber,
    nhsNumber: nhs[0] ? 'present' : nhs.includes(true) ? 'superseded' : 'neither',
    hasOnlyTheseNumbers: row.numbers.every(({ mark }) => asked.some((each) => each.mark === mark)),
  }
}

/** Whether a child can have only one value of this kind. */
function isUnique(kind: string): boolean {
  return kind === 'nhs-number' || kind === 'upn'
}
