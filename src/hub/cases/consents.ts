import { z } from 'zod'
import { toHex } from '../../bytes.js'
import { type ConsentRecord, canReplace, consentFor, lastWords, MANAGEMENT, withdrawnWith } from '../../case/consent.js'
import { type RecordConsentBody, recordConsentShape, recordOf } from '../../case/consent-message.js'
import { needsToKnow } from '../../case/need.js'
import type { ChildId } from '../../child/identifiers.js'
import type { Consent, Information } from '../../disclosure/decide.js'
import { parse } from '../../door.js'
import { IndexError } from '../../errors.js'
import { sha256 } from '../../hash.js'
import { fromJsonBytes, toJsonBytes } from '../../json.js'
import { encodeSigned, type Message } from '../../port.js'
import { agencyOf } from '../../roster/roster.js'
import { type HubContext, roster } from '../context.js'
import { loadCounter } from '../counters.js'
import type { Writes } from '../ledger.js'
import { linksInto, rootOf } from '../links/linked.js'
import { CASE_ROLES, requireOfficer } from '../officers.js'
import type { ConsentRow } from '../rows.js'
import { requireCase } from './cases.js'

/** What was said of one child under one id, at most. */
const RECORDS_MAX = 1_000
/** How far an officer's clock may be ahead. */
const SKEW_MS = 5 * 60_000

const number = z.number().int().min(1)
const withdrawRequest = z.strictObject({ case: number, consent: number })
const listRequest = z.strictObject({ case: number })

/** Key of the row with what was said of a child, under one of its ids. */
export function consentKey(hub: HubContext, childId: ChildId): Uint8Array {
  return hub.shelf.key('consent', childId)
}

/** What was said about this child's information being shown to one recipient, by the consents on record now. */
export async function consentsFor(
  hub: HubContext,
  childId: ChildId,
  to: string,
): Promise<(information: Information) => Consent> {
  const records = await consentsOf(hub, childId)
  const at = hub.clock()
  return (information) => consentFor(records, { information, to }, at)
}

/** Everything that was said of a child under any of its linked ids, by number. */
export async function consentsOf(hub: HubContext, childId: ChildId): Promise<readonly ConsentRecord[]> {
  return recordsIn(await rowsOf(hub, childId))
}

function recordsIn(rows: readonly IdRow[]): readonly ConsentRecord[] {
  const records = rows.flatMap(({ row }, under) =>
    row.words.map(({ record }): ConsentRecord => (under === 0 ? record : { ...record, under })),
  )
  return records.sort((a, b) => a.number - b.number)
}

interface IdRow {
  readonly key: Uint8Array
  readonly row: ConsentRow
}

/** One row for every id of a child, the one that goes on first. */
async function rowsOf(hub: HubContext, childId: ChildId): Promise<readonly [IdRow, ...IdRow[]]> {
  const root = await rootOf(hub, childId)
  const ids = [root, ...(await linksInto(hub, root)).map(({ from }) => from)]
  const rows = await hub.shelf.get(
    'consent',
    ids.map((id) => consentKey(hub, id)),
  )
  const rowAt = (id: ChildId, index: number): IdRow => ({ key: consentKey(hub, id), row: rows[index] ?? { words: [] } })
  return [rowAt(root, 0), ...ids.slice(1).map((id, index) => rowAt(id, index + 1))]
}

/**
 * Records what a child or a carer said on one decision. Recording decides nothing: what was decided before stays decided.
 * @throws {IndexError} `ERR_CASE_UNKNOWN`, `ERR_CASE_STATUS`, `ERR_DISCLOSURE_DENIED`, `ERR_PARTY_UNKNOWN`, `ERR_CONSENT_UNKNOWN`
 */
export async function recordConsent(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message, ...CASE_ROLES)
  const body = parse(recordConsentShape, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'consent')
  if (body.to !== MANAGEMENT && agencyOf(roster(hub), body.to) === undefined)
    throw new IndexError('ERR_PARTY_UNKNOWN', 'no agency is on the roster under this id', { field: 'to' })
  const mark = toHex(sha256(message.signature))
  let recorded = 0
  await hub.ledger.write(async (position, at): Promise<Writes | undefined> => {
    const file = await requireCase(hub, body.case)
    if (file.status === 'closed') throw new IndexError('ERR_CASE_STATUS', 'the case is closed')
    requireNeed(file, officer.id)
    requireTimes(body, at)
    const rows = await rowsOf(hub, file.childId)
    const [own, ...others] = rows
    const records = recordsIn(rows)
    const words = rows.flatMap(({ row }) => row.words)
    const before = words.find(({ asked }) => asked === mark)?.record ?? sameAgain(records, body, officer.id)
    if (before !== undefined) {
      recorded = before.number
      return undefined
    }
    if (own.row.words.length >= RECORDS_MAX)
      throw new IndexError('ERR_RATE_LIMITED', 'more has been recorded of this child than one row holds')
    const counter = await loadCounter(hub, 'consent')
    const record = recordOf(body, { number: counter.next(), at, recordedBy: officer.id })
    requireReplaceable(
      record,
      others.flatMap(({ row }) => row.words.map(({ record: each }) => each)),
    )
    recorded = record.number
    const { childId } = file
    const event = { event: 'recorded', case: body.case, childId, record, asked: encodeSigned(message) }
    const row: ConsentRow = { ...own.row, words: [...own.row.words, { record, position, asked: mark }] }
    return {
      drafts: [{ type: 'consent', body: toJsonBytes(event) }],
      puts: [hub.shelf.put('consent', own.key, row), ...counter.puts()],
    }
  })
  return toJsonBytes({ consent: recorded })
}

/**
 * Takes back what a person gave on one decision, under whatever numbers. As easy as giving it: on a closed case too, and by any
 * officer who works cases (UK GDPR Article 7(3)).
 * @throws {IndexError} `ERR_CASE_UNKNOWN`, `ERR_CONSENT_UNKNOWN`
 */
export async function withdrawConsent(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message, ...CASE_ROLES)
  const asked = parse(withdrawRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'consent')
  await hub.ledger.write(async (position, at): Promise<Writes | undefined> => {
    const { childId } = await requireCase(hub, asked.case)
    const all = await rowsOf(hub, childId)
    const records = recordsIn(all)
    const wanted = records.find((record) => record.number === asked.consent)
    if (wanted?.given !== true)
      throw new IndexError('ERR_CONSENT_UNKNOWN', 'no consent was given under this number for this child')
    if (wanted.withdrawnAt !== undefined) return undefined
    const ended = new Set(withdrawnWith(records, asked.consent))
    const rows = all.filter(({ row }) => row.words.some(({ record }) => ended.has(record.number)))
    const event = {
      event: 'withdrawn',
      case: asked.case,
      childId,
      consents: [...ended],
      officer: officer.id,
      asked: encodeSigned(message),
    }
    const puts = rows.map(({ key, row }) =>
      hub.shelf.put('consent', key, {
        words: row.words.map((word) =>
          ended.has(word.record.number) ? { ...word, record: { ...word.record, withdrawnAt: at } } : word,
        ),
        withdrawals: [...(row.withdrawals ?? []), position],
      }),
    )
    return { drafts: [{ type: 'consent', body: toJsonBytes(event) }], puts }
  })
  return toJsonBytes({ consent: asked.consent })
}

/** What was said of the child of a case, for an officer who needs to know of it. */
export async function consentsForOfficer(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message, ...CASE_ROLES)
  const { case: wanted } = parse(listRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'consents')
  const file = await requireCase(hub, wanted)
  requireNeed(file, officer.id)
  return toJsonBytes({ consents: await consentsOf(hub, file.childId) })
}

/** That somebody was asked about a sensitive service says something by itself: whoever does not work the case does not hear it. */
function requireNeed(file: Parameters<typeof needsToKnow>[0], officer: string): void {
  if (!needsToKnow(file, officer))
    throw new IndexError('ERR_DISCLOSURE_DENIED', 'this officer has neither taken nor joined the case')
}

function requireTimes({ until, understanding }: RecordConsentBody, at: number): void {
  if (until !== undefined && until <= at)
    throw new IndexError('ERR_REQUEST_INVALID', 'consent: until must lie ahead', { field: 'until' })
  if (understanding !== undefined && understanding.at > at + SKEW_MS)
    throw new IndexError('ERR_DATE_IN_FUTURE', 'understanding is assessed before it is recorded', {
      field: 'understanding.at',
    })
}

/** The last word of this person where it is the very same, by the same officer: a message that was sent once more. */
function sameAgain(
  records: readonly ConsentRecord[],
  body: RecordConsentBody,
  recordedBy: string,
): ConsentRecord | undefined {
  return lastWords(records).find((each) => {
    const { number: of, at, under, withdrawnAt } = each
    if (under !== undefined || withdrawnAt !== undefined) return false
    const again = recordOf(body, { number: of, at, recordedBy })
    return toHex(toJsonBytes(again)) === toHex(toJsonBytes(each))
  })
}

/** Another id's last word of the same sort is all that a word can take the place of. @throws {IndexError} `ERR_CONSENT_UNKNOWN` */
function requireReplaceable(record: ConsentRecord, others: readonly ConsentRecord[]): void {
  if (record.replaces === undefined) return
  const replaced = others.find((each) => each.number === record.replaces)
  if (replaced === undefined || !canReplace(record, replaced))
    throw new IndexError('ERR_CONSENT_UNKNOWN', 'no such word was recorded under another id of this child', {
      field: 'replaces',
    })
}
