import { matches, type Observation } from '../history.js'
import { type Atom, measureOf, type Policy, type Where } from '../policy.js'

/** What a policy says about its codes and filters, looked up once for all explanations under it. */
export interface PolicyTables {
  /** How many codes there are, indicators and incidents. */
  readonly codes: number
  /** The number, from 0, of an observation's code. An indicator and an incident of the same name are two. */
  codeOf(observation: Observation): number
  /** By code: equal numbers, from 1, for equal values; 0 for a code that has none, as incidents have not. */
  valuesOf(of: OfCode): Int32Array
  filterOf(atom: Atom): Filter
}

/** What `distinct` tells codes apart by; everything else it tells checks apart by. */
export type OfCode = 'dimension' | 'domain' | 'indicator'

const tables = new WeakMap<Policy, PolicyTables>()

/** The tables of a policy, made once and kept as long as the policy is. */
export function tablesOf(policy: Policy): PolicyTables {
  const known = tables.get(policy)
  if (known !== undefined) return known
  const indicators = numbered(Object.keys(policy.indicators))
  const incidents = numbered(Object.keys(policy.incidents))
  const codes = indicators.size + incidents.size
  const filters = new Map<Atom, Filter>()
  const values = new Map<OfCode, Int32Array>()
  const made: PolicyTables = {
    codes,
    codeOf({ kind, code }) {
      return kind === 'indicator' ? (indicators.get(code) ?? 0) : indicators.size + (incidents.get(code) ?? 0)
    },
    valuesOf(of) {
      let known = values.get(of)
      if (known === undefined) {
        known = valuesByCode(policy, of, codes)
        values.set(of, known)
      }
      return known
    },
    filterOf(atom) {
      let filter = filters.get(atom)
      if (filter === undefined) {
        filter = new Filter(measureOf(atom).where ?? {}, codes)
        filters.set(atom, filter)
      }
      return filter
    },
  }
  tables.set(policy, made)
  return made
}

/** An atom's filter. What it makes of a code is asked once; what it makes of the check is asked of each check. */
export class Filter {
  readonly #ofCode: Where
  readonly #incidents: ReadonlySet<string> | undefined
  readonly #agencyKinds: ReadonlySet<string> | undefined
  /** Per code. */
  readonly #answers: Uint8Array

  constructor({ incidents, agencyKinds, ...ofCode }: Where, codes: number) {
    this.#ofCode = ofCode
    this.#incidents = incidents === undefined ? undefined : new Set(incidents)
    this.#agencyKinds = agencyKinds === undefined ? undefined : new Set(agencyKinds)
    this.#answers = new Uint8Array(codes)
  }

  /** The same as `matches`, for an observation whose code has this number. */
  lets(observation: Observation, code: number): boolean {
    if (this.#answers[code] === UNASKED) this.#answers[code] = matches(this.#ofCode, observation) ? YES : NO
    return (
      this.#answers[code] === YES &&
      (this.#incidents === undefined || this.#incidents.has(observation.check.incident)) &&
      (this.#agencyKinds === undefined || this.#agencyKinds.has(observation.check.agencyKind))
    )
  }
}

const UNASKED = 0
const YES = 1
const NO = 2

function valuesByCode({ indicators }: Policy, of: OfCode, codes: number): Int32Array {
  const byCode = new Int32Array(codes)
  const numbers = new Map<string, number>()
  for (const [index, [code, indicator]] of Object.entries(indicators).entries()) {
    const value = of === 'indicator' ? code : indicator[of]
    const number = numbers.get(value) ?? numbers.size + 1
    numbers.set(value, number)
    byCode[index] = number
  }
  return byCode
}

function numbered(names: readonly string[]): ReadonlyMap<string, number> {
  return new Map(names.map((name, index) => [name, index]))
}
