/** Every failure the library can report. A code is a contract (see docs/errors.md); a message is not. */
export const ERROR_CODES = [
  // what an agency or a sealer sent
  'ERR_REQUEST_INVALID',
  'ERR_DETAILS_INVALID',
  'ERR_NHS_NUMBER_INVALID',
  'ERR_DATE_INVALID',
  'ERR_DATE_IN_FUTURE',
  'ERR_TOO_OLD',
  'ERR_CHILD_ID_MALFORMED',
  'ERR_CHILD_ID_UNKNOWN',
  'ERR_EPOCH_CLOSED',
  'ERR_CODE_UNKNOWN',
  'ERR_CODE_RETIRED',
  'ERR_INCIDENT_NOT_FOR_KIND',
  'ERR_VOCABULARY_UNKNOWN',
  'ERR_CHECK_MALFORMED',
  'ERR_CHECK_OTHER_HUB',
  'ERR_CHECK_OTHER_AGENCY',
  'ERR_CHECK_IN_FUTURE',
  'ERR_REFERENCE_CONFLICT',
  'ERR_CHECK_UNKNOWN',
  'ERR_CONFERENCE_UNKNOWN',
  'ERR_BATCH_TOO_LARGE',
  'ERR_REGISTRATION_AMBIGUOUS',
  'ERR_RATE_LIMITED',
  // who they are
  'ERR_PARTY_UNKNOWN',
  'ERR_PARTY_NOT_IN_STANDING',
  'ERR_PARTY_EXISTS',
  'ERR_ROLE_MISSING',
  'ERR_KEY_INVALID',
  'ERR_KEY_WRONG',
  'ERR_KEY_MISSING',
  'ERR_SIGNATURE_INVALID',
  'ERR_ROSTER_INVALID',
  'ERR_CHANGE_WAITS',
  'ERR_APPROVAL_MISSING',
  // policy
  'ERR_POLICY_INVALID',
  'ERR_POLICY_UNKNOWN',
  'ERR_ASSESSMENT_INVALID',
  // journal
  'ERR_ENTRY_MALFORMED',
  'ERR_PROOF_MALFORMED',
  'ERR_CHECKPOINT_MALFORMED',
  'ERR_JOURNAL_INVALID',
  'ERR_JOURNAL_ROLLED_BACK',
  'ERR_QUORUM_MISSING',
  // sealing and opening
  'ERR_SEAL_INVALID',
  'ERR_SHARES_INSUFFICIENT',
  'ERR_CUSTODIAN_UNAVAILABLE',
  'ERR_CUSTODIAN_LOCKED',
  'ERR_OPENING_EXPIRED',
  'ERR_OPENING_UNKNOWN',
  // the management function
  'ERR_CASE_UNKNOWN',
  'ERR_CASE_STATUS',
  'ERR_THRESHOLD_NOT_REACHED',
  'ERR_DETERMINED_BEFORE',
  'ERR_DISCLOSURE_DENIED',
  'ERR_PURPOSE_NOT_ALLOWED',
  'ERR_CONSENT_UNKNOWN',
  'ERR_REFERRAL_UNKNOWN',
  'ERR_DEADLINE_UNKNOWN',
  'ERR_ENQUIRY_UNKNOWN',
  'ERR_ACCOUNT_UNKNOWN',
  'ERR_ALERT_UNKNOWN',
  'ERR_DUPLICATE_UNKNOWN',
  'ERR_DUPLICATE_STATUS',
  'ERR_OFFICER_INVOLVED',
  // files, messages and stores
  'ERR_MESSAGE_MALFORMED',
  'ERR_FILE_MISSING',
  'ERR_FILE_INVALID',
  'ERR_FILE_EXISTS',
  'ERR_ROW_MALFORMED',
  'ERR_STORE_FOREIGN',
  'ERR_STORE_NEWER',
  'ERR_STORE_READ_ONLY',
  'ERR_STORE_DAMAGED',
  'ERR_STORE_BUSY',
  'ERR_STORE_FULL',
  'ERR_STORE_FAILED',
  'ERR_CLOSED',
  'ERR_ABORTED',
  'ERR_UNEXPECTED',
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]

/**
 * A failure, by stable code.
 *
 * Holds no identifier, token, key or request data, nor does its cause. `field` is the path of a field that our own
 * schema names (`details.dateOfBirth`), never what stood in it.
 */
export class IndexError extends Error {
  override readonly name: string = 'IndexError'
  readonly code: ErrorCode
  readonly field: string | undefined

  constructor(code: ErrorCode, message: string, options?: ErrorOptions & { readonly field?: string | undefined }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.field = options?.field
  }
}

/** Whether `value` is one of our failures, with this code where one is given. */
export function isIndexError(value: unknown, code?: ErrorCode): value is IndexError {
  return value instanceof IndexError && (code === undefined || value.code === code)
}
