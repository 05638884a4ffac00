import { z } from 'zod'
import { DISCLOSURE_BASES } from '../disclosure/basis.js'
import { INFORMATION, OBLIGATIONS } from '../disclosure/decide.js'
import { LAWFUL_BASES, PURPOSES } from '../disclosure/purpose.js'
import { THRESHOLDS } from '../policy/policy.js'
import { CONCERNS_MAX } from './concern.js'
import { AGENCY_NEEDS } from './need.js'
import type { ReferralFacts, ReferralPackage } from './package.js'

/** The shape of a referral package, for whoever reads one and for its JSON schema. Nothing in it is free text of an officer's. */

const word = z.string().min(1).max(64)
const label = z.string().max(1024)
const number = z.number().int().min(1)
const moment = z.number().int().min(0).describe('milliseconds since 1970-01-01T00:00:00Z')
const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .describe('day in London')
const codeAndLabel = { code: word, label }
const seen = { on: day, agencyKind: word.describe('“not named” where the kind itself would name a sensitive service') }
const told = z.strictObject({ information: z.enum(INFORMATION), basis: z.enum(DISCLOSURE_BASES) })

// As the sealer sealed them. A sealer of a later version may have fields that are not known here: they are passed on.
const text = z.string().max(1024)
const address = z.looseObject({ lines: z.array(text).max(10), postcode: text.optional() })
const names = { givenNames: text, familyName: text }
const identity = z
  .looseObject({
    ...names,
    dateOfBirth: text.describe('YYYY-MM-DD; the day that is expected where expectedDate is true'),
    expectedDate: z.boolean().optional(),
    sex: text.optional(),
    multipleBirth: z.boolean().optional(),
    nhsNumber: text.optional(),
    supersededNhsNumbers: z.array(text).max(10).optional(),
    upn: text.optional(),
    addresses: z.array(address).max(10).optional(),
    aliases: z
      .array(z.looseObject({ kind: text, value: text }))
      .max(20)
      .optional(),
    otherNames: z.array(z.looseObject(names)).max(10).optional(),
  })
  .describe('who the child is')
const carers = z
  .array(z.looseObject({ name: text, relationship: text, telephone: text.optional(), address: address.optional() }))
  .max(10)
  .describe('who cares for the child')

const facts = {
  referral: number,
  case: number.describe('number of the case at the management function; quote it with the number of the referral'),
  threshold: z.enum(THRESHOLDS).describe('child-in-need: Children Act 1989 s17; child-protection: s47'),
  level: word.describe('level of the policy that was reached'),
  purpose: z.enum(PURPOSES),
  lawfulBasis: z.enum(LAWFUL_BASES).describe('UK GDPR article 6(1)'),
  because: z.enum(AGENCY_NEEDS).describe('why the receiving agency needs to know'),
  sentAt: moment,
  decisionDueAt: moment,
  agencyChildId: word.describe('the child as the receiving agency sees it; a check can name it'),
  concerns: z
    .array(
      z.strictObject({
        ...seen,
        incident: z.strictObject(codeAndLabel),
        indicators: z.array(z.strictObject(codeAndLabel)).max(64),
      }),
    )
    .max(CONCERNS_MAX)
    .optional()
    .describe('what was seen of the child, oldest first'),
  carerFactors: z
    .array(z.strictObject({ ...codeAndLabel, ...seen }))
    .max(64 * CONCERNS_MAX)
    .optional()
    .describe('what was seen of the carers'),
  involvement: z
    .array(z.strictObject({ agency: word, agencyKind: word }))
    .max(1000)
    .optional()
    .describe('other agencies that know the child'),
  earlierChecks: z.number().int().min(0).describe('older checks that are not told of'),
  disclosed: z.array(told).max(8).describe('what is told, and the rule that permits it'),
  leftOut: z.array(told).max(8).describe('what no rule permits, whether or not there is anything of it'),
  obligations: z.array(z.enum(OBLIGATIONS)).max(3),
}

/** What the hub says of a referral, to the officer who builds the package. */
export const referralFacts: z.ZodType<ReferralFacts> = z.strictObject(facts)

export const referralPackage: z.ZodType<ReferralPackage> = z.strictObject({
  version: z.literal(2),
  ...facts,
  details: z
    .strictObject({ identity: identity.optional(), carers: carers.optional() })
    .describe('groups of sealed details, as they were registered'),
  notice: z.string().max(1024),
})

/** The JSON schema of a referral package (JSON Schema 2020-12). */
export function referralPackageSchema(): object {
  return {
    $id: 'urn:child-index:schema:referral:2',
    title: 'Referral package, version 2',
    description: 'What a management function of a child index sends an agency that is to act for a child.',
    ...z.toJSONSchema(referralPackage, { target: 'draft-2020-12' }),
  }
}
