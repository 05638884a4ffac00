/**
 * What sealing, opening and proving cost, beside the bare cryptography that they need.
 *
 * Run: npm run bench:seal [-- --full] [-- --json FILE]
 */
import { conditions, report, settingsFrom } from './report.js'
import { compareSealing } from './seal/sealing.js'

const args = process.argv.slice(2)
const settings = settingsFrom(args.filter((arg) => arg !== '--full'))
const { quick } = settings
console.log(conditions('npm run bench:seal', ['@noble/ciphers', '@hpke/core', 'shamir-secret-sharing']))
report([...(await compareSealing(quick ? 4 : 512, quick ? 1 : 7))], settings)

