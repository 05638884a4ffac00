import { type Check, checkIdOf, contentHash, decodeCheck, receiptContent } from '../../check/canonical.js'
import type { CheckIndex, IndexedCheck } from '../check-index/check-index.js'
import type { HubContext } from '../context.js'
import type { ReferenceRow } from '../rows.js'
import { leafAt } from './history.js'

/**
 * What those of an agency's references stand for that it has used; the others are not in it.
 *
 * The index says whether one was used, so that a new one, as nearly all are, costs no read. Table `reference` holds those of which more
 * is to be said than that they were recorded: withdrawn, corrected, erased. Of every other the leaf says the rest.
 */
export async function referencesOf(
  hub: Pick<HubContext, 'shelf' | 'store'> & { readonly checks: Pick<CheckIndex, 'candidates' | 'isForgotten'> },
  agency: string,
  references: readonly string[],
): Promise<ReadonlyMap<string, ReferenceRow>> {
  const found = new Map<string, ReferenceRow>()
  for (const reference of references) {
    const candidates = hub.checks.candidates(agency, reference)
    if ((candidates.length === 0 && !hub.checks.isForgotten(agency, reference)) || found.has(reference)) continue
    const row =
      (await hub.shelf.one('reference', referenceKey(hub, agency, reference))) ??
      (await fromLeaves(hub, agency, reference, candidates))
    if (row !== undefined) found.set(reference, row)
  }
  return found
}

export function referenceKey(hub: Pick<HubContext, 'shelf'>, agency: string, reference: string): Uint8Array {
  return hub.shelf.key('reference', agency, reference)
}

/** As the check among the candidates says it that has this very reference; the index may find others with it. */
async function fromLeaves(
  hub: Pick<HubContext, 'store'>,
  agency: string,
  reference: string,
  candidates: readonly IndexedCheck[],
): Promise<ReferenceRow | undefined> {
  for (const { position, recordedAt, known, childId } of candidates) {
    const leaf = await leafAt(hub, position)
    if (leaf === undefined || leaf.bytes.length === 0) continue
    const check = decodeCheck(leaf.bytes)
    if (check.agency !== agency || check.reference !== reference) continue
    return referenceRow(check, { leaf: leaf.hash, childId, known, position, recordedAt })
  }
  return undefined
}

/** What is to be known of a check when its reference comes again. @param recorded `leaf`: its hash */
export function referenceRow(
  check: Check,
  recorded: Pick<ReferenceRow, 'childId' | 'known' | 'position' | 'recordedAt'> & { readonly leaf: Uint8Array },
): ReferenceRow {
  const { leaf, childId, known, position, recordedAt } = recorded
  return {
    checkId: checkIdOf(leaf),
    content: contentHash(check, childId),
    receiptContent: receiptContent(check),
    childId,
    known,
    position,
    recordedAt,
  }
}
