import { z } from 'zod'
import { type Clock, equalBytes, type Random, toHex } from './bytes.js'
import { parseReleaseMessage, type ReleaseMessage } from './case/messages.js'
import { type RefusalReason, type ReleaseAnswer, requestHash, shareInfo, signAnswer } from './case/opening.js'
import { keptStatement, parseWithdrawal, withdrawalIsSignedBy } from './check/withdrawal.js'
import { outerToken } from './child/tokens.js'
import { cosignerName, releaseInfo, verifiedHead } from './custodian/knowledge.js'
import { after, type CustodianEvent, type CustodianMemory, type CustodianStore, NO_MEMORY } from './custodian/state.js'
import { refusalOf } from './custodian/verify-release.js'
import { bytesOf, bytesUpTo, isBytes, parse } from './door.js'
import { IndexError } from './errors.js'
import { cosign } from './journal/checkpoint.js'
import { verifyConsistency } from './journal/proof.js'
import { fromJsonBytes, toJsonBytes } from './json.js'
import { type Handler, type Message, type Port, requireSignedBy, serve } from './port.js'
import { applyChanges, signActivation } from './roster/change.js'
import { presentRoster } from './roster/history.js'
import { agencyOf, type Custodian as CustodianParty, custodiansOf, type Roster } from './roster/roster.js'
import { type HpkeKey, hpkeOpen, hpkeSeal } from './seal/hpke.js'
import { issueInfo, issueStatement } from './seal/issue.js'
import { unwrapShare } from './seal/open.js'
import { decodeRecord } from './seal/record.js'
import { drawHandle, issueWrap } from './seal/wrap.js'
import { type SigningKey, sign } from './signature.js'
import { systemClock, systemRandom } from './system.js'

export { answerIsSignedBy, type ReleaseAnswer } from './case/opening.js'
export type { CustodianEvent, CustodianStore } from './custodian/state.js'
export { memoryCustodianStore } from './custodian/state.js'

/** What a custodian holds, and shares with nobody but (`lookupKey`) the other custodians. */
export interface CustodianKeys {
  readonly id: string
  /** Hub id, the hub's signing key and the hash of roster version 1, as pinned when the hub was made. */
  readonly hub: { readonly id: Uint8Array; readonly publicKey: Uint8Array; readonly roster: Uint8Array }
  readonly signing: SigningKey
  readonly hpke: HpkeKey
  /** `Kj`, 32 bytes: every share that this custodian ever wraps depends on it. */
  readonly root: Uint8Array
  readonly generation: number
  /** `kc`, 32 bytes: the custodians' half of the lookup tokens. */
  readonly lookupKey: Uint8Array
}

export interface CustodianOptions {
  readonly keys: CustodianKeys
  readonly store: CustodianStore
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
  /** Asked before it signs for a new roster version; where absent, every version that the rules allow is signed. */
  readonly approve?: ((next: Roster) => Promise<boolean>) | undefined
  /** Look-ups that it answers in a day; 2,000,000 where absent. */
  readonly blindsPerDay?: number | undefined
}

/** An independent holder of one share of the power to open. It re-checks everything itself and believes no one. */
export type Custodian = Port

const DAY_MS = 86_400_000
const BLINDS_PER_DAY = 2_000_000

const count = z.number().int().min(0)
const blindBody = z.strictObject({ inner: z.array(bytesOf(32)).min(1).max(1_000_000) })
const followBody = z.strictObject({
  entries: z
    .array(z.strictObject({ position: count, type: z.enum(['roster', 'activation']), at: count, body: isBytes }))
    .max(100_000),
})
const activateBody = z.strictObject({ version: count, body: isBytes })
const cosignBody = z.strictObject({
  note: z.string().max(65_536),
  proof: z.strictObject({ from: count, to: count, path: z.array(bytesOf(32)).max(64) }),
})
const withdrawBody = z.strictObject({ withdrawal: z.unknown() })
const issueBody = z.strictObject({ labels: z.array(bytesOf(32)).min(1).max(8192) })
// JSON with base64 is a third longer than the evidence, which may have 2 MiB.
const releaseBody = z.strictObject({ sealed: bytesUpTo(4_194_304) })

/** A custodian that answers on a port, with its memory read back from its store. */
export async function openCustodian(options: CustodianOptions): Promise<Custodian> {
  const { keys, store, clock = systemClock, random = systemRandom } = options
  let memory: CustodianMemory = NO_MEMORY
  let read = 0
  let queue: Promise<unknown> = Promise.resolve()
  const meter = { day: -1, used: 0 }

  /** Its memory is what stands in its store, also what another process of the same custodian put there. */
  const recall = async (): Promise<void> => {
    const events = await store.load(read)
    memory = events.reduce(after, memory)
    read += events.length
  }
  /** Durable first, then remembered; what would not hold is not written. */
  const remember = async (event: CustodianEvent): Promise<void> => {
    after(memory, event)
    await store.append(event)
    await recall()
  }
  await recall()
  const roster = (): Roster => presentRoster(memory.rosters)
  const requirePinned = ({ rosters }: CustodianMemory): void => {
    const first = rosters.versions[0]?.roster
    if (first === undefined || !equalBytes(first.hash, keys.hub.roster)) {
      throw new IndexError('ERR_ROSTER_INVALID', 'this is not the roster that was pinned when the hub was made')
    }
  }
  const self = (): CustodianParty => {
    const found = custodiansOf(roster()).find(({ id }) => id === keys.id)
    if (found === undefined) throw new IndexError('ERR_PARTY_UNKNOWN', 'this custodian is not on the roster')
    return found
  }
  const fromHub = (message: Message): unknown => {
    requireSignedBy(message, keys.hub.id, keys.hub.publicKey, clock())
    return fromJsonBytes(message.body)
  }

  const story: Record<string, Handler> = {
    /** Completes lookup tokens, of which it sees only the hub's half. */
    async blind(message) {
      const { inner } = parse(blindBody, fromHub(message), 'ERR_MESSAGE_MALFORMED', 'blind')
      requireWithinMeter(inner.length)
      return toJsonBytes({ tokens: inner.map((half) => outerToken(keys.lookupKey, keys.hub.id, half)) })
    },

    /** Takes in roster versions, each checked against the one before. */
    async follow(message) {
      const { entries } = parse(followBody, fromHub(message), 'ERR_MESSAGE_MALFORMED', 'follow')
      for (const { type, ...entry } of entries) {
        const event: CustodianEvent = { kind: type, ...entry, seenAt: clock() }
        if (entry.position <= memory.followed) continue
        requirePinned(after(memory, event))
        await remember(event)
      }
      return toJsonBytes({ followed: memory.followed })
    },

    /** Signs that a roster version may take effect: at once where the roster knows no delay, else when it has waited. */
    async activate(message) {
      const { version, body } = parse(activateBody, fromHub(message), 'ERR_MESSAGE_MALFORMED', 'activate')
      const next = applyChanges(roster(), body)
      if (next.version !== version) throw new IndexError('ERR_ROSTER_INVALID', 'these changes make another version')
      requireWaited(body)
      if (options.approve !== undefined && !(await options.approve(next))) {
        throw new IndexError('ERR_ROSTER_INVALID', 'this custodian does not approve of the change')
      }
      return toJsonBytes({ signature: signActivation(next, keys.signing) })
    },

    /** Cosigns a checkpoint that continues the last one it saw. */
    async cosign(message) {
      const { note, proof } = parse(cosignBody, fromHub(message), 'ERR_MESSAGE_MALFORMED', 'cosign')
      const head = verifiedHead(roster(), note, 'or-not')
      if (head === undefined) throw new IndexError('ERR_SIGNATURE_INVALID', 'the checkpoint is not signed by the hub')
      const { lastSeen } = memory
      if (proof.from !== lastSeen.size) return toJsonBytes({ behind: lastSeen.size })
      if (!verifyConsistency(lastSeen, head, proof))
        throw new IndexError('ERR_JOURNAL_ROLLED_BACK', 'the checkpoint does not continue the last one seen')
      const cosigned = cosign(note, cosignerName(keys.hub.id, keys.id), keys.signing, clock())
      if (head.size > lastSeen.size || lastSeen.note === undefined)
        await remember({ kind: 'seen', note, size: head.size, root: head.root })
      return toJsonBytes({ line: cosigned.slice(note.length) })
    },

    /** The last checkpoint it saw: a head of the journal that is kept outside the hub's database. */
    async 'last-seen'(message) {
      fromHub(message)
      return toJsonBytes({ note: memory.lastSeen.note })
    },

    /** Keeps an agency's withdrawal, so that the hub cannot hide it later. */
    async withdraw(message) {
      // The agency's own signature counts, whoever brings it.
      const body = parse(withdrawBody, fromJsonBytes(message.body), 'ERR_MESSAGE_MALFORMED', 'withdraw')
      const withdrawal = parseWithdrawal(body.withdrawal)
      const agency = agencyOf(roster(), withdrawal.agency)
      if (agency === undefined || !withdrawalIsSignedBy(keys.hub.id, withdrawal, agency.keys.signing)) {
        throw new IndexError('ERR_SIGNATURE_INVALID', 'the withdrawal is not signed by its agency')
      }
      if (!memory.withdrawn.has(withdrawal.checkId)) await remember({ kind: 'withdrawn', withdrawal })
      return toJsonBytes({ signature: sign(keys.signing, keptStatement(keys.hub.id, keys.id, withdrawal.checkId)) })
    },

    /** Gives a sealer one wrap for each label. Nothing of it is kept. */
    async issue(message) {
      const sealer = roster().parties.get(message.party)
      if (sealer?.party !== 'sealer')
        throw new IndexError('ERR_PARTY_UNKNOWN', 'no sealer is on the roster under this id')
      if (sealer.suspended) throw new IndexError('ERR_PARTY_NOT_IN_STANDING', 'the sealer is suspended')
      requireSignedBy(message, keys.hub.id, sealer.keys.signing, clock())
      const info = issueInfo(keys.hub.id, keys.id, sealer.id)
      const asked = parse(
        issueBody,
        fromJsonBytes(await hpkeOpen(keys.hpke, info, EMPTY, message.body)),
        'ERR_MESSAGE_MALFORMED',
        'issue',
      )
      const wraps = asked.labels.map((label) => {
        const handle = drawHandle(random)
        return { handle, wrap: issueWrap(keys.root, handle, label) }
      })
      const answer = toJsonBytes({ custodian: self().index, generation: keys.generation, wraps })
      const signature = sign(keys.signing, issueStatement(keys.hub.id, keys.id, sealer.id, message.body, answer))
      return hpkeSeal(sealer.keys.hpke, info, EMPTY, toJsonBytes({ answer, signature }))
    },

    /** Releases its share when every rule is met, and says why when one is not. */
    async release(message) {
      const { sealed } = parse(releaseBody, fromHub(message), 'ERR_MESSAGE_MALFORMED', 'release')
      const opened = fromJsonBytes(await hpkeOpen(keys.hpke, releaseInfo(keys.hub.id, keys.id), EMPTY, sealed))
      return toJsonBytes({ answer: await answerTo(parseReleaseMessage(opened)) })
    },
  }

  async function answerTo(message: ReleaseMessage): Promise<Uint8Array> {
    const { request } = message.signed
    const hash = requestHash(keys.hub.id, request)
    const before = memory.openings.get(toHex(request.opening))
    if (before !== undefined && !equalBytes(before.requestHash, hash)) return refuse(hash, 'opening-used-before')
    if (before?.answer !== undefined) return before.answer
    const reason = refusalOf(
      {
        hub: keys.hub.id,
        rosters: memory.rosters,
        lastSeen: memory.lastSeen,
        withdrawn: memory.withdrawn,
        now: clock(),
      },
      message,
    )
    if (reason !== undefined) return refuse(hash, reason)
    // The id is used from here on, whatever happens to this process.
    if (before === undefined) await remember({ kind: 'opening', opening: request.opening, requestHash: hash })
    const answer = toJsonBytes(await released(message, hash))
    await remember({ kind: 'answered', opening: request.opening, answer })
    return answer
  }

  async function released({ signed: { request }, evidence }: ReleaseMessage, hash: Uint8Array): Promise<ReleaseAnswer> {
    const { index, id } = self()
    const share = unwrapShare(decodeRecord(evidence.record.bytes), index, keys.root, request.label)
    try {
      const sealed = await hpkeSeal(request.oneUseKey, shareInfo(keys.hub.id, request, index), EMPTY, share)
      return signAnswer(
        keys.hub.id,
        { kind: 'released', custodian: id, index, requestHash: hash, share: sealed },
        keys.signing,
      )
    } finally {
      share.fill(0)
    }
  }

  function refuse(hash: Uint8Array, reason: RefusalReason): Uint8Array {
    return toJsonBytes(
      signAnswer(keys.hub.id, { kind: 'refused', custodian: keys.id, requestHash: hash, reason }, keys.signing),
    )
  }

  /** The delay runs by this custodian's own clock, from when it first heard of the proposal. */
  function requireWaited(body: Uint8Array): void {
    const { activationDelayMs } = roster()
    if (activationDelayMs === 0) return
    const { proposed } = memory.rosters
    if (proposed === undefined || !equalBytes(proposed.body, body))
      throw new IndexError('ERR_ROSTER_INVALID', 'this custodian knows no such proposal')
    if (clock() < memory.proposalSeenAt + activationDelayMs)
      throw new IndexError('ERR_ROSTER_INVALID', 'the delay has not passed')
  }

  function requireWithinMeter(asked: number): void {
    const day = Math.floor(clock() / DAY_MS)
    if (meter.day !== day) Object.assign(meter, { day, used: 0 })
    if (meter.used + asked > (options.blindsPerDay ?? BLINDS_PER_DAY))
      throw new IndexError('ERR_RATE_LIMITED', 'the look-ups of today are used up at this custodian')
    meter.used += asked
  }

  // INVARIANT: one message at a time, so that what is checked against memory still holds when it is remembered.
  const inTurn =
    (handler: Handler): Handler =>
    (message, sendOptions) => {
      const result = queue.then(recall).then(() => handler(message, sendOptions))
      queue = result.catch(() => undefined)
      return result
    }
  return serve(new Map(Object.entries(story).map(([verb, handler]) => [verb, inTurn(handler)])))
}

const EMPTY = new Uint8Array(0)
