import type { Example } from '../example.js'
import type { AssessedCheck } from '../history.js'
import type { Pool } from './pool.js'

type Checks = readonly AssessedCheck[]
type Proposals = (example: Example, pool: Pool) => Iterable<Example>

/**
 * A history that still differs, with nothing in it that could be left out: fewer checks first, then fewer indicators,
 * fewer agencies, plainer incidents, younger checks. No check and no indicator of what comes back can be removed.
 */
export function shrunk(example: Example, pool: Pool, differs: (tried: Example) => boolean): Example {
  let smallest = example
  for (let changed = true; changed; ) {
    changed = false
    for (const proposals of [fewerChecks, joinedChecks, fewerIndicators, atOnce, fewerAgencies, plainer, younger]) {
      const found = firstThat(proposals(smallest, pool), differs)
      if (found === undefined) continue
      smallest = found
      changed = true
      break
    }
  }
  return smallest
}

function firstThat(proposals: Iterable<Example>, differs: (tried: Example) => boolean): Example | undefined {
  for (const tried of proposals) if (differs(tried)) return tried
  return undefined
}

function* fewerChecks({ checks, asOf }: Example): Generator<Example> {
  for (const index of checks.keys()) yield { checks: checks.toSpliced(index, 1), asOf }
}

/** Two checks said in one. */
const joinedChecks: Proposals = function* joined({ checks, asOf }) {
  for (const [index, check] of checks.entries()) {
    for (const [place, other] of checks.entries()) {
      if (place === index) continue
      const indicators = [...new Set([...check.indicators, ...other.indicators])]
      yield { checks: checks.with(index, { ...check, indicators }).toSpliced(place, 1), asOf }
    }
  }
}

const fewerIndicators: Proposals = function* fewer({ checks, asOf }) {
  for (const [index, check] of checks.entries()) {
    for (const code of check.indicators.keys()) {
      yield { checks: checks.with(index, { ...check, indicators: check.indicators.toSpliced(code, 1) }), asOf }
    }
  }
}

/** Assessed as the latest check happens, if it is not. */
const atOnce: Proposals = function* now({ checks, asOf }) {
  const latest = Math.max(...checks.map((check) => check.occurredAt))
  if (checks.length > 0 && latest < asOf) yield { checks, asOf: latest }
}

/** Each agency's checks given to another that comes before it. */
const fewerAgencies: Proposals = function* merged({ checks, asOf }) {
  const agencies = new Map(checks.map(({ agency, agencyKind }) => [agency, { agency, agencyKind }]))
  const list = [...agencies.values()]
  for (const [index, from] of list.entries()) {
    for (const to of list.slice(0, index)) yield { checks: givenTo(checks, from.agency, to), asOf }
  }
}

function givenTo(checks: Checks, from: string, to: Pick<AssessedCheck, 'agency' | 'agencyKind'>): Checks {
  return checks.map((check) => (check.agency === from ? { ...check, ...to } : check))
}

const plainer: Proposals = function* plain({ checks, asOf }, pool) {
  const [incident] = pool.plain
  if (incident === undefined) return
  for (const [index, check] of checks.entries()) {
    if (!pool.plain.includes(check.incident)) yield { checks: checks.with(index, { ...check, incident }), asOf }
  }
}

/** Every check at the latest instant, or at the age of a younger one, or at a whole number of days. */
const younger: Proposals = function* young({ checks, asOf }, pool) {
  const latest = Math.max(...checks.map((check) => check.occurredAt))
  for (const [index, check] of checks.entries()) {
    for (const age of pool.ages) {
      if (latest - age <= check.occurredAt) break
      yield { checks: checks.with(index, { ...check, occurredAt: latest - age }), asOf }
    }
  }
}
