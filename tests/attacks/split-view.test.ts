import { beforeEach, expect, test } from 'vitest'
import { concat } from '../../src/bytes.js'
import { cosignerName, journalTrust, verifiedHead } from '../../src/custodian/knowledge.js'
import type { Founding } from '../../src/founding.js'
import type { HubContext } from '../../src/hub/context.js'
import { checkpointOrigin, signCheckpoint } from '../../src/journal/checkpoint.js'
import { leafHash, nodeHash, rootOf, type TreeHead } from '../../src/journal/merkle.js'
import { foldProof, planConsistency, planPlaces } from '../../src/journal/proof.js'
import { type HouseOfCustodians, houseOfCustodians } from '../support/custodians.js'
import { childDetails, MINUTE } from '../support/house.js'

/** A hub that shows two custodians two journals, or an old one, or proofs of its own making. */

let there: HouseOfCustodians
let hub: HubContext
let leaves: Uint8Array[]

beforeEach(async () => {
  there = await houseOfCustodians()
  await there.it.register(childDetails(1))
  await there.it.hub.journal.head()
  hub = await there.it.context()
  const size = await hub.ledger.size()
  const places = Array.from({ length: size }, (_, index) => ({ level: 0, index }))
  leaves = (await hub.store.nodes(places)).map((hash) => hash ?? leafHash(new Uint8Array(0)))
  return () => there.it[Symbol.asyncDispose]()
})

const founding = (): Founding => there.it.founding as Founding

function noteOf(head: TreeHead): string {
  const origin = checkpointOrigin(hub.id)
  return signCheckpoint({ origin, ...head }, origin, founding().keys.signing)
}

/** A journal that goes on after the true one with entries of the hub's choice. */
function continued(...more: string[]): readonly Uint8Array[] {
  return [...leaves, ...more.map((text) => leafHash(Buffer.from(text)))]
}

const headOf = (hashes: readonly Uint8Array[]): TreeHead => ({ size: hashes.length, root: rootOf(hashes) })

function proofOf(hashes: readonly Uint8Array[], from: number): { from: number; to: number; path: Uint8Array[] } {
  const steps = planConsistency(from, hashes.length)
  const at = planPlaces(steps).map(({ level, index }) => rootOf(hashes.slice(index << level, (index + 1) << level)))
  return { from, to: hashes.length, path: foldProof(steps, at) }
}

const seenBy = async (id: string): Promise<TreeHead | undefined> => {
  const { note } = (await there.ask(id, 'last-seen', {})) as { note: string }
  return verifiedHead(there.it.hub.roster(), note, 'or-not')
}

/** The custodian's cosignature of a journal, proven from what it saw last. */
async function cosigned(id: string, hashes: readonly Uint8Array[], proof?: unknown): Promise<string> {
  const from = (await seenBy(id))?.size ?? 0
  const asked = { note: noteOf(headOf(hashes)), proof: proof ?? proofOf(hashes, Math.min(from, hashes.length)) }
  const reply = (await there.ask(id, 'cosign', asked)) as { line?: string; behind?: number }
  if (reply.line === undefined) throw new Error(`behind ${reply.behind}`)
  return reply.line
}

const REFUSED = { code: 'ERR_JOURNAL_ROLLED_BACK' }

test('a split view: whoever cosigned one of two journals cosigns nothing of the other, so that one has no quorum', async () => {
  const [one, other] = [continued('one'), continued('other')]
  const lines = [await cosigned('custodian-1', one), await cosigned('custodian-3', one)]
  const alone = await cosigned('custodian-2', other)
  for (const id of ['custodian-1', 'custodian-3']) await expect(cosigned(id, other)).rejects.toMatchObject(REFUSED)
  await expect(cosigned('custodian-2', one)).rejects.toMatchObject(REFUSED)
  await expect(cosigned('custodian-2', continued('one', 'more'))).rejects.toMatchObject(REFUSED)
  const roster = there.it.hub.roster()
  expect(verifiedHead(roster, noteOf(headOf(one)) + lines.join(''), 'by-a-quorum')).toBeDefined()
  expect(verifiedHead(roster, noteOf(headOf(other)) + alone, 'by-a-quorum')).toBeUndefined()
  expect(journalTrust(roster).cosigners.map(({ name }) => name)).toContain(cosignerName(hub.id, 'custodian-2'))
})

test('a journal that was truncated, or put back to a backup and gone on from there', async () => {
  await cosigned('custodian-1', continued('one', 'two'))
  await expect(cosigned('custodian-1', leaves)).rejects.toThrow(/behind/)
  const gone = continued('one', 'other', 'more')
  await expect(cosigned('custodian-1', gone)).rejects.toMatchObject(REFUSED)
  expect((await seenBy('custodian-1'))?.size).toBe(leaves.length + 2)
})

test('proofs of the hub’s own making move no custodian', async () => {
  const next = continued('one', 'two', 'three')
  const honest = proofOf(next, (await seenBy('custodian-1'))?.size ?? 0)
  const [first = new Uint8Array(32)] = honest.path
  const made: readonly unknown[] = [
    { ...honest, path: [] },
    { ...honest, path: honest.path.slice(1) },
    { ...honest, path: honest.path.slice(0, -1) },
    { ...honest, path: [...honest.path, first] },
    { ...honest, path: [...honest.path].reverse() },
    { ...honest, path: honest.path.map((hash, index) => (index === 0 ? nodeHash(hash, hash) : hash)) },
    { ...honest, path: Array.from({ length: 64 }, () => first) },
    { ...honest, path: Array.from({ length: 65 }, () => first) },
    { ...honest, path: [first.subarray(1)] },
    { ...honest, to: honest.to + 1 },
    { ...honest, to: Number.MAX_SAFE_INTEGER },
    { ...honest, to: 0 },
  ]
  const before = await seenBy('custodian-1')
  for (const proof of made) await expect(cosigned('custodian-1', next, proof)).rejects.toMatchObject({ code: /^ERR_/ })
  for (const from of [0, 1, honest.from - 1, honest.from + 1])
    await expect(cosigned('custodian-1', next, { ...honest, from })).rejects.toThrow(/behind/)
  expect(await seenBy('custodian-1')).toEqual(before)
  await cosigned('custodian-1', next)
})

test('clocks apart: a custodian hears a hub within five minutes of its own clock, either way, and no other', async () => {
  for (const [apart, hears] of [
    [5 * MINUTE, true],
    [5 * MINUTE + 1, false],
  ] as const)
    for (const sign of [1, -1]) {
      await there.restart('custodian-1', { clock: () => there.it.clock.now + sign * apart })
      const asked = cosigned('custodian-1', continued(`${sign * apart}`).slice(0, leaves.length))
      if (hears) await asked
      else await expect(asked).rejects.toMatchObject({ code: 'ERR_SIGNATURE_INVALID' })
    }
})

test('an inner node of the tree is no entry: entries that hold two hashes have a hash of their own', () => {
  const [one = new Uint8Array(32), two = new Uint8Array(32)] = leaves
  expect(leafHash(concat(one, two))).not.toEqual(nodeHash(one, two))
})
