import { describe, expect, test } from 'vitest'
import { toJsonBytes } from '../../src/json.js'
import { applyChanges, onlySuspends } from '../../src/roster/change.js'
import { agencyOf, type Roster } from '../../src/roster/roster.js'
import { epochFromRemainder, openEpochs } from '../../src/roster/rotation.js'
import { codeOf, filled, keyOf } from '../ground/keys.js'
import { agency, enrolment, firstRoster, officer } from './fixtures.js'

const INVALID = 'ERR_ROSTER_INVALID'
const CLOSES = 5000

/** Two agencies, one of them suspended, and an officer. */
function enrolled(): Roster {
  const changes = [
    enrolment(agency('police-north', keyOf(0x21)), keyOf(0x21)),
    enrolment(agency('st-marys', keyOf(0x23)), keyOf(0x23)),
    enrolment(officer('officer-1', keyOf(0x22)), keyOf(0x22)),
    { kind: 'suspend', id: 'st-marys' },
  ]
  return applyChanges(firstRoster(), toJsonBytes(changes))
}

const keysOf = (epoch: number, ids = ['police-north', 'st-marys']) =>
  ids.map((id, index) => ({ agency: id, hash: filled(16 * epoch + index) }))

function rotate(roster: Roster, epoch: number, more: object = {}): Roster {
  const step = { kind: 'rotate-epoch', epoch, formerUntil: CLOSES, identifierKeys: keysOf(epoch), ...more }
  return applyChanges(roster, toJsonBytes([step]))
}

describe('a rotation of the identifier epoch', () => {
  test('adds a key for every agency, suspended ones too, and leaves the earlier ones', () => {
    const third = rotate(rotate(enrolled(), 2), 3)
    expect(third).toMatchObject({ version: 4, epoch: 3, formerEpochUntil: CLOSES })
    for (const [index, id] of ['police-north', 'st-marys'].entries())
      expect(agencyOf(third, id)?.identifierKeys).toEqual([
        { epoch: 2, hash: filled(32 + index) },
        { epoch: 3, hash: filled(48 + index) },
      ])
    expect(agencyOf(third, 'st-marys')?.suspended).toBe(true)
    expect(third.parties.get('officer-1')).toEqual(enrolled().parties.get('officer-1'))
  })

  test('leads to the next epoch and to no other', () => {
    const roster = rotate(enrolled(), 2)
    for (const epoch of [1, 2, 4, 0, 2.5])
      expect(
        codeOf(() => rotate(roster, epoch)),
        String(epoch),
      ).toBe(INVALID)
    expect(rotate(roster, 3).epoch).toBe(3)
  })

  test.each([
    ['leaves an agency out', keysOf(2, ['police-north'])],
    ['names an agency twice', keysOf(2, ['police-north', 'police-north'])],
    ['names all and one of them twice', keysOf(2, ['police-north', 'st-marys', 'st-marys'])],
    ['names a party that is no agency', keysOf(2, ['police-north', 'officer-1'])],
    ['names one more that nobody knows', keysOf(2, ['police-north', 'st-marys', 'nobody'])],
    ['names nobody', []],
    ['has a hash too short', [...keysOf(2, ['police-north']), { agency: 'st-marys', hash: new Uint8Array(31) }]],
    ['has 5,001 keys', Array.from({ length: 5001 }, (_, n) => ({ agency: `a-${n}`, hash: filled(1) }))],
  ])('that %s is refused', (_, identifierKeys) => {
    expect(codeOf(() => rotate(enrolled(), 2, { identifierKeys }))).toBe(INVALID)
  })

  test.each([[-1], [1.5], ['tomorrow'], [undefined]])('with the window %s is refused', (formerUntil) => {
    expect(codeOf(() => rotate(enrolled(), 2, { formerUntil }))).toBe(INVALID)
  })

  test('needs an activation, alone or beside a suspension', () => {
    const step = { kind: 'rotate-epoch', epoch: 2, formerUntil: CLOSES, identifierKeys: keysOf(2) }
    expect(onlySuspends(toJsonBytes([step]))).toBe(false)
    expect(onlySuspends(toJsonBytes([{ kind: 'suspend', id: 'police-north' }, step]))).toBe(false)
  })

  test('opens two epochs up to the end of the window, and never three', () => {
    expect(openEpochs(enrolled(), 0)).toEqual([1])
    const second = rotate(enrolled(), 2)
    expect(openEpochs(second, CLOSES - 1)).toEqual([2, 1])
    expect(openEpochs(second, CLOSES)).toEqual([2])
    expect(openEpochs(rotate(second, 3), CLOSES - 1)).toEqual([3, 2])
    expect(openEpochs(rotate(enrolled(), 2, { formerUntil: 0 }), 0)).toEqual([2])
  })

  test('is read from the remainder modulo 4 as the newest epoch that the agency has a key of', () => {
    let roster = enrolled()
    for (let epoch = 2; epoch <= 6; epoch++) roster = rotate(roster, epoch)
    const police = agencyOf(roster, 'police-north')
    if (police === undefined) throw new Error('not enrolled')
    expect([0, 1, 2, 3].map((rest) => epochFromRemainder(police, rest))).toEqual([4, 5, 6, 3])
    const young = { ...police, identifierKeys: police.identifierKeys.slice(-1) }
    expect([0, 1, 2, 3].map((rest) => epochFromRemainder(young, rest))).toEqual([undefined, undefined, 6, undefined])
  })
})
