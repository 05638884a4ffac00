import { type ConsentDecision, type ConsentRecord, type consentFor, withdrawn } from '../../case/consent.js'
import { type Consent, type DisclosureRequest, decideDisclosure } from '../../disclosure/decide.js'
import { DISCLOSURE_THRESHOLDS, STATUSES } from './requests.js'

/** How consents on record become what the disclosure rules go by: a rule under test. */
export type ConsentRule = typeof consentFor

/** Records, a question about them, and one more record that may come. */
export interface ConsentSituation {
  readonly records: readonly ConsentRecord[]
  readonly decision: ConsentDecision
  /** Epoch milliseconds. */
  readonly at: number
  readonly more: ConsentRecord
}

export type ConsentLawId = `C${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8}`

/** A statement that must be true in every situation. */
export interface ConsentLaw {
  readonly id: ConsentLawId
  readonly title: string
  /** Why it must hold, in a sentence. */
  readonly rationale: string
  /** What is wrong; undefined where nothing is. */
  complaint(rule: ConsentRule, situation: ConsentSituation): string | undefined
}

/** The laws C1 to C8 of consents on record. What is shown is asked of the disclosure rules, at every threshold and status. */
export const consentLaws: readonly ConsentLaw[] = [
  {
    id: 'C1',
    title: 'Withdrawing never shows more',
    rationale: 'Whoever takes a yes back must not be worse off than before.',
    complaint: (rule, { records, decision, at }) =>
      records.some(({ number }) => showsMore(rule, decision, at, records, withdrawn(records, number, at)))
        ? 'with a consent withdrawn more is shown'
        : undefined,
  },
  {
    id: 'C2',
    title: 'Expiring never shows more',
    rationale: 'Time alone must not open anything.',
    complaint: (rule, { records, decision, at }) =>
      records.some(({ until = at }) =>
        isMore(rule(records, decision, at), rule(records, decision, Math.max(at, until)), decision),
      )
        ? 'once a consent has ended more is shown'
        : undefined,
  },
  {
    id: 'C3',
    title: 'A consent to a service or to treatment changes nothing',
    rationale: 'Whoever wants help has not agreed to be talked about.',
    complaint: (rule, { records, decision, at, more }) =>
      (['service', 'medical'] as const).some((kind) => !changesNothing(rule, decision, at, records, { ...more, kind }))
        ? 'a consent of another kind changes the answer'
        : undefined,
  },
  {
    id: 'C4',
    title: 'A consent to one recipient changes nothing for another',
    rationale: 'Who may hear of it is what was asked.',
    complaint: (rule, { records, decision, at, more }) =>
      changesNothing(rule, decision, at, records, { ...more, decision: { ...decision, to: `not-${decision.to}` } })
        ? undefined
        : 'a consent to another recipient changes the answer',
  },
  {
    id: 'C5',
    title: 'A consent to one sort of information changes nothing for another',
    rationale: 'What may be heard is what was asked.',
    complaint: (rule, { records, decision, at, more }) => {
      const information = decision.information === 'identity' ? ('carers' as const) : ('identity' as const)
      return changesNothing(rule, decision, at, records, { ...more, decision: { ...decision, information } })
        ? undefined
        : 'a consent to other information changes the answer'
    },
  },
  {
    id: 'C6',
    title: 'A refusal never shows more',
    rationale: 'One carer says no for as long as nobody asks that carer again; another carer’s yes does not undo it.',
    complaint(rule, { records, decision, at, more }) {
      const { understanding: _, ...word } = { ...more, kind: 'data-protection' as const, decision, given: false }
      return showsMore(rule, decision, at, records, [...records, word]) ? 'with a refusal more is shown' : undefined
    },
  },
  {
    id: 'C7',
    title: 'A yes counts only while every carer who was asked says yes',
    rationale: 'Of two carers the one who says no is heard.',
    complaint(rule, { records, decision, at, more }) {
      const said = { ...more, kind: 'data-protection' as const, decision, by: 'carer' as const, carer: more.carer ?? 1 }
      const after = rule([...records, { ...said, given: false }], decision, at)
      return after.carer === 'refused' ? undefined : 'a carer refused, and the carers count as something else'
    },
  },
  {
    id: 'C8',
    title: 'Understanding does not lapse',
    rationale: 'A child who understood a decision yesterday is not passed over today.',
    complaint(rule, { records, decision, at, more }) {
      const understanding = { understands: true, assessedBy: 'somebody', at: more.at }
      const { until: _, ...word } = { ...more, kind: 'data-protection' as const, decision, understanding }
      const after = [...records, word]
      const later = withdrawn(after, word.number, at)
      const isKept = [after, later].every((each) => rule(each, decision, at + 1e12).childUnderstands)
      return isKept ? undefined : 'a child that understood does so no longer'
    },
  },
]

function changesNothing(
  rule: ConsentRule,
  decision: ConsentDecision,
  at: number,
  records: readonly ConsentRecord[],
  more: ConsentRecord,
): boolean {
  return JSON.stringify(rule(records, decision, at)) === JSON.stringify(rule([...records, more], decision, at))
}

function showsMore(
  rule: ConsentRule,
  decision: ConsentDecision,
  at: number,
  before: readonly ConsentRecord[],
  after: readonly ConsentRecord[],
): boolean {
  return isMore(rule(before, decision, at), rule(after, decision, at), decision)
}

/** Whether the rules permit with the second consent what they deny with the first, anywhere. */
function isMore(before: Consent, after: Consent, { information }: ConsentDecision): boolean {
  return DISCLOSURE_THRESHOLDS.some((threshold) =>
    STATUSES.some((status) => {
      const shown = (consent: Consent): boolean => {
        const request: DisclosureRequest = { information, threshold, status, needToKnow: true, consent }
        return decideDisclosure(request).permitted
      }
      return shown(after) && !shown(before)
    }),
  )
}
