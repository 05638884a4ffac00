import { memoryStore } from '../../src/store/memory.js'
import { type Expected, nhsSearches } from './nhs.js'
import { openTrialIndex, type TrialAnswer } from './trial-index.js'

export interface Searches {
  readonly asked: number
  readonly asExpected: number
  readonly notAsked: number
  readonly cases: readonly { readonly scenario: string; readonly expected: Expected; readonly isAsExpected: boolean }[]
}

/** The searches of the NHS's own tests, asked of an index of its test patients. */
export async function measureNhsSearches(folder: string): Promise<Searches> {
  const { patients, searches } = nhsSearches(folder)
  const index = await openTrialIndex(memoryStore())
  await index.register(patients.map((details) => ({ details })))
  const cases: { scenario: string; expected: Expected; isAsExpected: boolean }[] = []
  for (const { scenario, lookup, expected, patient } of searches) {
    if (lookup === undefined) continue
    const [answer] = await index.ask([{ details: lookup }])
    cases.push({ scenario, expected, isAsExpected: answer !== undefined && isAs(expected, answer, patient) })
  }
  const asExpected = cases.filter(({ isAsExpected }) => isAsExpected).length
  return { asked: cases.length, asExpected, notAsked: searches.length - cases.length, cases }
}

function isAs(expected: Expected, { linked, candidates }: TrialAnswer, patient: number | undefined): boolean {
  const isAmong = patient !== undefined && candidates.includes(patient)
  if (expected === 'found') return patient !== undefined && (linked === patient || isAmong)
  if (expected === 'candidate') return linked === undefined && isAmong
  return linked === undefined
}
