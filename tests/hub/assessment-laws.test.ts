import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isIndexError, type Policy } from '../../src/index.js'
import type { AssessedCheck } from '../../src/policy/history.js'
import { levelRank } from '../../src/policy/policy.js'
import { referenceAssess } from '../../src/policy/reference/assess.js'
import { childDetails, DAY, type House, house } from '../support/house.js'
import { all } from '../support/lists.js'
import { call, counting } from './policies.js'

const POLICIES = [
  counting(1, { review: 2, need: 4 }),
  counting(2, { review: 1, need: 3 }),
  counting(3, { review: 3, need: 4 }),
] as const
/** The last of them nobody registered. */
const CHILDREN = 2

const child = fc.nat(CHILDREN - 1)
/** `late`: occurred so many days ago. `alone`: only another process assesses it. */
const act = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constant('check' as const),
      child,
      late: fc.constantFrom(0, 0, 0, 40, 95, 150),
      alone: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constantFrom('withdraw' as const, 'erase' as const), child, which: fc.nat(9) }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('close' as const), child }) },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constantFrom('adopt' as const, 'crash' as const, 'restart' as const) }),
  },
)

type Act = typeof act extends fc.Arbitrary<infer Drawn> ? Drawn : never

interface Known {
  checks: (AssessedCheck & { readonly reference: string; readonly row: number })[]
  case?: { readonly number: number; level: string; open: boolean }
  closedAt?: number
}

/** What should have become of every child: each time the reference evaluator over all of its checks. */
class Model {
  readonly children: Known[] = Array.from({ length: CHILDREN }, () => ({ checks: [] }))
  readonly cases: { number: number; level: string; open: boolean }[] = []
  version = 0

  get policy(): Policy {
    return POLICIES[this.version] ?? POLICIES[0]
  }

  verdict({ checks, closedAt }: Known, now: number): string {
    return referenceAssess(this.policy, checks, now, closedAt === undefined ? {} : { closedAt }).level
  }

  assess(known: Known, now: number): void {
    const level = this.verdict(known, now)
    const before = known.case?.open === true ? known.case : undefined
    if (levelRank(this.policy, level) <= levelRank(this.policy, before?.level ?? 'none')) return
    if (before !== undefined) before.level = level
    else {
      known.case = { number: this.cases.length + 1, level, open: true }
      this.cases.push(known.case)
    }
  }
}

async function happens(it: House, model: Model, act: Act): Promise<void> {
  it.clock.now += 5 * DAY
  const { now } = it.clock
  const known = model.children['child' in act ? act.child : 0] as Known
  switch (act.what) {
    case 'adopt':
      model.version = Math.min(POLICIES.length - 1, model.version + 1)
      await it.hub.adoptPolicy(model.policy)
      await it.hub.caughtUp()
      for (const each of await asNumbered(it, model)) model.assess(each, now)
      return
    case 'crash':
    case 'restart':
      await it.reopen({ crash: act.what === 'crash' })
      return
    case 'check':
      await checked(it, known, act.child, now - act.late * DAY)
      await (act.alone ? (await it.another()).caughtUp() : it.hub.caughtUp())
      model.assess(known, now)
      return
    case 'close':
      await close(it, known)
      return
    default: {
      const check = known.checks[act.which % Math.max(1, known.checks.length)]
      if (check !== undefined) await takeBack(it, known, check, act.what)
      await it.hub.caughtUp()
    }
  }
}

/** Which of several children a pass comes to first, and so gives the lower number, is a matter of chance. */
async function asNumbered(it: House, { children, cases }: Model): Promise<readonly Known[]> {
  const raised = (await all(it.hub.cases())).map(({ number }) => number).filter((number) => number > cases.length)
  const timelines = await Promise.all(raised.map(async (number) => (await it.hub.case(number)).timeline))
  const first = timelines.flatMap((timeline) =>
    children.filter(({ checks }) => checks.some(({ id }) => id === timeline[0]?.checkId)),
  )
  return [...new Set([...first, ...children])]
}

async function checked(it: House, known: Known, child: number, occurredAt: number): Promise<void> {
  const check = { ...call(it, child), occurredAt }
  const { checkId, position } = await it.police.check(check)
  const { incident, reference } = check
  const seen = { agency: 'met-police', agencyKind: 'police', incident, indicators: [], occurredAt, reference }
  known.checks.push({ ...seen, id: checkId, position: position.entry, row: position.row })
}

async function close(it: House, known: Known): Promise<void> {
  if (known.case?.open !== true) return
  for (const officer of [it.first, it.second]) {
    known.closedAt = (await it.hub.journal.size()) - 1
    await officer.close(known.case.number, 'no-further-action', 'no-further-action')
    if ((await it.hub.case(known.case.number)).status === 'closed') break
  }
  known.case.open = false
}

async function takeBack(it: House, known: Known, check: Known['checks'][number], how: 'withdraw' | 'erase') {
  if (how === 'withdraw') {
    await it.police.withdraw(check.reference, 'wrong-child')
    known.checks = known.checks.map((each) => (each === check ? { ...each, withdrawn: true } : each))
    return
  }
  const position = { entry: check.position ?? 0, row: check.row }
  const isDone = await it.hub.eraseCheck(position, 'court-order').then(
    () => true,
    (error: unknown) => !isIndexError(error, 'ERR_CASE_STATUS'),
  )
  expect(isDone).toBe(known.case?.open !== true)
  if (isDone) known.checks = known.checks.filter((each) => each !== check)
}

test('whatever happens, cases and verdicts are those of the reference evaluator over all checks', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 18, maxLength: 24 }), async (acts) => {
      await using it = await house({ policy: POLICIES[0] })
      for (let n = 0; n < CHILDREN - 1; n += 1) await it.register(childDetails(n))
      const model = new Model()
      for (const each of acts) {
        await happens(it, model, each)
        await requireSame(it, model)
      }
    }),
    { numRuns: 4 },
  )
}, 60_000)

async function requireSame(it: House, model: Model): Promise<void> {
  const cases = await all(it.hub.cases())
  expect(cases.map(({ number, level, status }) => ({ number, level, open: status !== 'closed' }))).toEqual(model.cases)
  for (const known of model.children) {
    if (known.case === undefined) continue
    const { verdict, timeline } = await it.hub.case(known.case.number)
    expect(verdict.level).toBe(model.verdict(known, it.clock.now))
    expect(timeline.map(({ checkId }) => checkId).sort()).toEqual(known.checks.map(({ id }) => id).sort())
  }
}
