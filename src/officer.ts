import type { AlertFilter } from './hub/watch/alert-desk.js'
import type { About } from './hub/watch/shield.js'
import { type AccountWork, accountWork } from './officer/accounts.js'
import { type AlertWork, alertWork, type Existence, type UnshieldOutcome } from './officer/alerts.js'
import { type CaseWork, caseWork } from './officer/case-work.js'
import { type Consents, consentWork } from './officer/consent.js'
import { type Deadlines, deadlineWork, type SilenceAsk } from './officer/deadlines.js'
import { type Determining, determining } from './officer/determine.js'
import { type EnquiryWork, enquiryWork } from './officer/enquiries.js'
import { type LinkWork, linkWork } from './officer/link.js'
import { memoryOneUseKeys, type OneUseKeys } from './officer/one-use-keys.js'
import type { OpenAsk, Opening } from './officer/open.js'
import { type OpeningWork, openingWork } from './officer/opening.js'
import type { OpenedDetails } from './officer/read.js'
import { type ReferAsk, type Referring, referring, type SentReferral } from './officer/refer.js'
import { replacementOf } from './party/replacement.js'
import { connect, type PartyKey, type PartyOptions } from './party.js'
import type { SendOptions } from './port.js'
import { type Enrolment, enrol, type Replacement } from './roster/enrolment.js'
import type { OfficerRole } from './roster/roster.js'

export { memoryOneUseKeys, type OneUseKeys } from './officer/one-use-keys.js'
export type {
  About,
  AlertFilter,
  Existence,
  OpenAsk,
  OpenedDetails,
  Opening,
  ReferAsk,
  SentReferral,
  SilenceAsk,
  UnshieldOutcome,
}

export interface OfficerChange {
  /** The key to go over to; that of now where absent. */
  readonly key?: PartyKey | undefined
  /** When the confidentiality undertaking was signed anew, epoch milliseconds; never before the one of now. */
  readonly undertakingAt?: number | undefined
  readonly trainingUntil?: number | undefined
  readonly vettingUntil?: number | undefined
}

/** An officer of the management function: works cases by identifier, and opens what the law and the policy allow. */
export interface Officer
  extends CaseWork,
    Determining,
    Consents,
    OpeningWork,
    Referring,
    Deadlines,
    EnquiryWork,
    AccountWork,
    AlertWork,
    LinkWork {
  readonly id: string
  enrolment(): Enrolment
  /** Puts a new key or new dates in the place of those of now: for `hub.replace`. */
  replacement(change: OfficerChange, options?: SendOptions): Promise<Replacement>
}

export interface OfficerOptions extends PartyOptions {
  /** Who the officer is across roles and keys; a pseudonym from the employer's register. */
  readonly person: string
  /** Epoch milliseconds. */
  readonly undertakingAt: number
  readonly trainingUntil: number
  readonly vettingUntil: number
  /** Absent: a caseworker. */
  readonly roles?: readonly OfficerRole[] | undefined
  /** Where one-use keys are kept until their opening expires; in memory where absent. */
  readonly oneUseKeys?: OneUseKeys | undefined
}

/** What is given of optional members. */
function given<T extends object>(members: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]?: Exclude<T[Name], undefined>
  }
}

export function createOfficer(options: OfficerOptions): Officer {
  const line = connect(options)
  const keys = options.oneUseKeys ?? memoryOneUseKeys()

  return {
    id: line.id,
    enrolment() {
      const { signing, hpke } = line.key
      const { person, undertakingAt, trainingUntil, vettingUntil, roles = ['caseworker'] } = options
      const ids = { id: line.id, keys: { signing: signing.publicKey, hpke: hpke.publicKey }, suspended: false }
      return enrol(
        line.hub,
        { party: 'officer', ...ids, person, undertakingAt, trainingUntil, vettingUntil, roles },
        signing,
      )
    },
    replacement: ({ key, ...dates }, send) => replacementOf(line, key, given(dates), send),
    ...caseWork(line),
    ...determining(line),
    ...consentWork(line),
    ...openingWork(line, keys),
    ...referring(line, keys),
    ...deadlineWork(line),
    ...enquiryWork(line),
    ...accountWork(line),
    ...alertWork(line),
    ...linkWork(line),
  }
}
