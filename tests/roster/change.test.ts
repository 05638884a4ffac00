import { describe, expect, test } from 'vitest'
import { encode, fromHex, utf8Bytes } from '../../src/bytes.js'
import { isIndexError } from '../../src/errors.js'
import { sha256 } from '../../src/hash.js'
import { toJsonBytes } from '../../src/json.js'
import { applyChanges, onlySuspends, type RosterChange } from '../../src/roster/change.js'
import { enrol } from '../../src/roster/enrolment.js'
import { type Genesis, genesisHash, rosterFromGenesis, signGenesis } from '../../src/roster/genesis.js'
import { agencyOf, custodiansOf, officerOf, type Party, type Roster } from '../../src/roster/roster.js'
import { parseEnrolment } from '../../src/roster/shapes.js'
import { activationCounts, signActivation } from '../../src/roster/signatures.js'
import { codeOf, filled, keyOf } from '../ground/keys.js'
import {
  activations,
  agency,
  custodian,
  custodianId,
  custodianKey,
  enrolment,
  firstRoster,
  genesisOf,
  HUB,
  HUB_KEY,
  officer,
  POLICY,
  sealer,
  signatures,
  signedGenesis,
} from './fixtures.js'

const SMALL_ORDER = fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05')
const INVALID = 'ERR_ROSTER_INVALID'

const refusal = (genesis: Genesis): unknown => codeOf(() => firstRoster(genesis))

describe('genesis', () => {
  test('is version 1, with its custodians by index and nobody else', () => {
    const roster = firstRoster()
    expect(roster).toMatchObject({ version: 1, epoch: 1, formerKeysets: [] })
    expect(roster.keyset).toEqual({ id: 'keyset-1', members: [1, 2, 3].map(custodianId), quorum: 2 })
    expect(custodiansOf(roster).map(({ index }) => index)).toEqual([1, 2, 3])
    expect(roster.parties.size).toBe(3)
    const { body } = signedGenesis()
    expect(roster.hash).toEqual(genesisHash(HUB, body))
    expect(roster.hash).toEqual(sha256(encode('roster/v1', HUB, body)))
  })

  test('needs the signature of every controller', () => {
    const { body, signatures: all } = signedGenesis()
    expect(codeOf(() => rosterFromGenesis(body, all))).toBeUndefined()
    for (const missing of [0, 1, 2]) {
      expect(
        codeOf(() =>
          rosterFromGenesis(
            body,
            all.filter((_, at) => at !== missing),
          ),
        ),
      ).toBe(INVALID)
    }
    expect(codeOf(() => rosterFromGenesis(body, []))).toBe(INVALID)
    expect(codeOf(() => rosterFromGenesis(body, [...signatures(body, [1, 2]), ...signatures(body, [1])]))).toBe(INVALID)
  })

  test('takes no controller’s signature for another, nor one over another genesis', () => {
    const { body, signatures: all } = signedGenesis()
    const named = all.map(({ signature }, at) => ({ custodian: custodianId(((at + 1) % 3) + 1), signature }))
    expect(codeOf(() => rosterFromGenesis(body, named))).toBe(INVALID)
    const other = toJsonBytes(genesisOf(3, 2, { activationDelayMs: 0 }))
    expect(codeOf(() => rosterFromGenesis(other, all))).toBe(INVALID)
    expect(codeOf(() => rosterFromGenesis(other, signatures(other)))).toBeUndefined()
  })

  test.each([
    [2, 2, undefined],
    [3, 2, undefined],
    [3, 3, undefined],
    [4, 3, undefined],
    [5, 3, undefined],
    [16, 9, undefined],
    [1, 1, INVALID],
    [2, 1, INVALID],
    [3, 1, INVALID],
    [3, 4, INVALID],
    [4, 2, INVALID],
    [5, 2, INVALID],
    [16, 8, INVALID],
    [17, 9, INVALID],
  ])('of %i custodians with a quorum of %i: %s', (n, quorum, code) => {
    expect(refusal(genesisOf(n, quorum))).toBe(code)
  })

  test.each<[string, Genesis, string]>([
    ['the id of another hub', genesisOf(3, 2, { hub: { ...genesisOf().hub, id: filled(1) } }), INVALID],
    ['another name', genesisOf(3, 2, { hub: { ...genesisOf().hub, name: 'Southshire' } }), INVALID],
    ['fewer custodians than its keyset', genesisOf(3, 2, { custodians: genesisOf().custodians.slice(0, 2) }), INVALID],
    [
      'an agency among its custodians',
      genesisOf(3, 2, {
        custodians: [...genesisOf().custodians.slice(0, 2), enrol(HUB, agency('police-north', keyOf(1)), keyOf(1))],
      }),
      INVALID,
    ],
    [
      'an agency besides its custodians',
      genesisOf(3, 2, {
        custodians: [...genesisOf().custodians, enrol(HUB, agency('police-north', keyOf(1)), keyOf(1))],
      }),
      INVALID,
    ],
    [
      'custodians that are not numbered from 1',
      genesisOf(3, 2, { custodians: [2, 3, 4].map((index) => enrol(HUB, custodian(index), custodianKey(index))) }),
      INVALID,
    ],
    [
      'a number twice',
      genesisOf(3, 2, {
        custodians: [1, 2, 3].map((index) => {
          const party = { ...custodian(index), index: Math.min(index, 2) }
          return enrol(HUB, party, custodianKey(index))
        }),
      }),
      INVALID,
    ],
    [
      'a suspended custodian',
      genesisOf(3, 2, {
        custodians: [1, 2, 3].map((index) =>
          enrol(HUB, { ...custodian(index), suspended: index === 1 }, custodianKey(index)),
        ),
      }),
      INVALID,
    ],
    [
      'an id twice',
      genesisOf(3, 2, {
        custodians: [1, 2, 3].map((index) =>
          enrol(HUB, { ...custodian(index), id: 'custodian-1' }, custodianKey(index)),
        ),
      }),
      'ERR_PARTY_EXISTS',
    ],
    [
      'a key twice',
      genesisOf(3, 2, {
        custodians: [1, 2, 3].map((index) => {
          const key = custodianKey(Math.min(index, 2))
          return enrol(HUB, { ...custodian(index), keys: { signing: key.publicKey, hpke: filled(1) } }, key)
        }),
      }),
      'ERR_PARTY_EXISTS',
    ],
    [
      'a custodian with the hub’s key',
      genesisOf(3, 2, {
        custodians: [1, 2, 3].map((index) => {
          const key = index === 1 ? HUB_KEY : custodianKey(index)
          return enrol(HUB, { ...custodian(index), keys: { signing: key.publicKey, hpke: filled(1) } }, key)
        }),
      }),
      'ERR_PARTY_EXISTS',
    ],
    [
      'a custodian that does not hold its key',
      genesisOf(3, 2, { custodians: [1, 2, 3].map((index) => enrol(HUB, custodian(index), custodianKey(1))) }),
      'ERR_SIGNATURE_INVALID',
    ],
    [
      'a custodian that proved it to another hub',
      genesisOf(3, 2, {
        custodians: [1, 2, 3].map((index) => enrol(filled(1), custodian(index), custodianKey(index))),
      }),
      'ERR_SIGNATURE_INVALID',
    ],
    [
      'a witness with a key of small order',
      genesisOf(3, 2, { witnesses: [{ name: 'w', publicKey: SMALL_ORDER }] }),
      'ERR_KEY_INVALID',
    ],
    ['a name of nothing', genesisOf(3, 2, { hub: { ...genesisOf().hub, name: '' } }), INVALID],
    [
      'policies that overlap',
      genesisOf(3, 2, {
        policies: [
          { hash: POLICY, from: 0 },
          { hash: POLICY, from: 5 },
        ],
      }),
      INVALID,
    ],
  ])('with %s is refused', (_, genesis, code) => {
    expect(refusal(genesis)).toBe(code)
  })

  test('with a hub key of small order is refused, though the id fits it', () => {
    const genesis = genesisOf()
    const body = toJsonBytes({
      ...genesis,
      hub: {
        ...genesis.hub,
        id: sha256(encode('hub/v1', SMALL_ORDER, 'Northshire')),
        keys: { signing: SMALL_ORDER, hpke: filled(1) },
      },
    })
    expect(codeOf(() => rosterFromGenesis(body, []))).toBe('ERR_KEY_INVALID')
  })

  test('with a field more, or one less, or not canonical, is refused', () => {
    const genesis: Record<string, unknown> = { ...genesisOf() }
    for (const field of Object.keys(genesis)) {
      const body = toJsonBytes(Object.fromEntries(Object.entries(genesis).filter(([name]) => name !== field)))
      expect(
        codeOf(() => rosterFromGenesis(body, [])),
        field,
      ).toBe(INVALID)
    }
    expect(codeOf(() => rosterFromGenesis(toJsonBytes({ ...genesis, note: 1 }), []))).toBe(INVALID)
    expect(codeOf(() => rosterFromGenesis(utf8Bytes('{ }'), []))).toBe('ERR_MESSAGE_MALFORMED')
  })
})

describe('changes', () => {
  const first = firstRoster()
  const apply = (roster: Roster, ...changes: readonly RosterChange[]): Roster =>
    applyChanges(roster, toJsonBytes(changes))
  const refused = (roster: Roster, ...changes: readonly RosterChange[]): unknown =>
    codeOf(() => apply(roster, ...changes))
  const police = enrolment(agency('police-north', keyOf(1)), keyOf(1))

  test('make the next version, bound to the one before', () => {
    const next = apply(first, police)
    expect(next.version).toBe(2)
    expect(next.hash).toEqual(sha256(encode('roster/v1', HUB, first.hash, toJsonBytes([police]))))
    expect(agencyOf(next, 'police-north')?.agencyKind).toBe('police')
    expect(first.parties.size).toBe(3)
    const after = apply(next, { kind: 'suspend', id: 'police-north' })
    const elsewhere = apply(apply(first, enrolment(sealer('sealer', keyOf(9)), keyOf(9)), police), {
      kind: 'suspend',
      id: 'police-north',
    })
    expect(after.hash).not.toEqual(elsewhere.hash)
  })

  test('take each party by its kind', () => {
    const next = apply(
      first,
      police,
      enrolment(officer('officer-1', keyOf(2)), keyOf(2)),
      enrolment(sealer('sealer-1', keyOf(3)), keyOf(3)),
    )
    expect(officerOf(next, 'officer-1')?.person).toBe('person-of-officer-1')
    expect(officerOf(next, 'police-north')).toBeUndefined()
    expect(agencyOf(next, 'officer-1')).toBeUndefined()
    expect(next.parties.get('sealer-1')?.party).toBe('sealer')
  })

  test('refuse an id or a key that is there already, also from the hub and its custodians', () => {
    const next = apply(first, police)
    expect(refused(next, enrolment(agency('police-north', keyOf(2)), keyOf(2)))).toBe('ERR_PARTY_EXISTS')
    expect(refused(next, enrolment(agency('police-south', keyOf(1)), keyOf(1)))).toBe('ERR_PARTY_EXISTS')
    expect(refused(next, enrolment(officer('custodian-1', keyOf(2)), keyOf(2)))).toBe('ERR_PARTY_EXISTS')
    expect(refused(next, enrolment(officer('officer-1', custodianKey(1)), custodianKey(1)))).toBe('ERR_PARTY_EXISTS')
    expect(refused(next, enrolment(officer('officer-1', HUB_KEY), HUB_KEY))).toBe('ERR_PARTY_EXISTS')
    expect(refused(next, enrolment(officer('hub', keyOf(2)), keyOf(2)))).toBe('ERR_PARTY_EXISTS')
    expect(refused(first, police, police)).toBe('ERR_PARTY_EXISTS')
  })

  test('refuse a key that is not sound and a proof that is not the party’s own', () => {
    const party = agency('police-north', keyOf(1))
    expect(refused(first, { kind: 'enrol', enrolment: { party, proof: filled(0, 64) } })).toBe('ERR_SIGNATURE_INVALID')
    expect(refused(first, enrolment(party, keyOf(2)))).toBe('ERR_SIGNATURE_INVALID')
    expect(refused(first, { kind: 'enrol', enrolment: enrol(filled(1), party, keyOf(1)) })).toBe(
      'ERR_SIGNATURE_INVALID',
    )
    const small = { ...party, keys: { signing: SMALL_ORDER, hpke: filled(1) } }
    expect(refused(first, enrolment(small, keyOf(1)))).toBe('ERR_KEY_INVALID')
  })

  test.each<[string, Partial<Party>]>([
    ['id', { id: 'police-south' }],
    ['HPKE key', { keys: { signing: keyOf(1).publicKey, hpke: filled(0x91) } }],
    ['standing', { suspended: true }],
    ['kind', { agencyKind: 'health' } as Partial<Party>],
    ['sensitivity', { sensitive: true } as Partial<Party>],
  ])('refuse an enrolment whose %s was changed after it was proved', (_, change) => {
    const { party, proof } = enrol(HUB, agency('police-north', keyOf(1)), keyOf(1))
    const altered = { ...party, ...change } as Party
    expect(refused(first, { kind: 'enrol', enrolment: { party: altered, proof } })).toBe('ERR_SIGNATURE_INVALID')
  })

  test('let the hub alone fill in the hashes of an agency’s identifier keys', () => {
    const { party, proof } = enrol(HUB, agency('police-north', keyOf(1)), keyOf(1))
    const filledIn = { ...party, identifierKeys: [{ epoch: 1, hash: filled(8) }] } as Party
    const next = apply(first, { kind: 'enrol', enrolment: { party: filledIn, proof } })
    expect(agencyOf(next, 'police-north')?.identifierKeys).toEqual([{ epoch: 1, hash: filled(8) }])
  })

  test('enrol a custodian on a seat of its own, who counts for nothing yet', () => {
    const next = apply(first, enrolment(custodian(4), custodianKey(4)))
    expect(custodiansOf(next).map(({ id }) => id)).toContain('custodian-4')
    expect(next.keyset).toEqual(first.keyset)
    expect(refused(first, enrolment({ ...custodian(4), index: 3 }, custodianKey(4)))).toBe(INVALID)
    const body = toJsonBytes([police])
    const signed = activations(applyChanges(next, body), [1, 4])
    expect(activationCounts(next, applyChanges(next, body), signed)).toBe(false)
  })

  test('suspend who is there, and nobody else', () => {
    const next = apply(apply(first, police), { kind: 'suspend', id: 'police-north' })
    expect(next.parties.get('police-north')?.suspended).toBe(true)
    expect(refused(first, { kind: 'suspend', id: 'police-north' })).toBe('ERR_PARTY_UNKNOWN')
  })

  test('are at least one, and of a known kind', () => {
    expect(codeOf(() => applyChanges(first, toJsonBytes([])))).toBe(INVALID)
    expect(codeOf(() => applyChanges(first, toJsonBytes([{ kind: 'promote', id: 'police-north' }])))).toBe(INVALID)
    expect(codeOf(() => applyChanges(first, toJsonBytes({})))).toBe(INVALID)
    expect(
      codeOf(() => applyChanges(first, toJsonBytes(new Array(1025).fill({ kind: 'suspend', id: 'custodian-1' })))),
    ).toBe(INVALID)
  })

  test('that only suspend are told apart from all others', () => {
    const suspend: RosterChange = { kind: 'suspend', id: 'custodian-1' }
    expect(onlySuspends(toJsonBytes([suspend]))).toBe(true)
    expect(onlySuspends(toJsonBytes([suspend, suspend]))).toBe(true)
    expect(onlySuspends(toJsonBytes([suspend, police]))).toBe(false)
    expect(onlySuspends(toJsonBytes([{ kind: 'approve-policy', policy: { hash: POLICY, from: 1 } }]))).toBe(false)
  })
})

describe('activation', () => {
  const first = firstRoster()
  const body = toJsonBytes([enrolment(agency('police-north', keyOf(1)), keyOf(1))])
  const next = applyChanges(first, body)

  test('takes a quorum, each custodian once', () => {
    expect(activationCounts(first, next, activations(next, [1, 2]))).toBe(true)
    expect(activationCounts(first, next, activations(next, [3, 1]))).toBe(true)
    expect(activationCounts(first, next, activations(next, [1, 2, 3]))).toBe(true)
    expect(activationCounts(first, next, activations(next, [2]))).toBe(false)
    expect(activationCounts(first, next, activations(next, [2, 2, 2]))).toBe(false)
    expect(activationCounts(first, next, [])).toBe(false)
  })

  test('counts no signature for another version, for a genesis, of another custodian or of a stranger', () => {
    const other = applyChanges(first, toJsonBytes([{ kind: 'suspend', id: 'custodian-3' }]))
    expect(activationCounts(first, next, activations(other, [1, 2]))).toBe(false)
    const genesisSignatures = [1, 2].map((index) => ({
      custodian: custodianId(index),
      signature: signGenesis(signedGenesis().body, custodianKey(index)),
    }))
    expect(activationCounts(first, first, genesisSignatures)).toBe(false)
    const [one] = activations(next, [1])
    const borrowed = { custodian: 'custodian-2', signature: one?.signature ?? filled(0, 64) }
    expect(activationCounts(first, next, [...activations(next, [1]), borrowed])).toBe(false)
    const stranger = { custodian: 'police-north', signature: signActivation(next, keyOf(1)) }
    expect(activationCounts(first, next, [...activations(next, [1]), stranger])).toBe(false)
  })

  test('counts no suspended custodian, and the one who is suspended by it still counts', () => {
    const without = applyChanges(first, toJsonBytes([{ kind: 'suspend', id: 'custodian-1' }]))
    const later = applyChanges(without, body)
    expect(activationCounts(without, later, activations(later, [1, 2]))).toBe(false)
    expect(activationCounts(without, later, activations(later, [2, 3]))).toBe(true)
    expect(activationCounts(first, without, activations(without, [1, 2]))).toBe(true)
  })
})

describe('an enrolment as unknown input', () => {
  const party = officer('officer-1', keyOf(2))
  const valid = enrol(HUB, party, keyOf(2))

  test('is read as it was made', () => {
    for (const [each, key] of [
      [party, keyOf(2)],
      [agency('police-north', keyOf(1)), keyOf(1)],
      [sealer('sealer', keyOf(3)), keyOf(3)],
      [custodian(1), custodianKey(1)],
    ] as const) {
      expect(parseEnrolment(enrol(HUB, each, key))).toEqual(enrol(HUB, each, key))
    }
  })

  test.each<[string, unknown]>([
    ['id', 'Zebedee Quillfeather'],
    ['id', '-officer'],
    ['id', 'o'.repeat(64)],
    ['id', undefined],
    ['keys.signing', { signing: filled(1, 31), hpke: filled(1) }],
    ['keys.hpke', { signing: filled(1) }],
    ['suspended', 'no'],
    ['person', 'Zebedee Quillfeather'],
    ['person', ''],
    ['undertakingAt', -1],
    ['trainingUntil', 1.5],
    ['vettingUntil', '2030'],
    ['roles', undefined],
    ['roles', []],
    ['roles', ['caseworker', 'caseworker']],
    ['roles', ['manager', 'caseworker']],
    ['roles', ['sovereign']],
    ['party', 'inspector'],
  ])('with a wrong party.%s is refused by its name', (field, value) => {
    const name = field.split('.')[0] as string
    try {
      parseEnrolment({ ...valid, party: { ...party, [name]: value } })
      expect.unreachable()
    } catch (error) {
      expect(isIndexError(error, INVALID)).toBe(true)
      expect(error).toMatchObject({ field: `party.${field}` })
      expect(String(error)).not.toMatch(/Zebedee|inspector/)
    }
  })

  test.each([
    [null],
    [{}],
    [{ ...valid, proof: filled(1, 63) }],
    [{ ...valid, note: 1 }],
    [{ party: { ...party, note: 1 }, proof: valid.proof }],
  ])('is no enrolment: %#', (value) => {
    expect(codeOf(() => parseEnrolment(value))).toBe(INVALID)
  })
})
