import { z } from 'zod'
import { instant } from '../door.js'
import {
  CARERS_MAX,
  CONSENT_KINDS,
  CONSENTED_INFORMATION,
  type ConsentDecision,
  type ConsentKind,
  type ConsentRecord,
  type ConsentSpeaker,
  type Understanding,
} from './consent.js'

const number = z.number().int().min(1)
const understanding: z.ZodType<Understanding> = z.strictObject({
  understands: z.boolean(),
  assessedBy: z.string().regex(/^[A-Za-z0-9._/-]{1,64}$/, 'must be a pseudonym of letters, digits and . _ / -'),
  at: instant,
})
const said = {
  kind: z.enum(CONSENT_KINDS),
  given: z.boolean(),
  until: instant.optional(),
  understanding: understanding.optional(),
  replaces: number.optional(),
}
const decision = { information: z.enum(CONSENTED_INFORMATION), to: z.string().min(1).max(64) }
const carer = z.number().int().min(1).max(CARERS_MAX)

/** What was said, besides by whom and what becomes of it. */
interface Words {
  readonly kind: ConsentKind
  readonly given: boolean
  readonly until?: number | undefined
  readonly understanding?: Understanding | undefined
  readonly replaces?: number | undefined
}

/** What an officer sends to have a consent or a refusal recorded; the journal keeps it as it was signed. */
export type RecordConsentBody = ConsentSpeaker & ConsentDecision & Words & { readonly case: number }
export const recordConsentShape: z.ZodType<RecordConsentBody> = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('child'), case: number, ...said, ...decision }),
  z.strictObject({ by: z.literal('carer'), carer, case: number, ...said, ...decision }),
])

const recorded = {
  number,
  ...said,
  decision: z.strictObject(decision),
  at: instant,
  recordedBy: z.string().min(1).max(64),
}
/** A record as the journal says it, when it was new. */
export const consentRecordShape: z.ZodType<ConsentRecord> = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('child'), ...recorded }),
  z.strictObject({ by: z.literal('carer'), carer, ...recorded }),
])

const listed = { ...recorded, withdrawnAt: instant.optional(), under: instant.optional() }
/** A record as an officer is shown it. */
export const listedConsentShape: z.ZodType<ConsentRecord> = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('child'), ...listed }),
  z.strictObject({ by: z.literal('carer'), carer, ...listed }),
])

/** What the message puts on record. */
export function recordOf(
  body: RecordConsentBody,
  { number: of, at, recordedBy }: Pick<ConsentRecord, 'number' | 'at' | 'recordedBy'>,
): ConsentRecord {
  const { kind, information, to, given, until, understanding: judged, replaces } = body
  const speaker = body.by === 'child' ? { by: body.by } : { by: body.by, carer: body.carer }
  return {
    number: of,
    ...speaker,
    kind,
    decision: { information, to },
    given,
    at,
    ...(until === undefined ? {} : { until }),
    ...(judged === undefined ? {} : { understanding: judged }),
    recordedBy,
    ...(replaces === undefined ? {} : { replaces }),
  }
}

/** The message by which a record was asked for: what its officer signed. */
export function askedFor(
  of: number,
  { number: _, at: _at, recordedBy: _by, decision: { information, to }, ...rest }: ConsentRecord,
): object {
  return { ...rest, information, to, case: of }
}
