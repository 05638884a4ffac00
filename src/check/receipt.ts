import { equalBytes, pack, readU64, unpack, utf8Text } from '../bytes.js'
import { IndexError, isIndexError } from '../errors.js'
import { SALT_BYTES, saltedLeafHash } from '../journal/merkle.js'
import { verifyInclusion } from '../journal/proof.js'
import { type Batch, batchIsSignedBy } from './batch.js'
import { type CheckId, checkIdOf } from './canonical.js'

/**
 * Whether the index has a record of the child. `unresolved` means that a person must look; none of the three says
 * anything about how the child is.
 */
export type Known = 'known' | 'unknown' | 'unresolved'

export const KNOWN: readonly Known[] = ['known', 'unknown', 'unresolved']

/** Where an accepted check stands: the journal entry of its batch, and its row in it. */
export interface JournalPosition {
  readonly entry: number
  readonly row: number
}

/** What the hub signs when it has recorded a check. Always the same size for one agency, whatever the hub already holds. */
export interface ReceiptStatement {
  readonly hub: Uint8Array
  readonly agency: string
  /** Leaf hash of the check, 32 bytes. */
  readonly check: Uint8Array
  /** `receiptContent` of the check: a receipt for one check cannot stand in for another. */
  readonly content: Uint8Array
  readonly known: Known
  readonly position: JournalPosition
  readonly recordedAt: number
}

/**
 * The hub's signed answer to a check: it is recorded, and the child is or is not known here.
 *
 * A receipt is not a referral, and it means neither that the child is safe nor that anybody else is acting.
 * Whoever is worried about a child now refers now.
 */
export interface Receipt {
  readonly checkId: CheckId
  readonly known: Known
  readonly position: JournalPosition
  readonly recordedAt: number
  readonly notice: typeof RECEIPT_NOTICE
  /** Evidence that the hub said this; see `verifyReceipt`. Keep it: it proves an entry that is left out later. */
  readonly proof: ReceiptProof
}

export interface ReceiptProof {
  readonly batch: Batch
  readonly row: number
  readonly salt: Uint8Array
  readonly bytes: Uint8Array
  readonly path: readonly Uint8Array[]
}

export const RECEIPT_NOTICE =
  'Recorded. This is not a referral: it says neither that the child is safe nor that anybody is acting. If you are worried about a child now, refer now.'

export function encodeReceipt(statement: ReceiptStatement): Uint8Array {
  return pack(
    'receipt/v1',
    statement.hub,
    statement.agency,
    statement.check,
    statement.content,
    Uint8Array.of(KNOWN.indexOf(statement.known)),
    statement.position.entry,
    statement.position.row,
    statement.recordedAt,
  )
}

/** @throws {IndexError} `ERR_MESSAGE_MALFORMED` */
export function decodeReceipt(bytes: Uint8Array): ReceiptStatement {
  const [hub, agency, check, content, known, entry, row, recordedAt] = unpack(
    'receipt/v1',
    bytes,
    8,
  ) as Eight<Uint8Array>
  const answer = known.length === 1 ? KNOWN[known[0] ?? -1] : undefined
  if (answer === undefined || hub.length !== 32 || check.length !== 32 || content.length !== 32) {
    throw new IndexError('ERR_MESSAGE_MALFORMED', 'bytes are not a receipt')
  }
  const position = { entry: readU64(entry), row: readU64(row) }
  return { hub, agency: utf8Text(agency), check, content, known: answer, position, recordedAt: readU64(recordedAt) }
}

/** The receipt that a proof holds. @throws {IndexError} `ERR_MESSAGE_MALFORMED` */
export function receiptFrom(proof: ReceiptProof): Receipt {
  return receiptOf(decodeReceipt(proof.bytes), proof)
}

/** As `receiptFrom`, where the statement that the proof holds has been read. */
export function receiptOf(statement: ReceiptStatement, proof: ReceiptProof): Receipt {
  return {
    checkId: checkIdOf(statement.check),
    known: statement.known,
    position: statement.position,
    recordedAt: statement.recordedAt,
    notice: RECEIPT_NOTICE,
    proof,
  }
}

/**
 * Whether the receipt is what this hub signed for this agency. A damaged one is not.
 * @param hub `id`: 32 bytes; `publicKey`: the hub's signing key from the roster, 32 bytes.
 */
export function verifyReceipt(receipt: Receipt, agency: string, hub: HubOfReceipt): boolean {
  return receiptIsFor(receipt, agency, hub.id) && batchIsSignedBy(receipt.proof.batch, hub.publicKey)
}

/** As `verifyReceipt`, where the signature over the batch has been checked for all its rows at once. */
function receiptIsFor(receipt: Receipt, agency: string, hub: Uint8Array): boolean {
  try {
    return saysWhatStands(receipt, agency, hub)
  } catch (error) {
    if (!isIndexError(error)) throw error
    return false
  }
}

interface HubOfReceipt {
  readonly id: Uint8Array
  readonly publicKey: Uint8Array
}

function saysWhatStands(receipt: Receipt, agency: string, hub: Uint8Array): boolean {
  const { batch, row, salt, bytes, path } = receipt.proof
  const statement = decodeReceipt(bytes)
  return (
    batch.type === 'receipt-batch/v1' &&
    equalBytes(batch.hub, hub) &&
    equalBytes(statement.hub, hub) &&
    batch.agency === agency &&
    statement.agency === agency &&
    checkIdOf(statement.check) === receipt.checkId &&
    statement.known === receipt.known &&
    statement.position.entry === receipt.position.entry &&
    statement.position.row === receipt.position.row &&
    statement.recordedAt === receipt.recordedAt &&
    salt.length === SALT_BYTES &&
    verifyInclusion(saltedLeafHash(salt, bytes), { index: row, size: batch.size, path }, batch)
  )
}

type Eight<T> = [T, T, T, T, T, T, T, T]
