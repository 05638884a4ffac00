import { generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto'
import type { BareLoop } from './bare.js'
import type { FedCheck } from './feed.js'
import type { OurAgencies, SingleOf } from './ours.js'

/** Milliseconds, each of one operation, in the order of the checks. */
export interface OneByOne {
  readonly receiptMs: readonly number[]
  readonly assessedMs: readonly number[]
  /** A commit of one row in the bare loop; none where there is no loop. */
  readonly commitMs: readonly number[]
  readonly signMs: readonly number[]
  readonly verifyMs: readonly number[]
}

/** One check after the other, and after each what no check can do without: a durable commit, a signature, a verification. */
export async function oneByOne(
  agencies: OurAgencies,
  checks: readonly (FedCheck & SingleOf)[],
  bare: BareLoop | undefined,
): Promise<OneByOne> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const times = { receiptMs: [], assessedMs: [], commitMs: [], signMs: [], verifyMs: [] } as Record<
    keyof OneByOne,
    number[]
  >
  for (const check of checks) {
    const { receiptMs, assessedMs } = await agencies.one(check)
    times.receiptMs.push(receiptMs)
    times.assessedMs.push(assessedMs)
    if (bare === undefined) continue
    times.commitMs.push(bare.record([{ agency: check.agency, checks: [check] }]).seconds * 1000)
    const message = randomBytes(250)
    const [signMs, signature] = timed(() => sign(null, message, privateKey))
    const [verifyMs] = timed(() => verify(null, message, publicKey, signature))
    times.signMs.push(signMs)
    times.verifyMs.push(verifyMs)
  }
  return times
}

function timed<Result>(work: () => Result): readonly [ms: number, result: Result] {
  const start = performance.now()
  const result = work()
  return [performance.now() - start, result]
}
