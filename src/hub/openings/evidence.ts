import type { CaseFile } from '../../case/case.js'
import {
  type CheckEvidence,
  EVIDENCE_BYTES_MAX,
  EVIDENCE_CHECKS_MAX,
  EVIDENCE_DETERMINATIONS_MAX,
  EVIDENCE_LINKS_MAX,
  EVIDENCE_POLICIES_MAX,
  type Evidence,
  type ProvenEntry,
} from '../../case/opening.js'
import { batchPath } from '../../check/batch.js'
import { decodeCheck } from '../../check/canonical.js'
import { recordedUnder } from '../../custodian/verify-vocabulary.js'
import { IndexError } from '../../errors.js'
import { decodeEntry } from '../../journal/entry.js'
import { toJsonBytes } from '../../json.js'
import type { Verdict } from '../../policy/assess.js'
import type { History, HistoryCheck } from '../checks/history.js'
import { documentOf } from '../checks/policies.js'
import { type HubContext, identifierKeyOf } from '../context.js'
import { linksInto, linksOnTheWay } from '../links/linked.js'
import type { RecordRow } from '../rows.js'

const NO_PATH: readonly Uint8Array[] = []

/**
 * What the custodians will be shown: the checks that carry the level, the policy of the verdict, and what proves them.
 * Determinations under another policy carry nothing, nor do those that found a level not met or were taken back. Entries have no paths yet;
 * `withPaths` adds them once the request stands in a checkpoint.
 * @throws {IndexError} `ERR_BATCH_TOO_LARGE` when it would pass a custodian's limits
 */
export async function gatherEvidence(
  hub: HubContext,
  file: CaseFile,
  history: History,
  record: RecordRow,
  { support, asOf }: Pick<Verdict, 'support' | 'asOf'>,
): Promise<Evidence> {
  const { policy, hash } = hub.policy(asOf)
  const determinations = file.determinations
    .filter(({ finding, policyHash, withdrawn }) => finding === 'met' && policyHash === hash && withdrawn === undefined)
    .slice(-EVIDENCE_DETERMINATIONS_MAX)
  const wanted = new Set([...support, ...determinations.flatMap(({ checkIds }) => checkIds)])
  const shown = history.checks.filter(({ id, withdrawn }) => wanted.has(id) && withdrawn !== true)
  if (shown.length > EVIDENCE_CHECKS_MAX)
    throw new IndexError('ERR_BATCH_TOO_LARGE', 'more checks carry the level than custodians take')
  const checks = await Promise.all(shown.map((check) => checkEvidence(hub, check)))
  const links = await linkEvidence(hub, file, shown)
  const former = formerPolicies(hub, checks, hash)
  const evidence: Evidence = {
    childId: file.childId,
    record: { bytes: record.bytes, entry: await entryAt(hub, record.position) },
    policy: toJsonBytes(policy),
    ...(former.length === 0 ? {} : { formerPolicies: former }),
    checks,
    identifierKeys: identifierKeys(hub, checks),
    determinations,
    ...(links.length === 0 ? {} : { links }),
    ...(history.closedAt === undefined ? {} : { closedAt: history.closedAt }),
  }
  if (toJsonBytes(evidence).length > EVIDENCE_BYTES_MAX)
    throw new IndexError('ERR_BATCH_TOO_LARGE', 'the evidence is larger than custodians take')
  return evidence
}

/** The same evidence with inclusion paths under the head of `size`. */
export async function withPaths(hub: HubContext, evidence: Evidence, size: number): Promise<Evidence> {
  const proven = async (entry: ProvenEntry): Promise<ProvenEntry> => ({
    ...entry,
    path: (await hub.ledger.inclusion(entry.position, size)).path,
  })
  return {
    ...evidence,
    record: { ...evidence.record, entry: await proven(evidence.record.entry) },
    checks: await Promise.all(evidence.checks.map(async (check) => ({ ...check, entry: await proven(check.entry) }))),
    ...(evidence.links === undefined ? {} : { links: await Promise.all(evidence.links.map(proven)) }),
  }
}

export async function entryAt(hub: HubContext, position: number): Promise<ProvenEntry> {
  const { salt, bytes } = await hub.ledger.readOne(position)
  return { position, salt, bytes, path: NO_PATH }
}

async function checkEvidence(hub: HubContext, { position, row }: HistoryCheck): Promise<CheckEvidence> {
  const leaves = await hub.ledger.leaves(position)
  const leaf = leaves.find((each) => each.row === row)
  if (leaf === undefined)
    throw new IndexError('ERR_STORE_DAMAGED', 'a check that the journal accepted is missing beside it')
  const path = batchPath(
    leaves.map(({ hash }) => hash),
    row,
  )
  return { row, salt: leaf.salt, bytes: leaf.bytes, path, entry: await entryAt(hub, position) }
}

/** The policies under which the checks were recorded, but for the one that decides. */
function formerPolicies(hub: HubContext, checks: readonly CheckEvidence[], deciding: string): readonly Uint8Array[] {
  const hashes = new Set(
    checks.flatMap(({ entry }) => {
      const { at } = decodeEntry(entry.bytes)
      return recordedUnder(hub.rosters(), entry.position, at)
    }),
  )
  hashes.delete(deciding)
  if (hashes.size > EVIDENCE_POLICIES_MAX)
    throw new IndexError('ERR_BATCH_TOO_LARGE', 'the checks were recorded under more policies than custodians take')
  return [...hashes].map((hash) => toJsonBytes(documentOf(hub.documents(), hash).policy))
}

/** The links by which the shown checks of other ids count for this child. */
async function linkEvidence(
  hub: HubContext,
  { childId }: CaseFile,
  shown: readonly HistoryCheck[],
): Promise<readonly ProvenEntry[]> {
  const ids = shown.flatMap(({ of }) => of ?? [])
  const positions = ids.length === 0 ? [] : linksOnTheWay(await linksInto(hub, childId), ids)
  if (positions.length > EVIDENCE_LINKS_MAX)
    throw new IndexError('ERR_BATCH_TOO_LARGE', 'more links carry the level than custodians take')
  return Promise.all(positions.map((position) => entryAt(hub, position)))
}

/** One key for each agency and epoch among the checks: all that an opening reveals of the identifiers. */
function identifierKeys(hub: HubContext, checks: readonly CheckEvidence[]): Evidence['identifierKeys'] {
  const keys = new Map<string, Evidence['identifierKeys'][number]>()
  for (const { bytes } of checks) {
    const { agency, epoch } = decodeCheck(bytes)
    keys.set(`${agency} ${epoch}`, { agency, epoch, key: identifierKeyOf(hub, agency, epoch) })
  }
  return [...keys.values()]
}
