import { type Agency, type CheckInput, type CheckOutcome, createAgency, newPartyKey } from '../../src/agency.js'
import { openHub } from '../../src/embedded.js'
import type { Hub } from '../../src/hub.js'
import { verifyBundle } from '../../src/verify/verify-bundle.js'
import { AGENCIES, type YearAgency } from './agencies.js'
import { DAY_MS, HOUR_MS } from './calendar.js'
import { Year, type YearCheck, type YearEvent, type YearOptions } from './draw.js'

/** What was sent and what came of it; each number but the first is counted from the hub's answers. */
export interface Tally {
  sent: number
  recorded: number
  again: number
  conflicts: number
  unregistered: number
  withdrawn: number
}

export interface Run {
  readonly tally: Tally
  /** Of the hub's answers, seconds of each month; and of all of it, with the assessment that follows. */
  readonly months: readonly { readonly checks: number; readonly seconds: number }[]
  readonly seconds: number
  /** Milliseconds of every batch, with the number of its checks. */
  readonly batches: readonly { readonly checks: number; readonly ms: number }[]
  /** Most checks that reached the hub in one hour of the year. */
  readonly busiestHour: number
  readonly residentMax: number
}

/** Sends a year to the hub of a folder through its agencies, at the time of the year: the clock of all is ahead of the world's. */
export class YearRun {
  private readonly agencies = new Map<YearAgency, Agency>()
  private readonly receipts = new Map<string, string>()
  private readonly tally: Tally = { sent: 0, recorded: 0, again: 0, conflicts: 0, unregistered: 0, withdrawn: 0 }
  private readonly batches: { checks: number; ms: number }[] = []
  private readonly hours = new Map<number, number>()

  private constructor(
    private readonly hub: Hub,
    private readonly options: YearOptions,
    private readonly numbers: readonly string[],
    private readonly clock: { now: number },
  ) {}

  static async open(path: string, options: YearOptions, numbers: readonly string[]): Promise<YearRun> {
    const clock = { now: Date.now() }
    const hub = await openHub({ path, clock: () => clock.now })
    const run = new YearRun(hub, options, numbers, clock)
    for (const agency of AGENCIES) {
      const { id, kind } = agency
      const party = { id, kind, key: await newPartyKey(), hub, neverIssuedNumbers: true, clock: () => clock.now }
      run.agencies.set(agency, createAgency(party))
    }
    await hub.enrol([...run.agencies.values()].map((agency) => agency.enrolment()))
    return run
  }

  /** The hub of a year that has ended, opened as it was left, at its last moment. */
  static async reopened(path: string, { from, days }: YearOptions): Promise<Hub> {
    const hub = await openHub({ path, clock: () => from + (days + 1) * DAY_MS })
    await hub.caughtUp()
    return hub
  }

  async send(onDay: (day: number) => void): Promise<Run> {
    const { options } = this
    const months: { checks: number; seconds: number }[] = []
    const start = performance.now()
    let residentMax = process.memoryUsage.rss()
    let day = 0
    for (const events of new Year(options).events()) {
      const before = { sent: this.tally.sent, at: performance.now() }
      for (const event of events) await this.take(event)
      await this.hub.caughtUp()
      const month = Math.min(11, Math.floor((day * 12) / options.days))
      const { checks, seconds } = months[month] ?? { checks: 0, seconds: 0 }
      months[month] = {
        checks: checks + this.tally.sent - before.sent,
        seconds: seconds + (performance.now() - before.at) / 1000,
      }
      residentMax = Math.max(residentMax, process.memoryUsage.rss())
      day += 1
      onDay(day)
    }
    const seconds = (performance.now() - start) / 1000
    const busiestHour = Math.max(...this.hours.values())
    return { tally: this.tally, months, seconds, batches: this.batches, busiestHour, residentMax }
  }

  /** Children at each level that has a case, from the lowest level on. */
  async cases(): Promise<readonly number[]> {
    const { levels } = this.options.policy
    const counts = new Map<string, number>()
    for await (const { level } of this.hub.cases()) counts.set(level, (counts.get(level) ?? 0) + 1)
    return levels.map(({ name }) => counts.get(name) ?? 0)
  }

  /** What an auditor who has nothing but the exported journal counts, once it has verified. */
  async audited(): Promise<{ readonly checks: number; readonly withdrawn: number; readonly seconds: number }> {
    const start = performance.now()
    const found = await verifyBundle(this.hub.journal.bundle(), { pin: this.hub.pin })
    if (!found.verified) throw new Error('the journal of the year does not verify')
    const sum = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((a, b) => a + b, 0)
    const { checksByAgency, withdrawalsByAgency } = found.counts
    const seconds = (performance.now() - start) / 1000
    return { checks: sum(checksByAgency), withdrawn: sum(withdrawalsByAgency), seconds }
  }

  async close(): Promise<void> {
    await this.hub.close()
  }

  private async take(event: YearEvent): Promise<void> {
    const agency = this.agencies.get(event.agency)
    if (agency === undefined) throw new RangeError('an agency of the year is not on the roster')
    this.clock.now = Math.max(this.clock.now, event.at)
    if (event.kind === 'withdrawal') {
      // A level that a check has helped to reach is reached before the check is taken back.
      await this.hub.caughtUp()
      await agency.withdraw(event.check.reference, 'entered-in-error')
      this.tally.withdrawn += 1
      return
    }
    const { checks } = event
    const hour = Math.floor(event.at / HOUR_MS)
    this.hours.set(hour, (this.hours.get(hour) ?? 0) + checks.length)
    const inputs = checks.map((check) => this.inputOf(check))
    const start = performance.now()
    const outcomes = await agency.checkAll(inputs)
    this.batches.push({ checks: checks.length, ms: performance.now() - start })
    checks.forEach((check, row) => {
      this.count(check, outcomes[row])
    })
  }

  private inputOf({ child, incident, indicators, occurredAt, reference }: YearCheck): CheckInput {
    const nhsNumber = this.numbers[child] ?? ''
    // Of the check and not of the batch: one that comes again is to be the same.
    const practitioner = `p${Number(reference.slice(-4)) % 50}`
    return { child: { nhsNumber }, incident, indicators, occurredAt, reference, practitioner }
  }

  /** Holds an answer to what it must be. */
  private count({ agency, child, reference, sent, repeats }: YearCheck, outcome: CheckOutcome | undefined): void {
    this.tally.sent += 1
    if (outcome?.kind !== 'recorded') {
      if (sent !== 'conflict' || outcome?.code !== 'ERR_REFERENCE_CONFLICT')
        throw new Error(`a check that is to be recorded was refused: ${outcome?.code}`)
      this.tally.conflicts += 1
      return
    }
    const { receipt } = outcome
    const isRegistered = child < this.options.children
    if ((receipt.known === 'known') !== isRegistered)
      throw new Error('the hub knows a child that it cannot know, or the reverse')
    const name = `${agency.id} ${reference}`
    if (sent === 'again') {
      if (this.receipts.get(name) !== receipt.checkId) throw new Error('a check that came again was recorded twice')
      this.receipts.delete(name)
      this.tally.again += 1
      return
    }
    if (sent !== 'first') throw new Error('a check under the reference of another was recorded')
    this.tally.recorded += 1
    if (!isRegistered) this.tally.unregistered += 1
    if (repeats) this.receipts.set(name, receipt.checkId)
  }
}
