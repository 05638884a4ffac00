import { WITHDRAWAL_REASONS } from '../../check/withdrawal.js'
import { LAWFUL_BASES, PURPOSES } from '../../disclosure/purpose.js'
import { CASE_OUTCOMES, CLOSING_REASONS } from '../case.js'
import { ENQUIRY_OUTCOMES } from '../enquiry.js'
import { REFERRAL_OUTCOMES } from '../referral.js'
import type { PeriodKind } from './period.js'

/** What is counted for the shortest period in which it is counted at all. */
export interface TableSpec {
  readonly title: string
  /** What one of the counts is one of. */
  readonly unit: string
  /**
   * The period for which it is counted. Figures of a longer one are sums of what was shown of these; in a shorter one the
   * table does not appear: so no two figures count the same thing twice.
   */
  readonly every: PeriodKind
  readonly rows: { readonly name: string; readonly codes: readonly string[] | 'as they come' }
  readonly columns: { readonly name: string; readonly codes: readonly string[] }
}

/** What ended in the period; or, as the last, what fell due in it and had not ended by its end. */
const IN_TIME = { name: 'timeliness', codes: ['in-time', 'late', 'not-yet'] } as const
const IN_TIME_OR_LATE = { name: 'timeliness', codes: ['in-time', 'late'] } as const

export const TABLE_IDS = [
  'raised',
  'closed',
  'determinations',
  'openings',
  'referrals',
  'deadlines',
  'enquiries',
  'families',
  'taken-back',
  'checks',
] as const
export type TableId = (typeof TABLE_IDS)[number]

/**
 * Every table there is. Each counts things that happen, each thing once, by when the hub journalled it; no two of them
 * count the same things by different words, because then the one could be subtracted from the other.
 */
export const TABLES: Readonly<Record<TableId, TableSpec>> = {
  raised: {
    title: 'Cases raised',
    unit: 'a level newly reached',
    every: 'month',
    rows: { name: 'level', codes: 'as they come' },
    columns: { name: 'how', codes: ['first', 're-referral', 'level-changed'] },
  },
  closed: {
    title: 'Cases closed',
    unit: 'a case',
    every: 'quarter',
    rows: { name: 'reason', codes: CLOSING_REASONS },
    columns: { name: 'outcome', codes: [...CASE_OUTCOMES, 'joined'] },
  },
  determinations: {
    title: 'Determinations',
    unit: 'an officer’s signed word on a case',
    every: 'quarter',
    rows: { name: 'word', codes: ['made', 'disagreed', 'withdrawn'] },
    columns: { name: 'all', codes: ['all'] },
  },
  openings: {
    title: 'Openings requested',
    unit: 'a group of details of a child, asked of the custodians',
    every: 'quarter',
    rows: { name: 'purpose', codes: PURPOSES },
    columns: { name: 'lawful basis', codes: LAWFUL_BASES },
  },
  referrals: {
    title: 'Referrals decided',
    unit: 'a referral',
    every: 'quarter',
    rows: { name: 'outcome', codes: [...REFERRAL_OUTCOMES, 'declined', 'not-decided'] },
    columns: IN_TIME_OR_LATE,
  },
  deadlines: {
    title: 'Assessments and conferences',
    unit: 'a deadline',
    every: 'quarter',
    rows: { name: 'deadline', codes: ['assessment', 'conference'] },
    columns: IN_TIME,
  },
  enquiries: {
    title: 'Enquiries ended',
    unit: 'an enquiry about a child whom no register entry matched',
    every: 'quarter',
    rows: { name: 'outcome', codes: [...ENQUIRY_OUTCOMES, 'not-ended'] },
    columns: IN_TIME_OR_LATE,
  },
  families: {
    title: 'Accounts and corrections',
    unit: 'a family’s request',
    every: 'year',
    rows: { name: 'request', codes: ['account', 'correction'] },
    columns: IN_TIME,
  },
  'taken-back': {
    title: 'Checks taken back',
    unit: 'a check',
    every: 'quarter',
    rows: { name: 'reason', codes: WITHDRAWAL_REASONS },
    columns: { name: 'how', codes: ['withdrawn', 'corrected'] },
  },
  checks: {
    title: 'Checks recorded',
    unit: 'a check; the number of children is not known, because no two agencies know a child by the same id',
    every: 'month',
    // By agency in the journal, so that silence can be told; in a table by kind.
    rows: { name: 'agency kind', codes: 'as they come' },
    columns: { name: 'all', codes: ['all'] },
  },
}
