import { normaliseName } from '../name.js'
import { isNoPlace, isPostcode } from './postcode.js'
import { slipForms } from './slips.js'

/** What is compared of an address; empty where its lines do not show it. */
export interface AddressParts {
  /** The number in the street with its letter, `12a`; that of the flat where the house has none. */
  readonly house: string
  /** The words of the street without its kind (Road, Street), joined: `high` for `High St`. */
  readonly street: string
  readonly town: string
}

/**
 * The parts of an address, from its lines without the postcode; commas end a line too. The street is the line that begins
 * with a number, or else has the kind of a street in it, or else the first; the town is the last line after it that is no county.
 */
export function addressParts(lines: readonly string[]): AddressParts {
  const pieces = lines
    .flatMap((line) => line.normalize('NFKC').split(/[,;\n]/u))
    .map((piece) => piece.replace(/\s+/gu, ' ').trim())
    .filter((piece) => piece !== '' && !isNoPlace(piece) && !isPostcode(piece))
  const flats = pieces.flatMap((piece) => FLAT.exec(piece)?.[1] ?? [])
  const places = pieces.map((piece) => piece.replace(FLAT, '')).filter((piece) => piece !== '')
  const at = streetLine(places)
  const [, number = flats[0] ?? ''] = NUMBER.exec(places[at] ?? '') ?? []
  const name = (places[at] ?? '').replace(NUMBER, '')
  const isLoneNumber = number !== '' && name === ''
  return {
    house: plainNumber(number),
    street: streetName(isLoneNumber ? (places[at + 1] ?? '') : name),
    town: townOf(places.slice(isLoneNumber ? at + 2 : at + 1)),
  }
}

function streetLine(places: readonly string[]): number {
  const numbered = places.findIndex((place) => NUMBER.test(place))
  if (numbered >= 0) return numbered
  return Math.max(
    0,
    places.findIndex((place) =>
      place
        .split(' ')
        .slice(1)
        .some((word) => KINDS.has(normaliseName(word))),
    ),
  )
}

/** The words but the kind, which is never the first of them: `St John’s Road`, `The Avenue`. */
function streetName(place: string): string {
  const [first = '', ...rest] = place.split(' ').map(normaliseName)
  const names = rest.filter((word, i) => !KINDS.has(word) && !(i === rest.length - 1 && isMisspeltKind(word)))
  const start = first === 'saint' ? 'st' : first
  if (start === 'the' && names.length === 0) return [start, ...rest].join('')
  // `Teaguestreet`: a space was forgotten.
  return [start, ...names].join('').replace(JOINED_KIND, '$1')
}

/** `Steet`, `Avneue`: a kind of five letters or more, one slip of the pen away. */
function isMisspeltKind(word: string): boolean {
  return word.length >= LONG_KIND_MIN - 1 && slipForms(word).some((form) => KIND_SLIPS.has(form))
}

function townOf(places: readonly string[]): string {
  return places.map(normaliseName).findLast((place) => place !== '' && !isCounty(place)) ?? ''
}

function isCounty(place: string): boolean {
  return /.shire$/.test(place) || COUNTIES.has(place)
}

function plainNumber(text: string): string {
  return text
    .replace(/ /g, '')
    .replace(/^0+(?=\d)/, '')
    .toLowerCase()
}

// A number may be a range or a fraction (`12-14`, `12/3`): the first of it counts.
const NUMBER = /^(?:no\.? ?|number |#)?(\d{1,5} ?[a-z]?)(?: ?[-–/&] ?\d{1,5} ?[a-z]?)?(?: |$)/iu
const FLAT =
  /^(?:flat|apartment|apt|unit|room|studio|suite|maisonette|plot|pitch|caravan)\.? ?(?:no\.? ?)?(\d{1,5} ?[a-z]?|[a-z] ?\d{0,3})(?: |$)/iu

const split = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

const KINDS =
  split(`road rd street st str avenue ave av lane ln la drive dr close cl clo crescent cres crs court ct gardens gdns gdn
  grove gr gro place pl terrace terr ter way wy walk wlk square sq hill rise row mews parade pde park pk green grn view vw circuit cct
  boulevard blvd highway hwy parkway pwy esplanade esp crest heights hts loop alley`)

const JOINED_KIND = /^(.{4,})(?:street|road|avenue|close|crescent|circuit|place|drive|court|terrace|grove|gardens)$/

const LONG_KIND_MIN = 5
const KIND_SLIPS: ReadonlySet<string> = new Set(
  [...KINDS].filter((kind) => kind.length >= LONG_KIND_MIN).flatMap((kind) => [...slipForms(kind)]),
)

// Besides what ends in -shire. Counties that share their name with a town are left out.
const COUNTIES =
  split(`surrey kent essex sussex eastsussex westsussex norfolk suffolk cornwall devon dorset somerset cumbria rutland
  middlesex middx merseyside tyneandwear westmidlands greaterlondon greatermanchester northyorks southyorks westyorks eastyorks lancs
  cambs bucks herts beds berks hants oxon glos gloucs wilts worcs warks staffs salop northants leics lincs notts derbys countydurham codurham
  isleofwight isleofman northumberland cleveland avon humberside dyfed gwent gwynedd powys clwyd midglamorgan southglamorgan westglamorgan
  anglesey fife highland highlands borders lothian midlothian eastlothian westlothian strathclyde tayside antrim coantrim countyantrim
  armagh coarmagh down codown countydown fermanagh cofermanagh tyrone cotyrone england scotland wales cymru northernireland
  uk gb unitedkingdom greatbritain`)
