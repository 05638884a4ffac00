import { z } from 'zod'
import { equalBytes, fromHex } from '../bytes.js'
import { pastAnswerOf } from '../case/answer.js'
import type { Involvement } from '../case/involvement.js'
import { parseSignedRequest } from '../case/messages.js'
import { type OpeningRequest, requestIsSignedBy, shareInfo } from '../case/opening.js'
import { isBytes, parse } from '../door.js'
import { IndexError, isIndexError } from '../errors.js'
import { fromJsonBytes } from '../json.js'
import type { Connection } from '../party.js'
import type { SendOptions } from '../port.js'
import { entriesOf, presentRoster, type RosterHistory } from '../roster/history.js'
import { requireKeyset } from '../roster/keyset.js'
import { type HpkeKey, hpkeOpen } from '../seal/hpke.js'
import type { Group } from '../seal/label.js'
import { combine, type OpenShare } from '../seal/open.js'
import { decodeRecord, recordHash } from '../seal/record.js'
import type { OneUseKeys } from './one-use-keys.js'

export interface OpenedDetails {
  readonly group: Group
  /** As the sealer sealed them. */
  readonly details: unknown
  /** The agencies whose checks count, by their own references; sensitive ones only where the rules let them be named. */
  readonly involvement: readonly Involvement[]
  /** Custodians whose share was not the one that had been sealed. */
  readonly badShares: readonly number[]
}

export const involvementShape: z.ZodType<readonly Involvement[]> = z.array(
  z.strictObject({ agency: z.string(), agencyKind: z.string(), references: z.array(z.string()) }),
)

const readReply = z.strictObject({
  record: isBytes,
  request: isBytes,
  releases: z.array(z.strictObject({ custodian: z.string(), release: isBytes })),
  involvement: involvementShape,
})

const EMPTY = new Uint8Array(0)

/** What an opening gave this officer, and the request it answered. */
export interface ReadOpening {
  readonly request: OpeningRequest
  readonly opened: OpenedDetails
}

/** Fetches sealed record and shares, which is a journalled view, and reads them with the one-use key. */
export async function readDetails(
  line: Connection,
  keys: OneUseKeys,
  opening: string,
  send?: SendOptions,
): Promise<ReadOpening> {
  const oneUse = await keys.load(opening, line.clock())
  if (oneUse === undefined) {
    throw new IndexError(
      'ERR_OPENING_EXPIRED',
      'the one-use key of this opening is gone: a second look needs a new opening',
    )
  }
  const reply = parse(
    readReply,
    await line.ask('read-opening', { opening: fromHex(opening) }, send),
    'ERR_MESSAGE_MALFORMED',
    'opening',
  )
  const rosters = await line.rosters(send)
  const request = requireOwnRequest(line, rosters, opening, reply.request, reply.record)
  const shares = await sharesOf(line, rosters, request, oneUse, reply.releases)
  const { quorum } = requireKeyset(presentRoster(rosters), request.keyset)
  const { details, bad } = await combine(decodeRecord(reply.record), request.label, shares, quorum)
  return { request, opened: { group: request.group, details, involvement: reply.involvement, badShares: bad } }
}

/** What comes back must be what this officer once signed for, about the record that was named then. */
function requireOwnRequest(
  line: Connection,
  rosters: RosterHistory,
  opening: string,
  bytes: Uint8Array,
  record: Uint8Array,
): OpeningRequest {
  const signed = parseSignedRequest(fromJsonBytes(bytes))
  const { request } = signed
  // Under the key of today, or one that was replaced since.
  const isSigned = entriesOf(rosters, line.id).some(({ keys }) => requestIsSignedBy(line.hub, signed, keys.signing))
  const isOwn = isSigned && equalBytes(request.opening, fromHex(opening))
  if (isOwn && equalBytes(recordHash(decodeRecord(record)), request.recordHash)) return request
  throw new IndexError('ERR_SEAL_INVALID', 'the hub answered with another opening than was asked for')
}

/** The shares that custodians sealed to the one-use key; one that does not open counts as none. */
async function sharesOf(
  line: Connection,
  rosters: RosterHistory,
  request: OpeningRequest,
  oneUse: HpkeKey,
  releases: readonly { readonly custodian: string; readonly release: Uint8Array }[],
): Promise<readonly OpenShare[]> {
  const shares: OpenShare[] = []
  for (const { custodian, release } of releases) {
    const answer = pastAnswerOf(line.hub, rosters, request, custodian, release)
    if (answer?.kind !== 'released') continue
    const { index } = answer
    try {
      shares.push({
        custodian: index,
        share: await hpkeOpen(oneUse, shareInfo(line.hub, request, index), EMPTY, answer.share),
      })
    } catch (error) {
      if (!isIndexError(error, 'ERR_SEAL_INVALID')) throw error
    }
  }
  return shares
}
