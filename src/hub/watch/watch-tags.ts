import { encode, hmacSha256 } from '../../bytes.js'
import type { OpenLookup } from '../../case/watch.js'
import { watchedQuery } from '../../case/watched-query.js'
import type { ChildQuery } from '../../child/details.js'
import type { ChildId } from '../../child/identifiers.js'
import type { HubContext } from '../context.js'

// INVARIANT: never stored. Guesses at names and numbers could be tested on tags under a key that a thief can have.
const processKeys = new WeakMap<HubContext, Uint8Array>()

function processKey(hub: HubContext): Uint8Array {
  const key = processKeys.get(hub) ?? hub.random(32)
  processKeys.set(hub, key)
  return key
}

/** What is remembered of a child that was looked up; survives a restart, for a check may follow one. Child ids are random. */
export function childTag(hub: HubContext, childId: ChildId): number {
  return tagOf(hub.shelf.key('meter', 'watch:child', childId))
}

/** What is remembered of a query: it can be compared with others of the same process and agency, and with nothing else. */
export function queryTags(
  hub: HubContext,
  agency: string,
  query: ChildQuery,
): Pick<OpenLookup, 'household' | 'number' | 'description'> & { readonly neighbours: readonly number[] } {
  const { household, number, neighbours, description } = watchedQuery(query)
  const tag = (kind: string, text: string | undefined): number =>
    text === undefined ? 0 : tagOf(hmacSha256(processKey(hub), encode('watch-tag/v1', hub.id, agency, kind, text)))
  return {
    household: tag('household', household),
    number: tag('number', number),
    description: tag('description', description),
    neighbours: neighbours.map((each) => tag('number', each)),
  }
}

/** 32 bits, never 0. */
function tagOf(hash: Uint8Array): number {
  return new DataView(hash.buffer, hash.byteOffset).getUint32(0) || 1
}
