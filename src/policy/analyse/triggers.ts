import type { Example } from '../example.js'
import type { AssessedCheck } from '../history.js'
import { atomsOf, isAtom, measureOf, membersOf, type Rule } from '../policy.js'
import { carrierOf, type Space } from './space.js'
import { distinct, type Structure, structuresOf } from './structures.js'
import { type CodeClass, codeClasses, type Telling, tellingOf } from './trigger-codes.js'
import { judgeOf, NOON, noonsAgo, preparing } from './witness.js'

/** The smallest sets of checks of one code each that reach a level. */
export interface TriggerSets {
  readonly level: string
  /** Sets of up to so many checks were searched. */
  readonly upTo: number
  readonly sets: readonly TriggerSet[]
}

/** Sets of checks that a policy treats alike. No check of one can be spared, however the others are spread. */
export interface TriggerSet {
  /** By check: it carries one of these, an indicator or its incident. */
  readonly codes: readonly (readonly string[])[]
  /** The fewest agencies with which such a set reaches the level; with those the fewest kinds, with those the fewest days. */
  readonly agencies: number
  readonly agencyKinds: number
  readonly days: number
  /** The fewest dimensions and different codes that such a set has. */
  readonly dimensions: number
  readonly differentCodes: number
  /** How many sets of codes this stands for. */
  readonly ways: number
  readonly example: Example
}

const CANDIDATES_MAX = 400_000

/**
 * Every minimal set of up to `upTo` checks that reaches a level, where each check carries one indicator, or its incident
 * alone. Searches fewer checks where there are too many codes that a policy tells apart: see `upTo` of the answer.
 */
export function triggersOf(space: Space, level: string, rule: Rule, upTo: number): TriggerSets {
  if (space.effort.left <= 0) return { level, upTo: 0, sets: [] }
  space.effort.left -= preparing(space, rule)
  const telling = tellingOf(space, rule)
  const rows = new Map<string, Row>()
  const minimalSet = minimalSets(space, rule, telling)
  const couldHold = bestCase(rule)
  let searched = 0
  let useful = codeClasses(space, rule, telling)
  for (let size = 1; size <= upTo; size += 1) {
    if (waysToChoose(useful.length, size) > CANDIDATES_MAX || space.effort.left <= 0) break
    const alone = new Set<CodeClass>()
    for (const chosen of multisets(useful, size)) {
      space.effort.left -= 1
      if (space.effort.left <= 0) break
      if (!couldHold(chosen)) continue
      for (const drawn of drawings(chosen)) {
        const structure = minimalSet(drawn)
        if (structure === undefined) continue
        enter(rows, drawn, structure, () => checksOf(space, drawn, structure))
        if (size === 1) alone.add(drawn[0].from)
      }
    }
    if (size === 1) useful = useful.filter((one) => !alone.has(one))
    if (space.effort.left > 0) searched = size
  }
  return { level, upTo: searched, sets: [...rows.values()].map(setOf) }
}

/** One code of a set: two draws with one class and number are the same code. */
interface Draw {
  readonly from: CodeClass
  readonly number: number
}

type Drawn = readonly [Draw, ...Draw[]]

/**
 * The coarsest structure with which a set reaches the level, if none of its checks can be spared. Asks once for all sets
 * that look alike to the rule.
 */
function minimalSets(space: Space, rule: Rule, telling: Telling): (drawn: Drawn) => Structure | undefined {
  const judge = judgeOf(space.policy, rule)
  const steps = 20 + atomsOf(rule).length
  const known = new Map<string, { readonly structure: Structure | undefined; readonly isMinimal: boolean }>()
  const find = (drawn: readonly Draw[]): Structure | undefined => {
    const kinds = drawn.map(({ from }) => from.kinds)
    return structuresOf(kinds, telling.kinds).find((structure) => {
      space.effort.left -= steps
      return space.effort.left > 0 && judge(checksOf(space, drawn, structure))
    })
  }
  const answerFor = (
    drawn: readonly Draw[],
  ): { readonly structure: Structure | undefined; readonly isMinimal: boolean } => {
    const key = appearance(drawn)
    const answer = known.get(key) ?? {
      structure: find(drawn),
      isMinimal: drawn.every((_, index) => answerFor(drawn.toSpliced(index, 1)).structure === undefined),
    }
    known.set(key, answer)
    return answer
  }
  return (drawn) => {
    const { structure, isMinimal } = answerFor(drawn)
    return isMinimal ? structure : undefined
  }
}

/** What a rule can tell of a set: which of its codes share a dimension, a domain or a code, whatever their names. */
function appearance(drawn: readonly Draw[]): string {
  let key = ''
  for (const [index, { from, number }] of drawn.entries()) {
    key += ` ${from.look} ${from.senders}`
    for (const { from: other, number: otherNumber } of drawn.slice(0, index)) {
      const dimension = from.dimension === other.dimension ? 'd' : ''
      const domain = from.domain === other.domain ? 'o' : ''
      key += `,${dimension}${domain}${from === other && number === otherNumber ? 'c' : ''}`
    }
  }
  return key
}

function codeOf({ from, number }: Draw): string {
  return `${from.isIncident} ${from.codes[number] ?? ''}`
}

function checksOf(space: Space, drawn: readonly Draw[], structure: Structure): readonly AssessedCheck[] {
  return drawn.map(({ from, number }, index) => {
    const code = from.codes[number] ?? ''
    const agency = structure.agencyOf[index] ?? 0
    const agencyKind = structure.kinds[agency] ?? ''
    return {
      id: `check-${index + 1}`,
      agency: `agency-${agency + 1}`,
      agencyKind,
      incident: from.isIncident ? code : (carrierOf(space, agencyKind) ?? ''),
      indicators: from.isIncident ? [] : [code],
      occurredAt: noonsAgo(structure.dayOf[index] ?? 0),
    }
  })
}

interface Row {
  /** By check. */
  readonly looks: readonly number[]
  readonly classes: Set<CodeClass>
  readonly structure: Structure
  readonly example: Example
  dimensions: number
  differentCodes: number
  ways: number
}

/** One row for what differs in dimension or senders alone: which they are makes no difference to the policy. */
function enter(
  rows: Map<string, Row>,
  drawn: Drawn,
  structure: Structure,
  checks: () => readonly AssessedCheck[],
): void {
  const looks = drawn.map(({ from }) => from.look).sort((a, b) => a - b)
  const { kinds, dayOf } = structure
  const key = `${looks.join()} ${kinds.length} ${distinct(kinds)} ${distinct(dayOf)}`
  let row = rows.get(key)
  if (row === undefined) {
    const none = { dimensions: drawn.length, differentCodes: drawn.length, ways: 0 }
    row = { looks, classes: new Set(), structure, example: { checks: checks(), asOf: NOON }, ...none }
    rows.set(key, row)
  }
  const dimensions = distinct(drawn.flatMap(({ from }) => (from.isIncident ? [] : [from.dimension])))
  row.dimensions = Math.min(row.dimensions, dimensions)
  row.differentCodes = Math.min(row.differentCodes, distinct(drawn.map(codeOf)))
  row.ways += waysToDraw(drawn)
  for (const { from } of drawn) row.classes.add(from)
}

function setOf({ looks, classes, structure, ...row }: Row): TriggerSet {
  const codesOf = (look: number): readonly string[] =>
    [...classes].filter((one) => one.look === look).flatMap(({ codes }) => codes)
  return {
    codes: looks.map(codesOf),
    agencies: structure.kinds.length,
    agencyKinds: distinct(structure.kinds),
    days: distinct(structure.dayOf),
    ...row,
  }
}

/** The ways to draw codes from chosen classes: of one class each another, or some of them the same. */
function drawings(chosen: readonly CodeClass[]): readonly Drawn[] {
  let found: readonly (readonly Draw[])[] = [[]]
  for (const from of chosen) {
    found = found.flatMap((drawn) => {
      // Those of one class stand together, and no number is below the one before it.
      const last = drawn.at(-1)
      const number = last?.from === from ? last.number : 0
      const numbers = last?.from === from ? [number, number + 1] : [number]
      return numbers.filter((one) => one < from.codes.length).map((one) => [...drawn, { from, number: one }])
    })
  }
  return found.filter((drawn): drawn is Drawn => drawn.length > 0)
}

/** How many sets of codes differ from these only by which codes of their classes they are. */
function waysToDraw(drawn: readonly Draw[]): number {
  let ways = 1
  for (const from of new Set(drawn.map((one) => one.from))) {
    const numbers = drawn.filter((one) => one.from === from).map(({ number }) => number)
    const times = [...new Set(numbers)].map((number) => numbers.filter((one) => one === number).length)
    for (const [index, time] of times.entries()) {
      // Codes drawn equally often are interchangeable.
      const alike = times.slice(0, index + 1).filter((one) => one === time).length
      ways *= (from.codes.length - index) / alike
    }
  }
  return ways
}

/** Whether the rule could hold if each check gave each atom as much as it can. */
function bestCase(rule: Rule): (chosen: readonly CodeClass[]) => boolean {
  let atoms = 0
  const build = (one: Rule): ((chosen: readonly CodeClass[]) => boolean) => {
    if (isAtom(one)) {
      const { atLeast } = measureOf(one)
      const atom = atoms++
      return (chosen) => {
        let sum = 0
        for (const { adds } of chosen) sum += adds[atom] ?? 0
        return sum >= atLeast
      }
    }
    const { rules, needed } = membersOf(one)
    const members = rules.map(build)
    return (chosen) => {
      let held = 0
      for (const member of members) if (member(chosen)) held += 1
      return held >= needed
    }
  }
  return build(rule)
}

function* multisets<Thing>(things: readonly Thing[], size: number, from = 0): Generator<readonly Thing[]> {
  if (size === 0) {
    yield []
    return
  }
  for (let index = from; index < things.length; index += 1) {
    const thing = things[index]
    if (thing === undefined) continue
    for (const others of multisets(things, size - 1, index)) yield [thing, ...others]
  }
}

function waysToChoose(things: number, size: number): number {
  let ways = 1
  for (let taken = 1; taken <= size; taken += 1) ways = (ways * (things + taken - 1)) / taken
  return ways
}
