import { describe, expect, test } from 'vitest'
import { childDetails, house, nhsNumber } from '../support/house.js'
import { all } from '../support/lists.js'
import { childOf, historyAt, merge, queuePair, seen } from '../support/pairs.js'

describe('an NHS number that another one superseded', () => {
  test('goes on finding the child, for agencies and in the record of a check', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    await seen(it, 1, 'before')
    const changed = childDetails(1, { nhsNumber: nhsNumber(40), supersededNhsNumbers: [nhsNumber(1)] })
    expect(await it.register(changed)).toEqual({ kind: 'changed' })
    expect(await it.register(changed)).toEqual({ kind: 'unchanged' })
    await seen(it, 1, 'by-the-old')
    await seen(it, 40, 'by-the-new')
    const hub = await it.context()
    const ids = await Promise.all(['before', 'by-the-old', 'by-the-new'].map((each) => childOf(hub, each)))
    expect(new Set(ids.map(String)).size).toBe(1)
    const [old, present] = await Promise.all(
      [1, 40].map((n) => it.police.identify({ nhsNumber: nhsNumber(n) }, 'PC 42')),
    )
    expect(old).toMatchObject({ known: 'known', agencyChildId: present?.agencyChildId })
    expect(await all(it.hub.duplicates())).toEqual([])
  })

  test('of another registered child queues the two, and the one with the present number is the one that changes', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    await it.register(childDetails(40))
    await seen(it, 1, 'a')
    await seen(it, 40, 'b')
    const details = childDetails(40, { supersededNhsNumbers: [nhsNumber(1)] })
    expect(await it.register(details)).toEqual({ kind: 'changed' })
    expect(await all(it.hub.duplicates())).toMatchObject([
      { number: 1, reason: 'number-superseded', first: { isRegistered: true }, second: { isRegistered: true } },
    ])
    await merge(1, it.first, it.second)
    await it.hub.caughtUp()
    const hub = await it.context()
    expect((await historyAt(hub, await childOf(hub, 'b'))).checks).toHaveLength(2)
    await seen(it, 1, 'c')
    expect(await childOf(hub, 'c')).toEqual(await childOf(hub, 'b'))
  })

  test('of a child with whom nothing else agrees is for a person to look at, and so is a second present number', async () => {
    await using it = await house()
    await it.register(childDetails(1))
    await it.register(childDetails(40, { upn: 'A123456789012' }))
    const ambiguous = { code: 'ERR_REGISTRATION_AMBIGUOUS' }
    const stranger = childDetails(17, { supersededNhsNumbers: [nhsNumber(1)] })
    await expect(it.register(stranger)).rejects.toMatchObject(ambiguous)
    await expect(it.register(childDetails(1, { upn: 'A123456789012' }))).rejects.toMatchObject(ambiguous)
  })

  test.each([
    [{ supersededNhsNumbers: ['999 000 0019'] }, 'ERR_NHS_NUMBER_INVALID', 'supersededNhsNumbers[0]'],
    [{ supersededNhsNumbers: [nhsNumber(1)] }, 'ERR_DETAILS_INVALID', 'supersededNhsNumbers[0]'],
    [{ supersededNhsNumbers: [nhsNumber(2), ''] }, 'ERR_NHS_NUMBER_INVALID', 'supersededNhsNumbers[1]'],
    [
      { supersededNhsNumbers: Array.from({ length: 11 }, (_, n) => nhsNumber(n + 2)) },
      'ERR_DETAILS_INVALID',
      'supersededNhsNumbers',
    ],
    [{ supersededNhsNumbers: 'all of them' as unknown as string[] }, 'ERR_DETAILS_INVALID', 'supersededNhsNumbers'],
  ])('%j is refused by its field', async (more, code, field) => {
    await using it = await house()
    await expect(it.register(childDetails(1, more))).rejects.toMatchObject({ code, field })
  })
})

test('a child that two ids stood for is found by what was said of either', async () => {
  await using it = await house()
  await it.register(childDetails(1))
  await it.register(childDetails(2))
  await seen(it, 1, 'a')
  await seen(it, 2, 'b')
  const hub = await it.context()
  await queuePair(hub, await childOf(hub, 'a'), await childOf(hub, 'b'))
  await merge(1, it.first, it.second)
  const { givenNames, familyName, dateOfBirth, addresses } = childDetails(1)
  const details = { givenNames, familyName, dateOfBirth, postcode: addresses?.[0]?.postcode ?? '' }
  const ways = [{ nhsNumber: nhsNumber(1) }, { nhsNumber: nhsNumber(2) }, { details }]
  const found = await Promise.all(ways.map((child) => it.police.identify(child, 'PC 42')))
  expect(found.map(({ known }) => known)).toEqual(['known', 'known', 'known'])
  expect(new Set(found.map(({ agencyChildId }) => agencyChildId)).size).toBe(1)
})
