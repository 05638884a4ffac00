import { equalBytes } from '../../bytes.js'
import { asChildId, type ChildId } from '../../child/identifiers.js'
import { IndexError } from '../../errors.js'
import { toJsonBytes } from '../../json.js'
import type { Message, SendOptions } from '../../port.js'
import { GROUPS } from '../../seal/label.js'
import { decodeRecord, recordHash, recordLabel } from '../../seal/record.js'
import { encodeRecordEntry } from '../../seal/record-entry.js'
import { presentKey } from '../../seal/wrap.js'
import { loadWatermark } from '../checks/watermark.js'
import { type HubContext, requireParty, requireSender, roster } from '../context.js'
import { endEnquiry } from '../enquiries/enquiries.js'
import { queueDuplicates, type Suspicion } from '../links/duplicates.js'
import { sealedBefore } from '../roster/keysets.js'
import type { ChildRow } from '../rows.js'
import type { ChildTable } from './children.js'
import { detailMarks } from './confirm.js'
import { find, pointedAt, tokensAskedFor } from './find.js'
import { fingerprints } from './fingerprints.js'
import { honeyAfter } from './honey.js'
import { PostingTable } from './postings.js'
import { parseFind, parseRegister, type RegisterRow } from './registration-message.js'
import { type Match, matchForRegistration, reserve } from './reserve.js'
import { descriptionToken } from './resolve.js'
import { loadStanding } from './standing.js'
import { generationsOf, NO_QUESTION, type TokenedQuestion, tokenedQuestions } from './tokens.js'

/** What a sealer is told before it seals: whom it may register under which id and version. */
export type RegistrationAnswer =
  | { readonly kind: 'new' }
  | { readonly kind: 'changed'; readonly childId: Uint8Array; readonly version: number; readonly shielded: boolean }
  | { readonly kind: 'unchanged'; readonly childId: Uint8Array }
  | { readonly kind: 'ambiguous' }

/** Tells a sealer whether each child is new, changed or unchanged, by tokens and fingerprints. */
export async function findForRegistration(
  hub: HubContext,
  message: Message,
  options?: SendOptions,
): Promise<Uint8Array> {
  requireSender(hub, message, 'sealer')
  const rows = parseFind(message.body)
  const questions = await tokenedQuestions(
    hub,
    rows.map(({ question }) => question),
    options,
  )
  const { postings, children } = await loadTables(hub, questions)
  const matches = questions.map((question) => matchForRegistration(find(hub, question, postings, children), NOBODY))
  const known = matches.map((found) => (found.kind === 'registered' ? children.get(found.childId) : undefined))
  const prints = await fingerprints(
    hub,
    rows.map(({ hashes }, index) => ({ hashes, childId: known[index]?.childId })),
    options,
  )
  const former = await sealedBefore(hub, known)
  const answers = matches.map((found, index) => {
    const row = known[index]
    return answerOf(found, row, prints[index] ?? [], {
      shielded: rows[index]?.shielded === true,
      honey: rows[index]?.honey === true,
      isFormer: row !== undefined && former.has(row),
    })
  })
  return toJsonBytes({ answers })
}

function answerOf(
  found: Match,
  row: ChildRow | undefined,
  prints: readonly Uint8Array[],
  asked: { readonly shielded: boolean; readonly honey: boolean; readonly isFormer: boolean },
): RegistrationAnswer {
  switch (found.kind) {
    case 'none':
      return { kind: 'new' }
    case 'provisional':
      if (asked.honey) return { kind: 'ambiguous' }
      return { kind: 'changed', childId: found.childId, version: 1, shielded: false }
    case 'ambiguous':
      return { kind: 'ambiguous' }
    case 'registered': {
      if (row === undefined) throw new IndexError('ERR_STORE_DAMAGED', 'a token points at a child that is not there')
      const honey = honeyAfter(row, asked.honey)
      if (honey === 'refused') return { kind: 'ambiguous' }
      // Neither is part of what is sealed, and neither must wait until something else changes.
      const same =
        row.fingerprints.length === prints.length &&
        row.fingerprints.every((each, index) => equalBytes(each, prints[index] ?? new Uint8Array(0)))
      const flagsStay = (row.shielded || !asked.shielded) && (row.isHoney === 1) === (honey === 'yes')
      return same && flagsStay && !asked.isFormer
        ? { kind: 'unchanged', childId: row.childId }
        : { kind: 'changed', childId: row.childId, version: row.recordVersion + 1, shielded: row.shielded }
    }
  }
}

/** Takes sealed records: reserves the strong tokens, journals the records' hashes, and gives an adopted enquiry its end. */
export async function registerChildren(hub: HubContext, message: Message, options?: SendOptions): Promise<Uint8Array> {
  const sealer = requireSender(hub, message, 'sealer')
  const rows = parseRegister(message.body)
  const questions = await tokenedQuestions(
    hub,
    rows.map(({ question }) => question),
    options,
  )
  const details = await confirmingMarks(hub, rows, options)
  const prints = await fingerprints(
    hub,
    rows.map((row) => ({ hashes: row.hashes, childId: asChildId(row.childId) })),
    options,
  )
  let results: readonly ('registered' | 'ambiguous')[] = []
  await hub.ledger.write(async (position, at) => {
    // The sealer may have been suspended since, or another keyset made.
    requireParty(hub, sealer.id, 'sealer')
    for (const row of rows) requireSealedFor(hub, row)
    const { postings, children } = await loadTables(
      hub,
      questions,
      rows.map(({ childId }) => asChildId(childId)),
    )
    const suspicions: Suspicion[] = []
    results = rows.map((row, index) => {
      const question = questions[index] ?? NO_QUESTION
      const found = find(hub, question, postings, children)
      const made = { fingerprints: prints[index] ?? [], details: details[index] ?? [], question }
      return reserve(hub, { ...row, ...made }, found, at, postings, children, suspicions)
    })
    const taken = rows.filter((_, index) => results[index] === 'registered')
    if (taken.length === 0) return undefined
    const queued = await queueDuplicates(hub, suspicions, at, children)
    const ended = await Promise.all(
      taken.map((row) => endEnquiry(hub, children, asChildId(row.childId), 'registered', at)),
    )
    // Another process that assesses meanwhile writes the same enquiries.
    const isAlone = ended.every(({ puts }) => puts.length === 0)
    return {
      expects: isAlone ? [] : [(await loadWatermark(hub)).raw],
      drafts: [
        ...taken.map((row) => ({
          type: 'record' as const,
          body: encodeRecordEntry({
            sealer: sealer.id,
            identity: recordHash(decodeRecord(row.identity)),
            carers: recordHash(decodeRecord(row.carers)),
          }),
        })),
        ...taken
          .filter(({ shielded }) => shielded)
          .map(({ childId }) => ({ type: 'shield' as const, body: toJsonBytes({ childId, shielded: true }) })),
        ...ended.flatMap(({ drafts }) => drafts),
        ...queued.drafts,
      ],
      puts: [
        ...postings.puts(),
        ...children.puts(hub),
        ...taken.flatMap((row, index) =>
          GROUPS.map((group) =>
            hub.shelf.put('record', recordKey(hub, asChildId(row.childId), group), {
              version: row.version,
              position: position + index,
              bytes: row[group],
            }),
          ),
        ),
        ...ended.flatMap(({ puts }) => puts),
        ...queued.puts,
      ],
    }
  })
  return toJsonBytes({ results })
}

export function recordKey(hub: Pick<HubContext, 'shelf'>, childId: ChildId, group: string): Uint8Array {
  return hub.shelf.key('record', childId, group)
}

/** @throws {IndexError} `ERR_SEAL_INVALID` for a record of another child, group, version or keyset, or one without every custodian's share. */
function requireSealedFor(hub: HubContext, row: RegisterRow): void {
  const { keyset } = roster(hub)
  for (const group of GROUPS) {
    const record = decodeRecord(row[group])
    recordLabel(record, hub.id, row.childId)
    const fits =
      record.group === group &&
      record.recordVersion === row.version &&
      record.keyset === keyset.id &&
      record.shares.length === keyset.members.length
    if (!fits)
      throw new IndexError('ERR_SEAL_INVALID', 'a record is not sealed for this child under the present keyset', {
        field: group,
      })
  }
}

/** Stands for a child that has no id yet. */
export const NOBODY: ChildId = asChildId(new Uint8Array(16))

export async function loadTables(
  hub: HubContext,
  questions: readonly TokenedQuestion[],
  ids: readonly ChildId[] = [],
): Promise<{ readonly postings: PostingTable; readonly children: ChildTable }> {
  const postings = await PostingTable.load(
    hub,
    questions.flatMap((question) => [
      ...tokensAskedFor(question),
      ...generationsOf(question).map(({ own }) => descriptionToken(hub, own)),
    ]),
  )
  const children = await loadStanding(hub, [...questions.flatMap((question) => pointedAt(question, postings)), ...ids])
  return { postings, children }
}

/** Marks of the details by which each child can be confirmed, with one question to a custodian for all of them. */
async function confirmingMarks(
  hub: HubContext,
  rows: readonly RegisterRow[],
  options?: SendOptions,
): Promise<readonly (readonly number[])[]> {
  const all = rows.flatMap(({ childId, confirming }) => confirming.map((key) => ({ childId: asChildId(childId), key })))
  const marks = await detailMarks(hub, presentKey(hub.keys.lookupKeys), all, options)
  let at = 0
  return rows.map(({ confirming }) => confirming.map(() => marks[at++] as number))
}
