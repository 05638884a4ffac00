/**
 * What counts as fishing: looking children up without work on them. A look-up is open until a check of the same
 * practitioner on the same child follows it, and every rule but one counts open look-ups alone, so that work which ends
 * in checks alarms nobody, however much of it there is.
 */
export const WATCH_RULES = [
  'burst',
  'without-check',
  'candidates',
  'unknown',
  'sequence',
  'household',
  'one-description',
  'misread-ids',
] as const
export type WatchRule = (typeof WATCH_RULES)[number]

/** A look-up that no check has followed. Tags are 32 bits of a keyed hash; 0 where there is nothing to hash. */
export interface OpenLookup {
  readonly child: number
  /** Family name by sound, and address. */
  readonly household: number
  readonly number: number
  /** Name and date of birth of a look-up with a confirming detail. */
  readonly description: number
  /** Ten minutes of the day, 0 to 143. */
  readonly slot: number
  readonly answer: 'match' | 'candidates' | 'many' | 'none'
  /** Whether its number is next to one that was looked up before it. */
  readonly isNext: boolean
  /** Whether it was a message of its own, as a person's is. */
  readonly isAlone: boolean
}

/** How many of one practitioner's, or one agency's, look-ups of a day each rule counts. */
export type WatchCounts = Readonly<Record<WatchRule, number>>

/** More than this many raise an alert; a number for each rule. */
export type WatchLimits = WatchCounts

/**
 * Of one practitioner in a day, as a beginning; a hub's operator knows what its agencies do. Somebody who works with
 * children looks up some dozens a day and records something on most. `burst` is one every twenty seconds for ten
 * minutes, by hand and without a check. Six numbers in a row, five look-ups of one household, a third guess at one
 * child's details (there is no fourth): none of them comes about by chance often.
 */
export const PRACTITIONER_LIMITS: WatchLimits = {
  burst: 30,
  'without-check': 60,
  candidates: 20,
  unknown: 30,
  sequence: 6,
  household: 4,
  'one-description': 2,
  'misread-ids': 20,
}

/**
 * Of one agency in a day, for whoever spreads over many names: ten practitioners at their limits. Counts only where it is
 * also a quarter of what the agency looked up, because a large one has that many for good reasons. What is personal has no limit.
 */
export const AGENCY_LIMITS: WatchLimits = {
  burst: Number.MAX_SAFE_INTEGER,
  'without-check': 600,
  candidates: 200,
  unknown: 300,
  sequence: 60,
  household: Number.MAX_SAFE_INTEGER,
  'one-description': Number.MAX_SAFE_INTEGER,
  'misread-ids': 200,
}

export const NO_COUNTS: WatchCounts = {
  burst: 0,
  'without-check': 0,
  candidates: 0,
  unknown: 0,
  sequence: 0,
  household: 0,
  'one-description': 0,
  'misread-ids': 0,
}

/** The counts of a practitioner. @param more open look-ups beyond those that were kept one by one */
export function countsOf(lookups: readonly OpenLookup[], more: number, misread: number): WatchCounts {
  const answered = (answer: OpenLookup['answer']): number => lookups.filter((each) => each.answer === answer).length
  return {
    burst: most(lookups.map(({ slot, isAlone }) => (isAlone ? slot + 1 : 0))),
    'without-check': lookups.length + more,
    candidates: answered('candidates') + answered('many'),
    unknown: answered('none'),
    sequence: lookups.filter(({ isNext }) => isNext).length,
    household: most(lookups.map(({ household }) => household)),
    'one-description': most(lookups.map(({ description }) => description)),
    'misread-ids': misread,
  }
}

/** How often the value occurs that occurs most often, leaving 0 out. */
function most(values: readonly number[]): number {
  const counts = new Map<number, number>()
  for (const value of values) if (value !== 0) counts.set(value, (counts.get(value) ?? 0) + 1)
  return Math.max(0, ...counts.values())
}

/** One agency's counts after a practitioner's went from one state to another. */
export function moved(agency: WatchCounts, before: WatchCounts, after: WatchCounts): WatchCounts {
  return each((rule) => Math.max(0, agency[rule] + after[rule] - before[rule]))
}

/** The rules whose limit is passed. */
export function rulesPassed(counts: WatchCounts, limits: WatchLimits): readonly WatchRule[] {
  return WATCH_RULES.filter((rule) => counts[rule] > limits[rule])
}

/** The rules that an agency passes, of all its look-ups of the day. */
export function rulesPassedByAgency(counts: WatchCounts, asked: number, limits: WatchLimits): readonly WatchRule[] {
  return rulesPassed(counts, limits).filter((rule) => counts[rule] * 4 > asked)
}

function each(value: (rule: WatchRule) => number): WatchCounts {
  return Object.fromEntries(WATCH_RULES.map((rule) => [rule, value(rule)])) as WatchCounts
}

const ANSWERS = ['match', 'candidates', 'many', 'none'] as const

/** Look-ups as they are stored: 18 bytes each. */
export function encodeLookups(lookups: readonly OpenLookup[]): Uint8Array {
  const bytes = new Uint8Array(lookups.length * BYTES)
  const view = new DataView(bytes.buffer)
  lookups.forEach(({ child, household, number, description, slot, answer, isNext, isAlone }, i) => {
    const at = i * BYTES
    ;[child, household, number, description].forEach((tag, j) => {
      view.setUint32(at + 4 * j, tag)
    })
    view.setUint8(at + 16, slot)
    view.setUint8(at + 17, ANSWERS.indexOf(answer) + (isNext ? IS_NEXT : 0) + (isAlone ? IS_ALONE : 0))
  })
  return bytes
}

const BYTES = 18
const IS_NEXT = 4
const IS_ALONE = 8

export function decodeLookups(bytes: Uint8Array): readonly OpenLookup[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: Math.floor(bytes.length / BYTES) }, (_, i) => {
    const at = i * BYTES
    const last = view.getUint8(at + 17)
    return {
      child: view.getUint32(at),
      household: view.getUint32(at + 4),
      number: view.getUint32(at + 8),
      description: view.getUint32(at + 12),
      slot: view.getUint8(at + 16),
      answer: ANSWERS[last % IS_NEXT] ?? 'match',
      isNext: (last & IS_NEXT) !== 0,
      isAlone: (last & IS_ALONE) !== 0,
    }
  })
}
