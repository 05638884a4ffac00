export { batchIsSignedBy, decodeBatchEntry } from './check/batch.js'
export { decodeCheck } from './check/canonical.js'
export { type Receipt, verifyReceipt } from './check/receipt.js'
export { ERROR_CODES, type ErrorCode, IndexError, isIndexError } from './errors.js'
export { type CheckpointTrust, checkpointOrigin, type VerifiedCheckpoint, verifyNote } from './journal/checkpoint.js'
export { decodeEntry, ENTRY_TYPES, type Entry, type EntryType, entryLeaf } from './journal/entry.js'
export type { Finding, Verification } from './journal/finding.js'
export { type EntryEvidence, type RowEvidence, verifyEntry, verifyRow } from './journal/inclusion.js'
export { leafHash, type TreeHead } from './journal/merkle.js'
export { type ConsistencyProof, type InclusionProof, verifyConsistency, verifyInclusion } from './journal/proof.js'
export {
  type ExportedEntry,
  type JournalExpectation,
  type JournalVerification,
  verifyJournal,
} from './journal/verify.js'
export type { Pin } from './party.js'
export { assess } from './policy/assess.js'
export { parsePolicy } from './policy/parse.js'
export type { Roster } from './roster/roster.js'
export type { BundleCounts } from './verify/docket.js'
export { compareHeads, type HeadsCompared } from './verify/heads.js'
export { verifyRecorded } from './verify/recorded.js'
export { journalTrust, readCheckBatch, rosterOf } from './verify/trust.js'
export { type BundleExpectation, type BundleVerification, verifyBundle } from './verify/verify-bundle.js'
