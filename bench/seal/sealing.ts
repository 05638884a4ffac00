import { createHmac } from 'node:crypto'
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { split } from 'shamir-secret-sharing'
import type { RegistrationDetails } from '../../src/child/details.js'
import { newChildId } from '../../src/child/identifiers.js'
import { memoryCustodianStore } from '../../src/custodian.js'
import { found, openCustodians } from '../../src/founding.js'
import { foundHub } from '../../src/hub/open-context.js'
import { openHub } from '../../src/hub.js'
import { connect, newPartyKey } from '../../src/party.js'
import { defaultPolicy } from '../../src/policy/default.js'
import { BUCKETS } from '../../src/seal/pad.js'
import { sealRecords, type ToSeal } from '../../src/sealer/records.js'
import { createSealer } from '../../src/sealer.js'
import { memoryStore } from '../../src/store/memory.js'
import { systemClock, systemRandom } from '../../src/system.js'
import { generateChildren } from '../../src/testing/population/children.js'
import type { Comparison } from '../report.js'

/**
 * Both groups of details of every child, sealed by `sealRecords` with wraps of three custodians in this process, which it
 * asks through the hub as a sealer does: labels and wraps go there and back under HPKE and signatures. Not in it:
 * parsing and describing a child, finding it in the index, and journalling its record (`npm run bench:lookups`).
 */
export async function compareSealing(children: number, rounds: number): Promise<readonly Comparison[]> {
  const line = await sealerLine()
  const roster = await line.roster()
  const batch = [...generateChildren({ seed: 5, children, now: Date.now() })].map(toSeal)
  const ours = async (): Promise<number> => (await sealRecords(line, roster, batch, {})).length
  const values: number[] = []
  const baselines: number[] = []
  for (let round = -1; round < rounds; round += 1) {
    const [value, baseline] = [await rateOf(children, ours), await rateOf(children, () => bareSealing(children))]
    // The first warms up.
    if (round < 0) continue
    values.push(value)
    baselines.push(baseline)
  }
  const note = 'both groups with three custodians, beside the AEAD, HMAC and Shamir work alone'
  return [{ name: 'seal', unit: 'children/s', values, baselines, note }]
}

async function sealerLine() {
  const {
    id,
    keys,
    genesis,
    custodians: custodianKeys,
  } = await found({
    name: 'Bench',
    policy: defaultPolicy(),
    random: systemRandom,
  })
  const custodians = await openCustodians(custodianKeys, () => memoryCustodianStore(), systemClock, systemRandom)
  const options = { id, store: memoryStore(), keys, custodians, clock: systemClock, random: systemRandom }
  await foundHub(options, genesis, defaultPolicy())
  const hub = await openHub(options)
  const party = { id: 'births', key: await newPartyKey(), hub }
  await hub.enrol(createSealer(party).enrolment())
  return connect(party)
}

function toSeal({ carers = [], shielded: _, ...identity }: RegistrationDetails): ToSeal {
  return { childId: newChildId(systemRandom), version: 1, groups: { identity, carers } }
}

/** For each of two records: one body, three shares under three wraps, one split. Nothing is encoded, hashed or sent. */
async function bareSealing(children: number): Promise<number> {
  const root = systemRandom(32)
  const label = systemRandom(32)
  const padded = new Uint8Array(BUCKETS[0])
  const seal = (key: Uint8Array, bytes: Uint8Array): number =>
    xchacha20poly1305(key, systemRandom(24), label).encrypt(bytes).length
  let sealed = 0
  for (let record = 0; record < 2 * children; record += 1) {
    const dek = systemRandom(32)
    const shares = await split(dek, 3, 2)
    for (const share of shares) {
      const wrap = createHmac('sha256', root).update(systemRandom(16)).update(label).digest()
      sealed += seal(wrap, share)
    }
    sealed += seal(dek, padded)
  }
  return sealed / 2
}

async function rateOf(children: number, work: () => Promise<number>): Promise<number> {
  const from = performance.now()
  if ((await work()) < children) throw new RangeError('not every child was sealed')
  return (children / (performance.now() - from)) * 1000
}
