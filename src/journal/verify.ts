import { equalBytes } from '../bytes.js'
import { isIndexError } from '../errors.js'
import type { Checkpoint, CheckpointTrust } from './checkpoint.js'
import { decodeEntry, type EntryType, entryLeaf } from './entry.js'
import { bad, conclude, type Finding, lookAtNote, NOT_CONTENT, NOT_LATEST, type Verification } from './finding.js'
import { completedNodes, isHash, rootFromFrontier, SALT_BYTES, type TreeHead } from './merkle.js'

/** A journal entry as an auditor gets it. */
export interface ExportedEntry {
  readonly position: number
  /** Empty, like `body`, or left out, when the entry was erased. */
  readonly salt?: Uint8Array | undefined
  /** The bytes that were hashed; ignored when `sealed`. */
  readonly body?: Uint8Array | undefined
  /** What the journal's tree holds. Needed where the leaf cannot be recomputed: the entry is sealed or was erased. */
  readonly leafHash?: Uint8Array | undefined
  /** The body is encrypted. Left out when the auditor was given it decrypted. */
  readonly sealed?: boolean | undefined
}

/** What a journal is held against. */
export interface JournalExpectation extends CheckpointTrust {
  /** The signed checkpoint that came with the export. */
  readonly note: string
  /** Heads that the auditor kept from before: the journal must have passed through each of them. */
  readonly earlier?: readonly TreeHead[]
}

/** How many entries of each sort an export held. `beyond`: after the checkpoint, which does not cover them. */
export interface EntryCounts {
  readonly readable: number
  readonly sealed: number
  readonly erased: number
  readonly beyond: number
}

/** What verifying a journal found, and what the export held. */
export interface JournalVerification extends Verification {
  /** Undefined when the note did not verify; no entry was read then. */
  readonly checkpoint: Checkpoint | undefined
  readonly cosignedBy: readonly string[]
  readonly counts: EntryCounts
  /** Readable entries by type. */
  readonly byType: ReadonlyMap<EntryType, number>
}

/**
 * Whether an export is, entry by entry, the journal that a signed checkpoint commits to.
 *
 * For an auditor: needs no store, no key of the hub and no network. A sealed or erased entry stands by its leaf hash
 * alone, and is counted. What is wrong is a finding; only what `entries` itself throws is thrown.
 * @param entries ascending from position 0; read as a stream, and not kept
 */
export async function verifyJournal(
  entries: AsyncIterable<ExportedEntry> | Iterable<ExportedEntry>,
  expectation: JournalExpectation,
): Promise<JournalVerification> {
  const findings: Finding[] = []
  const counts = { readable: 0, sealed: 0, erased: 0, beyond: 0 }
  const byType = new Map<EntryType, number>()
  const signed = lookAtNote(expectation.note, expectation, findings)
  if (signed === undefined) {
    const nothing = conclude(findings, ['the entries: without a checkpoint to trust, none was read'])
    return { ...nothing, checkpoint: undefined, cosignedBy: [], counts, byType }
  }
  const { checkpoint, cosignedBy } = signed
  const tree = growingTree()
  const due = [...(expectation.earlier ?? [])].sort((a, b) => a.size - b.size)
  for await (const exported of entries) {
    if (tree.size() === checkpoint.size) {
      counts.beyond += 1
      continue
    }
    passHeads(due, tree, findings)
    const { kind, leaf, type, problem } = readEntry(exported, tree.size())
    if (problem !== undefined && findings.length < FINDINGS_MAX) findings.push(problem)
    // Without its leaf, nothing that comes after it has a place in the tree.
    if (leaf === undefined) break
    counts[kind] += 1
    if (type !== undefined) byType.set(type, (byType.get(type) ?? 0) + 1)
    tree.append(leaf)
  }
  passHeads(due, tree, findings)
  findings.push(matchCheckpoint(tree, checkpoint))
  if (due.length > 0) {
    findings.push(bad('the journal does not reach a head kept from before', 'ERR_JOURNAL_ROLLED_BACK'))
  }
  return { ...conclude(findings, notVerified(counts)), checkpoint, cosignedBy, counts, byType }
}

// A damaged export of millions of entries says so a few times, not millions.
const FINDINGS_MAX = 100

interface ReadEntry {
  readonly kind: 'readable' | 'sealed' | 'erased'
  readonly leaf: Uint8Array | undefined
  readonly type?: EntryType | undefined
  readonly problem?: Finding | undefined
}

function readEntry(entry: ExportedEntry, position: number): ReadEntry {
  const { salt, body, leafHash } = entry
  const empty = !salt?.length && !body?.length
  const kind = entry.sealed === true && !empty ? 'sealed' : empty ? 'erased' : 'readable'
  const problem = (text: string): Finding => bad(text, 'ERR_JOURNAL_INVALID', position)
  if (entry.position !== position)
    return { kind, leaf: undefined, problem: problem('an entry is missing or out of order') }
  if (leafHash !== undefined && !isHash(leafHash)) {
    return { kind, leaf: undefined, problem: problem('a leaf hash is not 32 bytes') }
  }
  if (kind !== 'readable') {
    const missing = leafHash === undefined ? problem(`the leaf hash of an entry that is ${kind} is missing`) : undefined
    return { kind, leaf: leafHash, problem: missing }
  }
  if (salt?.length !== SALT_BYTES || body === undefined) {
    return { kind, leaf: undefined, problem: problem('the salt or the body of an entry is missing') }
  }
  const leaf = entryLeaf(salt, body)
  if (leafHash !== undefined && !equalBytes(leaf, leafHash)) {
    return { kind, leaf, problem: problem('an entry is not what its leaf hash covers') }
  }
  return { kind, leaf, ...typeOf(body, position) }
}

function typeOf(body: Uint8Array, position: number): Pick<ReadEntry, 'type' | 'problem'> {
  try {
    return { type: decodeEntry(body).type }
  } catch (error) {
    if (!isIndexError(error)) throw error
    return { problem: bad(error.message, error.code, position) }
  }
}

export interface GrowingTree {
  readonly size: () => number
  readonly append: (leaf: Uint8Array) => void
  readonly head: () => TreeHead
}

/** A tree of which only the frontier is kept; leaves are taken in by the thousand, which is faster than one by one. */
export function growingTree(): GrowingTree {
  let size = 0
  let frontier: readonly Uint8Array[] = []
  let waiting: Uint8Array[] = []
  const settle = () => {
    ;({ size, frontier } = completedNodes(size, waiting, frontier))
    waiting = []
  }
  return {
    size: () => size + waiting.length,
    append(leaf) {
      waiting.push(leaf)
      if (waiting.length === 1024) settle()
    },
    head() {
      settle()
      return { size, root: rootFromFrontier(frontier) }
    },
  }
}

/** Compares the tree with every head of its present size, and strikes those off. `due` is in ascending order of size. */
function passHeads(due: TreeHead[], tree: GrowingTree, findings: Finding[]): void {
  for (let head = due[0]; head !== undefined && head.size === tree.size(); head = due[0]) {
    due.shift()
    const same = equalBytes(tree.head().root, head.root)
    if (same) findings.push({ ok: true, text: 'the journal passed through a head kept from before' })
    else findings.push(bad('the journal is not the one of a head kept from before', 'ERR_JOURNAL_ROLLED_BACK'))
  }
}

function matchCheckpoint(tree: GrowingTree, checkpoint: Checkpoint): Finding {
  const { size, root } = tree.head()
  if (size !== checkpoint.size) return bad('the export is shorter than the checkpoint says', 'ERR_JOURNAL_INVALID')
  if (!equalBytes(root, checkpoint.root))
    return bad('the entries do not add up to the checkpoint', 'ERR_JOURNAL_INVALID')
  return { ok: true, text: `the ${size} entries add up to the checkpoint` }
}

function notVerified(counts: EntryCounts): readonly string[] {
  const out = [NOT_CONTENT, NOT_LATEST]
  if (counts.sealed > 0) out.push(`the content of ${counts.sealed} sealed entries: only their leaf hashes were checked`)
  if (counts.erased > 0) out.push(`the content of ${counts.erased} erased entries: only their leaf hashes were checked`)
  if (counts.beyond > 0) out.push(`${counts.beyond} entries after the checkpoint, which it does not cover`)
  return out
}
