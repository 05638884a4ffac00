import { toHex } from '../bytes.js'
import { type Receipt, verifyReceipt } from '../check/receipt.js'
import { conclude, type Finding, look, type Verification } from '../journal/finding.js'
import { type RowEvidence, verifyRow } from '../journal/inclusion.js'
import type { Roster } from '../roster/roster.js'
import { journalTrust, readCheckBatch } from './trust.js'

/**
 * Whether a receipt is what the hub signed for this agency, and the journal holds that check where the receipt says.
 * Needs no store and no key: an agency runs it for each of its receipts, an auditor for those that it is given.
 */
export function verifyRecorded(receipt: Receipt, agency: string, evidence: RowEvidence, roster: Roster): Verification {
  const findings: Finding[] = []
  const hub = { id: roster.hub.id, publicKey: roster.hub.keys.signing }
  const signed = { good: 'the hub signed the receipt', bad: 'the receipt is not seen to be signed by the hub' }
  look(findings, signed, () => verifyReceipt(receipt, agency, hub) || undefined)
  const { leaf, proof, batch } = evidence
  const { entry, row } = receipt.position
  const about = { good: 'the evidence is about this receipt', bad: 'the evidence is about another check or place' }
  look(
    findings,
    about,
    () => (toHex(leaf) === receipt.checkId && proof.index === row && batch.proof.index === entry) || undefined,
  )
  const stands = verifyRow(evidence, journalTrust(roster), readCheckBatch)
  return conclude([...findings, ...stands.findings], stands.notVerified)
}
