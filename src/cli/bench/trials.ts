import { join } from 'node:path'
import { type Agency, type CheckInput, createAgency, newPartyKey } from '../../agency.js'
import { openHub } from '../../embedded.js'
import { IndexError } from '../../errors.js'
import type { Hub } from '../../hub.js'
import type { Policy } from '../../policy/policy.js'
import { type SeededRandom, seededRandom } from '../../testing/random.js'
import { kindFor, type Said, sayings } from './checks.js'
import { fillHub } from './fill.js'
import { numbersOf } from './numbers.js'

/** One figure of a machine. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
}

export interface BenchOptions {
  /** An empty folder, on the disk that is measured. */
  readonly folder: string
  readonly policy: Policy
  readonly children: number
  /** Rounds of each trial, and how long a round lasts at least. */
  readonly rounds: number
  readonly roundMs: number
  readonly batch: number
  readonly inFlight: number
  readonly signal: AbortSignal
  /** @param done of `STEPS` */
  readonly onStep: (what: string, done: number) => void
}

/** A hub that is being measured, and the agency that submits to it. */
interface Setting extends BenchOptions {
  readonly hub: Hub
  readonly agency: Agency
  /** Of the children on the hub. */
  readonly numbers: readonly string[]
  checkOn(child: CheckInput['child']): CheckInput
  checkOnOneOf(numbers: readonly string[]): CheckInput
}

/** How many steps a run reports. */
export const STEPS = 6

/** The main trials, one after the other. Medians of the rounds; a first round warms up and is not counted. */
export async function runTrials(options: BenchOptions): Promise<readonly Figure[]> {
  const { children, onStep } = options
  const few = Math.max(1, Math.floor(children / 10))
  onStep('preparing children', 0)
  await fillHub({ ...options, path: join(options.folder, 'few'), children: few })
  await fillHub({ ...options, path: join(options.folder, 'many') })
  onStep('growth', 1)
  const withFew = await inHub(options, 'few', few, (setting) => costPerCheck(setting, few))
  return inHub(options, 'many', children, async (setting) => {
    const withMany = await costPerCheck(setting, few)
    onStep('durable-batch', 2)
    const inBatches = median(await batches(setting, setting.numbers, children))
    onStep('concurrent-singles', 3)
    const concurrent = await atOnce(setting)
    onStep('single', 4)
    const alone = await oneByOne(setting)
    onStep('done', STEPS - 1)
    return [
      { name: 'durable-batch', value: inBatches, unit: 'checks/s' },
      { name: 'concurrent-singles', value: concurrent.rate, unit: 'checks/s' },
      { name: 'concurrent-singles/p99', value: concurrent.p99, unit: 'ms' },
      { name: 'single', value: alone, unit: 'ms' },
      { name: 'growth', value: withMany, unit: 'us/check' },
      { name: 'growth/tenth', value: withFew, unit: 'us/check' },
    ]
  })
}

async function inHub<T>(
  options: BenchOptions,
  name: string,
  children: number,
  measure: (setting: Setting) => Promise<T>,
): Promise<T> {
  const { policy, folder } = options
  await using hub = await openHub({ path: join(folder, name), limits: WITHOUT_LIMITS })
  const kind = kindFor(policy)
  const agency = createAgency({ id: 'bench', kind, key: await newPartyKey(), hub, neverIssuedNumbers: true })
  await hub.enrol(agency.enrolment())
  const checks = checksFrom(sayings(policy, kind, seededRandom(1)), seededRandom(2))
  const result = await measure({ ...options, ...checks, hub, agency, numbers: numbersOf(children) })
  await hub.caughtUp()
  return result
}

// A year's worth of one agency's look-ups in a minute is not fishing here.
const WITHOUT_LIMITS = {
  identifyPerAgencyPerDay: Number.MAX_SAFE_INTEGER,
  identifyPerPractitionerPerDay: Number.MAX_SAFE_INTEGER,
  identifyPerPractitionerPerTenMinutes: Number.MAX_SAFE_INTEGER,
  checksPerChildPerDay: Number.MAX_SAFE_INTEGER,
}

/** Checks under references that rise as an agency's do. */
function checksFrom(say: () => Said, random: SeededRandom): Pick<Setting, 'checkOn' | 'checkOnOneOf'> {
  let count = 0
  const checkOn: Setting['checkOn'] = (child) => {
    count += 1
    const reference = `BENCH-${String(count).padStart(9, '0')}`
    return { ...say(), child, occurredAt: Date.now(), reference, practitioner: `p${count % 50}` }
  }
  return { checkOn, checkOnOneOf: (numbers) => checkOn({ nhsNumber: random.pick(numbers) }) }
}

/**
 * Microseconds a check in batches, on as many children as a hub with a tenth of them has: only the size of the hub differs,
 * not how much is known of each child.
 */
async function costPerCheck(setting: Setting, few: number): Promise<number> {
  const apart = Math.floor(setting.numbers.length / few)
  const sample = setting.numbers.filter((_, index) => index % apart === 0)
  return 1e6 / median(await batches(setting, sample, 0))
}

/** Checks a second of each round in batches by NHS number, from input to verified receipt and assessed. */
function batches(setting: Setting, numbers: readonly string[], checksMax: number): Promise<readonly number[]> {
  const { hub, agency, batch, rounds: count, signal } = setting
  // So that a fast machine does not make every child a child of many checks.
  const most = checksMax / (count + 1)
  return rounds(setting, async (isOver) => {
    let checks = 0
    let ms = 0
    do {
      const inputs = Array.from({ length: batch }, () => setting.checkOnOneOf(numbers))
      const start = performance.now()
      const outcomes = await agency.checkAll(inputs, { signal })
      await hub.caughtUp()
      ms += performance.now() - start
      for (const outcome of outcomes)
        if (outcome.kind === 'refused') throw new IndexError(outcome.code, outcome.message)
      checks += outcomes.length
    } while (checks + batch <= most && !isOver())
    return (checks * 1000) / ms
  })
}

/** Checks a second where so many calls of `check` are in flight, and the time that one in a hundred exceeds. */
async function atOnce(setting: Setting): Promise<{ readonly rate: number; readonly p99: number }> {
  const { agency, numbers, inFlight } = setting
  const times: number[] = []
  const rates = await rounds(setting, async (isOver) => {
    let checks = 0
    const start = performance.now()
    const callers = Array.from({ length: inFlight }, async () => {
      do {
        const asked = performance.now()
        await agency.check(setting.checkOnOneOf(numbers))
        times.push(performance.now() - asked)
        checks += 1
      } while (!isOver())
    })
    await Promise.all(callers)
    return (checks * 1000) / (performance.now() - start)
  })
  return { rate: median(rates), p99: quantile(times, 0.99) }
}

/** Milliseconds of a check that is alone, by agency child id: half of them take less. */
async function oneByOne(setting: Setting): Promise<number> {
  const { agency, numbers } = setting
  const sample = numbers.slice(0, 100)
  const known = await Promise.all(sample.map((nhsNumber) => agency.identify({ nhsNumber }, 'p0')))
  let next = 0
  return median(
    await rounds(setting, async (isOver) => {
      const times: number[] = []
      do {
        const agencyChildId = known[next++ % known.length]?.agencyChildId ?? ''
        const input = setting.checkOn({ agencyChildId })
        const start = performance.now()
        await agency.check(input)
        times.push(performance.now() - start)
      } while (!isOver())
      return median(times)
    }),
  )
}

async function rounds(
  { rounds: count, roundMs, signal }: Pick<BenchOptions, 'rounds' | 'roundMs' | 'signal'>,
  measure: (isOver: () => boolean) => Promise<number>,
): Promise<readonly number[]> {
  const values: number[] = []
  for (let round = 0; round <= count; round += 1) {
    signal.throwIfAborted()
    const start = performance.now()
    const value = await measure(() => signal.aborted || performance.now() - start >= roundMs)
    if (round > 0 || count === 0) values.push(value)
  }
  signal.throwIfAborted()
  return values
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
