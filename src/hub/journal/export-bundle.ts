import { IndexError } from '../../errors.js'
import { decodeEntry } from '../../journal/entry.js'
import type { StoredEntry, StoredLeaf } from '../../store/port.js'
import {
  type BundleHeader,
  type BundleLine,
  type BundleRow,
  encodeHeader,
  encodeLine,
  ROWS_PER_LINE,
} from '../../verify/bundle.js'
import type { HubContext } from '../context.js'
import { checkpoint } from '../custodians/checkpoints.js'

/** What goes into a bundle besides what anybody may see. */
export interface ExportOptions {
  /** The bytes of checks: pseudonymous personal data, for whoever may see every agency's checks. */
  readonly checks?: boolean | undefined
  /** Entries that join agencies, decrypted: for oversight of the hub, which may see what its officers see. */
  readonly cases?: boolean | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

const PAGE = 256

/**
 * The whole journal under a fresh checkpoint, as a bundle that `verifyBundle` takes: line by line, so that it can be
 * written while it is read. Nothing in it is encrypted, and erasure does not reach it: who may have which is for `docs/verifying.md`.
 */
export async function* exportBundle(hub: HubContext, options: ExportOptions = {}): AsyncGenerator<Uint8Array> {
  const { note, size } = await checkpoint(hub)
  const header: BundleHeader = {
    hub: hub.id,
    checks: options.checks === true,
    cases: options.cases === true,
    note,
  }
  let lines = 1
  yield encodeHeader(header)
  for (let from = 0; from < size; from += PAGE) {
    options.signal?.throwIfAborted()
    const stored = await hub.store.entries(from, Math.min(PAGE, size - from))
    const hashes = await hub.store.nodes(stored.map(({ position }) => ({ level: 0, index: position })))
    for (const [index, entry] of stored.entries()) {
      const line = await entryLine(hub, header, entry, hashes[index])
      lines += 1
      yield encodeLine(line)
      for (const rows of await rowLines(hub, header, line)) {
        lines += 1
        yield encodeLine(rows)
      }
    }
    options.onProgress?.(Math.min(from + PAGE, size), size)
  }
  yield encodeLine({ line: 'end', entries: size, lines: lines + 1 })
}

/** A sealed entry is shown in plain where that was asked for, and else by its leaf hash, without its ciphertext. */
async function entryLine(
  hub: HubContext,
  { cases }: BundleHeader,
  { position, salt, body, sealed }: StoredEntry,
  hash: Uint8Array | undefined,
): Promise<BundleLine> {
  if (body.length > 0 && !sealed) return { line: 'entry', position, salt, bytes: body }
  if (body.length > 0 && cases) {
    const { bytes } = await hub.ledger.readOne(position)
    return { line: 'entry', position, salt, bytes }
  }
  if (hash === undefined) throw new IndexError('ERR_STORE_DAMAGED', 'a leaf of the journal tree is missing')
  return { line: 'leaf', position, hash, because: body.length > 0 ? 'sealed' : 'erased' }
}

/** The rows beside a batch. Answers to who a child is are hashes only: the agencies hold them. */
async function rowLines(hub: HubContext, header: BundleHeader, line: BundleLine): Promise<readonly BundleLine[]> {
  if (line.line !== 'entry') return []
  const { type } = decodeEntry(line.bytes)
  if (type !== 'check-batch' && type !== 'identify') return []
  const isShown = header.checks && type === 'check-batch'
  const leaves = await hub.ledger.leaves(line.position)
  const lines: BundleLine[] = []
  for (let from = 0; from < leaves.length; from += ROWS_PER_LINE) {
    const rows = leaves.slice(from, from + ROWS_PER_LINE).map((leaf) => bundleRow(leaf, isShown))
    lines.push({ line: 'rows', position: line.position, from, rows })
  }
  return lines
}

function bundleRow({ hash, salt, bytes }: StoredLeaf, isShown: boolean): BundleRow {
  return isShown && bytes.length > 0 ? { salt, bytes } : { hash }
}
