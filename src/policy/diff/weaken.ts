import type { AssessedCheck } from '../history.js'
import { indicatorOf, type Policy } from '../policy.js'
import type { Draw } from './draw.js'
import { NOW, type Pool } from './pool.js'

export interface Weakening {
  readonly policy: Policy
  readonly pool: Pool
  readonly draw: Draw
  reaches(checks: readonly AssessedCheck[]): boolean
}

type Step = (checks: readonly AssessedCheck[]) => readonly AssessedCheck[] | undefined

/** A history that still reaches what it must, and does not if anything is taken from it or made older or lighter. */
export function weakened(checks: readonly AssessedCheck[], weakening: Weakening): readonly AssessedCheck[] {
  const { draw } = weakening
  // One by one, checks of a day come to stand on several, and a rule may count days.
  const together = draw.chance(50)
  let left = checks
  for (const isTurn of turnsFor(checks, weakening)) {
    for (let changed = true; changed; ) {
      const before = left
      for (const planned of draw.shuffled(stepsOf(left, weakening, together))) {
        const tried = isTurn(planned) ? planned.step(left) : undefined
        if (tried !== undefined && weakening.reaches(tried)) left = tried
      }
      changed = left !== before
    }
  }
  return left
}

interface PlannedStep {
  readonly step: Step
  /** What it works on. */
  readonly code: string
  readonly agency: string
}

type Turn = (step: PlannedStep) => boolean

/**
 * What is weakened before what; in the end everything. To show a cap by one point, the others must be brought down to
 * that point before what fills the cap is touched, and to show a code, it must not be the first to go.
 */
function turnsFor(checks: readonly AssessedCheck[], { draw, policy, pool }: Weakening): readonly Turn[] {
  const everything: Turn = () => true
  const { indicators, incidents } = pool.suspects
  switch (draw.below(indicators.size + incidents.size > 0 ? 6 : 3)) {
    case 0:
      return [everything]
    case 1: {
      const agencies = draw.shuffled([...new Set(checks.map(({ agency }) => agency))])
      return [
        ...agencies.map(
          (agency): Turn =>
            (step) =>
              step.agency === agency,
        ),
        everything,
      ]
    }
    case 2: {
      const dimensionOf = (code: string): string | undefined => indicatorOf(policy, code)?.dimension
      const dimensions = new Set(checks.flatMap((check) => check.indicators).map(dimensionOf))
      const turns = draw.shuffled([...dimensions]).map(
        (dimension): Turn =>
          (step) =>
            dimensionOf(step.code) === dimension,
      )
      return [...turns, everything]
    }
    default:
      return [({ code }) => !indicators.has(code) && !incidents.has(code), everything]
  }
}

function stepsOf(
  checks: readonly AssessedCheck[],
  { policy, pool, draw }: Weakening,
  together: boolean,
): readonly PlannedStep[] {
  return checks.flatMap(({ id, agency: by, incident, indicators, occurredAt }, index) => {
    const suspected = indicators.find((code) => pool.suspects.indicators.has(code)) ?? indicators[0] ?? incident
    const on = (step: (check: AssessedCheck) => AssessedCheck | undefined, code: string): PlannedStep => ({
      code,
      agency: by,
      step: (all) => replaced(all, id, step),
    })
    const steps: PlannedStep[] = [{ code: suspected, agency: by, step: (all) => removed(all, id) }]
    for (const code of indicators) steps.push(...stepsOnCode(code, { policy, pool, draw, on }))
    if (!pool.plain.includes(incident)) {
      const plain = draw.pick(pool.plain)
      steps.push(on((check) => (check.incident === plain ? undefined : { ...check, incident: plain }), incident))
    }
    const older = pool.ages.filter((age) => age > NOW - occurredAt)
    for (const age of [older[0], older[1], older[2], older.length > 0 ? draw.pick(older) : undefined]) {
      if (age === undefined) continue
      steps.push(
        together
          ? { code: suspected, agency: by, step: (all) => agedTogether(all, occurredAt, age) }
          : on((check) => aged(check, age), suspected),
      )
    }
    // Only to an agency that comes before its own in the history: agencies become fewer, and this comes to an end.
    const own = checks.findIndex((check) => check.agency === checks[index]?.agency)
    if (own > 0) {
      const { agency, agencyKind } = draw.pick(checks.slice(0, own))
      steps.push(on((check) => (check.agency === agency ? undefined : { ...check, agency, agencyKind }), suspected))
    }
    return steps
  })
}

function stepsOnCode(
  code: string,
  {
    policy,
    pool,
    draw,
    on,
  }: {
    readonly policy: Policy
    readonly pool: Pool
    readonly draw: Draw
    readonly on: (step: (check: AssessedCheck) => AssessedCheck | undefined, code: string) => PlannedStep
  },
): readonly PlannedStep[] {
  const without = (check: AssessedCheck): readonly string[] => check.indicators.filter((one) => one !== code)
  const left = (check: AssessedCheck): AssessedCheck | undefined =>
    check.indicators.includes(code) ? { ...check, indicators: without(check) } : undefined
  const steps = [on(left, code)]
  const points = indicatorOf(policy, code)?.points ?? 0
  const lighter = pool.indicators.filter((other) => (indicatorOf(policy, other)?.points ?? 0) < points)
  if (lighter.length > 0) {
    const other = draw.pick(lighter)
    steps.push(
      on((check) => {
        if (!check.indicators.includes(code) || check.indicators.includes(other)) return undefined
        return { ...check, indicators: [...without(check), other] }
      }, code),
    )
  }
  return steps
}

/** An age is only ever raised, so that weakening comes to an end. */
function aged(check: AssessedCheck, age: number): AssessedCheck | undefined {
  return NOW - age < check.occurredAt ? { ...check, occurredAt: NOW - age } : undefined
}

function agedTogether(
  checks: readonly AssessedCheck[],
  occurredAt: number,
  age: number,
): readonly AssessedCheck[] | undefined {
  if (!checks.some((check) => check.occurredAt === occurredAt)) return undefined
  return checks.map((check) => (check.occurredAt === occurredAt ? { ...check, occurredAt: NOW - age } : check))
}

function removed(checks: readonly AssessedCheck[], id: string): readonly AssessedCheck[] | undefined {
  const left = checks.filter((check) => check.id !== id)
  return left.length < checks.length ? left : undefined
}

function replaced(
  checks: readonly AssessedCheck[],
  id: string,
  step: (check: AssessedCheck) => AssessedCheck | undefined,
): readonly AssessedCheck[] | undefined {
  const index = checks.findIndex((check) => check.id === id)
  const check = checks[index]
  const changed = check === undefined ? undefined : step(check)
  return changed === undefined ? undefined : checks.with(index, changed)
}
