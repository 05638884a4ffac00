import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { equalBytes } from '../../src/bytes.js'
import {
  decodeLink,
  encodeLink,
  type Link,
  type LinkStatement,
  linkCommitment,
  signLinkStatement,
  splitKeptStatement,
} from '../../src/case/link.js'
import { parseReleaseAnswer, type ReleaseMessage } from '../../src/case/messages.js'
import type { Evidence, ProvenEntry, RefusalReason, ReleaseAnswer } from '../../src/case/opening.js'
import { type Knowledge, releaseInfo } from '../../src/custodian/knowledge.js'
import { after, noMemory } from '../../src/custodian/state.js'
import { refusalOf } from '../../src/custodian/verify-release.js'
import type { CustodianEvent } from '../../src/custodian.js'
import { type HubContext, identifierKeyOf } from '../../src/hub/context.js'
import { openLedger } from '../../src/hub/ledger.js'
import { entryAt } from '../../src/hub/openings/evidence.js'
import { IndexError } from '../../src/index.js'
import { decodeEntry, encodeEntry } from '../../src/journal/entry.js'
import { fromJsonBytes, toJsonBytes } from '../../src/json.js'
import { callJson, decodeMessage, type Port } from '../../src/port.js'
import type { Party } from '../../src/roster/roster.js'
import { hpkeSeal } from '../../src/seal/hpke.js'
import { verifySignature } from '../../src/signature.js'
import { type Forgery, forge, honestEvidence, keyOf, plantedCheck } from '../support/forge.js'
import { childDetails, DAY, type House, house } from '../support/house.js'
import { childOf, merge, queuePair, seen, split } from '../support/pairs.js'

const ASK = { case: 1, group: 'identity', purpose: 'referral', lawfulBasis: 'public-task' } as const

interface Wired {
  readonly it: House
  readonly hub: HubContext
  readonly custodians: ReadonlyMap<string, Port>
  readonly down: Set<string>
}

/** Child 1 is registered, and all that is known of it was seen under the id of an unknown child: linked as number 1. */
async function wired(): Promise<Wired> {
  const custodians = new Map<string, Port>()
  const down = new Set<string>()
  const it = await house({
    custodianPort(id, port) {
      custodians.set(id, port)
      return {
        async send(message, options) {
          if (down.has(id) && decodeMessage(message).verb === 'split')
            throw new IndexError('ERR_CUSTODIAN_UNAVAILABLE', 'the line is down')
          return port.send(message, options)
        },
      }
    },
  })
  await it.register(childDetails(1))
  await it.register(childDetails(2))
  await seen(it, 7, 'unknown', { incident: 'police-protection' })
  await seen(it, 1, 'known')
  await seen(it, 2, 'other')
  await it.hub.caughtUp()
  const hub = await it.context()
  await queuePair(hub, await childOf(hub, 'unknown'), await childOf(hub, 'known'))
  return { it, hub, custodians, down }
}

let it: House
let hub: HubContext
let linkEntry: ProvenEntry
let honestLink: Link

beforeAll(async () => {
  const made = await wired()
  it = made.it
  hub = made.hub
  await merge(1, it.second, it.third)
  await it.hub.caughtUp()
  const [shown] = (await honestEvidence(it, hub, 1, 'identity')).links ?? []
  if (shown === undefined) throw new Error('no link is shown')
  linkEntry = shown
  honestLink = decodeLink(decodeEntry(shown.bytes).body)
})
afterAll(async () => it[Symbol.asyncDispose]())

async function outcome(
  forgery: Forgery,
  changed: (known: Knowledge) => Knowledge = (same) => same,
): Promise<RefusalReason | undefined> {
  const { known, message } = await forge(it, hub, forgery)
  return refusalOf(changed(known), message)
}

/** Puts a link of the hub's own making into the journal. */
async function journalled(link: unknown, type: 'link' | 'duplicate' = 'link'): Promise<ProvenEntry> {
  let position = 0
  await hub.ledger.write(async (next) => {
    position = next
    return { drafts: [{ type, body: toJsonBytes(link) }] }
  })
  return entryAt(hub, position)
}

const withLinks = (...links: readonly ProvenEntry[]): Forgery => ({ evidence: (honest) => ({ ...honest, links }) })

/** The honest link with other statements, each by the officer named. */
function linkBy(
  officers: readonly string[],
  change: Partial<LinkStatement> = {},
  of: Partial<Link> = {},
  signer = (officer: string) => keyOf(it, officer).signing,
): Link {
  const link = { ...honestLink, ...of }
  const { kind, duplicate } = link
  const statements = officers.map((officer) =>
    signLinkStatement(
      hub.id,
      {
        duplicate,
        kind,
        commitment: linkCommitment(hub.id, link),
        reason: 'registered-twice',
        at: it.clock.now,
        officer,
        ...change,
      },
      signer(officer),
    ),
  )
  return { ...link, statements }
}

function withParty(known: Knowledge, id: string, change: Partial<Party>): Knowledge {
  const versions = known.rosters.versions.map((version) => {
    const party = version.roster.parties.get(id)
    if (party === undefined) return version
    const parties = new Map(version.roster.parties).set(id, { ...party, ...change } as Party)
    return { ...version, roster: { ...version.roster, parties } }
  })
  return { ...known, rosters: { versions } }
}

test('what the honest hub shows of a merge meets every rule', async () => {
  expect(await outcome({})).toBeUndefined()
  const opening = await it.first.open(ASK)
  expect(opening.released).toHaveLength(3)
})

test('a link that is not needed, or that stands there twice, does no harm', async () => {
  expect(await outcome(withLinks(linkEntry, linkEntry))).toBeUndefined()
  const [one, other] = [await childOf(hub, 'other'), await childOf(hub, 'known')]
  const more = await journalled(linkBy(['second', 'third'], {}, { from: one, into: other }))
  expect(await outcome(withLinks(linkEntry, more))).toBeUndefined()
})

describe('the hub alone links nothing', () => {
  test.each<readonly [RefusalReason, string, () => Promise<Forgery> | Forgery]>([
    ['check-of-another-child', 'no link at all', () => ({ evidence: ({ links: _, ...honest }) => honest })],
    [
      'link-not-signed',
      'the same signature twice',
      async () => withLinks(await journalled(linkBy(['second', 'second']))),
    ],
    [
      'link-not-signed',
      'two officers of one person',
      async () => {
        await it.officer('second-again', { person: 'person-second' })
        return withLinks(await journalled(linkBy(['second', 'second-again'])))
      },
    ],
    [
      'link-not-signed',
      'a signature of somebody else',
      async () => withLinks(await journalled(linkBy(['second', 'third'], {}, {}, () => keyOf(it, 'second').signing))),
    ],
    [
      'link-not-signed',
      'an agency’s signature',
      async () => withLinks(await journalled(linkBy(['second', 'met-police']))),
    ],
    [
      'link-not-signed',
      'statements too far apart',
      async () => {
        const [early] = linkBy(['second']).statements
        const [late] = linkBy(['third'], { at: it.clock.now + 14 * DAY + 1 }).statements
        return withLinks(await journalled({ ...honestLink, statements: [early, late] }))
      },
    ],
    [
      'link-not-proven',
      'one signature alone',
      async () => withLinks(await journalled({ ...honestLink, statements: honestLink.statements.slice(0, 1) })),
    ],
    [
      'link-not-proven',
      'officers who said that they are two',
      async () => withLinks(await journalled(linkBy(['second', 'third'], {}, { kind: 'distinct' }))),
    ],
    [
      'link-not-proven',
      'officers who said that they are two, shown as a merge',
      async () => {
        const { statements } = linkBy(['second', 'third'], {}, { kind: 'distinct' })
        return withLinks(await journalled({ ...honestLink, statements }))
      },
    ],
    [
      'link-not-proven',
      'other ids than were signed for',
      async () => withLinks(await journalled({ ...honestLink, from: await childOf(hub, 'other') })),
    ],
    [
      'link-not-proven',
      'the two ids the other way round',
      async () => withLinks(await journalled({ ...honestLink, from: honestLink.into, into: honestLink.from })),
    ],
    [
      'link-not-proven',
      'another salt',
      async () => withLinks(await journalled({ ...honestLink, salt: new Uint8Array(32) })),
    ],
    ['link-not-proven', 'another number', async () => withLinks(await journalled({ ...honestLink, duplicate: 2 }))],
    ['link-not-proven', 'an entry of another type', async () => withLinks(await journalled(honestLink, 'duplicate'))],
    [
      'link-not-proven',
      'an entry that is not in the journal',
      () => withLinks({ ...linkEntry, salt: new Uint8Array(32) }),
    ],
    [
      'link-not-proven',
      'an entry that is no link',
      async () => withLinks(await journalled({ ...honestLink, more: 'than belongs there' })),
    ],
    [
      'check-of-another-child',
      'a link of other children',
      async () => {
        const [one, other] = [await childOf(hub, 'other'), await childOf(hub, 'known')]
        return withLinks(await journalled(linkBy(['second', 'third'], {}, { from: one, into: other })))
      },
    ],
    [
      'check-of-another-child',
      'the checks of the child that goes on, for the one that was given up',
      async () => {
        const honest = await honestEvidence(it, hub, 1, 'identity')
        const planted = await plantedCheck(it, hub, { agency: 'met-police', childId: honestLink.into }).journal()
        const key = { agency: 'met-police', epoch: 1, key: identifierKeyOf(hub, 'met-police', 1) }
        const [one, other] = [await childOf(hub, 'known'), await childOf(hub, 'other')]
        const turned = await journalled(linkBy(['second', 'third'], {}, { from: other, into: one }))
        // The record of a child that was given up for this one must not open by this one's checks.
        const checks = [await plantedCheck(it, hub, { agency: 'met-police', childId: other }).journal()]
        const back = await journalled(linkBy(['second', 'third'], {}, { from: one, into: other }))
        expect(equalBytes(honest.childId, one)).toBe(true)
        expect(planted.row).toBe(0)
        expect(
          await outcome({ evidence: (each) => ({ ...each, checks, identifierKeys: [key], links: [turned] }) }),
        ).toBe(undefined)
        return { evidence: (each): Evidence => ({ ...each, checks, identifierKeys: [key], links: [back] }) }
      },
    ],
    [
      'link-by-recipient',
      'a recipient who signed it',
      async () => withLinks(await journalled(linkBy(['first', 'third']))),
    ],
    [
      'link-by-recipient',
      'a recipient who is one of the signers in person',
      async () => {
        await it.officer('first-again', { person: 'person-first' })
        return withLinks(await journalled(linkBy(['first-again', 'third'])))
      },
    ],
  ])('%s: %s', async (reason, _, forgery) => {
    expect(await outcome(await forgery())).toBe(reason)
  })

  test('link-not-signed: officers who were not in good standing then', async () => {
    for (const change of [{ suspended: true }, { undertakingAt: it.clock.now + 1 }, { vettingUntil: it.clock.now }])
      expect(await outcome({}, (known) => withParty(known, 'third', change))).toBe('link-not-signed')
  })

  test('link-not-proven: a link that came when the request was journalled already', async () => {
    // Such a hub knows beforehand which salt the entry will get.
    const salt = new Uint8Array(32).fill(9)
    const { clock, store, keys } = hub
    const ledger = openLedger({
      ...{ store, hub: hub.id, signingKey: keys.signing, storageKey: keys.storageKey, clock },
      random: (length) => salt.subarray(0, length),
      onMoved: async () => undefined,
    })
    const body = encodeLink(honestLink)
    const bytes = encodeEntry({ type: 'link', at: it.clock.now, body })
    const late: Forgery = {
      evidence: async (honest) => {
        const position = (await hub.ledger.size()) + 1
        return { ...honest, links: [{ position, salt, bytes, path: [] }] }
      },
      after: async () => {
        await ledger.write(async () => ({ drafts: [{ type: 'link', body }] }))
      },
    }
    expect(await outcome(late)).toBe('link-not-proven')
    const early = { ...linkEntry, position: await hub.ledger.size(), salt, bytes }
    await ledger.write(async () => ({ drafts: [{ type: 'link', body }] }))
    expect(await outcome(withLinks(early))).toBeUndefined()
  })

  test('evidence-too-large: more links than a custodian takes', async () => {
    expect(await outcome(withLinks(...Array.from({ length: 65 }, () => linkEntry)))).toBe('evidence-too-large')
  })

  test('what is signed for covers the links', async () => {
    const { known, message } = await forge(it, hub)
    const { links: _, ...evidence } = message.evidence
    expect(refusalOf(known, { ...message, evidence })).toBe('evidence-does-not-match')
  })

  test('a check is as new as the link that brought it: after a closing it counts, and one of the child’s own does not', async () => {
    const closedAt = linkEntry.position - 1
    expect(await outcome({ evidence: (honest) => ({ ...honest, closedAt }) })).toBeUndefined()
    expect(await outcome({ evidence: (honest) => ({ ...honest, closedAt: linkEntry.position }) })).toBe(
      'threshold-not-reached',
    )
  })
})

describe('a split that a hub would like to withhold', () => {
  const sender = ({ it: there, hub: inner }: Wired) => {
    const key = there.founding?.keys.signing
    if (key === undefined) throw new Error('no keys')
    return { hub: inner.id, party: 'hub', key }
  }
  const told = ({ it: there, hub: inner, custodians }: Wired, statements: readonly LinkStatement[]): Promise<unknown> =>
    callJson(
      custodians.get('custodian-1') as Port,
      'split',
      { statements },
      there.clock.now,
      sender({ it: there, hub: inner, custodians, down: new Set() }),
    )
  const answer = async (made: Wired, message: ReleaseMessage): Promise<ReleaseAnswer> => {
    const [one] = made.it.founding?.custodians ?? []
    if (one === undefined) throw new Error('no custodian')
    const info = releaseInfo(made.hub.id, one.id)
    const sealed = await hpkeSeal(one.hpke.publicKey, info, new Uint8Array(0), toJsonBytes(message))
    const port = made.custodians.get(one.id) as Port
    const reply = (await callJson(port, 'release', { sealed }, made.it.clock.now, sender(made))) as {
      answer: Uint8Array
    }
    return parseReleaseAnswer(fromJsonBytes(reply.answer))
  }

  test('every custodian hears of it from the officers, and opens by that merge no more', async () => {
    const made = await wired()
    const { it: there, hub: inner } = made
    await merge(1, there.second, there.third)
    await there.hub.caughtUp()
    const before = await honestEvidence(there, inner, 1, 'identity')
    there.clock.now += 1
    await split(1, there.second, there.third)
    await there.hub.caughtUp()
    // The hub shows the custodians what stood there before the split.
    const { message, known } = await forge(there, inner, { evidence: () => before })
    expect(refusalOf(known, message)).toBeUndefined()
    const { to } = message.consistency
    const consistency = await inner.ledger.consistency(to, to)
    expect(await answer(made, { ...message, consistency })).toMatchObject({ kind: 'refused', reason: 'link-split' })
    expect(refusalOf({ ...known, splits: new Map([[1, there.clock.now]]) }, message)).toBe('link-split')
    expect(refusalOf({ ...known, splits: new Map([[2, there.clock.now]]) }, message)).toBeUndefined()
    // A merge that was signed after the split stands.
    expect(refusalOf({ ...known, splits: new Map([[1, there.clock.now - 2]]) }, message)).toBeUndefined()
    await there[Symbol.asyncDispose]()
  })

  test('that one of them did not hear is seen, and can be sent again by either of the two', async () => {
    const made = await wired()
    const { it: there, down } = made
    await merge(1, there.second, there.third)
    await there.second.split(1, 'linked-in-error')
    down.add('custodian-2')
    await expect(there.third.split(1, 'linked-in-error')).rejects.toMatchObject({ code: 'ERR_CUSTODIAN_UNAVAILABLE' })
    await expect(there.first.split(1, 'linked-in-error')).rejects.toMatchObject({ code: 'ERR_DUPLICATE_STATUS' })
    const size = await there.hub.journal.size()
    down.clear()
    expect(await there.second.split(1, 'linked-in-error')).toBe('split')
    expect(await there.third.split(1, 'linked-in-error')).toBe('split')
    expect(await there.hub.journal.size()).toBeLessThanOrEqual(size + 4)
    await there[Symbol.asyncDispose]()
  })

  test('a custodian takes none that two officers did not sign, and signs for the one that it keeps', async () => {
    const made = await wired()
    const { it: there, hub: inner } = made
    const statementsOf = (officers: readonly string[], kind: 'split' | 'merge'): readonly LinkStatement[] =>
      officers.map((officer) =>
        signLinkStatement(
          inner.id,
          {
            duplicate: 1,
            kind,
            commitment: new Uint8Array(32),
            reason: 'linked-in-error',
            at: there.clock.now,
            officer,
          },
          keyOf(there, officer).signing,
        ),
      )
    const link = (officers: readonly string[], kind: 'split' | 'merge' = 'split') =>
      told(made, statementsOf(officers, kind))
    const refused = { code: 'ERR_SIGNATURE_INVALID' }
    await expect(link(['second', 'second'])).rejects.toMatchObject(refused)
    await expect(link(['second', 'third'], 'merge')).rejects.toMatchObject(refused)
    await expect(link(['second', 'met-police'])).rejects.toMatchObject(refused)
    await expect(link(['second'])).rejects.toMatchObject({ code: 'ERR_REQUEST_INVALID' })
    const { signature } = (await link(['second', 'third'])) as { signature: Uint8Array }
    const publicKey = there.founding?.custodians[0]?.signing.publicKey as Uint8Array
    const kept = splitKeptStatement(inner.id, 'custodian-1', 1, there.clock.now)
    expect(verifySignature(publicKey, kept, signature)).toBe(true)
    // One who has been suspended since could still say so: it only takes power away.
    await there.hub.suspend('third')
    await there.hub.journal.head()
    expect(await link(['second', 'third'])).toEqual({ signature })
    await there[Symbol.asyncDispose]()
  })
})

test('a custodian remembers the latest split of a number, whatever order its events come in', () => {
  const event = (duplicate: number, at: number): CustodianEvent => ({ kind: 'split', duplicate, at, statements: [] })
  const { splits } = [event(1, 5), event(2, 7), event(1, 3)].reduce(after, noMemory())
  expect([...splits]).toEqual([
    [1, 5],
    [2, 7],
  ])
})

test('the body of a link entry is read as it was written, and nothing else is', () => {
  const body = encodeLink(honestLink)
  expect(decodeLink(body)).toEqual(honestLink)
  const malformed = { code: 'ERR_ENTRY_MALFORMED' }
  for (const change of [{ from: new Uint8Array(15) }, { kind: 'joined' }, { duplicate: 0 }, { statements: [] }])
    expect(() => decodeLink(toJsonBytes({ ...(fromJsonBytes(body) as object), ...change }))).toThrow(
      expect.objectContaining(malformed),
    )
})
