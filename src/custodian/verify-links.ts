import { equalBytes, toHex } from '../bytes.js'
import { agreedBy, decodeLink, type Link, linkCommitment } from '../case/link.js'
import type { ReleaseMessage } from '../case/messages.js'
import type { ProvenEntry } from '../case/opening.js'
import type { TreeHead } from '../journal/merkle.js'
import { presentRoster, rosterAt } from '../roster/history.js'
import { officerOf } from '../roster/roster.js'
import { type Knowledge, orRefuse, provenEntry, unless } from './knowledge.js'

/**
 * The ids whose checks count for the child of the evidence, in hexadecimal, and from which journal position on: 0 for the
 * child's own. Links go one way: the checks of an id that was given up count for the other, never the reverse.
 */
export type LinkedIds = ReadonlyMap<string, number>

/** Follows the links of the evidence, each proved by itself. Throws the reason for the first that is not. */
export function requireLinkedIds(known: Knowledge, message: ReleaseMessage, head: TreeHead): LinkedIds {
  const { childId, links = [] } = message.evidence
  const proven = links.map((shown) => requireLink(known, message, shown, head))
  const linked = new Map([[toHex(childId), 0]])
  for (const [id, position] of linked) {
    for (const { link, at } of proven) {
      const from = toHex(link.from)
      if (toHex(link.into) === id && !linked.has(from)) linked.set(from, Math.max(position, at))
    }
  }
  return linked
}

interface ProvenLink {
  readonly link: Link
  /** Journal position. */
  readonly at: number
}

function requireLink(
  known: Knowledge,
  { requestEntry, signed }: ReleaseMessage,
  shown: ProvenEntry,
  head: TreeHead,
): ProvenLink {
  const entry = orRefuse('link-not-proven', () => provenEntry(shown, head))
  unless(entry?.type === 'link' && shown.position < requestEntry.position, 'link-not-proven')
  const link = orRefuse('link-not-proven', () => decodeLink(entry.body))
  const commitment = linkCommitment(known.hub, link)
  const isOfTheseIds = link.statements.every(
    (said) => said.kind === 'merge' && said.duplicate === link.duplicate && equalBytes(said.commitment, commitment),
  )
  unless(isOfTheseIds, 'link-not-proven')
  const roster = rosterAt(known.rosters, shown.position)
  const persons = roster === undefined ? undefined : agreedBy(known.hub, roster, link.statements)
  unless(persons !== undefined, 'link-not-signed')
  const splitAt = known.splits.get(link.duplicate) ?? -1
  unless(
    link.statements.every(({ at }) => at > splitAt),
    'link-split',
  )
  const recipient = officerOf(presentRoster(known.rosters), signed.request.officer)?.person
  unless(recipient !== undefined && !persons.includes(recipient), 'link-by-recipient')
  return { link, at: shown.position }
}
