import type { Clock, Random } from '../bytes.js'
import { IndexError } from '../errors.js'
import { toJsonBytes } from '../json.js'
import type { Policy } from '../policy/policy.js'
import type { Port } from '../port.js'
import { encodeRosterEntry, NO_ROSTER, presentRoster, type RosterEntry, type RosterHistory } from '../roster/history.js'
import type { Store } from '../store/port.js'
import type { WitnessPort } from '../witness.js'
import { openCheckIndex } from './check-index/check-index.js'
import { type Documents, decidingAt, loadDocuments, prepared } from './checks/policies.js'
import { Assessed } from './checks/watermark.js'
import { PlainChildren } from './children/plain-children.js'
import { DEFAULT_LIMITS, type HubContext, type HubKeys, type Limits, oneAtATime } from './context.js'
import { custodianClients, type Followed, type RosterNews } from './custodians/custodians.js'
import { idHash } from './id-hash.js'
import { openLedger } from './ledger.js'
import { type Follow, followed, genesisNews, rosterNews } from './roster/enrolment.js'
import { openShelf } from './shelf.js'

/** Everything that a hub runs on. */
export interface OpenHubOptions {
  readonly id: Uint8Array
  readonly store: Store
  readonly keys: HubKeys
  /** By the custodian's id. */
  readonly custodians: ReadonlyMap<string, Port>
  /** By key name: where the witnesses are that the roster names. One that is not here is not asked. */
  readonly witnesses?: ReadonlyMap<string, WitnessPort> | undefined
  readonly clock: Clock
  readonly random: Random
  readonly limits?: Partial<Limits> | undefined
  /**
   * Whether each custodian, or which of them by id, runs where this hub's operator has no say. Claimed by whoever moved them out;
   * `status` says it.
   */
  readonly custodiansApart?: boolean | ReadonlySet<string> | undefined
  /** Runs after the store is closed: to let go of what the caller opened. */
  readonly onClose?: (() => Promise<void>) | undefined
}

/** A hub that is founded: roster version 1 is its entry 0, its first policy entry 1. */
export async function foundHub(options: OpenHubOptions, genesis: RosterEntry, policy: Policy): Promise<void> {
  const { shelf, ledger } = parts(options, async () => undefined)
  await ledger.write(async (position) => {
    if (position > 0) throw new IndexError('ERR_FILE_EXISTS', 'the store holds a hub already')
    const body = encodeRosterEntry(genesis)
    followed(NO_ROSTER, { position, type: 'roster', at: 0, body })
    return {
      drafts: [
        { type: 'roster', body },
        { type: 'policy', body: toJsonBytes(policy) },
      ],
      puts: [
        shelf.put('meta', shelf.key('meta', 'roster'), { kind: 'roster', positions: [0] }),
        shelf.put('meta', shelf.key('meta', 'policy'), { kind: 'policy', policy: toJsonBytes(policy) }),
      ],
    }
  })
}

function parts(options: OpenHubOptions, onMoved: () => Promise<void>) {
  const { store, keys, id, random, clock } = options
  const { signing, storageKey } = keys
  const shelf = openShelf(store, id, storageKey, random)
  return { shelf, ledger: openLedger({ store, hub: id, signingKey: signing, storageKey, clock, random, onMoved }) }
}

/** The hub's context, and how it takes in a roster entry of its own. */
export async function openContext(
  options: OpenHubOptions,
): Promise<{ readonly context: HubContext; readonly follow: Follow }> {
  const { id, keys, store, clock, random } = options
  let rosters: RosterHistory = NO_ROSTER
  let documents: Documents = new Map()
  let last = -1
  const takeIn = (news: RosterNews): void => {
    if (news.position <= last) return
    rosters = followed(rosters, news)
    last = news.position
  }
  const { shelf, ledger } = parts(options, async () => {
    plain.clear()
    const news = await rosterNews({ shelf, ledger }, last)
    // Before the roster, or it would name a policy that nobody here has; one is journalled only together with the other.
    if (news.length > 0) documents = await loadDocuments({ shelf, ledger }, documents)
    news.forEach(takeIn)
    await checks.follow()
  })
  const plain = new PlainChildren(keys, idHash(shelf.key('child', 'plain')))
  const checks = openCheckIndex(store, shelf, ledger)
  const sender = { hub: id, party: 'hub', key: keys.signing }
  const quorum = (): number => presentRoster(rosters).keyset.quorum
  const custodians = custodianClients(options.custodians, sender, clock, quorum)
  takeIn(await genesisNews({ ledger }))
  // Before anything else is read: with other keys, every row would look damaged.
  requireOwnKeys(options, rosters)
  const all = await rosterNews({ shelf, ledger })
  all.forEach(takeIn)
  // What custodians know and the journal does not have was lost with an older copy of the database.
  const heard = await custodians.follow(all)
  if (areAhead(heard, last).length > 0) (await rosterNews({ shelf, ledger })).forEach(takeIn)
  const ahead = areAhead(heard, last)
  if (ahead.length > 0) {
    throw new IndexError(
      'ERR_JOURNAL_ROLLED_BACK',
      `the journal does not hold the roster that ${ahead.join(', ')} followed: it was rolled back or damaged`,
    )
  }
  documents = await loadDocuments({ shelf, ledger }, documents)
  await checks.follow()
  const context: HubContext = {
    id,
    name: presentRoster(rosters).hub.name,
    keys,
    store,
    shelf,
    ledger,
    checks,
    plain,
    assessed: new Assessed(),
    custodians,
    witnesses: options.witnesses ?? new Map(),
    clock,
    random,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    alertListeners: new Set(),
    inTurn: oneAtATime(),
    rosters: () => rosters,
    policy: (at = clock()) => decidingAt(documents, presentRoster(rosters), at),
    documents: () => documents,
  }
  context.policy()
  const follow: Follow = async (news, document) => {
    if (document !== undefined) documents = new Map(documents).set(prepared(document).hash, prepared(document))
    news.forEach(takeIn)
    await custodians.follow(await rosterNews(context))
  }
  return { context, follow }
}

/** Who knows of roster entries behind this position. */
function areAhead(heard: readonly Followed[], last: number): readonly string[] {
  return heard.filter(({ followed }) => followed > last).map(({ custodian }) => custodian)
}

/** @throws {IndexError} `ERR_KEY_WRONG` when these are not the keys of the hub in the store */
function requireOwnKeys({ id, keys }: OpenHubOptions, rosters: RosterHistory): void {
  const { hub } = presentRoster(rosters)
  if (Buffer.compare(hub.id, id) !== 0 || Buffer.compare(hub.keys.signing, keys.signing.publicKey) !== 0) {
    throw new IndexError('ERR_KEY_WRONG', 'the hub in this store has other keys')
  }
}
