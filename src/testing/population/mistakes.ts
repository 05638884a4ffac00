import type { Address, RegistrationDetails } from '../../child/details.js'
import { pickSkewed, type SeededRandom } from '../random.js'
import { COMMUNITIES } from './names.js'
import { drawAddress } from './places.js'
import {
  halfOf,
  nickname,
  otherTransliteration,
  prefixOtherwise,
  type Rewriting,
  soundingAlike,
  withoutMarks,
  withSlip,
} from './written-otherwise.js'

/** What an agency writes down of a child. */
export interface Draft {
  readonly givenNames: string
  readonly familyName: string
  readonly dateOfBirth: string | undefined
  readonly addresses: readonly Address[]
  readonly nhsNumber: string | undefined
}

export interface Circumstances {
  readonly random: SeededRandom
  readonly child: RegistrationDetails
  readonly now: number
  readonly districts: number | undefined
}

/** The draft with the mistake in it; undefined where it gives no room for it. */
type Mistake = (draft: Draft, circumstances: Circumstances) => Draft | undefined

/** What goes wrong when one agency records a child whom another has registered. */
export type RecordingError =
  | 'given-slip'
  | 'given-sound'
  | 'given-transliterated'
  | 'given-nickname'
  | 'given-initial'
  | 'middle-first'
  | 'middle-left-out'
  | 'given-stand-in'
  | 'given-missing'
  | 'family-former'
  | 'family-half'
  | 'family-prefix'
  | 'family-transliterated'
  | 'family-slip'
  | 'family-sound'
  | 'marks-dropped'
  | 'names-swapped'
  | 'date-day-month-swapped'
  | 'date-digit'
  | 'date-month'
  | 'date-missing'
  | 'moved'
  | 'no-fixed-address'
  | 'lines-missing'
  | 'lines-abbreviated'
  | 'postcode-slip'
  | 'postcode-missing'
  | 'number-missing'
  | 'number-mistyped'
  | 'number-transposed'

export const MISTAKES: Readonly<Record<RecordingError, Mistake>> = {
  'given-slip': ofGiven(withSlip),
  'given-sound': ofGiven(soundingAlike),
  'given-transliterated': ofGiven(otherTransliteration),
  'given-nickname': ofGiven(nickname),
  'given-initial': ofGiven((name) => (name.length > 1 ? name.charAt(0) : undefined)),
  'middle-first': (draft) => {
    const [, middle] = draft.givenNames.split(' ')
    return middle === undefined ? undefined : { ...draft, givenNames: middle }
  },
  'middle-left-out': (draft) => {
    const [first = '', middle] = draft.givenNames.split(' ')
    return middle === undefined ? undefined : { ...draft, givenNames: first }
  },
  'given-stand-in': (draft, { random }) => {
    const standIns = ['Baby', 'Infant', 'Unknown', 'Baby Girl', 'Baby Boy']
    return draft.givenNames === '' ? undefined : { ...draft, givenNames: random.pick(standIns) }
  },
  'given-missing': (draft) => (draft.givenNames === '' ? undefined : { ...draft, givenNames: '' }),
  'family-former': (draft, { random, child }) => {
    const known = child.otherNames?.[0]?.familyName
    const familyName = known ?? pickSkewed(random, random.pick(COMMUNITIES).family)
    return familyName === draft.familyName || familyName === '' ? undefined : { ...draft, familyName }
  },
  'family-half': ofFamily(halfOf),
  'family-prefix': ofFamily(prefixOtherwise),
  'family-transliterated': ofFamily(otherTransliteration),
  'family-slip': ofFamily(withSlip),
  'family-sound': ofFamily(soundingAlike),
  'marks-dropped': (draft, { random }) => {
    const given = withoutMarks(draft.givenNames, random)
    const family = withoutMarks(draft.familyName, random)
    if (given === undefined && family === undefined) return undefined
    return { ...draft, givenNames: given ?? draft.givenNames, familyName: family ?? draft.familyName }
  },
  'names-swapped': (draft) => {
    const { givenNames, familyName } = draft
    if (givenNames === '' || familyName === '' || givenNames === familyName) return undefined
    return { ...draft, givenNames: familyName, familyName: givenNames }
  },
  'date-day-month-swapped': ofDate((date) => [`${date.slice(0, 4)}-${date.slice(8)}-${date.slice(5, 7)}`]),
  'date-digit': ofDate((date) => {
    const places = [3, 5, 6, 8, 9]
    return places.flatMap((at) => [...'0123456789'].map((digit) => date.slice(0, at) + digit + date.slice(at + 1)))
  }),
  'date-month': ofDate((date) => {
    const month = Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1
    return [month - 1, month + 1].map((other) => {
      const [year, rest] = [Math.floor(other / 12), (other % 12) + 1]
      return `${year}-${String(rest).padStart(2, '0')}${date.slice(7)}`
    })
  }),
  'date-missing': (draft) => {
    // A record that is nothing but one name is no record of anybody.
    const isNamed = draft.givenNames !== '' && draft.familyName !== ''
    return draft.dateOfBirth === undefined || !isNamed ? undefined : { ...draft, dateOfBirth: undefined }
  },
  moved: (draft, { random, child, districts }) => {
    const [present, former] = child.addresses ?? []
    const elsewhere = former !== undefined && random.next() < 0.5 ? former : drawAddress(random, districts)
    const kept = present !== undefined && random.next() < 0.3 ? [present] : []
    return { ...draft, addresses: [elsewhere, ...kept] }
  },
  'no-fixed-address': (draft) => ({ ...draft, addresses: [{ lines: ['No fixed address'], postcode: 'ZZ99 3VZ' }] }),
  'lines-missing': ofAddress(({ postcode }) => (postcode === undefined ? undefined : { lines: [], postcode })),
  'lines-abbreviated': ofAddress((address, random) => {
    const lines = address.lines.map((line) => line.replace(/\b[A-Z][a-z]+$/, (kind) => KINDS[kind] ?? kind))
    const short = random.next() < 0.4 && lines.length > 1 ? lines.slice(0, -1) : lines
    return short.join() === address.lines.join() ? undefined : { ...address, lines: short }
  }),
  'postcode-slip': ofAddress((address, random) => {
    const { postcode } = address
    return postcode === undefined ? undefined : { ...address, postcode: slippedPostcode(postcode, random) }
  }),
  'postcode-missing': ofAddress(({ lines, postcode }) => (postcode === undefined ? undefined : { lines })),
  'number-missing': (draft) => (draft.nhsNumber === undefined ? undefined : { ...draft, nhsNumber: undefined }),
  'number-mistyped': ofNumber((number, random) => {
    const at = random.integer(0, number.length - 1)
    return number.slice(0, at) + String((Number(number[at]) + random.integer(1, 9)) % 10) + number.slice(at + 1)
  }),
  'number-transposed': ofNumber((number, random) => {
    const at = random.integer(0, number.length - 2)
    return number.slice(0, at) + number.charAt(at + 1) + number.charAt(at) + number.slice(at + 2)
  }),
}

/** Of the first given name. */
function ofGiven(rewriting: Rewriting): Mistake {
  return (draft, { random }) => {
    const [first = '', ...others] = draft.givenNames.split(' ')
    const rewritten = rewriting(first, random)
    return rewritten === undefined || rewritten === first
      ? undefined
      : { ...draft, givenNames: [rewritten, ...others].join(' ') }
  }
}

function ofFamily(rewriting: Rewriting): Mistake {
  return (draft, { random }) => {
    const familyName = rewriting(draft.familyName, random)
    return familyName === undefined || familyName === draft.familyName ? undefined : { ...draft, familyName }
  }
}

/** One of the dates that it may be mistaken for, of those on which a child may be born. */
function ofDate(mistaken: (date: string) => readonly string[]): Mistake {
  return (draft, { random, child, now }) => {
    const { dateOfBirth } = draft
    if (dateOfBirth === undefined) return undefined
    const [from, to] =
      child.expectedDate === true ? [now, now + 290 * DAY_MS] : [now - OLDEST_DAYS * DAY_MS, now - DAY_MS]
    const isBirth = (date: string): boolean => {
      const instant = Date.parse(`${date}T00:00:00Z`)
      return instant >= from && instant <= to && new Date(instant).toISOString().startsWith(date)
    }
    const others = mistaken(dateOfBirth).filter((date) => date !== dateOfBirth && isBirth(date))
    return others.length === 0 ? undefined : { ...draft, dateOfBirth: random.pick(others) }
  }
}

/** Of the first address. */
function ofAddress(change: (address: Address, random: SeededRandom) => Address | undefined): Mistake {
  return (draft, { random }) => {
    const [first, ...others] = draft.addresses
    const changed = first === undefined ? undefined : change(first, random)
    return changed === undefined ? undefined : { ...draft, addresses: [changed, ...others] }
  }
}

function ofNumber(change: (number: string, random: SeededRandom) => string): Mistake {
  return (draft, { random }) => {
    const { nhsNumber } = draft
    if (nhsNumber === undefined) return undefined
    const changed = change(nhsNumber, random)
    return changed === nhsNumber ? undefined : { ...draft, nhsNumber: changed }
  }
}

/** One character of it another of its sort, or two neighbours in the second half swapped. */
function slippedPostcode(postcode: string, random: SeededRandom): string {
  const [outward = '', inward = ''] = postcode.split(' ')
  if (random.next() < 0.3 && inward[1] !== inward[2]) {
    return `${outward} ${inward.charAt(0)}${inward.charAt(2)}${inward.charAt(1)}`
  }
  const at = random.integer(0, inward.length - 1)
  const among = /\d/.test(inward.charAt(at)) ? '0123456789' : 'ABDEFGHJLNPQRSTUWXYZ'
  const other = random.pick([...among].filter((character) => character !== inward.charAt(at)))
  return `${outward} ${inward.slice(0, at)}${other}${inward.slice(at + 1)}`
}

const DAY_MS = 86_400_000

/** As the oldest child that is generated. */
const OLDEST_DAYS = 6570

const KINDS: Readonly<Record<string, string>> = {
  Road: 'Rd',
  Street: 'St',
  Lane: 'Ln',
  Avenue: 'Ave',
  Close: 'Cl',
  Gardens: 'Gdns',
  Terrace: 'Tce',
  Crescent: 'Cres',
  Drive: 'Dr',
  Court: 'Ct',
}
