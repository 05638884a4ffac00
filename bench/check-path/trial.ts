/** One thing that is measured: what it is, what is asked of it, and how it is run. Every trial has a process of its own. */
export interface TrialSpec {
  /** In the JSON, the table and after `--only`. */
  readonly name: string
  /** What is measured beside what, in one sentence for people who do not read the source. */
  readonly measures: string
  readonly run: (setting: Setting) => Promise<TrialResult>
}

/** What a trial is told. */
export interface Setting {
  readonly sizes: Sizes
  /** Folder of a hub with that many children (see `numbersOf`), a fresh copy for this trial alone. */
  readonly hubOf: (children: number) => string
  /** Folder of that hub with so many checks (`Sizes.checked`) in it, a fresh copy too. */
  readonly checkedHub: () => Promise<string>
  /** File of a database with a table of that many tokens, for `BareLoop`; a fresh copy. */
  readonly bareOf: (children: number) => string
  /** Folder for whatever else the trial writes; gone afterwards. */
  readonly folder: string
  /** Says how far it is, on standard error. */
  readonly say: (text: string) => void
}

/** How much is measured: `FULL` for figures, `QUICK` to see whether everything runs. */
export interface Sizes {
  readonly isQuick: boolean
  /** Rounds of every trial that takes turns with its baseline. */
  readonly rounds: number
  /** Children of the main store. */
  readonly children: number
  /** Children of the stores across which growth is measured, ascending. */
  readonly growth: readonly number[]
  /** Rows of a batch. */
  readonly batch: number
  /** How long one side of a round is meant to take; a first round that is not counted says how many batches that is. */
  readonly roundMs: number
  /** Batches of one side of a round, at least and at most. */
  readonly batches: { readonly least: number; readonly most: number }
  /** Checks at a time, or one after the other, whose times are taken one by one. */
  readonly singles: number
  /** Checks of the store by which memory and opening are measured. */
  readonly checked: number
  /** Earlier checks of the hot child. */
  readonly hot: number
}

export const FULL: Sizes = {
  isQuick: false,
  rounds: 5,
  children: 1_000_000,
  growth: [10_000, 100_000, 1_000_000],
  batch: 1_000,
  roundMs: 2_000,
  batches: { least: 20, most: 60 },
  singles: 400,
  checked: 1_000_000,
  hot: 10_000,
}

export const QUICK: Sizes = {
  isQuick: true,
  rounds: 1,
  children: 200,
  growth: [100, 200],
  batch: 20,
  roundMs: 1,
  batches: { least: 1, most: 1 },
  singles: 4,
  checked: 40,
  hot: 20,
}

/** Which way is better: of a rate more, of a time or a size less. */
export type Better = 'more' | 'less'

/** One figure beside another, each measured once a round (`baselines` may be one that all rounds stand beside). */
export interface Measured {
  /** Of the trial, or the trial's with a further word behind a slash. */
  readonly name: string
  readonly unit: string
  readonly better: Better
  /** What stands beside what, in a few words. */
  readonly note: string
  readonly values: readonly number[]
  readonly baselines: readonly number[]
  /** What the ratio must come to; absent where the figure is only reported. */
  readonly bar?: number
  /** What it should come to. */
  readonly aim?: number
}

/** What is drawn, and written in a table beside the drawing. */
export interface Series {
  /** Under which picture it stands. */
  readonly picture: 'batch-size' | 'latency' | 'growth' | 'memory'
  readonly name: string
  readonly unit: string
  /** In the order in which they are drawn. */
  readonly points: readonly Point[]
}

export interface Point {
  /** Of the axis: a size of batch or store, or a share of all that was measured. */
  readonly at: number
  readonly value: number
}

export interface TrialResult {
  readonly measured: readonly Measured[]
  readonly series?: readonly Series[]
  /** Counts and sizes without a baseline, for people: `cases raised: 12`. */
  readonly facts?: readonly (readonly [name: string, value: string])[]
}
