import { numberIn } from '../compiled/table.js'
import { atomsOf, incidentOf, indicatorOf, type Rule } from '../policy.js'
import { codesIn, type Sight, sightOf } from './sight.js'
import { carrierOf, mayCarry, type Space, unnamedKind } from './space.js'

/** Codes that a rule cannot tell apart, but that they are different codes: each reported in a check of its own. */
export interface CodeClass {
  readonly codes: readonly string[]
  readonly isIncident: boolean
  /** What the rule makes of them: equal for classes that differ in dimension, domain or senders alone. */
  readonly look: number
  /** Equal for classes that the same kinds may send. */
  readonly senders: number
  readonly dimension: string
  readonly domain: string
  /** Kinds of agency that may send them. */
  readonly kinds: readonly string[]
  /** By atom of the rule, the most that one such check adds to it. */
  readonly adds: readonly number[]
}

/** What a rule tells apart, besides what its filters let through. */
export interface Telling {
  readonly dimensions: boolean
  readonly domains: boolean
  readonly kinds: boolean
}

export function tellingOf(space: Space, rule: Rule): Telling {
  const atoms = atomsOf(rule)
  const sights = atoms.map((atom) => sightOf(space.policy, atom, space.vocabulary))
  const { perDimension } = space.policy.caps ?? {}
  const has = (...forms: readonly Sight['form'][]): boolean => sights.some(({ form }) => forms.includes(form))
  return {
    dimensions: has('dimension') || (has('points') && perDimension !== undefined),
    domains: has('domain'),
    kinds: has('agencyKind') || sights.some(({ kinds }) => kinds !== undefined),
  }
}

/** The codes that add something to a rule, by class. */
export function codeClasses(space: Space, rule: Rule, telling: Telling): readonly CodeClass[] {
  const { policy, vocabulary } = space
  const sights = atomsOf(rule).map((atom) => sightOf(policy, atom, vocabulary))
  const everyKind = kindsWorthTrying(space, sights)
  const carried = everyKind.filter((kind) => carrierOf(space, kind) !== undefined)
  const carriers = new Set(carried.map((kind) => carrierOf(space, kind)))
  const seen = sights.map((sight) => ({
    sight,
    indicators: new Set(codesIn(vocabulary.indicators, sight.indicators)),
    itself: new Set(codesIn(vocabulary.incidents, sight.itself)),
    carriers: codesIn(vocabulary.incidents, sight.itself).filter((code) => carriers.has(code)),
  }))
  const classes = new Map<string, CodeClass & { readonly codes: string[] }>()
  const [looks, senders] = [new Map<string, number>(), new Map<string, number>()]
  const enter = (code: string, isIncident: boolean): void => {
    const points = (isIncident ? incidentOf(policy, code) : indicatorOf(policy, code))?.points ?? 0
    const { dimension, domain } = (isIncident ? undefined : indicatorOf(policy, code)) ?? {}
    const adds = seen.map(({ sight, indicators, itself, carriers }) => {
      const own = isIncident ? itself.has(code) : indicators.has(code)
      const others = isIncident ? [] : carriers
      if (sight.form !== 'points') return own || others.length > 0 ? 1 : 0
      return (own ? points : 0) + Math.max(0, ...others.map((carrier) => incidentOf(policy, carrier)?.points ?? 0))
    })
    if (adds.every((add) => add === 0)) return
    const kinds = isIncident ? everyKind.filter((kind) => mayCarry(policy, code, kind)) : carried
    const made = {
      codes: [code],
      isIncident,
      // An incident that also carries indicators is not one incident more beside them.
      look: numberIn(looks, `${isIncident} ${isIncident && carriers.has(code) ? code : ''} ${adds.join()}`),
      senders: numberIn(senders, kinds.join()),
      // Incidents are a dimension of their own.
      dimension: telling.dimensions ? (dimension ?? ' ') : '',
      domain: telling.domains ? (domain ?? '') : '',
      kinds,
      adds,
    }
    const key = JSON.stringify([made.look, made.senders, made.dimension, made.domain])
    const known = classes.get(key)
    if (known === undefined) classes.set(key, made)
    else known.codes.push(code)
  }
  for (const code of vocabulary.indicators) enter(code, false)
  for (const code of vocabulary.incidents) enter(code, true)
  return [...classes.values()]
}

/** One kind of each class and, where kinds are told apart, more of them. */
function kindsWorthTrying(space: Space, sights: readonly Sight[]): readonly string[] {
  const each = sights.some(({ form }) => form === 'agencyKind') ? 3 : 1
  return space.classes.flatMap(({ kinds }) =>
    kinds.length > 0 ? kinds.slice(0, each) : Array.from({ length: each }, (_, number) => unnamedKind(space, number)),
  )
}
