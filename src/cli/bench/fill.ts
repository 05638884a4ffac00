import { type ChildId, newChildId } from '../../child/identifiers.js'
import { questionOf } from '../../child/keys.js'
import { outerToken } from '../../child/tokens.js'
import { hubFolder, readKeyFile } from '../../embedded/files.js'
import { readWiring, wire } from '../../embedded/wiring.js'
import { initHub, sqliteStore } from '../../embedded.js'
import { ChildTable } from '../../hub/children/children.js'
import { PostingTable } from '../../hub/children/postings.js'
import { post, recorded } from '../../hub/children/resolve.js'
import { tokenedQuestions } from '../../hub/children/tokens.js'
import type { HubContext } from '../../hub/context.js'
import { openContext } from '../../hub/open-context.js'
import type { Policy } from '../../policy/policy.js'
import { presentKey } from '../../seal/wrap.js'
import { systemClock, systemRandom } from '../../system.js'
import { numbersOf } from './numbers.js'

/** Children of one commit: the larger, the fewer pages are written twice. */
const PAGE = 20_000

export interface FillOptions {
  readonly path: string
  readonly children: number
  /** The default matrix where absent. */
  readonly policy?: Policy | undefined
  readonly signal?: AbortSignal | undefined
  /** @param done children so far */
  readonly onProgress?: (done: number) => void
}

/**
 * Founds a hub in a folder and writes for each child what registering writes for one that is known by its NHS number: its row,
 * and its place under the number's token, made with both keys. Not written are what no look-up by number reads: sealed
 * records with their journal entries, and tokens of names, births and addresses. A sealer registers some dozens of
 * children a second, each with two sealed records; a million would take half a day.
 */
export async function fillHub({ path, children, policy, signal, onProgress }: FillOptions): Promise<void> {
  await (await initHub({ name: 'Bench', path, policy })).close()
  const { id, keys } = await readKeyFile(hubFolder(path).hubKey, 'hub')
  const { keys: custodian } = await readKeyFile(hubFolder(path).custodianKey(1), 'custodian')
  const wired = await wire(path, await readWiring(path), {
    identity: keys.signing,
    clock: systemClock,
    random: systemRandom,
    isNew: false,
  })
  const store = await sqliteStore(path, false)
  const options = { id, store, keys, custodians: wired.ports, clock: systemClock, random: systemRandom }
  const { context } = await openContext(options)
  // A custodian counts the tokens of a day; these are those of years, so they are made with its key instead.
  const kc = presentKey(custodian.lookupKeys).key
  const custodians: HubContext['custodians'] = {
    ...context.custodians,
    blind: async ({ sort }, inner) => inner.map((half) => outerToken(kc, id, sort, half)),
  }
  const hub = { ...context, custodians }
  const numbers = numbersOf(children)
  try {
    for (let at = 0; at < children; at += PAGE) {
      signal?.throwIfAborted()
      await registerPage(hub, numbers.slice(at, at + PAGE))
      onProgress?.(Math.min(children, at + PAGE))
    }
  } finally {
    await store.close()
    wired.close()
  }
}

async function registerPage(hub: HubContext, numbers: readonly string[]): Promise<void> {
  const questions = await tokenedQuestions(
    hub,
    numbers.map((nhsNumber) => questionOf({ nhsNumber } as Parameters<typeof questionOf>[0])),
  )
  const postings = await PostingTable.load(
    hub,
    questions.flatMap(({ own }) => own.numbers.map(({ token }) => token)),
  )
  const table = await ChildTable.load(hub, [])
  for (const { own } of questions) {
    const childId: ChildId = newChildId(hub.random)
    table.set({
      childId,
      status: 'registered',
      shielded: false,
      ...recorded(hub, childId, own, undefined),
      details: new Uint8Array(0),
      recordVersion: 1,
      fingerprints: [hub.random(32), hub.random(32)],
      createdAt: hub.clock(),
    })
    post(own, childId, postings)
  }
  const puts = [...postings.puts(), ...table.puts(hub)]
  const outcome = await hub.store.commit({ expectedSize: await hub.store.size(), puts })
  if (outcome !== 'done') throw new Error('somebody else writes to the store that is being prepared')
}
