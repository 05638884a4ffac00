import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { encode } from '../../src/bytes.js'
import type { ReleaseMessage } from '../../src/case/messages.js'
import { parseReleaseAnswer } from '../../src/case/messages.js'
import { type ReleaseAnswer, signRequest } from '../../src/case/opening.js'
import { releaseInfo } from '../../src/custodian/knowledge.js'
import {
  type CustodianEvent,
  type CustodianStore,
  lockRestored,
  memoryCustodianStore,
  reportOf,
} from '../../src/custodian.js'
import type { HubContext } from '../../src/hub/context.js'
import { IndexError, isIndexError, type Port } from '../../src/index.js'
import { checkpointOrigin, signCheckpoint } from '../../src/journal/checkpoint.js'
import { fromJsonBytes, toJsonBytes } from '../../src/json.js'
import { decodeMessage } from '../../src/port.js'
import { encodeRosterEntry } from '../../src/roster/history.js'
import { hpkeKey, hpkeSeal } from '../../src/seal/hpke.js'
import { sign } from '../../src/signature.js'
import { ASK, type HouseOfCustodians, houseOfCustodians } from '../support/custodians.js'
import { type Forgery, forge, honestEvidence, keyOf } from '../support/forge.js'
import { childDetails, type House, nhsNumber } from '../support/house.js'

const ONE = 'custodian-1'
const TWO = 'custodian-2'
const THREE = 'custodian-3'
const EMPTY = new Uint8Array(0)

let all: HouseOfCustodians
let it: House
let hub: HubContext

beforeEach(async () => {
  all = await houseOfCustodians()
  it = all.it
  await it.register(childDetails(1))
  const seen = { occurredAt: it.clock.now, practitioner: 'PC 42', incident: 'police-protection' }
  await it.police.check({ child: { nhsNumber: nhsNumber(1) }, reference: 'one', ...seen })
  await it.hub.caughtUp()
  hub = await it.context()
})
afterEach(async () => it[Symbol.asyncDispose]())

const UNREACHABLE: Port = {
  send: () => Promise.reject(new IndexError('ERR_CUSTODIAN_UNAVAILABLE', 'no route')),
}

function storeOf(id: string): CustodianStore {
  const store = all.stores.get(id)
  if (store === undefined) throw new Error('no such custodian')
  return store
}
const events = (id: string) => storeOf(id).load(0)
const report = (id: string) => reportOf(storeOf(id))
const lock = (id: string) => lockRestored(storeOf(id), it.clock.now, hub.random)

async function remember(id: string, ...more: readonly CustodianEvent[]): Promise<void> {
  for (const event of more) await storeOf(id).append(event)
}

/** Starts the custodian on these events, as if nothing had happened after them. */
async function restore(id: string, backup: readonly CustodianEvent[]): Promise<void> {
  const store = memoryCustodianStore()
  for (const event of backup) await store.append(event)
  await all.restart(id, { store })
}

async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work
    return undefined
  } catch (error) {
    if (isIndexError(error)) return error.code
    throw error
  }
}

/** What custodian 1 says to a release message that a hub makes up. */
async function said(message: ReleaseMessage): Promise<ReleaseAnswer> {
  const keys = it.founding?.custodians[0]
  if (keys === undefined) throw new Error('a house in memory has a founding')
  const info = releaseInfo(hub.id, keys.id)
  const sealed = await hpkeSeal(keys.hpke.publicKey, info, new Uint8Array(0), toJsonBytes(message))
  const { answer } = (await all.ask(ONE, 'release', { sealed })) as { readonly answer: Uint8Array }
  return parseReleaseAnswer(fromJsonBytes(answer))
}

/** Under the head that custodian 1 saw last, which is that of the message's own checkpoint. */
async function forged(forgery: Forgery): Promise<ReleaseMessage> {
  const { message } = await forge(it, hub, forgery)
  const to = message.consistency.to
  return { ...message, consistency: await hub.ledger.consistency(Math.min((await report(ONE)).lastSeen, to), to) }
}

describe('a custodian that was restored', () => {
  test('releases, cosigns and activates nothing, and the others suffice', async () => {
    await lock(ONE)
    const opening = await it.first.open(ASK)
    expect(opening.released).toEqual([TWO, THREE])
    expect(opening.answers.find(({ custodian }) => custodian === ONE)).toMatchObject({
      kind: 'refused',
      reason: 'custodian-locked',
    })
    expect(await it.hub.journal.head()).not.toContain(`/${ONE} `)
    expect(await codeOf(all.ask(ONE, 'activate', { version: 99, body: new Uint8Array(0) }))).toBe(
      'ERR_CUSTODIAN_LOCKED',
    )
    await it.agency('late', 'health')
    expect(it.hub.roster().parties.has('late')).toBe(true)
    expect((await report(ONE)).lockedAt).toBe(it.clock.now)
    const { byType } = await it.hub.journal.verify()
    expect(byType.get('refusal')).toBe(1)
  })

  test('still looks up, issues, and keeps what agencies take back', async () => {
    await lock(ONE)
    await it.register(childDetails(2))
    await it.police.withdraw('one', 'wrong-child')
    expect(await events(ONE)).toContainEqual(expect.objectContaining({ kind: 'withdrawn' }))
  })

  test('stays locked when it is started again', async () => {
    await lock(ONE)
    await restore(ONE, await events(ONE))
    expect((await it.first.open(ASK)).released).toEqual([TWO, THREE])
  })

  test('works again once its peers have told it', async () => {
    await lock(ONE)
    expect(await it.hub.unlock(ONE)).toEqual({ outcome: 'unlocked', peers: [TWO, THREE], missing: [] })
    expect((await it.first.open(ASK)).released).toEqual([ONE, TWO, THREE])
    expect(await it.hub.unlock(ONE)).toEqual({ outcome: 'not-locked', peers: [], missing: [] })
  })

  test('locks itself when it is shown its own cosignature of a head that it does not remember', async () => {
    const backup = await events(ONE)
    await it.hub.journal.head()
    await restore(ONE, backup)
    expect(await it.hub.journal.head()).not.toContain(`/${ONE} `)
    expect(await events(ONE)).toContainEqual(expect.objectContaining({ kind: 'locked', why: 'own-head-unknown' }))
    expect(await it.hub.unlock(ONE)).toMatchObject({ outcome: 'unlocked' })
    expect(await it.hub.journal.head()).toContain(`/${ONE} `)
  })

  test('locks itself when it has forgotten everything', async () => {
    await it.hub.journal.head()
    await restore(ONE, [])
    expect((await it.first.open(ASK)).released).toEqual([TWO, THREE])
    await it.hub.unlock(ONE)
    expect((await it.first.open(ASK)).released).toEqual([ONE, TWO, THREE])
  })

  test('locks itself by a head in a release, where the hub hides the latest one', async () => {
    const { message } = await forge(it, hub, {})
    const past = await events(ONE)
    await restore(
      ONE,
      past.slice(
        0,
        past.findLastIndex(({ kind }) => kind === 'seen'),
      ),
    )
    expect(await said(message)).toMatchObject({ kind: 'refused', reason: 'custodian-locked' })
  })

  test('is no custodian that was merely away', async () => {
    const port = all.port(ONE)
    all.replace(ONE, UNREACHABLE)
    await it.hub.journal.head()
    await it.agency('late', 'health')
    await it.hub.journal.head()
    all.replace(ONE, port)
    expect(await it.hub.journal.head()).toContain(`/${ONE} `)
  })

  test('follows the roster from where it is, not from where the hub left it', async () => {
    const backup = await events(ONE)
    await it.agency('late', 'health')
    await restore(ONE, backup)
    // Without what came before, a suspension would make another roster of what it knows.
    const { followed } = (await all.ask(ONE, 'follow', { after: -1, entries: [] })) as { readonly followed: number }
    const body = encodeRosterEntry({ body: toJsonBytes([{ kind: 'suspend', id: 'hill-school' }]), signatures: [] })
    const news = { position: followed + 9, type: 'roster', at: it.clock.now, body }
    expect(await all.ask(ONE, 'follow', { after: followed + 8, entries: [news] })).toEqual({ followed })
    await it.hub.suspend('late')
    await it.hub.unlock(ONE)
    const roster = async (id: string) => (await events(id)).filter(({ kind }) => /roster|activation/.test(kind))
    const position = (event: object) => (event as { position: number }).position
    expect((await roster(ONE)).map(position)).toEqual((await roster(TWO)).map(position))
  })
})

describe('what was lost with the tail', () => {
  // From here on the roster is proven to all of them.
  beforeEach(async () => {
    expect((await it.first.open(ASK)).released).toEqual([ONE, TWO, THREE])
  })

  test('a check that was taken back is refused after the merge', async () => {
    const backup = await events(ONE)
    const evidence = await honestEvidence(it, hub, 1, 'identity')
    await it.police.withdraw('one', 'wrong-child')
    await it.hub.caughtUp()
    await restore(ONE, backup)
    await lock(ONE)
    await it.hub.unlock(ONE)
    const message = await forged({ evidence: () => evidence })
    expect(await said(message)).toMatchObject({ kind: 'refused', reason: 'check-withdrawn' })
  })

  test('an opening id is refused with other bytes, and answered with the same', async () => {
    const message = await forged({})
    const backup = await events(ONE)
    for (const keys of it.founding?.custodians ?? []) {
      const info = releaseInfo(hub.id, keys.id)
      const sealed = await hpkeSeal(keys.hpke.publicKey, info, new Uint8Array(0), toJsonBytes(message))
      await all.ask(keys.id, 'release', { sealed })
    }
    await restore(ONE, backup)
    await lock(ONE)
    await it.hub.unlock(ONE)
    expect(await said(message)).toMatchObject({ kind: 'released' })
    const request = { ...message.signed.request, oneUseKey: (await hpkeKey(hub.random)).publicKey }
    const signed = signRequest(hub.id, request, keyOf(it, 'first').signing)
    expect(await said({ ...message, signed })).toMatchObject({ kind: 'refused', reason: 'opening-used-before' })
  })

  test('is told in pages, however long it is', async () => {
    const openings = Array.from({ length: 2_345 }, (_, n) => {
      const opening = new Uint8Array(16)
      new DataView(opening.buffer).setUint32(0, n)
      return { kind: 'opening', opening, requestHash: new Uint8Array(32).fill(n % 256) } as const
    })
    await remember(TWO, ...openings)
    await lock(ONE)
    await it.hub.unlock(ONE)
    expect((await report(ONE)).openings).toBe(2_346)
    const pages = all.sent.filter(({ custodian, verb }) => custodian === TWO && verb === 'state')
    expect(pages).toHaveLength(3)
  })
})

describe('nothing ends the lock but', () => {
  test('as many peers as there must be', async () => {
    await lock(ONE)
    const port = all.port(TWO)
    all.replace(TWO, UNREACHABLE)
    expect(await codeOf(it.hub.unlock(ONE))).toBe('ERR_CUSTODIAN_LOCKED')
    all.replace(TWO, port)
    await lock(TWO)
    expect(await codeOf(it.hub.unlock(ONE))).toBe('ERR_CUSTODIAN_LOCKED')
    expect((await report(ONE)).lockedAt).toBeDefined()
  })

  test('heads of one journal', async () => {
    await it.hub.journal.head()
    const { size } = await hub.ledger.head()
    const origin = checkpointOrigin(hub.id)
    const root = new Uint8Array(32).fill(7)
    const note = signCheckpoint({ origin, size, root }, origin, hub.keys.signing)
    await remember(TWO, { kind: 'seen', note, size, root })
    await lock(ONE)
    expect(await codeOf(it.hub.unlock(ONE))).toBe('ERR_JOURNAL_INVALID')
    expect((await report(ONE)).lockedAt).toBeDefined()
    expect((await report(ONE)).lastSeen).toBeLessThanOrEqual(size)
  })

  test('heads of one journal, a shorter one too', async () => {
    const past = await events(TWO)
    const { size } = await hub.ledger.head()
    await it.hub.journal.head()
    const origin = checkpointOrigin(hub.id)
    const root = new Uint8Array(32).fill(7)
    const note = signCheckpoint({ origin, size: size - 1, root }, origin, hub.keys.signing)
    await restore(TWO, [...past, { kind: 'seen', note, size: size - 1, root }])
    await lock(ONE)
    expect(await codeOf(it.hub.unlock(ONE))).toBe('ERR_JOURNAL_INVALID')
    expect((await report(ONE)).lockedAt).toBeDefined()
  })

  test('words that the peer signed: a hub can seal to a custodian, too', async () => {
    await lock(ONE)
    const { locked: challenge = EMPTY } = await lastSeen(ONE)
    const told = { custodian: TWO, to: ONE, challenge, from: 0, events: [] }
    expect(await codeOf(all.ask(ONE, 'merge', await pageOf(told, TWO)))).toBeUndefined()
    for (const signer of [THREE, 'hub'])
      expect(await codeOf(all.ask(ONE, 'merge', await pageOf(told, signer)))).toBe('ERR_SIGNATURE_INVALID')
    for (const changed of [{ custodian: THREE }, { to: THREE }, { challenge: new Uint8Array(32) }])
      expect(await codeOf(all.ask(ONE, 'merge', await pageOf({ ...told, ...changed }, TWO)))).toBe(
        'ERR_SIGNATURE_INVALID',
      )
    const note = signCheckpoint(
      { origin: checkpointOrigin(hub.id), size: 3, root: new Uint8Array(32).fill(9) },
      checkpointOrigin(hub.id),
      all.keys(THREE).signing,
    )
    expect(await codeOf(all.ask(ONE, 'merge', await pageOf({ ...told, note }, TWO)))).toBe('ERR_SIGNATURE_INVALID')
    const statements = ['first', 'second'].map((officer) => {
      return { duplicate: 1, kind: 'split', commitment: challenge, reason: 'linked-in-error', at: 1, officer }
    })
    const unsigned = statements.map((each) => ({ ...each, signature: new Uint8Array(64) }))
    const split = { kind: 'split', duplicate: 1, at: 1, statements: unsigned }
    expect(await codeOf(all.ask(ONE, 'merge', await pageOf({ ...told, events: [split] }, TWO)))).toBe(
      'ERR_SIGNATURE_INVALID',
    )
  })

  test('what peers say now: not what they said at an earlier lock', async () => {
    await lock(ONE)
    await it.hub.unlock(ONE)
    const told = all.sent.filter(({ custodian, verb }) => custodian === ONE && verb === 'merge')
    expect(told).toHaveLength(2)
    await lock(ONE)
    for (const { message } of told)
      expect(await codeOf(all.ask(ONE, 'merge', fromJsonBytes(decodeMessage(message).body)))).toBe(
        'ERR_SIGNATURE_INVALID',
      )
    expect(await codeOf(all.ask(ONE, 'unlock', { proofs: [] }))).toBe('ERR_CUSTODIAN_LOCKED')
  })

  test('each peer’s own word: one that speaks for two is one', async () => {
    await lock(ONE)
    const { locked } = await lastSeen(ONE)
    const { sealed } = (await all.ask(TWO, 'state', { to: ONE, challenge: locked, from: 0 })) as { sealed: Uint8Array }
    await all.ask(ONE, 'merge', { custodian: TWO, sealed })
    await all.ask(ONE, 'merge', { custodian: TWO, sealed })
    expect(await codeOf(all.ask(ONE, 'merge', { custodian: THREE, sealed }))).toBe('ERR_SEAL_INVALID')
    expect(await codeOf(all.ask(ONE, 'unlock', { proofs: [] }))).toBe('ERR_CUSTODIAN_LOCKED')
  })

  test('a peer in standing', async () => {
    await lock(ONE)
    await it.hub.suspend(TWO)
    expect(await codeOf(it.hub.unlock(ONE))).toBe('ERR_CUSTODIAN_LOCKED')
  })

  test('whole pages in their order', async () => {
    await lock(ONE)
    const { locked } = await lastSeen(ONE)
    const { sealed } = (await all.ask(TWO, 'state', { to: ONE, challenge: locked, from: 1 })) as { sealed: Uint8Array }
    expect(await codeOf(all.ask(ONE, 'merge', { custodian: TWO, sealed }))).toBe('ERR_MESSAGE_MALFORMED')
  })
})

describe('what peers tell', () => {
  test('is for the locked custodian alone', async () => {
    await lock(ONE)
    const { locked } = await lastSeen(ONE)
    expect(await codeOf(all.ask(TWO, 'state', { to: TWO, challenge: locked, from: 0 }))).toBe('ERR_PARTY_UNKNOWN')
    expect(await codeOf(all.ask(TWO, 'state', { to: 'first', challenge: locked, from: 0 }))).toBe('ERR_PARTY_UNKNOWN')
    expect(await codeOf(all.ask(TWO, 'merge', { custodian: THREE, sealed: new Uint8Array(99) }))).toBe(
      'ERR_REQUEST_INVALID',
    )
  })

  test('counts for nothing where whoever took it back did not sign it', async () => {
    const checkId = 'ab'.repeat(32) as never
    const forgedWord = {
      agency: 'met-police',
      checkId,
      reason: 'wrong-child',
      at: 1,
      signature: new Uint8Array(64),
    } as const
    await remember(TWO, { kind: 'withdrawn', withdrawal: forgedWord })
    await lock(ONE)
    expect(await codeOf(it.hub.unlock(ONE))).toBe('ERR_CUSTODIAN_LOCKED')
    expect((await report(ONE)).withdrawals).toBe(0)
  })

  test('is refused with a code, whatever it is made of', async () => {
    await lock(ONE)
    const nonsense = [
      undefined,
      null,
      {},
      [],
      { custodian: TWO },
      { sealed: 'x' },
      { proofs: [{}] },
      { to: ONE, from: -1 },
    ]
    for (const verb of ['state', 'merge', 'unlock'])
      for (const body of nonsense) {
        const code = await codeOf(all.ask(ONE, verb, body ?? null))
        expect(code, `${verb} ${JSON.stringify(body)}`).toBe('ERR_MESSAGE_MALFORMED')
      }
    const sealed = new Uint8Array(1_048_577)
    expect(await codeOf(all.ask(ONE, 'merge', { custodian: TWO, sealed }))).toBe('ERR_MESSAGE_MALFORMED')
    expect(await codeOf(all.ask(ONE, 'merge', { custodian: TWO, sealed: sealed.subarray(0, 200) }))).toBe(
      'ERR_SEAL_INVALID',
    )
  })
})

async function lastSeen(id: string): Promise<{ readonly note?: string; readonly locked?: Uint8Array }> {
  return (await all.ask(id, 'last-seen', {})) as { readonly note?: string; readonly locked?: Uint8Array }
}

/** A page as custodian 2 would tell it, but for who signs it. */
async function pageOf(
  told: object,
  signer: string,
): Promise<{ readonly custodian: string; readonly sealed: Uint8Array }> {
  const page = toJsonBytes(told)
  const key = signer === 'hub' ? hub.keys.signing : all.keys(signer).signing
  const signature = sign(key, encode('custodian-state-page/v1', hub.id, TWO, ONE, page))
  const info = encode('custodian-state/v1', hub.id, TWO, ONE)
  return {
    custodian: TWO,
    sealed: await hpkeSeal(all.keys(ONE).hpke.publicKey, info, EMPTY, toJsonBytes({ page, signature })),
  }
}
