export {
  type Agency,
  type AgencyOptions,
  type BackFillOptions,
  type BackFillOutcome,
  type BackFillQuery,
  type CheckInput,
  type CheckOutcome,
  type Conference,
  type ConferenceAsk,
  createAgency,
  type Identified,
  type Joined,
  type Known,
  RECEIPT_NOTICE,
  type Receipt,
  verifyReceipt,
} from './agency.js'
export type { Clock, Random } from './bytes.js'
export {
  ACCOUNT_OUTCOMES,
  ACCOUNT_PARTS,
  type AccountFor,
  type AccountOutcome,
  type AccountPart,
  DELAY_REASONS,
  type DelayReason,
  WITHHOLDING_REASONS,
  WITHHOLDING_SOURCES,
  type WithholdingReason,
} from './case/account.js'

export {
  CORRECTION_OUTCOMES,
  CORRECTION_REASONS,
  type CorrectionAbout,
  type CorrectionOutcome,
  type CorrectionReason,
} from './case/account-correction.js'
export type { Account, CarerAccount, ChildAccount, Held } from './case/account-document.js'
export {
  DEADLINE_KINDS,
  DEADLINE_STATES,
  type Deadline,
  type DeadlineKind,
  type DeadlineState,
  SILENCE_REASONS,
  type Silence,
  type SilenceReason,
} from './case/agenda.js'
export { ALERT_KINDS, ALERT_OUTCOMES, type Alert, type AlertKind, type AlertOutcome } from './case/alert.js'
export { CASE_STATUSES, type CaseStatus, CLOSING_REASONS, type ClosingReason } from './case/case.js'
export {
  CONSENT_KINDS,
  CONSENTED_INFORMATION,
  type ConsentDecision,
  type ConsentedInformation,
  type ConsentKind,
  type ConsentRecord,
  type ConsentSpeaker,
  consentFor,
  MANAGEMENT,
  type Understanding,
} from './case/consent.js'
export {
  DETERMINATION_FINDINGS,
  DETERMINATION_REASONS,
  DETERMINATION_WITHDRAWAL_REASONS,
  type DeterminationFinding,
  type DeterminationReason,
  type DeterminationWithdrawalReason,
  MET_REASONS,
  type MetReason,
  NOT_MET_REASONS,
  type NotMetReason,
} from './case/determination.js'
export type { Dossier, EarlierCase, Reason, SeenVerdict } from './case/dossier/dossier.js'
export { dossierPage } from './case/dossier/page.js'
export { dossierLines } from './case/dossier/text.js'
export type { TimelineItem } from './case/dossier/timeline.js'
export type { Trend, TrendPeriod } from './case/dossier/trend.js'
export { DUPLICATE_REASONS, type DuplicateReason, type DuplicateStatus } from './case/duplicate.js'
export {
  AGENCY_ANSWERS,
  AGENCY_QUESTIONS,
  type AgencyAnswer,
  type AgencyQuestion,
  type Answered,
  ENQUIRY_OUTCOMES,
  type EnquiryOutcome,
  REFERRALS_MADE,
  type ReferralMade,
  referralWordsFor,
} from './case/enquiry.js'
export { figuresCsv } from './case/figures/csv.js'
export type { AgencyFigures, Figures, FigureTable } from './case/figures/figures.js'
export type { GroupData, GroupFigures, GroupPopulation } from './case/figures/groups.js'
export { figuresPage } from './case/figures/report.js'
export type { Figure } from './case/figures/shown.js'
export type { Involvement } from './case/involvement.js'
export { LINK_REASONS, type LinkReason } from './case/link.js'
export { AGENCY_NEEDS, type AgencyNeed, type Need, OFFICER_NEEDS, type OfficerNeed } from './case/need.js'
export { REFUSAL_REASONS, type RefusalReason, type ReleaseAnswer } from './case/opening.js'
export type { AgencyReferral, ReferralPackage, UnreadableReferral } from './case/package.js'
export {
  DECLINE_REASONS,
  type DeclineReason,
  MILESTONES,
  type Milestone,
  REFERRAL_OUTCOMES,
  REFERRAL_STATUSES,
  type ReferralOutcome,
  type ReferralStatus,
} from './case/referral.js'
export { referralPage } from './case/referral-page.js'
export {
  OVERRIDE_REASONS,
  type OverrideReason,
  SHIELD_REASONS,
  type ShieldReason,
  UNSHIELD_REASONS,
  type UnshieldReason,
} from './case/shielding.js'
export { AGENCY_LIMITS, PRACTITIONER_LIMITS, WATCH_RULES, type WatchLimits, type WatchRule } from './case/watch.js'
export { WITHDRAWAL_REASONS, type WithdrawalReason } from './check/withdrawal.js'
export type { Address, Alias, Carer, ChildQuery, LookupDetails, RegistrationDetails } from './child/details.js'
export { readAgencyChildId, writeAgencyChildId } from './child/written-form.js'
export { type DisclosureBasis, describeBasis } from './disclosure/basis.js'
export {
  type Consent,
  type DisclosureDecision,
  type DisclosureRequest,
  decideDisclosure,
  parseDisclosureRequest,
} from './disclosure/decide.js'
export { LAWFUL_BASES, type LawfulBasis, PURPOSES, type Purpose } from './disclosure/purpose.js'
export { fileCustodianStore } from './embedded/files.js'
export { type InitHubOptions, initHub, type OpenOptions, openHub } from './embedded.js'
export { ERROR_CODES, type ErrorCode, IndexError, isIndexError } from './errors.js'
export type { CaseFilter, CaseSummary } from './hub/cases/case-lists.js'
export type { DeadlineFilter, Reminding, SeenDeadline } from './hub/cases/deadlines.js'
export type { CaseNews } from './hub/checks/raise.js'
export type { HubKeys, Limits } from './hub/context.js'
export type { AgencyEnquiry } from './hub/enquiries/enquiries-answer.js'
export type { EnquiryFilter, PublicEnquiry } from './hub/enquiries/enquiries-list.js'
export type { PublicCorrection } from './hub/families/accounts-corrections.js'
export type { AccountFilter, PublicAccount } from './hub/families/accounts-list.js'
export type { JournalReport } from './hub/journal/verify-stored.js'
export type { DuplicateFilter, DuplicateSide, PublicDuplicate } from './hub/links/duplicate-list.js'
export type { LinkOutcome } from './hub/links/links.js'
export type { PublicReferral, ReferralFilter } from './hub/referrals/referral-list.js'
export type {
  AdoptedPolicy,
  Adoption,
  AdoptOptions,
  ChangeOptions,
  ChildHistory,
  CustodianReach,
  Erased,
  ErasureReason,
  Hub,
  HubJournal,
  HubStatus,
  KeysetRecords,
  Lookups,
  NewKeyset,
  NotedErasures,
  OpenHubOptions,
  RewrapOptions,
  Rewrapping,
  RosterOutcome,
  Rotation,
  RotationOptions,
  ShareCount,
  Unlocking,
} from './hub.js'
export { decodeKeyFile, encodeKeyFile, type KeyFile } from './key-file.js'
export type { Judgement } from './officer/determine.js'
export {
  type About,
  type AlertFilter,
  createOfficer,
  type Existence,
  memoryOneUseKeys,
  type Officer,
  type OfficerOptions,
  type OneUseKeys,
  type OpenAsk,
  type OpenedDetails,
  type Opening,
  type ReferAsk,
  type SentReferral,
  type SilenceAsk,
  type UnshieldOutcome,
} from './officer.js'
export { type HubPort, newPartyKey, nextPartyKey, type PartyKey, type PartyOptions, type Pin } from './party.js'
export { type AssessOptions, assess, levelAt, type Verdict } from './policy/assess.js'
export { type CompiledPolicy, compilePolicy } from './policy/compiled/compile.js'
export type { TrackedChild } from './policy/compiled/track.js'
export { defaultPolicy } from './policy/default.js'
export type { Explanation, LevelExplanation, RuleExplanation } from './policy/explain/explanation.js'
export { policyHash, vocabularyHash } from './policy/hash.js'
export type { AssessedCheck } from './policy/history.js'
export { POLICY_NAMES, type PolicyName, policyNamed } from './policy/named.js'
export { parsePolicy } from './policy/parse.js'
export type { Policy, Threshold } from './policy/policy.js'
export type { ReplayOptions, ReplayReport } from './policy/replay/replay.js'
export type { Port, SendOptions } from './port.js'
export type { Enrolment, Replacement } from './roster/enrolment.js'
export type { RosterHistory } from './roster/history.js'
export { OFFICER_ROLES, type OfficerRole, type Roster } from './roster/roster.js'
export {
  createSealer,
  type RegisterOptions,
  type Registration,
  type RegistrationOutcome,
  type Sealer,
} from './sealer.js'
export { memoryStore } from './store/memory.js'
export type { Store } from './store/port.js'
