import type { Results } from './results.js'
import type { TrialResult, TrialSpec } from './trial.js'
import { type Reported, reported, verdict } from './verdict.js'

/** Three figures are more than a shared machine can promise. */
export function figure(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en-GB', { maximumFractionDigits: 4 })
}

/** Ratio of the medians, and in brackets the least and the most of a round. */
export function ratioText({ ratio, rounds }: Reported): string {
  return rounds.count < 2 ? figure(ratio) : `${figure(ratio)} (${figure(rounds.least)} to ${figure(rounds.most)})`
}

export function besideText({ value, baseline, unit }: Reported): string {
  return `${figure(value)} beside ${figure(baseline)} ${unit}`
}

/** A trial as it stands on the screen. */
export function printed({ name, measures }: TrialSpec, result: TrialResult | undefined): string {
  if (result === undefined) return `${name}  FAILED  ${measures}\n`
  const lines = result.measured.map(reported).flatMap((each) => {
    const said = verdict(each)
    return [
      `${each.name}  ${ratioText(each)}  ${each.note}`,
      `    ${besideText(each)}${said === '' ? '' : `; ${said}`}`,
    ]
  })
  const facts = (result.facts ?? []).map(([what, value]) => `    ${what}: ${value}`)
  return `${[...lines, ...facts].join('\n')}\n`
}

/** Why a run is no evidence: a trial that failed, or a slowed build that nobody noticed. A bar that is not met is a result. */
export function failures({ about, trials }: Results): readonly string[] {
  const failed = about
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ name }) => `${name} failed: the run is not complete`)
  const unseen = trials
    .filter(({ name, bar, rounds }) => name === 'control' && (bar?.met !== true || rounds.least <= 1))
    .map(() => 'control: the slowed build did not show in every round: no figure of this run means anything')
  return [...failed, ...unseen]
}

/** What nobody should take these figures for. */
export const NOT_MEASURED: readonly string[] = [
  'A network: hub, agencies and custodians share one machine, and custodians the hub’s process. With custodians on other hosts every batch waits for one answer of one of them.',
  'Children looked up by names, birth and address (npm run bench:lookups), registering and sealing (npm run bench:seal).',
  'Sealed records in the store: children of prepared stores have the rows by which a number finds them, and no sealed details.',
  'Disks other than this one, power cuts, a store that is larger than the machine’s memory, hubs with tens of millions of checks (npm run bench:year projects from a sample).',
  'An index of references that already holds years of them: the bare loop and ours both begin empty.',
  'Officers at work, openings, referrals and erasures at the same time as checks.',
]
