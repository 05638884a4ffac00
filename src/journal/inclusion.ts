import { IndexError } from '../errors.js'
import type { CheckpointTrust } from './checkpoint.js'
import { decodeEntry, type Entry, entryLeaf } from './entry.js'
import { conclude, type Finding, look, lookAtNote, NOT_CONTENT, NOT_LATEST, type Verification } from './finding.js'
import { SALT_BYTES, type TreeHead } from './merkle.js'
import { type InclusionProof, verifyInclusion } from './proof.js'

/** An entry with the proof that a journal holds it. */
export interface EntryEvidence {
  /** The bytes that were hashed. */
  readonly entry: Uint8Array
  readonly salt: Uint8Array
  readonly proof: InclusionProof
  /** The signed checkpoint that `proof` ends in. */
  readonly note: string
}

/** One row of a batch (a check, an identify answer) with the proof that a journalled batch holds it. */
export interface RowEvidence {
  /** The row's leaf hash: of a check, its check id. */
  readonly leaf: Uint8Array
  /** From the row to the root in the batch's header. */
  readonly proof: InclusionProof
  /** The batch, as journalled. */
  readonly batch: EntryEvidence
}

/** What a batch entry says of its rows. */
export interface BatchHead extends TreeHead {
  readonly accepted: (row: number) => boolean
}

/** Whether the journal under a signed checkpoint holds this entry at the position that the proof names. */
export function verifyEntry(evidence: EntryEvidence, trust: CheckpointTrust): Verification {
  const findings: Finding[] = []
  lookAtEntry(evidence, trust, findings)
  return conclude(findings, [NOT_CONTENT, NOT_LATEST, 'any other entry of the journal'])
}

/**
 * Whether a row was recorded: it is in a batch, accepted, and the batch is in the journal under a signed checkpoint.
 * An agency runs this for each of its receipts.
 * @param readBatch the header of a batch entry; refuses, with an `IndexError`, an entry that is none
 */
export function verifyRow(
  evidence: RowEvidence,
  trust: CheckpointTrust,
  readBatch: (entry: Entry) => BatchHead,
): Verification {
  const findings: Finding[] = []
  const entry = lookAtEntry(evidence.batch, trust, findings)
  if (entry !== undefined) lookAtRow(evidence, entry, readBatch, findings)
  const others = 'any other row or entry, and whether this row was withdrawn or corrected later'
  return conclude(findings, [NOT_CONTENT, NOT_LATEST, others])
}

function lookAtEntry(evidence: EntryEvidence, trust: CheckpointTrust, findings: Finding[]): Entry | undefined {
  const signed = lookAtNote(evidence.note, trust, findings)
  if (signed === undefined) return undefined
  const words = { good: 'the journal holds the entry', bad: 'the journal is not seen to hold the entry' }
  return look(findings, words, () => {
    if (evidence.salt.length !== SALT_BYTES) throw new IndexError('ERR_ENTRY_MALFORMED', 'the salt is not 32 bytes')
    const leaf = entryLeaf(evidence.salt, evidence.entry)
    return verifyInclusion(leaf, evidence.proof, signed.checkpoint) ? decodeEntry(evidence.entry) : undefined
  })
}

function lookAtRow(
  evidence: RowEvidence,
  entry: Entry,
  readBatch: (entry: Entry) => BatchHead,
  findings: Finding[],
): void {
  const inBatch = { good: 'the batch holds the row', bad: 'the batch is not seen to hold the row' }
  const head = look(findings, inBatch, () => {
    const batch = readBatch(entry)
    return verifyInclusion(evidence.leaf, evidence.proof, batch) ? batch : undefined
  })
  if (head === undefined) return
  const accepted = { good: 'the hub accepted the row', bad: 'the hub did not accept the row' }
  look(findings, accepted, () => head.accepted(evidence.proof.index) || undefined)
}
