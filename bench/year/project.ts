import type { Run } from './run.js'

/** What the year stands for, and where the numbers come from. */
const ENGLAND = { children: 11_500_000, checks: 20_000_000 }
const LONDON_POLICE = { checks: 500_000 }

/** What was measured of a year, in the units that are projected. */
export interface Measures {
  readonly run: Run
  readonly children: number
  readonly bytesBefore: number
  readonly bytesAfter: number
}

/** Checks a second that England would need in its busiest hour, if its hours were as uneven as those of the year. */
export function peakOfEngland({ run }: Measures): number {
  return ((run.busiestHour / run.tally.sent) * ENGLAND.checks) / 3_600
}

export function bytesPerCheck({ run, bytesBefore, bytesAfter }: Measures): number {
  return (bytesAfter - bytesBefore) / run.tally.recorded
}

/** The projection and what it assumes, for people. */
export function projection(measures: Measures): readonly string[] {
  const { run, children, bytesBefore } = measures
  const rate = run.tally.sent / run.seconds
  const perChild = bytesBefore / children
  const perCheck = bytesPerCheck(measures)
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toPrecision(3)} GB`
  const minutes = (checks: number): string => `${Math.ceil(checks / rate / 60).toLocaleString('en-GB')} minutes`
  const peak = peakOfEngland(measures)
  return [
    'Projected from this, on such a machine:',
    `  England, ${count(ENGLAND.checks)} checks a year on ${count(ENGLAND.children)} children: ${minutes(ENGLAND.checks)} of work in a year;`,
    `    ${gigabytes(perCheck * ENGLAND.checks)} for the checks of a year, ${gigabytes(perChild * ENGLAND.children)} for the children;`,
    `    in its busiest hour ${Math.ceil(peak)} checks a second, of which this was ${(rate / peak).toPrecision(3)} times as many`,
    `  The Metropolitan Police alone, ${count(LONDON_POLICE.checks)} records a year: ${minutes(LONDON_POLICE.checks)} of work, ${gigabytes(perCheck * LONDON_POLICE.checks)}`,
    'It assumes that one hub of one machine held all of it (in fact each local authority would have its own), that a check costs the same',
    'with twelve times as many children (see the trial `growth`), that hours, batches, late and repeated checks are as in this invented year, that',
    'children are known by NHS numbers, and that custodians are in the same process. Nothing of a network or of people is in it.',
  ]
}

function count(value: number): string {
  return value.toLocaleString('en-GB')
}
