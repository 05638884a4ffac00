import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ConfirmingDetail, LookupDetails, RegistrationDetails } from '../../src/child/details.js'
import type { Agency } from '../../src/index.js'
import { DAY, type House, house, nhsNumber } from '../support/house.js'

const WHO = 'pc-1'
const BIRTH = '2016-05-04'

/** Of one name and birthday with all the others, and of an address that nobody else has. */
function namesake(n: number, more: Partial<RegistrationDetails> = {}): RegistrationDetails {
  return {
    givenNames: 'Oliver Rex',
    familyName: 'Harding',
    dateOfBirth: BIRTH,
    nhsNumber: nhsNumber(n),
    addresses: [{ lines: [`${n} Quay Street`, 'Eastwold'], postcode: `NX${1 + (n % 9)} ${n % 10}AB` }],
    carers: [{ name: `Grace ${'Quill Raven Sable Tarn Umber'.split(' ')[n % 5]}`, relationship: 'mother' }],
    ...more,
  }
}

/** What an agency knows of one of them where it has no address: candidates, never a match. */
const bare = (dateOfBirth = BIRTH, givenNames = 'Oliver'): LookupDetails => ({
  givenNames,
  familyName: 'Harding',
  dateOfBirth,
})

const idOf = async (agency: Agency, n: number): Promise<string> =>
  (await agency.identify({ nhsNumber: nhsNumber(n) }, WHO)).agencyChildId

async function registered(...children: readonly RegistrationDetails[]): Promise<House> {
  const it = await house()
  for (const child of children) await it.register(child)
  return it
}

const MATCH = { outcome: { kind: 'match' }, known: 'known' }
const ONE = { outcome: { kind: 'candidates', candidates: 1 }, known: 'unresolved' }

describe('candidates', () => {
  test('are counted up to three, and many beyond: who they are is never said', async () => {
    await using it = await registered(namesake(1))
    const none = await it.police.identify({ details: bare('2013-01-09') }, WHO)
    expect(none).toMatchObject({ outcome: { kind: 'none' }, known: 'unknown' })
    for (const candidates of [1, 2, 3, 'many', 'many'] as const) {
      const answer = await it.police.identify({ details: bare() }, WHO)
      expect(answer.outcome).toEqual(candidates === 'many' ? { kind: 'many' } : { kind: 'candidates', candidates })
      expect(answer.known).toBe('unresolved')
      expect(Object.keys(answer).sort()).toEqual(Object.keys(none).sort())
      const others = typeof candidates === 'number' ? candidates : 4
      for (let n = 1; n <= others; n++) expect(answer.agencyChildId).not.toBe(await idOf(it.police, n))
      if (others < 4 || candidates === 'many') await it.register(namesake(others + 1 + Number(candidates === 'many')))
    }
  })

  test('keep the one id under which they were asked for', async () => {
    await using it = await registered(namesake(1))
    const first = await it.police.identify({ details: bare() }, WHO)
    await it.register(namesake(2))
    expect((await it.police.identify({ details: bare() }, WHO)).agencyChildId).toBe(first.agencyChildId)
  })

  test('the quality of each field comes with the answer, whatever the answer is', async () => {
    await using it = await registered(namesake(1))
    const quality = async (more: object) =>
      (await it.police.identify({ details: { ...bare(), ...more } as LookupDetails }, WHO)).quality
    const known = { givenNames: 'valid', familyName: 'valid', dateOfBirth: 'valid' }
    const missing = { postcode: 'missing', address: 'missing', nhsNumber: 'missing', upn: 'missing' }
    expect(await quality({})).toEqual({ ...known, ...missing })
    expect(await quality({ nhsNumber: nhsNumber(1) })).toEqual({ ...known, ...missing, nhsNumber: 'valid' })
    expect(await quality({ nhsNumber: '9990000011', upn: 'nonsense', postcode: '??' })).toEqual({
      ...known,
      ...missing,
      nhsNumber: 'invalid',
      upn: 'invalid',
      postcode: 'invalid',
    })
    expect(
      await quality({ givenNames: 'Baby', addresses: [{ lines: ['1 Quay Street'], postcode: 'NX2 1AB' }] }),
    ).toEqual({
      ...known,
      ...missing,
      givenNames: 'invalid',
      postcode: 'valid',
      address: 'valid',
    })
    const numberOnly = (await it.police.identify({ nhsNumber: nhsNumber(1) }, WHO)).quality
    expect(new Set(Object.values(numberOnly))).toEqual(new Set(['valid', 'missing']))
    expect(numberOnly.nhsNumber).toBe('valid')
  })
})

describe('one detail more', () => {
  const CHILD = namesake(1, {
    otherNames: [{ givenNames: 'Oliver', familyName: 'Tennant' }],
    addresses: [
      { lines: ['1 Quay Street', 'Eastwold'], postcode: 'NX2 1AB' },
      { lines: ['9 Mill Lane', 'Harrow'], postcode: 'NX7 3CD' },
    ],
    carers: [{ name: 'Grace Okafor', relationship: 'mother', telephone: '01632 960001' }],
  })
  const OWN: ConfirmingDetail = { otherGivenName: 'Rex' }
  const OF_HOUSEHOLD: readonly (readonly [string, ConfirmingDetail])[] = [
    ['the name of a carer', { carerName: 'GRACE  OKAFOR' }],
    ['the telephone of a carer', { carerTelephone: '+44 1632 960001' }],
    ['a former family name', { formerFamilyName: 'tennant' }],
    ['the present address', { address: { lines: ['1 Quay St'], postcode: 'nx2 1ab' } }],
    ['a former address', { address: { lines: ['9 Mill Lane'], postcode: 'NX7 3CD' } }],
  ]
  let it: House
  let childs: string
  // Each look-up is of another practitioner's day: three confirmations of one description are all there are.
  const ask = (details: LookupDetails, confirm: ConfirmingDetail) => {
    it.clock.now += DAY
    return it.police.identify({ details, confirm }, WHO)
  }
  beforeAll(async () => {
    it = await registered(CHILD)
    childs = await idOf(it.police, 1)
  })
  afterAll(() => it[Symbol.asyncDispose]())

  test.each([['another given name', OWN] as const, ...OF_HOUSEHOLD])(
    '%s, if it is right, confirms',
    async (_, detail) => {
      expect(await ask(bare(), detail)).toMatchObject({ ...MATCH, agencyChildId: childs })
    },
  )

  test.each<[string, ConfirmingDetail]>([
    ['another given name', { otherGivenName: 'Max' }],
    ['the name of a carer', { carerName: 'Grace Okafur' }],
    ['the telephone of a carer', { carerTelephone: '01632 960002' }],
    ['a former family name', { formerFamilyName: 'Harding' }],
    ['an address', { address: { lines: ['2 Quay Street'], postcode: 'NX2 1AB' } }],
    ['an address without a street', { address: { lines: [], postcode: 'NX2 1AB' } }],
    ['the name that was asked for already', { otherGivenName: 'Oliver' }],
  ])('%s, if it is wrong, does not', async (_, detail) => {
    const answer = await ask(bare(), detail)
    expect(answer).toMatchObject(ONE)
    expect(answer.agencyChildId).not.toBe(childs)
  })

  test.each(OF_HOUSEHOLD)('%s confirms nobody whose given name is another', async (_, detail) => {
    const brother = { ...bare(BIRTH, 'Wilfred'), postcode: 'NX2 1AB' }
    const answer = await ask(brother, detail)
    expect(answer).toMatchObject(ONE)
    expect(answer.agencyChildId).not.toBe(childs)
  })

  test('which is the child’s own confirms also where the given name was heard wrongly', async () => {
    const answer = await ask({ ...bare(BIRTH, 'Wilfred'), postcode: 'NX2 1AB' }, OWN)
    expect(answer).toMatchObject({ ...MATCH, agencyChildId: childs })
  })

  test('changes nothing where the details match by themselves', async () => {
    const details = { ...bare(), addresses: [{ lines: ['1 Quay Street', 'Eastwold'], postcode: 'NX2 1AB' }] }
    expect(await ask(details, { otherGivenName: 'Max' })).toMatchObject({ ...MATCH, agencyChildId: childs })
  })
})

describe('twins', () => {
  const twin = (n: number, givenNames: string): RegistrationDetails =>
    namesake(n, {
      givenNames,
      addresses: [{ lines: ['1 Quay Street', 'Eastwold'], postcode: 'NX2 1AB' }],
      carers: [{ name: 'Grace Okafor', relationship: 'mother', telephone: '01632 960001' }],
    })
  const OF_HOUSEHOLD: readonly ConfirmingDetail[] = [
    { carerName: 'Grace Okafor' },
    { carerTelephone: '01632 960001' },
    { address: { lines: ['1 Quay Street'], postcode: 'NX2 1AB' } },
  ]

  test('are not told apart by what they share', async () => {
    await using it = await registered(twin(1, 'Jayden'), twin(2, 'Hayden'))
    const ids = [await idOf(it.police, 1), await idOf(it.police, 2)]
    // Of a third child, and of both by one slip of the pen.
    for (const givenNames of ['Theodora', 'Ayden'])
      for (const confirm of OF_HOUSEHOLD) {
        const details = { ...bare(BIRTH, givenNames), postcode: 'NX2 1AB' }
        const answer = await it.police.identify({ details, confirm }, WHO)
        expect(answer.outcome, givenNames).toEqual({ kind: 'candidates', candidates: 2 })
        expect(ids).not.toContain(answer.agencyChildId)
      }
  })

  test('one of whom is registered: the other is not confirmed as that one', async () => {
    await using it = await registered(twin(1, 'Jayden'))
    const details = { ...bare(BIRTH, 'Theodora'), postcode: 'NX2 1AB' }
    for (const confirm of OF_HOUSEHOLD) {
      const answer = await it.police.identify({ details, confirm }, WHO)
      expect(answer).toMatchObject(ONE)
      expect(answer.agencyChildId).not.toBe(await idOf(it.police, 1))
    }
  })

  test('are told apart by a name that one of them has, and not by one that both have', async () => {
    await using it = await registered(twin(1, 'Jayden Rex'), twin(2, 'Hayden Lee'), twin(3, 'Kayden Lee'))
    const ask = (otherGivenName: string) =>
      it.police.identify(
        { details: { ...bare(BIRTH, 'Ayden'), postcode: 'NX2 1AB' }, confirm: { otherGivenName } },
        WHO,
      )
    expect(await ask('Rex')).toMatchObject({ ...MATCH, agencyChildId: await idOf(it.police, 1) })
    expect((await ask('Lee')).outcome).toEqual({ kind: 'candidates', candidates: 3 })
  })
})

describe('confirmations', () => {
  const REFUSED = { code: 'ERR_RATE_LIMITED', field: 'child.confirm' }

  test('are counted by names and birth: another address is not another description', async () => {
    await using it = await registered(namesake(1))
    const guess = (n: number) =>
      it.police.identify(
        {
          details: { ...bare(), addresses: [{ lines: [`${n} Nowhere Lane`] }] },
          confirm: { carerName: `Guess ${'x'.repeat(n)}` },
        },
        WHO,
      )
    for (const n of [1, 2, 3]) await guess(n)
    await expect(guess(4)).rejects.toMatchObject(REFUSED)
  })
  const wrong: ConfirmingDetail = { otherGivenName: 'Max' }

  test.each<[string, readonly RegistrationDetails[]]>([
    ['a known child', [namesake(1)]],
    ['an unknown child', []],
    ['a shielded child', [namesake(1, { shielded: true })]],
    ['too many children', [1, 2, 3, 4].map((n) => namesake(n))],
  ])('of %s are three a day for a description and an agency', async (_, children) => {
    await using it = await registered(...children)
    const ask = (agency = it.police, details = bare(), confirm = wrong) => agency.identify({ details, confirm }, WHO)
    for (const _attempt of [1, 2, 3]) expect((await ask()).outcome.kind).not.toBe('match')
    await expect(ask()).rejects.toMatchObject(REFUSED)
    // The right one comes too late, and refusing says nothing about it.
    await expect(ask(it.police, bare(), { otherGivenName: 'Rex' })).rejects.toMatchObject(REFUSED)
    await expect(it.police.identify({ details: bare() }, 'another')).resolves.toBeDefined()
    await expect(it.police.identify({ details: bare(), confirm: wrong }, 'another')).rejects.toMatchObject(REFUSED)
    await expect(ask(it.health)).resolves.toBeDefined()
    await expect(ask(it.police, bare('2015-02-03'))).resolves.toBeDefined()
    it.clock.now += DAY
    await expect(ask()).resolves.toBeDefined()
  })

  test('are counted in one message, and refuse only the row that is one too many', async () => {
    await using it = await registered(namesake(1))
    const queries = Array.from({ length: 4 }, () => ({ child: { details: bare(), confirm: wrong } }))
    const outcomes = []
    for await (const each of it.police.identifyAll(queries, { practitioner: WHO })) outcomes.push(each)
    expect(outcomes.map(({ kind }) => kind)).toEqual(['identified', 'identified', 'identified', 'refused'])
    expect(outcomes[3]).toMatchObject(REFUSED)
  })

  test('among too many candidates confirm none, though one alone has the detail', async () => {
    const others = [2, 3, 4, 5].map((n) => namesake(n, { givenNames: 'Oliver Max' }))
    await using it = await registered(namesake(1), ...others)
    const answer = await it.police.identify({ details: bare(), confirm: { otherGivenName: 'Rex' } }, WHO)
    expect(answer.outcome).toEqual({ kind: 'many' })
  })

  test('of a shielded child never succeed', async () => {
    await using it = await registered(namesake(1, { shielded: true }))
    expect(await it.police.identify({ details: bare(), confirm: { otherGivenName: 'Rex' } }, WHO)).toMatchObject({
      outcome: { kind: 'none' },
      known: 'unknown',
    })
  })

  test('that come later queue the earlier id as a suspected duplicate', async () => {
    await using it = await registered(namesake(1))
    const earlier = await it.police.identify({ details: bare() }, WHO)
    expect(earlier).toMatchObject(ONE)
    expect(await it.first.duplicates()).toEqual([])
    const later = await it.police.identify({ details: bare(), confirm: { otherGivenName: 'Rex' } }, WHO)
    expect(later).toMatchObject(MATCH)
    expect(later.agencyChildId).not.toBe(earlier.agencyChildId)
    expect(await it.first.duplicates()).toMatchObject([{ number: 1, reason: 'confirmed-later', status: 'open' }])
    await it.health.identify({ details: bare(), confirm: { otherGivenName: 'Rex' } }, WHO)
    expect(await it.first.duplicates()).toHaveLength(1)
  })

  test('at once queue nothing', async () => {
    await using it = await registered(namesake(1))
    await it.police.identify({ details: bare(), confirm: { otherGivenName: 'Rex' } }, WHO)
    expect(await it.first.duplicates()).toEqual([])
  })
})

test('a custodian cannot tell how many candidates there are: it is asked as often, and as much', async () => {
  const asked: string[] = []
  await using it = await house({
    custodianPort: (id, port) => ({
      async send(message, options) {
        const reply = await port.send(message, options)
        asked.push(`${id} ${message.length} ${reply.length}`)
        return reply
      },
    }),
  })
  // None on the first of the months, one, two and three on the next ones, many on the fifth, a shielded one on the sixth.
  const birth = (month: number): string => `2016-0${month}-24`
  const counts: readonly (readonly [month: number, children: number, shielded?: boolean])[] = [
    [1, 0],
    [2, 1],
    [3, 2],
    [4, 3],
    [5, 5],
    [6, 1, true],
  ]
  let n = 0
  for (const [month, children, shielded = false] of counts)
    for (let i = 0; i < children; i++) {
      n += 1
      await it.register(namesake(n, { dateOfBirth: birth(month), ...(shielded && { shielded }) }))
    }
  const outcomes = []
  const questions = []
  for (const [month] of counts) {
    for (const otherGivenName of ['Rex', 'Max']) {
      asked.length = 0
      const { outcome } = await it.police.identify({ details: bare(birth(month)), confirm: { otherGivenName } }, WHO)
      outcomes.push(outcome.kind === 'candidates' ? outcome.candidates : outcome.kind)
      questions.push([...asked])
    }
  }
  expect(outcomes).toEqual(['none', 'none', 'match', 1, 2, 2, 3, 3, 'many', 'many', 'none', 'none'])
  expect(questions[0]?.length).toBeGreaterThanOrEqual(2)
  for (const each of questions) expect(each).toEqual(questions[0])
})
