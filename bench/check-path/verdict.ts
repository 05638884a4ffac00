import { spreadOf } from '../report.js'
import type { Measured } from './trial.js'

/** A figure as it is reported: medians, their ratio, and whether that is what was asked. */
export interface Reported {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly baseline: number
  readonly ratio: number
  readonly better: Measured['better']
  readonly note: string
  /** Least and most ratio of a round, whose two figures were measured under the same load. */
  readonly rounds: { readonly least: number; readonly most: number; readonly count: number }
  readonly bar?: { readonly ratio: number; readonly met: boolean }
  readonly aim?: { readonly ratio: number; readonly met: boolean }
}

export function reported(measured: Measured): Reported {
  const { name, unit, better, note, values, baselines, bar, aim } = measured
  const [value, baseline] = [spreadOf(values).median, spreadOf(baselines).median]
  const ratio = value / baseline
  const ratios = spreadOf(values.map((each, round) => each / (baselines[round] ?? baseline)))
  return {
    ...{ name, value, unit, baseline, ratio, better, note },
    rounds: { least: ratios.least, most: ratios.most, count: values.length },
    ...(bar === undefined ? {} : { bar: { ratio: bar, met: isMet(ratio, bar, better) } }),
    ...(aim === undefined ? {} : { aim: { ratio: aim, met: isMet(ratio, aim, better) } }),
  }
}

/** A ratio that is no number meets nothing. */
function isMet(ratio: number, asked: number, better: Measured['better']): boolean {
  return better === 'more' ? ratio >= asked : ratio <= asked
}

/** What was asked and whether it holds, in words: `bar at least 0.6: met; aim at least 0.9: not met`. */
export function verdict({ better, bar, aim }: Reported): string {
  const word = better === 'more' ? 'at least' : 'at most'
  const said = (what: string, asked: Reported['bar']): string[] =>
    asked === undefined ? [] : [`${what} ${word} ${asked.ratio}: ${asked.met ? 'met' : 'not met'}`]
  return [...said('bar', bar), ...said('aim', aim)].join('; ')
}
