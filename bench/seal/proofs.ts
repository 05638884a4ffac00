import { join } from 'node:path'
import { signCheckpoint } from '../../src/journal/checkpoint.js'
import { completedNodes, frontierPlaces, rootFromFrontier, saltedLeafHash } from '../../src/journal/merkle.js'
import {
  type ConsistencyProof,
  foldProof,
  type InclusionProof,
  planConsistency,
  planInclusion,
  planPlaces,
  verifyConsistency,
  verifyInclusion,
} from '../../src/journal/proof.js'
import { signingKey } from '../../src/signature.js'
import type { NodePlace, Store, StoredEntry } from '../../src/store/port.js'
import { openSqliteStore } from '../../src/store/sqlite.js'
import { systemRandom } from '../../src/system.js'
import { inFolder } from '../apart.js'
import { type Comparison, spreadOf } from '../report.js'

/** What the head of a journal and its proofs cost at several lengths, each beside the shortest, and how many nodes they read. */
export async function compareProofs(sizes: readonly number[], proofs: number): Promise<readonly Comparison[]> {
  const measured: Measured[] = []
  // One after the other: together they would not fit on the disk.
  for (const size of sizes) measured.push(await inFolder(measure, { size, proofs }))
  const first = measured[0] as Measured
  return measured.flatMap((each, i) => {
    const size = sizes[i] ?? 0
    const log = `log2 is ${Math.log2(size).toFixed(1)} beside ${Math.log2(sizes[0] ?? 1).toFixed(1)}`
    return (['head', 'signing', 'inclusion', 'consistency'] as const).map((what): Comparison => {
      const nodes = `${each[what].nodes} nodes read at most, beside ${first[what].nodes}`
      const [values, baselines] = [[spreadOf(each[what].us).median], [spreadOf(first[what].us).median]]
      return { name: `${what}/${size}`, unit: 'us', values, baselines, note: `${log}; ${nodes}` }
    })
  })
}

interface Cost {
  readonly us: number[]
  nodes: number
}
type Measured = Readonly<Record<'head' | 'signing' | 'inclusion' | 'consistency', Cost>>

async function measure(folder: string, { size, proofs }: { readonly size: number; readonly proofs: number }) {
  const store = await openSqliteStore(join(folder, 'journal.sqlite'), { create: true })
  await fill(store, size)
  const cost = (): Cost => ({ us: [], nodes: 0 })
  const costs: Measured = { head: cost(), signing: cost(), inclusion: cost(), consistency: cost() }
  const read = async (of: Cost, places: readonly NodePlace[]): Promise<readonly (Uint8Array | undefined)[]> => {
    of.nodes = Math.max(of.nodes, places.length)
    return store.nodes(places)
  }
  const headOf = async (at: number) => ({
    size: at,
    root: rootFromFrontier((await read(costs.head, frontierPlaces(at))) as Uint8Array[]),
  })
  const timed = async (of: Cost, work: () => Promise<boolean>): Promise<void> => {
    const from = performance.now()
    if (!(await work())) throw new RangeError('a proof did not verify')
    of.us.push((performance.now() - from) * 1000)
  }
  const head = await headOf(size)
  const key = signingKey(systemRandom(32))
  for (let i = 0; i < proofs; i += 1) {
    const at = Math.floor((size / proofs) * i)
    const [older] = [await headOf(at + 1)]
    const [leaf] = (await store.nodes([{ level: 0, index: at }])) as [Uint8Array]
    await timed(costs.head, async () => (await headOf(size)).root.length === 32)
    await timed(costs.signing, async () => signCheckpoint({ origin: ORIGIN, ...head }, ORIGIN, key).length > 0)
    await timed(costs.inclusion, async () => {
      const steps = planInclusion(at, size)
      const path = foldProof(steps, await read(costs.inclusion, planPlaces(steps)))
      return verifyInclusion(leaf, { index: at, size, path } satisfies InclusionProof, head)
    })
    await timed(costs.consistency, async () => {
      const steps = planConsistency(at + 1, size)
      const path = foldProof(steps, await read(costs.consistency, planPlaces(steps)))
      return verifyConsistency(older, head, { from: at + 1, to: size, path } satisfies ConsistencyProof)
    })
  }
  await store.close()
  return costs
}

const ORIGIN = 'bench.example/journal'
const PAGE = 20_000

async function fill(store: Store, size: number): Promise<void> {
  let frontier: readonly Uint8Array[] = []
  for (let at = 0; at < size; at += PAGE) {
    const random = systemRandom(32 * Math.min(PAGE, size - at))
    const entries = Array.from({ length: Math.min(PAGE, size - at) }, (_, i): StoredEntry => {
      const salt = random.subarray(32 * i, 32 * (i + 1))
      return { position: at + i, salt, body: salt.subarray(0, 8), sealed: false }
    })
    const leaves = entries.map(({ salt, body }) => saltedLeafHash(salt, body))
    const growth = completedNodes(at, leaves, frontier)
    await store.commit({ expectedSize: at, entries, nodes: growth.nodes })
    frontier = growth.frontier
  }
}
