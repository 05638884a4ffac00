import type { SeededRandom } from '../random.js'
import { drawAddress, type GeneratedAddress } from './places.js'

/** Addresses that stand in a stated relation to another one. */

const streetOf = (address: GeneratedAddress): string => (address.lines.at(-2) ?? '').replace(/^\d+[A-C]? /, '')
const houseOf = (address: GeneratedAddress): string => /^\d+[A-C]?/.exec(address.lines.at(-2) ?? '')?.[0] ?? '1'
const townOf = (address: GeneratedAddress): string => address.lines.at(-1) ?? ''

/** An address in another town, on a street of another name, with another house number. */
export function drawAway(random: SeededRandom, home: GeneratedAddress): GeneratedAddress {
  for (;;) {
    const away = drawAddress(random)
    // Nor may one be a Road where the other is a Close of the same name.
    const isOtherStreet = streetOf(away).split(' ')[0] !== streetOf(home).split(' ')[0]
    if (isOtherStreet && townOf(away) !== townOf(home) && houseOf(away) !== houseOf(home)) return away
  }
}

/** An address in the same district: on another street, with another house number and another second half of the postcode. */
export function drawNear(random: SeededRandom, home: GeneratedAddress): GeneratedAddress {
  const [district = '', homeUnit] = home.postcode.split(' ')
  for (;;) {
    const away = drawAway(random, home)
    const [, unit = ''] = away.postcode.split(' ')
    if (unit === homeUnit) continue
    return { lines: [...away.lines.slice(0, -1), townOf(home)], postcode: `${district} ${unit}` }
  }
}

/** The same town, in a district of it that `drawAddress` does not know. */
export function drawAcrossTown(random: SeededRandom, home: GeneratedAddress): GeneratedAddress {
  const near = drawNear(random, home)
  return { ...near, postcode: near.postcode.replace(/^NX/, 'NX1') }
}

/** Another street, whose postcode differs in its last letter alone. */
export function drawNextStreet(random: SeededRandom, home: GeneratedAddress): GeneratedAddress {
  const letters = [...'ABDEFGHJLNPQRSTUWXYZ'].filter((letter) => letter !== home.postcode.at(-1))
  return { ...drawNear(random, home), postcode: `${home.postcode.slice(0, -1)}${random.pick(letters)}` }
}

/** The same house number on another street of the town. */
export function drawSameHouseNumber(random: SeededRandom, home: GeneratedAddress): GeneratedAddress {
  const near = drawNear(random, home)
  return { ...near, lines: [`${houseOf(home)} ${streetOf(near)}`, townOf(near)] }
}

/** The street of the same name in another town; in one of four cases the same house number as well. */
export function drawSameStreetName(random: SeededRandom, home: GeneratedAddress): GeneratedAddress {
  const away = drawAway(random, home)
  const house =
    random.next() < 0.25 ? houseOf(home) : String(Number.parseInt(houseOf(home), 10) + random.integer(1, 60))
  return { lines: [`${house} ${streetOf(home)}`, townOf(away)], postcode: away.postcode }
}
