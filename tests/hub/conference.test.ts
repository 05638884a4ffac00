import { describe, expect, test } from 'vitest'
import { type Agency, type ConferenceAsk, identifiedAs } from '../../src/agency.js'
import { pack, unpack } from '../../src/bytes.js'
import { readAlias, writeAlias } from '../../src/child/conference-alias.js'
import { fromAgencyChildId } from '../../src/child/identifiers.js'
import { readAgencyChildId } from '../../src/child/written-form.js'
import { ChildTable } from '../../src/hub/children/children.js'
import { identifierKeyOf } from '../../src/hub/context.js'
import { fromJsonBytes, toJsonBytes } from '../../src/json.js'
import { callJson, decodeMessage } from '../../src/port.js'
import { keyOf } from '../support/forge.js'
import { childDetails, DAY, HOUR, type House, house, nhsNumber } from '../support/house.js'

const UNKNOWN = { code: 'ERR_CONFERENCE_UNKNOWN' }
const number = (n: number) => ({ nhsNumber: nhsNumber(n) })

async function idOf(agency: Agency, n = 1): Promise<string> {
  return (await agency.identify(number(n), 'somebody')).agencyChildId
}

async function open(agency: Agency, more: Partial<ConferenceAsk> = {}) {
  const agencyChildId = more.agencyChildId ?? (await idOf(agency))
  return agency.openConference({ agencyChildId, with: ['st-marys'], practitioner: 'PC 42', ...more })
}

/** Another letter in the first place, and the check letter that belongs to it. */
function neighbour(alias: string): string {
  return writeAlias(readAlias(alias).map((byte, index) => (index === 0 ? byte ^ 1 : byte)))
}

async function conferenceEntries(it: House) {
  const { ledger } = await it.context()
  const entries = await ledger.read(0, 1000)
  return entries.flatMap(({ entry }) => (entry?.type === 'conference' ? [fromJsonBytes(entry.body) as object] : []))
}

describe('a case conference', () => {
  test('gives the agencies in it their own ids for one child, under an alias that can be read aloud', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    const { alias, expiresAt } = await open(it.police, { with: ['st-marys', 'hill-school'] })
    expect(alias).toMatch(/^[0-9A-HJKMNP-TV-Z]{3}(-[0-9A-HJKMNP-TV-Z]{3}){2}$/)
    expect(expiresAt).toBe(it.clock.now + 24 * HOUR)
    for (const agency of [it.police, it.health, it.school]) {
      const heard = alias.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')
      expect((await agency.joinConference(heard, 'somebody')).agencyChildId).toBe(await idOf(agency))
    }
  })

  test('works for an agency that never met the child, and its check goes to that child', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    const { alias } = await open(it.police)
    const { agencyChildId } = await it.health.joinConference(alias, 'Dr Who')
    const check = {
      child: { agencyChildId },
      incident: 'first-known',
      occurredAt: it.clock.now,
      reference: 'a',
      practitioner: 'Dr Who',
    }
    expect((await it.health.check(check)).known).toBe('known')
    expect(agencyChildId).toBe(await idOf(it.health))
  })

  test('has the hub’s signature under the answer, which the agency checks and can show', async () => {
    await using it = await house()
    const { alias } = await open(it.police)
    const { proof, agencyChildId } = await it.health.joinConference(alias, 'Dr Who')
    const hub = { id: it.hub.id, publicKey: it.hub.roster().hub.keys.signing }
    expect(identifiedAs(proof, { conference: alias }, 'st-marys', hub)?.agencyChildId).toEqual(
      readAgencyChildId(agencyChildId).agencyChildId,
    )
    expect(identifiedAs(proof, { conference: neighbour(alias) }, 'st-marys', hub)).toBeUndefined()
    const before = it.exchanges.findLast(({ message }) => decodeMessage(message).verb === 'join-conference')
    if (before === undefined) throw new Error('nobody joined')
    const replaying = await it.agency('st-marys', 'health', {
      enrol: false,
      hub: {
        pin: it.line.pin,
        send: async (message, options) =>
          decodeMessage(message).verb === 'join-conference' ? before.reply : it.line.send(message, options),
      },
    })
    await expect(replaying.joinConference(alias, 'Dr Who')).rejects.toMatchObject({ code: 'ERR_SIGNATURE_INVALID' })
    const meddled = await it.agency('st-marys', 'health', {
      enrol: false,
      hub: {
        pin: it.line.pin,
        async send(message, options) {
          const reply = await it.line.send(message, options)
          if (decodeMessage(message).verb !== 'join-conference') return reply
          // The same answer over another signature.
          const answer = fromJsonBytes(unpack('reply/v1', reply, 1)[0] as Uint8Array) as object
          return pack('reply/v1', toJsonBytes({ ...answer, signature: new Uint8Array(64) }))
        },
      },
    })
    await expect(meddled.joinConference(alias, 'Dr Who')).rejects.toMatchObject({ code: 'ERR_SIGNATURE_INVALID' })
    expect(await it.hub.journal.verify()).toMatchObject({ verified: true })
  })

  test('survives a restart and a rotation of the epoch; the answer is in the present one', async () => {
    await using it = await house()
    const { alias } = await open(it.police)
    await it.hub.rotateEpoch()
    await it.reopen()
    const { agencyChildId } = await it.health.joinConference(alias, 'Dr Who')
    expect(readAgencyChildId(agencyChildId).epochMod4).toBe(2)
    expect(agencyChildId).toBe(await idOf(it.health))
  })

  test('draws another alias each time, from nothing that belongs to the child', async () => {
    await using it = await house()
    const agencyChildId = await idOf(it.police)
    const aliases = new Set<string>()
    for (let n = 0; n < 20; n++) aliases.add((await open(it.police, { agencyChildId })).alias)
    expect(aliases.size).toBe(20)
  })
})

test('a conference follows the child to whom officers link it meanwhile', async () => {
  await using it = await house()
  const { alias } = await open(it.police)
  const other = await idOf(it.health, 2)
  const hub = await it.context()
  const [linked, into] = await Promise.all(
    [await idOf(it.health, 1), other].map(async (written) => {
      const { agencyChildId } = readAgencyChildId(written)
      const childId = fromAgencyChildId(identifierKeyOf(hub, 'st-marys', 1), agencyChildId)
      return (await ChildTable.load(hub, [childId])).get(childId)
    }),
  )
  if (linked === undefined || into === undefined) throw new Error('no such children')
  const children = await ChildTable.load(hub, [linked.childId])
  children.set({ ...linked, linkedTo: into.childId })
  await hub.ledger.write(async () => ({ puts: children.puts(hub) }))
  expect((await it.health.joinConference(alias, 'Dr Who')).agencyChildId).toBe(other)
  // Opened about the id that was, it is about the child that is.
  const again = await open(it.police, { agencyChildId: await idOf(it.police, 1) })
  expect((await it.health.joinConference(again.alias, 'Dr Who')).agencyChildId).toBe(other)
})

describe('the hub takes no agency’s word for the form of a message', () => {
  const honest = { agencyChildId: '', with: ['st-marys'], hours: 24, practitioner: new Uint8Array(16) }
  test.each<[string, string, object]>([
    ['73 hours', 'open-conference', { ...honest, hours: 73 }],
    ['a thousand agencies', 'open-conference', { ...honest, with: Array(1000).fill('st-marys') }],
    ['an id of a million letters', 'open-conference', { ...honest, agencyChildId: '0'.repeat(1_000_000) }],
    ['a practitioner’s name', 'open-conference', { ...honest, practitioner: 'PC 42' }],
    ['a field more', 'open-conference', { ...honest, alias: new Uint8Array(5) }],
    ['an alias of 4 bytes', 'join-conference', { alias: new Uint8Array(4) }],
    ['an alias as text', 'join-conference', { alias: '000-000-000' }],
    ['no commitment', 'join-conference', { alias: new Uint8Array(5), practitioner: new Uint8Array(16) }],
  ])('%s', async (_, verb, body) => {
    await using it = await house()
    const key = keyOf(it, 'met-police').signing
    const sender = { hub: it.hub.id, party: 'met-police', key }
    const asked = callJson(it.line, verb, body, it.clock.now, sender)
    await expect(asked).rejects.toMatchObject({ code: 'ERR_REQUEST_INVALID' })
  })

  test('nor that it is who it says', async () => {
    await using it = await house()
    const sender = { hub: it.hub.id, party: 'met-police', key: keyOf(it, 'st-marys').signing }
    for (const verb of ['open-conference', 'join-conference'])
      await expect(callJson(it.line, verb, honest, it.clock.now, sender)).rejects.toMatchObject({
        code: 'ERR_SIGNATURE_INVALID',
      })
  })
})

describe('an alias is answered exactly as one that there never was', () => {
  /** What joining comes to, with all that could tell one refusal from another. */
  async function refusal(it: House, agency: Agency, alias: string): Promise<unknown> {
    const error = await agency.joinConference(alias, 'somebody').then(
      () => expect.fail('it was resolved'),
      (reason: unknown) => reason,
    )
    const { code, field, message } = error as { code: string; field: unknown; message: string }
    return { code, field, message, length: it.exchanges.at(-1)?.reply.length }
  }

  test('to an agency that was not named, after its hours, and one letter off', async () => {
    await using it = await house()
    const { alias, expiresAt } = await open(it.police, { hours: 2 })
    const never = await refusal(it, it.health, neighbour(alias))
    expect(never).toMatchObject(UNKNOWN)
    expect(await refusal(it, it.school, alias)).toEqual(never)
    it.clock.now = expiresAt - 1
    await it.health.joinConference(alias, 'Dr Who')
    it.clock.now = expiresAt
    expect(await refusal(it, it.health, alias)).toEqual(never)
    expect(await refusal(it, it.police, alias)).toEqual(never)
  })

  test('a wrong letter is noticed before anything is sent', async () => {
    await using it = await house()
    const { alias } = await open(it.police)
    const sent = it.exchanges.length
    const wrong = alias.replace(/.$/, (letter) => (letter === 'X' ? 'Y' : 'X'))
    for (const heard of [wrong, '', 'nothing like it', 'U00-000-000', null as unknown as string])
      await expect(it.health.joinConference(heard, 'Dr Who')).rejects.toMatchObject({
        code: 'ERR_REQUEST_INVALID',
        field: 'alias',
      })
    expect(it.exchanges.length).toBe(sent)
  })

  test('wrong guesses are counted by the day, and at the limit nothing is resolved until the next', async () => {
    await using it = await house({ limits: { conferenceGuessesPerAgencyPerDay: 3 } })
    const { alias } = await open(it.police, { hours: 72 })
    for (let n = 0; n < 5; n++) await it.health.joinConference(alias, 'Dr Who')
    for (let n = 0; n < 3; n++)
      await expect(it.health.joinConference(neighbour(alias), 'x')).rejects.toMatchObject(UNKNOWN)
    const limited = { code: 'ERR_RATE_LIMITED' }
    await expect(it.health.joinConference(neighbour(alias), 'x')).rejects.toMatchObject(limited)
    await expect(it.health.joinConference(alias, 'Dr Who')).rejects.toMatchObject(limited)
    await it.police.joinConference(alias, 'PC 42')
    it.clock.now += DAY
    await it.health.joinConference(alias, 'Dr Who')
  })
})

describe('a conference tells nobody more than it must', () => {
  test('about a shielded child: message for message as about a child whom nobody registered', async () => {
    const answers: unknown[] = []
    for (const shielded of [true, false]) {
      await using it = await house()
      if (shielded) await it.register(childDetails(1, { shielded: true }))
      const from = it.exchanges.length
      const { alias } = await open(it.police)
      const { agencyChildId } = await it.health.joinConference(alias, 'Dr Who')
      const { known } = await it.health.identify({ agencyChildId }, 'Dr Who')
      const shapes = it.exchanges.slice(from).flatMap(({ message, reply }) => {
        const { verb } = decodeMessage(message)
        return verb === 'roster' ? [] : [{ verb, length: reply.length }]
      })
      answers.push({ known, shapes })
    }
    expect(answers[0]).toEqual(answers[1])
    expect(answers[0]).toMatchObject({ known: 'unknown' })
  })

  test('about who joined or knew the child: opening and joining are answered alike whatever others did', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    const first = await open(it.police)
    await idOf(it.health)
    await it.health.joinConference(first.alias, 'Dr Who')
    const replies = it.exchanges.filter(({ message }) => decodeMessage(message).verb === 'open-conference')
    await open(it.police)
    const again = it.exchanges.filter(({ message }) => decodeMessage(message).verb === 'open-conference')
    expect(again.at(-1)?.reply.length).toBe(replies.at(-1)?.reply.length)
    const joined = it.exchanges.findLast(({ message }) => decodeMessage(message).verb === 'join-conference')
    for (const named of ['met-police', 'hill-school', 'PC 42'])
      expect(Buffer.from(joined?.reply ?? []).includes(named)).toBe(false)
  })

  test('in the store: no alias, agency or expiry stands there in plain', async () => {
    await using it = await house()
    const { alias, expiresAt } = await open(it.police)
    const { store, shelf } = await it.context()
    const rows = await store.list('conference', undefined, 10)
    expect(rows).toHaveLength(1)
    const bytes = Buffer.concat(rows.flatMap(({ key, value }) => [key, value]))
    for (const plain of ['met-police', 'st-marys', alias, alias.replaceAll('-', ''), String(expiresAt)])
      expect(bytes.includes(plain)).toBe(false)
    expect(bytes.includes(Buffer.from(readAlias(alias)))).toBe(false)
    expect(rows[0]?.key).toEqual(new Uint8Array(shelf.key('conference', readAlias(alias))))
  })
})

describe('the journal says of a conference', () => {
  test('that it was opened, by whom and with whom, and every attempt to join; without the alias', async () => {
    await using it = await house()
    const { alias, expiresAt } = await open(it.police)
    await it.health.joinConference(alias, 'Dr Who')
    await it.school.joinConference(alias, 'teacher').catch(() => undefined)
    const entries = await conferenceEntries(it)
    expect(entries).toMatchObject([
      { event: 'opened', agency: 'met-police', agencies: ['met-police', 'st-marys'], expiresAt },
      { event: 'joined', agency: 'st-marys' },
      { event: 'not-found', agency: 'hill-school' },
    ])
    expect(new Set(entries.map((entry) => JSON.stringify((entry as { conference: unknown }).conference))).size).toBe(1)
    const bytes = Buffer.from(toJsonBytes(entries))
    for (const plain of [alias, alias.replaceAll('-', ''), 'PC 42', 'Dr Who']) expect(bytes.includes(plain)).toBe(false)
    expect(bytes.includes(Buffer.from(readAlias(alias)).toString('base64'))).toBe(false)
    // For an auditor all of them stay closed.
    const { ledger } = await it.context()
    const stored = await (await it.context()).store.entries(0, 1000)
    const positions = (await ledger.read(0, 1000)).flatMap((each) =>
      each.entry?.type === 'conference' ? [each.position] : [],
    )
    expect(positions.map((position) => stored[position]?.sealed)).toEqual([true, true, true])
  })
})

describe('opening is refused', () => {
  test.each<[string, Partial<ConferenceAsk>, object]>([
    ['with nobody', { with: [] }, { code: 'ERR_REQUEST_INVALID', field: 'with' }],
    ['with oneself alone', { with: ['met-police', 'met-police'] }, { code: 'ERR_REQUEST_INVALID', field: 'with' }],
    ['with somebody who is not on the roster', { with: ['st-marys', 'nobody'] }, { code: 'ERR_PARTY_UNKNOWN' }],
    ['with an officer', { with: ['first'] }, { code: 'ERR_PARTY_UNKNOWN' }],
    ['with 21', { with: Array.from({ length: 21 }, (_, n) => `a-${n}`) }, { code: 'ERR_REQUEST_INVALID' }],
    ['for no hour', { hours: 0 }, { code: 'ERR_REQUEST_INVALID', field: 'hours' }],
    ['for 73 hours', { hours: 73 }, { code: 'ERR_REQUEST_INVALID', field: 'hours' }],
    ['for half an hour', { hours: 0.5 }, { code: 'ERR_REQUEST_INVALID', field: 'hours' }],
    ['by nobody', { practitioner: '' }, { code: 'ERR_REQUEST_INVALID', field: 'practitioner' }],
    ['about an id with a wrong letter', { agencyChildId: `${'0'.repeat(26)}1` }, { code: 'ERR_CHILD_ID_MALFORMED' }],
  ])('%s', async (_, more, error) => {
    await using it = await house()
    const size = async () => (await conferenceEntries(it)).length
    await expect(open(it.police, more)).rejects.toMatchObject(error)
    expect(await size()).toBe(0)
  })

  test('about another agency’s id, about one of a closed epoch, and with a suspended agency', async () => {
    await using it = await house()
    await expect(open(it.police, { agencyChildId: await idOf(it.health) })).rejects.toMatchObject({
      code: 'ERR_CHILD_ID_UNKNOWN',
      field: 'agencyChildId',
    })
    const former = await idOf(it.police)
    await it.hub.rotateEpoch()
    await open(it.police, { agencyChildId: former })
    it.clock.now += 90 * DAY
    await expect(open(it.police, { agencyChildId: former })).rejects.toMatchObject({
      code: 'ERR_EPOCH_CLOSED',
      field: 'agencyChildId',
    })
    const { alias } = await open(it.police)
    await it.hub.suspend('st-marys')
    await expect(open(it.police)).rejects.toMatchObject({ code: 'ERR_PARTY_NOT_IN_STANDING' })
    await expect(it.health.joinConference(alias, 'Dr Who')).rejects.toMatchObject({ code: 'ERR_PARTY_NOT_IN_STANDING' })
  })

  test('once the conferences of the day are used up', async () => {
    await using it = await house({ limits: { conferencesPerAgencyPerDay: 2 } })
    await open(it.police)
    await open(it.police)
    await expect(open(it.police)).rejects.toMatchObject({ code: 'ERR_RATE_LIMITED' })
    await open(it.health, { with: ['met-police'] })
    it.clock.now += DAY
    await open(it.police)
  })
})

test('expired aliases are forgotten as others are opened', async () => {
  await using it = await house()
  const { store } = await it.context()
  const stored = async () => (await store.list('conference', undefined, 1000)).length
  const agencyChildId = await idOf(it.police)
  for (let n = 0; n < 40; n++) await open(it.police, { agencyChildId, hours: 1 })
  expect(await stored()).toBe(40)
  it.clock.now += HOUR
  for (let n = 0; n < 12; n++) await open(it.police, { agencyChildId, hours: 2 })
  // Each one forgets what lies behind it; with a dozen, nearly all of the old ones are gone.
  expect(await stored()).toBeLessThan(25)
  const { shelf } = await it.context()
  const kept = (await shelf.list('conference', undefined, 1000)).filter(({ value }) => value.expiresAt > it.clock.now)
  expect(kept).toHaveLength(12)
})
