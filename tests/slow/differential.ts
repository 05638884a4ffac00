/**
 * Every evaluator gives the same level, on at least 100,000 random histories and at every edge of a thousand policies.
 * Run: npm run test:policy [-- --seed 1 --policies 20000 --edges 1000]
 * Prints counts; ends with 1 where two evaluators disagree or something worth trying hardly came up.
 */
import { parseArgs } from 'node:util'
import { defaultPolicy } from '../../src/policy/default.js'
import { Tally } from '../policy/differential/compare.js'
import { compareAtEdges, compareAtRandom, compareOn, poorlyCovered, rareLevels } from '../policy/differential/suite.js'

const BATCH = 1_000
const number = { type: 'string' } as const
const { values } = parseArgs({ options: { seed: number, policies: number, edges: number } })
const seed = Number(values.seed ?? Date.now() % 2 ** 31)
const [policies, edges] = [Number(values.policies ?? 20_000), Number(values.edges ?? 1_000)]
const tally = new Tally()

console.log(`seed ${seed}`)
for (let done = 0; done < policies; done += BATCH) {
  compareAtRandom(Math.min(BATCH, policies - done), seed + done, tally)
  console.log(`random: ${tally.of('comparisons')} histories, to seed ${seed + done}`)
}
compareOn(defaultPolicy(), 5_000, seed, tally)
for (let done = 0; done < edges; done += BATCH / 10)
  compareAtEdges(Math.min(BATCH / 10, edges - done), seed + done, tally)
console.log(tally.lines().join('\n'))

const poor = [...poorlyCovered(tally, 50), ...rareLevels(tally, 5)]
for (const line of poor) console.error(`hardly came up: ${line}`)
process.exitCode = poor.length > 0 ? 1 : 0
