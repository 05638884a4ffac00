import { z } from 'zod'
import { DUPLICATE_REASONS, DUPLICATE_STATUSES } from '../case/duplicate.js'
import {
  LINK_KINDS,
  type LinkKind,
  type LinkReason,
  type LinkStatement,
  linkStatementIsSignedBy,
  parseLinkStatements,
  signLinkStatement,
  splitAt,
  splitKeptStatement,
} from '../case/link.js'
import { bytesOf, instant, parse } from '../door.js'
import { IndexError } from '../errors.js'
import type { DuplicateFilter, PublicDuplicate } from '../hub/links/duplicate-list.js'
import type { LinkOutcome } from '../hub/links/links.js'
import { tellCustodians } from '../party/tell-custodians.js'
import type { Connection } from '../party.js'
import type { SendOptions } from '../port.js'

/** One child under two ids. */
export interface LinkWork {
  /** A page of at most 100 suspected duplicates by number; a shielding officer is shown those about shielded children too. */
  duplicates(filter?: DuplicateFilter, options?: SendOptions): Promise<readonly PublicDuplicate[]>
  /**
   * Queues the children of two cases that seem to be one; gives the number in the queue.
   * @throws {IndexError} `ERR_DUPLICATE_UNKNOWN` where it is for a shielding officer to look into
   */
  suspect(caseNumber: number, other: number, options?: SendOptions): Promise<number>
  /**
   * Signs that two ids of the queue are one child (`merge`) or two (`distinct`). The first officer's word waits two weeks
   * for that of another person. Whoever opened a case of either cannot sign; whoever signed a merge cannot open its case.
   * @throws {IndexError} `ERR_DUPLICATE_UNKNOWN`, `ERR_DUPLICATE_STATUS`, `ERR_OFFICER_INVOLVED`
   */
  link(
    duplicate: number,
    finding: 'merge' | 'distinct',
    reason: LinkReason,
    options?: SendOptions,
  ): Promise<LinkOutcome>
  /**
   * Signs that a merge was an error, and once two persons have, tells every custodian.
   * @throws {IndexError} as `link`; `ERR_CUSTODIAN_UNAVAILABLE` where not every custodian confirmed it: send it again
   */
  split(duplicate: number, reason: LinkReason, options?: SendOptions): Promise<LinkOutcome>
}

export function linkWork(line: Connection): LinkWork {
  return {
    duplicates: (filter = {}, send) => duplicatesSeen(line, filter, send),
    suspect: (caseNumber, other, send) => suspectCases(line, [caseNumber, other], send),
    link: (duplicate, finding, reason, send) => saidOnDuplicate(line, { duplicate, kind: finding, reason }, send),
    split: (duplicate, reason, send) => splitDuplicate(line, { duplicate, reason }, send),
  }
}

const side = z.strictObject({ checks: instant, isRegistered: z.boolean(), hasCase: z.boolean() })
const duplicatesReply = z.strictObject({
  duplicates: z.array(
    z.strictObject({
      number: instant,
      reason: z.enum(DUPLICATE_REASONS),
      status: z.enum(DUPLICATE_STATUSES),
      at: instant,
      first: side,
      second: side,
      waiting: z.strictObject({ kind: z.enum(LINK_KINDS), officer: z.string(), at: instant }).optional(),
    }),
  ),
})
const suspectReply = z.strictObject({ duplicate: instant })
const prepareReply = z.union([z.strictObject({ commitment: bytesOf(32) }), z.strictObject({ split: z.unknown() })])
const linkReply = z.strictObject({
  outcome: z.enum(['waiting', 'linked', 'distinct', 'split']),
  statements: z.unknown().optional(),
})

async function duplicatesSeen(
  line: Connection,
  filter: DuplicateFilter,
  send?: SendOptions,
): Promise<readonly PublicDuplicate[]> {
  const reply = await line.ask('duplicates', filter, send)
  return parse(duplicatesReply, reply, 'ERR_MESSAGE_MALFORMED', 'duplicates').duplicates
}

async function suspectCases(line: Connection, cases: readonly [number, number], send?: SendOptions): Promise<number> {
  const reply = await line.ask('suspect-duplicate', { cases }, send)
  return parse(suspectReply, reply, 'ERR_MESSAGE_MALFORMED', 'duplicate').duplicate
}

interface Said {
  readonly duplicate: number
  readonly kind: LinkKind
  readonly reason: LinkReason
}

/** Signs this officer's word on a number of the queue. */
async function saidOnDuplicate(line: Connection, said: Said, send?: SendOptions): Promise<LinkOutcome> {
  return (await sayOnDuplicate(line, said, send)).outcome
}

/** Signs that a merge was an error; the second officer's system tells the custodians, as often as it is asked to. */
async function splitDuplicate(line: Connection, said: Omit<Said, 'kind'>, send?: SendOptions): Promise<LinkOutcome> {
  const { duplicate } = said
  const reply = await sayOnDuplicate(line, { ...said, kind: 'split' }, send)
  if (reply.outcome === 'split') {
    const statements = requireOwnSplit(line, duplicate, reply.statements)
    const kept = (custodian: string): Uint8Array =>
      splitKeptStatement(line.hub, custodian, duplicate, splitAt(statements))
    await tellCustodians(line, 'split', { statements }, kept, send)
  }
  return reply.outcome
}

/** The two statements must be a split of this number, one of them this officer's: custodians must not be told of another. */
function requireOwnSplit(line: Connection, duplicate: number, input: unknown): readonly LinkStatement[] {
  const statements = parseLinkStatements(input, 'ERR_MESSAGE_MALFORMED')
  const isOwn = statements.some(
    (said) => said.officer === line.id && linkStatementIsSignedBy(line.hub, said, line.key.signing.publicKey),
  )
  if (isOwn && statements.every((said) => said.kind === 'split' && said.duplicate === duplicate)) return statements
  throw new IndexError('ERR_DUPLICATE_STATUS', 'this officer did not sign the split: the two who did send it again')
}

async function sayOnDuplicate(
  line: Connection,
  { duplicate, kind, reason }: Said,
  send?: SendOptions,
): Promise<{ readonly outcome: LinkOutcome; readonly statements?: unknown }> {
  const asked = await line.ask('prepare-link', { duplicate, kind }, send)
  const prepared = parse(prepareReply, asked, 'ERR_MESSAGE_MALFORMED', 'link')
  if ('split' in prepared) return { outcome: 'split', statements: prepared.split }
  const { commitment } = prepared
  const statement = signLinkStatement(
    line.hub,
    { duplicate, kind, commitment, reason, at: line.clock(), officer: line.id },
    line.key.signing,
  )
  return parse(linkReply, await line.ask('link', { statement }, send), 'ERR_MESSAGE_MALFORMED', 'link')
}
