import { pickSkewed, type SeededRandom } from '../random.js'

export interface GeneratedAddress {
  readonly lines: readonly string[]
  readonly postcode: string
}

// No such postcode area exists; the format is a real one.
const AREA = 'NX'
const MORE_AREAS = 'AX BX CX DX FX GX KX LX MX PX RX SX TX UX WX YX'.split(' ')
const TOWNS = [
  'Harrowmere',
  'Eastwold',
  'Nether Kell',
  'Port Sallow',
  'Brackley Cross',
  'Upper Dunsey',
  'Kellham',
  'Marfleet Bay',
]

const TOWN_BEGINNINGS =
  `Ald Bram Cold Dun Fen Gar Hollin Kirk Lang Mickle Nor Os Pen Rad Stan Swin Tad Ul Wal Whit Hart Crox Elm Brad Yax`.split(
    /\s+/,
  )
const TOWN_ENDS = 'mere wold ham ford ley ton fleet by thorpe wick stead combe bridge worth den'.split(' ')

/** Districts that `drawAddress` can be asked for, each a town of its own. */
export const DISTRICTS_MAX: number = TOWN_BEGINNINGS.length * TOWN_ENDS.length

const STREET_NAMES =
  `Orchard Larkfield Mill Station Victoria Albert Chestnut Hawthorn Sycamore Rowan Beech Elmwood Quarry Foundry Canal
  Wharf Ropewalk Tannery Weavers Coopers Saddlers Priory Abbey Minster Chantry Friars Gallows Beacon Windmill Harbour Lighthouse Fishergate
  Castlegate Northgate Meadow Heron Kingfisher Lapwing Curlew Nightingale Plover Skylark Swallow Jubilee Coronation Trafalgar Nelson
  Inkerman Balmoral Sandringham Windsor Tennyson Byron Wordsworth Brontë Keats Shelley Chaucer Livingstone Cromwell Stephenson Brunel
  Telford Arkwright Wellington Gladstone Disraeli Mafeking Ladysmith Attlee Bevan Pankhurst Seacole Mandela Gandhi Bluebell Foxglove
  Primrose Honeysuckle Juniper Larch Hazel Willowbrook Ashdown Fernhill Bracken Heathfield Moorside Fellside Dalesway Riverside Brookside
  Millrace Weir Ferry Causeway Highfield Southcliffe Sandpiper Cobbler Market Drovers Pinfold Smithy Granary Barley Harvest Thatchers
  Sheepfold Tithe Manor`
    .trim()
    .split(/\s+/)
const STREET_KINDS = [
  'Road',
  'Street',
  'Lane',
  'Avenue',
  'Close',
  'Gardens',
  'Terrace',
  'Way',
  'Crescent',
  'Drive',
  'Court',
  'Rise',
]

// The letters that the second half of a real postcode uses.
const UNIT_LETTERS = 'ABDEFGHJLNPQRSTUWXYZ'

/**
 * An address in the invented authority, or in so many districts of the invented country around it; sixteen neighbouring
 * houses of a street share a postcode.
 */
export function drawAddress(random: SeededRandom, districts: number = TOWNS.length): GeneratedAddress {
  const street = random.integer(0, STREET_NAMES.length - 1)
  const district = random.integer(1, districts)
  const number = 1 + Math.floor(random.next() ** 1.5 * 190)
  const kind = STREET_KINDS[(street * 5 + district * 3) % STREET_KINDS.length] as string
  const road = `${number} ${STREET_NAMES[street]} ${kind}`
  const lines = [road, townOf(district)]
  const flat = random.next()
  if (flat < 0.12) lines.unshift(`Flat ${random.integer(1, 24)}`)
  else if (flat < 0.15) lines[0] = road.replace(' ', `${random.pick(['A', 'B', 'C'])} `)
  const unit = Math.floor(street / 10) * 12 + Math.floor(number / 16)
  const letters = `${UNIT_LETTERS[Math.floor(unit / 20)]}${UNIT_LETTERS[unit % 20]}`
  return { lines, postcode: `${districtCode(district)} ${street % 10}${letters}` }
}

function townOf(district: number): string {
  const more = district - TOWNS.length - 1
  const beginning = TOWN_BEGINNINGS[more % TOWN_BEGINNINGS.length]
  return TOWNS[district - 1] ?? `${beginning}${TOWN_ENDS[Math.floor(more / TOWN_BEGINNINGS.length)]}`
}

function districtCode(district: number): string {
  const more = district - TOWNS.length - 1
  if (more < 0) return `${AREA}${district}`
  return `${MORE_AREAS[more % MORE_AREAS.length]}${1 + Math.floor(more / MORE_AREAS.length)}`
}

/** A telephone number of the ranges that Ofcom keeps for drama: nobody can be reached by it. */
export function drawTelephone(random: SeededRandom): string {
  const last = String(random.integer(0, 999)).padStart(3, '0')
  return pickSkewed(random, ['07700 900', '07700 900', '01632 960']) + last
}
