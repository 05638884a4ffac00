import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addressParts } from '../../../src/child/normal/address.js'
import { isNoPlace, isPostcode, readPostcode } from '../../../src/child/normal/postcode.js'

const FORMS = [/^[A-PR-UWYZ]\d$/, /^[A-PR-UWYZ][1-9]\d$/, /^[A-PR-UWYZ][A-HK-Y]\d$/, /^[A-PR-UWYZ][A-HK-Y][1-9]\d$/]
const unit = fc
  .tuple(
    fc.oneof(...FORMS.map((form) => fc.stringMatching(form)), fc.constantFrom('W1A', 'EC1A', 'SW1W')),
    fc.stringMatching(/^\d[ABD-HJLNP-UW-Z]{2}$/),
  )
  .map(([outward, inward]) => outward + inward)
  .filter((text) => !/^(?:AA|QQ|XX|ZZ)/.test(text))

const SWAPS: Readonly<Record<string, string>> = {
  O: '0',
  '0': 'O',
  I: '1',
  '1': 'I',
  S: '5',
  '5': 'S',
  B: '8',
  '8': 'B',
  Z: '2',
  '2': 'Z',
}

describe('a postcode', () => {
  test('of the form is read as it stands, however it is written', () => {
    fc.assert(
      fc.property(unit, fc.constantFrom('', ' ', '-', '  ', '.'), (text, gap) => {
        const written = `${text.slice(0, -3).toLowerCase()}${gap}${text.slice(-3)}`
        expect(readPostcode(written)).toEqual({ kind: 'full', unit: text, district: text.slice(0, -3) })
        expect(isPostcode(written)).toBe(true)
      }),
    )
  })

  test('with one look-alike is repaired to itself or left alone, never to a third', () => {
    fc.assert(
      fc.property(unit, fc.nat(6), (text, place) => {
        const at = place % text.length
        const other = SWAPS[text.charAt(at)]
        fc.pre(other !== undefined)
        const misread = text.slice(0, at) + other + text.slice(at + 1)
        const read = readPostcode(misread)
        // `B1` misread as `81` comes back; `SO1` misread as `501` might be `SO1` alone; what fits as it stands is not touched.
        if (read.kind === 'full' && !isPostcode(misread)) expect(read.unit).toBe(text)
        else if (read.kind === 'full') expect(read.unit).toBe(misread)
        else expect(['other', 'pseudo']).toContain(read.kind)
      }),
      { numRuns: 2000 },
    )
  })

  test('that several are possible for is left alone', () => {
    // The first letter is I or L.
    expect(readPostcode('11 1AE').kind).toBe('other')
  })

  test('is read the same a second time', () => {
    fc.assert(
      fc.property(fc.oneof(unit, fc.string({ unit: 'binary', maxLength: 40 })), (text) => {
        const read = readPostcode(text)
        if (read.kind === 'full') expect(readPostcode(read.unit)).toEqual(read)
        if (read.kind === 'other') expect(readPostcode(read.text)).toEqual(read)
      }),
      { numRuns: 1000 },
    )
  })

  test('and an address of 10,000 characters are read at once', () => {
    for (const piece of ['0', 'O', 'flat ', '12 ', ', ', 'a', 'St ', '\u0000', '１']) {
      const text = piece.repeat(10_000)
      const before = process.cpuUsage().user
      readPostcode(text)
      addressParts([text, text])
      expect(process.cpuUsage().user - before, JSON.stringify(piece)).toBeLessThan(500_000)
    }
  })
})

describe('an address', () => {
  test('has the same parts in capitals, with commas for lines, and with the postcode or a county after it', () => {
    const street = fc.constantFrom('High Street', 'Mill Lane', 'St John’s Road', 'Orchard Way', 'Upper Hill')
    const town = fc.constantFrom('Epsom', 'Ely', 'Kellham', 'Brackley Cross')
    const flat = fc.constantFrom('', 'Flat 4, ')
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999 }), street, town, flat, (number, road, place, before) => {
        const text = `${before}${number} ${road}, ${place}`
        const parts = addressParts(text.split(', '))
        expect(parts).toMatchObject({ house: String(number), town: place.toLowerCase().replace(' ', '') })
        expect(parts.street).not.toBe('')
        for (const other of [
          [text],
          [text.toUpperCase()],
          [...text.split(', '), 'Surrey'],
          [text, 'KT19 0ST'],
          ['', text],
        ]) {
          expect(addressParts(other)).toEqual(parts)
        }
      }),
    )
  })

  test.each([
    ['Road', 'Rd'],
    ['Street', 'St'],
    ['Avenue', 'Ave.'],
    ['Crescent', 'Cres'],
    ['Close', 'Cl'],
  ])('does not tell %s from %s', (a, b) => {
    expect(addressParts([`1 Mill ${a}`])).toEqual(addressParts([`1 mill ${b}`]))
  })

  test('of nowhere has no parts', () => {
    for (const text of ['No fixed abode', 'NFA', 'n.f.a.', 'Of no fixed abode', 'ZZ99 3VZ', 'Homeless', 'Unknown']) {
      expect(isNoPlace(text)).toBe(true)
      expect(addressParts([text])).toEqual({ house: '', street: '', town: '' })
    }
    expect(isNoPlace('Naunton')).toBe(false)
  })
})
