import { z } from 'zod'
import { detailsCommitment } from '../check/answer.js'
import { type Batch, batchIsSignedBy, leavesOf } from '../check/batch.js'
import { answerTo, type IdentifyProof } from '../check/identification.js'
import { ALIAS_BYTES, readAlias, writeAlias } from '../child/conference-alias.js'
import { readAgencyChildId, writeAgencyChildId } from '../child/written-form.js'
import { bytesOf, instant, isBytes, parse } from '../door.js'
import { IndexError } from '../errors.js'
import { batchTree } from '../journal/merkle.js'
import type { Connection } from '../party.js'
import type { SendOptions } from '../port.js'
import { pseudonymOf } from './identify.js'

/** About whom, with whom, and for how long. */
export interface ConferenceAsk {
  readonly agencyChildId: string
  /** Ids of the agencies that may join, 1 to 20. Nobody but them, and whoever opens it, ever finds the child by the alias. */
  readonly with: readonly string[]
  /** How long the alias is good for: 1 to 72, 24 where absent. */
  readonly hours?: number | undefined
  readonly practitioner: string
}

export interface Conference {
  /** Nine letters in three groups, to read aloud; the last is a check letter. */
  readonly alias: string
  /** Epoch milliseconds. */
  readonly expiresAt: number
}

/** A child of a conference, as this agency sees it. */
export interface Joined {
  readonly agencyChildId: string
  /** The hub's signed answer to `{ conference: alias }`; see `identifiedAs`. */
  readonly proof: IdentifyProof
}

const practitioner = z.string().min(1).max(256)
const conferenceAsk = z.strictObject({
  agencyChildId: z.string().max(200),
  with: z.array(z.string().max(63)).min(1).max(20),
  hours: z.number().int().min(1).max(72).default(24),
  practitioner,
})
const openReply = z.strictObject({ alias: bytesOf(ALIAS_BYTES), expiresAt: instant })
const joinReply = z.strictObject({ salt: isBytes, bytes: isBytes, signature: isBytes })

export async function openConference(line: Connection, input: ConferenceAsk, send?: SendOptions): Promise<Conference> {
  const ask = parse(conferenceAsk, input, 'ERR_REQUEST_INVALID', 'conference')
  // A wrong letter is found here, before anything is sent.
  readAgencyChildId(ask.agencyChildId)
  const body = { ...ask, practitioner: pseudonymOf(line, ask.practitioner) }
  const reply = await line.ask('open-conference', body, send)
  const { alias, expiresAt } = parse(openReply, reply, 'ERR_MESSAGE_MALFORMED', 'conference')
  return { alias: writeAlias(alias), expiresAt }
}

export async function joinConference(
  line: Connection,
  spoken: string,
  by: string,
  send?: SendOptions,
): Promise<Joined> {
  const alias = readAlias(spoken)
  const who = pseudonymOf(line, parse(practitioner, by, 'ERR_REQUEST_INVALID', 'practitioner'))
  const query = { conference: writeAlias(alias) }
  const salt = line.random(32)
  const body = { alias, commitment: detailsCommitment(salt, query), practitioner: who }
  const reply = parse(joinReply, await line.ask('join-conference', body, send), 'ERR_MESSAGE_MALFORMED', 'conference')
  const { signature, ...row } = reply
  const tree = batchTree(leavesOf([row]))
  const { size, root } = tree
  const batch: Batch = { type: 'identify-batch/v1', hub: line.hub, agency: line.id, size, root, signature }
  const proof = { salt, batch, row: 0, leafSalt: row.salt, bytes: row.bytes, path: tree.path(0) }
  const isSigned = batchIsSignedBy(batch, (await line.roster(send)).hub.keys.signing)
  const answer = isSigned ? answerTo(proof, query, line.id, line.hub) : undefined
  if (answer === undefined)
    throw new IndexError('ERR_SIGNATURE_INVALID', 'the hub did not sign an answer to what was asked')
  return { agencyChildId: writeAgencyChildId(answer.agencyChildId, answer.epoch), proof }
}
