import { expect, test } from 'vitest'
import { memoryCustodianStore } from '../../src/custodian.js'
import { found, openCustodians } from '../../src/founding.js'
import { foundHub } from '../../src/hub/open-context.js'
import { defaultPolicy, type Hub, memoryStore, openHub } from '../../src/index.js'
import { signingKey } from '../../src/signature.js'
import { seededRandom } from '../../src/testing.js'
import { journalTrust, verifyBundle, verifyNote } from '../../src/verify.js'
import { memoryWitnessStore, openWitness, type WitnessPort } from '../../src/witness.js'

const clock = () => 1_800_000_000_000
const keyOf = (n: number) => signingKey(new Uint8Array(32).fill(n))
const NAMES = ['one.example', 'two.example', 'three.example']

/** A hub whose roster names three witnesses; those that `ports` gives are within reach. */
async function witnessed(reach: (name: string, witness: WitnessPort) => WitnessPort | undefined): Promise<Hub> {
  const random = seededRandom(3).bytes
  const named = NAMES.map((name, at) => ({ name, publicKey: keyOf(at + 1).publicKey }))
  const policy = defaultPolicy()
  const {
    id,
    keys,
    genesis,
    custodians: custodianKeys,
  } = await found({ name: 'Anytown', policy, random, witnesses: named })
  const ports = new Map<string, WitnessPort>()
  for (const [at, name] of NAMES.entries()) {
    const witness = await openWitness({ name, key: keyOf(at + 1), store: memoryWitnessStore(), clock })
    await witness.follow({
      name: `child-index/v1/${Buffer.from(id).toString('hex')}`,
      publicKey: keys.signing.publicKey,
    })
    const port = reach(name, witness)
    if (port !== undefined) ports.set(name, port)
  }
  const custodians = await openCustodians(custodianKeys, () => memoryCustodianStore(), clock, random)
  const wired = { id, store: memoryStore(), keys, custodians, witnesses: ports, clock, random }
  await foundHub(wired, genesis, policy)
  return openHub(wired)
}

test('heads carry the cosignatures of the witnesses, and a quorum of them is what counts', async () => {
  await using hub = await witnessed((_, witness) => witness)
  const { cosignedBy } = verifyNote(await hub.journal.head(), journalTrust(hub.roster()))
  expect(cosignedBy).toEqual(NAMES)
  await hub.rotateEpoch({ early: true })
  const note = await hub.journal.head()
  expect(verifyNote(note, journalTrust(hub.roster())).cosignedBy).toEqual(NAMES)
  const lines: Uint8Array[] = []
  for await (const line of hub.journal.bundle()) lines.push(line)
  expect(await verifyBundle(lines, { pin: hub.pin, heads: [note] })).toMatchObject({
    verified: true,
    cosignedBy: NAMES,
  })
})

test('one that is silent, refuses, or answers with something else stops nobody', async () => {
  const wrong: WitnessPort[] = [
    { addCheckpoint: () => Promise.reject(new Error('no route')) },
    { addCheckpoint: async () => ({ status: 422 }) },
    { addCheckpoint: async () => ({ status: 409, size: 9e15 }) },
    { addCheckpoint: async () => ({ status: 409, size: 0 }) },
    { addCheckpoint: async () => ({ status: 200, line: '— two.example AAAAAAAA\n' }) },
    { addCheckpoint: async () => ({ status: 200, line: '\n\nnonsense' }) },
  ]
  for (const port of wrong) {
    await using hub = await witnessed((name, witness) => (name === 'two.example' ? port : witness))
    const { cosignedBy } = verifyNote(await hub.journal.head(), journalTrust(hub.roster()))
    expect(cosignedBy).toEqual(['one.example', 'three.example'])
  }
})

test('with too few of them there is no head, and the custodians do not stand in for them', async () => {
  await using hub = await witnessed((name, witness) => (name === 'one.example' ? witness : undefined))
  await expect(hub.journal.head()).rejects.toMatchObject({
    code: 'ERR_QUORUM_MISSING',
    message: expect.stringContaining('witnesses'),
  })
})

test('a witness that has signed for another journal of this hub signs no more for this one', async () => {
  const kept = new Map<string, WitnessPort>()
  await using honest = await witnessed((name, witness) => {
    kept.set(name, witness)
    return witness
  })
  await honest.rotateEpoch({ early: true })
  await honest.journal.head()
  // The hub of the same keys begins again, as a restored backup would, before the same witnesses.
  await using other = await witnessed((name) => kept.get(name))
  await expect(other.journal.head()).rejects.toMatchObject({ code: 'ERR_QUORUM_MISSING' })
})
