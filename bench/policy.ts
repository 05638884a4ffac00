/**
 * How fast a threshold policy is decided, beside the rule engines that one could take instead. Every figure stands beside
 * another of the same run; docs/benchmarks.md says what is measured, how fair it is and what it does not show.
 *
 * First every engine must give the same decisions. Then every measure runs in a process of its own, once a round, so that no
 * engine is timed with another's garbage or another's types in the machine code; rounds are interleaved, so that a busy
 * minute hits all alike.
 * Run: npm run bench:policy
 */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { FULL, measuresOf, QUICK, requireAgreement, type Sizes } from './policy/measures.js'
import { type Comparison, conditions, report, type Settings, settingsFrom, spreadOf } from './report.js'

const ROUNDS = 5
const OURS = 'child-index'
const PACKAGES = ['json-rules-engine', '@gorules/zen-engine', 'json-logic-engine', 'json-logic-js', '@bufbuild/cel']

type Figures = ReadonlyMap<string, readonly number[]>

async function compare(settings: Settings, sizes: Sizes): Promise<void> {
  console.log(conditions('npm run bench:policy', PACKAGES))
  await requireAgreement(sizes)
  console.log(`agreed:   all engines, over ${sizes.agreed} histories a question\n`)
  const measures = measuresOf(sizes)
  const figures = new Map([...measures.keys()].map((name): [string, number[]] => [name, []]))
  const rounds = settings.quick ? 1 : ROUNDS
  for (let round = 0; round < rounds; round += 1) {
    process.stderr.write(`round ${round + 1} of ${rounds}\n`)
    // Tiny sizes time nothing, so they need no process of their own.
    for (const [name, measure] of measures) figures.get(name)?.push(settings.quick ? await measure() : apart(name))
  }
  report(comparisonsOf(figures), settings)
}

function comparisonsOf(figures: Figures): readonly Comparison[] {
  const rates = 'decisions/s'
  const beside = (
    name: string,
    note: string,
    unit: string,
    [value, baseline]: readonly [string, string],
  ): Comparison => ({
    ...{ name, unit, note, values: valuesOf(figures, value), baselines: valuesOf(figures, baseline) },
  })
  // What a person waits for beside what a hub does all day: the study of a policy beside a million assessments by it.
  const waited = (name: string, study: string): Comparison => ({
    ...{ name, unit: 'ms', note: 'the default policy, beside 1,000,000 assessments of 40 checks' },
    ...{ values: valuesOf(figures, study), baselines: valuesOf(figures, `default/${OURS}`).map((rate) => 1e9 / rate) },
  })
  const fastest = fastestPeers(figures)
  const peers = (question: string): readonly string[] =>
    [...figures.keys()].filter((name) => name.startsWith(`${question}/`) && name !== `${question}/${OURS}`)
  const family = (trial: string, question: string, note: string): readonly Comparison[] => [
    beside(trial, `${note}: ours beside ${fastest(question)}, the fastest peer`, rates, [
      `${question}/${OURS}`,
      `${question}/${fastest(question)}`,
    ]),
    ...peers(question).map((name) => {
      const engine = name.slice(question.length + 1)
      return beside(`${trial}/${engine}`, `ours beside ${engine}`, rates, [`${question}/${OURS}`, name])
    }),
  ]
  return [
    ...family('fold-40', 'fold', '40 checks, every instant'),
    ...family('fold-40-explained', 'explained', '40 checks, every instant, fully explained'),
    ...family('fold-40-single-instant', 'instant', '40 checks, one instant'),
    ...family('aggregated', 'aggregated', 'facts that are aggregated already'),
    ...family('default-40', 'default', 'the default policy, 40 checks'),
    beside('default-40-explained', 'the default policy, 40 checks: explained beside not', rates, [
      `default-explained/${OURS}`,
      `default/${OURS}`,
    ]),
    beside('incremental-hot-child', 'the next check in order: 10,000 checks beside 10', 'µs', [
      'next/hot',
      'next/cool',
    ]),
    beside('late-hot-child', 'a check 30 days late among 10,000, beside assessing them all', 'µs', [
      'late/hot',
      'whole/hot',
    ]),
    waited('analyse-default', 'study/analyse'),
    waited('diff-default', 'study/diff'),
  ]
}

/** Of a question, the engine with the highest rate. What was written by hand is no engine, and neither is ours. */
function fastestPeers(figures: Figures): (question: string) => string {
  return (question) => {
    const rates = [...figures].flatMap(([name, values]) => {
      const engine = name.slice(question.length + 1)
      const isPeer = name.startsWith(`${question}/`) && !engine.startsWith(OURS) && engine !== 'hand-written'
      return isPeer ? [{ engine, rate: spreadOf(values).median }] : []
    })
    const [best] = rates.sort((a, b) => b.rate - a.rate)
    if (best === undefined) throw new RangeError(`nobody else answers ${question}`)
    return best.engine
  }
}

function valuesOf(figures: Figures, name: string): readonly number[] {
  const values = figures.get(name)
  if (values === undefined) throw new RangeError(`${name} was not measured`)
  return values
}

function apart(name: string): number {
  const args = [...process.execArgv, fileURLToPath(import.meta.url), '--measure', name]
  return Number(execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }))
}

const settings = settingsFrom(process.argv.slice(2))
const sizes = settings.quick ? QUICK : FULL
if (settings.measure === undefined) await compare(settings, sizes)
else {
  const measure = measuresOf(sizes).get(settings.measure)
  if (measure === undefined) throw new TypeError('there is no such measure')
  console.log(await measure())
}
