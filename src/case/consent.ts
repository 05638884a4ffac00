import type { Consent, ConsentState, Information } from '../disclosure/decide.js'

/**
 * Three consents that a family can be asked for, and that are often taken for one: to information being shared, to a service
 * being provided, to treatment. Only the first is ever a reason to share.
 */
export const CONSENT_KINDS = ['data-protection', 'service', 'medical'] as const
export type ConsentKind = (typeof CONSENT_KINDS)[number]

/** What consent can be asked to. That a child exists here, or that a check was made, is nothing personal: nobody is asked. */
export const CONSENTED_INFORMATION = [
  'identity',
  'carers',
  'carer-factors',
  'involvement',
  'sensitive-involvement',
  'concern',
] as const
export type ConsentedInformation = (typeof CONSENTED_INFORMATION)[number]

/** Who speaks: the child, or one of the carers, who are numbers of the officer's own file and never names. */
export type ConsentSpeaker =
  | { readonly by: 'child'; readonly carer?: undefined }
  | { readonly by: 'carer'; readonly carer: number }

/** What is consented to: one sort of information, shown to one recipient. */
export interface ConsentDecision {
  readonly information: ConsentedInformation
  /** Id of an agency, or `MANAGEMENT` for the officers of the management function. */
  readonly to: string
}

/** The recipient who is no agency: officers themselves. No party can have it as its id. */
export const MANAGEMENT = 'management'

export const CARERS_MAX = 9

/**
 * That a person judged whether the child understands one decision (Gillick; Working Together 2023). Never worked out from an
 * age. It does not lapse: a child who understood once is asked from then on, for this decision.
 */
export interface Understanding {
  readonly understands: boolean
  /** Who judged it; a pseudonym from their employer's register. */
  readonly assessedBy: string
  /** Epoch milliseconds. */
  readonly at: number
}

/** What one person said on one decision, as an officer recorded it. Later words of the same person take its place. */
export type ConsentRecord = ConsentSpeaker & {
  /** Of the hub, from 1. */
  readonly number: number
  readonly kind: ConsentKind
  readonly decision: ConsentDecision
  readonly given: boolean
  /** When it was recorded, epoch milliseconds. */
  readonly at: number
  /** When it ends, excluded; absent: when it is withdrawn. */
  readonly until?: number | undefined
  readonly understanding?: Understanding | undefined
  /** Officer. */
  readonly recordedBy: string
  readonly withdrawnAt?: number | undefined
  /** Number of what the same person had said under another id of this child. */
  readonly replaces?: number | undefined
  /**
   * Which of the child's linked ids it was recorded under, counted from the one that goes on; absent: that one. Two files number
   * their carers apart.
   */
  readonly under?: number | undefined
}

/**
 * What the records amount to for one decision at an instant, as the disclosure rules take it. Pure. Consents of another kind,
 * to other information or to another recipient count for nothing. Of one person the last word counts; of several carers
 * `given` only if every carer who was asked gives it, else the most restrictive of what they said.
 */
export function consentFor(
  records: readonly ConsentRecord[],
  decision: { readonly information: Information; readonly to: string },
  at: number,
): Consent {
  const about = records.filter((record) => record.kind === 'data-protection' && isSame(record.decision, decision))
  const last = lastWords(about)
  const statesOf = (by: ConsentSpeaker['by']): readonly ConsentState[] =>
    last.filter((record) => record.by === by).map((record) => stateOf(record, at))
  return {
    carer: mostRestrictive(statesOf('carer')),
    child: mostRestrictive(statesOf('child')),
    childUnderstands: about.some(({ understanding }) => understanding?.understands === true),
  }
}

/** What one record amounts to at an instant. */
export function stateOf({ given, withdrawnAt, until }: ConsentRecord, at: number): ConsentState {
  if (!given) return 'refused'
  if (withdrawnAt !== undefined) return 'withdrawn'
  return until !== undefined && until <= at ? 'expired' : 'given'
}

/** Of every person's words on a decision the last: by number, and none that was replaced under another id. */
export function lastWords(records: readonly ConsentRecord[]): readonly ConsentRecord[] {
  const last = new Map<string, ConsentRecord>()
  for (const record of [...records].sort((a, b) => a.number - b.number)) last.set(subjectOf(record), record)
  const replaced = new Set(records.flatMap((record) => replacedBy(records, record)?.number ?? []))
  return [...last.values()].filter(({ number }) => !replaced.has(number))
}

/**
 * The numbers that a withdrawal ends: whatever consent this person has given on the decision of the record, under whatever number
 * and id. Empty where nothing of it stands any more.
 */
export function withdrawnWith(records: readonly ConsentRecord[], number: number): readonly number[] {
  const wanted = records.find((record) => record.number === number)
  if (wanted === undefined) return []
  const subjects = new Set([subjectOf(wanted)])
  // A replacement joins two subjects of one person: go on until none joins another.
  for (let size = 0; size !== subjects.size; ) {
    size = subjects.size
    for (const record of records) {
      const replaced = replacedBy(records, record)
      if (replaced === undefined) continue
      const pair = [subjectOf(record), subjectOf(replaced)]
      if (pair.some((subject) => subjects.has(subject))) for (const subject of pair) subjects.add(subject)
    }
  }
  return records
    .filter((record) => subjects.has(subjectOf(record)) && record.given && record.withdrawnAt === undefined)
    .map((record) => record.number)
}

/** The records once the consent of a number is withdrawn. What was recorded of understanding stays. */
export function withdrawn(records: readonly ConsentRecord[], number: number, at: number): readonly ConsentRecord[] {
  const ended = new Set(withdrawnWith(records, number))
  return records.map((record) => (ended.has(record.number) ? { ...record, withdrawnAt: at } : record))
}

/** Whether a later word can take the place of an earlier one under another id: it is of the same sort, by the same sort of person. */
export function canReplace(later: ConsentRecord, earlier: ConsentRecord): boolean {
  const isAlike = later.by === earlier.by && later.kind === earlier.kind && isSame(later.decision, earlier.decision)
  return isAlike && earlier.number < later.number
}

function replacedBy(records: readonly ConsentRecord[], record: ConsentRecord): ConsentRecord | undefined {
  if (record.replaces === undefined) return undefined
  return records.find((each) => each.number === record.replaces && canReplace(record, each))
}

const RESTRICTIVE: readonly ConsentState[] = ['refused', 'withdrawn', 'expired', 'given']

function mostRestrictive(states: readonly ConsentState[]): ConsentState {
  return RESTRICTIVE.find((state) => states.includes(state)) ?? 'not-sought'
}

function isSame(one: ConsentDecision, other: { readonly information: Information; readonly to: string }): boolean {
  return one.information === other.information && one.to === other.to
}

/** Who speaks of what: a later word on the same takes the place of this one. */
function subjectOf({ by, carer, kind, decision, under = 0 }: ConsentRecord): string {
  // The child is the same under all its ids; carers are numbered anew in each file.
  const speaker = by === 'child' ? [by] : [by, carer, under]
  return JSON.stringify([...speaker, kind, decision.information, decision.to])
}
