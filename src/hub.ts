import { IndexError } from './errors.js'
import { casesForOfficer, nextCase } from './hub/cases/case-lists.js'
import { assignCase, joinCase, leaveCase, takeCase } from './hub/cases/case-work.js'
import { closeCase } from './hub/cases/close-case.js'
import { consentsForOfficer, recordConsent, withdrawConsent } from './hub/cases/consents.js'
import { deadlinesForOfficer, silenceDeadline } from './hub/cases/deadlines.js'
import { determine, withdrawDetermination } from './hub/cases/determine.js'
import { reviewForOfficer } from './hub/cases/review.js'
import { openAssessor } from './hub/checks/assessor.js'
import { checkRecorder } from './hub/checks/record-checks.js'
import { keepWatermark } from './hub/checks/watermark.js'
import { correctCheck, findCheck, withdrawCheck } from './hub/checks/withdraw.js'
import { joinConference, openConference } from './hub/children/conference.js'
import { identify } from './hub/children/identify.js'
import { findForRegistration, registerChildren } from './hub/children/register.js'
import { checkpoint, requireNotRolledBack } from './hub/custodians/checkpoints.js'
import { answerEnquiry, enquiriesForAgency } from './hub/enquiries/enquiries-answer.js'
import { enquiriesForOfficer } from './hub/enquiries/enquiries-list.js'
import { askAgency, assignEnquiry, endEnquiryByOfficer, takeEnquiry } from './hub/enquiries/enquiries-work.js'
import { eraseRegistered } from './hub/erasure/erase-noted.js'
import { askAccount } from './hub/families/accounts.js'
import {
  askCorrection,
  correctionsForOfficer,
  decideCorrection,
  pursueCorrection,
} from './hub/families/accounts-corrections.js'
import { accountsForOfficer } from './hub/families/accounts-list.js'
import { delayAccount, endAccount, produceAccount, withholdParts } from './hub/families/accounts-work.js'
import { duplicatesForOfficer, suspectDuplicate } from './hub/links/duplicate-list.js'
import { link, prepareLink } from './hub/links/links.js'
import { facts, relay, rosterSince } from './hub/lists.js'
import { type OpenHubOptions, openContext } from './hub/open-context.js'
import { seeInvolvement } from './hub/openings/involvement-view.js'
import { openCase } from './hub/openings/open-case.js'
import { preparedEvidence, prepareOpening } from './hub/openings/prepare-opening.js'
import { readOpening } from './hub/openings/read-opening.js'
import { operations } from './hub/operations.js'
import type { Hub } from './hub/operator.js'
import { prepareReferral } from './hub/referrals/prepare-referral.js'
import {
  acceptReferral,
  decideReferral,
  declineReferral,
  inbox,
  reportReferral,
} from './hub/referrals/referral-answers.js'
import { referralForOfficer, referralsForOfficer } from './hub/referrals/referral-list.js'
import { sendReferral } from './hub/referrals/referrals.js'
import { alertsForOfficer, endAlert } from './hub/watch/alert-desk.js'
import { overrideShield, shieldChild, unshieldChild } from './hub/watch/shield.js'
import { type Handler, serve } from './port.js'
import { presentRoster } from './roster/history.js'

export type { ErasureReason } from './case/erasure.js'
export type { Adoption, AdoptOptions } from './hub/checks/adopt-policy.js'
export type { ChildHistory } from './hub/checks/histories.js'
export type { AdoptedPolicy } from './hub/checks/policies.js'
export type { Rotation, RotationOptions } from './hub/children/epochs.js'
export type { Lookups } from './hub/children/lookup-rotation.js'
export type { RewrapOptions, Rewrapping, ShareCount } from './hub/custodians/rewrap.js'
export type { Unlocking } from './hub/custodians/unlock.js'
export type { Erased } from './hub/erasure/erase.js'
export type { NotedErasures } from './hub/erasure/erase-noted.js'
export type { ExportOptions } from './hub/journal/export-bundle.js'
export type { OpenHubOptions } from './hub/open-context.js'
export type { Hub, HubJournal } from './hub/operator.js'
export type { NewKeyset } from './hub/roster/change-roster.js'
export type { ChangeOptions, RosterOutcome } from './hub/roster/enrolment.js'
export type { KeysetRecords } from './hub/roster/keysets.js'
export type { CustodianReach, HubStatus } from './hub/status.js'

/** A hub on a store with its keys, its custodians within reach, and its journal checked against what they saw. */
export async function openHub(options: OpenHubOptions): Promise<Hub> {
  const { context: hub, follow } = await openContext(options)
  const prepared = preparedEvidence(hub.clock)
  const assessor = openAssessor(hub)
  const { assess, assessSoon } = assessor
  const underWay = new Set<Promise<unknown>>()
  let isClosed = false
  await requireNotRolledBack(hub)

  const thenAssess =
    (handler: Handler): Handler =>
    async (message, send) => {
      const answer = await handler(message, send)
      assessSoon()
      return answer
    }
  const caughtUpFirst =
    (handler: Handler): Handler =>
    async (message, send) => {
      await assess(send?.signal)
      return handler(message, send)
    }

  /** What each message starts: one line per verb, in the order of a check's life. */
  const story: Record<string, Handler> = {
    facts: async () => facts(hub),
    roster: async (message) => rosterSince(hub, message),
    relay: (message, send) => relay(hub, message, send),
    'find-for-registration': (message, send) => findForRegistration(hub, message, send),
    register: (message, send) => registerChildren(hub, message, send),
    erase: (message, send) => eraseRegistered(hub, message, assess, send),
    identify: (message, send) => identify(hub, message, send),
    'open-conference': (message) => openConference(hub, message),
    'join-conference': (message) => joinConference(hub, message),
    'check-batch': thenAssess(checkRecorder(hub)),
    'find-check': (message) => findCheck(hub, message),
    withdraw: thenAssess((message) => withdrawCheck(hub, message)),
    correct: thenAssess((message) => correctCheck(hub, message)),
    'take-case': caughtUpFirst((message) => takeCase(hub, message)),
    'join-case': caughtUpFirst((message) => joinCase(hub, message)),
    'assign-case': caughtUpFirst((message) => assignCase(hub, message)),
    'leave-case': caughtUpFirst((message) => leaveCase(hub, message)),
    cases: caughtUpFirst((message) => casesForOfficer(hub, message)),
    'next-case': caughtUpFirst((message) => nextCase(hub, message)),
    review: caughtUpFirst((message) => reviewForOfficer(hub, message)),
    determine: caughtUpFirst((message) => determine(hub, message)),
    'withdraw-determination': (message) => withdrawDetermination(hub, message),
    'record-consent': caughtUpFirst((message) => recordConsent(hub, message)),
    'withdraw-consent': caughtUpFirst((message) => withdrawConsent(hub, message)),
    consents: caughtUpFirst((message) => consentsForOfficer(hub, message)),
    'prepare-opening': caughtUpFirst((message) => prepareOpening(hub, prepared, message)),
    open: (message, send) => openCase(hub, prepared, message, send),
    'read-opening': (message) => readOpening(hub, message),
    involvement: caughtUpFirst((message) => seeInvolvement(hub, message)),
    'prepare-referral': (message) => prepareReferral(hub, message),
    refer: (message) => sendReferral(hub, message),
    inbox: (message) => inbox(hub, message),
    accept: (message) => acceptReferral(hub, message),
    decline: (message) => declineReferral(hub, message),
    decide: (message) => decideReferral(hub, message),
    report: (message) => reportReferral(hub, message),
    referrals: (message) => referralsForOfficer(hub, message),
    referral: (message) => referralForOfficer(hub, message),
    deadlines: caughtUpFirst((message) => deadlinesForOfficer(hub, message)),
    'silence-deadline': (message) => silenceDeadline(hub, message),
    close: caughtUpFirst((message) => closeCase(hub, message)),
    enquiries: caughtUpFirst((message) => enquiriesForOfficer(hub, message)),
    'take-enquiry': (message) => takeEnquiry(hub, message),
    'assign-enquiry': (message) => assignEnquiry(hub, message),
    'ask-agency': (message) => askAgency(hub, message),
    'agency-enquiries': caughtUpFirst((message) => enquiriesForAgency(hub, message)),
    'answer-enquiry': (message) => answerEnquiry(hub, message),
    'end-enquiry': (message) => endEnquiryByOfficer(hub, message),
    'ask-account': (message) => askAccount(hub, message),
    accounts: (message) => accountsForOfficer(hub, message),
    account: caughtUpFirst((message) => produceAccount(hub, message)),
    withhold: (message) => withholdParts(hub, message),
    'delay-account': (message) => delayAccount(hub, message),
    'end-account': (message) => endAccount(hub, message),
    'ask-correction': (message) => askCorrection(hub, message),
    corrections: (message) => correctionsForOfficer(hub, message),
    'pursue-correction': caughtUpFirst((message) => pursueCorrection(hub, message)),
    'decide-correction': caughtUpFirst((message) => decideCorrection(hub, message)),
    alerts: (message) => alertsForOfficer(hub, message),
    'end-alert': (message) => endAlert(hub, message),
    shield: (message) => shieldChild(hub, message),
    unshield: (message) => unshieldChild(hub, message),
    'override-shield': (message) => overrideShield(hub, message),
    duplicates: caughtUpFirst((message) => duplicatesForOfficer(hub, message)),
    'suspect-duplicate': caughtUpFirst((message) => suspectDuplicate(hub, message)),
    'prepare-link': caughtUpFirst((message) => prepareLink(hub, message)),
    link: caughtUpFirst(thenAssess((message) => link(hub, message))),
  }
  const port = serve(new Map(Object.entries(story)))
  const requireOpen = (): void => {
    if (isClosed) throw new IndexError('ERR_CLOSED', 'the hub is closed')
  }
  const close = async (): Promise<void> => {
    if (isClosed) return
    isClosed = true
    await Promise.allSettled(underWay)
    await assessor.settled()
    // What is not kept is found again.
    await keepWatermark(hub).catch(() => undefined)
    // Without a quorum there is no new head to keep; the journal itself is durable already.
    await checkpoint(hub).catch(() => undefined)
    hub.custodians.close()
    await hub.store.close()
    await options.onClose?.()
  }

  // What an earlier process had recorded and not yet assessed.
  assessSoon()

  return {
    id: hub.id,
    name: hub.name,
    pin: { hub: hub.id, roster: (hub.rosters().versions[0]?.roster ?? presentRoster(hub.rosters())).hash },
    async send(message, send) {
      requireOpen()
      const answer = hub.ledger.notice().then(() => port.send(message, send))
      underWay.add(answer)
      return answer.finally(() => underWay.delete(answer))
    },
    ...operations(hub, assessor, { follow, custodiansApart: options.custodiansApart }),
    close,
    [Symbol.asyncDispose]: close,
  }
}
