import { indicatorOf } from '../policy.js'
import { type Finding, idOf, listed, reaches, type Subject, shown } from './finding.js'
import { canHold } from './greatest.js'
import { bitsOf, codesIn } from './sight.js'
import { carrierOf, type Space, type Universe, unnamedKind } from './space.js'
import { witnessOf } from './witness.js'

/** Indicators that must never add up to suspicion of significant harm, and what histories of them reach. */
export interface FairnessFact {
  readonly of: 'vulnerabilities' | 'circumstances' | 'vulnerabilities-and-circumstances'
  readonly indicators: number
  /** Incidents of these checks: such as add nothing or, where every incident adds something, those with the fewest points. */
  readonly incidents: readonly string[]
  /** The highest level that such histories reach, however long they are; `none` where they reach none. Exact. */
  readonly reach: string
}

const WORDS = {
  vulnerabilities: 'indicators flagged as vulnerabilities',
  circumstances: 'indicators of the family’s circumstances',
  'vulnerabilities-and-circumstances': 'vulnerabilities and circumstances',
} as const

/** SA-12: child protection by nothing but vulnerabilities, circumstances, or both. Exact. */
export function fairnessFindings(subject: Subject): readonly Finding[] {
  const { policy, space } = subject
  const level = policy.levels.find(({ threshold }) => threshold === 'child-protection')
  if (level === undefined) return []
  return universesOf(subject).flatMap(({ of, universe }): readonly Finding[] => {
    const rule = reaches(policy, level)
    if (!canHold(space, rule, universe)) return []
    const example = shown(policy, level, witnessOf(space, rule, universe))
    const incidents = codesIn(space.vocabulary.incidents, universe.incidents)
    const carriers =
      space.neutral === 0n ? ` Every incident adds something; these are the lightest: ${listed(incidents)}.` : ''
    return [
      {
        id: idOf('SA-12', level.name, of),
        analysis: 'SA-12',
        severity: 'error',
        level: level.name,
        text: `Nothing but ${WORDS[of]} can reach ${level.name}.${carriers}`,
        ...example,
      },
    ]
  })
}

export function fairnessFacts(subject: Subject): readonly FairnessFact[] {
  const { policy, space } = subject
  return universesOf(subject).map(({ of, universe }) => ({
    of,
    indicators: codesIn(space.vocabulary.indicators, universe.indicators).length,
    incidents: codesIn(space.vocabulary.incidents, universe.incidents),
    reach: policy.levels.findLast((level) => canHold(space, level.reachedWhen, universe))?.name ?? 'none',
  }))
}

interface Named {
  readonly of: FairnessFact['of']
  readonly universe: Universe
}

function universesOf({ policy, space, options }: Subject): readonly Named[] {
  const circumstances = new Set(options.circumstances)
  const { indicators } = space.vocabulary
  const vulnerable = bitsOf(indicators, (code) => indicatorOf(policy, code)?.flags?.includes('vulnerability') ?? false)
  const around = bitsOf(indicators, (code) => circumstances.has(indicatorOf(policy, code)?.dimension ?? ''))
  const incidents = lightestIncidents(space)
  const named = (of: FairnessFact['of'], set: bigint): Named => ({
    of,
    universe: { ...space.whole, indicators: set, incidents },
  })
  return [
    named('vulnerabilities', vulnerable),
    named('circumstances', around),
    named('vulnerabilities-and-circumstances', vulnerable | around),
  ]
}

function lightestIncidents(space: Space): bigint {
  if (space.neutral !== 0n) return space.neutral
  const carriers = new Set(space.classes.map(({ kinds: [kind] }) => carrierOf(space, kind ?? unnamedKind(space, 0))))
  return bitsOf(space.vocabulary.incidents, (code) => carriers.has(code))
}
