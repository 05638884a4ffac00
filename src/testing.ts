export type {
  GeneratedAddress,
  GeneratedAgency,
  GeneratedAgencyKind,
  GeneratedChild,
  GeneratedContact,
  GeneratedDetails,
  SeededRandom,
  Story,
} from './testing/population.js'
export {
  generateAgencies,
  generateContacts,
  generatePopulation,
  queryOf,
  searchTerms,
  seededRandom,
  toNdjson,
} from './testing/population.js'
export { type SearchOutcome, searchBytes } from './testing/search-bytes.js'
export { type ContractRunner, type OpenedStore, storeContract } from './testing/store-contract.js'
