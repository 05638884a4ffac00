import type { Random } from '../../src/bytes.js'
import { confirmingKey, confirmingKeys } from '../../src/child/confirming.js'
import type { ConfirmingDetail } from '../../src/child/details.js'
import { asChildId, type ChildId } from '../../src/child/identifiers.js'
import { describeChild, type LookupKey, questionAbout } from '../../src/child/keys.js'
import { packMarks } from '../../src/child/marks.js'
import { outerToken } from '../../src/child/tokens.js'
import type { Written } from '../../src/child/written.js'
import { memoryCustodianStore } from '../../src/custodian.js'
import { found, openCustodians } from '../../src/founding.js'
import { ChildTable } from '../../src/hub/children/children.js'
import { confirmed, detailMarks } from '../../src/hub/children/confirm.js'
import { find, pointedAt, tokensAskedFor } from '../../src/hub/children/find.js'
import { PostingTable } from '../../src/hub/children/postings.js'
import { descriptionToken, post, recorded, resolve } from '../../src/hub/children/resolve.js'
import { loadStanding } from '../../src/hub/children/standing.js'
import { type TokenedQuestion, tokenedQuestions } from '../../src/hub/children/tokens.js'
import type { HubContext } from '../../src/hub/context.js'
import type { OpenHubOptions } from '../../src/hub/open-context.js'
import { foundHub, openContext } from '../../src/hub/open-context.js'
import { defaultPolicy } from '../../src/policy/default.js'
import type { Store } from '../../src/store/port.js'
import { systemClock } from '../../src/system.js'
import { seededRandom } from '../../src/testing/random.js'

/** A child as it is registered: by its place in the list, and with details that can confirm it beyond those of its own. */
export interface TrialChild {
  readonly details: Written
  readonly confirming?: readonly LookupKey[]
}

export interface TrialQuestion {
  readonly details: Written
  /** What the agency adds if there are candidates. */
  readonly confirm?: LookupKey | ConfirmingDetail | undefined
}

/** Places of registered children. */
export interface TrialAnswer {
  readonly linked: number | undefined
  readonly candidates: readonly number[]
  readonly confirmed: number | undefined
}

/**
 * A hub's own index, filled by its own code without the sealing of details: the keys, tokens, postings, marks and rule are those that
 * agencies are answered by. Unlike a hub it says whom it means.
 */
export interface TrialIndex {
  readonly hub: HubContext
  readonly options: OpenHubOptions
  register(children: readonly TrialChild[]): Promise<void>
  ask(questions: readonly TrialQuestion[]): Promise<readonly TrialAnswer[]>
  readonly registered: number
}

const CHUNK = 1000

export async function openTrialIndex(store: Store, seed = 1): Promise<TrialIndex> {
  const random = seededRandom(seed).bytes
  const policy = defaultPolicy()
  const founding = await found({ name: 'Trial', policy, random })
  const ports = await openCustodians(founding.custodians, () => memoryCustodianStore(), systemClock, random)
  const custodians = new Map(ports)
  const { id, keys, genesis } = founding
  const options: OpenHubOptions = { id, store, keys, custodians, clock: systemClock, random }
  await foundHub(options, genesis, policy)
  const { context } = await openContext(options)
  // A custodian counts the look-ups of a day; a trial makes those of years.
  const hub: HubContext = { ...context, custodians: { ...context.custodians, blind: unmetered(founding, context) } }
  let registered = 0
  return {
    hub,
    options,
    get registered() {
      return registered
    },
    async register(children) {
      for (let at = 0; at < children.length; at += CHUNK) {
        await registerChunk(hub, children.slice(at, at + CHUNK), registered, random)
        registered += Math.min(CHUNK, children.length - at)
      }
    },
    async ask(questions) {
      const answers: TrialAnswer[] = []
      for (let at = 0; at < questions.length; at += CHUNK)
        answers.push(...(await askChunk(hub, questions.slice(at, at + CHUNK))))
      return answers
    },
  }
}

function unmetered(
  { custodians }: Awaited<ReturnType<typeof found>>,
  hub: HubContext,
): HubContext['custodians']['blind'] {
  const kc = custodians[0]?.lookupKeys[0].key
  if (kc === undefined) throw new RangeError('there is no custodian')
  return async ({ sort }, inner) => inner.map((half) => outerToken(kc, hub.id, sort, half))
}

async function registerChunk(
  hub: HubContext,
  children: readonly TrialChild[],
  from: number,
  random: Random,
): Promise<void> {
  const described = children.map(({ details }) => describeChild(details))
  const questions = await tokenedQuestions(
    hub,
    described.map((own) => ({ own, asked: [] })),
  )
  const postings = await PostingTable.load(
    hub,
    questions.flatMap(({ own }) => [...own.numbers, ...own.index].map(({ token }) => token)),
  )
  const table = await ChildTable.load(hub, [])
  const keyed = children.map(({ details, confirming = [] }) => [
    ...confirmingKeys(details as Parameters<typeof confirmingKeys>[0]),
    ...confirming,
  ])
  const ids = children.map((_, i) => idOf(from + i, random))
  const marks = await detailMarks(
    hub,
    hub.keys.lookupKeys[0],
    keyed.flatMap((keys, i) => keys.map((key) => ({ childId: ids[i] as ChildId, key }))),
  )
  let mark = 0
  questions.forEach(({ own }, i) => {
    const childId = ids[i] as ChildId
    const details = packMarks(keyed[i]?.map(() => marks[mark++] as number) ?? [])
    table.set({
      childId,
      status: 'registered',
      shielded: false,
      ...recorded(hub, childId, own, undefined),
      details,
      recordVersion: 1,
      fingerprints: [random(32), random(32)],
      createdAt: systemClock(),
    })
    post(own, childId, postings)
  })
  const puts = [...postings.puts(), ...table.puts(hub)]
  await hub.store.commit({ expectedSize: await hub.store.size(), puts })
}

async function askChunk(hub: HubContext, questions: readonly TrialQuestion[]): Promise<readonly TrialAnswer[]> {
  const tokened = await tokenedQuestions(
    hub,
    questions.map(({ details }) => questionAbout(details)),
  )
  const postings = await PostingTable.load(hub, [
    ...tokened.flatMap(tokensAskedFor),
    ...tokened.map(({ own }) => descriptionToken(hub, own)),
  ])
  const children = await loadStanding(
    hub,
    tokened.flatMap((question) => pointedAt(question, postings)),
  )
  const answers: TrialAnswer[] = []
  for (const [i, question] of tokened.entries())
    answers.push(await askOne(hub, question, keyOf(questions[i]?.confirm), postings, children))
  return answers
}

async function askOne(
  hub: HubContext,
  question: TokenedQuestion,
  confirm: LookupKey | undefined,
  postings: PostingTable,
  children: ChildTable,
): Promise<TrialAnswer> {
  const found = find(hub, question, postings, children)
  const resolved = resolve(hub, question, found, postings, children)
  if (resolved.outcome.kind === 'match' && resolved.child !== undefined)
    return { linked: placeOf(resolved.child.childId), candidates: [], confirmed: undefined }
  const row = confirm === undefined ? undefined : await confirmed(hub, confirm, resolved, found)
  return {
    linked: undefined,
    candidates: resolved.candidates.map(({ childId }) => placeOf(childId)),
    confirmed: row === undefined ? undefined : placeOf(row.childId),
  }
}

function keyOf(confirm: TrialQuestion['confirm']): LookupKey | undefined {
  return confirm === undefined || 'kind' in confirm ? confirm : confirmingKey(confirm)
}

/** An id that says which child it is: only in a trial. */
function idOf(place: number, random: Random): ChildId {
  const id = Buffer.from(random(16))
  id.writeUInt32BE(place)
  return asChildId(new Uint8Array(id))
}

function placeOf(id: ChildId): number {
  return Buffer.from(id).readUInt32BE(0)
}
