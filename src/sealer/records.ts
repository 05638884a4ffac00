import { z } from 'zod'
import type { ChildId } from '../child/identifiers.js'
import { isBytes, parse } from '../door.js'
import { IndexError } from '../errors.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'
import type { Connection } from '../party.js'
import type { SendOptions } from '../port.js'
import { type Custodian, type Roster, standingMembersOf } from '../roster/roster.js'
import { hpkeOpen, hpkeSeal } from '../seal/hpke.js'
import { issueInfo, issueStatement } from '../seal/issue.js'
import { GROUPS, type Group, sealLabel } from '../seal/label.js'
import { sealRecord } from '../seal/seal.js'
import type { IssuedWrap } from '../seal/wrap.js'
import { verifySignature } from '../signature.js'

/** What is sealed of a child, under which id and version. */
export interface ToSeal {
  readonly childId: ChildId
  readonly version: number
  readonly groups: Readonly<Record<Group, unknown>>
}

/** Both records of each child, with one question to every custodian for all of them. */
export async function sealRecords(
  line: Connection,
  roster: Roster,
  children: readonly ToSeal[],
  options: SendOptions,
): Promise<readonly { readonly identity: Uint8Array; readonly carers: Uint8Array }[]> {
  const labels = children.flatMap((child) => GROUPS.map((group) => labelOf(roster, child, group)))
  const wraps = await issued(line, roster, labels, options)
  const wrapsOf = (index: number, group: Group) => wraps[index * GROUPS.length + GROUPS.indexOf(group)] ?? []
  const records: { identity: Uint8Array; carers: Uint8Array }[] = []
  // One after the other: what was drawn for a record is gone before the next, and never all of it in memory at once.
  for (const [index, child] of children.entries()) {
    records.push({
      identity: await sealed(line, roster, child, 'identity', wrapsOf(index, 'identity')),
      carers: await sealed(line, roster, child, 'carers', wrapsOf(index, 'carers')),
    })
  }
  return records
}

const issueReply = z.strictObject({ answer: isBytes, signature: isBytes })
const issueAnswer = z.strictObject({
  custodian: z.number().int().min(1),
  generation: z.number().int().min(1),
  wraps: z.array(z.strictObject({ handle: isBytes, wrap: isBytes })),
})

function labelOf(roster: Roster, child: ToSeal, group: Group): Uint8Array {
  return sealLabel({
    hub: roster.hub.id,
    childId: child.childId,
    group,
    recordVersion: child.version,
    keyset: roster.keyset.id,
  })
}

async function sealed(
  line: Connection,
  roster: Roster,
  child: ToSeal,
  group: Group,
  wraps: readonly IssuedWrap[],
): Promise<Uint8Array> {
  const { keyset, hub } = roster
  const parts = { hub: hub.id, childId: child.childId, group, recordVersion: child.version, keyset: keyset.id }
  return (
    await sealRecord({ ...parts, details: child.groups[group], wraps, quorum: keyset.quorum, random: line.random })
  ).bytes
}

/** One wrap of every custodian for every label. All custodians are needed: a share that nobody wraps could not be given out. */
async function issued(
  line: Connection,
  roster: Roster,
  labels: readonly Uint8Array[],
  options: SendOptions,
): Promise<readonly (readonly IssuedWrap[])[]> {
  const perCustodian = await Promise.all(
    requireAllInStanding(roster).map(async (custodian) => {
      const info = issueInfo(roster.hub.id, custodian.id, line.id)
      const question = await hpkeSeal(custodian.keys.hpke, info, EMPTY, toJsonBytes({ labels }))
      const sealedAnswer = await line.relay(custodian.id, 'issue', question, options)
      const opened = fromJsonBytes(await hpkeOpen(line.key.hpke, info, EMPTY, sealedAnswer))
      const { answer, signature } = parse(issueReply, opened, 'ERR_MESSAGE_MALFORMED', 'issue')
      const statement = issueStatement(roster.hub.id, custodian.id, line.id, question, answer)
      if (!verifySignature(custodian.keys.signing, statement, signature)) {
        throw new IndexError('ERR_SIGNATURE_INVALID', 'a custodian’s answer is not signed by it')
      }
      const reply = parse(issueAnswer, fromJsonBytes(answer), 'ERR_MESSAGE_MALFORMED', 'issue')
      if (reply.custodian !== custodian.index || reply.wraps.length !== labels.length) {
        throw new IndexError('ERR_MESSAGE_MALFORMED', 'a custodian did not answer for every label')
      }
      return reply.wraps.map((wrap) => ({ ...wrap, custodian: reply.custodian, generation: reply.generation }))
    }),
  )
  return labels.map((_, index) => perCustodian.map((wraps) => wraps[index] as IssuedWrap))
}

/** @throws {IndexError} `ERR_QUORUM_MISSING` while a custodian of the keyset is suspended: what is sealed needs a share of each */
function requireAllInStanding(roster: Roster): readonly Custodian[] {
  const members = standingMembersOf(roster)
  if (members.length === roster.keyset.members.length) return members
  throw new IndexError(
    'ERR_QUORUM_MISSING',
    'a custodian is suspended: registrations wait until it is reinstated or replaced, or another keyset is made',
  )
}

const EMPTY = new Uint8Array(0)
