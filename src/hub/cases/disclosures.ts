import type { CaseFile } from '../../case/case.js'
import { MANAGEMENT } from '../../case/consent.js'
import { needsToKnow } from '../../case/need.js'
import { type DecidedField, decideFields, type Field, isShown, type Viewing } from '../../disclosure/fields.js'
import type { LawfulBasis, Purpose } from '../../disclosure/purpose.js'
import { IndexError } from '../../errors.js'
import { toJsonBytes } from '../../json.js'
import type { Threshold } from '../../policy/policy.js'
import type { HubContext } from '../context.js'
import type { Draft } from '../ledger.js'
import { consentsFor } from './consents.js'

/** Who is shown what, in which case; said in the journal whatever the answer is. */
export interface DisclosureContext {
  readonly case: number
  readonly officer: string
  /** Receiving agency, for a referral. */
  readonly to?: string | undefined
  /** `review`: a dossier, by identifier only. */
  readonly purpose: Purpose | 'review'
  readonly lawfulBasis: LawfulBasis
}

/** Every field of a view or a referral, decided on. */
export interface Decided {
  readonly decisions: readonly DecidedField[]
  /** Records all of it, permits and denials alike. */
  readonly draft: Draft
  shows(field: Field): boolean
}

/** The rules' answer to every field, and the one entry that records it. */
export function decide(viewing: Viewing, context: DisclosureContext, fields: readonly Field[]): Decided {
  const decisions = decideFields(viewing, fields)
  return {
    decisions,
    draft: { type: 'disclosure', body: toJsonBytes({ ...context, decisions }) },
    shows: (field) => isShown(decisions, field),
  }
}

/** What the rules go by where an officer looks: the need that is on record, and the consents that name the management function. */
export async function officersView(
  hub: HubContext,
  file: CaseFile,
  officer: string,
  threshold: Threshold,
): Promise<Viewing> {
  const consent = await consentsFor(hub, file.childId, MANAGEMENT)
  return { threshold, needToKnow: needsToKnow(file, officer), consent }
}

/**
 * The same where that officer refers to an agency: whoever does not need to know tells nobody. The agency's own need is put on
 * record with the referral.
 */
export async function agencysView(
  hub: HubContext,
  file: CaseFile,
  { officer, to }: { readonly officer: string; readonly to: string },
  threshold: Threshold,
): Promise<Viewing> {
  const consent = await consentsFor(hub, file.childId, to)
  return { threshold, needToKnow: needsToKnow(file, officer), consent }
}

/** Records decisions that lead to nothing else: every denial. */
export async function journalDecision(hub: HubContext, draft: Draft): Promise<void> {
  await hub.ledger.write(async () => ({ drafts: [draft] }))
}

/** What is asked for goes with no such level: the table of purposes says so. */
export function purposeNotAllowed(): IndexError {
  return new IndexError(
    'ERR_PURPOSE_NOT_ALLOWED',
    'this purpose or lawful basis does not go with the level that is reached',
  )
}
