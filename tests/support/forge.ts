import { type Determination, signDetermination } from '../../src/case/determination.js'
import type { ReleaseMessage } from '../../src/case/messages.js'
import {
  type CheckEvidence,
  type Evidence,
  evidenceHash,
  type OpeningRequest,
  type SignedRequest,
  signRequest,
} from '../../src/case/opening.js'
import { encodeBatchEntry, signBatch } from '../../src/check/batch.js'
import { type Check, encodeCheck } from '../../src/check/canonical.js'
import type { ChildId } from '../../src/child/identifiers.js'
import { toAgencyChildId } from '../../src/child/identifiers.js'
import type { Knowledge } from '../../src/custodian/knowledge.js'
import { requireCase } from '../../src/hub/cases/cases.js'
import { historyOf } from '../../src/hub/checks/history.js'
import { verdictOn } from '../../src/hub/checks/raise.js'
import { recordKey } from '../../src/hub/children/register.js'
import { type HubContext, identifierKeyOf } from '../../src/hub/context.js'
import { checkpoint } from '../../src/hub/custodians/checkpoints.js'
import { entryAt, gatherEvidence, withPaths } from '../../src/hub/openings/evidence.js'
import { proveRoster } from '../../src/hub/roster/prove-roster.js'
import type { RecordRow } from '../../src/hub/rows.js'
import type { PartyKey } from '../../src/index.js'
import { emptyRoot } from '../../src/journal/merkle.js'
import { toJsonBytes } from '../../src/json.js'
import { hpkeKey } from '../../src/seal/hpke.js'
import type { Group } from '../../src/seal/label.js'
import { decodeRecord, recordHash } from '../../src/seal/record.js'
import { DAY, type House } from './house.js'

/** A hub that lies and an officer who helps it: what they can put before a custodian. */
export interface Forgery {
  readonly case?: number
  readonly group?: Group
  readonly officer?: string
  /** The evidence that the request is signed for, from the honest one. */
  readonly evidence?: (honest: Evidence) => Evidence | Promise<Evidence>
  /** Fields of the request that differ from the honest one, before it is signed. */
  readonly request?: Partial<OpeningRequest>
  readonly signed?: (request: OpeningRequest) => SignedRequest
  /** What is journalled in place of the signed request. */
  readonly journalled?: (signed: SignedRequest) => unknown
  /** After the request is journalled and before the checkpoint. */
  readonly after?: () => Promise<void>
  /** The message as it is sent, from the one that fits the journal. */
  readonly message?: (message: ReleaseMessage) => ReleaseMessage
}

/** A release message for the house's case, and what an honest custodian knows besides it. */
export async function forge(
  house: House,
  hub: HubContext,
  forgery: Forgery = {},
): Promise<{ readonly known: Knowledge; readonly message: ReleaseMessage }> {
  const { case: number = 1, group = 'identity', officer = 'first' } = forgery
  const file = await requireCase(hub, number)
  const honest = await honestEvidence(house, hub, number, group)
  const evidence = (await forgery.evidence?.(honest)) ?? honest
  const salt = hub.random(32)
  const sealed = decodeRecord(honest.record.bytes)
  const { label, keyset } = sealed
  const request: OpeningRequest = {
    opening: hub.random(16),
    case: file.number,
    label,
    group,
    keyset,
    recordHash: recordHash(sealed),
    at: house.clock.now,
    policyHash: hub.policy().hash,
    officer,
    oneUseKey: (await hpkeKey(hub.random)).publicKey,
    purpose: 'referral',
    lawfulBasis: 'public-task',
    expiry: house.clock.now + 3_600_000,
    evidenceHash: evidenceHash(salt, evidence),
    ...forgery.request,
  }
  const signed = forgery.signed?.(request) ?? signRequest(hub.id, request, keyOf(house, request.officer).signing)
  const position = await append(hub, 'opening', toJsonBytes(forgery.journalled?.(signed) ?? signed))
  await forgery.after?.()
  const { note, size } = await checkpoint(hub)
  await proveToAll(hub, note, size)
  const path = (await hub.ledger.inclusion(position, size)).path
  const message: ReleaseMessage = {
    signed,
    requestEntry: { ...(await entryAt(hub, position)), path },
    salt,
    // Where a position is invented there is no path.
    evidence: await withPaths(hub, evidence, size).catch(async () => {
      const { record } = await withPaths(hub, { ...evidence, checks: [] }, size)
      return { ...evidence, record }
    }),
    note,
    consistency: await hub.ledger.consistency(0, size),
  }
  const known: Knowledge = {
    hub: hub.id,
    rosters: hub.rosters(),
    lastSeen: { size: 0, root: emptyRoot() },
    withdrawn: new Set(),
    undetermined: new Map(),
    splits: new Map(),
    isRosterProven: true,
    approves: () => true,
    now: house.clock.now,
  }
  return { known, message: forgery.message?.(message) ?? message }
}

/** A lie about something else is told to custodians that know the roster. */
async function proveToAll(hub: HubContext, note: string, size: number): Promise<void> {
  const seen = await hub.custodians.lastSeen(() => true)
  for (const last of seen) await proveRoster(hub, last, { note, size, seenSize: size }).catch(() => undefined)
}

/** What an honest hub would show for a case. */
export async function honestEvidence(house: House, hub: HubContext, number: number, group: Group): Promise<Evidence> {
  const file = await requireCase(hub, number)
  const history = await historyOf(hub, file.childId)
  const verdict = verdictOn(hub, history, house.clock.now)
  const record = await hub.shelf.one('record', recordKey(hub, file.childId, group))
  return gatherEvidence(hub, file, history, record as RecordRow, verdict)
}

/** What an officer could sign on case 1, on the checks that its dossier shows; `change` says how it differs from what is right. */
export async function determinationBy(
  house: House,
  hub: HubContext,
  officer: string,
  change: Partial<Record<keyof Determination, unknown>> = {},
): Promise<Determination> {
  const { now } = house.clock
  const right = {
    case: 1,
    checkIds: (await house.hub.case(1)).timeline.filter(({ supports }) => supports).map(({ checkId }) => checkId),
    policyHash: hub.policy().hash,
    at: now,
    from: 'review',
    to: 'child-in-need',
    expiry: now + DAY,
    finding: 'met',
    reasons: ['cumulative-concern'],
    officer,
  }
  const said = { ...right, ...change } as Parameters<typeof signDetermination>[1]
  return signDetermination(hub.id, said, keyOf(house, said.officer).signing)
}

async function append(hub: HubContext, type: 'opening' | 'record' | 'view', body: Uint8Array): Promise<number> {
  let position = 0
  await hub.ledger.write(async (at) => {
    position = at
    return { drafts: [{ type, body }] }
  })
  return position
}

export interface Plant {
  readonly agency: string
  readonly childId: Uint8Array
  /** Fields of the check that differ. */
  readonly check?: Partial<Check>
  /** Who signs the batch, where it is not the agency. */
  readonly signer?: PartyKey
  /** Hub that the batch says it is for. */
  readonly batchHub?: Uint8Array
  readonly accepted?: boolean
}

/** A check on a child that no agency may ever have sent, as evidence; `journal` puts it into the journal. */
export function plantedCheck(
  house: House,
  hub: HubContext,
  plant: Plant,
): { readonly journal: () => Promise<CheckEvidence>; readonly at: (position: number) => CheckEvidence } {
  const check: Check = {
    hub: hub.id,
    agency: plant.agency,
    epoch: 1,
    agencyChildId: toAgencyChildId(identifierKeyOf(hub, plant.agency, 1), plant.childId as ChildId),
    incident: 'police-protection',
    indicators: [],
    occurredAt: house.clock.now,
    submittedAt: house.clock.now,
    reference: `planted/${Buffer.from(hub.random(6)).toString('hex')}`,
    practitioner: new Uint8Array(16),
    vocabulary: hub.policy().vocabulary,
    ...plant.check,
  }
  const key = plant.signer ?? keyOf(house, plant.agency)
  const batchHub = plant.batchHub ?? hub.id
  const { batch, rows, leaves } = signBatch(
    'check-batch/v1',
    batchHub,
    plant.agency,
    [encodeCheck(check)],
    key.signing,
    hub.random,
  )
  const row = rows[0]
  const hash = leaves[0]
  if (row === undefined || hash === undefined) throw new Error('a batch of one has a row')
  const { salt, bytes } = row
  const nowhere = { salt: new Uint8Array(32), bytes: new Uint8Array(0), path: [] }
  const at = (position: number): CheckEvidence => ({ row: 0, salt, bytes, path: [], entry: { position, ...nowhere } })
  return {
    at,
    async journal() {
      let position = 0
      const body = encodeBatchEntry(batch, [plant.accepted ?? true])
      await hub.ledger.write(async (next) => {
        position = next
        const { agency, reference, incident, indicators, occurredAt } = check
        const childId = plant.childId as ChildId
        const indexed = {
          agency,
          childId,
          reference,
          incident,
          indicators,
          occurredAt,
          known: 'known',
          row: 0,
        } as const
        const { puts, done } = hub.checks.draft(next, house.clock.now, plant.accepted === false ? [] : [indexed])
        return { drafts: [{ type: 'check-batch', body, leaves: [{ row: 0, hash, salt, bytes }] }], puts, done }
      })
      return { ...at(position), entry: await entryAt(hub, position) }
    },
  }
}

export function keyOf(house: House, id: string): PartyKey {
  const key = house.keys.get(id)
  if (key === undefined) throw new Error('no key under this id')
  return key
}
