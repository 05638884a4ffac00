import { expect, test } from 'vitest'
import type { ChildId } from '../../src/child/identifiers.js'
import {
  batchesOf,
  decodeCheckRow,
  encodeCheckRow,
  type RowBatch,
  type RowCheck,
} from '../../src/hub/check-index/row.js'
import { indexFindings } from '../../src/hub/check-index/verify.js'
import type { HubContext } from '../../src/hub/context.js'
import { numberKey } from '../../src/hub/shelf.js'
import { type House, house } from '../support/house.js'
import { seen } from '../support/pairs.js'

async function withChecks(): Promise<{
  readonly it: House
  readonly hub: HubContext
  readonly positions: readonly number[]
}> {
  const it = await house()
  for (const number of [1, 2]) await seen(it, number, `police/${number}`)
  const hub = await it.context()
  const rows = await hub.shelf.list('check', undefined, 9)
  return { it, hub, positions: rows.flatMap(({ value }) => batchesOf(decodeCheckRow(value)).map(({ entry }) => entry)) }
}

async function rewrite(
  hub: HubContext,
  position: number,
  change: (batch: RowBatch) => RowBatch | undefined,
): Promise<void> {
  await hub.ledger.write(async () => {
    const key = numberKey(position)
    const row = (await hub.shelf.one('check', key)) as Uint8Array
    const batches = batchesOf(decodeCheckRow(row)).flatMap((batch) => change(batch) ?? [])
    return { puts: [hub.shelf.put('check', key, encodeCheckRow(batches, []))] }
  })
}

const ofFirst =
  (change: Partial<RowCheck>) =>
  (batch: RowBatch): RowBatch => ({ ...batch, checks: batch.checks.map((check) => ({ ...check, ...change })) })

const CHANGES: readonly (readonly [string, (batch: RowBatch) => RowBatch | undefined])[] = [
  ['a batch is missing', () => undefined],
  ['another time of recording', (batch) => ({ ...batch, recordedAt: batch.recordedAt - 1 })],
  ['another agency', (batch) => ({ ...batch, agency: 'elsewhere' })],
  ['another child', ofFirst({ childId: new Uint8Array(16) as ChildId })],
  ['another incident', ofFirst({ incident: 'else' })],
  ['other indicators', ofFirst({ indicators: ['else'] })],
  ['another time', ofFirst({ occurredAt: 1 })],
  ['another reference', ofFirst({ fingerprint: 1 })],
  ['another row', ofFirst({ row: 7 })],
]

test('rows that say what agencies signed are found good, after an erasure as well', async () => {
  const { it, hub, positions } = await withChecks()
  await using _ = it
  const findings = async (): Promise<readonly unknown[]> => indexFindings(hub, await hub.ledger.size(), undefined)
  expect(await findings()).toEqual([{ ok: true, text: 'the index of checks says what 2 checks say that were signed' }])
  await it.hub.eraseCheck({ entry: positions[0] ?? 0, row: 0 }, 'court-order')
  expect(await findings()).toEqual([{ ok: true, text: 'the index of checks says what 1 checks say that were signed' }])
  expect((await it.hub.journal.verify()).findings).toContainEqual((await findings())[0])
})

test('a row that says anything else is found, and where', async () => {
  const { it, hub, positions } = await withChecks()
  await using _ = it
  const position = positions[1] ?? 0
  const row = (await hub.shelf.one('check', numberKey(position))) as Uint8Array
  for (const [name, change] of CHANGES) {
    await rewrite(hub, position, change)
    expect(await indexFindings(hub, await hub.ledger.size(), undefined), name).toEqual([
      expect.objectContaining({ ok: false, code: 'ERR_STORE_DAMAGED', position }),
    ])
    await hub.ledger.write(async () => ({ puts: [hub.shelf.put('check', numberKey(position), row)] }))
  }
})
