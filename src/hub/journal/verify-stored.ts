import { equalBytes } from '../../bytes.js'
import { decodeBatchEntry } from '../../check/batch.js'
import { journalTrust, verifiedHead } from '../../custodian/knowledge.js'
import type { Entry, EntryType } from '../../journal/entry.js'
import type { Finding } from '../../journal/finding.js'
import { rootOf, saltedLeafHash } from '../../journal/merkle.js'
import { type ExportedEntry, type JournalVerification, verifyJournal } from '../../journal/verify.js'
import { indexFindings } from '../check-index/verify.js'
import { type HubContext, roster } from '../context.js'
import { checkpoint } from '../custodians/checkpoints.js'

/** What a verification of the whole journal found. */
export interface JournalReport {
  readonly verified: boolean
  readonly size: number
  /** Root of the journal, 64 hexadecimal digits. */
  readonly root: string
  readonly cosignedBy: readonly string[]
  readonly byType: ReadonlyMap<EntryType, number>
  /** One sentence each: what was verified, and what was found wrong. */
  readonly findings: JournalVerification['findings']
  readonly notVerified: readonly string[]
}

const PAGE = 1_000

/** Recomputes every leaf and the root from the stored bytes, and compares with a head that custodians cosign now. */
export async function verifyStored(
  hub: HubContext,
  options: { readonly signal?: AbortSignal; readonly onProgress?: (done: number, total: number) => void } = {},
): Promise<JournalReport> {
  const { note, size } = await checkpoint(hub)
  const result = await verifyJournal(exported(hub, size, options), { ...journalTrust(roster(hub)), note })
  const root = Buffer.from(verifiedHead(roster(hub), note, 'or-not')?.root ?? []).toString('hex')
  const rows = await rowFindings(hub, size, options.signal)
  const { cosignedBy, byType, notVerified } = result
  const findings = [...result.findings, ...rows, ...(await indexFindings(hub, size, options.signal))]
  return { verified: findings.every(({ ok }) => ok), size, root, cosignedBy, byType, findings, notVerified }
}

/** The rows beside every batch: their hashes give the signed root, and what is left of them gives their hashes. */
async function rowFindings(hub: HubContext, size: number, signal?: AbortSignal): Promise<readonly Finding[]> {
  const wrong: Finding[] = []
  let batches = 0
  for (let from = 0; from < size; from += PAGE) {
    signal?.throwIfAborted()
    for (const { position, entry } of await hub.ledger.read(from, Math.min(PAGE, size - from))) {
      if (entry?.type !== 'check-batch' && entry?.type !== 'identify') continue
      batches += 1
      if (!(await rowsFit(hub, position, entry))) {
        wrong.push({
          ok: false,
          text: 'the rows beside a batch are not those that were signed',
          code: 'ERR_JOURNAL_INVALID',
          position,
        })
      }
    }
  }
  return wrong.length > 0
    ? wrong.slice(0, 100)
    : [{ ok: true, text: `the rows beside ${batches} batches are those that were signed` }]
}

async function rowsFit(hub: HubContext, position: number, entry: Entry): Promise<boolean> {
  const { batch } = decodeBatchEntry(entry.type === 'identify' ? 'identify-batch/v1' : 'check-batch/v1', entry.body)
  const leaves = await hub.ledger.leaves(position)
  const complete = leaves.length === batch.size && leaves.every(({ row }, index) => row === index)
  const intact = leaves.every(
    ({ hash, salt, bytes }) => bytes.length === 0 || equalBytes(saltedLeafHash(salt, bytes), hash),
  )
  return complete && intact && equalBytes(rootOf(leaves.map(({ hash }) => hash)), batch.root)
}

async function* exported(
  hub: HubContext,
  size: number,
  options: { readonly signal?: AbortSignal; readonly onProgress?: (done: number, total: number) => void },
): AsyncGenerator<ExportedEntry> {
  for (let from = 0; from < size; from += PAGE) {
    options.signal?.throwIfAborted()
    const limit = Math.min(PAGE, size - from)
    const hashes = await hub.store.nodes(
      Array.from({ length: limit }, (_, index) => ({ level: 0, index: from + index })),
    )
    for (const [index, { position, salt, bytes }] of (await hub.ledger.read(from, limit)).entries()) {
      const leafHash = hashes[index]
      if (bytes.length > 0) yield { position, salt, body: bytes }
      else if (leafHash !== undefined) yield { position, leafHash }
    }
    options.onProgress?.(from + limit, size)
  }
}
