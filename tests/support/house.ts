import { type CustodianKeys, type CustodianStore, memoryCustodianStore } from '../../src/custodian.js'
import { type Founding, found, openCustodians } from '../../src/founding.js'
import type { HubContext, Limits } from '../../src/hub/context.js'
import { foundHub, openContext } from '../../src/hub/open-context.js'
import {
  type Agency,
  type AgencyOptions,
  createAgency,
  createOfficer,
  createSealer,
  defaultPolicy,
  type Hub,
  type HubPort,
  initHub,
  memoryStore,
  newPartyKey,
  type Officer,
  type OfficerOptions,
  openHub,
  type PartyKey,
  type Policy,
  type Port,
  type RegistrationDetails,
  type Sealer,
  type Store,
} from '../../src/index.js'
import { seededRandom } from '../../src/testing.js'

export const MINUTE = 60_000
export const HOUR: number = 60 * MINUTE
export const DAY: number = 24 * HOUR

/** What officers find who determine that a level is met. */
export const MET: { readonly reasons: readonly ['cumulative-concern'] } = { reasons: ['cumulative-concern'] }

/** A Wednesday, 2026-03-04 10:00 UTC. */
export const NOW: number = Date.UTC(2026, 2, 4, 10)

/** What went over the line between a party and the hub. */
export interface Exchange {
  readonly message: Uint8Array
  readonly reply: Uint8Array
}

export interface HouseOptions {
  /** A folder for SQLite, with key files; in memory where absent. */
  readonly path?: string
  readonly store?: Store
  readonly policy?: Policy
  readonly limits?: Partial<Limits>
  readonly seed?: number
  /** Stands between the hub and a custodian. In memory only. */
  /** How long a change of the roster waits. In memory only. */
  readonly activationDelayMs?: number
  /** Custodians within reach that are not on the roster yet, on the seats after those that are. In memory only. */
  readonly spares?: number
  readonly custodianPort?: (id: string, port: Port) => Port
  /** Where a custodian keeps its events; in memory where absent. In memory only. */
  readonly custodianStore?: (id: string) => CustodianStore
  /** How many custodians there are, and how many can open; 2 of 3 where absent. In memory only. */
  readonly custodians?: number
  readonly quorum?: number
}

/** A whole index: hub, custodians, sealer, agencies and officers, one clock for all of them. */
export interface House extends AsyncDisposable {
  readonly hub: Hub
  readonly clock: { now: number; readonly read: () => number }
  /** How the parties reach the hub; survives `reopen`. */
  readonly line: HubPort
  readonly exchanges: Exchange[]
  readonly sealer: Sealer
  readonly police: Agency
  readonly health: Agency
  readonly school: Agency
  readonly first: Officer
  readonly second: Officer
  readonly third: Officer
  /** Officer who receives the enquiries about shielded children. */
  readonly shielding: Officer
  readonly keys: Map<string, PartyKey>
  agency(id: string, kind: string, options?: Partial<AgencyOptions> & { readonly enrol?: boolean }): Promise<Agency>
  /** Takes a case before opening it. */
  officer(id: string, options?: Partial<OfficerOptions>): Promise<Officer>
  /** An officer of the house who does nothing of itself. */
  bare(officer: Officer): Officer
  register(details: RegistrationDetails): ReturnType<Sealer['register']>
  /** Closes the hub (or drops it, as a crash would) and opens it again. */
  reopen(options?: { readonly crash?: boolean }): Promise<Hub>
  /** Another hub object on the same store, as another process would have. */
  another(): Promise<Hub>
  /** The hub's inner tools, as a hub that lies would use them. In memory only. */
  context(): Promise<HubContext>
  /** Every key of hub and custodians. In memory only. */
  readonly founding: Founding | undefined
  /** Keys of the custodians that are not on the roster yet. */
  readonly spares: readonly CustodianKeys[]
}

/** An officer who, as officers do, takes or joins a case before opening it. Whatever stands in the way, the opening says. */
export function takingCases(officer: Officer): Officer {
  const onRecord = async (caseNumber: number): Promise<void> => {
    await officer
      .take(caseNumber)
      .catch(() => officer.join(caseNumber, 'second-opinion'))
      .catch(() => undefined)
  }
  return {
    ...officer,
    async open(ask, options) {
      await onRecord(ask.case)
      return officer.open(ask, options)
    },
  }
}

interface Wiring {
  readonly spares: readonly CustodianKeys[]
  readonly founding: Founding | undefined
  found(): Promise<Hub>
  open(): Promise<Hub>
  context(): Promise<HubContext>
}

export async function house(options: HouseOptions = {}): Promise<House> {
  const clock = { now: NOW, read: () => clock.now }
  const random = seededRandom(options.seed ?? 1).bytes
  const wiring =
    options.path === undefined
      ? await inMemory(options, clock.read, random)
      : inFolder(options, options.path, clock.read)
  let hub = await wiring.found()
  const hubs = new Set([hub])
  const exchanges: Exchange[] = []
  const line: HubPort = {
    pin: hub.pin,
    async send(message, sendOptions) {
      const reply = await hub.send(message, sendOptions)
      exchanges.push({ message, reply })
      return reply
    },
  }
  const keys = new Map<string, PartyKey>()
  const keyOf = async (id: string): Promise<PartyKey> => {
    const key = keys.get(id) ?? (await newPartyKey(random))
    keys.set(id, key)
    return key
  }
  const common = { hub: line, clock: clock.read, random }
  const sealer = createSealer({ ...common, id: 'births', key: await keyOf('births') })
  await hub.enrol(sealer.enrolment())

  const agency: House['agency'] = async (id, kind, { enrol = true, ...more } = {}) => {
    const made = createAgency({ ...common, id, kind, key: await keyOf(id), neverIssuedNumbers: true, ...more })
    if (enrol) await hub.enrol(made.enrolment())
    return made
  }
  const bare = new Map<Officer, Officer>()
  const officer: House['officer'] = async (id, more = {}) => {
    const standing = { undertakingAt: NOW - DAY, trainingUntil: NOW + 300 * DAY, vettingUntil: NOW + 300 * DAY }
    const made = createOfficer({ ...common, id, person: `person-${id}`, key: await keyOf(id), ...standing, ...more })
    await hub.enrol(made.enrolment())
    const taking = takingCases(made)
    bare.set(taking, made)
    return taking
  }
  const parties = {
    police: await agency('met-police', 'police'),
    health: await agency('st-marys', 'health'),
    school: await agency('hill-school', 'education'),
    first: await officer('first'),
    second: await officer('second'),
    third: await officer('third'),
    shielding: await officer('shielding', { roles: ['caseworker', 'shielding'] }),
  }
  const opened = async (): Promise<Hub> => {
    const another = await wiring.open()
    hubs.add(another)
    return another
  }
  return {
    get hub() {
      return hub
    },
    clock,
    line,
    exchanges,
    sealer,
    ...parties,
    keys,
    agency,
    officer,
    bare: (taking) => bare.get(taking) ?? taking,
    register: (details) => sealer.register(details, { neverIssuedNumbers: true }),
    async reopen({ crash = false } = {}) {
      if (!crash) await hub.close()
      hub = await opened()
      return hub
    },
    another: opened,
    context: wiring.context,
    founding: wiring.founding,
    spares: wiring.spares,
    async [Symbol.asyncDispose]() {
      for (const each of hubs) await each.close()
    },
  }
}

async function inMemory(
  {
    policy = defaultPolicy(),
    limits,
    custodianPort = (_, port) => port,
    custodianStore = () => memoryCustodianStore(),
    store = memoryStore(),
    ...keyset
  }: HouseOptions,
  clock: () => number,
  random: (length: number) => Uint8Array,
): Promise<Wiring> {
  const founding = await found({
    name: 'Anytown',
    policy,
    random,
    custodians: keyset.custodians,
    quorum: keyset.quorum,
    ...(keyset.activationDelayMs === undefined ? {} : { activationDelayMs: keyset.activationDelayMs }),
  })
  const spares = await Promise.all(
    Array.from({ length: keyset.spares ?? 0 }, (_, at) =>
      spareCustodian(founding, founding.custodians.length + at + 1, random),
    ),
  )
  const opened = await openCustodians([...founding.custodians, ...spares], custodianStore, clock, random)
  const custodians = new Map([...opened].map(([id, port]) => [id, custodianPort(id, port)]))
  // A store in memory has nothing to let go of, and a hub that is opened again needs it.
  const kept: Store = new Proxy(store, {
    get(target, name) {
      if (name === 'close') return async () => undefined
      const member: unknown = Reflect.get(target, name)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
  const { id, keys, genesis } = founding
  const wired = { id, store: kept, keys, custodians, clock, random, limits, custodiansApart: false }
  return {
    founding,
    spares,
    async found() {
      await foundHub(wired, genesis, policy)
      return openHub(wired)
    },
    open: () => openHub(wired),
    context: async () => (await openContext(wired)).context,
  }
}

/** Keys for a seat that nobody has: with the lookup keys of the others, and a root of its own. */
export async function spareCustodian(
  founding: Founding,
  index: number,
  random: (length: number) => Uint8Array,
): Promise<CustodianKeys> {
  const first = founding.custodians[0]
  if (first === undefined) throw new Error('a founding has custodians')
  const { signing, hpke } = await newPartyKey(random)
  return { ...first, id: `custodian-${index}`, signing, hpke, roots: [{ generation: 1, key: random(32) }] }
}

function inFolder({ policy, limits }: HouseOptions, path: string, clock: () => number): Wiring {
  return {
    founding: undefined,
    spares: [],
    found: () => initHub({ path, name: 'Anytown', policy, clock, limits }),
    open: () => openHub({ path, clock, limits }),
    context: () => Promise.reject(new Error('only a house in memory shows its inner tools')),
  }
}

/** The n-th NHS number of the range for tests, with its check digit. */
export function nhsNumber(n: number): string {
  for (let candidate = 990_000_000 + n * 2; ; candidate++) {
    const digits = String(candidate)
    const sum = [...digits].reduce((total, digit, i) => total + Number(digit) * (10 - i), 0)
    const check = (11 - (sum % 11)) % 11
    if (check !== 10) return `${digits}${check}`
  }
}

const GIVEN = ['Amina', 'Benedict', 'Chidi', 'Dorothea', 'Emeka', 'Florence', 'Gethin', 'Harriet', 'Imran', 'Jocasta']

/** The n-th invented child. */
export function childDetails(n: number, more: Partial<RegistrationDetails> = {}): RegistrationDetails {
  return {
    givenNames: GIVEN[n % GIVEN.length] ?? 'Kit',
    familyName: `Surname${'abcdefghij'[Math.floor(n / 10) % 10]}`,
    dateOfBirth: `201${n % 10}-0${1 + (n % 9)}-1${n % 10}`,
    nhsNumber: nhsNumber(n),
    addresses: [{ lines: [`${n} High Street`], postcode: `NX${1 + (n % 9)} 1AA` }],
    carers: [{ name: 'Grace Okafor', relationship: 'mother', telephone: '01632 960001' }],
    ...more,
  }
}
