import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { FORMAT_VERSION, unversioned, utf8Bytes } from '../src/bytes.js'
import {
  type Agency,
  type CheckInput,
  decodeKeyFile,
  type HubPort,
  openHub,
  type Port,
  parsePolicy,
  type RegistrationDetails,
  readAgencyChildId,
} from '../src/index.js'
import { fromJsonBytes, toJsonBytes } from '../src/json.js'
import { decodeMessage, encodeMessage } from '../src/port.js'
import { searchBytes } from '../src/testing.js'
import { keyOf } from './support/forge.js'
import { childDetails, type House, house, nhsNumber } from './support/house.js'
import { all } from './support/lists.js'

const PLANTED: RegistrationDetails = {
  givenNames: 'Zebedelia Quixandra',
  familyName: 'Wolverstonehope',
  dateOfBirth: '2017-11-23',
  sex: 'female',
  nhsNumber: nhsNumber(4711),
  upn: 'Z987654321098',
  addresses: [{ lines: ['77 Quagmire Crescent', 'Nether Bumbleham'], postcode: 'ZX9 7QJ' }],
  aliases: [{ kind: 'school-admission', value: 'ADM-QXZ-4471' }],
  otherNames: [{ givenNames: 'Zebbie', familyName: 'Thistlewood-Okoro' }],
  carers: [
    {
      name: 'Thaddeus Wolverstonehope',
      relationship: 'great-uncle by marriage',
      telephone: '01632 960777',
      address: { lines: ['12 Gribbleton Mews'], postcode: 'QX4 8ZZ' },
    },
  ],
}
const UNKNOWN = {
  givenNames: 'Xanthippe',
  familyName: 'Featherstonehaugh',
  dateOfBirth: '2016-10-29',
  postcode: 'YW8 3QZ',
}
const PRACTITIONER = 'Sergeant Barnabas Thunderclap'

/** Everything that was planted, in the spellings that a program might write it in. */
const TERMS: readonly string[] = [
  ...textsOf(PLANTED),
  ...textsOf(UNKNOWN),
  PRACTITIONER,
  'Thunderclap',
  'Zebedelia',
  'Quixandra',
  'Thaddeus',
  ...[PLANTED.nhsNumber ?? ''].map((n) => `${n.slice(0, 3)} ${n.slice(3, 6)} ${n.slice(6)}`),
  'ZX97QJ',
  'YW83QZ',
  'QX48ZZ',
  '01632960777',
  '20171123',
  '23/11/2017',
].filter((term) => term.length >= 5 && !['female', 'school-admission'].includes(term))

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : []
}

function* bytesOfFolder(folder: string): Generator<Uint8Array> {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) yield* bytesOfFolder(path)
    else yield readFileSync(path)
    yield utf8Bytes(` ${name} `)
  }
}

async function found(...chunks: readonly Uint8Array[]): Promise<readonly string[]> {
  const outcome = await searchBytes(chunks, TERMS)
  return outcome.found.map(({ term }) => TERMS[term] ?? '')
}

/** All that a log could show of an error. */
function shown(error: unknown): Uint8Array {
  const parts = [inspect(error, { depth: null, showHidden: true }), String(error), JSON.stringify(error)]
  for (let each = error; each instanceof Error; each = each.cause) parts.push(each.message, each.stack ?? '')
  return utf8Bytes(parts.join('\n'))
}

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'privacy-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
  vi.restoreAllMocks()
})

const LOOKUP = {
  givenNames: PLANTED.givenNames,
  familyName: PLANTED.familyName,
  dateOfBirth: PLANTED.dateOfBirth,
  postcode: 'ZX9 7QJ',
}

function seen(it: House, reference: string, child: unknown, incident = 'police-protection'): CheckInput {
  return { child, incident, occurredAt: it.clock.now, reference, practitioner: PRACTITIONER } as CheckInput
}

/** The main job with the planted children; what it hands to the management function comes back. */
async function story(it: House): Promise<unknown[]> {
  const care = await it.agency('childrens-care', 'social-care')
  const forTests = { neverIssuedNumbers: true }
  await it.sealer.register(PLANTED, forTests)
  await it.sealer.register({ ...PLANTED, sex: 'not-known' }, forTests)
  await it.sealer.register({ ...childDetails(5), shielded: true }, forTests)
  await it.police.identify({ details: LOOKUP }, PRACTITIONER)
  await it.police.check(seen(it, 'one', { nhsNumber: PLANTED.nhsNumber }))
  await it.health.check(seen(it, 'two', { details: LOOKUP }, 'gp-concern'))
  await it.school.check(seen(it, 'three', { alias: PLANTED.aliases?.[0] }, 'school-absence'))
  await it.police.check(seen(it, 'four', { details: UNKNOWN }))
  await it.police.correct(seen(it, 'four', { details: { ...UNKNOWN, postcode: 'YW8 3QX' } }), 'wrong-child')
  const { opening } = await it.first.open({
    case: 1,
    group: 'identity',
    purpose: 'referral',
    lawfulBasis: 'public-task',
  })
  expect((await it.first.read(opening)).details).toMatchObject({ familyName: PLANTED.familyName })
  await it.first.refer({ case: 1, because: 'acts-on-referral', to: 'childrens-care', openings: [opening] })
  expect(await all(care.referrals())).toMatchObject([{ details: { identity: { upn: PLANTED.upn } } }])
  await care.decide(1, 'assessment')
  await it.health.withdraw('two', 'duplicate')
  await it.second.close(1, 'services-in-place', 'no-further-action')
  const said: unknown[] = [await all(it.hub.cases()), await it.hub.case(1), await it.second.review(1)]
  said.push(await all(it.hub.enquiries()), await all(it.hub.referrals()), await it.hub.journal.verify())
  for await (const entry of it.hub.journal.entries()) said.push(entry)
  return said
}

/** Every way we could think of to make it fail with a planted value in its hands. */
async function failures(it: House): Promise<unknown[]> {
  const errors: unknown[] = []
  const failing = async (...acts: (() => unknown)[]): Promise<void> => {
    for (const act of acts) {
      try {
        await act()
      } catch (error) {
        errors.push(error)
        continue
      }
      throw new Error('this was meant to fail')
    }
  }
  const { givenNames, familyName, nhsNumber: number = '' } = PLANTED
  const wrong = `${number.slice(0, 9)}${(Number(number[9]) + 1) % 10}`
  const rows: unknown[] = [
    PLANTED,
    givenNames,
    { ...seen(it, 'bad', { nhsNumber: number }), [familyName]: givenNames },
    seen(it, 'bad', { nhsNumber: wrong }),
    seen(it, 'bad', { nhsNumber: `${number}${number}` }),
    seen(it, 'bad', { nhsNumber: givenNames }),
    seen(it, 'bad', familyName),
    seen(it, 'bad', [familyName]),
    seen(it, 'bad', { [familyName]: number }),
    seen(it, 'bad', { nhsNumber: number, details: LOOKUP }),
    seen(it, 'bad', { agencyChildId: `${familyName}-${number}` }),
    seen(it, 'bad', { alias: { kind: familyName, value: number } }),
    seen(it, 'bad', { alias: { kind: 'school-admission', value: familyName.repeat(20) } }),
    ...[
      { givenNames: `${givenNames}\u0000` },
      { givenNames: `${givenNames}\u202e` },
      { givenNames: givenNames.repeat(600) },
      { familyName: 4711, givenNames: '' },
      { givenNames: '', familyName: '' },
      { dateOfBirth: '2999-11-23' },
      { dateOfBirth: '1917-11-23' },
      { [familyName]: givenNames },
    ].map((change) => seen(it, 'bad', { details: { ...LOOKUP, ...change } })),
    { ...seen(it, 'bad', { nhsNumber: number }), incident: familyName },
    { ...seen(it, 'bad', { nhsNumber: number }), incident: `${familyName} ${givenNames}` },
    { ...seen(it, 'bad', { nhsNumber: number }), indicators: [familyName] },
    { ...seen(it, 'bad', { nhsNumber: number }), indicators: `${familyName} ${givenNames}` },
    { ...seen(it, 'bad', { nhsNumber: number }), reference: `${familyName} ${givenNames}` },
    { ...seen(it, 'bad', { nhsNumber: number }), occurredAt: `${familyName} 2017-11-23` },
    { ...seen(it, 'bad', { nhsNumber: number }), occurredAt: it.clock.now * 2 },
    { ...seen(it, 'bad', { nhsNumber: number }), practitioner: PRACTITIONER.repeat(20) },
    { ...seen(it, 'bad', { nhsNumber: number }), practitioner: { name: PRACTITIONER } },
    seen(it, 'one', { details: UNKNOWN }),
  ]
  for (const row of rows) await failing(() => it.police.check(row as CheckInput))
  const outcomes = await it.police.checkAll(rows)
  expect(outcomes.every(({ kind }) => kind === 'refused')).toBe(true)
  errors.push(...outcomes)
  const lowered = [
    { dateOfBirth: '2017-11-31' },
    { dateOfBirth: `${givenNames} 2017-11-23` },
    { dateOfBirth: familyName },
    { givenNames: `${givenNames} \u{1f600}` },
    { postcode: 'ZX97QJ9' },
    { nhsNumber: wrong },
  ]
  for (const change of lowered) {
    const { quality } = await it.police.identify({ details: { ...LOOKUP, ...change } }, PRACTITIONER)
    expect(quality).toMatchObject(Object.fromEntries(Object.keys(change).map((name) => [name, 'invalid'])))
    errors.push(quality)
  }
  await failing(
    () => it.police.withdraw(`${familyName} ${givenNames}`, 'duplicate'),
    () => it.police.withdraw(familyName, 'duplicate'),
    () => it.police.withdraw('one', familyName as never),
    () => it.police.correct(seen(it, familyName, { nhsNumber: number }), 'wrong-child'),
    () => it.police.decide(1, familyName as never),
  )
  const registrations: unknown[] = [
    familyName,
    { ...PLANTED, [familyName]: 1 },
    { ...PLANTED, nhsNumber: wrong },
    { ...PLANTED, nhsNumber: nhsNumber(5) },
    { ...PLANTED, upn: familyName },
    { ...PLANTED, dateOfBirth: `${PLANTED.dateOfBirth}T00:00` },
    { ...PLANTED, dateOfBirth: '1997-11-23' },
    { ...PLANTED, sex: familyName },
    { ...PLANTED, addresses: [{ lines: [`${familyName}\u0007`] }] },
    { ...PLANTED, addresses: familyName },
    { ...PLANTED, carers: [{ name: PLANTED.carers?.[0]?.name, relationship: '', telephone: familyName }] },
    { ...PLANTED, aliases: [{ kind: familyName, value: number }] },
    { givenNames, familyName, dateOfBirth: PLANTED.dateOfBirth },
  ]
  for (const row of registrations)
    await failing(() => it.sealer.register(row as RegistrationDetails, { neverIssuedNumbers: true }))
  await failing(() => it.sealer.register(PLANTED))
  errors.push(...(await it.sealer.registerAll(registrations, { neverIssuedNumbers: true })))
  const open = {
    case: 1,
    group: 'identity',
    purpose: 'referral',
    lawfulBasis: 'public-task',
  } as const
  await failing(
    () => it.first.open({ ...open, purpose: familyName as never }),
    () => it.first.open({ ...open, group: familyName as never }),
    () => it.first.open({ ...open, case: familyName as never }),
    () => it.first.open({ ...open, [familyName]: givenNames } as never),
    () => it.first.open({ ...open, case: 99 }),
    () => it.first.read(familyName),
    () => it.first.refer({ case: 1, because: 'acts-on-referral', to: familyName, openings: [] }),
    () => it.first.close(1, familyName as never, 'unfounded'),
    () => it.first.close(1, 'assessed', familyName as never),
    () => it.first.assign(1, familyName),
    () => it.first.endEnquiry(1, familyName as never),
    () => it.hub.enrol({ party: { party: 'agency', id: familyName }, proof: new Uint8Array(64) } as never),
    () => it.hub.suspend(familyName),
    () => it.hub.case(99),
    () => parsePolicy(PLANTED),
    () => parsePolicy(JSON.stringify(PLANTED)),
    () => decodeKeyFile(JSON.stringify(PLANTED), 'hub'),
    () => decodeKeyFile(`${familyName} ${givenNames}`, 'agency'),
    () => decodeKeyFile(JSON.stringify({ format: 'child-index/key', version: 1, kind: familyName }), 'agency'),
    () => readAgencyChildId(`${familyName} ${number}`),
    () => openHub({ path: join(folder, familyName) }),
  )
  const sender = { hub: it.hub.id, party: 'met-police', key: keyOf(it, 'met-police').signing }
  for (const verb of ['identify', 'check-batch', 'find-check', 'withdraw', 'correct', 'inbox', 'decide', familyName]) {
    for (const body of [toJsonBytes(PLANTED), toJsonBytes({ rows: [PLANTED] }), utf8Bytes(JSON.stringify(PLANTED))]) {
      errors.push(Buffer.from(await it.hub.send(encodeMessage(verb, body, it.clock.now, sender))).toString('latin1'))
    }
  }
  return errors
}

test('the search finds what was planted where it is', async () => {
  const all = toJsonBytes([PLANTED, UNKNOWN, PRACTITIONER])
  expect(await found(all)).toEqual(expect.arrayContaining(textsOf(UNKNOWN)))
  expect(await found(utf8Bytes(TERMS.join(' ')))).toHaveLength(TERMS.length)
  const hidden = Object.defineProperty(new Error('failed', { cause: new Error('inner') }), 'details', {
    value: { deep: { er: [PLANTED] } },
    enumerable: false,
  })
  expect((await found(shown(hidden))).length).toBeGreaterThan(10)
})

test('nothing that the hub leaves behind or says holds a word of the details', async () => {
  const spies = (['log', 'warn', 'error', 'info', 'debug'] as const).map((name) => vi.spyOn(console, name))
  const written = vi.spyOn(process.stderr, 'write')
  const it = await house({ path: folder })
  try {
    const said = await story(it)
    expect(await found(toJsonBytes(said.map(plain)), shown(said))).toEqual([])
    const errors = await failures(it)
    expect(errors.length).toBeGreaterThan(100)
    for (const error of errors) expect(await found(shown(error))).toEqual([])
    // Open, with the write-ahead log beside the database; and closed.
    expect(await found(...bytesOfFolder(folder))).toEqual([])
    await it.hub.close()
    const chunks = [...bytesOfFolder(folder)]
    expect(chunks.reduce((total, chunk) => total + chunk.length, 0)).toBeGreaterThan(100_000)
    expect(await found(...chunks)).toEqual([])
    for (const spy of [...spies, written]) expect(spy).not.toHaveBeenCalled()
  } finally {
    await it[Symbol.asyncDispose]()
  }
})

/** A value without its maps, which JSON does not know. */
function plain(value: unknown): unknown {
  if (value instanceof Map) return [...value]
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(plain)
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]))
}

test('custodians are sent nothing that they could read a detail in', async () => {
  const messages: Uint8Array[] = []
  const custodianPort = (_: string, port: Port): Port => ({
    async send(message, options) {
      const reply = await port.send(message, options)
      messages.push(message, reply)
      return reply
    },
  })
  await using it = await house({ custodianPort })
  await story(it)
  expect(messages.length).toBeGreaterThan(40)
  expect(await found(...messages)).toEqual([])
})

/** Bytes and texts of a reply, wherever in it they stand. */
function contentOf(reply: Uint8Array): Buffer {
  const texts: Buffer[] = []
  const walk = (value: unknown): void => {
    if (value instanceof Uint8Array) texts.push(Buffer.from(value))
    else if (typeof value === 'string') texts.push(Buffer.from(`${value}\n`))
    else if (typeof value === 'object' && value !== null) for (const each of Object.entries(value).flat()) walk(each)
  }
  const body = decodeReply(reply)
  // What is asked often comes in bytes, where everything lies open.
  if (body[0] === FORMAT_VERSION) return Buffer.from(body)
  walk(fromJsonBytes(body))
  return Buffer.concat(texts)
}

function decodeReply(reply: Uint8Array): Uint8Array {
  const bytes = unversioned(reply)
  // Two lengths and the tag come before the body.
  return bytes.subarray(4 + 'reply/v1'.length + 4)
}

describe('what one agency hears', () => {
  interface Heard {
    readonly agency: Agency
    readonly replies: { readonly verb: string; readonly reply: Uint8Array }[]
  }

  async function listening(it: House): Promise<Heard> {
    const replies: Heard['replies'] = []
    const hub: HubPort = {
      pin: it.line.pin,
      async send(message, options) {
        const reply = await it.line.send(message, options)
        replies.push({ verb: decodeMessage(message).verb, reply })
        return reply
      },
    }
    return { agency: await it.agency('hill-school', 'education', { enrol: false, hub }), replies }
  }

  async function asks(it: House, { agency }: Heard): Promise<unknown[]> {
    const details = childDetails(1)
    const known = await agency.identify({ nhsNumber: details.nhsNumber ?? '' }, 'Mr Chips')
    const receipt = await agency.check({
      child: { nhsNumber: nhsNumber(1) },
      incident: 'school-absence',
      occurredAt: it.clock.now,
      reference: 'school/1',
      practitioner: 'Mr Chips',
    })
    const referrals = await all(agency.referrals())
    return [known.known, receipt.known, receipt.notice, referrals]
  }

  test('is the same whether others know the child, have a case of it, or have never heard of it', async () => {
    await using busy = await house()
    await using quiet = await house()
    for (const it of [busy, quiet]) await it.register(childDetails(1))
    const police = await busy.police.identify({ nhsNumber: nhsNumber(1) }, 'PC 42')
    const { checkId } = await busy.police.check(seen(busy, 'police-ref-771', { nhsNumber: nhsNumber(1) }))
    await busy.health.check(seen(busy, 'health-ref-772', { nhsNumber: nhsNumber(1) }, 'gp-concern'))
    await busy.hub.caughtUp()
    const child = (await busy.context()).shelf
    expect(child).toBeDefined()
    const [there, here] = [await listening(busy), await listening(quiet)]
    expect(await asks(busy, there)).toEqual(await asks(quiet, here))
    const shape = ({ replies }: Heard) =>
      replies.filter(({ verb }) => verb !== 'roster').map(({ verb, reply }) => [verb, reply.length])
    expect(shape(there)).toEqual(shape(here))

    const secrets = [
      Buffer.from('police-ref-771'),
      Buffer.from('health-ref-772'),
      Buffer.from('police-protection'),
      Buffer.from('gp-concern'),
      Buffer.from('met-police'),
      Buffer.from('st-marys'),
      Buffer.from(checkId, 'hex'),
      Buffer.from(readAgencyChildId(police.agencyChildId).agencyChildId),
    ]
    const heard = there.replies.filter(({ verb }) => verb !== 'roster')
    expect(heard.map(({ verb }) => verb)).toEqual(expect.arrayContaining(['identify', 'check-batch', 'inbox']))
    for (const { reply } of heard) for (const secret of secrets) expect(contentOf(reply).includes(secret)).toBe(false)
    // The look goes deep enough to find what is there: the school's own id of the child.
    const own = await there.agency.identify({ nhsNumber: nhsNumber(1) }, 'Mr Chips')
    const ownId = Buffer.from(readAgencyChildId(own.agencyChildId).agencyChildId)
    expect(heard.some(({ reply }) => contentOf(reply).includes(ownId))).toBe(true)
  })
})
