/**
 * What sealing, opening and proving cost, beside the bare cryptography that they need: children sealed a second, an opening
 * with three custodian processes, heads and proofs of long journals. Rounds are interleaved, so that a busy minute hits
 * both sides alike.
 *
 * Run: npm run bench:seal [-- --full] [-- --json FILE]
 */
import { baseFolder, disk, sqlite } from './apart.js'
import { conditions, report, settingsFrom } from './report.js'
import { compareOpening } from './seal/opening.js'
import { compareProofs } from './seal/proofs.js'
import { compareSealing } from './seal/sealing.js'

const args = process.argv.slice(2)
const settings = settingsFrom(args.filter((arg) => arg !== '--full'))
const { quick } = settings
const sizes = quick ? [100, 1_000] : [10_000, 1_000_000, ...(args.includes('--full') ? [10_000_000] : [])]
const packages = ['@noble/ciphers', '@hpke/core', 'shamir-secret-sharing', 'better-sqlite3']
console.log(conditions('npm run bench:seal', packages, [disk(baseFolder()), sqlite()]))
const comparisons = [
  ...(await compareSealing(quick ? 4 : 512, quick ? 1 : 7)),
  ...(await compareOpening(quick ? 3 : 50, quick ? 1 : 31)),
  ...(await compareProofs(sizes, quick ? 5 : 300)),
]
report(comparisons, settings)
