import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { kindsOf, type Mix, yearOfContacts } from '../check-path/feed.js'
import { startPair, startTogether } from '../check-path/pair.js'
import { copied } from '../check-path/stores.js'
import type { Measured, Setting, TrialSpec } from '../check-path/trial.js'
import { contender } from '../check-path/trials/throughput.js'
import { ratesInTurn } from '../check-path/turns.js'
import type { DecidedBy } from './decide.js'
import type { PeerPlace } from './side.js'
import { type PeerSide, startPeer } from './thread.js'

const RATE = { unit: 'checks/s', better: 'more' } as const

/** The same work by tables written by hand; docs/benchmarks.md says what they do less. */
const PEER_SQLITE: TrialSpec = {
  name: 'peer-sqlite',
  measures:
    'checks a second, from NHS numbers to verified receipts and everything decided, beside SQLite with hand-written tables and json-rules-engine; each in one thread',
  async run(setting) {
    const mix = yearOfContacts(Date.now())
    const { sizes } = setting
    const ours = await startTogether({ path: setting.hubOf(sizes.children), children: sizes.children, mix })
    const place = await preparedPeer(setting, mix)
    const peers = await Promise.all(
      ENGINES.map((decidedBy, index) => startPeer({ ...copyOf(place, `peer-${index}`), decidedBy }, false)),
    )
    const [byEngine, random, byHand] = peers as [PeerSide, PeerSide, PeerSide]
    const [values = [], engine = [], hand = [], ofRandom = [], engineRandom = []] = await ratesInTurn(
      [
        contender(setting, mix, 'rising', 'AE', ours),
        contender(setting, mix, 'rising', 'AE', byEngine),
        contender(setting, mix, 'rising', 'AE', byHand),
        contender(setting, mix, 'random', 'RU', ours),
        contender(setting, mix, 'random', 'RU', random),
      ],
      sizes,
    )
    const [best, sweep] = await bestBatch(setting, mix, byEngine)
    const cases = await byHand.cases()
    for (const side of [ours, ...peers]) await side.close()
    const measured: readonly Measured[] = [
      measuredOf('peer-sqlite', values, engine, 'rising references, decided by json-rules-engine'),
      measuredOf(
        'peer-sqlite/best-batch',
        values,
        best,
        'the same, the peer in batches of the size that suits it best',
      ),
      measuredOf('peer-sqlite/random', ofRandom, engineRandom, 'random references, decided by json-rules-engine'),
      measuredOf(
        'peer-sqlite/by-hand',
        values,
        hand,
        'rising references, decided by plain comparisons without an engine',
      ),
    ]
    return { measured, facts: [...sweep, ['children of the peer at each level', cases.join(', ')]] }
  },
}

/** The same by a server of its own, which has the second core to itself: ours has hub and agency in a thread each. */
const PEER_POSTGRES: TrialSpec = {
  name: 'peer-postgres',
  measures:
    'checks a second, from NHS numbers to verified receipts and everything decided, hub and agency in a thread each, beside PostgreSQL with hand-written tables and json-rules-engine',
  async run(setting) {
    const { sizes, folder } = setting
    // Whether everything runs must not depend on the binaries of a database.
    if (sizes.isQuick) return { measured: [], facts: [['PostgreSQL', 'not started at tiny sizes']] }
    const mix = yearOfContacts(Date.now())
    const ours = await startPair({ path: setting.hubOf(sizes.children), children: sizes.children, mix })
    const place = {
      sort: 'postgres',
      folder: join(folder, 'postgres'),
      kinds: kindsOf(mix),
      children: sizes.children,
    } as const
    // PostgreSQL runs as a user of its own, who must find the way there.
    chmodSync(folder, 0o711)
    setting.say(`registering ${sizes.children.toLocaleString('en-GB')} children with the peer`)
    const peer = await startPeer({ ...place, decidedBy: 'json-rules-engine' }, true)
    const [values = [], baselines = [], ofRandom = [], random = []] = await ratesInTurn(
      [
        contender(setting, mix, 'rising', 'AE', ours),
        contender(setting, mix, 'rising', 'AE', peer),
        contender(setting, mix, 'random', 'RU', ours),
        contender(setting, mix, 'random', 'RU', peer),
      ],
      sizes,
    )
    const [best, sweep] = await bestBatch(setting, mix, peer)
    const cases = await peer.cases()
    await peer.close()
    await ours.close()
    const measured: readonly Measured[] = [
      measuredOf('peer-postgres', values, baselines, 'rising references, decided by json-rules-engine'),
      measuredOf(
        'peer-postgres/best-batch',
        values,
        best,
        'the same, the peer in batches of the size that suits it best',
      ),
      measuredOf('peer-postgres/random', ofRandom, random, 'random references, decided by json-rules-engine'),
    ]
    return { measured, facts: [...sweep, ['children of the peer at each level', cases.join(', ')]] }
  },
}

export const PEER_TRIALS: readonly TrialSpec[] = [PEER_SQLITE, PEER_POSTGRES]

// One for each of the threads: rising references, random ones, and rising ones without an engine.
const ENGINES: readonly DecidedBy[] = ['json-rules-engine', 'json-rules-engine', 'hand']

function measuredOf(name: string, values: readonly number[], baselines: readonly number[], note: string): Measured {
  return { name, ...RATE, values, baselines, note: `${note}: ours beside the peer` }
}

/** A peer's folder with all children in it, from which copies are made. */
async function preparedPeer({ folder, sizes, say }: Setting, mix: Mix): Promise<PeerPlace> {
  const place = { sort: 'sqlite', folder: join(folder, 'peer'), kinds: kindsOf(mix), children: sizes.children } as const
  mkdirSync(place.folder)
  say(`registering ${sizes.children.toLocaleString('en-GB')} children with the peer`)
  const peer = await startPeer({ ...place, decidedBy: 'hand' }, true)
  await peer.close()
  return { ...place, decidedBy: 'hand' }
}

function copyOf(place: PeerPlace, name: string): PeerPlace {
  return { ...place, folder: copied(place.folder, join(place.folder, '..', name)) }
}

const BATCH_SIZES = [100, 1_000, 10_000]

/** The rates of a peer at the size of a batch at which it is fastest, and what it does at each. */
async function bestBatch(
  setting: Setting,
  mix: Mix,
  peer: PeerSide,
): Promise<readonly [rates: readonly number[], facts: readonly (readonly [name: string, value: string])[]]> {
  const { sizes } = setting
  let best: readonly number[] = []
  const facts: (readonly [string, string])[] = []
  for (const batch of sizes.isQuick ? [sizes.batch] : BATCH_SIZES) {
    const most = Math.max(1, Math.round((sizes.batches.most * sizes.batch) / batch))
    const [rates = []] = await ratesInTurn([contender(setting, mix, 'rising', `B${batch}`, peer)], {
      ...{ rounds: sizes.rounds, roundMs: sizes.roundMs, batch },
      batches: { least: Math.min(sizes.batches.least, most), most },
    })
    facts.push([`the peer’s checks a second in batches of ${batch}`, Math.round(median(rates)).toLocaleString('en-GB')])
    if (best.length === 0 || median(rates) > median(best)) best = rates
  }
  return [best, facts]
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}
