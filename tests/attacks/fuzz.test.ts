import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { toBase64, toHex, utf8Bytes } from '../../src/bytes.js'
import { dayInLondon } from '../../src/case/deadlines.js'
import { type CustodianStore, lockRestored, memoryCustodianStore } from '../../src/custodian.js'
import type { Founding } from '../../src/founding.js'
import {
  type Agency,
  createAgency,
  createOfficer,
  createSealer,
  type HubPort,
  isIndexError,
  memoryStore,
  type Officer,
  type Port,
  type Store,
} from '../../src/index.js'
import { decodeMessage } from '../../src/port.js'
import { searchBytes, seededRandom } from '../../src/testing.js'
import { keyOf } from '../support/forge.js'
import { custodianMutants, type Fuzzing, fuzz, hubMutants, underWay } from '../support/fuzz.js'
import { childDetails, DAY, type House, house, MET, nhsNumber } from '../support/house.js'
import { all } from '../support/lists.js'
import { PLANTED_NAME } from '../support/mutants.js'

// FUZZ=whole tries every mutant of every message, in some minutes; FUZZ_SEED draws others.
const IS_WHOLE = process.env.FUZZ === 'whole'
const SEED = Number(process.env.FUZZ_SEED ?? 20_260_304)
const MUTANTS = IS_WHOLE ? Number.POSITIVE_INFINITY : 40
const MESSAGES = IS_WHOLE ? 3 : 1

const random = seededRandom(SEED)
const done: Fuzzing = { tallies: new Map(), faults: [], said: [] }
const logged: Uint8Array[] = []
const stores = new Map<string, CustodianStore>()
let it: House
let isArmed = false
/** How often something was written on account of a mutant. */
const written = new Map<string, number>()

/** Once a verb was tried as often as it is to be, its messages just pass. */
const seen = new Map<string, number>()
function isDue(name: string): boolean {
  // What a mutant brings about is no message to make mutants of.
  if (underWay.getStore() !== undefined) return false
  const times = seen.get(name) ?? 0
  if (isArmed) seen.set(name, times + 1)
  return isArmed && times < MESSAGES
}

function noteWriting(): void {
  const mutant = underWay.getStore()
  if (mutant !== undefined) written.set(mutant, (written.get(mutant) ?? 0) + 1)
}

function counted(id: string): CustodianStore {
  const store = memoryCustodianStore()
  stores.set(id, store)
  return {
    load: (from) => store.load(from),
    append(event) {
      // A refusal is kept: that is what it is for.
      if (event.kind !== 'refused') noteWriting()
      return store.append(event)
    },
  }
}

function countedStore(): Store {
  const store = memoryStore()
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (name === 'commit') noteWriting()
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}

const custodianPort = (id: string, port: Port): Port => ({
  async send(message, options) {
    const { verb } = decodeMessage(message)
    if (isDue(`custodian ${verb}`)) {
      const target = { name: id, port, written: (mutant: string) => written.get(mutant) ?? 0 }
      const mutants = await custodianMutants(it, id, message, MUTANTS, random)
      await fuzz(done, target, { verb: `custodian ${verb}`, mutants })
    }
    return port.send(message, options)
  },
})

beforeAll(async () => {
  for (const say of ['log', 'info', 'warn', 'error', 'debug'] as const)
    vi.spyOn(console, say).mockImplementation((...all) => void logged.push(utf8Bytes(inspect(all, { depth: 9 }))))
  it = await house({ custodianPort, custodianStore: counted, store: countedStore() })
  await it.officer('boss', { roles: ['manager'] })
  await it.officer('clerk', { roles: ['records'] })
  isArmed = true
  await story()
  isArmed = false
}, 900_000)
afterAll(async () => {
  vi.restoreAllMocks()
  await it[Symbol.asyncDispose]()
})

/** The hub, reached by a line on which every message comes after all that it could have been. */
function line(): HubPort {
  return {
    pin: it.hub.pin,
    async send(message, options) {
      const { verb } = decodeMessage(message)
      if (isDue(verb)) {
        const target = {
          name: 'hub',
          port: it.hub,
          settled: () => it.hub.caughtUp(),
          written: (mutant: string) => written.get(mutant) ?? 0,
        }
        await fuzz(done, target, { verb, mutants: hubMutants(it, message, MUTANTS, random) })
      }
      return it.hub.send(message, options)
    },
  }
}

/** A working day in which every verb comes up. A mutant may have done what the step was to do: then it is done. */
async function story(): Promise<void> {
  const common = { hub: line(), clock: it.clock.read, neverIssuedNumbers: true }
  const keyed = (id: string) => ({ ...common, id, key: keyOf(it, id) })
  const sealer = createSealer(keyed('births'))
  const police = createAgency({ ...keyed('met-police'), kind: 'police' })
  const health = createAgency({ ...keyed('st-marys'), kind: 'health' })
  const { now } = it.clock
  const standing = { undertakingAt: now - DAY, trainingUntil: now + DAY, vettingUntil: now + DAY }
  const officer = (id: string, more = {}) =>
    createOfficer({ ...keyed(id), person: `person-${id}`, ...standing, ...more })
  const [first, second, third] = [officer('first'), officer('second'), officer('third')]
  await it.officer('manager', { roles: ['manager'] })
  const manager = officer('manager', { roles: ['manager'] })
  const shielding = officer('shielding', { roles: ['caseworker', 'shielding'] })
  const seenAt = (n: number, reference: string, incident = 'police-protection') => ({
    child: { nhsNumber: nhsNumber(n) },
    incident,
    occurredAt: it.clock.now,
    reference,
    practitioner: 'PC 42',
  })
  // The first of each is what its mutants are tried on, and may be taken by one of them.
  for (const n of [9, 1, 2, 3, 4]) await step(() => sealer.register(childDetails(n), { neverIssuedNumbers: true }))
  for (const reference of ['zero', 'one']) await step(() => police.check(seenAt(1, reference)))
  await step(() => police.check(seenAt(2, 'two', 'child-disclosure')))
  await step(() => health.check(seenAt(3, 'three', 'child-disclosure')))
  await step(() => police.check(seenAt(77, 'unknown')))
  await step(() => police.correct(seenAt(2, 'two'), 'wrong-codes'))
  await it.hub.caughtUp()
  await conference(police, health)
  await step(() => first.cases())
  await step(() => first.review(3))
  await step(() => first.involvement({ case: 1, purpose: 'referral', lawfulBasis: 'public-task' }))
  await step(() => first.take(1))
  await step(() => second.join(1, 'second-opinion'))
  await step(() => first.assign(1, 'first'))
  await step(() => second.leave(1))
  await step(() => first.nextCase({ threshold: 'child-protection', number: 1 }))
  await step(() => second.determine(3, MET))
  await step(() => second.withdrawDetermination(3, 'new-information'))
  const naming = {
    kind: 'data-protection',
    information: 'sensitive-involvement',
    to: 'management',
    given: true,
  } as const
  const carer = { case: 1, by: 'carer', carer: 1, ...naming } as const
  await step(() => first.recordConsent({ ...carer, until: it.clock.now + DAY }))
  await step(() => first.consents(1))
  await step(() => first.withdrawConsent(1, 1))
  const opening = await step(() => first.open({ ...ASK, case: 1 }))
  if (opening !== undefined) {
    await step(() => first.read(opening.opening))
    await step(() => first.refer({ case: 1, because: 'acts-on-referral', to: 'st-marys', openings: [opening.opening] }))
  }
  await step(() => all(health.referrals()))
  await step(() => health.accept(1))
  await step(() => health.decide(1, 'assessment'))
  await step(() => health.report(1, 'strategy-discussion-held', dayInLondon(it.clock.now)))
  await step(() => health.decline(1, 'not-ours'))
  await step(() => first.referrals({ status: 'decided' }))
  await step(() => first.referral(1))
  await step(() => manager.deadlines({ state: 'upcoming', mine: false }))
  const until = it.clock.now + DAY
  await step(() => manager.silence({ kind: 'conference', number: 1, reason: 'court-timetable', until }))
  await step(() => first.enquiries())
  await step(() => first.takeEnquiry(1))
  await step(() => shielding.takeEnquiry(1))
  await step(() => first.askAgency(1, 'who-is-this-child'))
  await step(() => all(police.enquiries()))
  await step(() => police.answerEnquiry('unknown', 'who-is-this-child', { answer: 'visitor' }))
  await step(() => officer('boss').assignEnquiry(1, 'second'))
  await step(() => second.endEnquiry(1, 'moved-away'))
  await accounts(health, officer('clerk'), second)
  await step(() => shielding.alerts())
  const duplicate = (await step(() => first.suspect(2, 3))) ?? 1
  await step(() => first.duplicates())
  for (const who of [second, third]) await step(() => who.link(duplicate, 'merge', 'registered-twice'))
  for (const who of [second, third]) await step(() => who.split(duplicate, 'linked-in-error'))
  await step(() => shielding.shield({ case: 3 }, 'adoption'))
  await step(() => first.overrideShield({ case: 3 }, 'missing-child'))
  await step(() => shielding.endAlert(1, 'explained'))
  await step(() => shielding.unshield({ case: 3 }, 'court-order'))
  await step(() => health.withdraw('three', 'wrong-child'))
  await step(() => second.close(2, 'services-in-place', 'no-further-action'))
  await step(() => sealer.erase(childDetails(4), 'registered-in-error', { neverIssuedNumbers: true }))
  await it.hub.rotateEpoch()
  await step(() => first.open({ ...ASK, case: 1 }))
  await lockRestored(stores.get('custodian-3') as CustodianStore, it.clock.now, random.bytes)
  await step(() => it.hub.unlock('custodian-3'))
  await it.hub.caughtUp()
}

const ASK = { group: 'identity', purpose: 'referral', lawfulBasis: 'public-task' } as const

async function accounts(health: Agency, clerk: Officer, caseworker: Officer): Promise<void> {
  const known = await step(() => health.identify({ nhsNumber: nhsNumber(1) }, 'Nurse 1'))
  const ask = { agencyChildId: known?.agencyChildId ?? '', for: 'child' } as const
  const understanding = { understands: true, assessedBy: 'Nurse 1' }
  for (const reference of ['A/1', 'A/2']) await step(() => health.askAccount({ ...ask, reference, understanding }))
  await step(() => clerk.accounts())
  await step(() => clerk.delayAccount(1, 'complexity', 2))
  const what = { parts: ['checks'], reason: 'crime', until: it.clock.now + DAY } as const
  for (const who of [clerk, caseworker]) await step(() => who.withhold(1, what))
  await step(() => clerk.account(1))
  await step(() => clerk.endAccount(1, 'given'))
  const wrong = { agencyChildId: ask.agencyChildId, about: { details: 'identity' }, reason: 'misspelt' } as const
  for (const reference of ['K/1', 'K/2']) await step(() => health.askCorrection({ ...wrong, reference }))
  await step(() => clerk.corrections())
  await step(() => clerk.pursueCorrection(1))
  await step(() => clerk.decideCorrection(1, 'refused'))
}

async function conference(police: Agency, health: Agency): Promise<void> {
  const known = await step(() => police.identify({ nhsNumber: nhsNumber(1) }, 'PC 42'))
  if (known === undefined) return
  const ask = { agencyChildId: known.agencyChildId, with: ['st-marys'], practitioner: 'PC 42' }
  const opened = await step(() => police.openConference(ask))
  if (opened !== undefined) await step(() => health.joinConference(opened.alias, 'Nurse 1'))
}

async function step<Result>(act: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await act()
  } catch (error) {
    if (isIndexError(error)) return undefined
    throw error
  }
}

test(`no message makes hub or custodian do anything but refuse it or answer it (seed ${SEED})`, () => {
  expect(done.faults.slice(0, 20)).toEqual([])
})

test('every verb had its turn, and mutants of it were refused', () => {
  const hub = verbsOf('src/hub.ts')
  const custodian = verbsOf('src/custodian.ts').map((verb) => `custodian ${verb}`)
  expect(hub.length).toBeGreaterThan(30)
  expect(custodian.length).toBeGreaterThan(12)
  const untried = [...hub, ...custodian].filter((verb) => (done.tallies.get(verb)?.refused ?? 0) < 8)
  expect(untried.filter((verb) => !TRIED_ELSEWHERE.includes(verb))).toEqual([])
})

/** Verbs for which a day like this one has no occasion. */
const TRIED_ELSEWHERE: readonly string[] = [
  // Nothing of what it is asked is read: only the envelope can be wrong.
  'facts',
  'custodian rewrap',
  'custodian lookup-key',
  ...(IS_WHOLE ? ['custodian prove'] : []),
]

function verbsOf(file: string): readonly string[] {
  const [, story = ''] = readFileSync(join(import.meta.dirname, '../..', file), 'utf8').split('const story')
  return [...(story.split('\n  }\n')[0] ?? '').matchAll(/^ {4}'?([a-z-]+)'?: /gm)].map(([, verb]) => verb ?? '')
}

test('nothing that was said or logged holds a key, or a name that was planted', async () => {
  const [detail, number] = [childDetails(1), nhsNumber(1)]
  const names = [PLANTED_NAME, ...PLANTED_NAME.split(' '), number, nhsNumber(77), detail.familyName, 'Grace Okafor']
  const said = [...done.said, ...logged]
  const texts = [...names, ...secrets().flatMap((key) => [toHex(key), toBase64(key), toBase64(key).slice(0, 40)])]
  expect((await searchBytes(said, texts)).found.map(({ term }) => texts[term])).toEqual([])
  const raw = secrets().map((key) => Buffer.from(key))
  expect(said.filter((bytes) => raw.some((key) => Buffer.from(bytes).includes(key)))).toEqual([])
})

/** Every secret key of hub, custodians and parties. */
function secrets(): readonly Uint8Array[] {
  const { keys, custodians } = it.founding as Founding
  return [keys, custodians, [...it.keys.values()]].flatMap(secretsIn)
}

function secretsIn(value: unknown): readonly Uint8Array[] {
  if (value instanceof Uint8Array) return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, member]) => (['publicKey', 'hub'].includes(key) ? [] : secretsIn(member)))
}
