import { describe, expect, test } from 'vitest'
import { openTrialIndex } from '../../bench/matching/trial-index.js'
import { compared } from '../../src/child/compare.js'
import type { ChildQuery, RegistrationDetails } from '../../src/child/details.js'
import { describeChild, questionAbout } from '../../src/child/keys.js'
import { isCandidate, links } from '../../src/child/matching.js'
import { memoryStore } from '../../src/store/memory.js'
import { generateLookalikes, LOOKALIKE_KINDS, type Lookalike, seededRandom } from '../../src/testing/population.js'
import { type House, house, NOW } from '../support/house.js'

const SEEDS: readonly number[] = [1, 7, 1_795_588_017_325]
const CASES = 30 * LOOKALIKE_KINDS.length

/** What a register says of whether more than one child was born. */
type BirthsSaid = (
  child: RegistrationDetails,
  kind: Lookalike['kind'],
  all: readonly RegistrationDetails[],
) => boolean | undefined

const OF_ONE_BIRTH = /^(?:twins|triplets)/
const isTwin: BirthsSaid = (child, kind, all) =>
  OF_ONE_BIRTH.test(kind) ||
  // Some of these are twins as well, whose lines say so: one birthday and one family name.
  all.some((one) => one !== child && one.dateOfBirth === child.dateOfBirth && one.familyName === child.familyName)

const SAID: readonly (readonly [string, BirthsSaid])[] = [
  ['says nothing of twins', () => undefined],
  ['says of some children whether they are', ({ multipleBirth }) => multipleBirth],
  ['says it of all', isTwin],
]

function withBirth(child: RegistrationDetails, multipleBirth: boolean | undefined): RegistrationDetails {
  const { multipleBirth: _, ...rest } = child
  return multipleBirth === undefined ? rest : { ...rest, multipleBirth }
}

/** The child that is meant, where it is not registered, is known by nobody but the generator: it is the one looked up. */
function everybody({ registered, lookup, isRegistered }: Lookalike): readonly RegistrationDetails[] {
  const { givenNames, familyName, dateOfBirth = '' } = lookup
  return isRegistered === undefined ? [...registered, { givenNames, familyName, dateOfBirth }] : registered
}

describe.each(SEEDS)('lookalikes of seed %i', (seed) => {
  const cases = generateLookalikes({ seed, cases: CASES, now: NOW })

  test.each(SAID)('are not taken for each other where the register %s', (_, said) => {
    const count = { known: 0, found: 0, candidates: 0 }
    const wrong: string[] = []
    cases.forEach((each, i) => {
      const { kind, registered, lookup, isRegistered } = each
      const question = questionAbout(lookup)
      const all = everybody(each)
      registered.forEach((child, place) => {
        const evidence = compared(question, describeChild(withBirth(child, said(child, kind, all))))
        const isFound = evidence.some(links)
        if (place === isRegistered) {
          count.known += 1
          count.found += Number(isFound)
        } else if (isFound) wrong.push(`seed ${seed}, case ${i} (${kind}): child ${place}`)
        else count.candidates += Number(evidence.some(isCandidate))
      })
    })
    expect(wrong).toEqual([])
    // Nor does the rule refuse everybody: the child that is meant is found in most cases, and the other is a candidate in many.
    expect(count.found / count.known).toBeGreaterThan(0.75)
    expect(count.candidates).toBeGreaterThan(CASES / 4)
  })
})

describe('an agency that looks up lookalikes', () => {
  const seed = 5
  const EACH = 6
  const cases = generateLookalikes({ seed, cases: EACH * LOOKALIKE_KINDS.length, now: NOW })

  test('is never answered with another child than the one it means, by details or by numbers', async () => {
    await using it = await house({ seed })
    const random = seededRandom(seed)
    const children = cases.flatMap((each) => {
      const said = random.pick(SAID)[1]
      return each.registered.map((child) => withBirth(child, said(child, each.kind, everybody(each))))
    })
    const outcomes = await it.sealer.registerAll(children, { neverIssuedNumbers: true })
    expect(outcomes.filter(({ kind }) => kind !== 'registered')).toEqual([])
    const ids = await answers(
      it,
      children.map(({ nhsNumber = '' }) => ({ nhsNumber })),
    )
    expect(ids.every((each) => each?.outcome.kind === 'match')).toBe(true)
    expect(new Set(ids.map((each) => each?.agencyChildId)).size).toBe(children.length)
    const placeOf = new Map(ids.map((each, place) => [each?.agencyChildId, place]))

    const found = await answers(
      it,
      cases.map(({ lookup }) => ({ details: lookup })),
    )
    const count = { match: 0, candidates: 0, many: 0, none: 0, refused: 0 }
    let from = 0
    cases.forEach(({ kind, registered, isRegistered }, i) => {
      const told = `seed ${seed}, case ${i} (${kind})`
      const meant = isRegistered === undefined ? undefined : from + isRegistered
      const answer = found[i]
      const place = placeOf.get(answer?.agencyChildId ?? '')
      // Whoever is not matched has an id of its own, which is nobody's.
      expect(place, told).toBe(answer?.outcome.kind === 'match' ? meant : undefined)
      if (answer?.outcome.kind === 'match') expect(meant, told).toBeDefined()
      count[answer?.outcome.kind ?? 'refused'] += 1
      from += registered.length
    })
    expect(count.match).toBeGreaterThan(cases.length / 6)
    expect(count.candidates).toBeGreaterThan(cases.length / 4)
  }, 60_000)
})

test('a hub of all of them at once links nobody to another than the one that is meant', async () => {
  const seed = 9
  const cases = generateLookalikes({ seed, cases: 30 * LOOKALIKE_KINDS.length, now: NOW })
  const index = await openTrialIndex(memoryStore(), seed)
  await index.register(
    cases.flatMap((each) =>
      each.registered.map((child) => ({ details: withBirth(child, isTwin(child, each.kind, everybody(each))) })),
    ),
  )
  const answers = await index.ask(cases.map(({ lookup }) => ({ details: lookup })))
  const wrong: string[] = []
  let from = 0
  cases.forEach(({ kind, registered, isRegistered }, i) => {
    const linked = answers[i]?.linked
    if (linked !== undefined && linked - from !== isRegistered) wrong.push(`seed ${seed}, case ${i} (${kind})`)
    from += registered.length
  })
  expect(wrong).toEqual([])
  expect(answers.filter(({ linked }) => linked !== undefined).length).toBeGreaterThan(cases.length / 6)
}, 60_000)

/** Undefined for a look-up that says too little. */
async function answers(it: House, queries: readonly ChildQuery[]) {
  const out = []
  for await (const each of it.police.identifyAll(
    queries.map((child) => ({ child })),
    { practitioner: 'pc-1' },
  ))
    out.push(each.kind === 'identified' ? each : undefined)
  return out
}
