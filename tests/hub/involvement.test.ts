import { expect, test } from 'vitest'
import { verifyBundle } from '../../src/verify.js'
import { childDetails, type House, house, nhsNumber } from '../support/house.js'
import { bad, bundleOf } from '../verify/office.js'

const ASK = { case: 1, purpose: 'referral', lawfulBasis: 'public-task' } as const

/** Three agencies met a child whom nobody registered; their checks amount to child protection. */
async function unregistered(incident = 'police-protection'): Promise<House> {
  const it = await house()
  const clinic = await it.agency('young-minds', 'health', { sensitive: true })
  const seen = { child: { nhsNumber: nhsNumber(7) }, occurredAt: it.clock.now, practitioner: 'p' }
  await it.school.check({ ...seen, incident: 'first-known', reference: 'S/7' })
  await clinic.check({ ...seen, incident: 'first-known', reference: 'Y/7' })
  await it.police.check({ ...seen, incident, reference: 'P/7' })
  await it.hub.caughtUp()
  return it
}

async function journalled(it: House, type: string): Promise<number> {
  const { ledger } = await it.context()
  return (await ledger.read(0, await ledger.size())).filter(({ entry }) => entry?.type === type).length
}

test('of a child whom nobody registered, who needs to know learns the agencies by their own references', async () => {
  await using it = await unregistered()
  const officer = it.bare(it.first)
  await expect(officer.open({ ...ASK, group: 'identity' })).rejects.toMatchObject({ code: 'ERR_DISCLOSURE_DENIED' })
  await expect(officer.involvement(ASK)).rejects.toMatchObject({ code: 'ERR_DISCLOSURE_DENIED' })
  expect(await journalled(it, 'view')).toBe(0)
  await officer.take(1)
  await expect(officer.open({ ...ASK, group: 'identity' })).rejects.toMatchObject({ code: 'ERR_OPENING_UNKNOWN' })
  const named = await officer.involvement(ASK)
  expect(new Map(named.map(({ agency, references }) => [agency, references]))).toEqual(
    new Map([
      ['hill-school', ['S/7']],
      ['young-minds', ['Y/7']],
      ['met-police', ['P/7']],
    ]),
  )
  expect(await journalled(it, 'view')).toBe(1)
  const verified = await verifyBundle(await bundleOf(it, { checks: true, cases: true }), { pin: it.hub.pin })
  expect(bad(verified)).toEqual([])
})

test('a sensitive service is not named to it below child protection', async () => {
  await using it = await unregistered('first-known')
  const { policy } = it.hub.policy()
  const severe = Object.keys(policy.indicators).find((code) => {
    const { flags = [], severity } = policy.indicators[code] ?? { severity: 0 }
    return flags.includes('statutory-need') && !flags.includes('significant-harm') && severity === 3
  })
  await it.school.check({
    child: { nhsNumber: nhsNumber(7) },
    occurredAt: it.clock.now,
    practitioner: 'p',
    incident: 'first-known',
    indicators: [severe ?? ''],
    reference: 'S/8',
  })
  await it.hub.caughtUp()
  const [found] = await it.first.cases()
  expect(found?.threshold).toBe('child-in-need')
  await it.first.take(1)
  const named = await it.first.involvement(ASK)
  expect(named.map(({ agency }) => agency).sort()).toEqual(['hill-school', 'met-police'])
})

test('not below a threshold, for the wrong purpose, of a closed case, nor of a child who is registered', async () => {
  await using it = await unregistered('child-disclosure')
  await it.first.take(1)
  const cases = await it.first.cases()
  expect(cases.map(({ threshold }) => threshold)).toEqual(['none'])
  await expect(it.first.involvement(ASK)).rejects.toMatchObject({ code: 'ERR_THRESHOLD_NOT_REACHED' })
  const seen = { occurredAt: it.clock.now, practitioner: 'p', incident: 'police-protection' }
  await it.police.check({ ...seen, child: { nhsNumber: nhsNumber(7) }, reference: 'P/8' })
  await it.hub.caughtUp()
  await expect(it.first.involvement({ ...ASK, lawfulBasis: 'consent' })).rejects.toMatchObject({
    code: 'ERR_PURPOSE_NOT_ALLOWED',
  })
  await it.register(childDetails(1))
  await it.police.check({ ...seen, child: { nhsNumber: nhsNumber(1) }, reference: 'P/1' })
  await it.hub.caughtUp()
  await it.first.take(2)
  await expect(it.first.involvement({ ...ASK, case: 2 })).rejects.toMatchObject({ code: 'ERR_CASE_STATUS' })
})
