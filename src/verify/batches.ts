import { equalBytes, toHex } from '../bytes.js'
import { batchIsSignedBy, decodeBatchEntry } from '../check/batch.js'
import { type Check, decodeCheck } from '../check/canonical.js'
import { parseWithdrawalEntry, withdrawalIsSignedBy } from '../check/withdrawal.js'
import type { Entry } from '../journal/entry.js'
import { rootOf, saltedLeafHash } from '../journal/merkle.js'
import { type Agency, agencyOf } from '../roster/roster.js'
import { decodeRecordEntry } from '../seal/record-entry.js'
import type { BundleRow } from './bundle.js'
import { approve, bump, type Docket, fault, inspect, type Place, passOver, requires } from './docket.js'

/** A batch whose rows are still to come. */
export interface OpenBatch {
  readonly place: Place
  readonly type: 'check-batch' | 'identify'
  readonly agency: Agency | undefined
  readonly size: number
  readonly root: Uint8Array
  readonly accepted: readonly boolean[]
  readonly hashes: Uint8Array[]
}

/** A batch of checks is signed by an agency in standing there; a batch of answers by the hub. Its rows follow. */
export function openBatch(docket: Docket, place: Place, entry: Entry): OpenBatch | undefined {
  const type = entry.type === 'identify' ? 'identify' : 'check-batch'
  let open: OpenBatch | undefined
  inspect(docket, place.position, 'a batch does not stand', () => {
    const { batch, accepted } = decodeBatchEntry(
      type === 'identify' ? 'identify-batch/v1' : 'check-batch/v1',
      entry.body,
    )
    const agency = agencyOf(place.roster, batch.agency)
    open = { place, type, agency, size: batch.size, root: batch.root, accepted, hashes: [] }
    requires(equalBytes(batch.hub, place.hub), 'ERR_JOURNAL_INVALID', 'it is for another hub')
    requires(agency !== undefined, 'ERR_PARTY_UNKNOWN', 'no such agency was on the roster then')
    if (type === 'identify') {
      const isSigned = batchIsSignedBy(batch, place.roster.hub.keys.signing)
      requires(isSigned, 'ERR_SIGNATURE_INVALID', 'the hub did not sign its answers')
      approve(docket, 'batches of answers to who a child is are signed by the hub')
      return
    }
    requires(!agency.suspended, 'ERR_PARTY_NOT_IN_STANDING', 'its agency was suspended by then')
    const isSigned = batchIsSignedBy(batch, agency.keys.signing)
    requires(isSigned, 'ERR_SIGNATURE_INVALID', 'its agency did not sign it')
    approve(docket, 'batches of checks are signed by an agency that was in standing there')
  })
  return open
}

/** Rows of the batch, in order. */
export function takeRows(docket: Docket, open: OpenBatch, from: number, rows: readonly BundleRow[]): void {
  const { place } = open
  if (from !== open.hashes.length || from + rows.length > open.size) {
    fault(docket, 'rows beside a batch are missing or out of order', 'ERR_JOURNAL_INVALID', place.position)
    return
  }
  for (const row of rows) {
    const index = open.hashes.length
    const hash = 'hash' in row ? row.hash : saltedLeafHash(row.salt, row.bytes)
    open.hashes.push(hash)
    if (open.type === 'identify') continue
    if (open.accepted[index] === true) takeCheck(docket, open, index, hash, row)
    else if (!('hash' in row))
      fault(docket, 'the bytes of a row that was refused are shown', 'ERR_JOURNAL_INVALID', place.position)
  }
}

/** The rows gave the root that was signed. */
export function closeBatch(docket: Docket, open: OpenBatch): void {
  const fits = open.hashes.length === open.size && equalBytes(rootOf(open.hashes), open.root)
  if (fits) approve(docket, 'batches have the rows that were signed')
  else
    fault(docket, 'the rows beside a batch are not those that were signed', 'ERR_JOURNAL_INVALID', open.place.position)
}

function takeCheck(docket: Docket, open: OpenBatch, row: number, hash: Uint8Array, shown: BundleRow): void {
  const { place, agency } = open
  const { position } = place
  if (agency === undefined) return
  const id = toHex(hash)
  if (docket.checks.has(id)) fault(docket, 'one check stands twice', 'ERR_REFERENCE_CONFLICT', position)
  bump(docket.counts.checksByAgency, agency.id)
  docket.checks.set(id, { agency: agency.id, position, row })
  if ('hash' in shown) {
    passOver(docket, 'checks are shown by their hash only: what they say was not looked at')
    return
  }
  inspect(docket, position, 'a check does not stand', () => {
    const check = decodeCheck(shown.bytes)
    requires(equalBytes(check.hub, place.hub), 'ERR_CHECK_OTHER_HUB', 'it is for another hub')
    requires(check.agency === agency.id, 'ERR_CHECK_OTHER_AGENCY', 'it is of another agency than its batch')
    requireOwnReference(docket, id, check)
    const { incident, indicators, occurredAt } = check
    const assessed = {
      id,
      agency: agency.id,
      agencyKind: agency.agencyKind,
      incident,
      indicators,
      occurredAt,
      position,
    }
    docket.checks.set(id, { agency: agency.id, position, row, shown: assessed })
    approve(docket, 'checks can be read, are of their agency and this hub, and have a reference of their own')
  })
}

/** One reference is one check, unless a correction says that another takes its place. */
function requireOwnReference(docket: Docket, id: string, { agency, reference }: Check): void {
  const name = `${agency} ${reference}`
  const isNew = !docket.references.has(name) || docket.replacements.has(id)
  requires(isNew, 'ERR_REFERENCE_CONFLICT', 'its reference stands for an earlier check of the agency')
  docket.references.set(name, id)
}

/** A check is taken back by the agency that submitted it, and by nobody else. */
export function verifyWithdrawal(docket: Docket, place: Place, { type, body }: Entry): void {
  inspect(docket, place.position, `a ${type} does not stand`, () => {
    const { withdrawal, position } = parseWithdrawalEntry(body)
    const { agency: id, checkId, replacedBy } = withdrawal
    const agency = agencyOf(place.roster, id)
    const check = docket.checks.get(checkId)
    requires(agency !== undefined, 'ERR_PARTY_UNKNOWN', 'no such agency was on the roster then')
    const isSigned = withdrawalIsSignedBy(place.hub, withdrawal, agency.keys.signing)
    requires(isSigned, 'ERR_SIGNATURE_INVALID', 'its agency did not sign it')
    const isThere = check?.position === position.entry && check.row === position.row
    requires(isThere, 'ERR_CHECK_UNKNOWN', 'no such check stands where it says')
    requires(check.agency === id, 'ERR_CHECK_OTHER_AGENCY', 'it takes back the check of another agency')
    requires((replacedBy !== undefined) === (type === 'correction'), 'ERR_ENTRY_MALFORMED', 'it is of the other sort')
    docket.withdrawn.set(checkId, place.position)
    if (replacedBy !== undefined) docket.replacements.add(replacedBy)
    bump(docket.counts.withdrawalsByAgency, id)
    approve(docket, 'withdrawals and corrections are signed by the agency whose check they are about')
  })
}

/** Records come from a sealer in standing. What is sealed in them nobody sees here. */
export function verifyRecordEntry(docket: Docket, place: Place, body: Uint8Array): void {
  inspect(docket, place.position, 'a record does not stand', () => {
    const { sealer: id } = decodeRecordEntry(body)
    const sealer = place.roster.parties.get(id)
    requires(sealer?.party === 'sealer', 'ERR_PARTY_UNKNOWN', 'no such sealer was on the roster then')
    requires(!sealer.suspended, 'ERR_PARTY_NOT_IN_STANDING', 'its sealer was suspended by then')
    approve(docket, 'records name a sealer that was in standing there')
    passOver(docket, 'records name their sealer without its signature, and what they seal was not looked at')
  })
}
