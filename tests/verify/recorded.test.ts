import { beforeAll, describe, expect, test } from 'vitest'
import { createAgency } from '../../src/agency.js'
import { initHub } from '../../src/embedded.js'
import type { Hub } from '../../src/hub.js'
import { newPartyKey } from '../../src/party.js'
import { memoryStore } from '../../src/store/memory.js'
import {
  type ExportedEntry,
  isIndexError,
  journalTrust,
  type Receipt,
  type Roster,
  type RowEvidence,
  rosterOf,
  verifyJournal,
  verifyRecorded,
} from '../../src/verify.js'

/** What an auditor gets out of a hub, and what verifying it is worth. */

const clock = () => Date.UTC(2026, 5, 1, 9)
let hub: Hub
let entries: ExportedEntry[]
let roster: Roster
let receipts: readonly { readonly receipt: Receipt; readonly evidence: RowEvidence }[]
let note: string

beforeAll(async () => {
  hub = await initHub({ name: 'Anytown', store: memoryStore(), clock })
  const police = createAgency({
    id: 'police',
    kind: 'police',
    key: await newPartyKey(),
    hub,
    clock,
    neverIssuedNumbers: true,
  })
  await hub.enrol(police.enrolment())
  const common = { child: { nhsNumber: '9990000018' }, occurredAt: clock(), practitioner: 'p' }
  const checks = [1, 2, 3].map((n) => ({ ...common, incident: 'police-protection', reference: `PP/${n}` }))
  const bad = { ...common, incident: 'no-such-incident', reference: 'PP/4' }
  const outcomes = await police.checkAll([checks[0], bad, checks[1], checks[2]])
  await hub.caughtUp()
  receipts = await Promise.all(
    outcomes.flatMap((outcome) =>
      outcome.kind === 'recorded'
        ? [hub.journal.check(outcome.receipt.position).then((evidence) => ({ receipt: outcome.receipt, evidence }))]
        : [],
    ),
  )
  note = await hub.journal.head()
  entries = await collect(hub.journal.entries())
  roster = await rosterOf(entries, hub.pin)
})

describe('the exported journal', () => {
  test('verifies from nothing but the pin', async () => {
    const found = await verifyJournal(entries, { ...journalTrust(roster), note })
    expect(found.findings.filter(({ ok }) => !ok)).toEqual([])
    expect(found.verified).toBe(true)
    expect(found.counts.beyond).toBe(0)
    expect(found.byType.get('check-batch')).toBe(1)
  })

  test('keeps closed what joins agencies', async () => {
    const cases = entries.filter(({ sealed }) => sealed === true)
    expect(cases.length).toBeGreaterThan(0)
    for (const entry of cases) expect(entry.salt).toBeUndefined()
    const found = await verifyJournal(entries, { ...journalTrust(roster), note })
    expect(found.counts.sealed).toBe(cases.length)
    expect(found.byType.has('case')).toBe(false)
  })

  test('is read from where one likes', async () => {
    expect((await collect(hub.journal.entries({ from: 2 }))).map(({ position }) => position)).toEqual(
      entries.slice(2).map(({ position }) => position),
    )
  })

  test('leads to no roster but the pinned one', async () => {
    const flip = (bytes: Uint8Array) => bytes.map((byte, at) => (at === 0 ? byte ^ 1 : byte))
    const others = [
      { hub: hub.pin.hub, roster: flip(hub.pin.roster) },
      { hub: flip(hub.pin.hub), roster: hub.pin.roster },
    ]
    for (const pin of others) await expect(rosterOf(entries, pin)).rejects.toSatisfy(isRosterRefusal)
    await expect(rosterOf([], hub.pin)).rejects.toSatisfy(isRosterRefusal)
  })
})

describe('a receipt', () => {
  test('is recorded: signed, in its batch, in the journal', () => {
    expect(receipts).toHaveLength(3)
    for (const { receipt, evidence } of receipts)
      expect(verifyRecorded(receipt, 'police', evidence, roster)).toMatchObject({ verified: true })
  })

  test('is not recorded by the evidence of another, nor for another agency', () => {
    const [first, second] = receipts
    if (first === undefined || second === undefined) throw new Error('two receipts')
    expect(verifyRecorded(first.receipt, 'police', second.evidence, roster).verified).toBe(false)
    expect(verifyRecorded(first.receipt, 'health', first.evidence, roster).verified).toBe(false)
    const { receipt, evidence } = first
    // A hub that recorded one check and gave a receipt for another.
    const renamed = { ...receipt, checkId: second.receipt.checkId }
    const about = { ok: false, text: 'the evidence is about another check or place', code: 'ERR_JOURNAL_INVALID' }
    expect(verifyRecorded(renamed, 'police', evidence, roster).findings).toContainEqual(about)
    const moved = { ...receipt, position: { ...receipt.position, entry: receipt.position.entry + 1 } }
    expect(verifyRecorded(moved, 'police', evidence, roster).findings).toContainEqual(about)
    const elsewhere = { ...evidence, proof: { ...evidence.proof, index: 1 } }
    expect(verifyRecorded(receipt, 'police', elsewhere, roster).verified).toBe(false)
    const head = { ...evidence, batch: { ...evidence.batch, note: evidence.batch.note.replace(/\n\d+\n/, '\n1\n') } }
    expect(verifyRecorded(receipt, 'police', head, roster).verified).toBe(false)
  })

  test('of a place where no check stands has no evidence', async () => {
    for (const position of [
      { entry: 0, row: 0 },
      { entry: 1e6, row: 0 },
      { entry: receipts[0]?.receipt.position.entry ?? 0, row: 9 },
      // an answer to who the child is, which has rows too
      { entry: (receipts[0]?.receipt.position.entry ?? 0) - 1, row: 0 },
    ])
      await expect(hub.journal.check(position)).rejects.toSatisfy((error) => isIndexError(error, 'ERR_CHECK_UNKNOWN'))
  })
})

function isRosterRefusal(error: unknown): boolean {
  return isIndexError(error, 'ERR_ROSTER_INVALID')
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
