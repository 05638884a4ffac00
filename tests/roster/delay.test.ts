import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { memoryCustodianStore, openCustodian } from '../../src/custodian.js'
import { isIndexError } from '../../src/errors.js'
import { toJsonBytes } from '../../src/json.js'
import { callJson, type Port } from '../../src/port.js'
import type { RosterChange } from '../../src/roster/change.js'
import {
  encodeActivationEntry,
  encodeRosterEntry,
  NO_ROSTER,
  presentRoster,
  type RosterHistory,
  withActivationEntry,
  withRosterEntry,
} from '../../src/roster/history.js'
import { standingMembersOf } from '../../src/roster/roster.js'
import type { NamedSignature } from '../../src/roster/signatures.js'
import { hpkeKey } from '../../src/seal/hpke.js'
import { seededRandom } from '../../src/testing.js'
import { filled, keyOf } from '../ground/keys.js'
import {
  agency,
  custodianId,
  custodianKey,
  enrolment,
  firstRoster,
  HUB,
  HUB_KEY,
  officer,
  sealer,
  signedGenesis,
} from './fixtures.js'

const DELAY = 1000
const START = 1_000_000
const CHANGES: readonly RosterChange[] = [
  enrolment(agency('police-north', keyOf(1)), keyOf(1)),
  enrolment(officer('officer-1', keyOf(2)), keyOf(2)),
  enrolment(sealer('births', keyOf(3)), keyOf(3)),
]

/** A hub that does as it likes with what three honest custodians sign. */
async function bench() {
  let now = START
  let position = 0
  let history: RosterHistory = NO_ROSTER
  const clocks = [0, 0, 0]
  const random = seededRandom(7).bytes
  const hpke = await hpkeKey(random)
  const hub = { id: HUB, publicKey: HUB_KEY.publicKey, roster: firstRoster().hash }
  const ports: Port[] = []
  for (const index of [1, 2, 3]) {
    const [key, other] = [filled(index), filled(9)].map((each) => ({ generation: 1, key: each }))
    const keys = { id: custodianId(index), hub, signing: custodianKey(index), hpke, roots: [key], lookupKeys: [other] }
    const clock = () => now + (clocks[index - 1] ?? 0)
    ports.push(await openCustodian({ keys: keys as never, store: memoryCustodianStore(), clock, random }))
  }
  const ask = (index: number, verb: string, body: unknown): Promise<unknown> =>
    callJson(ports[index] as Port, verb, body, now + (clocks[index] ?? 0), { hub: HUB, party: 'hub', key: HUB_KEY })
  /** When each custodian first heard of the proposal at a position, by its own clock. */
  const heard = new Map<string, number>()
  const told = [-1, -1, -1]
  const journal = async (type: 'roster' | 'activation', body: Uint8Array): Promise<boolean> => {
    const follow = type === 'roster' ? withRosterEntry : withActivationEntry
    try {
      // The hub writes whatever time it likes beside an entry.
      history = follow(history, position, now + 10 * DELAY * position, body)
    } catch (error) {
      if (isIndexError(error)) return false
      throw error
    }
    for (const index of [0, 1, 2]) {
      const entries = [{ position, type, at: now + 10 * DELAY * position, body }]
      await ask(index, 'follow', { after: told[index], entries })
      told[index] = position
      heard.set(`${index} ${position}`, now + (clocks[index] ?? 0))
    }
    position += 1
    return true
  }
  await journal('roster', encodeRosterEntry(signedGenesis()))
  return {
    ask,
    heard,
    journal,
    clocks,
    get now() {
      return now
    },
    get history() {
      return history
    },
    pass: (ms: number) => {
      now += ms
    },
    propose: (change: RosterChange) =>
      journal('roster', encodeRosterEntry({ body: toJsonBytes([change]), signatures: [] })),
    /** A signature on what is proposed, if this custodian gives it. */
    async sign(index: number): Promise<NamedSignature | undefined> {
      if (history.proposed === undefined) return undefined
      const { body } = history.proposed
      const { version } = presentRoster(history)
      try {
        const reply = (await ask(index, 'activate', { version: version + 1, body })) as { signature: Uint8Array }
        return { custodian: custodianId(index + 1), signature: reply.signature }
      } catch (error) {
        if (isIndexError(error)) return undefined
        throw error
      }
    },
    activate(signatures: readonly NamedSignature[]): Promise<boolean> {
      const version = presentRoster(history).version + 1
      return journal('activation', encodeActivationEntry({ version, signatures }))
    },
  }
}

const change = (at: number): RosterChange => CHANGES[at] as RosterChange

describe('a delay', () => {
  test('runs by each custodian’s own clock, whatever the hub writes beside an entry', async () => {
    const it = await bench()
    await it.propose(change(0))
    expect(await it.sign(0)).toBeUndefined()
    it.pass(DELAY - 1)
    expect(await it.sign(0)).toBeUndefined()
    it.clocks[1] = 1
    const [early, other] = [await it.sign(1), await it.sign(0)]
    expect([early?.custodian, other]).toEqual([custodianId(2), undefined])
    it.pass(1)
    expect(await it.sign(0)).toBeDefined()
  })

  test('is not shortened by a proposal that was signed for, superseded and proposed again', async () => {
    const it = await bench()
    await it.propose(change(0))
    it.pass(DELAY)
    const signed = [await it.sign(0), await it.sign(1)].flatMap((each) => each ?? [])
    expect(signed).toHaveLength(2)
    await it.propose(change(1))
    await it.propose(change(0))
    expect(await it.activate(signed)).toBe(false)
    expect(await it.sign(0)).toBeUndefined()
    it.pass(DELAY)
    const anew = [await it.sign(0), await it.sign(1)].flatMap((each) => each ?? [])
    expect(await it.activate(anew)).toBe(true)
  })

  test('goes on through a suspension', async () => {
    const it = await bench()
    await it.propose(change(0))
    it.pass(DELAY / 2)
    await it.propose({ kind: 'suspend', id: custodianId(3) })
    it.pass(DELAY / 2)
    const signed = [await it.sign(0), await it.sign(1)].flatMap((each) => each ?? [])
    expect(await it.sign(2)).toBeUndefined()
    expect(await it.activate(signed)).toBe(true)
    expect(presentRoster(it.history)).toMatchObject({ version: 3 })
  })

  test('stands before every version but a suspension, in whatever order things happen', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('propose' as const), which: fc.nat(2) }),
      fc.record({ do: fc.constant('sign' as const), which: fc.nat(2) }),
      fc.record({ do: fc.constant('activate' as const), which: fc.nat(7) }),
      fc.record({ do: fc.constant('pass' as const), which: fc.constantFrom(1, 400, DELAY) }),
      fc.record({ do: fc.constant('suspend' as const), which: fc.nat(2) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 16 }), async (steps) => {
        const it = await bench()
        const kept: { signature: NamedSignature; waited: boolean }[] = []
        for (const { do: act, which } of steps) {
          const before = presentRoster(it.history)
          if (act === 'pass') it.pass(which)
          if (act === 'propose') await it.propose(change(which))
          if (act === 'suspend') await it.propose({ kind: 'suspend', id: custodianId(which + 1) })
          if (act === 'sign') {
            const at = it.history.proposed?.position
            const signature = await it.sign(which)
            const since = it.heard.get(`${which} ${at}`) ?? Number.POSITIVE_INFINITY
            if (signature !== undefined) kept.push({ signature, waited: it.now >= since + DELAY })
          }
          if (act === 'activate') {
            const mine = kept.filter((_, at) => ((which >> (at % 3)) & 1) === 1).map(({ signature }) => signature)
            // Whatever was ever signed, in any mixture: the last of each custodian is looked at first.
            await it.activate(mine.toReversed())
          }
          const after = presentRoster(it.history)
          expect(after.version - before.version).toBe(after.hash === before.hash ? 0 : 1)
          expect(kept.every(({ waited }) => waited)).toBe(true)
          if (after !== before && act !== 'suspend') {
            expect(act).toBe('activate')
            const inStanding = standingMembersOf(before).map(({ id }) => id)
            const signers = new Set(
              kept.map(({ signature }) => signature.custodian).filter((id) => inStanding.includes(id)),
            )
            expect(signers.size).toBeGreaterThanOrEqual(before.keyset.quorum)
          }
        }
      }),
      { numRuns: 40 },
    )
  })
})
