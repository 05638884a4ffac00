import { z } from 'zod'
import { encode, equalBytes } from '../bytes.js'
import { bytesOf, instant, parse } from '../door.js'
import type { ErrorCode } from '../errors.js'
import { sha256 } from '../hash.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'
import { inGoodStanding, officerOf, type Roster } from '../roster/roster.js'
import { type SigningKey, sign, verifySignature } from '../signature.js'

/** `merge`: two ids are one child. `distinct`: they are two. `split`: they were linked, and are two. */
export const LINK_KINDS = ['merge', 'distinct', 'split'] as const
export type LinkKind = (typeof LINK_KINDS)[number]

/** What officers go by. Closed, so that no free text is journalled. */
export const LINK_REASONS = [
  'registered-twice',
  'number-superseded',
  'confirmed-by-agency',
  'confirmed-by-sealer',
  'siblings',
  'same-name',
  'linked-in-error',
] as const
export type LinkReason = (typeof LINK_REASONS)[number]

/**
 * One officer's signed word on two ids. An officer never sees a child id: the word is on a number of the queue, and on a
 * commitment to the two ids that stand behind it.
 */
export interface LinkStatement {
  readonly duplicate: number
  readonly kind: LinkKind
  /** `linkCommitment`, 32 bytes; of a split, that of the merge that it undoes. */
  readonly commitment: Uint8Array
  readonly reason: LinkReason
  readonly at: number
  readonly officer: string
  readonly signature: Uint8Array
}

/** What the journal keeps: whose word it is, and what opens the commitment. */
export interface Link {
  readonly kind: LinkKind
  readonly duplicate: number
  /** The id that is given up for the other; for `distinct`, one of the two. */
  readonly from: Uint8Array
  readonly into: Uint8Array
  readonly salt: Uint8Array
  readonly statements: readonly LinkStatement[]
}

/** How long the first officer's word waits for the second's. */
export const LINK_DAYS = 14
const LINK_MS = LINK_DAYS * 86_400_000

/** Two ids, and which of them is given up, behind 32 bytes of salt: says nothing to whoever has no salt. */
export function linkCommitment(
  hub: Uint8Array,
  { salt, from, into }: Pick<Link, 'salt' | 'from' | 'into'>,
): Uint8Array {
  return sha256(encode('link-pair/v1', hub, salt, from, into))
}

export function signLinkStatement(
  hub: Uint8Array,
  said: Omit<LinkStatement, 'signature'>,
  key: SigningKey,
): LinkStatement {
  return { ...said, signature: sign(key, statementBytes(hub, said)) }
}

export function linkStatementIsSignedBy(hub: Uint8Array, said: LinkStatement, publicKey: Uint8Array): boolean {
  return verifySignature(publicKey, statementBytes(hub, said), said.signature)
}

/** Whether one statement can complete another: the same word on the same commitment, soon enough after it. */
export function agrees(one: LinkStatement, other: LinkStatement): boolean {
  return (
    one.kind === other.kind &&
    one.duplicate === other.duplicate &&
    equalBytes(one.commitment, other.commitment) &&
    Math.abs(one.at - other.at) <= LINK_MS
  )
}

/**
 * The persons whose word it is, undefined unless they are two: officers in good standing when they signed, of the same
 * word on the same commitment.
 */
export function agreedBy(
  hub: Uint8Array,
  roster: Roster,
  statements: readonly LinkStatement[],
): readonly string[] | undefined {
  const [first, second, ...more] = statements
  if (first === undefined || second === undefined || more.length > 0 || !agrees(first, second)) return undefined
  const persons = [first, second].flatMap((said) => {
    const officer = officerOf(roster, said.officer)
    const counts =
      officer !== undefined &&
      inGoodStanding(officer, said.at) &&
      linkStatementIsSignedBy(hub, said, officer.keys.signing)
    return counts ? [officer.person] : []
  })
  return new Set(persons).size === 2 ? persons : undefined
}

/**
 * When a split was signed, epoch milliseconds: it undoes every merge of its number that was signed before. Officers cannot
 * see which ids a commitment stands for, but the number is their own word: the hub cannot let them split another merge.
 */
export function splitAt(statements: readonly LinkStatement[]): number {
  return Math.max(...statements.map(({ at }) => at))
}

/** What a custodian signs to say that it keeps a split: nobody can swallow it on the way. */
export function splitKeptStatement(hub: Uint8Array, custodian: string, duplicate: number, at: number): Uint8Array {
  return encode('split-kept/v1', hub, custodian, duplicate, at)
}

const count = z.number().int().min(1)
const statement = z.strictObject({
  duplicate: count,
  kind: z.enum(LINK_KINDS),
  commitment: bytesOf(32),
  reason: z.enum(LINK_REASONS),
  at: instant,
  officer: z.string().min(1).max(64),
  signature: bytesOf(64),
})
const statements = z.array(statement).length(2)
const link = z.strictObject({
  kind: z.enum(LINK_KINDS),
  duplicate: count,
  from: bytesOf(16),
  into: bytesOf(16),
  salt: bytesOf(32),
  statements,
})

/** @throws {IndexError} `ERR_REQUEST_INVALID` */
export function parseLinkStatement(input: unknown): LinkStatement {
  return parse(statement, input, 'ERR_REQUEST_INVALID', 'link statement')
}

/** Two statements that belong together. @throws {IndexError} */
export function parseLinkStatements(input: unknown, code: ErrorCode): readonly LinkStatement[] {
  return parse(statements, input, code, 'link statements')
}

export function encodeLink(said: Link): Uint8Array {
  return toJsonBytes(said)
}

/** Body of a `link` entry; its signatures are still to be checked. @throws {IndexError} `ERR_ENTRY_MALFORMED` */
export function decodeLink(body: Uint8Array): Link {
  return parse(link, fromJsonBytes(body), 'ERR_ENTRY_MALFORMED', 'link')
}

function statementBytes(hub: Uint8Array, said: Omit<LinkStatement, 'signature'>): Uint8Array {
  const { duplicate, kind, commitment, reason, at, officer } = said
  return encode('link-statement/v1', hub, duplicate, kind, commitment, reason, at, officer)
}
