import { encodeBatchEntry, signBatch } from '../../src/check/batch.js'
import { type Check, encodeCheck } from '../../src/check/canonical.js'
import type { AgencyChildId } from '../../src/child/identifiers.js'
import type { ExportOptions } from '../../src/hub.js'
import type { EntryType } from '../../src/journal/entry.js'
import { toJsonBytes } from '../../src/json.js'
import { signingKey } from '../../src/signature.js'
import type { StoredLeaf } from '../../src/store/port.js'
import { type BundleVerification, verifyBundle } from '../../src/verify.js'
import { childDetails, type House, house, nhsNumber } from '../support/house.js'

/** A house in which nearly everything that a bundle can show has happened once. */
export async function busyHouse(): Promise<House> {
  const busy = await house()
  const { police, health, school, first, hub, clock } = busy
  await busy.register(childDetails(1))
  const child = { nhsNumber: nhsNumber(1) }
  const common = { child, occurredAt: clock.now, practitioner: 'p' }
  await school.check({ ...common, incident: 'first-known', reference: 'S/1' })
  await health.check({ ...common, incident: 'first-known', reference: 'H/1' })
  await health.withdraw('H/1', 'entered-in-error')
  await police.check({ ...common, incident: 'police-protection', reference: 'P/1' })
  await hub.caughtUp()
  const ask = { case: 1, purpose: 'referral', lawfulBasis: 'public-task' } as const
  const { opening } = await first.open({ ...ask, group: 'identity' })
  await first.read(opening)
  return busy
}

export async function bundleOf({ hub }: House, options?: ExportOptions): Promise<Uint8Array[]> {
  const lines: Uint8Array[] = []
  for await (const line of hub.journal.bundle(options)) lines.push(line)
  return lines
}

/** What is found wrong with the present bundle, everything shown. */
export async function wrongIn(busy: House): Promise<readonly string[]> {
  return bad(await verifyBundle(await bundleOf(busy, { checks: true, cases: true }), { pin: busy.hub.pin }))
}

export function bad({ findings }: BundleVerification): readonly string[] {
  return findings.flatMap((finding) => (finding.ok ? [] : [finding.text]))
}

/** A hub that writes into its journal what never happened. */
export async function journal(
  busy: House,
  type: EntryType,
  body: unknown,
  leaves: readonly StoredLeaf[] = [],
): Promise<void> {
  const { ledger } = await busy.context()
  const bytes = body instanceof Uint8Array ? body : toJsonBytes(body)
  await ledger.write(async () => ({ drafts: [{ type, body: bytes, leaves }] }))
}

/** A batch of one check in an agency's name. */
export async function journalBatch(
  busy: House,
  agency: string,
  signer: string,
  change: Partial<Check> = {},
): Promise<string> {
  const hub = await busy.context()
  const check: Check = {
    hub: hub.id,
    agency,
    epoch: 1,
    agencyChildId: new Uint8Array(16) as AgencyChildId,
    incident: 'first-known',
    indicators: [],
    occurredAt: busy.clock.now,
    submittedAt: busy.clock.now,
    reference: `X/${Buffer.from(hub.random(6)).toString('hex')}`,
    practitioner: new Uint8Array(16),
    vocabulary: hub.policy().vocabulary,
    ...change,
  }
  const key = busy.keys.get(signer)?.signing ?? signingKey(hub.random(32))
  const { batch, rows, leaves } = signBatch('check-batch/v1', hub.id, agency, [encodeCheck(check)], key, hub.random)
  const beside = rows.map(({ salt, bytes }, row) => ({ row, hash: leaves[row] as Uint8Array, salt, bytes }))
  await journal(busy, 'check-batch', encodeBatchEntry(batch, [true]), beside)
  return Buffer.from(leaves[0] as Uint8Array).toString('hex')
}

export { verifyBundle }
