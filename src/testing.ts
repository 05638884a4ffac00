export { type LevelExample, type PolicyMutant, policyMutants, survivingMutants } from './policy/diff/mutants.js'
export type { Example } from './policy/example.js'
export { type ReferenceVerdict, referenceAssess } from './policy/reference/assess.js'
export {
  type ConsentLawOptions,
  type ConsentReport,
  type ConsentResult,
  checkConsentLaws,
} from './testing/disclosure/check-consent-laws.js'
export {
  checkDisclosureLaws,
  type DisclosureLawOptions,
  type DisclosureReport,
  type DisclosureResult,
} from './testing/disclosure/check-laws.js'
export {
  type ConsentLaw,
  type ConsentLawId,
  type ConsentRule,
  type ConsentSituation,
  consentLaws,
} from './testing/disclosure/consent-laws.js'
export { consentRecords, consentSituations } from './testing/disclosure/consent-records.js'
export { type Decide, type DisclosureLaw, type DisclosureLawId, disclosureLaws } from './testing/disclosure/laws.js'
export {
  consents,
  disclosureRequests,
  everyConsent,
  everyDisclosureRequest,
} from './testing/disclosure/requests.js'
export { checkLaw, checkLaws, type LawOptions, type LawReport, type LawResult } from './testing/policy/check-laws.js'
export { describeLaws, type LawRunner } from './testing/policy/describe-laws.js'
export { type GoldenVector, goldenVectors } from './testing/policy/golden.js'
export {
  checksOf,
  examplesOf,
  type HistoryOptions,
  historiesOf,
  instantsOf,
} from './testing/policy/histories.js'
export {
  type Assessment,
  type Implementation,
  type Law,
  LawBroken,
  type LawId,
  type Situation,
} from './testing/policy/law.js'
export { laws } from './testing/policy/laws.js'
export { type PolicyOptions, policies } from './testing/policy/policies.js'
export type {
  ChildrenOptions,
  GeneratedAddress,
  GeneratedAgency,
  GeneratedAgencyKind,
  GeneratedChild,
  GeneratedContact,
  GeneratedDetails,
  Lookalike,
  LookalikeKind,
  LookalikesOptions,
  Misrecorded,
  MisrecordedOptions,
  RecordingError,
  SeededRandom,
  Story,
} from './testing/population.js'
export {
  generateAgencies,
  generateChildren,
  generateContacts,
  generateLookalikes,
  generatePopulation,
  LOOKALIKE_KINDS,
  misrecorded,
  queryOf,
  RECORDING_ERRORS,
  searchTerms,
  seededRandom,
  toNdjson,
} from './testing/population.js'
export { type SearchOutcome, searchBytes } from './testing/search-bytes.js'
export { type ContractRunner, type OpenedStore, storeContract } from './testing/store-contract.js'
