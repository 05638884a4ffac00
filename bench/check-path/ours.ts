import { randomBytes } from 'node:crypto'
import { type Agency, createAgency } from '../../src/agency.js'
import { openHub } from '../../src/embedded.js'
import type { Hub } from '../../src/hub.js'
import { type HubPort, newPartyKey } from '../../src/party.js'
import type { Enrolment } from '../../src/roster/enrolment.js'
import type { FedBatch, FedCheck } from './feed.js'

/** So that a benchmark of minutes may do what agencies do in months. Custodians keep their own limits. */
const LIMITS = {
  identifyPerAgencyPerDay: 1e9,
  identifyPerPractitionerPerDay: 1e9,
  identifyPerPractitionerPerTenMinutes: 1e9,
  checksPerChildPerDay: 1e9,
}

/** A hub of a folder, opened as anybody opens one. */
export class OurHub {
  cases = 0

  private constructor(readonly hub: Hub) {
    hub.onCase(() => {
      this.cases += 1
    })
  }

  static async open(path: string): Promise<OurHub> {
    return new OurHub(await openHub({ path, limits: LIMITS }))
  }
}

/** How batches came out: a check that was not recorded for a child that the hub knows is a failure of the benchmark. */
export interface Recorded {
  readonly checks: number
  readonly seconds: number
}

/** Agencies, one of each kind, with one line to one hub. */
export class OurAgencies {
  private constructor(
    private readonly agencies: ReadonlyMap<string, Agency>,
    private readonly caughtUp: () => Promise<void>,
    private readonly numbers: readonly string[],
  ) {}

  /** @param enrol puts them on the hub's roster */
  static async start(
    hub: HubPort,
    kinds: readonly string[],
    numbers: readonly string[],
    { enrol, caughtUp }: { enrol(enrolments: readonly Enrolment[]): Promise<unknown>; caughtUp(): Promise<void> },
  ): Promise<OurAgencies> {
    const agencies = new Map<string, Agency>()
    // Others of these kinds may be on the roster already.
    const group = randomBytes(4).toString('hex')
    for (const kind of kinds) {
      const options = { id: `${kind}-${group}`, kind, key: await newPartyKey(), hub, neverIssuedNumbers: true }
      agencies.set(kind, createAgency(options))
    }
    await enrol([...agencies.values()].map((agency) => agency.enrolment()))
    return new OurAgencies(agencies, caughtUp, numbers)
  }

  /** From the numbers of children to verified receipts, and everything assessed: so many batches in flight. */
  async record(batches: readonly FedBatch[], inFlight: number): Promise<Recorded> {
    const inputs = batches.map(({ agency, checks }) => ({ agency: this.agency(agency), rows: this.inputs(checks) }))
    let next = 0
    let known = 0
    const sender = async (): Promise<void> => {
      for (let at = next++; at < inputs.length; at = next++) {
        const { agency, rows } = inputs[at]!
        const outcomes = await agency.checkAll(rows)
        for (const outcome of outcomes) {
          if (outcome.kind === 'refused') throw new Error(`a check was refused: ${outcome.code} ${outcome.field}`)
          if (outcome.receipt.known === 'known') known += 1
        }
      }
    }
    const start = performance.now()
    await Promise.all(Array.from({ length: inFlight }, sender))
    await this.caughtUp()
    const seconds = (performance.now() - start) / 1000
    const checks = batches.reduce((sum, each) => sum + each.checks.length, 0)
    if (known !== checks) throw new Error(`${known} of ${checks} checks were recorded for known children`)
    return { checks, seconds }
  }

  /** Sends a batch and gives what its receipts say: which check, and where it stands. The same batch again gives the same. */
  async receipts({ agency, checks }: FedBatch): Promise<readonly string[]> {
    const outcomes = await this.agency(agency).checkAll(this.inputs(checks))
    return outcomes.map((outcome) => {
      if (outcome.kind === 'refused') return outcome.code
      const { checkId, position } = outcome.receipt
      return `${checkId} ${position.entry} ${position.row}`
    })
  }

  /** Milliseconds that each check took from input to verified receipt, so many in flight. */
  async singles(checks: readonly (FedCheck & SingleOf)[], inFlight: number): Promise<Singles> {
    const inputs = checks.map((check) => ({ agency: this.agency(check.agency), input: this.inputOf(check) }))
    const ms: number[] = []
    let next = 0
    const sender = async (): Promise<void> => {
      for (let at = next++; at < inputs.length; at = next++) {
        const { agency, input } = inputs[at]!
        const start = performance.now()
        await agency.check(input)
        ms.push(performance.now() - start)
      }
    }
    const start = performance.now()
    await Promise.all(Array.from({ length: inFlight }, sender))
    const seconds = (performance.now() - start) / 1000
    await this.caughtUp()
    return { seconds, ms }
  }

  /** Milliseconds of one check to its receipt, and further to everything being assessed. */
  async one(check: FedCheck & SingleOf): Promise<{ readonly receiptMs: number; readonly assessedMs: number }> {
    const [agency, input] = [this.agency(check.agency), this.inputOf(check)]
    const start = performance.now()
    await agency.check(input)
    const receiptMs = performance.now() - start
    await this.caughtUp()
    return { receiptMs, assessedMs: performance.now() - start }
  }

  /** The agency's own ids for children. */
  async idsOf(agency: string, children: readonly number[]): Promise<readonly string[]> {
    const queries = children.map((child) => ({ child: { nhsNumber: this.numbers[child]! } }))
    const ids: string[] = []
    for await (const outcome of this.agency(agency).identifyAll(queries, { practitioner: 'records' })) {
      if (outcome.kind === 'refused' || outcome.known !== 'known')
        throw new Error('a child of the prepared store is not known')
      ids.push(outcome.agencyChildId)
    }
    return ids
  }

  private agency(kind: string): Agency {
    const agency = this.agencies.get(kind)
    if (agency === undefined) throw new RangeError(`no agency is of the kind ${kind}`)
    return agency
  }

  private inputs(checks: readonly FedCheck[]) {
    return checks.map((check) => this.inputOf(check))
  }

  private inputOf({
    child,
    agencyChildId,
    incident,
    indicators,
    occurredAt,
    reference,
    practitioner,
  }: FedCheck & Named) {
    const query = agencyChildId === undefined ? { nhsNumber: this.numbers[child]! } : { agencyChildId }
    return { child: query, incident, indicators, occurredAt, reference, practitioner }
  }
}

interface Named {
  readonly agencyChildId?: string | undefined
}

/** Of a check that is sent alone. */
export interface SingleOf extends Named {
  readonly agency: string
}

export interface Singles {
  readonly seconds: number
  readonly ms: readonly number[]
}
