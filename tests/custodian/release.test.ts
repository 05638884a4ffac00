import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseReleaseAnswer, parseReleaseMessage, type ReleaseMessage } from '../../src/case/messages.js'
import {
  answerIsSignedBy,
  type CheckEvidence,
  type Evidence,
  type OpeningRequest,
  REFUSAL_REASONS,
  type RefusalReason,
  type ReleaseAnswer,
  signRequest,
} from '../../src/case/opening.js'
import { type CheckId, checkIdOf, decodeCheck } from '../../src/check/canonical.js'
import { cosignerName, type Knowledge, releaseInfo } from '../../src/custodian/knowledge.js'
import { withdrawnName } from '../../src/custodian/state.js'
import { refusalOf } from '../../src/custodian/verify-release.js'
import { requireCase } from '../../src/hub/cases/cases.js'
import { type HubContext, identifierKeyOf } from '../../src/hub/context.js'
import { defaultPolicy, type Policy, parsePolicy } from '../../src/index.js'
import { checkpointOrigin, cosign, signCheckpoint } from '../../src/journal/checkpoint.js'
import { saltedLeafHash } from '../../src/journal/merkle.js'
import { fromJsonBytes, toJsonBytes } from '../../src/json.js'
import { policyHash } from '../../src/policy/hash.js'
import { callJson, decodeMessage, type Port } from '../../src/port.js'
import type { Party, Roster } from '../../src/roster/roster.js'
import { hpkeOpen, hpkeSeal } from '../../src/seal/hpke.js'
import { type Forgery, forge, honestEvidence, keyOf, type Plant, plantedCheck } from '../support/forge.js'
import { childDetails, DAY, type House, house, MINUTE, nhsNumber } from '../support/house.js'

const OTHER = new Uint8Array(32).fill(7)

let it: House
let hub: HubContext
let childOne: Uint8Array
let childTwo: Uint8Array
/** Release messages that the honest hub sent to custodians. */
const captured: Uint8Array[] = []
const custodians = new Map<string, Port>()

beforeAll(async () => {
  it = await house({
    custodianPort(id, port) {
      custodians.set(id, port)
      return {
        async send(message, options) {
          if (id === 'custodian-1' && decodeMessage(message).verb === 'release') captured.push(message)
          return port.send(message, options)
        },
      }
    },
  })
  await it.register(childDetails(1))
  await it.register(childDetails(2))
  await it.register(childDetails(3))
  const seen = { occurredAt: it.clock.now, practitioner: 'PC 42' }
  await it.police.check({
    child: { nhsNumber: nhsNumber(1) },
    incident: 'police-protection',
    reference: 'one',
    ...seen,
  })
  await it.health.check({
    child: { nhsNumber: nhsNumber(1) },
    incident: 'first-known',
    indicators: [severe],
    reference: 'one',
    ...seen,
  })
  await it.police.check({
    child: { nhsNumber: nhsNumber(2) },
    incident: 'police-protection',
    reference: 'two',
    ...seen,
  })
  await it.police.check({
    child: { nhsNumber: nhsNumber(3) },
    incident: 'child-disclosure',
    reference: 'three',
    ...seen,
  })
  await it.hub.caughtUp()
  hub = await it.context()
  childOne = (await requireCase(hub, 1)).childId
  childTwo = (await requireCase(hub, 2)).childId
})
afterAll(async () => it[Symbol.asyncDispose]())

/** An indicator that by itself reaches `child-in-need` and no more. */
const severe = codeWhere(
  defaultPolicy(),
  ({ flags = [], severity }) =>
    flags.includes('statutory-need') && !flags.includes('significant-harm') && severity === 3,
)

function codeWhere(policy: Policy, fits: (indicator: Policy['indicators'][string]) => boolean): string {
  const found = Object.entries(policy.indicators).find(([, indicator]) => fits(indicator))
  if (found === undefined) throw new Error('the default policy has no such indicator')
  return found[0]
}

interface Attack {
  readonly forgery?: Forgery | (() => Promise<Forgery> | Forgery)
  readonly known?: (known: Knowledge, message: ReleaseMessage) => Knowledge
}

async function outcome({ forgery = {}, known: changed = (same) => same }: Attack): Promise<RefusalReason | undefined> {
  const { known, message } = await forge(it, hub, typeof forgery === 'function' ? await forgery() : forgery)
  return refusalOf(changed(known, message), message)
}

/** The roster in force, changed behind everybody's back: what a custodian would believe. */
function withRoster(known: Knowledge, change: (roster: Roster) => Roster): Knowledge {
  const versions = known.rosters.versions.map((version, index, all) =>
    index === all.length - 1 ? { ...version, roster: change(version.roster) } : version,
  )
  return { ...known, rosters: { versions } }
}

function withParty(known: Knowledge, id: string, change: (party: never) => Partial<Party>): Knowledge {
  return withRoster(known, (roster) => {
    const party = roster.parties.get(id) as Party
    return { ...roster, parties: new Map(roster.parties).set(id, { ...party, ...change(party as never) } as Party) }
  })
}

/** The agency suspended from this position on. */
function suspendedFrom(known: Knowledge, id: string, position: number): Knowledge {
  const before = known.rosters.versions.filter((version) => version.position < position)
  const last = before.at(-1)
  if (last === undefined) throw new Error('no roster stands before this position')
  const party = { ...(last.roster.parties.get(id) as Party), suspended: true }
  const roster = { ...last.roster, parties: new Map(last.roster.parties).set(id, party) }
  return { ...known, rosters: { versions: [...before, { position, roster }] } }
}

const first = (evidence: Evidence): CheckEvidence => evidence.checks[0] as CheckEvidence
const flipped = (bytes: Uint8Array, at = 0): Uint8Array => bytes.map((byte, index) => (index === at ? byte ^ 1 : byte))
const withFirst = (evidence: Evidence, change: Partial<CheckEvidence>): Evidence => ({
  ...evidence,
  checks: [{ ...first(evidence), ...change }, ...evidence.checks.slice(1)],
})
const keyFor = (agency: string) => ({ agency, epoch: 1, key: identifierKeyOf(hub, agency, 1) })

/** Evidence that rests on one planted check. */
async function planted(plant: Omit<Plant, 'childId'> & { readonly childId?: Uint8Array }): Promise<Forgery> {
  const check = await plantedCheck(it, hub, { childId: childOne, ...plant }).journal()
  return {
    evidence: (honest) => ({ ...honest, checks: [check], identifierKeys: [keyFor(plant.agency)] }),
  }
}

test('what the honest hub sends meets every rule', async () => {
  const opening = await it.first.open({
    case: 1,
    group: 'identity',
    purpose: 'referral',
    lawfulBasis: 'public-task',
  })
  expect(opening.released).toEqual(['custodian-1', 'custodian-2', 'custodian-3'])
  const keys = it.founding?.custodians[0]
  const sent = captured.at(-1)
  if (keys === undefined || sent === undefined) throw new Error('nothing was captured')
  const { sealed } = fromJsonBytes(decodeMessage(sent).body) as { sealed: Uint8Array }
  const bytes = await hpkeOpen(keys.hpke, releaseInfo(hub.id, keys.id), new Uint8Array(0), sealed)
  const message = parseReleaseMessage(fromJsonBytes(bytes))
  const { known } = await forge(it, hub)
  // The custodian had seen this very head: it cosigned it a moment before.
  const head = await hub.ledger.head(message.consistency.to)
  expect(refusalOf({ ...known, lastSeen: head }, message)).toBeUndefined()
})

test('a forgery that changes nothing is no forgery', async () => {
  expect(await outcome({})).toBeUndefined()
  expect(await outcome({ forgery: { group: 'carers' } })).toBeUndefined()
})

const at = (change: (now: number) => Partial<OpeningRequest>): (() => Forgery) => {
  return () => ({ request: change(it.clock.now) })
}

const CLOCK = 10 * MINUTE
const ATTACKS: readonly (readonly [reason: RefusalReason | undefined, what: string, attack: Attack])[] = [
  ['request-expired', 'a request that expires now', { forgery: at((now) => ({ expiry: now })) }],
  [undefined, 'a request that expires in a millisecond', { forgery: at((now) => ({ expiry: now + 1 })) }],

  [undefined, 'a request of ten minutes ago', { known: (known) => ({ ...known, now: known.now + CLOCK }) }],
  [
    'clock-apart',
    'a request of more than ten minutes ago',
    { known: (known) => ({ ...known, now: known.now + CLOCK + 1 }) },
  ],
  [undefined, 'a request ten minutes ahead', { known: (known) => ({ ...known, now: known.now - CLOCK }) }],
  [
    'clock-apart',
    'a request more than ten minutes ahead',
    { known: (known) => ({ ...known, now: known.now - CLOCK - 1 }) },
  ],

  [
    'officer-not-in-standing',
    'an officer who is not on the roster',
    {
      forgery: {
        request: { officer: 'nobody' },
        signed: (request) => signRequest(hub.id, request, keyOf(it, 'first').signing),
      },
    },
  ],
  ['officer-not-in-standing', 'an agency as officer', { forgery: { request: { officer: 'met-police' } } }],
  [
    'officer-not-in-standing',
    'a suspended officer',
    { known: (known) => withParty(known, 'first', () => ({ suspended: true })) },
  ],
  [
    'officer-not-in-standing',
    'an undertaking that is yet to be signed',
    { known: (known) => withParty(known, 'first', () => ({ undertakingAt: known.now + 1 })) },
  ],
  [
    'officer-not-in-standing',
    'training that ended',
    { known: (known) => withParty(known, 'first', () => ({ trainingUntil: known.now })) },
  ],
  [
    'officer-not-in-standing',
    'vetting that ended',
    { known: (known) => withParty(known, 'first', () => ({ vettingUntil: known.now })) },
  ],

  [
    'request-not-signed',
    'a request signed with another officer’s key',
    { forgery: { signed: (request) => signRequest(hub.id, request, keyOf(it, 'second').signing) } },
  ],
  [
    'request-not-signed',
    'a request signed for another hub',
    { forgery: { signed: (request) => signRequest(OTHER, request, keyOf(it, 'first').signing) } },
  ],
  [
    'request-not-signed',
    'another one-use key than was signed for',
    {
      forgery: {
        signed: (request) => ({
          ...signRequest(hub.id, request, keyOf(it, 'first').signing),
          request: { ...request, oneUseKey: OTHER },
        }),
      },
    },
  ],
  [
    'request-not-signed',
    'a purpose other than was signed for',
    {
      forgery: {
        signed: (request) => ({
          ...signRequest(hub.id, request, keyOf(it, 'first').signing),
          request: { ...request, purpose: 'assessment' },
        }),
      },
    },
  ],
  [
    'request-not-signed',
    'an officer whose key is replaced on the roster',
    {
      known: (known) =>
        withParty(known, 'first', (party: Party) => ({
          keys: { ...party.keys, signing: keyOf(it, 'second').signing.publicKey },
        })),
    },
  ],

  [
    'policy-not-in-force',
    'a policy that the roster does not know',
    {
      forgery: () => {
        const lax = laxPolicy()
        return {
          request: { policyHash: Buffer.from(policyHash(lax)).toString('hex') },
          evidence: (honest) => ({ ...honest, policy: toJsonBytes(lax) }),
        }
      },
    },
  ],
  [
    'policy-not-in-force',
    'another policy under the hash of the approved one',
    { forgery: { evidence: (honest) => ({ ...honest, policy: toJsonBytes(laxPolicy()) }) } },
  ],
  [
    'policy-not-in-force',
    'a policy whose time has ended',
    {
      known: (known) =>
        withRoster(known, (roster) => ({
          ...roster,
          policies: roster.policies.map((policy) => ({ ...policy, until: known.now })),
        })),
    },
  ],
  [
    'policy-not-in-force',
    'a policy whose time is to come',
    {
      known: (known) =>
        withRoster(known, (roster) => ({
          ...roster,
          policies: roster.policies.map((policy) => ({ ...policy, from: known.now + 1 })),
        })),
    },
  ],

  [
    'evidence-too-large',
    'more bytes than a custodian takes',
    { forgery: { evidence: (honest) => ({ ...honest, policy: new Uint8Array(2 * 1024 * 1024) }) } },
  ],
  [
    'evidence-too-large',
    'more checks than a custodian takes',
    { forgery: { evidence: (honest) => ({ ...honest, checks: Array.from({ length: 1001 }, () => first(honest)) }) } },
  ],
  [
    'evidence-does-not-match',
    'a record that is none',
    {
      forgery: {
        evidence: (honest) => ({
          ...honest,
          identifierKeys: [...honest.identifierKeys],
          checks: [{ ...first(honest), entry: { ...first(honest).entry } }],
        }),
        message: (message) => ({ ...message, salt: OTHER }),
      },
    },
  ],

  [
    'request-not-journalled',
    'another request in the journal',
    { forgery: { journalled: (signed) => ({ ...signed, signature: flipped(signed.signature) }) } },
  ],
  [
    'request-not-journalled',
    'an entry of another type',
    { forgery: { message: (message) => ({ ...message, requestEntry: message.evidence.record.entry }) } },
  ],
  [
    'request-not-journalled',
    'a position past the head',
    {
      forgery: {
        message: (message) => ({ ...message, requestEntry: { ...message.requestEntry, position: 1_000_000 } }),
      },
    },
  ],
  [
    'request-not-journalled',
    'another position',
    {
      forgery: {
        message: (message) => ({
          ...message,
          requestEntry: { ...message.requestEntry, position: message.requestEntry.position - 1 },
        }),
      },
    },
  ],
  [
    'request-not-journalled',
    'a path that is cut short',
    {
      forgery: {
        message: (message) => ({
          ...message,
          requestEntry: { ...message.requestEntry, path: message.requestEntry.path.slice(1) },
        }),
      },
    },
  ],
  [
    'request-not-journalled',
    'another salt',
    { forgery: { message: (message) => ({ ...message, requestEntry: { ...message.requestEntry, salt: OTHER } }) } },
  ],

  [
    'journal-inconsistent',
    'a fork: the same size with another root',
    { known: (known, { consistency: { to } }) => ({ ...known, lastSeen: { size: to, root: OTHER } }) },
  ],
  [
    'journal-inconsistent',
    'a journal shorter than the custodian saw',
    { known: (known, { consistency: { to } }) => ({ ...known, lastSeen: { size: to + 1, root: OTHER } }) },
  ],
  [
    'journal-inconsistent',
    'no proof from what the custodian saw',
    { known: (known) => ({ ...known, lastSeen: { size: 3, root: OTHER } }) },
  ],

  ['record-does-not-match', 'a request for another keyset', { forgery: { request: { keyset: 'keyset-2' } } }],
  ['record-does-not-match', 'a request for another record', { forgery: { request: { recordHash: OTHER } } }],
  ['record-does-not-match', 'a request for another label', { forgery: { request: { label: OTHER } } }],
  ['record-does-not-match', 'a request for the other group', { forgery: { request: { group: 'carers' } } }],
  [
    'record-does-not-match',
    'the record of another child',
    {
      forgery: async () => {
        const other = await honestEvidence(it, hub, 2, 'identity')
        return { evidence: (honest) => ({ ...honest, record: other.record }) }
      },
    },
  ],
  [
    'record-does-not-match',
    'another child’s id beside the record',
    { forgery: { evidence: (honest) => ({ ...honest, childId: childTwo }) } },
  ],
  [
    'record-does-not-match',
    'bytes that are no record',
    {
      forgery: {
        evidence: (honest) => ({ ...honest, record: { ...honest.record, bytes: flipped(honest.record.bytes) } }),
      },
    },
  ],
  [
    'record-does-not-match',
    'a record that another entry speaks of',
    {
      forgery: async () => {
        const other = await honestEvidence(it, hub, 2, 'identity')
        return { evidence: (honest) => ({ ...honest, record: { ...honest.record, entry: other.record.entry } }) }
      },
    },
  ],
  [
    'record-does-not-match',
    'a record that no entry speaks of',
    {
      forgery: {
        message: (message) => ({
          ...message,
          evidence: { ...message.evidence, record: { ...message.evidence.record, entry: message.requestEntry } },
        }),
      },
    },
  ],

  [
    'check-not-proven',
    'a check whose bytes differ from those in its batch',
    {
      forgery: {
        evidence: (honest) =>
          withFirst(honest, { bytes: flipped(first(honest).bytes, first(honest).bytes.length - 1) }),
      },
    },
  ],
  [
    'check-not-proven',
    'a check with another salt',
    { forgery: { evidence: (honest) => withFirst(honest, { salt: OTHER }) } },
  ],
  ['check-not-proven', 'another row', { forgery: { evidence: (honest) => withFirst(honest, { row: 1 }) } }],
  [
    'check-not-proven',
    'a path that leads elsewhere',
    { forgery: { message: (message) => ({ ...message, evidence: withFirst(message.evidence, { path: [OTHER] }) }) } },
  ],
  [
    'check-not-proven',
    'a row that the hub had refused',
    { forgery: () => planted({ agency: 'met-police', accepted: false }) },
  ],
  [
    'check-not-proven',
    'an entry of another type',
    { forgery: { evidence: (honest) => withFirst(honest, { entry: honest.record.entry }) } },
  ],
  [
    'check-not-proven',
    'a batch that is not in the journal',
    {
      forgery: async () => ({
        evidence: (honest) => {
          const entry = first(honest).entry
          return withFirst(honest, { entry: { ...entry, bytes: flipped(entry.bytes, entry.bytes.length - 1) } })
        },
      }),
    },
  ],
  [
    'check-not-proven',
    'a batch past the head',
    {
      forgery: { evidence: (honest) => withFirst(honest, { entry: { ...first(honest).entry, position: 1_000_000 } }) },
    },
  ],

  [
    'check-not-signed',
    'a batch signed by somebody else',
    { forgery: () => planted({ agency: 'met-police', signer: keyOf(it, 'st-marys') }) },
  ],
  [
    'check-not-signed',
    'a batch that was signed for another hub',
    { forgery: () => planted({ agency: 'met-police', batchHub: OTHER }) },
  ],
  [
    'check-not-signed',
    'a check for another hub in a batch for this one',
    { forgery: () => planted({ agency: 'met-police', check: { hub: OTHER } }) },
  ],
  [
    'check-not-signed',
    'a check of another agency in the batch',
    { forgery: () => planted({ agency: 'met-police', check: { agency: 'st-marys' } }) },
  ],

  [
    'check-of-suspended-agency',
    'an agency that is not on the roster',
    { known: (known) => withRosterAll(known, 'met-police') },
  ],
  [
    'check-of-suspended-agency',
    'an agency suspended just before its check',
    { known: (known, message) => suspendedFrom(known, 'met-police', first(message.evidence).entry.position) },
  ],
  [
    undefined,
    'an agency suspended after its check',
    { known: (known, message) => suspendedFrom(known, 'met-police', first(message.evidence).entry.position + 1) },
  ],

  [
    'check-withdrawn',
    'a check whose withdrawal the hub hides',
    { known: (known, { evidence }) => ({ ...known, withdrawn: new Set([takenBack(first(evidence))]) }) },
  ],
  [
    undefined,
    'a withdrawal of this check that another agency signed',
    { known: (known, { evidence }) => ({ ...known, withdrawn: new Set([takenBack(first(evidence), 'housing')]) }) },
  ],
  [
    undefined,
    'a withdrawal of another check',
    { known: (known) => ({ ...known, withdrawn: new Set(['00'.repeat(32)]) }) },
  ],

  [
    'check-counted-twice',
    'the same check twice',
    { forgery: { evidence: (honest) => ({ ...honest, checks: [first(honest), first(honest)] }) } },
  ],
  [
    'check-counted-twice',
    'two checks under one reference',
    {
      forgery: async () => {
        const again = await plantedCheck(it, hub, {
          agency: 'met-police',
          childId: childOne,
          check: { reference: 'one', incident: 'missing-episode' },
        }).journal()
        return { evidence: (honest) => ({ ...honest, checks: [first(honest), again] }) }
      },
    },
  ],
  [
    undefined,
    'one reference of two agencies',
    {
      forgery: async () => {
        const theirs = await plantedCheck(it, hub, {
          agency: 'st-marys',
          childId: childOne,
          check: { reference: 'one', incident: 'first-known' },
        }).journal()
        return {
          evidence: (honest) => ({
            ...honest,
            checks: [first(honest), theirs],
            identifierKeys: [keyFor('met-police'), keyFor('st-marys')],
          }),
        }
      },
    },
  ],

  [
    'check-of-another-child',
    'a check on another child',
    { forgery: () => planted({ agency: 'met-police', childId: childTwo }) },
  ],
  [
    'check-of-another-child',
    'an identifier key of the hub’s own making',
    { forgery: { evidence: (honest) => ({ ...honest, identifierKeys: [{ ...keyFor('met-police'), key: OTHER }] }) } },
  ],
  [
    'check-of-another-child',
    'the identifier key of another agency',
    {
      forgery: {
        evidence: (honest) => ({ ...honest, identifierKeys: [{ ...keyFor('st-marys'), agency: 'met-police' }] }),
      },
    },
  ],
  [
    'check-of-another-child',
    'no identifier key',
    { forgery: { evidence: (honest) => ({ ...honest, identifierKeys: [] }) } },
  ],
  [
    'check-of-another-child',
    'an epoch that the roster fixed no key for',
    {
      forgery: async () => {
        const forgery = await planted({ agency: 'met-police', check: { epoch: 2 } })
        return {
          evidence: async (honest) => ({
            ...((await forgery.evidence?.(honest)) as Evidence),
            identifierKeys: [{ ...keyFor('met-police'), epoch: 2 }],
          }),
        }
      },
    },
  ],

  ['threshold-not-reached', 'checks that amount to a review', { forgery: { case: 3 } }],
  [
    'threshold-not-reached',
    'checks that amount to nothing',
    { forgery: () => planted({ agency: 'met-police', check: { incident: 'police-notice' } }) },
  ],
  [
    'threshold-not-reached',
    'a check that lies in the future',
    { forgery: () => planted({ agency: 'met-police', check: { occurredAt: it.clock.now + 1 } }) },
  ],
  [
    'threshold-not-reached',
    'a check beyond the horizon',
    { forgery: () => planted({ agency: 'met-police', check: { occurredAt: it.clock.now - 800 * DAY } }) },
  ],
  [
    'threshold-not-reached',
    'checks of before the last closing',
    { forgery: { evidence: (honest) => ({ ...honest, closedAt: 1_000_000 }) } },
  ],
  [
    'group-not-opened-by-level',
    'carers at the level of a child in need',
    {
      forgery: async () => {
        const forgery = await planted({ agency: 'st-marys', check: { incident: 'first-known', indicators: [severe] } })
        return { ...forgery, group: 'carers' }
      },
    },
  ],
  [
    'purpose-not-of-level',
    'immediate protection at the level of a child in need',
    {
      forgery: async () => {
        const forgery = await planted({ agency: 'st-marys', check: { incident: 'first-known', indicators: [severe] } })
        return { ...forgery, request: { ...forgery.request, purpose: 'immediate-protection' as const } }
      },
    },
  ],
  [
    'purpose-not-of-level',
    'a basis that no opening rests on',
    { forgery: { request: { lawfulBasis: 'consent' as const } } },
  ],
  [
    undefined,
    'identity at the level of a child in need',
    { forgery: () => planted({ agency: 'st-marys', check: { incident: 'first-known', indicators: [severe] } }) },
  ],
]

const takenBack = (shown: CheckEvidence, agency = decodeCheck(shown.bytes).agency): string =>
  withdrawnName({ agency, checkId: idOf(shown) })
function idOf({ salt, bytes }: CheckEvidence): CheckId {
  return checkIdOf(saltedLeafHash(salt, bytes))
}

function withRosterAll(known: Knowledge, missing: string): Knowledge {
  const versions = known.rosters.versions.map(({ position, roster }) => {
    const parties = new Map(roster.parties)
    parties.delete(missing)
    return { position, roster: { ...roster, parties } }
  })
  return { ...known, rosters: { versions } }
}

function laxPolicy(): Policy {
  const policy = defaultPolicy()
  return parsePolicy({
    ...policy,
    version: 2,
    levels: policy.levels.map((level) => ({ ...level, reachedWhen: { count: { atLeast: 1, withinDays: 365 } } })),
  })
}

describe('one custodian alone refuses', () => {
  test.each(ATTACKS)('%s: %s', async (reason, _, attack) => {
    expect(await outcome(attack)).toBe(reason)
  })

  test('evidence of which anything was altered after the officer signed', async () => {
    const { known, message } = await forge(it, hub)
    const { evidence } = message
    const check = first(evidence)
    const altered: readonly Partial<Evidence>[] = [
      { childId: childTwo },
      { record: { ...evidence.record, bytes: flipped(evidence.record.bytes, 40) } },
      { policy: toJsonBytes(laxPolicy()) },
      { checks: [] },
      { checks: [check, check] },
      { checks: [{ ...check, row: 1 }] },
      { checks: [{ ...check, salt: OTHER }] },
      { checks: [{ ...check, bytes: flipped(check.bytes) }] },
      { checks: [{ ...check, entry: { ...check.entry, position: 0 } }] },
      { identifierKeys: [] },
      { identifierKeys: [{ ...keyFor('met-police'), agency: 'st-marys' }] },
      { identifierKeys: [{ ...keyFor('met-police'), epoch: 2 }] },
      { identifierKeys: [{ ...keyFor('met-police'), key: OTHER }] },
      { determinations: [determinationOf('first')] },
      { closedAt: 1 },
    ]
    for (const change of altered) {
      expect(refusalOf(known, { ...message, evidence: { ...evidence, ...change } })).toBe('evidence-does-not-match')
    }
    expect(refusalOf(known, { ...message, salt: OTHER })).toBe('evidence-does-not-match')
    expect(refusalOf(known, message)).toBeUndefined()
  })

  test('checkpoint-not-cosigned: a head without the hub, without a quorum, or of another journal', async () => {
    const { known, message } = await forge(it, hub)
    const founding = it.founding
    if (founding === undefined) throw new Error('no founding')
    const head = await hub.ledger.head(message.consistency.to)
    const origin = checkpointOrigin(hub.id)
    const alone = signCheckpoint({ origin, ...head }, origin, founding.keys.signing)
    const by = (note: string, index: number, name = `custodian-${index}`): string => {
      const keys = founding.custodians[index - 1]
      if (keys === undefined) throw new Error('no such custodian')
      return cosign(note, cosignerName(hub.id, name), keys.signing, it.clock.now)
    }
    const refusal = (note: string, changed = known) => refusalOf(changed, { ...message, note })
    expect(refusal(by(by(alone, 1), 3))).toBeUndefined()
    expect(refusal(alone)).toBe('checkpoint-not-cosigned')
    expect(refusal(by(alone, 2))).toBe('checkpoint-not-cosigned')
    expect(refusal(by(by(alone, 2), 2))).toBe('checkpoint-not-cosigned')
    expect(refusal(by(by(alone, 2), 2, 'custodian-3'))).toBe('checkpoint-not-cosigned')
    const stranger = keyOf(it, 'first').signing
    expect(refusal(cosign(by(alone, 1), cosignerName(hub.id, 'first'), stranger, it.clock.now))).toBe(
      'checkpoint-not-cosigned',
    )
    const otherOrigin = checkpointOrigin(OTHER)
    const elsewhere = signCheckpoint({ origin: otherOrigin, ...head }, otherOrigin, founding.keys.signing)
    expect(refusal(by(by(elsewhere, 1), 2))).toBe('checkpoint-not-cosigned')
    const notTheHub = signCheckpoint({ origin, ...head }, origin, stranger)
    expect(refusal(by(by(notTheHub, 1), 2))).toBe('checkpoint-not-cosigned')
    expect(refusal('')).toBe('checkpoint-not-cosigned')
    const suspended = withParty(known, 'custodian-3', () => ({ suspended: true }))
    expect(refusal(by(by(alone, 1), 3), suspended)).toBe('checkpoint-not-cosigned')
    expect(refusal(by(by(alone, 1), 2), suspended)).toBeUndefined()
  })

  test('check-after-request: a check that came when the request was journalled already', async () => {
    const late = plantedCheck(it, hub, { agency: 'met-police', childId: childOne })
    let shown: CheckEvidence | undefined
    const forgery: Forgery = {
      // Where it will stand is known beforehand, and its batch too.
      evidence: async (honest) => ({
        ...honest,
        checks: [late.at((await hub.ledger.size()) + 1)],
        identifierKeys: [keyFor('met-police')],
      }),
      after: async () => {
        shown = await late.journal()
      },
      message: (message) => {
        if (shown === undefined) throw new Error('nothing was journalled')
        const { path } = first(message.evidence).entry
        return {
          ...message,
          evidence: { ...message.evidence, checks: [{ ...shown, entry: { ...shown.entry, path } }] },
        }
      },
    }
    expect(await outcome({ forgery })).toBe('check-after-request')
  })

  test('a request that is journalled after the checkpoint', async () => {
    const { known, message } = await forge(it, hub)
    const before = message.note
    const next = await forge(it, hub)
    expect(refusalOf(known, { ...next.message, note: before, consistency: message.consistency })).toBe(
      'request-not-journalled',
    )
  })

  test('every reason but the lock has its attack', () => {
    const attacked = new Set<RefusalReason | undefined>([
      ...ATTACKS.map(([reason]) => reason),
      'checkpoint-not-cosigned',
      'check-after-request',
      'opening-used-before',
    ])
    // Those that begin with `link-` are attacked in links.test.ts.
    for (const reason of REFUSAL_REASONS) if (reason.startsWith('link-')) attacked.add(reason)
    // In approvals.test.ts, roster-proofs.test.ts and vocabulary.test.ts.
    for (const reason of ['policy-not-approved', 'roster-not-proven', 'check-not-in-vocabulary'] as const)
      attacked.add(reason)
    expect(REFUSAL_REASONS.filter((reason) => !attacked.has(reason))).toEqual(['custodian-locked'])
  })
})

function determinationOf(officer: string): Evidence['determinations'][number] {
  const { hash } = hub.policy()
  const { now } = it.clock
  const said = { case: 1, checkIds: ['00'.repeat(32)], policyHash: hash, at: now, from: 'review', to: 'child-in-need' }
  const found = { finding: 'met', reasons: ['disability'] } as const
  return { ...said, ...found, expiry: now + DAY, officer, signature: new Uint8Array(64) }
}

describe('a custodian remembers the openings it has seen', () => {
  const asked = async (message: ReleaseMessage): Promise<ReleaseAnswer> => {
    const founding = it.founding
    const port = custodians.get('custodian-1')
    const keys = founding?.custodians[0]
    if (founding === undefined || port === undefined || keys === undefined) throw new Error('no custodian')
    const info = releaseInfo(hub.id, keys.id)
    const sealed = await hpkeSeal(keys.hpke.publicKey, info, new Uint8Array(0), toJsonBytes(message))
    const sender = { hub: hub.id, party: 'hub', key: founding.keys.signing }
    const { answer } = (await callJson(port, 'release', { sealed }, it.clock.now, sender)) as { answer: Uint8Array }
    return parseReleaseAnswer(fromJsonBytes(answer))
  }
  /** As the custodian needs it: proved from the head that it saw last, which is this one. */
  const forgedNow = async (forgery: Forgery = {}): Promise<ReleaseMessage> => {
    const { message } = await forge(it, hub, forgery)
    const { to } = message.consistency
    return { ...message, consistency: await hub.ledger.consistency(to, to) }
  }

  test('the same request gives the same release, to the byte', async () => {
    const message = await forgedNow()
    const released = await asked(message)
    expect(released.kind).toBe('released')
    expect(await asked(message)).toEqual(released)
  })

  test('opening-used-before: the same opening id with another request', async () => {
    const message = await forgedNow()
    expect((await asked(message)).kind).toBe('released')
    const { opening } = message.signed.request
    const again = await asked(await forgedNow({ request: { opening } }))
    expect(again).toMatchObject({ kind: 'refused', reason: 'opening-used-before', custodian: 'custodian-1' })
  })

  test('a refusal is signed, and uses up no opening id', async () => {
    const message = await forgedNow({ request: { label: OTHER } })
    const refused = await asked(message)
    expect(refused).toMatchObject({ kind: 'refused', reason: 'record-does-not-match' })
    const publicKey = it.founding?.custodians[0]?.signing.publicKey ?? OTHER
    expect(answerIsSignedBy(hub.id, refused, publicKey)).toBe(true)
    expect(answerIsSignedBy(OTHER, refused, publicKey)).toBe(false)
    const { opening } = message.signed.request
    expect((await asked(await forgedNow({ request: { opening } }))).kind).toBe('released')
  })

  test('evidence that is sealed to another custodian is not read', async () => {
    const founding = it.founding
    const [one, two] = founding?.custodians ?? []
    if (founding === undefined || one === undefined || two === undefined) throw new Error('no custodians')
    const body = toJsonBytes(await forgedNow())
    const sealed = await hpkeSeal(two.hpke.publicKey, releaseInfo(hub.id, two.id), new Uint8Array(0), body)
    const sender = { hub: hub.id, party: 'hub', key: founding.keys.signing }
    const port = custodians.get('custodian-1') as Port
    await expect(callJson(port, 'release', { sealed }, it.clock.now, sender)).rejects.toMatchObject({
      code: 'ERR_SEAL_INVALID',
    })
  })
})
