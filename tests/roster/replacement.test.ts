import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toHex } from '../../src/bytes.js'
import { toJsonBytes } from '../../src/json.js'
import { applyChanges, type RosterChange } from '../../src/roster/change.js'
import { replacement } from '../../src/roster/enrolment.js'
import { keysetOf, membersOf, type Party, type Roster } from '../../src/roster/roster.js'
import type { SigningKey } from '../../src/signature.js'
import { codeOf, filled, keyOf } from '../ground/keys.js'
import {
  agency,
  custodian,
  custodianId,
  custodianKey,
  enrolment,
  firstRoster,
  HUB,
  officer,
  sealer,
} from './fixtures.js'

const INVALID = 'ERR_ROSTER_INVALID'
const apply = (roster: Roster, ...changes: readonly RosterChange[]): Roster =>
  applyChanges(roster, toJsonBytes(changes))
const refused = (roster: Roster, ...changes: readonly RosterChange[]): unknown =>
  codeOf(() => apply(roster, ...changes))

const OLD = keyOf(2)
const NEW = keyOf(3)
const parties: readonly Party[] = [agency('police', keyOf(1)), officer('officer-1', OLD), sealer('births', keyOf(4))]
const roster = apply(
  firstRoster(),
  enrolment(agency('police', keyOf(1)), keyOf(1)),
  enrolment(officer('officer-1', OLD), OLD),
  enrolment(sealer('births', keyOf(4)), keyOf(4)),
)

function with_(party: Party, key: SigningKey, more: object = {}): Party {
  return { ...party, keys: { signing: key.publicKey, hpke: filled(0x91) }, ...more } as Party
}

function replaced(present: Party, next: Party, key: SigningKey, old?: SigningKey): RosterChange {
  return { kind: 'replace', ...replacement(HUB, present, next, { next: key, present: old }) }
}

const one = officer('officer-1', OLD)

describe('a replacement', () => {
  test('gives a party of every sort new keys, with or without the word of the old one', () => {
    for (const [at, old] of [keyOf(1), OLD, keyOf(4)].entries()) {
      const party = parties[at] as Party
      for (const endorsing of [undefined, old]) {
        const next = apply(roster, replaced(party, with_(party, NEW), NEW, endorsing))
        expect(next.parties.get(party.id)).toEqual(with_(party, NEW))
        expect(next.retiredKeys.has(toHex(old.publicKey))).toBe(true)
      }
    }
  })

  test('gives an officer new dates under the same key', () => {
    const renewed = with_(one, OLD, { trainingUntil: 9000, vettingUntil: 9000, undertakingAt: 1500 })
    const next = apply(roster, replaced(one, renewed, OLD))
    expect(next.parties.get('officer-1')).toEqual(renewed)
    expect(next.retiredKeys.size).toBe(0)
  })

  test.each<[string, object]>([
    ['another person', { person: 'person-of-somebody-else' }],
    ['a role', { roles: ['manager'] }],
    ['an undertaking of before', { undertakingAt: 999 }],
    ['standing', { suspended: true }],
  ])('makes no officer %s', (_, more) => {
    expect(refused(roster, replaced(one, with_(one, NEW, more), NEW, OLD))).toBe(INVALID)
  })

  test.each<[string, object]>([
    ['kind', { agencyKind: 'health' }],
    ['sensitivity', { sensitive: true }],
    ['identifier keys', { identifierKeys: [{ epoch: 1, hash: filled(7) }] }],
  ])('changes no agency’s %s', (_, more) => {
    const party = agency('police', keyOf(1))
    expect(refused(roster, replaced(party, with_(party, NEW, more), NEW, keyOf(1)))).toBe(INVALID)
  })

  test('changes no party’s sort, and makes none', () => {
    const other = with_(sealer('officer-1', NEW), NEW)
    expect(refused(roster, replaced(one, other, NEW, OLD))).toBe(INVALID)
    const nobody = officer('officer-2', NEW)
    expect(refused(roster, replaced(nobody, nobody, NEW))).toBe('ERR_PARTY_UNKNOWN')
  })

  test('keeps a custodian on its seat, under another controller', () => {
    const seat = custodian(2)
    const next = apply(roster, replaced(seat, with_(seat, NEW, { controller: 'Body 9' }), NEW, custodianKey(2)))
    expect(membersOf(next).map(({ controller }) => controller)).toEqual(['Body 1', 'Body 9', 'Body 3'])
    expect(refused(roster, replaced(seat, with_(seat, NEW, { index: 4 }), NEW))).toBe(INVALID)
  })

  test('takes no key of another party, of the hub’s, or of any version before', () => {
    expect(refused(roster, replaced(one, with_(one, keyOf(1)), keyOf(1)))).toBe('ERR_PARTY_EXISTS')
    expect(refused(roster, replaced(one, with_(one, keyOf(0x40)), keyOf(0x40)))).toBe('ERR_PARTY_EXISTS')
    const next = apply(roster, replaced(one, with_(one, NEW), NEW, OLD))
    const back = replaced(with_(one, NEW), with_(one, OLD), OLD, NEW)
    expect(refused(next, back)).toBe('ERR_PARTY_EXISTS')
    expect(refused(next, enrolment(officer('officer-2', OLD), OLD))).toBe('ERR_PARTY_EXISTS')
  })

  test('needs possession of the new key, of what it replaces, and no false word of the old one', () => {
    const next = with_(one, NEW)
    const good = replacement(HUB, one, next, { next: NEW, present: OLD })
    const plain = enrolment(next, NEW)
    if (plain.kind !== 'enrol') throw new Error('no enrolment')
    expect(refused(roster, { kind: 'replace', enrolment: plain.enrolment })).toBe('ERR_SIGNATURE_INVALID')
    expect(refused(roster, replaced(one, next, keyOf(5)))).toBe('ERR_SIGNATURE_INVALID')
    expect(refused(roster, { kind: 'replace', ...good, endorsement: good.enrolment.proof })).toBe(
      'ERR_SIGNATURE_INVALID',
    )
    // Made for an entry of other dates, as after a renewal.
    const stale = replaced(with_(one, OLD, { trainingUntil: 1 }), next, NEW, OLD)
    expect(refused(roster, stale)).toBe('ERR_SIGNATURE_INVALID')
  })

  test('leaves who is suspended suspended, until it is reinstated', () => {
    const suspended = apply(roster, { kind: 'suspend', id: 'officer-1' })
    const next = apply(suspended, replaced(one, with_(one, NEW), NEW, OLD))
    expect(next.parties.get('officer-1')?.suspended).toBe(true)
    const back = apply(next, { kind: 'reinstate', id: 'officer-1' })
    expect(back.parties.get('officer-1')).toEqual(with_(one, NEW))
    expect(refused(back, { kind: 'reinstate', id: 'officer-1' })).toBe(INVALID)
    expect(refused(back, { kind: 'reinstate', id: 'officer-2' })).toBe('ERR_PARTY_UNKNOWN')
  })
})

describe('a keyset', () => {
  const four = apply(firstRoster(), enrolment(custodian(4), custodianKey(4)), enrolment(custodian(5), custodianKey(5)))
  const of = (members: readonly number[], quorum: number, id = 'keyset-2'): RosterChange => ({
    kind: 'keyset',
    keyset: { id, members: members.map(custodianId), quorum },
  })

  test('of other members takes the place of the one before, which stays known', () => {
    const next = apply(four, of([1, 2, 4], 2))
    expect(membersOf(next).map(({ index }) => index)).toEqual([1, 2, 4])
    expect(next.formerKeysets).toEqual([four.keyset])
    expect(keysetOf(next, 'keyset-1')).toEqual(four.keyset)
    expect(keysetOf(next, 'keyset-3')).toBeUndefined()
    expect(refused(next, of([1, 2, 3], 2))).toBe(INVALID)
    expect(refused(next, of([1, 2, 3], 2, 'keyset-1'))).toBe(INVALID)
    expect(refused(next, of([1, 2, 3], 2, 'keyset-3'))).toBeUndefined()
  })

  test('may come with the custodians that it names', () => {
    const both = apply(firstRoster(), enrolment(custodian(4), custodianKey(4)), of([1, 2, 4], 2))
    expect(both.keyset.members).toEqual([1, 2, 4].map(custodianId))
  })

  test.each<[string, readonly number[], number]>([
    ['half of them as its quorum', [1, 2, 3, 4], 2],
    ['a quorum of more than there are', [1, 2, 3], 4],
    ['one member', [1], 1],
    ['a member twice', [1, 2, 2], 2],
    ['members out of order', [2, 1, 3], 2],
    ['a stranger', [1, 2, 6], 2],
  ])('has not %s', (_, members, quorum) => {
    expect(refused(four, of(members, quorum))).toBe(INVALID)
  })

  test('has no member that is suspended, or of another sort', () => {
    expect(refused(apply(four, { kind: 'suspend', id: 'custodian-5' }), of([1, 2, 5], 2))).toBe(INVALID)
    const more = apply(four, enrolment(agency('police', keyOf(1)), keyOf(1)))
    const keyset = { id: 'keyset-2', members: ['custodian-1', 'custodian-2', 'police'], quorum: 2 }
    expect(refused(more, { kind: 'keyset', keyset })).toBe(INVALID)
  })

  test('keeps a quorum in standing: no suspension takes the last of it', () => {
    const two = apply(firstRoster(), { kind: 'suspend', id: 'custodian-3' })
    expect(refused(two, { kind: 'suspend', id: 'custodian-2' })).toBe('ERR_QUORUM_MISSING')
    expect(refused(apply(two, { kind: 'reinstate', id: 'custodian-3' }), { kind: 'suspend', id: 'custodian-2' })).toBe(
      undefined,
    )
  })
})

test('witnesses are named once each', () => {
  const names = (...witnesses: { name: string; publicKey: Uint8Array }[]): RosterChange => ({
    kind: 'witnesses',
    witnesses,
  })
  const [a, b] = [keyOf(10).publicKey, keyOf(11).publicKey]
  expect(apply(roster, names({ name: 'a', publicKey: a }, { name: 'b', publicKey: b })).witnesses).toHaveLength(2)
  expect(apply(roster, names()).witnesses).toEqual([])
  expect(refused(roster, names({ name: 'a', publicKey: a }, { name: 'a', publicKey: b }))).toBe(INVALID)
  expect(refused(roster, names({ name: 'a', publicKey: a }, { name: 'b', publicKey: a }))).toBe(INVALID)
})

test('whatever is changed in whatever order, nobody becomes somebody else and no key comes back', () => {
  const step = fc.record({
    kind: fc.constantFrom('replace', 'suspend', 'reinstate', 'enrol' as const),
    party: fc.nat(3),
    key: fc.nat(7),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 14 }), (steps) => {
      let now = firstRoster()
      const held = new Map<string, string>()
      for (const { kind, party, key } of steps) {
        const id = `officer-${party}`
        const present = now.parties.get(id)
        const wanted = officer(id, keyOf(20 + key))
        const change: RosterChange =
          kind === 'enrol'
            ? enrolment(wanted, keyOf(20 + key))
            : kind === 'replace'
              ? replaced(present === undefined ? wanted : { ...present, suspended: false }, wanted, keyOf(20 + key))
              : { kind, id }
        if (refused(now, change) !== undefined) continue
        const next = apply(now, change)
        expect(next.version).toBe(now.version + 1)
        for (const [each, before] of now.parties) {
          const after = next.parties.get(each)
          expect(after).toMatchObject({ id: before.id, party: before.party })
          if (before.suspended && kind !== 'reinstate') expect(after?.suspended).toBe(true)
        }
        for (const [each, { keys }] of next.parties) {
          const name = toHex(keys.signing)
          expect(held.get(name) ?? each).toBe(each)
          expect(next.retiredKeys.has(name)).toBe(false)
          held.set(name, each)
        }
        now = next
      }
    }),
    { numRuns: 150 },
  )
})
