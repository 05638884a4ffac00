import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { submitted } from '../../bench/peers/agency.js'
import { type PeerCheck, type PeerReceipt, signedText, verifiedText } from '../../bench/peers/check.js'
import type { DecidedBy } from '../../bench/peers/decide.js'
import { onFile, type PeerHub } from '../../bench/peers/hub.js'
import { sqlitePeer } from '../../bench/peers/sqlite.js'
import { defaultPolicy } from '../../src/policy/default.js'
import { levelRank } from '../../src/policy/policy.js'
import { referenceAssess } from '../../src/policy/reference/assess.js'
import { nhsNumbers } from '../../src/testing/population/numbers.js'
import { seededRandom } from '../../src/testing/random.js'

/** That what we measure against does the work it says, and decides as the reference evaluator does. */

const policy = defaultPolicy()
const folder = mkdtempSync(join(tmpdir(), 'child-index-peers-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const NOW = Date.UTC(2026, 5, 1)
const DAY_MS = 86_400_000
const hubKey = generateKeyPairSync('ed25519').privateKey
const parties = new Map(
  ['clinic', 'school', 'police'].map((kind): [string, { kind: string; key: KeyObject }] => [
    kind,
    { kind, key: generateKeyPairSync('ed25519').privateKey },
  ]),
)
const numbers = nhsNumbers(1)
const children = Array.from({ length: 40 }, () => numbers.next().value)

function opened(name: string, decidedBy: DecidedBy): PeerHub {
  mkdirSync(join(folder, name), { recursive: true })
  const options = { folder: join(folder, name), policy, decidedBy, clock: () => NOW, key: hubKey }
  return sqlitePeer({ ...options, tokenKey: Buffer.alloc(32, 7), agencies: onFile(parties) })
}

function submit(hub: PeerHub, id: string, checks: readonly PeerCheck[]): Promise<readonly PeerReceipt[]> {
  return submitted(hub, { id, key: parties.get(id)?.key ?? hubKey, hubKey }, checks)
}

function check(reference: string, more: Partial<PeerCheck> = {}): PeerCheck {
  const routine = { incident: 'gp-concern', indicators: [], occurredAt: NOW - DAY_MS, practitioner: 'p' }
  return { nhsNumber: children[0] ?? '', ...routine, reference, ...more }
}

/** Batches of the three agencies in turn, some checks weeks late. */
function drawn(): readonly (readonly [agency: string, checks: readonly PeerCheck[]])[] {
  const random = seededRandom(3)
  const [indicators, incidents] = [Object.keys(policy.indicators), Object.keys(policy.incidents)]
  return Array.from({ length: 12 }, (_, batch) => [
    [...parties.keys()][batch % 3] ?? '',
    Array.from({ length: 25 }, (_, row) => {
      const late = random.next() < 0.1 ? random.integer(5, 60) : 0
      return check(`${batch}/${row}`, {
        nhsNumber: random.pick(children),
        incident: random.pick(incidents),
        indicators: random.next() < 0.5 ? [random.pick(indicators)] : [],
        occurredAt: NOW - (300 - batch * 20 + late) * DAY_MS + row,
      })
    }),
  ])
}

/** Children at each rank, by the evaluator that every other one is tested against. */
function reference(batches: ReturnType<typeof drawn>): readonly number[] {
  const counts = policy.levels.map(() => 0)
  for (const child of children) {
    const checks = batches.flatMap(([agency, each]) =>
      each
        .filter(({ nhsNumber }) => nhsNumber === child)
        .map(({ reference: id, ...rest }) => ({ ...rest, id, agency, agencyKind: agency })),
    )
    const rank = levelRank(policy, referenceAssess(policy, checks, NOW).level)
    if (rank > 0) counts[rank - 1] = (counts[rank - 1] ?? 0) + 1
  }
  return counts
}

describe.each(['json-rules-engine', 'hand'] as const)('SQLite, decided by %s', (decidedBy) => {
  test('raises the cases that the reference evaluator would', async () => {
    const hub = opened(`cases-${decidedBy}`, decidedBy)
    await hub.register(children.slice(1))
    const batches = drawn()
    for (const [agency, checks] of batches) {
      const receipts = await submit(hub, agency, checks)
      expect(receipts.map((each) => 'known' in each && each.known)).toEqual(
        checks.map(({ nhsNumber }) => nhsNumber !== children[0]),
      )
    }
    const cases = await hub.cases()
    expect(cases).toEqual(reference(batches))
    expect(cases.every((count) => count > 0)).toBe(true)
    await hub.close()
  })
})

test('a check sent again is the same check, another under its reference is refused, and so is what the policy does not know', async () => {
  const hub = opened('again', 'hand')
  await hub.register(children)
  const [first] = await submit(hub, 'clinic', [check('a')])
  expect(first).toMatchObject({ known: true, entry: 1, row: 0 })
  const answers = await submit(hub, 'clinic', [
    check('b'),
    check('a'),
    check('a', { incident: 'child-disclosure' }),
    check('c', { incident: 'no-such' }),
    check('d', { occurredAt: NOW + 1 }),
    check('b'),
  ])
  expect(answers).toEqual([
    expect.objectContaining({ entry: 2, row: 0 }),
    first,
    { refused: 'reference-conflict' },
    { refused: 'code-unknown' },
    { refused: 'in-future' },
    answers[0],
  ])
  // References are each agency's own.
  expect(await submit(hub, 'school', [check('a')])).toEqual([expect.objectContaining({ entry: 3 })])
  await hub.close()

  const reopened = opened('again', 'hand')
  expect(await submit(reopened, 'clinic', [check('a')])).toEqual([first])
  await reopened.close()
})

test('what was not signed by the agency, or is no check, is not recorded', async () => {
  const hub = opened('forged', 'hand')
  const forged = signedText('clinic', [check('a')], hubKey)
  await expect(hub.submit(forged)).rejects.toThrow('signature')
  await expect(submit(hub, 'clinic', [check('a', { nhsNumber: '1234567890' })])).rejects.toThrow()
  await expect(submit(hub, 'clinic', [check('a b')])).rejects.toThrow()
  expect(await submit(hub, 'clinic', [check('a')])).toEqual([expect.objectContaining({ entry: 1, known: false })])
  const answer = signedText('peer', [], hubKey)
  expect(verifiedText(answer, createPublicKey(hubKey))).toEqual([])
  await hub.close()
})
