import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Agency, CheckInput } from '../../src/index.js'
import { childDetails, HOUR, type House, house, nhsNumber } from '../support/house.js'
import { all } from '../support/lists.js'

const SEEN = { practitioner: 'somebody' }

async function check(it: House, agency: Agency, reference: string, n: number, incident = 'first-known') {
  const input = { child: { nhsNumber: nhsNumber(n) }, incident, occurredAt: it.clock.now, reference, ...SEEN }
  return agency.check(input as CheckInput)
}

test('a child whom nobody registered reaches a level, is registered because agencies were asked, and its case is opened', async () => {
  await using it = await house()
  // Three agencies meet it, by the same number; the third brings the level.
  for (const [agency, reference, incident] of [
    [it.health, 'H/1', 'first-known'],
    [it.school, 'S/1', 'first-known'],
    [it.police, 'P/1', 'police-protection'],
  ] as const) {
    const { known } = await check(it, agency, reference, 7, incident)
    expect(known).toBe('unknown')
    it.clock.now += HOUR
  }
  await it.hub.caughtUp()
  expect(await it.first.cases()).toMatchObject([{ number: 1, threshold: 'child-protection' }])
  const ids = await Promise.all(
    [it.health, it.school, it.police].map(
      async (agency) => (await agency.identify({ nhsNumber: nhsNumber(7) }, 'p')).agencyChildId,
    ),
  )
  // Nothing can be opened: there is nothing sealed. The enquiry is the way on.
  const [enquiry] = await it.first.enquiries()
  expect(enquiry).toMatchObject({ number: 1, status: 'open', checks: 3 })
  await it.first.takeEnquiry(1)
  for (const { to } of enquiry?.sources ?? []) await it.first.askAgency(1, 'please-register', to)
  await it.health.answerEnquiry('H/1', 'please-register', { answer: 'cannot-say' })
  await it.school.answerEnquiry('S/1', 'please-register', { answer: 'registering' })
  expect(await it.first.enquiries()).toMatchObject([
    { questions: [{ to: 1, answer: 'cannot-say' }, { to: 2, answer: 'registering' }, { to: 3 }] },
  ])
  // The school sends its details to the sealer.
  expect(await it.register(childDetails(7))).toEqual({ kind: 'registered' })
  expect(await it.first.enquiries()).toMatchObject([{ status: 'ended', outcome: 'registered' }])
  for (const agency of [it.health, it.school, it.police]) expect(await all(agency.enquiries())).toEqual([])
  // Every agency keeps its id for the child, and the case goes on with the checks of before.
  for (const [at, agency] of [it.health, it.school, it.police].entries())
    expect(await agency.identify({ nhsNumber: nhsNumber(7) }, 'p')).toMatchObject({
      agencyChildId: ids[at],
      known: 'known',
    })
  expect((await check(it, it.health, 'H/2', 7)).known).toBe('known')
  await it.hub.caughtUp()
  const dossier = await it.first.review(1)
  expect(dossier.timeline).toHaveLength(4)
  const ask = { case: 1, group: 'identity', purpose: 'referral', lawfulBasis: 'public-task' } as const
  const { opening } = await it.first.open(ask)
  const { details } = await it.first.read(opening)
  expect(details).toMatchObject({ familyName: childDetails(7).familyName })
  expect(await it.first.enquiries()).toHaveLength(1)
}, 30_000)

/** A step of a random day: of which child, and what happens. */
type Happening = readonly ['check' | 'register' | 'shield' | 'end' | 'merge' | 'split' | 'answer', number]

async function happen(it: House, [what, n]: Happening, at: number): Promise<boolean> {
  const agencies = [it.police, it.health, it.school]
  const agency = agencies[at % 3] ?? it.police
  const open = await it.shielding.enquiries({ status: 'open' })
  const [pair] = await it.shielding.duplicates({ status: what === 'split' ? 'linked' : 'open' })
  switch (what) {
    case 'check':
      await check(it, agency, `R/${at}`, n, at % 3 === 0 ? 'police-protection' : 'first-known')
      return true
    case 'register':
      await it.register(childDetails(n)).catch(() => undefined)
      return false
    case 'shield':
      if (open[0] !== undefined) await it.shielding.shield({ enquiry: open[0].number }, 'adoption')
      return false
    case 'end':
      if (open[0] !== undefined) await it.shielding.endEnquiry(open[0].number, 'visitor')
      return false
    case 'answer':
      if (open[0] !== undefined) await it.shielding.askAgency(open[0].number, 'who-is-this-child')
      return false
    case 'merge':
    case 'split': {
      await it.hub.caughtUp()
      const cases = await it.first.cases()
      const [one, other] = cases
      const queued =
        pair?.number ??
        (what === 'merge' && one !== undefined && other !== undefined
          ? await it.shielding.suspect(one.number, other.number).catch(() => undefined)
          : undefined)
      if (queued === undefined) return false
      for (const who of [it.second, it.third, it.shielding])
        await (what === 'merge'
          ? who.link(queued, 'merge', 'registered-twice')
          : who.split(queued, 'linked-in-error')
        ).catch(() => undefined)
      return false
    }
  }
}

test('whatever happens in whatever order, every check that was recorded is assessed, and none twice', async () => {
  const happening = fc.tuple(
    fc.constantFrom('check', 'check', 'check', 'register', 'shield', 'end', 'answer', 'merge', 'split'),
    fc.integer({ min: 1, max: 3 }),
  ) as fc.Arbitrary<Happening>
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 6, maxLength: 14 }), async (day) => {
      await using it = await house()
      let recorded = 0
      for (const [at, each] of day.entries()) {
        it.clock.now += HOUR
        if (await happen(it, each, at)) recorded += 1
        if (at % 3 === 0) await it.hub.caughtUp()
      }
      await it.hub.caughtUp()
      const assessed = (await all(it.hub.histories())).flatMap(({ checks }) => checks.map(({ id }) => id))
      expect(assessed).toHaveLength(recorded)
      expect(new Set(assessed).size).toBe(recorded)
    }),
    { numRuns: 10 },
  )
}, 60_000)
