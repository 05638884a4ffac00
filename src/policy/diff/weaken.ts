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
  const { reaches, draw, pool } = weakening
  const sparing = draw.chance(60)
  // One by one, checks of a day come to stand on several, and a rule may count days.
  const together = draw.chance(50)
  let left = checks
  for (let changed = true; changed; ) {
    changed = false
    for (const { step } of inOrder(stepsOf(left, weakening, together), sparing, draw, pool)) {
      const tried = step(left)
      if (tried === undefined || !reaches(tried)) continue
      left = tried
      changed = true
    }
  }
  return left
}

interface PlannedStep {
  readonly step: Step
  /** The code it works on. */
  readonly code: string
}

function inOrder(steps: readonly PlannedStep[], sparing: boolean, draw: Draw, { suspects }: Pool): PlannedStep[] {
  const mixed = draw.shuffled(steps)
  if (!sparing) return mixed
  const isSuspect = ({ code }: PlannedStep): boolean => suspects.indicators.has(code) || suspects.incidents.has(code)
  return [...mixed.filter((step) => !isSuspect(step)), ...mixed.filter(isSuspect)]
}

function stepsOf(
  checks: readonly AssessedCheck[],
  { policy, pool, draw }: Weakening,
  together: boolean,
): readonly PlannedStep[] {
  return checks.flatMap(({ id, incident, indicators, occurredAt }, index) => {
    const suspected = indicators.find((code) => pool.suspects.indicators.has(code)) ?? incident
    const on = (step: (check: AssessedCheck) => AssessedCheck | undefined, code: string): PlannedStep => ({
      code,
      step: (all) => replaced(all, id, step),
    })
    const steps: PlannedStep[] = [{ code: suspected, step: (all) => removed(all, id) }]
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
          ? { code: suspected, step: (all) => agedTogether(all, occurredAt, age) }
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
